"""A country's part of the graph: all that is its own, nothing of others, readable by itself."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import KgError
from kg.namespaces import DG, HOME
from kg.publishing.country import country_part, export_country
from kg.publishing.queries import find_query, run

COL = ox.NamedNode(HOME + "id/country/COL")
LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
ONTOLOGY = ox.NamedNode(HOME + "graph/ontology")


@pytest.fixture(scope="module")
def part(store: ox.Store) -> ox.Store:
    return country_part(store, "COL")


def test_everything_its_sources_state_is_in_it(part: ox.Store, store: ox.Store) -> None:
    sources = [graph for graph in store.named_graphs() if str(graph.value).endswith("/COL")]  # type: ignore[union-attr]
    assert sources
    for graph in sources:
        stated = set(store.quads_for_pattern(None, None, None, graph))
        assert stated <= set(part.quads_for_pattern(None, None, None, graph))


def test_everything_about_its_own_things_is_in_it(part: ox.Store, store: ox.Store) -> None:
    country = ox.NamedNode(str(DG.country))
    own = {quad.subject for quad in store.quads_for_pattern(None, country, COL, ox.DefaultGraph())} | {COL}
    for thing in own:
        stated = {q for q in store.quads_for_pattern(thing, None, None) if q.graph_name != ONTOLOGY}
        assert stated <= set(part)


def test_nothing_else_is_in_it_but_labels_and_classes(part: ox.Store, store: ox.Store) -> None:
    assert set(part) <= set(store)
    foreign = ox.NamedNode(HOME + "id/country/URY")
    assert {quad.predicate for quad in part.quads_for_pattern(foreign, None, None)} <= {LABEL, TYPE}
    graphs = {str(graph.value) for graph in part.named_graphs()}  # type: ignore[union-attr]
    response = {name for name in graphs if "/response/" in name and not name.endswith("/COL")}
    for name in response:
        for quad in part.quads_for_pattern(None, None, None, ox.NamedNode(name)):
            belongs = store.quads_for_pattern(quad.subject, ox.NamedNode(str(DG.country)), COL)
            assert quad.predicate in (LABEL, TYPE) or next(iter(belongs), None) is not None


def test_what_it_leads_to_has_a_label(part: ox.Store, store: ox.Store) -> None:
    for quad in part.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        if isinstance(quad.object, ox.NamedNode):
            named = {q.object for q in store.quads_for_pattern(quad.object, LABEL, None, ox.DefaultGraph())}
            assert named <= {q.object for q in part.quads_for_pattern(quad.object, LABEL, None)}


def test_its_default_graph_is_the_merge(part: ox.Store) -> None:
    named = {quad.triple for quad in part if quad.graph_name != ox.DefaultGraph()}
    assert {quad.triple for quad in part.quads_for_pattern(None, None, None, ox.DefaultGraph())} == named


def test_a_country_that_the_store_does_not_know(store: ox.Store) -> None:
    with pytest.raises(KgError, match="nothing is known of 'XXX'"):
        country_part(store, "XXX")
    with pytest.raises(KgError, match="nothing is known"):
        country_part(store, "COL", "https://data.example/")


@pytest.mark.parametrize("name", ["nq", "trig", "ttl", "nt", "rdf", "jsonld"])
def test_every_format_holds_it(name: str, part: ox.Store, store: ox.Store, tmp_path: Path) -> None:
    file = export_country(store, "COL", name, tmp_path / f"COL.{name}")
    kinds = {
        "nq": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML, "jsonld": ox.RdfFormat.JSON_LD,
    }  # fmt: skip
    found = ox.Dataset(ox.parse(path=str(file), format=kinds[name]))
    dataset = name in ("nq", "trig", "jsonld")
    expected = ox.Dataset(quad for quad in part if (quad.graph_name == ox.DefaultGraph()) is not dataset)
    for both in (found, expected):
        both.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert {str(quad) for quad in found} == {str(quad) for quad in expected}


@pytest.mark.parametrize("table", ["bodies", "portals", "instruments", "cooperations", "indicator"])
def test_its_tables_are_its_rows_of_the_whole(table: str, store: ox.Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(export_country(store, "COL", "csv", tmp_path / "COL.zip")) as archive:
        header, *rows = csv.reader(io.StringIO(archive.read(f"{table}.csv").decode()))
    country = header.index("country")
    own = [row for row in rows if row[country] == COL.value]
    assert len(own) == len(list(run(store, find_query(table), {"country": "COL"})))

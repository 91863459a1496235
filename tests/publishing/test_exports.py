"""Exports: every format reads back as the graph that was written, and two exports of one graph are the same bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from kg.errors import KgError
from kg.publishing import exports
from kg.publishing.exports import FORMATS, METADATA, TABLES, export, find_format
from kg.publishing.network import Network
from kg.publishing.queries import find_query, run

MERGED = {"ttl": "turtle", "nt": "nt", "rdf": "xml"}
DATASETS = {"nq": "nquads", "trig": "trig", "jsonld": "json-ld"}


@pytest.mark.parametrize("name", MERGED)
def test_graph_formats_hold_the_merged_graph(
    name: str, sample: ox.Store, sample_graph: rdflib.Graph, tmp_path: Path
) -> None:
    file = export(sample, name, tmp_path / f"dump{FORMATS[name].suffix}")
    assert isomorphic(rdflib.Graph().parse(file, format=MERGED[name]), _canonical(sample_graph))


@pytest.mark.parametrize("name", DATASETS)
def test_dataset_formats_keep_the_named_graphs(name: str, sample: ox.Store, tmp_path: Path) -> None:
    file = export(sample, name, tmp_path / f"dump{FORMATS[name].suffix}")
    read = rdflib.Dataset()
    read.parse(file, format=DATASETS[name])
    found = {graph.identifier: graph for graph in read.graphs() if len(graph)}
    assert {str(name) for name in found} == {graph.value for graph in sample.named_graphs()}  # type: ignore[union-attr]
    for graph in sample.named_graphs():
        text = ox.serialize(
            (quad.triple for quad in sample.quads_for_pattern(None, None, None, graph)),
            format=ox.RdfFormat.N_TRIPLES,
        )
        expected = rdflib.Graph().parse(data=text, format="nt")
        assert isomorphic(_canonical(found[rdflib.URIRef(graph.value)]), _canonical(expected))


def test_the_nquads_of_a_store_are_those_it_was_built_from(
    store: ox.Store, bundled_nquads: bytes, tmp_path: Path
) -> None:
    assert export(store, "nq", tmp_path / "dump.nq").read_bytes() == bundled_nquads


def test_ntriples_are_sorted(sample: ox.Store, tmp_path: Path) -> None:
    lines = export(sample, "nt", tmp_path / "dump.nt").read_bytes().splitlines(keepends=True)
    assert lines == sorted(set(lines))


def test_sorting_in_several_runs(monkeypatch: pytest.MonkeyPatch, sample: ox.Store, tmp_path: Path) -> None:
    whole = export(sample, "nq", tmp_path / "whole.nq").read_bytes()
    monkeypatch.setattr(exports, "_RUN_LENGTH", 97)
    assert export(sample, "nq", tmp_path / "runs.nq").read_bytes() == whole


@pytest.mark.parametrize("name", FORMATS)
def test_two_exports_are_the_same_bytes(name: str, sample: ox.Store, tmp_path: Path) -> None:
    one = export(sample, name, tmp_path / "one").read_bytes()
    assert one
    assert export(sample, name, tmp_path / "other").read_bytes() == one


@pytest.mark.parametrize(("name", "reader"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_network_formats_hold_the_network(
    name: str, reader: object, sample: ox.Store, tmp_path: Path
) -> None:
    graph = reader(export(sample, name, tmp_path / "network"))  # type: ignore[operator]
    flat = Network.load(sample).flat()
    assert set(graph) == set(flat)
    assert {frozenset(edge) for edge in graph.edges} == {frozenset(edge) for edge in flat.edges}
    for node, attributes in flat.nodes(data=True):
        assert graph.nodes[node]["label"] == attributes["label"]
        assert graph.nodes[node]["betweenness"] == pytest.approx(attributes["betweenness"])
    for one, other, attributes in flat.edges(data=True):
        assert graph.edges[one, other]["agreements"] == attributes["agreements"]


@pytest.mark.parametrize("table", TABLES)
def test_tables_hold_the_rows_of_their_queries(table: str, sample: ox.Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(export(sample, "csv", tmp_path / "tables.zip")) as archive:
        header, *rows = csv.reader(io.StringIO(archive.read(f"{table}.csv").decode()))
    assert header == list(find_query(table).columns)
    assert rows
    assert len(rows) == len(list(run(sample, table)))
    assert len({tuple(row) for row in rows}) == len(rows)


def test_tables_are_described(sample: ox.Store, tmp_path: Path) -> None:
    with zipfile.ZipFile(export(sample, "csv", tmp_path / "tables.zip")) as archive:
        assert archive.testzip() is None
        described = json.loads(archive.read("csv-metadata.json"))
        files = set(archive.namelist()) - {"csv-metadata.json"}
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    assert {table["url"] for table in described["tables"]} == files == {f"{table}.csv" for table in TABLES}
    columns = [column for table in described["tables"] for column in table["tableSchema"]["columns"]]
    assert all(column["name"] == column["titles"] and column["dc:description"] for column in columns)


def test_tables_are_valid_to_another_reader(store: ox.Store, tmp_path: Path) -> None:
    """Datatypes, keys and references, as the csvw package checks them."""
    csvw = pytest.importorskip("csvw", reason="the csvw package is not installed")
    _unpacked(store, tmp_path)
    group = csvw.TableGroup.from_file(tmp_path / METADATA)
    rows = {table.url.string: list(table) for table in group.tables}
    assert all(rows.values())
    group.check_referential_integrity()


def test_keys_are_different_in_every_row_and_references_lead_somewhere(
    store: ox.Store, tmp_path: Path
) -> None:
    described = _unpacked(store, tmp_path)
    rows = {table["url"]: _rows(tmp_path / table["url"]) for table in described["tables"]}
    for table in described["tables"]:
        schema, here = table["tableSchema"], rows[table["url"]]
        keys = [tuple(row[name] for name in schema["primaryKey"]) for row in here]
        assert len(set(keys)) == len(keys), table["url"]
        for foreign in schema["foreignKeys"]:
            other = foreign["reference"]
            there = {row[other["columnReference"]] for row in rows[other["resource"]]}
            assert {row[foreign["columnReference"]] for row in here} - {""} <= there, (table["url"], foreign)


def test_the_statements_that_rows_make_are_in_the_graph(store: ox.Store, tmp_path: Path) -> None:
    """CSV to RDF by the metadata (https://www.w3.org/TR/csv2rdf/), but for datatypes and languages."""
    stated = {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        if isinstance(q.subject, ox.NamedNode) and not isinstance(q.object, ox.Triple)
    }
    described = _unpacked(store, tmp_path)
    made = 0
    for table in described["tables"]:
        schema = table["tableSchema"]
        for row in _rows(tmp_path / table["url"]):
            for column in schema["columns"]:
                value = row[column["name"]]
                if not value or "propertyUrl" not in column:
                    continue
                about = row[column.get("aboutUrl", schema["aboutUrl"])[2:-1]]
                assert (about, column["propertyUrl"], value) in stated, (table["url"], about, column, value)
                made += 1
    assert made > 10_000


def test_values_fit_the_datatypes_of_their_columns(store: ox.Store) -> None:
    fits = {
        "anyURI": lambda text: text.startswith(("http://", "https://")),
        "integer": lambda text: text.lstrip("-").isdigit(),
        "decimal": lambda text: text.replace(".", "", 1).lstrip("-").isdigit(),
        "boolean": lambda text: text in ("true", "false"),
        "string": lambda text: True,
    }
    for table in TABLES:
        columns = find_query(table).columns
        for row in run(store, table):
            for name, column in columns.items():
                value = row[name]
                assert value is None or fits[column.datatype](value.value), (table, name, value)  # type: ignore[union-attr]


def test_an_unknown_format(sample: ox.Store, tmp_path: Path) -> None:
    with pytest.raises(
        KgError, match=r"'json-ld' is no export format. Did you mean 'jsonld'\? Known are nq, trig"
    ):
        export(sample, "json-ld", tmp_path / "dump")
    with pytest.raises(KgError, match="Known are nq"):
        find_format("")


def test_a_failed_export_leaves_what_was_there(
    sample: ox.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_: ox.Store, file: IO[bytes], __: str) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    target = tmp_path / "dump.nt"
    target.write_text("before")
    monkeypatch.setitem(FORMATS, "nt", exports.Format(".nt", "application/n-triples", "fails", half))
    with pytest.raises(KgError, match="No space left on device"):
        export(sample, "nt", target)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_target_that_cannot_be_written(sample: ox.Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KgError, match="cannot be written"):
        export(sample, "nt", tmp_path / "file" / "dump.nt")


def _unpacked(store: ox.Store, folder: Path) -> dict[str, Any]:
    """The tables and their description as files in a folder; the description."""
    with zipfile.ZipFile(export(store, "csv", folder / "tables.zip")) as archive:
        archive.extractall(folder)
    described: dict[str, Any] = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    return described


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _canonical(graph: rdflib.Graph) -> rdflib.Graph:
    """The graph with numbers in their canonical form, as a store keeps them ("0.80" is "0.8")."""
    canonical = rdflib.Graph()
    for triple in _canonical_triples(graph):
        canonical.add(triple)
    return canonical


def _canonical_triples(
    graph: rdflib.Graph,
) -> Iterator[tuple[rdflib.term.Node, rdflib.term.Node, rdflib.term.Node]]:
    for subject, predicate, value in graph:
        if isinstance(value, rdflib.Literal) and value.datatype in (rdflib.XSD.decimal, rdflib.XSD.integer):
            value = rdflib.Literal(value.toPython())
        yield subject, predicate, value

"""Two stores for the tests of this room: a made-up sample, and the bundled data through the whole pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SKOS, Dataset, Graph, URIRef

from kg.iris import Iris
from kg.mapping.nquads import sorted_nquads
from kg.mapping.reference import reference_triples
from kg.namespaces import DG
from kg.reasoning import close, ontology_graph
from kg.resources import bundled
from kg.store.build import build
from kg.store.embedded import open_store, publish

SAMPLE = Path(__file__).with_name("sample.ttl")
EDITIONS = Path(__file__).with_name("editions.trig")
"""Two editions of one country's response: what only a query of named graphs can tell apart."""
REFERENCE = {"CYP", "DNK", "EST", "ISL", "LUX", "MLT", "oecd", "ogp"}
"""The countries and organisations of the sample; more would only slow down the engine that compares rows."""
CONCEPT_PROPERTIES = {
    RDF.type,
    RDFS.label,
    SKOS.notation,
    SKOS.broader,
    SKOS.inScheme,
    SKOS.broadMatch,
    DG.suspect,
}


@pytest.fixture(scope="session")
def sample_graph() -> Graph:
    """sample.ttl with reference data, concepts, ontology and what follows: what the default graph of a store would be."""
    return _merged(_sample_parts(_editions()))


@pytest.fixture(scope="session")
def sample_dataset() -> Dataset:
    """The sample as `sample` has it: named graphs, and their merge as default graph."""
    dataset = Dataset(default_union=True)
    for name, graph in _sample_graphs().items():
        for triple in graph:
            dataset.graph(name).add(triple)
    return dataset


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """The sample in a store: named graphs, and their merge as default graph."""
    folder = tmp_path_factory.mktemp("sample") / "store"
    publish(folder, sorted_nquads(_sample_graphs()))
    return open_store(folder)


@pytest.fixture(scope="session")
def one_edition(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """The sample without the country that has answered twice."""
    folder = tmp_path_factory.mktemp("one-edition") / "store"
    publish(folder, sorted_nquads(_sample_graphs({})))
    return open_store(folder)


@pytest.fixture(scope="session")
def bundled_nquads() -> bytes:
    """The bundled data, mapped, reasoned and validated."""
    built = build()
    assert not built.clashes
    assert built.report is not None
    assert built.report.conforms
    return built.nquads()


@pytest.fixture(scope="session")
def store(bundled_nquads: bytes, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """What `kg build` would publish of the bundled data."""
    folder = tmp_path_factory.mktemp("bundled") / "store"
    publish(folder, bundled_nquads)
    return open_store(folder)


def _sample_graphs(editions: dict[URIRef, Graph] | None = None) -> dict[URIRef, Graph]:
    iris = Iris()
    editions = _editions() if editions is None else editions
    statements, reference, ontology, inferred = _sample_parts(editions)
    for graph in editions.values():
        statements -= graph
    return {
        iris.source_graph(2020, "ISL"): statements,
        iris.reference_graph: reference,
        iris.ontology_graph: ontology,
        iris.inferred_graph: inferred,
        **editions,
    }


def _editions() -> dict[URIRef, Graph]:
    parsed = Dataset().parse(EDITIONS, format="trig")
    return {URIRef(str(graph.identifier)): graph for graph in parsed.graphs() if len(graph)}


def _sample_parts(editions: dict[URIRef, Graph]) -> tuple[Graph, Graph, Graph, Graph]:
    statements = _merged((Graph().parse(SAMPLE, format="turtle"), *editions.values()))
    reference = Graph()
    for triple in reference_triples():
        if str(triple[0]).rsplit("/", 1)[1] in REFERENCE or "/region/" in triple[0]:
            reference.add(triple)
    for file in sorted((bundled("ontology") / "concepts").glob("*.ttl")):
        for triple in Graph().parse(file, format="turtle"):
            if triple[1] in CONCEPT_PROPERTIES:
                reference.add(triple)
    ontology = ontology_graph()
    closure = close(_merged((statements, reference)), ontology, engine="compiled")
    assert not closure.clashes
    return statements, reference, ontology, closure.inferred


def _merged(graphs: Iterable[Graph]) -> Graph:
    merged = Graph()
    for graph in graphs:
        for triple in graph:
            merged.add(triple)
    return merged

"""The query library in RDF: each query once, with a text that runs as it is and the parameters that it takes."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef

from kg.namespaces import CONCEPT, DG, SCHEMA
from kg.publishing.executables import describe_queries
from kg.publishing.queries import bound_text, library

ORIGIN = "http://localhost:8000"


@pytest.fixture(scope="module")
def described() -> Graph:
    return describe_queries(library().values(), ORIGIN)


@pytest.mark.parametrize("name", library())
def test_every_query_is_an_executable_whose_text_runs(name: str, described: Graph, sample: ox.Store) -> None:
    thing = URIRef(f"{ORIGIN}/api/queries/{name}")
    query = library()[name]
    assert {SH.SPARQLExecutable, SH.SPARQLSelectExecutable} <= set(described.objects(thing, RDF.type))
    assert Literal(query.title["en"], lang="en") in set(described.objects(thing, RDFS.comment))
    assert described.value(thing, SCHEMA.target) == URIRef(ORIGIN + "/sparql")
    assert {str(word) for word in described.objects(thing, SCHEMA.keywords)} == set(query.keywords)
    (text,) = described.objects(thing, SH.select)
    required = {p.name: p.example for p in query.parameters if p.required}
    expected = sample.query(bound_text(query, required))
    found = sample.query(str(text))
    assert [v.value for v in found.variables] == [v.value for v in expected.variables]
    assert sum(1 for _ in found) == sum(1 for _ in expected)


def test_parameters_are_typed(described: Graph) -> None:
    for query in library().values():
        thing = URIRef(f"{ORIGIN}/api/queries/{query.name}")
        nodes = list(described.objects(thing, SH.parameter))
        assert len(nodes) == len(query.parameters)
        for node in nodes:
            name = str(described.value(node, SH.path)).rpartition("#")[2]
            parameter = query.parameter(name)
            assert described.value(node, SH.optional) == Literal(not parameter.required)
            if parameter.type == "country":
                assert described.value(node, SH["class"]) == DG.Jurisdiction
            elif parameter.scheme:
                choices = described.collection(described.value(node, SH["in"]))
                assert [str(c) for c in choices] == [
                    f"{CONCEPT}{parameter.scheme}/{notation}" for notation in parameter.allowed() or ()
                ]
            elif parameter.type != "iri":
                assert described.value(node, SH.datatype) is not None


def test_prefixes_are_declared_once_for_all(described: Graph) -> None:
    declared = {
        str(described.value(node, SH.prefix)): str(described.value(node, SH.namespace))
        for node in described.objects(URIRef(f"{ORIGIN}/api/queries"), SH.declare)
    }
    assert declared["dg"] == str(DG)
    other = describe_queries([], ORIGIN, "https://data.example/kg/")
    assert Literal("https://data.example/kg/id/", datatype=None).value in {
        str(value) for value in other.objects(None, SH.namespace)
    }


def test_the_same_library_gives_the_same_text() -> None:
    texts = {describe_queries(library().values(), ORIGIN).serialize(format="turtle") for _ in range(2)}
    assert len(texts) == 1

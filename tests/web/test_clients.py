"""Programs that people use: rdflib's SPARQLStore, SPARQLWrapper, curl, and Jena's rsparql where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
import SPARQLWrapper as Wrapper
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDFS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from served import EX, ITEMS, Running

SELECT = "SELECT ?label { <http://example.org/item/5> rdfs:label ?label }"
PREFIXED = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format_", ["xml", "json", "csv", "tsv"])
def test_rdflib_store(server: Running, method: str, format_: str) -> None:
    graph = Graph(SPARQLStore(server.sparql, method=method, returnFormat=format_))
    item = URIRef(EX + "item/5")
    [row] = graph.query(PREFIXED + SELECT)
    assert str(row[0]) == "item 5"  # type: ignore[index]
    if format_ != "csv":  # which does not tell languages
        assert list(graph.objects(item, RDFS.label)) == [Literal("item 5", lang="en")]
    if format_ in ("xml", "json"):  # the others have no truth values by specification
        assert (item, RDFS.label, Literal("item 5", lang="en")) in graph


def test_rdflib_store_sees_named_graphs(server: Running) -> None:
    graph = Graph(SPARQLStore(server.sparql), identifier=URIRef(EX + "graph/people"))
    assert len(list(graph.subjects(URIRef(EX + "knows"), URIRef(EX + "person/7")))) == 2


@pytest.mark.parametrize("format_", [Wrapper.JSON, Wrapper.XML, Wrapper.CSV, Wrapper.TSV])
@pytest.mark.parametrize("method", [Wrapper.GET, Wrapper.POST])
def test_sparqlwrapper_select(server: Running, format_: str, method: str) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setMethod(method)
    client.setReturnFormat(format_)
    client.setQuery(SELECT)
    result = client.query().convert()
    text = json.dumps(result) if format_ == Wrapper.JSON else getattr(result, "toxml", lambda: str(result))()
    assert "item 5" in text


@pytest.mark.parametrize("format_", [Wrapper.TURTLE, Wrapper.N3, Wrapper.RDFXML, Wrapper.JSONLD])
def test_sparqlwrapper_construct(server: Running, format_: str) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setReturnFormat(format_)
    client.setQuery(PREFIXED + "CONSTRUCT { ?s rdfs:label ?l } { ?s rdfs:label ?l } LIMIT 40")
    result = client.query().convert()
    graph = result if isinstance(result, Graph) else Graph().parse(data=result)
    assert len(graph) == 40


def test_sparqlwrapper_posts_directly_and_asks(server: Running) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setMethod(Wrapper.POST)
    client.setRequestMethod(Wrapper.POSTDIRECTLY)
    client.setReturnFormat(Wrapper.JSON)
    client.setQuery("ASK { ?s rdfs:label ?l }")
    assert client.query().convert()["boolean"] is True  # type: ignore[index,call-overload]


def test_sparqlwrapper_understands_a_refusal(server: Running) -> None:
    client = Wrapper.SPARQLWrapper(server.sparql)
    client.setQuery("SELECT ?x { ?x a }")
    with pytest.raises(Wrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    "options",
    [
        ["-G", "--data-urlencode", "query=" + SELECT],
        ["--data-urlencode", "query=" + SELECT],
        ["-H", "Content-Type: application/sparql-query", "--data-binary", SELECT],
        ["-G", "--compressed", "--data-urlencode", "query=SELECT ?label { ?s rdfs:label ?label }"],
        ["--http1.0", "-G", "--data-urlencode", "query=" + SELECT],
    ],
)
def test_curl(server: Running, options: list[str]) -> None:
    command = ["curl", "--silent", "--show-error", "--fail", *options, server.sparql]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    rows = json.loads(done.stdout)["results"]["bindings"]
    assert len(rows) in (1, ITEMS + 0)


@pytest.mark.skipif(shutil.which("rsparql") is None, reason="Apache Jena's rsparql is not installed")
def test_jena(server: Running) -> None:
    done = subprocess.run(
        ["rsparql", "--service", server.sparql, "--results", "JSON", PREFIXED + SELECT],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert b"item 5" in done.stdout

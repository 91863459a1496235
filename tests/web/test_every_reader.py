"""What is served in RDF is one graph in every syntax, to rdflib, Oxigraph, raptor and PyLD alike."""

from __future__ import annotations

from xml.etree import ElementTree

import httpx
import pytest
from rdflib import Graph

from kg.namespaces import HOME
from rdf_readers import READERS

MEDIA_TYPES = {
    "ntriples": "application/n-triples", "turtle": "text/turtle", "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json", "trig": "application/trig", "nquads": "application/n-quads",
}  # fmt: skip
CONSTRUCT = "CONSTRUCT { ?s ?p ?o . ?s ?p [] } WHERE { ?s a dg:Country ; ?p ?o } ORDER BY ?s ?p ?o LIMIT 50"
ADDRESSES = (
    "/doc/country/COL", "/doc/concept/legal-topic/open-data", "/ontology", "/shapes", "/.well-known/void",
    "/dump/catalog", "/api/queries", "/sparql", "/sparql?query=" + CONSTRUCT,
)  # fmt: skip


@pytest.fixture(scope="module")
def served() -> dict[tuple[str, str], bytes]:
    """What has been asked for."""
    return {}


def _document(client: httpx.Client, served: dict[tuple[str, str], bytes], address: str, form: str) -> bytes:
    if (address, form) not in served:
        response = client.get(address, headers={"Accept": MEDIA_TYPES[form]})
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith(MEDIA_TYPES[form])
        served[address, form] = response.content
    return served[address, form]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("form", [form for form in MEDIA_TYPES if form != "ntriples"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_syntax_is_the_same_graph(
    explorer: httpx.Client, served: dict[tuple[str, str], bytes], address: str, form: str, reader: str
) -> None:
    if reader == "oxigraph" and form == "jsonld" and address.startswith("/doc/"):
        pytest.skip("Oxigraph fetches no contexts; test_pages.py reads the expanded form with it")
    expected = READERS["oxigraph"](_document(explorer, served, address, "ntriples"), "ntriples")
    assert len(expected) > 3
    assert READERS[reader](_document(explorer, served, address, form), form) == expected
    assert any(HOME in quad for quad in expected)


def test_line_ends_survive_xml(explorer: httpx.Client) -> None:
    """XML parsers make line feeds of carriage returns, unless these are written as references."""
    literal = "a\r\nb\rc"
    text = literal.replace("\r", "\\r").replace("\n", "\\n")
    constructed = explorer.get(
        "/sparql",
        params={"query": f'CONSTRUCT {{ <urn:a:b> <http://x.example/c> "{text}" }} WHERE {{}}'},
        headers={"Accept": "application/rdf+xml"},
    )
    (triple,) = Graph().parse(data=constructed.content, format="xml")
    assert str(triple[2]) == literal
    selected = explorer.get(
        "/sparql",
        params={"query": f'SELECT ("{text}" AS ?v) {{}}'},
        headers={"Accept": "application/sparql-results+xml"},
    )
    found = ElementTree.fromstring(selected.content).find(
        ".//{http://www.w3.org/2005/sparql-results#}literal"
    )
    assert found is not None
    assert found.text == literal

"""The endpoint described in RDF (SPARQL 1.1 Service Description) with statistics of its dataset (VoID)."""

from __future__ import annotations

import asyncio
from functools import partial
from xml.sax.saxutils import escape

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, VOID, XSD

from kg.namespaces import HOME
from kg.store.interface import ServedVersion
from kg.web import negotiation
from kg.web.figures import Counted

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = "http://www.w3.org/ns/formats/"
_FORMAT_IRIS = {
    "json": "SPARQL_Results_JSON", "xml": "SPARQL_Results_XML", "csv": "SPARQL_Results_CSV", "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle", "ntriples": "N-Triples", "jsonld": "JSON-LD", "rdfxml": "RDF_XML", "trig": "TriG",
    "nquads": "N-Quads",
}  # fmt: skip
_SERIALIZERS = {
    "turtle": "turtle", "ntriples": "nt", "jsonld": "json-ld", "rdfxml": "xml", "trig": "turtle", "nquads": "nt",
}  # fmt: skip
"""A description is one graph: as a default graph, TriG and N-Quads write it as Turtle and N-Triples do."""


class Descriptions:
    """The description of the version that is served, in each format.

    To write one of 1,544 responses takes half a second of processor time, and anybody may ask as often as they like: each
    text is made once, in a thread, and the address that the endpoint was asked at put in.
    """

    def __init__(self, *, updatable: bool, federated: bool) -> None:
        """`updatable` and `federated` tell whether updates and SERVICE are switched on."""
        self._switches = {"updatable": updatable, "federated": federated}
        self._version = ""
        self._texts: dict[str, asyncio.Task[bytes]] = {}

    async def text(self, endpoint: str, version: ServedVersion, counted: Counted, key: str) -> bytes:
        """The description in one of `negotiation.GRAPHS`, with what was `counted` as VoID statistics."""
        make = partial(_text, version, counted, key, **self._switches)
        if not counted.graphs:  # counting has failed, and is tried again the next time
            return _placed(await asyncio.to_thread(make), endpoint, key)
        if version.id != self._version:
            self._version = version.id
            self._texts.clear()
        making = self._texts.get(key)
        if making is None or (making.done() and (making.cancelled() or making.exception())):
            making = self._texts[key] = asyncio.create_task(asyncio.to_thread(make))
        # A client that hangs up takes nobody else's text with it.
        return _placed(await asyncio.shield(making), endpoint, key)


def serialize(graph: Graph, key: str) -> bytes:
    """A graph in one of `negotiation.GRAPHS`."""
    return graph.serialize(format=_SERIALIZERS[key], encoding="utf-8")


# --- private helpers ---

_HERE = "urn:x-digigov-kg:this-endpoint"
"""Stands for the endpoint's address in texts that are kept."""


def _text(version: ServedVersion, counted: Counted, key: str, *, updatable: bool, federated: bool) -> bytes:
    graph = _description(_HERE, version, counted, updatable=updatable, federated=federated)
    return serialize(graph, key)


def _placed(text: bytes, endpoint: str, key: str) -> bytes:
    address = escape(endpoint) if key == "rdfxml" else endpoint
    return text.replace(_HERE.encode(), address.encode())


def _description(
    endpoint: str,
    version: ServedVersion,
    counted: Counted,
    *,
    updatable: bool,
    federated: bool,
) -> Graph:
    graph = Graph()
    graph.bind("sd", SD)
    graph.bind("void", VOID)
    # Fixed names of blank nodes: the same dataset gives the same text.
    service, dataset, default = URIRef(endpoint), BNode("dataset"), BNode("default")
    graph.add((service, RDF.type, SD.Service))
    graph.add((service, SD.endpoint, service))
    graph.add((service, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((service, SD.feature, SD.UnionDefaultGraph))
    if updatable:
        graph.add((service, SD.supportedLanguage, SD.SPARQL11Update))
        graph.add((service, SD.feature, SD.EmptyGraphs))
        for format_ in negotiation.GRAPHS:
            graph.add((service, SD.inputFormat, URIRef(_FORMATS + _FORMAT_IRIS[format_.key])))
    if federated:
        graph.add((service, SD.feature, SD.BasicFederatedQuery))
    for format_ in (*negotiation.SOLUTIONS, *negotiation.GRAPHS):
        graph.add((service, SD.resultFormat, URIRef(_FORMATS + _FORMAT_IRIS[format_.key])))
    graph.add((service, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    graph.add((default, RDF.type, VOID.Dataset))
    graph.add((default, VOID.triples, _number(version.triples)))
    graph.add((default, VOID.sparqlEndpoint, service))
    graph.add((default, DCTERMS.identifier, Literal(version.id)))
    graph.add((default, DCTERMS.modified, Literal(version.created, datatype=XSD.dateTime)))
    graph.add((default, VOID.vocabulary, URIRef(HOME + "ontology#")))
    graph.add((default, VOID.classes, _number(len(counted.classes))))
    for position, (name, entities) in enumerate(sorted(counted.classes.items())):
        partition = BNode(f"class{position}")
        graph.add((default, VOID.classPartition, partition))
        graph.add((partition, VOID["class"], URIRef(name)))
        graph.add((partition, VOID.entities, _number(entities)))
    graph.add((default, VOID.properties, _number(len(counted.properties))))
    for position, (name, triples) in enumerate(sorted(counted.properties.items())):
        partition = BNode(f"property{position}")
        graph.add((default, VOID.propertyPartition, partition))
        graph.add((partition, VOID.property, URIRef(name)))
        graph.add((partition, VOID.triples, _number(triples)))
    for position, (name, triples) in enumerate(sorted(counted.graphs.items())):
        named, content = BNode(f"named{position}"), BNode(f"graph{position}")
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(name)))
        graph.add((named, SD.graph, content))
        graph.add((content, RDF.type, SD.Graph))
        graph.add((content, VOID.triples, _number(triples)))
    return graph


def _number(value: int) -> Literal:
    return Literal(value, datatype=XSD.integer)

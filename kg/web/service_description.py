"""The endpoint described in RDF (SPARQL 1.1 Service Description) with statistics of its dataset (VoID)."""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, VOID, XSD

from kg.namespaces import HOME
from kg.store.interface import ServedVersion
from kg.web import negotiation

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


def describe_service(
    endpoint: str,
    version: ServedVersion,
    graphs: dict[str, int],
    classes: dict[str, int],
    *,
    updatable: bool = False,
    federated: bool = False,
) -> Graph:
    """The description as a graph: `graphs` and `classes` give triples and instances by IRI.

    `updatable` and `federated` tell whether updates and SERVICE are switched on.
    """
    graph = Graph()
    graph.bind("sd", SD)
    graph.bind("void", VOID)
    service, dataset, default = URIRef(endpoint), BNode(), BNode()
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
    graph.add((default, VOID.classes, _number(len(classes))))
    for name, entities in sorted(classes.items()):
        partition = BNode()
        graph.add((default, VOID.classPartition, partition))
        graph.add((partition, VOID["class"], URIRef(name)))
        graph.add((partition, VOID.entities, _number(entities)))
    for name, triples in sorted(graphs.items()):
        named, content = BNode(), BNode()
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(name)))
        graph.add((named, SD.graph, content))
        graph.add((content, RDF.type, SD.Graph))
        graph.add((content, VOID.triples, _number(triples)))
    return graph


def serialize(graph: Graph, key: str) -> bytes:
    """The graph in one of `negotiation.GRAPHS`."""
    return graph.serialize(format=_SERIALIZERS[key], encoding="utf-8")


def _number(value: int) -> Literal:
    return Literal(value, datatype=XSD.integer)

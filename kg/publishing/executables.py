"""The query library in RDF, as `sh:SPARQLExecutable` (https://www.w3.org/TR/shacl/#dfn-sparql-executable).

The form is the one of SPARQL example collections (https://github.com/sib-swiss/sparql-examples), which editors and
assistants read: a resource per query with its question in words, its text, its prefixes, its keywords and its endpoint.
Parameters are those of SHACL Advanced Features: `sh:parameter` (https://www.w3.org/TR/shacl-af/).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS, XSD

from kg.namespaces import CONCEPT, DG, HOME, PREFIXES, SCHEMA
from kg.publishing.catalogue import LICENCE
from kg.publishing.queries import NamedQuery, Parameter, bound_text

_SH: Final = Namespace(str(SH))
_DATATYPES: Final = {"edition": XSD.integer, "integer": XSD.integer, "string": XSD.string}


def describe_queries(queries: Iterable[NamedQuery], origin: str, base_iri: str = HOME) -> Graph:
    """The queries as a graph; `origin` (scheme and host) is where they can be asked: each is named by its address there.

    The text of a query is one that can be sent as it is: what is required is bound to the example, the rest left open.
    """
    graph = Graph()
    for prefix in ("sh", "dct", "dg", "rdfs", "schema", "skos", "owl"):
        graph.bind(prefix, PREFIXES[prefix])
    library = URIRef(f"{origin}/api/queries")
    graph.add((library, RDF.type, OWL.Ontology))
    graph.add((library, RDFS.label, Literal("The query library of DigiGov KG", lang="en")))
    for prefix, namespace in sorted(PREFIXES.items()):
        declaration = BNode(f"prefix-{prefix}")  # fixed names: the same library gives the same text
        value = base_iri + namespace[len(HOME) :] if prefix in ("id", "graph") else namespace
        graph.add((library, _SH.declare, declaration))
        graph.add((declaration, _SH.prefix, Literal(prefix)))
        graph.add((declaration, _SH.namespace, Literal(value, datatype=XSD.anyURI)))
    for query in queries:
        _add(graph, library, query, origin, base_iri)
    return graph


# --- private helpers ---


def _add(graph: Graph, library: URIRef, query: NamedQuery, origin: str, base_iri: str) -> None:
    thing = URIRef(f"{library}/{query.name}")
    required = {parameter.name: parameter.example for parameter in query.parameters if parameter.required}
    for predicate, value in (
        (RDF.type, _SH.SPARQLExecutable),
        (RDF.type, _SH.SPARQLSelectExecutable),
        (RDFS.isDefinedBy, library),
        (DCTERMS.identifier, Literal(query.name)),
        (DCTERMS.description, Literal(query.description, lang="en")),
        (DCTERMS.license, LICENCE),
        (_SH.prefixes, library),
        (_SH.select, Literal(bound_text(query, required, base_iri).strip() + "\n")),
        (SCHEMA.target, URIRef(f"{origin}/sparql")),
        *((SCHEMA.keywords, Literal(word)) for word in query.keywords),
    ):
        graph.add((thing, predicate, value))
    for language, title in query.title.items():
        graph.add((thing, RDFS.label, Literal(title, lang=language)))
        graph.add((thing, RDFS.comment, Literal(title, lang=language)))
    for position, parameter in enumerate(query.parameters):
        node = BNode(f"{query.name}-{parameter.name}")
        graph.add((thing, _SH.parameter, node))
        _add_parameter(graph, node, f"{thing}#{parameter.name}", parameter, position)


def _add_parameter(graph: Graph, node: BNode, path: str, parameter: Parameter, position: int) -> None:
    for predicate, value in (
        (RDF.type, _SH.Parameter),
        (_SH.path, URIRef(path)),
        (_SH.order, Literal(position)),
        (_SH.optional, Literal(not parameter.required)),
        (SKOS.example, Literal(str(parameter.example))),
    ):
        graph.add((node, predicate, value))
    for language, label in parameter.label.items():
        graph.add((node, _SH.name, Literal(label, lang=language)))
    if parameter.default is not None:
        graph.add((node, _SH.defaultValue, Literal(parameter.default)))
    if parameter.type in _DATATYPES:
        graph.add((node, _SH.datatype, _DATATYPES[parameter.type]))
        return
    graph.add((node, _SH.nodeKind, _SH.IRI))
    if parameter.type == "country":
        graph.add((node, _SH["class"], DG.Jurisdiction))
    if parameter.scheme:
        notations = parameter.allowed() or ()
        choices = BNode(f"{node}-choices")
        graph.add((node, _SH["in"], choices))
        Collection(graph, choices, [CONCEPT[f"{parameter.scheme}/{notation}"] for notation in notations])

"""Triples as rdflib has them, and their terms as Oxigraph takes them: the two libraries that the rooms work with."""

from __future__ import annotations

import json

import pyoxigraph as ox
from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node

Triple = tuple[Node, Node, Node]


def to_oxigraph(term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """An IRI, blank node or literal of rdflib as one of Oxigraph. Raises ValueError for an IRI that RDF does not allow."""
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, Literal):
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or XSD.string)))
    return ox.BlankNode(str(term))


def to_text(term: Node) -> str:
    """A term as a text that tells it from all others: no IRI begins with a quote or an underscore."""
    if isinstance(term, Literal):
        return '"' + json.dumps([str(term), term.language, term.datatype], ensure_ascii=False)
    return f"_:{term}" if isinstance(term, BNode) else str(term)


def from_text(text: str) -> Node:
    """The term that `to_text` has written. Raises ValueError for other texts that begin with a quote."""
    if text.startswith('"'):
        value, language, datatype = json.loads(text[1:])
        return Literal(value, lang=language, datatype=datatype and URIRef(datatype), normalize=False)
    return BNode(text[2:]) if text.startswith("_:") else URIRef(text)

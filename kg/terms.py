"""Triples as rdflib has them, and their terms as Oxigraph takes them: the two libraries that the rooms work with."""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import XSD, Literal, URIRef
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

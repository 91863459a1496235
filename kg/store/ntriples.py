"""Triples as lines of N-Triples: the form in which graphs are kept between builds and given to the store.

Lines are sorted and unique, with canonical blank node labels (kg/mapping/nquads.py), so that equal graphs are equal
bytes. Reading a million of them back is most of what a build with a full cache does: a term is made once for each
spelling, and lines are taken apart at their spaces, which neither IRIs nor blank node labels have.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import KgError
from kg.reasoning import graph_of
from kg.terms import Triple


class Terms:
    """Reads lines of N-Triples as rdflib terms; equal terms are one object for as long as this lives."""

    def __init__(self) -> None:
        self._known: dict[bytes, Node] = {}

    def triples(self, lines: Iterable[bytes]) -> Iterator[Triple]:
        """The triples of lines as `kg.mapping.nquads.sorted_ntriples` writes them. Raises ValueError for other lines."""
        known = self._known
        for line in lines:
            s, p, o = line[:-2].split(b" ", 2)
            try:
                yield known[s], known[p], known[o]
            except KeyError:
                for text in (s, p, o):
                    if text not in known:
                        known[text] = _term(text)
                yield known[s], known[p], known[o]

    def graph(self, text: bytes) -> Graph:
        """A graph of the triples of a text."""
        return graph_of(self.triples(text.splitlines()))


def written(triples: Iterable[Triple]) -> set[bytes]:
    """The triples as lines of N-Triples, blank nodes under their labels. Raises KgError for an IRI that RDF does not allow."""
    graph = Graph(store="SimpleMemory")
    for triple in triples:
        graph.add(triple)
    return set(graph.serialize(format="nt", encoding="utf-8").splitlines()) - {b""}


def require_readable(text: bytes) -> None:
    """Raises KgError, quoting the line, when the store would refuse the N-Triples: an IRI with a space in it, say."""
    try:
        for _ in ox.parse(text, format=ox.RdfFormat.N_TRIPLES):
            pass
    except SyntaxError as error:
        line = text.splitlines()[error.lineno - 1] if error.lineno else b""
        shown = line.decode("utf-8", "replace")
        raise KgError(
            f"gives a statement that RDF does not allow ({error.msg}): {shown if len(shown) <= 300 else shown[:299] + '…'}",
            hint="Look for the address or name in the record.",
        ) from None


def mark_of(line: bytes) -> int:
    """32 bits that stand for a line: lines with other marks are others, those with the same one have to be compared."""
    return zlib.crc32(line)


def marks_of(text: bytes) -> bytes:
    """The marks of the lines of a text. They tell which of many texts may have a line, without reading them."""
    return _little(array("I", map(mark_of, text.splitlines()))).tobytes()


def read_marks(marks: bytes) -> Iterable[int]:
    """What `marks_of` has written."""
    return _little(array("I", marks))


# --- private helpers ---


def _little(marks: array[int]) -> array[int]:
    """The cache may be shared by machines of either byte order."""
    if sys.byteorder == "big":
        marks.byteswap()
    return marks


def _term(text: bytes) -> Node:
    if text.startswith(b"<") and b"\\" not in text:
        return URIRef(text[1:-1].decode())
    if text.startswith(b"_:"):
        return BNode(text[2:].decode())
    quad = next(iter(ox.parse(b"<x:x> <x:x> " + text + b" .\n", format=ox.RdfFormat.N_TRIPLES)), None)
    if quad is None:
        raise ValueError(text)
    term = quad.object
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if not isinstance(term, ox.Literal):
        raise ValueError(text)
    if term.language is not None:
        # As the text has it: the engine writes language tags in lower case.
        return Literal(term.value, lang=text.rpartition(b'"@')[2].decode())
    kind = term.datatype.value
    written_out = text.endswith(b">")
    return Literal(term.value, datatype=URIRef(kind) if written_out else None, normalize=False)

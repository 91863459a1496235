"""Lines of N-Triples as an rdflib graph that reads only what it is asked about.

The reference data with all figures are a hundred thousand terms, and what one record needs of them are some hundreds: to
make objects of all takes longer than the work on that record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.store import Store
from rdflib.term import Node

from kg.store.ntriples import Terms
from kg.terms import Triple

Pattern = tuple[Node | None, Node | None, Node | None]


def graph_of_lines(text: bytes, terms: Terms) -> Graph:
    """A graph of the triples of a text as `kg.mapping.nquads.sorted_ntriples` writes it, to be read only."""
    return Graph(store=Lines(text, terms))


class Lines(Store):
    """What a subject or an object is in is found by its spelling; any other question reads everything."""

    def __init__(self, text: bytes, terms: Terms) -> None:
        super().__init__()
        self._terms = terms
        self._about: defaultdict[bytes, list[bytes]] = defaultdict(list)
        self._size = 0
        lines = dict.fromkeys(text.splitlines())
        for line in lines:
            self._about[line[: line.index(b" ")]].append(line)
        if b"\\" in b"".join(self._about):  # an IRI in another spelling than its shortest
            self._about = _respelled(self._about, terms)
        self._size = len(lines)
        self._read: dict[Node, dict[Node, dict[Node, None]]] = {}
        self._in: defaultdict[bytes, list[bytes]] | None = None

    def triples(
        self, triple_pattern: Pattern, context: Any = None
    ) -> Iterator[tuple[Triple, Iterator[None]]]:
        s, p, o = triple_pattern
        if s is not None:
            values = self._described(s)
            for predicate in values if p is None else (p,):
                objects = values.get(predicate, {})
                for found in tuple(objects) if o is None else ((o,) if o in objects else ()):
                    yield (s, predicate, found), iter(())
            return
        for triple in self._terms.triples(self._where(o)):
            if (p is None or triple[1] == p) and (o is None or triple[2] == o):
                yield triple, iter(())

    def __len__(self, context: Any = None) -> int:
        return self._size

    def _described(self, s: Node) -> dict[Node, dict[Node, None]]:
        if s not in self._read:
            found: dict[Node, dict[Node, None]] = {}
            for _, p, o in self._terms.triples(self._about.get(_spelled(s), ())):
                found.setdefault(p, {})[o] = None
            self._read[s] = found
        return self._read[s]

    def _where(self, o: Node | None) -> Iterator[bytes]:
        if o is None or isinstance(o, Literal):  # a literal may be spelled in several ways
            return (line for lines in self._about.values() for line in lines)
        if self._in is None:
            self._in = defaultdict(list)
            for lines in self._about.values():
                for line in lines:
                    if not line.endswith(b'" .'):
                        self._in[line[:-2].split(b" ", 2)[2]].append(line)
            if any(spelled.startswith(b"<") and b"\\" in spelled for spelled in self._in):
                self._in = _respelled(self._in, self._terms, iris_only=True)
        return iter(self._in.get(_spelled(o), ()))


# --- private helpers ---


def _spelled(node: Node) -> bytes:
    if isinstance(node, URIRef):
        return b"<" + str(node).encode() + b">"
    return b"_:" + str(node).encode() if isinstance(node, BNode) else b""


def _respelled(
    index: defaultdict[bytes, list[bytes]], terms: Terms, *, iris_only: bool = False
) -> defaultdict[bytes, list[bytes]]:
    found: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for spelled, lines in index.items():
        if b"\\" in spelled and (not iris_only or spelled.startswith(b"<")):
            triple = next(terms.triples([spelled + b" <x:p> " + spelled + b" ."]))
            found[_spelled(triple[0])] += lines
        else:
            found[spelled] += lines
    return found

"""Statements read as an rdflib graph where they are: in an engine, or in several graphs at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, Literal
from rdflib.store import Store
from rdflib.term import Node

from kg.terms import Triple, to_oxigraph
from kg.validation.setwise import Number, to_rdf

Pattern = tuple[Node | None, Node | None, Node | None]


class Stored(Store):
    """A store of Oxigraph: its default graph, or all graphs together. To be read only."""

    context_aware = False

    def __init__(self, store: ox.Store, written: Mapping[Number, Literal], *, all_graphs: bool) -> None:
        """`written` tells how numbers come back (see `Asked.written`)."""
        super().__init__()
        self._store, self._written = store, written
        self._graph = None if all_graphs else ox.DefaultGraph()

    def triples(
        self, triple_pattern: Pattern, context: Any = None
    ) -> Iterator[tuple[Triple, Iterator[None]]]:
        if isinstance(triple_pattern[0], Literal):
            return
        s, p, o = (None if term is None else to_oxigraph(term) for term in triple_pattern)
        for quad in self._store.quads_for_pattern(s, p, o, self._graph):  # type: ignore[arg-type]
            subject, predicate, value = (
                to_rdf(term, self._written) for term in (quad.subject, quad.predicate, quad.object)
            )
            yield (subject, predicate, value), iter(())

    def __len__(self, context: Any = None) -> int:
        return len(self._store)


class Watched(Store):
    """Several graphs as one, which notes what was looked up: the subjects, and the objects of patterns without one."""

    context_aware = False

    def __init__(self, graphs: Sequence[Graph]) -> None:
        super().__init__()
        self._graphs = graphs
        self.subjects: set[Node] = set()
        self.objects: set[Node] = set()

    def triples(
        self, triple_pattern: Pattern, context: Any = None
    ) -> Iterator[tuple[Triple, Iterator[None]]]:
        s, _, o = triple_pattern
        if s is not None:
            self.subjects.add(s)
        elif o is not None:
            self.objects.add(o)
        for graph in self._graphs:
            for triple in graph.triples(triple_pattern):
                yield triple, iter(())

    def __len__(self, context: Any = None) -> int:
        return sum(map(len, self._graphs))

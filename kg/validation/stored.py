"""Statements read as an rdflib graph where they are: in an engine, or in several graphs at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, Literal
from rdflib.store import Store
from rdflib.term import Node

from kg.terms import Triple, to_oxigraph
from kg.validation.setwise import Number, to_rdf

Pattern = tuple[Node | None, Node | None, Node | None]


class Plain(Store):
    """A store in memory for one graph. rdflib's own keeps contexts for each statement, which takes pyshacl, asking for a
    few statements a hundred thousand times, half as long again; and the one without contexts pyshacl does not take.
    """

    context_aware = True
    graph_aware = True

    def __init__(self) -> None:
        super().__init__()
        self._by_subject: _Index = {}
        self._by_predicate: _Index = {}
        self._by_object: _Index = {}
        self._size = 0

    def add(self, triple: Triple, context: Any, quoted: bool = False) -> None:
        s, p, o = triple
        objects = self._by_subject.setdefault(s, {}).setdefault(p, {})
        self._size += o not in objects
        objects[o] = None
        self._by_predicate.setdefault(p, {}).setdefault(o, {})[s] = None
        self._by_object.setdefault(o, {}).setdefault(s, {})[p] = None

    def add_graph(self, graph: Graph) -> None:
        return None

    def triples(
        self, triple_pattern: Pattern, context: Any = None
    ) -> Iterator[tuple[Triple, Iterator[None]]]:
        s, p, o = triple_pattern
        if s is not None:
            values = self._by_subject.get(s)
            if values is None:
                return
            if p is not None:
                objects = values.get(p, _NONE)
                if o is None:
                    for o in tuple(objects):
                        yield (s, p, o), _NOWHERE
                elif o in objects:
                    yield (s, p, o), _NOWHERE
            else:
                for p, objects in tuple(values.items()):
                    if o is None:
                        for each in tuple(objects):
                            yield (s, p, each), _NOWHERE
                    elif o in objects:
                        yield (s, p, o), _NOWHERE
        elif p is not None:
            values = self._by_predicate.get(p, {})
            for value in tuple(values) if o is None else (o,):
                for s in tuple(values.get(value, _NONE)):
                    yield (s, p, value), _NOWHERE
        elif o is not None:
            for s, predicates in tuple(self._by_object.get(o, {}).items()):
                for p in tuple(predicates):
                    yield (s, p, o), _NOWHERE
        else:
            for s, values in tuple(self._by_subject.items()):
                for p, objects in tuple(values.items()):
                    for o in tuple(objects):
                        yield (s, p, o), _NOWHERE

    def __len__(self, context: Any = None) -> int:
        return self._size


_Index = dict[Node, dict[Node, dict[Node, None]]]
_NONE: dict[Node, None] = {}
_NOWHERE: Iterator[None] = iter(())


def plain_graph(*parts: Iterable[Triple]) -> Graph:
    """A graph of the triples in a `Plain` store."""
    graph = Graph(store=Plain(), bind_namespaces="none")
    for part in parts:
        for triple in part:
            graph.add(triple)
    return graph


class Stored(Store):
    """A store of Oxigraph: its default graph, or all graphs together. To be read only."""

    context_aware = False

    def __init__(self, store: ox.Store, written: Mapping[Number, Literal], *, all_graphs: bool) -> None:
        """`written` tells how numbers come back (see `Asked.written`)."""
        super().__init__()
        self._store, self._written = store, written
        self._graph = None if all_graphs else ox.DefaultGraph()

    def close(self, commit_pending_transaction: bool = False) -> None:
        """Let go of the engine. A graph over this store refers to itself, and would hold it until memory is cleaned up."""
        del self._store

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

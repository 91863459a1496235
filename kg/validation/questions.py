"""What is asked of all statements together: a query that looks across sources, or SHACL Core about contested things.

Each question can be answered apart from the others, in this process or, where the engine keeps its files and nobody
writes, in several that have opened them.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from kg.validation.affected import restricted
from kg.validation.background import Background, pointing
from kg.validation.checking import Results, core_results
from kg.validation.setwise import Asked, Number, Targets
from kg.validation.stored import Stored, plain_graph


@dataclass(frozen=True, slots=True)
class Question:
    """`shape`: the one whose queries are asked, of some `things` (SPARQL terms) or of all; without it, what the shapes of
    SHACL Core that look across sources find in `nodes`. `entailed`: in what follows, too, or in what is stated alone.
    """

    entailed: bool
    shape: str | None = None
    things: frozenset[str] | None = None
    nodes: frozenset[str] = frozenset()


def answer(
    question: Question, engine: ox.Store, written: Mapping[Number, Literal], background: Background
) -> Results:
    """The results. `engine` has what is stated in its default graph, `written` tells how numbers come back (setwise.py)."""
    stored = Stored(engine, written, all_graphs=question.entailed)
    try:
        return _answer(question, Graph(store=stored), engine, written, background)
    finally:
        stored.close()


def neighbourhood(graph: Graph, nodes: Set[Node], background: Background) -> Graph:
    """All that the shapes of SHACL Core across sources look at from `nodes`."""
    reach = background.reach
    near = plain_graph(background.hierarchy)
    for node in nodes:
        for triple in pointing(graph, node, frozenset(), reach.cited):
            near.add(triple)
    fresh, reached = set(nodes), set[Node]()
    for _ in range(max(1, reach.steps)):
        reached |= fresh
        further: set[Node] = set()
        for node in fresh:
            for triple in graph.triples((node, None, None)):
                if triple[1] in reach.properties:
                    near.add(triple)
                    if (triple[1], False) in reach.onward:
                        further.add(triple[2])
            for triple in pointing(graph, node, reach.inverse):
                near.add(triple)
                if (triple[1], True) in reach.onward:
                    further.add(triple[0])
        fresh = further - reached
    return near


# --- private helpers ---


def _answer(
    question: Question,
    graph: Graph,
    engine: ox.Store,
    written: Mapping[Number, Literal],
    background: Background,
) -> Results:
    if question.shape is None:
        nodes: set[Node] = {URIRef(node) for node in question.nodes}
        found = core_results(neighbourhood(graph, nodes, background), background.core_across)
        return {k: m for k, m in found.items() if k[0] in nodes and k[3] in background.across}
    shape, things = URIRef(question.shape), question.things
    if things is not None:
        targets = Targets(background.shapes, shape, graph)
        things = frozenset(t for t in things if not t.startswith("<") or URIRef(t[1:-1]) in targets)
        if not things:
            return {}
    asked = Asked(graph, engine, dict(written), all_graphs=question.entailed)
    return asked.results(
        background.shapes,
        only={shape},
        text=lambda query: query if things is None else restricted(query, things),
    )

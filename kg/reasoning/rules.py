"""Entailments that OWL 2 RL cannot say, as SPARQL CONSTRUCT rules (`ontology/rules/*.rq`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from rdflib import BNode, Graph, URIRef, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node

from kg.errors import KgError
from kg.namespaces import PREFIXES
from kg.terms import Triple, to_oxigraph

Pattern = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Rule:
    """A CONSTRUCT query: where its pattern holds, its template holds too.

    `patterns` are its triple patterns; None where it may match triples otherwise, too (property paths, EXISTS, GRAPH …).
    """

    name: str
    text: str
    query: Query
    patterns: tuple[Pattern, ...] | None

    def conclusions(self, graph: Graph) -> Set[Triple]:
        """What the rule concludes from `graph`, whether or not it is stated there already.

        Oxigraph answers, from the statements that a pattern can match. It keeps the value of a literal, not how it is
        written, so that conclusions about literals are left to rdflib.
        """
        store = ox.Store()
        store.bulk_extend(ox.Quad(*map(to_oxigraph, triple)) for triple in self._matched(graph))  # type: ignore[arg-type]
        found = store.query(self.text, prefixes=PREFIXES)
        assert isinstance(found, ox.QueryTriples)  # load_rules lets CONSTRUCT pass only
        triples = [(t.subject, t.predicate, t.object) for t in found]
        if any(isinstance(o, ox.Literal) for _, _, o in triples):
            return set(graph.query(self.query).graph or ())
        return {(_rdf(s), _rdf(p), _rdf(o)) for s, p, o in triples}

    def _matched(self, graph: Graph) -> Iterable[Triple]:
        if self.patterns is None:
            return graph
        return {
            triple
            for pattern in self.patterns
            for triple in graph.triples(tuple(None if isinstance(t, Variable) else t for t in pattern))  # type: ignore[arg-type]
        }


def load_rules(paths: Iterable[Path]) -> tuple[Rule, ...]:
    """The rules of the files. Raises KgError for a file that is no SPARQL CONSTRUCT query."""
    return tuple(_load(path, path.stat().st_mtime_ns) for path in paths)


@cache
def _load(path: Path, _changed: int) -> Rule:
    text = path.read_text("utf-8")
    try:
        query = prepareQuery(text, initNs=PREFIXES)
    except Exception as error:  # pyparsing and rdflib raise many kinds for bad query text
        raise KgError(
            f"the rule is not readable as SPARQL ({' '.join(str(error).split())[:200]})",
            where=str(path),
            hint="Correct the query; it must be a CONSTRUCT.",
        ) from error
    if query.algebra.name != "ConstructQuery":
        raise KgError(
            "the rule is no CONSTRUCT query", where=str(path), hint="Write it as CONSTRUCT { … } WHERE { … }."
        )
    return Rule(path.stem, text, query, _patterns(query.algebra))


_OF_PATTERNS = frozenset(
    {
        "ConstructQuery",
        "Project",
        "Distinct",
        "Extend",
        "Filter",
        "Join",
        "LeftJoin",
        "Union",
        "Minus",
        "ToMultiSet",
    }
)
"""Operators that match triples by the basic graph patterns within them only."""


def _patterns(algebra: CompValue) -> tuple[Pattern, ...] | None:
    patterns: list[Pattern] = []
    for operator in operators(algebra):
        if operator.name == "BGP":
            patterns += operator.triples
        elif operator.name not in _OF_PATTERNS:
            return None
    return tuple(patterns) if all(isinstance(t, Node) for p in patterns for t in p) else None


def operators(node: CompValue) -> Iterator[CompValue]:
    """The operators of a query's algebra; in filters only what looks at the graph again (EXISTS) counts."""
    yield node
    for key in ("p", "p1", "p2"):
        inner = node.get(key)
        if isinstance(inner, CompValue):
            yield from operators(inner)
    expression = node.get("expr")
    if isinstance(expression, CompValue):
        yield from _exists(expression)


def _exists(expression: CompValue) -> Iterator[CompValue]:
    if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        yield expression
    for value in expression.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, CompValue):
                yield from _exists(item)


def _rdf(term: object) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    assert isinstance(term, ox.BlankNode)
    return BNode(term.value)

"""Of which things a changed statement can make a SPARQL constraint find something else.

A build after one edit asks each constraint again for these things only. They are found by the constraint's own triple
patterns: a result that comes or goes does so by some pattern, at any depth of the query, matching a changed statement; so
each pattern is bound to the changed statements, and `$this` looked up through the other patterns, with filters left out.
That is more than can change, never less (the counting argument for incremental views; Gupta and Mumick, 1995), provided
it is asked while the engine holds the statements of before and after together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from kg.terms import Triple

THIS = "this"
_TOGETHER = 500
"""Bindings in one query."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place of a query where a statement can match: its pattern, and the patterns around it as SPARQL."""

    predicate: str | None
    """None: any."""
    subject: str
    object: str
    """A variable with its question mark, or an RDF term as SPARQL writes it."""
    around: str


def occurrences(query: str, prefixes: Mapping[str, str]) -> tuple[Occurrence, ...] | None:
    """The places of a SELECT query that binds `$this`; None for a query that is not understood to the last operator."""
    try:
        algebra = prepareQuery(query, initNs=dict(prefixes)).algebra
        return tuple(_Reading().read(algebra, _plain).places)
    except _NotUnderstood:
        return None


def affected(
    places: Iterable[Occurrence],
    changed: Iterable[Triple],
    ask: Callable[[str], Any],
) -> set[str]:
    """The things (as SPARQL terms) for which the query of `places` can give something else when `changed` come or go.

    `ask` evaluates a query in the engine that holds both the statements of before and those of after.
    """
    by_predicate: dict[str, list[tuple[str, str]]] = {}
    for s, p, o in changed:
        by_predicate.setdefault(str(p), []).append((_term(s), _term(o)))
    found: set[str] = set()
    for place in places:
        names = [place.predicate] if place.predicate is not None else list(by_predicate)
        bindings = {b for name in names for pair in by_predicate.get(name, ()) if (b := _bound(place, pair))}
        found |= {value for binding in bindings for name, value in binding if name == f"?{THIS}"}
        rest = sorted(b for b in bindings if f"?{THIS}" not in {name for name, _ in b})
        for first in range(0, len(rest), _TOGETHER):
            found |= _looked_up(place, rest[first : first + _TOGETHER], ask)
    return found


def restricted(query: str, things: Collection[str]) -> str:
    """The query for some `$this` only (as SPARQL terms), each SELECT that gives it held to them."""
    values = f" VALUES ?{THIS} {{ {' '.join(sorted(things))} }} "
    return _SELECT.sub(
        lambda match: match[0] + values if re.search(rf"[$?]{THIS}\b", match[1]) else match[0], query
    )


_SELECT = re.compile(r"\bSELECT\b([^{}]*?)\bWHERE\s*\{", re.IGNORECASE)


# --- private helpers ---


class _NotUnderstood(Exception):
    """The query has an operator of which it is not known how results depend on statements."""


Names = Callable[[str], str]


def _plain(name: str) -> str:
    return name


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """A part of a query without what narrows it: its patterns as text, and each place with the patterns beside it."""

    text: str
    places: tuple[Occurrence, ...] = ()

    def beside(self, text: str) -> _Relaxed:
        return _Relaxed(
            self.text,
            tuple(Occurrence(p.predicate, p.subject, p.object, f"{p.around} {text}") for p in self.places),
        )


def _joined(parts: Iterable[_Relaxed]) -> _Relaxed:
    parts = list(parts)
    places = [
        place
        for number, part in enumerate(parts)
        for place in part.beside(" ".join(o.text for n, o in enumerate(parts) if n != number)).places
    ]
    return _Relaxed(" ".join(part.text for part in parts), tuple(places))


def _either(parts: Iterable[_Relaxed]) -> _Relaxed:
    parts = list(parts)
    text = " UNION ".join(f"{{ {part.text} }}" for part in parts)
    return _Relaxed(text, tuple(place for part in parts for place in part.places))


class _Reading:
    """Reads the algebra of one query; variables that it makes up have names of their own."""

    def __init__(self) -> None:
        self._numbers = count()

    def read(self, node: CompValue, names: Names) -> _Relaxed:
        match node.name:
            case "SelectQuery" | "Project" | "Distinct" | "Reduced" | "OrderBy" | "Group" | "AggregateJoin":
                return self.read(node.p, names)
            case "ToMultiSet":
                return self.read(node.p, self._renamed(node.p, names))
            case "BGP":
                return _joined(self._pattern(s, p, o, names) for s, p, o in node.triples)
            case "Join":
                return _joined((self.read(node.p1, names), self.read(node.p2, names)))
            case "LeftJoin":
                inner, more = self.read(node.p1, names), self.read(node.p2, names)
                both = _joined((inner, more))
                return self._filtered(_Relaxed(inner.text, both.places), node.expr, names)
            case "Union":
                return _either((self.read(node.p1, names), self.read(node.p2, names)))
            case "Filter" | "Extend":
                return self._filtered(self.read(node.p, names), node.expr, names)
            case _:
                raise _NotUnderstood(node.name)

    def _filtered(self, inner: _Relaxed, expression: Any, names: Names) -> _Relaxed:
        """A filter only narrows; but what its EXISTS look at decides, too."""
        places = inner.places
        for exists in _exists(expression):
            places += self.read(exists.graph, names).beside(inner.text).places
        return _Relaxed(inner.text, places)

    def _renamed(self, node: CompValue, names: Names) -> Names:
        """Variables of a sub-SELECT that it does not give are others than those outside, whatever they are called."""
        while "PV" not in node:
            if "p" not in node:
                raise _NotUnderstood("a sub-SELECT without names")
            node = node.p
        given, number = {str(v) for v in node.PV}, next(self._numbers)
        return lambda name: names(name) if name in given else f"{name}_of_{number}"

    def _pattern(self, s: Node, p: Any, o: Node, names: Names) -> _Relaxed:
        return self._steps(self._end(s, names), p, self._end(o, names))

    def _end(self, term: Node, names: Names) -> str:
        if isinstance(term, Variable):
            return f"?{names(str(term))}"
        return f"?{names(f'blank_{term}')}" if isinstance(term, BNode) else _term(term)

    def _steps(self, s: str, p: Any, o: str) -> _Relaxed:
        match p:
            case URIRef():
                return _Relaxed(f"{s} {p.n3()} {o} .", (Occurrence(str(p), s, o, ""),))
            case Variable():
                return _Relaxed(f"{s} ?{p} {o} .", (Occurrence(None, s, o, ""),))
            case InvPath():
                return self._steps(o, p.arg, s)
            case AlternativePath():
                return _either(self._steps(s, one, o) for one in p.args)
            case SequencePath():
                ends = [s, *(f"?between_{next(self._numbers)}" for _ in p.args[1:]), o]
                return _joined(
                    self._steps(one, step, other)
                    for one, step, other in zip(ends, p.args, ends[1:], strict=False)
                )
            case MulPath() if isinstance(p.path, URIRef):
                step = p.path.n3()
                number = next(self._numbers)
                begin, end = f"?begin_{number}", f"?end_{number}"
                place = Occurrence(str(p.path), begin, end, f"{s} {step}* {begin} . {end} {step}* {o} .")
                return _Relaxed(f"{s} {step}{p.mod} {o} .", (place,))
            case _:
                raise _NotUnderstood(type(p).__name__)


def _exists(expression: Any) -> Iterator[CompValue]:
    if isinstance(expression, CompValue):
        if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            yield expression
            return
        for value in expression.values():
            yield from _exists(value)
    elif isinstance(expression, list):
        for item in expression:
            yield from _exists(item)


Binding = tuple[tuple[str, str], ...]


def _bound(place: Occurrence, ends: tuple[str, str]) -> Binding | None:
    """What a statement makes of the place's variables; None where it does not match. Never empty: a place without
    variables has `$this` elsewhere, and any binding of none would do for it."""
    bound: dict[str, str] = {}
    for term, value in zip((place.subject, place.object), ends, strict=True):
        if not term.startswith("?"):
            if term != value:
                return None
        elif bound.setdefault(term, value) != value:
            return None
    return tuple(sorted(bound.items())) or (("?unused", '""'),)


def _looked_up(place: Occurrence, bindings: list[Binding], ask: Callable[[str], Any]) -> set[str]:
    usable = [b for b in bindings if not any(value.startswith("_:") for _, value in b)]
    if not usable:
        return set()
    names = [name for name, _ in usable[0]]
    rows = " ".join(f"({' '.join(value for _, value in binding)})" for binding in usable)
    query = f"SELECT DISTINCT ?{THIS} WHERE {{ VALUES ({' '.join(names)}) {{ {rows} }} {place.around} }}"
    return {str(solution[THIS]) for solution in ask(query) if solution[THIS] is not None}


def _term(term: Node) -> str:
    """A term as the engine writes it, so that equal terms are equal texts."""
    if isinstance(term, Literal):
        if term.language:
            return str(ox.Literal(str(term), language=term.language))
        if term.datatype is None:
            return str(ox.Literal(str(term)))
        return str(ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype))))
    return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"

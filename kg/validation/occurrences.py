"""Where statements can match a SPARQL query: each triple pattern, at any depth, with what holds beside it.

What is written beside a pattern is the query without all that more statements can make false (NOT EXISTS) or that need
not match (OPTIONAL): whatever way the query has to a result by that pattern, before a change or after it, is also one
through the text, asked of the statements of before and after together. Kept are the other patterns, EXISTS, and those
filters whose variables the text binds, since a filter judges one solution and not the statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from kg.validation.expressions import NotWritten, conjuncts, expression_text


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place of a query where a statement can match: its pattern, and what holds beside it as SPARQL."""

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


THIS = "this"
"""The variable for what a shape judges (SHACL section 5.3)."""


def term_text(term: Node) -> str:
    """A term as the engine writes it, so that equal terms are equal texts."""
    if isinstance(term, Literal):
        if term.language:
            return str(ox.Literal(str(term), language=term.language))
        if term.datatype is None:
            return str(ox.Literal(str(term)))
        return str(ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype))))
    return f"_:{term}" if isinstance(term, BNode) else f"<{term}>"


# --- private helpers ---


class _NotUnderstood(Exception):
    """The query has an operator of which it is not known how results depend on statements."""


Names = Callable[[str], str]


def _plain(name: str) -> str:
    return name


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """A part of a query without what may fail: as text, and each place with what is beside it."""

    text: str
    places: tuple[Occurrence, ...] = ()
    bound: frozenset[str] = frozenset()
    """The variables that the text binds to what the query does."""
    meant: Mapping[str, str] = field(default_factory=dict)
    """The expressions, by variable, that other variables stand for: BIND is not written, but put in where it is used."""

    def beside(self, text: str) -> _Relaxed:
        """The same where `text` holds, too, without saying so in its own text."""
        return replace(self, places=tuple(replace(p, around=f"{p.around} {text}") for p in self.places))

    def narrowed(self, text: str) -> _Relaxed:
        """The same where `text` holds, too."""
        return replace(self.beside(text), text=f"{self.text} {text}") if text else self

    def value(self, variable: str) -> str:
        """Raises NotWritten where it is not known."""
        if variable in self.bound:
            return variable
        if variable not in self.meant:
            raise NotWritten(variable)
        return self.meant[variable]


def _joined(parts: Iterable[_Relaxed]) -> _Relaxed:
    parts = list(parts)
    places = [
        place
        for number, part in enumerate(parts)
        for place in part.beside(" ".join(o.text for n, o in enumerate(parts) if n != number)).places
    ]
    bound = frozenset[str]().union(*(part.bound for part in parts))
    meant: dict[str, str] = {}
    agreeing: list[str] = []
    for part in parts:
        for variable, value in part.meant.items():
            other = variable if variable in bound else meant.setdefault(variable, value)
            if other != value:  # joined by a value that an error may leave open: then they agree
                agreeing.append(f"FILTER (COALESCE(sameTerm({other}, {value}), true))")
    both = _Relaxed(" ".join(part.text for part in parts), tuple(places), bound, meant)
    return both.narrowed(" ".join(agreeing))


def _either(parts: Iterable[_Relaxed]) -> _Relaxed:
    parts = list(parts)
    text = " UNION ".join(f"{{ {part.text} }}" for part in parts)
    bound = frozenset.intersection(*(part.bound for part in parts))
    return _Relaxed(text, tuple(place for part in parts for place in part.places), bound)


class _Reading:
    """Reads the algebra of one query; variables that it makes up have names of their own."""

    def __init__(self) -> None:
        self._numbers = count()

    def read(self, node: CompValue, names: Names) -> _Relaxed:
        match node.name:
            case "SelectQuery" | "Project" | "Distinct" | "Reduced" | "OrderBy":
                return self.read(node.p, names)
            case "Group" | "AggregateJoin":
                return replace(self.read(node.p, names), bound=frozenset(), meant={})
            case "ToMultiSet":
                return self.read(node.p, self._renamed(node.p, names))
            case "BGP":
                return _joined(self._pattern(s, p, o, names) for s, p, o in node.triples)
            case "Join":
                return self._join(node, names)
            case "LeftJoin":
                inner, more = self.read(node.p1, names), self.read(node.p2, names)
                places = (*inner.places, *more.beside(inner.text).places)
                return self._filtered(replace(inner, places=places), node.expr, names, keeps=False)
            case "Union":
                return _either((self.read(node.p1, names), self.read(node.p2, names)))
            case "Filter":
                return self._filtered(self.read(node.p, names), node.expr, names)
            case "Extend":
                return self._extended(self.read(node.p, names), node, names)
            case _:
                raise _NotUnderstood(node.name)

    def _join(self, node: CompValue, names: Names) -> _Relaxed:
        """Where both sides BIND a variable of theirs to one name, it is one variable: an engine can go along it."""
        one, other = self.read(node.p1, names), self.read(node.p2, names)
        same = {
            theirs: ours
            for name, ours in _renaming(node.p1, names).items()
            if (theirs := _renaming(node.p2, names).get(name)) and theirs not in (ours, THIS)
            if f"?{ours}" in one.bound and f"?{theirs}" in other.bound
        }
        if not same:
            return _joined((one, other))
        both = _joined((one, self.read(node.p2, lambda name: same.get(names(name), names(name)))))
        left = {f"?{theirs}": f"?{ours}" for theirs, ours in same.items() if f"?{theirs}" not in both.bound}
        return replace(both, meant={**both.meant, **left})

    def _filtered(self, inner: _Relaxed, expression: Any, names: Names, *, keeps: bool = True) -> _Relaxed:
        """Where a filter lets through what it can; what its EXISTS look at decides, too. Without `keeps`, a solution need
        not pass it."""
        conditions: list[str] = []
        looked_at: list[_Relaxed] = []
        for part in conjuncts(expression):
            found = [self.read(exists.graph, names) for exists in _exists(part)]
            looked_at += found
            if not keeps:
                continue
            if found:
                if isinstance(part, CompValue) and part.name == "Builtin_EXISTS":
                    conditions.append(f"FILTER EXISTS {{ {found[0].text} }}")
                continue
            with suppress(NotWritten):
                conditions.append(f"FILTER ({self._text(part, inner, names)})")
        narrowed = inner.narrowed(" ".join(conditions))
        beside = (place for one in looked_at for place in one.beside(narrowed.text).places)
        return replace(narrowed, places=(*narrowed.places, *beside))

    def _extended(self, inner: _Relaxed, node: CompValue, names: Names) -> _Relaxed:
        beside = self._filtered(inner, node.expr, names, keeps=False)
        variable = f"?{names(str(node.var))}"
        with suppress(NotWritten):
            if variable not in inner.bound:
                return replace(beside, meant={**inner.meant, variable: self._text(node.expr, inner, names)})
        return beside

    def _text(self, expression: Any, inner: _Relaxed, names: Names) -> str:
        return expression_text(expression, lambda name: inner.value(f"?{names(name)}"), term_text)

    def _renamed(self, node: CompValue, names: Names) -> Names:
        """Variables of a sub-SELECT that it does not give are others than those outside, whatever they are called."""
        while "PV" not in node:
            if "p" not in node:
                raise _NotUnderstood("a sub-SELECT without names")
            node = node.p
        given, number = {str(v) for v in node.PV}, next(self._numbers)
        return lambda name: names(name) if name in given else f"{name}_of_{number}"

    def _pattern(self, s: Node, p: Any, o: Node, names: Names) -> _Relaxed:
        ends = self._end(s, names), self._end(o, names)
        if isinstance(p, Variable):
            between = self._end(p, names)
            read = _Relaxed(f"{ends[0]} {between} {ends[1]} .", (Occurrence(None, *ends, ""),))
        else:
            between, read = "", self._steps(ends[0], p, ends[1])
        return replace(read, bound=frozenset(end for end in (*ends, between) if end.startswith("?")))

    def _end(self, term: Node, names: Names) -> str:
        if isinstance(term, Variable):
            return f"?{names(str(term))}"
        return f"?{names(f'blank_{term}')}" if isinstance(term, BNode) else term_text(term)

    def _steps(self, s: str, p: Any, o: str) -> _Relaxed:
        match p:
            case URIRef():
                return _Relaxed(f"{s} {p.n3()} {o} .", (Occurrence(str(p), s, o, ""),))
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


def _renaming(node: CompValue, names: Names) -> dict[str, str]:
    """The names that BIND gives to variables, outermost in a part of a query."""
    found: dict[str, str] = {}
    while node.name in ("Extend", "Filter"):
        if node.name == "Extend" and isinstance(node.expr, Variable):
            found[names(str(node.var))] = names(str(node.expr))
        node = node.p
    return found

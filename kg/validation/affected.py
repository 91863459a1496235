"""Of which things a changed statement can make a SPARQL constraint find something else.

A build after one edit asks each constraint again for these things only. They are found by the constraint's own triple
patterns: a result that comes or goes does so by some pattern, at any depth of the query, matching a changed statement; so
each pattern is bound to the changed statements, and `$this` looked up through what holds beside it (occurrences.py). That
is more than can change, never less (the counting argument for incremental views; Gupta and Mumick, 1995), provided it
is asked while the engine holds the statements of before and after together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from kg.terms import Triple
from kg.validation.occurrences import THIS, Occurrence, term_text

_TOGETHER = 500
"""Bindings in one query."""


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
        by_predicate.setdefault(str(p), []).append((term_text(s), term_text(o)))
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
    """The query for some `$this` only (as SPARQL terms), each SELECT that gives it held to them.

    Two groups that are joined by a name that each BINDs to a variable of its own are joined by one variable instead: the
    first form is quicker for everything, since an engine goes through each group once, and this one for few things.
    """
    query = _JOINED_BY_NAME.sub(_joined_by_variable, _COMMENT.sub("", query))
    values = f" VALUES ?{THIS} {{ {' '.join(sorted(things))} }} "
    return _SELECT.sub(
        lambda match: match[0] + values if re.search(rf"[$?]{THIS}\b", match[1]) else match[0], query
    )


_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_NAMED = r"BIND\s*\(\s*[?$](\w+)\s+AS\s+[?$](\w+)\s*\)\s*"
_JOINED_BY_NAME = re.compile(
    rf"(?<=[{{}}.])\s*\{{([^{{}}<\"']*){_NAMED}\}}\s*\{{([^{{}}<\"']*){_NAMED}\}}(?!\s*UNION)", re.IGNORECASE
)
_INNERMOST = re.compile(r"\([^()]*\)")
_SELECT = re.compile(r"\bSELECT\b([^{}]*?)\bWHERE\s*\{", re.IGNORECASE)


# --- private helpers ---


def _joined_by_variable(found: re.Match[str]) -> str:
    """Two groups, joined by a name, with one variable in its place. As they are where that might be something else: where
    a variable need not be bound by a pattern, or stands in both groups."""
    one, ours, name, other, theirs, same = found.groups()
    bound = _in_a_pattern(ours, one) and _in_a_pattern(theirs, other)
    if name != same or not bound or _uses(theirs, one) or _uses(name, one + other):
        return found[0]
    shared = re.sub(rf"[$?]{theirs}\b", f"?{ours}", other)
    return f"{{ {{ {one} }} {{ {shared} }} BIND (?{ours} AS ?{theirs}) BIND (?{ours} AS ?{name}) }}"


def _in_a_pattern(variable: str, group: str) -> bool:
    """Whether a group without groups in it binds a variable, and not by an expression."""
    patterns = group
    while "(" in patterns and (simpler := _INNERMOST.sub(" ", patterns)) != patterns:
        patterns = simpler
    return "(" not in patterns and _uses(variable, patterns)


def _uses(variable: str, text: str) -> bool:
    return re.search(rf"[$?]{variable}\b", text) is not None


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

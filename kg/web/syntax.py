"""A look at a query's tokens, for what has to be known before it is evaluated: SERVICE, its dataset, and chance.

The grammar is the engine's business. This scanner only tells words from strings, IRIs and comments, and where it is in
doubt it errs on the safe side: it may see a SERVICE where there is none, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class Dataset:
    """FROM and FROM NAMED of a query, as absolute IRIs."""

    default: list[str]
    named: list[str]


def uses_service(query: str) -> bool:
    """Whether a query asks another server (SPARQL 1.1 Federated Query).

    Engines need no blank between a keyword and its neighbours (`trueSERVICE:x{…}`), so the word counts wherever it is
    not inside a string, an IRI, a comment, a variable or the local part of a name.
    """
    return "service" in query.lower() and any("service" in text.lower() for text in _bare(query))


def is_repeatable(query: str) -> bool:
    """Whether the same data give the same answer: false when it uses the time, chance or fresh nodes."""
    return _CHANCE.search(query) is None


def merged_dataset(query: str, prefixes: Mapping[str, str], base: str) -> Dataset | None:
    """The dataset of a query that merges several graphs by FROM; None when it names fewer than two.

    Returns None too for what is no query; the engine says why.
    """
    if len(_FROM.findall(query)) < 2:
        return None
    known = dict(prefixes)
    default: list[str] = []
    named: list[str] = []
    tokens = _tokens(query)
    for kind, text in tokens:
        word = text.lower() if kind == "word" else ""
        if word == "base":
            base = urljoin(base, _iri(next(tokens, ("", "")), known, base) or "")
        elif word == "prefix":
            name = next(tokens, ("", ""))[1]
            iri = _iri(next(tokens, ("", "")), known, base)
            if iri is not None:
                known[name.removesuffix(":")] = iri
        elif word == "from":
            token = next(tokens, ("", ""))
            graphs = default
            if token[0] == "word" and token[1].lower() == "named":
                graphs, token = named, next(tokens, ("", ""))
            iri = _iri(token, known, base)
            if iri is None:
                return None
            graphs.append(iri)
        elif word == "where" or text == "{":
            break
    return Dataset(default, named) if len(set(default)) > 1 else None


# --- private helpers ---

_CHANCE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
# An escape (\#, \') belongs to a name and begins neither comment nor string.
_TOKEN = re.compile(
    r"""
    (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
             | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:[\w][\w.\-]*)?:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\.)*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<other>\\.|\S)
    """,
    re.VERBOSE | re.DOTALL,
)


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or ""
        if kind != "comment":
            yield kind, match.group()


def _bare(query: str) -> Iterator[str]:
    """The parts of a query in which a keyword may stand."""
    for kind, text in _tokens(query):
        if kind in ("word", "other"):
            yield text
        elif kind == "name":
            prefix, _, local = text.partition(":")
            yield prefix
            yield from re.findall(r"\.(\w+)", local)  # in `?x a ex:y.SERVICE …` the engine may see two


def _iri(token: tuple[str, str], prefixes: Mapping[str, str], base: str) -> str | None:
    kind, text = token
    if kind == "iri":
        return urljoin(base, text[1:-1])
    if kind == "name":
        prefix, _, local = text.partition(":")
        if prefix in prefixes:
            return prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
    return None

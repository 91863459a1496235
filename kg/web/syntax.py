"""A look at a query's tokens, for what has to be known before it is evaluated: SERVICE, its dataset, and chance.

The grammar is the engine's business. This scanner only tells words from strings, IRIs and comments, and where it is in
doubt it errs on the safe side: it may see a SERVICE where there is none, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin

LONG: Final = 8 * 1024
"""Characters from which to look through a text takes so long that others should not have to wait for it."""


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
    if "service" not in query.lower():
        return False
    return (_known_to_mention_service if len(query) <= LONG else _mentions_service)(query)


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """A SERVICE clause: the endpoint, and where its name stands in the query."""

    endpoint: str
    start: int
    end: int


def service_calls(query: str, prefixes: Mapping[str, str], base: str) -> list[ServiceCall] | None:
    """The SERVICE clauses of a query; None when there may be one whose endpoint is not plainly written."""
    known = dict(prefixes)
    found: list[ServiceCall] = []
    pieces = list(tokens(query))
    for position, token in enumerate(pieces):
        following = pieces[position + 1 : position + 3]
        if token.word == "base" and following:
            base = resolved(following[0], known, base) or base
        elif token.word == "prefix" and len(following) == 2:
            iri = resolved(following[1], known, base)
            if iri is not None:
                known[following[0].text.removesuffix(":")] = iri
        elif token.word == "service" and following:
            name = following[1] if following[0].word == "silent" and len(following) == 2 else following[0]
            endpoint = resolved(name, known, base)
            if endpoint is None:
                return None
            found.append(ServiceCall(endpoint, name.start, name.end))
    mentioned = sum(text.lower().count("service") for text in _bare(query))
    return found if len(found) == mentioned else None


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: `kind` is iri, string, variable, name (`a:b`), word or other; `text` stands at `start`."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """A keyword in lower case, or nothing."""
        return self.text.lower() if self.kind == "word" else ""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query or update, without comments. Takes time in proportion to the length of the text."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "run":
            for part in _PART.finditer(text, match.start(), match.end()):
                yield Token(part.lastgroup or "", part.group(), part.start())
        elif match.lastgroup != "comment":
            yield Token(match.lastgroup or "", match.group(), match.start())


def resolved(token: Token, prefixes: Mapping[str, str], base: str) -> str | None:
    """The IRI that an IRI or a prefixed name stands for; None for anything else and for an unknown prefix."""
    return _iri((token.kind, token.text), prefixes, base)


def without_escapes(text: str) -> str:
    """The text with codepoint escapes (SPARQL 1.1 §19.2) resolved that stand outside of strings.

    The engine knows them in strings and IRIs only, where the result is the same; in names they are taken for mistakes.
    """
    if not _ESCAPE.search(text):
        return text
    pieces: list[str] = []
    position = 0
    for match in _TOKEN.finditer(text):
        if match.lastgroup in ("string", "iri", "comment"):
            pieces += [_ESCAPE.sub(_character, text[position : match.start()]), match.group()]
            position = match.end()
    return "".join([*pieces, _ESCAPE.sub(_character, text[position:])])


def is_repeatable(query: str) -> bool:
    """Whether the same data give the same answer: false when it uses the time, chance or fresh nodes."""
    return "(" not in query or _CHANCE.search(query) is None


def merged_dataset(query: str, prefixes: Mapping[str, str], base: str) -> Dataset | None:
    """The dataset of a query that merges several graphs by FROM; None when it names fewer than two.

    Returns None too for what is no query; the engine says why.
    """
    if query.lower().count("from") < 2 or len(_FROM.findall(query)) < 2:
        return None
    known = dict(prefixes)
    default: list[str] = []
    named: list[str] = []
    pieces = _tokens(query)
    for kind, text in pieces:
        word = text.lower() if kind == "word" else ""
        if word == "base":
            base = urljoin(base, _iri(next(pieces, ("", "")), known, base) or "")
        elif word == "prefix":
            name = next(pieces, ("", ""))[1]
            iri = _iri(next(pieces, ("", "")), known, base)
            if iri is not None:
                known[name.removesuffix(":")] = iri
        elif word == "from":
            token = next(pieces, ("", ""))
            graphs = default
            if token[0] == "word" and token[1].lower() == "named":
                graphs, token = named, next(pieces, ("", ""))
            iri = _iri(token, known, base)
            if iri is None:
                return None
            graphs.append(iri)
        elif word == "where" or text == "{":
            break
    return Dataset(default, named) if len(set(default)) > 1 else None


# --- private helpers ---


def _mentions_service(query: str) -> bool:
    """As `_bare` sees it, but for queries that are asked all the time and have the word in a name only."""
    for match in _TOKEN.finditer(query):
        text = match.group()
        if "service" not in text.lower():
            continue
        if match.lastgroup in ("run", "other"):
            return True
        if match.lastgroup == "name":
            prefix, _, local = text.lower().partition(":")
            if "service" in prefix or any("service" in word for word in re.findall(r"\.(\w+)", local)):
                return True
    return False


_known_to_mention_service = lru_cache(maxsize=1024)(_mentions_service)

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_CHANCE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\b", re.IGNORECASE)
# An escape (\#, \') belongs to a name and begins neither comment nor string. A run of letters, dots and hyphens is taken
# whole, and nothing is given back of it (*+): looked at again from each of its dots for a colon that does not come, a text
# of 16 kB would keep the server for seconds.
_TOKEN = re.compile(
    r"""
    (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
             | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
  | (?P<comment>\#[^\n\r]*)
  | (?P<variable>[?$]\w+)
  | (?P<name>(?:\w[\w.\-]*+)?+:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\.)*+)
  | (?P<run>\w[\w.\-]*+)
  | (?P<other>\\.|\S)
    """,
    re.VERBOSE | re.DOTALL,
)

_PART = re.compile(r"(?P<word>[A-Za-z_]\w*+)|(?P<other>.)", re.DOTALL)
"""What a run without a colon consists of."""


def _character(escape: re.Match[str]) -> str:
    try:
        return chr(int(escape[1] or escape[2], 16))
    except (ValueError, OverflowError):  # beyond Unicode: the engine says so
        return escape[0]


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for token in tokens(query):
        yield token.kind, token.text


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

"""Content negotiation (RFC 9110 §12): which media type and coding a response has, from what the client accepts.

The formats of results are data here; `querying.evaluation` knows how to write them. A client that accepts none of them
gets 406, never a silent default.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation: its key, the media type it is sent as, and all names that clients ask for it by."""

    key: str
    media_type: str
    names: tuple[str, ...]
    short: tuple[str, ...] = ()
    """Values of the `format` parameter, besides the key and the media types. (N3 is asked for, Turtle is a part of it.)"""


SOLUTIONS: Final = (
    Format(
        "json", "application/sparql-results+json", ("application/sparql-results+json", "application/json"), ("srj",)
    ),
    Format(
        "xml", "application/sparql-results+xml", ("application/sparql-results+xml", "application/xml", "text/xml"),
        ("srx",),
    ),
    Format("csv", "text/csv; charset=utf-8; header=present", ("text/csv",)),
    Format("tsv", "text/tab-separated-values; charset=utf-8; header=present", ("text/tab-separated-values",)),
)  # fmt: skip
"""SELECT and ASK, in order of preference when the client has none."""

GRAPHS: Final = (
    Format("turtle", "text/turtle; charset=utf-8", ("text/turtle", "application/x-turtle", "text/n3", "text/rdf+n3"), ("ttl", "n3")),
    Format("ntriples", "application/n-triples", ("application/n-triples", "text/plain"), ("nt",)),
    Format("jsonld", "application/ld+json", ("application/ld+json", "application/json"), ("json-ld", "json")),
    Format(
        "rdfxml", "application/rdf+xml", ("application/rdf+xml", "application/xml", "text/xml"),
        ("rdf", "xml", "rdf+xml"),
    ),
    Format("trig", "application/trig", ("application/trig",)),
    Format("nquads", "application/n-quads", ("application/n-quads",), ("nq",)),
)  # fmt: skip
"""CONSTRUCT, DESCRIBE and descriptions, in order of preference when the client has none."""

HTML: Final = Format("html", "text/html; charset=utf-8", ("text/html", "application/xhtml+xml"))
PROBLEM: Final = Format(
    "problem", "application/problem+json", ("application/problem+json", "application/json")
)
REMEMBERED: Final = 1024
"""Characters up to which what a header says is remembered; of longer ones a thousand would fill the memory."""
MEDIA_TYPES: Final = {format_.key: format_.media_type for format_ in (*SOLUTIONS, *GRAPHS, HTML)}


@dataclass(frozen=True, slots=True)
class Acceptable:
    """What a response may be: a key per kind of result, None where the client takes none."""

    solutions: str | None
    graph: str | None
    html: bool
    """Whether a page for people is preferred to either."""

    @property
    def anything(self) -> bool:
        """Whether the client takes any format of results."""
        return self.solutions is not None or self.graph is not None


def acceptable(accept: str, wanted: str | None = None) -> Acceptable:
    """The formats for an Accept header, or for the `format` parameter `wanted`, which takes precedence.

    Raises KeyError when `wanted` names no format at all.
    """
    return (_known_acceptable if len(accept) <= REMEMBERED else _acceptable)(accept, wanted)


def _acceptable(accept: str, wanted: str | None) -> Acceptable:
    if wanted:
        name = wanted.strip().lower()
        solutions, graph = _named(name, SOLUTIONS), _named(name, GRAPHS)
        html = name in ("html", *HTML.names)
        if solutions is None and graph is None and not html:
            raise KeyError(wanted)
        return Acceptable(solutions, graph, html)
    ranges = _ranges(accept)
    solutions, quality = _best(ranges, SOLUTIONS)
    graph, graph_quality = _best(ranges, GRAPHS)
    page, page_quality = _best(ranges, (HTML,), wildcards=False)
    return Acceptable(solutions, graph, page is not None and page_quality >= max(quality, graph_quality))


def best(accept: str, offered: tuple[Format, ...]) -> Format | None:
    """The offered format that the client likes best; among equals the first. None when it accepts none."""
    return (_known_best if len(accept) <= REMEMBERED else _best_offered)(accept, offered)


def _best_offered(accept: str, offered: tuple[Format, ...]) -> Format | None:
    key, _ = _best(_ranges(accept), offered)
    return next((format_ for format_ in offered if format_.key == key), None)


def coding(accept_encoding: str) -> Literal["br", "gzip"] | None:
    """The content coding to use: brotli or gzip where accepted, otherwise none."""
    return (_known_coding if len(accept_encoding) <= REMEMBERED else _coding)(accept_encoding)


def _coding(accept_encoding: str) -> Literal["br", "gzip"] | None:
    qualities: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        qualities[name.strip()] = _quality(parameters.split(";"))
    anything = qualities.get("*", 0.0)
    brotli = qualities.get("br", anything)
    gzip = qualities.get("gzip", qualities.get("x-gzip", anything))
    identity = qualities.get("identity", 0.001)
    if max(brotli, gzip) <= 0 or identity > max(brotli, gzip):
        return None
    return "br" if brotli >= gzip else "gzip"


def graph_format(media_type: str, address: str = "") -> str | None:
    """The key of the RDF format that a body has, by its media type or, where that says nothing, the end of its address."""
    for format_ in GRAPHS:
        if media_type in format_.names and media_type not in _AMBIGUOUS:
            return format_.key
    ending = address.partition("#")[0].partition("?")[0].rpartition(".")[2].lower()
    if media_type in _AMBIGUOUS or media_type in ("", "application/octet-stream"):
        return _named(ending, GRAPHS) or {"text/plain": "ntriples", "application/json": "jsonld"}.get(
            media_type
        )
    return None


# --- private helpers ---

_AMBIGUOUS: Final = frozenset({"text/plain", "application/json", "application/xml", "text/xml"})
"""Media types that an RDF document may be sent as, but which do not say so."""

_known_acceptable = lru_cache(maxsize=1024)(_acceptable)
_known_best = lru_cache(maxsize=1024)(_best_offered)
_known_coding = lru_cache(maxsize=256)(_coding)

_Ranges = dict[str, float]
"""Quality by media range; of a range that comes twice the higher one."""


def _ranges(accept: str) -> _Ranges:
    ranges: _Ranges = {}
    for part in (accept or "*/*").split(","):
        name, *parameters = part.split(";")
        name = name.strip().lower()
        if "/" in name:
            ranges[name] = max(_quality(parameters), ranges.get(name, 0.0))
    # A header without one readable range says nothing, as if it were not there.
    return ranges or {"*/*": 1.0}


def _quality(parameters: Iterable[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _best(ranges: _Ranges, offered: Sequence[Format], *, wildcards: bool = True) -> tuple[str | None, float]:
    """The most specific range decides on a name (RFC 9110 §12.5.1); the highest quality decides among formats."""
    found: tuple[str | None, float] = (None, 0.0)
    for format_ in offered:
        main, *others = format_.names
        quality = _quality_of(main, ranges, wildcards)
        for (
            name
        ) in others:  # a wildcard means the main name: text/* asks for CSV, not for results sent as text/xml
            quality = max(quality, _quality_of(name, ranges, wildcards=False))
        if quality > found[1]:
            found = (format_.key, quality)
    return found


def _quality_of(name: str, ranges: _Ranges, wildcards: bool) -> float:
    patterns = (name, name.partition("/")[0] + "/*", "*/*") if wildcards else (name,)
    return next((ranges[pattern] for pattern in patterns if pattern in ranges), 0.0)


def _named(name: str, offered: Sequence[Format]) -> str | None:
    for format_ in offered:
        if name == format_.key or name in format_.short:
            return format_.key
    for format_ in offered:
        if name in format_.names:
            return format_.key
    return None

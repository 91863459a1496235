"""Queries that are known to be short, answered in the server itself.

To ask about one thing (its label, its class, everything said of it) takes the engine some 20 µs; waking a query process
takes several times that. A lookup is ONE triple pattern over the default graph which at most MOST statements match: that is
counted first, and counting stops there. So its work is bounded before it begins, which is what query processes are for.
Where the subject is known to be small (`survey`), there is nothing to count. What a SELECT shows are parts of the statements
that were counted: in JSON, which most clients ask for, they are written as they are, without asking the engine again.
Everything else goes to the processes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from kg.web.querying.evaluation import COMPRESS_FROM, Evaluation, Head, Output

MOST: Final = 200
"""Statements that a lookup may meet."""
LONGEST: Final = 4096
"""Bytes of a query's text beyond which it is not looked at."""
SURVEYED: Final = 5_000_000
"""Statements up to which subjects are surveyed: it takes half a second of processor time and 40 MB a million."""

_LARGE: Final = (
    f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING (COUNT(*) > {MOST})",
    # To describe these goes on from the blank node.
    "SELECT DISTINCT ?s { ?s ?p ?o FILTER isBlank(?o) }",
)

_NAME = r"(?:[A-Za-z][\w\-]*)?:[A-Za-z_0-9](?:[\w\-]|\.(?=[\w\-]))*"
_PLAIN = r"<[A-Za-z][^<>\"{}|^`\\\x00-\x20]*>"
_TERM = rf"{_PLAIN}|{_NAME}"
_NODE = rf"(?:{_TERM}|[?$]\w+)"
_TRIPLE = re.compile(
    rf"""
    (?P<prologue> (?: \s* PREFIX \s+ (?:[A-Za-z][\w\-]*)?: \s* {_PLAIN} )* ) \s*
    (?: (?P<describe> DESCRIBE \s* (?P<node>{_TERM}) )
      | (?: (?P<ask> ASK ) | SELECT (?P<distinct> \s+DISTINCT )? (?P<shown> \s* \* | (?: \s+ [?$]\w+ )+ )
          | CONSTRUCT \s* \{{ \s* {_NODE} \s+ (?:{_NODE}|a) \s+ {_NODE} (?: \s* \. )? \s* \}} )
        \s* (?: WHERE \s* )? \{{ \s*
        (?P<subject>{_NODE}) \s+
        (?P<predicate>{_NODE}|a) \s+
        (?P<object>{_NODE})
        (?: \s* \. )? \s* \}} (?P<limit> \s* LIMIT \s+ \d+ )?
    ) \s*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PREFIX = re.compile(r"PREFIX\s+((?:[A-Za-z][\w\-]*)?):\s*<([^<>]*)>", re.IGNORECASE)
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


class Lookups:
    """Answers lookups over one dataset version."""

    def __init__(self, store: ox.Store, prefixes: dict[str, str]) -> None:
        self._store = store
        self._evaluation = Evaluation(store, prefixes)
        self._pattern = lru_cache(maxsize=1024)(lambda text: _pattern(text, prefixes))
        self._truths: dict[tuple[bool, str], tuple[Head, bytes]] = {}
        self._large: frozenset[Any] | None = None
        """Of what more is said than a lookup may meet, or something without a name; None before the survey."""

    @classmethod
    def open(cls, database: str, prefixes: dict[str, str], *, in_memory: bool) -> Lookups:
        """Over the default graph of the database: a copy in memory, or its files. Takes a while."""
        files = ox.Store.read_only(database)
        if not in_memory:
            return cls(files, prefixes)
        text = files.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        assert text is not None
        store = ox.Store()
        store.bulk_load(text, format=ox.RdfFormat.N_TRIPLES)
        return cls(store, prefixes)

    def survey(self) -> None:
        """Find out which subjects have more statements than a lookup may meet; the others need no counting then.

        Takes a while, in any thread; lookups are answered meanwhile.
        """
        found = {row[0] for query in _LARGE for row in self._store.query(query)}  # type: ignore[union-attr]
        self._large = frozenset(found)

    def answer(self, request: dict[str, Any]) -> tuple[Head, bytes] | None:
        """Head and body of the answer; None when it is no lookup, or nothing that the client would take.

        `request` is what a query process would get.
        """
        text = request["query"]
        if request["default"] is not None or request["page"] or len(text) > LONGEST:
            return None
        pattern = self._pattern(text)
        if pattern is None:
            return None
        listed = pattern.shown is not None and request["solutions"] == "json"
        if listed or pattern.asks or not self._is_small(pattern.terms[0]):
            met = list(islice(self._store.quads_for_pattern(*pattern.terms, ox.DefaultGraph()), MOST + 1))
            if len(met) > MOST:
                return None
            if pattern.describes and any(isinstance(quad.object, ox.BlankNode) for quad in met):
                return None  # it would go on from there
            if pattern.asks:
                return self._truth(bool(met), request)
            if listed and len(met) <= request["rows"]:
                body = _as_json(pattern, met)
                if body is not None and not (request["encoding"] and len(body) >= COMPRESS_FROM):
                    return ("solutions", "json", None), body
        return self._evaluated(request)

    def _is_small(self, subject: ox.NamedNode | None) -> bool:
        return self._large is not None and subject is not None and subject not in self._large

    def _truth(self, found: bool, request: dict[str, Any]) -> tuple[Head, bytes] | None:
        """The answer to an ASK, of which there are two: in the words that the engine has for them."""
        name = request["solutions"]
        if name is None:
            return None
        if (found, name) not in self._truths:
            text = "ASK {}" if found else "ASK { FILTER(false) }"
            answer = self._evaluated({**request, "query": text})
            if answer is None:
                return None
            self._truths[found, name] = answer
        return self._truths[found, name]

    def _evaluated(self, request: dict[str, Any]) -> tuple[Head, bytes] | None:
        pieces: list[bytes] = []
        heads: list[Head] = []

        def gather(head: Head | None, body: bytes) -> None:
            if head is not None:
                heads.append(head)
            pieces.append(body)

        output = Output(gather, request["encoding"], request["rows"])
        try:
            self._evaluation.run(request, output)
        except Exception:  # a query process finds out again, and says why
            return None
        if output.refused is not None:
            return None
        gather(*output.finish())
        return heads[0], b"".join(pieces)


# --- private helpers ---


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Subject, predicate and object, None for a variable; or what is to be described as the subject."""

    terms: tuple[ox.NamedNode | None, ox.NamedNode | None, ox.NamedNode | None]
    describes: bool = False
    asks: bool = False
    """Whether the answer is that there are such statements, or none."""
    shown: tuple[tuple[str, int | None], ...] | None = None
    """The variables of a SELECT that lists statements, with the place of each in a statement, if any."""
    distinct: bool = False


def _pattern(text: str, prefixes: dict[str, str]) -> _Pattern | None:
    """The pattern of a lookup; None for any other query."""
    found = _TRIPLE.fullmatch(text)
    if found is None:
        return None
    known = {**prefixes, **dict(_PREFIX.findall(found["prologue"]))}
    try:
        if found["describe"]:
            return _Pattern((_iri(found["node"], known), None, None), describes=True)
        written = found["subject"], found["predicate"], found["object"]
        predicate = _RDF_TYPE if written[1] == "a" else _term(written[1], known)
        variables = [term[1:] for term in written if term[0] in "?$"]
        # A variable that comes twice says more than the statements do; what is not ASCII the engine may refuse.
        plain = not found["limit"] and len(set(variables)) == len(variables) and text.isascii()
        return _Pattern(
            (_term(written[0], known), predicate, _term(written[2], known)),
            asks=bool(found["ask"]) and plain,
            shown=_shown(found["shown"], written) if found["shown"] and plain else None,
            distinct=bool(found["distinct"]),
        )
    except ValueError:  # a relative IRI, or a prefix that is not declared
        return None


def _shown(projection: str, written: tuple[str, str, str]) -> tuple[tuple[str, int | None], ...] | None:
    places = {term[1:]: place for place, term in enumerate(written) if term[0] in "?$"}
    chosen = [name[1:] for name in re.findall(r"[?$]\w+", projection)]
    names = chosen or sorted(places)  # the engine's order of `*`
    return tuple((name, places.get(name)) for name in names) if len(set(names)) == len(names) else None


def _as_json(pattern: _Pattern, met: Iterable[ox.Quad]) -> bytes | None:
    """SPARQL 1.1 Query Results JSON, to the byte what the engine writes; None where a term is of an unusual kind."""
    assert pattern.shown is not None
    rows = []
    for quad in met:
        terms = quad.subject, quad.predicate, quad.object
        row = [(name, _term_as_json(terms[place])) for name, place in pattern.shown if place is not None]
        if not all(term for _, term in row):
            return None
        rows.append("{" + ",".join(f'"{name}":{term}' for name, term in row) + "}")
    bindings = ",".join(dict.fromkeys(rows) if pattern.distinct else rows)
    names = ",".join(f'"{name}"' for name, _ in pattern.shown)
    return f'{{"head":{{"vars":[{names}]}},"results":{{"bindings":[{bindings}]}}}}'.encode()


def _term_as_json(term: Any) -> str | None:
    if isinstance(term, ox.NamedNode):
        return f'{{"type":"uri","value":{json.dumps(term.value, ensure_ascii=False)}}}'
    if not isinstance(term, ox.Literal) or term.direction is not None:
        return None
    value = json.dumps(term.value, ensure_ascii=False)
    if term.language is not None:
        return f'{{"type":"literal","value":{value},"xml:lang":"{term.language}"}}'
    datatype = term.datatype.value
    if datatype == _STRING:
        return f'{{"type":"literal","value":{value}}}'
    return f'{{"type":"literal","value":{value},"datatype":{json.dumps(datatype, ensure_ascii=False)}}}'


def _term(term: str, prefixes: dict[str, str]) -> ox.NamedNode | None:
    return None if term[0] in "?$" else _iri(term, prefixes)


def _iri(term: str, prefixes: dict[str, str]) -> ox.NamedNode:
    if term.startswith("<"):
        iri = term[1:-1]
    else:
        prefix, _, local = term.partition(":")
        if prefix not in prefixes:
            raise ValueError(prefix)
        iri = prefixes[prefix] + local
    if "/." in iri:  # the engine resolves dot segments: what is counted must be what is asked for
        raise ValueError(iri)
    return ox.NamedNode(iri)

"""The query library over HTTP: `/queries` for people (a form per question), `/api/queries` for programs.

A question is answered like any query at `/sparql`: by the same processes, within the same limits, in the same formats.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import lru_cache
from time import perf_counter
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from kg.publishing.executables import describe_queries
from kg.publishing.queries import NamedQuery, QueryError, bound_text, find_query, library
from kg.web.explorer.catalogue import Catalogue, label_of
from kg.web.explorer.view import keep_page, kept_page
from kg.web.kept_answers import ROWS, KeptAnswers
from kg.web.latest import Latest
from kg.web.limits import client_of
from kg.web.messages import has_message, message
from kg.web.negotiation import GRAPHS, HTML, MEDIA_TYPES, Format, acceptable, best
from kg.web.presentation import encoded, origin_of, render
from kg.web.problems import Problem
from kg.web.protocol import Operation
from kg.web.question_charts import drawn
from kg.web.question_form import fields
from kg.web.reader import reader
from kg.web.responses import respond
from kg.web.service_description import serialize

OPTIONS: Final = ("format", "lang")
"""Names in the query string that are not parameters of the question."""
SUFFIXES: Final = {
    ".json": "list",
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".rdf": "rdfxml",
    ".jsonld": "jsonld",
}
"""Formats of the list, by the end of its address."""

PATIENCE: Final = 1.0
"""Seconds that an answer waits for names in the reader's language, before it goes with those that the question gives."""


def routes() -> list[BaseRoute]:
    return [
        Route("/queries", _list_page),
        Route("/queries/{name}", _question_page),
        Route("/api/queries", _list),
        Route("/api/queries{suffix}", _list),
        Route("/api/queries/{name}", _Answer()),
    ]


async def _list(request: Request) -> Response:
    """The library as JSON, or as RDF for whoever prefers that."""
    suffix = request.path_params.get("suffix")
    if suffix is not None and suffix not in SUFFIXES:
        raise Problem(
            404, "no-such-page", "There is nothing at this address", f"Suffixes are {', '.join(SUFFIXES)}."
        )
    chosen = best(request.headers.get("accept", ""), _LISTED)
    key = SUFFIXES[suffix] if suffix else chosen.key if chosen else None
    if key is None:
        offered = ", ".join(format_.names[0] for format_ in _LISTED)
        raise Problem(406, "not-acceptable", "No acceptable format", f"The list can be sent as {offered}.")
    if key != _LISTED[0].key:
        return await _in_rdf(request, key, library())
    described = {"queries": [_described(query) for query in library().values()]}
    return respond(request, json.dumps(described, ensure_ascii=False), "application/json")


class _Answer:
    """`/api/queries/{name}?parameter=value…`: an ASGI application, because answers are streamed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if request.method not in ("GET", "HEAD"):
            raise Problem(
                405, "method-not-allowed", "Method not allowed", "Use GET.", headers={"Allow": "GET, HEAD"}
            )
        endpoint = scope["app"].state.endpoint
        query = _find(scope["path_params"]["name"])
        given, options = _parameters(request)
        wanted = options.get("format")
        accepted = acceptable(request.headers.get("accept", ""))
        if not wanted and accepted.html:
            wanted = "json"  # a browser: /queries is the page for people
        elif (
            not wanted and accepted.solutions is None and accepted.graph
        ):  # what the query is, not what it finds
            await (await _in_rdf(request, accepted.graph, {query.name: query}))(scope, receive, send)
            return
        operation = Operation("query", _bound(query, given, endpoint.settings.base_iri), format=wanted)
        await endpoint.answer(scope, receive, send, operation)


async def _list_page(request: Request) -> Response:
    if kept := kept_page(request, HTML.key):
        return kept
    groups: dict[str, list[NamedQuery]] = {}
    for query in library().values():
        groups.setdefault(query.keywords[0], []).append(query)
    page = render(
        "questions.html",
        here="/queries",
        version=request.app.state.endpoint.version,
        groups=sorted(groups.items()),
    )
    return keep_page(request, HTML.key, page)


async def _question_page(request: Request) -> Response:
    if kept := kept_page(request, HTML.key):
        return kept
    endpoint = request.app.state.endpoint
    base_iri = endpoint.settings.base_iri
    query = _find(request.path_params["name"])
    given, _ = _parameters(request)
    document: dict[str, Any] | None = None
    problem: Problem | None = None
    named = True
    text = query.sparql
    begun = perf_counter()
    needs = any(parameter.required for parameter in query.parameters)
    if given or not needs:
        try:
            text = _bound(query, given, base_iri)
            document = None if given else _kept(request, text)
            document = document or await endpoint.table(text, ROWS, client=client_of(request.scope))
            catalogue: Catalogue | None = await request.app.state.explorer.within(PATIENCE)
            document = _in_words(document, catalogue, reader().lang) if catalogue else document
            named = catalogue is not None
        except Problem as raised:
            problem = raised
    address = f"/api/queries/{query.name}"
    page = render(
        "question.html",
        here="/queries",
        version=endpoint.version,
        base_iri=base_iri,
        query=query,
        fields=fields(query, given, reader().lang),
        sample=encoded(query.examples[0].parameters),
        ask_for=needs and not given,
        chart=drawn(query.chart, document, base_iri) if query.chart and document else None,
        column=_words,
        text=text.strip(),
        document=_for_people(document) if document else None,
        problem=problem,
        seconds=perf_counter() - begun,
        api=address + encoded(given),
        downloads=[
            (address + encoded({**given, "format": key}), key.upper())
            for key in ("csv", "tsv", "json", "xml")
        ],
        edit="/sparql" + encoded({"query": text.strip()}),
    )
    if problem:
        return respond(request, page, status=problem.status)
    if not named:  # the next reader may see the names
        return respond(request, page)
    return keep_page(request, HTML.key, page)


# --- private helpers ---

_LISTED: Final = (Format("list", "application/json", ("application/json",)), *GRAPHS)


async def _in_rdf(request: Request, key: str, queries: dict[str, NamedQuery]) -> Response:
    """The queries as `sh:SPARQLExecutable` in an RDF format."""
    texts = tuple((name, query.sparql) for name, query in queries.items())
    base_iri = request.app.state.endpoint.settings.base_iri
    body = await asyncio.to_thread(_serialized, key, origin_of(request), base_iri, texts)
    return respond(request, body, MEDIA_TYPES[key])


@lru_cache(maxsize=8)
def _serialized(key: str, origin: str, base_iri: str, texts: tuple[tuple[str, str], ...]) -> bytes:
    known = library()
    return serialize(describe_queries((known[name] for name, _ in texts), origin, base_iri), key)


def _kept(request: Request, text: str) -> dict[str, Any] | None:
    """The answer that was made for this version beforehand."""
    answers: Latest[KeptAnswers] = request.app.state.answers
    kept = answers.ready()
    return kept.find(text) if kept else None


def _find(name: str) -> NamedQuery:
    try:
        return find_query(name)
    except QueryError as error:
        detail = f"There is no question '{name}'. {error.hint or ''}".strip()
        raise Problem(404, "no-such-query", "There is no such question", detail) from None


def _parameters(request: Request) -> tuple[dict[str, str], dict[str, str]]:
    """Parameters of the question, and options. Empty fields of a form count as not given."""
    given: dict[str, str] = {}
    options: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        target = options if name in OPTIONS else given
        if name in target:
            raise Problem(400, "bad-parameter", "A parameter is given twice", f"'{name}' may be given once.")
        if value.strip():
            target[name] = value.strip()
    return given, options


def _bound(query: NamedQuery, given: dict[str, str], base_iri: str) -> str:
    try:
        return bound_text(query, given, base_iri)
    except QueryError as error:
        sentence = f"{error.where}: {error.message}." if error.where else f"{error.message}."
        detail = f"{sentence[:1].upper()}{sentence[1:]} {error.hint or ''}".strip()
        raise Problem(400, "bad-parameter", "The question cannot be asked like this", detail) from None


def _in_words(document: dict[str, Any], catalogue: Catalogue, lang: str) -> dict[str, Any]:
    """A result whose things have their names in the language of the reader, also where the question gives none.

    A name that only another language has stays as the question gives it.
    """
    names: list[str] = document["variables"]
    labels = [names.index(name + "Label") if name + "Label" in names else None for name in names]
    known: dict[str, str | None] = {}

    def name_of(iri: str, given: bool) -> str | None:
        if iri not in known:
            entry = catalogue.search.entry(iri)
            label, tag = label_of(entry, lang) if entry else (catalogue.labels(lang).get(iri), lang)
            known[iri] = label if not given or tag.partition("-")[0] == lang else None
        return known[iri]

    rows = []
    for row in document["rows"]:
        shown = list(row)
        for position, label in enumerate(labels):
            term = row[position]
            if term is None or term["type"] != "uri":
                continue
            name = name_of(term["value"], label is not None)
            if name and label is None:
                shown[position] = {"type": "link", "value": term["value"], "label": name}
            elif name and label is not None and row[label] is not None:
                shown[label] = {**row[label], "value": name}
        rows.append(shown)
    return {**document, "rows": rows}


def _for_people(document: dict[str, Any]) -> dict[str, Any]:
    """A result with each thing and its label (`?body`, `?bodyLabel`) in one column, as a link."""
    names: list[str] = document["variables"]
    columns: list[tuple[str, int, int | None]] = []
    for position, name in enumerate(names):
        if name.endswith("Label") and name.removesuffix("Label") in names:
            continue
        label = names.index(name + "Label") if name + "Label" in names else None
        columns.append((name, position, label))
    return {
        **document,
        "variables": [_words(name) for name, _, _ in columns],
        "rows": [[_cell(row, position, label) for _, position, label in columns] for row in document["rows"]],
    }


def _cell(row: list[Any], position: int, label: int | None) -> Any:
    value = row[position]
    if label is None or row[label] is None or value is None or value["type"] != "uri":
        return value if label is None or value is not None else row[label]
    return {"type": "link", "value": value["value"], "label": row[label]["value"]}


def _words(name: str) -> str:
    """A column's heading in the reader's language; in English, and where there is none: `egdiYear` → `Egdi year`."""
    if has_message(reader().lang, f"column.{name}"):
        return message(reader().lang, f"column.{name}")
    spaced = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: " " + match[1].lower(), name)
    return spaced[:1].upper() + spaced[1:]


def _described(query: NamedQuery) -> dict[str, Any]:
    shown = {"name", "title", "description", "descriptions", "keywords", "parameters", "chart"}
    return {
        **query.model_dump(include=shown, exclude_none=True),
        "href": f"/api/queries/{query.name}",
        "example": f"/api/queries/{query.name}" + encoded(query.examples[0].parameters),
    }

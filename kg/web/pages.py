"""Pages for people: the start page, the query form with its results, and problems. All work without JavaScript."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from kg.namespaces import HOME, PREFIXES
from kg.publishing.queries import bound_text, library
from kg.settings import Settings
from kg.store.interface import ServedVersion
from kg.web import (
    dataset_pages,
    editions_pages,
    linked_data,
    negotiation,
    network_pages,
    question_pages,
    review_pages,
    vocabulary,
)
from kg.web.explorer import maps
from kg.web.explorer import pages as explorer_pages
from kg.web.explorer.catalogue import Catalogue
from kg.web.explorer.pages import map_document
from kg.web.explorer.view import keep_page, kept_page
from kg.web.figures import Counted
from kg.web.messages import message
from kg.web.presentation import STATIC, origin_of, render
from kg.web.problems import Problem
from kg.web.protocol import Operation
from kg.web.reader import reader
from kg.web.responses import respond

PAGE_ROWS: Final = 500
"""Rows of a result that a page shows."""

SHOWN_CLASSES: Final = (
    ("Country", "/countries"),
    ("GovernmentBody", "/queries/bodies"),
    ("LegalInstrument", "/queries/instruments"),
    ("PolicyInstrument", "/queries/policies"),
    ("Portal", "/queries/portals"),
    ("Platform", "/search?q=&type=platform"),
    ("Initiative", "/queries/initiatives"),
    ("Cooperation", "/network"),
    ("InternationalOrganisation", "/queries/organisations-by-members"),
    ("Observation", "/map"),
    ("Answer", "/queries/responses"),
)
"""Classes with a figure on the start page (local names; their words are in the catalogue), and where each leads."""

BEGIN_WITH: Final = (
    "egov-authority", "instruments-by-topic", "coverage-matrix", "cooperation-partners", "partner-suggestions",
    "body-for-area", "egdi-trend", "evidence", "suspect-statements",
)  # fmt: skip
"""Queries of the library that the start page offers."""

ADDRESSES: Final = (
    ("/sparql", "SPARQL 1.1 Protocol; a description of the service for RDF clients"),
    ("/api/queries", "the questions of the library as JSON, each with its result as JSON or CSV"),
    ("/ontology", "the ontology, as a page or as RDF"),
    ("/shapes", "the SHACL shapes that the data is checked by"),
    ("/validation", "what the shapes find in the graph, as a page, JSON or Turtle"),
    ("/dump/", "the whole graph to download"),
    ("/.well-known/void", "VoID description of the dataset"),
    ("/metrics", "figures of this server for Prometheus"),
)

PATIENCE: Final = 1.0
"""Seconds that the start page waits for what the explorer has, before it goes without."""

COUNTING: Final = 10.0
"""Seconds that it waits for the figures, which take one or two to count when a server has just been started."""

OVERVIEW: Final = """\
# How many of what there is
SELECT ?class (COUNT(?thing) AS ?things)
WHERE { ?thing a ?class }
GROUP BY ?class
ORDER BY DESC(?things)
LIMIT 50"""
"""What the empty query form begins with."""


def routes() -> list[BaseRoute]:
    """All addresses for people but `/sparql`. They read `app.state.endpoint` (sparql.SparqlEndpoint)."""
    return [
        Route("/", _start),
        *explorer_pages.routes(),
        *editions_pages.routes(),
        *question_pages.routes(),
        *network_pages.routes(),
        *review_pages.routes(),
        *vocabulary.routes(),
        *linked_data.routes(),
        Mount("/static", _Assets(directory=STATIC), name="static"),
    ]


def start_page(
    version: ServedVersion | None,
    counted: Counted,
    origin: str,
    catalogue: Catalogue | None,
    structured: dict[str, Any] | None = None,
) -> str:
    """What is served, with figures, and where to go from here. `catalogue` is the explorer's, once there is one.

    `structured` is the dataset in the words of schema.org.
    """
    queries = library()
    lang = reader().lang
    overview = catalogue.overview(lang) if catalogue else None
    return render(
        "start.html",
        here="/",
        version=version,
        origin=origin,
        figures=[
            {"label": message(lang, f"figures.{name}"), "count": counted.classes[_DG + name], "href": href}
            for name, href in SHOWN_CLASSES
            if _DG + name in counted.classes
        ],
        known=[row for row in overview["countries"] if row["documents"]] if overview else [],
        map=map_document(overview, "egdi", None) if overview else None,
        drawing=maps.world(),
        labels=overview["by_code"] if overview else {},
        questions=[queries[name] for name in BEGIN_WITH if name in queries],
        total_questions=len(queries),
        addresses=ADDRESSES,
        structured=structured,
    )


def start_document(version: ServedVersion | None, counted: Counted) -> dict[str, Any]:
    """The start page for programs."""
    dataset = None
    if version:
        dataset = {
            "version": version.id,
            "created": version.created,
            "triples": version.triples,
            "statements": version.quads,
            "graphs": dict(sorted(counted.graphs.items())),
            "classes": dict(sorted(counted.classes.items())),
        }
    return {"name": "DigiGov KG", "dataset": dataset, "links": dict(ADDRESSES)}


def query_page(
    operation: Operation,
    settings: Settings,
    version: ServedVersion | None,
    *,
    document: dict[str, Any] | None = None,
    problem: Problem | None = None,
    seconds: float = 0.0,
) -> str:
    """The form with the query of `operation`, and under it the rows of `document` (querying.evaluation) or the problem."""
    kind = document["kind"] if document else ""
    query = operation.text
    return render(
        "sparql.html",
        here="/sparql",
        version=version,
        base_iri=settings.base_iri,
        home=HOME,
        query=query or OVERVIEW,
        prefixes={**PREFIXES, "id": settings.base_iri + "id/", "graph": settings.base_iri + "graph/"},
        examples=_examples(settings.base_iri, reader().lang),
        document=document,
        unit="triples" if kind == "graph" else "rows",
        problem=problem,
        seconds=seconds,
        formats=_FORMATS,
        downloads=[(_run(query, key), name) for key, name in _DOWNLOADS.get(kind, ())],
        limit=settings.query_timeout,
        max_rows=settings.max_rows,
    )


def problem_page(problem: Problem) -> str:
    """An error as a page; where nothing was found, with a search for the words that the address ends in."""
    ending = reader().path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return render(
        "problem.html", problem=problem, wanted=re.sub(r"[^\w]+|_", " ", unquote(ending)).strip()[:80]
    )


# --- private helpers ---


async def _start(request: Request) -> Response:
    endpoint = request.app.state.endpoint
    accept = request.headers.get("accept", "")
    chosen = negotiation.best(accept, (negotiation.HTML, _JSON))
    if chosen is None and negotiation.acceptable(accept).graph:  # the base of all IRIs stands for the dataset
        headers = {"Vary": "Accept", "Link": dataset_pages.described_by(origin_of(request))}
        return RedirectResponse("/dump/catalog", status_code=303, headers=headers)
    if chosen is negotiation.HTML and (kept := kept_page(request, negotiation.HTML.key)):
        return kept
    if chosen is not negotiation.HTML:
        document = start_document(endpoint.version, await endpoint.figures())
        return respond(request, json.dumps(document), _JSON.media_type)
    counted = await endpoint.figures(COUNTING)
    catalogue: Catalogue | None = await request.app.state.explorer.within(PATIENCE)
    origin = origin_of(request)
    about = dataset_pages.for_search_engines(request)
    page = start_page(endpoint.version, counted, origin, catalogue, about)
    headers = {"Link": dataset_pages.described_by(origin)}
    if catalogue is None or not counted.classes:  # not all is known yet
        return respond(request, page, headers=headers)
    return keep_page(request, negotiation.HTML.key, page, headers)


class _Assets(StaticFiles):
    """Static files; an address with the content's hash never changes its content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            lasting = b"v=" in scope["query_string"]
            response.headers["Cache-Control"] = (
                "public, max-age=31536000, immutable" if lasting else "no-cache"
            )
        return response


_DG: Final = HOME + "ontology#"
_JSON: Final = negotiation.Format("json", "application/json", ("application/json",))
_NAMES: Final = {
    "json": "JSON", "xml": "XML", "csv": "CSV", "tsv": "TSV", "turtle": "Turtle", "ntriples": "N-Triples",
    "rdfxml": "RDF/XML", "jsonld": "JSON-LD", "trig": "TriG", "nquads": "N-Quads",
}  # fmt: skip
_FORMATS: Final = (
    ("html", "Table on this page"),
    *((format_.key, _NAMES[format_.key]) for format_ in negotiation.SOLUTIONS),
    *((format_.key, f"{_NAMES[format_.key]} (of graphs)") for format_ in negotiation.GRAPHS),
)
_DOWNLOADS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "solutions": tuple((key, _NAMES[key]) for key in ("csv", "tsv", "json", "xml")),
    "boolean": tuple((key, _NAMES[key]) for key in ("json", "xml")),
    "graph": tuple((key, _NAMES[key]) for key in ("turtle", "ntriples", "rdfxml", "jsonld")),
}
_EXAMPLES: Final = (
    "egov-authority", "bodies", "instruments-by-topic", "cooperation-partners", "memberships", "portals",
    "coverage-matrix", "egdi-trend", "evidence",
)  # fmt: skip


@cache
def _examples(base_iri: str, lang: str) -> list[dict[str, str]]:
    queries = library()
    examples = [
        {
            "title": next((title for tag, title in query.title.items() if tag == lang), query.title["en"]),
            "description": query.described(lang)[0],
            "href": _run(bound_text(query, query.examples[0].parameters, base_iri).strip()),
        }
        for query in (queries[name] for name in _EXAMPLES if name in queries)
    ]
    describe = f"DESCRIBE <{base_iri}id/country/COL>"
    return [
        *examples,
        {
            "title": message(lang, "editor.describe"),
            "description": message(lang, "editor.describe_text"),
            "href": _run(describe),
        },
    ]


def _run(query: str, format_: str | None = None) -> str:
    return "/sparql?" + urlencode({"query": query, **({"format": format_} if format_ else {})})

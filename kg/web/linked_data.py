"""Things under their own addresses (Linked Data): `/id/…` names a thing, `/doc/…` describes it.

A thing is not a document, so `/id/…` answers 303 (https://www.w3.org/TR/cooluris/); the document is a page or RDF by
content negotiation, or by suffix: `.html .ttl .nt .rdf .jsonld`. The server answers for the base of its dataset
(`KG_BASE_IRI`) and for the project's own vocabulary, whatever host it runs on. JSON-LD is one object per thing, under the
context that `/context.jsonld` publishes (kg.publishing.jsonld); a client may ask for the expanded form instead.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from kg.errors import KgError
from kg.namespaces import CONCEPT, HOME
from kg.publishing import jsonld
from kg.store.interface import ServedVersion
from kg.web import dataset_pages, schema_pages, validation_page
from kg.web.documents import JSON_PAGE, RDF_SUFFIXES, SUFFIXES, links_of, only_get, type_of, with_links
from kg.web.documents import chosen as chosen_format
from kg.web.explorer import entity_pages
from kg.web.explorer.graph import page_of
from kg.web.explorer.view import JSON, keep_page, kept_page
from kg.web.kept_documents import keep_document, kept_document
from kg.web.limits import client_of
from kg.web.negotiation import HTML, MEDIA_TYPES
from kg.web.presentation import IN_PATH, origin_of, render
from kg.web.problems import Problem
from kg.web.protocol import Operation
from kg.web.responses import respond

STATEMENTS: Final = 2000
"""Statements about a thing that its page shows."""
MENTIONS: Final = 200
"""Statements with the thing as object that its page shows."""
MENTIONS_IN_RDF: Final = 5000
"""The same for a page of its RDF document (`?page=`), which says and links when there are more."""
FRAMED_TRIPLES: Final = 50_000
"""Triples that a document in JSON-LD is made one object of; a larger one comes in expanded form."""
EXPANDED: Final = "http://www.w3.org/ns/json-ld#expanded"
"""The profile (https://www.w3.org/TR/json-ld11/#iana-considerations) that asks for expanded form, which needs no context."""
CONTEXT_FRESH: Final = "public, max-age=3600"


def routes() -> list[BaseRoute]:
    return [
        Route("/id/{path:path}", _thing),
        Route("/doc/{path:path}", _Document()),
        Route(jsonld.CONTEXT_PATH, _context),
        *schema_pages.routes(),
        *dataset_pages.routes(),
        *validation_page.routes(),
    ]


async def _thing(request: Request) -> Response:
    """303 See Other: from the thing to the document about it."""
    path = quote(request.path_params["path"], safe=IN_PATH)
    headers = {"Vary": "Accept", "Link": f'<{origin_of(request)}/doc/{path}>; rel="describedby"'}
    return RedirectResponse(f"/doc/{path}", status_code=303, headers=headers)


class _Document:
    """What the graph says about a thing, and where it is mentioned. An ASGI application: RDF comes from `sparql`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        only_get(request)
        endpoint = scope["app"].state.endpoint
        path, wanted = _split(request.path_params["path"])
        chosen = JSON_PAGE if wanted == JSON_PAGE else chosen_format(request, wanted)
        form = _FORMS.get(chosen)
        if form and (kept := kept_page(request, form)):
            await kept(scope, receive, send)
            return
        framed = chosen == _JSONLD and not _wants_expanded(request)
        if framed and (known := kept_document(request, _FRAMED)):
            await known(scope, receive, send)
            return
        client = client_of(scope)
        iri = _iri_of(path, endpoint.settings.base_iri)
        page = _page_number(request)
        stated, mentions = await _found(endpoint, client, iri, page)
        asked = {iri}
        if wanted and not stated and not mentions:
            # The name of a portal is its web address, which may end like a suffix.
            path, chosen = quote(request.path_params["path"], safe=IN_PATH), chosen_format(request, None)
            form = _FORMS.get(chosen)
            framed = chosen == _JSONLD and not _wants_expanded(request)
            iri = _iri_of(path, endpoint.settings.base_iri)
            asked.add(iri)
            stated, mentions = await _found(endpoint, client, iri, page)
        if not stated and not mentions and page == 1:
            await _require_not_withdrawn(endpoint.version, asked)
        if (not stated and not mentions) or (page > 1 and not mentions):
            raise Problem(
                404,
                "no-such-thing" if page == 1 else "no-such-page",
                "The graph knows nothing of that name" if page == 1 else "There are not that many pages",
                f"Nothing is stated about <{iri}>."
                if page == 1
                else f"Page {page} of what mentions <{iri}> would be empty.",
            )
        if stated and not mentions and (moved := await _moved_to(endpoint, client, iri)):
            suffix = next((suffix for suffix, key in SUFFIXES.items() if key == wanted), "")
            answer = RedirectResponse(f"/doc/{moved}{suffix}", status_code=301, headers={"Vary": "Accept"})
            await answer(scope, receive, send)
            return
        document = f"{origin_of(request)}/doc/{path}"
        links = [*links_of(document, SUFFIXES), f'<{iri}>; rel="describes"']
        if form:
            raw = request.query_params.get("view") == "all"
            shown = await _for_people(request, client, iri, path, form, raw=raw)
            await keep_page(request, form, shown, {"Link": ", ".join(links)})(scope, receive, send)
            return
        here = f"{origin_of(request)}{request.url.path}"
        note = ""
        if mentions > MENTIONS_IN_RDF:
            following = f"{here}?page={page + 1}"
            links.append(f'<{following}>; rel="next"')
            note = _NOTE % {"document": document, "most": MENTIONS_IN_RDF, "next": following}
        if page > 1:
            links.append(f'<{here}?page={page - 1}>; rel="prev"')
        text = _DESCRIBE % {
            "thing": iri,
            "document": document,
            "note": note,
            "most": MENTIONS_IN_RDF,
            "skipped": (page - 1) * MENTIONS_IN_RDF,
        }
        if framed:
            whole = await _framed(request, client, text, iri, {"Link": ", ".join(links)})
            if whole:
                await whole(scope, receive, send)
                return
        await endpoint.answer(
            scope, receive, with_links(send, links), Operation("query", text, format=chosen)
        )


# --- private helpers ---

_FORMS: Final = {HTML.key: HTML.key, JSON_PAGE: JSON.key}
"""Formats of a document that are for people, with the name that pages are kept under."""

_JSONLD: Final = "jsonld"
_FRAMED: Final = "framed"

_MOVED: Final = """
PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?new WHERE {
  <%(thing)s> dct:isReplacedBy ?new
  FILTER NOT EXISTS { <%(thing)s> ?other ?value FILTER(?other != dct:isReplacedBy) }
}"""
_FOUND: Final = """\
SELECT ?stated (COUNT(?s) AS ?mentions) WHERE {
  BIND (EXISTS { <%(thing)s> ?p ?o } AS ?stated)
  OPTIONAL { SELECT ?s WHERE { ?s ?q <%(thing)s> } OFFSET %(skipped)d LIMIT %(most)d }
} GROUP BY ?stated"""

_DESCRIBE: Final = """\
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT {
  <%(document)s> a foaf:Document ; foaf:primaryTopic <%(thing)s> .
  %(note)s
  <%(thing)s> ?p ?o . ?o rdfs:label ?label .
  ?s ?q <%(thing)s> ; rdfs:label ?name .
} WHERE {
  { <%(thing)s> ?p ?o OPTIONAL { ?o rdfs:label ?label } }
  UNION
  {
    { SELECT ?s ?q WHERE { ?s ?q <%(thing)s> } ORDER BY ?s ?q OFFSET %(skipped)d LIMIT %(most)d }
    OPTIONAL { ?s rdfs:label ?name }
  }
}"""
"""Concise bounded description (https://www.w3.org/submissions/CBD/) with labels of neighbours, and what points here."""
_NOTE: Final = """\
<%(document)s> rdfs:seeAlso <%(next)s> ;
    rdfs:comment "Of the statements that mention the thing, this page has %(most)d; there are more."@en ."""

_STATEMENTS: Final = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?p (SAMPLE(?pLabel) AS ?pName) ?o (SAMPLE(?oEnglish) AS ?oName) (SAMPLE(?oAny) AS ?oOther) WHERE {
  <%s> ?p ?o
  OPTIONAL { ?p rdfs:label ?pLabel FILTER (LANGMATCHES(LANG(?pLabel), "en")) }
  OPTIONAL { ?o rdfs:label ?oEnglish FILTER (LANGMATCHES(LANG(?oEnglish), "en")) }
  OPTIONAL { ?o rdfs:label ?oAny }
} GROUP BY ?p ?o ORDER BY ?p ?o"""

_MENTIONS: Final = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?p (SAMPLE(?pLabel) AS ?pName) ?s (SAMPLE(?sEnglish) AS ?sName) (SAMPLE(?sAny) AS ?sOther) WHERE {
  { SELECT ?s ?p WHERE { ?s ?p <%s> } LIMIT %d }
  OPTIONAL { ?p rdfs:label ?pLabel FILTER (LANGMATCHES(LANG(?pLabel), "en")) }
  OPTIONAL { ?s rdfs:label ?sEnglish FILTER (LANGMATCHES(LANG(?sEnglish), "en")) }
  OPTIONAL { ?s rdfs:label ?sAny }
} GROUP BY ?p ?s ORDER BY ?p ?s"""


def _split(path: str) -> tuple[str, str | None]:
    """A path without its suffix, in the form that IRIs have, and the format that the suffix names."""
    for suffix, key in SUFFIXES.items():
        if path.endswith(suffix):
            return quote(path.removesuffix(suffix), safe=IN_PATH), key
    return quote(path, safe=IN_PATH), None


def _iri_of(path: str, base_iri: str) -> str:
    iri = f"{base_iri}id/{path}"
    return f"{HOME}id/{path}" if f"{HOME}id/{path}".startswith(CONCEPT) else iri


def _page_number(request: Request) -> int:
    given = request.query_params.get("page", "1")
    if not given.isascii() or not given.isdigit() or not 0 < int(given[:7]) < 1_000_000 or len(given) > 6:
        raise Problem(400, "no-page-number", "That is no page", "?page= takes a whole number from 1.")
    return int(given)


async def _found(endpoint: Any, client: str, iri: str, page: int) -> tuple[bool, int]:
    """Whether anything is stated about a thing, and how many statements mention it on a page and beyond (one more at most)."""
    asked = _FOUND % {
        "thing": iri,
        "most": MENTIONS_IN_RDF + 1,
        "skipped": (page - 1) * MENTIONS_IN_RDF,
    }
    rows = (await endpoint.table(asked, 1, client=client))["rows"]
    return (rows[0][0]["value"] == "true", int(rows[0][1]["value"])) if rows else (False, 0)


async def _moved_to(endpoint: Any, client: str, iri: str) -> str | None:
    """The path of the thing that has taken the name's place, where nothing else is known of the name (docs/identity.md)."""
    rows = (await endpoint.table(_MOVED % {"thing": iri}, 1, client=client))["rows"]
    base = f"{endpoint.settings.base_iri}id/"
    return rows[0][0]["value"].removeprefix(base) if rows and rows[0][0]["value"].startswith(base) else None


async def _require_not_withdrawn(version: ServedVersion | None, asked: set[str]) -> None:
    """Raises Problem 410 when an earlier version described one of these things, of which nothing is known now.

    Where the store cannot be asked for that, nothing is raised: the thing is unknown in any case.
    """
    for iri in sorted(asked) if version else ():
        assert version is not None
        since = None
        with suppress(KgError):
            since = await asyncio.to_thread(version.withdrawn_since, iri)
        if since:
            raise Problem(
                410,
                "withdrawn",
                "This has been withdrawn",
                f"An earlier version of the dataset described <{iri}>. Since {since[:10]} nothing is stated about it.",
                more={"withdrawn": since, "thing": iri},
            )


async def _context(request: Request) -> Response:
    """The JSON-LD context: what the names in documents stand for."""
    body = json.dumps({"@context": jsonld.context()}, indent=1, ensure_ascii=False)
    headers = {"Cache-Control": CONTEXT_FRESH, "Vary": "Accept-Encoding"}
    return respond(request, body + "\n", MEDIA_TYPES[_JSONLD], headers=headers)


def _wants_expanded(request: Request) -> bool:
    return EXPANDED in request.headers.get("accept", "") or request.query_params.get("profile") == "expanded"


async def _framed(
    request: Request, client: str, query: str, iri: str, headers: dict[str, str]
) -> Response | None:
    """The description that `query` constructs as one JSON-LD object; None when it cannot be one."""
    found = await request.app.state.endpoint.table(query, FRAMED_TRIPLES, client=client)
    if found["more"] or any(
        o["type"] == "triple" for _, _, o in found["rows"]
    ):  # RDF 1.2, not in JSON-LD 1.1
        return None
    triples = [(_rdf_term(s), p["value"], _rdf_term(o)) for s, p, o in found["rows"]]
    described = jsonld.describe(triples, iri, origin_of(request) + jsonld.CONTEXT_PATH)
    body = json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()
    return keep_document(request, _FRAMED, body, MEDIA_TYPES[_JSONLD], headers)


def _rdf_term(term: dict[str, Any]) -> jsonld.Term:
    """The term that a row of `SparqlEndpoint.table` stands for."""
    if term["type"] == "uri":
        return ox.NamedNode(term["value"])
    if term["type"] == "bnode":
        return ox.BlankNode(term["value"])
    if term["lang"]:
        return ox.Literal(term["value"], language=term["lang"])
    return ox.Literal(term["value"], datatype=ox.NamedNode(term["datatype"]))


async def _for_people(request: Request, client: str, iri: str, path: str, form: str, *, raw: bool) -> str:
    """The page about a thing, or (`form` json) what it is made from. `raw` is the page with all statements."""
    endpoint = request.app.state.endpoint
    base_iri = endpoint.settings.base_iri
    if raw and form == HTML.key:
        return await _page(endpoint, client, iri, path)
    catalogue = await request.app.state.explorer.current()
    stated, mentioned = await asyncio.gather(
        endpoint.table(entity_pages.STATED % {"thing": iri}, entity_pages.STATEMENTS, client=client),
        endpoint.table(
            entity_pages.MENTIONING % {"thing": iri, "most": entity_pages.MENTIONS + 1},
            entity_pages.MENTIONS * 4,
            client=client,
        ),
    )
    document = entity_pages.thing_document(catalogue, base_iri, iri, stated["rows"], mentioned["rows"])
    if form != HTML.key:
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    subjects = {(row[0]["value"], row[1]["value"]) for row in mentioned["rows"]}
    profile = page_of(iri, base_iri)
    return render(
        "entity.html",
        version=endpoint.version,
        base_iri=base_iri,
        document=document,
        path=path,
        profile=profile if profile.startswith("/countries/") else None,
        structured=entity_pages.structured(document),
        suffixes={suffix: type_of(SUFFIXES[suffix]) for suffix in RDF_SUFFIXES},
        more_mentions=mentioned["more"] or len(subjects) > entity_pages.MENTIONS,
        all_mentions=f"SELECT ?thing ?property WHERE {{ ?thing ?property <{iri}> }}",
    )


async def _page(endpoint: Any, client: str, iri: str, path: str) -> str:
    stated = await endpoint.table(_STATEMENTS % iri, STATEMENTS, client=client)
    mentioned = await endpoint.table(_MENTIONS % (iri, MENTIONS + 1), MENTIONS, client=client)
    statements = _by_property(stated["rows"])
    names = [
        term["value"]
        for group in statements
        if group["property"] in _NAMING
        for term, _ in sorted(group["values"], key=lambda pair: pair[0].get("lang") != "en")
    ]
    return render(
        "thing.html",
        version=endpoint.version,
        base_iri=endpoint.settings.base_iri,
        iri=iri,
        name=names[0] if names else path,
        path=path,
        statements=statements,
        more_statements=stated["more"],
        mentions=_by_property(mentioned["rows"]),
        more_mentions=mentioned["more"],
        suffixes=RDF_SUFFIXES,
        all_mentions=f"SELECT ?thing ?property WHERE {{ ?thing ?property <{iri}> }}",
    )


_NAMING: Final = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
)


def _by_property(rows: list[list[Any]]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for property_, name, value, english, other in rows:
        iri = property_["value"]
        group = groups.setdefault(
            iri, {"property": iri, "name": name["value"] if name else None, "values": []}
        )
        label = english or other
        group["values"].append((value, label["value"] if label else None))
    order = {iri: position for position, iri in enumerate((*_NAMING, _TYPE))}
    return sorted(groups.values(), key=lambda group: order.get(group["property"], len(order)))


_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

"""How a page of the explorer answers: the same document as HTML, or as JSON by `.json` or by `Accept`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.web import negotiation
from kg.web.explorer.catalogue import Catalogue, Explorer
from kg.web.explorer.page_cache import Kept, Key
from kg.web.presentation import origin_of, render
from kg.web.reader import reader
from kg.web.responses import respond

JSON: Final = negotiation.Format("json", "application/json", ("application/json",))
SUFFIX: Final = ".json"

Handler = Callable[[Request], Awaitable[Response]]


def both(path: str, handler: Handler) -> list[BaseRoute]:
    """Routes for a page and its `.json`. A page that was made for another reader like this one is not made again."""

    async def kept_or_made(request: Request) -> Response:
        await catalogue_of(request)
        form = JSON.key if wants_json(request) else negotiation.HTML.key
        return kept_page(request, form) or await handler(request)

    return [Route(path + SUFFIX, kept_or_made), Route(path, kept_or_made)]


async def catalogue_of(request: Request) -> Catalogue:
    """The catalogue of the served version. Raises Problem while there is none."""
    return await _explorer(request).current()


def answer(
    request: Request, template: str, document: dict[str, Any], *, also: str = "", **values: Any
) -> Response:
    """The document, as JSON or as the page that `template` makes of it, kept; `values` are for the page only.

    `also` tells what the page depends on besides the dataset version (see kept_page).
    """
    if wants_json(request):
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        return keep_page(request, JSON.key, text, also=also)
    page = render(
        template,
        version=_explorer(request).shown or request.app.state.endpoint.version,
        base_iri=request.app.state.endpoint.settings.base_iri,
        origin=origin_of(request),
        document=document,
        **values,
    )
    return keep_page(request, negotiation.HTML.key, page, also=also)


def wants_json(request: Request) -> bool:
    """Whether the client asked for JSON rather than for a page: by suffix, or by an Accept header that prefers it."""
    if request.url.path.endswith(SUFFIX):
        return True
    accept = request.headers.get("accept", "")
    return negotiation.best(accept, (negotiation.HTML, JSON)) is JSON


def kept_page(request: Request, form: str, also: str = "") -> Response | None:
    """The page at this address that was made for a reader like this one, in a form: `html` or `json`.

    `also` tells what it depends on besides dataset version, address and reader.
    """
    kept = _explorer(request).pages.get(_key(request, form, also))
    return _sent(request, kept) if kept else None


def keep_page(
    request: Request, form: str, text: str, headers: Mapping[str, str] | None = None, also: str = ""
) -> Response:
    """Keep a page that was just made, and answer with it; `also` as for kept_page."""
    media_type = JSON.media_type if form == JSON.key else negotiation.HTML.media_type
    kept = Kept(text.encode(), media_type, {"Content-Language": reader().lang, **(headers or {})})
    _explorer(request).pages.put(_key(request, form, also), kept)
    return _sent(request, kept)


# --- private helpers ---


def _explorer(request: Request) -> Explorer:
    explorer: Explorer = request.app.state.explorer
    return explorer


def _key(request: Request, form: str, also: str) -> Key:
    """What a page depends on. After an update, the catalogue may be of the version before the one that is served."""
    served, shown = request.app.state.endpoint.version, _explorer(request).shown
    who = reader()
    return (
        served.id if served else "",
        shown.id if shown else "",
        origin_of(request),
        who.path,
        who.query,
        who.lang,
        who.theme,
        form,
        also,
    )


def _sent(request: Request, kept: Kept) -> Response:
    return respond(request, kept.body, kept.media_type, headers=kept.headers, compressed=kept.compressed)

"""Documents for programs that are the same for every reader: what was made for an address is kept for the version it is of.

They share the room of the explorer's pages (explorer.page_cache), which is emptied when another version is served.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from kg.web.explorer.page_cache import Kept, Key
from kg.web.presentation import origin_of
from kg.web.responses import respond


def kept_document(request: Request, form: str) -> Response | None:
    """The document that was made for this address in a form (a key of its format), as a response."""
    kept = request.app.state.explorer.pages.get(_key(request, form))
    return _sent(request, kept) if kept else None


def keep_document(
    request: Request, form: str, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Keep a document that was just made, and answer with it. It depends on version, address and form, and on nothing else."""
    kept = Kept(body, media_type, {"Vary": "Accept, Accept-Encoding", **(headers or {})})
    request.app.state.explorer.pages.put(_key(request, form), kept)
    return _sent(request, kept)


# --- private helpers ---


def _key(request: Request, form: str) -> Key:
    version = request.app.state.endpoint.version
    return (
        "document",
        version.id if version else "",
        origin_of(request),
        request.url.path,
        request.url.query,
        form,
    )


def _sent(request: Request, kept: Kept) -> Response:
    return respond(request, kept.body, kept.media_type, headers=kept.headers, compressed=kept.compressed)

"""What the documents of linked data have in common: suffixes for formats, negotiation without one, and `Link` headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from starlette.requests import Request
from starlette.types import Send

from kg.publishing import catalogue
from kg.web import negotiation
from kg.web.negotiation import GRAPHS, HTML, MEDIA_TYPES, Format
from kg.web.problems import Problem

SUFFIXES: Final = {
    ".html": "html",
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".rdf": "rdfxml",
    ".jsonld": "jsonld",
    ".json": "json-page",
}
JSON_PAGE: Final = SUFFIXES[".json"]
"""What the page for people is made from; `Accept: application/json` means JSON-LD."""
RDF_SUFFIXES: Final = tuple(suffix for suffix, key in SUFFIXES.items() if key not in (HTML.key, JSON_PAGE))
LICENCE: Final = str(catalogue.LICENCE)


def only_get(request: Request) -> None:
    """Raises Problem (405) for what would change a document."""
    if request.method not in ("GET", "HEAD"):
        raise Problem(
            405, "method-not-allowed", "Method not allowed", "Use GET.", headers={"Allow": "GET, HEAD"}
        )


def suffix_of(request: Request) -> str | None:
    """The format that the suffix of a route's path names; None without one. Raises Problem (404) for an unknown suffix."""
    suffix = request.path_params.get("suffix")
    if suffix is None:
        return None
    if suffix not in SUFFIXES or SUFFIXES[suffix] == JSON_PAGE:
        allowed = ", ".join(name for name, key in SUFFIXES.items() if key != JSON_PAGE)
        raise Problem(404, "no-such-page", "There is nothing at this address", f"Suffixes are {allowed}.")
    return SUFFIXES[suffix]


def chosen(request: Request, wanted: str | None) -> str:
    """The format of the document: `wanted` by its suffix, or negotiated. Raises Problem (406) when none is acceptable."""
    if wanted:
        return wanted
    accepted = negotiation.acceptable(request.headers.get("accept", ""))
    if accepted.html:
        return HTML.key
    if accepted.graph is None:
        offered = ", ".join(format_.names[0] for format_ in _OFFERED)
        raise Problem(
            406, "not-acceptable", "No acceptable format", f"The document can be sent as {offered}."
        )
    return accepted.graph


def type_of(key: str) -> str:
    """The media type of a format, without parameters."""
    return "application/json" if key == JSON_PAGE else MEDIA_TYPES[key].partition(";")[0]


def links_of(document: str, suffixes: Iterable[str] = (".html", *RDF_SUFFIXES)) -> list[str]:
    """`Link` header values of the document at that address: its other formats, its own address, the licence (RFC 8288)."""
    return [
        *(
            f'<{document}{suffix}>; rel="alternate"; type="{type_of(SUFFIXES[suffix])}"'
            for suffix in suffixes
        ),
        f'<{document}>; rel="canonical"',
        f'<{LICENCE}>; rel="license"',
    ]


def with_links(send: Send, links: list[str]) -> Send:
    """`send` for an answer that gets a `Link` header."""

    async def sending(message: Any) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"link", ", ".join(links).encode())]
        await send(message)

    return sending


# --- private helpers ---

_OFFERED: Final[tuple[Format, ...]] = (*GRAPHS, HTML)

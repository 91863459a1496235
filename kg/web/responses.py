"""A finished document as a response: compressed as the client accepts it, with an entity tag so that it is sent only once."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Final

import brotli
from starlette.requests import Request
from starlette.responses import Response

from kg.web import negotiation

_COMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda data: bytes(brotli.compress(data, quality=5)),
    "gzip": lambda data: gzip.compress(data, compresslevel=6, mtime=0),
}
COMPRESS_FROM: Final = 1024
"""Bytes below which compressing is not worth it."""


def respond(
    request: Request,
    body: str | bytes,
    media_type: str = negotiation.HTML.media_type,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    compressed: dict[str, bytes] | None = None,
) -> Response:
    """The response; `compressed` has the body's compressed forms by coding, and takes those that are made here. 304 without a body when the client has this very representation (RFC 9110 §13.1.2)."""
    data = body.encode() if isinstance(body, str) else body
    coding = negotiation.coding(request.headers.get("accept-encoding", ""))
    if len(data) < COMPRESS_FROM:
        coding = None
    # Pages are written for their reader (kg.web.reader): language and theme come from these headers, too.
    vary = "Accept, Accept-Encoding, Accept-Language, Cookie"
    fields = {"Vary": vary, "Cache-Control": "no-cache", **(headers or {})}
    if status == 200:
        tag = f'"{blake2b(data, digest_size=12).hexdigest()}{"-" + coding if coding else ""}"'
        fields["ETag"] = tag
        known = request.headers.get("if-none-match", "")
        if known == "*" or tag in (entry.strip().removeprefix("W/") for entry in known.split(",")):
            return Response(status_code=304, headers=fields)
    if coding:
        fields["Content-Encoding"] = coding
        known_forms = {} if compressed is None else compressed
        if coding not in known_forms:
            known_forms[coding] = _COMPRESS[coding](data)
        data = known_forms[coding]
    return Response(data, status_code=status, headers={**fields, "Content-Type": media_type})

"""The request side of the SPARQL 1.1 Protocol (§2.1, §2.2): an HTTP request as an operation, or the problem with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.types import Receive, Scope

from kg.web.problems import Problem
from kg.web.syntax import LONG, without_escapes

FORM: Final = "application/x-www-form-urlencoded"
DIRECT_QUERY: Final = "application/sparql-query"
DIRECT_UPDATE: Final = "application/sparql-update"
MOST_PARAMETERS: Final = 1000


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks for. `kind` is `query`, `update`, or `describe` for a bare GET (service description)."""

    kind: str
    text: str = ""
    default_graphs: list[str] | None = None
    named_graphs: list[str] | None = None
    timeout: float | None = None
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    """Parameters that only pages use."""


async def read_operation(
    scope: Scope, receive: Receive, headers: Mapping[bytes, bytes], limit: int, update_limit: int = 0
) -> Operation:
    """The operation of a GET, HEAD or POST request. Updates may have `update_limit` bytes where that is more.

    Raises Problem: 400 for parameters that are missing, repeated, unreadable or contradict each other, 413 for a text
    longer than `limit` bytes, 415 for a body of another media type.
    """
    longest = max(limit, update_limit)
    query_string: bytes = scope["query_string"]
    if scope["method"] in ("GET", "HEAD"):
        if len(query_string) > LONG:
            return await asyncio.to_thread(operation_of_get, query_string, limit)
        return operation_of_get(query_string, limit)
    _require_length(query_string, limit)
    media_type, charset = media_type_of(headers.get(b"content-type", b""))
    if media_type not in (FORM, DIRECT_QUERY, DIRECT_UPDATE):
        raise unsupported_media_type(FORM, DIRECT_QUERY, DIRECT_UPDATE)
    most = {FORM: 3 * longest, DIRECT_UPDATE: longest}.get(
        media_type, limit
    )  # percent-encoding triples a text
    body = await read_body(receive, headers, most)
    if charset not in ("utf-8", "utf8", "us-ascii", ""):
        raise unsupported_media_type(FORM, DIRECT_QUERY, DIRECT_UPDATE)
    if len(query_string) + len(body) > LONG:
        return await asyncio.to_thread(
            _operation_of_post, query_string, media_type, body, limit, update_limit
        )
    return _operation_of_post(query_string, media_type, body, limit, update_limit)


def operation_of_get(query_string: bytes, limit: int) -> Operation:
    """The operation of a GET or HEAD request. Raises Problem as `read_operation` does."""
    _require_length(query_string, limit)
    if not query_string:
        return Operation("describe")
    if len(query_string) > LONG:
        return _from_query_string(query_string, limit)
    return _known_query_string(query_string, limit)


async def read_body(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The whole body. Raises Problem 413 as soon as it is longer than `limit` bytes, 400 when it breaks off."""
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > limit:
        raise _too_long(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_long(limit)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


class ClientGone(Exception):
    """The client hung up before its request was complete: there is nobody to answer."""


def bad_request(detail: str) -> Problem:
    return Problem(400, "bad-request", "This is no SPARQL Protocol request", detail)


def unsupported_media_type(*supported: str) -> Problem:
    return Problem(
        415,
        "unsupported-media-type",
        "Unsupported media type",
        f"Send the body as {', '.join(supported)}, in UTF-8.",
        headers={"Accept-Post": ", ".join(supported)},
    )


def media_type_of(value: bytes) -> tuple[str, str]:
    """The media type and the charset of a Content-Type, in lower case; empty where there is none."""
    media_type, *parameters = value.decode("latin-1").split(";")
    charset = ""
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = text.strip().strip('"').lower()
    return media_type.strip().lower(), charset


def graph_iri(value: str, name: str) -> str:
    """The value of the parameter `name` as an IRI. Raises Problem (400) unless it is absolute."""
    try:
        absolute = bool(urlsplit(value).scheme)
    except ValueError:
        absolute = False
    if not absolute or any(character in value for character in '<>"{}|^`\\ \n\r\t'):
        raise bad_request(f"'{name}' must be an absolute IRI.")
    return value


# --- private helpers ---


def _require_length(query_string: bytes, limit: int) -> None:
    if len(query_string) > 3 * limit:  # percent-encoding triples it at most
        raise _too_long(limit)


def _operation_of_post(
    query_string: bytes, media_type: str, body: bytes, limit: int, update_limit: int
) -> Operation:
    parameters = _parameters(query_string, "query string")
    if media_type == FORM:
        return _operation([*parameters, *_parameters(body, "body")], limit, update_limit)
    if any(name in ("query", "update") for name, _ in parameters):
        raise bad_request("The text is in the body, so the query string may not have another.")
    name = "query" if media_type == DIRECT_QUERY else "update"
    return _operation([*parameters, (name, _decoded(body, "body"))], limit, update_limit)


@lru_cache(maxsize=512)
def _known_query_string(query_string: bytes, limit: int) -> Operation:
    """Programs ask the same again and again; reading it takes longer than answering from memory."""
    return _from_query_string(query_string, limit)


def _from_query_string(query_string: bytes, limit: int) -> Operation:
    parameters = _parameters(query_string, "query string")
    if any(name == "update" for name, _ in parameters):
        raise bad_request("An update is sent by POST, never by GET (SPARQL 1.1 Protocol §2.2).")
    return _operation(parameters, limit)


def _operation(parameters: list[tuple[str, str]], limit: int, update_limit: int = 0) -> Operation:
    texts: list[tuple[str, str]] = []
    default: list[str] = []
    named: list[str] = []
    using: list[str] = []
    using_named: list[str] = []
    single: dict[str, str] = {}
    lists = {
        "default-graph-uri": default, "named-graph-uri": named,
        "using-graph-uri": using, "using-named-graph-uri": using_named,
    }  # fmt: skip
    for name, value in parameters:
        if name in ("query", "update"):
            texts.append((name, value))
        elif name in lists:
            lists[name].append(graph_iri(value, name))
        else:  # no parameters of the Protocol; some clients send `format` twice, first the short name
            single.setdefault(name, value)
    if not texts:
        raise bad_request("There is neither a parameter 'query' nor 'update'.")
    if len(texts) > 1:
        names = " and ".join(sorted({f"'{name}'" for name, _ in texts}))
        raise bad_request(f"There must be exactly one query or update, but {names} came {len(texts)} times.")
    kind, text = texts[0][0], without_escapes(texts[0][1])
    most = max(limit, update_limit) if kind == "update" else limit
    if len(text.encode()) > most:
        raise _too_long(most)
    if kind == "query" and (using or using_named):
        raise bad_request("'using-graph-uri' belongs to updates; a query takes 'default-graph-uri'.")
    if kind == "update" and (default or named):
        raise bad_request("'default-graph-uri' belongs to queries; an update takes 'using-graph-uri'.")
    graphs, names_ = (default, named) if kind == "query" else (using, using_named)
    given = bool(graphs or names_)
    return Operation(
        kind,
        text,
        default_graphs=list(dict.fromkeys(graphs)) if given else None,
        named_graphs=list(dict.fromkeys(names_)) if given else None,
        timeout=_timeout(single["timeout"]) if single.get("timeout") else None,
        format=single.get("format") or single.get("output") or None,
        options=single,
    )


def _parameters(encoded: bytes, where: str) -> list[tuple[str, str]]:
    if not encoded:
        return []
    try:
        text = encoded.decode("ascii")
        return parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS, encoding="utf-8"
        )
    except UnicodeDecodeError:
        raise bad_request(f"The {where} is not percent-encoded UTF-8.") from None
    except ValueError:
        raise bad_request(f"The {where} has more than {MOST_PARAMETERS} parameters.") from None


def _decoded(body: bytes, where: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise bad_request(f"The {where} is not UTF-8 (byte {error.start}).") from None


def _timeout(value: str) -> float:
    try:
        seconds = float(value.removesuffix("s"))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise bad_request("'timeout' must be a number of seconds greater than 0.")
    return seconds


def _too_long(limit: int) -> Problem:
    return Problem(
        413,
        "query-too-long",
        "The request is too long",
        f"This server takes at most {limit:,} bytes here.",
        headers={"Connection": "close"},
    )

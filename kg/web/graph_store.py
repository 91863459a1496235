"""`/graph-store`: the SPARQL 1.1 Graph Store HTTP Protocol, by which whole graphs are read and written.

`?graph=IRI` names a graph and `?default` the default graph (indirect identification, §4.2); the graphs under the
deployment's own base also have the address `/graph/…` (direct identification, §4.1). Reading goes the way of queries,
writing that of updates: with the token, checked, all or nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from kg.store.interface import ServedVersion
from kg.web import negotiation
from kg.web.limits import client_of
from kg.web.problems import Problem
from kg.web.protocol import ClientGone, Operation, bad_request, graph_iri, media_type_of, read_body
from kg.web.querying.reviser import graph_state
from kg.web.sparql import SparqlEndpoint, preflight, send_body
from kg.web.update import Conditions, GraphWrite, Updates

ALLOWED: Final = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
MULTIPART: Final = "multipart/form-data"
_WRITING: Final = frozenset({"PUT", "POST", "DELETE"})


class GraphStore:
    """The ASGI application for `/graph-store` and `/graph/…`."""

    def __init__(self, endpoint: SparqlEndpoint, updates: Updates) -> None:
        self._endpoint = endpoint
        self._updates = updates
        self._settings = endpoint.settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            method = scope["method"]
            if method == "OPTIONS":
                await send_body(scope, send, 204, [(b"allow", ALLOWED.encode()), *preflight(ALLOWED)], b"")
                return
            if method not in ("GET", "HEAD", *_WRITING):
                raise Problem(
                    405, "method-not-allowed", "Method not allowed", f"Use one of {ALLOWED}.",
                    headers={"Allow": ALLOWED},
                )  # fmt: skip
            if method in _WRITING:
                self._updates.count(client_of(scope))
                self._updates.require_writer(scope)
            named, graph = self._identified(scope)
            if method in _WRITING:
                await self._write(scope, receive, send, named, graph)
            elif named:
                await self._read(scope, receive, send, graph)
            else:
                raise bad_request("Say which graph: ?graph=IRI or ?default.")
        except ClientGone:
            return
        except Problem as problem:
            await problem(scope, receive, send)

    def _identified(self, scope: Scope) -> tuple[bool, str | None]:
        """Whether a graph is named, and which (None: the default graph). Raises Problem (400) when it is unclear."""
        path: str = scope["path"]
        if path.startswith("/graph/"):
            # The same IRI as in the data, whose names are percent-encoded where they have to be.
            return True, self._settings.base_iri + "graph/" + quote(
                path.removeprefix("/graph/"), safe="/-._~%:"
            )
        parameters = parse_qsl(scope["query_string"].decode("ascii", "replace"), keep_blank_values=True)
        graphs = [value for name, value in parameters if name == "graph"]
        default = any(name == "default" for name, _ in parameters)
        if len(graphs) > 1 or (graphs and default):
            raise bad_request("Name one graph: either ?graph=IRI or ?default.")
        if graphs:
            return True, graph_iri(graphs[0], "graph")
        return default, None

    async def _read(self, scope: Scope, receive: Receive, send: Send, graph: str | None) -> None:
        headers = dict(scope["headers"])
        accepted = negotiation.acceptable(headers.get(b"accept", b"").decode("latin-1"))
        # Browsers like pages best, and get what they like second best: Turtle is readable.
        key = accepted.graph or ("turtle" if accepted.html else None)
        if key is None:
            offered = [format_.names[0] for format_ in negotiation.GRAPHS]
            raise Problem(
                406, "not-acceptable", "No acceptable format", f"A graph can be sent as {', '.join(offered)}.",
                more={"offered": offered},
            )  # fmt: skip
        version = self._endpoint.version
        if graph is not None and not await self._exists(graph):
            raise Problem(404, "no-such-graph", "There is no such graph", f"There is no graph <{graph}>.")
        pattern = "?s ?p ?o" if graph is None else f"GRAPH <{graph}> {{ ?s ?p ?o }}"
        operation = Operation("query", f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", format=key)
        tag = _entity_tag(version, graph, key, headers) if version is not None else None
        await self._endpoint.answer(scope, receive, send, operation, tag=tag)

    async def _exists(self, graph: str) -> bool:
        found = await self._endpoint.table(f"ASK {{ GRAPH <{graph}> {{}} }}", 1)
        return bool(found["boolean"])

    async def _write(
        self, scope: Scope, receive: Receive, send: Send, named: bool, graph: str | None
    ) -> None:
        method, headers = scope["method"], dict(scope["headers"])
        location: str | None = None
        if not named:
            if method != "POST":
                raise bad_request("Say which graph: ?graph=IRI or ?default.")
            # §5.5: posted to the store as a whole, the triples become a graph of their own.
            graph = location = f"{self._settings.base_iri}graph/{uuid.uuid4()}"
        parts = [(b"", "turtle")] if method == "DELETE" else await self._content(scope, receive, headers)
        body, format_name = parts[0] if len(parts) == 1 else (_as_one(parts), "ntriples")
        write = GraphWrite(method, graph, body, format_name, Conditions.of(headers))
        done = await self._updates.write_graph(write, client_of(scope))
        version = self._endpoint.version
        fields = [(b"kg-dataset-version", done["version"].encode()), (b"cache-control", b"no-store")]
        if version is not None and version.id == done["version"] and method != "DELETE":
            fields.append((b"etag", f'"{_stem(version, graph)}"'.encode()))
        if location is not None:
            fields.append((b"location", location.encode()))
        created = method != "DELETE" and not done["existed"]
        await send_body(scope, send, 201 if created else 204, fields, b"")

    async def _content(
        self, scope: Scope, receive: Receive, headers: Mapping[bytes, bytes]
    ) -> list[tuple[bytes, str]]:
        """The documents of the body with their formats. Raises Problem: 413, 415, or 400 for a broken form."""
        media_type, charset = media_type_of(headers.get(b"content-type", b""))
        limit = self._settings.max_update_bytes
        if media_type == MULTIPART and scope["method"] == "POST":
            return await self._form(scope, await read_body(receive, headers, limit))
        format_name = negotiation.graph_format(media_type) if media_type else "turtle"
        if format_name is None or charset not in ("", "utf-8", "utf8", "us-ascii"):
            raise _unreadable()
        return [(await read_body(receive, headers, limit), format_name)]

    async def _form(self, scope: Scope, body: bytes) -> list[tuple[bytes, str]]:
        async def replay() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        found: list[tuple[bytes, str]] = []
        try:
            async with Request(scope, replay).form() as form:
                for _, value in form.multi_items():
                    upload = value if isinstance(value, UploadFile) else None
                    media_type, _ = media_type_of((upload.content_type or "").encode() if upload else b"")
                    name = (upload.filename or "") if upload else ""
                    format_name = negotiation.graph_format(media_type, name) or (
                        "turtle" if not media_type else None
                    )
                    if format_name is None:
                        raise _unreadable()
                    content = await upload.read() if upload else str(value).encode()
                    found.append((content, format_name))
        except MultiPartException as error:
            raise bad_request(f"The form cannot be read: {error.message}") from None
        return found or [(b"", "turtle")]


# --- private helpers ---


def _as_one(parts: list[tuple[bytes, str]]) -> bytes:
    """Several documents as one, with blank nodes kept apart (an RDF merge). Raises Problem (400) for unreadable ones."""
    import pyoxigraph as ox

    from kg.web.querying.evaluation import GRAPH_FORMATS

    lines: list[bytes] = []
    for body, format_name in parts:
        try:
            quads = ox.parse(body, format=GRAPH_FORMATS[format_name], rename_blank_nodes=True)
            text = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
        except (SyntaxError, ValueError) as error:
            raise Problem(
                400,
                "bad-content",
                "The body cannot be read in its format",
                f"A document of the form: {error}.",
            ) from None
        lines.append(text or b"")
    return b"".join(lines)


def _stem(version: ServedVersion, graph: str | None) -> str:
    return graph_state(version, graph)


def _entity_tag(version: ServedVersion, graph: str | None, key: str, headers: Mapping[bytes, bytes]) -> str:
    """Strong: one version gives the same bytes each time. The part before the full stop is the state of the graph."""
    coding = negotiation.coding(headers.get(b"accept-encoding", b"").decode("latin-1"))
    form = blake2b(f"{graph}\0{key}\0{coding}".encode(), digest_size=4).hexdigest()
    return f'"{_stem(version, graph)}.{form}"'


def _unreadable() -> Problem:
    names = [format_.names[0] for format_ in negotiation.GRAPHS]
    return Problem(
        415, "unsupported-media-type", "Unsupported media type",
        f"Send the graph as {', '.join(names)}, in UTF-8; several by POST as {MULTIPART}.",
        headers={"Accept-Post": ", ".join([*names, MULTIPART])},
    )  # fmt: skip

"""SERVICE (SPARQL 1.1 Federated Query): queries that ask listed endpoints, through a door of our own.

The engine asks other endpoints itself: it would follow any redirect, to any address. So each SERVICE <endpoint> of a
query is rewritten to an address on the loopback interface under which this module listens. It passes the request on by
`Outbound`, which knows what is allowed, and the answer back. The query process can reach that port and no other
(querying/sandbox.py). A path that nobody could guess ties a request to its query.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpcore

from kg.web.outbound import NotFetched, Outbound, media_type_of
from kg.web.problems import Problem
from kg.web.syntax import ServiceCall, service_calls

LONGEST_REQUEST: Final = 4 * 1024 * 1024
PATIENCE: Final = 30.0
"""Seconds in which a query process has to send its request."""
HELD_BACK: Final = 4 * 1024 * 1024
"""Bytes of an answer that are held back: one that breaks off before them can still be passed over by SERVICE SILENT."""
_PASSED_ON: Final[tuple[str, ...]] = ("accept", "content-type")

log = logging.getLogger("kg.web")


@dataclass(slots=True, eq=False)
class Federated:
    """A query whose SERVICE endpoints lead through the door; `failures` says which of them did not answer, and why."""

    text: str
    key: str
    endpoints: tuple[str, ...]
    failures: list[str] = field(default_factory=list)
    requests: set[asyncio.Task[None]] = field(default_factory=set)


class Federation:
    """The door. It is opened by the first query that needs it."""

    def __init__(self, outbound: Outbound, *, allowed: bool) -> None:
        self._outbound = outbound
        self.enabled = allowed
        self._server: asyncio.Server | None = None
        self._opening = asyncio.Lock()
        self._running: dict[str, Federated] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, text: str, prefixes: Mapping[str, str], base: str) -> Federated:
        """A query with SERVICE, ready to be evaluated. Raises Problem (403) when it asks what is not on the list."""
        if not self.enabled:
            raise Problem(
                403, "service-refused", "SERVICE is switched off",
                "This endpoint does not ask other servers. Ask them yourself, and pass their rows in VALUES.",
            )  # fmt: skip
        calls = await asyncio.to_thread(service_calls, text, prefixes, base)
        if calls is None:
            raise Problem(
                403, "service-refused", "SERVICE with this endpoint is refused",
                "Write SERVICE [SILENT] and the endpoint as an IRI or a prefixed name; a variable is not taken, since "
                "which endpoints are asked has to be known beforehand.",
            )  # fmt: skip
        for call in calls:
            if not self._outbound.listed(call.endpoint):
                raise Problem(
                    403, "service-refused", "SERVICE with this endpoint is refused",
                    f"<{call.endpoint}> is not among the endpoints that this server asks (KG_SERVICE_ALLOWLIST).",
                )  # fmt: skip
        port = await self._open()
        key = secrets.token_urlsafe(24)
        query = Federated(
            _rewritten(text, calls, f"http://127.0.0.1:{port}/{key}"),
            key,
            tuple(call.endpoint for call in calls),
        )
        self._running[key] = query
        return query

    def dismiss(self, query: Federated) -> None:
        """The query has ended: nothing is passed on for it any more, and nobody waits for an answer."""
        self._running.pop(query.key, None)
        for request in list(query.requests):
            request.cancel()

    @property
    def port(self) -> int:
        """Where the door is; 0 while it is closed."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else 0

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for task in list(self._tasks):
                task.cancel()
            await self._server.wait_closed()

    async def _open(self) -> int:
        async with self._opening:
            if self._server is None:
                self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self.port

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of a query process."""
        try:
            path, headers, body = await asyncio.wait_for(_request(reader), PATIENCE)
            key, _, number = path.strip("/").partition("/")
            query = self._running.get(key)
            if query is None or not number.isdigit() or int(number) >= len(query.endpoints):
                writer.write(_head(404, "text/plain"))
            else:
                task = asyncio.current_task()
                assert task is not None
                query.requests.add(task)
                task.add_done_callback(query.requests.discard)
                await self._pass_on(query, query.endpoints[int(number)], headers, body, writer)
            await writer.drain()
        except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the query was stopped, or somebody else has found the port
        except Exception:
            log.exception("passing a SERVICE request on failed")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _pass_on(
        self,
        query: Federated,
        endpoint: str,
        headers: dict[str, str],
        body: bytes,
        writer: asyncio.StreamWriter,
    ) -> None:
        wanted: dict[str, str] = {name: headers[name] for name in _PASSED_ON if name in headers}
        wanted["Content-Length"] = str(len(body))
        begun = False
        held = b""
        try:
            async with self._outbound.request("POST", endpoint, wanted, body) as (_, response):
                if response.status != 200:
                    raise NotFetched(f"<{endpoint}> answered with status {response.status}")
                head = _head(200, media_type_of(response))
                async for part in response.aiter_stream():
                    held += part
                    if len(held) > HELD_BACK:
                        writer.write((b"" if begun else head) + _chunk(held))
                        begun, held = True, b""
                        await writer.drain()
                writer.write((b"" if begun else head) + _chunk(held) + b"0\r\n\r\n")
                begun = True
        except (
            NotFetched,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
        ) as failure:
            query.failures.append(str(failure) or f"<{endpoint}> broke off")
            if begun:
                writer.transport.abort()  # what has arrived must not look complete
            else:
                writer.write(_head(502, "text/plain"))


# --- private helpers ---


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """Path, headers and body of an HTTP/1.1 request. Raises ValueError when it is none that the engine would send."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    _, path, _ = first.split(" ")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= LONGEST_REQUEST:
        raise ValueError("too long")
    return path, headers, await reader.readexactly(length)


def _head(status: int, media_type: str) -> bytes:
    """In chunks: the engine takes an answer without a length for empty, and one that breaks off for what it is."""
    reason = {200: "OK", 404: "Not Found", 502: "Bad Gateway"}[status]
    body = "Transfer-Encoding: chunked\r\n" if status == 200 else "Content-Length: 0\r\n"
    return f"HTTP/1.1 {status} {reason}\r\nContent-Type: {media_type}\r\n{body}Connection: close\r\n\r\n".encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""  # an empty chunk would be the last


def _rewritten(text: str, calls: list[ServiceCall], door: str) -> str:
    """On the same lines as before, so that the engine's line numbers stay true."""
    pieces: list[str] = []
    position = 0
    for number, call in enumerate(calls):
        pieces += [text[position : call.start], f"<{door}/{number}>"]
        position = call.end
    return "".join([*pieces, text[position:]])

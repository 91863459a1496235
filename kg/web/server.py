"""`kg serve`: the application under uvicorn, with the bounds on connections that uvicorn leaves open."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from kg.errors import KgError
from kg.settings import Settings
from kg.store.source import source_of
from kg.web.app import create_app
from kg.web.observation import EventLines

REQUEST_TIMEOUT: Final = 20.0
"""Seconds in which a request has to be complete once its first byte is there."""
ADDRESS_BYTES: Final = 60 * 1024
"""Longest address (the HTTP parser takes no more than 64 KiB); longer queries are sent by POST."""
HEAD_BYTES: Final = 128 * 1024
"""Longest request head: address and headers."""


def serve(settings: Settings) -> None:
    """Serve the store of the settings until SIGINT or SIGTERM, then finish what runs and return.

    Raises NoStore when there is none, KgError for a store that cannot be reached or an address that cannot be listened on.
    """
    _set_up_logging()
    source_of(settings).hold().release()  # says what to do when there is none
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=round(settings.query_timeout) + 5,
        backlog=1024,
    )
    server = _Server(config)
    # uvicorn raises the signal again after it has shut down; by then all is done, and the exit code should be 0.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    try:
        server.run()
    except SystemExit:  # uvicorn's way to say that it could not start; it has logged why
        raise KgError(
            "the server cannot start", where=f"{settings.host}:{settings.port}", hint="The reason is above."
        ) from None
    if not server.started:
        raise KgError("the server did not start", where=str(settings.store_path), hint="The reason is above.")


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 that neither waits forever for a request nor lets one grow without bound.

    It also lends the application a way to break a connection off (`scope["kg.abort"]`), and sends what the application
    has at once (`app.at_once`) without a task and the messages of ASGI, which take longer than such an answer.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._in_head = True
        self._patience: asyncio.TimerHandle | None = None
        self._at_once = getattr(self.config.app, "at_once", None)
        self._proxies: Any = (
            ProxyHeadersMiddleware(_nobody, self.config.forwarded_allow_ips)
            if self.config.proxy_headers
            else None
        )
        self._begun = False
        """Whether a request has begun and is not complete."""
        self._answered = False
        """Whether the request that is being read has been answered already."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._patient()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES and len(data) < self._head_bytes:
                self._refuse(431, "The headers are too long.")
                return
        if not self.transport.is_closing():
            super().data_received(data)
        # Most requests come in one piece: for them there was nothing to wait for.
        if self._patience is None and (self._begun or self._head_bytes) and not self.transport.is_closing():
            self._await_request()

    def on_message_begin(self) -> None:
        self._begun = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > ADDRESS_BYTES:
            self._refuse(414, "The address is too long; send long queries by POST.")

    def on_headers_complete(self) -> None:
        if self.transport.is_closing():
            return
        self._in_head = False
        if self._answer_at_once():
            self._answered = True
            return
        self.scope["kg.abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._patient()
        self._in_head = True
        self._begun = False
        self._head_bytes = 0
        if self._answered:
            self._answered = False
        else:
            super().on_message_complete()

    def _answer_at_once(self) -> bool:
        """Send the response to a GET without a body, if there is one that needs no waiting."""
        if (
            self._at_once is None
            or self.parser.get_method() != b"GET"
            or self.flow.write_paused  # the client does not read what it has
            or (self.cycle is not None and not self.cycle.response_complete)  # pipelined: in its turn
        ):
            return False
        path, _, query = self.url.partition(b"?")
        if not query or b"%" in path or any(name in _MORE_TO_COME for name, _ in self.headers):
            return False
        scope = self.scope
        scope["method"], scope["path"], scope["query_string"] = "GET", path.decode("latin-1"), query
        if self._proxies is not None:  # who asks, as they say; this middleware never waits
            with contextlib.suppress(StopIteration):
                self._proxies(scope, None, None).send(None)
        found = self._at_once(scope)
        if found is None:
            return False
        status, lines, body = found
        keep_alive = self.parser.get_http_version() == "1.1" and self.parser.should_keep_alive()
        general = _general(tuple(self.server_state.default_headers))
        ending = b"\r\n" if keep_alive else b"connection: close\r\n\r\n"
        self.transport.write(b"".join((STATUS_LINE[status], general, lines, ending, body)))
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()
        return True

    def _refuse(self, status: int, detail: str) -> None:
        if self.transport.is_closing():
            return
        title = HTTPStatus(status).phrase
        body = json.dumps(
            {"type": "about:blank", "title": title, "status": status, "detail": detail}
        ).encode()
        head = (
            f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _await_request(self) -> None:
        self._patience = self.loop.call_later(REQUEST_TIMEOUT, self._give_up)

    def _patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self.transport.abort()


class _Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            for server in self.servers:
                for socket in server.sockets:
                    host, port = socket.getsockname()[:2]
                    shown = f"[{host}]" if ":" in host else host
                    print(f"Serving on http://{shown}:{port} (stop with Ctrl-C)", file=sys.stderr, flush=True)


_MORE_TO_COME: Final = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})


@lru_cache(maxsize=2)
def _general(fields: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """The lines of what every response says; only its date changes, once a second."""
    return b"".join(b"%b: %b\r\n" % field for field in fields)


async def _nobody(*_: Any) -> None:
    """An application that leaves everything to others."""


def _set_up_logging() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(EventLines())
    for name in ("uvicorn.error", "kg"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO if name == "kg" else logging.WARNING)

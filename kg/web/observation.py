"""What every request gets: an id, the headers that keep browsers safe, and a line in the log.

The log is JSON: one line per request, without addresses, queries or anything else about a person, and one for whatever else
is worth telling. Lines of requests are gathered for a fraction of a second, since writing each by itself would take longer
than answering from memory.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TextIO

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.web.answers import Reply

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
log = logging.getLogger("kg.web")

LONGEST_PATH: Final = 300
"""Characters of a path that are logged."""
_SAFE_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_COMMON: Final = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"etag, link, location, content-encoding, retry-after, kg-dataset-version, kg-row-limit, x-request-id",
    ),
    (b"x-content-type-options", b"nosniff"),
]
_COMMON_LINES: Final = b"".join(b"%b: %b\r\n" % field for field in _COMMON)
_PAGE: Final = [
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


class Observation:
    """ASGI middleware around the whole application.

    `direct` names addresses whose applications are called without the framework's layers in between, which take as long
    as a short query; `quick` those that may have an answer which needs no waiting (`at_once`); `unexpected` answers when
    one of them fails in a way that it does not know of itself.
    """

    def __init__(
        self,
        app: ASGIApp,
        log: RequestLog | None,
        direct: Mapping[str, ASGIApp],
        quick: Mapping[str, Callable[[Scope], Reply | None]],
        unexpected: ASGIApp,
    ) -> None:
        self._app = app
        self._log = log
        self._direct = direct
        self._quick = quick
        self._unexpected = unexpected
        self._boot = f"{os.getpid():x}{int(time.time()):x}"
        self._count = 0

    def at_once(self, scope: Scope) -> tuple[int, bytes, bytes] | None:
        """Status, header lines and body of a response that needs no waiting; None: call the application as usual."""
        quick = self._quick.get(scope["path"])
        if quick is None:
            return None
        started = time.perf_counter()
        try:
            reply = quick(scope)
        except Exception:  # told and logged where it happens again
            return None
        if reply is None:
            return None
        request_id = self._request_id(scope)
        if self._log is not None:
            self._log.request(
                request_id.decode(),
                scope["method"],
                scope["path"],
                reply.status,
                len(reply.body),
                time.perf_counter() - started,
            )
        lines = b"%b%bx-request-id: %b\r\n" % (reply.lines, _COMMON_LINES, request_id)
        return reply.status, lines, reply.body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        started = time.perf_counter()
        status = 0
        size = 0

        async def observed(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message["headers"], *_COMMON, (b"x-request-id", request_id)]
                for name, value in headers:
                    if name == b"content-type" and value.startswith(b"text/html"):
                        headers += _PAGE
                        break
            else:
                size += len(message.get("body", b""))
            await send(message)

        app = self._direct.get(scope["path"], self._app)
        try:
            await app(scope, receive, observed)
        except Exception as error:
            if status or app is self._app:
                raise
            log.error(
                "unexpected error at %s",
                scope["path"],
                exc_info=error,
                extra={"request": request_id.decode()},
            )
            await self._unexpected(scope, receive, observed)
        finally:
            if self._log is not None:
                self._log.request(
                    request_id.decode(),
                    scope["method"],
                    scope["path"],
                    status,
                    size,
                    time.perf_counter() - started,
                )

    def _request_id(self, scope: Scope) -> bytes:
        """The client's, or one that nobody else has."""
        self._count += 1
        return _given_id(scope) or f"{self._boot}-{self._count:x}".encode()


class RequestLog:
    """Writes lines of JSON to a stream, a fifth of a second's worth at a time."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lines: list[str] = []
        self._paths: dict[str, str] = {}

    def request(
        self, request_id: str, method: str, path: str, status: int, size: int, seconds: float
    ) -> None:
        """`status` 0 means that nobody was there to be answered any more."""
        if not self._lines:
            asyncio.get_running_loop().call_later(0.2, self.flush)
        now = time.time()
        path = path[:LONGEST_PATH]
        if path not in self._paths:
            if len(self._paths) > 1000:
                self._paths.clear()
            self._paths[path] = json.dumps(path)
        self._lines.append(
            f'{{"time":"{_moment(now)}","event":"request","id":"{request_id}",'
            f'"method":"{method}","path":{self._paths[path]},"status":{status},"bytes":{size},"ms":{seconds * 1000:.2f}}}\n'
        )

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        try:
            self._stream.write("".join(lines))
            self._stream.flush()
        except (OSError, ValueError):  # nobody reads the log any more; that is no reason to stop serving
            pass


class EventLines(logging.Formatter):
    """What is told besides requests, in lines of the same kind; with the `id` of the request that it came up in, if any."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _moment(record.created),
            "event": "message",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request", None):
            line["id"] = request_id
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


# --- private helpers ---


def _moment(seconds: float) -> str:
    return f"{_second(int(seconds))}.{int(seconds % 1 * 1000):03}Z"


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _given_id(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value if _SAFE_ID.fullmatch(value) else None
    return None

"""A query as it is handed to the query processes, and its answer as it arrives from one of them.

An answer holds back: once BUFFERED bytes wait for the client, the process that makes more has to wait, too.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

BUFFERED: Final = 256 * 1024
"""Bytes of an answer that wait in the server before the worker has to wait."""


class QueryFailed(Exception):
    """Why a query has no answer, or no complete one.

    `reason` is one of syntax, evaluation, not-acceptable, rows, memory (told by the worker), timeout, transfer,
    overloaded, lost, cancelled, stopping (told by the pool).
    """

    def __init__(self, reason: str, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.line = line
        self.column = column


@dataclass(slots=True, eq=False)
class Query:
    """What a worker shall evaluate. `client` is whom concurrency is counted for."""

    text: str
    client: str
    timeout: float
    rows: int
    base: str
    default_graphs: list[str] | None = None
    named_graphs: list[str] | None = None
    solutions: str | None = "json"
    graph: str | None = "turtle"
    encoding: str | None = None
    port: int = 0
    """The port that its process may connect to (for SERVICE); 0 for none."""
    page: int = 0
    """Show only that many rows, in the form that HTML pages are made from; 0 for the whole result in a W3C format."""

    @property
    def request(self) -> dict[str, Any]:
        """What evaluates it needs to know."""
        return {
            "query": self.text,
            "base": self.base,
            "default": self.default_graphs,
            "named": self.named_graphs,
            "solutions": self.solutions,
            "graph": self.graph,
            "encoding": self.encoding,
            "rows": self.rows,
            "page": self.page,
        }


class Evaluator(Protocol):
    """The process that works on an answer (processes.Worker), as far as an answer knows it."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def kill(self) -> None: ...


class Answer:
    """The answer to a query as it arrives: await `head`, then `chunk` until it gives None."""

    __slots__ = (
        "_buffered", "_chunks", "_stop", "_waiting", "begun", "complete", "failure", "head_fields", "on_failure",
        "on_slow", "paused_at", "paused_for", "query", "repeated", "slow", "submitted", "version", "worker",
    )  # fmt: skip

    def __init__(self, query: Query, stop: Callable[[Answer, QueryFailed], None]) -> None:
        self.query = query
        self.submitted = time.monotonic()
        self.begun = 0.0
        self.paused_at = 0.0
        self.paused_for = 0.0
        self.version = ""
        self.worker: Evaluator | None = None
        self.head_fields: dict[str, Any] | None = None
        self.complete = False
        self.failure: QueryFailed | None = None
        self.slow = False
        self.repeated = 0
        self.on_slow: Callable[[], None] | None = None
        self.on_failure: Callable[[], None] | None = None
        self._stop = stop
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._waiting: asyncio.Future[None] | None = None

    async def head(self) -> dict[str, Any]:
        """Kind, format and encoding of the answer. Raises QueryFailed when there is none."""
        while self.head_fields is None:
            if self.failure is not None:
                raise self.failure
            await self._wait()
        return self.head_fields

    async def chunk(self) -> bytes | None:
        """The next bytes, None after the last. Raises QueryFailed when the answer breaks off."""
        while not self._chunks:
            if self.failure is not None:
                raise self.failure
            if self.complete:
                return None
            await self._wait()
        if self.failure is not None:
            raise self.failure
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._buffered = 0
        if self.paused_at:
            self.paused_for += time.monotonic() - self.paused_at
            self.paused_at = 0.0
            if self.worker is not None:
                self.worker.resume()
        return data

    async def whole(self) -> bytes:
        """All bytes. Raises QueryFailed as `chunk` does."""
        parts: list[bytes] = []
        while (part := await self.chunk()) is not None:
            parts.append(part)
        return b"".join(parts)

    def cancel(self, message: str = "The client has gone.") -> None:
        """Stop the work, wherever it is. Does nothing when it is done."""
        self._stop(self, QueryFailed("cancelled", message))

    # What workers and the pool report:

    def feed(self, data: bytes) -> None:
        self._chunks.append(data)
        self._buffered += len(data)
        if self._buffered > BUFFERED and not self.paused_at and self.worker is not None:
            self.paused_at = time.monotonic()
            self.worker.pause()
        self.notify()

    def fail(self, failure: QueryFailed) -> None:
        if self.failure is None and not self.complete:
            self.failure = failure
            if self.on_failure is not None:
                self.on_failure()
        self.notify()

    def notify(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def turn_slow(self) -> None:
        if self.on_slow is not None:
            call, self.on_slow = self.on_slow, None
            call()

    async def _wait(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

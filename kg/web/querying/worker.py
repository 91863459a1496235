"""A query process: takes one query at a time from a socket, evaluates and serialises it, and writes the bytes back.

Nothing here knows HTTP. The loop ends when the server closes the socket.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from kg.errors import KgError
from kg.web.querying import frames
from kg.web.querying.evaluation import Evaluation, Head, Output, RowLimit

if TYPE_CHECKING:
    from kg.store.interface import Dataset

RECEIVED: Final = 64 * 1024
IDLE: Final = 30
"""Seconds without a query after which a process counts as idle."""
MEMORY_KEPT: Final = 256 * 1024 * 1024
"""A process that has grown by more than this asks to be replaced."""


class Worker:
    """Answers queries over `store` for the server at the other end of `server`."""

    def __init__(self, store: Dataset, server: socket.socket, prefixes: dict[str, str]) -> None:
        self._server = server
        self._evaluation = Evaluation(store, prefixes)
        self._start_size = _largest_size()
        self._received = b""
        self._alarm_at = 0.0

    def run(self) -> None:
        """Serve until the server hangs up."""
        server = self._server
        server.sendall(frames.json_frame(frames.READY, {"pid": os.getpid()}))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", IDLE, 0))
        while (payload := self._next()) is not None:
            request = frames.query(payload)
            self._limit_life(request["last_resort"])
            try:
                ending = self._answer(request)
            except BrokenPipeError:
                return
            server.sendall(ending)

    def _next(self) -> bytes | None:
        """The next query's frame; None when the server has hung up."""
        wanted = frames.HEADER.size
        while True:
            if len(self._received) >= wanted:
                _, length = frames.HEADER.unpack_from(self._received)
                wanted = frames.HEADER.size + length
                if len(self._received) >= wanted:
                    payload = self._received[frames.HEADER.size : wanted]
                    self._received = self._received[wanted:]
                    return payload
            try:
                data = self._server.recv(RECEIVED)
            except BlockingIOError:  # nothing to do for a while
                signal.setitimer(signal.ITIMER_REAL, 0)
                self._alarm_at = 0.0
                continue
            if not data:
                return None
            self._received += data

    def _limit_life(self, seconds: float) -> None:
        """If the server is gone and nobody is left to end this process, the kernel does, `seconds` from now or later.

        The alarm is set for several queries at once: a call per query would take as long as a short one.
        """
        now = time.monotonic()
        if self._alarm_at - now < seconds + IDLE:
            self._alarm_at = now + seconds + 2 * IDLE
            signal.setitimer(signal.ITIMER_REAL, seconds + 2 * IDLE)

    def _answer(self, request: dict[str, Any]) -> bytes:
        """Evaluate and send all but the last frames, which are returned."""
        output = Output(self._send, request["encoding"], request["rows"])
        try:
            self._evaluation.run(request, output)
            if output.refused is not None:
                return _failed("not-acceptable", message=output.refused)
            # To have grown by that much takes time; asking takes as long as a short query.
            retire = output.seconds > 0.01 and _largest_size() - self._start_size > MEMORY_KEPT
            return _frames(*output.finish()) + frames.end_frame(retire=retire)
        except SyntaxError as error:
            if output.begun:  # it is the answer of a SPARQL server that is no SPARQL
                return _failed("store", message=f"The SPARQL server's answer is broken: {error}")
            return _failed("syntax", **_place(str(error)))
        except RowLimit:
            return _failed("rows", message=f"The result has more than {request['rows']:,} rows.")
        except MemoryError:
            return _failed("memory", message="The query needs more memory than it may take.", retire=True)
        except BrokenPipeError:
            raise
        except KgError as error:
            return _failed("store", message=error.message)
        except (OSError, ValueError, RuntimeError) as error:
            return _failed("evaluation", message=str(error))

    def _send(self, head: Head | None, body: bytes) -> None:
        self._server.sendall(_frames(head, body))


# --- private helpers ---


def _frames(head: Head | None, body: bytes) -> bytes:
    return (frames.head_frame(*head) if head else b"") + frames.frame(frames.DATA, body)


def _failed(reason: str, *, message: str, retire: bool = False, **more: Any) -> bytes:
    return frames.json_frame(frames.FAILED, {"reason": reason, "message": message, "retire": retire, **more})


def _place(message: str) -> dict[str, Any]:
    found = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not found:
        return {"message": message}
    line, column, expected = found.groups()
    return {"message": " ".join(expected.split()), "line": int(line), "column": int(column)}


def _largest_size() -> int:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024

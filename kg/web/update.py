"""Updates: who may make them, one after the other, each in a process that can be ended, all or nothing.

`update` (SPARQL 1.1 Update at /sparql) and `graph_store` (the Graph Store Protocol) hand their tasks to `Updates`. It
starts `querying.reviser` for each and watches its time; the new version is served before the answer is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.types import Scope

from kg.errors import KgError
from kg.settings import Settings
from kg.store import Version, current_version
from kg.store.embedded import clear_abandoned
from kg.web import negotiation
from kg.web.limits import Limits
from kg.web.metrics import Metrics
from kg.web.outbound import NotFetched, Outbound
from kg.web.problems import Problem, excerpt
from kg.web.protocol import Operation
from kg.web.querying.pool import Pool
from kg.web.syntax import uses_service
from kg.web.update_text import Load, Step, steps, with_dataset

SWITCHED_WITHIN: Final = 30.0
"""Seconds in which the server is given to serve a new version before the update is answered all the same."""
REALM: Final = "DigiGov KG"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The preconditions of a request: states that If-Match names (None: no such header), and If-None-Match: *."""

    if_match: tuple[str, ...] | None = None
    if_none_match: bool = False

    @classmethod
    def of(cls, headers: Mapping[bytes, bytes]) -> Conditions:
        """From the headers. Weak tags never match here (RFC 9110 §13.1.1), so they are left out."""
        given = headers.get(b"if-match")
        states: tuple[str, ...] | None = None
        if given is not None:
            tags = [tag.strip() for tag in given.decode("latin-1").split(",")]
            strong = (tag.strip('"').partition(".")[0] for tag in tags if not tag.startswith("W/"))
            states = tuple(state for state in strong if state)
        return cls(states, headers.get(b"if-none-match", b"").strip() == b"*")


@dataclass(frozen=True, slots=True)
class GraphWrite:
    """A writing operation of the Graph Store Protocol: `graph` None is the default graph."""

    method: str
    graph: str | None
    body: bytes = b""
    format: str = "turtle"
    conditions: Conditions = field(default_factory=Conditions)


class Updates:
    """Carries updates out, in the order in which they come."""

    def __init__(
        self,
        settings: Settings,
        store: Path,
        pool: Pool,
        limits: Limits,
        metrics: Metrics,
        outbound: Outbound,
        prefixes: Mapping[str, str],
    ) -> None:
        self._settings = settings
        self._store = store
        self._pool = pool
        self._limits = limits
        self._metrics = metrics
        self._outbound = outbound
        self._prefixes = dict(prefixes)
        self._turn = asyncio.Lock()
        self._waiting: _Process | None = None
        self._closed = False

    async def close(self) -> None:
        """End the process that waits for an update."""
        self._closed = True
        if self._waiting is not None:
            await self._waiting.end()

    @property
    def enabled(self) -> bool:
        """Whether there is a token by which updates are allowed, and a store of our own to make them in."""
        return bool(self._settings.admin_token) and not self._settings.store_is_remote

    def count(self, client: str) -> None:
        """Count a request against the client's rate. Raises Problem (429)."""
        self._limits.request(client)

    def may_write(self, scope: Scope) -> bool:
        """Whether the request shows the token."""
        token = _bearer(scope)
        expected = self._settings.admin_token
        return bool(expected) and token is not None and hmac.compare_digest(token, expected.encode())

    def require_writer(self, scope: Scope) -> None:
        """Raises Problem: 403 when updates are off, 401 when the token is missing or another (RFC 6750)."""
        if self._settings.store_is_remote:
            raise Problem(
                403, "read-only", "This endpoint is read-only",
                "Its data are on a SPARQL server: publish there with kg build, which checks them (docs/scaling.md).",
            )  # fmt: skip
        if not self.enabled:
            raise Problem(
                403, "read-only", "This endpoint is read-only",
                "It takes queries, not updates. Whoever runs it can allow updates by the setting KG_ADMIN_TOKEN "
                "(docs/settings.md).",
            )  # fmt: skip
        if not self.may_write(scope):
            given = _bearer(scope) is not None
            challenge = f'Bearer realm="{REALM}"' + (', error="invalid_token"' if given else "")
            raise Problem(
                401, "not-authorised", "Updates need the administrator's token",
                "The token is not the right one." if given else "Send it in the header: Authorization: Bearer …",
                headers={"WWW-Authenticate": challenge},
            )  # fmt: skip

    async def update(
        self, operation: Operation, conditions: Conditions, client: str, timeout: float
    ) -> dict[str, Any]:
        """Carry a SPARQL 1.1 Update request out. Raises Problem when it was not; then nothing has changed."""
        rewritten = operation.default_graphs is not None or operation.named_graphs is not None
        # The text may have megabytes, and others ask meanwhile.
        parts = await asyncio.to_thread(self._steps, operation, rewritten)
        with tempfile.TemporaryDirectory(prefix="kg-update-") as folder:
            prepared: list[Any] = []
            for number, part in enumerate(parts):
                if isinstance(part, str):
                    prepared.append(part)
                else:
                    loaded = await self._loaded(part, Path(folder) / str(number), timeout)
                    prepared += [loaded] if loaded else []
            task = {
                "steps": prepared,
                "rewritten": rewritten or len(parts) > 1,
                "if_match": conditions.if_match,
            }
            return await self._carry_out(task, client, timeout, operation.text)

    def _steps(self, operation: Operation, rewritten: bool) -> list[Step]:
        """What is to be done, in order. Raises Problem for what is not taken."""
        text = operation.text
        if rewritten:
            text = with_dataset(text, operation.default_graphs or (), operation.named_graphs or ())
        if uses_service(text):
            raise Problem(
                403, "service-refused", "SERVICE does not work in updates",
                "Ask the other endpoint yourself, and send what it answers as INSERT DATA.",
            )  # fmt: skip
        return steps(text, self._prefixes, self._settings.base_iri)

    async def write_graph(self, write: GraphWrite, client: str) -> dict[str, Any]:
        """Carry an operation of the Graph Store Protocol out. Raises Problem as `update` does, 404 for no graph."""
        with tempfile.TemporaryDirectory(prefix="kg-update-") as folder:
            file = Path(folder) / "body"
            await asyncio.to_thread(file.write_bytes, write.body)
            task = {
                "method": write.method,
                "graph": write.graph,
                "file": str(file),
                "format": write.format,
                "if_match": write.conditions.if_match,
                "if_none_match": write.conditions.if_none_match,
            }
            return await self._carry_out(task, client, self._settings.query_timeout, "")

    async def _loaded(self, load: Load, file: Path, timeout: float) -> dict[str, Any] | None:
        """A document to load as a file. None when it cannot be had and the LOAD is SILENT."""
        try:
            document = await asyncio.wait_for(
                self._outbound.get(load.source, self._settings.max_update_bytes), timeout
            )
            format_name = negotiation.graph_format(document.media_type, document.url)
            if format_name is None:
                raise NotFetched(f"it is of the type '{document.media_type}', which is no RDF")
        except TimeoutError:
            failure = f"it did not come within {timeout:g} s"
        except NotFetched as error:
            failure = str(error)
        else:
            await asyncio.to_thread(file.write_bytes, document.body)
            return {"file": str(file), "format": format_name, "source": document.url, "into": load.into}
        if load.silent and self._outbound.listed(load.source):
            return None
        raise Problem(
            403 if not self._outbound.listed(load.source) else 502, "load-refused", "LOAD was not carried out",
            f"<{load.source}> cannot be loaded: {failure}.",
        )  # fmt: skip

    async def _carry_out(
        self, task: dict[str, Any], client: str, timeout: float, text: str
    ) -> dict[str, Any]:
        settings = self._settings
        task = {
            "store": str(self._store),
            "base": settings.base_iri,
            "prefixes": self._prefixes,
            "memory": settings.query_memory,
            "checking_memory": settings.update_memory,
            "network": False,
            **task,
        }
        started = time.perf_counter()
        outcome = "ok"
        self._limits.enter(client)
        try:
            async with self._turn:
                process = await self._take_process()
                bounds = min(timeout, settings.query_timeout), settings.update_timeout
                ending = await process.run(task, *bounds)
            if "failed" in ending:
                await asyncio.to_thread(clear_abandoned, self._store)
                outcome = ending["failed"]["reason"]
                raise _problem(ending["failed"], text)
            done: dict[str, Any] = ending["done"]
            await self._served(done["version"])
            return done
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            self._limits.leave(client)
            self._metrics.query("update", outcome, time.perf_counter() - started)

    async def _take_process(self) -> _Process:
        """The one that waits, and another is started in its place: the next update need not wait for it to load."""
        process, self._waiting = self._waiting, None
        if process is None or not process.alive:
            process = await _Process.start()
        if not self._closed:
            self._waiting = await _Process.start()
        return process

    async def _served(self, version: str) -> None:
        """Wait until the server answers from the version, or from one after it."""
        end = time.monotonic() + SWITCHED_WITHIN
        while time.monotonic() < end:
            served = self._pool.version
            if served is not None and served.id == version:
                return
            await asyncio.sleep(0.05)
            if (pointed := _current(self._store)) is None or pointed.id != version:
                return


# --- private helpers ---


class _Process:
    """One run of `querying.reviser`, with the clock at hand."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> _Process:
        """A process that waits for its task, and meanwhile loads what any task needs."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kg.web.querying.reviser",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=64 * 1024 * 1024,
            env={**os.environ, "MALLOC_ARENA_MAX": "2"},  # arenas per thread would use up the address space
        )  # fmt: skip
        return cls(process)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def run(self, task: dict[str, Any], evaluating: float, whole: float) -> dict[str, Any]:
        """How it ended: {"done": …} or {"failed": …}. Cancelled, it is ended and has done nothing."""
        try:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(await asyncio.to_thread(lambda: json.dumps(task).encode()))
            self._process.stdin.close()
            ending = await _follow(self._process.stdout, evaluating, whole)
            return ending if ending is not None else _lost(await self._process.wait())
        finally:
            await self.end()

    async def end(self) -> None:
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()


async def _follow(output: asyncio.StreamReader, evaluating: float, whole: float) -> dict[str, Any] | None:
    """What the process says in the end, or that it took too long; None when it ends without a word."""
    end = time.monotonic() + whole
    deadline = end
    while True:
        try:
            line = await asyncio.wait_for(output.readline(), max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            seconds = evaluating if deadline < end else whole
            return {"failed": {"reason": "timeout", "message": f"It ran for {seconds:g} s and was stopped."}}
        if not line:
            return None
        document: dict[str, Any] = json.loads(line)
        phase = document.get("phase")
        if phase is None:
            return document
        if phase == "evaluating":
            deadline = min(end, time.monotonic() + evaluating)
        elif phase == "checking":
            deadline = end
        else:  # from here on it is done in a moment, and must not be ended between done and told
            deadline = end = time.monotonic() + 120


def _lost(code: int) -> dict[str, Any]:
    """The engine aborts when an allocation fails, and the system kills whoever takes its last memory."""
    if code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGKILL):
        return {"failed": {"reason": "memory", "message": "It needs more memory than it may take."}}
    return {
        "failed": {"reason": "lost", "message": "Its process ended unexpectedly; the server's log says why."}
    }


_STATUS: Final = {
    "syntax": (400, "update-syntax", "The update is not valid SPARQL"),
    "content": (400, "bad-content", "The body cannot be read in its format"),
    "evaluation": (400, "update-evaluation", "The update cannot be carried out"),
    "precondition": (412, "precondition-failed", "The data have changed meanwhile"),
    "no-graph": (404, "no-such-graph", "There is no such graph"),
    "not-writable": (409, "not-writable", "This cannot be written"),
    "rejected": (422, "not-valid", "The data would not be valid"),
    "memory": (503, "update-memory", "The update needs too much memory"),
    "timeout": (503, "update-timeout", "The update took too long"),
    "lost": (503, "update-lost", "The update was interrupted"),
    "busy": (503, "update-busy", "Others keep publishing"),
    "store": (503, "update-store", "The update could not be published"),
}


def _problem(failed: dict[str, Any], text: str) -> Problem:
    status, name, title = _STATUS[failed["reason"]]
    more = {key: value for key, value in failed.items() if key not in ("reason", "message")}
    detail = failed["message"]
    if more.get("line") and more.get("column"):
        detail = f"Line {more['line']}, column {more['column']}: {detail}"
        if text and failed["reason"] == "syntax":
            more["excerpt"] = excerpt(text, more["line"], more["column"])
    detail = detail if detail.endswith(".") else detail + "."
    if status == 503:
        detail += " Nothing has been changed."
    headers = {"Retry-After": "5"} if failed["reason"] == "busy" else {}
    return Problem(status, name, title, detail, headers=headers, more=more)


def _bearer(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, token = bytes(value).partition(b" ")
            return token.strip() if scheme.lower() == b"bearer" else None
    return None


def _current(store: Path) -> Version | None:
    try:
        return current_version(store)
    except KgError:
        return None

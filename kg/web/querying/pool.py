"""The server's side of the query processes: who is free, who is late, who has died, and which version they read.

Three rules keep one query from slowing others. The process of a query that runs for longer than SLOW, and not just because
the machine is busy, no longer counts among the `workers` kept for quick ones: another is forked in its place. The more
processor time it has taken, the lower its scheduling priority. At its deadline the process is killed, as it is when the
client hangs up. When all `max_workers` are held by slow queries and somebody waits, the longest-running query of whoever
holds most of them is ended.

Everything runs in the event loop; nothing here blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from kg.errors import KgError
from kg.store.interface import Held, ServedVersion
from kg.web.querying import frames
from kg.web.querying.evaluation import Head
from kg.web.querying.lookup import SURVEYED, Lookups

SLOW: Final = 0.1
"""Seconds after which a query counts as slow."""
BUSY: Final = 0.03
"""Seconds of processor time that a query has taken by then, unless its reader keeps it waiting; otherwise it is the machine
that is busy, and more processes would make it busier."""
STARVED: Final = 0.5
"""Seconds after which a query counts as slow whatever keeps it."""
SPARED: Final = 0.3
"""Seconds of processor time that a query has at least, however many wait: a busy machine is no reason to end it."""
TICK: Final = 0.05
"""Seconds between looks at the clock; deadlines are kept to this precision."""
BUFFERED: Final = 256 * 1024
"""Bytes of an answer that wait in the server before the worker has to wait."""
PRIORITIES: Final = ((1.0, 19), (0.1, 10))
"""Seconds of processor time, and the niceness that a query has after them: who asks for much gets on, who asks for too much
gets what nobody else wants."""
LOWEST: Final = PRIORITIES[0][1]
SOON: Final = 1.0
"""Seconds within which a query whose process was ended from outside is given to another: it was hardly the reason."""
RELOADS: Final = (0.0, 1.0, 5.0, 30.0)
"""Seconds to wait before each attempt to have the data in memory again."""
REPEATS: Final = 3
"""How often it is: where all processes are killed at once it may be given to one that is dead, which nobody has noticed yet."""
FAILED_STARTS: Final = 20
"""Processes in a row that may fail at their start before no more are tried."""

log = logging.getLogger("kg.web")


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


class Answer:
    """The answer to a query as it arrives: await `head`, then `chunk` until it gives None."""

    __slots__ = (
        "_buffered", "_chunks", "_pool", "_waiting", "begun", "complete", "failure", "head_fields", "on_failure",
        "on_slow", "paused_at", "paused_for", "query", "repeated", "slow", "submitted", "version", "worker",
    )  # fmt: skip

    def __init__(self, query: Query, pool: Pool) -> None:
        self.query = query
        self.submitted = time.monotonic()
        self.begun = 0.0
        self.paused_at = 0.0
        self.paused_for = 0.0
        self.version = ""
        self.worker: _Worker | None = None
        self.head_fields: dict[str, Any] | None = None
        self.complete = False
        self.failure: QueryFailed | None = None
        self.slow = False
        self.repeated = 0
        self.on_slow: Callable[[], None] | None = None
        self.on_failure: Callable[[], None] | None = None
        self._pool = pool
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
        self._pool.stop(self, QueryFailed("cancelled", message))

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


@dataclass(slots=True)
class Counts:
    """What has happened since the start, for /metrics."""

    spawned: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    lost: int = 0


class Pool:
    """Query processes over the current dataset version."""

    def __init__(
        self,
        *,
        workers: int,
        max_workers: int,
        memory: int,
        in_memory_quads: int,
        transfer_timeout: float,
        prefixes: dict[str, str],
    ) -> None:
        self.counts = Counts()
        self.transfer_timeout = transfer_timeout
        self._wanted = workers
        self._most = max(max_workers, workers)
        self._memory = memory
        self._in_memory_quads = in_memory_quads
        self._prefixes = prefixes
        self._nursery: _Nursery | None = None
        self._retired: set[_Nursery] = set()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._waiting: deque[Answer] = deque()
        self._outgoing: deque[Answer] = deque()
        """Waiting for a process of their own that may connect to a port."""
        self._ticking: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def version(self) -> ServedVersion | None:
        """The dataset version that new queries read."""
        return self._nursery.lease.version if self._nursery else None

    @property
    def ready(self) -> bool:
        """Whether a query would be taken up now or soon."""
        return bool(not self._stopping and (self._idle or self._busy))

    @property
    def active(self) -> int:
        """Queries running or waiting."""
        return len(self._busy) + len(self._waiting) + len(self._outgoing)

    @property
    def processes(self) -> list[int]:
        """Process ids of all workers, for diagnosis."""
        return [worker.pid for worker in (*self._idle, *self._busy)]

    async def switch(self, lease: Held) -> None:
        """Answer new queries from the leased version; running ones finish on theirs. Returns when it is in force.

        Raises KgError when the version cannot be opened; then the former one stays and the lease is released.
        """
        total = lease.version.quads + lease.version.triples
        nursery = _Nursery(
            lease,
            self,
            in_memory=lease.version.is_local and total <= self._in_memory_quads,
            memory=self._memory,
            prefixes=self._prefixes,
        )
        try:
            await nursery.start()
            nursery.spawn()
            if lease.version.is_local:
                nursery.lookups = await asyncio.to_thread(
                    Lookups.open, lease.version.opening, self._prefixes, in_memory=nursery.in_memory
                )
            await nursery.has_worker()
        except BaseException:
            await nursery.close()
            raise
        self._put_in_force(nursery)
        if nursery.lookups is not None and lease.version.triples <= SURVEYED:
            self.run(asyncio.to_thread(nursery.lookups.survey))

    def look_up(self, query: Query) -> tuple[Head, bytes] | None:
        """Head and body of the answer, where the server can find it itself (`lookup`); otherwise None: `submit` it."""
        if self._stopping or self._nursery is None or self._nursery.lookups is None:
            return None
        return self._nursery.lookups.answer(query.request)

    def submit(self, query: Query) -> Answer:
        """Take a query up, now or when a process is free."""
        answer = Answer(query, self)
        if self._stopping or self._nursery is None:
            answer.fail(QueryFailed("stopping", "The server is not taking queries."))
            return answer
        self._take_up(answer)
        return answer

    def stop(self, answer: Answer, failure: QueryFailed) -> None:
        """End the work on an answer for good."""
        if answer.complete or answer.failure is not None:
            return
        answer.fail(failure)
        if answer.worker is not None:
            self.counts.killed[failure.reason] += 1
            answer.worker.kill()
        else:
            for queue in (self._waiting, self._outgoing):
                with contextlib.suppress(ValueError):
                    queue.remove(answer)

    async def close(self) -> None:
        """End all processes; what still runs fails with the reason `stopping`."""
        self._stopping = True
        if self._ticking is not None:
            self._ticking.cancel()
        running = [worker.answer for worker in self._busy if worker.answer is not None]
        for answer in (*self._waiting, *self._outgoing, *running):
            answer.fail(QueryFailed("stopping", "The server is shutting down."))
        for worker in (*self._idle, *self._busy):
            worker.kill()
        for nursery in (self._nursery, *self._retired):
            if nursery is not None:
                await nursery.close()
        for task in list(self._tasks):
            task.cancel()

    # What workers and nurseries report:

    def worker_ready(self, worker: _Worker) -> None:
        self.counts.spawned += 1
        if worker.port:
            if self._outgoing and not self._stopping:
                self._assign(worker, self._outgoing.popleft())
            else:
                worker.hang_up()
        elif worker.nursery is self._nursery and not self._stopping:
            self._free(worker)
        elif worker.nursery in self._retired or self._stopping:
            worker.hang_up()

    def worker_done(self, worker: _Worker, *, retire: bool) -> None:
        """A worker has given its answer."""
        answer, worker.answer = worker.answer, None
        self._busy.discard(worker)
        if answer is not None:
            answer.worker = None
            retire = retire or (answer.slow and not worker.restore_priority())
        surplus = not self._waiting and len(self._idle) >= 2 * self._wanted
        if retire or surplus or worker.port or self._stopping or worker.nursery is not self._nursery:
            worker.hang_up()
            self._fill()
        else:
            self._free(worker)

    def worker_gone(self, worker: _Worker) -> None:
        """A worker's connection has closed: ended by us, by itself or by somebody else."""
        nursery = worker.nursery
        if worker in self._idle:
            self._idle.remove(worker)
        self._busy.discard(worker)
        answer, worker.answer = worker.answer, None
        if answer is not None:
            answer.worker = None
            if answer.failure is None:
                self.counts.lost += 1
                self.run(self._make_good(answer, nursery, worker.pid))
        self._let_go(nursery)
        self._fill()
        self._send_out()

    def nursery_gone(self) -> None:
        self._fill()

    def run(self, work: Any) -> asyncio.Task[None]:
        """A background task that is not forgotten while it runs."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- private ---

    def _put_in_force(self, nursery: _Nursery) -> None:
        former, self._nursery = self._nursery, nursery
        for worker in nursery.workers:
            self._free(worker)
        self._fill()
        if former is not None:
            self._retire(former)

    def _take_up(self, answer: Answer) -> None:
        if answer.query.port:
            self._outgoing.append(answer)
            self._send_out()
        elif self._idle:
            self._assign(self._idle.pop(), answer)
        else:
            self._waiting.append(answer)
            self._fill()
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _send_out(self) -> None:
        """Start processes for queries that ask elsewhere: half of all at most, so that waiting does not keep others out."""
        nursery = self._nursery
        if nursery is None or not nursery.alive or self._stopping:
            return
        taken = sum(1 for worker in self._busy if worker.port) + nursery.starting_out
        missing = len(self._outgoing) - nursery.starting_out
        for _ in range(min(missing, max(1, self._most // 2) - taken)):
            nursery.spawn(self._outgoing[0].query.port)

    async def _make_good(self, answer: Answer, nursery: _Nursery, pid: int) -> None:
        """Ask another process when the one that had the query was ended from outside; or say why there is no answer."""
        code = await nursery.ending(pid)
        begun = answer.head_fields is not None or answer.query.port
        soon = time.monotonic() - answer.begun < SOON
        if (
            code in (None, -signal.SIGKILL)
            and soon
            and not (begun or self._stopping)
            and answer.repeated < REPEATS
        ):
            if answer.failure is None:
                answer.repeated += 1
                answer.slow = False
                self._take_up(answer)
        elif code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS):
            # The engine aborts when an allocation fails, and overflows its stack on absurdly nested queries.
            answer.fail(QueryFailed("memory", "The query needs more memory than it may take."))
        else:
            answer.fail(QueryFailed("lost", "The process that ran the query has ended unexpectedly."))

    def _retire(self, nursery: _Nursery) -> None:
        self._retired.add(nursery)
        for worker in [worker for worker in self._idle if worker.nursery is nursery]:
            self._idle.remove(worker)
            worker.hang_up()
        self._let_go(nursery)

    def _let_go(self, nursery: _Nursery) -> None:
        if nursery in self._retired and not (nursery.workers or nursery.starting or nursery.starting_out):
            self._retired.discard(nursery)
            self.run(nursery.close())

    def _free(self, worker: _Worker) -> None:
        if self._waiting:
            # Whoever holds the fewest processes goes first, among equals whoever has waited longest.
            held = Counter(busy.answer.query.client for busy in self._busy if busy.answer)
            answer = min(self._waiting, key=lambda waiting: held[waiting.query.client])
            self._waiting.remove(answer)
            self._assign(worker, answer)
        else:
            self._idle.append(worker)

    def _assign(self, worker: _Worker, answer: Answer) -> None:
        self._busy.add(worker)
        answer.begun = time.monotonic()
        answer.worker = worker
        answer.version = worker.nursery.lease.version.id
        worker.ask(answer)

    def _quick(self) -> int:
        """Processes that are idle, starting, or busy with a query that is not slow (yet)."""
        starting = self._nursery.starting if self._nursery else 0
        return len(self._idle) + starting + sum(1 for w in self._busy if w.answer and not w.answer.slow)

    def _fill(self) -> None:
        nursery = self._nursery
        if nursery is None or self._stopping:
            return
        if not nursery.alive:
            if nursery.reviving is None:
                log.warning("the parent of the query processes has died; starting another")
                nursery.reviving = self.run(self._revive(nursery))
            return
        missing = self._wanted - self._quick()
        room = self._most - len(self._busy) - len(self._idle) - nursery.starting
        for _ in range(min(missing, room)):
            if nursery.failed_starts > FAILED_STARTS:
                log.error("query processes keep failing at their start; no more are tried")
                return
            nursery.spawn()

    async def _revive(self, nursery: _Nursery) -> None:
        """Start the parent of the query processes again: over the files, which are open at once, and in memory after that."""
        in_memory, nursery.in_memory = nursery.in_memory, False
        try:
            await nursery.start()
        except (KgError, OSError):
            log.exception("the parent of the query processes could not be started again")
            nursery.in_memory = in_memory
            await asyncio.sleep(1)
        else:
            if in_memory:
                self.run(self._replace(nursery))
        nursery.reviving = None
        self._fill()

    async def _replace(self, nursery: _Nursery) -> None:
        """Put one with the data in memory in the place of a nursery that reads them from files.

        Whoever killed the former one may well kill this one too while it loads: it is tried again, later and later.
        """
        for pause in RELOADS:
            await asyncio.sleep(pause)
            if self._nursery is not nursery or self._stopping:  # another version is served by now
                return
            fresh = _Nursery(
                nursery.lease, self, in_memory=True, memory=self._memory, prefixes=self._prefixes
            )
            fresh.lookups = nursery.lookups
            try:
                await fresh.start()
                fresh.spawn()
                await fresh.has_worker()
            except (KgError, OSError):
                log.warning("the data could not be loaded into memory again; queries read files meanwhile")
                await fresh.end()
                continue
            if self._nursery is not nursery or self._stopping:
                await fresh.end()
                return
            nursery.keeps_lease = False
            self._put_in_force(fresh)
            return
        log.error("the query processes go on reading files: loading the data into memory has failed often")

    def _tick(self) -> None:
        self._ticking = None
        now = time.monotonic()
        for worker in list(self._busy):
            if worker.answer is not None:
                self._look_at(worker.answer, worker, now)
        for answer in (*self._waiting, *self._outgoing):
            if now - answer.submitted > answer.query.timeout:
                self.stop(answer, QueryFailed("overloaded", "No query process became free in time."))
            elif now - answer.submitted > SLOW:
                answer.turn_slow()
        self._fill()
        self._send_out()
        if self._waiting and not self._quick():
            self._shed(now)
        if self._busy or self._waiting or self._outgoing:
            self._ticking = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _look_at(self, answer: Answer, worker: _Worker, now: float) -> None:
        """Time in which the worker waits for the client to read does not count as running, but its process is taken."""
        running = now - answer.begun - answer.paused_for
        if answer.paused_at:
            running -= now - answer.paused_at
        if running > answer.query.timeout:
            limit = f"{answer.query.timeout:g}"
            self.stop(answer, QueryFailed("timeout", f"The query ran for {limit} s and was stopped."))
        elif now - answer.begun > self.transfer_timeout:
            self.stop(answer, QueryFailed("transfer", "The client read too slowly."))
        elif answer.slow:
            spent = worker.spent() if worker.lowered < LOWEST else 0.0
            priority = next((lower for after, lower in PRIORITIES if spent > after), 0)
            if priority > worker.lowered:
                worker.lower_priority(priority)
        elif not worker.counting:
            worker.start_counting()
        elif now - answer.begun > SLOW and (
            answer.paused_at or worker.spent() >= BUSY or now - answer.begun > STARVED
        ):
            answer.slow = True
            answer.turn_slow()

    def _shed(self, now: float) -> None:
        """All processes are held by slow queries and somebody waits: one of them has to go."""
        slow = [w.answer for w in self._busy if w.answer and (w.answer.paused_at or w.spent() > SPARED)]
        held = Counter(answer.query.client for answer in slow)
        victim = max(slow, key=lambda answer: (held[answer.query.client], now - answer.begun), default=None)
        if victim is not None and len(self._busy) >= self._most:
            self.stop(victim, QueryFailed("overloaded", "The server is busy with long queries."))


class _Worker(asyncio.Protocol):
    """One query process: parses its frames and hands them to the answer it works on."""

    def __init__(self, nursery: _Nursery, pool: Pool, port: int = 0) -> None:
        self.nursery = nursery
        self.port = port
        self.answer: Answer | None = None
        self.pid = 0
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._pending = b""
        self._data_left = 0
        self.lowered = 0
        """The niceness of its process."""
        self.counting = False
        """Whether it is known how much processor time its query takes."""
        self._counted_from = 0.0

    def ask(self, answer: Answer) -> None:
        self.answer = answer
        self.counting = False
        last_resort = self._pool.transfer_timeout + 2 * answer.query.timeout + 5
        assert self._transport is not None
        self._transport.write(frames.query_frame({**answer.query.request, "last_resort": last_resort}))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's transports do not inherit from it

    def data_received(self, data: bytes) -> None:
        if self._data_left:
            taken = data if len(data) <= self._data_left else data[: self._data_left]
            self._data_left -= len(taken)
            self._feed(taken)
            if len(taken) == len(data):
                return
            data = data[len(taken) :]
        if self._pending:
            data = self._pending + data
            self._pending = b""
        position, header = 0, frames.HEADER.size
        ended: bool | None = None
        while len(data) - position >= header:
            kind, length = frames.HEADER.unpack_from(data, position)
            begin = position + header
            if kind == frames.DATA:
                # Passed on as it comes: the frame need not be here as a whole.
                piece = data[begin : begin + length]
                self._data_left = length - len(piece)
                self._feed(piece)
                position = begin + len(piece)
            elif len(data) - begin < length:
                break
            else:
                position = begin + length
                retire = self._control(kind, data[begin:position])
                ended = ended if retire is None else retire
        self._pending = data[position:]
        if ended is not None:
            self._pool.worker_done(self, retire=ended)

    def connection_lost(self, exc: Exception | None) -> None:
        nursery = self.nursery
        if self.pid:
            nursery.workers.discard(self)
        else:
            nursery.started(self.port)
            nursery.failed_starts += 1
            nursery.announce()
        self._pool.worker_gone(self)

    def pause(self) -> None:
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def start_counting(self) -> None:
        """From now on `spent` counts, for the query that it has."""
        self.counting = True
        self._counted_from = _processor_time(self.pid)

    def spent(self) -> float:
        """Seconds of processor time since `start_counting`; where the system does not tell, seconds."""
        return _processor_time(self.pid) - self._counted_from

    def lower_priority(self, niceness: int) -> None:
        self.lowered = niceness
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, niceness)

    def restore_priority(self) -> bool:
        """False where the system does not let an ordinary user raise a priority again."""
        if not self.lowered:
            return True
        try:
            os.setpriority(os.PRIO_PROCESS, self.pid, 0)
        except OSError:
            return False
        self.lowered = 0
        return True

    def hang_up(self) -> None:
        """Let an idle process end."""
        if self._transport is not None:
            self._transport.close()

    def kill(self) -> None:
        # While the connection is open the process is there: nobody else holds its other end.
        if self.pid and self._transport is not None and not self._transport.is_closing():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._transport.abort()

    def _feed(self, data: bytes) -> None:
        if self.answer is not None and data:
            self.answer.feed(data)

    def _control(self, kind: int, payload: bytes) -> bool | None:
        """Act on a frame that is not data; for the last one of an answer, whether the process asks to be replaced."""
        if kind == frames.READY:
            nursery = self.nursery
            self.pid = json.loads(payload)["pid"]
            nursery.started(self.port)
            nursery.failed_starts = 0
            nursery.workers.add(self)
            nursery.announce()
            self._pool.worker_ready(self)
            return None
        answer = self.answer
        if kind == frames.HEAD:
            if answer is not None:
                answer.head_fields = frames.head(payload)
                answer.notify()
            return None
        if kind == frames.FAILED:
            told = json.loads(payload)
            if answer is not None:
                answer.fail(
                    QueryFailed(told["reason"], told["message"], told.get("line"), told.get("column"))
                )
            return bool(told["retire"])
        if answer is not None and answer.failure is None:
            answer.complete = True
            answer.notify()
        return payload == b"\1"


class _Nursery:
    """The process that forks the workers of one dataset version (kg/web/querying/nursery.py), seen from the server."""

    def __init__(
        self, lease: Held, pool: Pool, *, in_memory: bool, memory: int, prefixes: dict[str, str]
    ) -> None:
        self.lease = lease
        self.in_memory = in_memory
        self.keeps_lease = True
        """Whether the version is given free when this nursery ends."""
        self.lookups: Lookups | None = None
        self.workers: set[_Worker] = set()
        self.starting = 0
        self.starting_out = 0
        self.failed_starts = 0
        self.alive = False
        self.reviving: asyncio.Task[None] | None = None
        self.endings: dict[int, int] = {}
        """Exit codes by process id."""
        self._pool = pool
        self._config = {
            "opening": lease.version.opening,
            "local": lease.version.is_local,
            "empty_graphs": list(lease.version.empty_graphs),
            "memory": memory,
            "prefixes": prefixes,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._reported = b""
        self._changed = asyncio.Event()

    async def start(self) -> None:
        """Start the process and wait until it can fork workers. Raises KgError when it does not come up."""
        await self._reap()
        ours, theirs = socket.socketpair()
        config = json.dumps({**self._config, "in_memory": self.in_memory, "control": theirs.fileno()})
        self._process = subprocess.Popen(  # noqa: S603 - this program, run by this interpreter
            [sys.executable, "-m", "kg.web.querying.nursery", config],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        ours.setblocking(False)
        self._control = ours
        self._reported = b""
        asyncio.get_running_loop().add_reader(ours.fileno(), self._read)
        while not self.alive:
            if self._process.poll() is not None:
                self._forget()
                raise KgError(
                    "the query processes do not start",
                    where=self.lease.version.id,
                    hint="What they said is above; a damaged store is mended by `kg build`.",
                )
            await self._change()

    def spawn(self, port: int = 0) -> None:
        """Ask for one more worker, which may connect to `port` if one is given."""
        if port:
            self.starting_out += 1
        else:
            self.starting += 1
        self._pool.run(self._spawn(port))

    def started(self, port: int) -> None:
        """A worker that was asked for has come up, or failed to."""
        if port:
            self.starting_out -= 1
        else:
            self.starting -= 1

    async def has_worker(self) -> None:
        """Wait for the first worker. Raises KgError when none comes up."""
        while not self.workers:
            if self.failed_starts:
                raise KgError("the query processes do not start", where=self.lease.version.id)
            await self._change()

    async def ending(self, pid: int) -> int | None:
        """The exit code of a worker that has ended, as soon as it is known; None when nobody is there to tell."""
        for _ in range(20):
            if pid in self.endings or not self.alive:
                break
            await asyncio.sleep(0.01)
        return self.endings.get(pid)

    def announce(self) -> None:
        self._changed.set()

    async def close(self) -> None:
        """Hang up on the process, see that it has gone, and give the version free."""
        await self.end()
        if self.keeps_lease:
            self.lease.release()

    async def end(self) -> None:
        """Hang up on the process and see that it has gone."""
        self._forget()
        await self._reap()

    async def _reap(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for _ in range(40):
            if process.poll() is not None:
                return
            await asyncio.sleep(0.05)
        process.kill()
        process.wait()

    async def _change(self) -> None:
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), 0.2)

    async def _spawn(self, port: int) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            if self._control is None:
                raise BrokenPipeError
            socket.send_fds(self._control, [port.to_bytes(2, "big")], [theirs.fileno()])
        except OSError:
            ours.close()
            self.started(port)
            return
        finally:
            theirs.close()
        await asyncio.get_running_loop().create_unix_connection(
            lambda: _Worker(self, self._pool, port), sock=ours
        )

    def _read(self) -> None:
        assert self._control is not None
        try:
            data = self._control.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._forget()
            self._pool.nursery_gone()
            return
        *lines, self._reported = (self._reported + data).split(b"\n")
        for line in lines:
            report = json.loads(line)
            if "ready" in report:
                self.alive = True
            else:
                self.endings[report["ended"]] = report["code"]
                while len(self.endings) > 100:
                    del self.endings[next(iter(self.endings))]
        self._changed.set()

    def _forget(self) -> None:
        self.alive = False
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None


def _processor_time(pid: int) -> float:
    """Of a process on Linux, from /proc (proc(5): utime and stime in ticks). Elsewhere the time of day does."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return time.monotonic()

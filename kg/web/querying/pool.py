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
import logging
import signal
import time
from collections import Counter, deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from kg.errors import KgError
from kg.store.interface import Held, ServedVersion
from kg.web.querying.answer import Answer, Query, QueryFailed
from kg.web.querying.evaluation import Head
from kg.web.querying.lookup import SURVEYED, Lookups
from kg.web.querying.processes import Nursery, Worker

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
        self._nursery: Nursery | None = None
        self._retired: set[Nursery] = set()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
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
        nursery = Nursery(
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
        answer = Answer(query, self.stop)
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

    def worker_ready(self, worker: Worker) -> None:
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

    def worker_done(self, worker: Worker, *, retire: bool) -> None:
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

    def worker_gone(self, worker: Worker) -> None:
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

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A background task that is not forgotten while it runs."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # --- private ---

    def _put_in_force(self, nursery: Nursery) -> None:
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

    async def _make_good(self, answer: Answer, nursery: Nursery, pid: int) -> None:
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

    def _retire(self, nursery: Nursery) -> None:
        self._retired.add(nursery)
        for worker in [worker for worker in self._idle if worker.nursery is nursery]:
            self._idle.remove(worker)
            worker.hang_up()
        self._let_go(nursery)

    def _let_go(self, nursery: Nursery) -> None:
        if nursery in self._retired and not (nursery.workers or nursery.starting or nursery.starting_out):
            self._retired.discard(nursery)
            self.run(nursery.close())

    def _free(self, worker: Worker) -> None:
        if self._waiting:
            # Whoever holds the fewest processes goes first, among equals whoever has waited longest.
            held = Counter(busy.answer.query.client for busy in self._busy if busy.answer)
            answer = min(self._waiting, key=lambda waiting: held[waiting.query.client])
            self._waiting.remove(answer)
            self._assign(worker, answer)
        else:
            self._idle.append(worker)

    def _assign(self, worker: Worker, answer: Answer) -> None:
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

    async def _revive(self, nursery: Nursery) -> None:
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

    async def _replace(self, nursery: Nursery) -> None:
        """Put one with the data in memory in the place of a nursery that reads them from files.

        Whoever killed the former one may well kill this one too while it loads: it is tried again, later and later.
        """
        for pause in RELOADS:
            await asyncio.sleep(pause)
            if self._nursery is not nursery or self._stopping:  # another version is served by now
                return
            fresh = Nursery(nursery.lease, self, in_memory=True, memory=self._memory, prefixes=self._prefixes)
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

    def _look_at(self, answer: Answer, worker: Worker, now: float) -> None:
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

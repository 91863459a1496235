"""Query processes and the parent that forks them, as the server sees them: started, asked, listened to, ended.

What runs inside of them is in `worker` and `nursery`; who gets which query, and for how long, is the affair of `pool`.
Everything runs in the event loop; nothing here blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, Protocol, cast

from kg.errors import KgError
from kg.store.interface import Held
from kg.web.querying import frames
from kg.web.querying.answer import Answer, QueryFailed
from kg.web.querying.lookup import Lookups

OWN_NICENESS: Final = os.getpriority(os.PRIO_PROCESS, 0)
"""Of the server, which may have been started with less than others have."""


class Keeper(Protocol):
    """Who keeps the processes (pool.Pool), and is told what happens to them."""

    transfer_timeout: float

    def worker_ready(self, worker: Worker) -> None:
        """It has come up, and may be asked."""

    def worker_done(self, worker: Worker, *, retire: bool) -> None:
        """It has given its answer; `retire`: it asks to be replaced."""

    def worker_gone(self, worker: Worker) -> None:
        """Its connection has closed: ended by us, by itself or by somebody else."""

    def nursery_gone(self) -> None:
        """The parent has ended."""

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do work in the background."""


class Worker(asyncio.Protocol):
    """One query process: parses its frames and hands them to the answer it works on."""

    def __init__(self, nursery: Nursery, keeper: Keeper, port: int = 0) -> None:
        self.nursery = nursery
        self.port = port
        self.answer: Answer | None = None
        self.pid = 0
        self._keeper = keeper
        self._transport: asyncio.Transport | None = None
        self._pending = b""
        self._data_left = 0
        self.lowered = 0
        """The niceness of its process."""
        self.counting = False
        """Whether it is known how much processor time its query takes."""
        self._counted_from = 0.0

    def ask(self, answer: Answer) -> None:
        """Give it the query of an answer to work on. Nobody else may be asking it."""
        self.answer = answer
        self.counting = False
        last_resort = self._keeper.transfer_timeout + 2 * answer.query.timeout + 5
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
            self._keeper.worker_done(self, retire=ended)

    def connection_lost(self, exc: Exception | None) -> None:
        nursery = self.nursery
        if self.pid:
            nursery.workers.discard(self)
        else:
            nursery.started(self.port)
            nursery.failed_starts += 1
            nursery.announce()
        self._keeper.worker_gone(self)

    def pause(self) -> None:
        """Read no more of what it says: it has to wait as soon as the socket is full."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
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
        """Let it have what others leave, never more than the server itself gets."""
        self.lowered = niceness
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, max(niceness, OWN_NICENESS))

    def restore_priority(self) -> bool:
        """As much as the server gets. False where the system does not let an ordinary user raise a priority again."""
        if not self.lowered:
            return True
        try:
            os.setpriority(os.PRIO_PROCESS, self.pid, OWN_NICENESS)
        except OSError:
            return False
        self.lowered = 0
        return True

    def hang_up(self) -> None:
        """Let an idle process end."""
        if self._transport is not None:
            self._transport.close()

    def kill(self) -> None:
        """End it now, whatever it does."""
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
            self._keeper.worker_ready(self)
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


class Nursery:
    """The process that forks the workers of one dataset version (kg/web/querying/nursery.py), seen from the server."""

    def __init__(
        self, lease: Held, keeper: Keeper, *, in_memory: bool, memory: int, prefixes: dict[str, str]
    ) -> None:
        self.lease = lease
        self.in_memory = in_memory
        self.keeps_lease = True
        """Whether the version is given free when this nursery ends."""
        self.lookups: Lookups | None = None
        self.workers: set[Worker] = set()
        self.starting = 0
        self.starting_out = 0
        self.failed_starts = 0
        self.alive = False
        self.reviving: asyncio.Task[None] | None = None
        self.endings: dict[int, int] = {}
        """Exit codes by process id."""
        self._keeper = keeper
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
        self._keeper.run(self._spawn(port))

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
        """Tell whoever waits for a change of it."""
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
            lambda: Worker(self, self._keeper, port), sock=ours
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
            self._keeper.nursery_gone()
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


# --- private helpers ---


def _processor_time(pid: int) -> float:
    """Of a process on Linux, from /proc (proc(5): utime and stime in ticks). Elsewhere the time of day does."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return time.monotonic()

"""Where the tasks of a build run: in this process, in processes of this machine, or on a Dask cluster.

All three are a `concurrent.futures.Executor`, so a build is written once. A task is an importable function with
arguments that can be pickled; on a cluster the workers see no file of this machine, so a task carries what it reads.

A task whose worker was ended from outside (out of memory, mostly) fails with `WorkerLost`, which names it; the others
go on. The standard library's pool breaks as a whole instead, and fails tasks that had not even begun.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import BaseContext
from typing import Any, ParamSpec, TypeVar

import kg
from kg.errors import KgError

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_SECONDS = 10
"""How long a Dask scheduler may take to answer."""


class WorkerLost(KgError):
    """The process that worked on a task ended before the task did. `where` is the task."""

    exit_code = 1


@contextmanager
def executor_of(text: str = "processes", *, preload: Sequence[str] = ()) -> Iterator[Executor]:
    """The executor that `text` names, for as long as the `with` lasts; at its end, tasks not yet begun are dropped.

    `serial`: `submit` runs the task at once, in this process. `processes` or `processes:N`: N processes of this machine
    (default: one per core), which end with this one, however it ends; `preload` names modules that they share, loaded
    once. `dask://HOST:PORT`: the workers of a Dask scheduler (extra `kg[dask]`).

    Raises KgError for any other text, a missing extra, a scheduler that cannot be reached, has no workers, or whose
    workers have another version of this program.
    """
    executor = _opened(text.strip(), preload)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def workers_of(text: str) -> int | None:
    """How many tasks `text` runs at a time, or None where only a cluster knows. Raises KgError as `executor_of`."""
    if text == "serial":
        return 1
    if text.startswith("dask://"):
        return None
    if found := re.fullmatch(r"processes(?::([1-9]\d{0,3}))?", text):
        return int(found[1]) if found[1] else _cores()
    raise KgError(f"{text!r} is no executor", hint="Use serial, processes, processes:N or dask://HOST:PORT.")


def _opened(text: str, preload: Sequence[str]) -> Executor:
    count = workers_of(text)
    if count is None:
        return _Cluster(text.removeprefix("dask://"))
    return _Serial() if text == "serial" else _Processes(count, preload)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


class _Serial(Executor):
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(slots=True)
class _Task:
    future: Future[Any]
    run: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def name(self) -> str:
        named = getattr(self.run, "__name__", type(self.run).__name__)
        if not self.args:
            return named
        first = self.args[0]
        shown = str(getattr(first, "name", first))
        return f"{named}({shown if len(shown) <= 100 else shown[:99] + '…'})"

    def lost(self) -> WorkerLost:
        return WorkerLost(
            "the process that worked on it was ended from outside",
            where=self.name,
            hint="It may have needed more memory than there is: try fewer processes, and look at this input.",
        )


class _Processes(Executor):
    """A process pool that outlives its processes.

    Only as many tasks as there are processes (and one to follow) are with the pool at a time, so that when it breaks
    few are suspect. Each suspect runs again in a process of its own: the one that ends it is the one that is lost.
    """

    def __init__(self, count: int, preload: Sequence[str]) -> None:
        self._count = count
        self._context = _context(preload)
        self._waiting: deque[_Task] = deque()
        self._lock = threading.Condition(threading.RLock())
        self._under_way = 0
        self._suspects: deque[_Task] = deque()
        self._closed = False
        self._pool: ProcessPoolExecutor | None = None
        self._examiner: threading.Thread | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        task = _Task(Future(), fn, args, kwargs)
        with self._lock:
            if self._closed:
                raise RuntimeError("no task can be given to an executor that was shut down")
            self._waiting.append(task)
        self._feed()
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            self._closed = True
            dropped = list(self._waiting) if cancel_futures else []
            if cancel_futures:
                self._waiting.clear()
        for task in dropped:
            task.future.cancel()
        with self._lock:
            while wait and (self._under_way or self._waiting or self._suspects):
                self._lock.wait()
            pool = self._pool
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _feed(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self._suspects or self._under_way > self._count:
                    return
                task = self._waiting.popleft()
                self._under_way += 1
                if self._pool is None:
                    self._pool = self._new_pool(self._count)
                pool = self._pool
            if not (task.future.running() or task.future.set_running_or_notify_cancel()):
                self._finished()
                continue
            try:
                inner = pool.submit(task.run, *task.args, **task.kwargs)
            except BrokenProcessPool:
                self._suspect(task, pool)
                return
            inner.add_done_callback(lambda done, task=task, pool=pool: self._done(task, pool, done))  # type: ignore[misc]

    def _done(self, task: _Task, pool: ProcessPoolExecutor, done: Future[Any]) -> None:
        if isinstance(done.exception(), BrokenProcessPool):
            self._suspect(task, pool)
            return
        _settle(task.future, done)
        self._finished()
        self._feed()

    def _finished(self) -> None:
        with self._lock:
            self._under_way -= 1
            self._lock.notify_all()

    def _suspect(self, task: _Task, pool: ProcessPoolExecutor) -> None:
        # Called by the broken pool's own thread, which must not wait for processes: another thread does.
        with self._lock:
            if self._pool is pool:
                self._pool = None
            self._suspects.append(task)
            if self._examiner is None:
                self._examiner = threading.Thread(target=self._examine, name="lost tasks", daemon=True)
                self._examiner.start()

    def _examine(self) -> None:
        alone: ProcessPoolExecutor | None = None
        while True:
            with self._lock:
                if not self._suspects:
                    self._examiner = None
                    break
                task = self._suspects[0]
            alone = alone or self._new_pool(1)
            try:
                done = alone.submit(task.run, *task.args, **task.kwargs)
                done.exception()
            except BrokenProcessPool:  # it ended between two tasks
                alone = None
                continue
            if isinstance(done.exception(), BrokenProcessPool):
                alone = None
                task.future.set_exception(task.lost())
            else:
                _settle(task.future, done)
            with self._lock:
                self._suspects.popleft()
            self._finished()
        if alone is not None:
            alone.shutdown()
        self._feed()

    def _new_pool(self, count: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(count, mp_context=self._context, initializer=_end_with_parent)


def _context(preload: Sequence[str]) -> BaseContext:
    # Forking this process is not safe: it has threads (progress bars, Rust's). A fork server has none.
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kg.store.executors", *preload])
    return context


def _end_with_parent() -> None:
    """A worker waits for its next task for ever, even when the process that would give it one was killed. Ctrl-C in a
    terminal reaches it too, but is for that process to deal with."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def _settle(future: Future[Any], done: Future[Any]) -> None:
    if (error := done.exception()) is not None:
        future.set_exception(error)
    else:
        future.set_result(done.result())


class _Cluster(Executor):
    """The workers of a Dask scheduler (https://distributed.dask.org)."""

    def __init__(self, address: str) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError as missing:
            raise KgError(
                "a Dask cluster needs the package `distributed`", hint="pip install 'digigov-kg[dask]'"
            ) from missing
        self._killed: type[Exception] = distributed.KilledWorker
        where = f"dask://{address}"
        try:
            self._client = distributed.Client(
                f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False
            )
        except (OSError, ValueError, TimeoutError) as error:
            raise KgError(
                f"no Dask scheduler answers ({type(error).__name__})",
                where=where,
                hint="Start one with `dask scheduler`, and give its host and port.",
            ) from error
        try:
            self._require_workers(where)
        except BaseException:
            self._client.close()
            raise
        self._executor: Executor = self._client.get_executor(pure=False)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        task = _Task(Future(), fn, args, kwargs)
        task.future.set_running_or_notify_cancel()
        inner = self._executor.submit(fn, *args, **kwargs)
        inner.add_done_callback(lambda done: self._done(task, done))
        return task.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        # A scheduler does not say which of its tasks have begun: those under way are dropped, too.
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()

    def _done(self, task: _Task, done: Future[Any]) -> None:
        if done.cancelled():
            task.future.set_exception(KgError("the task was cancelled", where=task.name))
        elif isinstance(done.exception(), self._killed):
            task.future.set_exception(task.lost())
        else:
            _settle(task.future, done)

    def _require_workers(self, where: str) -> None:
        if not self._client.scheduler_info(n_workers=-1)["workers"]:
            raise KgError(
                "the Dask scheduler has no workers", where=where, hint="Start some with `dask worker`."
            )
        try:
            versions = self._client.run(_version)
        except (
            Exception
        ) as error:  # whatever a worker without this program raises, ModuleNotFoundError mostly
            raise KgError(
                f"a Dask worker cannot run this program ({type(error).__name__}: {error})",
                where=where,
                hint="Install the same version of digigov-kg on every worker.",
            ) from error
        others = {worker: version for worker, version in versions.items() if version != _version()}
        if others:
            worker, version = next(iter(others.items()))
            raise KgError(
                f"worker {worker} has version {version} of this program, and here is {_version()}",
                where=where,
                hint="Install the same version of digigov-kg on every worker.",
            )


def _version() -> str:
    return kg.__version__

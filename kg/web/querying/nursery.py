"""The process that query processes are forked from: it has one dataset version open and does nothing else.

Forking a small process that holds the data takes a few milliseconds, where starting Python and loading would take the
better part of a second; so a query that had to be killed costs nobody else time. `python -m kg.web.querying.nursery`
gets its end of a control socket by file descriptor. Over it come sockets, one per wanted worker; back go, as lines of
JSON, how workers ended. When the server closes the socket, or dies, the nursery ends all its children and itself.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.web.querying.sandbox import connect_only_to, forbid_sockets, limit_memory
from kg.web.querying.worker import Worker

if TYPE_CHECKING:  # kg.store would make this process larger
    from kg.store.interface import Dataset


def main() -> None:
    """Run with a JSON document as the only argument: control, opening, local, in_memory, empty_graphs, memory, prefixes."""
    config = json.loads(sys.argv[1])
    # Both reach the whole process group; the server decides what they mean, and ends this process by its socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=config["control"])
    control.setblocking(False)
    # Only a store in memory may be open across a fork: RocksDB has threads.
    store = _in_memory(config["opening"], config["empty_graphs"]) if config["in_memory"] else None
    gc.collect()
    gc.freeze()
    _Nursery(control, store, config).run()


def _in_memory(database: str, empty_graphs: list[str]) -> ox.Store:
    """The dataset in memory, read by a child process so that this one never has RocksDB's threads."""
    reading, writing = os.pipe()
    reader = os.fork()
    if reader == 0:
        status = 1
        try:
            os.close(reading)
            with open(writing, "wb") as pipe:
                ox.Store.read_only(database).dump(pipe, format=ox.RdfFormat.N_QUADS)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    store = ox.Store()
    with open(reading, "rb") as pipe:
        store.bulk_load(pipe, format=ox.RdfFormat.N_QUADS)
    _, status = os.waitpid(reader, 0)
    if status:
        raise SystemExit(f"cannot read {database}")
    for name in empty_graphs:  # a dump of statements does not have them
        store.add_graph(ox.NamedNode(name))
    return store


def _opened(config: dict[str, Any]) -> Dataset:
    if config["local"]:
        return ox.Store.read_only(config["opening"])
    from kg.settings import Settings
    from kg.store.source import reopen

    return reopen(config["opening"], Settings())


class _Nursery:
    def __init__(self, control: socket.socket, store: ox.Store | None, config: dict[str, Any]) -> None:
        self._control = control
        self._store = store
        self._config = config
        self._children: set[int] = set()
        self._wake, self._woken = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)

    def run(self) -> None:
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ, self._spawn)
        selector.register(self._wake, selectors.EVENT_READ, self._reap)
        self._report({"ready": os.getpid()})
        running = True
        while running:
            for key, _ in selector.select():
                running = key.data() and running
        for child in self._children:
            os.kill(child, signal.SIGKILL)

    def _spawn(self) -> bool:
        """Fork a worker for the socket that arrives. False when the server has gone.

        With it come two bytes: the port that the worker may connect to, 0 for none.
        """
        try:
            data, descriptors, _, _ = socket.recv_fds(self._control, 2, 1)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        for descriptor in descriptors:
            child = os.fork()
            if child == 0:
                self._become_worker(descriptor, port=int.from_bytes(data, "big"))
            os.close(descriptor)
            self._children.add(child)
        return True

    def _become_worker(self, descriptor: int, port: int) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            os.close(self._wake)
            os.close(self._woken)
            store = self._store or _opened(self._config)
            limit_memory(self._config["memory"])
            if self._config["local"]:
                if port:
                    connect_only_to(port)
                else:
                    forbid_sockets()
            Worker(store, socket.socket(fileno=descriptor), self._config["prefixes"]).run()
            status = 0
        except (BrokenPipeError, ConnectionResetError):
            status = 0
        except Exception as error:
            print(f"query process: {error!r}", file=sys.stderr, flush=True)
        finally:
            os._exit(status)

    def _reap(self) -> bool:
        os.read(self._wake, 4096)
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if child == 0:
                return True
            self._children.discard(child)
            code = os.waitstatus_to_exitcode(status)
            if not self._report({"ended": child, "code": code}):
                return False

    def _report(self, document: dict[str, Any]) -> bool:
        try:
            self._control.sendall(json.dumps(document).encode() + b"\n")
        except BlockingIOError:  # a report may be lost, the server finds out by the worker's socket
            return True
        except OSError:
            return False
        return True


if __name__ == "__main__":
    main()

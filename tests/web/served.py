"""A real server in a process of its own, on data small enough to know by heart."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

EX = "http://example.org/"
ITEMS = 3000


def dataset() -> bytes:
    """Two graphs that share ITEMS labels and one odd literal; `people` links people in a ring, each to the next two."""
    label, kind = (
        "http://www.w3.org/2000/01/rdf-schema#label",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    )
    lines = [
        f'<{EX}odd> <{EX}note> "a \\"quoted\\", <b>bold</b> & \\n broken línea — 日本" <{EX}graph/two> .'
    ]
    for number in range(ITEMS):
        item, size = f"<{EX}item/{number}>", f'"{number}"^^<http://www.w3.org/2001/XMLSchema#integer>'
        lines += [f'{item} <{label}> "item {number}"@en <{EX}graph/{graph}> .' for graph in ("one", "two")]
        lines += [
            f"{item} <{kind}> <{EX}Item> <{EX}graph/one> .",
            f"{item} <{EX}size> {size} <{EX}graph/one> .",
        ]
    lines += [
        f"<{EX}person/{number}> <{EX}knows> <{EX}person/{(number + step) % 200}> <{EX}graph/people> ."
        for number in range(200)
        for step in (1, 2)
    ]
    return "".join(line + "\n" for line in lines).encode()


@dataclass
class Running:
    """A server: where it listens, what it serves, and the process."""

    url: str
    store: Path | str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def sparql(self) -> str:
        return self.url + "/sparql"

    def get(
        self, query: str, accept: str = "application/sparql-results+json", **params: str
    ) -> httpx.Response:
        return httpx.get(
            self.sparql, params={"query": query, **params}, headers={"Accept": accept}, timeout=60
        )

    def ask(self, query: str) -> bool:
        response = self.get(query)
        assert response.status_code == 200, response.text
        return bool(response.json()["boolean"])

    def count(self, query: str) -> int:
        return int(self.get(query).json()["results"]["bindings"][0]["n"]["value"])

    def nurseries(self) -> list[psutil.Process]:
        """The parents of query processes: one, or two while a version is exchanged. The server has other children, too."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if "kg.web.querying.nursery" in child.cmdline():
                    found.append(child)
        return found

    def query_processes(self) -> list[psutil.Process]:
        """All processes below the nurseries."""
        found = []
        for nursery in self.nurseries():
            with contextlib.suppress(psutil.Error):
                found += nursery.children()
        return found

    def metric(self, line_start: str) -> float:
        for line in httpx.get(self.url + "/metrics").text.splitlines():
            if line.startswith(line_start):
                return float(line.rsplit(" ", 1)[1])
        return 0.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(store: Path | str, log: Path, **settings: str | int | float) -> Iterator[Running]:
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    env |= {"KG_STORE": str(store), "KG_PORT": str(port)}
    env |= {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "kg", "serve"], env=env, stdout=stream, stderr=stream, cwd=log.parent
        )
    server = Running(f"http://127.0.0.1:{port}", store, process, log)
    try:
        wait_until(lambda: ready(server), "the server to be ready", log, seconds=180)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ready(server: Running) -> bool:
    assert server.process.poll() is None, server.log.read_text()
    try:
        return httpx.get(server.url + "/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(
    condition: Callable[[], bool], what: str, log: Path | None = None, seconds: float = 60
) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}\n{log.read_text() if log else ''}")
        time.sleep(0.05)

"""Real SPARQL servers on loopback in a scratch folder: the native Oxigraph server, and Virtuoso 7 where it is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

PASSWORD = "dba"
"""Virtuoso's, of the user that it comes with."""

VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
DirsAllowed = {folder}
DefaultIsolation = 2
CaseMode = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {folder}
ServerThreads = 10
MaxClientConnections = 40
[SPARQL]
ResultSetMaxRows = 2000000
MaxQueryExecutionTime = 0
"""


@dataclass(frozen=True)
class SparqlServer:
    """A running server: what `--store` takes, where logged-in users write, and what kg needs to log in."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    credentials: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def oxigraph(folder: Path, port: int | None = None, *, writable: bool = True) -> Iterator[SparqlServer]:
    """`oxigraph serve` (or `serve-read-only`) over a database in `folder`."""
    binary = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    if not Path(binary).exists():
        pytest.skip("the native Oxigraph server is not installed (pip install oxigraph)")
    port = port or free_port()
    verb = "serve" if writable else "serve-read-only"
    command = [binary, verb, "--location", str(folder / "oxigraph"), "--bind", f"127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}/query"
    with _running(command, folder, url) as process:
        yield SparqlServer("oxigraph", url, process, {})


@contextlib.contextmanager
def virtuoso(folder: Path, *, buffers: int = 20_000) -> Iterator[SparqlServer]:
    """Virtuoso 7 with a database of its own in `folder`; writing takes its user's password, by Digest."""
    binary = shutil.which("virtuoso-t")
    if binary is None:
        pytest.skip("Virtuoso is not installed (Debian: make tools, or apt-get install virtuoso-opensource)")
    port = free_port()
    settings = VIRTUOSO_INI.format(
        folder=folder, port=port, sql_port=free_port(), buffers=buffers, dirty=buffers * 3 // 4
    )
    (folder / "virtuoso.ini").write_text(settings, encoding="utf-8")
    command = [binary, "+foreground", "+wait", "+configfile", str(folder / "virtuoso.ini")]
    url = f"http://127.0.0.1:{port}/sparql"
    with _running(command, folder, url) as process:
        yield SparqlServer("virtuoso", url, process, {"store_user": "dba", "store_password": PASSWORD})


ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@contextlib.contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    with (folder / "engine.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=env)
    try:
        end = time.monotonic() + 120
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > end:
                said = (folder / "engine.log").read_text(encoding="utf-8", errors="replace")
                raise AssertionError(f"{command[0]} does not come up:\n{said[-2000:]}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, params={"query": "ASK {}"}, timeout=5).is_success
    except httpx.HTTPError:
        return False

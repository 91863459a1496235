"""This endpoint beside the native Oxigraph server, on the same data, with the same client, in one run.

    python benchmarks/endpoint.py [--store DIR] [--rounds 3] [--seconds 3]

Three servers are measured in turns: the native one, ours without its cache of answers ("computed"), and ours with it
("cached"). What counts are the ratios; absolute figures depend on what else the machine does. The load comes from `wrk`
when it is installed, otherwise from a client in Python, which takes more of the machine itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil

from kg.namespaces import PREFIXES
from kg.publishing.queries import bound_text, library
from kg.store import current_version
from kg.store.build import build_and_publish

CONNECTIONS = 4

QUERIES = {
    "ask": "ASK { id:country/COL a dg:Country }".replace("id:country/COL", f"<{PREFIXES['id']}country/COL>"),
    "describe one law": f"DESCRIBE <{PREFIXES['id']}law/COL/law/2014/1712>",
    "label of a thing": f"SELECT ?l {{ <{PREFIXES['id']}country/COL> rdfs:label ?l }}",
    "laws of a topic": "instruments-by-topic",
    "government bodies": "bodies",
    "index over the years": "egdi-trend",
    "coverage of topics": "coverage-matrix",
    "network": "CONSTRUCT { ?a dg:cooperatesWith ?b } WHERE { ?a dg:cooperatesWith ?b }",
    "all figures (5,781 rows)": "SELECT * { ?o a dg:Observation ; dg:country ?c ; dg:year ?y ; dg:value ?v }",
    "text search": 'SELECT ?s ?l { ?s rdfs:label ?l FILTER REGEX(?l, "gobierno|government", "i") }',
}
HOSTILE = {
    "cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "property path": "SELECT (COUNT(*) AS ?n) { ?s (rdf:type|!rdf:type)* ?o }",
    "regular expression": 'SELECT * { ?s ?p ?o . ?s2 ?p2 ?o2 FILTER REGEX(CONCAT(STR(?o), STR(?o2)), "(a|aa)+$") }',
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, help="a published store (default: the bundled data, built now)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = options.store or folder / "store"
        if not options.store:
            build_and_publish([], store)
        version = current_version(store)
        print(
            f"{version.triples:,} triples in the default graph, {version.quads:,} in {version.graphs} named graphs"
        )
        servers = {
            "native": stack.enter_context(native(version.database, folder)),
            "computed": stack.enter_context(ours(store, folder, cache_mb=0)),
            "cached": stack.enter_context(ours(store, folder, cache_mb=64)),
        }
        throughput(servers, options.rounds, options.seconds)
        memory(servers)
        beside_hostile(servers["computed"], options.seconds)


def throughput(servers: dict[str, Server], rounds: int, seconds: float) -> None:
    print(f"\nrequests/s over {CONNECTIONS} connections, median of {rounds} rounds [lowest–highest ratio]")
    print(f"{'query':<26}{'native':>9}{'computed':>10}{'ratio':>20}{'cached':>10}{'ratio':>20}")
    for name, text in QUERIES.items():
        query = full(text)
        for server in servers.values():
            check(server, query)
        taken: dict[str, list[float]] = {label: [] for label in servers}
        order = list(servers)
        for _ in range(rounds):
            for label in order:
                taken[label].append(load(servers[label], query, seconds))
            order = order[1:] + order[:1]
        line = f"{name:<26}{statistics.median(taken['native']):9.0f}"
        for label in ("computed", "cached"):
            ratios = [own / native_ for own, native_ in zip(taken[label], taken["native"], strict=True)]
            spread = f"[{min(ratios):.2f}–{max(ratios):.2f}]"
            line += f"{statistics.median(taken[label]):10.0f}{statistics.median(ratios):8.2f} {spread:>11}"
        print(line, flush=True)


def memory(servers: dict[str, Server]) -> None:
    print("\nmemory (proportional set size of all processes)")
    for label, server in servers.items():
        processes = [server.process, *server.process.children(recursive=True)]
        total = sum(getattr(p.memory_full_info(), "pss", 0) for p in processes)
        print(f"{label:<12}{total / 2**20:8.0f} MiB in {len(processes)} processes")


def beside_hostile(server: Server, seconds: float) -> None:
    print("\na point query every 10 ms: milliseconds p50 / p99 / longest")
    ask = full(QUERIES["ask"])
    quiet = asyncio.run(paced(server, ask, seconds * 2))
    print(f"{'alone':<26}{shown(quiet)}")
    for name, text in HOSTILE.items():
        busy = asyncio.run(paced(server, ask, seconds * 2, beside=full(text)))
        print(f"{'beside ' + name:<26}{shown(busy)}", flush=True)


# --- private helpers ---


class Server:
    """A SPARQL endpoint at `path` of a port on this machine."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, path: str) -> None:
        self.process = psutil.Process(process.pid)
        self.port = port
        self.path = path

    def target(self, query: str) -> str:
        return f"{self.path}?query={quote(query, safe='')}"


def full(text: str) -> str:
    """The text of a query, or of the library's query of that name, with all prefixes declared."""
    if text in library():
        named = library()[text]
        return bound_text(named, named.examples[0].parameters)
    used = {prefix: iri for prefix, iri in PREFIXES.items() if re.search(rf"\b{prefix}:", text)}
    return "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in used.items()) + text


@contextlib.contextmanager
def native(database: Path, folder: Path) -> Iterator[Server]:
    binary = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    port = free_port()
    command = [binary, "serve-read-only", "--location", str(database), "--bind", f"127.0.0.1:{port}"]
    with started(command, folder, {}) as process:
        yield Server(process, wait(port), "/query")


@contextlib.contextmanager
def ours(store: Path, folder: Path, cache_mb: int) -> Iterator[Server]:
    port = free_port()
    settings = {"KG_STORE": str(store.resolve()), "KG_PORT": str(port), "KG_CACHE_MB": str(cache_mb)}
    with started([sys.executable, "-m", "kg", "serve"], folder, settings) as process:
        yield Server(process, wait(port), "/sparql")


@contextlib.contextmanager
def started(command: list[str], folder: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **settings}
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def wait(port: int) -> int:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return port
        time.sleep(0.1)
    raise SystemExit(f"the server on port {port} does not come up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check(server: Server, query: str) -> None:
    response = httpx.get(
        f"http://127.0.0.1:{server.port}{server.target(query)}", headers={"Accept": "*/*"}, timeout=60
    )
    response.raise_for_status()


def load(server: Server, query: str, seconds: float) -> float:
    """Answers per second. Raises SystemExit when one of them is an error."""
    if shutil.which("wrk"):
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-H", "Accept: */*"]
        url = f"http://127.0.0.1:{server.port}{server.target(query)}"
        output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in output:
            raise SystemExit(output)
        found = re.search(r"Requests/sec:\s*([\d.]+)", output)
        assert found
        return float(found[1])
    return asyncio.run(_load_from_python(server, query, seconds))


async def _load_from_python(server: Server, query: str, seconds: float) -> float:
    end = time.perf_counter() + seconds

    async def one() -> int:
        connection = await asyncio.open_connection("127.0.0.1", server.port)
        count = 0
        while time.perf_counter() < end:
            await exchange(connection, server, query)
            count += 1
        connection[1].close()
        return count

    return sum(await asyncio.gather(*(one() for _ in range(CONNECTIONS)))) / seconds


async def exchange(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], server: Server, query: str
) -> None:
    reader, writer = connection
    writer.write(f"GET {server.target(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(head.decode("latin-1"))
    if b"chunked" in head:
        while (size := int(await reader.readline(), 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)


async def paced(server: Server, query: str, seconds: float, beside: str | None = None) -> list[float]:
    """Seconds that each of a steady stream of queries took, with a hostile one always running beside."""
    hostile = asyncio.create_task(_keep_asking(server, beside)) if beside else None
    await asyncio.sleep(0.5)
    connection = await asyncio.open_connection("127.0.0.1", server.port)
    taken = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        await exchange(connection, server, query)
        taken.append(time.perf_counter() - begun)
        await asyncio.sleep(0.01)
    connection[1].close()
    if hostile:
        hostile.cancel()
    return taken


async def _keep_asking(server: Server, query: str) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                await client.get(f"http://127.0.0.1:{server.port}{server.target(query)}")


def shown(taken: list[float]) -> str:
    ordered = sorted(taken)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return f"{p50 * 1000:8.2f} /{p99 * 1000:8.2f} /{ordered[-1] * 1000:8.2f}"


if __name__ == "__main__":
    main()

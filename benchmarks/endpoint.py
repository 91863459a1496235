"""This endpoint beside others, on the same data, with the same client, in one run.

    python benchmarks/endpoint.py [GRAPH …] [--rounds 3] [--seconds 3] [--peers rdflib oxrdflib virtuoso]

A graph is `bundled` (the data of this repository, built now), a number of generated responses (benchmarks/generator), or the
folder of a published store. Without one: the bundled data, then 193 countries × 8 editions (1.9 M statements; to build them
takes some ten minutes, and a peer in Python minutes to load them).

Measured in turns: the native Oxigraph server, ours without its cache of answers ("computed"), ours with it ("cached"),
rdflib-endpoint (in memory, and over Oxigraph by oxrdflib; installed into a virtual environment of its own) and Virtuoso 7
(where it is installed). Each has the merged graph as its default graph. Per query: requests a second, p50 and p99 of a
request, processor time; per server: the most memory that it took. What counts are the ratios; absolute figures depend on what else the machine does. The load comes from `wrk`
when it is installed, otherwise from a client in Python, which takes more of the machine itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pyoxigraph as ox

from benchmarks.bench_build import generate
from kg.namespaces import PREFIXES
from kg.publishing.queries import bound_text, library
from kg.store import current_version
from kg.store.build import build_and_publish

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from sparql_engines import VIRTUOSO_INI

CONNECTIONS = 4

EVERYTHING = ("bundled", "1544")
"""The graphs that are measured over unless others are named: this repository's, and 193 countries × 8 editions."""

QUERIES = {  # $country and $law: see Subject
    "ask": "ASK { $country a dg:Country }",
    "describe one law": "DESCRIBE $law",
    "label of a thing": "SELECT ?l { $country rdfs:label ?l }",
    "laws of a topic": "instruments-by-topic",
    "government bodies": "bodies",
    "index over the years": "egdi-trend",
    "coverage of topics": "coverage-matrix",
    "network": "CONSTRUCT { ?a dg:cooperatesWith ?b } WHERE { ?a dg:cooperatesWith ?b }",
    "all figures": "SELECT * { ?o a dg:Observation ; dg:country ?c ; dg:year ?y ; dg:value ?v }",
    "text search": 'SELECT ?s ?l { ?s rdfs:label ?l FILTER REGEX(?l, "gobierno|government", "i") }',
}
POINT = {
    "a point query that the server looks up": QUERIES["ask"],
    "a point query that goes to a process": "SELECT ?l ?c { $country rdfs:label ?l ; a ?c }",
}
HOSTILE = {
    "cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "property path": "SELECT (COUNT(*) AS ?n) { ?s (rdf:type|!rdf:type)* ?o }",
    "regular expression": 'SELECT * { ?s ?p ?o . ?s2 ?p2 ?o2 FILTER REGEX(CONCAT(STR(?o), STR(?o2)), "(a|aa)+$") }',
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "graphs",
        nargs="*",
        metavar="GRAPH",
        default=EVERYTHING,
        help="`bundled`, a number of generated responses, or a published store (default: bundled and 1544)",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--only-costs", action="store_true", help="processor time per answer, no rates")
    parser.add_argument(
        "--patience",
        type=float,
        default=60,
        help="seconds that a peer may take for one answer, or is left out",
    )
    parser.add_argument("--queries", nargs="*", default=list(QUERIES), choices=list(QUERIES))
    options = parser.parse_args()
    for graph in options.graphs:
        with tempfile.TemporaryDirectory() as folder:
            measure(graph, options, Path(folder))


def measure(graph: str, options: argparse.Namespace, folder: Path) -> None:
    """Everything there is to measure over one graph."""
    store = published(graph, folder)
    version = current_version(store)
    print(
        f"\n=== {graph}: {version.triples:,} triples in the default graph, "
        f"{version.quads:,} in {version.graphs} named graphs",
        flush=True,
    )
    subject = subject_of(version.database)
    queries = {name: full(QUERIES[name], subject) for name in options.queries}
    with contextlib.ExitStack() as stack:
        servers = {
            "native": stack.enter_context(native(version.database, folder)),
            "computed": stack.enter_context(ours(store, folder, cache_mb=0)),
            "cached": stack.enter_context(ours(store, folder, cache_mb=64)),
        }
        if options.only_costs:
            costs(servers, queries, options.patience)
            return
        throughput(servers, queries, options.rounds, options.seconds, options.patience)
        costs(servers, queries, options.patience)
        for peer in options.peers:
            beside_peer(peer, servers["computed"], queries, options, version.database, folder)
        memory(servers)
        beside_hostile(servers["computed"], subject, options.seconds)


def published(graph: str, folder: Path) -> Path:
    """The store that a graph's name on the command line stands for, built in `folder` where it has to be."""
    if not (graph == "bundled" or graph.isdigit()):
        return Path(graph)
    inputs = []
    if graph.isdigit():
        inputs = [folder / "records"]
        generate(inputs[0], int(graph), seed=1)
    build_and_publish(inputs, folder / "store")
    return folder / "store"


def throughput(
    servers: dict[str, Server], queries: dict[str, str], rounds: int, seconds: float, patience: float
) -> None:
    print(
        f"\nrequests/s over {CONNECTIONS} connections, median of {rounds} rounds [lowest–highest ratio to the first]"
    )
    first, *others = servers
    print(f"{'query':<26}{first:>9}" + "".join(f"{label:>10}{'ratio':>20}" for label in others))
    for name, query in queries.items():
        for server in servers.values():
            check(server, query, patience)
        taken, cost = turns(servers, query, rounds, seconds)
        line = f"{name:<26}{statistics.median(taken[first]):9.0f}"
        for label in others:
            ratios = [own / one for own, one in zip(taken[label], taken[first], strict=True) if one]
            line += f"{statistics.median(taken[label]):10.0f}"
            if ratios:
                spread = f"[{min(ratios):.2f}–{max(ratios):.2f}]"
                line += f"{statistics.median(ratios):8.2f} {spread:>11}"
            else:  # an answer takes longer than a round
                line += f"{'–':>20}"
        print(line)
        print_costs(servers, cost)


def costs(servers: dict[str, Server], queries: dict[str, str], patience: float) -> None:
    """What hardly depends on who else is at work on the machine, as rates do: the processor time of an answer."""
    first, *others = servers
    print(
        f"\nms of processor time per answer, asked one after the other, in {TURNS} turns; how many answers {first} has in the time of one"
    )
    print(f"{'query':<26}{first:>10}" + "".join(f"{label:>10}{'ratio':>8}" for label in others) + "   bytes")
    for name, query in queries.items():
        spent: dict[str, list[float]] = {label: [] for label in servers}
        size = 0
        for _ in range(TURNS):
            for label, server in servers.items():
                size = ask_in_turn(server, query, patience, 1)  # what was not there is there now
                before, count = processor_time(server), 0
                while count < 5 or (processor_time(server) - before < LEAST and count < MOST_ASKED):
                    ask_in_turn(server, query, patience, 5)
                    count += 5
                spent[label].append((processor_time(server) - before) / count)
        means = {label: statistics.median(values) for label, values in spent.items()}
        line = f"{name:<26}{means[first] * 1000:10.2f}"
        for label in others:
            ratio = means[first] / means[label] if means[label] else float("inf")
            line += f"{means[label] * 1000:10.2f}{ratio:8.2f}"
        print(f"{line}{size:8,}", flush=True)


TURNS = 5
LEAST = 0.3
"""Seconds of processor time that are measured at least: the system counts them in hundredths."""
MOST_ASKED = 1000


def ask_in_turn(server: Server, query: str, patience: float, count: int) -> int:
    """Ask so many times over one connection; the length of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=patience)
    size = 0
    for _ in range(count):
        connection.request("GET", server.target(query), headers={"Accept": "*/*"})
        response = connection.getresponse()
        size = len(response.read())
        if response.status != 200:
            raise SystemExit(f"{server.path}: {response.status}")
    connection.close()
    return size


def beside_peer(
    peer: str,
    computed: Server,
    queries: dict[str, str],
    options: argparse.Namespace,
    database: Path,
    folder: Path,
) -> None:
    """A peer beside ours. It is started again after a query that it does not answer in time: it goes on with that."""
    print(
        f"\n{peer}: requests/s, median of {options.rounds} rounds [lowest–highest ratio]; answers of as many rows?"
    )
    peak = 0
    with contextlib.ExitStack() as stack:
        server: Server | None = None
        for name, query in queries.items():
            try:
                server = server or stack.enter_context(PEERS[peer](database, folder))
            except Missing:
                return
            before = processor_time(server)
            try:
                rows = count_rows(server, query, options.patience)
                theirs = processor_time(server) - before
            except httpx.HTTPError as error:
                print(
                    f"{name:<26}no answer within {options.patience:g} s ({type(error).__name__})", flush=True
                )
                stack.close()
                server = None
                continue
            try:
                taken, cost = turns(
                    {"computed": computed, peer: server}, query, options.rounds, options.seconds
                )
            except Refused as refusal:
                print(f"{name:<26}answers one client, not {CONNECTIONS} at a time ({refusal})", flush=True)
                continue
            ratios = [own / other for own, other in zip(taken["computed"], taken[peer], strict=True) if other]
            alike = compared(rows, computed, query, options.patience)
            medians = f"computed {statistics.median(taken['computed']):9.0f}  {peer} {statistics.median(taken[peer]):9.1f}"
            if not ratios:
                before = processor_time(computed)
                ask_in_turn(computed, query, options.patience, 10)
                own = max((processor_time(computed) - before) / 10, 0.001)
                print(
                    f"{name:<26}{medians}  none within a round; processor time of one answer {theirs:.2f} s, "
                    f"{theirs / own:.0f} × ours; rows: {alike}"
                )
            else:
                print(
                    f"{name:<26}{medians}  {statistics.median(ratios):8.1f} × [{min(ratios):.1f}–{max(ratios):.1f}]; rows: {alike}"
                )
            print_costs({"computed": computed, peer: server}, cost)
            peak = max(peak, server.peak)
            if min(taken[peer]) == 0:
                stack.close()
                server = None
    print(f"memory: {peak / 2**20:.0f} MiB")


def compared(rows: int | None, computed: Server, query: str, patience: float) -> str:
    """Whether ours gives as many rows. On a machine that others fill it may come to the limit of time."""
    try:
        expected = count_rows(computed, query, patience)
    except httpx.HTTPError as error:
        return f"{rows}, while ours broke off ({type(error).__name__})"
    return "the same" if rows == expected else f"{rows} instead of {expected}"


def turns(
    servers: dict[str, Server], query: str, rounds: int, seconds: float
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Requests a second, and processor seconds per answer, of each round; who begins changes from round to round."""
    order = list(servers)
    taken: dict[str, list[float]] = {label: [] for label in order}
    cost: dict[str, list[float]] = {label: [] for label in order}
    for server in servers.values():
        server.latencies.clear()
    for _ in range(rounds):
        for label in order:
            before = processor_time(servers[label])
            with servers[label].watched():
                taken[label].append(load(servers[label], query, seconds))
            count = taken[label][-1] * max(1, round(seconds))
            if count:
                cost[label].append((processor_time(servers[label]) - before) / count)
        order = order[1:] + order[:1]
    return taken, cost


def print_costs(servers: dict[str, Server], cost: dict[str, list[float]]) -> None:
    spent = {label: statistics.median(values) * 1e6 for label, values in cost.items() if values}
    print(
        "   µs of processor time each: "
        + ", ".join(f"{label} {value:,.0f}" for label, value in spent.items())
    )
    print(
        "   ms p50 / p99: "
        + ", ".join(f"{label} {server.percentiles()}" for label, server in servers.items()),
        flush=True,
    )


def count_rows(server: Server, query: str, patience: float) -> int | None:
    """Rows or triples of an answer; None for a truth value, and for a graph in a syntax that is not counted here."""
    # Some peers fail when a query that gives a graph is asked for in a syntax of result tables.
    graph = re.search(r"(?:^|>)\s*(?:DESCRIBE|CONSTRUCT)\b", query, re.MULTILINE)
    response = httpx.get(
        f"http://127.0.0.1:{server.port}{server.target(query)}",
        headers={
            "Accept": "application/n-triples, text/turtle;q=0.5"
            if graph
            else "application/sparql-results+json"
        },
        timeout=patience,
    )
    response.raise_for_status()
    media_type = response.headers.get("content-type", "")
    if "turtle" in media_type or "n-triples" in media_type:
        form = ox.RdfFormat.TURTLE if "turtle" in media_type else ox.RdfFormat.N_TRIPLES
        return sum(1 for _ in ox.parse(response.content, format=form))
    if "json" not in media_type:
        return None
    results = response.json().get("results")
    return len(results["bindings"]) if results else None


def processor_time(server: Server) -> float:
    """Seconds that the processes of a server have used. On a busy machine the steadier measure."""
    total = 0.0
    for process in (server.process, *server.process.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
            # Query processes that have ended since are counted by their parent, which has waited for them.
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return total


def memory(servers: dict[str, Server]) -> None:
    print("\nmemory under load (proportional set size of all processes), most that was seen")
    native_peak = max(servers["native"].peak, 1)
    for label, server in servers.items():
        processes = [server.process, *server.process.children(recursive=True)]
        ratio = f"{server.peak / native_peak:6.1f} × native"
        print(f"{label:<12}{server.peak / 2**20:8.0f} MiB in {len(processes)} processes{ratio:>18}")


def beside_hostile(server: Server, subject: Subject, seconds: float) -> None:
    for what, query in POINT.items():
        print(f"\n{what} every 10 ms: milliseconds p50 / p99 / longest")
        _beside_hostile(server, full(query, subject), seconds)


def _beside_hostile(server: Server, ask: str, seconds: float) -> None:
    quiet = asyncio.run(paced(server, ask, seconds * 2))
    print(f"{'alone':<26}{shown(quiet)}")
    for name, text in HOSTILE.items():
        busy = asyncio.run(paced(server, ask, seconds * 2, beside=declared(text)))
        times = percentile(busy, 0.99) / percentile(quiet, 0.99)
        print(f"{'beside ' + name:<26}{shown(busy)}   p99 {times:.1f} × that alone", flush=True)


# --- private helpers ---


class Server:
    """A SPARQL endpoint at `path` of a port on this machine."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, path: str, more: str = "") -> None:
        self.process = psutil.Process(process.pid)
        self.port = port
        self.path = path
        self.more = more
        self.peak = 0
        """The most memory that its processes were seen to take, in bytes."""
        self.latencies: list[tuple[float, float]] = []
        """p50 and p99 of each round, in milliseconds."""

    def percentiles(self) -> str:
        if not self.latencies:
            return "–"
        p50, p99 = (statistics.median(column) for column in zip(*self.latencies, strict=True))
        return f"{p50:.2f} / {p99:.2f}"

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Look at the memory a few times a second meanwhile."""
        done = threading.Event()

        def look() -> None:
            while not done.wait(0.4):
                total = 0
                for process in (self.process, *self.process.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        total += getattr(process.memory_full_info(), "pss", 0)
                self.peak = max(self.peak, total)

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def target(self, query: str) -> str:
        return f"{self.path}?query={quote(query, safe='')}{self.more}"


@dataclass(frozen=True)
class Subject:
    """What queries are about: a country (ISO 3166 alpha-3) and one of its acts. Graphs have different ones."""

    country: str
    law: str


def subject_of(database: Path) -> Subject:
    """The act of which most is said, of Colombia where it has one. Exits when the graph has no act of a country."""
    acts = f"""SELECT ?country ?law {{ ?law a dg:Act ; dg:country ?country ; ?p ?o }}
        GROUP BY ?country ?law ORDER BY DESC(?country = <{COUNTRIES}COL>) DESC(COUNT(*)) ?law LIMIT 1"""
    for country, law in ox.Store.read_only(str(database)).query(declared(acts)):  # type: ignore[union-attr]
        return Subject(country.value.removeprefix(COUNTRIES), law.value)
    raise SystemExit(f"{database} has no act of a country for queries to be about")


COUNTRIES = f"{PREFIXES['id']}country/"


def full(text: str, subject: Subject) -> str:
    """The text of a query, or of the library's query of that name, about the subject, with all prefixes declared."""
    if text in library():
        named = library()[text]
        return bound_text(named, {**named.examples[0].parameters, "country": subject.country})
    about = text.replace("$country", f"<{COUNTRIES}{subject.country}>").replace("$law", f"<{subject.law}>")
    return declared(about)


def declared(text: str) -> str:
    """The text with the prefixes that it uses."""
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
        server = Server(process, wait(port), "/sparql")
        settle(server)
        yield server


SETTLED_WITHIN = 1800
"""Seconds: the pictures of 1,544 responses take minutes."""


def settle(server: Server) -> None:
    """Wait until a server of ours has made what it makes once for each version: files to download, pictures."""
    time.sleep(2)
    for _ in range(SETTLED_WITHIN):
        others = 0
        for child in server.process.children():
            with contextlib.suppress(psutil.Error):
                others += "kg.web.querying.nursery" not in child.cmdline()
        if not others:
            return
        time.sleep(1)
    print("the server is still busy with work of its own")


class Refused(Exception):
    """A server has answered the load with an error."""


class Missing(Exception):
    """A peer that is not on this machine."""


@contextlib.contextmanager
def rdflib_endpoint(database: Path, folder: Path, store: str = "default") -> Iterator[Server]:
    """PyPI rdflib-endpoint with a store of rdflib's, in a virtual environment that later runs use again."""
    environment = Path(tempfile.gettempdir()) / "digigov-bench-rdflib-endpoint"
    binary = environment / "bin" / "rdflib-endpoint"
    if not binary.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    packages = ["rdflib-endpoint[cli]==0.6.3", "oxrdflib==0.5.0"]
    subprocess.run([str(environment / "bin" / "pip"), "install", "-q", *packages], check=True)
    port = free_port()
    file = merged(database, folder)
    command = [str(binary), "serve", "--store", store, "--host", "127.0.0.1", "--port", str(port), str(file)]
    with started(command, folder, {}) as process:
        yield Server(process, wait(port), "/")


@contextlib.contextmanager
def virtuoso(database: Path, folder: Path) -> Iterator[Server]:
    """Virtuoso 7 with the merged graph in one graph, by its own bulk loader."""
    binary, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if binary is None or client is None:
        print("Virtuoso is not installed: left out")
        raise Missing
    home = Path(tempfile.mkdtemp(prefix="virtuoso-", dir=folder))
    port, sql_port = free_port(), free_port()
    settings = VIRTUOSO_INI.format(folder=home, port=port, sql_port=sql_port, buffers=80_000, dirty=60_000)
    (home / "virtuoso.ini").write_text(settings, encoding="utf-8")
    shutil.copy(merged(database, folder), home / "merged.nt")
    with started(
        [binary, "+foreground", "+wait", "+configfile", str(home / "virtuoso.ini")], home, {}
    ) as process:
        wait(port)
        load_it = f"ld_dir('{home}', 'merged.nt', '{GRAPH}'); rdf_loader_run(); checkpoint;"
        subprocess.run(
            [client, f"127.0.0.1:{sql_port}", "dba", "dba", f"exec={load_it}"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield Server(process, port, "/sparql", more=f"&default-graph-uri={quote(GRAPH, safe='')}")


def merged(database: Path, folder: Path) -> Path:
    """The default graph as N-Triples."""
    file = folder / "merged.nt"
    if not file.exists():
        ox.Store.read_only(str(database)).dump(
            str(file), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()
        )
    return file


GRAPH = "urn:x-bench:merged"
PEERS: dict[str, Callable[[Path, Path], contextlib.AbstractContextManager[Server]]] = {
    "rdflib": rdflib_endpoint,
    "oxrdflib": partial(rdflib_endpoint, store="oxigraph"),
    "virtuoso": virtuoso,
}


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
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:  # some go on with a query that nobody waits for any more
                process.kill()
                process.wait()


def wait(port: int) -> int:
    for _ in range(6000):  # rdflib reads a million statements in minutes
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return port
        time.sleep(0.1)
    raise SystemExit(f"the server on port {port} does not come up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def check(server: Server, query: str, patience: float = 60) -> None:
    """Ask once, as the load will: what is answered from memory is there then."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    response = httpx.get(
        f"http://127.0.0.1:{server.port}{server.target(query)}", headers=headers, timeout=patience
    )
    response.raise_for_status()


def load(server: Server, query: str, seconds: float) -> float:
    """Answers per second. Raises Refused when one of them is an error."""
    if shutil.which("wrk"):
        command = [
            "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency", "--timeout", "60s",
            "-H", "Accept: */*",
        ]  # fmt: skip
        url = f"http://127.0.0.1:{server.port}{server.target(query)}"
        output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in output:
            raise Refused(re.search(r"Non-2xx.*", output)[0])  # type: ignore[index]
        found = re.search(r"Requests/sec:\s*([\d.]+)", output)
        assert found
        shares = re.search(r"50%\s+([\d.]+)(us|ms|s)\b.*?99%\s+([\d.]+)(us|ms|s)\b", output, re.DOTALL)
        if shares:
            unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}
            server.latencies.append((float(shares[1]) * unit[shares[2]], float(shares[3]) * unit[shares[4]]))
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
        raise Refused(head.decode("latin-1"))
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
    p50, p99 = percentile(taken, 0.5), percentile(taken, 0.99)
    return f"{p50 * 1000:8.2f} /{p99 * 1000:8.2f} /{max(taken) * 1000:8.2f}"


def percentile(taken: list[float], share: float) -> float:
    return sorted(taken)[int(len(taken) * share)]


if __name__ == "__main__":
    main()

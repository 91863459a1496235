"""10,000 mixed requests from clients of every kind, with query processes killed in between, and builds killed at random.

    python benchmarks/endurance.py [--requests 10000] [--clients 16] [--kills 40] [--builds 10] [--store DIR]

Clients ask well, ask wrongly, hang up in the middle, send garbage, close their half of the connection, and read one byte
at a time. Printed are the statuses by kind of client, processes that are left over, and memory: after the first tenth
(warm-up) and at the end. A status of the 500s that the client did not cause is listed under UNEXPECTED, as are
answers that are wrong. The exit code is 1 when there was any of that.

After that, on the quiet server, query processes and their parent are killed by SIGKILL under a steady stream of queries:
printed are the time until a query that was asked after the kill has its answer, the time until all processes are there again,
and the queries that were lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
from endpoint import HOSTILE, QUERIES, Server, full, ours

from kg.store import current_version
from kg.store.build import build_and_publish

MAY_TAKE_TOO_LONG = {"slow query"}
"""Clients that ask for a 503: a query past its limit."""


@dataclass
class Tally:
    """What has happened so far."""

    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)
    lost: int = 0

    def note(self, kind: str, outcome: str) -> None:
        self.statuses.setdefault(kind, Counter())[outcome] += 1
        if outcome == "503" and kind not in MAY_TAKE_TOO_LONG:
            self.lost += 1  # as many as processes were killed under a query, at most
        elif outcome.startswith("5") and outcome != "503":
            self.unexpected.append(f"{kind}: {outcome}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=Path, help="a published store (default: the bundled data, built now)")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument(
        "--kills", type=int, default=40, help="kills on the quiet server, whose recovery is timed"
    )
    parser.add_argument("--builds", type=int, default=10, help="builds to kill at a random moment")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = options.store or folder / "store"
        if not options.store:
            build_and_publish([], store)
        os.environ |= {"KG_QUERY_TIMEOUT": "60", "KG_QUERIES_PER_CLIENT": "64", "KG_QUERIES_TOTAL": "64"}
        server = stack.enter_context(ours(store, folder, cache_mb=8))
        tally = Tally()
        if options.requests:
            asyncio.run(requests(server, options.requests, options.clients, tally))
        asyncio.run(recovery(server, options.kills, tally))
        killed_builds(store, options.builds, tally)
    for unexpected in tally.unexpected[:20]:
        print("UNEXPECTED", unexpected)
    raise SystemExit(bool(tally.unexpected))


async def requests(server: Server, count: int, clients: int, tally: Tally) -> None:
    before = left_over = 0
    done = 0
    warm_up = max(1, count // 10)
    kinds = list(CLIENTS)
    weights = [weight for weight, _ in CLIENTS.values()]
    measured: list[int] = []

    async def client() -> None:
        nonlocal done
        while done < count:
            done += 1
            if done == warm_up:
                measured.append(memory(server))
            [kind] = random.choices(kinds, weights)
            try:
                outcome = await asyncio.wait_for(CLIENTS[kind][1](server), 60)
            except TimeoutError:
                outcome = "no answer"
                tally.unexpected.append(f"{kind}: no answer within 60 s")
            except (ConnectionError, asyncio.IncompleteReadError):
                outcome = "closed"
            except Wrong as wrong:
                outcome = "wrong answer"
                tally.unexpected.append(f"{kind}: {wrong}")
            tally.note(kind, outcome)

    before = len(server.process.children(recursive=True))
    begun = time.perf_counter()
    killer = asyncio.create_task(kill_now_and_then(server))
    await asyncio.gather(*(client() for _ in range(clients)))
    killer.cancel()
    seconds = time.perf_counter() - begun
    await asyncio.sleep(5)
    left_over = len(server.process.children(recursive=True))
    print(f"{count:,} requests by {clients} clients in {seconds:.0f} s")
    for kind, outcomes in sorted(tally.statuses.items()):
        print(f"  {kind:<24}" + "  ".join(f"{outcome} ×{n:,}" for outcome, n in outcomes.most_common()))
    print(
        f"processes: {before} before, {left_over} five seconds after (2 workers are kept, and their parent)"
    )
    after = memory(server)
    growth = after - measured[0]
    print(
        f"memory (proportional): {measured[0] / 2**20:.0f} MiB after warm-up, {after / 2**20:.0f} MiB at the end ({growth / 2**20:+.0f})"
    )
    print(
        f"query processes killed with SIGKILL from outside: {killed['outside']}; whole again within {killed['longest']:.2f} s"
    )
    print("the server's own account:")
    for line in httpx.get(f"http://127.0.0.1:{server.port}/metrics", timeout=30).text.splitlines():
        if line.startswith(
            ("kg_query_processes_killed_total", "kg_query_processes_lost", "kg_queries_total")
        ):
            print("  " + line)
    if tally.lost > killed["outside"]:
        tally.unexpected.append(f"{tally.lost} answers of 503, with {killed['outside']} processes killed")
    print(f"open files of the server: {server.process.num_fds()}")


VICTIMS = ("one query process", "all query processes", "their parent", "parent and all")


@dataclass
class Recovery:
    """What one kind of kill led to: seconds per kill, and queries without an answer."""

    answered: list[float] = field(default_factory=list)
    """Until a query that was asked after the kill had its answer."""
    whole: list[float] = field(default_factory=list)
    """Until as many query processes as before were taking queries, and a parent that can make more was there."""
    as_before: list[float] = field(default_factory=list)
    """Until the parent had the data in memory again, where it had before, and none but its own children answered."""
    lost: int = 0


async def recovery(server: Server, kills: int, tally: Tally) -> None:
    """Kill in turns, while two clients ask without a pause what only a query process can answer."""
    if not kills:
        return
    results = {kind: Recovery() for kind in VICTIMS}
    exchanges: list[tuple[float, float, str]] = []
    """When asked, when answered, status."""
    stop = asyncio.Event()

    async def ask() -> None:
        while not stop.is_set():
            asked = time.perf_counter()
            try:
                status = await asks_for_something_else(server)
            except (ConnectionError, asyncio.IncompleteReadError):
                status = "closed"
            exchanges.append((asked, time.perf_counter(), status))

    askers = [asyncio.create_task(ask()) for _ in range(2)]
    for turn in range(kills):
        await asyncio.sleep(1)
        kind = VICTIMS[turn % len(VICTIMS)]
        exchanges.clear()
        processes, started = processes_started(server)
        begun = time.perf_counter()
        dead, workers = kill(server, kind)
        wanted = started + max(0, 2 - (processes - workers))  # there may have been more than are kept
        results[kind].whole.append(await whole_again(server, dead, wanted, begun))
        results[kind].as_before.append(await as_before(server, dead, begun))
        await asyncio.sleep(0.3)
        results[kind].answered.append(
            min(answered for asked, answered, status in exchanges if asked > begun and status == "200")
            - begun
        )
        results[kind].lost += sum(status != "200" for _, _, status in exchanges)
        late = [status for asked, _, status in exchanges if asked > begun and status != "200"]
        tally.unexpected += [f"killed {kind}: a query asked afterwards got {status}" for status in late]
    stop.set()
    await asyncio.gather(*askers)
    print(f"SIGKILL, {kills} times, under two clients that ask without a pause; seconds, median / longest")
    print(f"  {'killed':<22}{'next answer':>16}{'whole again':>16}{'as before':>16}   queries lost")
    for kind, result in results.items():
        if result.whole:
            times = (result.answered, result.whole, result.as_before)
            shown = "".join(f"{statistics.median(each):>9.2f} /{max(each):5.2f}" for each in times)
            print(f"  {kind:<22}{shown}{result.lost:>8}")


def kill(server: Server, kind: str) -> tuple[set[int], int]:
    """SIGKILL for processes of that kind; their ids, and how many query processes are among them."""
    parents = nurseries(server)
    workers = [worker for parent in parents for worker in children(parent)]
    victims = {
        "one query process": workers[:1],
        "all query processes": workers,
        "their parent": parents,
        "parent and all": [*parents, *workers],
    }[kind]
    for victim in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    return set(victims), len(set(victims) & set(workers))


async def whole_again(server: Server, dead: set[int], started: int, begun: float) -> float:
    """Seconds since `begun` until there is a parent that is not dead, two query processes, and `started` were started."""
    while time.perf_counter() - begun < 30:
        if set(nurseries(server)) - dead:
            processes, so_far = await asyncio.to_thread(processes_started, server)
            if processes >= 2 and so_far >= started:
                break
        await asyncio.sleep(0.005)
    return time.perf_counter() - begun


async def as_before(server: Server, dead: set[int], begun: float) -> float:
    """Seconds since `begun` until there is one parent with two query processes of its own, none of them dead."""
    while time.perf_counter() - begun < 30:
        parents = nurseries(server)
        if len(parents) == 1 and parents[0] not in dead and len(set(children(parents[0])) - dead) >= 2:
            break
        await asyncio.sleep(0.01)
    return time.perf_counter() - begun


def processes_started(server: Server) -> tuple[int, int]:
    """Query processes that take queries now, and how many were started since the server came up (/metrics)."""
    text = httpx.get(f"http://127.0.0.1:{server.port}/metrics", timeout=30).text
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("kg_query_processes"))
    return int(float(figures["kg_query_processes"])), int(float(figures["kg_query_processes_started_total"]))


def nurseries(server: Server) -> list[int]:
    """The parents of query processes; the server has other children, which make files and pictures."""
    return [pid for pid in children(server.process.pid) if b"kg.web.querying.nursery" in _command(pid)]


def children(pid: int) -> list[int]:
    """From proc(5). psutil looks at every process of the machine, which takes longer than what is timed here."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in file.read_text(encoding="ascii").split()]
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


killed = {"outside": 0, "longest": 0.0}


async def kill_now_and_then(server: Server) -> None:
    """SIGKILL every two seconds: for a random query process, each fifth time for all and their parent.

    Measured is how long it takes until a parent and two others are there again.
    """
    for turn in itertools.count(1):
        await asyncio.sleep(2)
        parents = nurseries(server)
        workers = [worker for parent in parents for worker in children(parent)]
        if not workers:
            continue
        processes, started = await asyncio.to_thread(processes_started, server)
        begun = time.perf_counter()
        dead = {*parents, *workers} if turn % 5 == 0 else {random.choice(workers)}
        for victim in dead:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                killed["outside"] += 1
        wanted = started + max(0, 2 - (processes - len(dead & set(workers))))
        killed["longest"] = max(killed["longest"], await whole_again(server, dead, wanted, begun))


class Wrong(Exception):
    """An answer that is not the right one."""


async def asks(server: Server) -> str:
    """Any of the benchmark's queries, over a connection of its own; 200, and complete."""
    return await exchange(server, get(server, full(random.choice(list(QUERIES.values())))))


async def asks_for_something_else(server: Server) -> str:
    """A question that nobody has asked before, and whose answer is known."""
    number = random.randrange(10**9)
    status, body = await exchange_whole(server, get(server, f"SELECT (({number} + 1) AS ?n) {{}}"))
    if status == "200" and str(number + 1).encode() not in body:
        raise Wrong(f"{number} + 1 is not in {body[:200]!r}")
    return status


async def writes_badly(server: Server) -> str:
    return await exchange(server, get(server, "SELECT * { ?s ?p " + "(" * random.randrange(20)))


async def wants_too_long(server: Server) -> str:
    return await exchange(server, get(server, full(random.choice(list(HOSTILE.values()))), "&timeout=0.5"))


async def posts(server: Server) -> str:
    body = b"query=" + quote(full(QUERIES["laws of a topic"]), safe="").encode()
    head = f"POST {server.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    return await exchange(server, head.encode() + body)


async def browses(server: Server) -> str:
    path = random.choice(
        ["/", "/queries", "/health", "/metrics", "/nowhere", "/id/country/COL", "/doc/country/COL.ttl"]
    )
    return await exchange(server, f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n".encode())


async def hangs_up(server: Server) -> str:
    """Asks for much, reads a little or nothing, and goes."""
    reader, writer = await connect(server)
    writer.write(get(server, full(random.choice([QUERIES["all figures (5,781 rows)"], *HOSTILE.values()]))))
    await asyncio.sleep(random.random() * 0.3)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reader.read(100), 0.05)
    writer.transport.abort()
    return "hung up"


async def sends_garbage(server: Server) -> str:
    reader, writer = await connect(server)
    writer.write(
        random.choice(
            [
                random.randbytes(200),
                b"GET / HTTP/9.9\r\n\r\n",
                b"\r\n" * 50,
                b"POST /sparql HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            ]
        )
    )
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(200), 30)
    writer.close()
    return answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.1 ") else "closed"


async def closes_half(server: Server) -> str:
    """Sends a request, says that no more will come, and reads the answer."""
    return await exchange(server, get(server, full(QUERIES["ask"])), half=True)


async def breaks_off(server: Server) -> str:
    """A request whose body never comes whole."""
    _, writer = await connect(server)
    writer.write(
        f"POST {server.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 500\r\n\r\nSELECT".encode()
    )
    await writer.drain()
    await asyncio.sleep(random.random() * 0.2)
    writer.close()
    return "broke off"


async def crawls(server: Server) -> str:
    """Reads a result of some 100 kB byte by byte for a while, then the rest."""
    reader, writer = await connect(server)
    writer.write(get(server, full(QUERIES["all figures (5,781 rows)"])))
    status = (await reader.readuntil(b"\r\n"))[9:12].decode()
    for _ in range(50):
        await reader.read(1)
        await asyncio.sleep(0.01)
    writer.close()
    return status


CLIENTS: dict[str, tuple[int, Callable[[Server], Awaitable[str]]]] = {
    "asks": (40, asks),
    "asks something new": (20, asks_for_something_else),
    "posts": (8, posts),
    "browses": (6, browses),
    "writes badly": (6, writes_badly),
    "slow query": (1, wants_too_long),
    "hangs up": (5, hangs_up),
    "sends garbage": (4, sends_garbage),
    "closes half": (4, closes_half),
    "breaks off": (3, breaks_off),
    "crawls": (3, crawls),
}


def killed_builds(store: Path, builds: int, tally: Tally) -> None:
    """Start `kg build` on the served store and kill it, after 0 to 30 s: what is served stays as it was, and whole."""
    if not builds:
        return
    served = current_version(store)
    import pyoxigraph as ox

    for _ in range(builds):
        process = subprocess.Popen(
            [sys.executable, "-m", "kg", "build", "--store", str(store)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(random.random() * 30)
        process.send_signal(signal.SIGKILL)
        process.wait()
        version = current_version(store)
        quads = len(ox.Store.read_only(str(version.database)))
        if version.id != served.id or quads != version.quads + version.triples:
            tally.unexpected.append(f"a killed build left version {version.id} with {quads} statements")
    print(f"builds killed at a random moment: {builds}; the served version is still {served.id[:12]}, whole")


# --- private helpers ---


def get(server: Server, query: str, more: str = "") -> bytes:
    return f"GET {server.target(query)}{more} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n".encode()


async def connect(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection from one of many addresses, since limits and fairness count by address."""
    source = (f"127.0.0.{random.randrange(2, 250)}", 0)
    return await asyncio.open_connection("127.0.0.1", server.port, local_addr=source)


def memory(server: Server) -> int:
    processes = [server.process, *server.process.children(recursive=True)]
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            total += getattr(process.memory_full_info(), "pss", 0)
    return total


async def exchange(server: Server, request: bytes, *, half: bool = False) -> str:
    return (await exchange_whole(server, request, half=half))[0]


async def exchange_whole(server: Server, request: bytes, *, half: bool = False) -> tuple[str, bytes]:
    """Status and body of one request over a connection of its own. Raises ConnectionError when it breaks off."""
    reader, writer = await connect(server)
    try:
        writer.write(request)
        if half:
            writer.write_eof()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = head[9:12].decode()
        body = b""
        if b"transfer-encoding: chunked" in head:
            while True:
                line = await reader.readline()
                if not line:
                    raise ConnectionResetError("broken off")
                size = int(line, 16)
                if size == 0:
                    break
                body += (await reader.readexactly(size + 2))[:-2]
        else:
            for line in head.split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    body = await reader.readexactly(int(line.partition(b":")[2]))
        return status, body
    finally:
        writer.close()


if __name__ == "__main__":
    main()

"""How long the pages take: server time (from the server's own log) and bytes, for every page of the explorer, in each language.

The target is a median of 50 ms per page on two cores. Each page is asked for in two ways: *made anew*, under a host name
that nobody asked by before (pages show the host, so the server has none of that in store), and *again*, as any later reader
gets it. The target is held against the page made anew. The list is that of the tests in a browser, which read it from the
routes, with the things and questions below. Where other programs fill the machine, the time that a page took is theirs, too:
the processor time beside it (server and query processes, from Linux's scheduler) is what the page costs.

    python benchmarks/pages.py [STORE] [--only PART] [--beside]     (REPEATS=20 times each)

STORE is a folder; the default is one made of the bundled data. `--beside` asks rdflib-endpoint (in memory, in an environment
of its own, on the same data) for what a page shows, where one query says it: the description of a thing, the answer to a
question. The same client asks both in turns then; ours is the finished page, made anew.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import psutil

from kg.namespaces import PREFIXES
from kg.publishing.queries import bound_text, library
from kg.store.build import build_and_publish

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "browser"), str(TESTS / "web")]

from endpoint import Server, rdflib_endpoint  # noqa: E402
from served import running  # noqa: E402
from site_map import pages as tested_pages  # noqa: E402

REPEATS = int(os.environ.get("REPEATS", "20"))
TARGET_MS = 50
LANGUAGES = ("en", "es")
WAYS = ("anew", "again")
BESIDE = 5
"""Times that a page and the peer's answer are asked for in turns."""
PEER_PATIENCE = 10.0
"""Seconds after which a question to the peer counts as not answered."""
MORE = (
    "/countries?region=019&sort=egdi", "/countries/FRA", "/coverage?all=1", "/compare?c=COL&c=URY&c=FRA&c=EST",
    "/map?by=coverage", "/search?q=goverment+digital&page=2", "/api/search?q=ministry&limit=8", "/doc/body/COL/mintic",
    "/doc/law/COL/law/2014/1712", "/doc/portal/www.gov.co", "/doc/organisation/oecd", "/doc/country/COL?view=all",
    "/doc/concept/legal-topic/open-data", "/doc/response/2020/COL/q9", "/doc/factsheet/2023/FRA",
    "/doc/observation/2018/COL/egdi", "/network?kind=mou&since=2015", "/validation?country=FRA",
    "/validation?severity=Info&page=3",
)  # fmt: skip
"""Pages of kinds that the tests' list has one example of."""


@dataclass
class Timing:
    """Milliseconds of one page in one language: of the server by way; of processors for the page made anew."""

    server: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    processors: list[float] = field(default_factory=list)
    sent: int = 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("store", nargs="?", type=Path)
    parser.add_argument("--only", default="", help="addresses that contain this")
    parser.add_argument("--beside", action="store_true", help="rdflib-endpoint, too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = chosen.store or folder / "store"
        if chosen.store is None:
            build_and_publish([], store)
        log = folder / "log"
        unlimited = {"queries_per_client": 100, "requests_per_minute": 0}
        with running(store.resolve(), log, **unlimited) as server:
            addresses = [page for page in every_page(server.url) if chosen.only in page]
            timings = measure(server.url, log, addresses, server.process.pid, store)
            report(timings)
            if chosen.beside:
                beside(server.url, (store / "current" / "rocksdb").resolve(), folder, addresses)


def every_page(url: str) -> list[str]:
    """The addresses to measure: the tested ones, every record for review, every question by its example, and MORE."""
    records = httpx.get(url + "/review.json", timeout=300).json()["records"]
    found = [*tested_pages(), *MORE, *(f"/review/{record['path']}" for record in records)]
    for query in library().values():
        given = httpx.QueryParams({key: str(value) for key, value in query.examples[0].parameters.items()})
        found.append(f"/queries/{query.name}" + (f"?{given}" if given else ""))
        if not any(parameter.required for parameter in query.parameters):
            found.append(f"/queries/{query.name}")
    return list(dict.fromkeys(found))


def measure(
    url: str, log: Path, addresses: list[str], pid: int, store: Path
) -> dict[tuple[str, str], Timing]:
    """The timings by address and language. Raises SystemExit for a page that is none."""
    timings = {(page, lang): Timing() for page in addresses for lang in LANGUAGES}
    order = list(timings)
    headers = {"Accept": "text/html", "Accept-Encoding": "br, gzip"}
    print(
        f"processes that run or want to, as the kernel averages them over a minute: {os.getloadavg()[0]:.1f}"
    )
    with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
        until_made(client, store)
        processes = [pid, *(process.pid for process in psutil.Process(pid).children(recursive=True))]
        for number in range(REPEATS + 1):  # the first time fills what is kept per version
            for place, (page, lang) in enumerate(order):
                for way in WAYS:
                    sent = {
                        "X-Request-Id": f"p{place}-{number}-{way}",
                        "Host": f"n{number}.localhost",
                        "Accept-Language": lang,
                    }
                    worked = processor_ms(processes)
                    with client.stream("GET", page, headers=sent) as response:
                        raw = b"".join(response.iter_raw())
                    worked = processor_ms(processes) - worked
                    if response.status_code >= 400:
                        raise SystemExit(f"{page}: {response.status_code}\n{raw[:2000]!r}")
                    timings[page, lang].sent = len(raw)
                    if number and way == "anew":
                        timings[page, lang].processors.append(worked)
    time.sleep(1)  # the log is written in batches
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("{") and '"id":"p' in line:
            entry = json.loads(line)
            place, number, way = entry["id"][1:].split("-")
            if int(number) > 0:
                timings[order[int(place)]].server[way].append(entry["ms"])
    return timings


def processor_ms(processes: list[int]) -> float:
    """Processor time of some processes with all their threads until now; 0 where the system does not tell it so finely."""
    total = 0
    for pid in processes:
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with suppress(OSError, ValueError):
                total += int(thread.read_text().split()[0])
    return total / 1e6


def until_made(client: httpx.Client, store: Path) -> None:
    """Ask for what is made once per version, and begun when somebody asks, until it is there."""
    begun = time.perf_counter()
    client.get("/countries").raise_for_status()
    print(f"first page after the start: {(time.perf_counter() - begun) * 1000:.0f} ms")
    client.get("/queries/class-counts").raise_for_status()  # the answers to questions without parameters
    for page in ("/validation", "/review", "/network", "/"):
        while client.get(page).status_code == 202:
            time.sleep(0.5)
    derived = store / "current" / "derived"
    (made,) = derived.glob("explorer-*")  # what this program made; older files are gone by now
    while not (derived / made.name.replace("explorer", "answers")).is_file():
        time.sleep(0.5)
    time.sleep(5)


def report(timings: dict[tuple[str, str], Timing]) -> None:
    """Print the timings, and how many pages miss the target."""
    print(f"{'page':<58} {'':<3} {'made anew':>9} {'95 %':>9} {'processor':>9} {'again':>9} {'sent':>10}")
    slow = 0
    for (page, lang), timing in timings.items():
        anew, again = timing.server["anew"], timing.server["again"]
        median = statistics.median(anew)
        late = statistics.quantiles(anew, n=20)[-1] if len(anew) > 1 else median
        slow += median > TARGET_MS
        mark = f"  over {TARGET_MS} ms" if median > TARGET_MS else ""
        print(
            f"{page:<58} {lang:<3} {median:6.1f} ms {late:6.1f} ms {statistics.median(timing.processors):6.1f} ms "
            f"{statistics.median(again):6.1f} ms "
            f"{timing.sent / 1024:7.1f} kB{mark}"
        )
    medians = [statistics.median(timing.server["anew"]) for timing in timings.values()]
    worked = [statistics.median(timing.processors) for timing in timings.values()]
    print(
        f"{len(timings)} pages: median of medians {statistics.median(medians):.1f} ms, slowest {max(medians):.1f} ms, "
        f"{slow} over {TARGET_MS} ms; processor time {statistics.median(worked):.1f} ms, most {max(worked):.1f} ms, "
        f"{sum(one > TARGET_MS for one in worked)} over {TARGET_MS} ms"
    )


def beside(url: str, database: Path, folder: Path, addresses: list[str]) -> None:
    """Print, for pages that one query stands for, what a client waits for here and for the peer's bare answer, in turns."""
    print(f"\nload {os.getloadavg()[0]:.1f}")
    print(f"{'page made anew (client time, medians)':<58} {'ours':>9} {'rdflib-endpoint':>16} {'ratio':>6}")
    peer = Peer(lambda: rdflib_endpoint(database, folder))
    ratios: list[float] = []
    try:
        with httpx.Client(base_url=url, headers={"Accept": "text/html"}, timeout=120) as client:
            for page in addresses:
                query = equivalent(page)
                if query is None:
                    continue
                ours: list[float] = []
                theirs: list[float | None] = []
                for turn in range(BESIDE):
                    begun = time.perf_counter()
                    client.get(page, headers={"Host": f"b{turn}.localhost"}).raise_for_status()
                    ours.append((time.perf_counter() - begun) * 1000)
                    theirs.append(peer.time(query))
                    if theirs[-1] is None:
                        break
                told = f"none in {PEER_PATIENCE:.0f} s"
                answered = [one for one in theirs if one is not None]
                if len(answered) == len(theirs):
                    ratios.append(statistics.median(answered) / statistics.median(ours))
                    told = f"{statistics.median(answered):13.1f} ms {ratios[-1]:6.1f}"
                print(f"{page:<58} {statistics.median(ours):6.1f} ms {told}", flush=True)
    finally:
        peer.stop()
    if ratios:
        quicker = sum(ratio > 1 for ratio in ratios)
        print(
            f"{len(ratios)} answered by both: {quicker} quicker here, ratio {statistics.median(ratios):.1f} at the median"
        )


def equivalent(page: str) -> str | None:
    """The query whose answer a page shows; None for pages that put many together."""
    parts = urlsplit(page)
    kind, _, rest = parts.path.lstrip("/").partition("/")
    if kind == "doc" and rest and not parts.query:
        return f"DESCRIBE <{PREFIXES['id']}{rest}>"
    if kind == "queries" and rest:
        return bound_text(library()[rest], dict(parse_qsl(parts.query)))
    return None


class Peer:
    """A server that is started again after a question that it does not answer: it would go on with that."""

    _client: httpx.Client

    def __init__(self, start: Callable[[], AbstractContextManager[Server]]) -> None:
        self._start = start
        self._running: ExitStack | None = None
        self._url = ""

    def time(self, query: str) -> float | None:
        """Milliseconds until its answer is there; None when it is not within PEER_PATIENCE."""
        if self._running is None:
            self._running = ExitStack()
            server = self._running.enter_context(self._start())
            self._url = f"http://127.0.0.1:{server.port}{server.path}"
            self._client = self._running.enter_context(httpx.Client(timeout=PEER_PATIENCE))
        accept = "text/turtle" if query.lstrip().startswith("DESCRIBE") else "application/sparql-results+json"
        begun = time.perf_counter()
        try:
            self._client.get(
                self._url, params={"query": query}, headers={"Accept": accept}
            ).raise_for_status()
        except httpx.HTTPError:
            self.stop()
            return None
        return (time.perf_counter() - begun) * 1000

    def stop(self) -> None:
        """End the server."""
        if self._running is not None:
            with suppress(Exception):  # it may be in the middle of a question
                self._running.close()
            self._running = None


if __name__ == "__main__":
    main()

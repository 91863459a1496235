"""How long the pages take: server time (from the server's own log) and bytes, per page of the explorer.

The target is a median of 50 ms per page on two cores. Each page is asked for in two ways: *made anew*, under a host name
that nobody asked by before (pages show the host, so the server has none of that in store), and *again*, as any later reader
gets it. The target is held against the page made anew.

Run: python benchmarks/pages.py [STORE]      (default: a store made of the bundled data; REPEATS=40 times each)
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from kg.store.build import build_and_publish

REPEATS = int(os.environ.get("REPEATS", "40"))
TARGET_MS = 50
WAYS = ("anew", "again")
PAGES = (
    "/", "/countries", "/countries?region=019&sort=egdi", "/countries/COL", "/countries/FRA", "/coverage", "/coverage?all=1",
    "/compare?c=COL&c=URY", "/map", "/map?by=coverage", "/search?q=ministry", "/api/search?q=goverment+digital&limit=8",
    "/doc/body/COL/mintic", "/doc/law/COL/law/2014/1712", "/doc/portal/www.gov.co", "/doc/organisation/oecd",
    "/doc/concept/legal-topic/open-data", "/doc/response/2020/COL/q9", "/doc/country/COL", "/queries",
    "/queries/bodies?country=COL", "/queries/coverage-matrix", "/queries/egdi-trend?country=COL", "/network",
    "/network?node=COL&from=CHL&to=PER", "/validation", "/validation?country=FRA", "/ontology", "/shapes", "/dump/", "/sparql",
)  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "store"
        if len(sys.argv) == 1:
            build_and_publish([], store)
        log = Path(folder) / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        env = {**os.environ, "KG_STORE": str(store.resolve()), "KG_PORT": str(port)}
        with log.open("wb") as stream:
            server = subprocess.Popen(
                [sys.executable, "-m", "kg", "serve"], env=env, stderr=stream, stdout=stream
            )
        try:
            _measure(f"http://127.0.0.1:{port}", log)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def _measure(url: str, log: Path) -> None:
    headers = {"Accept": "text/html", "Accept-Encoding": "br, gzip"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
        _wait(client)
        begun = time.perf_counter()
        client.get("/countries").raise_for_status()
        print(f"first page after the start: {(time.perf_counter() - begun) * 1000:.0f} ms")
        sizes: dict[str, int] = {}
        for number in range(REPEATS + 1):  # the first time fills what is kept per version
            for place, page in enumerate(PAGES):
                for way in WAYS:
                    sent = {"X-Request-Id": f"p{place}-{number}-{way}", "Host": f"n{number}.localhost"}
                    with client.stream("GET", page, headers=sent) as response:
                        raw = b"".join(response.iter_raw())
                    assert response.status_code == 200, (page, response.status_code, raw[:2000])
                    sizes[page] = len(raw)
        time.sleep(1)  # the log is written in batches
    taken: dict[tuple[str, str], list[float]] = {(page, way): [] for page in PAGES for way in WAYS}
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("{") and '"id":"p' in line:
            entry = json.loads(line)
            place, number, way = entry["id"][1:].split("-")
            if int(number) > 0:
                taken[PAGES[int(place)], way].append(entry["ms"])
    print(f"{'page':<44} {'made anew':>9} {'95 %':>9} {'again':>9} {'sent':>10}")
    for page in PAGES:
        anew, again = taken[page, "anew"], taken[page, "again"]
        median, late = statistics.median(anew), statistics.quantiles(anew, n=20)[-1]
        mark = "" if median <= TARGET_MS else f"  over {TARGET_MS} ms"
        print(
            f"{page:<44} {median:6.1f} ms {late:6.1f} ms {statistics.median(again):6.1f} ms "
            f"{sizes[page] / 1024:7.1f} kB{mark}"
        )


def _wait(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SystemExit("the server does not get ready")


if __name__ == "__main__":
    main()

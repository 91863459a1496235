"""How long the pages take: server time (from the server's own log) and bytes, per page of the explorer.

The target is a median of 50 ms per page on two cores. Entity tags are not sent, so that every page is made each time.

Run: python benchmarks/pages.py [STORE]      (default: a store made of the bundled data)
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

REPEATS = 40
TARGET_MS = 50
PAGES = (
    "/", "/countries", "/countries?region=019&sort=egdi", "/countries/COL", "/countries/FRA", "/coverage", "/coverage?all=1",
    "/compare?c=COL&c=URY", "/map", "/map?by=coverage", "/search?q=ministry", "/api/search?q=goverment+digital&limit=8",
    "/doc/body/COL/mintic", "/doc/law/COL/law/2014/1712", "/doc/portal/www.gov.co", "/doc/organisation/oecd",
    "/doc/concept/legal-topic/open-data", "/doc/response/2020/COL/q9", "/doc/country/COL", "/queries",
    "/queries/bodies?country=COL", "/network", "/ontology", "/shapes", "/dump/",
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
        for number in range(REPEATS):
            for page in PAGES:
                request = client.build_request(
                    "GET", page, headers={"X-Request-Id": f"p{PAGES.index(page)}-{number}"}
                )
                with_stream = client.send(request, stream=True)
                raw = b"".join(with_stream.iter_raw())
                with_stream.close()
                assert with_stream.status_code == 200, (page, with_stream.status_code, raw[:2000])
                sizes[page] = len(raw)
        time.sleep(1)  # the log is written in batches
    taken: dict[str, list[float]] = {page: [] for page in PAGES}
    for line in log.read_text(encoding="utf-8").splitlines():
        if line.startswith("{") and '"id":"p' in line:
            entry = json.loads(line)
            place, _, number = entry["id"][1:].partition("-")
            if int(number) > 0:  # the first time fills caches
                taken[PAGES[int(place)]].append(entry["ms"])
    print(f"{'page':<44} {'median':>9} {'95 %':>9} {'sent':>10}")
    for page, times in taken.items():
        late = statistics.quantiles(times, n=20)[-1]
        mark = "" if statistics.median(times) <= TARGET_MS else f"  over {TARGET_MS} ms"
        print(
            f"{page:<44} {statistics.median(times):6.1f} ms {late:6.1f} ms {sizes[page] / 1024:7.1f} kB{mark}"
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

"""What a statement costs: time to publish, bytes on disk, memory, queries a second, by engine and size.

    python benchmarks/scale_store.py [--responses 40 512] [--engines embedded oxigraph virtuoso]

The data are synthetic.py's: one response has some 3,500 statements. Each engine is published to as `kg build` does, then
`kg serve` in front of it is asked (no answers from memory). Sizing figures of docs/scaling.md come from here.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from endpoint import QUERIES, Server, check, free_port, full, load, started, wait
from synthetic import nquads

from kg.settings import Settings
from kg.store import publish
from kg.store.remote_publish import publish_remote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from sparql_engines import ENGINES

ASKED = ("label of a thing", "describe one law", "laws of a topic", "coverage of topics")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--responses", type=int, nargs="+", default=[40, 512])
    parser.add_argument("--engines", nargs="+", default=["embedded", *ENGINES])
    parser.add_argument("--seconds", type=float, default=2)
    options = parser.parse_args()
    print(
        f"{'engine':<10}{'statements':>11}{'publish s':>10}{'quads/s':>9}{'B/quad':>8}{'MiB':>7}"
        + "".join(f"{name[:16]:>18}" for name in ASKED)
    )
    for responses in options.responses:
        text = b"".join(nquads(responses))
        for engine in options.engines:
            with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
                measure(engine, text, Path(folder), stack, options.seconds)


def measure(engine: str, text: bytes, folder: Path, stack: contextlib.ExitStack, seconds: float) -> None:
    begun = time.perf_counter()
    processes: list[psutil.Process] = []
    settings: dict[str, Any]
    if engine == "embedded":
        version: Any = publish(folder / "store", text)
        settings = {"store": str(folder / "store")}
        disk = size(folder / "store")
    else:
        server = stack.enter_context(ENGINES[engine](folder))
        settings = {"store": server.url, **server.credentials}
        begun = time.perf_counter()
        version = publish_remote(Settings(**settings), text)
        disk = size(folder)
        processes = [psutil.Process(server.process.pid)]
    took = time.perf_counter() - begun
    ours = stack.enter_context(served(settings, folder))
    rates = []
    for name in ASKED:
        query = full(QUERIES[name])
        check(ours, query)
        rates.append(load(ours, query, seconds))
    processes += [ours.process, *ours.process.children(recursive=True)]
    memory = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):  # a process that has ended meanwhile
            memory += getattr(process.memory_full_info(), "pss", 0)
    print(
        f"{engine:<10}{version.quads:>11,}{took:>10.1f}{version.quads / took:>9,.0f}{disk / version.quads:>8.0f}"
        f"{memory / 2**20:>7.0f}" + "".join(f"{rate:>18,.1f}" for rate in rates),
        flush=True,
    )


@contextlib.contextmanager
def served(settings: dict[str, Any], folder: Path) -> Iterator[Server]:
    port = free_port()
    env = {f"KG_{name.upper()}": str(value) for name, value in settings.items()}
    env |= {"KG_PORT": str(port), "KG_CACHE_MB": "0", "KG_QUERY_TIMEOUT": "60"}
    with started([sys.executable, "-m", "kg", "serve"], folder, env) as process:
        yield Server(process, wait(port), "/sparql")


def size(folder: Path) -> int:
    return sum(
        file.stat().st_size for file in folder.rglob("*") if file.is_file() and "engine.log" not in file.name
    )


if __name__ == "__main__":
    main()

"""What a statement costs: time to publish, bytes on disk, memory, queries a second, by engine and size.

    python benchmarks/scale_store.py [--responses 40 512] [--engines embedded oxigraph virtuoso]

The data are generated (benchmarks/generator) and built once for each size. Each engine is published to as `kg build` does,
then `kg serve` in front of it is asked (no answers from memory). Sizing figures of docs/scaling.md come from here.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from benchmarks.bench_build import generate
from benchmarks.endpoint import (
    QUERIES,
    Server,
    Subject,
    check,
    free_port,
    full,
    load,
    started,
    subject_of,
    wait,
)
from kg.settings import Settings
from kg.store.build import build
from kg.store.dataset import GraphText
from kg.store.embedded import publish_graphs
from kg.store.remote_publish import publish_remote_graphs

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
        with tempfile.TemporaryDirectory() as folder:
            texts = generated(responses, Path(folder))
            subject = subject_of(publish_graphs(Path(folder) / "store", texts).database)
        for engine in options.engines:
            with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
                measure(engine, texts, subject, Path(folder), stack, options.seconds)


def generated(responses: int, folder: Path) -> dict[str, GraphText]:
    """The named graphs of so many generated responses, as a build hands them over to be published."""
    generate(folder / "records", responses, seed=1)
    return {str(name): text for name, text in build([folder / "records"]).texts().items()}


def measure(
    engine: str,
    texts: Mapping[str, GraphText],
    subject: Subject,
    folder: Path,
    stack: contextlib.ExitStack,
    seconds: float,
) -> None:
    processes: list[psutil.Process] = []
    settings: dict[str, Any]
    if engine == "embedded":
        begun = time.perf_counter()
        version: Any = publish_graphs(folder / "store", texts)
        settings = {"store": str(folder / "store")}
        disk = size(folder / "store")
    else:
        server = stack.enter_context(ENGINES[engine](folder))
        settings = {"store": server.url, **server.credentials}
        begun = time.perf_counter()
        version = publish_remote_graphs(Settings(**settings), texts)
        disk = size(folder)
        processes = [psutil.Process(server.process.pid)]
    took = time.perf_counter() - begun
    ours = stack.enter_context(served(settings, folder))
    rates = []
    for name in ASKED:
        query = full(QUERIES[name], subject)
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

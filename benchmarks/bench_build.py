"""This build beside the plain pipeline, in one run on the same records, and this build alone at the size of the world.

    python benchmarks/bench_build.py [--beside 1 10 50] [--alone 193 1544] [--limit 1800] [--memory 8] [--executor …]

Records come from benchmarks/generator, with faults that do not stop a publication. Beside: kg.store.build (cold cache) and
benchmarks/plain_build.py, each in a process of its own: CPU time with all its children, wall time, peak memory of the
process tree, and whether findings and useful entailments are the same. A measurement that passes `--limit` seconds is
ended, and its ratios are then lower bounds. Alone: time, quads a second, where the time goes, the exponent with which
time grows, and one changed record republished.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pyoxigraph as ox

from benchmarks.generator import Corpus, Rates, write
from benchmarks.generator.faults import FAULTS
from kg.iris import Iris
from kg.store import current_version
from kg.validation import Severity, load_shapes
from kg.validation.shapes import rules_of

HERE = Path(__file__).parent
COUNTRIES = 193
FAULT_RATE = 1.0
ALSO_VIOLATIONS = frozenset({"unknown-organisation"})
"""Kinds of fault that a shape warns of, while another one finds a Violation: an unknown organisation has no name either."""


@dataclass
class Measured:
    """One process tree, run to its end or to the limit."""

    wall: float
    cpu: float
    memory: float
    """Peak of the proportional set size over the process tree, in MB."""
    ended: str = ""
    """Why it has no result: "limit", or the last line of its error."""
    figures: dict[str, Any] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--beside", type=int, nargs="*", default=[1, 10, 50], help="responses, both pipelines"
    )
    parser.add_argument(
        "--alone", type=int, nargs="*", default=[193, 1544], help="responses, this build only"
    )
    parser.add_argument("--limit", type=float, default=1800, help="seconds that one measurement may take")
    parser.add_argument("--memory", type=float, default=8, help="GB of address space for each process")
    parser.add_argument("--executor", help="of this build: serial, processes:N, dask://HOST:PORT")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _adopt_orphans()
    sizes: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as name:
        folder = Path(name)
        for responses in sorted({*options.beside, *options.alone}):
            records = folder / f"records-{responses}"
            faults = generate(records, responses, options.seed)
            print(f"\n{responses} responses, {faults} seeded faults", flush=True)
            result = ours(records, folder / f"ours-{responses}", options)
            show("this build", result)
            if not result.ended:
                sizes.append((responses, result.wall))
                show_steps(result)
            if responses in options.beside:
                beside(records, folder, responses, result, options)
            if responses in options.alone and not result.ended:
                alone(records, folder / f"ours-{responses}", result, options)
            shutil.rmtree(records)
    if len(sizes) > 1:
        for (less, before), (more, after) in pairwise(sizes):
            exponent = math.log(after / before) / math.log(more / less)
            print(f"growth of this build from {less} to {more} responses: exponent {exponent:.2f}")


def generate(folder: Path, responses: int, seed: int) -> int:
    """Write so many records, over as many editions as it takes; how many faults they hold."""
    editions = -(-responses // COUNTRIES)
    corpus = Corpus(
        -(-responses // editions), editions, seed, Rates(faults=FAULT_RATE), only=publishable_faults()
    )
    write(corpus, folder)
    for surplus in sorted((folder / "responses").rglob("*.yaml"))[responses:]:
        surplus.unlink()
    return len(corpus.faults)


def publishable_faults() -> list[str]:
    """Kinds of fault that a shape reports below Violation, so that there is something to find and to publish."""
    severities = {rule.id: rule.severity for rule in rules_of(load_shapes())}
    return [
        kind
        for kind, (shape, _) in FAULTS.items()
        if severities[shape] is not Severity.VIOLATION and kind not in ALSO_VIOLATIONS
    ]


def ours(records: Path, folder: Path, options: argparse.Namespace) -> Measured:
    """This build into `folder/store`, with the cache in `folder/cache`."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, str(HERE / "build.py"), str(records), "--store", str(folder / "store")]
    command += ["--json", str(folder / "figures.json")]
    if options.executor:
        command += ["--executor", options.executor]
    return measure(command, folder, options, {"KG_BUILD_CACHE": str(folder / "cache")})


def beside(records: Path, folder: Path, responses: int, mine: Measured, options: argparse.Namespace) -> None:
    home = folder / f"plain-{responses}"
    home.mkdir()
    command = [sys.executable, str(HERE / "plain_build.py"), str(records), "--store", str(home / "store")]
    plain = measure([*command, "--json", str(home / "figures.json")], home, options)
    show("plain pipeline", plain)
    show_steps(plain)
    if mine.ended:
        return
    bound = "≥ " if plain.ended else ""
    print(
        f"  ratios: CPU {bound}{plain.cpu / mine.cpu:.1f}, wall {bound}{plain.wall / mine.wall:.1f}, "
        f"memory {bound}{plain.memory / mine.memory:.1f}"
    )
    if plain.ended:
        return
    my_findings, my_entailments = published(folder / f"ours-{responses}" / "store")
    their_findings = {tuple(row) for row in json.loads((home / "figures.findings").read_text("utf-8"))}
    their_entailments = set((home / "figures.entailed").read_text("utf-8").splitlines())
    compare("findings", set(my_findings), their_findings)
    hidden = {key for key in set(my_findings) - their_findings if my_findings[key] == "stated"}
    if hidden:
        print(
            f"    of ours alone, {len(hidden)} show in what is stated and are hidden by what follows from it"
        )
    compare("useful entailments", my_entailments, their_entailments)


def compare(what: str, mine: set[Any], theirs: set[Any]) -> None:
    if mine == theirs:
        print(f"  {what}: the same {len(mine):,}")
        return
    print(
        f"  {what}: {len(mine & theirs):,} the same, {len(mine - theirs):,} ours alone, {len(theirs - mine):,} theirs alone"
    )
    for label, only in (("ours", mine - theirs), ("theirs", theirs - mine)):
        for example in sorted(only)[:3]:
            print(f"    {label}: {example}")


def alone(records: Path, folder: Path, cold: Measured, options: argparse.Namespace) -> None:
    """Quads a second, and one record changed: built again with the cache that the first build has left."""
    quads = cold.figures["quads"]
    print(f"  {quads:,} quads, {quads / cold.wall:,.0f} a second")
    changed = next((records / "responses").rglob("*.yaml"))
    text = changed.read_text("utf-8")
    changed.write_text(
        text.replace(
            "\ninitiatives:\n", "\ninitiatives:\n- {id: one-more, name: One more programme, q: ['16']}\n", 1
        ),
        "utf-8",
    )
    show("one record changed", ours(records, folder, options))


def published(store: Path) -> tuple[dict[tuple[str, str, str], str], set[str]]:
    """Findings (with their basis) and entailments of what this build has published."""
    version = current_version(store)
    report = version.report("json")
    assert report is not None
    findings = {}
    for finding in json.loads(report.read_text("utf-8"))["findings"]:
        key = (finding["shape"].rpartition("#")[2], finding["focus"], finding["value"] or "")
        findings[key] = finding.get("basis", "")
    graph = ox.NamedNode(str(Iris().inferred_graph))
    quads = ox.Store.read_only(str(version.database)).quads_for_pattern(None, None, None, graph)
    return findings, {f"{quad.subject} {quad.predicate} {quad.object}" for quad in quads}


def measure(
    command: Sequence[str],
    folder: Path,
    options: argparse.Namespace,
    environment: dict[str, str] | None = None,
) -> Measured:
    """Run a command in a process of its own. CPU counts every descendant, also those whose parent has ended first."""
    before = _children_cpu()
    begun = time.perf_counter()
    memory = int(options.memory * 2**30)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    with (folder / "output.txt").open("w+") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=limited,
            env=os.environ | {"PYTHONHASHSEED": "0"} | (environment or {}),
        )
        watcher = _Watcher(process.pid)
        ended = ""
        try:
            process.wait(options.limit)
        except subprocess.TimeoutExpired:
            ended = f"ended after {options.limit:.0f} s"
            watcher.end_all()
            process.wait()
        wall = time.perf_counter() - begun
        peak = watcher.stop()
        _reap()
        if process.returncode and not ended:
            output.seek(0)
            ended = output.read().strip().splitlines()[-1][:300]
    figures = folder / "figures.json"
    return Measured(
        wall,
        _children_cpu() - before,
        peak / 2**20,
        ended,
        json.loads(figures.read_text()) if figures.is_file() else {},
    )


class _Watcher(threading.Thread):
    """Samples the memory of a process tree four times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._peak = 0
        self._done = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._done.wait(0.25):
            total = 0
            for process in self._tree():
                with contextlib.suppress(psutil.Error):
                    info = process.memory_full_info()
                    total += getattr(info, "pss", info.rss)
            self._peak = max(self._peak, total)

    def stop(self) -> int:
        self._done.set()
        self.join()
        return self._peak

    def end_all(self) -> None:
        for process in reversed(self._tree()):
            with contextlib.suppress(psutil.Error):
                process.kill()

    def _tree(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return [self._root, *self._root.children(recursive=True)]
        return []


def show(what: str, result: Measured) -> None:
    note = f"  ({result.ended})" if result.ended else ""
    print(
        f"  {what:<20} {result.cpu:9.1f} s CPU {result.wall:9.1f} s wall {result.memory:8.0f} MB{note}",
        flush=True,
    )


def show_steps(result: Measured) -> None:
    for name, taken in result.figures.get("steps", {}).items():
        wall = taken[0] if isinstance(taken, list) else taken
        if name != "all":
            print(f"      {name:<42} {wall:9.1f} s wall")


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _adopt_orphans() -> None:
    """Linux: a descendant whose parent ends becomes a child of this process, so that its CPU time is counted here."""
    if sys.platform == "linux":
        pr_set_child_subreaper = 36
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def _reap() -> None:
    """Wait for the orphans that this process has adopted; they end with their parents."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()

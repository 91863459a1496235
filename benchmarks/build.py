"""How long the bundled data takes from records to a published store, by step, and how much memory.

Run: python benchmarks/build.py
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from kg.store.build import build_and_publish


def main() -> None:
    steps: list[tuple[str, float, float]] = []

    def step(text: str) -> None:
        steps.append((text, time.perf_counter(), time.process_time()))

    with tempfile.TemporaryDirectory() as folder:
        built, version = build_and_publish([], Path(folder) / "store", progress=step)
        step("end")
    for (text, wall, cpu), (_, next_wall, next_cpu) in pairwise(steps):
        print(f"{text:<24} {next_wall - wall:7.2f} s wall {next_cpu - cpu:7.2f} s CPU")
    print(f"{'all':<24} {steps[-1][1] - steps[0][1]:7.2f} s wall {steps[-1][2] - steps[0][2]:7.2f} s CPU")
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    triples = sum(map(len, built.graphs.values()))
    print(
        f"{triples:,} triples in {len(built.graphs)} graphs, peak memory {peak:.0f} MB, version {version.id[:12]}"
    )


if __name__ == "__main__":
    main()

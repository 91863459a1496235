"""How long records take to a published store, by step, and how much memory.

    python benchmarks/build.py [INPUT…] [--store DIR] [--executor serial|processes:N|dask://…] [--json FILE]

Without INPUT: the bundled data. The cache of the build is the one that the settings name: set KG_BUILD_CACHE to an empty
folder for a cold one. Steps are those of kg.store.build; times are this process's own and, for CPU, its children's.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from kg.store.build import build_and_publish


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("inputs", nargs="*", type=Path)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--executor", default="auto")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    steps: list[tuple[str, float, float]] = []

    def step(text: str) -> None:
        steps.append((text, time.perf_counter(), _cpu()))

    with tempfile.TemporaryDirectory() as folder:
        store = options.store or Path(folder) / "store"
        _, version = build_and_publish(options.inputs, store, progress=step, executor=options.executor)
        step("end")
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    taken: dict[str, list[float]] = {}
    for (text, wall, cpu), (_, next_wall, next_cpu) in pairwise(steps):
        total = taken.setdefault(text.split(":")[0], [0.0, 0.0])
        total[0] += next_wall - wall
        total[1] += next_cpu - cpu
    taken["all"] = [steps[-1][1] - steps[0][1], steps[-1][2] - steps[0][2]]
    for text, (wall, cpu) in taken.items():
        print(f"{text:<40} {wall:8.2f} s wall {cpu:8.2f} s CPU")
    print(
        f"{version.quads:,} quads in {version.graphs} graphs, peak memory {peak:.0f} MB, version {version.id[:12]}"
    )
    if options.json:
        options.json.write_text(json.dumps({"steps": taken, "quads": version.quads}))


def _cpu() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()

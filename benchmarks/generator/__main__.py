"""python -m benchmarks.generator OUT --countries N --editions M --seed S --faults RATE: records, and the truth about them."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks.generator import Corpus, Rates, write
from benchmarks.generator.faults import FAULTS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split(": ", 1)[1])
    parser.add_argument(
        "out", type=Path, help="folder to write to: responses/EDITION/ISO3.yaml and truth.json"
    )
    parser.add_argument("--countries", type=int, default=193)
    parser.add_argument("--editions", type=int, default=1, help="the last of them is 2022")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0, help="mean number of seeded faults in a record")
    parser.add_argument("--only", nargs="+", choices=sorted(FAULTS), default=[], help="kinds of fault")
    parser.add_argument(
        "--size", type=float, default=1, help="1: some 1,200 triples a record; 3: as the reviewed one"
    )
    options = parser.parse_args()
    corpus = Corpus(
        options.countries,
        options.editions,
        options.seed,
        Rates(faults=options.faults),
        options.size,
        options.only,
    )
    begun = time.perf_counter()
    try:
        count = write(corpus, options.out)
    except ValueError as error:
        parser.error(str(error))
    print(
        f"{count} records, {len(corpus.changes)} changes, {len(corpus.faults)} faults in {options.out} "
        f"({time.perf_counter() - begun:.1f} s)"
    )


if __name__ == "__main__":
    main()

"""How fast questionnaires become records: reading alone, extraction alone, both; on one core and on all of them.

    python benchmarks/extraction.py [FILE...] [--copies N]

Files default to the test questionnaires. Each is written N times with a different last line, so that no copy is another's
twin. The figures are wall-clock medians; `peak` is the memory of this process after few and after many documents.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kg.documents import read_document
from kg.extraction import extract, extract_many

_TESTS = Path(__file__).resolve().parent.parent / "tests" / "extraction" / "documents"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=None)
    options = parser.parse_args()
    files = options.files or sorted(path for path in _TESTS.glob("*.md") if path.name != "README.md")
    documents = [read_document(path) for path in files]
    for document in documents:
        extract(document)
    read = _median(lambda: [read_document(path) for path in files]) / len(files)
    alone = _median(lambda: [extract(document) for document in documents]) / len(files)
    print(
        f"{len(files)} files, one core, per document: reading {read * 1000:.1f} ms, extraction {alone * 1000:.1f} ms, ratio {alone / read:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.copies):
            for path in files:
                copy = Path(folder) / f"{path.stem}-{number}{path.suffix}"
                copy.write_text(path.read_text(encoding="utf-8") + f"\n\nCopy {number}.\n", encoding="utf-8")
        start = time.perf_counter()
        first = 0.0
        peaks: list[int] = []
        count = 0
        for outcome in extract_many([Path(folder)], options.jobs):
            if outcome.error is not None:
                raise outcome.error
            count += 1
            first = first or time.perf_counter() - start
            peaks.append(_peak())
        seconds = time.perf_counter() - start
    rest = (count - 1) / (seconds - first) if seconds > first else 0.0
    print(
        f"{count} documents on all cores in {seconds:.1f} s: {count / seconds:.1f} a second with the start of the processes, {rest:.1f} after it"
    )
    print(
        f"peak memory of the collecting process: {peaks[min(10, count - 1)] / 1024:.0f} MB after 10 documents, {peaks[-1] / 1024:.0f} MB after {count}"
    )


def _median(run: Callable[[], object], times: int = 5) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()

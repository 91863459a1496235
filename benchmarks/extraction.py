"""How fast questionnaires become records: reading alone, extraction alone, both; on one core and on all of them.

    python benchmarks/extraction.py [FILE...] [--copies N]
    python benchmarks/extraction.py --growth [LENGTH]

Files default to the test questionnaires. Each is written N times with a different last line, so that no copy is another's
twin. The figures are wall-clock medians; `peak` is the memory of this process after few and after many documents. `--growth` reads questionnaires whose answer is one long line, each time
twice as long, and prints the seconds of reading and extraction and how they grow (2.0 is in proportion).
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kg.documents import read_bytes, read_document
from kg.extraction import extract, extract_many

_TESTS = Path(__file__).resolve().parent.parent / "tests" / "extraction" / "documents"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=None)
    parser.add_argument("--growth", nargs="?", type=int, const=250_000, metavar="LENGTH")
    options = parser.parse_args()
    if options.growth:
        growth(options.growth)
        return
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


def growth(longest: int) -> None:
    """Prints the seconds for lines of a quarter, a half and all of a length, and the last two in relation."""
    extract(read_bytes(f"{_HEAD}{_QUESTIONS['9']}\n\nYes.\n".encode(), "warm.md"))
    print(f"{'line of':<22}{'under':>6}" + "".join(f"{longest >> n:>12,}" for n in (2, 1, 0)) + "    growth")
    for (shape, piece), question in itertools.product(_SHAPES.items(), _QUESTIONS):
        seconds = []
        for length in (longest >> 2, longest >> 1, longest):
            line = "".join(piece.replace("{n}", str(n)) for n in range(100, 101 + length // len(piece)))[
                :length
            ]
            source = f"{_HEAD}{_QUESTIONS[question]}\n\n{line}\n".encode()
            start = time.process_time()
            extract(read_bytes(source, "long.md"))
            seconds.append(time.process_time() - start)
        print(
            f"{shape:<22}{question:>6}"
            + "".join(f"{s:>12.2f}" for s in seconds)
            + f"{seconds[2] / seconds[1]:>10.1f}"
        )


_HEAD = "Member States Questionnaire for the United Nations E-Government Survey 2020\n\nUruguay\n\n"
_QUESTIONS = {
    "1": "1. What is the official e-government portal at the national level?",
    "3": "3. Name and URL of the government agency in charge of e-government",
    "9": "9. Is there any legal framework on the following?",
    "22": "22. Is your government part of any international cooperation on e-government?",
    "23": "23. Is your government offering support to other countries in e-government?",
}
_SHAPES = {
    "digits and blanks": "1 2 34 567 8901 ",
    "citations": "Law No. {n} of 2010, ",
    "names": "Ministry of Alpha{n} and Beta, ",
    "names and addresses": "Portal P{n} - https://a{n}.example ",
    "links": "[Act {n}](https://a{n}.example) ",
    "brackets": "[ ( ",
    "quotation marks": '"x «y» ',
    "boxes": "☐ ☒ ✓ ✗ ",
    "box signs": "☐",
    "countries": "Chile: MoU signed in 2018; Peru: agreement; ",
}


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

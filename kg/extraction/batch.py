"""Many documents at once, on all cores: results come as they are ready, one bad file does not stop the others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from kg.documents import Limits, read_document
from kg.errors import KgError
from kg.extraction.extract import Extraction, extract

DOCUMENTS = frozenset({".md", ".markdown", ".txt", ".docx", ".pdf", ".html", ".htm"})
"""Endings that make a file of a folder a document; a file named directly may have any."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: an extraction or an error, never both."""

    path: Path
    extraction: Extraction | None = None
    error: KgError | None = None


def documents_in(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those below the folders named, in order and once each."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(
                file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in DOCUMENTS
            )
            found.update(dict.fromkeys(inside))
        else:
            found[path] = None
    return list(found)


def extract_file(path: Path, country: str | None = None, limits: Limits | None = None) -> Outcome:
    """Reads and extracts one file. Errors that a person can act on are returned, not raised."""
    try:
        return Outcome(path, extract(read_document(path, limits), country=country))
    except KgError as error:
        return Outcome(path, error=error)
    except (
        RecursionError,
        MemoryError,
        ValueError,
        ArithmeticError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:
        # A defect of ours on one odd document must not cost the others; it is reported with the file's name.
        reason = f"{type(error).__name__}: {error}"
        return Outcome(
            path,
            error=KgError(
                f"the document could not be extracted ({reason[:200]})",
                where=str(path),
                hint="Please report it with the file.",
            ),
        )


def extract_many(
    paths: Iterable[Path], jobs: int | None = None, country: str | None = None
) -> Iterator[Outcome]:
    """Extracts documents with `jobs` processes (default: one per core) and yields each outcome as soon as it is there.

    At most a few documents per process are under way, so memory does not grow with their number. A process that dies
    (out of memory) costs the documents it was working on; the rest goes on in fresh processes.
    """
    waiting = iter(documents_in(paths))
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1:
        for only in waiting:
            yield extract_file(only, country)
        return
    retry: list[Path] = []
    while True:
        running: dict[Future[Outcome], Path] = {}
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            try:
                while True:
                    while len(running) < 2 * jobs and (path := next(waiting, None)) is not None:
                        running[pool.submit(extract_file, path, country)] = path
                    if not running:
                        break
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        outcome = future.result()
                        del running[future]
                        yield outcome
            except BrokenProcessPool:
                retry = list(running.values())
        if not retry:
            return
        # One of these ended its process; each gets a process of its own to find out which.
        for lost in retry:
            yield _alone(lost, country)
        retry = []


def _alone(path: Path, country: str | None) -> Outcome:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(extract_file, path, country).result()
        except BrokenProcessPool:
            return Outcome(
                path,
                error=KgError(
                    "the process that read it ended",
                    where=str(path),
                    hint="The document may need more memory than there is.",
                ),
            )

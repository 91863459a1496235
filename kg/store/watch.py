"""Building again whenever an input changes, for whoever works on records: what has changed, and what is found in it.

Files are compared by date and size once a second: that works on every file system, network folders and containers
included, and costs nothing next to a build. Between two looks nothing may have changed before a build begins, so that an
editor which writes in several steps is not interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.mapping.editions import SourceKey
from kg.records.problems import RecordError
from kg.resources import bundled
from kg.store.build import input_files
from kg.store.fingerprints import Fingerprints, fingerprints
from kg.validation import Finding, Report

INTERVAL = 1.0
"""Seconds between two looks at the inputs."""

State = Mapping[Path, tuple[int, int]]
"""Date of the last change (nanoseconds) and size of each input file."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from the last look."""

    added: tuple[Path, ...] = ()
    edited: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    knowledge: bool = False
    """Whether the ontology, the shapes or the reference data have changed."""

    def __bool__(self) -> bool:
        return bool(self.added or self.edited or self.removed or self.knowledge)

    def __str__(self) -> str:
        parts = (("added", self.added), ("changed", self.edited), ("removed", self.removed))
        return "; ".join(f"{word}: {', '.join(map(str, files))}" for word, files in parts if files)


def state_of(inputs: Sequence[Path]) -> State:
    """The inputs as they are now; what is missing or goes meanwhile is left out."""
    found: dict[Path, tuple[int, int]] = {}
    for path in inputs or [bundled("data")]:
        try:
            for file in input_files([path]):
                status = file.stat()
                found[file] = status.st_mtime_ns, status.st_size
        except (OSError, RecordError):
            continue
    return found


def changes_between(before: State, after: State) -> Changes:
    """What is different between two states."""
    return Changes(
        added=tuple(sorted(after.keys() - before.keys())),
        edited=tuple(sorted(file for file in after.keys() & before.keys() if after[file] != before[file])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


def watch(
    inputs: Sequence[Path],
    since: State,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Changes]:
    """Changes of the inputs since a state, each when it is complete, for ever.

    Of a change to what ships with the program only that there was one is told: a process keeps what it has read of it.
    """
    known: Fingerprints = fingerprints()
    while True:
        sleep(INTERVAL)
        now = state_of(inputs)
        if now == since and fingerprints() == known:
            continue
        sleep(INTERVAL)
        if state_of(inputs) != now:  # still being written
            continue
        changes = changes_between(since, now)
        since = now
        if fingerprints() != known:
            yield Changes(changes.added, changes.edited, changes.removed, knowledge=True)
            known = fingerprints()
        elif changes:
            yield changes


def findings_in(report: Report, sources: Iterable[SourceKey]) -> list[Finding]:
    """The findings that answers of these sources state."""
    wanted = {(country, edition) for _, edition, country in sources}
    return [
        finding
        for finding in report.findings
        if any((source.country, source.edition) in wanted for source in finding.sources)
    ]

"""What earlier versions described and the present one does not: so that its address answers 410 Gone rather than 404.

A list beside each version, carried from one to the next. It only grows: a thing that has come back stays on it, which
does no harm, since it is looked at for what the dataset knows nothing of. The list is no graph: queries and copies of the
dataset hold what is true now.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

FILE: Final = "withdrawn.tsv"
"""Lines of IRI and time of withdrawal (xsd:dateTime), by IRI."""


def note_withdrawn(former: Path, version: Path, candidates: Iterable[str] | None = None) -> int:
    """Write the list of the folder `version`, which is about to follow the folder `former`; returns its length.

    `candidates` are the things that can have gone (all that `former` describes unless given): those are withdrawn that
    the new version neither describes nor mentions. Of a former version that is damaged nothing is taken over. Raises
    OSError when the list cannot be written.
    """
    known = _read(version) | _read(former)
    if former.resolve() != version.resolve():
        now = datetime.now(UTC).isoformat(timespec="seconds")
        after = ox.Store.read_only(str(version / "rocksdb"))
        described = _described(former) if candidates is None else candidates
        known.update((iri, now) for iri in described if not _knows(after, iri))
    if known:
        part = version / f".{FILE}-{os.getpid()}"
        part.write_text("".join(f"{iri}\t{known[iri]}\n" for iri in sorted(known)), encoding="utf-8")
        part.replace(version / FILE)
    return len(known)


def withdrawn_since(version: Path, iri: str) -> str | None:
    """Since when (xsd:dateTime) nothing has been known of a thing that was described before; None if it never was."""
    try:
        with (
            (version / FILE).open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text,
        ):
            sought = iri.encode() + b"\t"
            found = 0 if text[: len(sought)] == sought else text.find(b"\n" + sought) + 1
            if found == 0 and text[: len(sought)] != sought:
                return None
            begin = found + len(sought)
            return text[begin : text.find(b"\n", begin)].decode()
    except (FileNotFoundError, UnicodeEncodeError):  # the latter for half a surrogate pair, which no IRI has
        return None


# --- private helpers ---

_SUBJECTS: Final = "SELECT DISTINCT ?s { ?s ?p ?o FILTER ISIRI(?s) }"


def _described(version: Path) -> set[str]:
    try:
        solutions: Any = ox.Store.read_only(str(version / "rocksdb")).query(_SUBJECTS)
        return {solution[0].value for solution in solutions}
    except (OSError, RuntimeError):
        return set()


def _knows(store: ox.Store, iri: str) -> bool:
    node, default = ox.NamedNode(iri), ox.DefaultGraph()
    return any(
        next(iter(found), None) is not None
        for found in (
            store.quads_for_pattern(node, None, None, default),
            store.quads_for_pattern(None, None, node, default),
        )
    )


def _read(version: Path) -> dict[str, str]:
    try:
        text = (version / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return dict(line.split("\t", 1) for line in text.splitlines())

"""What depends on all sources together, brought up to date from the build before: what follows across them, and the graph
of all that follows.

Both are kept in a folder that one process at a time works in (cache.py, `workplace`). What cannot be taken from the build
before, since an entry of it is gone or too much has changed, is made from all sources; the outcome is the same.
"""

from __future__ import annotations

import os
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from kg.mapping.nquads import content_hash
from kg.reasoning import Part, Reference, close_across, graph_of
from kg.reasoning.across import Across, Change
from kg.store.cache import Cache, Damaged, Entry, Result
from kg.store.dataset import GraphText
from kg.store.forms import clashes_to_json
from kg.store.ntriples import Terms, mark_of, read_marks
from kg.store.units import entailed, lines_of, part_of
from kg.terms import Triple

_FEW, _MOST = 4, 0.1
"""Up to so many changed sources, and this share of all, the graph of what follows is mended rather than made."""


def crossing_entry(
    cache: Cache,
    key: str,
    sources: Mapping[str, Entry],
    reference: Reference,
    folder: Path | None,
    made_from: str,
) -> Entry:
    """What follows from several closed sources (by name) together: facts `clashes` and `digest`, sections `reasoned` and
    `entailed`; kept under `key`. Contradictions are told as far as what can meet words them.

    `folder`: where what was found before is, in memory unless given. `made_from` stands for what `reference` was.
    """
    if not any(entry.facts["clashes"] for entry in sources.values()) and not reference.part.clashes:
        # What is kept may be unreadable where nobody looked before, or the disk be full: then it is done without.
        with suppress(sqlite3.Error), closing(_across(reference, folder, made_from)) as across:
            terms = Terms()
            change = across.update(
                {
                    name: (entry.facts["meeting"], partial(_facts, entry, terms))
                    for name, entry in sources.items()
                }
            )
            if change is not None:
                entry = cache.put("crossing", key, _changed(cache, across, change, reference))
                across.keep(key)
                return entry
    return cache.put("crossing", key, crossing_result(sources.values(), reference))


def crossing_result(entries: Iterable[Entry], reference: Reference, *, whole: bool = False) -> Result:
    """The same from nothing. `whole`: with all that the sources state, which words contradictions in full."""
    terms = Terms()
    crossing = close_across(
        [part_of(entry, terms, whole=whole) for entry in entries], reference, beyond=False
    )
    reasoned = lines_of(crossing.facts)
    return Result(
        {"clashes": clashes_to_json(crossing.clashes), "digest": content_hash([reasoned])},
        {"reasoned": reasoned, "entailed": lines_of(entailed(crossing, reference))},
    )


def inferred_entry(
    cache: Cache, key: str, sources: Mapping[str, Entry], beside: Mapping[str, Entry], folder: Path | None
) -> Entry:
    """All that follows and that no source states: facts `triples` and `digest`, section `graph`; kept under `key`.

    `sources` are closed ones by name; `beside` has what is entailed otherwise. `folder`: where the former one is noted.
    """
    note = None if folder is None else folder / "inferred"
    text = None
    if note is not None:
        with suppress(Damaged, OSError, ValueError):
            former = cache.get("inferred", note.read_text("ascii"))
            text = None if former is None else _mended(cache, former, sources, beside)
    if text is None:
        text = _gathered(sources.values(), beside.values())
    made = GraphText.of(text)
    facts = {
        "triples": made.triples,
        "digest": made.digest,
        "sources": {name: entry.key for name, entry in sources.items()},
        "beside": {name: entry.key for name, entry in beside.items()},
    }
    entry = cache.put("inferred", key, Result(facts, {"graph": text}))
    if note is not None:
        part = note.with_name(f".inferred-{os.getpid()}")
        with suppress(OSError):
            note.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(key, "ascii")
            part.replace(note)
    return entry


# --- private helpers ---


def _across(reference: Reference, folder: Path | None, made_from: str) -> Across:
    return Across(reference, None if folder is None else folder / "across.sqlite", key=made_from)


def _facts(entry: Entry, terms: Terms) -> Iterator[Triple]:
    return terms.triples(entry.section("meeting").splitlines())


def _changed(cache: Cache, across: Across, change: Change, reference: Reference) -> Result:
    former = None if change.anew else cache.get("crossing", across.label)
    sections: dict[str, bytes] = {}
    if former is not None:
        with suppress(Damaged):
            for name, keep in (("reasoned", iter), ("entailed", partial(_worth, reference))):
                gone, come = (lines_of(keep(facts)).splitlines() for facts in (change.removed, change.added))
                sections[name] = _with(former.section(name), set(gone), set(come))
    if len(sections) < 2:
        facts = frozenset(across.facts())
        sections = {"reasoned": lines_of(facts), "entailed": lines_of(_worth(reference, facts))}
    return Result({"clashes": [], "digest": content_hash([sections["reasoned"]])}, sections)


def _worth(reference: Reference, facts: Iterable[Triple]) -> Iterator[Triple]:
    return entailed(Part(graph_of(), frozenset(facts), ()), reference)


def _with(text: bytes, gone: set[bytes], come: set[bytes]) -> bytes:
    """A text of sorted lines without some and with others."""
    lines = text.splitlines()
    for line in sorted(gone - come):
        place = bisect_left(lines, line)
        if place < len(lines) and lines[place] == line:
            del lines[place]
    for line in sorted(come):
        place = bisect_left(lines, line)
        if place == len(lines) or lines[place] != line:
            lines.insert(place, line)
    return b"".join(line + b"\n" for line in lines)


def _gathered(sources: Iterable[Entry], beside: Iterable[Entry]) -> bytes:
    lines: set[bytes] = set()
    everyone = list(sources)
    for entry in (*beside, *everyone):
        lines.update(_lines(entry, "entailed"))
    for entry in everyone:  # what follows from one source may be stated by another
        lines.difference_update(_lines(entry, "graph"))
    return b"".join(line + b"\n" for line in sorted(lines))


def _mended(
    cache: Cache, former: Entry, sources: Mapping[str, Entry], beside: Mapping[str, Entry]
) -> bytes | None:
    """The former graph with the lines that may have changed decided anew: those that a changed source told or entailed,
    or does now. None where too much has changed, or what was there before is gone."""
    before, beside_before = former.facts["sources"], former.facts["beside"]
    changed = sorted(
        name
        for name in before.keys() | sources.keys()
        if name not in sources or before.get(name) != sources[name].key
    )
    if len(changed) > _FEW + _MOST * len(sources) or beside_before.keys() != beside.keys():
        return None
    open_lines: set[bytes] = set()
    for name, entry in beside.items():
        if beside_before[name] != entry.key:
            was = cache.get(name, beside_before[name])
            if was is None:
                return None
            open_lines |= _lines(was, "entailed") ^ _lines(entry, "entailed")
    for name in changed:
        was = cache.get("closed", before[name]) if name in before else None
        if name in before and was is None:
            return None
        for section in ("entailed", "graph"):
            old = set() if was is None else _lines(was, section)
            open_lines |= old ^ (_lines(sources[name], section) if name in sources else set())
    stated = _had(open_lines, sources.values(), "graph")
    left = open_lines - stated
    follows = {line for entry in beside.values() for line in left & _lines(entry, "entailed")}
    follows |= _had(left - follows, sources.values(), "entailed")
    return _with(former.section("graph"), open_lines - follows, follows)


def _had(lines: set[bytes], entries: Iterable[Entry], section: str) -> set[bytes]:
    """Which of the lines some entry has."""
    found: set[bytes] = set()
    wanted = {mark_of(line) for line in lines}
    for entry in entries:
        if not wanted:
            break
        if not wanted.isdisjoint(read_marks(entry.section(f"{section} marks"))):
            found |= lines & _lines(entry, section)
            wanted = {mark_of(line) for line in lines - found}
    return found


def _lines(entry: Entry, section: str) -> set[bytes]:
    return set(entry.section(section).splitlines())

"""All sources together under the shapes: what shows only in several of them, kept so that one change needs little work.

    whole/engine/        every statement once (statements.py)
    whole/index.sqlite   who tells what of what, what was found across sources, and the lines of the report (index.py)

A change of one source takes its statements out and puts the new ones in. Then those things are judged again of which a
shape can find something else (across.py), and a line of the report is made again where a member of it, or a name that it
quotes, may have changed (lines.py). docs/validation.md; tests/validation/test_whole.py holds any sequence of changes to
a fresh start.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

from rdflib import Graph, Literal, URIRef

from kg.validation.across import Across, Ask
from kg.validation.background import Background, described_in, ntriples
from kg.validation.findings import complex_paths
from kg.validation.index import CROSSING, Index, hash_of
from kg.validation.judged import Found, Judged
from kg.validation.kept import KeptReport
from kg.validation.lines import write_lines
from kg.validation.statements import ENTAILED, Line, Others, Statements, as_engine_has_it

__all__ = ["CROSSING", "Whole"]

Loader = Callable[[], Judged]

_MOST = 0.25
"""The share of parts up to which bringing up to date takes less than a fresh start."""
_FORM = "2"
"""Of the folder: what was kept in another one is given up."""


class Whole:
    """The sources of one build. Raises nothing of its own for a folder that is damaged or half-written: it starts anew."""

    def __init__(self, background: Background, folder: Path | None = None, *, key: str = "") -> None:
        """`folder`: where it is kept, for one process at a time; in memory unless given. `key` stands for all that the
        background was made from: what was kept under another is given up."""
        self._background, self._folder = background, folder
        self._key = f"{_FORM} {key}"
        try:
            self._open()
            complete = self._index.note("complete")
            if complete != self._key and (complete is not None or len(self._statements)):
                self._clear()
        except (sqlite3.Error, OSError, RuntimeError):
            self._clear()
        self._note_numbers()

    @property
    def parts(self) -> set[str]:
        """The names of the parts that it holds."""
        return self._index.parts()

    def report(
        self,
        parts: Mapping[str, Loader],
        own: Judged,
        *,
        former: Callable[[str], Judged | None] = lambda _: None,
        ask: Ask | None = None,
    ) -> KeptReport:
        """The report on these parts: those not held yet are added, those not named any more removed.

        A name stands for the content: equal ones are the same part. That of what follows across sources begins with
        CROSSING. `own` is what the reference data show alone; `former` gives a part that is to be removed;
        `ask` answers the many questions of a fresh start, by default one after the other.
        """
        held = self.parts
        gone, fresh = sorted(held - parts.keys()), sorted(parts.keys() - held)
        before = {name: former(name) for name in gone}
        changes = len(gone) + len(fresh)
        if changes and (
            None in before.values()
            or not held
            or changes > 2 + 2 * _MOST * len(parts)
            or self._index.note("own") != _fingerprint(own)
        ):
            self._clear()
            self._begin()
            self._fill(parts, own, ask)
            self._end()
        elif changes:
            self._begin()
            self._revise(
                {name: judged for name, judged in before.items() if judged is not None},
                {name: parts[name]() for name in fresh},
                parts,
                own,
            )
            self._end()
        return KeptReport(sorted(self._index.lines()), complex_paths(self._background.shapes))

    def statements(self) -> Graph:
        """Everything stated, to be read only."""
        return self._statements.stated

    def close(self) -> None:
        """Let go of the folder."""
        self._index.close()
        self._statements.close()

    # --- what is kept ---

    def _open(self) -> None:
        folder = self._folder
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._index = Index(folder and folder / "index.sqlite")
        self._statements = Statements(folder and folder / "engine")
        self._across = Across(self._background, self._statements, self._index)

    def _clear(self) -> None:
        with suppress(AttributeError, sqlite3.Error):
            self._index.close()
        with suppress(AttributeError):
            self._statements.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._open()

    def _begin(self) -> None:
        """From here on what is kept is worth nothing, until `_end`."""
        self._index.set_note("complete", "")
        self._index.begin()

    def _end(self) -> None:
        if self._folder is not None:
            self._statements.engine.flush()
        self._index.set_note("complete", self._key)
        self._index.commit()

    def _note_numbers(self) -> None:
        self._statements.written.clear()
        self._statements.note_numbers(chain(self._background.numbers, self._index.numbers()))

    # --- a fresh start ---

    def _fill(self, parts: Mapping[str, Loader], own: Judged, ask: Ask | None) -> None:
        self._index.set_note("own", _fingerprint(own))
        told: dict[str, tuple[tuple[Found, ...], frozenset[str]]] = {}

        def texts() -> Iterator[tuple[bytes, bytes]]:
            background = self._background
            yield ntriples(chain(background.stated, background.hierarchy)), ntriples(background.entailed)
            for name in sorted(parts):
                judged = parts[name]()
                self._index.add(name, judged)
                told[name] = judged.found, judged.described
                yield judged.statements, judged.entailed

        self._statements.fill(texts())
        self._note_numbers()
        contested = self._across.judge_all([described for _, described in told.values()], ask)
        everyone = {node for _, described in told.values() for node in described}
        kept = [f for found, _ in told.values() for f in found if self._holds(f, contested)]
        kept += [f for f in own.found if self._holds(f, everyone)]
        self._write_lines(kept, None)

    # --- one change ---

    def _revise(
        self,
        gone: Mapping[str, Judged],
        fresh: Mapping[str, Judged],
        parts: Mapping[str, Loader],
        own: Judged,
    ) -> None:
        others = Others(self._index, {n: p for n, p in parts.items() if n not in fresh}, self._background)
        statements, across, index = self._statements, self._across, self._index
        added, removed = _differences(gone.values(), fresh.values())
        statements.add(added)
        statements.note_numbers(n for judged in fresh.values() for n in judged.numbers)
        changed = statements.triples(sorted({line for line, _ in (*added, *removed)}))
        moved = _shifted(gone.values(), fresh.values(), "described")
        told, objects = described_in(changed, self._background.telling)
        # While the statements of before and after are there:
        near = across.near({*told, *map(URIRef, moved)})
        affected = across.affected(changed, {*told, *objects})
        for name, judged in gone.items():
            index.remove(name, judged)
        statements.remove(
            (line, graph)
            for (line, graph), triple in zip(
                removed, statements.triples(line for line, _ in removed), strict=True
            )
            if not others.have(line, triple, entailed=graph is ENTAILED)
        )
        for name, judged in fresh.items():
            index.add(name, judged)
        self._note_numbers()

        foci = across.judge_again(near, affected)
        foci |= {hash_of(f.key[0]) for judged in (*gone.values(), *fresh.values()) for f in judged.found}
        quoted = moved | _shifted(gone.values(), fresh.values(), "cited")
        foci |= index.quoting({*quoted, *map(str, told), *map(str, objects)})
        kept = list(self._standing(foci, fresh, parts, own))
        index.remove_lines(foci)
        self._write_lines(kept, foci)

    def _standing(
        self, foci: Set[int], fresh: Mapping[str, Judged], parts: Mapping[str, Loader], own: Judged
    ) -> Iterator[Found]:
        """What single parts find about these and several together do not find otherwise."""
        contested: dict[Any, bool] = {}
        for name in sorted(self._index.finding(foci)):
            judged = fresh[name] if name in fresh else parts[name]()
            for found in judged.found:
                focus = found.key[0]
                if hash_of(focus) in foci:
                    if focus not in contested:
                        contested[focus] = self._across.is_contested(focus)
                    if self._holds(found, {focus} if contested[focus] else ()):
                        yield found
        for found in own.found:
            focus = found.key[0]
            if hash_of(focus) in foci and self._holds(
                found, {str(focus)} if self._index.tellers(focus) else ()
            ):
                yield found

    # --- lines of the report ---

    def _holds(self, found: Found, elsewhere: Set[Any] | tuple[()]) -> bool:
        """Whether a part's finding stands, with `elsewhere` what has been judged from more statements."""
        focus, shape = found.key[0], found.key[3]
        return (
            shape not in self._background.across
            or isinstance(focus, Literal)
            or (focus not in elsewhere and str(focus) not in elsewhere)
        )

    def _write_lines(self, kept: Iterable[Found], foci: Set[int] | None) -> None:
        found = self._across.found(foci)
        write_lines(kept, found, self._statements.stated, self._index, self._background)


# --- private helpers ---


def _fingerprint(judged: Judged) -> str:
    return blake2b(repr(sorted((*map(str, f.key), f.basis) for f in judged.found)).encode()).hexdigest()


def _differences(gone: Iterable[Judged], fresh: Iterable[Judged]) -> tuple[list[Line], list[Line]]:
    """The statements that come, and those that go unless another part makes them."""
    added: list[Line] = []
    removed: list[Line] = []
    gone, fresh = list(gone), list(fresh)
    for graph, section in ((None, "statements"), (ENTAILED, "entailed")):
        before = as_engine_has_it(getattr(judged, section) for judged in gone)
        after = as_engine_has_it(getattr(judged, section) for judged in fresh)
        added += ((line, graph) for line in after - before)
        removed += ((line, graph) for line in before - after)
    return added, removed


def _shifted(gone: Iterable[Judged], fresh: Iterable[Judged], what: str) -> set[str]:
    """What parts have begun or ceased to tell of (or cite), counted."""
    counts: defaultdict[str, int] = defaultdict(int)
    for sign, parts in ((-1, gone), (1, fresh)):
        for part in parts:
            for node in getattr(part, what):
                counts[node] += sign
    return {node for node, count in counts.items() if count}

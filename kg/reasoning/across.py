"""What follows only from several sources together, kept, and brought up to date when some of them change.

The premises of every rule meet in an individual (parts.py), so what crosses sources is told apart by individuals: what is
concluded *at* one depends on the facts that meet there and on nothing else. They are kept in SQLite, by individual. When
facts come or go, the individuals in which they meet are worked out again, and those that a conclusion of theirs reaches
or has reached; whatever else had been concluded stands. docs/reasoning.md says why nothing is lost, and why nothing stays
that no longer follows; tests/reasoning/test_across.py holds it to a fresh start and to `close_across`.

A change is one transaction: a process that is killed leaves what was kept before it.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

from rdflib import Graph
from rdflib.term import Node

from kg.reasoning.clashes import find_clashes
from kg.reasoning.closure import graph_of
from kg.reasoning.compiled import Saturation
from kg.reasoning.parts import Reference, individuals, saturated
from kg.terms import Triple, from_text, to_text

Loader = Callable[[], Iterable[Triple]]
"""Gives the facts of a part that can meet those of another (`meeting`)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What follows across parts now and did not before, and the other way round."""

    added: frozenset[Triple]
    removed: frozenset[Triple]
    anew: bool
    """Whether nothing was kept before, so that all is `added`."""


class Across:
    """The conclusions from several parts together, for one process at a time.

    Raises nothing of its own for a file that is damaged: it starts anew.
    """

    def __init__(self, reference: Reference, file: Path | None = None, *, key: str = "") -> None:
        """`file`: where it is kept; in memory unless given. `key` stands for all that the reference was made from: what
        was kept under another is given up."""
        self._reference, self._kinds = reference, reference.kinds
        self._file, self._key = file, f"{_FORM} {key}"
        self._saturation = Saturation(reference.schema)
        self._unsaved: list[tuple[int, str]] = []
        self._open()

    @property
    def label(self) -> str:
        """What `keep` was told last; empty where nothing is kept."""
        return self._told("label")

    def update(self, parts: Mapping[str, tuple[str, Loader]]) -> Change | None:
        """Bring it up to these parts: each by its name, with what stands for its content, and its facts. None of them
        may contradict itself.

        None where parts contradict one another, which takes all that they state to word: then it stays as it was. A
        change counts when `keep` is called.
        """
        try:
            return self._updated(parts)
        except sqlite3.Error:
            self._clear()
            return self._updated(parts)

    def facts(self) -> Iterator[Triple]:
        """What follows from several parts together. What one of them has by itself may be among it."""
        rows = self._index.execute("SELECT DISTINCT s, p, o FROM concluded").fetchall()
        return iter(self._triples(rows))

    def keep(self, label: str) -> None:
        """Let the last update count; `label` is told to whoever opens it next."""
        self._index.execute("INSERT OR REPLACE INTO meta VALUES ('label', ?)", (label,))
        self._index.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file. An update that was not kept is undone."""
        with suppress(sqlite3.Error):
            self._index.close()

    # --- what is kept ---

    def _open(self) -> None:
        self._forget()
        try:
            if self._file is not None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
            self._connect()
            if self._told("key") != self._key:
                self._clear()
        except sqlite3.Error:
            self._clear()

    def _connect(self) -> None:
        self._index = sqlite3.connect(self._file or ":memory:", isolation_level=None)
        self._index.executescript("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;" + _TABLES)

    def _clear(self) -> None:
        with suppress(AttributeError, sqlite3.Error):
            self._index.close()
        if self._file is not None:
            for name in (self._file.name, f"{self._file.name}-journal"):
                self._file.with_name(name).unlink(missing_ok=True)
        self._forget()
        self._connect()
        self._index.execute("INSERT INTO meta VALUES ('key', ?)", (self._key,))

    def _told(self, name: str) -> str:
        (value,) = self._index.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone() or ("",)
        return str(value)

    # --- bringing it up to date ---

    def _updated(self, parts: Mapping[str, tuple[str, Loader]]) -> Change | None:
        self._undo()
        held = {
            name: (content, number) for number, name, content in self._index.execute("SELECT * FROM part")
        }
        changed = {
            name for name, (content, _) in held.items() if name not in parts or parts[name][0] != content
        }
        fresh = {name for name, (content, _) in parts.items() if name not in held or held[name][0] != content}
        anew = not held or len(changed | fresh) > _FEW + _MOST * len(parts)
        if anew:
            if held:
                self._clear()
            self._index.execute("BEGIN IMMEDIATE")
            found = self._filled(parts)
        else:
            self._index.execute("BEGIN IMMEDIATE")
            found = self._revised(
                {name: held[name][1] for name in changed}, {name: parts[name] for name in fresh}
            )
        if found is None:
            self._undo()
            return None
        self._index.executemany("INSERT INTO term VALUES (?, ?)", self._unsaved)
        self._unsaved = []
        added, removed = found
        return Change(frozenset(self._triples(added)), frozenset(self._triples(removed)), anew)

    def _undo(self) -> None:
        if self._index.in_transaction:
            self._index.execute("ROLLBACK")
            self._forget()

    def _filled(self, parts: Mapping[str, tuple[str, Loader]]) -> tuple[set[_Fact], set[_Fact]] | None:
        """A fresh start. Rows go in by the individual, in order: the table is several times faster to make so."""
        self._index.execute("CREATE TEMP TABLE loaded (node, part, s, p, o, role)")
        for number, (name, (content, load)) in enumerate(sorted(parts.items()), 1):
            self._index.execute("INSERT INTO part VALUES (?, ?, ?)", (number, name, content))
            rows = ((row[0], number, *row[1:]) for row in self._placed(load()))
            self._index.executemany("INSERT INTO loaded VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._index.execute("INSERT INTO fact SELECT * FROM loaded ORDER BY node, part, s, p, o")
        self._index.execute("DROP TABLE loaded")
        apart: list[int] = []
        exclusive: list[int] = []
        everything = self._index.execute("SELECT node, part, s, p, o, role FROM fact ORDER BY node")
        for node, group in groupby(everything, itemgetter(0)):
            met: list[_Row] = [row[1:] for row in group]
            if _crosses(met, _JOINS):
                apart.append(node)
            if _crosses(met, _EXCLUDES):
                exclusive.append(node)
        added, reached = self._concluded(apart)
        return None if self._contradictory({*exclusive, *reached}) else (added, set())

    def _revised(
        self, changed: Mapping[str, int], fresh: Mapping[str, tuple[str, Loader]]
    ) -> tuple[set[_Fact], set[_Fact]] | None:
        """Where facts of parts come or go, what was concluded is taken back, and worked out again."""
        touched: set[int] = set()
        gone: list[tuple[int, int, _Fact]] = []
        come: list[tuple[int, int, _Fact, int]] = []
        for name in sorted({*changed, *fresh}):
            number = changed.get(name)
            before: set[tuple[int, int, int, int, int]] = set()
            if number is None:
                (number,) = self._index.execute("SELECT coalesce(max(number), 0) + 1 FROM part").fetchone()
            else:
                select = "SELECT node, s, p, o, role FROM fact WHERE part = ?"
                before = set(self._index.execute(select, (number,)))
            if name in fresh:
                content, load = fresh[name]
                self._index.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", (number, name, content))
                after = set(self._placed(load()))
            else:
                self._index.execute("DELETE FROM part WHERE number = ?", (number,))
                after = set()
            gone += ((node, number, (s, p, o)) for node, s, p, o, _ in before - after)
            come += ((node, number, (s, p, o), role) for node, s, p, o, role in after - before)
            touched |= {row[0] for row in before ^ after if row[4] & _JOINS}
        affected, withdrawn = self._withdrawn(touched)
        self._remove(gone)
        self._insert(come)
        appeared, reached = self._concluded(sorted(affected))
        exclusive = {node for node, _, _, role in come if role & _EXCLUDES}
        if self._contradictory(exclusive | reached):
            return None
        return appeared - withdrawn, withdrawn - appeared

    def _withdrawn(self, touched: Set[int]) -> tuple[set[int], set[_Fact]]:
        """Take back what was concluded in individuals, and in those that a conclusion of theirs had reached. Returns
        these individuals, and the facts that nothing concludes any more."""
        affected: set[int] = set()
        taken: set[_Fact] = set()
        waiting = list(touched)
        while waiting:
            node = waiting.pop()
            if node in affected:
                continue
            affected.add(node)
            concluded = self._index.execute(
                "SELECT s, p, o FROM concluded WHERE node = ?", (node,)
            ).fetchall()
            for fact, places in zip(concluded, self._places_of(concluded), strict=True):
                taken.add(fact)
                waiting += (place for place, role in places.items() if role & _JOINS)
        self._index.executemany("DELETE FROM concluded WHERE node = ?", ((node,) for node in affected))
        withdrawn = {fact for fact in taken if not self._follows(fact)}
        ordered = list(withdrawn)
        self._remove(
            (node, _CONCLUDED, fact)
            for fact, places in zip(ordered, self._places_of(ordered), strict=True)
            for node in places
        )
        return affected, withdrawn

    def _concluded(self, nodes: Iterable[int]) -> tuple[set[_Fact], set[int]]:
        """Work out what follows in individuals, and then in those that conclusions reach. Returns the facts that nothing
        had concluded, and the individuals about which they exclude something."""
        appeared: set[_Fact] = set()
        exclusive: set[int] = set()
        waiting = dict.fromkeys(nodes)
        while waiting:
            node = next(iter(waiting))
            del waiting[node]
            found = self._at(node)
            if not found:
                continue
            known = set(self._index.execute("SELECT s, p, o FROM concluded WHERE node = ?", (node,)))
            more = sorted(found - known)
            new = [fact for fact in more if not self._follows(fact)]
            self._index.executemany("INSERT INTO concluded VALUES (?, ?, ?, ?)", ((*f, node) for f in more))
            appeared.update(new)
            rows = [
                (place, _CONCLUDED, fact, role)
                for fact, places in zip(new, self._places_of(new), strict=True)
                for place, role in places.items()
            ]
            self._insert(rows)
            waiting.update(dict.fromkeys(place for place, _, _, role in rows if role & _JOINS))
            exclusive |= {place for place, _, _, role in rows if role & _EXCLUDES}
        return appeared, exclusive

    def _at(self, node: int) -> set[_Fact]:
        """What follows from the facts that meet in an individual, unless one part has all of them, and has drawn it."""
        rows = self._rows(node)
        if not _crosses(rows, _JOINS):
            return set()
        met = set(self._triples({(s, p, o) for _, s, p, o, role in rows if role & _JOINS}))
        about = self._node(node)
        met |= {t for t in self._reference.around(about) if about in self._kinds.ends(t)}
        self._saturation.forget()
        found = saturated(
            met,
            _nothing,
            self._reference.part.facts,
            self._reference.schema,
            self._reference.rules,
            closed=True,
            saturation=self._saturation,
        )
        return {self._fact(triple) for triple in found}

    def _contradictory(self, nodes: Iterable[int]) -> bool:
        """Whether facts of several parts exclude each other about one of the individuals."""
        closed: set[Triple] = set()
        stated: set[Triple] = set()
        for node in nodes:
            rows = [row for row in self._rows(node) if row[4] & _EXCLUDES]
            if _crosses(rows, _EXCLUDES):
                closed.update(self._triples(row[1:4] for row in rows))
                stated.update(self._triples(row[1:4] for row in rows if row[0] != _CONCLUDED))
                around = {t for t in self._reference.around(self._node(node)) if self._kinds.excluding(t)}
                closed |= around
                stated |= around
        if not closed:
            return False
        schema, ontology = self._reference.schema, self._reference.ontology
        return any(True for _ in find_clashes(stated, graph_of(closed), schema, Graph(), ontology))

    # --- rows ---

    def _rows(self, node: int) -> list[_Row]:
        select = "SELECT part, s, p, o, role FROM fact WHERE node = ?"
        return self._index.execute(select, (node,)).fetchall()

    def _follows(self, fact: _Fact) -> bool:
        select = "SELECT 1 FROM concluded WHERE s = ? AND p = ? AND o = ? LIMIT 1"
        return self._index.execute(select, fact).fetchone() is not None

    def _insert(self, rows: Iterable[tuple[int, int, _Fact, int]]) -> None:
        values = ((node, part, *fact, role) for node, part, fact, role in rows)
        self._index.executemany("INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?)", values)

    def _remove(self, rows: Iterable[tuple[int, int, _Fact]]) -> None:
        delete = "DELETE FROM fact WHERE node = ? AND part = ? AND s = ? AND p = ? AND o = ?"
        self._index.executemany(delete, ((node, part, *fact) for node, part, fact in rows))

    def _placed(self, triples: Iterable[Triple]) -> Iterator[tuple[int, int, int, int, int]]:
        """The facts by each individual in which they matter, with their role there."""
        for triple in triples:
            if places := self._places(triple):
                fact = self._fact(triple)
                for node, role in places.items():
                    yield (self._number(node), *fact, role)

    def _places_of(self, facts: Iterable[_Fact]) -> Iterator[dict[int, int]]:
        for triple in self._triples(facts):
            yield {self._number(node): role for node, role in self._places(triple).items()}

    def _places(self, triple: Triple) -> dict[Node, int]:
        places = dict.fromkeys(self._kinds.ends(triple), _JOINS)
        if self._kinds.excluding(triple):
            for node in individuals((triple,)):
                places[node] = places.get(node, 0) | _EXCLUDES
        return places

    # --- terms ---

    def _forget(self) -> None:
        self._numbers: dict[Node, int] = {}
        self._nodes: dict[int, Node] = {}
        self._unsaved = []
        self._last: int | None = None
        """The highest number of a term; None until it is known whether any is kept."""

    def _fact(self, triple: Triple) -> _Fact:
        s, p, o = triple
        return self._number(s), self._number(p), self._number(o)

    def _number(self, node: Node) -> int:
        number = self._numbers.get(node)
        if number is not None:
            return number
        if self._last is None:
            (self._last,) = self._index.execute("SELECT coalesce(max(number), 0) FROM term").fetchone()
            self._kept = self._last
        text = to_text(node)
        kept = None
        if self._kept:
            kept = self._index.execute("SELECT number FROM term WHERE text = ?", (text,)).fetchone()
        if kept is None:
            assert self._last is not None
            self._last += 1
            number = self._last
            self._unsaved.append((number, text))
        else:
            (number,) = kept
        self._numbers[node], self._nodes[number] = number, node
        return number

    def _node(self, number: int) -> Node:
        if number not in self._nodes:
            self._load({number})
        return self._nodes[number]

    def _triples(self, facts: Iterable[_Fact]) -> list[Triple]:
        rows, nodes = list(facts), self._nodes
        self._load({number for row in rows for number in row if number not in nodes})
        return [(nodes[s], nodes[p], nodes[o]) for s, p, o in rows]

    def _load(self, numbers: Iterable[int]) -> None:
        left = iter(numbers)
        while some := tuple(islice(left, 500)):
            select = f"SELECT number, text FROM term WHERE number IN ({','.join('?' * len(some))})"  # noqa: S608
            for number, text in self._index.execute(select, some):
                node = from_text(text)
                self._numbers[node], self._nodes[number] = number, node


# --- private helpers ---

_Fact = tuple[int, int, int]
"""A statement by the numbers of its terms."""
_Row = tuple[int, int, int, int, int]
"""A fact that matters in some individual: its part, the fact, and its role there."""

_JOINS, _EXCLUDES = 1, 2
"""The roles of a fact in an individual: a rule joins it with others there; an axiom excludes others beside it."""
_CONCLUDED = 0
"""In place of a part: what is concluded across parts."""
_FEW, _MOST = 4, 0.25
"""Up to so many changed parts, and this share of all, bringing up to date takes less than a fresh start."""
_FORM = "1"

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS term (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS part (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
-- The facts of parts, and what is concluded, in each individual where they matter.
CREATE TABLE IF NOT EXISTS fact (
    node INTEGER, part INTEGER, s INTEGER, p INTEGER, o INTEGER, role INTEGER NOT NULL,
    PRIMARY KEY (node, part, s, p, o)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fact_of_part ON fact (part);
-- What is concluded, with the individuals in which it is.
CREATE TABLE IF NOT EXISTS concluded (
    s INTEGER, p INTEGER, o INTEGER, node INTEGER, PRIMARY KEY (s, p, o, node)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS concluded_at ON concluded (node);
"""


def _crosses(rows: Iterable[_Row], role: int) -> bool:
    """Whether no part has all the facts that matter in an individual."""
    facts: set[_Fact] = set()
    had: Counter[int] = Counter()
    for part, s, p, o, roles in rows:
        if roles & role:
            facts.add((s, p, o))
            had[part] += 1
    return bool(had) and (_CONCLUDED in had or max(had.values()) < len(facts))


def _nothing(_: Node) -> Set[Triple]:
    return frozenset()

"""What is known of all sources together, in SQLite: who tells what of what, what was found, and the lines of the report.

Things are told apart by 64 bits of a hash. Two that fell together would be judged once too often, never too seldom.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from rdflib import Literal

from kg.validation.judged import Judged
from kg.validation.kept import Row, node_from_json, node_to_json, text_of

CROSSING = "crossing"
"""How the name of the part begins that holds what follows from several sources together."""


class Index:
    """The tables. Raises sqlite3.Error for a file that is damaged."""

    def __init__(self, file: Path | None) -> None:
        """`file`: where it is kept; in memory without."""
        self._base = sqlite3.connect(file or ":memory:", isolation_level=None)
        self._base.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)

    def close(self) -> None:
        self._base.close()

    # --- whether it may be relied on ---

    def note(self, name: str) -> str | None:
        """What was noted under a name."""
        (value,) = self._base.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone() or (None,)
        return value

    def set_note(self, name: str, value: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def begin(self) -> None:
        """From here on, what is changed counts together, or not at all when it is never committed."""
        self._base.execute("BEGIN")

    def commit(self) -> None:
        self._base.execute("COMMIT")

    # --- parts ---

    def parts(self) -> set[str]:
        """The names of the parts in it."""
        return {name for (name,) in self._base.execute("SELECT name FROM part")}

    def add(self, name: str, judged: Judged) -> None:
        """Add what a part tells of."""
        number = self._base.execute(
            "INSERT INTO part (name, crossing) VALUES (?, ?)", (name, name.startswith(CROSSING))
        ).lastrowid
        for table, columns, rows in _told(judged):
            self._base.executemany(
                f"INSERT INTO {table} ({', '.join(columns)}, part) VALUES ({'?, ' * len(columns)}?)",  # noqa: S608
                ((*row, number) for row in rows),
            )
        self._base.executemany(
            "INSERT INTO number VALUES (?, ?)", ((number, text_of(node_to_json(n))) for n in judged.numbers)
        )

    def remove(self, name: str, judged: Judged) -> None:
        """Take out what `add` has put in for the same part."""
        (number,) = self._base.execute("SELECT id FROM part WHERE name = ?", (name,)).fetchone()
        for table, columns, rows in _told(judged):
            self._base.executemany(
                f"DELETE FROM {table} WHERE {' AND '.join(f'{c} = ?' for c in columns)} AND part = ?",  # noqa: S608
                ((*row, number) for row in rows),
            )
        self._base.execute("DELETE FROM number WHERE part = ?", (number,))
        self._base.execute("DELETE FROM part WHERE id = ?", (number,))

    def numbers(self) -> Iterator[Literal]:
        """The numbers whose writing the parts tell, in one order."""
        for (text,) in self._base.execute("SELECT DISTINCT number FROM number ORDER BY number"):
            found = node_from_json(json.loads(text))
            assert isinstance(found, Literal)
            yield found

    def telling(self, node: object) -> list[str]:
        """The names of the parts that tell something about a thing."""
        return self._names("tells", "node", hash_of(node))

    def finding(self, foci: Iterable[int]) -> set[str]:
        """The names of the parts that have a finding about one of these."""
        return {name for focus in foci for name in self._names("found", "focus", focus)}

    def tellers(self, node: object) -> int:
        """How many parts tell something about a thing."""
        rows = self._base.execute("SELECT COUNT(*) FROM tells WHERE node = ?", (hash_of(node),))
        return int(rows.fetchone()[0])

    def several(self, node: object, *, cited: bool = False) -> bool:
        """Whether several sources tell something about a thing, or point to it."""
        rows = self._base.execute(
            f"SELECT 1 FROM {'cites' if cited else 'tells'} JOIN part ON part.id = part"  # noqa: S608
            " WHERE node = ? AND NOT crossing LIMIT 2",
            (hash_of(node),),
        )
        return len(rows.fetchall()) > 1

    def quoting(self, nodes: Iterable[str]) -> set[int]:
        """The foci of lines that quote a name of some things, or say what mentions them."""
        query = "SELECT focus FROM looks WHERE node = ?1 UNION SELECT focus FROM quotes WHERE node = ?1"
        keys = {hash_of(node) for node in nodes}
        return {focus for key in keys for (focus,) in self._base.execute(query, (key,))}

    # --- what was found across sources ---

    def keep_found(self, rows: Iterable[tuple[object, str, str]]) -> None:
        """Keep findings: the focus, by what it was found, and the finding as text."""
        self._base.executemany(
            "INSERT INTO across VALUES (?, ?, ?)", ((hash_of(focus), by, text) for focus, by, text in rows)
        )

    def forget_found(self, by: str, nodes: Iterable[object] | None = None) -> set[int]:
        """Forget what was found by something, about some things or about all; the foci."""
        if nodes is None:
            foci = {focus for (focus,) in self._base.execute("SELECT focus FROM across WHERE by = ?", (by,))}
            self._base.execute("DELETE FROM across WHERE by = ?", (by,))
            return foci
        foci = {hash_of(node) for node in nodes}
        self._base.executemany(
            "DELETE FROM across WHERE focus = ? AND by = ?", ((focus, by) for focus in foci)
        )
        return foci

    def found(self, foci: Iterable[int] | None = None) -> list[str]:
        """The findings about some things, or all."""
        if foci is None:
            return [text for (text,) in self._base.execute("SELECT found FROM across")]
        query = "SELECT found FROM across WHERE focus = ?"
        return [text for focus in sorted(foci) for (text,) in self._base.execute(query, (focus,))]

    # --- lines of the report ---

    def lines(self) -> list[Row]:
        """All lines, in no order."""
        return self._base.execute("SELECT rank, severity, kept, json, turtle FROM line").fetchall()

    def remove_lines(self, foci: Iterable[int]) -> None:
        """Take out the lines about these."""
        wanted = [(focus,) for focus in foci]
        self._base.executemany("DELETE FROM line WHERE focus = ?", wanted)
        self._base.executemany("DELETE FROM quotes WHERE focus = ?", wanted)

    def add_lines(self, rows: Iterable[tuple[object, Row]], quotes: Iterable[tuple[object, object]]) -> None:
        """Add lines about things; `quotes` has pairs of a thing that was looked up and the focus for which it was."""
        self._base.executemany(
            "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)", ((hash_of(focus), *row) for focus, row in rows)
        )
        self._base.executemany(
            "INSERT OR IGNORE INTO quotes VALUES (?, ?)",
            ((hash_of(node), hash_of(focus)) for node, focus in quotes),
        )

    def _names(self, table: str, column: str, key: int) -> list[str]:
        rows = self._base.execute(
            f"SELECT name FROM {table} JOIN part ON part.id = part WHERE {column} = ?",  # noqa: S608
            (key,),
        )
        return [name for (name,) in rows]


def hash_of(node: object) -> int:
    """What stands for a thing in the tables."""
    return int.from_bytes(blake2b(str(node).encode(), digest_size=8).digest(), "little", signed=True)


# --- private helpers ---


def _told(judged: Judged) -> tuple[tuple[str, tuple[str, ...], set[tuple[int, ...]]], ...]:
    """What stands in the tables for a part: table, columns, rows."""
    looks = {
        (hash_of(node), hash_of(found.key[0]))
        for found in judged.found
        for node in chain(found.looked_up, found.looked_up_as_object)
    }
    return (
        ("tells", ("node",), {(hash_of(node),) for node in judged.described}),
        ("cites", ("node",), {(hash_of(node),) for node in judged.cited}),
        ("found", ("focus",), {(hash_of(found.key[0]),) for found in judged.found}),
        ("looks", ("node", "focus"), {*looks}),
    )


_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS part (id INTEGER PRIMARY KEY, name TEXT UNIQUE, crossing INTEGER);
CREATE TABLE IF NOT EXISTS tells (node INTEGER, part INTEGER, PRIMARY KEY (node, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cites (node INTEGER, part INTEGER, PRIMARY KEY (node, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS found (focus INTEGER, part INTEGER, PRIMARY KEY (focus, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS looks
    (node INTEGER, focus INTEGER, part INTEGER, PRIMARY KEY (node, focus, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quotes (node INTEGER, focus INTEGER, PRIMARY KEY (node, focus)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS quotes_of ON quotes (focus);
CREATE TABLE IF NOT EXISTS number (part INTEGER, number TEXT);
CREATE TABLE IF NOT EXISTS across (focus INTEGER, by TEXT, found TEXT);
CREATE INDEX IF NOT EXISTS across_of ON across (focus);
CREATE TABLE IF NOT EXISTS line (focus INTEGER, rank TEXT, severity TEXT, kept TEXT, json TEXT, turtle TEXT);
CREATE INDEX IF NOT EXISTS line_of ON line (focus);
"""
"""`tells`, `cites`: see Judged. `looks`: for whose names a part's finding looked where; `quotes`: likewise for lines named
from all parts. `across`: what the shapes that look across sources found, `by` a query or SHACL Core."""

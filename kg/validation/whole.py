"""All sources together under the shapes: what shows only in several of them, kept so that one change needs little work.

    whole/engine/        every statement once, in Oxigraph: stated ones in the default graph, entailed ones in another
    whole/index.sqlite   which source tells what of what, what was found across sources, and each line of the report

A change of one source takes its statements out of the engine and puts the new ones in. Then those things are judged
again of which a shape can find something else: contested ones near a changed statement (scope.py) by SHACL Core, and those
that a query can give otherwise (affected.py). A line of the report is made again where a member of it, or a name that it
quotes, may have changed. docs/validation.md; tests/validation/test_whole.py holds any sequence of changes to a fresh start.

The index tells things apart by 64 bits of a hash. Two that fell together would be judged once too often, never too seldom.
"""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.terms import Triple
from kg.validation.affected import Occurrence, affected, occurrences
from kg.validation.background import Background, described_in, ntriples, numbers_in
from kg.validation.checking import Results
from kg.validation.findings import Basis, Reader, complex_paths, finding_of
from kg.validation.judged import Found, Judged, normal, with_path
from kg.validation.kept import KeptReport, finding_to_json, node_from_json, node_to_json, text_of
from kg.validation.questions import Question, answer
from kg.validation.report import Finding, as_json_line, order_text
from kg.validation.setwise import Key, Number, number_of, to_rdf
from kg.validation.shacl_report import result_turtle
from kg.validation.shapes import constraint_prefixes
from kg.validation.stored import Stored, Watched

Loader = Callable[[], Judged]
Ask = Callable[[Path, Mapping[Number, Literal], Sequence[Question]], Iterable[Results]]
"""Answers questions in order, wherever that is done: the folder of the engine, which nobody writes to meanwhile, how
numbers come back (setwise.py), and the questions."""
_Across = dict[Key, tuple[tuple[Literal, ...], Basis]]

CROSSING = "crossing"
"""How the name of the part begins that holds what follows from several sources together."""

_ENTAILED = ox.NamedNode("urn:kg:entailed")
_TOGETHER = 500
"""Contested things judged at once: the graph around them is held in memory."""
_BATCH = 64 * 1024 * 1024
"""Bytes that are given to the engine at a time: many small loads make many small files, in which queries take longer."""
_MOST = 0.25
"""The share of parts up to which bringing up to date takes less than a fresh start."""
_CORE = "core"
_FORM = "1"


class Whole:
    """The sources of one build. Raises nothing of its own for a folder that is damaged or half-written: it starts anew."""

    def __init__(self, background: Background, folder: Path | None = None, *, key: str = "") -> None:
        """`folder`: where it is kept, for one process at a time; in memory unless given. `key` stands for all that the
        background was made from: what was kept under another is given up."""
        self._background, self._folder = background, folder
        self._key = f"{_FORM} {key}"
        self._shapes, self._rules = background.shapes, background.rules
        self._open()

    @property
    def parts(self) -> set[str]:
        """The names of the parts that it holds."""
        return {name for (name,) in self._index.execute("SELECT name FROM part")}

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
        self._ask = ask
        held = self.parts
        gone, fresh = sorted(held - parts.keys()), sorted(parts.keys() - held)
        before = {name: former(name) for name in gone}
        changes = len(gone) + len(fresh)
        if changes and (
            None in before.values()
            or not held
            or changes > 2 + 2 * _MOST * len(parts)
            or not self._own_is(own)
        ):
            self._clear()
            self._begin()
            self._fill(parts, own)
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
        rows = self._index.execute("SELECT rank, severity, kept, json, turtle FROM line").fetchall()
        return KeptReport(sorted(rows), complex_paths(self._shapes))

    def statements(self) -> Graph:
        """Everything stated, to be read only."""
        return self._graph(entailed=False)

    def close(self) -> None:
        """Let go of the folder."""
        self._index.close()
        del self._engine
        gc.collect(0)  # an rdflib graph over the engine refers to itself
        gc.collect()

    # --- what is kept ---

    def _open(self) -> None:
        if self._folder is None:
            self._engine = ox.Store()
            self._index = sqlite3.connect(":memory:")
            self._index.executescript(_TABLES)
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._index = sqlite3.connect(self._folder / "index.sqlite", isolation_level=None)
                self._index.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
                kept = dict(self._index.execute("SELECT name, value FROM meta"))
                self._engine = ox.Store(str(self._folder / "engine"))
                if kept.get("complete") != self._key and (kept or len(self._engine)):
                    self._clear()
            except (sqlite3.Error, OSError, RuntimeError):
                self._clear()
        self._written: dict[Number, Literal] = {}
        for literal in chain(numbers_in(self._background.stated), self._numbers()):
            self._note_number(literal)

    def _clear(self) -> None:
        if self._folder is not None:
            with suppress(AttributeError, sqlite3.Error):
                self._index.close()
            with suppress(AttributeError):
                del self._engine
            gc.collect()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
            self._index = sqlite3.connect(self._folder / "index.sqlite", isolation_level=None)
            self._index.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
            self._engine = ox.Store(str(self._folder / "engine"))
        else:
            self._engine = ox.Store()
            self._index = sqlite3.connect(":memory:", isolation_level=None)
            self._index.executescript(_TABLES)
        self._written = {}
        for literal in numbers_in(self._background.stated):
            self._note_number(literal)

    def _begin(self) -> None:
        """From here on what is kept is worth nothing, until `_end`."""
        self._index.execute("INSERT OR REPLACE INTO meta VALUES ('complete', '')")
        self._index.execute("BEGIN")

    def _end(self) -> None:
        if self._folder is not None:
            self._engine.flush()
        self._index.execute("INSERT OR REPLACE INTO meta VALUES ('complete', ?)", (self._key,))
        self._index.execute("COMMIT")

    def _own_is(self, own: Judged) -> bool:
        (kept,) = self._index.execute("SELECT value FROM meta WHERE name = 'own'").fetchone() or ("",)
        return bool(kept == _fingerprint(own))

    def _numbers(self) -> Iterator[Literal]:
        for (text,) in self._index.execute("SELECT DISTINCT number FROM number ORDER BY number"):
            found = node_from_json(json.loads(text))
            assert isinstance(found, Literal)
            yield found

    def _note_number(self, literal: Literal) -> None:
        number = number_of(literal)
        assert number is not None
        self._written[number] = literal

    # --- a fresh start ---

    def _fill(self, parts: Mapping[str, Loader], own: Judged) -> None:
        background = self._background
        self._index.execute("INSERT INTO meta VALUES ('own', ?)", (_fingerprint(own),))
        texts = (
            [ntriples(chain(background.stated, background.hierarchy))],
            [ntriples(background.entailed)],
        )
        told: dict[str, tuple[tuple[Found, ...], frozenset[str]]] = {}
        for name in sorted(parts):
            judged = parts[name]()
            self._add_to_index(name, judged)
            texts[0].append(judged.statements)
            texts[1].append(judged.entailed)
            if sum(map(len, texts[0])) > _BATCH:
                self._load_all(texts)
            told[name] = judged.found, judged.described
        self._load_all(texts)
        self._engine.optimize()
        for literal in self._numbers():
            self._note_number(literal)
        contested = self._contested_of_all(described for _, described in told.values())
        self._keep_core(self._core(contested))
        self._keep_asked(self._asked(None), None)
        everyone = {node for _, described in told.values() for node in described}
        kept = [f for found, _ in told.values() for f in found if self._holds(f, contested)]
        kept += [f for f in own.found if self._holds(f, everyone)]
        self._write_lines(kept, self._kept_across(None))

    def _add_to_index(self, name: str, judged: Judged) -> None:
        run = self._index.execute
        number = run(
            "INSERT INTO part (name, crossing) VALUES (?, ?)", (name, name.startswith(CROSSING))
        ).lastrowid
        many = self._index.executemany
        many("INSERT OR IGNORE INTO tells VALUES (?, ?)", ((_hash(n), number) for n in judged.described))
        many("INSERT OR IGNORE INTO cites VALUES (?, ?)", ((_hash(n), number) for n in judged.cited))
        many("INSERT OR IGNORE INTO found VALUES (?, ?)", ((_hash(f.key[0]), number) for f in judged.found))
        many("INSERT OR IGNORE INTO looks VALUES (?, ?, ?)", ((n, f, number) for n, f in _looks(judged)))
        many("INSERT INTO number VALUES (?, ?)", ((number, text_of(node_to_json(n))) for n in judged.numbers))

    def _contested_of_all(self, described: Iterable[frozenset[str]]) -> set[Node]:
        """The things about which two parts say something that a shape across sources may look at, near or further on."""
        seen, several = set[str](), set[str]()
        for nodes in described:
            several |= nodes & seen
            seen |= nodes
        contested: set[Node] = set(map(URIRef, several))
        return self._with_those_before(contested)

    def _with_those_before(self, nodes: set[Node]) -> set[Node]:
        """With the things from which a path of a shape of SHACL Core leads to one of them."""
        graph, found, fresh = self._graph(entailed=True), set(nodes), nodes
        for _ in range(self._background.reach.steps - 1):
            fresh = {end for node in fresh for end in self._next(graph, node, forward=False)} - found
            found |= fresh
        return found

    def _next(self, graph: Graph, node: Node, *, forward: bool) -> Iterator[Node]:
        """Where a step of a path leads, with another to follow; or, backwards, whence such a step leads here."""
        for p, inverse in self._background.reach.onward:
            yield from graph.objects(node, p) if inverse is not forward else graph.subjects(p, node)

    # --- one change ---

    def _revise(
        self,
        gone: Mapping[str, Judged],
        fresh: Mapping[str, Judged],
        parts: Mapping[str, Loader],
        own: Judged,
    ) -> None:
        others = _Others(self._index, {n: p for n, p in parts.items() if n not in fresh}, self._background)
        changed: set[bytes] = set()
        removals: list[tuple[bytes, ox.NamedNode | None]] = []
        for graph, section in ((None, "statements"), (_ENTAILED, "entailed")):
            before = _as_engine_has_it(getattr(judged, section) for judged in gone.values())
            after = _as_engine_has_it(getattr(judged, section) for judged in fresh.values())
            self._load(b"".join(line + b"\n" for line in after - before), graph)
            removals += ((line, graph) for line in before - after)
            changed |= before ^ after
        moved = _shifted(gone.values(), fresh.values(), "described")
        quoted = moved | _shifted(gone.values(), fresh.values(), "cited")
        for literal in (n for judged in fresh.values() for n in judged.numbers):
            self._note_number(literal)
        triples = [self._triple(quad) for quad in _parsed(changed)]
        # While the engine has the statements of before and after:
        told, objects = described_in(triples, self._background.telling)
        near = self._with_those_before({*told, *map(URIRef, moved)})
        ends = {_sparql(node) for node in {*told, *objects} if isinstance(node, URIRef)}
        asked_again = self._affected(triples, ends)
        for name, judged in gone.items():
            self._remove_from_index(name, judged)
        for line, graph in removals:
            if not others.have(line, self._triple(next(_parsed((line,)))), entailed=graph is not None):
                self._remove(line, graph)
        for name, judged in fresh.items():
            self._add_to_index(name, judged)
        self._renew_numbers()

        contested = {node for node in near if self._is_contested(node)}
        self._forget_core(near)
        self._keep_core(self._core(contested))
        foci = {_hash(node) for node in near} | self._forget_asked(asked_again)
        self._keep_asked(self._asked(asked_again), foci)
        foci |= {_hash(f.key[0]) for judged in (*gone.values(), *fresh.values()) for f in judged.found}
        foci |= self._quoting({*quoted, *map(str, told), *map(str, objects)})
        self._renew_lines(foci, fresh, parts, own)

    def _affected(self, triples: Sequence[Triple], ends: set[str]) -> dict[Node, set[str] | None]:
        """By shape, the things for which its query can find something else; None for all."""
        found: dict[Node, set[str] | None] = {}
        for shape, places in self._places().items():
            if places is None:
                found[shape] = None
                continue
            things = affected(
                places, triples, lambda text: self._engine.query(text, use_default_graph_as_union=True)
            )
            found[shape] = {thing for thing in things | ends if not thing.startswith("_:")}
        return found

    def _places(self) -> dict[Node, tuple[Occurrence, ...] | None]:
        """Where statements can match the query of each shape across sources. Reading the queries takes half a second, so
        what was read is kept."""
        (kept,) = self._index.execute("SELECT value FROM meta WHERE name = 'places'").fetchone() or (None,)
        if kept is None:
            read: dict[str, Any] = {}
            for shape in sorted(self._background.asked_across, key=str):
                own: list[Any] | None = []
                for constraint in self._shapes.objects(shape, SH.sparql):
                    for text in self._shapes.objects(constraint, SH.select):
                        places = occurrences(str(text), constraint_prefixes(self._shapes, constraint))
                        if places is None or own is None:
                            own = None
                        else:
                            own += [[p.predicate, p.subject, p.object, p.around] for p in places]
                read[str(shape)] = own
            kept = text_of(read)
            self._index.execute("INSERT OR REPLACE INTO meta VALUES ('places', ?)", (kept,))
        return {
            URIRef(shape): None if own is None else tuple(Occurrence(*place) for place in own)
            for shape, own in json.loads(kept).items()
        }

    def _remove_from_index(self, name: str, judged: Judged) -> None:
        run, many = self._index.execute, self._index.executemany
        (number,) = run("SELECT id FROM part WHERE name = ?", (name,)).fetchone()
        many("DELETE FROM tells WHERE node = ? AND part = ?", ((_hash(n), number) for n in judged.described))
        many("DELETE FROM cites WHERE node = ? AND part = ?", ((_hash(n), number) for n in judged.cited))
        many(
            "DELETE FROM found WHERE focus = ? AND part = ?",
            ((_hash(f.key[0]), number) for f in judged.found),
        )
        many(
            "DELETE FROM looks WHERE node = ? AND focus = ? AND part = ?",
            ((n, f, number) for n, f in _looks(judged)),
        )
        run("DELETE FROM number WHERE part = ?", (number,))
        run("DELETE FROM part WHERE id = ?", (number,))

    def _renew_numbers(self) -> None:
        self._written.clear()
        for literal in chain(numbers_in(self._background.stated), self._numbers()):
            self._note_number(literal)

    def _is_contested(self, node: Node) -> bool:
        graph, fresh = self._graph(entailed=True), {node}
        for step in range(self._background.reach.steps):
            if any(self._tellers(end) > 1 for end in fresh):
                return True
            if step < self._background.reach.steps - 1:
                fresh = {end for one in fresh for end in self._next(graph, one, forward=True)}
        return False

    def _tellers(self, node: Node | str) -> int:
        (count,) = self._index.execute("SELECT COUNT(*) FROM tells WHERE node = ?", (_hash(node),)).fetchone()
        return int(count)

    def _quoting(self, nodes: Iterable[str]) -> set[int]:
        """The foci of lines that quote a name of some things, or say what mentions them."""
        found: set[int] = set()
        for node in nodes:
            for table in ("looks", "quotes"):
                rows = self._index.execute(f"SELECT focus FROM {table} WHERE node = ?", (_hash(node),))  # noqa: S608
                found.update(focus for (focus,) in rows)
        return found

    def _renew_lines(
        self, foci: set[int], fresh: Mapping[str, Judged], parts: Mapping[str, Loader], own: Judged
    ) -> None:
        kept: list[Found] = []
        loaded: dict[str, Judged] = {}
        contested: dict[Node, bool] = {}
        names = {
            name
            for focus in foci
            for (name,) in self._index.execute(
                "SELECT name FROM found JOIN part ON part.id = part WHERE focus = ?", (focus,)
            )
        }
        for name in sorted(names):
            loaded[name] = fresh[name] if name in fresh else parts[name]()
            for found in loaded[name].found:
                focus = found.key[0]
                if _hash(focus) in foci:
                    if focus not in contested:
                        contested[focus] = self._is_contested(focus)
                    if self._holds(found, {focus} if contested[focus] else ()):
                        kept.append(found)
        for found in own.found:
            focus = found.key[0]
            if _hash(focus) in foci and self._holds(found, {str(focus)} if self._tellers(focus) else ()):
                kept.append(found)
        many = self._index.executemany
        many("DELETE FROM line WHERE focus = ?", ((focus,) for focus in foci))
        many("DELETE FROM quotes WHERE focus = ?", ((focus,) for focus in foci))
        self._write_lines(kept, self._kept_across(foci))

    # --- judging ---

    def _core(self, contested: Set[Node]) -> _Across:
        """What the shapes of SHACL Core that look across sources find in contested things."""
        ordered = sorted(map(str, contested))
        groups = [frozenset(ordered[n : n + _TOGETHER]) for n in range(0, len(ordered), _TOGETHER)]
        return self._answers(
            [Question(entailed, nodes=group) for entailed in (False, True) for group in groups]
        )

    def _asked(self, things: Mapping[Node, set[str] | None] | None) -> _Across:
        """What the SPARQL constraints across sources find; `things`: in these only, by shape."""
        shapes = sorted(self._background.asked_across if things is None else things, key=str)
        wanted = {
            shape: None if things is None or (some := things[shape]) is None else frozenset(some)
            for shape in shapes
        }
        return self._answers(
            [Question(entailed, str(shape), wanted[shape]) for entailed in (False, True) for shape in shapes]
        )

    def _answers(self, questions: Sequence[Question]) -> _Across:
        """The results of all, those in what is stated before those that show only with what follows."""
        everywhere = all(question.things is None for question in questions)
        if self._ask is not None and self._folder is not None and everywhere:
            self._engine.flush()
            answers = self._ask(self._folder / "engine", self._written, questions)
        else:
            answers = (answer(one, self._engine, self._written, self._background) for one in questions)
        found: _Across = {}
        for question, results in zip(questions, answers, strict=True):
            for key, messages in results.items():
                found.setdefault(key, (messages, "entailed" if question.entailed else "stated"))
        return found

    def _holds(self, found: Found, elsewhere: Set[Any] | tuple[()]) -> bool:
        """Whether a part's finding stands, with `elsewhere` what has been judged from more statements."""
        focus, shape = found.key[0], found.key[3]
        return (
            shape not in self._background.across
            or isinstance(focus, Literal)
            or (focus not in elsewhere and str(focus) not in elsewhere)
        )

    # --- what was found across sources ---

    def _keep_core(self, found: _Across) -> None:
        self._keep(((_CORE, key, *rest) for key, rest in found.items()))

    def _keep_asked(self, found: _Across, foci: set[int] | None) -> None:
        self._keep(((str(key[3]), key, *rest) for key, rest in found.items()))
        if foci is not None:
            foci.update(_hash(key[0]) for key in found)

    def _keep(self, rows: Iterable[tuple[str, Key, tuple[Literal, ...], Basis]]) -> None:
        self._index.executemany(
            "INSERT INTO across VALUES (?, ?, ?)",
            (
                (
                    _hash(key[0]),
                    by,
                    text_of([_key_to_json(normal(key, self._shapes)), list(map(node_to_json, ms)), b]),
                )
                for by, key, ms, b in rows
            ),
        )

    def _forget_core(self, nodes: Iterable[Node]) -> None:
        self._index.executemany(
            "DELETE FROM across WHERE focus = ? AND by = ?", ((_hash(node), _CORE) for node in nodes)
        )

    def _forget_asked(self, things: Mapping[Node, set[str] | None]) -> set[int]:
        """Forget what queries found in these; the foci of which lines can change by that."""
        foci: set[int] = set()
        for shape, wanted in things.items():
            rows: Iterable[tuple[int]] = ()
            if wanted is None:
                rows = self._index.execute("SELECT focus FROM across WHERE by = ?", (str(shape),)).fetchall()
                self._index.execute("DELETE FROM across WHERE by = ?", (str(shape),))
            elif wanted:
                rows = [(_hash(thing[1:-1]),) for thing in wanted]
                self._index.executemany(
                    "DELETE FROM across WHERE focus = ? AND by = ?", ((f, str(shape)) for (f,) in rows)
                )
            foci.update(focus for (focus,) in rows)
        return foci

    def _kept_across(self, foci: set[int] | None) -> _Across:
        if foci is None:
            rows: Iterable[tuple[str]] = self._index.execute("SELECT found FROM across")
        else:
            rows = chain.from_iterable(
                self._index.execute("SELECT found FROM across WHERE focus = ?", (focus,)).fetchall()
                for focus in sorted(foci)
            )
        found: _Across = {}
        for (text,) in rows:
            key, messages, basis = json.loads(text)
            focus, path, value, shape, component = map(node_from_json, key)
            assert focus is not None
            assert shape is not None
            told = tuple(m for m in map(node_from_json, messages) if isinstance(m, Literal))
            found[focus, path, value, shape, component] = told, basis
        return found

    # --- lines of the report ---

    def _write_lines(self, kept: Iterable[Found], across: _Across) -> None:
        watched = Watched([self._graph(entailed=False)])
        reader = Reader(Graph(store=watched), self._shapes, self._rules)
        findings: dict[Key, Finding] = {}
        quotes: defaultdict[int, set[int]] = defaultdict(set)

        def read(key: Key, messages: Iterable[Literal], basis: Basis) -> Finding:
            watched.subjects, watched.objects = set(), set()
            finding = reader.finding(key, messages, basis)
            quotes[_hash(key[0])] |= {_hash(node) for node in chain(watched.subjects, watched.objects)}
            return finding

        for key, (basis, members) in _grouped(kept).items():
            full = with_path(key, self._shapes)
            messages = {m for f in members for m in f.messages}
            findings[key] = (
                read(full, messages, basis)
                if any(map(self._is_shared, members))
                else finding_of(full, messages, basis, members[0].named, self._shapes, self._rules)
            )
        for key, (told, basis) in across.items():
            findings[key] = read(with_path(key, self._shapes), told, basis)
        paths = complex_paths(self._shapes)
        self._index.executemany(
            "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?)",
            (
                (
                    _hash(key[0]),
                    order_text(finding),
                    finding.severity.value,
                    text_of(finding_to_json(finding)),
                    as_json_line(finding),
                    result_turtle(finding, paths),
                )
                for key, finding in findings.items()
            ),
        )
        self._index.executemany(
            "INSERT OR IGNORE INTO quotes VALUES (?, ?)",
            ((node, focus) for focus, nodes in quotes.items() for node in nodes),
        )

    def _is_shared(self, found: Found) -> bool:
        """Whether several sources say something about, or cite, what it names: then they may name it otherwise."""
        return any(self._several("tells", node) for node in found.looked_up) or any(
            self._several("cites", node) for node in found.looked_up_as_object
        )

    def _several(self, table: str, node: str) -> bool:
        rows = self._index.execute(
            f"SELECT 1 FROM {table} JOIN part ON part.id = part WHERE node = ? AND NOT crossing LIMIT 2",  # noqa: S608
            (_hash(node),),
        )
        return len(rows.fetchall()) > 1

    # --- the engine ---

    def _graph(self, *, entailed: bool) -> Graph:
        return Graph(store=Stored(self._engine, self._written, all_graphs=entailed))

    def _load(self, lines: bytes, graph: ox.NamedNode | None = None) -> None:
        self._engine.bulk_load(
            lines, format=ox.RdfFormat.N_TRIPLES, to_graph=graph or ox.DefaultGraph(), lenient=True
        )

    def _load_all(self, texts: tuple[list[bytes], list[bytes]]) -> None:
        for lines, graph in zip(texts, (None, _ENTAILED), strict=True):
            self._load(b"".join(lines), graph)
            lines.clear()

    def _remove(self, line: bytes, graph: ox.NamedNode | None) -> None:
        for quad in _parsed((line,)):
            triple = quad.triple
            self._engine.remove(
                ox.Quad(triple.subject, triple.predicate, triple.object, graph or ox.DefaultGraph())
            )

    def _triple(self, quad: ox.Quad) -> Triple:
        s, p, o = (to_rdf(term, self._written) for term in (quad.subject, quad.predicate, quad.object))
        return s, p, o


class _Others:
    """What the parts that stay say: asked before a statement is removed that another one may make, too."""

    def __init__(
        self, index: sqlite3.Connection, parts: Mapping[str, Loader], background: Background
    ) -> None:
        self._index, self._parts, self._background = index, parts, background
        self._lines: dict[str, tuple[set[bytes], set[bytes]]] = {}

    def have(self, line: bytes, triple: Triple, *, entailed: bool) -> bool:
        background = self._background
        if triple in (background.entailed_set if entailed else background.stated) or (
            not entailed and triple in background.hierarchy
        ):
            return True
        subject = line.partition(b" ")[0].decode()
        subject = subject[1:-1] if subject.startswith("<") else subject.removeprefix("_:")
        rows = self._index.execute(
            "SELECT name FROM tells JOIN part ON part.id = part WHERE node = ?", (_hash(subject),)
        )
        return any(name in self._parts and line in self._of(name)[entailed] for (name,) in rows.fetchall())

    def _of(self, name: str) -> tuple[set[bytes], set[bytes]]:
        if name not in self._lines:
            judged = self._parts[name]()
            self._lines[name] = _as_engine_has_it((judged.statements,)), _as_engine_has_it((judged.entailed,))
        return self._lines[name]


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


def _hash(node: object) -> int:
    return int.from_bytes(blake2b(str(node).encode(), digest_size=8).digest(), "little", signed=True)


def _fingerprint(judged: Judged) -> str:
    return blake2b(repr(sorted((*map(str, f.key), f.basis) for f in judged.found)).encode()).hexdigest()


def _looks(judged: Judged) -> set[tuple[int, int]]:
    return {
        (_hash(node), _hash(found.key[0]))
        for found in judged.found
        for node in chain(found.looked_up, found.looked_up_as_object)
    }


def _shifted(gone: Iterable[Judged], fresh: Iterable[Judged], what: str) -> set[str]:
    """What parts have begun or ceased to tell of (or cite), counted."""
    counts: defaultdict[str, int] = defaultdict(int)
    for sign, parts in ((-1, gone), (1, fresh)):
        for part in parts:
            for node in getattr(part, what):
                counts[node] += sign
    return {node for node, count in counts.items() if count}


def _as_engine_has_it(texts: Iterable[bytes]) -> set[bytes]:
    """The lines of texts with numbers and dates as the engine writes them: "33.0" and "33" are one statement there."""
    store = ox.Store()
    for text in texts:
        store.bulk_load(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return set((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"").splitlines())


def _parsed(lines: Iterable[bytes]) -> Iterator[Any]:
    text = b"".join(line + b"\n" for line in lines)
    yield from ox.parse(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)


def _sparql(node: Node) -> str:
    return f"<{node}>"


def _key_to_json(key: Key) -> list[Any]:
    return [node_to_json(term) for term in key]


def _grouped(found: Iterable[Found]) -> dict[Key, tuple[Basis, list[Found]]]:
    """Findings by what they are about; where one part states what another entails, it is stated."""
    grouped: dict[Key, tuple[Basis, list[Found]]] = {}
    for one in found:
        basis, members = grouped.setdefault(one.key, (one.basis, []))
        if basis == one.basis:
            members.append(one)
        elif one.basis == "stated":
            grouped[one.key] = ("stated", [one])
    return grouped

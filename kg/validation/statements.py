"""Every statement of all sources once, in Oxigraph: stated ones in the default graph, entailed ones in another.

A statement that several sources make is held once; whoever takes a source away asks the others first (`Others`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, Literal

from kg.terms import Triple
from kg.validation.background import Background
from kg.validation.index import Index
from kg.validation.judged import Judged
from kg.validation.setwise import Number, number_of, to_rdf
from kg.validation.stored import Stored

ENTAILED = ox.NamedNode("urn:kg:entailed")
Line = tuple[bytes, ox.NamedNode | None]
"""A statement as the engine writes it, and the graph in which it is: ENTAILED, or None for what is stated."""
_BATCH = 64 * 1024 * 1024
"""Bytes that are given to the engine at a time: many small loads make many small files, in which queries take longer."""
_FEW = 2000
"""Statements that are inserted one by one sooner than a file of the engine is made of them."""


class Statements:
    """The engine. Raises what pyoxigraph raises for a folder that is damaged or in use."""

    def __init__(self, folder: Path | None) -> None:
        """`folder`: where it is kept; in memory without."""
        self.folder = folder
        self.engine = ox.Store() if folder is None else ox.Store(str(folder))
        self.written: dict[Number, Literal] = {}
        """How numbers come back: the engine keeps values and not their digits (setwise.py)."""
        self.stated, self.everything = self._graph(all_graphs=False), self._graph(all_graphs=True)

    def __len__(self) -> int:
        return len(self.engine)

    def close(self) -> None:
        """Let go of the folder. An rdflib graph refers to itself, and would hold the engine until memory is cleaned up."""
        for graph in (self.stated, self.everything):
            graph.store.close()
        del self.engine

    def query(self, text: str) -> Any:
        """What a query gives in everything, stated or entailed."""
        return self.engine.query(text, use_default_graph_as_union=True)

    def note_numbers(self, numbers: Iterable[Literal]) -> None:
        """That these numbers are written so."""
        for literal in numbers:
            number = number_of(literal)
            assert number is not None
            self.written[number] = literal

    def fill(self, texts: Iterable[tuple[bytes, bytes]]) -> None:
        """Add texts of N-Triples, each pair what is stated and what is entailed."""
        waiting: tuple[list[bytes], list[bytes]] = ([], [])
        for stated, entailed in texts:
            waiting[0].append(stated)
            waiting[1].append(entailed)
            if sum(map(len, waiting[0])) > _BATCH:
                self._load(waiting)
        self._load(waiting)
        self.engine.optimize()

    def add(self, lines: Iterable[Line]) -> None:
        """Add statements."""
        lines = list(lines)
        if len(lines) <= _FEW:
            self.engine.extend(quad for line in lines for quad in _quads(line))
            return
        for graph in (None, ENTAILED):
            self._load_text(b"".join(line + b"\n" for line, where in lines if where is graph), graph)

    def remove(self, lines: Iterable[Line]) -> None:
        """Take statements out."""
        for line in lines:
            for quad in _quads(line):
                self.engine.remove(quad)

    def triples(self, lines: Iterable[bytes]) -> list[Triple]:
        """Lines of N-Triples as rdflib has them."""
        return [
            (to_rdf(s, self.written), to_rdf(p, self.written), to_rdf(o, self.written))
            for s, p, o, *_ in _parsed(lines)
        ]

    def _graph(self, *, all_graphs: bool) -> Graph:
        return Graph(store=Stored(self.engine, self.written, all_graphs=all_graphs))

    def _load(self, texts: tuple[list[bytes], list[bytes]]) -> None:
        for lines, graph in zip(texts, (None, ENTAILED), strict=True):
            self._load_text(b"".join(lines), graph)
            lines.clear()

    def _load_text(self, text: bytes, graph: ox.NamedNode | None) -> None:
        self.engine.bulk_load(
            text, format=ox.RdfFormat.N_TRIPLES, to_graph=graph or ox.DefaultGraph(), lenient=True
        )


class Others:
    """What the parts that stay say: asked before a statement is removed that another one may make, too."""

    def __init__(
        self, index: Index, parts: Mapping[str, Callable[[], Judged]], background: Background
    ) -> None:
        self._index, self._parts, self._background = index, parts, background
        self._lines: dict[str, tuple[frozenset[bytes], frozenset[bytes]]] = {}

    def have(self, line: bytes, triple: Triple, *, entailed: bool) -> bool:
        """Whether one of them, or the background, makes this statement."""
        background = self._background
        if triple in (background.entailed_set if entailed else background.stated) or (
            not entailed and triple in background.hierarchy
        ):
            return True
        subject = line.partition(b" ")[0].decode()
        subject = subject[1:-1] if subject.startswith("<") else subject.removeprefix("_:")
        tellers = (name for name in self._index.telling(subject) if name in self._parts)
        return any(line in self._of(name)[entailed] for name in tellers)

    def _of(self, name: str) -> tuple[frozenset[bytes], frozenset[bytes]]:
        if name not in self._lines:
            judged = self._parts[name]()
            self._lines[name] = as_engine_has_it([judged.statements]), as_engine_has_it([judged.entailed])
        return self._lines[name]


def as_engine_has_it(texts: Iterable[bytes]) -> frozenset[bytes]:
    """The lines of texts with numbers and dates as the engine writes them: "33.0" and "33" are one statement there."""
    store = ox.Store()
    for text in texts:
        store.bulk_load(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)
    dumped = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
    return frozenset(dumped.splitlines())


# --- private helpers ---


def _parsed(lines: Iterable[bytes]) -> Iterator[Any]:
    text = b"".join(line + b"\n" for line in lines)
    yield from ox.parse(text, format=ox.RdfFormat.N_TRIPLES, lenient=True)


def _quads(line: Line) -> Iterator[ox.Quad]:
    text, graph = line
    for quad in _parsed((text,)):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph or ox.DefaultGraph())

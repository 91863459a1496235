"""Evaluating a query and writing its result, bounded in rows: what a query process does, and the server for lookups.

Evaluation and serialisation stay in one thread because the solutions of the library may not change threads. Nothing here
knows HTTP or processes.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING, Any, Final, cast

import brotli
import pyoxigraph as ox

if TYPE_CHECKING:
    from kg.store.interface import Dataset

SOLUTION_FORMATS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}

CHUNK: Final = 64 * 1024
"""Bytes gathered before they are sent on, unless they wait for longer than PATIENCE."""
PATIENCE: Final = 0.1
COMPRESS_FROM: Final = 1024
"""Answers shorter than this are not worth compressing."""


Head = tuple[str, str, str | None]
"""Kind of result, format, and content coding or None."""
Send = Callable[[Head | None, bytes], None]


class RowLimit(Exception):
    """The response has more rows than allowed."""


class Evaluation:
    """Evaluates queries over `store`."""

    def __init__(self, store: Dataset, prefixes: dict[str, str]) -> None:
        self._store = store
        self._prefixes = prefixes
        self._marks = [(prefix + ":", prefix, iri) for prefix, iri in prefixes.items()]
        self._shortened = [
            (prefix, iri, b"<" + iri.encode(), re.compile(rb"<" + re.escape(iri.encode()) + rb"[^<>/]*/"))
            for prefix, iri in prefixes.items()
        ]
        self._merged: tuple[Any, Dataset] | None = None

    def run(self, request: dict[str, Any], output: Output) -> None:
        """Write the result of a request (see `pool.Query`) to the output.

        Raises SyntaxError, RowLimit, KgError, or what the engine raises when it cannot evaluate it.
        """
        store, default, named = self._store, request["default"], request["named"]
        dataset: dict[str, Any] = {}
        if default is not None:
            graphs = [ox.NamedNode(iri) for iri in default]
            names = [ox.NamedNode(iri) for iri in named or ()]
            if len(graphs) > 1:
                # The engine would count a triple once per graph; the RDF merge of the graphs has it once.
                store = self._merge(graphs, names)
                dataset = {"default_graph": [ox.DefaultGraph()], "named_graphs": names}
            else:
                dataset = {"default_graph": graphs, "named_graphs": names}
        text = request["query"]
        # Handing all prefixes over would take as long as a short query.
        prefixes = {prefix: iri for mark, prefix, iri in self._marks if mark in text}
        results = store.query(text, base_iri=request["base"], prefixes=prefixes, **dataset)
        if request["page"]:
            self._page(results, request["page"], output)
        elif not isinstance(results, ox.QuerySolutions | ox.QueryBoolean):
            self._graph(results, request["graph"], output)
        else:
            kind = "boolean" if isinstance(results, ox.QueryBoolean) else "solutions"
            name = request["solutions"]
            if output.accepts(kind, name):
                output.count_rows(name)
                results.serialize(output.sink, format=SOLUTION_FORMATS[name])

    def _graph(self, results: Any, name: str | None, output: Output) -> None:
        if not output.accepts("graph", name):
            return
        assert name is not None
        output.count_rows(name)
        if name in ("turtle", "trig"):
            # Short graphs are for reading: with prefixes. Of long ones only the beginning has them.
            first = _first(results, 256)
            ox.serialize(first, output.sink, format=GRAPH_FORMATS[name], prefixes=self._used_prefixes(first))
            if len(first) < 256:
                return
        results.serialize(output.sink, format=GRAPH_FORMATS[name])

    def _page(self, results: Any, length: int, output: Output) -> None:
        """At most `length` rows as JSON with `more` saying whether there are others: what an HTML page shows."""
        if isinstance(results, ox.QueryBoolean):
            document: dict[str, Any] = {"kind": "boolean", "boolean": bool(results)}
        else:
            graph = not isinstance(results, ox.QuerySolutions)
            rows = _first(results, length + 1)
            names = ["subject", "predicate", "object"] if graph else [v.value for v in results.variables]
            document = {
                "kind": "graph" if graph else "solutions",
                "variables": names,
                "rows": [[_term(term) for term in row] for row in rows[:length]],
                "more": len(rows) > length,
            }
        output.accepts("page", "json")
        output.write(json.dumps(document, ensure_ascii=False).encode())

    def _merge(self, graphs: list[ox.NamedNode], names: list[ox.NamedNode]) -> Dataset:
        key = (tuple(g.value for g in graphs), tuple(n.value for n in names))
        if self._merged is None or self._merged[0] != key:
            self._merged = None
            merged = ox.Store()
            default = ox.DefaultGraph()
            for graph in graphs:
                merged.bulk_extend(
                    ox.Quad(q.subject, q.predicate, q.object, default)
                    for q in self._store.quads_for_pattern(None, None, None, graph)
                )
            for name in names:
                merged.bulk_extend(self._store.quads_for_pattern(None, None, None, name))
            self._merged = (key, merged)
        return self._merged[1]

    def _used_prefixes(self, triples: Iterable[ox.Triple]) -> dict[str, str]:
        """Prefixes that make the text shorter; not those under which names have slashes, which would be escaped."""
        text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
        assert text is not None
        return {
            prefix: iri
            for prefix, iri, begins, has_slash in self._shortened
            if begins in text and has_slash.search(text) is None
        }


class Output:
    """The sink that results are serialised into: gathers, counts rows, compresses, and passes on.

    `send` gets the head (kind, format, encoding) and a piece of the body as soon as enough has been gathered.
    """

    def __init__(self, send: Send, encoding: str | None, max_rows: int) -> None:
        self._count: _RowCounter | None = None
        self._pass_on = send
        self._encoding = encoding
        self._max_rows = max_rows
        self._head: dict[str, Any] = {}
        self._parts: list[bytes] = []
        self._size = 0
        self._compress: Any = None
        self._sent = False
        self._begun = self._last = time.monotonic()
        self.refused: str | None = None
        """The kind of result, when the client takes no format for it."""

    @property
    def sink(self) -> IO[bytes]:
        """This object as the file that the library writes to: `write` and `flush` are all it uses."""
        return cast("IO[bytes]", self)

    def accepts(self, kind: str, name: str | None) -> bool:
        """Note what kind of result it is. False when the client takes no format for it."""
        if name is None:
            self.refused = kind
            return False
        self._head = {"kind": kind, "format": name}
        return True

    def count_rows(self, name: str) -> None:
        """From now on count the rows of this format."""
        self._count = _RowCounter(name)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._begun

    @property
    def begun(self) -> bool:
        """Whether it is known what kind of result there is."""
        return bool(self._head)

    def write(self, data: bytes) -> int:
        if self._count is not None and self._count.after(data) > self._max_rows:
            raise RowLimit
        taken = len(data)
        if b"\r" in data and self._head.get("format") in ("xml", "rdfxml"):
            # XML parsers read a carriage return that stands there as a line feed; the library writes it as it is.
            data = data.replace(b"\r", b"&#13;")
        self._parts.append(data)
        self._size += len(data)
        if self._size >= CHUNK or time.monotonic() - self._last > PATIENCE:
            self._send()
        return taken

    def flush(self) -> None:
        """Frames go out by size and time, not when the serialiser flushes."""

    def finish(self) -> tuple[Head | None, bytes]:
        """The head, unless it was sent before, and the rest of the body."""
        body = b"".join(self._parts)
        if not self._sent and self._encoding and len(body) >= COMPRESS_FROM:
            self._compress = _compressor(self._encoding)
        if self._compress:
            body = self._compress(body, last=True)
        return None if self._sent else self._complete_head(), body

    def _send(self) -> None:
        body = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        head = None
        if not self._sent:
            self._sent = True
            if self._encoding:
                self._compress = _compressor(self._encoding)
            head = self._complete_head()
        if self._compress:
            body = self._compress(body, last=False)
        self._pass_on(head, body)
        self._last = time.monotonic()

    def _complete_head(self) -> Head:
        return (self._head["kind"], self._head["format"], self._encoding if self._compress else None)


# --- private helpers ---


def _first(results: Any, count: int) -> list[Any]:
    rows = []
    for row in results:
        rows.append(row)
        if len(rows) == count:
            break
    return rows


def _term(term: Any) -> Any:
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Literal):
        return {
            "type": "literal", "value": term.value, "lang": term.language, "datatype": term.datatype.value,
        }  # fmt: skip
    return {"type": "triple", "value": str(term)}


_MARKS: Final[dict[str, tuple[int, dict[bytes, int]]]] = {
    "json": (1, {b'},{"': 1, b"{},{}": 1}),  # between rows
    "xml": (0, {b"<result>": 1}),
    "csv": (-1, {b"\r\n": 1}),  # the first line has the names
    "tsv": (-1, {b"\n": 1}),
    "ntriples": (0, {b"\n": 1}),
    "nquads": (0, {b"\n": 1}),
    "turtle": (0, {b" .\n": 1, b" ;\n": 1, b" , ": 1, b"@prefix ": -1}),
    "trig": (0, {b" .\n": 1, b" ;\n": 1, b" , ": 1, b"@prefix ": -1}),
    "rdfxml": (0, {b"/>": 1, b"</": 1, b"</rdf:Description>": -1, b"</rdf:RDF>": -1}),
    "jsonld": (
        0,
        {b'"}': 1, b'\\"}': -1, b'"@type":[': 1},
    ),  # the end of a value, a quotation mark in one, classes
}
"""How many rows or triples there are before the first mark, and what each mark adds."""


class _RowCounter:
    """Counts rows (of a graph: triples) by the marks that the library's serialisers set between them.

    Counting what is written costs nothing beside writing it, where taking rows one by one in Python would take longer than
    the engine. Some marks may stand inside a value too (a comma between blanks in Turtle, a line break in CSV), and several
    classes of one thing count once in JSON-LD: there it is near enough to bound work.
    """

    def __init__(self, name: str) -> None:
        self._rows, self._marks = _MARKS[name]
        self._before = b""

    def after(self, data: bytes) -> int:
        """Rows so far, with another piece of output."""
        for mark, adds in self._marks.items():
            found = data.count(mark)
            rest = len(mark) - 1
            if rest and self._before:  # a mark may be cut in two
                found += (self._before[-rest:] + data[:rest]).count(mark)
            self._rows += adds * found
        self._before = (
            data[-_LONGEST_MARK:] if len(data) >= _LONGEST_MARK else self._before[-_LONGEST_MARK:] + data
        )
        return self._rows


_LONGEST_MARK: Final = max(len(mark) for _, marks in _MARKS.values() for mark in marks)


def _compressor(encoding: str) -> Callable[..., bytes]:
    if encoding == "br":
        stream = brotli.Compressor(quality=4)

        def with_brotli(data: bytes, *, last: bool) -> bytes:
            done: bytes = stream.process(data) + (stream.finish() if last else stream.flush())
            return done

        return with_brotli
    gzip = zlib.compressobj(5, zlib.DEFLATED, 16 + zlib.MAX_WBITS)

    def with_gzip(data: bytes, *, last: bool) -> bytes:
        done: bytes = gzip.compress(data) + gzip.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)
        return done

    return with_gzip

"""A query process: takes one query at a time from a socket, evaluates and serialises it, and writes the bytes back.

Evaluation and serialisation stay in one thread of one process because the solutions of the library may not change
threads. Nothing here knows HTTP. The loop ends when the server closes the socket.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from typing import IO, Any, Final, cast

import brotli
import pyoxigraph as ox

from kg.web.querying import frames

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
MEMORY_KEPT: Final = 256 * 1024 * 1024
"""A process that has grown by more than this asks to be replaced."""


class RowLimit(Exception):
    """The response has more rows than allowed."""


class Worker:
    """Answers queries over `store` for the server at the other end of `server`."""

    def __init__(self, store: ox.Store, server: socket.socket, prefixes: dict[str, str]) -> None:
        self._store = store
        self._server = server
        self._prefixes = prefixes
        self._merged: tuple[Any, ox.Store] | None = None
        self._start_size = _largest_size()

    def run(self) -> None:
        """Serve until the server hangs up."""
        server = self._server
        server.sendall(frames.json_frame(frames.READY, {"pid": os.getpid()}))
        while (header := _receive(server, frames.HEADER.size)) is not None:
            _, length = frames.HEADER.unpack(header)
            payload = _receive(server, length)
            if payload is None:
                return
            request = json.loads(payload)
            # If the server is gone and nobody is left to end this process, the kernel does.
            signal.setitimer(signal.ITIMER_REAL, request["last_resort"])
            try:
                ending = self._answer(request)
            except BrokenPipeError:
                return
            signal.setitimer(signal.ITIMER_REAL, 0)
            server.sendall(ending)

    def _answer(self, request: dict[str, Any]) -> bytes:
        """Evaluate and send all but the last frames, which are returned."""
        output = _Output(self._server, request["encoding"], request["rows"])
        try:
            self._evaluate(request, output)
            return output.finish(retire=_largest_size() - self._start_size > MEMORY_KEPT)
        except SyntaxError as error:
            return _failed("syntax", **_place(str(error)))
        except RowLimit:
            return _failed("rows", message=f"The result has more than {request['rows']:,} rows.")
        except MemoryError:
            return _failed("memory", message="The query needs more memory than it may take.", retire=True)
        except BrokenPipeError:
            raise
        except (OSError, ValueError, RuntimeError) as error:
            return _failed("evaluation", message=str(error))

    def _evaluate(self, request: dict[str, Any], output: _Output) -> None:
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
        prefixes = {prefix: iri for prefix, iri in self._prefixes.items() if prefix + ":" in text}
        results = store.query(text, base_iri=request["base"], prefixes=prefixes, **dataset)
        if request["page"]:
            self._page(results, request["page"], output)
        elif isinstance(results, ox.QueryTriples):
            self._graph(results, request["graph"], output)
        else:
            kind = "boolean" if isinstance(results, ox.QueryBoolean) else "solutions"
            name = request["solutions"]
            if output.accepts(kind, name):
                output.count = _row_counter(name)
                results.serialize(output.sink, format=SOLUTION_FORMATS[name])

    def _graph(self, results: ox.QueryTriples, name: str | None, output: _Output) -> None:
        if not output.accepts("graph", name):
            return
        assert name is not None
        output.count = _row_counter(name)
        if name in ("turtle", "trig"):
            # Short graphs are for reading: with prefixes. Of long ones only the beginning has them.
            first = _first(results, 256)
            ox.serialize(first, output.sink, format=GRAPH_FORMATS[name], prefixes=self._used_prefixes(first))
            if len(first) < 256:
                return
        results.serialize(output.sink, format=GRAPH_FORMATS[name])

    def _page(self, results: Any, length: int, output: _Output) -> None:
        """At most `length` rows as JSON with `more` saying whether there are others: what an HTML page shows."""
        if isinstance(results, ox.QueryBoolean):
            document: dict[str, Any] = {"kind": "boolean", "boolean": bool(results)}
        else:
            graph = isinstance(results, ox.QueryTriples)
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

    def _merge(self, graphs: list[ox.NamedNode], names: list[ox.NamedNode]) -> ox.Store:
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
        text = " ".join(map(str, triples))
        used: dict[str, str] = {}
        for prefix, iri in self._prefixes.items():
            names = re.findall(f"<{re.escape(iri)}([^>]*)>", text)
            if names and not any("/" in name for name in names):
                used[prefix] = iri
        return used


class _Output:
    """The sink that results are serialised into: gathers, counts rows, compresses, and sends frames."""

    def __init__(self, server: socket.socket, encoding: str | None, max_rows: int) -> None:
        self.count: Callable[[bytes], int] = _no_rows
        self._server = server
        self._encoding = encoding
        self._max_rows = max_rows
        self._rows = 0
        self._head: dict[str, Any] = {}
        self._parts: list[bytes] = []
        self._size = 0
        self._compress: Any = None
        self._sent = False
        self._last = time.monotonic()
        self._refused: bytes | None = None

    @property
    def sink(self) -> IO[bytes]:
        """This object as the file that the library writes to: `write` and `flush` are all it uses."""
        return cast("IO[bytes]", self)

    def accepts(self, kind: str, name: str | None) -> bool:
        """Note what kind of result it is. False when the client takes no format for it."""
        if name is None:
            self._refused = _failed("not-acceptable", message=kind)
            return False
        self._head = {"kind": kind, "format": name}
        return True

    def write(self, data: bytes) -> int:
        self._rows += self.count(data)
        if self._rows > self._max_rows:
            raise RowLimit
        self._parts.append(data)
        self._size += len(data)
        if self._size >= CHUNK or time.monotonic() - self._last > PATIENCE:
            self._send()
        return len(data)

    def flush(self) -> None:
        """Frames go out by size and time, not when the serialiser flushes."""

    def finish(self, *, retire: bool) -> bytes:
        """The frames that end the answer."""
        if self._refused is not None:
            return self._refused
        end = frames.json_frame(frames.END, {"retire": retire})
        body = b"".join(self._parts)
        if not self._sent:
            if self._encoding and len(body) >= COMPRESS_FROM:
                self._compress = _compressor(self._encoding)
                body = self._compress(body, last=True)
            return self._head_frame() + frames.frame(frames.DATA, body) + end
        if self._compress:
            body = self._compress(body, last=True)
        return frames.frame(frames.DATA, body) + end

    def _send(self) -> None:
        body = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        head = b""
        if not self._sent:
            self._sent = True
            if self._encoding:
                self._compress = _compressor(self._encoding)
            head = self._head_frame()
        if self._compress:
            body = self._compress(body, last=False)
        self._server.sendall(head + frames.frame(frames.DATA, body))
        self._last = time.monotonic()

    def _head_frame(self) -> bytes:
        return frames.json_frame(
            frames.HEAD, {**self._head, "encoding": self._encoding if self._compress else None}
        )


# --- private helpers ---


def _receive(server: socket.socket, length: int) -> bytes | None:
    data = server.recv(length, socket.MSG_WAITALL)
    return data if len(data) == length else None


def _failed(reason: str, *, message: str, retire: bool = False, **more: Any) -> bytes:
    return frames.json_frame(frames.FAILED, {"reason": reason, "message": message, "retire": retire, **more})


def _place(message: str) -> dict[str, Any]:
    found = re.match(r"error at (\d+):(\d+): (.*)", message, re.DOTALL)
    if not found:
        return {"message": message}
    line, column, expected = found.groups()
    return {"message": " ".join(expected.split()), "line": int(line), "column": int(column)}


def _largest_size() -> int:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else size * 1024


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


def _no_rows(_: bytes) -> int:
    return 0


def _row_counter(name: str) -> Callable[[bytes], int]:
    """How many rows begin in a piece of output.

    Exact for TSV, N-Triples, N-Quads and XML, whose separators cannot stand inside a value. Of CSV it counts lines
    (a value may hold line breaks), of JSON and JSON-LD objects, of Turtle, TriG and RDF/XML lines: near enough to bound work.
    """
    mark = {"json": b'},{"', "xml": b"<result>", "jsonld": b'{"@'}.get(name, b"\n")
    return lambda data: data.count(mark)


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

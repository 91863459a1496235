"""A dataset version on a SPARQL server elsewhere, read as if it were the embedded store.

How a version lies there (`kg.store.remote_publish` writes it):

    <base>graph/…              the named graphs, under their own names
    <base>graph/merged/<id>    their merge, each triple once: the default graph of queries
    <base>graph/published      which version that is: identifier, date, sizes, merged graph, named graphs and their hashes

and beside it the validation report, and what was withdrawn (`kg.store.remote_kept`).

A query is sent with the merged graph as `default-graph-uri` and, where it says GRAPH, the version's graphs as
`named-graph-uri`. So it means the same on every engine, whatever the engine's own default graph is and whatever else
the server holds. Syntax errors are found before anything is sent, by the parser of the embedded engine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import httpx
import pyoxigraph as ox

from kg.settings import Settings
from kg.store.embedded import NoStore
from kg.store.engines import RESULTS, TRIPLES, Connection, Endpoints, StoreFails, StoreUnreachable
from kg.store.remote_kept import CHECKSUM, NOWHERE, read_report, report_graph, withdrawn_since

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
VOID: Final = "http://rdfs.org/ns/void#"
DCTERMS: Final = "http://purl.org/dc/terms/"
PIECE: Final = 64 * 1024


def published_graph(base_iri: str) -> str:
    """The graph that says which version is current."""
    return base_iri + "graph/published"


@dataclass(frozen=True, slots=True)
class RemoteVersion:
    """A version on a server: `merged` is its default graph, `hashes` has its named graphs with the hash of each."""

    id: str
    created: str
    quads: int
    triples: int
    merged: str
    endpoints: Endpoints
    hashes: Mapping[str, str]
    connection: Connection = field(repr=False, compare=False)

    @property
    def graphs(self) -> int:
        return len(self.hashes)

    @property
    def empty_graphs(self) -> tuple[str, ...]:
        return ()

    @property
    def is_local(self) -> bool:
        return False

    def withdrawn_since(self, iri: str) -> str | None:
        """Asks the server. Raises KgError as Connection does."""
        return withdrawn_since(self.connection, self.merged, iri)

    def state_of(self, graph: str | None) -> str:
        """What changes when a named graph does (None: the default graph)."""
        return self.id if graph is None else self.hashes.get(graph, self.id)

    def report(self, form: str) -> Path | None:
        """Nothing: a SPARQL server keeps no files. `RemoteDataset.report` has the text."""
        return None

    @property
    def opening(self) -> str:
        names = sorted(self.hashes)
        return json.dumps({"merged": self.merged, "named": names, "endpoints": asdict(self.endpoints)})


class RemoteSource:
    """The version that a server says is current."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: Connection | None = None

    def hold(self) -> RemoteHeld:
        """Raises NoStore when nothing has been published there, KgError as Connection does."""
        return RemoteHeld(current_version(self._connected(), self._settings.base_iri))

    def current(self) -> str:
        return current_id(self._connected(), self._settings.base_iri) or ""

    def fingerprint(self, held: Any) -> str:
        return str(held.version.id)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self._settings)
        return self._connection


@dataclass(frozen=True, slots=True)
class RemoteHeld:
    """A version on a server stays readable until the one after the next is published; there is nothing to release."""

    version: RemoteVersion

    def release(self) -> None:
        return None


class RemoteDataset:
    """What a `pyoxigraph.Store` is for reading (`kg.store.interface.Dataset`), on a SPARQL server."""

    def __init__(self, connection: Connection, merged: str, named: Iterable[str]) -> None:
        self._connection = connection
        self._merged = merged
        self._named = list(named)
        self._parser = ox.Store()

    @classmethod
    def reopen(cls, opening: str, settings: Settings) -> RemoteDataset:
        """The version that `RemoteVersion.opening` stands for."""
        said = json.loads(opening)
        connection = Connection(settings, Endpoints(**said["endpoints"]))
        return cls(connection, said["merged"], said["named"])

    def query(
        self,
        query: str,
        /,
        *,
        base_iri: str | None = None,
        prefixes: dict[str, str] | None = None,
        default_graph: Any = None,
        named_graphs: list[ox.NamedNode | ox.BlankNode] | None = None,
    ) -> Any:
        """Results as they arrive.

        Raises SyntaxError as the embedded engine does, ValueError with the server's words when it does not evaluate the
        query, KgError when it is not there.
        """
        words = _Words(query)
        # Evaluated over nothing, a query is parsed, and told what kind of result it has.
        kind = self._parser.query(query, base_iri=base_iri, prefixes=prefixes)
        form: dict[str, Any] = {}
        if default_graph is not None:
            # It goes before FROM (SPARQL 1.1 Protocol §2.1.4), which Virtuoso would add to it.
            query = words.without_dataset()
            form["default-graph-uri"] = [graph.value for graph in _several(default_graph)] or [NOWHERE]
            form["named-graph-uri"] = [graph.value for graph in named_graphs or ()]
        elif not words.has("FROM"):
            form["default-graph-uri"] = [self._merged]
            form["named-graph-uri"] = self._named
        if not words.has("GRAPH"):
            form.pop("named-graph-uri", None)
        elif form.get("named-graph-uri") == []:
            form["named-graph-uri"] = [NOWHERE]  # for Virtuoso no name would mean all graphs
        form["query"] = words.prologue(base_iri, prefixes) + query
        graph = isinstance(kind, ox.QueryTriples)
        try:
            response = self._connection.stream(form, TRIPLES if graph else RESULTS)
        except StoreFails as error:
            raise ValueError(error.message) from None
        body: Any = _Body(response)
        if graph:
            return RemoteTriples(ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True))
        try:
            return ox.parse_query_results(body, format=ox.QueryResultsFormat.XML)
        except SyntaxError as error:
            raise StoreFails(
                f"answers what is no SPARQL result ({error})", where=self._connection.url
            ) from None

    def quads_for_pattern(
        self, subject: Any, predicate: Any, object: Any, graph_name: Any = None, /
    ) -> Iterator[ox.Quad]:
        graphs: list[Any] = [graph_name]
        if graph_name is None:
            graphs = [ox.DefaultGraph(), *self.named_graphs()]
        terms = [
            f"?{name}" if term is None else str(term)
            for name, term in (("s", subject), ("p", predicate), ("o", object))
        ]
        pattern = " ".join(terms)
        for graph in graphs:
            source = ox.NamedNode(self._merged) if graph == ox.DefaultGraph() else graph
            for triple in self.query(
                f"CONSTRUCT {{ {pattern} }} WHERE {{ {pattern} }}", default_graph=source
            ):
                yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)

    def named_graphs(self) -> Iterator[ox.NamedNode]:
        return map(ox.NamedNode, self._named)

    def report(self, form: str) -> str | None:
        """The validation report (`json`, `turtle`) where it was published with the version. Raises KgError as Connection does."""
        return read_report(self._connection, report_graph(self._merged), form)


class RemoteTriples:
    """The result of CONSTRUCT or DESCRIBE (as `pyoxigraph.QueryTriples`, which only the library can make)."""

    def __init__(self, quads: Iterator[ox.Quad]) -> None:
        self._quads = quads

    def __iter__(self) -> Iterator[ox.Triple]:
        return (quad.triple for quad in self._quads)

    def serialize(self, output: IO[bytes], *, format: ox.RdfFormat) -> None:
        ox.serialize(iter(self), output, format=format)


def current_id(connection: Connection, base_iri: str) -> str | None:
    """The identifier of the current version, None when nothing has been published."""
    control = published_graph(base_iri)
    found = connection.rows(
        f"SELECT ?id WHERE {{ GRAPH <{control}> {{ <{control}> <{DCTERMS}identifier> ?id }} }}"
    )
    return str(found[0]["id"].value) if found else None


def current_version(connection: Connection, base_iri: str) -> RemoteVersion:
    """What the server says of its current version. Raises NoStore when it says nothing."""
    control = published_graph(base_iri)
    about: dict[str, dict[str, list[str]]] = {}
    for row in connection.rows(f"SELECT ?s ?p ?o WHERE {{ GRAPH <{control}> {{ ?s ?p ?o }} }}"):
        subject, predicate, value = (str(row[name].value) for name in "spo")
        about.setdefault(subject, {}).setdefault(predicate, []).append(value)
    try:
        dataset = about[control]
        named = dataset.get(SD + "namedGraph", [])
        return RemoteVersion(
            id=dataset[DCTERMS + "identifier"][0],
            created=dataset[DCTERMS + "created"][0],
            quads=int(dataset[VOID + "triples"][0]),
            triples=int(about[dataset[SD + "defaultGraph"][0]][VOID + "triples"][0]),
            merged=dataset[SD + "defaultGraph"][0],
            endpoints=connection.endpoints,
            hashes={name: about.get(name, {}).get(CHECKSUM, [""])[0] for name in named},
            connection=connection,
        )
    except (KeyError, IndexError, ValueError):
        raise NoStore(
            f"nothing has been published there under {base_iri}",
            where=connection.url,
            hint="Run `kg build --store URL` first; KG_BASE_IRI must be the one it was built with.",
        ) from None


# --- private helpers ---


class _Words:
    """The keywords of a query: what is left of it without strings, comments and IRIs."""

    _APART: Final = re.compile(
        r"""\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}
          |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'|<[^<>"{}|^`\\\x00-\x20]*>|\#[^\n\r]*""",
        re.VERBOSE | re.DOTALL,
    )

    _DATASET: Final = re.compile(
        r"(?<![\w?$:.\-])FROM\s+(?:NAMED\s+)?(?:<[^<>]*>|[\w.\-]*:(?:[\w.:%\-]|\\.)*)", re.IGNORECASE
    )

    def __init__(self, query: str) -> None:
        self._query = query
        self._text = self._APART.sub(lambda found: " " * len(found[0]), query)

    def has(self, keyword: str) -> bool:
        """Whether the keyword is there; a variable or the part of a name is none."""
        return bool(re.search(rf"(?<![\w?$:.\-]){keyword}(?![\w:\-])", self._text, re.IGNORECASE))

    def without_dataset(self) -> str:
        """The query without FROM and FROM NAMED."""
        return self._DATASET.sub(
            lambda found: "" if self._text[found.start()].upper() == "F" else found[0], self._query
        )

    def prologue(self, base_iri: str | None, prefixes: Mapping[str, str] | None) -> str:
        """Declarations that the query relies on without making them."""
        declared = set(re.findall(r"\bPREFIX\s+([\w.\-]*):", self._text, re.IGNORECASE))
        lines = [f"BASE <{base_iri}>\n"] if base_iri and not self.has("BASE") else []
        lines += [
            f"PREFIX {prefix}: <{iri}>\n"
            for prefix, iri in (prefixes or {}).items()
            if prefix not in declared and re.search(rf"(?<![\w.\-]){re.escape(prefix)}:", self._text)
        ]
        return "".join(lines)


class _Body:
    """A response as the file that the parsers read from.

    Results are mended on the way, a row at a time: Virtuoso writes labels of blank nodes that are none (`nodeID://b1`),
    and blanks at the ends of a literal as they are, which the parser would take for layout.
    """

    _ROW_ENDS: Final = b"</result>"
    _BLANKS: Final = re.compile(rb"(?<=<literal>)\s+|(?<=\">)\s+(?=[^<\s])|\s+(?=</literal>)")

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._pieces = response.iter_bytes(PIECE)
        self._mending = RESULTS in response.headers.get("content-type", "")
        self._ready = b""
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """As files do. Raises StoreUnreachable when the server breaks off."""
        while not self._ready or size < 0:
            piece = self._next()
            if not piece:
                size = len(self._ready)
                break
            self._ready += piece
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken

    def __del__(self) -> None:
        # Results that are not read to their end free the connection when nobody holds them any more.
        self._response.close()

    def _next(self) -> bytes:
        """The next bytes, none at the end."""
        while True:
            try:
                piece = next(self._pieces, b"")
            except httpx.HTTPError as error:
                raise StoreUnreachable(
                    f"broke off in the middle of its answer ({error or type(error).__name__})",
                    where=str(self._response.request.url),
                ) from None
            if not self._mending:
                return piece
            rows, end, rest = (self._rest + piece).rpartition(self._ROW_ENDS)
            self._rest = rest if piece else b""
            if not piece:
                return self._mended(rows + end + rest)
            if end:
                return self._mended(rows + end)

    def _mended(self, rows: bytes) -> bytes:
        rows = rows.replace(b"<bnode>nodeID://", b"<bnode>")
        return self._BLANKS.sub(lambda found: b"".join(b"&#%d;" % byte for byte in found[0]), rows)


def _several(graphs: Any) -> list[Any]:
    return graphs if isinstance(graphs, list) else [graphs]

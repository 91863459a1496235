"""Exports: the whole graph as RDF in every common syntax, its tables as CSV with CSVW metadata, the network as graph files.

Formats that know named graphs (N-Quads, TriG, JSON-LD) keep them; the others hold the merged default graph. A file is
written beside its target and moved there when it is complete, so that a reader never meets half an export.
"""

from __future__ import annotations

import heapq
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox
from rapidfuzz import process

from kg.errors import KgError
from kg.namespaces import HOME, PREFIXES, prefixes_of
from kg.publishing.catalogue import LICENCE
from kg.publishing.network import Network
from kg.publishing.queries import Column, NamedQuery, find_query, run
from kg.store.interface import Dataset

TABLES = (
    "countries", "bodies", "portals", "instruments", "cooperations", "indicator",
    "jurisdictions", "organisations", "concepts",
)  # fmt: skip
"""The named queries whose full results are the tables of the CSV export; they describe their columns and keys."""
METADATA = "csv-metadata.json"
"""The description of the tables, under the name that CSVW readers look for beside them."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of `kg export`: how files of it end, its media type, what it is, and what writes it."""

    suffix: str
    media_type: str
    title: str
    write: Callable[[Dataset, IO[bytes], str], None]


def export(store: Dataset, format_name: str, target: Path, base_iri: str = HOME) -> Path:
    """Write the store in a format of FORMATS to the file `target`, replacing it in one step; returns `target`.

    Raises KgError for an unknown format or a file that cannot be written; what stood there before then stays.
    """
    chosen = find_format(format_name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                chosen.write(store, file, base_iri)
            os.chmod(name, 0o644)  # mkstemp makes files that only their owner can read
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise KgError(f"cannot be written ({error.strerror or error})", where=str(target)) from None
    return target


def find_format(name: str) -> Format:
    """The format of that name. Raises KgError with the known ones."""
    if name in FORMATS:
        return FORMATS[name]
    closest = process.extractOne(name, list(FORMATS), score_cutoff=60)
    known = f"Known are {', '.join(FORMATS)}"
    raise KgError(
        f"'{name}' is no export format",
        hint=f"Did you mean '{closest[0]}'? {known}" if closest else known,
    )


# --- RDF ---


def _nquads(store: Dataset, file: IO[bytes], _: str) -> None:
    _write_sorted((f"{quad} .\n".encode() for quad in _named_graphs(store)), file)


def _ntriples(store: Dataset, file: IO[bytes], _: str) -> None:
    _write_sorted((f"{quad.triple} .\n".encode() for quad in _default_graph(store)), file)


def _trig(store: Dataset, file: IO[bytes], base_iri: str) -> None:
    ox.serialize(_named_graphs(store), file, ox.RdfFormat.TRIG, prefixes=prefixes_of(base_iri))


def _jsonld(store: Dataset, file: IO[bytes], base_iri: str) -> None:
    ox.serialize(_named_graphs(store), file, ox.RdfFormat.JSON_LD, prefixes=prefixes_of(base_iri))


def _turtle(store: Dataset, file: IO[bytes], base_iri: str) -> None:
    ox.serialize(
        (q.triple for q in _default_graph(store)), file, ox.RdfFormat.TURTLE, prefixes=prefixes_of(base_iri)
    )


def _rdfxml(store: Dataset, file: IO[bytes], base_iri: str) -> None:
    triples = (q.triple for q in _default_graph(store))
    sink = cast("IO[bytes]", _CarriageReturnsEscaped(file))
    ox.serialize(triples, sink, ox.RdfFormat.RDF_XML, prefixes=prefixes_of(base_iri))


class _CarriageReturnsEscaped:
    """A file for XML in which carriage returns are references: XML parsers make line feeds of those that stand there
    (https://www.w3.org/TR/xml/#sec-line-ends), and the library writes them as they are."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        self._file.write(data.replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        self._file.flush()


def _default_graph(store: Dataset) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, None, None, ox.DefaultGraph())


def _named_graphs(store: Dataset) -> Iterator[ox.Quad]:
    for graph in sorted(store.named_graphs(), key=str):
        yield from store.quads_for_pattern(None, None, None, graph)


_RUN_LENGTH = 500_000


def _write_sorted(lines: Iterable[bytes], file: IO[bytes]) -> None:
    """Lines in byte order: sorted in runs that fit in memory, which are merged from temporary files."""
    source = iter(lines)
    run_of_lines = sorted(islice(source, _RUN_LENGTH))
    if len(run_of_lines) < _RUN_LENGTH:
        file.writelines(run_of_lines)
        return
    with ExitStack() as stack:
        runs: list[IO[bytes]] = []
        while run_of_lines:
            runs.append(stack.enter_context(tempfile.TemporaryFile()))
            runs[-1].writelines(run_of_lines)
            runs[-1].seek(0)
            run_of_lines = sorted(islice(source, _RUN_LENGTH))
        file.writelines(heapq.merge(*runs))


# --- network ---


def _graphml(store: Dataset, file: IO[bytes], base_iri: str) -> None:
    file.write(Network.load(store, base_iri).graphml())


def _gexf(store: Dataset, file: IO[bytes], base_iri: str) -> None:
    file.write(Network.load(store, base_iri).gexf())


# --- tables ---


def _tables(store: Dataset, file: IO[bytes], base_iri: str) -> None:
    queries = [find_query(name) for name in TABLES]
    with zipfile.ZipFile(file, "w") as archive:
        for query in queries:
            with archive.open(_entry(f"{query.name}.csv"), "w") as table:
                run(store, query, base_iri=base_iri).serialize(table, ox.QueryResultsFormat.CSV)
        with archive.open(_entry(METADATA), "w") as metadata:
            metadata.write(json.dumps(table_metadata(queries), indent=2, ensure_ascii=False).encode())


def write_table(store: Dataset, name: str, file: IO[bytes], base_iri: str = HOME) -> None:
    """Write one of TABLES as CSV."""
    run(store, find_query(name), base_iri=base_iri).serialize(file, ox.QueryResultsFormat.CSV)


def table_metadata(queries: Iterable[NamedQuery]) -> dict[str, Any]:
    """The tables in the W3C vocabulary for metadata of tabular data (https://www.w3.org/TR/tabular-metadata/).

    A reader can make RDF of a table by it (https://www.w3.org/TR/csv2rdf/): what it gets are statements of the graph.
    """
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:license": {"@id": str(LICENCE)},
        "tables": [
            {
                "url": f"{query.name}.csv",
                "dc:title": query.title["en"],
                "dc:description": query.description,
                "tableSchema": _table_schema(query),
            }
            for query in queries
        ],
    }


def _table_schema(query: NamedQuery) -> dict[str, Any]:
    table = query.table
    schema: dict[str, Any] = {
        "columns": [_column(query, name, column) for name, column in query.columns.items()]
    }
    if table is None:
        return schema
    return {
        **schema,
        "aboutUrl": f"{{+{table.about}}}",
        "primaryKey": table.key,
        "foreignKeys": [
            {
                "columnReference": column,
                "reference": {"resource": f"{other}.csv", "columnReference": _key_of(other)},
            }
            for column, other in table.references.items()
        ],
    }


def _column(query: NamedQuery, name: str, column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": name,
        "titles": name,
        "dc:description": column.title,
        "datatype": column.datatype,
    }
    if query.table is None:
        return described
    if name == query.table.about:
        described["required"] = True
    labelled = name.removesuffix("Label")
    if column.property:
        described["propertyUrl"] = _expanded(column.property)
        if column.datatype == "anyURI":
            described["valueUrl"] = f"{{+{name}}}"
    elif labelled != name and labelled in query.columns:
        described |= {"aboutUrl": f"{{+{labelled}}}", "propertyUrl": _expanded("rdfs:label")}
    else:
        described["suppressOutput"] = True  # no statement, or one that the row's other cells make
    return described


def _key_of(table: str) -> str:
    """The one key column of a table that others refer to."""
    referred = find_query(table).table
    assert referred is not None, f"{table} is no table"
    (column,) = referred.key
    return column


def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _entry(name: str) -> zipfile.ZipInfo:
    # A fixed date, so that two exports of one graph are the same file.
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


FORMATS: dict[str, Format] = {
    "nq": Format(".nq", "application/n-quads", "N-Quads: every named graph, sorted", _nquads),
    "trig": Format(".trig", "application/trig", "TriG: every named graph", _trig),
    "ttl": Format(".ttl", "text/turtle", "Turtle: the merged graph", _turtle),
    "nt": Format(".nt", "application/n-triples", "N-Triples: the merged graph, sorted", _ntriples),
    "rdf": Format(".rdf", "application/rdf+xml", "RDF/XML: the merged graph", _rdfxml),
    "jsonld": Format(".jsonld", "application/ld+json", "JSON-LD: every named graph", _jsonld),
    "graphml": Format(".graphml", "application/graphml+xml", "GraphML: the cooperation network", _graphml),
    "gexf": Format(".gexf", "application/gexf+xml", "GEXF: the cooperation network", _gexf),
    "csv": Format(".zip", "application/zip", "CSV: tables with CSVW metadata, zipped", _tables),
}
"""What `kg export` can write, by the name of its option."""

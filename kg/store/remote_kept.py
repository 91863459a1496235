"""What a SPARQL server keeps beside a version, as the embedded store keeps files: the validation report, and what was withdrawn.

    <base>graph/report/<id>    pieces of the report in each form, compressed: no engine's idea of a literal can spoil them
    <base>graph/withdrawn      what earlier versions described and a later one neither describes nor mentions, with the time

Neither is a graph of the version: queries and copies of the dataset hold what is true now. The list only grows: a thing
that has come back stays on it, which does no harm, since it is looked at for what the dataset knows nothing of.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

from kg.store.engines import Connection

RDF_VALUE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#value"
CHECKSUM: Final = "http://spdx.org/rdf/terms#checksumValue"
INVALIDATED: Final = "http://www.w3.org/ns/prov#invalidatedAtTime"
NOWHERE: Final = "urn:x-kg:no-graph"
"""A graph that does not exist: Virtuoso fails on a list of one value."""
PIECE: Final = 16 * 1024
"""Characters of a literal."""
MERGED: Final = "graph/merged/"


def report_graph(merged: str) -> str:
    """Where the report of the version lies whose merged graph has that name."""
    base, _, identity = merged.rpartition(MERGED)
    return f"{base}graph/report/{identity}"


def withdrawn_graph(merged: str) -> str:
    """Where the list of withdrawn things lies, beside a version whose merged graph has that name."""
    return merged.rpartition(MERGED)[0] + "graph/withdrawn"


def write_reports(connection: Connection, graph: str, reports: Mapping[str, str]) -> None:
    """Put a validation report by form (`json`, `turtle`) into a graph, in place of what it holds. Raises as Connection."""
    lines = []
    for form, text in reports.items():
        packed = base64.b64encode(zlib.compress(text.encode())).decode()
        lines.append(f'<{graph}#{form}> <{CHECKSUM}> "{sha256(text.encode()).hexdigest()}" .\n')
        lines += [
            f'<{graph}#{form}.{number:06}> <{RDF_VALUE}> "{packed[begin : begin + PIECE]}" .\n'
            for number, begin in enumerate(range(0, len(packed), PIECE))
        ]
    connection.upload(graph, "".join(lines).encode(), replace=True)


def read_report(connection: Connection, graph: str, form: str) -> str | None:
    """The report in a form; None where none is kept, or not all of it is there. Raises as Connection."""
    pieces: dict[str, str] = {}
    expected = ""
    for row in connection.rows(f"SELECT ?s ?o WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"):
        subject, value = str(row["s"].value), str(row["o"].value)
        name, _, number = subject.rpartition("#")[2].partition(".")
        if name == form and number:
            pieces[number] = value
        elif name == form:
            expected = value
    try:
        text = zlib.decompress(base64.b64decode("".join(pieces[number] for number in sorted(pieces))))
    except (ValueError, zlib.error):
        return None
    return text.decode() if sha256(text).hexdigest() == expected else None


def note_withdrawn(connection: Connection, changed: Iterable[str], merged: str) -> None:
    """Note what the graphs `changed`, which are about to be replaced, describe and the new version does not know.

    `merged` is the merge of the version to come. Raises as Connection.
    """
    listed = " ".join(f"<{name}>" for name in [*changed, NOWHERE])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    described = (
        f"SELECT DISTINCT ?s WHERE {{ VALUES ?g {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }} FILTER (ISIRI(?s)) }}"
    )
    connection.update(
        f'INSERT {{ GRAPH <{withdrawn_graph(merged)}> {{ ?s <{INVALIDATED}> "{now}" }} }} WHERE {{ {{ {described} }}'
        f" FILTER NOT EXISTS {{ GRAPH <{merged}> {{ ?s ?q ?any }} }}"
        f" FILTER NOT EXISTS {{ GRAPH <{merged}> {{ ?other ?r ?s }} }} }}"
    )


def withdrawn_since(connection: Connection, merged: str, iri: str) -> str | None:
    """Since when nothing has been known of a thing that was described before; None if it never was. Raises as Connection."""
    try:
        thing = ox.NamedNode(iri)
    except ValueError:  # no IRI, so nothing ever described it
        return None
    graph = withdrawn_graph(merged)
    rows = connection.rows(f"SELECT ?when WHERE {{ GRAPH <{graph}> {{ {thing} <{INVALIDATED}> ?when }} }}")
    return max((str(row["when"].value) for row in rows), default=None)

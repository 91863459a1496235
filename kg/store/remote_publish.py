"""Publishing to a SPARQL server: in one step as readers see it, continued where a broken attempt stopped.

1. Every named graph that is not there yet (by the hash of its content) is uploaded beside what is served, under a name
   made of that hash; what is complete is noted in a graph of our own.
2. The merge of all graphs is put together on the server, under a name made of the version's id; what the version does
   not know any more is noted (`kg.store.remote_kept`), and the validation report is put beside it.
3. ONE update request replaces the graphs that changed and the note that says which version is current.
4. What was only needed meanwhile is removed; the merge before this one stays for queries that still run on it.

Killed before 3, nothing has changed for anybody, and the next attempt finds what was uploaded. Engines run one update
request in one transaction (docs/scaling.md says which were tested). A lock keeps two publishers apart; whoever holds it
renews it, and 3 does nothing when it was lost.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Final

from kg.mapping.nquads import content_hash
from kg.settings import Settings
from kg.store.dataset import GraphText, dataset_id
from kg.store.embedded import NoStore, PublishingInProgress
from kg.store.engines import Connection, StoreFails
from kg.store.remote import (
    DCTERMS,
    SD,
    VOID,
    RemoteVersion,
    current_id,
    current_version,
    published_graph,
)
from kg.store.remote_kept import CHECKSUM, MERGED, NOWHERE, note_withdrawn, report_graph, write_reports

CHUNK: Final = 4 * 1024 * 1024
"""Bytes of N-Triples per upload."""
LOCKED_FOR: Final = 120.0
"""Seconds without a sign of life after which a publisher counts as dead."""
DROPPED_AT_ONCE: Final = 100

Progress = Callable[[str], None]


def publish_remote(
    settings: Settings,
    quads: bytes,
    *,
    reports: Mapping[str, str] | None = None,
    progress: Progress = lambda _: None,
) -> RemoteVersion:
    """Make `quads` (N-Quads text, named graphs only) the dataset that the server of `settings.store` serves.

    `reports` is the validation report by form (`json`, `turtle`). Blank nodes are local to their graph. Raises KgError when the server is not there, does not let us write or fails;
    PublishingInProgress when somebody else publishes there. In each case readers keep what they had.
    """
    return _Publication(Connection(settings), settings.base_iri, progress).run(*_graphs(quads), reports or {})


def publish_remote_graphs(
    settings: Settings,
    graphs: Mapping[str, GraphText],
    *,
    reports: Mapping[str, str] | None = None,
    progress: Progress = lambda _: None,
) -> RemoteVersion:
    """As `publish_remote`, of named graphs that are read one at a time; the version is called by `dataset_id`."""
    staged = [_Staged(name, graph.digest, partial(_lines, graph)) for name, graph in sorted(graphs.items())]
    identity = dataset_id({graph.name: graph.hash for graph in staged})
    return _Publication(Connection(settings), settings.base_iri, progress).run(
        staged, identity, reports or {}
    )


def require_writable(settings: Settings) -> None:
    """Raises KgError, as `publish_remote` would, when publishing is out of the question now."""
    with _Lock(Connection(settings), _workshop(settings.base_iri)):
        return


@dataclass(slots=True)
class _Staged:
    """A graph to be published: where it waits until then (its own name, when it is there already)."""

    name: str
    hash: str
    lines: Callable[[], list[bytes]] = field(repr=False)
    waits_in: str = ""


class _Publication:
    def __init__(self, connection: Connection, base_iri: str, progress: Progress) -> None:
        self._connection = connection
        self._base = base_iri
        self._control = published_graph(base_iri)
        self._workshop = _workshop(base_iri)
        self._progress = progress
        self._lock = _Lock(connection, self._workshop)

    def run(self, graphs: list[_Staged], identity: str, reports: Mapping[str, str]) -> RemoteVersion:
        with self._lock:
            former = self._former()
            if former is not None and former.id == identity:
                self._report(former.merged, reports)  # the rules may have changed since
                return former
            merged = f"{self._base}{MERGED}{identity[:16]}"
            self._stage(graphs, former)
            self._merge(graphs, merged, identity)
            if former is not None:
                same = {graph.name for graph in graphs if graph.waits_in == graph.name}
                self._lock.renew()
                note_withdrawn(self._connection, sorted(set(former.hashes) - same), merged)
            self._report(merged, reports)
            self._switch(graphs, merged, identity, former)
            kept = {merged, former.merged} if former else {merged}
            self._clear_away(keep=kept | {report_graph(name) for name in kept})
        return current_version(self._connection, self._base)

    def _report(self, merged: str, reports: Mapping[str, str]) -> None:
        if reports:
            graph = report_graph(merged)
            self._note([(graph, f"{DCTERMS}isVersionOf", f"<{self._base}graph/report>")])
            write_reports(self._connection, graph, reports)

    def _former(self) -> RemoteVersion | None:
        try:
            return current_version(self._connection, self._base)
        except NoStore:
            return None

    def _stage(self, graphs: list[_Staged], former: RemoteVersion | None) -> None:
        served = former.hashes if former else {}
        complete = self._complete()
        missing: list[_Staged] = []
        for graph in graphs:
            if served.get(graph.name) == graph.hash:
                graph.waits_in = graph.name
            else:
                graph.waits_in = f"{self._base}graph/staging/{_staging_name(graph)}"
                if complete.get(graph.waits_in) != graph.hash:
                    missing.append(graph)
        # Noted before they are made, so that whoever clears away knows of them.
        self._note((graph.waits_in, f"{DCTERMS}isVersionOf", f"<{graph.name}>") for graph in missing)
        for number, graph in enumerate(missing, 1):
            self._progress(f"Uploading graphs: {number} of {len(missing)}")
            for first, chunk in _chunks(graph.lines()):
                self._lock.renew()
                self._connection.upload(graph.waits_in, chunk, replace=first)
            self._note([(graph.waits_in, CHECKSUM, f'"{graph.hash}"')])

    def _merge(self, graphs: list[_Staged], merged: str, identity: str) -> None:
        if self._complete().get(merged) == identity:
            return
        self._progress("Merging on the server")
        self._note([(merged, f"{DCTERMS}isVersionOf", f"<{self._base}graph/merged>")])
        for graph in graphs:
            self._lock.renew()
            self._connection.update(
                f"INSERT {{ GRAPH <{merged}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{graph.waits_in}> {{ ?s ?p ?o }} }}"
            )
        self._note([(merged, CHECKSUM, f'"{identity}"')])

    def _switch(
        self, graphs: list[_Staged], merged: str, identity: str, former: RemoteVersion | None
    ) -> None:
        self._progress("Switching")
        triples = self._size(merged)
        # As many as the engine keeps: some hold fewer than they are sent (docs/scaling.md).
        sizes = {graph.name: self._size(graph.waits_in) for graph in graphs}
        names = {graph.name for graph in graphs}
        dropped = sorted(set(former.hashes) - names) if former else []
        fresh = [graph for graph in graphs if graph.waits_in != graph.name]
        emptied = [*(graph.name for graph in fresh), *dropped]
        created = datetime.now(UTC).isoformat(timespec="seconds")
        about = [
            f"<{self._control}> a <{VOID}Dataset>",
            f'<{self._control}> <{DCTERMS}identifier> "{identity}"',
            f'<{self._control}> <{DCTERMS}created> "{created}"',
            f'<{self._control}> <{VOID}triples> "{sum(sizes.values())}"',
            f"<{self._control}> <{SD}defaultGraph> <{merged}>",
            f'<{merged}> <{VOID}triples> "{triples}"',
        ]
        for graph in graphs:
            about += [
                f"<{self._control}> <{SD}namedGraph> <{graph.name}>",
                f'<{graph.name}> <{VOID}triples> "{sizes[graph.name]}"',
                f'<{graph.name}> <{CHECKSUM}> "{graph.hash}"',
            ]
        self._lock.renew(now=True)
        mine = self._lock.pattern
        steps = []
        if emptied:
            listed = " ".join(f"<{name}>" for name in [*emptied, NOWHERE])  # Virtuoso fails on one value
            steps.append(
                f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ {mine} VALUES ?g {{ {listed} }} GRAPH ?g {{ ?s ?p ?o }} }}"
            )
        if fresh:
            pairs = [(graph.name, graph.waits_in) for graph in fresh] + [(NOWHERE, NOWHERE)]
            listed = " ".join(f"(<{name}> <{waits_in}>)" for name, waits_in in pairs)
            waiting = f"VALUES (?g ?from) {{ {listed} }} GRAPH ?from {{ ?s ?p ?o }}"
            steps.append(f"INSERT {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ {mine} {waiting} }}")
        control = f"GRAPH <{self._control}>"
        steps += [
            f"DELETE {{ {control} {{ ?s ?p ?o }} }} WHERE {{ {mine} {control} {{ ?s ?p ?o }} }}",
            f"INSERT {{ {control} {{ {' . '.join(about)} }} }} WHERE {{ {mine} }}",
        ]
        self._connection.update(" ;\n".join(steps))
        if current_id(self._connection, self._base) != identity:
            raise PublishingInProgress(
                "somebody else has begun to publish there meanwhile", where=self._connection.url,
                hint="Nothing was changed. Wait until they have finished, then try again.",
            )  # fmt: skip

    def _clear_away(self, keep: set[str]) -> None:
        self._progress("Clearing away")
        done = [
            str(row["g"].value)
            for row in self._connection.rows(
                f"SELECT DISTINCT ?g WHERE {{ GRAPH <{self._workshop}> {{ ?g <{DCTERMS}isVersionOf> ?of }} }}"
            )
        ]
        useless = [name for name in done if name not in keep]
        for begin in range(0, len(useless), DROPPED_AT_ONCE):
            self._lock.renew()
            some = useless[begin : begin + DROPPED_AT_ONCE]
            listed = " ".join(f"<{name}>" for name in [*some, NOWHERE])
            self._connection.update(
                " ;\n".join(f"DROP SILENT GRAPH <{name}>" for name in some)
                + f" ;\nDELETE {{ GRAPH <{self._workshop}> {{ ?g ?p ?o }} }}"
                + f" WHERE {{ VALUES ?g {{ {listed} }} GRAPH <{self._workshop}> {{ ?g ?p ?o }} }}"
            )

    def _complete(self) -> dict[str, str]:
        """Graphs of the workshop that were uploaded or merged to the end, with the hash of their content."""
        rows = self._connection.rows(
            f"SELECT ?g ?hash WHERE {{ GRAPH <{self._workshop}> {{ ?g <{CHECKSUM}> ?hash }} }}"
        )
        return {str(row["g"].value): str(row["hash"].value) for row in rows}

    def _note(self, triples: Iterable[tuple[str, str, str]]) -> None:
        text = " . ".join(f"<{subject}> <{predicate}> {value}" for subject, predicate, value in triples)
        if text:
            self._connection.update(f"INSERT DATA {{ GRAPH <{self._workshop}> {{ {text} }} }}")

    def _size(self, graph: str) -> int:
        rows = self._connection.rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        return int(float(rows[0]["n"].value)) if rows else 0


class _Lock:
    """One note in the workshop, `<lock> dcterms:creator "token host pid until"`, changed only by who knows what it says.

    A pattern that names the value makes each change a compare-and-set, on every engine.
    """

    def __init__(self, connection: Connection, workshop: str) -> None:
        self._connection = connection
        self._workshop = workshop
        self._lock = f"<{workshop}#lock> <{DCTERMS}creator>"
        self._host = "".join(c for c in socket.gethostname() if c.isalnum() or c in ".-_") or "host"
        self._value = ""
        self._until = 0.0

    @property
    def pattern(self) -> str:
        """Matches once while the lock is ours, never when it is not."""
        return f'GRAPH <{self._workshop}> {{ {self._lock} "{self._value}" }}'

    def __enter__(self) -> _Lock:
        seen = self._read()
        if not seen:
            self._connection.update(f'INSERT DATA {{ GRAPH <{self._workshop}> {{ {self._lock} "free" }} }}')
            seen = ["free"]
        for value in seen:
            if value != "free" and self._alive(value):
                raise PublishingInProgress(
                    "somebody else is publishing there", where=self._connection.url,
                    hint=f"Wait until they have finished, then try again. A publisher that died blocks for {LOCKED_FOR:g} s at most.",
                )  # fmt: skip
        for value in seen[1:]:  # two publishers began at once, before there was a lock
            self._connection.update(
                f'DELETE DATA {{ GRAPH <{self._workshop}> {{ {self._lock} "{value}" }} }}'
            )
        self._take(seen[0])
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._replace(self._value, "free")
        except Exception:  # the error that brought us here says more, and the lock wears off
            return

    def renew(self, *, now: bool = False) -> None:
        """Show a sign of life. Raises PublishingInProgress when the lock was lost."""
        if now or time.time() > self._until - LOCKED_FOR / 2:
            self._take(self._value)

    def _take(self, seen: str) -> None:
        self._until = time.time() + LOCKED_FOR
        mine = f"{secrets.token_hex(8)} {self._host} {os.getpid()} {self._until:.0f}"
        self._replace(seen, mine)
        if self._read() != [mine]:
            raise PublishingInProgress(
                "somebody else is publishing there", where=self._connection.url,
                hint="Wait until they have finished, then try again.",
            )  # fmt: skip
        self._value = mine

    def _replace(self, seen: str, value: str) -> None:
        graph = f"GRAPH <{self._workshop}>"
        self._connection.update(
            f'DELETE {{ {graph} {{ {self._lock} "{seen}" }} }} INSERT {{ {graph} {{ {self._lock} "{value}" }} }}'
            f' WHERE {{ {graph} {{ {self._lock} "{seen}" }} }}'
        )

    def _read(self) -> list[str]:
        rows = self._connection.rows(
            f"SELECT ?value WHERE {{ GRAPH <{self._workshop}> {{ {self._lock} ?value }} }}"
        )
        return [str(row["value"].value) for row in rows]

    def _alive(self, value: str) -> bool:
        try:
            _, host, pid, until = value.split(" ")
            if float(until) < time.time():
                return False
            if host == self._host and int(pid) != os.getpid():
                os.kill(int(pid), 0)
        except ProcessLookupError:
            return False
        except (ValueError, PermissionError):
            return True
        return True


# --- private helpers ---


def _workshop(base_iri: str) -> str:
    return base_iri + "graph/publishing"


def _graphs(quads: bytes) -> tuple[list[_Staged], str]:
    """Named graphs of sorted N-Quads with their triples as N-Triples lines, and the identity of the whole."""
    lines = sorted({line for line in quads.splitlines() if line.strip()})
    by_name: dict[str, list[bytes]] = {}
    for line in lines:
        triple, graph = _split(line)
        by_name.setdefault(graph, []).append(triple)
    staged = [
        _Staged(name, content_hash(found), partial(list, found)) for name, found in sorted(by_name.items())
    ]
    return staged, content_hash(line + b"\n" for line in lines)


def _split(line: bytes) -> tuple[bytes, str]:
    """`<s> <p> o <graph> .` as the triple's line and the graph's name; the last space before it ends the triple."""
    body = line.rstrip()
    if not body.endswith(b"> ."):
        raise StoreFails(
            "only named graphs can be published to a SPARQL server",
            where=line[:80].decode("utf-8", "replace"),
        )
    triple, _, graph = body[:-2].rpartition(b" <")
    return triple + b" .\n", graph[:-1].decode()


def _lines(graph: GraphText) -> list[bytes]:
    return graph.read().splitlines(keepends=True)


def _staging_name(graph: _Staged) -> str:
    return sha256(f"{graph.name} {graph.hash}".encode()).hexdigest()[:24]


def _chunks(lines: list[bytes]) -> Iterator[tuple[bool, bytes]]:
    """The lines in pieces of about CHUNK bytes, each with whether it is the first.

    A blank node means the same only within one piece, so all lines with blank nodes are in the first, whatever its size.
    """
    piece = [line for line in lines if _has_blank_node(line)]
    size = sum(map(len, piece))
    first = True
    for line in lines:
        if _has_blank_node(line):
            continue
        piece.append(line)
        size += len(line)
        if size >= CHUNK:
            yield first, b"".join(piece)
            first, piece, size = False, [], 0
    if piece or first:
        yield first, b"".join(piece)


def _has_blank_node(line: bytes) -> bool:
    return line.startswith(b"_:") or b"> _:" in line.partition(b'"')[0]

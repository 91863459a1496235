"""A version made from the one before it: only the graphs that differ are touched.

The new database begins as a checkpoint of the served one: hard links to the same files, which are never written again
(Oxigraph's `backup`). Then statements leave and join the graphs that differ, and the default graph, which is the merge
of all: a triple leaves it only when no other graph states it. The result is what a fresh load of all graphs gives, in the
time that the difference takes; tests/store/test_delta.py compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg.store.dataset import GraphText

FILE: Final = "graphs.json"
"""Beside a version that a build has published: the hash of each of its graphs, by name."""
_MOST = 0.6
"""The share of statements in graphs that differ up to which this takes less than a fresh load. The inferred graph differs
nearly always, and is a third of all."""


class NotPossible(Exception):
    """The difference cannot be applied: a graph that differs has blank nodes, whose names a store does not keep."""


def write_digests(version: Path, digests: Mapping[str, str]) -> None:
    """Keep the hashes of a version's graphs beside it. Raises OSError."""
    (version / FILE).write_text(json.dumps(dict(sorted(digests.items())), indent=0), encoding="utf-8")


def digests_of(version: Path) -> dict[str, str]:
    """The hashes of a version's graphs by name; nothing where it has not been published graph by graph."""
    try:
        read = json.loads((version / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in read.items()} if isinstance(read, dict) else {}


def is_small(former: Mapping[str, str], graphs: Mapping[str, GraphText]) -> bool:
    """Whether changing a version with the graphs `former` takes less than loading `graphs`."""
    differing = sum(graph.triples for name, graph in graphs.items() if former.get(name) != graph.digest)
    gone = len(former.keys() - graphs.keys())
    return differing <= _MOST * sum(graph.triples for graph in graphs.values()) and gone <= _MOST * len(
        former
    )


def apply(
    base: Path,
    folder: Path,
    former: Mapping[str, str],
    graphs: Mapping[str, GraphText],
    facts: Mapping[str, int],
) -> tuple[dict[str, Any], set[str]]:
    """Make the database `folder` out of `base`, which holds the graphs of the hashes `former`, so that it holds `graphs`.

    `facts` are `quads`, `triples` and `graphs` of the base; returns them for the new database, and the things that have
    lost a statement altogether. Raises NotPossible, and OSError when the disk refuses; then the folder is worth nothing.
    """
    ox.Store.read_only(str(base)).backup(str(folder))
    store = ox.Store(str(folder))
    counts = dict(facts)
    differing = sorted(
        name for name in former.keys() | graphs.keys() if former.get(name) != _digest(graphs, name)
    )
    removed: set[bytes] = set()
    for name in differing:
        node = ox.NamedNode(name)
        before = set((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=node) or b"").splitlines())
        text = set(graphs[name].read().splitlines()) if name in graphs else set()
        # What the store has word for word needs no look at how it writes numbers.
        fresh = _as_the_engine_writes(text - before)
        leaving, joining = before - text - fresh, fresh - before
        if any(map(_has_blank_node, leaving | fresh)):
            raise NotPossible(name)
        for triple in _triples(joining):
            store.add(ox.Quad(triple.subject, triple.predicate, triple.object, node))
            counts["triples"] += _join(store, triple)
        for triple in _triples(leaving):
            store.remove(ox.Quad(triple.subject, triple.predicate, triple.object, node))
        removed |= leaving
        counts["quads"] += len(joining) - len(leaving)
        after = len(before) + len(joining) - len(leaving)
        counts["graphs"] += bool(after) - bool(before)
        if not after:
            store.remove_graph(node)
    # Only now does every graph say what it says in the new version.
    shrunk: set[str] = set()
    for triple in _triples(removed):
        if _leave(store, triple):
            counts["triples"] -= 1
            shrunk.add(triple.subject.value)
    store.flush()
    return counts, shrunk


# --- private helpers ---

_DEFAULT = ox.DefaultGraph()


def _digest(graphs: Mapping[str, GraphText], name: str) -> str | None:
    return graphs[name].digest if name in graphs else None


def _as_the_engine_writes(lines: set[bytes]) -> set[bytes]:
    """The lines with values in the engine's way: it keeps what a number is, not how it was written."""
    store = ox.Store()
    store.bulk_load(b"".join(line + b"\n" for line in lines), format=ox.RdfFormat.N_TRIPLES)
    return set((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=_DEFAULT) or b"").splitlines())


def _has_blank_node(line: bytes) -> bool:
    # An object is the last thing of a line; a literal that holds " _:" ends with a quotation mark, a tag or a type.
    return line.startswith(b"_:") or line[:-2].rpartition(b" ")[2].startswith(b"_:")


def _triples(lines: set[bytes]) -> Iterator[Any]:
    text = b"".join(line + b"\n" for line in sorted(lines))
    return (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES))


def _join(store: ox.Store, triple: Any) -> bool:
    """State it in the default graph; whether it was not there."""
    quad = ox.Quad(triple.subject, triple.predicate, triple.object, _DEFAULT)
    if quad in store:
        return False
    store.add(quad)
    return True


def _leave(store: ox.Store, triple: Any) -> bool:
    """Take it out of the default graph unless a graph states it; whether it left."""
    for quad in store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None):
        if quad.graph_name != _DEFAULT:
            return False
    store.remove(ox.Quad(triple.subject, triple.predicate, triple.object, _DEFAULT))
    return True

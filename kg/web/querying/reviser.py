"""The process in which one update is carried out and checked: `python -m kg.web.querying.reviser`.

It gets its task as JSON on standard input and writes lines of JSON to standard output: which phase it is in, and last
how it ended. Evaluating has the memory of a query; checking takes as much as the data need. The server ends the process
at the limits of time; until the new version is published, that leaves everything as it was.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import sys
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg.errors import KgError
from kg.iris import Iris
from kg.store import PublishingInProgress, Version
from kg.store.embedded import Superseded
from kg.store.interface import ServedVersion
from kg.store.revision import Knowledge, NotWritable, Rejected, Revised, revise
from kg.web.querying.evaluation import GRAPH_FORMATS
from kg.web.querying.sandbox import forbid_sockets, limit_memory

SHOWN: Final = 100
"""Findings and contradictions that a refusal lists."""


class PreconditionFailed(Exception):
    """If-Match or If-None-Match does not hold for what is served now."""


class NoSuchGraph(Exception):
    """The graph of a Graph Store operation does not exist."""


def graph_state(version: ServedVersion, graph: str | None) -> str:
    """The part of entity tags that tells one state of a graph from another."""
    return version.state_of(graph)[:32]


def main() -> None:
    """Carry the task out. It is a document with store, base, steps or graph operation, conditions, and bounds.

    Everything that does not depend on the task is loaded before it comes.
    """
    knowledge = Knowledge.bundled()
    text = sys.stdin.buffer.read()
    if not text:  # the server ended before there was anything to do
        return
    task = json.loads(text)
    if not task["network"]:
        forbid_sockets()
    limits = resource.getrlimit(resource.RLIMIT_AS)

    def phase(name: str) -> None:
        if name == "evaluating":
            limit_memory(task["memory"])
        elif name == "checking":
            resource.setrlimit(resource.RLIMIT_AS, limits)
            limit_memory(task["checking_memory"])
        _say({"phase": name})

    try:
        ending = _carry_out(task, knowledge, phase)
    except MemoryError:
        ending = _failed("memory", "The update needs more memory than it may take.")
    _say(ending)


# --- private helpers ---


def _carry_out(task: dict[str, Any], knowledge: Knowledge, phase: Any) -> dict[str, Any]:
    existed: list[bool] = []

    def change(store: ox.Store, base: Version) -> None:
        existed.clear()
        existed.append(_exists(store, task["graph"]) if "graph" in task else True)
        _require_conditions(task, base, existed[0])
        if "steps" in task:
            _run(store, task)
        else:
            _write_graph(store, task, existed[0])

    try:
        revised = revise(Path(task["store"]), change, Iris(task["base"]), knowledge=knowledge, phase=phase)
    except SyntaxError as error:
        return {"failed": _place(error, task)}
    except PreconditionFailed as error:
        return _failed("precondition", str(error))
    except NoSuchGraph as error:
        return _failed("no-graph", str(error))
    except NotWritable as error:
        return _failed("not-writable", str(error))
    except Rejected as error:
        return _failed("rejected", str(error), **_findings(error))
    except (Superseded, PublishingInProgress) as error:
        return _failed("busy", str(error))
    except KgError as error:
        return _failed("store", str(error))
    except (OSError, ValueError, RuntimeError) as error:
        return _failed("evaluation", str(error))
    return {"done": {"existed": existed[0], **_outcome(revised)}}


def _require_conditions(task: dict[str, Any], base: Version, existed: bool) -> None:
    """RFC 9110 §13.1.1 and §13.1.2, evaluated on the very version that the update is made from."""
    if_match, graph = task.get("if_match"), task.get("graph")
    state = graph_state(base, graph) if "graph" in task else base.id
    if if_match is not None and not (existed and ("*" in if_match or state in if_match)):
        raise PreconditionFailed(f"If-Match does not name what is served now (version {base.id}).")
    if task.get("if_none_match") and existed and "graph" in task:
        raise PreconditionFailed("If-None-Match says that the graph must not exist, but it does.")


def _run(store: ox.Store, task: dict[str, Any]) -> None:
    for step in task["steps"]:
        if isinstance(step, str):
            used = {prefix: iri for prefix, iri in task["prefixes"].items() if prefix + ":" in step}
            store.update(step, base_iri=task["base"], prefixes=used)
        else:
            _add(store, step["file"], step["format"], step["source"], step["into"])


def _write_graph(store: ox.Store, task: dict[str, Any], existed: bool) -> None:
    """PUT, POST or DELETE of the SPARQL 1.1 Graph Store HTTP Protocol (§5.3 to §5.5)."""
    graph, method = task["graph"], task["method"]
    if method == "DELETE" and not existed:
        raise NoSuchGraph(f"There is no graph <{graph}>.")
    if method in ("PUT", "DELETE"):
        if graph is None:
            store.clear_graph(ox.DefaultGraph())
        elif existed:
            store.remove_graph(ox.NamedNode(graph))
    if method != "DELETE":
        if graph is not None:
            store.add_graph(ox.NamedNode(graph))  # an empty graph is one, too
        _add(store, task["file"], task["format"], graph or task["base"], graph)


def _add(store: ox.Store, file: str, format_name: str, base: str, graph: str | None) -> None:
    """The triples of a document, with blank nodes of their own. Raises ValueError when it has graphs of its own."""
    name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
    default = ox.DefaultGraph()

    def placed() -> Any:
        for quad in ox.parse(
            path=file, format=GRAPH_FORMATS[format_name], base_iri=base, rename_blank_nodes=True
        ):
            if quad.graph_name != default:
                raise ValueError("The document has named graphs; send the triples of one graph.")
            yield ox.Quad(quad.subject, quad.predicate, quad.object, name)

    store.extend(placed())


def _exists(store: ox.Store, graph: str | None) -> bool:
    return graph is None or store.contains_named_graph(ox.NamedNode(graph))


def _outcome(revised: Revised) -> dict[str, Any]:
    report = revised.report
    return {
        "version": revised.version.id,
        "changed": revised.changed,
        "inserted": revised.inserted,
        "deleted": revised.deleted,
        "entailed": revised.entailed,
        "no_longer_entailed": revised.no_longer_entailed,
        "graphs": revised.graphs,
        "findings": {s.value: n for s, n in report.counts().items()} if report is not None else None,
    }


def _findings(error: Rejected) -> dict[str, Any]:
    report = error.report.as_dict() if error.report is not None else {"counts": {}, "findings": []}
    violations = [found for found in report["findings"] if found["severity"] == "Violation"]
    return {
        "counts": report["counts"],
        "findings": violations[:SHOWN],
        "contradictions": [
            {"kind": clash.kind, "message": clash.message, "statements": clash.statements}
            for clash in error.clashes[:SHOWN]
        ],
    }


def _place(error: SyntaxError, task: dict[str, Any]) -> dict[str, Any]:
    """Where the text is wrong, as the client sees it."""
    found = re.match(r"error at (\d+):(\d+): (.*)", str(error), re.DOTALL)
    if not found:  # a document that was sent or loaded
        return {
            "reason": "content", "message": " ".join(str(error.msg).split()), "line": error.lineno,
            "column": error.offset,
        }  # fmt: skip
    line, column, expected = found.groups()
    place = {"reason": "syntax", "message": " ".join(expected.split())}
    # Positions in a text that was rewritten mean nothing to whoever wrote the original.
    return place if task["rewritten"] else {**place, "line": int(line), "column": int(column)}


def _failed(reason: str, message: str, **more: Any) -> dict[str, Any]:
    return {"failed": {"reason": reason, "message": message, **more}}


def _say(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Ctrl-C reaches the whole process group; the server decides what it means.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    main()
    sys.stdout.flush()
    os._exit(0)

"""The SPARQL 1.1 Update suites against a running server: each test has its own dataset, published before it.

Updates go the whole way: HTTP, evaluation on a copy, entailments, validation, publication, and are read back by a query.
The default graph of this endpoint is the merge of the named graphs (docs/decisions/0010-updates.md), so a test that
expects a default graph expects it here together with what the named graphs state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
from rdflib import RDFS, Graph, Namespace
from served import Running, wait_until
from w3c_suite import BASE, MF, SYNTAXES, Outcome, entries, kinds_of, same_graph

from kg.store import publish

UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
EVALUATION = MF.UpdateEvaluationTest
POSITIVE = MF.PositiveUpdateSyntaxTest11
NEGATIVE = MF.NegativeUpdateSyntaxTest11
INFERRED = BASE + "graph/inferred"
EVERYTHING = "SELECT ?g ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


@dataclass(frozen=True)
class State:
    """A dataset by files: of the default graph, and by name of the others."""

    default: tuple[str, ...] = ()
    named: dict[str, str] = field(default_factory=dict)


def run(suite: Path, server: Running, store: Path, manifest: str, token: str) -> Iterator[Outcome]:
    """The outcome of each update test of the manifest, in its order."""
    for graph, test, place in entries(suite, manifest):
        kinds = kinds_of(graph, test) & {EVALUATION, POSITIVE, NEGATIVE}
        if not kinds:
            continue
        kind = kinds.pop()
        action = graph.value(test, MF.action)
        request = suite / str(graph.value(action, UT.request) or action).removeprefix(BASE)
        base = BASE + str(request.relative_to(suite))
        text = f"BASE <{base}>\n{request.read_text(encoding='utf-8')}"
        if kind == EVALUATION:
            before, after = state(graph, action), state(graph, graph.value(test, MF.result))
            wrong = evaluated(suite, server, store, text, before, after, token)
        else:
            wrong = read(server, text, kind == NEGATIVE, token)
        yield Outcome(
            place.partition("/")[0],
            "update evaluation" if kind == EVALUATION else "update syntax",
            str(test).removeprefix(BASE),
            wrong,
        )


def state(graph: Graph, node: Any) -> State:
    named = {
        str(graph.value(entry, RDFS.label)): str(graph.value(entry, UT.graph))
        for entry in graph.objects(node, UT.graphData)
    }
    return State(tuple(map(str, graph.objects(node, UT.data))), named)


def evaluated(
    suite: Path, server: Running, store: Path, text: str, before: State, after: State, token: str
) -> str | None:
    version = publish(store, quads(suite, before))
    wait_until(
        lambda: httpx.get(server.url + "/ready").json().get("dataset", {}).get("version") == version.id,
        "the test's dataset",
        server.log,
    )
    response = send(server, text, token)
    if response.status_code != 200:
        return f"{response.status_code}: {response.json()['detail']}"
    expected = list(quads(suite, after))
    merged = [ox.Quad(q.subject, q.predicate, q.object) for q in expected]
    if not same_graph(served(server), [*expected, *merged]):
        return "another dataset"
    return None


def read(server: Running, text: str, negative: bool, token: str) -> str | None:
    """Whether the server takes it for an update. What carrying it out would give is not asked."""
    response = send(server, text, token)
    if negative:
        return None if response.status_code == 400 else f"accepted ({response.status_code})"
    refused = response.status_code == 400 and response.json()["type"].endswith("#update-syntax")
    return None if not refused else f"refused: {response.json()['detail']}"


def send(server: Running, text: str, token: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sparql-update"}
    return httpx.post(server.sparql, content=text.encode(), headers=headers, timeout=300)


def quads(suite: Path, of: State) -> Iterator[ox.Quad]:
    for file, name in [*((file, None) for file in of.default), *((f, n) for n, f in of.named.items())]:
        path = suite / file.removeprefix(BASE)
        place = ox.NamedNode(name) if name else ox.DefaultGraph()
        for quad in ox.parse(
            path=str(path), format=SYNTAXES[path.suffix], base_iri=file, rename_blank_nodes=True
        ):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, place)


def served(server: Running) -> Iterator[ox.Quad]:
    """What the server has, without what follows from it."""
    response = httpx.get(
        server.sparql, params={"query": EVERYTHING}, headers={"Accept": "application/sparql-results+json"}
    )
    results: Any = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.JSON)
    found = [
        ox.Quad(row["s"], row["p"], row["o"], row["g"] if row["g"] is not None else ox.DefaultGraph())
        for row in results
    ]
    inferred = {q.triple for q in found if q.graph_name == ox.NamedNode(INFERRED)}
    stated = {q.triple for q in found if q.graph_name not in (ox.NamedNode(INFERRED), ox.DefaultGraph())}
    for quad in found:
        if quad.graph_name == ox.NamedNode(INFERRED):
            continue
        if quad.graph_name == ox.DefaultGraph() and quad.triple in inferred - stated:
            continue
        yield quad

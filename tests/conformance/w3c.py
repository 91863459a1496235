"""The W3C test suites for SPARQL 1.0 and 1.1 against a running server: `make conformance`.

    python tests/conformance/w3c.py [--suite FOLDER] [--keep FOLDER] [--only queries updates http]

The suites are not part of this project (`w3c_suite` fetches them). Queries are here: all data of all tests are published
as one dataset, each file as a graph under its own IRI; a test then names its dataset by default-graph-uri and
named-graph-uri, as the Protocol has it. So the whole way is tested: HTTP request, dataset, evaluation, results format.
Updates are in `w3c_updates`, the protocols in `w3c_http`. Exit code 1 when a test fails that KNOWN does not explain.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "web"))

import httpx
import pyoxigraph as ox
import w3c_http
import w3c_updates
from rdflib import Namespace, URIRef
from served import Running, running
from w3c_suite import (
    BASE,
    KNOWN_IN_OLDER_COPY,
    MF,
    SYNTAXES,
    Outcome,
    entries,
    kinds_of,
    same_graph,
    suite_folder,
)

from kg.store import publish

QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
NOTHING = BASE + "no-such-graph"
TOKEN = "a-token-for-conformance-tests"

QUERIES = (
    "sparql10/manifest.ttl",
    "dawg-data-r2/manifest-evaluation.ttl",
    "dawg-data-r2/manifest-syntax.ttl",
    "sparql11/manifest-all.ttl",
)
"""Where they are in the repository of the working group, and in the older copy."""
UPDATES = (
    "sparql11/add/manifest.ttl", "sparql11/basic-update/manifest.ttl", "sparql11/clear/manifest.ttl",
    "sparql11/copy/manifest.ttl", "sparql11/delete-data/manifest.ttl", "sparql11/delete-insert/manifest.ttl",
    "sparql11/delete-where/manifest.ttl", "sparql11/delete/manifest.ttl", "sparql11/drop/manifest.ttl",
    "sparql11/move/manifest.ttl", "sparql11/syntax-update-1/manifest.ttl", "sparql11/syntax-update-2/manifest.ttl",
    "sparql11/update-silent/manifest.ttl",
)  # fmt: skip
PROTOCOLS = (
    "sparql11/protocol/manifest.ttl",
    "sparql11/graph-store-protocol/manifest.ttl",
    "sparql11/service-description/manifest.ttl",
)
LEFT_OUT = {
    "entailment": "other entailment regimes than simple entailment",
    "service": "needs the endpoints of the test environment",
}
EVALUATION = {MF.QueryEvaluationTest, MF.CSVResultFormatTest}
POSITIVE = {MF.PositiveSyntaxTest, MF.PositiveSyntaxTest11}
NEGATIVE = {MF.NegativeSyntaxTest, MF.NegativeSyntaxTest11}

MERGE = "the default graph is the merge of the named graphs: ADR 10"
POLICY = (
    "LOAD of what KG_SERVICE_ALLOWLIST does not name is refused (403) before anything else, also with SILENT"
)
VALUES = (
    "the engine stores numbers, dates and booleans by value: 01 and 1 are one literal, written 1, and types derived "
    "from xsd:integer are xsd:integer"
)
SCOPE = (
    "the engine joins the variable of GRAPH inside of it, and knows no graphs without statements in a dataset"
)
ZERO = "the engine leaves a term out that is not in the data, also where a path of length zero starts or ends at it"
LANGUAGE = "the engine's GROUP_CONCAT keeps a language tag that all of its values have"
KNOWN: dict[str, str] = {
    **dict.fromkeys(
        (
            "open-world/manifest#open-eq-01",
            "expr-builtin/manifest#dawg-str-1",
            "expr-builtin/manifest#dawg-str-2",
            "expr-builtin/manifest#sameTerm-simple",
            "expr-builtin/manifest#sameTerm-eq",
            "expr-builtin/manifest#sameTerm-not-eq",
            "expr-equals/manifest#eq-graph-1",
            "expr-equals/manifest#eq-graph-2",
            "distinct/manifest#distinct-1",
            "distinct/manifest#distinct-9",
            "csv-tsv-res/manifest#tsv03",
            "cast/manifest#cast-bool",
            "cast/manifest#cast-int",
            "cast/manifest#cast-float",
            "cast/manifest#cast-double",
            "cast/manifest#cast-decimal",
            "cast/manifest#cast-string",
        ),
        VALUES,
    ),
    **dict.fromkeys(
        ("open-world/manifest#date-2", "open-world/manifest#date-3"),
        "XML Schema 1.1: dates without a time zone are compared with those that have one",
    ),
    **dict.fromkeys(
        (
            "graph/manifest#graph-variable-scope",
            "graph/manifest#graph-optional",
            "negation/manifest#graph-minus",
            "bindings/manifest#graph",
            "aggregates/manifest#agg-empty-group-count-graph",
        ),
        SCOPE,
    ),
    **dict.fromkeys(
        (
            "property-path/manifest#zero_or_more_set_start",
            "property-path/manifest#zero_or_more_set_end",
            "property-path/manifest#zero_or_one_set_start",
            "property-path/manifest#zero_or_one_set_end",
        ),
        ZERO,
    ),
    **dict.fromkeys(
        ("aggregates/manifest#agg-groupconcat-04", "aggregates/manifest#agg-groupconcat-06"),
        LANGUAGE,
    ),
    **dict.fromkeys(
        (
            "clear/manifest#dawg-clear-default-01",
            "copy/manifest#copy01",
            "delete-data/manifest#dawg-delete-data-05",
            "delete-where/manifest#dawg-delete-where-05",
            "delete/manifest#dawg-delete-05",
            "delete/manifest#dawg-delete-using-01",
            "drop/manifest#dawg-drop-default-01",
            "move/manifest#move01",
            "move/manifest#move02",
            "move/manifest#move06",
        ),
        MERGE,
    ),
    **dict.fromkeys(
        (
            "syntax-update-1/manifest#test_48",
            "syntax-update-1/manifest#test_49",
            "update-silent/manifest#load-silent",
            "update-silent/manifest#load-into-silent",
        ),
        POLICY,
    ),
    "syntax-sparql3/manifest#syn-bad-26": "the engine reads ?x<?a&&?b>?y as comparisons; the longest token is an IRI",
    "expr-builtin/manifest#case-insensitive-booleans": "the engine knows true and false in lower case only",
    "functions/manifest#bnode01": "the engine's BNODE(text) gives one node per text, not per text and solution",
}
"""Tests that fail for a reason that is known, by the end of their name."""


@dataclass(frozen=True)
class Test:
    """One test of a manifest."""

    suite: str
    group: str
    name: str
    kind: URIRef
    query: str
    data: tuple[str, ...]
    graphs: tuple[str, ...]
    result: str | None
    lax: bool = False
    """REDUCED: a row may come as often as without it, or less often."""


def main() -> int:
    """Run everything; print a line per failure and a table of scores."""
    parts = ("queries", "updates", "http")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suite", type=Path, help="the folder that holds sparql10 and sparql11")
    parser.add_argument(
        "--keep", type=Path, default=Path("build/conformance"), help="where the suites are kept"
    )
    parser.add_argument("--only", nargs="+", default=list(parts), choices=parts)
    chosen = parser.parse_args()
    suite = chosen.suite or suite_folder(chosen.keep)
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="kg-conformance-") as scratch:
        if "queries" in chosen.only:
            outcomes += queried(suite, Path(scratch) / "queries")
        runs = [(w3c_updates.run, UPDATES)] if "updates" in chosen.only else []
        runs += [(w3c_http.run, PROTOCOLS)] if "http" in chosen.only else []
        if runs:
            outcomes += written(suite, Path(scratch) / "updates", runs)
    return report(outcomes)


def queried(suite: Path, scratch: Path) -> list[Outcome]:
    """The outcomes of the query suites."""
    scratch.mkdir()
    found = [manifest for manifest in QUERIES if (suite / manifest).is_file()]
    tests = [test for manifest in found for test in tests_of(suite, manifest)]
    publish(scratch / "store", dataset(suite, tests))
    with running(scratch / "store", scratch / "log", query_timeout=60, base_iri=BASE) as server:
        return [
            Outcome(
                test.suite,
                "evaluation" if test.kind in EVALUATION else "syntax",
                test.name,
                outcome(suite, server, test),
            )
            for test in tests
        ]


def written(suite: Path, scratch: Path, runs: list[tuple[Any, tuple[str, ...]]]) -> list[Outcome]:
    """The outcomes of suites that write."""
    scratch.mkdir()
    store = scratch / "store"
    publish(store, b"")
    with running(store, scratch / "log", admin_token=TOKEN, base_iri=BASE) as server:
        return [
            outcome
            for run, manifests in runs
            for manifest in manifests
            if (suite / manifest).is_file()
            for outcome in run(suite, server, store, manifest, TOKEN)
        ]


def tests_of(suite: Path, manifest: str) -> Iterator[Test]:
    """The query tests of a manifest and of those that it includes."""
    for graph, test, place in entries(suite, manifest, LEFT_OUT):
        kinds = kinds_of(graph, test)
        chosen = kinds & (EVALUATION | POSITIVE | NEGATIVE)
        action = graph.value(test, MF.action)
        if not chosen and not kinds and action is not None:
            chosen = {MF.QueryEvaluationTest}
        if not chosen:
            continue
        assert action is not None
        result = graph.value(test, MF.result)
        yield Test(
            suite=place.partition("/")[0],
            group=place.split("/")[1],
            name=str(test).removeprefix(BASE),
            kind=chosen.pop(),
            query=str(graph.value(action, QT.query) or action),
            data=tuple(map(str, graph.objects(action, QT.data))),
            graphs=tuple(map(str, graph.objects(action, QT.graphData))),
            result=str(result) if result is not None else None,
            lax=graph.value(test, MF.resultCardinality) == MF.LaxCardinality,
        )


def dataset(suite: Path, tests: list[Test]) -> Iterator[ox.Quad]:
    """The data of all tests, each file as a graph, its blank nodes its own."""
    files = {iri for test in tests for iri in (*test.data, *test.graphs)}
    for test in tests:
        if test.kind in EVALUATION:
            text = text_of(suite, test.query)
            files |= {
                urljoin(test.query, iri) for iri in re.findall(r"(?i)\bFROM\s+(?:NAMED\s+)?<([^>]*)>", text)
            }
    for iri in sorted(files):
        file = suite / iri.removeprefix(BASE)
        if file.is_file():
            for quad in ox.parse(
                path=str(file), format=SYNTAXES[file.suffix], base_iri=iri, rename_blank_nodes=True
            ):
                yield ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(iri))


def outcome(suite: Path, server: Running, test: Test) -> str | None:
    """None for a test that passes, else what is wrong."""
    text = text_of(suite, test.query)
    if test.kind in EVALUATION:
        return evaluated(suite, server, test, text)
    response = ask(server, text, test, "application/sparql-results+json, text/turtle")
    refused = response.status_code == 400 and response.json()["type"].endswith("#query-syntax")
    if test.kind in NEGATIVE:
        return None if refused else f"accepted ({response.status_code})"
    # Whether the engine can evaluate it (SERVICE, for one) is not what is asked.
    return None if not refused else f"refused: {response.json()['detail']}"


def evaluated(suite: Path, server: Running, test: Test, text: str) -> str | None:
    assert test.result is not None
    file = suite / test.result.removeprefix(BASE)
    if file.suffix == ".csv":
        response = ask(server, text, test, "text/csv")
        if response.status_code != 200:
            return response.text
        mine, theirs = (rows_of_csv(t) for t in (response.text, file.read_text(encoding="utf-8")))
        return None if same_rows(mine, theirs) else f"{mine} instead of {theirs}"
    if file.suffix == ".tsv":
        response = ask(server, text, test, "text/tab-separated-values")
        if response.status_code != 200:
            return response.text
        mine, theirs = (rows_of_tsv(data) for data in (response.content, file.read_bytes()))
        return None if same_rows(mine, theirs) else f"{mine} instead of {theirs}"
    response = ask(server, text, test, "application/sparql-results+json, application/n-triples")
    if response.status_code != 200:
        return f"{response.status_code}: {response.json()['detail']}"
    wanted = expected(file, test.result)
    if response.headers["content-type"].startswith("application/n-triples"):
        mine = ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)
        return None if isinstance(wanted, list) and same_graph(mine, wanted) else "another graph"
    document = response.json()
    if isinstance(wanted, bool) or "boolean" in document:
        return None if document.get("boolean") == wanted else f"{document.get('boolean')} instead of {wanted}"
    rows = [{name: term_of(term) for name, term in row.items()} for row in document["results"]["bindings"]]
    if not isinstance(wanted, tuple):
        return "solutions instead of a graph"
    expected_rows, ordered = wanted
    if test.lax:
        rows, expected_rows = once(rows), once(expected_rows)
    if ordered and [normal(row) for row in rows] != [normal(row) for row in expected_rows]:
        return "another order"
    return (
        None
        if same_rows(rows, expected_rows)
        else f"{len(rows)} rows that are not the {len(expected_rows)} expected"
    )


def ask(server: Running, text: str, test: Test, accept: str) -> httpx.Response:
    parameters = []
    if test.kind in EVALUATION and not re.search(r"(?i)\bFROM\s", text):
        parameters = [("default-graph-uri", iri) for iri in test.data or (NOTHING,)]
        parameters += [("named-graph-uri", iri) for iri in test.graphs]
    return httpx.post(
        server.sparql, params=parameters, content=f"BASE <{test.query}>\n{text}".encode(), timeout=120,
        headers={"Content-Type": "application/sparql-query", "Accept": accept},
    )  # fmt: skip


def text_of(suite: Path, iri: str) -> str:
    return (suite / iri.removeprefix(BASE)).read_text(encoding="utf-8")


# --- expected results, and whether two results are the same ---

Row = dict[str, Any]


def expected(file: Path, iri: str) -> Any:
    """A truth value, (rows, whether their order counts), or quads."""
    if file.suffix in (".srx", ".srj"):
        results = ox.parse_query_results(
            path=str(file),
            format=ox.QueryResultsFormat.XML if file.suffix == ".srx" else ox.QueryResultsFormat.JSON,
        )
        if isinstance(results, ox.QueryBoolean):
            return bool(results)
        names = [variable.value for variable in results.variables]
        return [{n: row[n] for n in names if row[n] is not None} for row in results], False
    quads = list(ox.parse(path=str(file), format=SYNTAXES[file.suffix], base_iri=iri))
    return result_set(quads) if any(q.object == ox.NamedNode(RS + "ResultSet") for q in quads) else quads


def result_set(quads: list[ox.Quad]) -> Any:
    """A result written in the result set vocabulary of the working group."""
    of: defaultdict[Any, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        of[quad.subject][quad.predicate.value.removeprefix(RS)].append(quad.object)
    for node in list(of.values()):
        if node["boolean"]:
            return node["boolean"][0].value == "true"
    solutions = [solution for node in list(of.values()) for solution in node["solution"]]
    ordered = all(of[solution]["index"] for solution in solutions) and bool(solutions)
    if ordered:
        solutions.sort(key=lambda solution: int(of[solution]["index"][0].value))
    rows = [
        {of[b]["variable"][0].value: of[b]["value"][0] for b in of[solution]["binding"]}
        for solution in solutions
    ]
    return rows, ordered


def term_of(term: dict[str, Any]) -> Any:
    match term["type"]:
        case "uri":
            return ox.NamedNode(term["value"])
        case "bnode":
            return ox.BlankNode(term["value"])
    if "xml:lang" in term:
        return ox.Literal(term["value"], language=term["xml:lang"])
    return (
        ox.Literal(term["value"], datatype=ox.NamedNode(term["datatype"]))
        if "datatype" in term
        else ox.Literal(term["value"])
    )


NUMERIC = ("integer", "decimal", "double", "float")


def normal(value: Any) -> Any:
    """A row or term in a form in which equal values are equal: numbers by value, blank nodes without their label."""
    if isinstance(value, dict):
        return sorted((name, repr(normal(term))) for name, term in value.items())
    if isinstance(value, ox.BlankNode):
        return "_:"
    if isinstance(value, ox.Literal) and value.datatype.value.rpartition("#")[2] in NUMERIC:
        try:
            return value.datatype.value, float(value.value)
        except ValueError:
            return value
    return value


def once(rows: list[Row]) -> list[Row]:
    return list({repr(normal(row)): row for row in rows}.values())


def same_rows(mine: list[Row], theirs: list[Row]) -> bool:
    """Whether two multisets of rows are the same but for the labels of blank nodes."""
    if Counter(map(repr, map(normal, mine))) != Counter(map(repr, map(normal, theirs))):
        return False
    return matched(mine, theirs, {})


def matched(mine: list[Row], theirs: list[Row], names: dict[str, str]) -> bool:
    if not mine:
        return True
    row, *rest = mine
    for number, other in enumerate(theirs):
        if normal(row) != normal(other):
            continue
        extended = renamed(row, other, names)
        if extended is not None and matched(rest, theirs[:number] + theirs[number + 1 :], extended):
            return True
        if extended == names:  # a row without new names can be given to any of its equals
            return False
    return False


def renamed(row: Row, other: Row, names: dict[str, str]) -> dict[str, str] | None:
    extended = dict(names)
    for name, term in row.items():
        if isinstance(term, ox.BlankNode):
            theirs = other[name].value
            if extended.get(term.value, theirs) != theirs:
                return None
            if term.value not in extended and theirs in extended.values():
                return None
            extended[term.value] = theirs
    return extended


def rows_of_csv(text: str) -> list[Row]:
    """With blank nodes and numbers as terms, so that they compare as such."""
    names, *lines = csv.reader(io.StringIO(text))
    return [
        {n: text_term(value) for n, value in zip(names, line, strict=False) if value}
        for line in lines
        if line
    ]


def rows_of_tsv(data: bytes) -> list[Row]:
    results: Any = ox.parse_query_results(data, format=ox.QueryResultsFormat.TSV)
    names = [variable.value for variable in results.variables]
    return [{n: row[n] for n in names if row[n] is not None} for row in results]


def text_term(value: str) -> Any:
    if value.startswith("_:"):
        return ox.BlankNode(value.removeprefix("_:"))
    if re.fullmatch(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", value):
        return ox.Literal(value, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#double"))
    return value


def report(outcomes: list[Outcome]) -> int:
    """Print the scores; the exit code."""
    score: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    unexplained = 0
    known = [*KNOWN.items(), *KNOWN_IN_OLDER_COPY.items()]
    for test in outcomes:
        score[test.suite, test.kind].append(test.wrong is None)
        if test.wrong is not None:
            why = next((why for end, why in known if test.name.endswith("/" + end)), None)
            unexplained += why is None
            print(f"{'known ' if why else 'FAILED'}  {test.name}\n        {why or test.wrong[:300]}")
    print("\n| suite | tests | passed | of |\n|---|---|---|---|")
    for (suite, kind), passed in sorted(score.items()):
        print(f"| {suite} | {kind} | {sum(passed)} | {len(passed)} |")
    everything = [test.wrong is None for test in outcomes]
    print(f"| **all** | | **{sum(everything)}** | **{len(everything)}** |")
    for group, why in LEFT_OUT.items():
        print(f"left out: {group} ({why})")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

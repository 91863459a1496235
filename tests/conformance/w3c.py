"""The W3C SPARQL query test suites (1.0 "DAWG" and 1.1) against a running server: `make conformance`.

    python tests/conformance/w3c.py [--suite FOLDER] [--keep FOLDER]

The suites are not part of this project. They travel with rdflib's source package, which pip fetches into a scratch
folder. All data of all tests are published as one dataset, each file as a graph under its own IRI; a test then names
its dataset by default-graph-uri and named-graph-uri, as the Protocol has it. So the whole way is tested: HTTP request,
dataset, evaluation, results format. Exit code 1 when a test fails that KNOWN does not explain.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "web"))

import httpx
import pyoxigraph as ox
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from served import Running, running

from kg.store import publish

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
DAWGT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
BASE = "http://example.org/w3c/"
NOTHING = BASE + "no-such-graph"

MANIFESTS = (
    "dawg-data-r2/manifest-evaluation.ttl",
    "dawg-data-r2/manifest-syntax.ttl",
    "sparql11/manifest-all.ttl",
)
LEFT_OUT = {
    "entailment": "other entailment regimes than simple entailment",
    "service": "needs the endpoints of the test environment",
    "protocol": "described in prose; tests/web/test_protocol.py holds the requirements",
    "service-description": "described in prose; tests/web/test_protocol.py",
}
EVALUATION = {MF.QueryEvaluationTest, MF.CSVResultFormatTest}
POSITIVE = {MF.PositiveSyntaxTest, MF.PositiveSyntaxTest11}
NEGATIVE = {MF.NegativeSyntaxTest, MF.NegativeSyntaxTest11}

VALUES = (
    "the engine stores numbers, dates and booleans by value: 01 and 1 are one literal, written 1, and types derived "
    "from xsd:integer are xsd:integer"
)
RDF_1_1 = "RDF 1.1: a literal without a type is an xsd:string, and a language-tagged one is an rdf:langString"
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
            "distinct/manifest#distinct-2",
            "distinct/manifest#distinct-9",
            "csv-tsv-res/manifest#tsv03",
        ),
        VALUES,
    ),
    **dict.fromkeys(
        (
            "expr-builtin/manifest#dawg-datatype-2",
            "functions/manifest#strdt03",
            "functions/manifest#strlang03",
        ),
        RDF_1_1,
    ),
    **dict.fromkeys(
        ("open-world/manifest#date-2", "open-world/manifest#date-3"),
        "XML Schema 1.1: dates without a time zone are compared with those that have one",
    ),
    **dict.fromkeys(
        ("basic/manifest#term-6", "basic/manifest#term-7", "syntax-sparql1/manifest#syntax-lit-08"),
        "SPARQL 1.1 has no number that ends in a full stop (5.)",
    ),
    "optional-filter/manifest#dawg-optional-filter-005-simplified": "the opposite of an approved test, which passes",
    "aggregates/manifest#agg-empty-group": "corrected by the working group: no group, no row",
    "syntax-sparql3/manifest#syn-bad-26": "the engine reads ?x<?a&&?b>?y as comparisons; the longest token is an IRI",
    "functions/manifest#bnode01": "the engine's BNODE(text) gives one node per text, not per text and solution",
}
"""Tests that fail for a reason that is known, by the end of their name."""

SYNTAXES = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML, ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG, ".n3": ox.RdfFormat.TURTLE,
}  # fmt: skip


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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--suite", type=Path, help="the folder that holds dawg-data-r2 and sparql11")
    parser.add_argument("--keep", type=Path, help="where to keep the downloaded suite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kg-conformance-") as scratch:
        suite = chosen.suite or download(chosen.keep or Path(scratch))
        tests = [test for manifest in MANIFESTS for test in tests_of(suite, manifest)]
        store = Path(scratch) / "store"
        publish(store, dataset(suite, tests))
        with running(store, Path(scratch) / "log", query_timeout=60, base_iri=BASE) as server:
            outcomes = [(test, outcome(suite, server, test)) for test in tests]
    return report(outcomes)


def download(folder: Path) -> Path:
    """The suites out of the source package of the installed rdflib."""
    found = next(folder.glob("rdflib-*/test/data/suites/w3c"), None)
    if found is not None:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    package = f"rdflib=={version('rdflib')}"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        str(folder),
        package,
    ]
    subprocess.run(pip, check=True)
    with tarfile.open(next(folder.glob("rdflib-*.tar.gz"))) as archive:
        members = [
            member for member in archive if "/test/data/suites/w3c/" in member.name and member.isfile()
        ]
        archive.extractall(folder, members)
    return next(folder.glob("rdflib-*/test/data/suites/w3c"))


def tests_of(suite: Path, manifest: str) -> Iterator[Test]:
    """The tests of a manifest and of those that it includes."""
    here = BASE + manifest
    graph = Graph().parse(suite / manifest, format="turtle", publicID=here)
    for included in graph.objects(URIRef(here), MF.include):
        for item in Collection(graph, included):
            if not any(f"/{name}/" in str(item) for name in LEFT_OUT):
                yield from tests_of(suite, str(item).removeprefix(BASE))
    for entries in graph.objects(URIRef(here), MF.entries):
        for test in Collection(graph, entries):
            kinds = set(graph.objects(test, RDF.type)) & (EVALUATION | POSITIVE | NEGATIVE)
            if not kinds and graph.value(test, MF.action) is not None and (test, RDF.type, None) not in graph:
                kinds = {MF.QueryEvaluationTest}
            rejected = set(graph.objects(test, DAWGT.approval)) & {
                DAWGT.Withdrawn,
                DAWGT.Obsoleted,
                DAWGT.Rejected,
            }
            if not kinds or rejected:
                continue
            action = graph.value(test, MF.action)
            assert action is not None
            result = graph.value(test, MF.result)
            yield Test(
                suite=manifest.partition("/")[0],
                group=manifest.split("/")[1],
                name=str(test).removeprefix(BASE),
                kind=kinds.pop(),  # type: ignore[arg-type]
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
        return (
            None
            if same_graph(ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES), wanted)
            else "another graph"
        )
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
    if test.kind in EVALUATION and (test.data or test.graphs):
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


def same_graph(mine: Any, theirs: Any) -> bool:
    if not isinstance(theirs, list):
        return False
    canonical = []
    for quads in (mine, theirs):
        found = ox.Dataset(quads)
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256)
        canonical.append({str(quad) for quad in found})
    return canonical[0] == canonical[1]


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


def report(outcomes: list[tuple[Test, str | None]]) -> int:
    """Print the scores; the exit code."""
    score: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    unexplained = 0
    for test, wrong in outcomes:
        kind = "evaluation" if test.kind in EVALUATION else "syntax"
        score[test.suite, kind].append(wrong is None)
        why = next((KNOWN[end] for end in KNOWN if test.name.endswith("/" + end)), None)
        if wrong is not None:
            unexplained += why is None
            print(f"{'known ' if why else 'FAILED'}  {test.name}\n        {why or wrong[:300]}")
    print("\n| suite | tests | passed | of |\n|---|---|---|---|")
    for (suite, kind), passed in sorted(score.items()):
        print(f"| {suite} | {kind} | {sum(passed)} | {len(passed)} |")
    everything = [wrong is None for _, wrong in outcomes]
    print(f"| **all** | | **{sum(everything)}** | **{len(everything)}** |")
    for group, why in LEFT_OUT.items():
        print(f"left out: {group} ({why})")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())

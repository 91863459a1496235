"""The bound on rows, to the row, in every format (what counts them sees bytes only: querying/evaluation.py)."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.web.querying.evaluation import GRAPH_FORMATS, SOLUTION_FORMATS, Evaluation, Head, Output, RowLimit

EX = "http://example.org/"
SUBJECTS = 700
LABEL = 'a "quoted", <b>bold</b> & \'single\' line\n\\ with } and ; or . at "}'


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    """Things with a class, a label full of marks, two links to others and a number: five triples each."""
    store = ox.Store()
    for number in range(SUBJECTS):
        thing = ox.NamedNode(f"{EX}thing/{number}")
        for predicate, value in (
            ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", ox.NamedNode(EX + "Thing")),
            (EX + "label", ox.Literal(f"{LABEL} {number}", language="en")),
            (EX + "next", ox.NamedNode(f"{EX}thing/{number + 1}")),
            (EX + "next", ox.BlankNode(f"b{number}")),
            (EX + "number", ox.Literal(number)),
        ):
            store.add(ox.Quad(thing, ox.NamedNode(predicate), value))
    return Evaluation(store, {"ex": EX})


def written(evaluation: Evaluation, query: str, name: str, most: int) -> bytes:
    pieces: list[bytes] = []

    def gather(_: Head | None, body: bytes) -> None:
        pieces.append(body)

    output = Output(gather, None, most)
    request = {"query": query, "base": EX, "default": None, "named": None, "page": 0}
    evaluation.run({**request, "solutions": name, "graph": name}, output)
    gather(*output.finish())
    return b"".join(pieces)


@pytest.mark.parametrize("name", SOLUTION_FORMATS)
@pytest.mark.parametrize(
    ("pattern", "rows"),
    [("?s ?p ?o", 5 * SUBJECTS), ("?s ex:label ?l ; ex:number ?n", SUBJECTS), ("?s ex:nothing ?o", 0)],
)
def test_a_table_may_have_as_many_rows_and_not_one_more(
    evaluation: Evaluation, name: str, pattern: str, rows: int
) -> None:
    query = f"SELECT * {{ {pattern} }}"
    assert written(evaluation, query, name, max(rows, 1))
    if rows:
        with pytest.raises(RowLimit):
            written(evaluation, query, name, rows - 1)


@pytest.mark.parametrize("name", GRAPH_FORMATS)
@pytest.mark.parametrize(
    ("pattern", "triples"),
    [
        ("?s ?p ?o", 5 * SUBJECTS),
        ("?s ex:next ?o", 2 * SUBJECTS),
        ("ex:thing/1 ex:label ?o", 1),
    ],
)
def test_a_graph_may_have_as_many_triples_and_not_one_more(
    evaluation: Evaluation, name: str, pattern: str, triples: int
) -> None:
    pattern = pattern.replace("ex:thing/1", f"<{EX}thing/1>")
    query = f"CONSTRUCT WHERE {{ {pattern} }}"
    text = written(evaluation, query, name, triples)
    assert sum(1 for _ in ox.parse(text, format=GRAPH_FORMATS[name])) == triples
    with pytest.raises(RowLimit):
        written(evaluation, query, name, triples - 1)


@pytest.mark.parametrize("name", GRAPH_FORMATS)
def test_many_values_of_one_thing_count_as_many(evaluation: Evaluation, name: str) -> None:
    """In Turtle they share one line."""
    query = "CONSTRUCT { ex:all ex:has ?o } { ?s ?p ?o FILTER (!isBlank(?o)) }"
    triples = 1 + SUBJECTS + SUBJECTS + SUBJECTS
    assert written(evaluation, query, name, triples)
    with pytest.raises(RowLimit):
        written(evaluation, query, name, triples // 2)


@pytest.mark.parametrize("name", ["xml", "csv", "tsv", "json"])
def test_rows_without_any_value_are_bounded_too(evaluation: Evaluation, name: str) -> None:
    with pytest.raises(RowLimit):
        written(evaluation, "SELECT ?nothing { ?s ?p ?o . ?t ?q ?r }", name, 10_000)

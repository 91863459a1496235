"""Which queries the server answers itself, that they are bounded, and that the answers are those of a query process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.store import publish
from kg.web.querying import lookup
from kg.web.querying.evaluation import Evaluation, Head, Output
from kg.web.querying.lookup import Lookups

EX = "http://example.org/"
PREFIXES = {"ex": EX, "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "id": EX + "id/"}
DATA = f"""
@prefix ex: <{EX}> . @prefix rdfs: <{PREFIXES["rdfs"]}> .
ex:g {{
  ex:ann a ex:Person ; rdfs:label "Ann"@en, "Ana"@es ; ex:age 30 ; ex:knows ex:bob .
  <{EX}id/a/b> rdfs:label "slash" ; ex:knows ex:ann .
  ex:withNode ex:address [ ex:street "x" ] ; rdfs:label "node" .
  ex:many ex:p {", ".join(f"{n}" for n in range(lookup.MOST + 1))} ; rdfs:label "many" .
}}
"""

TAKEN = [
    f"ASK {{ <{EX}ann> a <{EX}Person> }}",
    "ASK { ex:ann a ex:Robot . }",
    "ASK WHERE { ex:ann ex:knows ?x }",
    "ask{ex:ann ?p ?o}",
    "SELECT ?l { ex:ann rdfs:label ?l }",
    "SELECT ?l WHERE { ex:ann rdfs:label ?l . } LIMIT 9",
    "SELECT * { ex:ann ?p ?o }",
    "SELECT DISTINCT ?p { ex:ann ?p ?o }",
    "SELECT ?nothing { ex:ann rdfs:label ?l }",
    "SELECT ?x { ex:ann ?x ?x }",
    "SELECT ?l { ex:nobody rdfs:label ?l }",
    "SELECT ?n { ex:many rdfs:label ?n }",
    f"PREFIX : <{EX}>\nPREFIX rdfs: <{PREFIXES['rdfs']}> SELECT ?l {{ <{EX}ann> rdfs:label ?l }}",
    f"PREFIX ex: <{EX}id/> SELECT ?l {{ ex:a ?p ?l }}",
    "SELECT * { ?s ex:knows ex:ann }",
    "SELECT * { ?s rdfs:label ?l }",
    "ASK { ?s ?p ex:bob }",
    "SELECT * { ?x ex:knows ?x }",
    "ASK { ?x ex:knows ?x }",
    "ASK { ?x ex:knows $x }",
    "ASK { ex:ann ex:knows ?x } LIMIT 0",
    "CONSTRUCT { ?a ex:knows ?b } WHERE { ?a ex:knows ?b }",
    "CONSTRUCT { ?b a ex:Known . } { ?a ex:knows ?b . }",
    "DESCRIBE ex:ann",
    f"DESCRIBE <{EX}id/a/b>",
]

LEFT = [
    "SELECT ?p { ex:many ?p ?o }",  # more statements than a lookup may meet
    "DESCRIBE ex:many",
    "DESCRIBE ex:withNode",  # goes on from the blank node
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s rdfs:label ?o . ?s ?p ?q }",
    "CONSTRUCT WHERE { ex:ann ex:knows ?x }",
    "CONSTRUCT { ?x ex:p [] } WHERE { ex:ann ex:knows ?x }",
    "SELECT * { ex:ann ex:knows/ex:knows ?x }",
    "SELECT * { ex:ann ex:knows* ?x }",
    "SELECT * { ex:ann ?p ?o . ?o ?q ?r }",
    "SELECT * { ex:ann ?p ?o ; ?q ?r }",
    "SELECT * { ex:ann ?p ?o FILTER REGEX(?o, '(a|aa)+$') }",
    "SELECT (COUNT(*) AS ?n) { ex:ann ?p ?o }",
    "SELECT * { GRAPH ex:g { ex:ann ?p ?o } }",
    "SELECT * FROM ex:g { ex:ann ?p ?o }",
    "SELECT * { SERVICE ex:x { ex:ann ?p ?o } }",
    f"ASK {{ <{EX}a/../many> ?p ?o }}",  # the engine resolves dot segments
    "ASK { <many> ?p ?o }",
    "ASK { unknown:x ?p ?o }",
    "ASK { ex:ann A ex:Person }",
    "ASK { ex:ann ?p ?o } # comment",
    "ASK { ex:ann ?p",
    "",
    "ASK { ex:ann ?p ?o }" + " " * lookup.LONGEST,
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    store = tmp_path_factory.mktemp("lookup") / "store"
    return publish(store, list(ox.parse(DATA, format=ox.RdfFormat.TRIG))).opening


@pytest.fixture(
    scope="module",
    params=[(True, False), (False, False), (True, True), (False, True)],
    ids=["in memory", "from disk", "in memory, surveyed", "from disk, surveyed"],
)
def lookups(database: str, request: pytest.FixtureRequest) -> Lookups:
    in_memory, surveyed = request.param
    opened = Lookups.open(database, PREFIXES, in_memory=in_memory)
    if surveyed:
        opened.survey()
    return opened


def asked(query: str, **more: Any) -> dict[str, Any]:
    return {
        "query": query, "base": EX, "default": None, "named": None, "solutions": "json", "graph": "ntriples",
        "encoding": None, "rows": 1000, "page": 0, **more,
    }  # fmt: skip


def by_a_process(database: str, request: dict[str, Any]) -> tuple[Head | None, bytes]:
    pieces: list[tuple[Head | None, bytes]] = []
    output = Output(lambda head, body: pieces.append((head, body)), request["encoding"], request["rows"])
    Evaluation(ox.Store.read_only(database), PREFIXES).run(request, output)
    pieces.append(output.finish())
    return next(head for head, _ in pieces if head), b"".join(body for _, body in pieces)


@pytest.mark.parametrize("query", TAKEN)
def test_lookups_give_the_answer_of_a_query_process(lookups: Lookups, database: str, query: str) -> None:
    found = lookups.answer(asked(query))
    assert found is not None
    (head, body), (expected_head, expected) = found, by_a_process(database, asked(query))
    assert head == expected_head
    assert comparable(head, body) == comparable(head, expected)


@pytest.mark.parametrize("query", LEFT)
def test_whatever_else_is_left_to_a_query_process(lookups: Lookups, query: str) -> None:
    assert lookups.answer(asked(query)) is None


@pytest.mark.parametrize("more", [{"default": [EX + "g"]}, {"default": []}, {"page": 10}])
def test_other_datasets_and_pages_are_left_too(lookups: Lookups, more: dict[str, Any]) -> None:
    assert lookups.answer(asked(TAKEN[0], **more)) is None


def test_formats_and_codings(lookups: Lookups, database: str) -> None:
    assert lookups.answer(asked("DESCRIBE ex:ann", graph=None)) is None
    assert lookups.answer(asked("ASK { ex:ann ?p ?o }", solutions=None)) is None
    for name in ("json", "xml", "csv", "tsv"):
        for query in ("ASK { ex:ann ?p ?o }", "ASK { ex:nobody ?p ?o }"):
            request = asked(query, solutions=name)
            assert lookups.answer(request) == by_a_process(database, request)
    turtle = lookups.answer(asked("DESCRIBE ex:ann", graph="turtle"))
    assert turtle is not None
    assert b"ex:Person" in turtle[1]
    slashed = lookups.answer(asked(f"DESCRIBE <{EX}id/a/b>", graph="turtle"))
    assert slashed is not None
    assert f"<{EX}id/a/b>".encode() in slashed[1]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda text, lang: ox.Literal(text, language=lang), TEXTS, st.sampled_from(["en", "es-co"])),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(EX + name)), TEXTS, st.sampled_from("ab")
    ),
    st.builds(ox.Literal, st.integers(-9, 9) | st.booleans()),
)


@given(
    objects=st.lists(LITERALS | st.sampled_from([ox.NamedNode(EX + "é"), ox.BlankNode("b")]), max_size=6),
    query=st.sampled_from(
        [
            "SELECT * { ex:s ?p ?o }",
            "SELECT ?p ?o { ex:s ?p ?o }",
            "SELECT ?o ?no { ex:s ex:p $o }",
            "SELECT DISTINCT ?p { ?s ?p ?o }",
            "SELECT $s ?o WHERE { ?s ex:p ?o . }",
            "SELECT ?no { ?s ?p ?o }",
        ]
    ),
)
def test_what_is_written_without_the_engine_is_what_it_writes(objects: list[Any], query: str) -> None:
    store = ox.Store()
    for number, each in enumerate(objects):
        name = ox.NamedNode(EX + ("p" if number % 3 else "q"))
        store.add(ox.Quad(ox.NamedNode(EX + "s"), name, each))
    found = Lookups(store, PREFIXES).answer(asked(query))
    assert found is not None
    pieces: list[tuple[Head | None, bytes]] = []
    output = Output(lambda head, body: pieces.append((head, body)), None, 1000)
    Evaluation(store, PREFIXES).run(asked(query), output)
    head, body = output.finish()
    assert found[0] == head
    assert found[1] == b"".join(part for _, part in pieces) + body


def test_more_rows_than_allowed_and_long_answers_are_not_written_at_once(lookups: Lookups) -> None:
    assert lookups.answer(asked("SELECT * { ex:ann ?p ?o }", rows=1)) is None
    long = lookups.answer(asked("SELECT * { ?s ?p ?o }", encoding="gzip"))
    assert long is None or long[0][2] == "gzip"


def test_a_server_uses_them(tmp_path: Path) -> None:
    """No process is woken for a lookup: with all of them stopped, it is answered all the same."""
    from served import dataset, running

    publish(tmp_path / "store", dataset())
    with running(tmp_path / "store", tmp_path / "log") as server:
        for process in server.query_processes():
            process.suspend()
        assert server.ask(f"ASK {{ <{EX}item/7> <{EX}size> ?n }}")
        for process in server.query_processes():
            process.resume()


def comparable(head: Head, body: bytes) -> Any:
    if head[1] == "ntriples":
        return sorted(body.splitlines())
    document = json.loads(body)
    if "results" in document:
        document["results"]["bindings"].sort(key=str)
    return document

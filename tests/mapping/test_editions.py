"""Several sources of one country: nothing of any is lost, one name is the present one, and each knows the one before."""

from __future__ import annotations

from itertools import permutations

import pytest
from edition_records import factsheet, response
from rdflib import DCTERMS, PROV, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from kg.iris import Iris
from kg.mapping.editions import (
    Edition,
    SourceKey,
    as_edition,
    editions,
    names,
    settle_editions,
    source_key,
)
from kg.mapping.response import response_triples
from kg.namespaces import DG, concept
from kg.records.load import parse_record
from kg.records.model import Record
from kg.records.problems import RecordError

IRIS = Iris()
DGA = IRIS.body("AND", "dga")
ECONOMY, TRADE, FINANCE = (
    IRIS.body("AND", f"ministry-of-{name}") for name in ("economy", "trade", "finance")
)


def mapped(*records: Record) -> dict[SourceKey, Graph]:
    graphs = {}
    for record in records:
        graphs[source_key(record)] = graph = Graph()
        for triple in response_triples(record, IRIS):
            graph.add(triple)
    return graphs


def msq(edition: int) -> SourceKey:
    return "msq", edition, "AND"


@pytest.fixture(scope="module")
def alone() -> dict[SourceKey, Graph]:
    """Each source by itself."""
    return mapped(response(2018), response(2020), response(2022), factsheet())


@pytest.fixture(scope="module")
def settled() -> dict[SourceKey, Graph]:
    graphs = mapped(response(2018), response(2020), response(2022), factsheet())
    settle_editions(graphs, IRIS)
    return graphs


def test_each_edition_revises_the_one_before_of_its_family(settled: dict[SourceKey, Graph]) -> None:
    revisions = {pair for graph in settled.values() for pair in graph.subject_objects(PROV.wasRevisionOf)}
    assert revisions == {
        (IRIS.source(2020, "AND"), IRIS.source(2018, "AND")),
        (IRIS.source(2022, "AND"), IRIS.source(2020, "AND")),
    }
    assert (IRIS.source(2020, "AND"), PROV.wasRevisionOf, None) in settled[msq(2020)]


def test_an_edition_left_out_is_skipped_over() -> None:
    found = editions({msq(2018): [], msq(2022): [], ("msq", 2020, "ESP"): []})
    assert {key: edition.revises for key, edition in found.items()} == {
        msq(2018): None,
        msq(2022): msq(2018),
        ("msq", 2020, "ESP"): None,
    }


def test_the_newest_name_is_the_label_and_older_ones_are_alternatives_with_their_edition(
    settled: dict[SourceKey, Graph],
) -> None:
    old, present = (
        Literal("Agency for Electronic Government", lang="en"),
        Literal("Digital Government Agency", lang="en"),
    )
    assert (DGA, RDFS.label, None) not in settled[msq(2018)]
    assert (DGA, SKOS.altLabel, old) in settled[msq(2018)]
    assert settled[msq(2018)].value(DGA, DG.earlierName) == old
    for edition in (2020, 2022):
        assert settled[msq(edition)].value(DGA, RDFS.label) == present
        assert (DGA, DG.earlierName, None) not in settled[msq(edition)]
    sheet = settled["factsheet", 2020, "AND"]
    assert sheet.value(DGA, DG.earlierName) == Literal("Digital Government Agency of Andorra", lang="en")
    assert sheet.value(IRIS.body("AND", "treasury-board"), RDFS.label) == Literal("Treasury Board", lang="en")


def test_everything_but_names_stays_as_stated(
    alone: dict[SourceKey, Graph], settled: dict[SourceKey, Graph]
) -> None:
    for key, graph in alone.items():
        lost = set(graph) - set(settled[key])
        assert {predicate for _, predicate, _ in lost} <= {RDFS.label}, key
        added = set(settled[key]) - set(graph)
        assert {p for _, p, _ in added} <= {SKOS.altLabel, DG.earlierName, PROV.wasRevisionOf}, key
        for node, _, name in lost:
            assert (node, DG.earlierName, name) in added
    assert (DGA, RDF.type, DG.Directorate) in settled[msq(2018)]
    assert (DGA, RDF.type, DG.Agency) in settled[msq(2020)]
    websites = [str(settled[msq(edition)].value(DGA, DG.website)) for edition in (2018, 2020)]
    assert websites == ["https://egov.example.ad", "https://digital.example.ad"]
    agenda = IRIS.policy("AND", "agenda")
    statuses = [settled[msq(edition)].value(agenda, DG.lifecycleStatus) for edition in (2018, 2020)]
    assert statuses == [concept("lifecycle-status", "active"), concept("lifecycle-status", "completed")]


def test_every_thing_has_at_most_one_label_a_language_over_all_editions(
    settled: dict[SourceKey, Graph],
) -> None:
    labels: dict[tuple[object, str | None], set[str]] = {}
    for graph in settled.values():
        for node, label in graph.subject_objects(RDFS.label):
            assert isinstance(label, Literal)
            labels.setdefault((node, label.language), set()).add(str(label))
    assert {key: found for key, found in labels.items() if len(found) > 1} == {}


def test_the_order_of_sources_makes_no_difference(settled: dict[SourceKey, Graph]) -> None:
    records = [response(2018), response(2020), response(2022), factsheet()]
    for order in list(permutations(records))[::7]:
        graphs = mapped(*order)
        settle_editions(graphs, IRIS)
        assert {key: set(graph) for key, graph in graphs.items()} == {
            key: set(graph) for key, graph in settled.items()
        }


def test_one_source_at_a_time_gives_the_same_as_all_at_once(
    alone: dict[SourceKey, Graph], settled: dict[SourceKey, Graph]
) -> None:
    found = editions({key: list(names(graph)) for key, graph in alone.items()})
    for key, graph in alone.items():
        assert set(as_edition(graph, key, found[key], IRIS)) == set(settled[key])


def test_the_only_source_of_a_country_is_left_as_it_is(alone: dict[SourceKey, Graph]) -> None:
    one = {msq(2020): alone[msq(2020)]}
    found = editions({key: list(names(graph)) for key, graph in one.items()})
    assert found == {msq(2020): Edition()}
    assert not found[msq(2020)]


def test_names_in_another_language_and_of_another_country_stay() -> None:
    """A Spanish edition after an English one renames nothing; what one country calls another's body is its own affair."""
    spanish = parse_record(
        "format: 1\nstatus: reviewed\nsource: {title: Prueba, edition: 2020, country: AND, language: es}\n"
        "bodies: [{id: dga, name: Agencia Digital, type: agency, q: 3}]\n"
    )
    foreign = parse_record(
        "format: 1\nstatus: reviewed\nsource: {title: Test, edition: 2022, country: ESP}\n"
        "bodies: [{id: dga, country: AND, name: E-Government Agency of Andorra, type: agency, q: 23}]\n"
    )
    graphs = mapped(response(2018), spanish, foreign)
    settle_editions(graphs, IRIS)
    labels = {label for graph in graphs.values() for label in graph.objects(DGA, RDFS.label)}
    assert labels == {
        Literal("Agency for Electronic Government", lang="en"),
        Literal("Agencia Digital", lang="es"),
        Literal("E-Government Agency of Andorra", lang="en"),
    }


def test_two_names_in_one_source_are_a_finding_not_a_history(alone: dict[SourceKey, Graph]) -> None:
    newer = Graph()
    two = [(DGA, RDFS.label, Literal(name, lang="en")) for name in ("One name", "Another name")]
    for triple in two:
        newer.add(triple)
    found = editions({msq(2018): list(names(alone[msq(2018)])), msq(2020): list(names(newer))})
    assert found[msq(2020)].earlier == frozenset()
    assert {str(value) for node, _, value in found[msq(2018)].earlier if node == DGA} == {
        "Agency for Electronic Government"
    }


def test_an_earlier_title_becomes_an_alternative_title() -> None:
    law = "instruments: [{{id: x, name: Act 1 of 2000, kind: act, number: 1, year: 2000, title: {}, q: 9}}]\n"
    head = "format: 1\nstatus: reviewed\nsource: {{title: Test, edition: {}, country: AND}}\n"
    records = [
        parse_record(head.format(year) + law.format(title)) for year, title in ((2018, "Old"), (2020, "New"))
    ]
    graphs = mapped(*records)
    settle_editions(graphs, IRIS)
    node = URIRef("https://w3id.org/digigov/id/law/AND/law/2000/1")
    assert graphs[msq(2018)].value(node, DCTERMS.alternative) == Literal("Old", lang="en")
    assert graphs[msq(2020)].value(node, DCTERMS.title) == Literal("New", lang="en")
    assert (node, DCTERMS.title, None) not in graphs[msq(2018)]


def test_a_merger_is_one_event_with_date_law_and_successor(alone: dict[SourceKey, Graph]) -> None:
    graph = alone[msq(2020)]
    event = IRIS.change("AND", ["ministry-of-trade", "ministry-of-finance"], ["ministry-of-economy"])
    assert event.endswith("/change/AND/ministry-of-finance_ministry-of-trade/ministry-of-economy")
    assert (event, RDF.type, DG.ChangeEvent) in graph
    assert graph.value(event, DG.changeKind) == concept("change-kind", "merger")
    assert set(graph.objects(event, DG.originalOrganisation)) == {TRADE, FINANCE}
    assert set(graph.objects(event, DG.resultingOrganisation)) == {ECONOMY}
    assert set(graph.objects(ECONOMY, DG.predecessor)) == {TRADE, FINANCE}
    assert graph.value(event, DG.year) == Literal(2019)
    assert graph.value(event, DCTERMS.date) == Literal("2019-07-01", datatype=XSD.date)
    assert graph.value(event, DG.laidDownIn) == URIRef("https://w3id.org/digigov/id/law/AND/decree/2019/7")
    assert graph.value(event, DG.statedIn) == IRIS.answer(2020, "AND", "5i")
    assert graph.value(TRADE, DG.validUntil) == Literal(2019)


def test_a_split_has_several_successors_and_a_dissolution_none(alone: dict[SourceKey, Graph]) -> None:
    graph = alone[msq(2022)]
    assert set(graph.subjects(DG.predecessor, ECONOMY)) == {
        IRIS.body("AND", "ministry-of-trade-and-industry"),
        IRIS.body("AND", "treasury"),
    }
    dissolved = IRIS.change("AND", ["data-authority"], [])
    assert graph.value(dissolved, DG.changeKind) == concept("change-kind", "dissolution")
    assert (dissolved, DG.resultingOrganisation, None) not in graph


def test_a_body_that_takes_in_another_is_not_its_own_predecessor() -> None:
    record = parse_record(
        "format: 1\nstatus: reviewed\nsource: {title: Test, edition: 2020, country: AND}\n"
        "bodies: [{id: a, name: A, q: 3}, {id: b, name: B, q: 3}]\n"
        "changes: [{kind: merger, before: [a, b], after: [b], q: 3}, {kind: transfer, before: [b], after: [a], q: 3}]\n"
    )
    (graph,) = mapped(record).values()
    assert set(graph.subject_objects(DG.predecessor)) == {(IRIS.body("AND", "b"), IRIS.body("AND", "a"))}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("{kind: merger, before: [a], after: [b], q: 3}", "a merger has at least 2 in 'before', here are 1"),
        ("{kind: split, before: [a], after: [b], q: 3}", "a split has at least 2 in 'after', here are 1"),
        ("{kind: dissolution, before: [a], after: [b], q: 3}", "a dissolution has 0 in 'after', here are 1"),
        ("{kind: renaming, before: [a, b], after: [b], q: 3}", "a renaming has 1 in 'before', here are 2"),
        ("{kind: merger, before: [a, c], after: [b], q: 3}", "refers to 'c', which is no id of this record"),
        ("{kind: renaming, before: [a], after: [b], year: 2018, date: 2019-01-01, q: 3}", "'year' is 2018"),
        ("{kind: rename, before: [a], after: [b], q: 3}", "did you mean 'renaming'"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_with_file_and_line(change: str, message: str) -> None:
    text = (
        "format: 1\nstatus: reviewed\nsource: {title: Test, edition: 2020, country: AND}\n"
        f"bodies: [{{id: a, name: A, q: 3}}, {{id: b, name: B, q: 3}}]\nchanges:\n  - {change}\n"
    )
    with pytest.raises(RecordError) as caught:
        parse_record(text, "AND.yaml")
    (problem,) = caught.value.problems
    assert message in problem.message
    assert (problem.file, problem.line) == ("AND.yaml", 6)

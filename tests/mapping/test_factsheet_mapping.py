"""A record of a factsheet in RDF: a sibling of the response, with sections for answers, and platforms."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal

from kg.iris import Iris
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.namespaces import DG, concept
from kg.records.load import parse_record

IRIS = Iris()

FACTSHEET = """
status: extracted
source: {family: factsheet, edition: 2023, country: MLT, title: Digital Public Administration Factsheet 2023}
answers:
- {q: 3.5.2, value: "no", basis: text}
bodies:
- {id: data-office, name: Data Office, type: authority, roles: [data-protection], q: "5.1"}
- {id: it-agency, name: IT Agency, type: agency, q: "5.1"}
platforms:
- {id: data-lane, name: Data Lane, kinds: [data-exchange], technologies: [cloud], operated_by: it-agency, start_year: 2019, under: [reuse-act], url: "https://lane.example.mt", q: "4.3", spans: [{q: "4.3", start: 3, end: 12}]}
- {id: old-lane, name: Old Lane, replaced_by: data-lane, lifecycle: replaced, q: "4.3"}
instruments:
- {id: reuse-act, name: Reuse Act, kind: act, in_force_year: 2021, replaces: [old-act], q: 3.3.1}
- {id: old-act, name: Old Reuse Act, kind: act, q: 3.3.1}
memberships:
- {organisation: oecd, q: "4.8"}
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    mapped = Graph()
    for triple in response_triples(parse_record(FACTSHEET), IRIS):
        mapped.add(triple)
    return mapped


def test_the_source_is_a_factsheet_of_its_series(graph: Graph) -> None:
    source = IRIS.source(2023, "MLT", "factsheet")
    assert str(source).endswith("/id/factsheet/2023/MLT")
    assert (source, RDF.type, DG.Factsheet) in graph
    assert (source, RDF.type, DG.Response) not in graph
    assert (source, DG.survey, IRIS.survey(2023, "factsheet")) in graph


def test_facts_are_stated_in_sections(graph: Graph) -> None:
    section = IRIS.answer(2023, "MLT", "4.3", "factsheet")
    assert str(section).endswith("/id/factsheet/2023/MLT/4.3")
    assert (section, RDF.type, DG.FactsheetSection) in graph
    assert (section, DG.inDocument, IRIS.source(2023, "MLT", "factsheet")) in graph
    assert (section, DG.answerTo, IRIS.question(2023, "4.3", "factsheet")) in graph
    assert (IRIS.platform("MLT", "data-lane"), DG.statedIn, section) in graph
    assert not list(graph.triples((None, DG.response, None)))


def test_a_section_that_says_there_is_nothing_is_an_answer_of_no(graph: Graph) -> None:
    section = IRIS.answer(2023, "MLT", "3.5.2", "factsheet")
    assert (section, DG.answerValue, concept("answer-value", "no")) in graph


def test_a_platform_has_kind_operator_technology_law_and_successor(graph: Graph) -> None:
    lane, old = IRIS.platform("MLT", "data-lane"), IRIS.platform("MLT", "old-lane")
    assert (lane, RDF.type, DG.Platform) in graph
    assert (lane, DG.platformKind, concept("platform-kind", "data-exchange")) in graph
    assert (lane, DG.technology, concept("technology", "cloud")) in graph
    assert (lane, DG.operatedBy, IRIS.body("MLT", "it-agency")) in graph
    assert (lane, DG.laidDownIn, IRIS.law("MLT", "act", None, None, "reuse-act")) in graph
    assert (lane, DG.startYear, Literal(2019)) in graph
    assert (lane, DG.host, Literal("lane.example.mt")) in graph
    assert (old, DG.replacedBy, lane) in graph
    assert (old, DG.lifecycleStatus, concept("lifecycle-status", "replaced")) in graph


def test_roles_force_and_replacement(graph: Graph) -> None:
    act = IRIS.law("MLT", "act", None, None, "reuse-act")
    assert (
        IRIS.body("MLT", "data-office"),
        DG.governanceRole,
        concept("governance-role", "data-protection"),
    ) in graph
    assert (act, DG.yearInForce, Literal(2021)) in graph
    assert (act, DG.replaces, IRIS.law("MLT", "act", None, None, "old-act")) in graph


def test_cooperations_and_evidence_name_the_series_not_only_the_year(graph: Graph) -> None:
    assert (IRIS.cooperation("factsheet-2023", "MLT", "oecd"), RDF.type, DG.Membership) in graph
    evidence = list(graph.subjects(RDF.type, DG.Evidence))
    assert [str(node).rsplit("/", 1)[1] for node in evidence] == ["factsheet-2023-MLT-4.3-1"]


def test_the_series_has_its_headings_and_the_topics_that_legislation_is_asked_on() -> None:
    outline = Graph()
    for triple in survey_triples(2023, IRIS, "factsheet"):
        outline.add(triple)
    series, heading = IRIS.survey(2023, "factsheet"), IRIS.question(2023, "3.3.1", "factsheet")
    assert (series, DG.family, Literal("factsheet")) in outline
    assert (heading, DG.ofSurvey, series) in outline
    assert {label.language for label in outline.objects(heading, RDFS.label)} == {"en", "es"}  # type: ignore[union-attr]
    assert (heading, DCTERMS.subject, concept("legal-topic", "open-data")) in outline
    # That a country has no political communication on a topic does not say that it has no law.
    assert not list(outline.objects(IRIS.question(2023, "2.3.1", "factsheet"), DCTERMS.subject))

"""One small record, and what docs/model.md says it becomes."""

from __future__ import annotations

import random

import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

from kg.iris import Iris
from kg.mapping.nquads import sorted_nquads
from kg.mapping.response import response_triples
from kg.namespaces import DG, concept
from kg.records.load import parse_record

IRIS = Iris()
URY = IRIS.country("URY")

RECORD = """\
format: 1
status: reviewed
source: {title: Test response, edition: 2020, country: URY, publication_authorised: yes,
         date: {stated: 03/04/2019, ambiguous: [2019-04-03, 2019-03-04]}}
contacts:
  - {name: Ana Prueba, role: Director, email: ana@example.org, body: agesic, q: X}
answers:
  - {q: 10, value: unknown, state: box-lost, implied: yes}
  - q: 9
    value: unknown
    state: box-lost
    options: [{item: open-data, checked: unknown, implied: yes, implied_by: [law]}]
bodies:
  - {id: agesic, name: Agency for Electronic Government, acronym: AGESIC, aliases: [The Agency], type: agency, q: [3, 9],
     urls: ['https://www.gub.uy/agesic'], responsible_for: [e-government], part_of: presidency,
     spans: [{q: 3, line: 40}], confidence: high}
  - {id: presidency, name: Presidency, type: executive-office, q: 3}
  - {id: mintic, name: Ministry of ICT, type: ministry, country: COL, q: 23}
organisations:
  - {id: oecd, register: oecd, name: Org. for Economic Co-operation and Development, type: international, q: 22}
  - {id: datauy, name: DATA Uruguay, type: civil-society, q: 24}
portals:
  - {id: old, name: Old portal, url: 'http://old.example.uy/', kinds: [national], replaced_by: new,
     replacement_status: planned, q: 1,
     remarks: [{kind: suspected-typo, text: The host looks mistyped., stated: old.example.uy, suggested: old.gub.uy}]}
  - {id: new, name: gub.uy, url: 'https://www.gub.uy', kinds: [other], planned_kinds: [national], q: 1}
instruments:
  - {id: law, name: Law 18381 of 2008, kind: act, number: 18381, year: 2008, topics: [access-to-information], q: 9,
     urls: ['https://example.uy/18381'], passages: [{article: 5, principles: [once-only], q: 8}]}
  - {id: rule, name: Decree 232 of 2010, kind: decree, number: '0232', year: 2010, implements: [law], q: 9}
  - {id: agenda, name: Digital agenda, kind: strategy, start_year: 2016, end_year: 2020, aligned_with: [sdg], q: 7,
     features: [social-media, digital-first], elements: [{id: inclusion, role: action-line, name: Inclusion, q: 7}]}
memberships:
  - {organisation: oecd, participation: observer, since: 2015, q: 22}
  - {organisation: red-gealc, q: 22}
cooperations:
  - {partner: COL, kind: mou, lifecycle: signed, own_bodies: [agesic], partner_bodies: [mintic], topics: [open-data], q: 23}
  - {partner: PER, kind: mou, lifecycle: none, q: 23}
partnerships:
  - {id: council, name: Open council, kind: multistakeholder, members: [agesic, datauy], framework: ogp, q: 24}
indicators:
  - {indicator: satisfaction-online-services, value: 62.5, unit: percent, year: 2018, q: 17}
  - {indicator: other, name: Identity cards with a chip, value: 900000, unit: count, year: 2019, q: 17}
  - {indicator: other, name: Datasets, value: 1200, unit: count, year: 2019, q: 17}
technologies:
  - {technology: ai, strategy: agenda, stated: unknown, q: 15}
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return mapped(RECORD)


def mapped(text: str, **options: bool) -> Graph:
    graph = Graph()
    for triple in response_triples(parse_record(text), IRIS, **options):
        graph.add(triple)
    return graph


def test_bodies(graph: Graph) -> None:
    agesic = IRIS.body("URY", "agesic")
    assert (agesic, RDF.type, DG.Agency) in graph
    assert (agesic, DG.country, URY) in graph
    assert (agesic, DG.partOf, IRIS.body("URY", "presidency")) in graph
    assert (agesic, DG.responsibleFor, concept("responsibility-area", "e-government")) in graph
    assert (agesic, DG.host, Literal("gub.uy")) in graph
    assert {str(o) for o in graph.objects(agesic, SKOS.altLabel)} == {"AGESIC", "The Agency"}
    assert set(graph.objects(agesic, DG.statedIn)) == {IRIS.answer(2020, "URY", q) for q in ("3", "9")}
    assert (IRIS.body("COL", "mintic"), DG.country, IRIS.country("COL")) in graph


def test_organisations_of_the_register_keep_its_label(graph: Graph) -> None:
    oecd = IRIS.organisation("oecd")
    assert (oecd, RDFS.label, None) not in graph
    assert (oecd, SKOS.altLabel, None) in graph
    assert (IRIS.organisation("datauy", "URY"), RDF.type, DG.CivilSocietyOrganisation) in graph


def test_portals_and_remarks(graph: Graph) -> None:
    old, new = (
        IRIS.portal("http://old.example.uy/", "URY", "old"),
        IRIS.portal("https://www.gub.uy", "URY", "new"),
    )
    assert (old, DG.replacedBy, new) in graph
    assert (old, DG.replacementStatus, concept("lifecycle-status", "planned")) in graph
    assert (old, DG.website, Literal("http://old.example.uy/", datatype=XSD.anyURI)) in graph
    assert (new, DG.plannedPortalKind, concept("portal-kind", "national")) in graph
    assert (new, DG.portalKind, concept("portal-kind", "national")) not in graph, "planned is not yet so"
    remark = graph.value(old, DG.remark)
    assert graph.value(remark, DG.suggested) == Literal("old.gub.uy")
    assert (old, DG.host, Literal("old.gub.uy")) not in graph, "a suggestion is never a fact"


def test_two_figures_of_one_year_without_a_code_are_told_apart_by_what_they_count(graph: Graph) -> None:
    cards, datasets = (
        IRIS.observation(2020, "URY", "other", 2019, name)
        for name in ("Identity cards with a chip", "Datasets")
    )
    assert str(datasets).endswith("/observation/2020/URY/other/2019/datasets")
    assert graph.value(cards, DG.value) == Literal("900000", datatype=XSD.decimal)
    assert graph.value(datasets, DG.value) == Literal("1200", datatype=XSD.decimal)
    assert graph.value(datasets, RDFS.label) == Literal("URY 2020: Datasets, 2019", lang="en")


def test_instruments(graph: Graph) -> None:
    law = URIRef("https://w3id.org/digigov/id/law/URY/law/2008/18381")
    rule = URIRef("https://w3id.org/digigov/id/law/URY/decree/2010/0232")
    agenda = IRIS.policy("URY", "agenda")
    assert (law, RDF.type, DG.Act) in graph
    assert (law, DG.number, Literal("18381")) in graph
    assert (law, DG.year, Literal(2008)) in graph
    assert (rule, DG.implements, law) in graph
    assert (rule, DG.number, Literal("0232")) in graph
    article = graph.value(law, DG.article)
    assert (article, DG.principle, concept("strategy-feature", "once-only")) in graph
    assert (article, DG.number, Literal("5")) in graph
    assert (agenda, DG.principle, concept("strategy-feature", "digital-first")) in graph
    assert (agenda, DG.strategyFeature, concept("strategy-feature", "social-media")) in graph
    assert (agenda, DG.alignedWith, URIRef("http://metadata.un.org/sdg")) in graph
    assert (graph.value(agenda, DG.actionLine), RDFS.label, Literal("Inclusion", lang="en")) in graph


def test_memberships_and_cooperations(graph: Graph) -> None:
    assert (URY, DG.memberOf, IRIS.organisation("red-gealc")) in graph
    assert (URY, DG.memberOf, IRIS.organisation("oecd")) not in graph, "an observer is no member"
    mou = IRIS.cooperation(2020, "URY", "COL")
    assert (mou, RDF.type, DG.BilateralCooperation) in graph
    assert (mou, DG.counterpartyCountry, IRIS.country("COL")) in graph
    assert (mou, DG.counterpartBody, IRIS.body("COL", "mintic")) in graph
    denied = IRIS.cooperation(2020, "URY", "PER")
    assert (denied, DG.counterparty, IRIS.country("PER")) in graph
    assert (denied, DG.counterpartyCountry, None) not in graph, "what is denied makes nobody cooperate"
    council = IRIS.cooperation(2020, "URY", "council")
    assert (council, DG.member, IRIS.organisation("datauy", "URY")) in graph
    assert (council, DG.framework, IRIS.organisation("ogp")) in graph


def test_figures_are_exact_decimals(graph: Graph) -> None:
    node = IRIS.observation(2020, "URY", "satisfaction-online-services", 2018)
    assert graph.value(node, DG.value) == Literal("62.5", datatype=XSD.decimal)
    assert graph.value(node, DG.unit) == concept("unit", "percent")


def test_unknown_is_said(graph: Graph) -> None:
    answer = IRIS.answer(2020, "URY", "10")
    assert graph.value(answer, DG.answerValue) == concept("answer-value", "unknown")
    assert graph.value(answer, DG.impliedValue) == concept("answer-value", "yes")
    choice = IRIS.option_answer(2020, "URY", "9", "open-data")
    assert graph.value(choice, DG.option) == concept("legal-topic", "open-data")
    assert graph.value(choice, DG.impliedBy) == URIRef("https://w3id.org/digigov/id/law/URY/law/2008/18381")
    use = IRIS.technology_use(2020, "URY", "ai")
    assert graph.value(use, DG.answerValue) == concept("answer-value", "unknown")


def test_an_ambiguous_date_is_not_published(graph: Graph) -> None:
    assert (IRIS.source(2020, "URY"), DCTERMS.issued, None) not in graph
    assert (IRIS.source(2020, "URY"), DG.publicationAuthorised, Literal(True)) in graph


def test_persons_stay_out_unless_a_setting_says_so(graph: Graph) -> None:
    assert "Prueba" not in graph.serialize(format="nt")
    assert "ana@example.org" not in graph.serialize(format="nt")
    assert (IRIS.post("URY", "Director"), DG.postIn, IRIS.body("URY", "agesic")) in graph
    assert "ana@example.org" in mapped(RECORD, contacts=True).serialize(format="nt")


def test_every_subject_leads_to_an_answer(graph: Graph) -> None:
    free = {DG.Response, DG.Answer}
    for node in set(graph.subjects(RDF.type, None)):
        if not free & set(graph.objects(node, RDF.type)):
            answers = list(graph.objects(node, DG.statedIn))
            assert answers, node
            for answer in answers:
                assert (answer, RDF.type, DG.Answer) in graph
                assert (answer, DG.response, IRIS.source(2020, "URY")) in graph


def test_mapping_is_deterministic_and_free_of_file_order() -> None:
    name = IRIS.source_graph(2020, "URY")
    text = RECORD
    first = sorted_nquads({name: mapped(text)})
    assert first == sorted_nquads({name: mapped(text)})
    record = parse_record(text)
    shuffled = record.model_copy(
        update={
            k: random.Random(7).sample(v, len(v))
            for k, v in record
            if isinstance(v, list) and k != "contacts"
        }
    )
    graph = Graph()
    for triple in response_triples(shuffled, IRIS):
        graph.add(triple)
    assert sorted_nquads({name: graph}) == first


def test_another_base_moves_data_but_not_vocabulary() -> None:
    graph = Graph()
    for triple in response_triples(parse_record(RECORD), Iris("https://kg.example/")):
        graph.add(triple)
    assert (URIRef("https://kg.example/id/body/URY/agesic"), RDF.type, DG.Agency) in graph
    assert not [s for s in graph.subjects() if str(s).startswith("https://w3id.org/")]

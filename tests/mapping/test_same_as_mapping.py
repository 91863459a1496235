"""Things that were joined are described under one IRI: one preferred name, the other names as aliases."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, Literal

from kg.iris import Iris
from kg.mapping.response import response_triples
from kg.namespaces import DG
from kg.records.load import load_record, parse_record, record_files
from kg.records.same_as import NOTHING_DECIDED, SameAs, read_same_as
from kg.resources import bundled

IRIS = Iris()
DECISIONS = """\
#curie_map: {dgid: "https://w3id.org/digigov/id/"}
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
subject_id	predicate_id	object_id	object_label	mapping_justification
dgid:body/COL/gov-agency	skos:exactMatch	dgid:body/URY/agesic	Uruguayan Agency	semapv:ManualMappingCuration
dgid:body/COL/statistics	skos:exactMatch	dgid:body/COL/dane	DANE	semapv:ManualMappingCuration
dgid:body/COL/hub	skos:exactMatch	dgid:organisation/COL/hub-ltd	Hub Ltd	semapv:ManualMappingCuration
dgid:law/COL/law/the-act	skos:exactMatch	dgid:law/COL/law/act	Act	semapv:ManualMappingCuration
dgid:organisation/COL/the-oecd	skos:exactMatch	dgid:organisation/oecd	OECD	semapv:ManualMappingCuration
dgid:law/COL/other/eidas	skos:exactMatch	dgid:law/EUE/regulation/2014/910	eIDAS	semapv:ManualMappingCuration
"""
COLOMBIA = """\
format: 1
status: reviewed
source: {title: Test, edition: 2020, country: COL, language: es}
bodies:
  - {id: gov-agency, name: Agencia uruguaya, aliases: [La agencia], type: agency, q: 3}
  - {id: unit, name: Unidad, part_of: gov-agency, country: URY, q: 3}
  - {id: dane, name: DANE, q: 3, spans: [{q: 3, line: 1, start: 1, end: 5}], remarks: [{kind: note, text: One.}]}
  - {id: statistics, name: Estadística, q: 3, spans: [{q: 3, line: 2, start: 8, end: 9}], remarks: [{kind: note, text: Two.}]}
  - {id: hub, name: The Hub, type: agency, q: 3}
organisations:
  - {id: the-oecd, name: La OCDE, q: 3}
  - {id: hub-ltd, name: Hub Ltd, type: company, q: 3}
instruments:
  - {id: eidas, name: Reglamento eIDAS, kind: other, q: 9}
  - {id: act, name: Ley de firma, title: Sobre firmas, kind: act, implements: [eidas], q: 9}
  - {id: the-act, name: La ley, title: Sobre la firma, kind: act, q: 9}
"""
URUGUAY = """\
format: 1
status: reviewed
source: {title: Test, edition: 2020, country: URY}
bodies:
  - {id: agesic, name: Uruguayan Agency, acronym: AGESIC, type: agency, q: 3}
"""


@pytest.fixture(scope="module")
def same_as(tmp_path_factory: pytest.TempPathFactory) -> SameAs:
    file = tmp_path_factory.mktemp("identity") / "set.sssom.tsv"
    file.write_text(DECISIONS, encoding="utf-8")
    return read_same_as([file])


@pytest.fixture(scope="module")
def graph(same_as: SameAs) -> Graph:
    merged = Graph()
    for text in (COLOMBIA, URUGUAY):
        for triple in response_triples(parse_record(text), IRIS, same_as=same_as):
            merged.add(triple)
    return merged


def test_a_body_named_by_two_countries_is_one_node_with_one_name(graph: Graph) -> None:
    node = IRIS.body("URY", "agesic")
    assert set(graph.objects(node, RDFS.label)) == {Literal("Uruguayan Agency", lang="en")}
    assert set(graph.objects(node, SKOS.altLabel)) == {
        Literal("Agencia uruguaya", lang="es"),
        Literal("La agencia", lang="es"),
        Literal("AGESIC"),
    }
    assert set(graph.objects(node, DG.country)) == {IRIS.country("URY")}
    assert set(graph.objects(node, DG.statedIn)) == {
        IRIS.answer(2020, "COL", "3"),
        IRIS.answer(2020, "URY", "3"),
    }
    assert (IRIS.body("URY", "unit"), DG.partOf, node) in graph


def test_the_identifier_that_was_given_up_says_what_took_its_place(graph: Graph) -> None:
    given_up = IRIS.body("COL", "gov-agency")
    assert list(graph.predicate_objects(given_up)) == [(DCTERMS.isReplacedBy, IRIS.body("URY", "agesic"))]
    assert not list(graph.subjects(None, given_up))


def test_an_organisation_joined_to_the_register_keeps_the_registers_name_and_class(graph: Graph) -> None:
    node = IRIS.organisation("oecd")
    assert not list(graph.objects(node, RDFS.label))
    assert not list(graph.objects(node, RDF.type))
    assert (node, SKOS.altLabel, Literal("La OCDE", lang="es")) in graph


def test_an_instrument_joined_to_an_act_of_the_union_is_that_act(graph: Graph) -> None:
    node = IRIS.law("EUE", "regulation", 2014, "910", "")
    # The register describes the act; the record adds what it relates it to and where it says so.
    assert not list(graph.objects(node, RDFS.label))
    assert not list(graph.objects(node, RDF.type))
    assert (IRIS.law("COL", "act", None, None, "act"), DG.implements, node) in graph
    assert (node, DG.statedIn, IRIS.answer(2020, "COL", "9")) in graph


def test_what_two_entries_of_one_source_say_of_one_thing_stays_apart(graph: Graph) -> None:
    node = IRIS.body("COL", "dane")
    spans = {
        (graph.value(evidence, DG.startOffset), graph.value(evidence, DG.endOffset))
        for evidence in graph.subjects(DG.about, node)
        if (evidence, RDF.type, DG.Evidence) in graph
    }
    assert spans == {(Literal(1), Literal(5)), (Literal(8), Literal(9))}
    remarks = [list(graph.objects(remark, RDFS.comment)) for remark in graph.objects(node, DG.remark)]
    assert sorted(map(len, remarks)) == [1, 1]


def test_a_body_joined_to_an_organisation_takes_no_class_that_excludes_the_others(graph: Graph) -> None:
    node = IRIS.organisation("hub-ltd", "COL")
    assert set(graph.objects(node, RDF.type)) == {DG.Company, DG.Organisation}


def test_an_instrument_has_one_title_and_the_other_as_an_alternative(graph: Graph) -> None:
    node = IRIS.law("COL", "act", None, None, "act")
    assert list(graph.objects(node, DCTERMS.title)) == [Literal("Sobre firmas", lang="es")]
    assert list(graph.objects(node, DCTERMS.alternative)) == [Literal("Sobre la firma", lang="es")]


def test_without_decisions_each_source_has_its_own_node() -> None:
    graph = Graph()
    for triple in response_triples(parse_record(COLOMBIA), IRIS, same_as=NOTHING_DECIDED):
        graph.add(triple)
    assert (IRIS.body("COL", "gov-agency"), DG.country, IRIS.country("COL")) in graph
    assert not list(graph.subject_objects(DCTERMS.isReplacedBy))


def test_the_decisions_on_the_bundled_data_join_nothing_to_itself_or_under_two_names() -> None:
    graph = Graph()
    for file in record_files(bundled("data")):
        for triple in response_triples(load_record(file)):
            graph.add(triple)
    joined = set(graph.objects(None, DCTERMS.isReplacedBy))
    assert joined
    for node in joined:
        labels = [label.language for label in graph.objects(node, RDFS.label) if isinstance(label, Literal)]
        assert len(set(labels)) == len(labels), node
        assert not [p for p, o in graph.predicate_objects(node) if o == node], node
        assert len(set(graph.objects(node, DG.country))) <= 1, node
    for retired in graph.subjects(DCTERMS.isReplacedBy):
        assert len(list(graph.predicate_objects(retired))) == 1, retired
        assert not list(graph.subjects(None, retired)), retired

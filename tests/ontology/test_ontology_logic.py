"""What follows from the ontology, what contradicts it, and what must not follow: by owlrl, the engine of record."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import owlrl
import pytest
from example_turtle import turtle
from owlrl.Namespaces import ERRNS
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef
from rdflib.collection import Collection

from kg.namespaces import PREFIXES

DG = Namespace("https://w3id.org/digigov/ontology#")
ANNOTATIONS = {RDFS.label, SKOS.definition, SKOS.example, RDFS.isDefinedBy, RDFS.seeAlso}


@pytest.fixture(scope="module")
def axioms(core: Graph, folder: Path) -> Graph:
    """What reasoning loads: the core ontology and its RL constraints, without texts."""
    graph = Graph().parse(folder / "rl-constraints.ttl")
    for triple in core:
        if triple[1] not in ANNOTATIONS:
            graph.add(triple)
    return graph


def closure(axioms: Graph, *statements: Graph) -> Graph:
    closed = Graph()
    for graph in (axioms, *statements):
        closed += graph
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed)
    return closed


def errors(closed: Graph) -> list[str]:
    return sorted(str(o) for o in closed.objects(None, ERRNS.error))


def test_ontology_and_all_its_examples_are_consistent(
    axioms: Graph, core: Graph, examples: dict[URIRef, Graph]
) -> None:
    assert len(examples) > 150
    assert errors(closure(axioms, *examples.values())) == []
    assert errors(closure(core)) == []


ENTAILED = {
    "a unit is in the country of its parent, at any depth": (
        "<a> dg:partOf <b> . <b> dg:partOf <c> . <c> dg:country <id/country/COL> .",
        "<a> dg:country <id/country/COL> ; dg:partOf <c> . <c> dg:hasPart <a> .",
    ),
    "a reported cooperation links both countries, both ways": (
        "<coop> a dg:BilateralCooperation ; dg:reportingParty <id/country/COL> ; dg:counterpartyCountry <id/country/CHL> .",
        "<id/country/COL> dg:cooperatesWith <id/country/CHL> ; dg:reportedCooperation <coop> ."
        "<id/country/CHL> dg:cooperatesWith <id/country/COL> ; a dg:Jurisdiction ."
        "<coop> dg:participant <id/country/COL> , <id/country/CHL> ; dg:counterparty <id/country/CHL> .",
    ),
    "a resolution touches the topics of the law it implements": (
        "<res> dg:implements <law> . <law> dg:coversTopic <open-data> .",
        "<res> dg:touchesTopic <open-data> ; dg:relatedInstrument <law> ; a dg:Instrument . <law> dg:touchesTopic <open-data> .",
    ),
    "so does what implements the resolution": (
        "<manual> dg:implements <res> . <res> dg:implements <law> . <law> dg:coversTopic <open-data> .",
        "<manual> dg:touchesTopic <open-data> .",
    ),
    "inverses": (
        "<p> dg:replacedBy <q> ; dg:operatedBy <o> . <d> dg:establishes <s> . <l> dg:article <l9> . <id/country/COL> dg:memberOf <n> .",
        "<q> dg:replaces <p> . <o> dg:operates <p> . <s> dg:establishedBy <d> . <l9> dg:passageOf <l> ; a dg:Article , dg:Passage ."
        "<l> dg:passage <l9> . <n> dg:hasMember <id/country/COL> ; a dg:Organisation .",
    ),
    "succession and years of validity": (
        "<new> dg:predecessor <old> . <old> dg:establishedIn 1990 ; dg:validUntil 2019 . <plan> dg:startYear 2020 ; dg:endYear 2024 .",
        "<old> dg:successor <new> ; dg:validFrom 1990 ; a dg:Organisation . <plan> dg:validFrom 2020 ; dg:validUntil 2024 .",
    ),
    "narrower properties": (
        "<m> dg:principle <once-only> . <s> dg:enabler <e> . <p> dg:member <o> .",
        "<m> dg:strategyFeature <once-only> . <s> dg:element <e> . <e> a dg:PolicyElement ."
        "<p> dg:participant <o> ; a dg:Cooperation .",
    ),
    "classes": (
        "<a> a dg:Ministry . <b> a dg:DecreeLaw . <c> a dg:Guideline . <d> a dg:Country . <e> a dg:OptionAnswer . <f> a dg:Response .",
        "<a> a dg:GovernmentBody , dg:Organisation . <b> a dg:LegalInstrument , dg:Instrument . <c> a dg:PolicyInstrument ."
        "<d> a dg:Place . <e> a dg:Answer . <f> a dg:SourceDocument .",
    ),
}


@pytest.mark.parametrize("case", ENTAILED)
def test_follows(case: str, axioms: Graph) -> None:
    stated, expected = (turtle(text) for text in ENTAILED[case])
    closed = closure(axioms, stated)
    assert errors(closed) == []
    missing = [t for t in expected if t not in closed]
    assert missing == []


NOT_ENTAILED = {
    "a denied agreement does not make countries cooperate": (
        "<coop> a dg:BilateralCooperation ; dg:reportingParty <id/country/COL> ; dg:counterparty <id/country/CHL> .",
        "<id/country/COL> dg:cooperatesWith <id/country/CHL> .",
    ),
    "two partners of one country are not each other's partners": (
        "<c1> dg:reportingParty <id/country/COL> ; dg:counterpartyCountry <id/country/CHL> ."
        "<c2> dg:reportingParty <id/country/COL> ; dg:counterpartyCountry <id/country/PER> .",
        "<id/country/CHL> dg:cooperatesWith <id/country/PER> .",
    ),
    "no country cooperates with itself": (
        "<c1> dg:reportingParty <id/country/COL> ; dg:counterpartyCountry <id/country/CHL> .",
        "<id/country/COL> dg:cooperatesWith <id/country/COL> .",
    ),
    "what is inherited is not what was stated": (
        "<res> dg:implements <law> . <law> dg:coversTopic <open-data> .",
        "<res> dg:coversTopic <open-data> .",
    ),
    "a law does not inherit from what implements it": (
        "<res> dg:implements <law> ; dg:coversTopic <e-procurement> .",
        "<law> dg:touchesTopic <e-procurement> .",
    ),
    "only what implements an instrument inherits its topics": (
        "<a> dg:amends <law> . <b> dg:repeals <law> . <c> dg:basedOn <law> . <law> dg:coversTopic <open-data> .",
        "<a> dg:touchesTopic <open-data> . <b> dg:touchesTopic <open-data> . <c> dg:touchesTopic <open-data> .",
    ),
    "an initiative that leads or issues does not become an organisation": (
        "<i> a dg:Initiative . <j> dg:ledBy <i> ; dg:partner <i> . <m> dg:issuedBy <i> . <x> dg:producedBy <i> ; dg:publishedBy <i> .",
        "<i> a dg:Organisation .",
    ),
    "a technology use that is laid down in a policy does not become an initiative": (
        "<t> a dg:TechnologyUse ; dg:laidDownIn <p> ; dg:answerValue <yes> ; dg:country <c> .",
        "<t> a dg:Initiative , dg:Answer .",
    ),
    "what a remark is about does not become a remark, nor a remark an answer": (
        "<o> a dg:Observation ; dg:about <i> ; dg:remark <r> . <r> dg:about <o> ; dg:response <resp> .",
        "<i> a dg:Remark . <o> a dg:Remark . <r> a dg:Answer .",
    ),
    "a website, a year or a number says nothing of what has it": (
        '<x> dg:website "https://example.org"^^xsd:anyURI ; dg:year 2020 ; dg:number "019" ; dg:technology <ai> ; dg:partOf <y> ; dg:statedIn <a> .',
        "<x> a dg:Organisation , dg:Portal , dg:Instrument , dg:Initiative , dg:Place , dg:Observation .",
    ),
    "no key merges": (
        '<a> a dg:Country ; dg:iso3 "COL" . <b> a dg:Country ; dg:iso3 "CHL" . <c> a dg:Country ; dg:iso3 "COL" .',
        "<a> <http://www.w3.org/2002/07/owl#sameAs> <b> , <c> .",
    ),
}


@pytest.mark.parametrize("case", NOT_ENTAILED)
def test_does_not_follow(case: str, axioms: Graph) -> None:
    stated, unwanted = (turtle(text) for text in NOT_ENTAILED[case])
    closed = closure(axioms, stated)
    assert errors(closed) == []
    assert [t for t in unwanted if t in closed] == []


CONTRADICTIONS = {
    "a portal that is the programme of its name": "<urna> a dg:Portal , dg:Initiative .",
    "a ministry that is an international organisation": "<x> a dg:Ministry , dg:InternationalOrganisation .",
    "a ministry that is a company": "<x> a dg:Ministry , dg:Company .",
    "an agency that is a civil-society organisation": "<x> a dg:Agency , dg:CivilSocietyOrganisation .",
    "a CONPES document that is a decree": "<x> a dg:Policy , dg:Decree .",
    "a membership that is a partnership": "<x> a dg:Membership , dg:Partnership .",
    "a bilateral cooperation that is multilateral": "<x> a dg:BilateralCooperation , dg:MultilateralCooperation .",
    "a country that is a region": "<x> a dg:Country , dg:Region .",
    "an article that is a page range": "<x> a dg:Article , dg:PageRange .",
    "a ministry that is responsible for a ministry": "<x> dg:responsibleFor <y> . <y> a dg:Ministry .",
    "an answer that states itself as a law": "<x> a dg:Act , dg:Answer .",
    "a ministry in a company's place as country": "<x> dg:country <y> . <y> a dg:Company .",
    "a law that implements a portal": "<x> dg:implements <y> . <y> a dg:Portal .",
    "a law that implements itself": "<x> dg:implements <x> .",
    "two laws that implement each other": "<x> dg:implements <y> . <y> dg:implements <x> .",
    "two laws that repeal each other": "<x> dg:repeals <y> . <y> dg:repeals <x> .",
    "a law that regulates itself": "<x> dg:regulates <x> .",
    "a portal that replaces itself": "<x> dg:replaces <x> .",
    "a body that is part of itself": "<x> dg:partOf <y> . <y> dg:partOf <x> .",
    "a country that cooperates with itself": "<c> dg:reportingParty <x> ; dg:counterpartyCountry <x> .",
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_contradicts_the_ontology(case: str, axioms: Graph) -> None:
    assert errors(closure(axioms, turtle(CONTRADICTIONS[case])))


def test_top_kinds_are_pairwise_disjoint_down_to_the_last_of_the_list(axioms: Graph) -> None:
    """owlrl must see every pair, the last member too: one individual per pair, all in one graph."""
    heads = list(axioms.objects(None, OWL.members))
    longest = max((list(Collection(axioms, head)) for head in heads), key=len)
    assert SKOS.Concept in longest
    pairs = list(combinations(longest, 2))
    stated = Graph()
    for index, pair in enumerate(pairs):
        for kind in pair:
            stated.add((URIRef(f"https://example.org/{index}"), RDF.type, kind))
    found = errors(closure(axioms, stated))
    missed = [pair for index, pair in enumerate(pairs) if not any(f"example.org/{index}" in e for e in found)]
    assert missed == []


def test_each_class_without_parent_is_among_the_disjoint_top_kinds(core: Graph) -> None:
    tops = {
        s
        for s in core.subjects(RDF.type, OWL.Class)
        if str(s).startswith(str(DG)) and not list(core.objects(s, RDFS.subClassOf))
    }
    longest = max((set(Collection(core, head)) for head in core.objects(None, OWL.members)), key=len)
    assert longest - {SKOS.Concept} == tops


def test_members_of_one_network_cooperate_by_the_rule(axioms: Graph, folder: Path) -> None:
    stated = turtle(
        "<gealc> a dg:CooperationNetwork . <oecd> a dg:InternationalOrganisation ."
        "<id/country/COL> dg:memberOf <gealc> , <oecd> . <id/country/CHL> dg:memberOf <gealc> . <id/country/FRA> dg:memberOf <oecd> ."
    )
    closed = closure(axioms, stated)
    rule = (folder / "rules" / "shared-network.rq").read_text("utf-8")
    concluded = set(closed.query(rule).graph or ())
    assert concluded == set(
        turtle(
            "<id/country/COL> dg:cooperatesWith <id/country/CHL> . <id/country/CHL> dg:cooperatesWith <id/country/COL> ."
        )
    )


def test_rules_are_construct_queries_of_stored_prefixes(folder: Path) -> None:
    for rule in (folder / "rules").glob("*.rq"):
        result = Graph().query(rule.read_text("utf-8"))
        assert result.type == "CONSTRUCT", rule
        assert f"<{PREFIXES['dg']}>" in rule.read_text("utf-8")


def test_only_simple_properties_are_restricted_in_the_core(core: Graph, folder: Path) -> None:
    """OWL 2 Structural Specification, 11.2: what is transitive or follows from a chain, and what is above it, is not
    simple, and must not be irreflexive, asymmetric, functional or disjoint. rl-constraints.ttl holds what breaks this."""
    composite = set(core.subjects(RDF.type, OWL.TransitiveProperty)) | set(
        core.subjects(OWL.propertyChainAxiom)
    )
    assert composite == {DG.partOf, DG.country, DG.cooperatesWith, DG.touchesTopic}
    non_simple = _upward(core, composite)
    restricted = {
        s
        for kind in (
            OWL.IrreflexiveProperty,
            OWL.AsymmetricProperty,
            OWL.FunctionalProperty,
            OWL.InverseFunctionalProperty,
        )
        for s in core.subjects(RDF.type, kind)
    } | {n for pair in core.subject_objects(OWL.propertyDisjointWith) for n in pair}
    assert restricted & non_simple == set()
    moved = set(Graph().parse(folder / "rl-constraints.ttl").subjects(RDF.type, OWL.IrreflexiveProperty))
    assert moved <= non_simple, "what is simple belongs in digigov.ttl"


def test_core_has_no_axiom_that_merges_things(core: Graph, folder: Path) -> None:
    constraints = Graph().parse(folder / "rl-constraints.ttl")
    for graph in (core, constraints):
        assert not list(graph.subject_objects(OWL.hasKey))
        for kind in (OWL.FunctionalProperty, OWL.InverseFunctionalProperty):
            assert not list(graph.subjects(RDF.type, kind))
        for predicate in (OWL.sameAs, OWL.maxCardinality, OWL.maxQualifiedCardinality, OWL.cardinality):
            assert not list(graph.subject_objects(predicate))


def _upward(core: Graph, properties: Iterable[object]) -> set[object]:
    """Properties above any of `properties`, inverses counted in both directions."""
    found, queue = set(properties), list(properties)
    while queue:
        current = queue.pop()
        above = {*core.objects(current, RDFS.subPropertyOf)}
        above |= {*core.objects(current, OWL.inverseOf), *core.subjects(OWL.inverseOf, current)}
        queue += above - found
        found |= above
    return found

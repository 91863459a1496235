"""A contradiction is found whatever the engine, and its message leads to the stated triples and the answers behind them."""

from __future__ import annotations

import pytest
from rdflib import RDF, Graph
from small_graphs import iri, turtle

from kg.errors import NotConforming
from kg.namespaces import DG
from kg.reasoning import Clash, Inconsistent, close

ENGINES = pytest.mark.parametrize("engine", ["owlrl", "compiled"])

CASES = {
    "disjoint-classes": (
        """<law/COL/decree/2013/1413> a dg:Decree , dg:Strategy ; rdfs:label "Decree 1413 of 2013"@en ;
             dg:statedIn <response/2020/COL/q9> .""",
        "“Decree 1413 of 2013” is both a legal instrument and a policy instrument",
    ),
    "irreflexive": (
        """<law/COL/law/2014/1712> rdfs:label "Law 1712 of 2014"@en ; dg:implements <law/COL/law/2014/1712> ;
             dg:statedIn <response/2020/COL/q9> .""",
        "“Law 1712 of 2014” stands in the relation “implements” to itself",
    ),
    "asymmetric": (
        """<law/COL/law/2014/1> rdfs:label "Law 1"@en ; dg:repeals <law/COL/law/2015/2> ; dg:statedIn <response/2020/COL/q9> .
           <law/COL/law/2015/2> rdfs:label "Law 2"@en ; dg:repeals <law/COL/law/2014/1> .""",
        "“Law 1” and Law 2 each stand in the relation “repeals” to the other",
    ),
    "disjoint-properties": (
        """<law/COL/law/2014/1> rdfs:label "Law 1"@en ; dg:repeals <law/COL/law/2015/2> ; dg:implements <law/COL/law/2015/2> ;
             dg:statedIn <response/2020/COL/q9> .""",
        "“Law 1” has law/COL/law/2015/2 both as implements and as repeals",
    ),
    "same-and-different": (
        """<body/COL/a> owl:sameAs <body/COL/b> ; owl:differentFrom <body/COL/b> ; dg:statedIn <response/2020/COL/q3> .""",
        "is said to be the same as body/COL/b and different from it",
    ),
    "ill-typed-literal": (
        """<law/COL/law/2014/1> dg:year "year 2014"^^xsd:integer ; dg:statedIn <response/2020/COL/q9> .""",
        "has the value “year 2014” for year, which is no xsd:integer",
    ),
    "wrong-datatype": (
        """<law/COL/law/2014/1> dg:year "2014" ; dg:statedIn <response/2020/COL/q9> .""",
        "has the value “2014” for year as xsd:string; xsd:integer is expected",
    ),
}  # fmt: skip


def clash(small: Graph, text: str, engine: str) -> Clash:
    (found,) = close(turtle(text), small, engine=engine, rules=[]).clashes  # type: ignore[arg-type]
    return found


@ENGINES
@pytest.mark.parametrize("kind", CASES)
def test_every_kind_is_found_once_with_its_statements_and_sources(
    small: Graph, kind: str, engine: str
) -> None:
    text, message = CASES[kind]
    found = clash(small, text, engine)
    assert found.kind == kind
    assert message in found.message
    stated = {(str(s), str(p), str(o)) for s, p, o in turtle(text)}
    assert set(found.statements) <= stated
    assert found.statements
    assert "of COL 2020" in found.message
    assert {s.country for s in found.sources} == {"COL"}


@ENGINES
def test_consistent_statements_have_no_clash(small: Graph, engine: str) -> None:
    text = """<law/COL/law/2014/1> a dg:Act ; dg:year 2014 ; dg:website "http://example.org"^^xsd:anyURI ;
                dg:value 3 , 3.5 ; dg:implements <law/COL/law/2013/9> ; rdfs:label "Law 1"@en , "Ley 1"@es ."""
    assert close(turtle(text), small, engine=engine, rules=[]).clashes == ()  # type: ignore[arg-type]


@ENGINES
def test_the_statements_behind_derived_types_are_named(small: Graph, engine: str) -> None:
    """A portal used as an instrument: no type says so, two properties do."""
    found = clash(
        small,
        """<portal/www.gov.co> a dg:Portal . <law/COL/law/2014/1> dg:implements <portal/www.gov.co> .""",
        engine,
    )
    assert set(found.terms) == {str(DG.Instrument), str(DG.Portal)}
    assert set(found.statements) == {
        (str(iri("portal/www.gov.co")), str(RDF.type), str(DG.Portal)),
        (str(iri("law/COL/law/2014/1")), str(DG.implements), str(iri("portal/www.gov.co"))),
    }


@ENGINES
def test_a_chain_is_followed_back_to_what_was_stated(small: Graph, engine: str) -> None:
    """Colombia reported as its own partner: the self-loop of cooperatesWith is entailed by a chain over an inverse."""
    found = clash(
        small,
        """<country/COL> a dg:Country ; rdfs:label "Colombia"@en .
           <cooperation/2020/COL/COL> dg:reportingParty <country/COL> ; dg:counterpartyCountry <country/COL> ;
             dg:statedIn <response/2020/COL/q23> .""",
        engine,
    )
    assert found.kind == "irreflexive"
    assert {p.rpartition("#")[2] for _, p, _ in found.statements} == {"reportingParty", "counterpartyCountry"}
    assert [str(s) for s in found.sources] == ["question 23 of COL 2020"]


def test_transitive_cycles_do_not_hang_the_explanation(small: Graph) -> None:
    text = "<a> dg:partOf <b> . <b> dg:partOf <c> . <c> dg:partOf <a> . <c> dg:country <country/COL> . <a> dg:country <country/CHL> ."
    assert close(turtle(text), small, rules=[]).clashes == ()


def test_inconsistent_is_an_error_for_people(small: Graph) -> None:
    closure = close(turtle(CASES["disjoint-classes"][0]), small, rules=[])
    with pytest.raises(Inconsistent) as caught:
        closure.require_consistency()
    assert isinstance(caught.value, NotConforming)
    assert caught.value.exit_code == 1
    assert caught.value.clashes == closure.clashes
    assert "1 contradiction" in str(caught.value)
    assert "question 9 of COL 2020" in str(caught.value)


def test_many_contradictions_are_counted_and_cut() -> None:
    clashes = [Clash("other", (), str(n), (), (), f"number {n}") for n in range(30)]
    text = str(Inconsistent(clashes))
    assert "30 contradictions" in text
    assert "and 10 more" in text


def test_what_only_owlrl_reports_is_not_lost(small: Graph) -> None:
    """A negative property assertion: a rule of the profile that has no detector of its own."""
    ontology = small + turtle(
        """[] a owl:NegativePropertyAssertion ; owl:sourceIndividual <country/COL> ; owl:assertionProperty dg:memberOf ;
             owl:targetIndividual <organisation/oecd> ."""
    )
    found = close(turtle("<country/COL> dg:memberOf <organisation/oecd> ."), ontology, rules=[]).clashes
    assert [c.kind for c in found] == ["other"]
    assert "organisation/oecd" in found[0].message

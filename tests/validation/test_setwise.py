"""SPARQL constraints asked once over the whole graph give the findings that pyshacl gives node by node."""

from __future__ import annotations

import pytest
from rdflib import SH, Graph
from shape_fixtures import fixtures

from kg.errors import KgError
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.reasoning import close
from kg.records.load import load_record
from kg.resources import bundled
from kg.validation import Finding, validate
from kg.validation.setwise import sparql_results, without_sparql

CASES = fixtures()
Said = tuple[object, ...]


def both_ways(
    data: Graph, shapes: Graph, ontology: Graph, inferred: Graph | None = None
) -> tuple[set[Said], set[Said]]:
    fast = validate(data, inferred, shapes, ontology=ontology, sparql="set-wise")
    record = validate(data, inferred, shapes, ontology=ontology, sparql="pyshacl")
    assert len(fast.findings) == len(record.findings)
    return set(map(said, fast.findings)), set(map(said, record.findings))


def said(finding: Finding) -> Said:
    """All that a finding says, without the blank nodes behind its paths, which are new in every run."""
    return (
        *(finding.severity, finding.shape, finding.focus, finding.path, finding.value),
        *(finding.messages, finding.sources, finding.component, finding.basis),
    )


@pytest.mark.parametrize("outcome", ["pass", "fail"])
def test_the_same_findings_on_all_fixtures_at_once(
    outcome: str, background: Graph, shapes: Graph, ontology: Graph
) -> None:
    data = Graph() + background
    for case in CASES[outcome].values():
        data += case
    fast, record = both_ways(data, shapes, ontology)
    assert fast == record
    sparql = {str(shape) for shape in shapes.subjects(SH.sparql, None)}
    if outcome == "fail":
        assert len({shape for _, shape, *_ in fast} & sparql) > 30


def test_the_same_findings_on_the_bundled_response(shapes: Graph, ontology: Graph) -> None:
    data = Graph()
    for part in (
        response_triples(load_record(bundled("data") / "responses" / "2020" / "COL.yaml")),
        survey_triples(2020),
        reference_triples(),
    ):
        for triple in part:
            data.add(triple)
    fast, record = both_ways(data, shapes, ontology)
    assert fast == record
    assert len(fast) > 40


def test_the_same_findings_where_entailments_are_added(
    background: Graph, shapes: Graph, ontology: Graph
) -> None:
    """The engine is filled with what is stated and grows: some findings of queries show only then."""
    data = Graph() + background
    for case in CASES["fail"].values():
        data += case
    inferred = close(data, ontology, engine="compiled").inferred
    fast, record = both_ways(data, shapes, ontology, inferred)
    assert fast == record
    sparql = {str(shape) for shape in shapes.subjects(SH.sparql, None)}
    assert any(finding[1] in sparql for finding in fast if finding[-1] == "entailed")
    assert any(finding[1] in sparql for finding in fast if finding[-1] == "stated")


def test_what_is_left_for_a_core_validator_holds_no_query(shapes: Graph) -> None:
    core = without_sparql(shapes)
    assert not list(core.subjects(SH.sparql, None))
    assert len(core) == len(shapes) - len(list(shapes.subject_objects(SH.sparql)))


def test_a_query_that_the_engine_refuses_is_named() -> None:
    broken = Graph()
    broken.parse(
        data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <https://example.org/Odd> a sh:NodeShape ; sh:targetSubjectsOf rdfs:label ; sh:severity sh:Info ;
            sh:sparql [ sh:select "SELECT $this WHERE { $this ?p" ] .
        """,
        format="turtle",
    )
    data = Graph().parse(
        data='<https://example.org/a> <http://www.w3.org/2000/01/rdf-schema#label> "A" .', format="turtle"
    )
    with pytest.raises(KgError, match="Odd cannot be evaluated"):
        sparql_results(data, broken)


def test_terms_come_back_as_they_went_in() -> None:
    """Values of findings are compared as terms: datatypes and languages must survive the way through the store."""
    data = Graph().parse(
        data="""
        @prefix x: <https://example.org/> .
        x:a x:p "plain" , "word"@en , 7 , "2019-01-01"^^<http://www.w3.org/2001/XMLSchema#date> , x:b , [] .
        """,
        format="turtle",
    )
    shapes = Graph().parse(
        data="""
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        <https://example.org/S> a sh:NodeShape ; sh:targetSubjectsOf <https://example.org/p> ; sh:severity sh:Info ; sh:message "It is {?value}." ;
            sh:sparql [ sh:select "SELECT $this ?value WHERE { $this <https://example.org/p> ?value }" ] .
        """,
        format="turtle",
    )
    values = {key[2] for key in sparql_results(data, shapes)}
    assert values == set(data.objects())

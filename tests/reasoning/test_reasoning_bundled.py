"""Reasoning over the bundled data: the engines agree, nothing contradicts the ontology, and the expected facts follow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph, Literal
from small_graphs import iri, random_statements

from kg.mapping.indicators import indicator_triples
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.namespaces import DG, concept
from kg.reasoning import Closure, close, ontology_graph
from kg.records.load import load_record, record_files
from kg.resources import bundled

RECORDS = list(record_files(bundled("data") / "responses"))
SOURCES = list(record_files(bundled("data")))[:: 1 if os.environ.get("KG_ALL_SOURCES") else 5]
"""One in five, or all on demand: owlrl takes five to ten seconds for each."""


def triples(graph: Graph) -> set[tuple[str, str, str]]:
    return {(str(s), str(p), str(o)) for s, p, o in graph}


def graph_of(*parts: object) -> Graph:
    graph = Graph()
    for part in parts:
        for triple in part:  # type: ignore[attr-defined]
            graph.add(triple)
    return graph


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return ontology_graph()


@pytest.fixture(scope="module")
def reference() -> Graph:
    graph = graph_of(reference_triples())
    for file in (bundled("ontology") / "concepts").glob("*.ttl"):
        graph.parse(file)
    return graph


@pytest.fixture(scope="module")
def everything(reference: Graph) -> Graph:
    records = [load_record(file) for file in RECORDS]
    editions = {record.source.edition for record in records}
    return graph_of(reference, *map(survey_triples, editions), *map(response_triples, records))


@pytest.fixture(scope="module")
def closure(everything: Graph, ontology: Graph) -> Closure:
    return close(everything, ontology)


def test_the_engines_agree_on_all_bundled_responses_together(
    everything: Graph, ontology: Graph, closure: Closure
) -> None:
    fast = close(everything, ontology, engine="compiled")
    assert triples(fast.inferred) == triples(closure.inferred)
    assert fast.clashes == closure.clashes


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_the_engines_agree_on_each_bundled_source(file: Path, ontology: Graph) -> None:
    response = graph_of(response_triples(load_record(file)))
    record, fast = (close(response, ontology, engine=engine) for engine in ("owlrl", "compiled"))
    assert triples(fast.inferred) == triples(record.inferred)
    assert len(record.inferred) > 100


@pytest.mark.parametrize("seed", range(6))
def test_the_engines_agree_on_random_statements_in_the_ontologys_terms(seed: int, ontology: Graph) -> None:
    data = random_statements(ontology, seed, 60, equality=seed % 2 == 1)
    record, fast = (close(data, ontology, engine=engine) for engine in ("owlrl", "compiled"))
    assert triples(fast.inferred) == triples(record.inferred)
    assert {(c.kind, c.individual, c.terms) for c in fast.clashes} == {
        (c.kind, c.individual, c.terms) for c in record.clashes
    }


def test_a_sample_of_the_figures_is_closed_alike_by_both_engines(reference: Graph, ontology: Graph) -> None:
    """Figures are closed by the compiled rules only: here owlrl judges them, on some of each indicator and edition."""
    figures = graph_of(indicator_triples())
    sample = Graph()
    for node in sorted(figures.subjects(RDF.type, DG.Observation))[::97]:
        sample += figures.triples((node, None, None))
    assert len(sample) > 300
    data = reference + sample
    record, fast = (close(data, ontology, engine=engine) for engine in ("owlrl", "compiled"))
    assert triples(fast.inferred) == triples(record.inferred)
    assert fast.clashes == record.clashes == ()


def test_the_bundled_data_is_consistent(closure: Closure) -> None:
    closure.require_consistency()


def test_nothing_stated_or_useless_is_inferred(everything: Graph, closure: Closure) -> None:
    for s, p, o in closure.inferred:
        assert (s, p, o) not in everything
        assert not isinstance(s, Literal)
        assert s != o
        assert str(p).startswith(str(DG)) or p == OWL.sameAs or (p == RDF.type and str(o).startswith(str(DG)))


def test_the_seven_partners_cooperate_with_colombia_both_ways(closure: Closure) -> None:
    colombia = iri("country/COL")
    partners = {iri(f"country/{c}") for c in ("HND", "GTM", "URY", "PER", "MEX", "GBR", "CHL")}
    assert partners <= set(closure.inferred.objects(colombia, DG.cooperatesWith))
    assert partners <= set(closure.inferred.subjects(DG.cooperatesWith, colombia))
    assert colombia not in set(closure.inferred.objects(colombia, DG.cooperatesWith))


def test_the_resolution_inherits_the_topics_of_the_law_it_implements(
    everything: Graph, closure: Closure
) -> None:
    resolution, topic = iri("law/COL/resolution/2014/3563"), concept("legal-topic", "access-to-information")
    assert (resolution, DG.implements, iri("law/COL/law/2014/1712")) in everything
    assert (resolution, DG.coversTopic, topic) not in everything
    assert (resolution, DG.touchesTopic, topic) in closure.inferred


def test_a_clash_in_a_bundled_response_names_the_question(everything: Graph, ontology: Graph) -> None:
    faulty = graph_of(everything)
    faulty.add((iri("law/COL/law/2014/1712"), RDF.type, DG.Strategy))
    clashes = close(faulty, ontology).clashes
    assert any(
        c.individual == str(iri("law/COL/law/2014/1712")) and "question 9 of COL 2020" in c.message
        for c in clashes
    )

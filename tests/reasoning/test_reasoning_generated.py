"""Generated responses, sound and spoilt: the compiled rules conclude what owlrl does, on each of them and on all together."""

from __future__ import annotations

import os

import pytest
from rdflib import Graph

from benchmarks.generator import Corpus, Rates
from kg.mapping.editions import settle_editions, source_key
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.reasoning import Closure, Reference, close, close_part, close_parts, ontology_graph
from kg.records.load import parse_record

MEMBERS, EDITIONS = (6, 3) if os.environ.get("KG_ALL_SOURCES") else (2, 2)
"""Few, or many on demand: owlrl takes some seconds for each."""

pytestmark = pytest.mark.slow


def said(closure: Closure) -> tuple[set[object], set[object]]:
    return set(closure.inferred), {(clash.kind, clash.individual, clash.terms) for clash in closure.clashes}


@pytest.fixture(scope="module")
def responses() -> dict[str, Graph]:
    """By where a response belongs: its graph, as an edition among those of its country."""
    often = Rates(faults=6, renames=0.2, mergers=1, splits=1, repeals=0.2, portals=0.3)
    records = [parse_record(one.text(), one.path) for one in Corpus(MEMBERS, EDITIONS, 9, often).records()]
    graphs = {source_key(record): Graph() for record in records}
    for record in records:
        for triple in response_triples(record):
            graphs[source_key(record)].add(triple)
    settle_editions(graphs)
    return {f"{key[2]}-{key[1]}": graph for key, graph in graphs.items()}


@pytest.mark.parametrize("number", range(MEMBERS * EDITIONS))
def test_the_engines_agree_on_each_generated_response(number: int, responses: dict[str, Graph]) -> None:
    response, ontology = list(responses.values())[number], ontology_graph()
    record, fast = (close(response, ontology, engine=engine) for engine in ("owlrl", "compiled"))
    assert said(fast) == said(record)
    assert len(record.inferred) > 100


def test_responses_closed_one_by_one_are_what_owlrl_makes_of_all_of_them(responses: dict[str, Graph]) -> None:
    """With the reference data, through which responses of different countries meet: as a build does it."""
    reference, ontology = Graph(), ontology_graph()
    for triple in reference_triples():
        reference.add(triple)
    background = Reference(reference, ontology)
    found = close_parts([close_part(response, background) for response in responses.values()], background)
    whole = reference
    for response in responses.values():
        whole = whole + response
    assert said(found) == said(close(whole, ontology, engine="owlrl"))

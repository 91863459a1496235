"""Both engines must draw the same useful conclusions and see the same clashes: owlrl is the judge of the compiled rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph
from small_graphs import random_statements, turtle

from kg.reasoning import UnsupportedAxiomError, close


def triples(graph: Graph) -> set[tuple[str, str, str]]:
    return {(str(s), str(p), str(o)) for s, p, o in graph}


@pytest.mark.parametrize("equality", [False, True], ids=["plain", "with-sameAs"])
@pytest.mark.parametrize("seed", range(20))
def test_same_conclusions_on_generated_statements(
    small: Graph, shared_network: list[Path], seed: int, equality: bool
) -> None:
    data = random_statements(small, seed, 8 + 3 * seed, equality=equality)
    record = close(data, small, engine="owlrl", rules=shared_network)
    fast = close(data, small, engine="compiled", rules=shared_network)
    assert triples(fast.inferred) == triples(record.inferred)
    assert {(c.kind, c.individual, c.terms) for c in fast.clashes} == {
        (c.kind, c.individual, c.terms) for c in record.clashes
    }
    assert not [c for c in record.clashes if c.kind == "other"]


def test_generated_statements_do_entail_something(small: Graph) -> None:
    assert (
        sum(
            len(close(random_statements(small, s, 40), small, engine="compiled", rules=[]).inferred)
            for s in range(3)
        )
        > 60
    )


@pytest.mark.parametrize(
    "axiom",
    [
        "dg:website a owl:FunctionalProperty .",
        "dg:memberOf a owl:InverseFunctionalProperty .",
        "dg:Ministry owl:disjointUnionOf ( dg:Place dg:Portal ) .",
        "dg:Ministry rdfs:subClassOf [ a owl:Restriction ; owl:onProperty dg:country ; owl:maxCardinality 1 ] .",
        "dg:country rdfs:subPropertyOf [ owl:inverseOf dg:hasPart ] .",
        "dg:Ministry owl:oneOf ( dg:a dg:b ) .",
    ],
)
def test_the_compiled_engine_refuses_what_it_has_no_rule_for(small: Graph, axiom: str) -> None:
    ontology = small + turtle(axiom)
    with pytest.raises(UnsupportedAxiomError, match="no rule for"):
        close(turtle("<a> dg:country <b> ."), ontology, engine="compiled", rules=[])
    close(turtle("<a> dg:country <b> ."), ontology, engine="owlrl", rules=[])


def test_bulk_statements_are_closed_beside_the_data(small: Graph) -> None:
    data = turtle("<country/COL> a dg:Country . <body/COL/x> dg:partOf <body/COL/y> .")
    bulk = turtle("<body/COL/y> dg:country <country/COL> .")
    closure = close(data, small, bulk=bulk, rules=[])
    assert triples(turtle("<body/COL/x> dg:country <country/COL> .")) <= triples(closure.inferred)
    assert triples(closure.inferred) == triples(close(data + bulk, small, rules=[]).inferred)


def test_inputs_stay_unchanged(small: Graph, shared_network: list[Path]) -> None:
    data = random_statements(small, 1, 30)
    before = triples(data), triples(small)
    for engine in ("owlrl", "compiled"):
        close(data, small, engine=engine, rules=shared_network)  # type: ignore[arg-type]
    assert (triples(data), triples(small)) == before

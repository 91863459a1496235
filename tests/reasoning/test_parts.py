"""Closing sources one by one, and then what crosses them, is closing everything at once: to the triple."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from small_graphs import random_statements, turtle

from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.reasoning import (
    Closure,
    Part,
    Reference,
    UnsupportedAxiomError,
    close,
    close_across,
    close_part,
    close_parts,
    ontology_graph,
)
from kg.records.load import load_record, record_files
from kg.resources import bundled

HERE = Path(__file__).parent
RULES = [HERE / "rules" / "shared-network.rq"]
SMALL = ontology_graph([HERE / "small-ontology.ttl"])


def graph_of(triples: Iterable[tuple[object, object, object]]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)  # type: ignore[arg-type]
    return graph


def split(whole: Graph, seed: int, parts: int) -> list[Graph]:
    """The statements of a graph dealt out at random, a few of them to two parts."""
    dice = random.Random(seed)
    dealt = [Graph() for _ in range(parts)]
    for triple in sorted(whole):
        for graph in dice.sample(dealt, 2 if parts > 1 and dice.random() < 0.1 else 1):
            graph.add(triple)
    return dealt


def neighbourhoods(whole: Graph, seed: int, parts: int) -> list[Graph]:
    """Sources that keep mostly to individuals of their own: each subject has a home, and few statements leave it."""
    dice = random.Random(seed)
    home = {node: dice.randrange(parts) for node in sorted(whole.all_nodes(), key=str) if "/id/" in str(node)}
    dealt = [Graph() for _ in range(parts)]
    for s, p, o in sorted(whole):
        if home.get(o, home[s]) == home[s] or dice.random() < 0.1:
            dealt[home[s]].add((s, p, o))
    return dealt


def said(closure: Closure) -> tuple[set[object], set[object]]:
    return set(closure.inferred), {(c.kind, c.individual, c.terms) for c in closure.clashes}


def in_parts(
    reference: Graph, sources: list[Graph], ontology: Graph, rules: list[Path] | None
) -> tuple[Closure, list[Part]]:
    background = Reference(reference, ontology, rules=rules)
    parts = [close_part(source, background) for source in sources]
    return close_parts(parts, background), parts


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 90), st.integers(2, 6))
def test_parts_and_what_crosses_them_are_the_whole(seed: int, size: int, parts: int) -> None:
    whole = random_statements(SMALL, seed, size)
    reference, *sources = split(whole, seed, parts)
    found, _ = in_parts(reference, sources, SMALL, RULES)
    assert said(found) == said(close(whole, SMALL, engine="compiled", rules=RULES))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 160), st.integers(2, 6))
def test_sources_that_share_little_are_the_whole_too(seed: int, size: int, parts: int) -> None:
    sources = neighbourhoods(random_statements(SMALL, seed, size), seed, parts)
    whole = graph_of(triple for graph in sources for triple in graph)
    found, _ = in_parts(Graph(), sources, SMALL, RULES)
    assert said(found) == said(close(whole, SMALL, engine="compiled", rules=RULES))


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_of_record_agrees(seed: int) -> None:
    whole = random_statements(SMALL, seed, 40)
    reference, *sources = split(whole, seed, 4)
    found, _ = in_parts(reference, sources, SMALL, RULES)
    assert said(found) == said(close(whole, SMALL, engine="owlrl", rules=RULES))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_bundled_ontology_can_be_taken_apart(seed: int) -> None:
    ontology = ontology_graph()
    whole = random_statements(ontology, seed, 60)
    reference, *sources = split(whole, seed, 4)
    found, _ = in_parts(reference, sources, ontology, None)
    assert said(found) == said(close(whole, ontology, engine="compiled"))


def test_the_bundled_sources_in_parts() -> None:
    ontology, reference = ontology_graph(), graph_of(reference_triples())
    sources = [graph_of(response_triples(load_record(file))) for file in record_files(bundled("data"))]
    assert len(sources) > 20
    found, parts = in_parts(reference, sources, ontology, None)
    whole = graph_of(triple for graph in (reference, *sources) for triple in graph)
    assert said(found) == said(close(whole, ontology, engine="compiled"))
    crossing = close_across(parts, Reference(reference, ontology)).facts
    assert any(str(p).endswith("#cooperatesWith") for _, p, _ in crossing)


def test_members_of_one_network_in_two_sources_cooperate() -> None:
    background = Reference(turtle("<organisation/net> a dg:CooperationNetwork ."), SMALL, rules=RULES)
    one = close_part(turtle("<country/COL> dg:memberOf <organisation/net> ."), background)
    other = close_part(turtle("<country/URY> dg:memberOf <organisation/net> ."), background)
    expected = set(
        turtle(
            "<country/COL> dg:cooperatesWith <country/URY> . <country/URY> dg:cooperatesWith <country/COL> ."
        )
    )
    assert not expected & (one.facts | other.facts)
    assert expected <= close_across([one, other], background).facts


def test_a_new_conclusion_reaches_what_one_source_says_about_its_subject() -> None:
    """Only <b> is shared; what follows for <x> has to meet the statement about <x> that stands in one source alone."""
    step = turtle("dg:heads a owl:ObjectProperty ; owl:propertyChainAxiom ( dg:leads dg:heads ) .")
    background = Reference(Graph(), SMALL + step, rules=[])
    sources = [turtle("<w> dg:leads <x> . <x> dg:leads <b> ."), turtle("<b> dg:heads <t> .")]
    crossing = close_across([close_part(source, background) for source in sources], background).facts
    assert set(turtle("<x> dg:heads <t> . <w> dg:heads <t> .")) <= crossing


def test_a_clash_between_two_sources_is_found_and_named() -> None:
    background = Reference(Graph(), SMALL, rules=[])
    whole = turtle("<x> a dg:Country . <x> a dg:Organisation , dg:Portal , dg:Ministry .")
    parts = [close_part(graph_of([triple]), background) for triple in whole]
    assert not any(part.clashes for part in parts)
    assert (
        said(close_parts(parts, background))[1]
        == said(close(whole, SMALL, engine="compiled", rules=[]))[1]
        != set()
    )


def test_a_longer_chain_is_refused() -> None:
    longer = SMALL + turtle("dg:country owl:propertyChainAxiom ( dg:partOf dg:partOf dg:country ) .")
    with pytest.raises(UnsupportedAxiomError, match="more than two steps"):
        Reference(Graph(), longer, rules=[])


def test_equality_in_a_source_is_refused() -> None:
    with pytest.raises(UnsupportedAxiomError, match="sameAs"):
        close_part(turtle("<a> owl:sameAs <b> ."), Reference(Graph(), SMALL, rules=[]))


@pytest.mark.parametrize(
    "where",
    [
        "?a dg:memberOf ?b . ?b dg:partOf ?c . ?c dg:country ?d",
        "?a dg:memberOf ?b FILTER NOT EXISTS { ?b dg:country ?d }",
        "?a dg:memberOf ?b MINUS { ?a dg:partOf ?b }",
        "?a a ?kind . ?b a ?kind",
        "?a dg:noAxiomMentionsThis ?b",
    ],
)
def test_a_rule_that_looks_further_is_refused(where: str, tmp_path: Path) -> None:
    rule = tmp_path / "far.rq"
    rule.write_text(f"CONSTRUCT {{ ?a dg:cooperatesWith ?b }} WHERE {{ {where} }}", "utf-8")
    with pytest.raises(UnsupportedAxiomError, match="far"):
        Reference(Graph(), SMALL, rules=[rule])

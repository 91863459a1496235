"""Sources judged one by one, and then across, give the findings of all of them judged at once; scopes are true."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node
from shape_fixtures import fixtures

from benchmarks.generator import Corpus, Rates
from benchmarks.generator.faults import FAULTS
from kg.errors import KgError
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.namespaces import DG, DGSH, HOME
from kg.reasoning import Part, Reference, close_across, close_part, close_parts, meeting, ontology_graph
from kg.records.load import load_record, parse_record, record_files
from kg.records.model import Record
from kg.resources import bundled
from kg.validation import (
    Background,
    Finding,
    Judged,
    Report,
    load_shapes,
    rules_of,
    validate,
    validate_part,
    validate_parts,
)

Said = tuple[object, ...]
Triples = Iterable[tuple[Node, Node, Node]]


def graph_of(*parts: Triples) -> Graph:
    graph = Graph()
    for part in parts:
        for triple in part:
            graph.add(triple)
    return graph


def said(finding: Finding) -> Said:
    """All that a finding says, without the blank nodes behind its path."""
    return (
        *(finding.severity, finding.shape, finding.focus, finding.label, finding.path, finding.value),
        *(finding.value_label, finding.messages, finding.sources, finding.mentions, finding.basis),
        finding.component,
    )


def everything_said(report: Report) -> list[Said]:
    return [said(finding) for finding in report.findings]


class World:
    """Sources and reference data, closed and judged in parts."""

    def __init__(self, reference: Graph, sources: list[Graph], shapes: Graph, ontology: Graph) -> None:
        self.reference, self.sources, self.shapes, self.ontology = reference, sources, shapes, ontology
        closed = Reference(reference, ontology)
        self.background = Background(closed, shapes)
        self.parts = [close_part(source, closed) for source in sources]
        self.crossing: Part = close_across(self.parts, closed)
        self.inferred = close_parts(self.parts, closed).inferred
        self.judged = [validate_part(part, self.background) for part in self.parts]

    def in_parts(self) -> Report:
        return validate_parts(self.judged, self.crossing, self.background)

    def at_once(self, **options: str) -> Report:
        merged = graph_of(self.reference, *self.sources)
        return validate(merged, self.inferred, self.shapes, ontology=self.ontology, **options)  # type: ignore[arg-type]


def world_of(records: list[Record], shapes: Graph, ontology: Graph) -> World:
    surveys = [
        survey_triples(edition, family=family)
        for family, edition in sorted({(record.source.family, record.source.edition) for record in records})
    ]
    reference = graph_of(reference_triples(), *surveys)
    for file in sorted((bundled("ontology") / "concepts").glob("*.ttl")):
        reference.parse(file)
    return World(reference, [graph_of(response_triples(record)) for record in records], shapes, ontology)


def generated(members: int, editions: int, seed: int, faults: float) -> list[Record]:
    corpus = Corpus(members, editions, seed=seed, rates=Rates(faults=faults))
    return [parse_record(one.text(), one.path) for one in corpus.records()]


def test_generated_sources_in_parts(shapes: Graph, ontology: Graph) -> None:
    world = world_of(generated(4, 2, 5, faults=4), shapes, ontology)
    report = world.in_parts()
    assert everything_said(report) == everything_said(world.at_once())
    across = {str(shape) for shape in world.background.across}
    assert any(f.shape in across for f in report.findings)
    assert any(f.shape not in across for f in report.findings)


def test_what_parts_have_already_may_be_among_what_crosses_them(shapes: Graph, ontology: Graph) -> None:
    """As a build has it, which reads only what of the parts can meet."""
    world = world_of(generated(4, 2, seed=9, faults=2.0), shapes, ontology)
    closed = world.background.reference
    met = [Part(Graph(), frozenset(meeting(part, closed)), part.clashes) for part in world.parts]
    more = close_across(met, closed, beyond=False)
    assert more.facts >= world.crossing.facts
    assert everything_said(validate_parts(world.judged, more, world.background)) == everything_said(
        world.in_parts()
    )


def test_the_engine_of_record_on_the_merged_graph_agrees(shapes: Graph, ontology: Graph) -> None:
    """Plain pyshacl, with the queries as they are published, one focus node at a time: on faults of every kind."""
    corpus = Corpus(3, 2, seed=7, rates=Rates(faults=12))
    world = world_of([parse_record(one.text(), one.path) for one in corpus.records()], shapes, ontology)
    assert {fault.kind for fault in corpus.faults} == set(FAULTS)
    report = world.in_parts()
    assert everything_said(report) == everything_said(world.at_once(sparql="pyshacl"))
    assert {fault.shape for fault in corpus.faults} <= {finding.id for finding in report.findings}


def test_bundled_sources_in_parts(shapes: Graph, ontology: Graph) -> None:
    """The reviewed response and the factsheets of its partners and neighbours: EU acts and organisations are shared."""
    files = list(record_files(bundled("data")))
    chosen = [file for file in files if file.stem == "COL" or "factsheets" in file.parts][:8]
    world = world_of([load_record(file) for file in chosen], shapes, ontology)
    assert everything_said(world.in_parts()) == everything_said(world.at_once())


@cache
def fixture_statements(outcome: str) -> Graph:
    cases = fixtures()
    background = Graph().parse(Path(__file__).parent / "fixtures" / "background.ttl")
    return graph_of(background, *cases[outcome].values())


_REFERENCE = re.compile(
    rf"{HOME}(id/(country|region|survey|concept|dataset)/|id/organisation/[^/]+$|ontology|shapes)"
)
_SHARED = re.compile(rf"{HOME}id/(body|portal|platform|law|policy|initiative|publication|organisation|post)/")
_DOCUMENT = re.compile(rf"{HOME}id/(response|factsheet)/\d+/[A-Z]+")


def scattered(outcome: str, seed: int, number: int) -> tuple[Graph, list[Graph]]:
    """Fixtures dealt out to sources as sources are: codes and concepts are reference data; what a document says of itself,
    and what points to its answers, stands in one source; the rest in any, with the type of what it is said of.
    """
    dice = random.Random(seed)
    reference, sources = Graph(), [Graph() for _ in range(number)]
    home: defaultdict[str, int] = defaultdict(lambda: dice.randrange(number))
    whole = fixture_statements(outcome)
    for s, p, o in sorted(whole):
        if _REFERENCE.match(str(s)):
            reference.add((s, p, o))
            continue
        document = _DOCUMENT.match(str(s)) or _DOCUMENT.match(str(o))
        if document:
            chosen = {home[document[0]]}
        elif _SHARED.match(str(s)) and not any(mark in str(s) for mark in ("/evidence/", "/remark/")):
            chosen = set(dice.sample(range(number), 2 if dice.random() < 0.3 else 1))
        else:
            chosen = {
                home[next((d[0] for d in map(_DOCUMENT.match, map(str, whole.objects(s))) if d), str(s))]
            }
        for index in chosen:
            sources[index].add((s, p, o))
            for kind in whole.objects(s, RDF.type):
                sources[index].add((s, RDF.type, kind))
    return reference, sources


@pytest.mark.parametrize("outcome", ["pass", "fail"])
@pytest.mark.parametrize("seed", range(3))
def test_scattered_fixtures_in_parts(outcome: str, seed: int, shapes: Graph, ontology: Graph) -> None:
    world = World(*scattered(outcome, seed, 3), shapes, ontology)
    assert everything_said(world.in_parts()) == everything_said(world.at_once())


@pytest.fixture(scope="module")
def differing(shapes: Graph, ontology: Graph) -> set[str]:
    """The shapes that find in some scattered sources, each judged alone, something else than in all together."""
    differ: set[str] = set()
    for outcome in ("pass", "fail"):
        for seed in range(4):
            world = World(*scattered(outcome, 10 + seed, 3), shapes, ontology)
            alone: set[Said] = set()
            for part in world.parts:
                own = close_parts([part], world.background.reference).inferred
                merged = graph_of(world.reference, part.stated)
                alone |= set(map(found, validate(merged, own, shapes, ontology=ontology).findings))
            together = set(map(found, world.at_once().findings))
            differ |= {str(finding[0]) for finding in alone ^ together}
    return differ


def found(finding: Finding) -> Said:
    """What is found, without names and answers: those are of all sources, wherever the finding is made."""
    return finding.shape, finding.focus, finding.path, finding.value, finding.messages, finding.component


def test_a_shape_without_scope_finds_in_sources_what_it_finds_in_all(
    differing: set[str], shapes: Graph
) -> None:
    without = {rule.iri for rule in rules_of(shapes) if not rule.across_sources}
    assert len(without) > 60
    assert differing & without == set()


def test_most_scopes_are_seen_to_be_needed(differing: set[str], shapes: Graph) -> None:
    across = {rule.iri for rule in rules_of(shapes) if rule.across_sources}
    assert len(across & differing) > 0.7 * len(across)


def test_a_judged_source_is_kept_as_bytes(shapes: Graph, ontology: Graph) -> None:
    world = World(*scattered("fail", 1, 2), shapes, ontology)
    for judged in world.judged:
        data = judged.to_bytes()
        assert Judged.from_bytes(data) == judged
        assert Judged.from_bytes(data).to_bytes() == data
    kept = [Judged.from_bytes(judged.to_bytes()) for judged in world.judged]
    # Shapes that are read again have other blank nodes behind their paths.
    again = Background(world.background.reference, load_shapes())
    assert everything_said(validate_parts(kept, world.crossing, again)) == everything_said(world.in_parts())


@given(st.binary(max_size=200))
def test_bytes_that_are_no_judged_source_are_refused(data: bytes) -> None:
    with pytest.raises(KgError, match="cannot be read"):
        Judged.from_bytes(data)


def test_what_one_source_lacks_another_may_have(shapes: Graph, ontology: Graph) -> None:
    """A portal without address in one source, with it in the other: the finding of the first does not stand."""
    portal = URIRef(f"{HOME}id/portal/COL/shop")
    reference, sources = scattered("pass", 0, 2)
    for source in sources:
        source.remove((portal, None, None))
        source.add((portal, RDF.type, DG.Portal))
    sources[1].add((portal, DG.website, Literal("https://shop.gov.co")))
    world = World(reference, sources, shapes, ontology)
    lacks = DGSH.PortalHasAddress
    assert (portal, lacks) in {(f.key[0], f.key[3]) for f in world.judged[0].found}
    assert str(lacks) not in {f.shape for f in world.in_parts().findings if f.focus == str(portal)}


def test_a_scope_that_is_none_is_an_error_for_people(tmp_path: Path) -> None:
    file = tmp_path / "odd.ttl"
    file.write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dgsh: <https://w3id.org/digigov/shapes#> .
        dgsh:Odd a sh:NodeShape ; sh:name "Odd"@en ; sh:description "Odd."@en ; sh:message "Odd."@en ; dgsh:advice "Do."@en ;
            sh:severity sh:Info ; dgsh:scope dgsh:everywhere ."""
    )
    with pytest.raises(KgError, match="Odd has the scope"):
        load_shapes([file])


def test_a_path_of_any_length_is_refused_across_sources(shapes: Graph) -> None:
    more = Graph() + shapes
    more.parse(
        data="""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dg: <https://w3id.org/digigov/ontology#> .
        @prefix dgsh: <https://w3id.org/digigov/shapes#> .
        dgsh:Far a sh:PropertyShape ; sh:targetClass dg:Portal ; sh:path [ sh:zeroOrMorePath dg:replacedBy ] ; sh:maxCount 3 ;
            dgsh:scope dgsh:acrossSources ; sh:severity sh:Info .""",
        format="turtle",
    )
    with pytest.raises(KgError, match="steps cannot be listed"):
        Background(Reference(Graph(), ontology_graph()), more)

"""`Whole` after any sequence of changes: the report is that of a fresh start, line by line, in every form."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, URIRef

from benchmarks.generator import Corpus, Rates
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.namespaces import DG
from kg.reasoning import Reference, close_across, close_part, graph_of
from kg.records.load import parse_record
from kg.resources import bundled
from kg.terms import Triple
from kg.validation import Background, Judged, Whole, validate_part, validate_reference
from kg.validation.kept import KeptReport
from kg.validation.whole import CROSSING


@dataclass
class World:
    """Sources that change, and the background that they are judged with."""

    background: Background
    own: Judged
    sources: list[Graph]

    def parts(self) -> dict[str, Judged]:
        """All parts by names that stand for their content."""
        reference = self.background.reference
        closed = [close_part(source, reference) for source in self.sources]
        told = {
            self.name(source): validate_part(part, self.background)
            for source, part in zip(self.sources, closed, strict=True)
        }
        crossing = close_across(closed, reference)
        name = f"{CROSSING} {hash(crossing.facts)}"
        return {**told, name: validate_part(crossing, self.background)}

    def name(self, source: Graph) -> str:
        return f"source {hash(frozenset(source))}"


@pytest.fixture(scope="module")
def world(shapes: Graph, ontology: Graph) -> World:
    corpus = Corpus(3, 2, seed=11, rates=Rates(faults=3.0, renames=0.3))
    records = [parse_record(one.text(), one.path) for one in corpus.records()]
    surveys = {(record.source.family, record.source.edition) for record in records}
    reference = graph_of(
        reference_triples(), *(survey_triples(edition, family=family) for family, edition in sorted(surveys))
    )
    for file in sorted((bundled("ontology") / "concepts").glob("*.ttl")):
        reference.parse(file)
    background = Background(Reference(reference, ontology), shapes)
    return World(background, validate_reference(background), [graph_of(response_triples(r)) for r in records])


def report_of(whole: Whole, parts: dict[str, Judged], own: Judged, former: dict[str, Judged]) -> KeptReport:
    return whole.report(
        {name: (lambda judged=judged: judged) for name, judged in parts.items()}, own, former=former.get
    )  # type: ignore[misc]


def afresh(world: World, parts: dict[str, Judged]) -> KeptReport:
    whole = Whole(world.background)
    try:
        return report_of(whole, parts, world.own, {})
    finally:
        whole.close()


def forms(report: KeptReport) -> tuple[object, ...]:
    return (
        report.to_json().splitlines(),
        report.to_turtle(),
        report.counts(),
        report.findings,
        report.conforms,
    )


@pytest.fixture
def whole(world: World, tmp_path: Path) -> Iterator[Whole]:
    opened = Whole(world.background, tmp_path / "whole", key="a")
    yield opened
    opened.close()


def drop_statements(source: Graph, chance: random.Random) -> None:
    for triple in chance.sample(sorted(source), 5):
        source.remove(triple)


def take_from(other: Graph) -> Callable[[Graph, random.Random], None]:
    """What the source says of some things of another: things become contested, or cease to be."""

    def change(source: Graph, chance: random.Random) -> None:
        things = sorted({s for s in other.subjects() if "/body/" in s or "/law/" in s or "/portal/" in s})
        for thing in chance.sample(things, 3):
            for triple in other.triples((thing, None, None)):
                source.add(triple)

    return change


def rename(source: Graph, chance: random.Random) -> None:
    named = sorted(source.triples((None, RDFS.label, None)))
    for s, p, o in chance.sample(named, 3):
        source.remove((s, p, o))
        source.add((s, p, Literal(f"{o} anew", lang="en")))


def wrong_years(source: Graph, chance: random.Random) -> None:
    for s, p, o in chance.sample(sorted(source.triples((None, DG.year, None))), 2):
        source.remove((s, p, o))
        source.add((s, p, Literal(2031)))


def another_writing_of_a_number(source: Graph, chance: random.Random) -> None:
    numbers = sorted(
        t for t in source if isinstance(t[2], Literal) and isinstance(t[2].value, int) and t[1] == DG.year
    )
    for s, p, o in chance.sample(numbers, 2):
        source.remove((s, p, o))
        source.add((s, p, Literal(f"0{o}", datatype=o.datatype, normalize=False)))  # type: ignore[union-attr]


def names_of_others(source: Graph, chance: random.Random) -> None:
    """Bodies and laws of one country under one name: what queries with two groups joined by a name look for."""
    for p in (RDFS.label, DCTERMS.title):
        named = sorted(
            t for t in source.triples((None, p, None)) if "/body/" in str(t[0]) or "/law/" in str(t[0])
        )
        for (s, _, o), (_, _, other) in zip(
            chance.sample(named, min(4, len(named))), chance.sample(named, min(4, len(named))), strict=True
        ):
            source.remove((s, p, o))
            source.add((s, p, other))


CHANGES: list[Callable[[Graph, random.Random], None]] = [
    drop_statements, rename, wrong_years, another_writing_of_a_number, names_of_others,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_after_each_of_several_changes_the_report_is_that_of_a_fresh_start(
    seed: int, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    changing = World(world.background, world.own, [graph_of(source) for source in world.sources])
    whole = Whole(world.background, tmp_path / "whole", key="a")
    parts = changing.parts()
    assert forms(report_of(whole, parts, world.own, {})) == forms(afresh(world, parts))
    monkeypatch.setattr(whole, "_fill", None)  # from here on no fresh start
    for _ in range(5):
        number = chance.randrange(len(changing.sources))
        change = chance.choice([*CHANGES, take_from(chance.choice(changing.sources))])
        changed = graph_of(changing.sources[number])
        change(changed, chance)
        changing.sources[number] = changed
        former, parts = parts, changing.parts()
        revised = report_of(whole, parts, world.own, former)
        assert whole.parts == parts.keys()
        assert forms(revised) == forms(afresh(world, parts)), change.__name__
    whole.close()


def test_sources_come_and_go(world: World, whole: Whole) -> None:
    everyone = world.parts()
    report_of(whole, everyone, world.own, {})
    fewer = World(world.background, world.own, world.sources[:-1]).parts()
    assert forms(report_of(whole, fewer, world.own, everyone)) == forms(afresh(world, fewer))
    assert forms(report_of(whole, everyone, world.own, fewer)) == forms(afresh(world, everyone))


def test_what_is_kept_is_found_again_by_another_process_of_the_same_knowledge(
    world: World, tmp_path: Path
) -> None:
    parts = world.parts()

    def unread(name: str) -> Callable[[], Judged]:
        def load() -> Judged:
            raise AssertionError(f"{name} is judged again")

        return load

    first = Whole(world.background, tmp_path / "whole", key="a")
    report = report_of(first, parts, world.own, {})
    first.close()
    again = Whole(world.background, tmp_path / "whole", key="a")
    assert forms(again.report({name: unread(name) for name in parts}, world.own)) == forms(report)
    again.close()
    other = Whole(world.background, tmp_path / "whole", key="b")
    assert other.parts == set()
    other.close()


@pytest.mark.parametrize("file", ["index.sqlite", "engine/CURRENT"])
def test_damage_costs_time_and_changes_nothing(file: str, world: World, tmp_path: Path) -> None:
    parts = world.parts()
    first = Whole(world.background, tmp_path / "whole", key="a")
    report = report_of(first, parts, world.own, {})
    first.close()
    (tmp_path / "whole" / file).write_bytes(b"damaged")
    again = Whole(world.background, tmp_path / "whole", key="a")
    assert forms(report_of(again, parts, world.own, {})) == forms(report)
    again.close()


def test_a_removed_part_that_is_not_at_hand_costs_time_and_changes_nothing(
    world: World, whole: Whole
) -> None:
    everyone = world.parts()
    report_of(whole, everyone, world.own, {})
    fewer = World(world.background, world.own, world.sources[1:]).parts()
    assert forms(report_of(whole, fewer, world.own, {})) == forms(afresh(world, fewer))


def test_what_another_source_states_too_stays(world: World, tmp_path: Path) -> None:
    extra: list[Triple] = [
        (URIRef("https://w3id.org/digigov/id/body/COL/shared"), RDF.type, DG.Ministry),
        (URIRef("https://w3id.org/digigov/id/body/COL/shared"), RDFS.label, Literal("Shared", lang="en")),
    ]
    both = World(
        world.background,
        world.own,
        [graph_of(s, extra if n < 2 else ()) for n, s in enumerate(world.sources)],
    )
    whole = Whole(world.background, tmp_path / "whole", key="a")
    former = both.parts()
    report_of(whole, former, world.own, {})
    both.sources[0] = world.sources[0]
    parts = both.parts()
    assert forms(report_of(whole, parts, world.own, former)) == forms(afresh(world, parts))
    assert extra[1] in whole.statements()
    whole.close()

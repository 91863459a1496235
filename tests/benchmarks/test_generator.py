"""The generator of records: deterministic, valid, without a violation unless one is seeded, and every seeded fault is found."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.generator import Corpus, Rates, write
from benchmarks.generator.faults import FAULTS
from kg.reasoning import close, ontology_graph
from kg.records.identity import Identities
from kg.records.load import load_record, parse_record, record_files
from kg.records.model import Record
from kg.store.build import Built, assemble
from kg.validation import Report, Severity, load_shapes, validate


def report_of(records: list[Record]) -> Report:
    """What the shapes find, without the owlrl witness of a real build (which tests/reasoning looks after)."""
    built: Built = assemble(records)
    statements = built.statements
    closure = close(statements, ontology_graph(), engine="compiled")
    return validate(statements, closure.inferred, load_shapes())


def records_of(corpus: Corpus) -> list[Record]:
    return [parse_record(generated.text(), generated.path) for generated in corpus.records()]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert write(Corpus(5, 3, seed=7, rates=Rates(faults=2)), tmp_path / name) == 15
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 16
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes()


def test_another_seed_gives_other_countries() -> None:
    assert {g.path for g in Corpus(5, seed=1).records()} != {g.path for g in Corpus(5, seed=2).records()}


def test_every_record_is_valid_and_says_where_it_belongs(tmp_path: Path) -> None:
    write(Corpus(8, 4, seed=2, rates=Rates(faults=3)), tmp_path)
    files = list(record_files(tmp_path))
    assert len(files) == 32
    for file in files:
        source = load_record(file).source
        assert file.parts[-2:] == (str(source.edition), f"{source.country}.yaml")


@pytest.mark.slow
def test_without_faults_there_is_no_violation() -> None:
    report = report_of(records_of(Corpus(6, 3, seed=5)))
    assert [f for f in report.findings if f.severity is Severity.VIOLATION] == []


@pytest.mark.slow
def test_every_kind_of_fault_is_found_where_it_was_put() -> None:
    corpus = Corpus(5, 3, seed=3, rates=Rates(faults=5))
    report = report_of(records_of(corpus))
    found = {(finding.id, finding.focus) for finding in report.findings}
    assert {fault.kind for fault in corpus.faults} == set(FAULTS)
    assert [fault for fault in corpus.faults if (fault.shape, fault.focus) not in found] == []


def test_the_rate_of_faults_is_what_was_asked_for() -> None:
    corpus = Corpus(100, rates=Rates(faults=0.3))
    for _ in corpus.records():
        pass
    assert 15 <= len(corpus.faults) <= 45


def test_a_record_is_the_size_that_was_asked_for() -> None:
    [small] = [len(g.text()) for g in Corpus(1).records()]
    [large] = [len(g.text()) for g in Corpus(1, size=3).records()]
    assert large > 1.4 * small


def test_the_truth_names_every_body_and_every_change(tmp_path: Path) -> None:
    corpus = Corpus(12, 4, seed=4)
    write(corpus, tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    kinds = {change["kind"] for change in truth["changes"]}
    assert kinds == {"renamed", "merged", "split", "repealed", "amended", "replaced", "superseded"}
    named = {iri for body in truth["bodies"].values() for iri in body["iris"]}
    for change in truth["changes"]:
        if change["kind"] in ("renamed", "merged", "split"):
            assert set(change["before"]) <= named
    by_another_country = [
        body for body in truth["bodies"].values() if len({m["file"][-8:] for m in body["mentions"]}) > 1
    ]
    assert any(len(body["iris"]) > 1 for body in by_another_country)
    assert any(len(body["iris"]) == 1 for body in by_another_country)
    languages = {mention["language"] for body in truth["bodies"].values() for mention in body["mentions"]}
    assert len(languages) >= 3


@pytest.mark.parametrize(("countries", "editions"), [(0, 1), (194, 1), (1, 0), (1, 13)])
def test_more_than_there_is_is_refused(countries: int, editions: int) -> None:
    with pytest.raises(ValueError, match="ask for"):
        next(Corpus(countries, editions).records())


def test_an_unknown_kind_of_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind of fault: nonsense"):
        next(Corpus(1, rates=Rates(faults=1), only=["nonsense"]).records())


def changes_at(rates: Rates) -> Counter[str]:
    corpus = Corpus(12, 4, seed=6, rates=rates)
    for _ in corpus.records():
        pass
    return Counter(change.kind for change in corpus.changes)


NOTHING = Rates(renames=0, mergers=0, splits=0, repeals=0, amendments=0, portals=0, strategies=0)


def test_nothing_happens_where_all_rates_are_nought() -> None:
    assert set(changes_at(NOTHING)) <= {"superseded"}, "a strategy ends when its period does"


@pytest.mark.parametrize(
    ("rate", "kind"),
    [
        ("renames", "renamed"),
        ("mergers", "merged"),
        ("splits", "split"),
        ("repeals", "repealed"),
        ("amendments", "amended"),
        ("portals", "replaced"),
        ("strategies", "superseded"),
    ],
)
def test_each_kind_of_change_comes_at_its_own_rate(rate: str, kind: str) -> None:
    rare, often = (changes_at(replace(NOTHING, **{rate: value})) for value in (0.1, 0.6))
    assert rare[kind] < often[kind]
    assert set(often) <= {kind, "superseded"} | ({"split"} if rate == "mergers" else set())


def test_a_reorganisation_is_in_the_record_that_comes_after_it() -> None:
    corpus = Corpus(6, 3, seed=8, rates=Rates(renames=0.2, mergers=1, splits=1))
    told = set()
    for record in records_of(corpus):
        ids = Identities(record)
        for change in record.changes:
            before, after = (
                tuple(str(ids.of(key)) for key in keys) for keys in (change.before, change.after)
            )
            told.add((change.kind, record.source.edition, before, after))
            ended = {body.id for body in record.bodies if body.until}
            assert set(change.before) - set(change.after) <= ended
    kinds = {"renamed": "renaming", "merged": "merger", "split": "split"}
    assert told == {
        (kinds[change.kind], change.edition, change.before, change.after)
        for change in corpus.changes
        if change.kind in kinds and change.before != change.after
    }
    assert {kind for kind, *_ in told} == set(kinds.values())

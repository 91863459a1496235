"""Answers that are made beforehand: those of questions without parameters, as a page would get them from the endpoint."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.namespaces import DG, HOME
from kg.publishing.queries import bound_text, library
from kg.web import kept_answers
from kg.web.kept_answers import ROWS, KeptAnswers, write_answers

BODIES = ROWS + 20


@pytest.fixture(scope="module")
def store() -> ox.Store:
    """Countries and bodies enough for an answer that a page shows the beginning of."""
    country = f"{HOME}id/country/COL"
    lines = [
        f"<{country}> a <{DG}Country> ; <http://www.w3.org/2000/01/rdf-schema#label> 'Colombia'@en ; <{DG}iso3> 'COL' ."
    ]
    lines += [
        f"<{HOME}id/body/COL/b{number}> a <{DG}GovernmentBody>, <{DG}Agency> ; <{DG}country> <{country}> ;"
        f" <http://www.w3.org/2000/01/rdf-schema#label> 'Body {number:04}'@en ."
        for number in range(BODIES)
    ]
    made = ox.Store()
    made.load("\n".join(lines).encode(), format=ox.RdfFormat.TURTLE)
    return made


@pytest.fixture(scope="module")
def kept(store: ox.Store, tmp_path_factory: pytest.TempPathFactory) -> KeptAnswers:
    target = tmp_path_factory.mktemp("answers") / "answers"
    write_answers(store, target, HOME)
    return KeptAnswers(target)


@pytest.mark.parametrize("name", sorted(library()))
def test_exactly_the_questions_that_need_nothing_are_kept(name: str, kept: KeptAnswers) -> None:
    query = library()[name]
    if any(parameter.required for parameter in query.parameters):
        assert kept.find(query.sparql) is None
    else:
        found = kept.find(bound_text(query, {}))
        assert found is not None
        assert found["kind"] == "solutions"


def test_an_answer_is_the_beginning_of_the_result(kept: KeptAnswers, store: ox.Store) -> None:
    text = bound_text(library()["bodies"], {})
    found = kept.find(text)
    solutions = store.query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    rows = list(solutions)
    assert found is not None
    assert (len(rows), len(found["rows"]), found["more"]) == (BODIES, ROWS, True)
    assert found["variables"] == [variable.value for variable in solutions.variables]
    place = found["variables"].index("bodyLabel")
    assert [row[place]["value"] for row in found["rows"]] == [row["bodyLabel"].value for row in rows[:ROWS]]


def test_an_answer_is_never_given_to_another_query(kept: KeptAnswers) -> None:
    assert kept.find(bound_text(library()["bodies"], {}) + "# another") is None
    assert kept.find(bound_text(library()["bodies"], {"country": "COL"})) is None


def test_what_takes_too_long_is_left_to_who_asks(
    store: ox.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(iter(library().values()))
    pairs = "SELECT (COUNT(*) AS ?n) { ?a a ?t . ?b a ?t VALUES ?x { 1 2 3 4 } FILTER (STR(?a) != STR(?b)) }"
    slow = first.model_copy(update={"name": "slow", "sparql": pairs, "parameters": []})
    monkeypatch.setattr(kept_answers, "library", lambda: {"slow": slow})
    write_answers(store, tmp_path / "answers", HOME, patience=0.05)
    assert KeptAnswers(tmp_path / "answers").find(pairs) is None


def test_a_question_that_fails_leaves_the_others(
    store: ox.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = next(iter(library().values()))
    wrong = first.model_copy(update={"name": "wrong", "sparql": "SELECT nothing", "parameters": []})
    monkeypatch.setattr(kept_answers, "library", lambda: {"wrong": wrong, "bodies": library()["bodies"]})
    write_answers(store, tmp_path / "answers", HOME)
    found = KeptAnswers(tmp_path / "answers")
    assert found.find("SELECT nothing") is None
    assert found.find(bound_text(library()["bodies"], {})) is not None
    assert json.dumps(found.find(bound_text(library()["bodies"], {})))

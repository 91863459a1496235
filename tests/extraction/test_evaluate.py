"""Extraction reaches its figures on the test questionnaires, and the measure itself is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.extraction.evaluation.evaluate import evaluate
from kg.extraction.evaluation.items import KINDS
from kg.extraction.evaluation.reviewed import record_items
from kg.extraction.evaluation.scores import Evaluation
from kg.records.load import load_record

DOCUMENTS = Path(__file__).parent / "documents"
RESPONSES = Path(__file__).resolve().parents[2] / "data" / "responses"


@pytest.fixture(scope="module")
def result() -> Evaluation:
    return evaluate(DOCUMENTS)


def test_the_test_questionnaires_are_read_well(result: Evaluation) -> None:
    assert result.micro.f1 >= 0.93, result.to_text()
    assert len(result.documents) >= 6


@pytest.mark.parametrize(
    "kind",
    [
        "bodies", "portals", "instruments", "memberships", "cooperations", "partnerships", "technologies", "checkboxes", "indicators",
        "initiatives",
    ],
)  # fmt: skip
def test_every_kind_of_fact_is_read_well(result: Evaluation, kind: str) -> None:
    assert result.kinds[kind].f1 >= 0.90, result.to_text()


def test_nothing_forbidden_is_produced(result: Evaluation) -> None:
    assert result.negatives == []


def test_the_json_has_the_shape_of_the_gold_format(result: Evaluation) -> None:
    shape = json.loads(result.to_json())
    assert set(shape) == {"micro", "kinds", "documents", "negatives"}
    assert set(shape["micro"]) == {"precision", "recall", "f1"}
    assert set(shape["kinds"]) == set(KINDS)
    assert shape["negatives"] == {"produced": 0}


def _folder(tmp_path: Path, answer: str, gold: str) -> Path:
    head = "Questionnaire for the United Nations E-Government Survey 2020\n\nUruguay\n\n9. Is there any legal framework on the following?\n\n"
    (tmp_path / "a.md").write_text(head + answer, encoding="utf-8")
    (tmp_path / "a.gold.yaml").write_text(gold, encoding="utf-8")
    return tmp_path


def test_a_miss_and_an_extra_are_counted_and_named(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "Law 5 of 2001.", 'instruments: [{q: 9, kind: act, number: "6", year: 2001}]')
    found = evaluate(folder)
    assert (found.micro.right, found.micro.wrong, found.micro.missed) == (0, 1, 1)
    assert {(miss.what, miss.kind) for miss in found.misses} == {
        ("missed", "instruments"),
        ("extra", "instruments"),
    }
    assert "Law 5 of 2001" in found.to_text()


def test_a_further_key_is_a_further_fact(tmp_path: Path) -> None:
    gold = 'instruments: [{q: 9, kind: act, number: "Law No. 5", year: 2001, url: "https://other.example"}]'
    found = evaluate(_folder(tmp_path, "Law 5 of 2001 (https://law.example/5).", gold))
    assert (found.micro.right, found.micro.wrong, found.micro.missed) == (1, 1, 1)


def test_a_negative_inside_another_name_is_not_produced(tmp_path: Path) -> None:
    gold = (
        "instruments: []\nnegatives: [{q: 9, list: instruments, item: the Public Data Act Monitoring Report}]"
    )
    assert evaluate(_folder(tmp_path, "The Public Data Act applies.", gold)).negatives == []


def test_a_negative_that_is_produced_is_counted(tmp_path: Path) -> None:
    gold = "instruments: []\nnegatives: [{q: 9, list: instruments, item: the Public Data Act as law}]"
    assert len(evaluate(_folder(tmp_path, "The Public Data Act applies.", gold)).negatives) == 1


def test_initiatives_count_where_gold_lists_them(tmp_path: Path) -> None:
    answer = "Law 5 of 2001. The Project Alpha was launched in 2018."
    law = 'instruments: [{q: 9, kind: act, number: "5", year: 2001}]'
    silent = evaluate(_folder(tmp_path, answer, law))
    assert (silent.kinds["initiatives"].wrong, silent.micro.right) == (0, 1)
    found = evaluate(
        _folder(tmp_path, answer, f"{law}\ninitiatives: [{{q: 9, name: Project Alpha, start_year: 2018}}]")
    )
    assert (found.kinds["initiatives"].right, found.micro.right) == (2, 3)


def test_a_reviewed_record_serves_as_gold_and_matches_itself() -> None:
    items = record_items(load_record(RESPONSES / "2020" / "COL.yaml"))
    assert all(items[kind] for kind in KINDS)


def test_a_folder_without_gold_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="no document with gold"):
        evaluate(tmp_path)


def test_a_gold_file_that_is_none_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="no gold facts"):
        evaluate(_folder(tmp_path, "Law 5 of 2001.", "- nothing"))

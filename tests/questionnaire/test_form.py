"""The form of the 2020 questionnaire as data."""

from __future__ import annotations

import pytest

from kg.errors import KgError
from kg.questionnaire import edition_of, load_form, nearest_form
from kg.records.codes import codes


def test_the_form_of_2020_has_its_24_questions_and_the_closing_ones() -> None:
    ids = {question.id for question in load_form("msq", 2020).questions}
    assert {str(number) for number in range(1, 25)} <= ids
    assert {"2a", "2e", "5a", "5i", "X", "X1", "X2"} <= ids


def test_every_question_has_titles_and_a_fingerprint() -> None:
    for question in load_form("msq", 2020).questions:
        assert {"en", "es"} <= set(question.title)
        assert question.asks


def test_items_stand_for_concepts_of_the_scheme_that_the_question_names() -> None:
    for question in load_form("msq", 2020).questions:
        if question.options:
            assert question.items
            assert {item.code for item in question.items} <= codes(question.options)


@pytest.mark.parametrize(
    ("q", "label", "code"),
    [
        ("8", "is aligned with sub-national/local digital development strategy", "aligned-subnational"),
        ("8", "está alineada con los ODS", "aligned-sdgs"),
        ("9", "personal data protection including digital security", "data-protection"),
        ("9", "l'accès à l'information", "access-to-information"),
        ("15", "Internet das Coisas", "iot"),
        ("9", "a label of another form", None),
    ],
)
def test_a_label_leads_to_the_code_of_its_item(q: str, label: str, code: str | None) -> None:
    assert load_form("msq", 2020).item_code(q, label) == code


@pytest.mark.parametrize(
    ("head", "edition"),
    [
        ("Member States Questionnaire (MSQ) for the United Nations E-Government Survey 2022", 2022),
        ("Encuesta de las Naciones Unidas sobre E-Gobierno 2020", 2020),
        ("A letter of 2019 without a form", None),
    ],
)
def test_the_edition_is_read_from_the_head(head: str, edition: int | None) -> None:
    assert edition_of(head) == edition


def test_an_edition_without_a_form_of_its_own_is_read_with_the_nearest() -> None:
    assert nearest_form("msq", 2022).edition == 2020
    assert nearest_form("msq", None).edition == 2020


def test_a_family_without_forms_is_an_error_for_people() -> None:
    with pytest.raises(KgError, match="no form"):
        nearest_form("nothing", 2020)

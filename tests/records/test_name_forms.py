"""Names of one thing in several languages and spellings have one form; names of different things have not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.records.name_forms import compact, countries_named, form_of, initials, knowledge


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Ministerio de Salud", "Ministry of Health"),
        ("Ministério da Saúde", "Ministère de la Santé"),
        ("Bundesministerium für Finanzen", "Federal Ministry of Finance"),
        ("Data Protection Agency", "Agencia de Protección de Datos"),
        ("Danish Data Protection Agency", "Data Protection Agency of Denmark"),
        ("e-Government Act", "eGovernment Law"),
        ("eProcurement Portal", "Portail des marchés électronique"),
        ("Centre for Cyber Security", "Center for Cybersecurity"),
        ("National Digitalisation Agency", "National Digitization Agency"),
        ("Agencies’ Registry", "Register of Agencies"),
        ("CSC Ltd", "CSC"),
        ("Министерство", "Ministry"),
    ],
)
def test_translations_and_spellings_have_the_same_words(one: str, other: str) -> None:
    assert set(form_of(one).words) == set(form_of(other).words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ministry of Health", "Ministry of Finance"),
        ("FranceConnect", "FranceConnect+"),
        ("Ministry of Foreign Affairs", "Ministry of Foreign and European Affairs"),
        ("5G Strategy", "6G Strategy"),
        ("data.gov.be", "mydata.gov.be"),
    ],
)
def test_names_of_different_things_differ(one: str, other: str) -> None:
    assert form_of(one).words != form_of(other).words


def test_numbers_and_countries_are_noted_apart() -> None:
    form = form_of("Open Government Plan of Estonia 2018–2020")
    assert form.numbers == {"2018", "2020"}
    assert form.countries == {"EST"}
    assert form.words == ("open", "government", "plan")


def test_a_name_that_is_only_a_country_keeps_it() -> None:
    assert form_of("Slovakia").words == ("slovakia",)


@pytest.mark.parametrize(
    ("name", "countries"),
    [
        ("AGESIC of Uruguay", {"URY"}),
        ("Danish Agency for Digital Government", {"DNK"}),
        ("Population Register Centre of the United Kingdom", {"GBR"}),
        ("European Criminal Records Information System", {"EUE"}),
        ("Ministry of Health", set()),
    ],
)
def test_countries_are_found_in_names(name: str, countries: set[str]) -> None:
    assert countries_named(name) == countries


def test_acronyms_are_compared_without_accents_and_signs() -> None:
    assert compact("KIFÜ") == compact("Kifu")
    assert compact("A-SIT") == compact("ASIT")
    assert "ria" in initials("Information System Authority") or "isa" in initials(
        "Information System Authority"
    )
    assert initials("Ministry of the Interior and Kingdom Relations") == {"motiakr", "mikr"}
    assert initials("Parliament") == frozenset()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_name_has_a_form(name: str) -> None:
    form = form_of(name)
    assert all(form.words)
    assert form == form_of(name)


def test_no_word_stands_for_two_others() -> None:
    owners: dict[str, str] = {}
    for everyday, others in knowledge()["words"].items():
        for other in (everyday, *others):
            assert owners.setdefault(other, everyday) == everyday, other

"""What factsheets say in clauses: roles and parents of bodies, dates of citations, what runs between countries."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.documents import read_document
from kg.extraction import extract
from kg.extraction.factsheets.citing import cited_between
from kg.extraction.factsheets.governance import established_in, roles_in, set_up_before
from kg.extraction.factsheets.instruments.drafts import period_of
from kg.extraction.factsheets.titles import title_kind
from kg.questionnaire.wording import fold
from kg.records.model import Record

HEAD = """# Digital Public Administration Factsheet 2023

Iceland

# Digital Public Administration Political Communications

## Specific Political Communications on Digital Public Administration

{communications}

# Digital Public Administration Infrastructure

## Cross-border Infrastructures

{across}

# Digital Public Administration Governance

## National

{bodies}
"""


def record(tmp_path: Path, communications: str = "", across: str = "", bodies: str = "") -> Record:
    path = tmp_path / "iceland.md"
    path.write_text(
        HEAD.format(communications=communications, across=across, bodies=bodies), encoding="utf-8"
    )
    return extract(read_document(path), country="ISL").record


def test_a_role_is_taken_from_a_clause_about_the_body_only(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        bodies="""### Agency for Digital Mailboxes

The Agency for Digital Mailboxes (ADM), which falls under the authority of the Ministry of Harbours, was established in 2015. It coordinates the mailboxes of the municipalities. The Ministry of Harbours audits the accounts.
""",
    )
    agency = next(b for b in found.bodies if b.name == "Agency for Digital Mailboxes")
    assert agency.roles == ["coordination"]
    assert agency.established == 2015
    assert agency.part_of == next(b.id for b in found.bodies if b.name == "Ministry of Harbours")


@pytest.mark.parametrize(
    ("clause", "roles"),
    [
        (" is in charge of formulating the digital strategy", ["policy-strategy"]),
        (" advises the government", ["support"]),
        (" supervises the providers and monitors the market", ["supervision"]),
        (" publishes a yearly report on fish", []),
        (" is composed of those who coordinate the harbours", []),
    ],
)
def test_roles_of_a_clause(clause: str, roles: list[str]) -> None:
    assert roles_in(clause, 0, len(clause)) == roles


def test_the_year_of_a_law_is_no_year_of_establishment() -> None:
    told = "law no. 5/2015 of 1 may 2015 established the "
    assert set_up_before(told, 0, len(told)) is None
    told = "in 2011 the government established the "
    assert set_up_before(told, 0, len(told)) == 2011
    clause = " was re-established in october 2020."
    assert established_in(clause, 0, len(clause)) is None


@pytest.mark.parametrize(
    ("text", "number", "date"),
    [
        ("Decree 451/2016 (XII 19) on Ferries", "451", dt.date(2016, 12, 19)),
        ("Law No. 1/2021, of February 11, on Ferries", "1", dt.date(2021, 2, 11)),
        ("Law No. 19/2013 of 9 December on Ferries", "19", dt.date(2013, 12, 9)),
        ("Ordinance No. 2014 - 1330 of 6 November 2014 on Ferries", "2014-1330", dt.date(2014, 11, 6)),
        ("Decree issued on 8 July 2009", None, dt.date(2009, 7, 8)),
    ],
)
def test_the_day_behind_a_number(text: str, number: str | None, date: dt.date) -> None:
    (cited,) = cited_between(text, fold(text), 0, len(text))
    assert (cited.number, cited.date) == (number, date)


def test_the_number_of_a_gazette_is_not_that_of_a_law() -> None:
    text = "The Law on Ferries was published in the Official Journal No. 390 on 23 May 2016."
    assert not [c for c in cited_between(text, fold(text), 0, len(text)) if c.number == "390"]


def test_what_a_body_is_for_is_no_policy() -> None:
    assert title_kind("Department of Harbours and Digital Policy") is None
    assert title_kind("Ordinance on Ferries") == "decree"
    assert title_kind("Ferry Framework") == "policy"


def test_the_years_of_a_plan() -> None:
    assert period_of("Plan 2022–24") == (2022, 2024)
    assert period_of("Law 2018/133") == (None, None)


def test_exchange_between_countries_and_consortia(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        across="""### Ferry Tickets across Borders

Exchange of ferry tickets across borders is possible with Norway and Estonia. Iceland leads the FERRY4EU consortium of
European ports.

### European Network of Administrations

Iceland is connected to TESTA.
""",
    )
    assert [(sorted(c.partner), c.kind, c.lifecycle) for c in found.cooperations] == [
        (["EST", "NOR"], "project", "active")
    ]
    assert {o.name for o in found.organisations} >= {"FERRY4EU"}


@given(st.text(alphabet="ab,.;() 0129IVXactofwslieh", max_size=80))
def test_any_clause_is_read(text: str) -> None:
    folded = fold(text)
    roles_in(folded, 0, len(folded))
    year = established_in(folded, 0, len(folded))
    assert year is None or 1900 <= year < 2100
    assert all(0 <= c.start < c.end <= len(text) for c in cited_between(text, folded, 0, len(folded)))

"""Wordings of factsheets that no rule was made for in the first place: how laws are cited, related and named for short,
what prose names as a system, and what is no system and no body."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.documents import read_document
from kg.extraction import extract
from kg.extraction.citations import citations_between
from kg.extraction.factsheets.reading import in_latin
from kg.extraction.factsheets.union import union_mentions
from kg.questionnaire.wording import fold
from kg.records.model import Instrument, Platform, Portal, Record

HEAD = """# Digital Public Administration Factsheet 2023

Iceland

# Digital Public Administration Political Communications

## Specific Political Communications on Digital Public Administration

{communications}

# Digital Public Administration Legislation

## Specific Legislation on Digital Public Administration

{legislation}

# Digital Public Administration Infrastructure

## Platforms and Applications

### National Platforms and Applications

{platforms}

## Base Registries

{registries}

# Digital Public Administration Governance

## National

{bodies}
"""


def record(tmp_path: Path, **parts: str) -> Record:
    names = ("communications", "legislation", "platforms", "registries", "bodies")
    path = tmp_path / "iceland.md"
    path.write_text(HEAD.format(**{name: parts.get(name, "") for name in names}), encoding="utf-8")
    return extract(read_document(path), country="ISL").record


def instrument(found: Record, name: str) -> Instrument:
    return next(i for i in found.instruments if name in (i.name, i.title, *i.aliases))


def systems(found: Record) -> dict[str, Portal | Platform]:
    return {name: s for s in (*found.portals, *found.platforms) for name in (s.name, *s.aliases)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Laws No. 73(I)/2016, 140(I)/2016 and 11(I)/2017",
            [("73(I)", 2016), ("140(I)", 2016), ("11(I)", 2017)],
        ),
        ("Law 112(I) of 2004", [("112(I)", 2004)]),
        # What a law was amended by is another law.
        ("Law on Boats was amended by Law No. 22/2022", [("22", 2022)]),
    ],
)
def test_numbers_of_laws(text: str, expected: list[tuple[str, int]]) -> None:
    found = citations_between(text, fold(text), 0, len(text))
    assert [(c.number, c.year) for c in found] == expected


def test_an_amendment_is_no_citation_of_what_it_amends() -> None:
    text = "Law on Boats was amended by Law No. 22/2022"
    (cited,) = citations_between(text, fold(text), 0, len(text))
    assert text[cited.start : cited.end] == "Law No. 22/2022"


def test_implementing_in_small_letters_is_a_verb() -> None:
    text = "passed in 2004, implementing Directive 2000/31/EC"
    (found,) = union_mentions(text, fold(text), 0, len(text))
    assert text[found.start : found.end] == "Directive 2000/31/EC"


def test_capitals_of_other_alphabets_are_put_right(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("Τhe Law Νo. 50(Ι)/2019 of the ΔΕΗ Company, Ελλάδα", encoding="utf-8")
    document = in_latin(read_document(path))
    assert document.text == "The Law No. 50(I)/2019 of the ΔΕΗ Company, Ελλάδα"


@given(st.text(alphabet="ΑΒΕΤΝΙабв aT1.()/Δé", max_size=40))
def test_putting_capitals_right_keeps_every_offset(text: str) -> None:
    from kg.extraction.factsheets.reading import _latin

    latin = _latin(text)
    assert len(latin) == len(text)
    assert _latin(latin) == latin


def test_short_names_that_brackets_introduce(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        legislation="""### Pier Act

The Pier Act was discussed in 2017.

### Moorings

Act No. 12 of 2015 on the Use of Piers and Quays (hereinafter, the Pier Act) sets the fees.
""",
    )
    (law,) = [i for i in found.instruments if "Pier Act" in (i.name, i.title, *i.aliases)]
    assert (law.number, law.year) == ("12", 2015)


def test_a_name_that_ends_with_the_noun_of_its_date(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        legislation="""### Order on Buoys

The order was issued on the basis of the Harbour Simplification Law of 9 December 2004. Fees follow the 2020 Budget Law.
""",
    )
    law = instrument(found, "Harbour Simplification Law")
    assert law.date == dt.date(2004, 12, 9)
    assert instrument(found, "2020 Budget Law").year == 2020


def test_relations_have_the_subject_of_their_verb(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        legislation="""### Law on Buoys

A new law, Law No. 143/2021, was enacted in November 2021. The new legislation replaces Law No. 205/2015 and transposes the provisions of Directive (EU) 2019/1024.

### Law on Boats

The Law on Boats was amended by Law No. 22/2022.

### Amendments to the Lighthouse Act

The amendments came into force in 2020.

### Law No. 79/2022

The Quay Decree (Decree No. 36/2022), converted into Law No. 79/2022, sets the rules for berths.

### Privacy Act

The Privacy Act was adapted to Regulation (EU) 2016/679 in 2018.
""",
    )
    new, old = instrument(found, "Law on Buoys"), instrument(found, "Law No. 205/2015")
    assert new.replaces == [old.id]
    assert [instrument(found, "Directive (EU) 2019/1024").id] == new.transposes
    assert old.transposes == []
    assert instrument(found, "Law No. 22/2022").amends == [instrument(found, "Law on Boats").id]
    assert instrument(found, "Law on Boats").number is None
    assert instrument(found, "Amendments to the Lighthouse Act").amends == [
        instrument(found, "Lighthouse Act").id
    ]
    assert instrument(found, "Law No. 79/2022").based_on == [instrument(found, "Quay Decree").id]
    assert instrument(found, "Privacy Act").implements == [instrument(found, "Regulation (EU) 2016/679").id]


def test_what_an_act_of_the_union_repeals_is_not_transposed(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        legislation="""### Act on Tenders

The act transposes Directive 2014/25/EU on the tenders of utilities and repealing Directive 2004/17/EC.
""",
    )
    law, now = instrument(found, "Act on Tenders"), instrument(found, "Directive 2014/25/EU")
    assert law.transposes == [now.id]
    assert now.repeals == [instrument(found, "Directive 2004/17/EC").id]


def test_a_plan_of_another_year_is_another_plan(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        communications="""### Harbour Strategy 2030

The strategy speaks of quays. It builds on the Harbour Strategy 2020 and has five aims. It is part of the National Coast Plan.
""",
    )
    new = instrument(found, "Harbour Strategy 2030")
    assert new.based_on == [instrument(found, "Harbour Strategy 2020").id]
    assert new.implements == [instrument(found, "National Coast Plan").id]


def test_articles_and_sections_of_an_instrument(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        legislation="""### Harbour Act

The Harbour Act is of 2001. Articles 16, 16a and 18 of the Harbour Act set fees, and Section 5(2) of the Quay Act the hours. Articles 38 to 41 of the Harbour Act have been left as they were.
""",
    )
    assert [p.article for p in instrument(found, "Harbour Act").passages] == ["16", "16a", "18", "38-41"]
    assert [p.section for p in instrument(found, "Quay Act").passages] == ["5"]


def test_items_that_are_registers_by_their_names(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        registries="""### Base Registries of the Coast

The base registries are the following:

- National Index of Lighthouse Keepers (Vitaskrá - VS);
- Boat Tax Registry (Bátaskrá);
- Checking who keeps a lighthouse.
""",
    )
    known = systems(found)
    assert known["National Index of Lighthouse Keepers"] is known["VS"]
    assert known["Boat Tax Registry"].kinds == ["base-registry"]
    assert not any(name.startswith("Checking") for name in known)


def test_systems_outside_their_chapter_are_said_to_be_run(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        bodies="""### Coast Agency

The Coast Agency is responsible for the Buoy Registry. It advises whoever keeps a Rope Register.
""",
    )
    known = systems(found)
    assert known["Buoy Registry"].kinds == ["base-registry"]
    assert "Rope Register" not in known


def test_what_is_no_system(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        platforms="""### Reform of the Harbour Offices

The reform was published in the National Gazette. It helps the National Health System and the Coastal Road Network.

### Gov-BOAT: Renewal of the Boat Offices

Gov-BOAT keeps the boats. It is run by Sailmakers Software Ltd. Its code is kept in the GitHub Repository.

### Interconnecting Harbour Registers

Two harbours were connected in 2021.

### Berth Framework

The Berth Framework is a tool for harbour masters.
""",
    )
    known = systems(found)
    assert known["Gov-BOAT"] is known["Renewal of the Boat Offices"]
    assert "Berth Framework" in known
    for name in (
        "Reform of the Harbour Offices", "National Gazette", "National Health System", "Coastal Road Network",
        "Interconnecting Harbour Registers", "GitHub Repository", "Sailmakers Software Ltd",
    ):  # fmt: skip
        assert name not in known
    assert {"Reform of the Harbour Offices", "Interconnecting Harbour Registers"} <= {
        i.name for i in found.initiatives
    }


def test_a_replacement_of_words_is_no_successor(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        platforms="""### Harbour Names Application

The application changes names in texts, so that Akureyri is replaced with Reykjavik.
""",
    )
    assert "Reykjavik" not in systems(found)


def test_universities_are_organisations_and_post_offices_no_bodies(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        bodies="""### Coast Agency

The Coast Agency works with the Northern Academy of Sciences, which is responsible for the tides. Letters go by the Post Office, which is responsible for stamps.
""",
    )
    assert {b.name for b in found.bodies} == {"Coast Agency"}
    assert ("Northern Academy of Sciences", "academic") in {(o.name, o.type) for o in found.organisations}


def test_what_stands_behind_the_task_of_a_body_is_no_other_noun(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        bodies="""### Coast Agency

The Coast Agency works with the Department of Postal Services, the Office of the Commissioner for Harbour Regulation and the National Cyber Incident Response Team. The Government Office supports it, and a Managing Authority checks.
""",
    )
    assert {b.name for b in found.bodies} == {
        "Coast Agency", "Department of Postal Services", "Office of the Commissioner for Harbour Regulation",
        "National Cyber Incident Response Team", "Government Office",
    }  # fmt: skip


def test_a_name_in_apposition_is_another_name_of_the_body(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        bodies="""### Commission on Liberties

The Commission on Liberties (COLI), the Icelandic Data Protection Authority, was set up in 2001.
""",
    )
    (body,) = found.bodies
    assert (body.name, body.acronym) == ("Commission on Liberties", "COLI")
    assert "Icelandic Data Protection Authority" in body.aliases


def test_a_heading_on_a_board_is_a_body_in_every_chapter(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        platforms="""### Tax and Boats Board

The services of the Tax and Boats Board have been online since 2019.
""",
    )
    assert "Tax and Boats Board" in {b.name for b in found.bodies}
    assert "Tax and Boats Board" not in systems(found)


def test_an_address_of_the_union_tells_whose_act_it_is(tmp_path: Path) -> None:
    found = record(
        tmp_path,
        legislation="""### Harbour Act

The Harbour Act goes beyond the [Cybersecurity Act](https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:32019R0881) of 2019.
""",
    )
    assert instrument(found, "Regulation (EU) 2019/881").country == "EUE"
    assert all("eur-lex" not in url for url in instrument(found, "Harbour Act").urls)

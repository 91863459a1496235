"""Initiatives, what strategies are made of, publications, sets of indicators, and partnerships told over several sentences."""

from __future__ import annotations

from kg.documents import read_bytes
from kg.extraction import extract
from kg.records.model import Record

HEAD = "Member States Questionnaire for the United Nations E-Government Survey 2020\n\nUruguay\n\n"
Q3 = "3. Name and URL of the government agency in charge of e-government\n\nDigital Agency (DIGA) - https://diga.example\n\n"
Q7 = "7. Is there a national e-government strategy or equivalent?\n\n"
Q9 = "9. Is there any legal framework on the following?\n\n"
Q15 = "15. Does your government have a specific national strategy on new technologies?\n\n"
Q21 = (
    "21. If any, what kind of indicators do you collect to track digital literacy at the national level?\n\n"
)
Q22 = "22. Is your government part of any international cooperation on e-government?\n\n"
Q24 = "24. Are there any public-private partnerships and multistakeholder partnerships?\n\n"


def record(text: str) -> Record:
    return extract(read_bytes((HEAD + text).encode(), "test.md")).record


def initiatives(text: str) -> dict[str, tuple[str | None, int | None]]:
    return {i.name: (i.lifecycle, i.start_year) for i in record(text).initiatives}


def test_an_initiative_is_told_by_its_name_or_by_a_word_beside_it() -> None:
    text = Q15 + (
        "- The Rural Connectivity Programme was launched in 2016.\n- The LUMA project uses blockchain.\n"
        "- El proyecto Colibrí fue lanzado en 2018.\n- Le projet Étoile est prévu pour 2022.\n"
        "- There is no Moonshot Programme.\n- SOLA is a platform for officials.\n"
    )
    assert initiatives(text) == {
        "Rural Connectivity Programme": ("active", 2016),
        "LUMA": ("active", None),
        "Colibrí": ("active", 2018),
        "Étoile": ("planned", None),
        "SOLA": (None, None),
    }


def test_a_law_a_policy_or_a_body_is_no_initiative() -> None:
    text = Q15 + (
        "The National Blockchain Strategy 2018 was launched in 2018. The Innovation Agency runs it under the Innovation Act, No. 5 of 2016."
    )
    assert initiatives(text) == {}


def test_who_leads_and_who_takes_part() -> None:
    text = (
        Q3
        + Q15
        + "DIGA launched the Alpha Platform in 2017 in partnership with Acme Systems: https://alpha.example\n"
    )
    found = record(text)
    (alpha,) = found.initiatives
    names = {e.id: e.name for e in (*found.bodies, *found.organisations)}
    assert [names[key] for key in alpha.led_by] == ["Digital Agency"]
    assert [names[key] for key in alpha.partners] == ["Acme Systems"]
    assert alpha.urls == ["https://alpha.example"]
    assert alpha.start_year == 2017


def test_an_item_that_begins_with_a_title_and_a_technology() -> None:
    text = Q15 + (
        "Yes. The National Artificial Intelligence Plan is our strategy.\n\n"
        "- Eyes on the Border – HALCON. HALCON is a prototype that uses artificial intelligence.\n"
    )
    found = record(text)
    (halcon,) = found.initiatives
    assert (halcon.name, halcon.aliases, halcon.lifecycle, halcon.technologies) == (
        "Eyes on the Border – HALCON", ["HALCON"], "prototype", ["ai"],
    )  # fmt: skip
    (ai,) = [use for use in found.technologies if use.technology == "ai"]
    assert ai.initiatives == [halcon.id]
    assert ai.strategy == "national-artificial-intelligence-plan"


def test_a_thing_without_a_name_is_named_after_its_use_and_flagged() -> None:
    text = (
        Q15
        + "Another project was carried out in which blockchain was applied to land titles to prevent fraud."
    )
    (found,) = record(text).initiatives
    assert found.name == "Blockchain for land titles"
    assert [remark.kind for remark in found.remarks] == ["note"]


def test_lists_behind_a_role_are_elements_of_the_strategy() -> None:
    text = Q7 + (
        "The Digital Uruguay Policy 2025 has five objectives. Its components are Open State and Digital Society.\n\n"
        "The specific objectives are:\n\n1. Better services.\n2. Safer data.\n"
    )
    (policy,) = record(text).instruments
    assert [(e.role, e.name) for e in policy.elements] == [
        ("component", "Open State"),
        ("component", "Digital Society"),
        ("objective", "Better services"),
        ("objective", "Safer data"),
    ]


def test_a_list_of_several_roles_at_once_is_left_to_the_reviewer() -> None:
    text = Q7 + "The Digital Uruguay Policy 2025 has components and objectives:\n\n- Open State\n- Society\n"
    (policy,) = record(text).instruments
    assert policy.elements == []


def test_a_title_with_an_address_is_a_publication() -> None:
    text = (
        Q22
        + 'The OECD wrote the "Review of Digital Government in Uruguay 2018", available at https://oecd.example/review.\n'
    )
    (publication,) = record(text).publications
    assert (publication.kind, publication.url) == ("study", "https://oecd.example/review")
    assert publication.year == 2018


def test_a_list_of_indicators_is_a_set() -> None:
    text = (
        Q21
        + "DIGA uses the ICT Household Indicators, which are:\n\n- Use of the Internet\n- Use of telephones\n"
    )
    (found,) = record(Q3 + text).indicator_sets
    assert found.items == ["Use of the Internet", "Use of telephones"]
    assert found.used_by == "diga"


def test_a_partnership_is_told_over_several_sentences() -> None:
    text = Q24 + (
        "There is a Data Council in the country. This Council is a multistakeholder body.\n\n"
        "The members from the State are the Ministry of Health and the Ministry of Labour.\n\n"
        "The representatives of civil society are Fundación Sol, Datos Club and Corona Foundation and LUMA.\n"
    )
    found = record(text)
    (council,) = found.partnerships
    names = {e.id: e.name for e in (*found.bodies, *found.organisations)}
    assert council.name == "Data Council"
    assert [names[key] for key in council.members] == [
        "Ministry of Health", "Ministry of Labour", "Fundación Sol", "Datos Club", "Corona Foundation", "LUMA",
    ]  # fmt: skip


def test_a_partnership_in_apposition() -> None:
    text = (
        Q24 + "A public-private partnership, Puerto Digital, brings together Acme Systems and Beta Telecom."
    )
    (found,) = record(text).partnerships
    assert (found.name, found.kind, len(found.members)) == ("Puerto Digital", "ppp", 2)


def test_a_manual_in_which_the_carrying_out_is_laid_down_implements_the_policy() -> None:
    text = (
        Q7
        + "The Digital Uruguay Policy 2025 applies. Guidelines for the implementation of the Digital Uruguay Policy 2025 are set out in the Digital State Manual."
    )
    laws = {law.name: law for law in record(text).instruments}
    assert laws["Digital State Manual"].implements == [laws["Digital Uruguay Policy 2025"].id]


def test_the_regulation_that_implements_it() -> None:
    text = Q9 + "Law No. 11 of 2008, amended by Law No. 19 of 2016; Regulation No. 82 of 2012 implements it."
    laws = {law.number: law for law in record(text).instruments}
    assert laws["82"].implements == [laws["11"].id]
    assert laws["19"].amends == [laws["11"].id]

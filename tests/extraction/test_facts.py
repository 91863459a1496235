"""Single facts out of small answers: layouts, negation, planning, resolution."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.documents import read_bytes
from kg.extraction import Extraction, extract
from kg.extraction.indicators import parse_number
from kg.extraction.names import names_between
from kg.questionnaire.wording import fold
from kg.records.model import Record

HEAD = "Member States Questionnaire for the United Nations E-Government Survey 2020\n\nUruguay\n\n"
Q3 = "3. Name and URL of the government agency in charge of e-government\n\n"
Q7 = "7. Is there a national e-government strategy or equivalent?\n\n"
Q9 = "9. Is there any legal framework on the following?\n\n"
Q15 = "15. Does your government have a specific national strategy on new technologies?\n\n"
Q17 = "17. What percentage of the population is satisfied with online services?\n\n"
Q22 = "22. Is your government part of any international cooperation on e-government?\n\n"
Q23 = "23. Is your government offering support to other countries in e-government?\n\n"


_PRINTED = st.characters(exclude_categories=["Cc", "Cs"])


def extracted(text: str) -> Extraction:
    return extract(read_bytes((HEAD + text).encode(), "test.md"))


def record(text: str) -> Record:
    return extracted(text).record


def test_name_and_address_in_any_layout() -> None:
    for answer in (
        "Digital Agency (DA) - https://da.example",
        "Digital Agency (DA), https://da.example",
        "Digital Agency (DA)\nhttps://da.example",
        "[Digital Agency](https://da.example) (DA)",
        "https://da.example – Digital Agency (DA)",
        "| Digital Agency (DA) | https://da.example |\n|---|---|",
        "1. Digital Agency (DA): https://da.example",
    ):
        bodies = record(Q3 + answer).bodies
        assert [(b.id, b.name, b.acronym, b.urls) for b in bodies] == [
            ("da", "Digital Agency", "DA", ["https://da.example"])
        ], answer


def test_a_dash_between_two_bodies_makes_a_parent() -> None:
    bodies = record(
        Q3 + "Ministry of Data – Digital Directorate\nhttps://data.example\nhttps://digital.example"
    ).bodies
    assert [(b.name, b.urls) for b in bodies] == [
        ("Ministry of Data", ["https://data.example"]),
        ("Digital Directorate", ["https://digital.example"]),
    ]
    assert bodies[1].part_of == bodies[0].id


def test_renderings_of_one_name_become_one_body_with_aliases() -> None:
    text = Q3 + "Ministry of Information and Communications Technologies - https://m.example\n\n" + Q7
    bodies = record(
        text
        + "The Ministry of Information Technology and Communications wrote it; the Ministry of ICT leads."
    ).bodies
    assert len(bodies) == 1
    assert set(bodies[0].aliases) == {
        "Ministry of Information Technology and Communications",
        "Ministry of ICT",
    }


def test_a_doubtful_merge_is_listed_and_flagged() -> None:
    result = extracted(
        Q3
        + "Ministry of Environment - https://e.example\n\n"
        + Q7
        + "The Ministry of Environment and Sustainable Development helps."
    )
    assert len(result.record.bodies) == 1
    assert any("Sustainable Development" in merge for merge in result.merges)
    assert any(remark.kind == "inferred" for remark in result.record.bodies[0].remarks)


def test_what_is_denied_is_no_law() -> None:
    assert (
        record(
            Q9 + "There is no Freedom of Information Act. No specific law on open data exists."
        ).instruments
        == []
    )


def test_what_is_planned_says_so() -> None:
    (instrument,) = record(Q7 + "A National Digital Society Strategy 2030 is being drafted.").instruments
    assert instrument.lifecycle == "planned"


def test_relations_between_laws() -> None:
    laws = {
        i.number: i
        for i in record(
            Q9 + "Lei n.º 26/2016, que revogou a Lei n.º 46/2007, e foi alterada pela Lei n.º 68/2021."
        ).instruments
    }
    assert laws["26"].repeals == [laws["46"].id]
    assert laws["68"].amends == [laws["26"].id]
    assert laws["46"].amends == laws["46"].repeals == []


def test_a_planned_technology_strategy_gives_no_technology() -> None:
    text = (
        Q15
        + "The National AI Strategy 2019 covers artificial intelligence. A strategy on blockchain is planned; there is no strategy on robotics."
    )
    assert [t.technology for t in record(text).technologies] == ["ai"]


def test_observers_candidates_and_denials_are_no_members() -> None:
    text = (
        Q22
        + "Uruguay is a member of the Open Government Partnership since 2011. It is an observer in the Digital Nations. It is not a member of the OECD."
    )
    participation = {m.organisation: m.participation for m in record(text).memberships}
    assert participation == {"ogp": "member", "digital-nations": "observer", "oecd": "not-member"}


def test_cooperations_keep_their_status() -> None:
    text = Q23 + (
        "- Chile: a memorandum of understanding on open data was signed in 2017.\n- Peru: an agreement is under negotiation.\n"
        "- Brazil: technical assistance is planned for 2021.\n"
    )
    found = [(c.partner, c.kind, c.lifecycle, c.year) for c in record(text).cooperations]
    assert found == [
        ("CHL", "mou", "signed", 2017),
        ("PER", "agreement", "in-negotiation", None),
        ("BRA", "technical-assistance", "planned", 2021),
    ]


def test_a_figure_that_is_not_available_gives_none() -> None:
    assert record(Q17 + "Not available.").indicators == []
    (indicator,) = record(Q17 + "According to the Digital Survey of 2018, 81,5 % of users.").indicators
    assert (indicator.value, indicator.unit, indicator.year, indicator.source) == (
        81.5,
        "percent",
        2018,
        "Digital Survey of 2018",
    )


def test_every_fact_says_where_it_stands_and_how_sure_we_are() -> None:
    text = Q9 + "Law 1 of 2001 on data."
    document = read_bytes((HEAD + text).encode(), "test.md")
    (law,) = extract(document).record.instruments
    (span,) = law.spans
    assert span.start is not None
    assert document.text[span.start : span.end] == "Law 1 of 2001"
    assert span.line == 7
    assert (law.status, law.confidence) == ("extracted", "high")
    assert law.why


def test_the_summary_names_what_is_unanswered() -> None:
    summary = {row.q: row.outcome for row in extracted(Q9 + "Law 1 of 2001.\n\n" + Q17).summary}
    assert summary["9"] == "found"
    assert summary["17"] == "unanswered"
    assert summary["22"] == "unanswered"


def test_numbers_in_any_notation() -> None:
    assert [
        parse_number(t) for t in ("2,425", "1.556", "88,5", "18.4", "1 234 567", "0.09", "12,5,3", "x")
    ] == [2425, 1556, 88.5, 18.4, 1234567, 0.09, None, None]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(_PRINTED, max_size=40),
            st.sampled_from([
                Q3, Q9, Q15, Q22, Q23, "Ministry of ", "(AB)", "https://a.example/x", "http://[", "☒ Yes ☐ No", "Law No. 5 of 2010", "Chile: MoU", "not a member of the OECD",
                "National Plan 2020", "12,5 %", "which amended", "–", "| a | b |",
            ]),
        ),
        max_size=25,
    )
)  # fmt: skip
def test_noise_gives_a_valid_record(parts: list[str]) -> None:
    document = read_bytes((HEAD + " \n\n".join(parts)).encode("utf-8", "replace"), "noise.md")
    assert extract(document, country="URY").record.source.country == "URY"


def test_the_date_before_a_name_is_the_sentences() -> None:
    text = "Since July 2017 the National Parcel Registry has been open."
    assert [name.text for name in names_between(text, fold(text), 0, len(text))] == [
        "National Parcel Registry"
    ]

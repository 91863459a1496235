"""Citations in the styles of the world, and noise that must neither raise nor take long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extraction.citations import citations_between, parse_citation, plain_number, same_number
from kg.questionnaire.wording import fold


@pytest.mark.parametrize(
    ("text", "kind", "number", "year"),
    [
        ("Law 1712 of 2014", "act", "1712", 2014),
        ("Law No. 18,331", "act", "18331", None),
        ("Act No. 24 of 2019", "act", "24", 2019),
        ("Ley 1581 de 2012", "act", "1581", 2012),
        ("Ley N.º 18.331, de 11 de agosto de 2008", "act", "18331", 2008),
        ("Lei nº 12.527, de 18 de novembro de 2011", "act", "12527", 2011),
        ("loi n° 2016-1321 du 7 octobre 2016", "act", "2016-1321", 2016),
        ("Law No. 418-V of 24 November 2015", "act", "418-V", 2015),
        ("Act CXII of 2011", "act", "CXII", 2011),
        ("RA 10173", "act", "10173", None),
        ("Undang-Undang Nomor 27 Tahun 2022", "act", "27", 2022),
        ("Decreto-Lei n.º 290-D/99", "decree-law", "290-D", 1999),
        ("Decree-Law 019 de 2012", "decree-law", "019", 2012),
        ("Decree 1008/2018", "decree", "1008", 2018),
        ("Decreto N.º 92/014", "decree", "92", 2014),
        ("Decreto Supremo N° 083-2011-PCM", "decree", "083", 2011),
        ("Cabinet Resolution 123/2018", "resolution", "123", 2018),
        ("Resolução do Conselho de Ministros n.º 98/2020", "resolution", "98", 2020),
        ("Regulation (EU) 2016/679", "regulation", "2016/679", 2016),
        ("Regulation (EU) No 910/2014", "regulation", "910/2014", 2014),
        ("S.I. No. 336 of 2011", "regulation", "336", 2011),
        ("Executive Order No. 2, s. 2016", "executive-order", "2", 2016),
        ("Presidential Directive 03 of 2019", "directive", "03", 2019),
        ("CONPES 3854 of 2016", "policy", "3854", 2016),
        ("Cap. 113", "act", "113", None),
        ("Chap. 22:05", "act", "22:05", None),
        ("Act 843", "act", "843", None),
        ("S.I. No. 26 of 2018", "regulation", "26", 2018),
        ("SI 26/2018", "regulation", "26", 2018),
        ("Loi n° 2017-20 du 20 avril 2018", "act", "2017-20", 2018),
        ("Loi n° 2010/012 du 21 décembre 2010", "act", "2010/012", 2010),
        ("Ordonnance n° 2019-03", "decree-law", "2019-03", 2019),
        ("Lei n.º 58/2019", "act", "58", 2019),
        ("Royal Decree 203/2021", "decree", "203", 2021),
        ("Royal Decree No. M/19", "decree", "M/19", None),
        ("Sub-Decree No. 252", "decree", "252", None),
        ("Presidential Regulation No. 95 of 2018", "regulation", "95", 2018),
        ("Presidential Regulation Number 95 Year 2018", "regulation", "95", 2018),
        ("Federal Law No. 152-FZ of 27 July 2006", "act", "152-FZ", 2006),
        ("Directive 2003/98/EC", "directive", "2003/98/EC", 2003),
        ("Decision No. 749/QD-TTg", "resolution", "749/QD-TTg", None),
        ("Acuerdo Gubernativo 188-2019", "resolution", "188", 2019),
    ],
)
def test_kind_number_and_year(text: str, kind: str, number: str, year: int | None) -> None:
    citation = parse_citation(f"There is {text}, which applies.")
    assert citation is not None
    assert (citation.kind, citation.number, citation.year) == (kind, number, year)


@pytest.mark.parametrize(
    "text",
    [
        "in order to improve",
        "the law applies to 2019 budgets",
        "Act now",
        "the resolution of images",
        "law and order",
        "Cap. 3 de la Ley",
        "cap. 12 pages",
        "",
    ],
)
def test_words_without_a_number_are_no_citation(text: str) -> None:
    assert parse_citation(text) is None


def test_one_noun_may_head_several_numbers() -> None:
    text = "Leyes 39/2015 y 40/2015"
    assert [(c.number, c.year) for c in citations_between(text, fold(text), 0, len(text))] == [
        ("39", 2015),
        ("40", 2015),
    ]


def test_a_date_is_read_where_it_is_given() -> None:
    citation = parse_citation("Decreto nº 8.777, de 11 de maio de 2016")
    assert citation is not None
    assert citation.date is not None
    assert citation.date.isoformat() == "2016-05-11"


def test_a_date_alone_tells_an_act() -> None:
    citation = parse_citation("das Gesetz vom 3. Mai 2017 gilt")
    assert citation is not None
    assert (citation.kind, citation.number, str(citation.date)) == ("act", None, "2017-05-03")


def test_a_number_that_holds_its_year_tells_by_itself() -> None:
    assert same_number("2017-20", 2018, "2017-20", 2017)
    assert same_number("5", 2010, "5", None)
    assert not same_number("5", 2010, "5", 2011)
    assert not same_number("2017-20", 2018, "2017-21", 2018)


@pytest.mark.parametrize(
    ("one", "other"), [("18,331", "18331"), ("No. 019", "19"), ("58/2019", "58"), ("n.º 46/2007", "46")]
)
def test_numbers_are_compared_without_their_dress(one: str, other: str) -> None:
    assert plain_number(one) == plain_number(other)


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.sampled_from(
                [
                    "Law",
                    "No.",
                    "n.º",
                    "(EU)",
                    "12/",
                    "/99",
                    "of",
                    "de",
                    "1,234,",
                    "-",
                    "2016",
                    "Decreto-Lei",
                    "art.",
                    "CXII",
                ]
            ),
        ),
        max_size=40,
    ).map(" ".join)
)
def test_noise_raises_nothing_and_spans_stay_inside(text: str) -> None:
    for citation in citations_between(text, fold(text), 0, len(text)):
        assert 0 <= citation.start < citation.end <= len(text)


@pytest.mark.parametrize("piece", ["1 ", "1", " ", "12,345.", "law no. ", "Aa ", "(", "1/2/", "decreto "])
def test_a_long_line_takes_time_in_proportion(piece: str) -> None:
    """Twice the line takes about twice the time: measured against itself, so the machine does not matter."""

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        start = time.process_time()
        citations_between(text, text, 0, len(text))
        return time.process_time() - start

    short, long = max(seconds(60_000), 0.02), seconds(480_000)
    assert long < short * 40

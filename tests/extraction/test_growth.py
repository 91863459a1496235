"""Work grows with the length of a document and not with its square: counted in calls, so the machine does not matter."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.documents import read_bytes
from kg.extraction import extract
from kg.extraction.places import Distinct, Places

HEAD = "Member States Questionnaire for the United Nations E-Government Survey 2020\n\nUruguay\n\n"
QUESTIONS = (
    "1. What is the official e-government portal at the national level?",
    "3. Name and URL of the government agency in charge of e-government",
    "9. Is there any legal framework on the following?",
    "14. How does the government use social media?",
    "15. Does your government have a specific national strategy on new technologies?",
    "22. Is your government part of any international cooperation on e-government?",
    "23. Is your government offering support to other countries in e-government?",
    "24. Are there any public-private partnerships and multistakeholder partnerships?",
)
SHAPES = {
    "digits": "1 2 34 567 8901 ",
    "one law again": "Law No. 5 of 2010 ",
    "many laws": "Law No. {n} of 2010, ",
    "laws that amend": "Law No. {n} of 2010 amends Act {n} of 2001 ",
    "many ministries": "Ministry of Alpha{n} and Beta, ",
    "ministries and hosts": "Ministry of Alpha{n} - https://a{n}.example ",
    "abbreviations": "Agency A{n} (AG{n}) ",
    "linked laws": "[Act {n}](https://a{n}.example) ",
    "addresses": "https://a{n}.example/x ",
    "plans": "National Plan {n} 2020, ",
    "countries": "Chile: MoU signed in 2018; Peru: agreement; ",
    "organisations": "OECD, OGP, ",
    "partners": "Alpha{n} Platform with Beta{n}, ",
    "percentages": "12,5 % ",
    "initiatives": "The Project Alpha{n} was launched in 2018 with Beta{n}. ",
    "brackets": "[ ( ",
    "quotation marks": '"x «y» ',
    "boxes": "☐ ☒ ✓ ✗ ",
    "signs": "☐",
    "small words": "A of B and ",
    "denials": "there is no ",
}
LIMIT = 2.6
"""Twice the text is twice the work; a sentence is cut at 3000 characters, which makes the step uneven."""


def line(piece: str, length: int) -> str:
    """A line of about that length, each piece with another number."""
    parts: list[str] = []
    size = 0
    while size < length:
        parts.append(piece.replace("{n}", str(100 + len(parts))))
        size += len(parts[-1])
    return "".join(parts)


def calls(run: Callable[[], object]) -> int:
    """How many functions are called and generators resumed while something runs."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def growth(short: str, long: str) -> float:
    """How many times the work of the short questionnaire the long one is, once patterns are compiled."""

    def run(text: str) -> None:
        extract(read_bytes(text.encode(), "long.md"), country="URY")

    run(long)
    return calls(lambda: run(long)) / calls(lambda: run(short))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_line_is_work_in_proportion(shape: str) -> None:
    def document(length: int) -> str:
        return HEAD + "\n\n".join(f"{q}\n\n{line(SHAPES[shape], length)}" for q in QUESTIONS)

    assert growth(document(3_000), document(6_000)) < LIMIT


@pytest.mark.parametrize("shape", ["many laws", "ministries and hosts", "countries", "plans", "initiatives"])
def test_many_lines_are_work_in_proportion(shape: str) -> None:
    def document(number: int) -> str:
        items = [f"- {SHAPES[shape].replace('{n}', str(100 + n))}" for n in range(number)]
        return HEAD + "\n\n".join(f"{q}\n\n" + "\n".join(items) for q in QUESTIONS)

    assert growth(document(100), document(200)) < LIMIT


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(sorted(SHAPES.values())), min_size=1, max_size=4).map("".join),
    st.sampled_from(QUESTIONS),
)
def test_mixtures_are_work_in_proportion(piece: str, question: str) -> None:
    short, long = (f"{HEAD}{question}\n\n{line(piece, length)}" for length in (6_000, 12_000))
    assert growth(short, long) < LIMIT


def test_a_megabyte_of_digits_and_blanks_ends() -> None:
    """A guard only: this takes about a second, and took minutes where a pattern ran back and forth."""
    text = HEAD + "\n\n".join(f"{q}\n\n{'12 345 6 ' * 12_000}" for q in QUESTIONS)
    started = time.monotonic()
    extract(read_bytes(text.encode(), "digits.md"))
    assert time.monotonic() - started < 120


def test_an_endless_address_is_no_portal() -> None:
    text = f"{HEAD}{QUESTIONS[0]}\n\nhttps://a.example/{'x' * 3000}\n\nhttps://www.gub.uy\n"
    (portal,) = extract(read_bytes(text.encode(), "long.md")).record.portals
    assert portal.url == "https://www.gub.uy"


_SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=25)


@given(_SPANS, st.integers(0, 60), st.integers(1, 12))
def test_places_answer_as_a_look_at_each_would(spans: list[tuple[int, int]], start: int, length: int) -> None:
    places: Places[int] = Places()
    for number, (first, size) in enumerate(spans):
        places.add(first, first + size, number)
    end = start + length
    assert places.overlap(start, end) == any(a < end and start < a + size for a, size in spans)
    assert places.enclose(start, end) == any(a <= start and end <= a + size for a, size in spans)
    inside = sorted((a, a + size, n) for n, (a, size) in enumerate(spans) if start <= a < end)
    assert list(places.starting(start, end)) == [n for _, _, n in inside]
    before = max(((a, a + size, n) for n, (a, size) in enumerate(spans) if a < start), default=None)
    assert places.last_before(start) == (before[2] if before else None)


@given(st.lists(st.integers(0, 9)))
def test_distinct_keeps_the_first_of_each(items: list[int]) -> None:
    held = Distinct(items[:3])
    held += items[3:]
    assert held == list(dict.fromkeys(items))
    assert all(item in held for item in items)

"""Boxes with the respondent's words beside them, lost boxes, and crosses that have to be explained."""

from __future__ import annotations

import pytest

from kg.documents import CheckState, read_bytes
from kg.extraction import extract
from kg.records.model import Record

HEAD = "Member States Questionnaire for the United Nations E-Government Survey 2020\n\nUruguay\n\n"
Q7 = "7. Is there a national e-government strategy or equivalent?\n\n"
Q9 = "9. Is there any legal framework on:\n\n"
X = "X. Contact and Additional Information\n\n2. How did you hear about this questionnaire?\n\n"
LOST = "- Directly from UN DESA\n- Facebook\n- Other:\n\n"


def record(text: str) -> Record:
    return extract(read_bytes((HEAD + text).encode(), "test.md")).record


@pytest.mark.parametrize(
    "answer",
    [
        "☒ personal data protection: Law No. 5 of 2010\n☐ open government data",
        "[v] personal data protection – Law No. 5 of 2010\n[ ] open government data",
        "- [x] personal data protection\n  Law No. 5 of 2010\n- [ ] open government data",
        "| Topic | Yes | No | Law |\n|---|---|---|---|\n| personal data protection | ☒ | ☐ | Law No. 5 of 2010 |\n| open government data | ☐ | ☒ | |",
        "| ☒ | personal data protection | Law No. 5 of 2010 |\n|---|---|---|\n| ☐ | open government data | |",
    ],
)
def test_a_law_beside_a_box_is_read_and_has_its_topic(answer: str) -> None:
    found = record(Q9 + answer)
    (law,) = found.instruments
    assert (law.number, law.topics) == ("5", ["data-protection"])
    (options,) = [a.options for a in found.answers if a.q == "9"]
    assert {o.item: o.checked for o in options} == {"data-protection": "yes", "open-data": "no"}


def test_words_behind_the_lost_box_other_imply_it() -> None:
    spoken = record(X + LOST + "The minister told me of it.\n")
    silent = record(X + LOST)
    labelled = record(X + LOST + "Name: Ana Pérez\nEmail: ana@example.org\n")
    implied = [
        next(o.implied for a in r.answers for o in a.options if o.item == "other")
        for r in (spoken, silent, labelled)
    ]
    assert implied == ["yes", None, None]


def test_a_numbered_item_of_an_answer_is_no_question() -> None:
    text = Q7 + "1. National Strategy on New Technologies 2020-2025.\n2. National Cloud Plan 2019.\n"
    assert {i.name for i in record(text).instruments} == {
        "National Strategy on New Technologies 2020-2025",
        "National Cloud Plan 2019",
    }


CHECKED, UNCHECKED, UNKNOWN = CheckState.CHECKED, CheckState.UNCHECKED, CheckState.UNKNOWN


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("✓ Yes ✗ No\n\nNothing said.\n\n☐ Yes ☐ No\n", [CHECKED, UNCHECKED, UNCHECKED, UNCHECKED]),
        ("- ✓ one\n- ✗ two\n\nWords.\n\n☐ three\n", [CHECKED, UNCHECKED, UNCHECKED]),
        ("✗ Yes ☐ No\n\nWords.\n\n✓ one\n", [CHECKED, UNCHECKED, CHECKED]),
        ("✗ one\n\nWords.\n\n✓ Yes ✗ No\n\nWords.\n\n☐ two\n", [UNCHECKED, CHECKED, UNCHECKED, UNCHECKED]),
        ("✗ one\n\nWords.\n\n☐ two ✓ three\n", [UNKNOWN, UNCHECKED, CHECKED]),
        ("✗ one\n\nWords.\n\n✗ two ☐ three\n\nWords.\n\n✗ four ✓ five\n",
         [UNKNOWN, CHECKED, UNCHECKED, UNCHECKED, CHECKED]),
    ],
)  # fmt: skip
def test_a_cross_means_what_stands_beside_it(text: str, states: list[CheckState]) -> None:
    document = read_bytes(text.encode(), "a.md")
    assert [box.state for block in document.blocks for box in block.checkboxes] == states

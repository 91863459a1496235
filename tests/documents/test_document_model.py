"""The model: offsets, places, labels of boxes."""

from __future__ import annotations

import hashlib

import pytest
from checks import boxes, check, links

from kg.documents import BlockKind, read_bytes


def test_a_document_says_what_it_was_read_from() -> None:
    data = b"# Title\n\nText.\n"
    document = check(read_bytes(data, "answer.md"))
    assert (document.name, document.media_type, document.language) == ("answer.md", "text/markdown", None)
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.warnings == ()


def test_locate_finds_page_line_and_block() -> None:
    document = check(read_bytes(b"# A\n\nFirst line\nsecond line\n\n- item\n", "a.md"))
    place = document.locate(document.text.index("second") + 3)
    assert (place.page, place.line, place.block.text) == (None, 4, "second line")
    assert document.locate(len(document.text)).block.kind is BlockKind.LIST_ITEM
    for outside in (-1, len(document.text) + 1):
        with pytest.raises(IndexError, match="outside"):
            document.locate(outside)


def test_locate_follows_a_paragraph_over_its_lines() -> None:
    sentence = "The ministry keeps a register of every portal that a public body has opened so far and "
    text = "\n".join(sentence[:80].rsplit(" ", 1)[0] for _ in range(8))
    document = check(read_bytes(text.encode(), "wrapped.txt"))
    assert len(document.blocks) == 1
    last = document.text.rindex("ministry")
    assert document.locate(last).line == 8
    assert document.locate(0).line == 1


@pytest.mark.parametrize(
    ("line", "labels"),
    [
        ("☐ Yes  ☒ No", [("unchecked", "Yes"), ("checked", "No")]),
        ("Yes ☐  No ☒", [("unchecked", "Yes"), ("checked", "No")]),
        ("4. Is there a CIO? ☒ Yes ☐ No", [("checked", "Yes"), ("unchecked", "No")]),
        ("4. Is there a CIO? Yes ☐ No ☒", [("unchecked", "Yes"), ("checked", "No")]),
        (
            "Strategy: [x] adopted, [ ] planned (specify)",
            [("checked", "adopted"), ("unchecked", "planned (specify)")],
        ),
        ("[_] digital identity", [("unchecked", "digital identity")]),
        ("[X]e-procurement", [("checked", "e-procurement")]),
        ("○ Yes  ● No", [("unchecked", "Yes"), ("checked", "No")]),
        ("( ) Yes (x) No", [("unchecked", "Yes"), ("checked", "No")]),
        ("☐ Ja ✗ Nein", [("unchecked", "Ja"), ("checked", "Nein")]),
        ("✓ portal ✗ register", [("checked", "portal"), ("unchecked", "register")]),
        ("✗ register", [("unknown", "register")]),
    ],
)
def test_boxes_find_their_labels(line: str, labels: list[tuple[str, str]]) -> None:
    assert boxes(check(read_bytes(line.encode(), "a.txt"))) == labels


@pytest.mark.parametrize(
    "line", ["values[ ] of x", "arr[x]", "● a point", "(x) as in roman ten", "■ item ■ item"]
)
def test_what_only_looks_like_a_box_is_none(line: str) -> None:
    assert boxes(check(read_bytes(line.encode(), "a.txt"))) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "See https://a.example/x_(y), or www.b.example.",
            ["https://a.example/x_(y)", "http://www.b.example"],
        ),
        ("(https://a.example)", ["https://a.example"]),
        ("https://a.example;https://b.example", ["https://a.example", "https://b.example"]),
        ("HTTP://A.EXAMPLE/Q?x=1&y=2!", ["HTTP://A.EXAMPLE/Q?x=1&y=2"]),
        ("“https://a.example/”", ["https://a.example/"]),
        ("mail me at x@www.example", []),
        ("http:// is a scheme", []),
    ],
)
def test_addresses_written_out_are_links(line: str, expected: list[str]) -> None:
    document = check(read_bytes(line.encode(), "a.txt"))
    assert [url for _, url in links(document)] == expected


def test_wide_gaps_are_tabs_and_odd_spelling_is_evened_out() -> None:
    text = "Yes\u00a0\u00a0\u00a0\u00a0No\n\nde\u00adpart\u200bment  of o\ufb03ce\n\ncafe\u0301 e\u2011government"
    document = check(read_bytes(text.encode(), "a.txt"))
    assert [block.text for block in document.blocks] == [
        "Yes\tNo",
        "department of office",
        "café e-government",
    ]

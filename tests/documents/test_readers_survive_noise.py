"""Random and damaged input: a document or a refusal, never anything else; and work that grows with the input only."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import zipfile
from collections.abc import Callable
from types import FrameType

import pytest
from checks import check
from hypothesis import given, settings
from hypothesis import strategies as st
from rendering import Box, Heading, Item, Link, Note, Para, PdfLook, Row, to_docx, to_pdf

from kg.documents import CheckState, UnreadableDocument, read_bytes

PARTS = [
    Heading("Questionnaire"),
    Item(["Is there a portal?"], 1),
    Note(1, "A website."),
    Para([Box(CheckState.CHECKED, "Yes"), Box(CheckState.UNCHECKED, "No")]),
    Para([Link("portal", "https://a.example")]),
    Row(["Indicator", "Value"]),
    Row(["Online", "71%"]),
]
DOCX = to_docx(PARTS, "legacy")
PDF = to_pdf(PARTS, PdfLook(header="Survey", fields=True))


def survives(data: bytes, name: str) -> None:
    refusal: UnreadableDocument | None = None
    try:
        check(read_bytes(data, name))
    except UnreadableDocument as caught:
        refusal = caught
    assert refusal is None or (refusal.where == name and refusal.hint)


MARKUP = [
    "[", "](", "][", "]: http://a.b", "`", "``", "*", "**", "_", "~~", "<", ">", '<a href="', "<sup>", "</sup>", "<td>", "<br>",
    "&amp;", "&#x", "http://", "https://a.b/c_(d)", "www.x.y", "  ", "\n", "\n\n", "|", "|---|", "# ", "- ", "1. ", "[x]", "[ ]",
    "( )", "(x)", "\\", "☐", "✗", "●", "○", "```", "\t", "<!--", "-->", "[^1]", "[^1]: ", "---", "===", "\u0301", "\x00", "א",
    "\xa0", ".....", "12",
]  # fmt: skip
markup = st.lists(st.sampled_from(MARKUP) | st.text(max_size=4), max_size=80).map("".join)


@given(markup)
@settings(max_examples=300)
def test_markup_of_any_kind(text: str) -> None:
    survives(text.encode("utf-8", "replace"), "a.md")
    survives(text.encode("utf-8", "replace"), "a.txt")


TAGS = [
    "<p>", "</p>", "<ul>", "<ol start=3>", "<li>", "</ul>", "<table>", "<tr>", "<td>", "</table>", "<h1>", "</h1>", "<sup>",
    '<a href="#x">', '<a href="http://q">', "</a>", "<input type=checkbox checked>", "<pre>", "<br>", "<nav>", "<div hidden>",
    "</div>", "<select><option selected>", "&nbsp;", "☐", '<li id="x">', "<svg>", "<textarea>",
]  # fmt: skip


@given(st.lists(st.sampled_from(TAGS) | st.text(max_size=4), max_size=80).map("".join))
@settings(max_examples=200)
def test_pages_of_any_kind(body: str) -> None:
    survives(f"<html>{body}".encode("utf-8", "replace"), "a.html")


@given(st.binary(max_size=2000), st.sampled_from(["a.md", "a.html", "a.pdf", "a.docx", "a"]))
@settings(max_examples=200)
def test_bytes_of_any_kind(data: bytes, name: str) -> None:
    survives(data, name)
    survives(b"%PDF-1.5\n" + data, name)
    survives(b"PK\x03\x04" + data, name)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The bytes with a few pieces cut out, doubled or overwritten."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        length = draw(st.integers(1, 60))
        kind = draw(st.sampled_from(["cut", "double", "overwrite"]))
        if kind == "cut":
            del data[at : at + length]
        elif kind == "double":
            data[at:at] = data[at : at + length]
        else:
            data[at : at + length] = draw(st.binary(max_size=length))
        if not data:
            return b""
    return bytes(data)


@given(damaged(PDF))
@settings(max_examples=150)
def test_damaged_pdf(data: bytes) -> None:
    survives(data, "a.pdf")


@given(damaged(DOCX))
@settings(max_examples=60)
def test_damaged_docx(data: bytes) -> None:
    survives(data, "a.docx")


def changed(xml: bytes, choose: Callable[[int], int]) -> bytes:
    """Well-formed XML with attribute values and empty elements exchanged for unexpected ones."""
    values = list(re.finditer(rb'"[^"<]*"', xml))
    elements = list(re.finditer(rb"<w:\w+/>", xml))
    new_values = [b'"-1"', b'""', b'"999999999999999999"', b'"x"', b'"%1%9"', b'"TOC"']
    new_elements = [
        b"<w:br/>", b"<w:checkBox/>", b"<w:numPr/>", b"<w:sdt/>", b"<w:tbl/>", b"<w:footnoteReference/>", b"<w:hyperlink/>",
        b"<w:sym/>", b"<w:p/>", b'<w:fldChar w:fldCharType="end"/>', b'<w:fldChar w:fldCharType="begin"/>', b"",
    ]  # fmt: skip
    found, new = (
        (values, new_values)
        if choose(2) and values
        else (elements or values, new_elements if elements else new_values)
    )
    if not found:
        return xml
    match = found[choose(len(found))]
    return xml[: match.start()] + new[choose(len(new))] + xml[match.end() :]


@given(st.data())
@settings(max_examples=120)
def test_docx_with_unexpected_content(data: st.DataObject) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(DOCX)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name in (
                "word/document.xml",
                "word/numbering.xml",
                "word/footnotes.xml",
                "word/_rels/document.xml.rels",
            ):
                for _ in range(data.draw(st.integers(0, 3))):
                    content = changed(content, lambda count: data.draw(st.integers(0, count - 1)))
            target.writestr(name, content)
    survives(stream.getvalue(), "a.docx")


# Work that grows faster than the input shows as more steps of the interpreter, and as patterns that backtrack; the
# first is counted here. Patterns are linear by construction: no nested repetition, bounded or possessive where they
# look ahead.

LINES = [
    "1", "1 ", " ", "[", "]", "](", "[a](", "[a](<", "[[]", "_", "__a", "*", "*a ", "**a* ", "` `` ", "<", "<a", '<a href="',
    "<sup>1</sup>", "&", "&#1", "\\", "http://a", "https://a.b;", "https://a)", "www.a;", "[x]", "( )", "(x) ", "☐", "✗", "○", "|",
    "| a ", "- ", "> ", "#", "~~a", "![", "[^1]", "é ", "\t", ". . ", "\xa0a", "()", "http://a(", "<!--", "<td>", "<br>",
    "a@b ", "<a@b>",
]  # fmt: skip


def steps(data: bytes, name: str) -> int:
    """How many calls and lines of our code reading takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Callable[..., object] | None:
        nonlocal count
        if "documents" not in frame.f_code.co_filename:
            return None
        count += 1
        return trace

    sys.settrace(trace)
    try:
        with contextlib.suppress(UnreadableDocument):
            read_bytes(data, name)
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", ["a.md", "a.html"])
def test_steps_grow_with_the_input(line: str, name: str) -> None:
    begin = "x" if name == "a.md" else "<html><p>"
    few, many = (steps((begin + line * count).encode(), name) for count in (300, 2400))
    assert many < 12 * few + 2000


@pytest.mark.parametrize("line", ["1", "1 ", " ", "[", "](", "_", "_ ", "*", "<", "a "])
def test_a_line_of_a_million_signs_is_read(line: str) -> None:
    survives(("x" + line * (1_000_000 // len(line))).encode(), "a.md")

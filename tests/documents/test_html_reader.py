"""HTML pages."""

from __future__ import annotations

import pytest
from checks import boxes, check, links, texts

from kg.documents import BlockKind, Document, UnreadableDocument, read_bytes


def read(body: str, name: str = "a.html") -> Document:
    return check(read_bytes(f"<html lang='pt'><body>{body}</body></html>".encode(), name))


def outline(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.level, block.text) for block in document.blocks]


def test_headings_and_the_styles_of_word() -> None:
    document = read(
        '<p class="title">A</p><h1>B</h1><h3>C</h3><p class="subtitle">D</p><h2><img src="x"></h2><p>E</p>'
    )
    assert outline(document) == [
        ("heading", 1, "A"), ("heading", 1, "B"), ("heading", 3, "C"), ("heading", 4, "D"), ("paragraph", 0, "E"),
    ]  # fmt: skip
    assert document.language == "pt"


def test_lists() -> None:
    document = read(
        "<ul><li>one<ul><li><p>two</p><p>goes on</p></li></ul></li><li></li></ul>"
        "<ol start=3 type=a><li>c<br>still</li>\n <li><p>d</p></li><li value=9>i</ol><p>after</p><p>• typed</p>"
    )
    assert outline(document) == [
        ("list_item", 1, "one"),
        ("list_item", 2, "two"),
        ("paragraph", 2, "goes on"),
        ("list_item", 1, "c. c"),
        ("paragraph", 1, "still"),
        ("list_item", 1, "d. d"),
        ("list_item", 1, "i. i"),
        ("paragraph", 0, "after"),
        ("list_item", 1, "typed"),
    ]


def test_blanks_are_folded_as_a_browser_does() -> None:
    document = read("<p>one\n  two <b> three</b>\tfour&nbsp;five &nbsp;&nbsp;&nbsp; six</p>")
    assert texts(document) == ["one two three four five\tsix"]


def test_links_and_raised_text() -> None:
    document = read(
        '<p>See <a href="https://a.example/x y">the <em>law</em></a>, <a href="#n">below</a>, <a href="/local">local</a>, '
        '<a href="file:///C:/x">file</a> and <a href="https://b.example">two<br>lines</a>. '
        'ISA<sup>2</sup>, 1<sup>st</sup>, note<sup><a href="#f1">[1]</a></sup></p>'
        '<ol><li id="f1"><p>Explained. <a href="#r1">↑</a></p></li></ol>'
    )
    assert links(document) == [
        ("the law", "https://a.example/x%20y"), ("two", "https://b.example"), ("lines", "https://b.example"),
    ]  # fmt: skip
    assert texts(document)[1] == "lines. ISA², 1st, note"
    assert [block.text for block in document.blocks if block.kind is BlockKind.FOOTNOTE] == ["1 Explained."]


def test_a_target_that_a_converter_mangled_is_put_right() -> None:
    mangled = "https://a.example/ação".encode().decode("latin-1")
    document = read(f'<p><a href="{mangled}">law</a> <a href=\'https://b.example/x" \\l "y\'>field</a></p>')
    assert [url for _, url in links(document)] == [
        "https://a.example/a%C3%A7%C3%A3o",
        "https://b.example/x#y",
    ]


def test_tables() -> None:
    document = read(
        "<table><caption>Values</caption><thead><tr><th>A<th>B</thead><tr><td>1<td></tr>"
        "<tr><td><p>x</p><p>y</p><td><ul><li>z</ul></tr></table><table><tr><td><p>frame</p></table>"
    )
    assert outline(document) == [
        ("paragraph", 0, "Values"),
        ("table_row", 0, "A\tB"),
        ("table_row", 0, "1\t"),
        ("table_cell", 0, "x"),
        ("table_cell", 0, "y"),
        ("list_item", 1, "z"),
        ("paragraph", 0, "frame"),
    ]


def test_forms() -> None:
    document = read(
        "<p><input type=checkbox checked> Yes <input type=radio> No</p><p>Name: <input value='Ana'></p>"
        "<p><select><option>a<option selected>b</select><textarea>long</textarea><button>Send</button></p>"
    )
    assert boxes(document) == [("checked", "Yes"), ("unchecked", "No")]
    assert texts(document) == ["☒ Yes ☐ No", "Name: Ana", "blong"]


def test_navigation_and_unseen_parts() -> None:
    document = read(
        "<header>Site</header><nav><a href='/'>Home</a></nav><script>x()</script><style>p{}</style>"
        "<p hidden>no</p><p style='display: none'>no</p><main><header><h1>Title</h1></header><p>Body</p></main>"
        "<footer>Imprint</footer>"
    )
    assert texts(document) == ["Title", "Body"]
    assert [block.text for block in document.blocks if block.kind is BlockKind.FURNITURE] == [
        "Site",
        "Home",
        "Imprint",
    ]


def test_tables_of_contents_and_announcements_of_chapters() -> None:
    contents = "".join(f'<p><a href="#t{n}">{n}	Part {n}	{n}</a></p>' for n in (1, 2, 3))
    document = read(
        f"<p>Ruritania</p><h2>Table of Contents</h2>{contents}<p>1</p><p>Laws and</p><p>other acts</p>"
        "<h1>Laws and other acts of the country</h1><p>Text.</p>"
    )
    assert texts(document) == ["Ruritania", "Laws and other acts of the country", "Text."]


@pytest.mark.parametrize(
    "head",
    [
        b"<meta charset=windows-1251>",
        b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        b"",
    ],
)
def test_encodings(head: bytes) -> None:
    text = "Закон об информации и о персональных данных"
    data = b"<html><head>" + head + b"</head><body><p>" + text.encode("cp1251") + b"</p></body></html>"
    assert read_bytes(data, "a.html").text == text


def test_a_page_is_told_by_its_content() -> None:
    assert read_bytes(b"<!-- x -->\n<!DOCTYPE html><p>a", "a.txt").media_type == "text/html"
    assert read_bytes(b"<p>a</p>", "a.htm").media_type == "text/html"
    assert read_bytes(b"<p>a</p>", "a.md").media_type == "text/markdown"


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="nested too deeply"):
        read("<div>" * 5000 + "deep" + "</div>" * 5000)
    assert read("<div>" * 200 + "deep enough" + "</div>" * 200).text == "deep enough"

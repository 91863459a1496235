"""Markdown and plain text."""

from __future__ import annotations

import pytest
from checks import boxes, check, links, only, texts

from kg.documents import BlockKind, Document, read_bytes


def read(text: str, name: str = "a.md") -> Document:
    return check(read_bytes(text.encode(), name))


def outline(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind.value, block.level, block.text) for block in document.blocks]


def test_headings() -> None:
    document = read("# One #\n### Three\nTwo\n---\nOne again\n===\n#not a heading\n")
    assert outline(document) == [
        ("heading", 1, "One"),
        ("heading", 3, "Three"),
        ("heading", 2, "Two"),
        ("heading", 1, "One again"),
        ("paragraph", 0, "#not a heading"),
    ]


def test_nested_lists_and_the_lines_that_continue_them() -> None:
    document = read(
        "1. Which portals are there?\nPortal of Ruritania\n\n"
        "- first\n  - second level\n    more of it\n- third\n\nAfterwards\n\na. E-services:\n"
    )
    assert outline(document) == [
        ("list_item", 1, "1. Which portals are there?"),
        ("paragraph", 1, "Portal of Ruritania"),
        ("list_item", 1, "first"),
        ("list_item", 2, "second level"),
        ("paragraph", 2, "more of it"),
        ("list_item", 1, "third"),
        ("paragraph", 0, "Afterwards"),
        ("list_item", 1, "a. E-services:"),
    ]


def test_line_breaks_are_kept_unless_the_text_is_wrapped() -> None:
    address = "Ministry of Finance\nhttps://finance.example\nBureau of Revenue\n"
    assert texts(read(address)) == ["Ministry of Finance", "https://finance.example", "Bureau of Revenue"]
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    line = words[:72].rsplit(" ", 1)[0]
    wrapped = read("\n".join([line] * 6 + ["the end."]) + "\n\nShort\nlines\n")
    assert len(wrapped.blocks) == 3
    assert wrapped.blocks[0].text.endswith("the end.")


def test_hard_breaks_emphasis_escapes_and_entities() -> None:
    document = read(
        "**Name:** *Ana*  \n__Title__ \\*chief\\*\\\nA&nbsp;&amp;&#32;B `a*b*` 2 * 3 * 4 snake_case_name ~~gone~~\n"
    )
    assert texts(document) == ["Name: Ana", "Title *chief*", "A & B a*b* 2 * 3 * 4 snake_case_name gone"]


def test_links_in_all_their_forms() -> None:
    document = read(
        "<https://a.example/x>, [text](https://b.example/y_z 'title'), [http://c.example/q\\\\_r](http://c.example/q_r), "
        "[ref][one], <info@d.example>, [top](#top), ![picture](https://p.example/p.png) **https://e.example/f_g_h** "
        "[local](file.pdf) <a href=\"https://h.example\">tag</a>\n\n[one]: https://r.example 'Title'\n"
    )
    assert links(document) == [
        ("https://a.example/x", "https://a.example/x"),
        ("text", "https://b.example/y_z"),
        ("http://c.example/q_r", "http://c.example/q_r"),
        ("ref", "https://r.example"),
        ("info@d.example", "mailto:info@d.example"),
        ("https://e.example/f_g_h", "https://e.example/f_g_h"),
        ("tag", "https://h.example"),
    ]
    assert "picture" not in document.text


def test_notes_are_set_apart_and_their_marks_dropped() -> None:
    document = read(
        "E-services<sup>3</sup>: a portal[^n], 10<sup>6</sup> users, 1<sup>st</sup>\n\n<sup>3</sup> A note.\n[^n]: Another.\n"
    )
    assert only(document, "E-services").text == "E-services: a portal, 10⁶ users, 1st"
    notes = [block.text for block in document.blocks if block.kind is BlockKind.FOOTNOTE]
    assert notes == ["3 A note.", "n Another."]


def test_tables() -> None:
    document = read(
        "Before\n\n| Body | Address |\n|:---|---:|\n| A \\| B | <https://a.example> |\n| C | |\n\n| x<br>y | z |\n|---|---|\n"
    )
    assert outline(document) == [
        ("paragraph", 0, "Before"),
        ("table_row", 0, "Body\tAddress"),
        ("table_row", 0, "A | B\thttps://a.example"),
        ("table_row", 0, "C\t"),
        ("table_cell", 0, "x"),
        ("table_cell", 0, "y"),
        ("table_cell", 0, "z"),
    ]
    assert links(document) == [("https://a.example", "https://a.example")]


def test_task_lists() -> None:
    document = read("- [x] an implementation plan\n- [ ] digital by default\n* [X] once-only\n")
    assert boxes(document) == [
        ("checked", "an implementation plan"),
        ("unchecked", "digital by default"),
        ("checked", "once-only"),
    ]


def test_what_is_not_text_is_left_out() -> None:
    document = read(
        "---\ntitle: x\nlang: pt-BR\n---\nA <!-- hidden\nwords --> B\n\n***\n\n```\n*verbatim*\n```\n"
    )
    assert document.language == "pt-BR"
    assert texts(document) == ["A", "B", "*verbatim*"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("¿Está en vigor? Año 2019, protección", "cp1252"),
        ("Decreto-Lei n.º 12/2021 — informação, ações", "cp1252"),
        ("Ustawa o usługach, źródło i łączność, żądanie", "cp1250"),
        ("Kişisel Verilerin Korunması Kanunu, İçişleri, değişiklik", "cp1254"),
        ("Федеральный закон о персональных данных", "cp1251"),
        ("Νόμος για την ψηφιακή διακυβέρνηση", "iso8859-7"),
        ("Þjóðskrá, lög um persónuvernd, ráðuneytið", "cp1252"),
        ("官民データ活用推進基本法を施行した。デジタル庁", "shift_jis"),
        ("Lei de 2012", "utf-16"),
        ("Lei de 2012, ação", "utf-8-sig"),
        ("Plain old question", "utf-16-le"),
    ],
)
def test_encodings(text: str, encoding: str) -> None:
    document = check(read_bytes(text.encode(encoding), "a.txt"))
    assert document.text == text


def test_a_guessed_encoding_is_said() -> None:
    document = read_bytes("protección".encode("cp1252"), "a.txt")
    assert document.warnings == ("The file does not state its encoding; read as cp1252.",)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028"])
def test_line_ends(newline: str) -> None:
    document = check(read_bytes(f"one{newline}{newline}two".encode(), "a.txt"))
    assert texts(document) == ["one", "two"]

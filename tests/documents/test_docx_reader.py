"""Word documents. The raw XML is what Word, or an older Word, writes for each thing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from checks import boxes, check, links, only, texts
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from rendering import control, legacy

from kg.documents import BlockKind, Document, read_bytes

NAMESPACES = (
    f'{nsdecls("w", "r")} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
RELATIONSHIPS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def raw(body: str, **parts: str) -> bytes:
    """A package with this body; `parts` are further parts (styles, numbering, footnotes, header1 …) by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            RELATIONSHIPS.format(
                f'<Relationship Id="r" Type="{OFFICE}/officeDocument" Target="word/main.xml"/>'
            ),
        )
        archive.writestr("word/main.xml", f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")
        own = '<Relationship Id="web" Type="{0}/hyperlink" Target="https://a.example/x?y=1&amp;z=2" TargetMode="External"/>'
        own += "".join(
            f'<Relationship Id="p{number}" Type="{{0}}/{name.rstrip("123456789")}" Target="{name}.xml"/>'
            for number, name in enumerate(parts)
        )
        archive.writestr("word/_rels/main.xml.rels", RELATIONSHIPS.format(own.format(OFFICE)))
        for name, content in parts.items():
            archive.writestr(
                f"word/{name}.xml", content.replace("<w:", "<w:", 1).replace("NS", NAMESPACES, 1)
            )
    return stream.getvalue()


def read(body: str, **parts: str) -> Document:
    return check(read_bytes(raw(body, **parts), "a.docx"))


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_headings_by_style_and_by_outline_level() -> None:
    document = docx.Document()
    document.add_heading("The title", 0)
    document.add_heading("First", 1)
    document.add_paragraph("Under it", style="Subtitle")
    document.add_paragraph("Outlined")._p.get_or_add_pPr().append(
        parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>')
    )
    read_back = check(read_bytes(saved(document), "a.docx"))
    assert [(block.kind, block.level) for block in read_back.blocks] == [
        (BlockKind.HEADING, level) for level in (1, 1, 4, 3)
    ]


def numbering(levels: str, overrides: str = "") -> str:
    return (
        f'<w:numbering NS><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{overrides}</w:num></w:numbering>'
    )


def level(number: int, style: str, text: str, start: int = 1, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def item(text: str, at: int = 0, of: int = 1) -> str:
    return p(r(text), properties=f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{of}"/></w:numPr>')


def test_list_numbers_are_computed() -> None:
    document = read(
        item("one") + item("first", 1) + item("second", 1) + item("deep", 2) + item("two") + item("again", 1)
        + p(r("between")) + item("three") + item("new list", 0, 2) + item("goes on", 0, 2) + item("none", 0, 0),
        numbering=numbering(
            level(0, "decimal", "%1.") + level(1, "lowerLetter", "(%2)") + level(2, "upperRoman", "%1.%3", 4),
            '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride>',
        ),
    )  # fmt: skip
    assert texts(document) == [
        "1. one", "(a) first", "(b) second", "1.IV deep", "2. two", "(a) again", "between", "3. three", "9. new list",
        "10. goes on", "none",
    ]  # fmt: skip
    assert [block.level for block in document.blocks][:5] == [1, 2, 2, 3, 1]


def test_legal_numbering_and_levels_that_do_not_restart() -> None:
    document = read(
        item("a") + item("b", 1) + item("c") + item("d", 1),
        numbering=numbering(
            level(0, "upperRoman", "%1.")
            + level(1, "decimal", "%1.%2", more='<w:isLgl/><w:lvlRestart w:val="0"/>')
        ),
    )
    assert texts(document) == ["I. a", "1.1 b", "II. c", "2.2 d"]


def test_bullets_are_dropped_but_boxes_as_bullets_are_boxes() -> None:
    bullets = level(0, "bullet", "\uf0b7", more="")
    square = (
        '<w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/><w:lvlText w:val="\uf0a8"/>'
        '<w:rPr><w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/></w:rPr></w:lvl>'
    )
    document = read(item("point") + item("option", 1), numbering=numbering(bullets + square))
    assert [(block.kind.value, block.text) for block in document.blocks] == [
        ("list_item", "point"),
        ("list_item", "☐ option"),
    ]


def test_links_by_relationship_and_by_field() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> HYPERLINK "https://f.example/p" </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{r("the ")}{r("field")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    simple = f'<w:fldSimple w:instr=" HYPERLINK https://s.example ">{r("simple")}</w:fldSimple>'
    related = f'<w:hyperlink r:id="web">{r("re")}{r("lated")}</w:hyperlink>'
    place = f'<w:hyperlink w:anchor="here">{r("place")}</w:hyperlink>'
    document = read(p(related, r(" "), field, r(" "), simple, r(" "), place, r(" https://t.example/typed.")))
    assert document.text == "related the field simple place https://t.example/typed."
    assert links(document) == [
        ("related", "https://a.example/x?y=1&z=2"),
        ("the field", "https://f.example/p"),
        ("simple", "https://s.example"),
        ("https://t.example/typed", "https://t.example/typed"),
    ]


def test_check_boxes_of_every_kind() -> None:
    sign = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    typed = r("\uf06f", '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>')
    document = read(
        p(control(True), r(" a")) + p(control(False), r(" b")) + p(*legacy(True), r(" c")) + p(*legacy(False), r(" d"))
        + p(r("☒ e")) + p(r("[ ] f")) + p(sign, r(" g")) + p(typed, r(" h"))
    )  # fmt: skip
    assert boxes(document) == [
        ("checked", "a"), ("unchecked", "b"), ("checked", "c"), ("unchecked", "d"), ("checked", "e"), ("unchecked", "f"),
        ("checked", "g"), ("unchecked", "h"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("element", "state"),
    [
        ("<w:checked/>", "checked"),
        ('<w:checked w:val="1"/>', "checked"),
        ('<w:checked w:val="0"/><w:default w:val="1"/>', "unchecked"),
        ("<w:default/>", "checked"),
        ('<w:default w:val="false"/>', "unchecked"),
        ("", "unchecked"),
    ],
)
def test_old_form_fields_say_their_state_in_many_ways(element: str, state: str) -> None:
    box = (
        f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>{element}</w:checkBox></w:ffData></w:fldChar></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert boxes(read(p(box, r(" label")))) == [(state, "label")]


def test_a_control_that_contradicts_itself_is_unknown() -> None:
    assert boxes(read(p(control(True).replace("☒", "☐"), r(" label")))) == [("unknown", "label")]
    stateless = (
        control(True).replace('<w14:checked w14:val="1"/>', "").replace("<w:t>☒</w:t>", "<w:t>?</w:t>")
    )
    assert boxes(read(p(stateless, r(" label")))) == [("unknown", "label")]


def test_controls_keep_what_was_filled_in_and_lose_their_prompts() -> None:
    def sdt(properties: str, content: str) -> str:
        return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    document = read(
        p(r("Name: "), sdt("<w:text/>", r("Ana"))) + p(r("Title: "), sdt("<w:showingPlcHdr/>", r("Click here")))
        + sdt("", p(r("Whole paragraph"))) + sdt("<w:showingPlcHdr/>", p(r("Choose an item")))
    )  # fmt: skip
    assert texts(document) == ["Name: Ana", "Title:", "Whole paragraph"]


def test_a_drop_down_gives_its_choice() -> None:
    choice = (
        '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="No"/>'
        '<w:listEntry w:val="Yes"/></w:ddList></w:ffData></w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert texts(read(p(r("Answer: "), choice))) == ["Answer: Yes"]


def test_tracked_changes_are_read_as_accepted() -> None:
    deleted = "<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
    moved = f"<w:moveFrom>{r('gone')}</w:moveFrom><w:moveTo>{r('here')}</w:moveTo>"
    joined = p(r("first half "), properties="<w:rPr><w:del/></w:rPr>") + p(r("second half"))
    document = read(p(r("is "), deleted, f"<w:ins>{r('often ')}</w:ins>", moved) + joined)
    assert texts(document) == ["is often here", "first half second half"]


def test_hidden_text_breaks_and_special_hyphens() -> None:
    document = read(
        p(r("seen"), r("hidden", "<w:vanish/>"))
        + p(
            r("one"),
            "<w:r><w:br/></w:r>",
            r("two"),
            "<w:r><w:noBreakHyphen/><w:t>three</w:t><w:tab/><w:t>four</w:t></w:r>",
        )
        + p(r("ISA"), r("2", '<w:vertAlign w:val="superscript"/>'))
    )
    assert texts(document) == ["seen", "one", "two-three\tfour", "ISA²"]


def test_notes_follow_the_paragraph_that_refers_to_them() -> None:
    notes = (
        '<w:footnotes NS><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        f'<w:footnote w:id="7"><w:p><w:r><w:footnoteRef/></w:r>{r(" Explained.")}</w:p></w:footnote></w:footnotes>'
    )
    document = read(
        p(r("Portal"), '<w:r><w:footnoteReference w:id="7"/></w:r>', r(" of it")) + p(r("Next")),
        footnotes=notes,
    )
    assert [(block.kind.value, block.text) for block in document.blocks] == [
        ("paragraph", "Portal of it"),
        ("footnote", "1 Explained."),
        ("paragraph", "Next"),
    ]


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"


def test_tables_give_rows_or_the_blocks_of_rich_cells() -> None:
    document = read(
        "<w:tbl>" + row(p(r("Question")), p(r("Answer"))) + row(p(r("Portal?")), p(r("one")) + p(r("two")))
        + row(p(), p(control(True), r(" Yes"))) + "</w:tbl><w:tbl>" + row(p(r("A frame"))) + "</w:tbl>"
    )  # fmt: skip
    assert [(block.kind.value, block.text) for block in document.blocks] == [
        ("table_row", "Question\tAnswer"),
        ("table_cell", "Portal?"),
        ("table_cell", "one"),
        ("table_cell", "two"),
        ("table_row", "\t☒ Yes"),
        ("paragraph", "A frame"),
    ]


def test_furniture_is_set_apart() -> None:
    contents = "".join(
        p(f'<w:hyperlink w:anchor="_Toc{n}">{r(f"Part {n}")}<w:r><w:tab/><w:t>{n}</w:t></w:r></w:hyperlink>')
        for n in (1, 2, 3)
    )
    document = read(
        p(r("Contents")) + contents + p(r("1")) + p(r("Part one")) + p(r("Part one"), properties='<w:outlineLvl w:val="0"/>')
        + p(r("Text.")),
        header1=f"<w:hdr NS>{p(r('Survey 2020'))}</w:hdr>",
        footer1=f"<w:ftr NS>{p(r('Survey 2020'))}{p(r('12'))}</w:ftr>",
    )  # fmt: skip
    assert texts(document) == ["Part one", "Text."]
    assert document.blocks[-1].text == "Survey 2020"
    assert document.blocks[-1].kind is BlockKind.FURNITURE


def test_text_boxes_are_read_once_and_pages_counted() -> None:
    content = f"<w:txbxContent>{p(r('In the box'))}</w:txbxContent>"
    box = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    turn = "<w:r><w:lastRenderedPageBreak/></w:r>"
    document = read(p(r("Host"), box) + p(r("before "), turn, r("after")))
    assert texts(document) == ["In the box", "Host", "before after"]
    assert document.locate(document.text.index("before")).page == 1
    assert document.locate(document.text.index("after")).page == 2


def test_the_language_is_that_of_most_text() -> None:
    styles = '<w:styles NS><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-US"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>'
    spanish = r("una respuesta bastante larga", '<w:lang w:val="es-CO"/>')
    assert read(p(r("Question")), styles=styles).language == "en-US"
    assert read(p(r("Question"), spanish), styles=styles).language == "es-CO"


def test_strict_documents_are_read_too() -> None:
    data = raw(p(r("Strict"), f'<w:hyperlink r:id="web">{r(" link")}</w:hyperlink>'))
    strict = rewritten(data, lambda xml: xml.replace(
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"
    ).replace(
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ))  # fmt: skip
    document = check(read_bytes(strict, "a.docx"))
    assert only(document, "Strict").text == "Strict link"
    assert links(document)[0][1] == "https://a.example/x?y=1&z=2"


def rewritten(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, change(source.read(name)))
    return stream.getvalue()

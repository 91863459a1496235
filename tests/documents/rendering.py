"""One questionnaire in several forms: what a person fills in, rendered as Markdown, DOCX and PDF.

The three renderers are independent of the readers: they use the libraries that write these formats, and raw XML where
those have no notion of check boxes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from kg.documents import CheckState


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class Box:
    state: CheckState
    label: str


Piece = str | Link | Box


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Para:
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class Item:
    """A list item: numbered when it has a number, else with a bullet."""

    pieces: Sequence[Piece]
    number: int | None = None


@dataclass(frozen=True)
class Row:
    cells: Sequence[str]


@dataclass(frozen=True)
class Note:
    """A footnote to the paragraph before it."""

    number: int
    text: str


Part = Heading | Para | Item | Row | Note


def text_of(pieces: Sequence[Piece]) -> str:
    """What the reader of any form should see as the text of a line."""
    glyphs = {CheckState.CHECKED: "☒", CheckState.UNCHECKED: "☐"}
    words = [
        piece
        if isinstance(piece, str)
        else piece.text
        if isinstance(piece, Link)
        else f"{glyphs[piece.state]} {piece.label}"
        for piece in pieces
    ]
    return " ".join(
        "".join(
            f"{word} " if isinstance(piece, Box) else word for word, piece in zip(words, pieces, strict=True)
        ).split()
    )


# Markdown


def to_markdown(parts: Sequence[Part]) -> str:
    lines: list[str] = []
    for number, part in enumerate(parts):
        if isinstance(part, Heading):
            lines += [f"{'#' * part.level} {part.text}", ""]
        elif isinstance(part, Para):
            lines += [_markdown(part.pieces), ""]
        elif isinstance(part, Item):
            lines += [f"{f'{part.number}.' if part.number is not None else '-'} {_markdown(part.pieces)}", ""]
        elif isinstance(part, Note):
            lines += [f"<sup>{part.number}</sup> {part.text}", ""]
        else:
            lines.append(f"| {' | '.join(part.cells)} |")
            if number == 0 or not isinstance(parts[number - 1], Row):
                lines.append(f"|{'---|' * len(part.cells)}")
            if number + 1 == len(parts) or not isinstance(parts[number + 1], Row):
                lines.append("")
    return "\n".join(lines)


def _markdown(pieces: Sequence[Piece]) -> str:
    text = ""
    for piece in pieces:
        if isinstance(piece, Link):
            text += f"<{piece.url}>" if piece.text == piece.url else f"[{piece.text}]({piece.url})"
        elif isinstance(piece, Box):
            text += f"[{'x' if piece.state is CheckState.CHECKED else ' '}] {piece.label}  "
        else:
            text += piece.replace("_", r"\_").replace("\t", "    ")
    return text.rstrip()


# DOCX

Boxes = Literal["control", "legacy", "glyph"]


def to_docx(parts: Sequence[Part], boxes: Boxes = "control") -> bytes:
    document = docx.Document()
    table = None
    notes = [part for part in parts if isinstance(part, Note)]
    for position, part in enumerate(parts):
        if isinstance(part, Row):
            if table is None:
                table = document.add_table(rows=0, cols=len(part.cells))
            for cell, text in zip(table.add_row().cells, part.cells, strict=True):
                cell.text = text
            continue
        table = None
        if isinstance(part, Heading):
            document.add_heading(part.text, part.level)
        elif isinstance(part, Para | Item):
            paragraph = document.add_paragraph()
            if isinstance(part, Item):
                paragraph.style = document.styles["List Number" if part.number is not None else "List Bullet"]
                if part.number is not None:
                    _restart(document, paragraph, part.number)
            for piece in part.pieces:
                _add_piece(paragraph, piece, boxes)
            following = parts[position + 1] if position + 1 < len(parts) else None
            if isinstance(following, Note):
                paragraph._p.append(
                    parse_xml(
                        f'<w:r {nsdecls("w")}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
                        f'<w:footnoteReference w:id="{following.number}"/></w:r>'
                    )
                )
    if notes:
        _add_footnotes(document, notes)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _restart(document: docx.document.Document, paragraph: docx.text.paragraph.Paragraph, number: int) -> None:
    """Gives the paragraph a list of its own that begins at the number, as forms copied together have."""
    numbering = document.part.numbering_part.element
    template = document.styles["List Number"].element.pPr.numPr.numId.val
    abstract = next(num for num in numbering.num_lst if num.numId == template).abstractNumId.val
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(number)
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_numId().val = num.numId
    properties.get_or_add_ilvl().val = 0


def _add_piece(paragraph: docx.text.paragraph.Paragraph, piece: Piece, boxes: Boxes) -> None:
    if isinstance(piece, Link):
        identifier = paragraph.part.relate_to(piece.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = parse_xml(
            f'<w:hyperlink {nsdecls("w", "r")} r:id="{identifier}"><w:r><w:t/></w:r></w:hyperlink>'
        )
        link.find(f".//{qn('w:t')}").text = piece.text
        paragraph._p.append(link)
    elif isinstance(piece, Box):
        checked = piece.state is CheckState.CHECKED
        if boxes == "control":
            paragraph._p.append(parse_xml(control(checked)))
        elif boxes == "legacy":
            for run in legacy(checked):
                paragraph._p.append(parse_xml(run))
        else:
            paragraph.add_run("☒" if checked else "☐")
        paragraph.add_run(f" {piece.label} ")
    else:
        paragraph.add_run(piece)


def control(checked: bool) -> str:
    """A check box content control as Word 2010 and later write it."""
    return (
        f'<w:sdt {nsdecls("w")} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">'
        f'<w:sdtPr><w:id w:val="1"/><w14:checkbox><w14:checked w14:val="{int(checked)}"/>'
        '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/><w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/>'
        f"</w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>{'☒' if checked else '☐'}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def legacy(checked: bool) -> list[str]:
    """A check box form field of the old kind, as the runs Word writes. Word leaves the value of a ticked box out."""
    state = "<w:checked/>" if checked else ""
    return [
        f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="C"/><w:enabled/>'
        f'<w:checkBox><w:sizeAuto/><w:default w:val="0"/>{state}</w:checkBox></w:ffData></w:fldChar></w:r>',
        f'<w:r {nsdecls("w")}><w:instrText xml:space="preserve"> FORMCHECKBOX </w:instrText></w:r>',
        f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="separate"/></w:r>',
        f'<w:r {nsdecls("w")}><w:fldChar w:fldCharType="end"/></w:r>',
    ]


def _add_footnotes(document: docx.document.Document, notes: Sequence[Note]) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part as PackagePart

    body = "".join(
        f'<w:footnote w:id="{note.number}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {note.text}</w:t></w:r></w:p>'
        "</w:footnote>"
        for note in notes
    )
    xml = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {nsdecls("w")}>'
        f'<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>{body}</w:footnotes>'
    )
    part = PackagePart(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        xml.encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


# PDF


@dataclass
class PdfLook:
    """How the page looks: its furniture, and whether boxes are form fields or signs of a symbol font."""

    header: str = ""
    footer: str = ""
    numbered: bool = True
    fields: bool = False
    size: int = 10
    margin: int = 72
    font: str = "Helvetica"


class _FieldLine(Flowable):
    """A line of AcroForm check boxes with their labels."""

    count = 0

    def __init__(self, pieces: Sequence[Piece], size: int) -> None:
        super().__init__()
        self.pieces = pieces
        self.size = size

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return width, self.size * 2.2

    def draw(self) -> None:
        x = 0.0
        self.canv.setFont("Helvetica", self.size)
        for piece in self.pieces:
            if isinstance(piece, Box):
                _FieldLine.count += 1
                self.canv.acroForm.checkbox(
                    name=f"box{_FieldLine.count}",
                    checked=piece.state is CheckState.CHECKED,
                    x=x,
                    y=self.size * 0.4,
                    size=self.size,
                    relative=True,
                )
                x += self.size * 1.4
                text = piece.label
            else:
                assert isinstance(piece, str)
                text = piece
            self.canv.drawString(x, self.size * 0.6, text)
            x += self.canv.stringWidth(text, "Helvetica", self.size) + self.size * 1.2


def to_pdf(parts: Sequence[Part], look: PdfLook | None = None) -> bytes:
    look = look or PdfLook()
    leading = look.size * 1.2
    body = ParagraphStyle(
        "body", fontName=look.font, fontSize=look.size, leading=leading, spaceAfter=leading * 0.6
    )
    item = ParagraphStyle("item", parent=body, leftIndent=18, bulletIndent=4)
    note = ParagraphStyle("note", parent=body, fontSize=look.size - 2.5, leading=(look.size - 2.5) * 1.2)
    flow: list[Flowable] = []
    rows: list[list[str]] = []
    for position, part in enumerate(parts):
        if isinstance(part, Row):
            rows.append(list(part.cells))
            if position + 1 == len(parts) or not isinstance(parts[position + 1], Row):
                grid = [
                    ("GRID", (0, 0), (-1, -1), 0.5, "black"),
                    ("FONTSIZE", (0, 0), (-1, -1), look.size),
                    ("FONTNAME", (0, 0), (-1, -1), look.font),
                ]
                flow.append(Table(rows, style=grid, spaceAfter=leading, spaceBefore=leading))
                rows = []
        elif isinstance(part, Heading):
            style = ParagraphStyle(
                "heading", parent=body, fontName=f"{look.font}-Bold", fontSize=look.size + 8 - 2 * part.level,
                leading=(look.size + 8 - 2 * part.level) * 1.2, spaceBefore=leading,
            )  # fmt: skip
            flow.append(Paragraph(part.text, style))
        elif isinstance(part, Note):
            flow.append(
                Paragraph(f'<super rise="3" size="{look.size - 5}">{part.number}</super> {part.text}', note)
            )
        elif look.fields and any(isinstance(piece, Box) for piece in part.pieces):
            flow.append(_FieldLine(part.pieces, look.size))
        else:
            following = parts[position + 1] if position + 1 < len(parts) else None
            markup = _markup(part.pieces, look)
            if isinstance(following, Note):
                markup += f'<super rise="4" size="{look.size - 4}">{following.number}</super>'
            if isinstance(part, Item):
                bullet = f"{part.number}." if part.number is not None else "\u2022"
                flow.append(Paragraph(markup, item, bulletText=bullet))
            else:
                flow.append(Paragraph(markup, body))
    stream = io.BytesIO()
    template = SimpleDocTemplate(stream, pagesize=A4, leftMargin=look.margin, rightMargin=look.margin)

    def furniture(canvas: object, _: object) -> None:
        canvas.setFont("Helvetica", 8)  # type: ignore[attr-defined]
        canvas.drawString(look.margin, A4[1] - 30, look.header)  # type: ignore[attr-defined]
        canvas.drawString(look.margin, 30, look.footer)  # type: ignore[attr-defined]
        if look.numbered:
            canvas.drawRightString(A4[0] - look.margin, 30, str(canvas.getPageNumber()))  # type: ignore[attr-defined]

    template.build(flow, onFirstPage=furniture, onLaterPages=furniture)
    return stream.getvalue()


def _markup(pieces: Sequence[Piece], look: PdfLook) -> str:
    text = ""
    for piece in pieces:
        if isinstance(piece, Link):
            text += f'<a href="{piece.url}">{piece.text}</a>'
        elif isinstance(piece, Box):
            sign = "\u2714" if piece.state is CheckState.CHECKED else "\u274f"
            text += f'<font face="ZapfDingbats">{sign}</font> {piece.label} &nbsp; '
        else:
            text += piece.replace("&", "&amp;").replace("<", "&lt;").replace("\t", "&nbsp;" * 8)
    return text

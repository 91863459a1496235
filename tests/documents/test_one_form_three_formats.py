"""The same questionnaire as Markdown, DOCX and PDF: the same texts, links and boxes in the same order.

What may differ, as docs/documents.md says: PDF has no levels of list items, and a line of form fields is no list item.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from checks import boxes, check, links, texts
from rendering import (
    Box,
    Heading,
    Item,
    Link,
    Note,
    Para,
    Part,
    PdfLook,
    Row,
    text_of,
    to_docx,
    to_markdown,
    to_pdf,
)

from kg.documents import BlockKind, CheckState, Document, read_bytes

YES, NO = CheckState.CHECKED, CheckState.UNCHECKED
LONG = "https://www.chancery.example/documents/strategies/2019/national_strategy_for_the_digital_change_of_public_services-final_version-2.pdf"

QUESTIONNAIRE: list[Part] = [
    Heading("Digital government of Ruritania"),
    Para([
        "Filled in by the Chancery on 3 May 2019, with the help of all ministries and of the statistical office, which "
        "supplied the figures. Answers are those of the government as a whole."
    ]),
    Heading("I. Institutions", 2),
    Item(["What is the national portal for public services? Name every one of them, should there be several."], 1),
    Note(1, "A portal is a website that gathers the services of several bodies."),
    Para([Link("https://www.gov.example/all_of_them", "https://www.gov.example/all_of_them"), " will be replaced by ",
          Link("the new portal", "https://new.gov.example")]),
    Item(["Is there a chief information officer?"], 2),
    Para([Box(YES, "Yes"), Box(NO, "No")]),
    Item(["Which of these does the strategy contain?"], 3),
    Para([Box(YES, "a plan for carrying it out")]),
    Para([Box(NO, "the once-only principle")]),
    Para([Box(YES, "digital by default")]),
    Para(["The strategy is published at ", Link(LONG, LONG)]),
    Row(["Indicator", "Value", "Year"]),
    Row(["Population online", "71%", "2018"]),
    Row(["Satisfied users", "64%", "2019"]),
    Heading("II. Law", 2),
    Item(["Which laws are there?"], 4),
    Item(["Access to information: Law 12 of 2014, amended by Law No. 7/2018; it is carried out by the Commissioner for "
          "Information, an independent body elected by parliament for six years."]),
    Item(["Data protection: Act No. 24 of 2019, Decreto-Lei n.º 12/2021, ação e informação"]),
    Para(["Ministry of Interoperability and Cross-border Co-operation, Directorate for E-government, Unit of Standards and "
          "Architectures, Section of Vocabularies, which also keeps the catalogue of re-usable software."]),
]  # fmt: skip


def expected(parts: Sequence[Part]) -> list[str]:
    """What a person sees on the page."""
    lines = []
    for part in parts:
        if isinstance(part, Heading):
            lines.append(part.text)
        elif isinstance(part, Row):
            lines.append("\t".join(part.cells))
        elif isinstance(part, Note):
            lines.append(f"{part.number} {part.text}")
        else:
            number = f"{part.number}. " if isinstance(part, Item) and part.number is not None else ""
            lines.append(number + text_of(part.pieces))
    return lines


FORMS = {
    "md": to_markdown(QUESTIONNAIRE).encode(),
    "docx, content controls": to_docx(QUESTIONNAIRE, "control"),
    "docx, old form fields": to_docx(QUESTIONNAIRE, "legacy"),
    "docx, signs": to_docx(QUESTIONNAIRE, "glyph"),
    "pdf, signs": to_pdf(QUESTIONNAIRE, PdfLook(header="Survey 2020", footer="Ruritania")),
    "pdf, form fields": to_pdf(QUESTIONNAIRE, PdfLook(header="Survey 2020", fields=True)),
    "pdf, large type": to_pdf(QUESTIONNAIRE, PdfLook(header="Survey 2020", size=13, margin=90)),
    "pdf, small type": to_pdf(QUESTIONNAIRE, PdfLook(size=8, margin=50)),
}


@pytest.fixture(scope="module", params=FORMS)
def document(request: pytest.FixtureRequest) -> Document:
    return check(read_bytes(FORMS[request.param], f"answer.{request.param.split(',')[0]}"))


def test_texts(document: Document) -> None:
    assert texts(document) == expected(QUESTIONNAIRE)


def test_links(document: Document) -> None:
    assert links(document) == [
        ("https://www.gov.example/all_of_them", "https://www.gov.example/all_of_them"),
        ("the new portal", "https://new.gov.example"),
        (LONG, LONG),
    ]


def test_boxes(document: Document) -> None:
    assert boxes(document) == [
        ("checked", "Yes"), ("unchecked", "No"), ("checked", "a plan for carrying it out"),
        ("unchecked", "the once-only principle"), ("checked", "digital by default"),
    ]  # fmt: skip


def test_kinds(document: Document) -> None:
    kinds = [block.kind for block in document.body]
    assert kinds.count(BlockKind.HEADING) == 3
    assert kinds.count(BlockKind.TABLE_ROW) == 3
    assert kinds.count(BlockKind.FOOTNOTE) == 1
    assert kinds.count(BlockKind.LIST_ITEM) == 6

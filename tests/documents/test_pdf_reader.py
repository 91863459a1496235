"""PDF files, drawn with a library that knows nothing of our reader."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from checks import boxes, check, links, only, texts
from rendering import Heading, Item, Link, Note, Para, PdfLook, to_pdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from kg.documents import BlockKind, Document, read_bytes

FONTS = (
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
    Path("/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf"),
    Path("/Library/Fonts/Arial Unicode.ttf"),
    Path("/System/Library/Fonts/Supplemental/Arial Unicode.ttf"),
)
SENTENCE = "The ministry keeps a register of the portals that public bodies have opened since the law came into force. "


def paragraph(number: int) -> str:
    """A paragraph like no other."""
    words = ["data", "law", "body", "portal", "right", "council", "plan", "year", "open", "fund", "part"]
    return (
        " ".join(
            f"{words[(number * 7 + at * at) % 11]} of {words[(number + at * 3) % 11]}" for at in range(30)
        )
        + "."
    )


def drawn(*pages: Callable[[Canvas], None]) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for page in pages:
        canvas.setFont("Helvetica", 11)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def read(*pages: Callable[[Canvas], None]) -> Document:
    return check(read_bytes(drawn(*pages), "a.pdf"))


def write(canvas: Canvas, lines: list[str], x: float = 72, y: float = 750, leading: float = 14) -> None:
    for number, line in enumerate(lines):
        canvas.drawString(x, y - number * leading, line)


def test_paragraphs_are_joined_and_short_lines_kept() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, [
            "3. Which body is in charge of the portals of the whole government and of the regions of it?",
            "Ministry of Finance",
            "https://finance.example",
            "The ministry was founded in 1990 and keeps a register of the portals that public bodies have",
            "opened since then.",
        ])  # fmt: skip

    document = read(page)
    assert texts(document) == [
        "3. Which body is in charge of the portals of the whole government and of the regions of it?",
        "Ministry of Finance",
        "https://finance.example",
        "The ministry was founded in 1990 and keeps a register of the portals that public bodies have opened since then.",
    ]
    assert document.blocks[0].kind is BlockKind.LIST_ITEM
    assert {block.position.page for block in document.blocks} == {1}


def test_words_cut_at_the_line_end_are_mended() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, [
            "The strategy for the next years was adopted by the cabinet and sets up a council for modern-",
            "isation, with small- and large-scale works, one for the exchange of data in the whole cross-",
            "border region, and a fund. It is published at https://www.gov.example/documents/strategy_for_",
            "the_years_2020/final-version.pdf and was sent to all ministries of the country in May 2020-",
            "2021 again.",
        ])  # fmt: skip

    document = read(page)
    assert texts(document) == [
        "The strategy for the next years was adopted by the cabinet and sets up a council for modernisation, "
        "with small- and large-scale works, one for the exchange of data in the whole cross-border region, and a fund. "
        "It is published at https://www.gov.example/documents/strategy_for_the_years_2020/final-version.pdf "
        "and was sent to all ministries of the country in May 2020-2021 again."
    ]
    assert (
        links(document)[0][1]
        == "https://www.gov.example/documents/strategy_for_the_years_2020/final-version.pdf"
    )


def test_link_annotations_are_mapped_onto_the_text() -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "See the portal of Ruritania for more.")
        start = 72 + canvas.stringWidth("See ", "Helvetica", 11)
        end = start + canvas.stringWidth("the portal", "Helvetica", 11)
        canvas.linkURL("https://portal.example/home", (start, 697, end, 711))

    assert links(read(page)) == [("the portal", "https://portal.example/home")]


def test_a_link_over_two_lines_is_one() -> None:
    data = to_pdf(
        [
            Para(
                [
                    SENTENCE,
                    Link(
                        "the national strategy for the digital transformation of public services",
                        "https://s.example",
                    ),
                    ".",
                ]
            )
        ]
    )
    document = check(read_bytes(data, "a.pdf"))
    assert links(document) == [
        ("the national strategy for the digital transformation of public services", "https://s.example")
    ]


def form(canvas: Canvas) -> None:
    fields = canvas.acroForm
    canvas.drawString(72, 750, "4. Is there a chief information officer?")
    for x, checked, label in ((72, True, "Yes"), (140, False, "No")):
        fields.checkbox(name=label, checked=checked, x=x, y=728, size=12)
        canvas.drawString(x + 18, 730, label)
    for x, chosen, label in ((72, False, "planned"), (140, True, "adopted")):
        fields.radio(name="stage", value=label, selected=chosen, x=x, y=708, size=12)
        canvas.drawString(x + 18, 710, label)
    canvas.drawString(72, 690, "Name:")
    fields.textfield(name="name", value="Ministry of Finance", x=110, y=684, width=300, height=18)
    fields.textfield(
        name="more",
        value="First line\nsecond line",
        x=72,
        y=620,
        width=300,
        height=50,
        fieldFlags="multiline",
    )


def test_form_fields_stand_in_reading_order() -> None:
    document = read(form)
    assert texts(document) == [
        "4. Is there a chief information officer?",
        "☒ Yes ☐ No",
        "☐ planned ☒ adopted",
        "Name: Ministry of Finance",
        "First line",
        "second line",
    ]
    assert boxes(document) == [
        ("checked", "Yes"),
        ("unchecked", "No"),
        ("unchecked", "planned"),
        ("checked", "adopted"),
    ]


def test_a_flattened_form_reads_the_same() -> None:
    pdf = pypdfium2.PdfDocument(drawn(form))
    pdf.init_forms()
    page = pdf[0]
    page.flatten()
    stream = io.BytesIO()
    pdf.save(stream)
    document = check(read_bytes(stream.getvalue(), "a.pdf"))
    assert boxes(document)[:2] == [("checked", "Yes"), ("unchecked", "No")]
    assert "Name: Ministry of Finance" in texts(document)


def test_a_box_that_stores_one_state_and_shows_another_is_unknown() -> None:
    data = drawn(form)
    assert b"/AS /Yes" in data or b"/AS/Yes" in data
    changed = data.replace(b"/AS /Yes", b"/AS /Off", 1).replace(b"/AS/Yes", b"/AS/Off", 1)
    assert boxes(check(read_bytes(changed, "a.pdf")))[0] == ("unknown", "Yes")


def test_signs_of_symbol_fonts_and_drawn_squares_are_boxes() -> None:
    def page(canvas: Canvas) -> None:
        for number, sign in enumerate("\u2714\u274f"):
            canvas.setFont("ZapfDingbats", 11)
            canvas.drawString(72, 750 - 20 * number, sign)
            canvas.setFont("Helvetica", 11)
            canvas.drawString(90, 750 - 20 * number, f"sign {number}")
        for number in range(4):
            y = 690 - 20 * number
            canvas.rect(72, y, 10, 10)
            canvas.drawString(90, y + 1, f"square {number}")
        canvas.line(72, 670, 82, 680)
        canvas.line(72, 680, 82, 670)
        canvas.drawString(73.5, 651, "X")

    assert boxes(read(page)) == [
        ("checked", "sign 0"), ("unchecked", "sign 1"), ("unchecked", "square 0"), ("checked", "square 1"),
        ("checked", "square 2"), ("unchecked", "square 3"),
    ]  # fmt: skip


def test_headers_footers_and_page_numbers_are_furniture() -> None:
    parts = [Heading("Report"), *(Para([f"{number}) {paragraph(number)}"]) for number in range(40))]
    data = to_pdf(parts, PdfLook(header="Survey 2020 questionnaire", footer="Ruritania"))
    document = check(read_bytes(data, "a.pdf"))
    pages = {block.position.page for block in document.blocks}
    furniture = [block.text for block in document.blocks if block.kind is BlockKind.FURNITURE]
    assert len(pages) > 2
    assert furniture.count("Survey 2020 questionnaire") == len(pages)
    assert [text for text in furniture if text.startswith("Ruritania")] == [
        f"Ruritania\t{page}" for page in sorted(pages)
    ]
    assert [text for text in texts(document) if not text[0].isdigit()] == ["Report"]


def test_a_paragraph_goes_on_over_the_page() -> None:
    long = "and then the next thing that the council of ministers has decided about data " * 90
    data = to_pdf([Para([f"It began {long.strip()} so."])], PdfLook(header="Survey 2020", footer="x"))
    document = check(read_bytes(data, "a.pdf"))
    assert len(document.body) == 1
    assert document.locate(5).page == 1
    assert document.locate(document.body[0].position.end - 2).page == 2


def test_a_repeated_answer_is_no_furniture() -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            write(canvas, [f"Question {number} about something", f"201{number}."], y=110)
            write(canvas, [f"Body of page {'abcd'[number]}"], y=600)

        return draw

    document = read(page(1), page(2))
    assert {"2011.", "2012."} <= set(texts(document))


def test_notes_are_set_apart_and_their_marks_dropped() -> None:
    data = to_pdf(
        [Item(["What is the portal"], 1), Note(1, "A website."), Para(["Nothing."]), Para([SENTENCE])]
    )
    document = check(read_bytes(data, "a.pdf"))
    assert [(block.kind.value, block.text) for block in document.body][:3] == [
        ("list_item", "1. What is the portal"),
        ("footnote", "1 A website."),
        ("paragraph", "Nothing."),
    ]


def test_ruled_tables_are_read_by_rows() -> None:
    def page(canvas: Canvas) -> None:
        canvas.grid([72, 200, 400, 500], [700, 660, 600, 580])
        write(canvas, ["Body"], 76, 685)
        write(canvas, ["What it does"], 204, 685)
        write(canvas, ["Since"], 404, 685)
        # Drawn column by column, as some writers do.
        write(canvas, ["Data Office"], 76, 640)
        write(canvas, ["1990"], 404, 640)
        write(canvas, ["It keeps the registers of all the many", "public bodies."], 204, 640)
        canvas.drawString(72, 550, "After the table.")

    document = read(page)
    assert texts(document) == [
        "Body\tWhat it does\tSince",
        "Data Office\tIt keeps the registers of all the many public bodies.\t1990",
        "After the table.",
    ]


def test_two_columns_are_read_one_after_the_other() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 780, "Report on digital government in the whole of Ruritania")
        canvas.setFont("Helvetica", 10)
        left = [f"left {number} of the text that runs down the page and" for number in range(20)]
        right = [f"right {number} of the text that runs down the page and" for number in range(20)]
        for number in range(20):
            canvas.drawString(72, 740 - 12 * number, left[number])
            canvas.drawString(320, 740 - 12 * number, right[number])

    text = read(page).text
    assert text.index("left 19") < text.index("right 0 ")


def test_labels_left_and_answers_right_are_read_across() -> None:
    def page(canvas: Canvas) -> None:
        for number, (label, answer) in enumerate(
            [("Name:", "Ana"), ("Title:", "Director"), ("E-mail:", "ana@x.example")] * 4
        ):
            canvas.drawString(72, 740 - 16 * number, label)
            canvas.drawString(300, 740 - 16 * number, answer)

    assert texts(read(page))[:3] == ["Name:\tAna", "Title:\tDirector", "E-mail:\tana@x.example"]


def test_the_order_of_drawing_does_not_matter() -> None:
    def page(canvas: Canvas) -> None:
        for line, y in [("third", 700), ("first", 740), ("second", 720)]:
            canvas.drawString(72, y, line)

    assert texts(read(page)) == ["first", "second", "third"]


@pytest.mark.parametrize("page_turn", [0, 90, 180, 270])
@pytest.mark.parametrize("text_turn", [0, 90, 180, 270])
def test_turned_pages(text_turn: int, page_turn: int) -> None:
    def page(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(text_turn)
        canvas.setFont("Helvetica", 11)
        write(canvas, ["first line here", "second line here"], 0, 0)

    pdf = pypdfium2.PdfDocument(drawn(page))
    pdf[0].set_rotation(page_turn)
    stream = io.BytesIO()
    pdf.save(stream)
    assert texts(check(read_bytes(stream.getvalue(), "a.pdf"))) == ["first line here", "second line here"]


def test_a_watermark_is_left_out_and_said() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, ["The answer is here."])
        canvas.saveState()
        canvas.translate(300, 400)
        canvas.rotate(45)
        canvas.drawString(0, 0, "DRAFT")
        canvas.restoreState()

    document = read(page)
    assert texts(document) == ["The answer is here."]
    assert document.warnings == ("Text that stands askew on page 1 was left out.",)


def test_text_from_right_to_left() -> None:
    font = next((path for path in FONTS if path.exists()), None)
    if font is None:
        pytest.skip("no font with Hebrew letters is installed")
    pdfmetrics.registerFont(TTFont("WithHebrew", font))
    said = ["משרד האוצר אחראי על https://gov.example משנת 2019 ועד היום", "לא"]

    def page(canvas: Canvas) -> None:
        canvas.setFont("WithHebrew", 12)
        for number, sentence in enumerate(said):
            x = 500.0
            for word in sentence.split():
                # What is drawn is the picture of the word: letters of the script from right to left.
                picture = word if word.isascii() else word[::-1]
                x -= canvas.stringWidth(picture, "WithHebrew", 12)
                canvas.drawString(x, 700 - 20 * number, picture)
                x -= 4

    document = read(page)
    assert texts(document) == said
    assert links(document) == [("https://gov.example", "https://gov.example")]


def test_headings_by_size_and_weight() -> None:
    data = to_pdf([Heading("Big", 1), Heading("Smaller", 2), *[Para([SENTENCE])] * 3])
    document = check(read_bytes(data, "a.pdf"))
    assert [(block.kind.value, block.level) for block in document.blocks][:3] == [
        ("heading", 1),
        ("heading", 2),
        ("paragraph", 0),
    ]
    assert only(document, "Big").kind is BlockKind.HEADING

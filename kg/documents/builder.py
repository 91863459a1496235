"""Turns the lines a reader found into a `Document`: offsets, labels of boxes, page furniture."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.documents.characters import GLYPH
from kg.documents.inline import Box, Line
from kg.documents.model import Anchor, Block, BlockKind, Checkbox, CheckState, Document, Link, Position

SUBTITLE_LEVEL = 4
"""The level of a heading in Word's style "Subtitle", which long reports use below their third-level headings."""


@dataclass(slots=True)
class Draft:
    """A block before its place in the document is known."""

    kind: BlockKind
    line: Line
    level: int = 0
    page: int | None = None
    number: int | None = None
    """The source line, in text formats."""


class Builder:
    """Collects the blocks of one document in reading order."""

    def __init__(self) -> None:
        self.language: str | None = None
        self.drafts: list[Draft] = []
        self._warnings: list[str] = []

    def add(
        self,
        kind: BlockKind,
        line: Line,
        level: int = 0,
        *,
        page: int | None = None,
        number: int | None = None,
    ) -> None:
        """Adds a block; a line without text is no block."""
        if line.text and not line.text.isspace():
            if (
                kind is BlockKind.PARAGRAPH
                and line.text[0] in _TYPED_BULLETS
                and line.text[1:2] in (" ", "\t")
            ):
                line.unprefix(2)
                kind, level = BlockKind.LIST_ITEM, max(level, 1)
            if kind is BlockKind.HEADING and len(line.text) > _LONGEST_HEADING:
                kind, level = BlockKind.PARAGRAPH, 0
            _close_up_number(line)
            self.drafts.append(Draft(kind, line, level, page, number))

    def add_row(self, cells: list[list[Draft]]) -> None:
        """Adds a row of a table: one block when each cell is one line, else the blocks of each cell in turn.

        A row with a single cell is a frame around text: its blocks stay what they are.
        """
        cells = [[draft for draft in cell if draft.line.text.strip()] for cell in cells]
        if len(cells) == 1:
            self.drafts += cells[0]
        elif all(len(cell) <= 1 for cell in cells):
            filled = [cell[0] for cell in cells if cell]
            if filled:
                row = Line.row([cell[0].line if cell else Line("") for cell in cells])
                self.drafts.append(Draft(BlockKind.TABLE_ROW, row, 0, filled[0].page, filled[0].number))
        else:
            for draft in (draft for cell in cells for draft in cell):
                if draft.kind is BlockKind.PARAGRAPH:
                    draft.kind = BlockKind.TABLE_CELL
                self.drafts.append(draft)

    def warn(self, sentence: str) -> None:
        """Adds a sentence a person should read; the same sentence is kept once."""
        if sentence not in self._warnings:
            self._warnings.append(sentence)

    def document(self, name: str, media_type: str, sha256: str) -> Document:
        """The finished document."""
        _set_navigation_apart(self.drafts)
        crosses = _meaning_of_crosses(self.drafts)
        blocks: list[Block] = []
        anchors: list[Anchor] = []
        offset = 0
        for draft, cross in zip(self.drafts, crosses, strict=True):
            line = draft.line
            text = line.text
            boxes: tuple[Checkbox, ...] = ()
            if line.boxes:
                text, boxes = _with_boxes(line, offset, cross)
            links = tuple(
                [Link(text[start:end], url, start + offset, end + offset) for start, end, url in line.links]
            )
            anchors += [Anchor(start + offset, page, number) for start, page, number in line.marks]
            position = Position(draft.page, draft.number, offset, offset + len(text))
            blocks.append(Block(draft.kind, text, draft.level, links, boxes, position))
            offset += len(text) + 1
        return Document(
            name, media_type, self.language, tuple(blocks), sha256, tuple(self._warnings), tuple(anchors)
        )


_LONGEST_HEADING = 360
"""The title of a long act still fits; what is longer is text in the style of a heading."""
_TYPED_BULLETS = frozenset("•‣⁃▪●■◆➢►–-*·")
"""Signs that make an item of a paragraph when somebody typed them at its start."""
_NUMBER_AND_GAP = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}[.)]?|[A-Za-z][.)]|[ivxlcIVXLC]{1,6}[.)])\t")


def _close_up_number(line: Line) -> None:
    """A visible number is followed by one blank, not by the tab that word processors put there."""
    if "\t" in line.text and (match := _NUMBER_AND_GAP.match(line.text)) is not None:
        line.text = f"{line.text[: match.end() - 1]} {line.text[match.end() :]}"


def _meaning_of_crosses(drafts: list[Draft]) -> list[CheckState]:
    """What a cross means on each line.

    ✗ beside empty boxes marks the chosen one; beside ticks it says no. "Beside" is on the same line, else in the same
    run of lines with boxes. Where neither tells, the crosses mean what they do in the rest of the document, if that is
    one thing; alone they say nothing certain.
    """
    lines = [{box.state for box in draft.line.boxes} for draft in drafts]
    everywhere = set[CheckState | None]().union(*lines)
    if None not in everywhere:
        return [CheckState.UNKNOWN] * len(lines)
    meanings = [_beside(states) for states in lines]
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and lines[start] and lines[end] and drafts[end].kind is drafts[start].kind:
            end += 1
        if any(None in lines[at] and meanings[at] is CheckState.UNKNOWN for at in range(start, end)):
            near = _beside(set[CheckState | None]().union(*lines[start:end]))
            for at in range(start, end):
                if meanings[at] is CheckState.UNKNOWN:
                    meanings[at] = near
        start = end
    known = {
        meaning
        for states, meaning in zip(lines, meanings, strict=True)
        if None in states and meaning is not CheckState.UNKNOWN
    }
    usual = known.pop() if len(known) == 1 else CheckState.UNKNOWN if known else _beside(everywhere)
    return [usual if meaning is CheckState.UNKNOWN else meaning for meaning in meanings]


def _beside(states: set[CheckState | None]) -> CheckState:
    """What a cross means among boxes of these states."""
    if CheckState.CHECKED in states:
        return CheckState.UNKNOWN if CheckState.UNCHECKED in states else CheckState.UNCHECKED
    return CheckState.CHECKED if CheckState.UNCHECKED in states else CheckState.UNKNOWN


def _with_boxes(line: Line, offset: int, cross: CheckState) -> tuple[str, tuple[Checkbox, ...]]:
    text = line.text
    boxes = line.boxes
    if any(box.state is None for box in boxes):
        boxes = [box if box.state is not None else Box(box.start, box.end, cross) for box in boxes]
        signs = list(text)
        for box in boxes:
            signs[box.start] = GLYPH[box.state or CheckState.UNKNOWN]
        text = "".join(signs)
    before = _labels_stand_before(text, boxes)
    checkboxes = []
    for number, box in enumerate(boxes):
        if before:
            start, end = boxes[number - 1].end if number else _last_phrase(text, box.start), box.start
        else:
            start, end = box.end, boxes[number + 1].start if number + 1 < len(boxes) else len(text)
        if start < end:
            start, end = _trimmed(text, start, end)
        state = box.state or CheckState.UNKNOWN
        checkboxes.append(Checkbox(state, box.start + offset, box.end + offset, start + offset, end + offset))
    return text, tuple(checkboxes)


def _labels_stand_before(text: str, boxes: list[Box]) -> bool:
    """Whether labels precede their boxes (`Yes ☐ No ☒`); otherwise they follow (`☐ Yes ☒ No`)."""
    lead = text[: boxes[0].start].strip()
    if not lead:
        return False
    if not text[boxes[-1].end :].strip(_BLANK_OR_STOP):
        return True
    # Text on both sides: a question before its options ends like one; a bare word is a label.
    return lead[-1] not in _ENDS_A_QUESTION and len(lead.split()) <= _LONGEST_LABEL


def _last_phrase(text: str, end: int) -> int:
    """Where the label before the first box begins: after the question that precedes it."""
    return max(text.rfind(sign, 0, end) + 1 for sign in ("?", ":", "\t"))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _BLANK_OR_STOP:
        start += 1
    while end > start and text[end - 1] in " \t,;/|":
        end -= 1
    return start, end


_BLANK_OR_STOP = " \t,;/|.:"
_ENDS_A_QUESTION = "?:.;,)"
_LONGEST_LABEL = 4


def is_contents_entry(text: str) -> bool:
    """Whether a line is one of a table of contents: dots that lead to a page number."""
    without_number = text.rstrip("0123456789ivxlIVXL")
    return len(without_number) < len(text) and without_number.rstrip().endswith(_LEADERS)


def _set_navigation_apart(drafts: list[Draft]) -> None:
    """Makes furniture of tables of contents and of the pages that announce a chapter before its heading."""
    entries = [
        number
        for number, draft in enumerate(drafts)
        if draft.line.internal or is_contents_entry(draft.line.text)
    ]
    if len(entries) >= _FEWEST_ENTRIES:
        for number in entries:
            drafts[number].kind = BlockKind.FURNITURE
        for draft in drafts[: entries[-1]]:
            if draft.line.text.casefold().strip(" :\t") in _CONTENTS_TITLES:
                draft.kind = BlockKind.FURNITURE
    for number, draft in enumerate(drafts):
        if draft.kind is BlockKind.HEADING:
            _set_announcement_apart(drafts, number)


def _set_announcement_apart(drafts: list[Draft], heading: int) -> None:
    """Makes furniture of the paragraphs before a heading that only announce it: its number, and its words on 1–3 lines."""
    title = drafts[heading].line.text.casefold()
    announced = ""
    for first in range(heading - 1, max(heading - 1 - _LONGEST_ANNOUNCEMENT, -1), -1):
        if drafts[first].kind is not BlockKind.PARAGRAPH:
            return
        announced = f"{drafts[first].line.text.casefold()} {announced}".rstrip()
        numbered = (
            first > 0
            and drafts[first - 1].kind is BlockKind.PARAGRAPH
            and drafts[first - 1].line.text.isdecimal()
        )
        unnumbered_title = title.lstrip("0123456789. ")
        if unnumbered_title == announced or (numbered and unnumbered_title.startswith(announced)):
            for draft in drafts[first - numbered : heading]:
                draft.kind = BlockKind.FURNITURE
            return


_LONGEST_ANNOUNCEMENT = 3
_CONTENTS_TITLES = frozenset({
    "contents", "table of contents", "índice", "tabla de contenido", "contenido", "sumário", "sommaire",
    "table des matières", "inhalt", "inhaltsverzeichnis", "indice", "sommario", "spis treści", "содержание", "оглавление",
    "目录", "目次", "المحتويات", "inhoud", "inhoudsopgave", "obsah", "tartalomjegyzék", "cuprins", "içindekiler",
})  # fmt: skip
_LEADERS = ("....", ". . . .", "……", "____", "· · · ·")
_FEWEST_ENTRIES = 3
"""This many lines that lead into the document itself are a table of contents."""

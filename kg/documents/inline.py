"""The text of one block while a reader collects it: pieces of text, links and boxes become one tidy line."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.documents.addresses import addresses, link_target, may_hold_address
from kg.documents.characters import (
    CHECKED_SIGNS,
    CROSSES,
    GLYPH,
    ROUND_OR_FILLED,
    UNCHECKED_SIGNS,
    UNKNOWN,
    clean,
)
from kg.documents.model import CheckState


class Span(NamedTuple):
    """A link inside a line."""

    start: int
    end: int
    url: str


class Box(NamedTuple):
    """A check box inside a line; state None is a cross, which the document as a whole has to explain."""

    start: int
    end: int
    state: CheckState | None


class Mark(NamedTuple):
    """From this offset of a line on, the text stands on another page or source line."""

    start: int
    page: int | None
    line: int | None


@dataclass(slots=True)
class Line:
    """One tidy line: blanks collapsed, boxes as canonical glyphs, addresses linked. Offsets count in `text`."""

    text: str
    links: list[Span] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    internal: bool = False
    """All of the text is a link to a place in the same document, as in a table of contents."""

    def prefix(self, text: str) -> None:
        """Puts text before the line."""
        self._shift(len(text))
        self.text = text + self.text

    def unprefix(self, length: int) -> None:
        """Takes the first characters, which no link or box touches, off the line."""
        self._shift(-length)
        self.text = self.text[length:]

    def _shift(self, by: int) -> None:
        self.links = [Span(max(start + by, 0), end + by, url) for start, end, url in self.links]
        self.boxes = [Box(start + by, end + by, state) for start, end, state in self.boxes]
        self.marks = [Mark(max(start + by, 0), page, number) for start, page, number in self.marks]

    @classmethod
    def row(cls, cells: list[Line]) -> Line:
        """The cells of a table row as one line, with a tab between them."""
        row = cls("\t".join([cell.text.replace("\t", " ") for cell in cells]))
        offset = 0
        for cell in cells:
            row.links += [Span(start + offset, end + offset, url) for start, end, url in cell.links]
            row.boxes += [Box(start + offset, end + offset, state) for start, end, state in cell.boxes]
            row.marks += [Mark(start + offset, page, line) for start, page, line in cell.marks]
            offset += len(cell.text) + 1
        return row


class Inline:
    """Collects the pieces of a line; `line()` gives the result.

    `folding` readers (HTML) take any run of blanks for one, except a run of no-break spaces, which somebody put there
    to hold things apart. `round_boxes`: the document uses `( )` and `(x)` as boxes.
    """

    __slots__ = ("_folding", "_internal", "_length", "_links", "_marks", "_parts", "_round_boxes")

    def __init__(self, *, folding: bool = False, round_boxes: bool = False) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._links: list[Span] = []
        self._marks: list[Mark] = []
        self._internal = 0
        self._folding = folding
        self._round_boxes = round_boxes

    def __len__(self) -> int:
        return self._length

    def text(self, text: str) -> None:
        """Adds text."""
        if self._folding:
            text = _HELD_APART.sub("\v", _FOLDED.sub(" ", text))
        text = clean(text)
        self._parts.append(text)
        self._length += len(text)

    def box(self, state: CheckState) -> None:
        """Adds a check box."""
        self._parts.append(GLYPH[state])
        self._length += 1

    def gap(self) -> None:
        """Adds a gap that holds two things on the line apart."""
        self._parts.append("\v")
        self._length += 1

    def link(self, start: int, target: str) -> None:
        """Makes a link of everything added since `start`, an earlier `len()`; links inside it give way."""
        while self._links and self._links[-1].start >= start:
            self._links.pop()
        if self._length > start:
            if (url := link_target(target)) is not None:
                self._links.append(Span(start, self._length, url))
            elif target[:1] == "#":
                self._internal += self._length - start

    def mark(self, page: int | None, line: int | None) -> None:
        """What follows stands on this page or source line."""
        self._marks.append(Mark(self._length, page, line))

    def line(self) -> Line:
        """The tidy line of what was collected."""
        raw = "".join(self._parts)
        boxed = "[" in raw or self._round_boxes or (not raw.isascii() and _SIGN.search(raw) is not None)
        if not boxed and " ".join(raw.split()) == raw:
            line, moves = Line(raw), None
        else:
            pattern = _BLANKS_AND_BOXES if boxed else _BLANKS
            line, moves = _tidied(raw, pattern, folding=self._folding, round_boxes=self._round_boxes)
        for start, end, url in self._links:
            _add_link(line, _moved(start, moves), _moved(end, moves), url)
        if self._marks:
            line.marks = [Mark(_moved(start, moves), page, at) for start, page, at in self._marks]
        if may_hold_address(line.text):
            _add_addresses(line)
        line.internal = self._internal > 0 and self._internal >= len(raw.strip())
        return line


_WHITE = " \t\n\r\f\v"
_FOLDED = re.compile(r"[ \t\n\r\f\v]+")
_HELD_APART = re.compile("\xa0[ \xa0]*\xa0")
_BLANKS = re.compile(r"[ \t\n\r\f\v]{2,}|[\t\n\r\f\v]|^ | $")
_BRACKETED = r"(?<![^\W_])\[[ _]{0,3}(?:[xXvV√✓✔✗✘✕✖☒☑][ _]{0,3})?\](?![(\[])"
_ROUND = r"(?<![^\s\v])\((?:[ _]{1,3}|[xX])\)(?!\S)"
_SIGNS = f"[{CHECKED_SIGNS}{UNCHECKED_SIGNS}{CROSSES}{UNKNOWN}{''.join(ROUND_OR_FILLED)}]"
_SIGN = re.compile(_SIGNS)
_BLANKS_AND_BOXES = re.compile(f"{_BLANKS.pattern}|(?:{_BRACKETED}|{_ROUND}|{_SIGNS}) ?")
_PAIRED = re.compile(f"[{''.join(ROUND_OR_FILLED)}□]")
_EMPTY = re.compile("[○◯□]")
_CLOSING = ").,;:]"
_GAP = 3
"""This many blanks in a row are a gap; two are a typing habit."""

Moves = tuple[list[int], list[int]]
"""Offsets before and after tidying, in step."""


def _tidied(raw: str, pattern: re.Pattern[str], *, folding: bool, round_boxes: bool) -> tuple[Line, Moves]:
    out: list[str] = []
    length = 0
    before, after = [0], [0]
    boxes: list[Box] = []
    pending = ""
    follows_box = False
    position = 0
    paired = not raw.isascii() and len(_PAIRED.findall(raw)) > 1 and _EMPTY.search(raw) is not None
    for match in pattern.finditer(raw):
        start, end = match.span()
        token = match.group()
        white = token[0] in _WHITE
        if not white:
            token = token.rstrip()
            if (len(token) > 1 or token in ROUND_OR_FILLED) and not _is_box(
                token, paired=paired, round_boxes=round_boxes
            ):
                continue
        if start > position:
            if pending and length:
                out.append(pending)
                length += 1
            before.append(position)
            after.append(length)
            out.append(raw[position:start])
            length += start - position
            pending, follows_box = "", False
        position = end
        if white:
            gap = "\v" in token or (not folding and ("\t" in token or len(token) >= _GAP))
            pending = "\t" if gap and not follows_box else " "
            continue
        if length and out[-1][-1] not in "([ ":
            out.append(" ")
            length += 1
        state, glyph = _SIGN_STATES.get(token) or _bracketed_state(token)
        before.append(start)
        after.append(length)
        boxes.append(Box(length, length + 1, state))
        out.append(glyph)
        length += 1
        follows_box = True
        pending = "" if raw[end : end + 1] in _CLOSING else " "
    if position < len(raw):
        if pending and length:
            out.append(pending)
            length += 1
        before.append(position)
        after.append(length)
        out.append(raw[position:])
    text = "".join(out)
    before.append(len(raw))
    after.append(len(text))
    return Line(text, boxes=boxes), (before, after)


def _is_box(token: str, *, paired: bool, round_boxes: bool) -> bool:
    if token in ROUND_OR_FILLED:
        return paired
    return round_boxes if token[0] == "(" else True


def _bracketed_state(token: str) -> tuple[CheckState | None, str]:
    """The state a pair of brackets shows, and how it is written."""
    state = CheckState.CHECKED if token[1:-1].strip(" _") else CheckState.UNCHECKED
    return state, GLYPH[state]


def _sign_states() -> dict[str, tuple[CheckState | None, str]]:
    """The state a sign shows, None for a cross, which may mean either; and how it is written."""
    states: dict[str, CheckState | None] = dict.fromkeys(CHECKED_SIGNS, CheckState.CHECKED)
    states |= dict.fromkeys(UNCHECKED_SIGNS, CheckState.UNCHECKED) | dict.fromkeys(CROSSES, None)
    states |= ROUND_OR_FILLED | {UNKNOWN: CheckState.UNKNOWN}
    return {sign: (state, CROSSES[0] if state is None else GLYPH[state]) for sign, state in states.items()}


_SIGN_STATES = _sign_states()


def _moved(offset: int, moves: Moves | None) -> int:
    if moves is None:
        return offset
    before, after = moves
    at = bisect_right(before, offset) - 1
    moved = after[at] + offset - before[at]
    return min(moved, after[at + 1]) if at + 1 < len(after) else min(moved, after[-1])


def _add_link(line: Line, start: int, end: int, url: str) -> None:
    seen = line.text[start:end]
    start += len(seen) - len(seen.lstrip())
    end -= len(seen) - len(seen.rstrip())
    if start >= end:
        return
    if line.links:
        last = line.links[-1]
        # Word processors cut one hyperlink into several with the same target.
        if last.url == url and not line.text[last.end : start].strip():
            line.links[-1] = Span(last.start, end, url)
            return
    line.links.append(Span(start, end, url))


def _add_addresses(line: Line) -> None:
    taken = iter([*line.links, Span(len(line.text) + 1, len(line.text) + 1, "")])
    links: list[Span] = []
    current = next(taken)
    for start, end in addresses(line.text):
        while current.end <= start:
            links.append(current)
            current = next(taken)
        if end <= current.start and (url := link_target(line.text[start:end])) is not None:
            links.append(Span(start, end, url))
    line.links = links + ([current, *taken][:-1])

"""From the lines of a PDF to the blocks of a document: paragraphs joined, hyphens and addresses mended, furniture found.

A PDF knows no paragraphs. A line goes on in the next when its type is the same, the lines are as close as lines of a
paragraph are, and the next word would not have fitted on it: that is why the writer broke the line there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from kg.documents.builder import Builder, Draft, is_contents_entry
from kg.documents.characters import BULLETS, superscript
from kg.documents.inline import Inline, Line
from kg.documents.model import BlockKind
from kg.documents.pdf_layout import Element, TableRow, TextLine
from kg.documents.pdf_page import Word


def add_paragraphs(pages: list[list[Element]], sizes: list[tuple[float, float]], builder: Builder) -> None:
    """Adds the blocks that the lines and table rows of all pages (of these widths and heights) make."""
    heights = [height for _, height in sizes]
    lines = [element for page in pages for element in page if isinstance(element, TextLine)]
    _mark_furniture(pages, heights)
    type_ = _Typography.of(lines, max(width for width, _ in sizes))
    _mark_notes(pages, type_)
    _Assembly(type_, builder).build(pages)


# What the document looks like


@dataclass(slots=True)
class _Typography:
    """The habits of the document that tell a continued line from a new one, and a heading from a paragraph."""

    body: float = 10.0
    """The size of running text."""
    leading: float = 1.2
    """The usual distance of lines, in sizes."""
    spaced: bool = False
    """Whether paragraphs are further apart than the lines in them."""
    right: float = 0.0
    """Where lines of running text end at the latest."""
    bold_is_common: bool = False
    heading_sizes: list[float] = field(default_factory=list)
    item_places: list[float] = field(default_factory=list)
    """Where list items begin, from left to right: their levels."""
    words: frozenset[str] = frozenset()
    hyphenated: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lines: list[TextLine], width: float) -> _Typography:
        type_ = cls()
        body = [line for line in lines if not line.furniture]
        type_.body = _body_size(body)
        letters = [(len(word.text), word.bold) for line in body for word in line.words if word.state is None]
        bold, total = (
            sum(length for length, is_bold in letters if is_bold),
            sum(length for length, _ in letters),
        )
        type_.bold_is_common = bold > 0.4 * total
        distances = list(_distances(body))
        type_.leading = _usual_leading(distances)
        further = sum(1 for distance in distances if distance > 1.2 * type_.leading)
        type_.spaced = further > 0.2 * len(distances)
        running = sorted(
            (line.x1 for line in body if len(line.words) > 4 and not line.words[-1].filled), reverse=True
        )
        # A page of short lines only does not show where its margin is; it is not in the middle of the page.
        type_.right = max(running[min(len(running) // 50, 2)] if running else 0.0, _NEAREST_MARGIN * width)
        type_.heading_sizes = sorted(
            {_rounded(line.size) for line in body if type_.is_large(line)}, reverse=True
        )
        type_.item_places = _clusters(line.x0 for line in body if _item_start(line) is not None)
        tokens = {token.casefold().strip(".,;:()") for line in body for token in line.text.split()}
        type_.words = frozenset(token for token in tokens if "-" not in token)
        type_.hyphenated = frozenset(token for token in tokens if "-" in token[1:-1])
        return type_

    def is_large(self, line: TextLine) -> bool:
        """Whether the type of a line is larger than that of running text."""
        return line.size >= _LARGE * self.body and any(character.isalpha() for character in line.text)

    def heading_level(self, line: TextLine) -> int | None:
        """The level of a heading; None for other lines."""
        text = line.text.strip()
        if len(text) > _LONGEST_HEADING or _has_fields(line):
            return None
        if self.is_large(line) and text[-1] not in ".;,":
            return min(self.heading_sizes.index(_rounded(line.size)) + 1, 6)
        if (
            _is_bold(line) is True
            and not self.bold_is_common
            and line.size > 0.95 * self.body
            and text[-1] not in ".:;,?"
            and not text[0].islower()
        ):
            return min(len(self.heading_sizes) + 1, 6)
        return None


def _body_size(lines: Iterable[TextLine]) -> float:
    """The size most of the text is in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        for word in line.words:
            if word.state is None and not word.filled:
                sizes[_rounded(word.size)] += len(word.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _distances(lines: list[TextLine]) -> Iterator[float]:
    """How far lines in one size are apart that follow each other, in sizes."""
    for line, following in pairwise(lines):
        if (
            line.page == following.page
            and abs(line.size - following.size) < 0.05 * line.size
            and line.size > 0
        ):
            distance = (following.baseline - line.baseline) / line.size
            if 0.8 < distance < 4:
                yield distance


def _usual_leading(distances: list[float]) -> float:
    """The closest distance that is not rare: paragraphs, however many, are further apart than the lines inside them."""
    counts = Counter(round(distance * 20) / 20 for distance in distances if distance < 2.5)
    enough = max(2, 0.05 * sum(counts.values()))
    return min((distance for distance, count in counts.items() if count >= enough), default=1.2)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _clusters(places: Iterable[float]) -> list[float]:
    clusters: list[float] = []
    for place in sorted(places):
        if not clusters or place - clusters[-1] > _INDENT:
            clusters.append(place)
    return clusters


# Furniture and notes


def _mark_furniture(pages: list[list[Element]], heights: list[float]) -> None:
    """Marks lines at the head and foot of pages that come back on other pages, and page numbers."""
    margins: list[list[TextLine]] = []
    for page, height in zip(pages, heights, strict=True):
        lines = [element for element in page if isinstance(element, TextLine) and not _has_fields(element)]
        lines.sort(key=lambda line: line.top)
        head = [line for line in lines[:_MOST_MARGIN_LINES] if line.bottom < _MARGIN * height]
        foot = [line for line in lines[-_MOST_MARGIN_LINES:] if line.top > (1 - _MARGIN) * height]
        margins.append(head + [line for line in foot if line not in head])
    seen: dict[str, list[TextLine]] = {}
    for lines in margins:
        for line in lines:
            seen.setdefault(_DIGITS.sub("#", line.text.casefold()), []).append(line)
    for lines in seen.values():
        for line in lines:
            places = [other for other in lines if _is_same_place(line, other, heights)]
            pages_with = {other.page for other in places}
            line.furniture = len(pages_with) >= (2 if len(pages) < 5 else 3) and _is_counting(places)
    body = _body_size(lines for page in pages for lines in page if isinstance(lines, TextLine))
    for line in (line for lines in margins for line in lines):
        height = heights[line.page - 1]
        outermost = line.bottom < _OUTER_MARGIN * height or line.top > (1 - _OUTER_MARGIN) * height
        line.furniture = (
            line.furniture
            or _PAGE_NUMBER.fullmatch(line.text.strip()) is not None
            or (outermost and (line.size < _SMALLER * body or line.text.strip() == str(line.page)))
        )


def _is_same_place(line: TextLine, other: TextLine, heights: list[float]) -> bool:
    """Whether two lines stand at the same height of their pages, measured from the head or from the foot."""
    foot, other_foot = heights[line.page - 1] - line.bottom, heights[other.page - 1] - other.bottom
    return abs(line.top - other.top) < _SAME_PLACE or abs(foot - other_foot) < _SAME_PLACE


def _is_counting(lines: list[TextLine]) -> bool:
    """Whether the numbers in lines that are otherwise equal are page numbers, or stay the same.

    A line that is nothing but a number has to be a page number.
    """
    bare = not any(character.isalpha() for character in lines[0].text)
    numbers = [[int(number) for number in _DIGITS.findall(line.text)] for line in lines]
    for column in zip(*numbers, strict=True):
        counts = len({number - line.page for number, line in zip(column, lines, strict=True)}) == 1
        if max(column) > _HIGHEST_PAGE and len(set(column)) > 1:
            return False
        if not counts and (bare or len(set(column)) > 1):
            return False
    return True


def _mark_notes(pages: list[list[Element]], type_: _Typography) -> None:
    """Marks notes: small type that begins with a number, raised, or at the foot of the page."""
    for page in pages:
        lines = [element for element in page if isinstance(element, TextLine) and not element.furniture]
        at_foot = len(lines)
        while at_foot and lines[at_foot - 1].size <= _SMALL * type_.body:
            at_foot -= 1
        in_note = False
        for at, line in enumerate(lines):
            small = line.size <= _SMALL * type_.body
            starts = _note_number(line) is not None and (
                at >= at_foot or line.words[0].size < 0.82 * line.size
            )
            in_note = small and (starts or in_note)
            line.note = in_note


def _note_number(line: TextLine) -> str | None:
    """The number a note begins with."""
    match = _NOTE_START.match(line.words[0].text)
    if match is None or (len(line.words) == 1 and match.end() == len(line.words[0].text)):
        return None
    return match.group(1)


# Paragraphs


@dataclass(slots=True)
class _Token:
    """A word as it will be written: its text, what separates it from the word before, its page."""

    word: Word
    text: str
    before: str
    page: int


class _Assembly:
    """Goes through the elements and decides where blocks begin."""

    def __init__(self, type_: _Typography, builder: Builder) -> None:
        self._type = type_
        self._builder = builder
        self._open: list[TextLine] = []
        """The lines of the paragraph being read."""
        self._aside: list[list[TextLine]] = []
        """Notes and furniture met meanwhile, which follow the paragraph."""
        self._notes: frozenset[str] = frozenset()
        self._round_boxes = False

    def build(self, pages: list[list[Element]]) -> None:
        lines = [element for page in pages for element in page if isinstance(element, TextLine)]
        self._notes = frozenset(
            number for line in lines if line.note and (number := _note_number(line)) is not None
        )
        self._round_boxes = any("( )" in line.text for line in lines)
        for element in (element for page in pages for element in page):
            if isinstance(element, TableRow):
                self._close()
                self._row(element)
            elif element.furniture:
                self._aside.append([element])
            elif element.note:
                if _note_number(element) is None and self._aside and self._aside[-1][-1].note:
                    self._aside[-1].append(element)
                else:
                    self._aside.append([element])
            elif self._open and self._continues(self._open, element):
                self._open.append(element)
            else:
                self._close()
                self._open = [element]
        self._close()

    def _close(self) -> None:
        if self._open:
            self._builder.drafts += self._drafts(self._open)
            self._open = []
        for lines in self._aside:
            kind = BlockKind.FURNITURE if lines[0].furniture else BlockKind.FOOTNOTE
            self._builder.add(kind, self._line(lines, 0), page=lines[0].page)
        self._aside = []

    def _row(self, row: TableRow) -> None:
        cells = []
        for lines in row.cells:
            drafts: list[Draft] = []
            paragraph: list[TextLine] = []
            for line in lines:
                if paragraph and not self._continues(paragraph, line):
                    drafts += self._drafts(paragraph)
                    paragraph = []
                paragraph.append(line)
            if paragraph:
                drafts += self._drafts(paragraph)
            cells.append(drafts)
        self._builder.add_row(cells)

    def _drafts(self, lines: list[TextLine]) -> list[Draft]:
        """The block of a paragraph (a list, because a line may hold nothing)."""
        part = Builder()
        page = lines[0].page
        level = self._type.heading_level(lines[0]) if len(lines) <= _MOST_HEADING_LINES else None
        item = _item_start(lines[0])
        if level is not None and (item is None or not item[0]):
            part.add(BlockKind.HEADING, self._line(lines, 0), level, page=page)
        elif item is not None:
            bullet, skip = item
            places = self._type.item_places
            depth = sum(1 for place in places if place <= lines[0].x0 + 1) or 1
            part.add(BlockKind.LIST_ITEM, self._line(lines, skip if bullet else 0), depth, page=page)
        else:
            part.add(BlockKind.PARAGRAPH, self._line(lines, 0), page=page)
        return part.drafts

    def _continues(self, paragraph: list[TextLine], line: TextLine) -> bool:
        """Whether a line goes on with a paragraph."""
        last = paragraph[-1]
        right = last.right or self._type.right
        if _stands_alone(last) or _stands_alone(line) or is_contents_entry(last.text):
            return False
        asks = last.text[-1] == "?" and not line.text[0].islower() and _ADDRESS.search(last.text) is None
        if asks and not self._type.spaced:
            # Without space between paragraphs only the sign tells that what follows is the answer.
            return False
        if _item_start(line) is not None and not _is_inside_sentence(paragraph, line):
            return False
        if not _share_a_size(last, line) or {_is_bold(line), _is_bold(last)} == {True, False}:
            return False
        if line.page == last.page:
            distance = (line.baseline - last.baseline) / max(last.size, 1.0)
            if distance > self._type.leading * 1.12 + 0.05:
                return False
            if distance > 0:
                return self._is_aligned(paragraph, line) and self._is_full(paragraph, line, right)
        # The next page, or a step up the page to the next column.
        return _may_go_on(last, line) and self._is_full(paragraph, line, right)

    @staticmethod
    def _is_aligned(paragraph: list[TextLine], line: TextLine) -> bool:
        """Whether a line begins where the lines of the paragraph do."""
        tolerance = 0.6 * line.size
        first = paragraph[0]
        if len(paragraph) > 1:
            return abs(line.x0 - paragraph[-1].x0) <= tolerance
        item = _item_start(first)
        text_start = first.words[item[1]].x0 if item is not None and item[1] < len(first.words) else first.x0
        if first.x0 - tolerance <= line.x0 <= text_start + tolerance:
            return True
        # The first line of a paragraph may be indented.
        return item is None and 0 < first.x0 - line.x0 <= _LONGEST_INDENT * line.size

    @staticmethod
    def _is_full(paragraph: list[TextLine], following: TextLine, right: float) -> bool:
        """Whether the first word of the following line would not have fitted on the last line of a paragraph."""
        line = paragraph[-1]
        word = following.words[0]
        width = word.x1 - word.x0
        for glued in following.words[1:]:
            if not glued.glued:
                break
            width += glued.x1 - glued.x0
        is_short = line.x1 - line.x0 < 0.6 * (right - line.x0)
        if _ADDRESS_START.match(word.text) is not None and is_short and not _leads_on(paragraph):
            # Before an address that is wider than the line, any line looks full.
            return False
        return line.x1 + _BLANK_WIDTH * line.size + width > right - 1.0

    # Writing

    def _line(self, lines: list[TextLine], skip: int) -> Line:
        """The text of a paragraph, without the first `skip` words (its bullet)."""
        inline = Inline(round_boxes=self._round_boxes)
        url: str | None = None
        start = 0
        page = lines[0].page
        for token in self._tokens(lines, skip):
            if token.before and token.word.url != url and url is not None:
                inline.link(start, url)
                url = None
            inline.text(token.before) if token.before != "\t" else inline.gap()
            if token.page != page:
                page = token.page
                inline.mark(page, None)
            if token.word.url != url:
                if url is not None:
                    inline.link(start, url)
                url, start = token.word.url, len(inline)
            if token.word.state is not None:
                inline.box(token.word.state)
            else:
                inline.text(token.text)
        if url is not None:
            inline.link(start, url)
        return inline.line()

    def _tokens(self, lines: list[TextLine], skip: int) -> list[_Token]:
        tokens: list[_Token] = []
        for number, line in enumerate(lines):
            words = line.words[skip:] if number == 0 else line.words
            for at, word in enumerate(words):
                text = self._text_of(word, line, starts=number == 0 and at == 0)
                if not tokens:
                    before = ""
                elif at == 0:
                    before = self._join(tokens, word, line, lines[number - 1])
                elif word.glued:
                    before = ""
                else:
                    before = (
                        "\t" if word.gap > _GAP * line.size else " " if word.gap > _NO_GAP * line.size else ""
                    )
                if text:
                    tokens.append(_Token(word, text, before, line.page))
        return tokens

    def _text_of(self, word: Word, line: TextLine, *, starts: bool) -> str:
        raised = word.size < 0.82 * line.size and word.baseline < line.baseline - 0.12 * line.size
        if not raised or starts:
            return word.text
        return "" if word.text in self._notes else superscript(word.text)

    def _join(self, tokens: list[_Token], word: Word, line: TextLine, previous: TextLine) -> str:
        """What stands between the last word of a line and the first of the next; mends the word if the break cut it."""
        last = tokens[-1]
        whole = last.text
        at = len(tokens) - 1
        while at > 0 and not tokens[at].before:
            at -= 1
            whole = tokens[at].text + whole
        if word.url is not None and word.url == last.word.url and word.url.startswith(whole + word.text):
            return ""
        if _ADDRESS.search(whole) is not None:
            return "" if self._address_goes_on(whole, word, line, previous) else " "
        if len(last.text) > 1 and last.text[-1] == "-" and last.text[-2].isalnum():
            if word.text in _JOINS_PARTS:
                return " "
            if word.text[0].islower() and self._drops_hyphen(last.text[:-1], word.text):
                last.text = last.text[:-1]
            return ""
        return " "

    def _drops_hyphen(self, first: str, second: str) -> bool:
        head, tail = first.casefold().strip("("), second.casefold().strip(".,;:()")
        if head + tail in self._type.words:
            return True
        if f"{head}-{tail}" in self._type.hyphenated:
            return False
        return head.rpartition("-")[2] not in _KEEPS_HYPHEN

    def _address_goes_on(self, address: str, word: Word, line: TextLine, previous: TextLine) -> bool:
        if (
            word.url is not None
            and previous.words[-1].url == word.url
            and _ADDRESS_START.match(word.text) is None
        ):
            return True
        if _ADDRESS_START.match(word.text) is not None or not word.text[0].isascii():
            return False
        if address[-1] in "/-_=&?%#+~" or word.text[0] in "/?&=#%_~":
            return True
        # Broken in the middle: the line is full to the last letter, and what follows looks like part of an address.
        broken = previous.x1 > (previous.right or self._type.right) - 1.2 * previous.size
        part = _ADDRESS_PART.fullmatch(word.text) is not None and any(
            sign in word.text.rstrip(".,;)") for sign in "./-_=?&%0123456789"
        )
        return broken and (part or len(line.words) == 1)


def _may_go_on(last: TextLine, line: TextLine) -> bool:
    """Whether the paragraph at the foot of a page or column can go on at the top of the next."""
    end = last.text[-1]
    if _ADDRESS.search(last.text) is not None:
        return True
    if end == ":":
        return _ADDRESS_START.match(line.text) is not None
    # A sentence that ends with its page is more often the end of its paragraph than not.
    return end not in ".!?" or line.text[0].islower()


def _leads_on(paragraph: list[TextLine]) -> bool:
    """Whether the last line of a paragraph announces the address on the next: "available at", "see:"."""
    text = paragraph[-1].text.rstrip()
    if text[-1] in _ANNOUNCES:
        return True
    word = text.rpartition(" ")[2]
    return text[-1] not in ".?!;" and (
        len(paragraph) > 1 or (word.islower() and len(word) <= _LONGEST_PREPOSITION)
    )


def _is_inside_sentence(paragraph: list[TextLine], line: TextLine) -> bool:
    """Whether the sign of a list item at the head of a line belongs to the sentence that runs over the break."""
    sign = line.words[0].text
    if sign in _DASHES:
        # The dash of a list stands further from its text than a dash between words.
        return line.words[1].gap < 0.5 * line.size
    if _item_start(line) == (True, 1):
        return False
    text = " ".join(part.text for part in paragraph)
    if sign[-1] != ")":
        # "… approximately / 450. The platform …": the line before does not end a sentence.
        end = paragraph[-1].text.rstrip()[-1:]
        return end == "," or end.isalnum()
    # "(i) … (ii) …" in running text: one before it stands inside a line.
    inside = [word.text for part in [*paragraph, line] for word in part.words[1:]]
    if any(word[-1] == ")" and word[0] == "(" == sign[0] and _ORDINAL.fullmatch(word) for word in inside):
        return True
    return sign[0] != "(" and (text.count("(") > text.count(")") or any(map(_ORDINAL.fullmatch, inside)))


def _item_start(line: TextLine) -> tuple[bool, int] | None:
    """Whether a line opens a list item: (it is a bullet, how many words the sign takes), None when it does not."""
    first = line.words[0]
    if first.state is not None or first.filled or len(line.words) < 2:
        return None
    if len(first.text) == 1 and first.text in BULLETS and not line.words[1].glued:
        return True, 1
    if first.text == "o" and line.words[1].gap > 0.6 * line.size:
        return True, 1
    if _ORDINAL.fullmatch(first.text) is not None:
        return False, 1
    return None


def _stands_alone(line: TextLine) -> bool:
    """Whether a line is no part of running text: it holds fields, or things side by side."""
    first = 2 if _item_start(line) is not None else 1
    return _has_fields(line) or any(word.gap > _GAP * line.size for word in line.words[first:])


def _has_fields(line: TextLine) -> bool:
    return any(word.state is not None or word.filled for word in line.words)


def _share_a_size(line: TextLine, other: TextLine) -> bool:
    """Whether two lines are in one size, or each holds words in the size of the other (code inside text)."""
    if abs(line.size - other.size) <= 0.08 * line.size:
        return True
    return any(abs(word.size - other.size) <= 0.05 * other.size for word in line.words) and any(
        abs(word.size - line.size) <= 0.05 * line.size for word in other.words
    )


def _is_bold(line: TextLine) -> bool | None:
    """Whether all of a line is bold; None when it holds no letters to tell by."""
    bold = [word.bold for word in line.words if any(map(str.isalpha, word.text))]
    return all(bold) if bold else None


_LARGE, _SMALL = 1.1, 0.93
_LONGEST_HEADING = 160
_MOST_HEADING_LINES = 4
_SMALLER = 0.9
_MARGIN = 0.13
_OUTER_MARGIN = 0.07
_MOST_MARGIN_LINES = 4
_SAME_PLACE = 6.0
_HIGHEST_PAGE = 1500
_NEAREST_MARGIN = 0.75
_INDENT = 8.0
_LONGEST_INDENT = 4
_BLANK_WIDTH = 0.2
_GAP = 1.6
"""A gap this wide, in heights of the line, holds two things on the line apart."""
_NO_GAP = 0.06
_DASHES = "-–—"
_ANNOUNCES = ",-–—(:&/"
_LONGEST_PREPOSITION = 4
_DIGITS = re.compile(r"[0-9]{1,6}")
_PAGE_NUMBER = re.compile(
    r"(?:page|página|pagina|seite|strana|strona|sida|side|стр\.|p\.|pág\.)\s{0,3}[0-9]{1,4}"
    r"(?:\s{0,3}(?:of|/|de|von|sur|di|z|ze|av|af|из)\s{0,3}[0-9]{1,4})?|[0-9]{1,4}\s{0,3}/\s{0,3}[0-9]{1,4}|[-–]\s?[0-9]{1,4}\s?[-–]",
    re.IGNORECASE,
)
_NOTE_START = re.compile(r"\[?\(?([0-9]{1,3}|\*{1,3}|[ivx]{1,5})[.)\]]{0,2}(?=$|[^\W\d_])")
_ORDINAL = re.compile(r"\(?(?:[0-9]{1,3}|[a-z]|[ivx]{2,5})[.)]")
_ADDRESS_START = re.compile(r"[(<\[]?(?:https?://|ftp://|www\.)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)\S*$", re.IGNORECASE)
_ADDRESS_PART = re.compile(r"[A-Za-z0-9/._~:?#@!$&'()*+,;=%-]+")
_JOINS_PARTS = frozenset(
    {"and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "e", "o", "og", "och", "en", "of", "i"}
)
"""After a hyphen these words mean that the hyphen stands for a part still to come ("small- and medium-sized")."""
_KEEPS_HYPHEN = frozenset({
    "e", "m", "i", "co", "non", "self", "cross", "multi", "inter", "sub", "pre", "post", "re", "anti", "ex", "semi", "well",
    "long", "short", "high", "low", "end", "top", "one", "two", "three", "public", "private", "open", "user", "data", "real",
    "full", "part", "large", "small", "first", "second", "third", "up", "on", "follow", "by", "decision", "policy", "digital",
    "business", "government", "machine", "peer", "free", "face", "state", "value", "risk", "evidence", "mobile", "citizen",
    "people", "sector", "whole", "know", "decreto", "décret",
})  # fmt: skip
"""First parts of compounds that are written with a hyphen when nothing in the document says otherwise."""

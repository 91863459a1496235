"""One page of a PDF as the engine (PDFium) sees it: words with their places, form fields, links, ruled lines.

Everything is given in points with the origin at the top left of the page, turned so that its text is upright, so that
what comes later on the page has the larger y.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from kg.documents.characters import is_right_to_left, symbol
from kg.documents.model import CheckState


@dataclass(slots=True)
class Word:
    """Characters in one style without a blank between them."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    size: float
    bold: bool = False
    url: str | None = None
    glued: bool = False
    """Follows the word before it without a blank."""
    state: CheckState | None = None
    """A form field with a state: a check box or radio button."""
    gap: float = 0.0
    """How far it is from the word before it on its line; known once there are lines."""
    leftward: bool = False
    """Written from right to left."""
    filled: bool = False
    """The value of a form field, which is a line of its own whatever stands below it."""

    @property
    def middle(self) -> float:
        """The height of its centre."""
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Ruling:
    """A drawn line, level or upright."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class PageContent:
    """What a page holds."""

    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    level_rules: list[Ruling] = field(default_factory=list)
    upright_rules: list[Ruling] = field(default_factory=list)
    characters: int = 0
    undecoded: int = 0
    """Characters whose meaning the file does not tell."""
    pictured: float = 0.0
    """The largest share of the page that one picture covers."""
    mirrored: bool = False
    """Most of the page is written from right to left, so it is given as in a mirror: reading goes rightward again."""
    unread: list[str] = field(default_factory=list)
    """Text that stands askew (a watermark, a stamp)."""


def page_content(page: Any, form: Any | None) -> PageContent:
    """Everything on a page (a `pypdfium2.PdfPage`); `form` is the handle of the document's form, if it has one."""
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        place = _Placement(page, _turn_of_text(text_page) if text_page else None)
        content = PageContent(place.width, place.height)
        if text_page:
            _collect_words(text_page, content, place, list(_links(page, place)))
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
    content.words += _annotations(page, form, place)
    _collect_drawings(page, content, place)
    leftward = sum(word.leftward for word in content.words)
    if leftward and 2 * leftward > sum(any(map(str.isalpha, word.text)) for word in content.words):
        _mirror(content)
    return content


def _mirror(content: PageContent) -> None:
    content.mirrored = True
    for word in content.words:
        word.x0, word.x1 = content.width - word.x1, content.width - word.x0
    for rule in [*content.level_rules, *content.upright_rules]:
        rule.x0, rule.x1 = content.width - rule.x1, content.width - rule.x0


class _Placement:
    """Maps PDF coordinates (origin bottom left) to the page turned so that most of its text is upright."""

    def __init__(self, page: Any, turn: int | None) -> None:
        left, bottom, right, top = page.get_cropbox()
        if right - left < 1 or top - bottom < 1:
            left, bottom, right, top = page.get_mediabox()
        self._left, self._bottom, self._right, self._top = left, bottom, right, top
        self.rotation = pdfium.FPDFPage_GetRotation(page) % 4 if turn is None else turn
        width, height = right - left, top - bottom
        self.width, self.height = (height, width) if self.rotation % 2 else (width, height)

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.rotation == 1:
            return y - self._bottom, x - self._left
        if self.rotation == 2:
            return self._right - x, y - self._bottom
        if self.rotation == 3:
            return self._top - y, self._right - x
        return x - self._left, self._top - y

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """The box as (x0, top, x1, bottom)."""
        if self.rotation == 0:
            return left - self._left, self._top - top, right - self._left, self._top - bottom
        ax, ay = self.point(left, bottom)
        bx, by = self.point(right, top)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


# Text


def _turn_of_text(text_page: Any) -> int | None:
    """How many quarters the page has to be turned clockwise for most of its text; None without text."""
    count = pdfium.FPDFText_CountChars(text_page)
    turns = [0, 0, 0, 0]
    for index in range(0, count, max(count // _TURNS_ASKED, 1)):
        if pdfium.FPDFText_GetUnicode(text_page, index) > 32:
            turns[round(_quarters(text_page, index)) % 4] += 1
    return turns.index(max(turns)) if any(turns) else None


def _quarters(text_page: Any, index: int) -> float:
    """The angle of a character, counter-clockwise in quarters of a turn; the engine counts clockwise."""
    return float(-pdfium.FPDFText_GetCharAngle(text_page, index) / (math.pi / 2))


@dataclass(frozen=True, slots=True)
class _Style:
    bold: bool
    font: str
    upright: bool


class _Styles:
    """The style of each text object, looked up once."""

    def __init__(self, text_page: Any, rotation: int) -> None:
        self._text_page = text_page
        self._rotation = rotation
        self._known: dict[int, _Style] = {}
        self._alike: dict[_Style, _Style] = {}
        self._plain = _Style(bold=False, font="", upright=True)

    def at(self, index: int) -> _Style:
        item = pdfium.FPDFText_GetTextObject(self._text_page, index)
        address = ctypes.cast(item, ctypes.c_void_p).value
        if address is None:
            return self._plain
        if address not in self._known:
            font = pdfium.FPDFTextObj_GetFont(item)
            name = (
                _text(lambda buffer, size: pdfium.FPDFFont_GetBaseFontName(font, buffer, size))
                if font
                else ""
            )
            weight = pdfium.FPDFFont_GetWeight(font) if font else 0
            bold = weight >= _BOLD or any(word in name.lower() for word in _BOLD_NAMES)
            quarters = _quarters(self._text_page, index)
            upright = abs(quarters - round(quarters)) < 0.06 and round(quarters) % 4 == self._rotation
            style = _Style(bold, name, upright)
            self._known[address] = self._alike.setdefault(style, style)
        return self._known[address]


def _collect_words(text_page: Any, content: PageContent, place: _Placement, links: list[_LinkArea]) -> None:
    """Reads the characters in the order of the file and cuts them into words at blanks, jumps and changes of style."""
    styles = _Styles(text_page, place.rotation)
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    word: Word | None = None
    style: _Style | None = None
    blank = True
    askew: list[str] = []
    for index in range(pdfium.FPDFText_CountChars(text_page)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code <= 32 or code in _BLANKS:
            if code == _LINE_END_HYPHEN:
                code = ord("-")
            elif code:
                word, blank = None, True
                if askew and askew[-1] != " ":
                    askew.append(" ")
                continue
        found = styles.at(index)
        pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        text = _character(code, found.font, content, text_page, index)
        if not text:
            continue
        content.characters += 1
        if not found.upright:
            askew.append(text)
            word, blank = None, True
            continue
        x0, top, x1, bottom = place.box(box.left, box.bottom, box.right, box.top)
        _, baseline = place.point(x.value, y.value)
        size = bottom - top
        url = _link_at(links, (x0 + x1) / 2, (top + bottom) / 2) if links else None
        leftward = is_right_to_left(text[0])
        if (
            word is not None
            and found is style
            and url == word.url
            and leftward is word.leftward
            and abs(baseline - word.baseline) < 0.12 * word.size
            and abs(size - word.size) < 0.12 * word.size
            and -0.5 * size < (word.x0 - x1 if leftward else x0 - word.x1) < 0.3 * size
        ):
            word.text += text
            word.x0, word.x1 = min(word.x0, x0), max(word.x1, x1)
            continue
        glued = not blank and word is not None and _distance(word, x0, x1) < 0.25 * max(size, word.size)
        if content.words and _is_overprint(content.words[-1], text, x0, baseline):
            continue
        word = Word(text, x0, x1, top, bottom, baseline, size, found.bold, url, glued, leftward=leftward)
        content.words.append(word)
        style, blank = found, False
    if (unread := "".join(askew).strip()) != "":
        content.unread.append(unread)


def _distance(word: Word, x0: float, x1: float) -> float:
    """How far a character is from the word before it, on whichever side it stands."""
    return abs(x0 - word.x1) if x0 >= word.x0 else abs(word.x0 - x1)


def _character(code: int, font: str, content: PageContent, text_page: Any, index: int) -> str:
    if font and (sign := symbol(font, code)):
        return sign
    # Asked for a sample only: each question to the engine costs as much as reading the character.
    if index % _SAMPLED == 0 and (code == 0 or pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1):
        content.undecoded += _SAMPLED
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return ""
    return chr(code)


def _is_overprint(last: Word, text: str, x0: float, baseline: float) -> bool:
    """Bold imitated by printing the same character twice, a hair apart."""
    return (
        last.text == text
        and abs(last.x0 - x0) < 0.1 * last.size
        and abs(last.baseline - baseline) < 0.1 * last.size
    )


# Links and form fields


@dataclass(slots=True)
class _LinkArea:
    x0: float
    top: float
    x1: float
    bottom: float
    url: str


def _links(page: Any, place: _Placement) -> Iterator[_LinkArea]:
    """The areas of the link annotations that lead to an address (ISO 32000-1, 12.6.4.7)."""
    position = ctypes.c_int(0)
    link = pdfium.FPDF_LINK()
    document = page.pdf
    rect = pdfium.FS_RECTF()
    for _ in range(_MOST_ANNOTATIONS):
        if not pdfium.FPDFLink_Enumerate(page, position, link):
            return
        action = pdfium.FPDFLink_GetAction(link)
        if not action:
            continue
        url = _text(lambda buffer, size, of=action: pdfium.FPDFAction_GetURIPath(document, of, buffer, size))
        if not url:
            continue
        quads = pdfium.FS_QUADPOINTSF()
        count = pdfium.FPDFLink_CountQuadPoints(link)
        areas = []
        for number in range(min(count, 100)):
            if pdfium.FPDFLink_GetQuadPoints(link, number, quads):
                xs, ys = (quads.x1, quads.x2, quads.x3, quads.x4), (quads.y1, quads.y2, quads.y3, quads.y4)
                areas.append(place.box(min(xs), min(ys), max(xs), max(ys)))
        if not areas and pdfium.FPDFLink_GetAnnotRect(link, rect):
            areas.append(place.box(rect.left, rect.bottom, rect.right, rect.top))
        for x0, top, x1, bottom in areas:
            yield _LinkArea(x0, top, x1, bottom, url)


def _link_at(links: list[_LinkArea], x: float, y: float) -> str | None:
    for link in links:
        if link.x0 <= x <= link.x1 and link.top <= y <= link.bottom:
            return link.url
    return None


def _annotations(page: Any, form: Any | None, place: _Placement) -> Iterator[Word]:
    """Form fields (ISO 32000-1, 12.7) and typed-in text annotations as words at their place."""
    rect = pdfium.FS_RECTF()
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            hidden = pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN
            if kind not in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT) or hidden:
                continue
            pdfium.FPDFAnnot_GetRect(annotation, rect)
            x0, top, x1, bottom = place.box(rect.left, rect.bottom, rect.right, rect.top)
            if kind == pdfium.FPDF_ANNOT_FREETEXT:
                yield from _filled(_annotation_text(annotation, b"Contents"), x0, top, x1, bottom)
            elif form is not None:
                yield from _field(annotation, form, (x0, top, x1, bottom))
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _field(annotation: Any, form: Any, box: tuple[float, float, float, float]) -> Iterator[Word]:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    x0, top, x1, bottom = box
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        yield Word(" ", x0, x1, top, bottom, bottom, bottom - top, state=_state(annotation, form, kind))
    elif kind in (
        pdfium.FPDF_FORMFIELD_TEXTFIELD,
        pdfium.FPDF_FORMFIELD_COMBOBOX,
        pdfium.FPDF_FORMFIELD_LISTBOX,
    ):
        value = _text(
            lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, _wide(buffer), size),
            encoding="utf-16-le",
        )
        yield from _filled(value, x0, top, x1, bottom)


def _state(annotation: Any, form: Any, kind: int) -> CheckState:
    """What the button shows (its appearance state), unknown when a check box stores something else."""
    shown = _annotation_text(annotation, b"AS")
    if not shown:
        checked = pdfium.FPDFAnnot_IsChecked(form, annotation)
        return CheckState.CHECKED if checked else CheckState.UNCHECKED
    stored = _annotation_text(annotation, b"V") if kind == pdfium.FPDF_FORMFIELD_CHECKBOX else ""
    if stored and (stored == "Off") != (shown == "Off"):
        return CheckState.UNKNOWN
    return CheckState.UNCHECKED if shown == "Off" else CheckState.CHECKED


def _filled(value: str, x0: float, top: float, x1: float, bottom: float) -> Iterator[Word]:
    """The lines of a field's value, one below the other from the top of the field."""
    lines = [line for line in value.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    height = (
        min((bottom - top) / max(len(lines), 1), _FIELD_LINE)
        if len(lines) > 1
        else min(bottom - top, _FIELD_LINE)
    )
    start = top if len(lines) > 1 or bottom - top > 2 * _FIELD_LINE else (top + bottom - height) / 2
    for number, line in enumerate(lines):
        y = start + number * height
        yield Word(line, x0, x1, y, y + height, y + 0.8 * height, height, filled=True)


def _annotation_text(annotation: Any, key: bytes) -> str:
    return _text(
        lambda buffer, size: pdfium.FPDFAnnot_GetStringValue(annotation, key, _wide(buffer), size),
        encoding="utf-16-le",
    )


def _text(read: Any, encoding: str = "utf-8") -> str:
    """The text an engine function writes into a buffer; it is asked for the size first."""
    size = read(None, 0)
    if not 0 < size <= _LONGEST_TEXT:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(buffer, size)
    return buffer.raw[:size].decode(encoding, "replace").rstrip("\0")


def _wide(buffer: Any) -> Any:
    return None if buffer is None else ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))


# Drawings


def _collect_drawings(page: Any, content: PageContent, place: _Placement) -> None:
    """Ruled lines, which make tables; drawn check boxes; and how much of the page pictures cover."""
    area = max(content.width * content.height, 1.0)
    frames: list[_Box] = []
    marks: list[_Box] = []
    for item, kind, box, matrix in _drawings(page, place):
        x0, top, x1, bottom = box
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            content.pictured = max(content.pictured, (x1 - x0) * (bottom - top) / area)
        elif x1 - x0 <= _LARGEST_BOX and bottom - top <= _LARGEST_BOX:
            if not _is_rectangle(item):
                marks.append(box)
            elif _is_stroked(item):
                frames.append(box)
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            segments = pdfium.FPDFPath_CountSegments(item)
            if segments <= _MOST_SEGMENTS_OF_A_SHAPE:
                _add_rulings(content, box, stroked=_is_stroked(item))
            elif segments <= _MOST_SEGMENTS and _is_stroked(item):
                for line in _straight_lines(item, segments, matrix, place):
                    _add_rulings(content, line, stroked=False)
    if frames:
        _add_drawn_boxes(content, frames, marks)


_Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def _drawings(page: Any, place: _Placement) -> Iterator[tuple[Any, int, _Box, _Matrix | None]]:
    """Everything drawn that is not text, with its kind, its place and the matrix of the form object it is in.

    Form objects are where flattened form fields end up.
    """
    sides = [ctypes.c_float() for _ in range(4)]
    pending: list[tuple[Any, _Matrix | None, int]] = [
        (pdfium.FPDFPage_GetObject(page, number), None, 0)
        for number in range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS))
    ]
    seen = 0
    while pending and seen < _MOST_OBJECTS:
        item, matrix, depth = pending.pop()
        seen += 1
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST_FORM:
            inner = pdfium.FS_MATRIX()
            if pdfium.FPDFPageObj_GetMatrix(item, inner):
                combined = (inner.a, inner.b, inner.c, inner.d, inner.e, inner.f)
                combined = combined if matrix is None else _multiplied(combined, matrix)
                count = min(pdfium.FPDFFormObj_CountObjects(item), _MOST_OBJECTS - seen)
                pending += [
                    (pdfium.FPDFFormObj_GetObject(item, number), combined, depth + 1)
                    for number in range(count)
                ]
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH) and pdfium.FPDFPageObj_GetBounds(
            item, *sides
        ):
            left, bottom, right, top = (side.value for side in sides)
            if matrix is not None:
                corners = [_transformed(x, y, matrix) for x in (left, right) for y in (bottom, top)]
                left, right = min(x for x, _ in corners), max(x for x, _ in corners)
                bottom, top = min(y for _, y in corners), max(y for _, y in corners)
            yield item, kind, place.box(left, bottom, right, top), matrix


_Matrix = tuple[float, float, float, float, float, float]


def _multiplied(first: _Matrix, second: _Matrix) -> _Matrix:
    """The transformation that does `first` and then `second` (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _transformed(x: float, y: float, matrix: _Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _add_drawn_boxes(content: PageContent, frames: list[_Box], marks: list[_Box]) -> None:
    """Check boxes that are drawings: small outlined squares beside text, empty or with a mark in them."""
    squares: list[_Box] = []
    for box in frames:
        width, height = box[2] - box[0], box[3] - box[1]
        if (
            min(width, height) >= _SMALLEST_BOX
            and 0.8 < width / height < 1.25
            and not any(_is_inside(box, square) or _is_inside(square, box) for square in squares[-_NEARBY:])
        ):
            squares.append(box)
    if not squares or len(squares) > _MOST_BOXES:
        return
    for square in squares:
        x0, top, x1, bottom = square
        inside = [
            word
            for word in content.words
            if _is_inside((word.x0, word.top + 2, word.x1, word.bottom - 2), square)
        ]
        if any(word.state is not None or len(word.text) > 1 for word in inside):
            continue
        beside = any(
            word.top < bottom and top < word.bottom and (0 <= word.x0 - x1 < 30 or 0 <= x0 - word.x1 < 30)
            for word in content.words
        )
        if not beside:
            continue
        drawn = any(_is_inside(mark, square) for mark in marks)
        content.words = [word for word in content.words if word not in inside]
        state = CheckState.CHECKED if inside or drawn else CheckState.UNCHECKED
        content.words.append(Word(" ", x0, x1, top, bottom, bottom, bottom - top, state=state))


def _is_inside(box: _Box, other: _Box) -> bool:
    """Whether the centre of a box lies in the other, and most of the box with it."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return (
        other[0] <= x <= other[2]
        and other[1] <= y <= other[3]
        and box[2] - box[0] <= other[2] - other[0] + 2
        and box[3] - box[1] <= other[3] - other[1] + 4
    )


def _straight_lines(item: Any, count: int, outer: _Matrix | None, place: _Placement) -> Iterator[_Box]:
    """The level and upright lines of a path that draws a whole grid at once."""
    own = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, own):
        return
    matrix = (own.a, own.b, own.c, own.d, own.e, own.f)
    matrix = matrix if outer is None else _multiplied(matrix, outer)
    x, y = ctypes.c_float(), ctypes.c_float()
    before: tuple[float, float] | None = None
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, number)
        if not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            return
        point = place.point(*_transformed(x.value, y.value, matrix))
        if before is not None and pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO:
            xs, ys = sorted((before[0], point[0])), sorted((before[1], point[1]))
            yield xs[0], ys[0], xs[1], ys[1]
        before = point


def _is_rectangle(item: Any) -> bool:
    """Whether a path is an upright rectangle: all its points on two heights and two widths."""
    count = pdfium.FPDFPath_CountSegments(item)
    if not 4 <= count <= 8:
        return False
    x, y = ctypes.c_float(), ctypes.c_float()
    points = set()
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, number)
        if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            points.add((round(x.value, 1), round(y.value, 1)))
    return len(points) == 4 and len({x for x, _ in points}) == 2 and len({y for _, y in points}) == 2


def _add_rulings(content: PageContent, box: _Box, *, stroked: bool) -> None:
    x0, top, x1, bottom = box
    width, height = x1 - x0, bottom - top
    if height <= _THIN and width >= _SHORTEST_RULE:
        content.level_rules.append(Ruling(x0, (top + bottom) / 2, x1, (top + bottom) / 2))
    elif width <= _THIN and height >= _SHORTEST_RULE:
        content.upright_rules.append(Ruling((x0 + x1) / 2, top, (x0 + x1) / 2, bottom))
    elif stroked and width >= _SMALLEST_FRAME and height >= _SHORTEST_RULE:
        content.level_rules += [Ruling(x0, top, x1, top), Ruling(x0, bottom, x1, bottom)]
        content.upright_rules += [Ruling(x0, top, x0, bottom), Ruling(x1, top, x1, bottom)]


def _is_stroked(item: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(pdfium.FPDFPath_GetDrawMode(item, fill, stroke)) and bool(stroke.value)


_LINE_END_HYPHEN = 2
"""PDFium's sign for a hyphen at the end of a line."""
_BLANKS = frozenset({0xA0, 0x2002, 0x2003, 0x2004, 0x2005, 0x2009, 0x200A, 0x202F, 0x3000, 0xFFFE, 0xFFFF})
_BOLD = 600
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")
_SAMPLED = 8
_TURNS_ASKED = 64
_HIDDEN = 2
_FIELD_LINE = 14.0
_LONGEST_TEXT = 4_000_000
_MOST_ANNOTATIONS = 5000
_MOST_OBJECTS = 20_000
_MOST_SEGMENTS_OF_A_SHAPE = 8
_MOST_SEGMENTS = 4000
_DEEPEST_FORM = 3
_SMALLEST_BOX, _LARGEST_BOX = 6.0, 20.0
_MOST_BOXES = 500
_NEARBY = 20
"""Frames of one box are drawn one right after the other."""
_THIN = 2.5
_SHORTEST_RULE = 8.0
_SMALLEST_FRAME = 24.0
"""Smaller frames are drawn check boxes or bullets, not cells."""

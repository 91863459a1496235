"""From words on a page to lines in reading order: columns, tables, and what stands side by side.

The order in which a PDF draws its text says little about how it is read, so only places count here.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from kg.documents.pdf_page import PageContent, Ruling, Word


@dataclass(slots=True)
class TextLine:
    """Words on one line, from left to right."""

    words: list[Word]
    page: int
    right: float
    """Where the lines of its column or cell end at the latest; 0 on a page of one column, where the document tells."""
    furniture: bool = False
    note: bool = False

    x0: float = 0.0
    x1: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    """The size most of the line is in."""
    baseline: float = 0.0
    text: str = ""
    """The words joined, to compare lines by."""

    def __post_init__(self) -> None:
        self.x0 = self.words[0].x0
        self.x1 = max(word.x1 for word in self.words)
        self.top = min(word.top for word in self.words)
        self.bottom = max(word.bottom for word in self.words)
        sizes: dict[float, int] = {}
        for word in self.words:
            size = round(word.size * 4) / 4
            sizes[size] = sizes.get(size, 0) + (len(word.text) if word.state is None else 0)
        commonest = max(sizes, key=lambda size: sizes[size])
        main = next(word for word in self.words if round(word.size * 4) / 4 == commonest)
        self.size, self.baseline = main.size, main.baseline
        self.text = "".join(word.text if word.glued else f" {word.text}" for word in self.words)[1:]


@dataclass(slots=True)
class TableRow:
    """The cells of a row of a ruled table, each with its lines."""

    cells: list[list[TextLine]]
    page: int
    top: float
    bottom: float


Element = TextLine | TableRow


def arranged(content: PageContent, page: int) -> list[Element]:
    """The lines and table rows of a page in reading order."""
    tables = _tables(content)
    free = [word for word in content.words if not any(table.take(word) for table in tables)]
    elements: list[Element] = []
    rows = [row for table in tables for row in table.rows(page)]
    for words, right in _columns(free, content):
        elements += _lines(words, page, right)
    elements = _merged(elements, rows)
    if content.mirrored:
        for element in elements:
            for line in (
                [element]
                if isinstance(element, TextLine)
                else [line for cell in element.cells for line in cell]
            ):
                line.words = _with_rightward_runs(line.words)
    return elements


def _with_rightward_runs(words: list[Word]) -> list[Word]:
    """The words of a line of a mirrored page, with Latin words and numbers between the others in their own order."""
    ordered: list[Word] = []
    run: list[Word] = []
    for word in [*words, None]:
        if word is not None and not (word.leftward or word.filled or word.state is not None):
            run.append(word)
            continue
        gaps = [part.gap for part in run]
        for part, gap in zip(reversed(run), [*gaps[:1], *reversed(gaps[1:])], strict=True):
            part.gap = gap
            ordered.append(part)
        run = []
        if word is not None:
            ordered.append(word)
    return ordered


def _merged(lines: list[Element], rows: list[TableRow]) -> list[Element]:
    """Puts table rows among the lines by height; the order of lines, which may stand in columns, is kept."""
    elements = list(lines)
    for row in sorted(rows, key=lambda row: -row.top):
        below = (number for number, element in enumerate(elements) if element.top >= row.top - 1)
        elements.insert(next(below, len(elements)), row)
    return elements


# Lines


def _lines(words: list[Word], page: int, right: float = 0.0) -> list[TextLine]:
    """Words on the same height as lines, from top to bottom."""
    rows: list[list[Word]] = []
    bounds: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda word: (word.middle, word.x0)):
        if rows:
            top, bottom = bounds[-1]
            common = min(bottom, word.bottom) - max(top, word.top)
            if common > 0.5 * min(bottom - top, word.bottom - word.top):
                rows[-1].append(word)
                if word.state is None and word.bottom - word.top > bottom - top:
                    bounds[-1] = (word.top, word.bottom)
                continue
        rows.append([word])
        bounds.append((word.top, word.bottom))
    for row in rows:
        row.sort(key=lambda word: word.x0)
        for before, word in pairwise(row):
            word.gap = word.x0 - before.x1
    return [TextLine(row, page, right) for row in rows]


# Columns


def _columns(words: list[Word], content: PageContent) -> list[tuple[list[Word], float]]:
    """The words of each column of running text with its right edge; most pages have one column, whose edge is 0.

    A page has two columns when a gutter divides it that hardly any line crosses, with many lines of running text on
    both sides. A form with labels left and answers right has no running text on both sides, so it is read across.
    """
    lines = _fragments(words)
    if len(lines) < 2 * _FEWEST_COLUMN_LINES:
        return [(words, 0.0)]
    for gutter in _gutters(lines, content.width):
        left = [line for line in lines if line[-1].x1 <= gutter]
        right = [line for line in lines if line[0].x0 >= gutter]
        across = [line for line in lines if line[0].x0 < gutter < line[-1].x1]
        if _is_running_text(left) and _is_running_text(right) and len(across) <= 0.2 * len(lines):
            return _split_at(left, right, across)
    return [(words, 0.0)]


def _fragments(words: list[Word]) -> list[list[Word]]:
    """Runs of words on a line without a gap as wide as a gutter."""
    fragments: list[list[Word]] = []
    for line in _lines(words, 0):
        fragments.append([line.words[0]])
        for word in line.words[1:]:
            if word.x0 - fragments[-1][-1].x1 > _GUTTER * word.size:
                fragments.append([])
            fragments[-1].append(word)
    return fragments


def _gutters(lines: list[list[Word]], width: float) -> list[float]:
    """Places where many fragments begin, in the middle half of the page, the commonest first."""
    starts: dict[int, int] = {}
    for line in lines:
        if 0.3 * width < line[0].x0 < 0.7 * width:
            key = round(line[0].x0 / 4)
            starts[key] = starts.get(key, 0) + 1
    common = sorted(starts, key=lambda key: -starts[key])[:3]
    return [key * 4 - 3.0 for key in common if starts[key] >= _FEWEST_COLUMN_LINES]


def _is_running_text(lines: list[list[Word]]) -> bool:
    if len(lines) < _FEWEST_COLUMN_LINES:
        return False
    width = max(line[-1].x1 for line in lines) - min(line[0].x0 for line in lines)
    full = sum(1 for line in lines if line[-1].x1 - line[0].x0 > 0.7 * width and len(line) > 3)
    return full >= 0.4 * len(lines)


def _split_at(
    left: list[list[Word]], right: list[list[Word]], across: list[list[Word]]
) -> list[tuple[list[Word], float]]:
    """The columns, between the lines that cross the gutter: those cut the page into bands read one after the other."""
    cuts = sorted(line[0].top for line in across)
    sides = (
        (across, 0.0),
        (left, max(line[-1].x1 for line in left)),
        (right, max(line[-1].x1 for line in right)),
    )
    bands: list[list[tuple[list[Word], float]]] = [[] for _ in range(len(cuts) + 1)]
    for lines, edge in sides:
        columns: list[list[Word]] = [[] for _ in bands]
        for line in lines:
            columns[bisect_right(cuts, line[0].top + 1)] += line
        for band, column in zip(bands, columns, strict=True):
            if column:
                band.append((column, edge))
    return [column for band in bands for column in band]


# Tables


@dataclass(slots=True)
class _Table:
    """A grid of ruled lines. Cells that no rule parts are one."""

    xs: list[float]
    ys: list[float]
    level: list[Ruling]
    upright: list[Ruling]
    cells: dict[tuple[int, int], list[Word]] = field(default_factory=dict)

    def take(self, word: Word) -> bool:
        """Puts a word into the cell its centre lies in; false when it lies outside."""
        x, y = (word.x0 + min(word.x1, word.x0 + 4)) / 2, word.middle
        if not (self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]):
            return False
        column = min(bisect_right(self.xs, x) - 1, len(self.xs) - 2)
        row = min(bisect_right(self.ys, y) - 1, len(self.ys) - 2)
        while column > 0 and not self._parted(self.upright, self.xs[column], self.ys[row], self.ys[row + 1]):
            column -= 1
        while row > 0 and not self._ruled(row, column):
            row -= 1
        self.cells.setdefault((row, column), []).append(word)
        return True

    def rows(self, page: int) -> list[TableRow]:
        """The rows that hold something. A row is as wide as the rules make it."""
        rows = []
        for row in range(len(self.ys) - 1):
            columns = [
                column
                for column in range(len(self.xs) - 1)
                if column == 0 or self._parted(self.upright, self.xs[column], self.ys[row], self.ys[row + 1])
            ]
            cells = [_lines(self.cells.get((row, column), []), page) for column in columns]
            for column, cell in zip(columns, cells, strict=True):
                later = [other for other in columns if other > column]
                right = self.xs[later[0]] if later else self.xs[-1]
                for line in cell:
                    widest = max(other.x1 for other in cell)
                    line.right = min(widest, right) if len(cell) > 2 else right - _CELL_PADDING
            if any(cells):
                rows.append(TableRow(cells, page, self.ys[row], self.ys[row + 1]))
        return rows

    def _ruled(self, row: int, column: int) -> bool:
        """Whether a rule runs above a cell."""
        middle = (self.xs[column] + self.xs[column + 1]) / 2
        y = self.ys[row]
        return any(abs(rule.y0 - y) <= _TOLERANCE and rule.x0 <= middle <= rule.x1 for rule in self.level)

    @staticmethod
    def _parted(rules: list[Ruling], x: float, top: float, bottom: float) -> bool:
        middle = (top + bottom) / 2
        return any(abs(rule.x0 - x) <= _TOLERANCE and rule.y0 <= middle <= rule.y1 for rule in rules)


def _tables(content: PageContent) -> list[_Table]:
    """The grids on a page with at least two columns; a frame around text is none."""
    level = _joined(content.level_rules, level=True)
    upright = _joined(content.upright_rules, level=False)
    if not level or len(upright) < 3 or len(level) * len(upright) > _MOST_CROSSINGS:
        return []
    tables = []
    for level_rules, upright_rules in _crossing(level, upright):
        xs = _distinct([rule.x0 for rule in upright_rules])
        ys = _distinct([rule.y0 for rule in level_rules])
        if len(xs) >= 3 and len(ys) >= 2:
            tables.append(_Table(xs, ys, level_rules, upright_rules))
    return tables


def _joined(rules: list[Ruling], *, level: bool) -> list[Ruling]:
    """Rules that lie on one line and touch, as one: writers draw the border of each cell by itself."""
    joined: list[Ruling] = []
    for rule in sorted(
        rules, key=lambda rule: (round(rule.y0 / 2), rule.x0) if level else (round(rule.x0 / 2), rule.y0)
    ):
        if joined:
            last = joined[-1]
            if level and abs(last.y0 - rule.y0) <= _TOLERANCE and rule.x0 <= last.x1 + _TOLERANCE:
                last.x1 = max(last.x1, rule.x1)
                continue
            if not level and abs(last.x0 - rule.x0) <= _TOLERANCE and rule.y0 <= last.y1 + _TOLERANCE:
                last.y1 = max(last.y1, rule.y1)
                continue
        joined.append(Ruling(rule.x0, rule.y0, rule.x1, rule.y1))
    return joined


def _crossing(level: list[Ruling], upright: list[Ruling]) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Groups of rules that hang together by touching or crossing."""
    parent = list(range(len(level) + len(upright)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for at, across in enumerate(level):
        for other, down in enumerate(upright, start=len(level)):
            if (
                across.x0 - _TOLERANCE <= down.x0 <= across.x1 + _TOLERANCE
                and down.y0 - _TOLERANCE <= across.y0 <= down.y1 + _TOLERANCE
            ):
                parent[root(at)] = root(other)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for number, rule in enumerate([*level, *upright]):
        groups.setdefault(root(number), ([], []))[number >= len(level)].append(rule)
    return [group for group in groups.values() if group[0] and group[1]]


def _distinct(values: list[float]) -> list[float]:
    distinct: list[float] = []
    for value in sorted(values):
        if not distinct or value - distinct[-1] > 2 * _TOLERANCE:
            distinct.append(value)
    return distinct


_FEWEST_COLUMN_LINES = 8
_GUTTER = 0.9
"""The narrowest gutter, in heights of a line."""
_TOLERANCE = 2.0
_CELL_PADDING = 4.0
_MOST_CROSSINGS = 400_000

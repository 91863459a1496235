"""What a file becomes once it is read: one `Document`, whatever the format was.

Every reader of this package returns this model and nothing else, so that the question parser, the extractors and the
review page need to know one thing only. Offsets are character offsets into `Document.text`, everywhere.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class BlockKind(StrEnum):
    """What a block is for the reader of the page, not how the format happened to store it."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    """One row of a table; its cells are separated by tabs."""
    TABLE_CELL = "table_cell"
    """A paragraph of a cell too rich for one line (several paragraphs or a list in one cell of the row)."""
    FOOTNOTE = "footnote"
    FURNITURE = "furniture"
    """Not part of what the author says: page headers and footers, page numbers, tables of contents."""


class CheckState(StrEnum):
    """The state of a box as the document shows it; `unknown` when the file contradicts itself or does not say."""

    CHECKED = "checked"
    UNCHECKED = "unchecked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a block is: page (paged formats) and line (text formats) count from 1; start and end are offsets."""

    page: int | None
    line: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Link:
    """A hyperlink or a web address written out. `text` is what is seen between `start` and `end`."""

    text: str
    url: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Checkbox:
    """A box between `start` and `end`, whose label (on whichever side it stands) is from `label_start` to `label_end`.

    A box without a label of its own (alone in a table cell) has an empty label.
    """

    state: CheckState
    start: int
    end: int
    label_start: int
    label_end: int


@dataclass(frozen=True, slots=True)
class Block:
    """One visible line of thought: a heading, a paragraph, a list item, a table row. Its text has no line break.

    `level` is the depth of a heading (1–6) or of a list item (from 1). A paragraph that continues a list item has the
    level of that item; any other block has level 0. A tab in `text` is a gap the author left on the line (between the
    cells of a row, between options side by side).
    """

    kind: BlockKind
    text: str
    level: int
    links: tuple[Link, ...]
    checkboxes: tuple[Checkbox, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Anchor:
    """From this offset on, *inside* a block, the page or line is another: the block runs over a line or page break."""

    start: int
    page: int | None
    line: int | None


class Location(NamedTuple):
    """The answer of `Document.locate`."""

    page: int | None
    line: int | None
    block: Block


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read.

    `name` is the file's name without its folder, `language` what the file declares about itself (BCP 47), `sha256` the
    digest of its bytes, `warnings` what a person should know about the reading (sentences).
    """

    name: str
    media_type: str
    language: str | None
    blocks: tuple[Block, ...]
    sha256: str
    warnings: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = field(default=(), repr=False)
    text: str = field(init=False, repr=False, compare=False)
    """The text of all blocks joined by line breaks; what offsets count in."""
    _starts: list[int] = field(init=False, repr=False, compare=False)
    _anchor_starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "\n".join([block.text for block in self.blocks]))
        object.__setattr__(self, "_starts", [block.position.start for block in self.blocks])
        object.__setattr__(self, "_anchor_starts", [anchor.start for anchor in self.anchors])

    @property
    def body(self) -> tuple[Block, ...]:
        """The blocks without the furniture: what the author says."""
        return tuple(block for block in self.blocks if block.kind is not BlockKind.FURNITURE)

    def locate(self, offset: int) -> Location:
        """The page, line and block at an offset of `text`; the break after a block belongs to that block.

        Raises IndexError when the offset is outside the text.
        """
        if not self.blocks or not 0 <= offset <= len(self.text):
            raise IndexError(f"offset {offset} is outside the text of {self.name} (0 to {len(self.text)})")
        block = self.blocks[bisect_right(self._starts, offset) - 1]
        page, line = block.position.page, block.position.line
        last = bisect_right(self._anchor_starts, offset) - 1
        if last >= 0 and self.anchors[last].start >= block.position.start:
            page, line = self.anchors[last].page, self.anchors[last].line
        return Location(page, line, block)

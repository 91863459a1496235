"""HTML pages: headings, paragraphs, lists, tables and links; navigation and page furniture set apart."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from kg.documents.builder import SUBTITLE_LEVEL, Builder
from kg.documents.characters import superscript
from kg.documents.encoding import decode
from kg.documents.inline import Inline
from kg.documents.limits import Deadline, UnreadableDocument
from kg.documents.model import BlockKind, CheckState
from kg.documents.numbering import ordinal

_Element = Any
"""lxml publishes no types."""


def read_html(data: bytes, name: str, builder: Builder, deadline: Deadline) -> None:
    """Adds the blocks of a page. Nothing is fetched: images, styles and scripts are not looked at.

    Raises UnreadableDocument when there is no element to read, when elements are nested beyond reason, or when the
    deadline passes.
    """
    parser = etree.HTMLParser(
        encoding="utf-8",
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
        recover=True,
    )
    try:
        root = etree.fromstring(_decoded(data, name, builder).encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        root = None
    if any("depth" in entry.message for entry in parser.error_log):
        raise _too_deep(name)
    if root is None:
        raise UnreadableDocument(
            "the page holds no element that could be read",
            where=name,
            hint="Open it in a browser and save it again.",
        )
    builder.language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or None
    try:
        _Walker(builder, deadline, _notes(root), round_boxes=b"( )" in data).page(root)
    except RecursionError:
        raise _too_deep(name) from None


def _too_deep(name: str) -> UnreadableDocument:
    return UnreadableDocument(
        "elements are nested too deeply", where=name, hint="Save the text of the page in another format."
    )


def _decoded(data: bytes, name: str, builder: Builder) -> str:
    declared = _CHARSET.search(data, 0, 4096)
    if declared is not None and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            builder.warn("The encoding the page declares is not the one it is in.")
    text, warning = decode(data, name)
    if warning is not None:
        builder.warn(warning)
    return text


def _notes(root: _Element) -> frozenset[str]:
    """The identifiers that raised references lead to: those of the footnotes."""
    return frozenset(href[1:] for href in root.xpath("//sup//a/@href") if href[:1] == "#")


class _Walker:
    """Goes through the elements in document order and adds a block whenever one ends."""

    def __init__(
        self, builder: Builder, deadline: Deadline, notes: frozenset[str], *, round_boxes: bool
    ) -> None:
        self._builder = builder
        self._deadline = deadline
        self._notes = notes
        self._round_boxes = round_boxes
        self._seen = 0
        self._lists: list[tuple[str, int]] = []
        """Style of numbers ("" for bullets) and next number of the open lists."""
        self._links: list[tuple[int, str]] = []
        """Where in the line, and to what, the open links lead."""
        self._furniture = 0
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._line: int | None = None
        self._inline = self._new_line()
        self._bare = 0
        """The length of the line when all it holds is the number of a list item."""

    def page(self, root: _Element) -> None:
        """Reads the whole page."""
        self._inside(root)
        self._end_block()

    def _new_line(self) -> Inline:
        return Inline(folding=True, round_boxes=self._round_boxes)

    def _inside(self, element: _Element) -> None:
        self._text(element.text)
        for child in element:
            self._element(child)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        # The white space between elements is most of a page's text; it says nothing at the start of a line.
        if text and not (len(self._inline) == self._bare and text.isspace()):
            self._inline.text(text)

    def _element(self, element: _Element) -> None:
        self._seen += 1
        if self._seen % _ELEMENTS_BETWEEN_CHECKS == 0:
            self._deadline.check()
        tag = element.tag
        if tag == "img" and (element.tail or "")[:1].isupper():
            # A picture in a paragraph parts what stands before it from the sentence that begins behind it.
            self._end_block()
        if not isinstance(tag, str) or tag in _WITHOUT_TEXT or _is_hidden(element):
            return
        if tag == "a":
            self._link(element)
        elif tag == "sup":
            if not any(href[:1] == "#" for href in element.xpath(".//a/@href")):
                self._inline.text(superscript("".join(element.itertext())))
        elif tag == "br":
            self._end_line()
        elif tag == "pre":
            self._verbatim(element)
        elif tag in ("input", "textarea", "select"):
            self._field(element)
        elif tag in _BLOCKS:
            self._block(element)
        else:
            self._inside(element)

    def _link(self, element: _Element) -> None:
        target = element.get("href") or ""
        if target[:1] == "#" and "".join(element.itertext()).strip() in _BACK:
            return
        self._links.append((len(self._inline), target))
        self._inside(element)
        start, target = self._links.pop()
        if target:
            self._inline.link(start, target)

    def _field(self, element: _Element) -> None:
        """What a form field holds."""
        if element.tag == "textarea":
            self._inline.text("".join(element.itertext()))
        elif element.tag == "select":
            for option in element.iter("option"):
                if option.get("selected") is not None:
                    self._inline.text("".join(option.itertext()))
        elif element.get("type", "text").lower() in ("checkbox", "radio"):
            checked = element.get("checked") is not None
            self._inline.box(CheckState.CHECKED if checked else CheckState.UNCHECKED)
        elif element.get("type", "text").lower() in _FIELDS_WITH_TEXT:
            self._inline.text(element.get("value") or "")

    def _block(self, element: _Element) -> None:
        self._end_block()
        tag = element.tag
        furniture = _is_furniture(element)
        self._furniture += furniture
        self._line = element.sourceline
        if tag == "table":
            self._table(element)
        elif tag in ("ul", "ol"):
            self._lists.append(
                (element.get("type", "1") if tag == "ol" else "", _integer(element.get("start"), 1))
            )
            self._inside(element)
            self._end_block()
            self._lists.pop()
        elif (kind := self._own_kind(element)) is not None:
            before = self._kind, self._level
            self._kind, self._level = kind
            if tag == "li" and self._lists:
                self._number(element, "." if kind[0] is BlockKind.LIST_ITEM else "")
            self._inside(element)
            self._end_block()
            self._kind, self._level = before
            self._inline, self._bare = self._new_line(), 0
        else:
            # A paragraph inside an item: the first is the item, those after it continue it (see _end_line).
            self._inside(element)
            self._end_block()
        self._furniture -= furniture

    def _own_kind(self, element: _Element) -> tuple[BlockKind, int] | None:
        """The kind and level of an element that has one of its own; other blocks are what they stand in."""
        tag = element.tag
        if (identifier := element.get("id")) is not None and identifier in self._notes:
            return BlockKind.FOOTNOTE, 0
        if tag in _HEADINGS:
            return BlockKind.HEADING, int(tag[1])
        if tag == "li":
            return BlockKind.LIST_ITEM, max(len(self._lists), 1)
        styles = (element.get("class") or "").lower().split()
        if "subtitle" in styles:
            return BlockKind.HEADING, SUBTITLE_LEVEL
        if "title" in styles and tag == "p":
            return BlockKind.HEADING, 1
        return None

    def _number(self, element: _Element, sign: str) -> None:
        style, number = self._lists[-1]
        if style:
            number = _integer(element.get("value"), number)
            self._lists[-1] = style, number + 1
            self._inline.text(f"{ordinal(number, _STYLES.get(style, 'decimal'))}{sign} ")
            self._bare = len(self._inline)

    def _end_line(self) -> None:
        """Ends a line within a block: a block of its own, as a paragraph that continues the same item."""
        open_links = self._links
        for start, target in open_links:
            if target:
                self._inline.link(start, target)
        line = self._inline.line()
        if line.text:
            kind = BlockKind.FURNITURE if self._furniture else self._kind
            self._builder.add(kind, line, self._level, number=self._line)
            if self._kind in (BlockKind.LIST_ITEM, BlockKind.HEADING):
                self._level = self._level if self._kind is BlockKind.LIST_ITEM else 0
                self._kind = BlockKind.PARAGRAPH
        self._inline, self._bare = self._new_line(), 0
        self._links = [(0, target) for _, target in open_links]

    def _end_block(self) -> None:
        if len(self._inline) > self._bare:
            self._end_line()

    def _verbatim(self, element: _Element) -> None:
        self._end_block()
        for line in "".join(element.itertext()).splitlines():
            self._inline.text(line)
            self._end_block()

    def _table(self, table: _Element) -> None:
        for part in table:
            if part.tag == "caption":
                self._inside(part)
                self._end_block()
        outer, outer_line = self._builder, self._inline
        for row in _rows(table):
            cells = []
            for cell in row:
                if cell.tag in ("td", "th"):
                    self._builder, self._inline = Builder(), self._new_line()
                    lists, self._lists = self._lists, []
                    self._line = cell.sourceline
                    self._inside(cell)
                    self._end_block()
                    self._kind, self._level = BlockKind.PARAGRAPH, 0
                    self._lists = lists
                    cells.append(self._builder.drafts)
            outer.add_row(cells)
        self._builder, self._inline = outer, outer_line


def _rows(table: _Element) -> list[_Element]:
    rows = []
    for part in table:
        if part.tag == "tr":
            rows.append(part)
        elif part.tag in ("tbody", "thead", "tfoot"):
            rows += [row for row in part if row.tag == "tr"]
    return rows


def _is_hidden(element: _Element) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _NOT_SHOWN.search(element.get("style") or "") is not None
    )


def _is_furniture(element: _Element) -> bool:
    if element.tag == "nav" or element.get("role") in _FURNITURE_ROLES:
        return True
    # The header of an article is its title; the header of the page is not.
    return element.tag in ("header", "footer") and not any(
        ancestor.tag in ("article", "main", "section") for ancestor in element.iterancestors()
    )


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and _INTEGER.fullmatch(text) is not None else otherwise


_ELEMENTS_BETWEEN_CHECKS = 1000
_CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "header", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
}  # fmt: skip
_WITHOUT_TEXT = frozenset({
    "head", "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video",
    "button", "img", "map", "datalist",
})  # fmt: skip
_FURNITURE_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar"})
_FIELDS_WITH_TEXT = frozenset({"text", "url", "email", "tel", "number", "date", "search", ""})
_BACK = frozenset("↑↩↵⏎^⤴")
_NOT_SHOWN = re.compile(r"display\s{0,3}:\s{0,3}none", re.IGNORECASE)
_INTEGER = re.compile(r"-?[0-9]{1,6}")
_STYLES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}

"""Word documents (DOCX, ECMA-376): what the page shows, read from the XML itself.

The usual libraries have no notion of check boxes, computed list numbers, text boxes or tracked changes, all of which
filled-in forms are made of; so the elements are walked here. Deleted text is dropped, inserted text kept, hidden text
and the placeholders of empty fields left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.documents.builder import SUBTITLE_LEVEL, Builder
from kg.documents.characters import CHECKED_SIGNS, UNCHECKED_SIGNS, superscript, symbol
from kg.documents.docx_package import Package, Relationship, XmlElement
from kg.documents.inline import Inline
from kg.documents.limits import Deadline, Limits, UnreadableDocument
from kg.documents.model import BlockKind, CheckState
from kg.documents.numbering import Numbering, ordinal


def read_docx(data: bytes, name: str, builder: Builder, limits: Limits, deadline: Deadline) -> None:
    """Adds the blocks of a Word document.

    Raises UnreadableDocument for archives that are no Word document, damaged, protected, or built to harm.
    """
    package = Package(data, name, limits, deadline)
    try:
        _Reader(package, builder, deadline).read()
    except RecursionError:
        raise UnreadableDocument(
            "elements are nested too deeply", where=name, hint="Save the text in another format."
        ) from None


@dataclass(frozen=True, slots=True)
class _Style:
    """What matters of a paragraph style, inherited properties included."""

    heading: int = 0
    contents: bool = False
    list_id: str | None = None
    list_level: int = 0


@dataclass(slots=True)
class _Field:
    """A complex field (17.16.18) that has begun: its instruction, and where in the line its result began."""

    instruction: str = ""
    result: bool = False
    start: int = 0


@dataclass(slots=True)
class _Story:
    """Where the walk is: what belongs to the part being read and to the paragraph at hand."""

    relationships: dict[str, Relationship]
    fields: list[_Field] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    """References (footnote or endnote, identifier) whose text is still to follow."""
    boxed: list[XmlElement] = field(default_factory=list)
    """Text boxes anchored in the paragraph."""
    depth: int = 0
    """How many tables deep."""


class _Reader:
    """Walks the stories of the document: its body, notes, headers and footers."""

    def __init__(self, package: Package, builder: Builder, deadline: Deadline) -> None:
        self._package = package
        self._builder = builder
        self._deadline = deadline
        root = package.xml(package.main)
        body = root.find(f"{W}body") if root is not None else None
        self._body = body if body is not None else ()
        self._relationships = package.relationships(package.main)
        styles = self._part("styles")
        self._styles = _Styles(styles)
        self._numbering = Numbering(self._part("numbering"), styles)
        self._notes = {kind: self._notes_of(kind) for kind in ("footnote", "endnote")}
        self._note_counts: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        # Word leaves a mark where a page began when it last laid the text out; other writers do not.
        breaks = root is not None and next(root.iter(f"{W}lastRenderedPageBreak"), None) is not None
        self._page = 1 if breaks else None
        self._round_boxes = root is not None and any(
            "( )" in (text.text or "") for text in root.iter(f"{W}t")
        )
        self._count = 0
        self._inline = self._new_line()
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._block_page = self._page
        self._bare = 0
        """The length of the line when all it holds is the number of its paragraph."""
        self._joined = False
        """The mark of the last paragraph was deleted: the next one continues it."""

    def read(self) -> None:
        story = _Story(self._relationships)
        self._blocks(self._body, story)
        self._release_notes(story)
        self._headers_and_footers()
        languages = self._languages.most_common(1)
        self._builder.language = (languages[0][0] or None) if languages else None

    def _part_names(self, *kinds: str) -> list[str]:
        """The parts that the main document refers to by relationships of these kinds."""
        return [
            self._package.resolve(self._package.main, relationship.target)
            for relationship in self._relationships.values()
            if relationship.kind in kinds and not relationship.external
        ]

    def _part(self, kind: str) -> XmlElement | None:
        names = self._part_names(kind)
        return self._package.xml(names[0]) if names else None

    def _notes_of(self, kind: str) -> tuple[dict[str, XmlElement], dict[str, Relationship]]:
        """The notes of a kind by identifier, and the relationships of their part."""
        notes: dict[str, XmlElement] = {}
        names = self._part_names(f"{kind}s")
        root = self._package.xml(names[0]) if names else None
        for note in root if root is not None else ():
            if note.get(f"{W}type", "normal") == "normal":
                notes[note.get(f"{W}id") or ""] = note
        return notes, self._package.relationships(names[0]) if names else {}

    def _new_line(self) -> Inline:
        return Inline(round_boxes=self._round_boxes)

    # Blocks

    def _blocks(self, elements: XmlElement, story: _Story) -> None:
        for element in elements:
            tag = element.tag
            if tag == f"{W}p":
                self._paragraph(element, story)
                if not story.depth:
                    self._release_notes(story)
            elif tag == f"{W}tbl":
                story.depth += 1
                self._table(element, story)
                story.depth -= 1
                if not story.depth:
                    self._release_notes(story)
            elif tag == f"{W}sdt":
                self._block_control(element, story)
            elif tag == f"{MC}AlternateContent":
                self._blocks(_preferred(element), story)
            elif tag == f"{W}altChunk":
                self._builder.warn("A part of the document is embedded in another format and was not read.")
            elif tag in _TRANSPARENT:
                self._blocks(element, story)

    def _block_control(self, element: XmlElement, story: _Story) -> None:
        """A content control around whole paragraphs (17.5.2.29)."""
        if _is_placeholder(element):
            return
        if (state := _checkbox_state(element)) is not None:
            self._inline.box(state)
            self._end_line()
            return
        content = element.find(f"{W}sdtContent")
        gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        before = len(self._builder.drafts)
        self._blocks(content if content is not None else (), story)
        if gallery is not None and gallery.get(f"{W}val") == "Table of Contents":
            for draft in self._builder.drafts[before:]:
                draft.kind = BlockKind.FURNITURE

    def _table(self, table: XmlElement, story: _Story) -> None:
        outer = self._builder
        for row in _children(table, "tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            cells = []
            for cell in _children(row, "tc"):
                self._builder = Builder()
                self._blocks(cell, story)
                cells.append(self._builder.drafts)
            self._builder = outer
            outer.add_row(cells)

    def _paragraph(self, paragraph: XmlElement, story: _Story) -> None:
        self._count += 1
        if self._count % _PARAGRAPHS_BETWEEN_CHECKS == 0:
            self._deadline.check()
        properties = paragraph.find(f"{W}pPr")
        if not self._joined:
            self._start_paragraph(paragraph, properties, story)
        self._runs(paragraph, story)
        self._joined = (
            properties is not None
            and properties.find(f"{W}rPr/{W}del") is not None
            and len(self._inline) > 0
            and not story.boxed
        )
        if self._joined:
            return
        boxed, story.boxed = story.boxed, []
        if boxed:
            self._text_boxes(boxed, story)
        self._end_line()

    def _start_paragraph(self, paragraph: XmlElement, properties: XmlElement | None, story: _Story) -> None:
        style = self._styles.of(properties)
        self._inline = self._new_line()
        self._kind, self._level = BlockKind.PARAGRAPH, 0
        self._block_page = self._page
        for item in story.fields:
            item.start = 0
        numbered = self._number(properties, style) if _takes_a_number(paragraph, properties) else None
        self._bare = len(self._inline)
        if style.contents or any(_is_contents(item.instruction) for item in story.fields):
            self._kind = BlockKind.FURNITURE
        elif style.heading:
            self._kind, self._level = BlockKind.HEADING, style.heading
        elif numbered is not None:
            self._kind, self._level = BlockKind.LIST_ITEM, numbered + 1

    def _number(self, properties: XmlElement | None, style: _Style) -> int | None:
        """Writes the number of a list paragraph; gives its level, None outside lists."""
        list_id, level = style.list_id, style.list_level
        number = properties.find(f"{W}numPr") if properties is not None else None
        if number is not None:
            list_id = _value(number, "numId") or list_id
            level = _integer(_value(number, "ilvl"), level)
        if list_id is None or list_id == "0" or (found := self._numbering.label(list_id, level)) is None:
            return None
        label, definition = found
        if label:
            self._inline.text(f"{label} ")
        elif definition.style == "bullet" and definition.text:
            # A list whose bullets are empty or crossed boxes is a list of check boxes to whoever fills it in.
            sign = symbol(definition.font, ord(definition.text[0])) or definition.text[0]
            if sign in UNCHECKED_SIGNS or sign in _CROSSED_BULLETS:
                self._inline.box(CheckState.UNCHECKED if sign in UNCHECKED_SIGNS else CheckState.CHECKED)
        return level

    def _text_boxes(self, boxes: list[XmlElement], story: _Story) -> None:
        """Adds the text of the boxes anchored in a paragraph before the paragraph."""
        kept = self._inline, self._bare, self._kind, self._level, self._block_page
        for box in boxes:
            self._blocks(box, _Story(story.relationships, depth=1, notes=story.notes))
        self._inline, self._bare, self._kind, self._level, self._block_page = kept

    def _end_line(self) -> None:
        """Ends a line within a paragraph, or the paragraph."""
        line = self._inline.line() if len(self._inline) > self._bare else None
        if line is not None and line.text:
            self._builder.add(self._kind, line, self._level, page=self._block_page)
            if self._kind in (BlockKind.LIST_ITEM, BlockKind.HEADING):
                self._level = self._level if self._kind is BlockKind.LIST_ITEM else 0
                self._kind = BlockKind.PARAGRAPH
        self._inline, self._bare = self._new_line(), 0
        self._block_page = self._page

    # Runs

    def _runs(self, elements: XmlElement, story: _Story) -> None:
        for element in elements:
            tag = element.tag
            if tag == f"{W}r":
                self._run(element, story)
            elif tag == f"{W}hyperlink":
                self._linked(element, _hyperlink_target(element, story.relationships), story)
            elif tag == f"{W}sdt":
                if (state := _checkbox_state(element)) is not None:
                    self._inline.box(state)
                elif not _is_placeholder(element) and (content := element.find(f"{W}sdtContent")) is not None:
                    self._runs(content, story)
            elif tag == f"{W}fldSimple":
                self._linked(element, _field_target(element.get(f"{W}instr") or ""), story)
            elif tag == f"{MC}AlternateContent":
                self._runs(_preferred(element), story)
            elif tag == f"{M}oMath" or tag == f"{M}oMathPara":
                self._inline.text("".join(text.text or "" for text in element.iter(f"{M}t")))
            elif tag in _TRANSPARENT:
                self._runs(element, story)

    def _linked(self, elements: XmlElement, target: str | None, story: _Story) -> None:
        line, start = self._inline, len(self._inline)
        self._runs(elements, story)
        if target is not None:
            # After a line break only what follows it is left to link.
            self._inline.link(start if self._inline is line else 0, target)

    def _run(self, run: XmlElement, story: _Story) -> None:
        properties = run.find(f"{W}rPr")
        font = ""
        raised = False
        if properties is not None:
            if _is_on(properties.find(f"{W}vanish")):
                return
            raised = _value(properties, "vertAlign") == "superscript"
            fonts = properties.find(f"{W}rFonts")
            font = "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""
        for element in run:
            tag = element.tag
            if tag == f"{W}t":
                text = element.text or ""
                if self._hides_field_code(story):
                    continue
                self._languages[self._styles.language_of(properties)] += len(text)
                if font and any(symbol(font, ord(character)) for character in text):
                    text = "".join(symbol(font, ord(character)) or character for character in text)
                self._inline.text(superscript(text) if raised else text)
            elif tag == f"{W}tab" or tag == f"{W}ptab":
                self._inline.gap()
            elif tag in (f"{W}br", f"{W}cr"):
                self._end_line()
                for item in story.fields:
                    item.start = 0
            elif tag == f"{W}noBreakHyphen":
                self._inline.text("-")
            elif tag == f"{W}sym":
                code = element.get(f"{W}char") or ""
                self._inline.text(
                    symbol(element.get(f"{W}font") or "", int(code, 16)) if _HEX.fullmatch(code) else ""
                )
            elif tag == f"{W}fldChar":
                self._field_character(element, story)
            elif tag == f"{W}instrText":
                if story.fields and not story.fields[-1].result:
                    story.fields[-1].instruction += element.text or ""
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                kind = "footnote" if tag == f"{W}footnoteReference" else "endnote"
                story.notes.append((kind, element.get(f"{W}id") or ""))
            elif tag == f"{W}lastRenderedPageBreak" and self._page is not None:
                self._page += 1
                if len(self._inline):
                    self._inline.mark(self._page, None)
                else:
                    self._block_page = self._page
            elif tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
                story.boxed += _text_box_contents(element)
            elif tag == f"{MC}AlternateContent":
                for part in _preferred(element):
                    story.boxed += _text_box_contents(part)

    def _hides_field_code(self, story: _Story) -> bool:
        """Text between the beginning of a field and its result is its instruction, not shown."""
        return bool(story.fields) and not story.fields[-1].result

    def _field_character(self, element: XmlElement, story: _Story) -> None:
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            story.fields.append(_Field())
            data = element.find(f"{W}ffData")
            if data is not None:
                if (box := data.find(f"{W}checkBox")) is not None:
                    self._inline.box(_legacy_state(box))
                elif (choice := _chosen(data)) is not None:
                    self._inline.text(choice)
        elif story.fields and kind == "separate":
            story.fields[-1].result = True
            story.fields[-1].start = len(self._inline)
        elif story.fields and kind == "end":
            ended = story.fields.pop()
            if ended.result and (target := _field_target(ended.instruction)) is not None:
                self._inline.link(ended.start, target)

    # Notes, headers and footers

    def _release_notes(self, story: _Story) -> None:
        """Adds the notes referred to since the last time, after the paragraph or table that refers to them."""
        pending, story.notes = story.notes, []
        for kind, identifier in pending:
            notes, relationships = self._notes[kind]
            note = notes.get(identifier)
            if note is None:
                continue
            self._note_counts[kind] += 1
            number = ordinal(self._note_counts[kind], "decimal" if kind == "footnote" else "lowerRoman")
            outer, self._builder = self._builder, Builder()
            self._blocks(note, _Story(relationships, depth=1))
            drafts, self._builder = self._builder.drafts, outer
            for position, draft in enumerate(drafts):
                if position == 0:
                    draft.line.prefix(f"{number} ")
                draft.kind, draft.level = BlockKind.FOOTNOTE, 0
                self._builder.drafts.append(draft)

    def _headers_and_footers(self) -> None:
        """Adds what stands at the head and foot of the pages, each different line once, as furniture at the end."""
        seen = set()
        for part in self._part_names("header", "footer"):
            root = self._package.xml(part)
            outer, self._builder = self._builder, Builder()
            self._blocks(root if root is not None else (), _Story(self._package.relationships(part), depth=1))
            drafts, self._builder = self._builder.drafts, outer
            for draft in drafts:
                if draft.line.text not in seen and not draft.line.text.isdecimal():
                    seen.add(draft.line.text)
                    draft.kind, draft.level, draft.page = BlockKind.FURNITURE, 0, None
                    self._builder.drafts.append(draft)


class _Styles:
    """The paragraph styles (17.7) and the language of text that does not state its own."""

    def __init__(self, root: XmlElement | None) -> None:
        self._elements: dict[str, XmlElement] = {}
        self._resolved: dict[str, _Style] = {}
        self._default = ""
        self._language = ""
        if root is None:
            return
        for style in root.iter(f"{W}style"):
            if style.get(f"{W}type", "paragraph") == "paragraph":
                identifier = style.get(f"{W}styleId") or ""
                self._elements[identifier] = style
                if style.get(f"{W}default") in _ON:
                    self._default = identifier
        language = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
        self._language = "" if language is None else language.get(f"{W}val") or ""

    def language_of(self, properties: XmlElement | None) -> str:
        """The language of a run (17.3.2.20), "" when nothing states it."""
        language = properties.find(f"{W}lang") if properties is not None else None
        return self._language if language is None else language.get(f"{W}val") or self._language

    def of(self, properties: XmlElement | None) -> _Style:
        """The style of a paragraph, with the outline level it sets itself."""
        identifier = _value(properties, "pStyle") if properties is not None else None
        style = self._named(identifier or self._default)
        outline = _value(properties, "outlineLvl") if properties is not None else None
        if outline is None:
            return style
        heading = _heading_of_outline(outline)
        return _Style(heading or 0, style.contents, style.list_id, style.list_level)

    def _named(self, identifier: str) -> _Style:
        if identifier not in self._resolved:
            chain: list[XmlElement] = []
            ancestor: str | None = identifier
            while ancestor in self._elements and len(chain) < _LONGEST_CHAIN:
                chain.append(self._elements[ancestor])
                ancestor = _value(chain[-1], "basedOn")
            style = _Style()
            for element in reversed(chain):
                style = _derived(style, element)
            self._resolved[identifier] = style
        return self._resolved[identifier]


def _derived(base: _Style, element: XmlElement) -> _Style:
    """A style on top of the one it is based on."""
    name = (_value(element, "name") or "").lower()
    properties = element.find(f"{W}pPr")
    outline = _value(properties, "outlineLvl") if properties is not None else None
    number = properties.find(f"{W}numPr") if properties is not None else None
    heading = base.heading
    if (match := _HEADING_NAME.fullmatch(name)) is not None:
        heading = min(int(match.group(1)), 6)
    elif name in _NAMED_HEADINGS:
        heading = _NAMED_HEADINGS[name]
    elif outline is not None:
        heading = _heading_of_outline(outline) or 0
    list_id, level = base.list_id, base.list_level
    if number is not None:
        list_id, level = _value(number, "numId") or list_id, _integer(_value(number, "ilvl"), level)
    return _Style(heading, base.contents or _CONTENTS_NAME.match(name) is not None, list_id, level)


def _heading_of_outline(outline: str) -> int | None:
    level = _integer(outline, 9)
    return min(level + 1, 6) if 0 <= level <= 8 else None


def _takes_a_number(paragraph: XmlElement, properties: XmlElement | None) -> bool:
    """Whether a paragraph counts in its list: one that only ends a section, or was deleted, does not."""
    if properties is None:
        return True
    if properties.find(f"{W}sectPr") is None and properties.find(f"{W}rPr/{W}del") is None:
        return True
    return any(text.text for text in paragraph.iter(f"{W}t"))


def _children(parent: XmlElement, name: str) -> Iterator[XmlElement]:
    """The rows of a table or the cells of a row, also those wrapped in content controls or tracked insertions."""
    for child in parent:
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag == f"{W}sdt" or child.tag in _TRANSPARENT:
            content = child.find(f"{W}sdtContent")
            yield from _children(child if content is None else content, name)


def _preferred(alternatives: XmlElement) -> XmlElement:
    """The branch of alternate content (ECMA-376 part 3) to read: the first choice, else the fallback."""
    choice = alternatives.find(f"{MC}Choice")
    fallback = alternatives.find(f"{MC}Fallback")
    return choice if choice is not None else fallback if fallback is not None else ()


def _text_box_contents(element: XmlElement) -> list[XmlElement]:
    """The outermost text box contents below an element; of alternatives, the first."""
    found: list[XmlElement] = []
    for child in element:
        if child.tag == f"{W}txbxContent":
            found.append(child)
        elif child.tag == f"{MC}AlternateContent":
            for part in _preferred(child):
                found += [part] if part.tag == f"{W}txbxContent" else _text_box_contents(part)
        else:
            found += _text_box_contents(child)
    return found


def _checkbox_state(control: XmlElement) -> CheckState | None:
    """The state of a check box content control ([MS-DOCX] 2.6.3); None when the control is another one.

    Unknown when what it states is not what it shows.
    """
    box = control.find(f"{W}sdtPr/{W14}checkbox")
    if box is None:
        return None
    shown = _state_shown(control.find(f"{W}sdtContent"))
    checked = box.find(f"{W14}checked")
    if checked is None:
        return shown or CheckState.UNKNOWN
    stated = CheckState.CHECKED if checked.get(f"{W14}val", "1") in _ON else CheckState.UNCHECKED
    return stated if shown in (None, stated) else CheckState.UNKNOWN


def _state_shown(content: XmlElement | None) -> CheckState | None:
    for element in content.iter(f"{W}t", f"{W}sym") if content is not None else ():
        sign = (element.text or "").strip()
        if element.tag == f"{W}sym" and _HEX.fullmatch(element.get(f"{W}char") or "") is not None:
            sign = symbol(element.get(f"{W}font") or "", int(element.get(f"{W}char"), 16))
        if len(sign) == 1 and sign in CHECKED_SIGNS:
            return CheckState.CHECKED
        if len(sign) == 1 and sign in UNCHECKED_SIGNS:
            return CheckState.UNCHECKED
    return None


def _legacy_state(box: XmlElement) -> CheckState:
    """The state of a form field of the old kind (17.16.8): what the user set, else the default, else unchecked."""
    for name in ("checked", "default"):
        if (element := box.find(f"{W}{name}")) is not None:
            return CheckState.CHECKED if _is_on(element) else CheckState.UNCHECKED
    return CheckState.UNCHECKED


def _chosen(data: XmlElement) -> str | None:
    """The entry chosen in a drop-down form field of the old kind (17.16.9)."""
    choices = data.find(f"{W}ddList")
    if choices is None:
        return None
    entries = [entry.get(f"{W}val") or "" for entry in choices.iter(f"{W}listEntry")]
    chosen = _integer(_value(choices, "result") or _value(choices, "default"), 0)
    return entries[chosen] if 0 <= chosen < len(entries) else None


def _is_placeholder(control: XmlElement) -> bool:
    """Whether a content control is empty and shows its prompt ("Click here to enter text")."""
    return _is_on(control.find(f"{W}sdtPr/{W}showingPlcHdr"))


def _hyperlink_target(element: XmlElement, relationships: dict[str, Relationship]) -> str | None:
    anchor = element.get(f"{W}anchor")
    relationship = relationships.get(element.get(f"{R}id") or "")
    if relationship is not None:
        return f"{relationship.target}#{anchor}" if anchor else relationship.target
    return f"#{anchor}" if anchor else None


def _field_target(instruction: str) -> str | None:
    """Where a HYPERLINK field (17.16.5.25) leads; None for other fields."""
    match = _HYPERLINK.match(instruction)
    if match is None:
        return None
    target = match.group(1) or match.group(2) or ""
    place = _HYPERLINK_PLACE.search(instruction)
    if place is None:
        return target
    return f"{target}#{place.group(1)}"


def _is_contents(instruction: str) -> bool:
    return instruction.lstrip()[:4].rstrip().upper() == "TOC"


def _value(element: XmlElement, child: str) -> str | None:
    found = element.find(f"{W}{child}")
    value: str | None = None if found is None else found.get(f"{W}val")
    return value


def _is_on(element: XmlElement | None) -> bool:
    """An on/off property (17.17.4): present without a value means on."""
    return element is not None and element.get(f"{W}val", "1") in _ON


def _integer(text: str | None, otherwise: int) -> int:
    return (
        int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 8 else otherwise
    )


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TRANSPARENT = frozenset(
    f"{W}{name}"
    for name in ("ins", "moveTo", "smartTag", "customXml", "bdo", "dir", "sdtContent", "txbxContent")
)
"""Elements that only wrap. Their opposites for tracked changes, `del` and `moveFrom`, are passed over."""
_ON = frozenset({"1", "true", "on"})
_CROSSED_BULLETS = "☑☒"
_PARAGRAPHS_BETWEEN_CHECKS = 500
_LONGEST_CHAIN = 20
_HEX = re.compile(r"[0-9A-Fa-f]{2,5}")
_HEADING_NAME = re.compile(r"heading ([1-9])")
_NAMED_HEADINGS = {"title": 1, "subtitle": SUBTITLE_LEVEL}
_CONTENTS_NAME = re.compile(r"toc (?:[1-9]|heading)$|table of (?:figures|authorities)$")
_HYPERLINK = re.compile(
    r"\s{0,99}HYPERLINK\s+(?!\\)(?:\"([^\"]*)\"|(\S+))|\s{0,99}HYPERLINK\s", re.IGNORECASE
)
_HYPERLINK_PLACE = re.compile(r"\\l\s+\"?([^\"\s]+)", re.IGNORECASE)

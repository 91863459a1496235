"""Markdown and plain text: the subset that questionnaires are written in, in one pass over the lines.

Follows CommonMark for headings, lists, emphasis, links, escapes and entities, and GitHub's extensions for tables, task
lists and footnotes, with two differences that a filled-in form needs: a line break inside a paragraph is kept (the
answer stands on the line after the question) unless the document is evidently wrapped at a column, and indented text
is text, not code. Every pattern is linear in the length of the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise

from kg.documents.addresses import addresses, may_hold_address
from kg.documents.builder import Builder, Draft
from kg.documents.characters import superscript
from kg.documents.inline import Inline, Line
from kg.documents.limits import Deadline
from kg.documents.model import BlockKind, CheckState


def read_markdown(text: str, builder: Builder, deadline: Deadline) -> None:
    """Adds the blocks of a Markdown or plain text document.

    Raises UnreadableDocument when the deadline passes.
    """
    _Blocks(_without_comments(text), builder, deadline).read()


class _Blocks:
    """The block structure: which lines belong together, and what they are."""

    def __init__(self, text: str, builder: Builder, deadline: Deadline) -> None:
        self._lines = _NEWLINE.sub("\n", text).split("\n")
        self._builder = builder
        self._deadline = deadline
        self._markers: list[int] = []
        """The columns where the markers of the open list items stand."""
        notes = frozenset(_DEFINED_NOTE.findall(text)) if "<sup>" in text else frozenset[str]()
        definitions = self._take_definitions() if "]:" in text else {}
        self._inlines = _Inlines(definitions, notes, round_boxes="( )" in text)
        self._wrap = _wrap_column(self._lines)

    def read(self) -> None:
        at = self._after_front_matter()
        after_blank = True
        while at < len(self._lines):
            if at % _LINES_BETWEEN_CHECKS == 0:
                self._deadline.check()
            line = self._lines[at]
            if not line or line.isspace():
                after_blank = True
                at += 1
                continue
            at = self._block(at, after_blank=after_blank)
            after_blank = False

    def _block(self, at: int, *, after_blank: bool) -> int:
        """Reads the block that begins at a line; gives the number of the line after it."""
        line = self._lines[at].expandtabs(4)
        content = line.lstrip()
        indent = len(line) - len(content)
        content = content.lstrip("> ") if content[0] == ">" else content
        if not content or _is_rule(content):
            return at + 1
        opening = content[0]
        if opening in "`~" and (fence := _FENCE.match(content)) is not None:
            return self._verbatim(at, fence.group())
        if opening == "#" and (heading := _HEADING.match(content)) is not None:
            self._markers.clear()
            self._emit(
                _CLOSING_SIGNS.sub("", content[heading.end() :].rstrip()),
                at,
                BlockKind.HEADING,
                heading.end(1),
            )
            return at + 1
        if self._is_table(at, content):
            return self._table(at)
        if (item := _ITEM.match(content)) is not None:
            while self._markers and indent <= self._markers[-1]:
                self._markers.pop()
            self._markers.append(indent)
            text = (
                content[item.end() :] if item.group(1) is None else f"{item.group(1)} {content[item.end() :]}"
            )
            return self._paragraph(at, text, BlockKind.LIST_ITEM, len(self._markers))
        if opening in "[<" and (note := _NOTE.match(content)) is not None:
            text = f"{note.group(1) or note.group(2)} {content[note.end() :]}"
            return self._paragraph(at, text, BlockKind.FOOTNOTE, 0)
        if after_blank:
            while self._markers and indent <= self._markers[-1]:
                self._markers.pop()
        return self._paragraph(at, content, BlockKind.PARAGRAPH, len(self._markers))

    def _paragraph(self, at: int, content: str, kind: BlockKind, level: int) -> int:
        """A paragraph, list item or note with the lines that belong to it."""
        pieces = [content]
        first = at
        at += 1
        while at < len(self._lines):
            previous, following = self._lines[at - 1], self._lines[at].strip()
            if not following:
                break
            if (
                following[0] in "=-"
                and len(pieces) == 1
                and kind is BlockKind.PARAGRAPH
                and _is_underline(following)
            ):
                self._markers.clear()
                self._emit(content, first, BlockKind.HEADING, 1 if following[0] == "=" else 2)
                return at + 1
            if self._starts_block(following, at):
                break
            soft = _is_wrapped(previous, following, self._wrap) or _is_open_link(pieces[-1])
            pieces.append(_SOFT if soft else _HARD)
            pieces.append(following)
            at += 1
        self._emit("".join(pieces), first, kind, level)
        return at

    def _starts_block(self, content: str, at: int) -> bool:
        opening = content[0]
        return (
            (opening == "#" and _HEADING.match(content) is not None)
            or (opening in "`~" and _FENCE.match(content) is not None)
            or opening == ">"
            or _ITEM.match(content) is not None
            or (opening in "[<" and _NOTE.match(content) is not None)
            or _is_rule(content)
            or self._is_table(at, content)
        )

    def _verbatim(self, at: int, fence: str) -> int:
        at += 1
        while at < len(self._lines) and not self._lines[at].lstrip().startswith(fence):
            inline = Inline()
            inline.text(self._lines[at])
            self._builder.add(BlockKind.PARAGRAPH, inline.line(), number=at + 1)
            at += 1
        return at + 1

    def _is_table(self, at: int, content: str) -> bool:
        if "|" not in content:
            return False
        if content[0] == "|" and content.rstrip()[-1] == "|" and len(content) > 2:
            return True
        return at + 1 < len(self._lines) and _is_delimiter(self._lines[at + 1])

    def _table(self, at: int) -> int:
        self._markers.clear()
        while at < len(self._lines) and "|" in (content := self._lines[at].strip()):
            if not _is_delimiter(content):
                cells = _UNESCAPED_PIPE.split(content)
                if content[0] == "|":
                    del cells[0]
                if len(cells) > 1 and not cells[-1]:
                    del cells[-1]
                self._builder.add_row(
                    [
                        [
                            Draft(BlockKind.PARAGRAPH, line, 0, None, at + 1)
                            for line, _ in self._inlines.lines(cell.strip(), at + 1)
                        ]
                        if cell and not cell.isspace()
                        else []
                        for cell in cells
                    ]
                )
            at += 1
        return at

    def _emit(self, source: str, at: int, kind: BlockKind, level: int) -> None:
        """Adds the blocks of a paragraph, one for each line break that is kept."""
        for line, number in self._inlines.lines(source, at + 1):
            self._builder.add(kind, line, level, number=number)
            if line.text and kind is not BlockKind.FOOTNOTE:
                kind = BlockKind.PARAGRAPH
                level = len(self._markers)

    def _after_front_matter(self) -> int:
        """The first line after a YAML header, whose `lang:` is the language of the document."""
        if self._lines[0].rstrip() != "---" or len(self._lines) < 2 or _KEY.match(self._lines[1]) is None:
            return 0
        for at, line in enumerate(self._lines[1:_LONGEST_HEADER], start=1):
            if line.rstrip() in ("---", "..."):
                return at + 1
            if (language := _LANGUAGE.match(line)) is not None:
                self._builder.language = language.group(1)
        return 0

    def _take_definitions(self) -> dict[str, str]:
        """Link reference definitions (CommonMark 4.7), which are no text of the document."""
        definitions: dict[str, str] = {}
        for at, line in enumerate(self._lines):
            if "]:" in line and (match := _DEFINITION.match(line)) is not None:
                definitions.setdefault(match.group(1).strip().lower(), match.group(2))
                self._lines[at] = ""
        return definitions


class _Open:
    """An opening bracket (or an <a> tag) and, once its end is found, where the link leads."""

    __slots__ = ("end", "literal", "start", "target")

    def __init__(self, literal: str, end: int) -> None:
        self.literal = literal
        self.end = end
        self.target: str | None = None
        self.start = 0


class _Close:
    """The end of a link."""

    __slots__ = ("open",)

    def __init__(self, opening: _Open) -> None:
        self.open = opening


class _Run:
    """A run of emphasis signs, of which `left` are not (yet) explained by a partner."""

    __slots__ = ("left", "sign")

    def __init__(self, sign: str, left: int) -> None:
        self.sign = sign
        self.left = left


class _Break:
    """A line break; the source line goes on with it unless it was a tag. A soft one is a blank."""

    __slots__ = ("advances", "soft")

    def __init__(self, *, soft: bool, advances: bool) -> None:
        self.soft = soft
        self.advances = advances


_Event = str | _Open | _Close | _Run | _Break | CheckState


class _Inlines:
    """The inline structure of a paragraph: links, emphasis, escapes, tags."""

    def __init__(self, definitions: dict[str, str], notes: frozenset[str], *, round_boxes: bool) -> None:
        self._definitions = definitions
        self._notes = notes
        self._round_boxes = round_boxes

    def lines(self, source: str, number: int) -> Iterator[tuple[Line, int]]:
        """The lines of a paragraph with their source line numbers."""
        inline = Inline(round_boxes=self._round_boxes)
        if _SPECIAL.search(source) is None and not may_hold_address(source):
            inline.text(source)
            yield inline.line(), number
            return
        began = number
        image: _Open | None = None
        for event in self._events(source):
            if image is not None:
                if type(event) is _Close and event.open is image:
                    image = None
            elif type(event) is str:
                inline.text(event)
            elif type(event) is _Run:
                inline.text(event.sign * event.left)
            elif type(event) is _Open:
                if event.target is None:
                    inline.text(event.literal)
                elif event.literal == "![":
                    image = event
                event.start = len(inline)
            elif type(event) is _Close:
                inline.link(event.open.start, event.open.target or "")
            elif type(event) is _Break:
                number += event.advances
                if event.soft:
                    inline.text(" ")
                    inline.mark(None, number)
                else:
                    yield inline.line(), began
                    inline = Inline(round_boxes=self._round_boxes)
                    began = number
            elif isinstance(event, CheckState):
                inline.box(event)
        yield inline.line(), began

    def _events(self, source: str) -> list[_Event]:
        events: list[_Event] = []
        brackets: list[_Open] = []
        anchors: list[_Open] = []
        runs: dict[str, list[_Run]] = {"*": [], "_": [], "~": []}
        unclosed: set[int] = set()
        spans = addresses(source)
        nowhere = (len(source) + 1, len(source) + 1)
        address = next(spans, nowhere)
        position = 0
        seen = 0
        # Brackets that no link can be made of, such as those of check boxes, are left to the line.
        linked = "](" in source or "][" in source or "[^" in source or bool(self._definitions)
        pattern = _SPECIAL if linked else _SPECIAL_BUT_BRACKETS
        special = pattern.search(source)
        while True:
            if special is not None and special.start() < seen:
                special = pattern.search(source, seen)
            start = len(source) if special is None else special.start()
            while address[0] < seen:
                address = next(spans, nowhere)
            if address[0] <= start and address is not nowhere:
                events.append(source[position : address[0]])
                position = seen = address[1]
                _add_address(_unescaped(source[address[0] : position]), events)
                continue
            if special is None:
                break
            if (match := _TOKEN.match(source, start)) is None:
                seen = start + 1
                continue
            if start > position:
                events.append(source[position:start])
            end = position = match.end()
            kind = match.lastgroup
            token = match.group()
            if kind == "break":
                events.append(_Break(soft=token[-1] == _SOFT, advances=True))
                if token[-1] == _HARD:
                    brackets.clear()
            elif kind == "escape":
                events.append(token[-1])
            elif kind == "run":
                events.append(_emphasis(source, start, end, runs))
            elif kind == "open":
                brackets.append(_Open(token, end))
                events.append(brackets[-1])
            elif kind == "close":
                position = self._close(source, start, brackets, events)
            elif kind == "code":
                position = _code_span(source, start, end, events, unclosed)
            elif kind == "entity":
                events.append(unescape(token))
            elif kind == "raised":
                raised = match.group("raised").strip()
                if raised not in self._notes:
                    events.append(superscript(raised))
            elif kind == "note":
                pass
            elif kind == "tag":
                _tag(token, anchors, events)
            else:
                _add_address(_unescaped(match.group("auto")), events)
            seen = position
        events.append(source[position:])
        return events

    def _close(self, source: str, start: int, brackets: list[_Open], events: list[_Event]) -> int:
        """Ends a link at a closing bracket when there is one to end; gives where to read on."""
        position = start + 1
        if not brackets:
            events.append("]")
            return position
        opening = brackets.pop()
        following = source[position : position + 1]
        if following == "(" and (inline := _DESTINATION.match(source, position)) is not None:
            opening.target = _unescaped(inline.group(1) or inline.group(2) or "#")
            position = inline.end()
        elif self._definitions and start - opening.end < _LONGEST_LABEL:
            label = source[opening.end : start]
            end = position
            if following == "[" and (reference := _REFERENCE.match(source, position)) is not None:
                label = reference.group(1) or label
                end = reference.end()
            opening.target = self._definitions.get(label.strip().lower())
            position = end if opening.target is not None else position
        events.append("]" if opening.target is None else _Close(opening))
        return position


def _emphasis(source: str, start: int, end: int, runs: dict[str, list[_Run]]) -> _Run:
    """A run of emphasis signs, paired with earlier ones (CommonMark 6.2, without the rule of three)."""
    sign = source[start]
    run = _Run(sign, end - start)
    before = source[start - 1] if start else " "
    after = source[end] if end < len(source) else " "
    opens = not after.isspace() and (after.isalnum() or not before.isalnum())
    closes = not before.isspace() and (before.isalnum() or not after.isalnum())
    if sign == "_":
        opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
    waiting = runs[sign]
    if closes:
        while run.left and waiting:
            partner = waiting[-1]
            common = min(run.left, partner.left)
            run.left -= common
            partner.left -= common
            if not partner.left:
                waiting.pop()
    if opens and run.left:
        waiting.append(run)
    return run


def _code_span(source: str, start: int, end: int, events: list[_Event], unclosed: set[int]) -> int:
    """A code span, whose text is verbatim, or the backticks themselves when nothing closes them."""
    length = end - start
    if length not in unclosed:
        closing = end
        while (closing := source.find("`" * length, closing)) >= 0:
            after = closing + length
            while source[after : after + 1] == "`":
                after += 1
            if after - closing == length:
                events.append(source[end:closing].replace(_HARD, " ").replace(_SOFT, " "))
                return after
            closing = after
        unclosed.add(length)
    events.append(source[start:end])
    return end


def _tag(token: str, anchors: list[_Open], events: list[_Event]) -> None:
    """An HTML tag inside the text: breaks, cells, links and boxes mean something, the rest is dropped."""
    name = token.lstrip("</").partition(">")[0].split("/")[0].split(None, 1)[0].lower()
    if name in _BREAKING_TAGS:
        events.append(_Break(soft=False, advances=False))
    elif name in ("td", "th"):
        events.append("\v")
    elif name == "input" and "checkbox" in token.lower():
        events.append(CheckState.CHECKED if "checked" in token.lower().split() else CheckState.UNCHECKED)
    elif name == "a" and token[1] != "/":
        if (target := _HREF.search(token)) is not None:
            anchors.append(_Open("", 0))
            anchors[-1].target = unescape(target.group(1) or target.group(2) or "#")
            events.append(anchors[-1])
    elif name == "a" and anchors:
        events.append(_Close(anchors.pop()))


def _add_address(address: str, events: list[_Event]) -> None:
    opening = _Open("", 0)
    opening.target = f"mailto:{address}" if "@" in address and ":" not in address else address
    events += [opening, address.removeprefix("mailto:"), _Close(opening)]


def _unescaped(text: str) -> str:
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return _ENTITY.sub(lambda entity: unescape(entity.group()), text) if "&" in text else text


def _without_comments(text: str) -> str:
    """The text without HTML comments, with as many line breaks as before."""
    if "<!--" not in text:
        return text
    pieces: list[str] = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        pieces += [text[position:start], "\n" * text.count("\n", start, end)]
        position = end + 3
    return "".join(pieces) + text[position:]


def _wrap_column(lines: list[str]) -> int:
    """The column at which the document is wrapped, 0 when its line breaks are the author's own.

    It is wrapped when most lines that are followed by another one of the same paragraph are so long that the next
    word would not have fitted.
    """
    lengths = [
        (len(line.rstrip()), len(line.rstrip()) + 1 + len(following.split(None, 1)[0]))
        for line, following in pairwise(lines)
        if _is_running(line) and _is_running(following) and _ITEM.match(following.lstrip()) is None
    ]
    if len(lengths) < _FEWEST_WRAPS:
        return 0
    column = sorted(length for length, _ in lengths)[(len(lengths) - 1) * 9 // 10]
    if not _NARROWEST <= column <= _WIDEST:
        return 0
    wrapped = sum(1 for _, with_next in lengths if with_next > column)
    return column if wrapped >= max(_FEWEST_WRAPS, len(lengths) * 0.6) else 0


def _is_running(line: str) -> bool:
    return bool(line) and not line.isspace() and line.lstrip()[0] not in "#|<`~=" and line[-2:] != "  "


def _is_wrapped(line: str, following: str, column: int) -> bool:
    if not column or line[-2:] == "  " or line[-1:] == "\\" or _BOX_START.match(following) is not None:
        return False
    return len(line.rstrip()) + 1 + len(following.split(None, 1)[0]) > column


def _is_open_link(line: str) -> bool:
    """Whether the text of a link goes on after the line."""
    opened = line.rfind("[")
    return opened >= 0 and "]" not in line[opened:] and len(line) - opened < _LONGEST_LABEL


def _is_rule(content: str) -> bool:
    """A line that only separates: a thematic break, the ruling of a table drawn with signs."""
    return content[0] in "-*_=+" and len(content) > 2 and _RULE.fullmatch(content) is not None


def _is_underline(content: str) -> bool:
    return len(content) > 2 and content == content[0] * len(content)


def _is_delimiter(line: str) -> bool:
    return "|" in line and "-" in line and not line.strip("|:- \t")


_HARD, _SOFT = "\n", "\r"
"""Line breaks inside a paragraph as the scanner sees them: kept, and joined by a blank."""
_LINES_BETWEEN_CHECKS = 256
_LONGEST_HEADER = 100
_LONGEST_LABEL = 400
_FEWEST_WRAPS = 3
_NARROWEST, _WIDEST = 50, 132

_NEWLINE = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_CLOSING_SIGNS = re.compile(r"(?:^|(?<=[ \t]))#+$")
_FENCE = re.compile(r"```+|~~~+")
_RULE = re.compile(r"(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|=+[ \t]*|[+][-=+|: \t]+")
_ITEM = re.compile(
    r"(?:(?:[-*+•‣▪–—]|\\\*)(?:[ \t]+|$))+|(\(?(?:[0-9]{1,3}|[a-z]|[ivx]{2,5})[.)])(?:[ \t]+|$)"
)
_NOTE = re.compile(
    r"\[\^([^\[\]\s]{1,40})\]:[ \t]*|<sup>[ \t]{0,3}([^<>\s]{1,6})[ \t]{0,3}</sup>[ \t]*(?=\S)"
)
_DEFINED_NOTE = re.compile(r"(?m)^[ \t>]{0,6}<sup>[ \t]{0,3}([^<>\s]{1,6})[ \t]{0,3}</sup>[ \t]*\S")
_DEFINITION = re.compile(
    r"[ ]{0,3}\[([^\[\]^][^\[\]]{0,200})\]:[ \t]{0,9}<?((?:https?:|mailto:|www\.|#)[^\s<>]{1,2000})>?"
)
_KEY = re.compile(r"[\w-]{1,40}:(?:\s|$)")
_LANGUAGE = re.compile(r"lang(?:uage)?:\s{0,9}[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)[\"']?\s*$")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
_BOX_START = re.compile(r"\[[ xXvV√]?\]|[☐☒☑✓✔□]")

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_ESCAPE = re.compile(rf"\\+({_PUNCTUATION})")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPECIAL_BUT_BRACKETS = re.compile(r"[\\\n\r*_~`&<]")
_SPECIAL = re.compile(r"[\\\n\r*_~!\[\]`&<]")
"""What a token begins with; looked for first, because one set of signs is found much faster than any of the tokens."""
_TOKEN = re.compile(
    rf"(?P<escape>\\+{_PUNCTUATION})"
    r"|(?P<break>\\?[\n\r])"
    r"|(?P<run>\*+|_+|~~+)"
    r"|(?P<note>\[\^[^\[\]\s]{1,40}\])"
    r"|(?P<open>!?\[)"
    r"|(?P<close>\])"
    r"|(?P<code>`+)"
    rf"|(?P<entity>{_ENTITY.pattern})"
    r"|<sup>(?P<raised>[^<>]{1,12})</sup>"
    r"|<(?P<auto>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>\s]{1,2000}|www\.[^<>\s]{1,2000}|[^<>\s@:]{1,100}@[^<>\s]{1,200})>"
    r"|(?P<tag></?[A-Za-z][A-Za-z0-9]{0,15}(?:[\s/][^<>]{0,1000})?>)"
)
_DESTINATION = re.compile(
    r"\(\s{0,9}(?:<([^<>\n\r]{0,2000})>|((?:[^\s()\\]|\\.|\([^\s()]{0,500}\)){0,2000}+))"
    r"(?:\s{1,9}(?:\"[^\"]{0,300}\"|'[^']{0,300}'|\([^()]{0,300}\)))?\s{0,9}\)"
)
_REFERENCE = re.compile(r"\[([^\[\]]{0,200})\]")
_BREAKING_TAGS = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "table", "tbody", "thead", "details", "summary", "hr",
                            "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "dl", "section"})  # fmt: skip
_HREF = re.compile(r"href\s{0,3}=\s{0,3}(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')", re.IGNORECASE)

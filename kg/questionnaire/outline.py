"""Factsheets: documents whose headings say what stands under them. The outline is data; this finds it in a document.

A factsheet has no questions. Its sections are told by the words of their headings, whatever number or level these have,
and under each section stand items: a heading (or a short line) that names something, and what is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator
from rapidfuzz import fuzz

from kg.documents import Block, BlockKind, Document
from kg.errors import KgError
from kg.questionnaire.wording import Fingerprint, fold, words_key

_FORMS = Path(__file__).parent / "forms"

Expected = Literal["communications", "legislation", "infrastructure", "bodies", "services", "none"]


class OutlineSection(BaseModel):
    """A heading of the outline. `number` is what records cite as `q`, `names` are its known wordings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: str
    title: dict[str, str]
    names: list[str]
    more: list[str] = []
    expects: Expected = "none"
    topics: list[str] = []
    technologies: list[str] = []
    platforms: list[str] = []
    parent: str | None = None

    @property
    def chapter(self) -> str:
        """The number of the chapter it stands in."""
        return self.number.split(".")[0]


class Outline(BaseModel):
    """The headings of one factsheet series, in order, chapters included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: str
    edition: int
    title: dict[str, str]
    marks: list[str]
    furniture: list[list[str]]
    closing: list[list[str]]
    nothing: str
    sections: list[OutlineSection]
    other_chapters: list[list[str]] = []

    @model_validator(mode="after")
    def _coherent(self) -> Outline:
        numbers = [section.number for section in self.sections]
        if len(numbers) != len(set(numbers)):
            raise ValueError("a section number stands twice")
        return self

    def section(self, number: str) -> OutlineSection:
        """The section with that number. Raises KeyError when the outline has none."""
        for section in self.sections:
            if section.number == number:
                return section
        raise KeyError(number)


@dataclass(slots=True)
class OutlineItem:
    """What a section says under one heading of its own; `title` is None for what stands before the first one."""

    section: OutlineSection
    title: Block | None
    blocks: list[Block] = field(default_factory=list)
    certain: bool = True
    """Whether the title is a heading, not a line that looks like one."""

    @property
    def start(self) -> int:
        return self.title.position.start if self.title else self.blocks[0].position.start

    @property
    def end(self) -> int:
        last = self.blocks[-1] if self.blocks else self.title
        assert last is not None
        return last.position.end


@dataclass(slots=True)
class FoundSection:
    """A section of the outline in a document. `certain` is False when its heading was told by likeness alone."""

    section: OutlineSection
    heading: Block | None
    items: list[OutlineItem] = field(default_factory=list)
    certain: bool = True

    @property
    def number(self) -> str:
        return self.section.number

    @property
    def blocks(self) -> Iterator[Block]:
        """All blocks under the heading, titles of items included."""
        for item in self.items:
            if item.title is not None:
                yield item.title
            yield from item.blocks


@cache
def load_outline(family: str, edition: int) -> Outline:
    """The outline of a factsheet series ("factsheet") and edition, or of the edition nearest to it.

    Raises KgError when the family has none.
    """
    known = [int(path.stem.rsplit("-", 1)[1]) for path in _FORMS.glob(f"{family}-*.yaml")]
    if not known:
        raise KgError(
            f"there is no outline for {family} {edition}", hint="Outlines are in kg/questionnaire/forms."
        )
    nearest = min(known, key=lambda year: (abs(year - edition), year))
    data = yaml.safe_load((_FORMS / f"{family}-{nearest}.yaml").read_text(encoding="utf-8"))
    for shared in ("technologies", "key_enablers"):
        data.pop(shared, None)
    chapters = data.pop("chapters")
    data["sections"] = list(_flat(chapters, None, "none"))
    return Outline.model_validate(data)


def _flat(parts: list[dict[str, object]], parent: str | None, expects: str) -> Iterator[dict[str, object]]:
    for part in parts:
        entry = dict(part)
        below = entry.pop("parts", [])
        entry["number"] = f"{parent}.{entry['number']}" if parent else str(entry["number"])
        entry["parent"] = parent
        entry["expects"] = entry.get("expects") or expects
        yield entry
        assert isinstance(below, list)
        yield from _flat(below, str(entry["number"]), str(entry["expects"]))


def family_of(document: Document) -> str:
    """The source family that a document belongs to, told from itself: "factsheet" or "msq".

    A factsheet says so in its head, or has the chapters of the outline as headings.
    """
    outline = load_outline("factsheet", 2023)
    head = fold(" ".join(block.text for block in document.body[:12])[:3000])
    chapters = [section for section in outline.sections if section.parent is None]
    found = {
        chapter.number
        for block in document.blocks
        if block.kind is BlockKind.HEADING and len(block.text) < _LONGEST_TITLE
        for chapter in chapters
        if _likeness(heading_key(block.text), chapter.names) >= 0.9
    }
    if Fingerprint(outline.marks).matches(head) and len(found) >= 1:
        return "factsheet"
    return "factsheet" if len(found) >= 3 else "msq"


def edition_of_factsheet(document: Document) -> int | None:
    """The year that the head of a factsheet names."""
    head = fold(" ".join(block.text for block in document.blocks[:12])[:1500])
    match = _EDITION.search(head)
    return int(match[1] or match[2]) if match else None


def parse_outline(document: Document, outline: Outline) -> list[FoundSection]:
    """The sections found in a document, in the order of the document, each with its items.

    A section whose heading is missing is missing; one whose heading stands twice is one section.
    """
    body = _without_closing([b for b in document.body if b.kind is not BlockKind.FOOTNOTE], outline)
    marks = _Headings(body, outline).found()
    sections: dict[str, FoundSection] = {}
    current: FoundSection | None = None
    furniture = [Fingerprint(parts) for parts in outline.furniture]
    blocks: list[Block] = []

    def close() -> None:
        if current is not None:
            current.items += _items(current.section, blocks)
        blocks.clear()

    for index, block in enumerate(body):
        if index in marks:
            close()
            number, certain = marks[index]
            if number is None:
                current = None
                continue
            if number not in sections:
                sections[number] = FoundSection(outline.section(number), block, certain=certain)
            current = sections[number]
            if not certain and block.kind is BlockKind.PARAGRAPH and len(block.text) > _LONGEST_TITLE:
                blocks.append(block)
            continue
        if current is not None and not any(f.matches(fold(block.text[:600])) for f in furniture):
            blocks.append(block)
    close()
    return list(sections.values())


def heading_key(text: str) -> str:
    """The words of a heading without its number ("3.2 Interoperability", "3.5.7GovTech")."""
    return words_key(_NUMBERED.sub("", text))


def says_nothing(text: str, outline: Outline) -> bool:
    """Whether a paragraph only says that there is nothing under its heading."""
    folded = fold(text)
    match = _nothing(outline.nothing).search(folded)
    return match is not None and match.start() < 8 and len(folded) < 200


@cache
def _nothing(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class _Headings:
    """Decides which blocks are headings of the outline: first those that are headings, then, for sections not found, the rest."""

    def __init__(self, body: list[Block], outline: Outline) -> None:
        self._body = body
        self._outline = outline
        self._order = {section.number: index for index, section in enumerate(outline.sections)}
        self._others = [name for names in outline.other_chapters for name in names]
        self._marks: dict[int, tuple[str | None, bool]] = {}

    def found(self) -> dict[int, tuple[str | None, bool]]:
        """Block index → (section number, certain); a number of None ends the section before."""
        self._by_headings()
        self._by_lines()
        return self._marks

    def _by_headings(self) -> None:
        chapter, last = "", -1
        seen: set[str] = set()
        for index, block in enumerate(self._body):
            if block.kind is not BlockKind.HEADING or len(block.text) > _LONGEST_TITLE:
                continue
            key = heading_key(block.text)
            if not key:
                continue
            if _likeness(key, self._others) >= _ALIKE and block.level <= 2:
                self._marks[index] = (None, True)
                chapter, last = "", -1
                continue
            strict = block.level > _DEEPEST_SECTION
            number = self._chapter(key, block.level) or self._part(key, chapter, last, seen, strict)
            if number is None:
                continue
            likeness = _likeness(key, self._names(number))
            self._marks[index] = (number, likeness >= 0.97)
            chapter, last = number.split(".")[0], self._order[number]
            seen.add(number)

    def _chapter(self, key: str, level: int) -> str | None:
        chapters = [s for s in self._outline.sections if s.parent is None]
        best = max(chapters, key=lambda s: _likeness(key, s.names))
        likeness = _likeness(key, best.names)
        parts = [name for s in self._outline.sections if s.parent is not None for name in s.names]
        if _likeness(key, parts) > likeness:
            return None
        # Short names such as "Governance" are chapters at the top level only.
        long = len(key.split()) > 2
        return best.number if likeness >= _ALIKE and (long or level == 1) else None

    def _part(self, key: str, chapter: str, last: int, seen: set[str], strict: bool) -> str | None:
        wanted = _SAME if strict else _ALIKE
        candidates: list[tuple[float, bool, int, str]] = []
        for section in self._outline.sections:
            if section.parent is None:
                continue
            likeness = _likeness(key, [*section.names, *section.more])
            if likeness < wanted:
                continue
            order = self._order[section.number]
            forward = order > last
            if strict and not (forward and section.chapter == chapter and section.number not in seen):
                continue
            same = section.chapter == chapter
            if not same and (not forward or (chapter and self._elsewhere(key, chapter, last))):
                continue
            candidates.append((likeness, forward, -order, section.number))
        return max(candidates)[3] if candidates else None

    def _elsewhere(self, key: str, chapter: str, last: int) -> bool:
        """Whether the chapter at hand still has a place for the heading."""
        return any(
            section.chapter == chapter
            and self._order[section.number] > last
            and _likeness(key, [*section.names, *section.more]) >= _ALIKE
            for section in self._outline.sections
            if section.parent is not None
        )

    def _by_lines(self) -> None:
        """Sections without a heading: a line of its own, or a paragraph that begins with the name of the section."""
        known = {number for number, _ in self._marks.values()}
        missing = [s for s in self._outline.sections if s.number not in known]
        if not missing:
            return
        chapter, last = "", -1
        for index, block in enumerate(self._body):
            if index in self._marks:
                number = self._marks[index][0]
                chapter, last = (number.split(".")[0], self._order[number]) if number else ("", -1)
                continue
            if (
                block.kind not in (BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.LIST_ITEM)
                or block.level > 4
            ):
                continue
            line = _NUMBERED.sub("", block.text)
            if _CONTENTS_LINE.search(line):
                continue
            for section in missing:
                if section.number in known or self._order[section.number] <= last:
                    continue
                if section.parent is not None and section.chapter != chapter:
                    continue
                if section.parent is None and int(section.number) < int(chapter or 0):
                    continue
                numbered = block.text.startswith(section.number)
                if self._is_line_of(line, section, numbered):
                    self._marks[index] = (section.number, False)
                    known.add(section.number)
                    chapter, last = section.chapter, self._order[section.number]
                    break

    @staticmethod
    def _is_line_of(line: str, section: OutlineSection, numbered: bool) -> bool:
        key = words_key(line)
        if len(line) < _LONGEST_TITLE:
            likeness = _likeness(key, section.names)
            if likeness >= (_ALIKE if numbered else 0.97):
                # A single everyday word ("National", "Networks") is a heading only with its number.
                return numbered or len(key.split()) > 1 or key in ("govtech", "epayment", "eprocurement")
        for name in section.names:
            run_in = (len(name.split()) > 1 or name in ("govtech", "epayment", "eprocurement")) and (
                key == name or key.startswith(name + " ")
            )
            if run_in and _RUN_IN.match(line, _words_end(line, len(name.split()))):
                return True
        return False

    def _names(self, number: str) -> list[str]:
        section = self._outline.section(number)
        return [*section.names, *section.more]


def _words_end(line: str, count: int) -> int:
    end = 0
    for match, _ in zip(re.finditer(r"\w+", line), range(count), strict=False):
        end = match.end()
    return end


def _likeness(key: str, names: list[str]) -> float:
    """How alike a heading is to the nearest of the names, from 0 to 1."""
    return max((_alike(key, name) for name in names), default=0.0)


def _alike(key: str, name: str) -> float:
    if key == name:
        return 1.0
    plain, wanted = key.replace("e ", "e").replace("-", " "), name.replace("e ", "e")
    ratio = fuzz.ratio(plain, wanted) / 100
    words, known = set(key.split()), set(name.split())
    if len(known) > 1 and known <= words and len(words) - len(known) <= 3:
        ratio = max(ratio, 0.93)
    if ratio < 0.85 and len(known) > 2:
        ratio = max(ratio, fuzz.token_sort_ratio(plain, wanted) / 100 - 0.02)
    return ratio


def _items(section: OutlineSection, blocks: list[Block]) -> list[OutlineItem]:
    """Cuts what stands under a section into items, each begun by a heading or by a line that can only be one."""
    items: list[OutlineItem] = []
    blocks = [part for block in blocks for part in _unglued(block)]
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        certain = block.kind is BlockKind.HEADING
        if (certain and len(block.text) <= 2 * _LONGEST_TITLE) or _is_title(block, following):
            if (
                certain
                and items
                and items[-1].title is not None
                and not items[-1].blocks
                and _goes_on(items[-1].title, block)
            ):
                continue
            items.append(OutlineItem(section, block, certain=certain))
            continue
        if not items:
            items.append(OutlineItem(section, None))
        items[-1].blocks.append(block)
    return items


def _unglued(block: Block) -> list[Block]:
    """A paragraph into which its title has run ("Safe BusAn eService enables …"), as title and paragraph."""
    match = _GLUED.match(block.text) if block.kind is BlockKind.PARAGRAPH and not block.level else None
    if match is None or _SENTENCE.search(fold(match[1])):
        return [block]
    at = match.end(1)
    start, end = block.position.start, block.position.end
    return [
        replace(block, text=block.text[:at], links=tuple(k for k in block.links if k.start < start + at), position=replace(block.position, end=start + at)),
        replace(block, text=block.text[at:], links=tuple(k for k in block.links if k.start >= start + at), position=replace(block.position, start=start + at, end=end)),
    ]  # fmt: skip


def _goes_on(title: Block, block: Block) -> bool:
    return words_key(title.text) == words_key(block.text)


def _is_title(block: Block, following: Block | None) -> bool:
    """Whether a paragraph is the title of an item: short, without a full stop, before text that is longer."""
    text = block.text.strip()
    if (
        block.kind is not BlockKind.PARAGRAPH
        or block.level
        or following is None
        or following.kind is not BlockKind.PARAGRAPH
        or not 2 < len(text) <= _LONGEST_TITLE
        or len(text.split()) > _MOST_WORDS
        or text[-1] in ".:;,?!…"
    ):
        return False
    first = text.lstrip("‘’'\"“”@(")[:1]
    if not (first.isupper() or first.isdigit() or _INNER_CAPITAL.match(text)):
        return False
    if _SENTENCE.search(fold(text)) or _FURNITURE_LINE.match(text):
        return False
    return (len(following.text) > max(len(text), 40) and following.text.rstrip()[-1:] in ".:;)”’\"'") or len(
        following.text
    ) > 150


def _without_closing(body: list[Block], outline: Outline) -> list[Block]:
    """The body up to what every factsheet ends with."""
    closing = [Fingerprint(parts) for parts in outline.closing]
    for index in range(len(body) * 2 // 3, len(body)):
        folded = fold(body[index].text[:120])
        if any(f.matches(folded) and (f.find(folded) or (9, 0))[0] == 0 for f in closing):
            return body[:index]
    return body


_ALIKE = 0.86
_SAME = 0.97
_DEEPEST_SECTION = 3
_LONGEST_TITLE = 200
_MOST_WORDS = 24
_NUMBERED = re.compile(r"^\s*(?:chapter\s+)?\d{1,2}(?:\.\d{1,2}){0,3}\.?\)?[\s–-]*(?=\D)", re.IGNORECASE)
_CONTENTS_LINE = re.compile(r"(?:\.{3,}|\t|…)\s*\d{1,3}\s*$|\s\d{1,3}\s*$")
_EDITION = re.compile(r"factsheets?\D{0,40}(20\d\d)|(20\d\d)\D{0,40}factsheet")
_INNER_CAPITAL = re.compile(r"[a-z]{1,12}[A-Z@.]")
_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|has been|have been|had|aims to|provides|will be|can be|please)\b(?! and\b)"
)
_FURNITURE_LINE = re.compile(r"(?:source|figure|table|graph|chart)\s*[:\d]|https?://|www\.|@", re.IGNORECASE)
_GLUED = re.compile(r"([A-Z‘“'\"][^.!?:;]{2,90}?[a-z)’])(?=(?:An?|The|This|In|Since|It|As) [\w’-]+ )")
_RUN_IN = re.compile(r"\s*[:.–-]?\s+(?=[A-Z])")

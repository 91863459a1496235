"""A document as extraction sees it: the answers, their sentences and addresses, all in offsets of the document's text."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from kg.documents import BlockKind, Document, Link
from kg.extraction.gazetteer import RegisteredOrganisation, country_mentions, organisation_mentions
from kg.extraction.names import Name, names_between
from kg.questionnaire import Form, ParsedAnswer, ParsedDocument, Piece, parse
from kg.questionnaire.wording import fold
from kg.records.model import Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, with the number of its piece."""

    start: int
    end: int
    piece: int


@dataclass(slots=True)
class Reading:
    """One document read against a form. `text` and `folded` are the whole document; everything else points into them."""

    document: Document
    form: Form
    country: str
    edition: int
    parsed: ParsedDocument = field(init=False)
    text: str = field(init=False)
    folded: str = field(init=False)
    links: list[Link] = field(init=False)
    _link_starts: list[int] = field(init=False)
    _sentences: dict[str, list[Sentence]] = field(init=False, default_factory=dict)
    _names: dict[tuple[int, int], list[Name]] = field(init=False, default_factory=dict)
    _countries: list[tuple[int, int, str]] | None = field(init=False, default=None)
    _foreign: list[tuple[int, int, str]] | None = field(init=False, default=None)
    _organisations: list[tuple[int, int, RegisteredOrganisation]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.text = self.document.text
        self.folded = fold(self.text)
        self.parsed = parse(self.document, self.form)
        self.links = sorted(
            (
                link
                for block in self.document.blocks
                if block.kind is not BlockKind.FURNITURE
                for link in block.links
                # The record takes addresses up to this length; what is longer leads nowhere.
                if len(link.url) <= _LONGEST_ADDRESS
            ),
            key=lambda link: link.start,
        )
        self._link_starts = [link.start for link in self.links]

    @property
    def answers(self) -> list[ParsedAnswer]:
        return list(self.parsed.answers.values())

    def links_between(self, start: int, end: int) -> list[Link]:
        """Web links that start in a stretch of text; mail addresses are left out."""
        chosen = self.links[bisect_left(self._link_starts, start) : bisect_left(self._link_starts, end)]
        return [link for link in chosen if link.url.startswith(("http://", "https://"))]

    def in_link(self, offset: int) -> bool:
        """Whether an offset lies inside an address that is written out."""
        at = bisect_right(self._link_starts, offset) - 1
        return (
            at >= 0
            and self.links[at].start <= offset < self.links[at].end
            and _ADDRESS.match(self.links[at].text) is not None
        )

    def sentences(self, answer: ParsedAnswer) -> list[Sentence]:
        """The sentences of an answer, piece by piece."""
        if answer.q not in self._sentences:
            self._sentences[answer.q] = [
                Sentence(start, end, number)
                for number, piece in enumerate(answer.pieces)
                for start, end in split_sentences(self.text, piece.start, piece.end)
            ]
        return self._sentences[answer.q]

    def names(self, start: int, end: int) -> list[Name]:
        """The proper names between two offsets; several kinds of fact ask for the same stretch."""
        key = (start, end)
        if key not in self._names:
            self._names[key] = names_between(self.text, self.folded, start, end)
        return self._names[key]

    def countries(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """The countries named between two offsets: (start, end, alpha-3). The document is searched once."""
        known = self._all_countries()
        return [
            found
            for found in known[bisect_left(known, (start,)) : bisect_left(known, (end,))]
            if found[1] <= end
        ]

    def foreign_before(self, offset: int, since: int) -> str | None:
        """The other country named last before an offset, not before `since`."""
        if self._foreign is None:
            self._foreign = [found for found in self._all_countries() if found[2] != self.country]
        at = bisect_left(self._foreign, (offset,)) - 1
        while at >= 0 and self._foreign[at][1] > offset:
            at -= 1
        return self._foreign[at][2] if at >= 0 and self._foreign[at][0] >= since else None

    def _all_countries(self) -> list[tuple[int, int, str]]:
        if self._countries is None:
            self._countries = country_mentions(self.text, self.folded, 0, len(self.text))
        return self._countries

    def organisations(self, start: int, end: int) -> list[tuple[int, int, RegisteredOrganisation]]:
        """Registered organisations named between two offsets. The document is searched once."""
        if self._organisations is None:
            self._organisations = organisation_mentions(self.text, self.folded, 0, len(self.text))
        known = self._organisations
        first = bisect_left(known, start, key=lambda found: found[0])
        last = bisect_left(known, end, key=lambda found: found[0])
        return [found for found in known[first:last] if found[1] <= end]

    def is_certain(self, q: str) -> bool:
        """Whether the question was recognised by its number and its wording."""
        answer = self.parsed.answers.get(q)
        return answer is None or answer.certain

    def is_item(self, answer: ParsedAnswer, number: int) -> bool:
        """Whether there is a piece of that number in an answer, and it is an item of a list."""
        if number >= len(answer.pieces):
            return False
        piece = answer.pieces[number]
        return piece.block.kind is BlockKind.LIST_ITEM or (
            _ITEM_LEAD.match(self.text, piece.start, piece.end) is not None
        )

    def item_text(self, sentence: Sentence) -> str:
        """A sentence at the head of an item, without its number and the signs around it."""
        lead = _ITEM_LEAD.match(self.text, sentence.start, sentence.end)
        return self.text[lead.end() if lead else sentence.start : sentence.end].strip(" .;:•-–")

    def span(self, q: str, start: int, end: int) -> Span:
        place = self.document.locate(start)
        return Span(q=q, page=place.page, line=place.line, start=start, end=end)

    def is_address_only(self, piece: Piece) -> bool:
        """Whether a piece holds addresses and nothing else."""
        links = self.links_between(piece.start, piece.end)
        if not links:
            return False
        rest = (
            self.text[piece.start : links[0].start]
            + "".join(self.text[a.end : b.start] for a, b in itertools.pairwise(links))
            + self.text[links[-1].end : piece.end]
        )
        return not any(c.isalnum() for c in rest)


def split_sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences between two offsets. Abbreviations and numbers ("No. 5", "Art. 3", "1. First") end none."""
    found = []
    at = start
    for match in _STOP.finditer(text, start, end):
        before = text[max(at, match.start() - 12) : match.start()]
        if match[0].startswith(".") and (
            _ABBREVIATION.search(before)
            or (at == start and _ITEM_NUMBER.fullmatch(text, start, match.start()))
        ):
            continue
        found.append((at, match.start() + 1))
        at = match.end()
    if at < end:
        found.append((at, end))
    # What never ends is no sentence; cut up, it costs time in proportion.
    cut = [(c, min(c + _LONGEST, b)) for a, b in found for c in range(a, b, _LONGEST)]
    return [(a, b) for a, b in cut if text[a:b].strip()]


_LONGEST = 3000
_LONGEST_ADDRESS = 2000
_STOP = re.compile(r"[.!?。]\)?[ \t]+(?=[^\Wa-zà-ÿ_]|[\"“«(¿¡'])")
_ITEM_LEAD = re.compile(r"\s*(?:\(?[0-9]{1,2}[.)]|\(?[a-z][.)]|[ivx]{1,4}[.)]|[-•–])\s+")
_ITEM_NUMBER = re.compile(r"\s*\(?(?:[0-9]{1,3}|[a-zA-Z]|[ivx]{1,4})")
_ABBREVIATION = re.compile(
    r"(?:\b[Nn][ºo°r]?|\bNos|\b[Nn]úm|\b[Aa]rts?|\b[Ss]|\b[Pp]p?|\b[Cc]f|\be\.g|\bi\.e|\betc|\bvs|\bDr|\bSr|\bSra|\bMr|\bMs|\bSt|\b[Ss]ec|\bvol|\bVol|\bed|\bCap|\bInc|\bLtd|\b[A-Z]|\b[A-Z]\.[A-Z]|\bapprox|\baprox|\bca|\bRes|\bReg|\bNro|\bNr)$"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)|\S+\.\S{2,}$", re.IGNORECASE)

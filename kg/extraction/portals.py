"""Portals: the kind from the question, names from beside the address, replacement from the words between two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.documents import Link
from kg.extraction.bodies.drafts import Bodies
from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import phrases
from kg.extraction.instruments.drafts import Instruments
from kg.extraction.listings import Entry, entries
from kg.extraction.places import Distinct
from kg.extraction.reading import Reading
from kg.iris import host_of
from kg.questionnaire import ParsedAnswer, Piece
from kg.questionnaire.wording import fold, words_key

KINDS = {
    "1": "national",
    "2": "other",
    "2a": "e-services",
    "2b": "e-participation",
    "2c": "open-data",
    "2d": "procurement",
    "2e": "other",
}
_ELSEWHERE = ("4", "7", "10", "11", "12", "13", "14")


@dataclass(slots=True, eq=False)
class PortalDraft:
    """A portal while it is put together from its mentions."""

    name: str | None = None
    url: str | None = None
    other_urls: list[str] = field(default_factory=Distinct)
    aliases: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    planned_kinds: list[str] = field(default_factory=list)
    replaced_by: PortalDraft | None = None
    replacement_status: str | None = None
    listing: bool = False
    evidence: Evidence = field(default_factory=Evidence)


class _Portals:
    """The drafts of a document, findable by address and by name."""

    def __init__(self) -> None:
        self.drafts: list[PortalDraft] = []
        self._by_address: dict[str, PortalDraft] = {}
        self._by_ending: dict[str, list[PortalDraft]] = {}

    def add(self, draft: PortalDraft) -> PortalDraft:
        self.drafts.append(draft)
        if draft.url:
            self._by_address.setdefault(key(draft.url), draft)
            self._by_ending.setdefault(words_key(key(draft.url)), []).append(draft)
        if draft.name:
            self.named(draft)
        return draft

    def named(self, draft: PortalDraft) -> None:
        """Makes a draft findable by the last words of its name."""
        words = words_key(draft.name or "").split()
        for start in range(len(words)):
            self._by_ending.setdefault(" ".join(words[start:]), []).append(draft)

    def at(self, url: str) -> PortalDraft | None:
        return self._by_address.get(key(url))

    def ending_in(self, words: str, but: PortalDraft) -> PortalDraft | None:
        """The first portal whose name ends in these words, or whose address has them, but one."""
        return next((draft for draft in self._by_ending.get(words, ()) if draft is not but), None)


def find_portals(reading: Reading, bodies: Bodies, instruments: Instruments) -> list[PortalDraft]:
    """The portals of questions 1 and 2, and those named elsewhere with an address of their own."""
    found = _Portals()
    for answer in reading.answers:
        if answer.q in KINDS:
            _read(reading, answer, found)
    taken = {key(url) for draft in bodies.drafts for url in draft.urls} | {
        key(url) for draft in instruments.drafts for url in draft.urls
    }
    for answer in reading.answers:
        if answer.q in _ELSEWHERE:
            _elsewhere(reading, answer, found, taken)
    return found.drafts


def key(url: str) -> str:
    """An address for comparison: no scheme, no `www.`, no trailing slash."""
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", url.strip().lower()).rstrip("/")


def _read(reading: Reading, answer: ParsedAnswer, found: _Portals) -> None:
    """The addresses of an answer as portals of its kind, and which replaced which, piece by piece."""
    by_url: dict[str, Entry] = {}
    for entry in entries(reading, answer):
        for url in entry.urls:
            by_url.setdefault(key(url), entry)
    previous: PortalDraft | None = None
    for piece in answer.pieces:
        links = reading.links_between(piece.start, piece.end)
        previous = _read_piece(reading, answer, piece, links, by_url, previous, found)
        if previous is not None:
            behind = links[-1].end if links else piece.start
            _successor_by_name(reading, answer, behind, piece.end, previous, KINDS[answer.q], found)


def _read_piece(
    reading: Reading,
    answer: ParsedAnswer,
    piece: Piece,
    links: list[Link],
    by_url: dict[str, Entry],
    previous: PortalDraft | None,
    found: _Portals,
) -> PortalDraft | None:
    """Takes in the portals of a piece; gives the one that what follows may say was replaced."""
    kind, folded = KINDS[answer.q], reading.folded
    new: PortalDraft | None = None
    for number, link in enumerate(links):
        gap = (links[number - 1].end if number else piece.start, link.start)
        draft = _portal(found, link.url)
        draft.evidence.seen(
            reading,
            answer.q,
            link.start,
            link.end,
            "high",
            "given as an address under the question for this kind",
        )
        _take_names(draft, by_url.get(key(link.url)), found)
        if phrases("lists_portals").search(folded, *gap) is not None:
            draft.listing = not draft.kinds
            continue
        before = phrases("replaced_by").search(folded, *gap)
        if before and previous is not None and previous is not draft:
            soon = _SOON.search(folded, max(gap[0], before.start() - 20), before.end() + 12)
            previous.replaced_by, previous.replacement_status = draft, "planned" if soon else "replaced"
            if kind not in draft.planned_kinds:
                draft.planned_kinds.append(kind)
            continue
        if kind not in draft.kinds:
            draft.kinds.append(kind)
        if phrases("replaced").search(folded, *gap) and previous is not None and previous is not draft:
            # "X replaced A, B and C": all that follows in the piece was replaced by X.
            new = previous
        if new is None:
            previous = draft
        elif new is not draft:
            draft.replaced_by, draft.replacement_status = new, "replaced"
            stop = links[number + 1].start if number + 1 < len(links) else piece.end
            _old_names(reading, answer, link, stop, new, found)
    return previous


def _take_names(draft: PortalDraft, entry: Entry | None, found: _Portals) -> None:
    """The names that the entry of an address gives to a portal that has none."""
    if entry is None or not entry.name or draft.name is not None or _BAD_NAME.match(fold(entry.name)):
        return
    draft.name = entry.name
    found.named(draft)
    if entry.acronym:
        draft.aliases.append(entry.acronym)
    draft.aliases += entry.aliases


def _portal(found: _Portals, url: str) -> PortalDraft:
    draft = found.at(url)
    if draft is None:
        return found.add(PortalDraft(url=url))
    if draft.url != url:
        draft.other_urls.append(url)
    return draft


def _old_names(
    reading: Reading,
    answer: ParsedAnswer,
    link: Link,
    end: int,
    successor: PortalDraft,
    found: _Portals,
) -> None:
    """ "… which replaced A (address) and B": B has no address and was replaced all the same."""
    sentence_end = _SENTENCE_END.search(reading.text, link.end, min(end, link.end + _NEAR))
    stop = sentence_end.start() if sentence_end is not None else min(end, link.end + _NEAR)
    match = _AND_NAME.match(reading.folded, link.end, stop)
    if match is None:
        return
    for name in reading.names(match.end(), stop)[:2]:
        draft = PortalDraft(
            name=name.text, kinds=["other"], replaced_by=successor, replacement_status="replaced"
        )
        draft.evidence.seen(
            reading, answer.q, name.start, name.end, "medium", "named as replaced, without an address"
        )
        found.add(draft)


def _successor_by_name(
    reading: Reading,
    answer: ParsedAnswer,
    start: int,
    end: int,
    old: PortalDraft,
    kind: str,
    found: _Portals,
) -> None:
    match = phrases("replaced_by").search(reading.folded, start, end)
    if match is None or old.replaced_by is not None:
        return
    names = reading.names(match.end(), min(end, match.end() + _NEAR))
    if not names or names[0].start - match.end() > 12:
        return
    name = names[0]
    known = found.ending_in(words_key(name.text), old)
    if known is None:
        known = PortalDraft(
            name=name.text, planned_kinds=[kind], aliases=[name.acronym] if name.acronym else []
        )
        known.evidence.seen(
            reading, answer.q, name.start, name.end, "medium", "named as the successor, without an address"
        )
        found.add(known)
    old.replaced_by = known
    old.replacement_status = (
        "planned"
        if _SOON.search(reading.folded, max(start, match.start() - 20), match.end() + 12)
        else "replaced"
    )


def _elsewhere(reading: Reading, answer: ParsedAnswer, found: _Portals, taken: set[str]) -> None:
    for piece in answer.pieces:
        for link in reading.links_between(piece.start, piece.end):
            place = key(link.url)
            known = found.at(link.url)
            if known is not None:
                known.evidence.seen(
                    reading, answer.q, link.start, link.end, "medium", "its address is given again"
                )
                continue
            if place in taken or "/" in place or "?" in place or host_of(link.url) is None:
                continue
            names = reading.names(max(piece.start, link.start - 120), link.start)
            name = names[-1] if names and link.start - names[-1].after < 6 else None
            if name is not None and name.group in ("bodies", "policies", "laws", "organisations"):
                continue
            draft = PortalDraft(name=name.text if name else None, url=link.url, kinds=["other"])
            draft.evidence.seen(
                reading,
                answer.q,
                link.start,
                link.end,
                "low" if name is None else "medium",
                "an address of its own in an answer on something else",
            )
            found.add(draft)


_NEAR = 500
"""A name that belongs to an address or a verb stands within so many characters."""
_SENTENCE_END = re.compile(r"[.;]\s")
_BAD_NAME = re.compile(
    r"(?:soon|to be|will|also|and|more|see|a complete|it is|https?|www|pronto|proximamente|since|replaced|being|in charge|un listado|listado|lista)\b"
)
_SOON = re.compile(r"\b(?:soon|being|to be|will|sera|pronto|proxim|en migrac|migrando|is moving|prochain)")
_AND_NAME = re.compile(r"\s*\)?\s*,?\s*(?:and|y|e|et)\s(?:the\s|el\s|la\s|o\s|a\s|le\s)?")

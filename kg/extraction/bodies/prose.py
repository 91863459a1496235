"""Bodies that running text names by what they are, with the address, the body above and the country that stand beside the name."""

from __future__ import annotations

import re
from bisect import bisect_right

from kg.extraction.bodies.drafts import Bodies, BodyDraft, BodyMention
from kg.extraction.bodies.names import vague
from kg.extraction.gazetteer import RegisteredOrganisation, coded
from kg.extraction.instruments.drafts import Instruments
from kg.extraction.names import Name
from kg.extraction.negation import is_denied
from kg.extraction.reading import Reading, Sentence
from kg.iris import host_of
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold


class Prose:
    """Reads the sentences of answers. `own` are the words by which the country calls itself."""

    def __init__(
        self, reading: Reading, found: Bodies, own: frozenset[str], instruments: Instruments
    ) -> None:
        self._reading = reading
        self._found = found
        self._own = own
        self._instruments = instruments

    def read(self, answer: ParsedAnswer) -> None:
        """Takes in the bodies that an answer names."""
        for sentence in self._reading.sentences(answer):
            registered = self._reading.organisations(sentence.start, sentence.end)
            names = self._reading.names(sentence.start, sentence.end)
            previous: BodyDraft | None = None
            previous_end = sentence.start
            for name in names:
                if not self._is_body(answer.q, sentence, name, registered):
                    continue
                draft = self._draft_of(answer.q, sentence, name)
                if draft is None:
                    continue
                self._take_address(answer, sentence, draft, name, _sole(names, name))
                self._found.mention(BodyMention(answer.q, name.start, name.end, draft))
                if (
                    previous is not None
                    and previous is not draft
                    and _PARENT_GAP.fullmatch(self._reading.folded[previous_end : name.start])
                    and draft.country is None
                    and previous.parent is None
                ):
                    previous.parent = draft
                previous, previous_end = draft, name.after

    def _is_body(
        self,
        q: str,
        sentence: Sentence,
        name: Name,
        registered: list[tuple[int, int, RegisteredOrganisation]],
    ) -> bool:
        """Whether a name is that of a body which was not taken for something else."""
        folded = self._reading.folded
        if name.group != "bodies" or self._reading.in_link(name.start):
            return False
        if _PROJECT.search(folded, max(sentence.start, name.start - 24), name.start):
            return False
        if q in PORTALS_IN and not _RUN_BY.search(folded, max(sentence.start, name.start - 40), name.start):
            return False
        if _INITIATIVE.match(folded, name.after, sentence.end):
            return False
        if any(
            a <= name.start < b or (name.start <= a < name.end and b - a > len(name.text) * 0.6)
            for a, b, _ in registered
        ):
            return False
        return not (
            self._instruments.places.overlap(name.start, name.end)
            or self._found.places.overlap(name.start, name.end)
        )

    def _draft_of(self, q: str, sentence: Sentence, name: Name) -> BodyDraft | None:
        """The draft of a name, known or new; None for a new name that is vague, denied, or that of a partnership itself."""
        reading, found, own = self._reading, self._found, self._own
        draft = found.by_name(name.text, own) or (found.by_name(name.acronym, own) if name.acronym else None)
        if draft is not None:
            draft.call(name.text)
            if name.acronym and not draft.acronym:
                draft.abbreviate(name.acronym)
                found.add(draft, own)
            draft.evidence.seen(reading, q, name.start, name.end, "medium", "named again in running text")
            return draft
        if vague(name.text) or is_denied(reading.folded, name.start, name.end, sentence.start, sentence.end):
            return None
        if q == "22" and not (name.acronym or name.kind == "ministry"):
            return None
        if q == "24" and _is_subject(reading, sentence.start, name.start, name.after):
            return None
        draft = BodyDraft(name.text, name.kind or "other", name.acronym)
        draft.country = _foreign(reading, q, sentence.start, name.start, name.end)
        if draft.country is None:
            draft.areas = [area for area in coded("areas").codes(fold(name.text)) if area in _NAMED_AREAS]
        found.add(draft, own)
        draft.evidence.seen(reading, q, name.start, name.end, "medium", "named in running text by what it is")
        return draft

    def _take_address(
        self, answer: ParsedAnswer, sentence: Sentence, draft: BodyDraft, name: Name, sole: bool
    ) -> None:
        """The address right behind a name; of the `sole` body of a sentence also the one that closes it or follows it."""
        for link in self._reading.links_between(name.after, min(sentence.end + 1, name.after + 6)):
            if not draft.urls:
                draft.urls.append(link.url)
        if not sole or draft.country is not None:
            return
        if not draft.urls:
            draft.urls += _address_behind(self._reading, self._instruments, name.after, sentence.end)
        if not draft.urls and sentence.end - name.after < 160:
            following = _piece_after(self._reading, answer, sentence.end)
            if following:
                draft.urls.append(following)


def _sole(names: list[Name], name: Name) -> bool:
    return [n for n in names if n.group == "bodies"][-1:] == [name]


def _address_behind(reading: Reading, instruments: Instruments, start: int, end: int) -> list[str]:
    """The home page that closes the sentence about a body ("… enforces it (https://body.example)")."""
    links = reading.links_between(start, min(end + 1, start + _FAR))
    if len(links) != 1 or reading.text[links[0].end : end].strip(" ).>]") or not _home_page(links[0].url):
        return []
    return [] if instruments.places.overlap(start, links[0].start) else [links[0].url]


def _home_page(url: str) -> bool:
    return host_of(url) is not None and "/" not in url.split("://", 1)[-1].strip("/")


def _piece_after(reading: Reading, answer: ParsedAnswer, end: int) -> str | None:
    """The address in a piece of its own right behind a piece that ends here."""
    position = bisect_right(answer.pieces, end + 1, key=lambda piece: piece.end) - 1
    if 0 <= position < len(answer.pieces) - 1 and answer.pieces[position].end >= end - 1:
        following = answer.pieces[position + 1]
        if reading.is_address_only(following):
            links = reading.links_between(following.start, following.end)
            return links[0].url if _home_page(links[0].url) else None
    return None


def _is_subject(reading: Reading, sentence_start: int, start: int, after: int) -> bool:
    """Whether a name begins an item of question 24 and is thus the partnership itself ("X Committee: …")."""
    return (
        start - sentence_start < 6
        and (
            _ITEM_COLON.match(reading.folded, after) is not None
            or _IS_PARTNERSHIP.match(reading.folded, after) is not None
        )
    ) or _COMMITTEE_THERE.search(reading.folded, sentence_start, start) is not None


def _foreign(reading: Reading, q: str, sentence_start: int, start: int, end: int) -> str | None:
    """The other country that a body belongs to: named within the name, or (question 23) at the head of the item."""
    near = reading.countries(start, min(len(reading.text), end + 30))
    inside = any(iso3 != reading.country for _, _, iso3 in near)
    close = [iso3 for a, _, iso3 in near if a <= end + 8]
    if inside and close and close[0] != reading.country:
        return close[0]
    if q != "23":
        return None
    line = reading.document.locate(start).block.position.start
    named = [
        (end_at, iso3)
        for _, end_at, iso3 in reading.countries(max(line, sentence_start), start)
        if iso3 != reading.country
    ]
    if (
        named
        and _WITH.search(reading.folded, named[-1][0], start)
        and not _HEADING.match(reading.folded, named[-1][0])
    ):
        # "The Government of X signed an agreement with the Y": Y is on the other side, which is ours.
        return None
    within = [iso3 for _, iso3 in named]
    return within[-1] if within else reading.foreign_before(start, line)


PORTALS_IN = frozenset({"1", "2", "2a", "2b", "2c", "2d", "2e"})
"""Questions on portals, whose capitalised names are portals; a body stands behind "operated by" and the like."""
_FAR = 100
_WITH = re.compile(r"\b(?:with|con|avec|com)\s(?:the\s|la\s|el\s|le\s|l'|o\s|a\s)?$")
_HEADING = re.compile(r"\s?(?:\([^)]{0,30}\)\s?)?(?:[:\t]|[-–—]\s)")
_PROJECT = re.compile(
    r"\b(?:project|programme|program|initiative|pilot|proyecto|programa|iniciativa|piloto|projet|projeto)\s[\"'“«]?$"
)
_RUN_BY = re.compile(
    r"\b(?:operated|managed|run|maintained|administered|hosted|owned|developed|operad[oa]|administrad[oa]|gestionad[oa]|gerid[oa]|mantenid[oa]|mantid[oa]|geree?|exploitee?|administree?)\s(?:by|por|par|pel[oa])\s(?:the\s|la\s|el\s|le\s|l'|o\s|a\s)?$"
)
_INITIATIVE = re.compile(
    r"\s(?:initiative|project|programme|program|campaign|survey|strategy|plan|app|portal|platform|website|index|award)\b"
)
_PARENT_GAP = re.compile(
    r"\s*,?\s*(?:of|under|within|a unit of|part of|del|de la|do|da|du|de|attached to|set up within|dependiente del?|sob tutela do)\s(?:the\s|la\s|el\s|a\s|o\s|le\s)?(?:\w+\s)?"
)
_ITEM_COLON = re.compile(r"\s?[:–—-]")
_IS_PARTNERSHIP = re.compile(
    r"\s(?:is|was|es|est|e)\s(?:a|an|the|un|una|une|um|uma)\s(?:[\w-]+\s){0,2}?(?:public|multi|partnership|platform|forum|plataforma|plateforme|foro|alianza|partenariat|parceria|mesa)"
)
_COMMITTEE_THERE = re.compile(r"\b(?:there is an?|existe un|existe uma|il existe un)\s$")
_NAMED_AREAS = ("data-protection", "digital-security", "statistics")
"""Areas that a name alone tells."""

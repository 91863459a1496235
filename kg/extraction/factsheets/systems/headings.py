"""The systems that headings name, with what their items say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extraction.evidence import Confidence
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.citing import dated_verb
from kg.extraction.factsheets.instruments.drafts import Instruments
from kg.extraction.factsheets.reading import (
    FactsheetReading,
    Title,
    clean_title,
    word_set,
    words,
)
from kg.extraction.factsheets.systems.addresses import address_of
from kg.extraction.factsheets.systems.candidates import Candidates
from kg.extraction.factsheets.systems.drafts import SystemDraft
from kg.extraction.factsheets.systems.kinds import assign_kinds
from kg.extraction.factsheets.systems.known import KnownSystems
from kg.extraction.factsheets.systems.nouns import (
    COINED_WORD,
    DOMAIN,
    head_noun,
    is_bare,
    is_plural,
)
from kg.extraction.factsheets.systems.operators import find_operator
from kg.extraction.names import classify
from kg.extraction.negation import is_planned
from kg.questionnaire.outline import OutlineItem, says_nothing
from kg.questionnaire.wording import fold


class Headings:
    """Reads the headings of an item; a heading may name several systems, or an effort that is none."""

    def __init__(
        self,
        reading: FactsheetReading,
        bodies: KnownBodies,
        instruments: Instruments,
        known: KnownSystems,
        candidates: Candidates,
    ) -> None:
        self._reading = reading
        self._bodies = bodies
        self._instruments = instruments
        self._known = known
        self._candidates = candidates

    def named(self, item: OutlineItem) -> list[SystemDraft]:
        """The systems that a heading of the infrastructure chapter names."""
        if not self._says_something(item):
            return []
        assert item.title is not None
        title = clean_title(item.title.text)
        found = []
        for name, aliases in _several(_of_activity(_explained(title))):
            first = _TOKEN.match(name)
            if first is not None and not first[1].isupper():
                aliases = [*aliases, first[1]]
            if not self._candidates.is_system(name, item):
                continue
            if head_noun(name) not in word_set("strong_nouns") and _said_effort(
                self._reading, [name, *aliases], item
            ):
                continue
            draft = self._known.called(name, aliases)
            self._complete(draft, item, name, aliases, alone=name == title.name)
            found.append(draft)
        return found

    def is_effort(self, item: OutlineItem) -> bool:
        """Whether a heading of the infrastructure chapter that names no system names a project or an effort."""
        if not self._says_something(item) or item.title is None:
            return False
        return self._candidates.is_effort(clean_title(item.title.text).name)

    def _says_something(self, item: OutlineItem) -> bool:
        empty = all(says_nothing(block.text, self._reading.outline) for block in item.blocks)
        return item.title is not None and bool(item.blocks) and not empty

    def named_elsewhere(self, item: OutlineItem) -> bool:
        """Whether an item of the chapters on communications and legislation is about a system; then it is taken.

        There a heading has to say so itself: by the noun of a system, or by being an address.
        """
        if item.title is None or not item.blocks:
            return False
        title = clean_title(item.title.text)
        name = title.name.strip(" ‘’“”'\"")
        site = DOMAIN.fullmatch(fold(name)) is not None
        if not site and (
            head_noun(name) not in word_set("strong_nouns")
            or len(name.split()) < 2
            or len(name.split()) > 8
            or not self._candidates.is_system(name, item)
        ):
            return False
        draft = self._known.called(name, list(title.aliases))
        self._complete(draft, item, name, list(title.aliases), alone=True)
        return True

    def _complete(
        self, draft: SystemDraft, item: OutlineItem, name: str, aliases: list[str], *, alone: bool
    ) -> None:
        reading, block = self._reading, item.title
        assert block is not None
        draft.headed = True
        confidence: Confidence = "high" if item.certain else "medium"
        why = (
            "a heading of the infrastructure chapter" if item.certain else "a line that looks like a heading"
        )
        draft.evidence.seen(
            reading, item.section.number, block.position.start, block.position.end, confidence, why
        )
        url = address_of(reading, self._candidates, item, [name, *aliases], alone=alone)
        if url is not None:
            self._known.take_url(draft, url)
        sentences = reading.sentences(item)
        said = reading.folded[sentences[0][0] : sentences[min(2, len(sentences) - 1)][1]] if sentences else ""
        title = fold(" ".join([name, *aliases]))
        assign_kinds(reading, draft, item, title, said)
        draft.portal = (
            draft.portal
            or words("portal_words").search(title) is not None
            or DOMAIN.search(title) is not None
            or any(_said_portal(reading, [name, *aliases], start, end) for start, end in sentences[:4])
        )
        for start, end in sentences[:4]:
            found = dated_verb(reading.folded, words("launched"), start, end)
            if draft.start_year is None and found is not None:
                draft.start_year = found[1]
            for other in _own_brackets(reading, [name, *aliases], start, end):
                self._known.add_name(draft, other)
            for other in _other_names(reading, [name, *aliases], start, end):
                self._known.add_name(draft, other)
        if sentences and draft.start_year is None:
            start, end = sentences[0]
            draft.planned = is_planned(reading.folded, start, min(start + 60, end), start, end)
        find_operator(reading, self._bodies, draft, item)
        for mention in self._instruments.mentions.get(id(item), []):
            before = reading.folded[max(item.start, mention.start - 60) : mention.start]
            if _LAID_DOWN.search(before) and mention.draft not in draft.under and not mention.draft.of_union:
                draft.under.append(mention.draft)


def _explained(title: Title) -> Title:
    """ "Gov-ERP: Reform of the Financial System", "Interim Solution of Justice: i-Justice": a coined name, and what it is behind or
    before a colon."""
    left, colon, right = title.name.partition(": ")
    if not colon:
        return title
    for name, other in ((left, right), (right, left)):
        if len(name.split()) <= 3 and COINED_WORD.search(name) is not None and len(other.split()) > 1:
            return Title(name, (*title.aliases, title.name, other), title.years)
    return title


def _of_activity(title: Title) -> Title:
    """ "Implementation of the Information System on X": the system of which a heading tells that it was made."""
    match = words("activity_titles").match(fold(title.name))
    if match is None:
        return title
    name = title.name[match.end() :].removeprefix(" of").strip()
    name = re.sub(r"^(?:the|an?|new)\s", "", name)
    launched = match[0].startswith(("launch", "establishment", "set up", "deployment", "introduction"))
    heads = word_set("system_nouns") | {"lab", "laboratory"} if launched else word_set("strong_nouns")
    if (
        head_noun(name) not in heads
        or is_plural(name)
        or fold(name).endswith("services")
        or not name[:1].isupper()
    ):
        return title
    return Title(name, tuple(a for a in title.aliases if title.name not in a), title.years)


def _several(title: Title) -> list[tuple[str, list[str]]]:
    """ "EUCARIS, ECRIS and EULIS", "Driving Licence App and Health Card App": one system per name."""
    parts = [p.strip() for p in re.split(r",\s|\s(?:and|&)\s", title.name)]
    if len(parts) < 2 or any(len(p) < 2 for p in parts):
        return [(title.name, list(title.aliases))]
    single = all(" " not in p and any(c.isupper() or c == "@" for c in p) for p in parts)
    same = (
        all(" " in p and head_noun(p) in word_set("system_nouns") for p in parts)
        and len({head_noun(p) for p in parts}) == 1
    )
    proper = all(COINED_WORD.search(p) for p in parts) and all(len(p.split()) <= 4 for p in parts)
    return [(part, []) for part in parts] if single or same or proper else [(title.name, list(title.aliases))]


def _own_brackets(reading: FactsheetReading, names: list[str], start: int, end: int) -> Iterator[str]:
    """The abbreviation or national name in brackets behind the name of the item."""
    for name in names:
        at = reading.folded.find(fold(name), start, end)
        match = _BRACKET.match(reading.text, at + len(name), end) if at >= 0 else None
        if match is not None and not re.search(
            r"\d{3}|\b(?:e\.g|i\.e|see|which|since|no|in|as|for|the)\b", match[1].lower()
        ):
            yield from (part for part in re.split(r"[;,]\s|\sor\s|\s[–—-]\s", match[1]) if 1 < len(part) < 60)


def _other_names(reading: FactsheetReading, names: list[str], start: int, end: int) -> Iterator[str]:
    """ "the infrastructure, called eID-Gateway", "known as X", "formerly Y": other names of what the item is about."""
    for match in _ALSO.finditer(reading.text, start, min(end, start + 260)):
        name = match["name"].strip(" ,.‘’'\"")
        if len(name) > 2 and not is_bare(fold(name)) and classify(name)[0] not in ("bodies", "laws"):
            yield name


def _said_portal(reading: FactsheetReading, names: list[str], start: int, end: int) -> bool:
    """Whether a sentence calls the thing with these names a portal or website: "X is a portal for", "the X website provides"."""
    for name in names:
        at = reading.folded.find(fold(name), start, end) if len(name) > 2 else -1
        if at >= 0 and _IS_PORTAL.match(reading.folded, at + len(name), end) is not None:
            return True
    return False


def _said_effort(reading: FactsheetReading, names: list[str], item: OutlineItem) -> bool:
    """Whether the first sentence calls the thing a programme, project or campaign: "X is a pilot retraining programme"."""
    spans = reading.sentences(item)
    if not spans:
        return False
    start, end = spans[0]
    for name in names:
        at = reading.folded.find(fold(name), start, min(start + 40, end)) if len(name) > 2 else -1
        if at >= 0 and _IS_EFFORT.match(reading.folded, at + len(name), end) is not None:
            return True
    return False


_TOKEN = re.compile(r"((?!e[A-Z])[A-Z]?[a-z]+[A-Z][\w-]*)[\s:]")
_IS_PORTAL = re.compile(
    r"(?:\s\([^)]*\))?(?:\s(?:website|web site|web portal|portal)\b|,?\s(?:is|are|was launched as|serves as|acts as|functions as|works as)\s(?:an?|the|denmark's|our)\s(?:[\w'-]+\s){0,4}?(?:portal|website|web site|web page|webpage|one-stop[ -]shop|web-portal|point of single contact|online marketplace)\b)"
)
_IS_EFFORT = re.compile(
    r"(?:\s\([^)]*\))?,?\s(?:is|was|are)\s(?:an?|the|one of the)\s(?:[\w'-]+\s){0,5}?(?:programme|project|initiative|campaign|competition|course|award|challenge|scheme for|strategy|training|working group|task force|accelerator|forum|conference|community|survey|study)\b"
)
_LAID_DOWN = re.compile(
    r"\b(?:based on|pursuant to|in accordance with|regulated by|established by|set up by|laid down in|under the|legal basis|provided for (?:by|in))\b"
)
_BRACKET = re.compile(r"\s?\(([^()]{2,80})\)")
_ALSO = re.compile(
    r"\b(?:called|known as|named|entitled|formerly|rebranded (?:to|as)|abbreviated as|also known as)\s(?:the\s|known as\s|called\s)?(?P<name>‘[^’]{2,50}’|“[^”]{2,50}”|[A-Z@][\w.@-]*(?:\s[A-Z][\w.-]*){0,4}|[a-z]{1,3}[A-Z][\w.-]+)"
)

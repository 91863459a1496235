"""An instrument while it is put together from its mentions, and all instruments of a document by number, name and place."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from kg.extraction.citations import plain_number
from kg.extraction.evidence import Evidence
from kg.extraction.naming import Named
from kg.extraction.places import Distinct, Places
from kg.extraction.reading import Sentence
from kg.questionnaire.wording import words_key


@dataclass(slots=True, eq=False)
class InstrumentDraft(Named):
    """An instrument while it is put together from its mentions."""

    kind: str
    name: str
    number: str | None = None
    year: int | None = None
    date: dt.date | None = None
    series: str | None = None
    title: str | None = None
    acronym: str | None = None
    aliases: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=Distinct)
    url_candidates: list[str] = field(default_factory=Distinct)
    topics: list[str] = field(default_factory=Distinct)
    technologies: list[str] = field(default_factory=list)
    articles: list[tuple[str, str]] = field(default_factory=Distinct)
    relations: list[tuple[str, InstrumentDraft]] = field(default_factory=Distinct)
    planned: bool = False
    evidence: Evidence = field(default_factory=Evidence)
    position: int = -1
    """Its place among the drafts; -1 while it is none of them."""
    _keys: set[str] = field(default_factory=set)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.title, *self.aliases) if name]

    def entitle(self, title: str) -> None:
        """Gives it its title."""
        self._know(title)
        self.title = title


@dataclass(slots=True)
class InstrumentMention:
    """A place where an instrument is spoken of."""

    q: str
    start: int
    end: int
    sentence: Sentence
    draft: InstrumentDraft


@dataclass(slots=True)
class Instruments:
    """All instruments of a document, and where each is mentioned."""

    drafts: list[InstrumentDraft] = field(default_factory=list)
    mentions: list[InstrumentMention] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    places: Places[InstrumentMention] = field(default_factory=Places)
    """The mentions by where they stand."""
    _firsts: dict[tuple[str, int], InstrumentMention] = field(default_factory=dict)
    _numbers: dict[tuple[str, str], list[InstrumentDraft]] = field(default_factory=dict)
    _names: dict[str, InstrumentDraft] = field(default_factory=dict)
    _titles: dict[str, InstrumentDraft] = field(default_factory=dict)

    def add(self, draft: InstrumentDraft) -> None:
        """Takes an instrument in."""
        draft.position = len(self.drafts)
        self.drafts.append(draft)
        self.known_by(draft)

    def holds(self, draft: InstrumentDraft | None) -> bool:
        """Whether an instrument was taken in (what is denied is not)."""
        return (
            draft is not None
            and 0 <= draft.position < len(self.drafts)
            and self.drafts[draft.position] is draft
        )

    def mention(self, mention: InstrumentMention) -> None:
        """Notes a place where an instrument is spoken of."""
        self.mentions.append(mention)
        self.places.add(mention.start, mention.end, mention)
        place = (mention.q, mention.sentence.piece)
        first = self._firsts.get(place)
        if first is None or mention.start < first.start:
            self._firsts[place] = mention

    def first_in(self, q: str, piece: int) -> InstrumentMention | None:
        """The first mention in a piece of an answer."""
        return self._firsts.get((q, piece))

    def known_by(self, draft: InstrumentDraft, *names: str) -> None:
        """Makes an instrument findable by its number and by its names (default: all of them)."""
        if draft.position < 0:
            return
        if draft.number is not None:
            numbered = self._numbers.setdefault((_family(draft.kind), plain_number(draft.number)), [])
            if not any(other is draft for other in numbered):
                numbered.append(draft)
        for name in names or draft.names:
            _earliest(self._names, words_key(name), draft)
        if draft.title:
            _earliest(self._titles, words_key(TRAILING_YEARS.sub("", draft.title)), draft)

    def by_number(self, kind: str, number: str) -> list[InstrumentDraft]:
        """The instruments of the same family of kinds with that number."""
        return self._numbers.get((_family(kind), plain_number(number)), [])

    def by_title(self, title: str, group: str | None) -> InstrumentDraft | None:
        """The instrument of that name; the year behind the title of a law does not count."""
        found = self._names.get(words_key(title))
        law = self._titles.get(words_key(TRAILING_YEARS.sub("", title))) if group == "laws" else None
        if found is None or (law is not None and law.position < found.position):
            return law
        return found

    def merge_into(self, merged: dict[int, InstrumentDraft]) -> None:
        """Drops instruments that turned out to be others (by id) and points everything to those."""
        if not merged:
            return
        self.drafts = [draft for draft in self.drafts if id(draft) not in merged]
        for position, draft in enumerate(self.drafts):
            draft.position = position
            draft.relations = Distinct(
                (kind, merged.get(id(target), target)) for kind, target in draft.relations
            )
        for mention in self.mentions:
            mention.draft = merged.get(id(mention.draft), mention.draft)


def _earliest(known: dict[str, InstrumentDraft], key: str, draft: InstrumentDraft) -> None:
    other = known.get(key)
    if other is None or draft.position < other.position:
        known[key] = draft


def _family(kind: str) -> str:
    return {"decree-law": "decree", "strategy": "policy", "plan": "policy", "guideline": "policy"}.get(
        kind, kind
    )


LEGAL = frozenset(
    {
        "constitution",
        "act",
        "decree-law",
        "decree",
        "resolution",
        "directive",
        "regulation",
        "executive-order",
        "other",
    }
)


TRAILING_YEARS = re.compile(r"[\s,(]*(?:of |de )?(?:19|20)\d\d(?:\s?[-–/]\s?(?:(?:19|20)?\d\d))?\)?$")

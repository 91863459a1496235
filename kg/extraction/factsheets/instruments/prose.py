"""The instruments that prose names: acts of the Union, frameworks of the Union, and what a heading amends; `national` has the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.documents import Block
from kg.extraction.evidence import Confidence
from kg.extraction.factsheets.instruments.drafts import (
    InstrumentDraft,
    Mention,
)
from kg.extraction.factsheets.instruments.known import KnownInstruments
from kg.extraction.factsheets.instruments.names import (
    is_generic,
)
from kg.extraction.factsheets.instruments.national import NationalProse
from kg.extraction.factsheets.instruments.sightings import Sightings
from kg.extraction.factsheets.reading import FactsheetReading, clean_title
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.factsheets.union import union_mentions
from kg.extraction.gazetteer import data
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import words_key


class Prose:
    """Reads the sentences of chapters 2 to 5. `own` has the instrument of each item (by id) that is about one."""

    def __init__(
        self, reading: FactsheetReading, known: KnownInstruments, own: dict[int, InstrumentDraft]
    ) -> None:
        self._reading = reading
        self._known = known
        self._own = own
        self._sightings = Sightings(reading, known)
        self._national = NationalProse(reading, known, own, self._sightings)

    def mentions(self, item: OutlineItem) -> list[Mention]:
        """Where an item names instruments, block by block, its title first."""
        blocks = [*([item.title] if item.title else []), *item.blocks]
        return [mention for block in blocks for mention in self._mentioned(item, block)]

    def _mentioned(self, item: OutlineItem, block: Block) -> list[Mention]:
        start, end = block.position.start, block.position.end
        found = [*self._acts_of_union(item, start, end), *self._policies_of_union(item, start, end)]
        if block is not item.title:
            found += self._national.mentions(item, start, end, [(m.start, m.end) for m in found])
        elif (own := self._own.get(id(item))) is not None and not own.of_union:
            found += self._in_title(item, own, start, end)
        for mention in found:
            self._passages(item, mention, start)
        return sorted(found, key=lambda m: m.start)

    def _acts_of_union(self, item: OutlineItem, start: int, end: int) -> Iterator[Mention]:
        for union in union_mentions(self._reading.text, self._reading.folded, start, end):
            draft = self._known.of_union(union.act)
            why = "an act of the Union cited by " + ("number" if union.by_number else "name")
            confidence: Confidence = "high" if union.by_number else "medium"
            self._sightings.saw(draft, item, union.start, union.end, confidence, why)
            self._sightings.link(draft, union.start, union.end)
            yield Mention(union.start, union.end, draft)

    def _policies_of_union(self, item: OutlineItem, start: int, end: int) -> Iterator[Mention]:
        """Frameworks of the Union that have no number."""
        if item.section.chapter not in ("2", "3"):
            return
        for policy in data("factsheets")["union_policies"]:
            at = self._reading.text.find(policy["name"], start, end)
            if at < 0:
                continue
            draft = self._known.policy_of_union(policy)
            stop = at + len(policy["name"])
            self._sightings.saw(
                draft, item, at, stop, "medium", "a framework of the Union named in running text"
            )
            self._sightings.link(draft, at, stop)
            yield Mention(at, stop, draft)

    def _in_title(self, item: OutlineItem, own: InstrumentDraft, start: int, end: int) -> list[Mention]:
        """ "Act Amending the Law on Reuse": the law that a heading names besides its own."""
        reading = self._reading
        match = _AMENDING.search(reading.text, start, end)
        if match is None:
            return []
        name = clean_title(reading.text[match.end() : end]).name
        kind = title_kind(name)
        if kind is None or len(words_key(name).split()) < 2 or is_generic(name):
            return []
        draft = self._known.by_name(name) or self._known.new(kind, name)
        if draft is own:
            return []
        self._known.index(draft)
        self._sightings.saw(draft, item, match.end(), end, "medium", "named in a heading as amended")
        return [Mention(match.end(), end, draft)]

    def _passages(self, item: OutlineItem, mention: Mention, start: int) -> None:
        """The articles or sections that stand before an instrument: "Articles 16, 16a and 18 of the"."""
        before = _PASSAGES.search(self._reading.folded, max(start, mention.start - 90), mention.start)
        if before is None:
            return
        kind = "section" if before["noun"].startswith("section") else "article"
        for number in _PASSAGE.finditer(before["numbers"]):
            first, last = number["first"], number["last"]
            stated = f"{first}-{last}" if last else first
            q = mention.draft.passages.setdefault((kind, stated), [])
            if item.section.number not in q:
                q.append(item.section.number)


_AMENDING = re.compile(r"\b(?:[Aa]mending|[Aa]mendments? (?:to|of)|[Rr]epealing|[Rr]eplacing)\s(?:the\s)?")
_ONE_PASSAGE = r"\d{1,4}(?:-(?:bis|ter|quater|quinquies)|-\d{1,2}(?!\d)|[a-z](?![a-z]))?"
_PARAGRAPH = r"(?:\(\d{1,2}\))?"
_PASSAGE = re.compile(
    rf"(?P<first>{_ONE_PASSAGE}){_PARAGRAPH}(?:\s(?:to|through)\s(?P<last>\d{{1,4}}[a-z]?))?"
)
_PASSAGES = re.compile(
    rf"\b(?P<noun>articles?|art\.|sections?)\s(?P<numbers>{_ONE_PASSAGE}{_PARAGRAPH}(?:(?:,\s(?:and\s)?|\s(?:and|or|to|through)\s){_ONE_PASSAGE}{_PARAGRAPH}){{0,9}})"
    r"(?:,? paragraphs? \d{1,2})?,?\sof\s(?:the\s)?(?:[a-z]+\s)?$"
)

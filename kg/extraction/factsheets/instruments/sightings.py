"""What every mention of an instrument leaves behind: its place, the topics of its section, and the address it leads to."""

from __future__ import annotations

from kg.extraction.evidence import Confidence
from kg.extraction.factsheets.citing import (
    kind_family,
)
from kg.extraction.factsheets.instruments.drafts import (
    ELSEWHERE,
    InstrumentDraft,
)
from kg.extraction.factsheets.instruments.known import KnownInstruments
from kg.extraction.factsheets.reading import FactsheetReading, clean_title
from kg.extraction.factsheets.titles import section_topics
from kg.extraction.factsheets.union import act_of_address
from kg.questionnaire.outline import OutlineItem


class Sightings:
    """Notes mentions of the instruments that `known` has."""

    def __init__(self, reading: FactsheetReading, known: KnownInstruments) -> None:
        self._reading = reading
        self._known = known

    def saw(
        self,
        draft: InstrumentDraft,
        item: OutlineItem,
        start: int,
        end: int,
        confidence: Confidence,
        why: str,
    ) -> None:
        """An instrument is mentioned between two offsets of an item; what is mentioned first gives it its topics."""
        if not draft.evidence.q and item.section.chapter in ("2", "3"):
            heading = clean_title(item.title.text).name if item.title else ""
            draft.topics = section_topics(item, f"{heading} {draft.name} {draft.title or ''}")
            if not draft.topics and draft.of_union:
                # Under a heading on no topic, an act of the Union has its own.
                topics = self._known.topics_of_union(draft)
                draft.topics = (
                    ["digital-identity", "trust-services"] if "digital-signature" in topics else topics
                )
            if kind_family(draft.kind) == "policy":
                draft.technologies = list(item.section.technologies)
        draft.evidence.seen(self._reading, item.section.number, start, end, confidence, why)

    def link(self, draft: InstrumentDraft, start: int, end: int) -> None:
        """The address that a mention leads to."""
        if draft.urls:
            return
        for link in self._reading.links_between(max(0, start - 12), end):
            if link.end > start and not ELSEWHERE.search(link.url):
                if draft.of_union or act_of_address(link.url) is None:
                    draft.urls.append(link.url)
                return

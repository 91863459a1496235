"""A body while it is put together from headings and prose."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.factsheets.reading import FactsheetReading
from kg.questionnaire.outline import OutlineItem


@dataclass(slots=True, eq=False)
class BodyDraft:
    """A body as far as it is known; becomes `kg.records.model.Body`."""

    name: str
    type: str = "other"
    acronym: str | None = None
    aliases: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    parent: BodyDraft | None = None
    country: str | None = None
    established: int | None = None
    organisation: str | None = None
    """Its type, where it is an organisation of civil society, of business or of science, which is no public body."""
    headed: bool = False
    items: list[OutlineItem] = field(default_factory=list)
    """The items that name it."""
    own_items: list[OutlineItem] = field(default_factory=list)
    """The items of the governance chapter that are about it."""
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.acronym, *self.aliases) if name]


def note_place(
    reading: FactsheetReading,
    draft: BodyDraft,
    item: OutlineItem,
    start: int,
    end: int,
    confidence: Confidence,
    why: str,
) -> None:
    """A body is named between two offsets of an item."""
    draft.evidence.seen(reading, item.section.number, start, end, confidence, why)
    if not any(item is known for known in draft.items):
        draft.items.append(item)

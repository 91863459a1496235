"""The instruments of chapters 2 and 3 of a factsheet, and the acts that its prose names, one entry each."""

from __future__ import annotations

from kg.extraction.factsheets.instruments.dates import date_entry_into_force
from kg.extraction.factsheets.instruments.drafts import InstrumentDraft, Instruments, Mention
from kg.extraction.factsheets.instruments.headings import Headings
from kg.extraction.factsheets.instruments.known import KnownInstruments
from kg.extraction.factsheets.instruments.prose import Prose
from kg.extraction.factsheets.instruments.relations import Relations
from kg.extraction.factsheets.instruments.same import note_same_instruments
from kg.extraction.factsheets.reading import FactsheetReading
from kg.questionnaire.outline import OutlineItem, says_nothing


def find_instruments(reading: FactsheetReading) -> Instruments:
    """The instruments of chapters 2 and 3, the acts named in chapters 2 to 5, and how they relate."""
    known = KnownInstruments(reading.country)
    items = reading.items("communications", "legislation")
    own, leftover = _of_headings(reading, known, items)
    prose = Prose(reading, known, own)
    mentions = {
        id(item): prose.mentions(item) for item in [*items, *reading.items("infrastructure", "bodies")]
    }
    note_same_instruments(reading, known, own, items, mentions)
    became = known.unite()
    own = {item: became.get(id(draft), draft) for item, draft in own.items()}
    mentions = {
        item: [Mention(m.start, m.end, became.get(id(m.draft), m.draft)) for m in found]
        for item, found in mentions.items()
    }
    relations = Relations(reading, known.drafts, own, mentions)
    for item in items:
        relations.read(item)
        date_entry_into_force(reading, item, own.get(id(item)), mentions[id(item)])
    _take_back(known.drafts, reading.edition)
    return Instruments(known.drafts, own, mentions, leftover)


def _of_headings(
    reading: FactsheetReading, known: KnownInstruments, items: list[OutlineItem]
) -> tuple[dict[int, InstrumentDraft], list[OutlineItem]]:
    """The instrument that each item (by id) is about, and the items that name none."""
    headings = Headings(reading, known)
    own: dict[int, InstrumentDraft] = {}
    leftover: list[OutlineItem] = []
    for item in items:
        if item.title is None or _is_empty(reading, item):
            continue
        drafts = headings.named(item)
        if drafts:
            own[id(item)] = drafts[0]
        else:
            leftover.append(item)
    return own, leftover


def _is_empty(reading: FactsheetReading, item: OutlineItem) -> bool:
    return bool(item.blocks) and all(says_nothing(block.text, reading.outline) for block in item.blocks)


def _take_back(drafts: list[InstrumentDraft], edition: int) -> None:
    """Takes back what cannot be: a year after the factsheet, an act on what came after it, a relation both ways."""
    for draft in drafts:
        if not draft.of_union and draft.year is not None and draft.year > edition:
            draft.year = draft.date = None
    for draft in drafts:
        draft.relations = [
            (kind, target) for kind, target in draft.relations if _in_order(kind, draft, target)
        ]
    for draft in drafts:
        draft.relations = [
            (kind, target) for kind, target in draft.relations if (kind, draft) not in target.relations
        ]


def _in_order(kind: str, subject: InstrumentDraft, target: InstrumentDraft) -> bool:
    """Whether what acts on another is not the older; a law may come to transpose a directive later."""
    return kind == "transposes" or not (subject.year and target.year and subject.year < target.year)

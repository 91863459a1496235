"""When an instrument was adopted and entered into force, from the sentences that speak of it."""

from __future__ import annotations

import datetime as dt
import re

from kg.extraction.factsheets.citing import a_date, dated_verb
from kg.extraction.factsheets.instruments.drafts import InstrumentDraft, Mention
from kg.extraction.factsheets.reading import FactsheetReading, Title, words
from kg.extraction.negation import is_planned
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import words_key


def date_adoption(
    reading: FactsheetReading, draft: InstrumentDraft, title: Title, sentences: list[tuple[int, int]]
) -> None:
    """Adoption and entry into force, from the sentences that speak of the instrument."""
    short = [w for w in words_key(title.name).split() if len(w) > 3]
    for index, (start, end) in enumerate(sentences[:6]):
        key = reading.folded[start:end]
        speaks = (
            index == 0
            or sum(w in key for w in short) * 2 >= max(len(short), 1)
            or _ITSELF.match(key) is not None
        )
        if not speaks:
            continue
        if (
            draft.date is None
            and draft.year is None
            and not is_planned(reading.folded, start, start + 1, start, end)
        ):
            found = dated_verb(reading.folded, words("adopted"), start, end)
            if found is not None:
                draft.date, draft.year = found
    if draft.date is None and draft.year is None and sentences:
        start, end = sentences[0]
        in_force = any(words("in_force").search(reading.folded, a, b) for a, b in sentences[:6])
        if not in_force and _IN_DRAFT.search(reading.folded, start, min(start + 140, end)):
            draft.planned = True


def adopted_before(reading: FactsheetReading, at: int) -> tuple[dt.date | None, int] | None:
    """The date of a sentence that says before a name that it was adopted: "On 15 December 2020 the Government adopted the"."""
    folded = reading.folded
    verb = _ADOPTS.search(folded, max(0, at - 60), at)
    if verb is None:
        return None
    start = max(folded.rfind(". ", 0, at), folded.rfind("\n", 0, at)) + 1
    when = _ON_DATE.search(folded, start, verb.start())
    return a_date(folded, when.start(), when.end()) if when is not None else None


def date_entry_into_force(
    reading: FactsheetReading, item: OutlineItem, own: InstrumentDraft | None, mentions: list[Mention]
) -> None:
    """Entry into force: of the instrument named last before the verb, or of that of the item where the sentence speaks of it."""
    for index, (start, end) in enumerate(reading.sentences(item)[:12]):
        here = [m for m in mentions if start <= m.start < end]
        for verb in words("in_force").finditer(reading.folded, start, end):
            before = [m for m in here if m.end <= verb.start()]
            draft = before[-1].draft if before and verb.start() - before[-1].end < 90 else None
            if draft is None or _OF_ANOTHER.search(
                reading.folded, max(start, verb.start() - 90), verb.start()
            ):
                itself = _ITSELF.match(reading.folded, start, end) is not None or (index == 0 and not before)
                of_another = _OF_ANOTHER.search(reading.folded, start, verb.start()) is not None
                draft = own if itself and not of_another else None
            if draft is None or draft.in_force is not None or draft.in_force_year is not None:
                continue
            after = a_date(reading.folded, verb.end(), min(verb.end() + 45, end))
            lead = _ON_DATE.search(reading.folded, start, before[-1].start if before else verb.start())
            found = after or (a_date(reading.folded, lead.start(), lead.end()) if lead is not None else None)
            if found is not None and (draft.year is None or found[1] >= draft.year):
                draft.in_force, draft.in_force_year = (found[0], None) if found[0] else (None, found[1])


_OF_ANOTHER = re.compile(
    r"\b(?:joint committee|amendments?|decision|rules|provisions|obligations?|changes?|requirements?|regulations|version|parts?|ordinance|regime)\b[^,;]{0,40}$"
)
_ON_DATE = re.compile(r"\b(?:on|in|since) (?:\d{1,2} )?(?:[a-z]{3,9} )?(?:19|20)\d\d(?=[, ])")
_ADOPTS = re.compile(
    r"\b(?:adopted|approved|passed|enacted|issued|published|launched|presented|introduced|promulgated)\s(?:[a-z]+\s){0,4}$"
)
_IN_DRAFT = re.compile(
    r"\b(?:is being (?:drafted|prepared|developed)|under preparation|will be adopted|a draft|draft law|draft act|is to be adopted|is expected to be adopted|bill)\b"
)
_ITSELF = re.compile(
    r"(?:the|this|it)\b(?: \w+){0,3} (?:act|law|strategy|plan|programme|decree|regulation|policy|agenda|document|framework|legislation|ordinance|was|entered|came|is)\b"
)

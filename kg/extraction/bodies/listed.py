"""Bodies that an answer lists with their addresses, in any layout."""

from __future__ import annotations

import re

from kg.extraction.bodies.drafts import Bodies, BodyDraft, BodyMention
from kg.extraction.bodies.names import body_type, vague
from kg.extraction.evidence import Confidence
from kg.extraction.gazetteer import organisations, word_set
from kg.extraction.instruments.drafts import Instruments
from kg.extraction.listings import Entry, entries
from kg.extraction.names import classify, is_acronym
from kg.extraction.negation import is_denied
from kg.extraction.reading import Reading
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold, words_key


def take_listed(
    reading: Reading, answer: ParsedAnswer, found: Bodies, own: frozenset[str], instruments: Instruments
) -> None:
    """Takes in the bodies that an answer lists, with the bodies above them where the layout tells."""
    by_entry: dict[int, BodyDraft] = {}
    for entry in entries(reading, answer):
        if entry.name is None:
            previous = found.mentions[-1] if found.mentions and found.mentions[-1].q == answer.q else None
            if previous is not None and answer.q != "16" and len(previous.draft.urls) < 2:
                previous.draft.urls += entry.urls
            continue
        if not _acceptable(reading, answer, entry, instruments):
            continue
        if is_denied(reading.folded, entry.start, entry.end, max(0, entry.start - 100), entry.end):
            continue
        draft = _take(reading, answer.q, entry, found, own)
        by_entry[id(entry)] = draft
        if entry.parent is not None and id(entry.parent) in by_entry:
            parent = by_entry[id(entry.parent)]
            draft.parent = parent if parent is not draft else None


def _acceptable(reading: Reading, answer: ParsedAnswer, entry: Entry, instruments: Instruments) -> bool:
    name = entry.name or ""
    group, _ = classify(name)
    if instruments.places.overlap(entry.start, entry.end):
        return False
    if words_key(name) in organisations() or name in organisations():
        return False
    if fold(name).strip(" :.") in word_set("field_labels") or len(words_key(name)) < 2:
        return False
    if entry.prose:
        return (group == "bodies" and not vague(name)) or (
            group in (None, "organisations")
            and bool(entry.urls)
            and (answer.q != "16" or entry.acronym is not None or is_acronym(name))
            and not _PERSON.search(fold(name))
        )
    if answer.q == "16":
        return group in ("bodies", "organisations") or bool(entry.urls)
    return group not in ("portals", "policies", "laws") or bool(entry.urls)


def _take(reading: Reading, q: str, entry: Entry, found: Bodies, own: frozenset[str]) -> BodyDraft:
    assert entry.name is not None
    name, acronym = entry.name, entry.acronym
    if is_acronym(name) and acronym is None and " " not in name:
        acronym = name
    draft = (found.by_name(name, own)) or (found.by_name(acronym, own) if acronym else None)
    if draft is None:
        draft = BodyDraft(name, body_type(name))
    elif not draft.is_called(name):
        if is_acronym(draft.name) and not is_acronym(name):
            draft.rename(name)
            draft.type = body_type(name)
        else:
            draft.call(name)
    if acronym and acronym != draft.name and not draft.acronym:
        draft.abbreviate(acronym)
    for alias in entry.aliases:
        draft.call(alias)
    draft.urls += entry.urls
    area = AREAS.get(q)
    if area and not (
        entry.prose
        and entry.name
        and q == "3"
        and _UNDER.search(reading.folded, max(0, entry.start - 24), entry.start)
    ):
        draft.areas.append(area)
    sure: Confidence = "high" if entry.urls and not entry.prose else "medium"
    draft.evidence.seen(
        reading,
        q,
        entry.start,
        entry.end,
        sure,
        "listed with its address" if entry.urls else "named in the answer",
    )
    found.add(draft, own)
    found.mention(BodyMention(q, entry.start, entry.end, draft))
    return draft


AREAS = {
    "3": "e-government",
    "5a": "planning",
    "5b": "education",
    "5c": "health",
    "5d": "social-protection",
    "5e": "employment",
    "5f": "environment",
    "5g": "energy-water",
    "5h": "finance",
    "5i": "trade",
}
_PERSON = re.compile(r"\b(?:mr|ms|minister|secretary|president|director|chief|head)\b")
_UNDER = re.compile(r"\b(?:under|part of|dependiente d|adscrit|attached to|sous|tutelle|sob|within|of)\b")

"""Bodies that turned out to be one: prose calls one by a shorter name, or two have one address."""

from __future__ import annotations

from rapidfuzz import fuzz

from kg.extraction.factsheets.bodies.drafts import BodyDraft
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.names import is_generic
from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.factsheets.titles import name_key
from kg.questionnaire.wording import words_key


def merge_shorter_names(reading: FactsheetReading, bodies: KnownBodies) -> None:
    """Bodies that prose calls by a shorter name before, or beside, the one that a heading gives them."""
    for short in list(bodies.drafts):
        if (
            short.headed
            or short.acronym
            or len(name_key(short.name, reading.country).split()) < 2
            or is_generic(short.name, reading.country)
        ):
            continue
        longer = [
            d
            for d in bodies.drafts
            if d is not short and d.headed and any(bodies.goes_on(short.name, n) for n in d.names)
        ]
        if len(longer) == 1 and set(short.evidence.q) & set(longer[0].evidence.q):
            bodies.merge(short, longer[0])


def merge_one_site(bodies: KnownBodies) -> None:
    """Bodies of one type and one address whose names mostly agree: "Association of Cities and Communes", "… and Municipalities"."""
    by_url: dict[str, BodyDraft] = {}
    for draft in list(bodies.drafts):
        for url in draft.urls[:1]:
            holder = by_url.setdefault(url.rstrip("/").casefold(), draft)
            if holder is draft:
                continue
            if (
                holder.type == draft.type
                and fuzz.token_sort_ratio(words_key(holder.name), words_key(draft.name)) >= 72
            ):
                first, second = (draft, holder) if draft.headed and not holder.headed else (holder, draft)
                bodies.merge(second, first)
                by_url[url.rstrip("/").casefold()] = first
            elif bodies.goes_on(holder.name, draft.name) or bodies.goes_on(draft.name, holder.name):
                first, second = (holder, draft) if len(holder.name) > len(draft.name) else (draft, holder)
                bodies.merge(second, first)
                by_url[url.rstrip("/").casefold()] = first

"""Two drafts of one instrument: the text says that they are one, or their titles or addresses are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from kg.extraction.factsheets.citing import kind_family
from kg.extraction.factsheets.instruments.drafts import InstrumentDraft, Mention
from kg.extraction.factsheets.instruments.known import KnownInstruments
from kg.extraction.factsheets.instruments.names import CHANGES
from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.factsheets.titles import name_key, undated
from kg.extraction.portals import key as url_key
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


def note_same_instruments(
    reading: FactsheetReading,
    known: KnownInstruments,
    own: dict[int, InstrumentDraft],
    items: list[OutlineItem],
    mentions: dict[int, list[Mention]],
) -> None:
    """Notes in `known` which drafts are one. `own` and `mentions` are by the id of the item."""
    for item in items:
        for first, second in pairwise(mentions[id(item)]):
            pair = _said_same(reading.text, first, second)
            if pair is not None:
                known.note_same(*pair)
        about, named = own.get(id(item)), mentions[id(item)]
        if about is not None and (same := _in_other_words(reading, item, about, named)) is not None:
            known.note_same(about, same)
    for one, other in _of_one_title(known.drafts, reading.country):
        known.note_same(one, other)
    for one, other in _of_one_address(known.drafts):
        known.note_same(one, other)


def _said_same(text: str, first: Mention, second: Mention) -> tuple[InstrumentDraft, InstrumentDraft] | None:
    """What stands between two mentions says that they are of one: "the X Order, under Legal Notice 4 of 2019", "S.L. 601.03 (L.N. 352-2016)"."""
    between = text[first.end : second.start]
    one, other = first.draft, second.draft
    if one is other or one.of_union or other.of_union or len(between) > 160 or "\n" in between:
        return None
    numbered = (
        one.number is None and other.number is not None and _plain_number(text[second.start : second.end])
    )
    bracketed = text[second.end : second.end + 1] == ")"
    if _ALSO_CALLED.fullmatch(between) and kind_family(one.kind) == kind_family(other.kind):
        return (one, other) if one.number or not other.number else (other, one)
    if (bracketed and _ORIGINAL.fullmatch(between)) or (numbered and _UNDER_NUMBER.fullmatch(between)):
        return one, other
    if one.number is not None and other.number is None and _BROUGHT.fullmatch(between):
        return other, one
    if numbered and bracketed and between.endswith("(") and not re.search(r"[.;]\s", between):
        return one, other
    return None


def _in_other_words(
    reading: FactsheetReading, item: OutlineItem, own: InstrumentDraft, mentions: list[Mention]
) -> InstrumentDraft | None:
    """The official name that the first sentence has, with its address, for a law to which the heading gives its short name."""
    spans = reading.sentences(item)
    if own.of_union or own.number is not None or kind_family(own.kind) == "policy" or not spans:
        return None
    start, end = spans[0]
    said = reading.folded[start : item.end]
    if any(fold(name) in said for name in own.names):
        return None
    first = next((m for m in mentions if start <= m.start < end and not m.draft.of_union), None)
    if (
        first is None
        or first.draft is own
        or kind_family(first.draft.kind) != kind_family(own.kind)
        or first.draft.headed
        or first.start - start > 60
        or CHANGES.search(reading.folded, start, first.start)
    ):
        return None
    linked = any(
        link.start < first.end and link.end > first.start
        for link in reading.links_between(first.start - 5, first.end)
    )
    return first.draft if linked else None


def _of_one_title(
    drafts: list[InstrumentDraft], country: str
) -> Iterator[tuple[InstrumentDraft, InstrumentDraft]]:
    holders: dict[str, InstrumentDraft] = {}
    for draft in _numbered_first(drafts):
        if draft.of_union or kind_family(draft.kind) == "policy":
            continue
        keys = {name_key(undated(name), country) for name in draft.names if not _plain_number(name)}
        for key in keys:
            holder = holders.setdefault(key, draft)
            # Two words ("law cybersecurity") tell one law when only one of the two has a number.
            if len(key.split()) < 2 or (
                len(key.split()) < 3
                and (holder.number is None or draft.number is not None or not draft.headed)
            ):
                continue
            if holder is not draft and kind_family(holder.kind) == kind_family(draft.kind):
                yield holder, draft


def _of_one_address(drafts: list[InstrumentDraft]) -> Iterator[tuple[InstrumentDraft, InstrumentDraft]]:
    """Laws that one address leads to, when only one of them has a number: the citation and a name for it."""
    holders: dict[str, InstrumentDraft] = {}
    for draft in _numbered_first(drafts):
        if draft.of_union or kind_family(draft.kind) == "policy" or not draft.urls:
            continue
        holder = holders.setdefault(url_key(draft.urls[0]), draft)
        if (
            holder is not draft
            and draft.number is None
            and kind_family(holder.kind) == kind_family(draft.kind)
            and urlsplit(draft.urls[0]).path.strip("/")
        ):
            yield holder, draft


def _numbered_first(drafts: list[InstrumentDraft]) -> list[InstrumentDraft]:
    return sorted(drafts, key=lambda draft: (draft.number is None, not draft.headed))


def _plain_number(name: str) -> bool:
    """Whether a name is a citation and nothing else: it tells no two series apart."""
    return re.search(r"\d", name) is not None and len(words_key(name).split()) < 6


_ALSO_CALLED = re.compile(
    r"[’”]?,?\s(?:or|(?:also |commonly |better )?(?:known|referred to) as|also called|the so-called|so-called)\s(?:the\s)?[‘“]?"
)
_ORIGINAL = re.compile(r"\s?\((?:[Oo]riginal(?:ly)?\s|now\s|formerly\s)?")
_UNDER_NUMBER = re.compile(r",?\s(?:under|by|through|in|by means of|by virtue of)\s(?:the\s)?")
_BROUGHT = re.compile(
    r"\s(?:brought into force|entitled|titled|called|introduced|published)\s(?:the\s)?[‘“]?"
)

"""Laws and plans of the country in prose: cited by number or date, or called by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.extraction.citations import Citation, plain_number
from kg.extraction.factsheets.citing import (
    MONTHS,
    bracket_citation,
    bracket_names,
    cited_between,
    cited_name,
    dated_verb,
    full_form,
    kind_family,
    listed_end,
    names_behind,
    number_name,
    title_behind,
)
from kg.extraction.factsheets.instruments.dates import adopted_before
from kg.extraction.factsheets.instruments.drafts import (
    InstrumentDraft,
    Mention,
    add_alias,
    is_of_other_years,
    states_period,
    take_citation,
)
from kg.extraction.factsheets.instruments.known import KnownInstruments
from kg.extraction.factsheets.instruments.names import (
    ends_name,
    is_plain_citation,
    is_proper,
    law_names,
)
from kg.extraction.factsheets.instruments.sightings import Sightings
from kg.extraction.factsheets.reading import FactsheetReading, word_set, words
from kg.extraction.factsheets.titles import name_key, named_by_year, title_kind, undated
from kg.extraction.factsheets.union import linked_act
from kg.extraction.names import is_acronym
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


class NationalProse:
    """Reads the blocks of items. `own` has the instrument of each item (by id) that is about one."""

    def __init__(
        self,
        reading: FactsheetReading,
        known: KnownInstruments,
        own: dict[int, InstrumentDraft],
        sightings: Sightings,
    ) -> None:
        self._reading = reading
        self._known = known
        self._own = own
        self._sightings = sightings

    def mentions(
        self, item: OutlineItem, start: int, end: int, taken: list[tuple[int, int]]
    ) -> Iterator[Mention]:
        """The national instruments named between two offsets, outside what is `taken` by acts of the Union."""
        text = self._reading.text
        cited_here = self._citations(start, end)
        for cited in cited_here:
            # "S.L. 380.04: Rules on X", "Legal Notice 93 of 2018 entitled X": number and title are of one instrument.
            stop = listed_end(text, cited, end)
            if stop is not None and not _overlaps(cited.start, stop, taken):
                taken.append((cited.start, stop))
                yield self._cited_at(item, cited, stop, end, "cited in running text with its title")
        plain = [c for c in cited_here if is_plain_citation(text[c.start : c.end], c)]
        for first, last in law_names(self._reading, start, end):
            first, last, tail = self._without_citations(first, last, plain)
            if last - first < 5 or _overlaps(first, last, taken):
                continue
            mention = self._named(item, first, last, end, tail)
            if mention is not None:
                taken.append((mention.start, mention.end))
                yield mention
        for cited in cited_here:
            if not _overlaps(cited.start, cited.end, taken):
                taken.append((cited.start, cited.end))
                yield self._cited_at(item, cited, cited.end, end, "cited in running text")

    # -- by number

    def _citations(self, start: int, end: int) -> list[Citation]:
        """The citations of national law between two offsets that have a number or a date."""
        text, folded = self._reading.text, self._reading.folded
        return [
            cited
            for cited in cited_between(text, folded, start, end)
            if (cited.number or cited.date)
            and (cited.marked or text[cited.start].isupper())
            and cited.kind != "directive"
            and not _NO_LAW.match(folded, cited.start, end)
            and not _FOREIGN.search(folded, max(start, cited.start - 40), cited.start)
        ]

    def _without_citations(
        self, first: int, last: int, plain: list[Citation]
    ) -> tuple[int, int, Citation | None]:
        """A name up to the citation in it, and that citation where its noun is the name's own: "Simplification Law of 9 December 2004"."""
        text = self._reading.text
        tail: Citation | None = None
        for cited in plain:
            if cited.start - first < 4 and cited.end > first:
                first = last
            elif first < cited.start < last:
                if ends_name(text, first, last, cited, self._reading.country):
                    tail = cited
                else:
                    last = cited.start
        return first, first + len(text[first:last].rstrip(" (,:;–-")), tail

    def _cited_at(self, item: OutlineItem, cited: Citation, stop: int, end: int, why: str) -> Mention:
        draft = self._draft_of(cited, end)
        self._sightings.saw(draft, item, cited.start, stop, "medium", why)
        self._sightings.link(draft, cited.start, stop)
        return Mention(cited.start, stop, draft)

    def _draft_of(self, cited: Citation, end: int) -> InstrumentDraft:
        reading = self._reading
        draft = self._known.find(cited, None)
        title = title_behind(reading.text, cited, end)
        if draft is None and title is not None:
            draft = self._known.by_name(title)
            if draft is not None and (
                draft.of_union
                or (
                    draft.number and cited.number and plain_number(draft.number) != plain_number(cited.number)
                )
            ):
                draft = None
        if draft is None:
            draft = self._known.new(
                cited.kind, cited_name(cited, reading.text) or title or number_name(cited)
            )
        take_citation(draft, cited)
        if title is not None and cited.number is None and not draft.headed:
            # "Regulation of the Minister of Health of 17 December 2019 on …": the date belongs to the long form.
            whole = f"{draft.name} {title.partition(' ')[2]}"
            if draft.title is None and " of the " in draft.name:
                draft.title = whole
                add_alias(draft, title)
                title = None
            else:
                add_alias(draft, whole)
        elif (
            title is not None
            and not draft.headed
            and (full := full_form(reading.text, cited, end)) is not None
        ):
            add_alias(draft, full)
        if title is not None and words_key(title) not in {words_key(n) for n in draft.names}:
            if draft.title is None:
                draft.title = title
            elif not draft.headed:
                add_alias(draft, title)
        for name in names_behind(reading.text, cited, end):
            if title_kind(name) is not None or is_acronym(name):
                known = self._known.by_name(name)
                if known is not None and known is not draft:
                    self._known.note_same(draft, known, called_so=True)
                add_alias(draft, name)
        self._known.index(draft)
        return draft

    # -- by name

    def _named(
        self, item: OutlineItem, start: int, stop: int, end: int, cited: Citation | None = None
    ) -> Mention | None:
        """A law or plan that prose names, known already or new, with the number behind it or the citation whose noun ends it."""
        name = self._as_name(start, stop, end, cited)
        early = bool(item.blocks) and name.start < item.blocks[0].position.end
        draft = self._known.find(name.tail, name.text) or self._in_short(
            item, name.text, name.kind, early=early
        )
        if draft is None:
            if (
                name.kind is None
                or not is_proper(name.text, name.kind)
                or len(name_key(name.text, self._reading.country).split()) < 2
            ):
                return None
            act = linked_act(self._reading, name.kind, name.start, name.stop)
            if act is not None:
                draft = self._known.of_union(act)
                why = "an act of the Union named with its address"
                self._sightings.saw(draft, item, name.start, name.stop, "medium", why)
                self._sightings.link(draft, name.start, name.stop)
                return Mention(name.start, name.stop, draft)
            if not self._is_of_one(item, name, name.kind):
                return None
            draft = self._known.new(name.kind, name.text)
            draft.year = name.year
        self._take_names(draft, name)
        self._known.index(draft)
        last = max(name.stop, name.after)
        self._sightings.saw(draft, item, name.start, last, "medium", "named in running text")
        self._sightings.link(draft, name.start, last)
        if not draft.headed and draft.date is None and draft.year is None:
            self._date(draft, name, end)
        return Mention(name.start, last, draft)

    def _as_name(self, start: int, stop: int, end: int, cited: Citation | None) -> _Name:
        """A name in prose with its year before it, the number of its edition and the number or the brackets behind it."""
        text, folded = self._reading.text, self._reading.folded
        year: int | None = None
        fronted = _YEAR_FIRST.search(text, max(0, start - 10), start)
        if fronted is not None and kind_family(title_kind(text[start:stop]) or "policy") != "policy":
            # "the 2020 Budget Law": each year has one.
            start, year = fronted.start("year"), int(fronted["year"])
        dated = _DATED.search(text, start, stop)
        if dated is not None and dated.start() - start > 5:
            stop = dated.start()
        version = _VERSION.match(text, stop, end)
        stop = version.end() if version is not None else stop
        stated = " ".join(text[start:stop].split())
        kind = title_kind(_VERSION.sub("", stated)) or named_by_year(stated)
        tail = cited or bracket_citation(text, folded, stop, end, kind or "act")
        names, after = bracket_names(text, stop, end) if tail is None else ([], tail.end)
        return _Name(start, stop, stated, kind, year, tail, names, after)

    def _is_of_one(self, item: OutlineItem, name: _Name, kind: str) -> bool:
        """Whether a new name is that of one instrument of the country, not a short form, a kind of plan or a part of a sentence."""
        reading, text = self._reading, name.text
        linked = any(
            link.start < name.stop and link.end > name.start
            for link in reading.links_between(max(0, name.start - 5), name.stop)
        )
        if text[:1] == "e" and len(text.split()) == 2 and not linked:
            # "eCommerce Act" is how prose calls an act for short.
            return False
        if kind_family(kind) == "policy":
            told_apart = len(text.split()) > 3 or states_period(text) or _YEAR_END.search(text) is not None
            plan = _PLAN.search(fold(text)) is not None
            related = _RELATED.search(reading.folded, max(0, name.start - 70), name.start) is not None
            in_policies = item.section.chapter in ("2", "3")
            if not ((linked and in_policies) or (told_apart and plan) or (in_policies and plan and related)):
                return False
        return not (
            _CUT_OFF.search(text)
            or _FOREIGN_NAME.search(fold(text))
            or _FOREIGN.search(reading.folded, max(0, name.start - 30), name.start)
        )

    def _take_names(self, draft: InstrumentDraft, name: _Name) -> None:
        """What a name in prose adds to its instrument: a number, a title, short forms; and which other draft it is the same as."""
        tail, text = name.tail, name.text
        named = self._known.by_name(text) if tail is not None and tail.number else None
        if named is not None and named is not draft and not named.of_union and not draft.of_union:
            self._known.note_same(named, draft)
        if tail is not None and not draft.of_union and (draft.number is None or draft.date is None):
            take_citation(draft, tail)
        if words_key(text) not in {words_key(n) for n in draft.names} and not draft.of_union:
            if draft.title is None and draft.number is not None:
                draft.title = text
            else:
                add_alias(draft, text)
        if tail is not None and tail.number is None and tail.date is None:
            add_alias(draft, f"{text} of {tail.year}")
        for other in name.names:
            if title_kind(other) is not None or is_acronym(other) or len(other.split()) == 1:
                add_alias(draft, other)

    def _date(self, draft: InstrumentDraft, name: _Name, end: int) -> None:
        """The year in the name of a law, else the date that stands with a verb of adoption behind or before the name."""
        named_year = _YEAR_END.search(name.text) if kind_family(draft.kind) != "policy" else None
        if named_year is not None:
            draft.year = int(named_year[1])
            return
        found = dated_verb(self._reading.folded, words("adopted"), name.after, min(name.after + 60, end))
        if found is None and not draft.of_union:
            found = adopted_before(self._reading, name.start)
        if found is not None:
            draft.date, draft.year = found

    def _in_short(
        self, item: OutlineItem, text: str, kind: str | None, *, early: bool
    ) -> InstrumentDraft | None:
        """The instrument that the item is about, called by a part of its name or, `early` in the item, by a longer one."""
        own = self._own.get(id(item))
        if own is None or own.of_union or kind is None or kind_family(kind) != kind_family(own.kind):
            return None
        said = set(name_key(undated(text), self._reading.country).split()) - {"national", "new"}
        if is_of_other_years(text, own):
            return None
        for name in own.names:
            whole = set(name_key(undated(name), self._reading.country).split()) - {"national", "new"}
            if len(said) > 1 and (
                said <= whole or (len(whole) > 2 and fold(text).startswith(fold(undated(name))))
            ):
                return own
            stems, wanted = (
                {w[:5] for w in said - word_set("instrument_nouns")},
                {w[:5] for w in whole - word_set("instrument_nouns")},
            )
            other = _OTHER_ACT.search(fold(text)) is not None
            if early and own.number is None and len(wanted) > 1 and wanted <= stems and not other:
                return own
        return None


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in prose: where it stands, its kind, the year before it, the citation or the names in brackets behind it."""

    start: int
    stop: int
    text: str
    kind: str | None
    year: int | None
    tail: Citation | None
    names: list[str]
    after: int
    """Where the text goes on."""


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(a < end and start < b for a, b in taken)


_YEAR_FIRST = re.compile(r"\b(?:the|The|its|a)\s(?P<year>(?:19|20)\d\d)\s$")
_DATED = re.compile(
    r"\s(?:(?:of|in|from|on)\s(?:\d{1,2}\s)?(?:"
    + MONTHS
    + r")\s(?:19|20)\d\d|of\s(?:19|20)\d\d|for the (?:period|years).*)$"
)
_PLAN = re.compile(r"\b(?:strategy|strategies|plan|agenda|roadmap|policy|programme|charter)\b(?! of)")
_CUT_OFF = re.compile(r"\b(?:No|Nr|Cap|Art|to|and|or|of|on)\.?$")
_VERSION = re.compile(r"\s\d\.0(?![\d.])")
"""The number of an edition of a programme."""
_RELATED = re.compile(
    r"\b(?:based on|builds (?:up)?on|building (?:up)?on|part of|continuation of|replac(?:es|ed|ing)|implement(?:s|ed|ing|ation of)|successor (?:of|to)|framework of|defined (?:in|by)|foreseen (?:in|by)|accordance with|under|follow-up (?:of|to))\s(?:the\s)?(?:(?:new|previous|former|current|national|first|second|revised|updated|objectives of the|goals of the|results of the|priorities of the|measures of the)\s)*$"
)
_OTHER_ACT = re.compile(r"\b(?:introduc|amend|repeal|implement|supplement)")
_YEAR_END = re.compile(r"[A-Za-z],? ((?:19|20)\d\d)$")
_NO_LAW = re.compile(r"(?:law|act) (?:enforcement|as|in)\b|directions?\b|order\s(?:to|of)\b|article\b")
_FOREIGN = re.compile(r"\b(?:joint committee|council of europe|united nations)\s*(?:decisions?)?[^.;]{0,28}$")
_FOREIGN_NAME = re.compile(
    r"\b(?:joint committee|european?|eu|united nations|council of europe|eea|horizon|cef|connecting europe|digital europe|for europe|erasmus|isa2?|single digital gateway|sustainable development)\b"
)

"""An instrument while it is put together from headings and prose, and what two drafts of one instrument do to each other."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from kg.extraction.citations import Citation, plain_number
from kg.extraction.evidence import Evidence
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import words_key
from kg.records.codes import EUROPEAN_UNION


@dataclass(slots=True, eq=False)
class InstrumentDraft:
    """An instrument as far as it is known; becomes `kg.records.model.Instrument`."""

    kind: str
    name: str
    title: str | None = None
    aliases: list[str] = field(default_factory=list)
    number: str | None = None
    year: int | None = None
    date: dt.date | None = None
    in_force: dt.date | None = None
    in_force_year: int | None = None
    start_year: int | None = None
    end_year: int | None = None
    country: str | None = None
    urls: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    technologies: list[str] = field(default_factory=list)
    relations: list[tuple[str, InstrumentDraft]] = field(default_factory=list)
    passages: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """The articles and sections referred to, as (which of both, number), with the sections of the factsheet that do."""
    planned: bool = False
    headed: bool = False
    """Whether an item is about it, not only a sentence."""
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.title, *self.aliases) if name]

    @property
    def of_union(self) -> bool:
        """Whether it is an act or framework of the European Union."""
        return self.country == EUROPEAN_UNION


@dataclass(frozen=True, slots=True)
class Mention:
    """Where an instrument is named."""

    start: int
    end: int
    draft: InstrumentDraft


@dataclass(slots=True)
class Instruments:
    """All drafts, and for each item the instrument it is about and the mentions in its prose."""

    drafts: list[InstrumentDraft]
    own: dict[int, InstrumentDraft]
    mentions: dict[int, list[Mention]]
    leftover: list[OutlineItem]
    """Items of chapters 2 and 3 that name no instrument."""


def period_of(name: str) -> tuple[int, int] | tuple[None, None]:
    """The years between which a plan runs, as its name says.

    >>> period_of("Action Plan 2022–24")
    (2022, 2024)
    """
    match = _PERIOD.search(name)
    if match is None:
        return None, None
    years = int(match[1]), int(match[1][: 4 - len(match[2])] + match[2])
    return years if years[0] <= years[1] else (None, None)


def states_period(name: str) -> bool:
    """Whether a name has the years between which something runs."""
    return _PERIOD.search(name) is not None


def add_alias(draft: InstrumentDraft, alias: str) -> None:
    """Gives an instrument a further name, unless it has that one already."""
    alias = alias.strip(" ,.;:‘’'\"“”")
    if words_key(alias) not in {words_key(name) for name in draft.names} and 1 < len(alias) < 300:
        draft.aliases.append(alias)


def take_citation(draft: InstrumentDraft, cited: Citation) -> None:
    """Gives a national instrument the number and date of a citation; a year does not overrule the one it has."""
    if draft.of_union:
        return
    if draft.number is None and cited.number:
        draft.number = cited.number
    draft.year = draft.year if draft.year and not cited.number else cited.year or draft.year
    draft.date = cited.date or (draft.date if draft.date and draft.date.year == draft.year else None)
    if draft.date is not None and draft.year is None:
        draft.year = draft.date.year


def absorb(one: InstrumentDraft, other: InstrumentDraft) -> None:
    """Takes over what the second draft of an instrument knows."""
    if one.number is None and other.number is not None:
        one.number, one.year, one.date = other.number, other.year or one.year, other.date or one.date
        one.kind = other.kind if other.kind != "other" else one.kind
        if one.title is None:
            one.title, one.name = one.name, other.name
    one.year, one.date = one.year or other.year, one.date or other.date
    if one.date is not None and one.date.year != one.year:
        one.date = None
    one.in_force, one.in_force_year = one.in_force or other.in_force, one.in_force_year or other.in_force_year
    for name in other.names:
        add_alias(one, name)
    one.urls += [url for url in other.urls if url not in one.urls]
    one.topics += [topic for topic in other.topics if topic not in one.topics]
    one.technologies += [code for code in other.technologies if code not in one.technologies]
    for place, q in other.passages.items():
        one.passages[place] = list(dict.fromkeys([*one.passages.get(place, []), *q]))
    one.planned, one.headed = one.planned and other.planned, one.headed or other.headed
    one.evidence.merge(other.evidence)


def are_compatible(one: InstrumentDraft, other: InstrumentDraft) -> bool:
    """Whether two drafts can be one instrument: no two numbers of one series, no two years."""
    if one.country != other.country:
        return False
    if one.year and other.year and one.year != other.year:
        return False
    if not (one.number and other.number):
        return True
    series = [re.sub(r"[\d.]+.*", "", n.lower()).strip() for n in (one.number, other.number)]
    return (
        plain_number(one.number) == plain_number(other.number)
        or series[0] != series[1]
        or ("." in one.number) != ("." in other.number)
    )


def is_of_other_years(text: str, draft: InstrumentDraft) -> bool:
    """Whether a name states a year or period, and the draft is known by other ones only: "Digital Strategy 2020" beside 2030."""
    years = set(_YEARS.findall(text))
    known = [set(_YEARS.findall(name)) for name in draft.names]
    if draft.start_year is not None:
        known.append({str(draft.start_year), str(draft.end_year)})
    stated = [found for found in known if found]
    if years and draft.start_year is not None and min(years) == str(draft.start_year):
        # A plan whose period was made longer.
        return False
    return 0 < len(years) <= 2 and bool(stated) and not any(years <= s or s <= years for s in stated)


ELSEWHERE = re.compile(r"twitter\.com|linkedin\.com|facebook\.com|blind\.dk|youtube\.com")
_YEARS = re.compile(r"(?<![\d/])(?:19|20)\d\d(?![\d/])")
_PERIOD = re.compile(r"(?<![\d/])((?:19|20)\d\d)\s?[-–—/‑]\s?((?:20)?\d\d)(?![\d/])")

"""One draft per instrument: a citation, a name or an act of the Union leads to the same one wherever it is read."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from rapidfuzz import fuzz

from kg.extraction.citations import Citation, plain_number
from kg.extraction.factsheets.citing import citation_keys, kind_family
from kg.extraction.factsheets.instruments.drafts import (
    InstrumentDraft,
    absorb,
    add_alias,
    are_compatible,
    is_of_other_years,
    period_of,
)
from kg.extraction.factsheets.instruments.names import is_generic
from kg.extraction.factsheets.titles import name_key, title_kind, undated
from kg.extraction.factsheets.union import UnionAct
from kg.extraction.names import is_acronym
from kg.records.codes import EUROPEAN_UNION


class KnownInstruments:
    """The instruments found so far, by their citations and names."""

    def __init__(self, country: str) -> None:
        self.drafts: list[InstrumentDraft] = []
        self._country = country
        self._by_key: dict[tuple[str, ...], InstrumentDraft] = {}
        self._union_topics: dict[int, list[str]] = {}
        self._same: list[tuple[InstrumentDraft, InstrumentDraft]] = []
        self._called_so: set[tuple[int, int]] = set()

    def find(self, cited: Citation | None, name: str | None) -> InstrumentDraft | None:
        """The draft with that citation, else with that name and no other number or date."""
        if cited is not None:
            for key in citation_keys(cited.kind, cited.number, cited.year, cited.date):
                if key in self._by_key:
                    return self._by_key[key]
            if cited.number and cited.year is None and cited.number.isdigit() and len(cited.number) > 1:
                # "Section 2 of Executive Order No. 1572": the year was given where it was cited first.
                same = [
                    d for d in self.drafts
                    if d.number and not d.of_union and plain_number(d.number) == plain_number(cited.number)
                    and kind_family(d.kind) in (kind_family(cited.kind), "other")
                ]  # fmt: skip
                if len(same) == 1:
                    return same[0]
        draft = self.by_name(name) if name else None
        if draft is not None and name and not draft.of_union:
            start, _ = period_of(name)
            if start is not None and draft.start_year is not None and start != draft.start_year:
                return None
            if kind_family(draft.kind) == "policy" and is_of_other_years(name, draft):
                return None
        if draft is None or cited is None:
            return draft
        if draft.of_union or (
            draft.number and cited.number and plain_number(draft.number) != plain_number(cited.number)
        ):
            return None
        return None if draft.year and cited.year and draft.year != cited.year else draft

    def by_name(self, name: str) -> InstrumentDraft | None:
        """The instrument with that name, with or without its year, or with a name that differs in a letter."""
        key = name_key(name, self._country)
        short = name_key(undated(name), self._country)
        weak = short.replace("national ", "")
        if (
            ("name", key) not in self._by_key
            and ("name", short) not in self._by_key
            and weak != short
            and len(weak.split()) > 1
        ):
            draft = self._by_key.get(("name", weak))
            if draft is not None and kind_family(draft.kind) == "policy":
                return draft
        if ("name", key) not in self._by_key and short != key and ("name", short) in self._by_key:
            draft = self._by_key["name", short]
            # "Data Strategy 2023–2027" is the "Data Strategy", unless that is of another period.
            return draft if draft.start_year is None and draft.number is None else None
        if ("name", key) not in self._by_key and len(key.split()) > 2:
            return self._alike(name, key)
        return (
            self._by_key.get(("name", key))
            if len(key.split()) > 1 or is_acronym(name) or len(key) > 6
            else None
        )

    def new(self, kind: str, name: str) -> InstrumentDraft:
        """A new instrument, with the years between which it runs if its name has them."""
        draft = InstrumentDraft(kind, name)
        draft.start_year, draft.end_year = period_of(name)
        self.drafts.append(draft)
        return draft

    def of_union(self, act: UnionAct) -> InstrumentDraft:
        """The draft of an act of the Union, made on first use."""
        key = (EUROPEAN_UNION, act.kind, str(act.year), act.number)
        draft = self._by_key.get(key)
        if draft is None:
            draft = InstrumentDraft(
                act.kind, act.name, act.title, list(act.aliases), act.number, act.year,
                country=EUROPEAN_UNION, date=dt.date.fromisoformat(act.date) if act.date else None,
            )  # fmt: skip
            self.drafts.append(draft)
            self._by_key[key] = draft
            self._union_topics[id(draft)] = list(act.topics)
            self.index(draft)
        return draft

    def policy_of_union(self, policy: dict[str, Any]) -> InstrumentDraft:
        """The draft of a framework of the Union that has no number (an entry of `union_policies`), made on first use."""
        key = ("name", name_key(policy["name"], self._country))
        draft = self._by_key.get(key)
        if draft is None:
            draft = self.new(policy["kind"], policy["name"])
            draft.country = EUROPEAN_UNION
            draft.aliases = list(policy["aliases"])
            self._by_key[key] = draft
        return draft

    def topics_of_union(self, draft: InstrumentDraft) -> list[str]:
        """The topics that an act of the Union has by itself."""
        return self._union_topics.get(id(draft), [])

    def index(self, draft: InstrumentDraft) -> None:
        """Makes an instrument findable by the citations and names that it has by now."""
        for name in list(draft.names):
            inner = _INNER.search(name)
            if inner is not None and is_acronym(inner[1]) and not draft.of_union:
                add_alias(draft, f"{inner[1]} {name[inner.end() :].strip()}")
        if not draft.of_union:
            for key in citation_keys(draft.kind, draft.number, draft.year, draft.date):
                self._by_key.setdefault(key, draft)
        for name in draft.names:
            for variant in (name, undated(name)):
                key_ = name_key(variant, self._country)
                if len(key_) > 2 and not is_generic(variant):
                    self._by_key.setdefault(("name", key_), draft)

    def note_same(self, one: InstrumentDraft, other: InstrumentDraft, *, called_so: bool = False) -> None:
        """Notes that two drafts are one instrument; `called_so` where brackets give one the name of the other."""
        self._same.append((one, other))
        if called_so:
            self._called_so.add((id(one), id(other)))

    def unite(self) -> dict[int, InstrumentDraft]:
        """Makes each noted pair one draft, unless their numbers or years say that they are two; gives what each (by id) became."""
        into: dict[int, InstrumentDraft] = {}
        for first, second in self._same:
            one, other = _final(first, into), _final(second, into)
            if one is other:
                continue
            if (id(first), id(second)) in self._called_so and other.number is None and one.year:
                # The year of the short name was that of some sentence about it.
                other.year = other.date = None
            if not are_compatible(one, other):
                continue
            absorb(one, other)
            into[id(other)] = one
            self.drafts.remove(other)
        became = {number: _final(draft, into) for number, draft in into.items()}
        for key, draft in list(self._by_key.items()):
            self._by_key[key] = became.get(id(draft), draft)
        return became

    def _alike(self, name: str, key: str) -> InstrumentDraft | None:
        """An instrument whose name differs in a letter or the order of words, and not in a number."""
        digits = re.findall(r"\d+", key)
        for draft in self.drafts:
            if draft.of_union or kind_family(draft.kind) != kind_family(title_kind(name) or ""):
                continue
            for other in draft.names:
                other_key = name_key(other, self._country)
                if fuzz.token_sort_ratio(key, other_key) >= 95 and re.findall(r"\d+", other_key) == digits:
                    return draft
        return None


def _final(draft: InstrumentDraft, into: dict[int, InstrumentDraft]) -> InstrumentDraft:
    while id(draft) in into:
        draft = into[id(draft)]
    return draft


_INNER = re.compile(r"\s\(([^()]{2,10})\)\s(?=[A-Z])")

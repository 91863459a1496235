"""One draft per body: a name or an abbreviation leads to the same one wherever it is read."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from kg.extraction.factsheets.bodies.drafts import BodyDraft
from kg.extraction.factsheets.bodies.names import body_type, is_generic
from kg.extraction.factsheets.reading import FactsheetReading, coded_words, word_set
from kg.extraction.factsheets.titles import name_key
from kg.extraction.names import is_acronym
from kg.questionnaire.wording import fold, words_key


class KnownBodies:
    """The bodies found so far; a name leads to one draft only."""

    def __init__(self, reading: FactsheetReading) -> None:
        self._reading = reading
        self.drafts: list[BodyDraft] = []
        self.merges: list[str] = []
        self._by_key: dict[str, BodyDraft] = {}

    def known(self, name: str) -> BodyDraft | None:
        """The body with that name or abbreviation."""
        return self._by_key.get(_key(name, self._reading.country))

    def called(self, name: str, acronym: str | None = None) -> BodyDraft:
        """The body with that name, made on first use."""
        name = re.sub(r"^[Tt]he\s(?=[A-Z])", "", name)
        draft = self.known(name) or self._longer(name)
        if acronym and re.search(r"\d\d", acronym):
            acronym = None
        if draft is None and acronym and not _plain(acronym):
            other = self.known(acronym)
            # An abbreviation is shared by few; the names must have a word in common.
            if other is not None and set(words_key(other.name).split()) & set(
                words_key(name).split()
            ) - word_set("small_words"):
                draft = other
        if draft is None:
            draft = BodyDraft(
                name[:400], body_type(name), areas=coded_words("body_areas").codes(fold(name))[:1]
            )
            self.drafts.append(draft)
        self.add_name(draft, name)
        if acronym:
            self.add_name(draft, acronym)
        return draft

    def _longer(self, name: str) -> BodyDraft | None:
        """The one body whose name is this one and more: "ICT Council" for the "National ICT Council"."""
        key = name_key(name, self._reading.country)
        if len(key.split()) < 2 or is_generic(name, self._reading.country):
            return None
        alike = [
            d
            for d in self.drafts
            if d.type == body_type(name)
            and any(
                fuzz.token_sort_ratio(key, name_key(n, self._reading.country)) >= 93
                for n in d.names
                if len(n) > 12
            )
        ]
        found = alike or [draft for draft in self.drafts if any(self.goes_on(name, n) for n in draft.names)]
        if len(found) != 1:
            return None
        self.merges.append(f"{name} → {found[0].name}")
        found[0].evidence.doubt("inferred", "Taken to be one body under two forms of its name.", stated=name)
        return found[0]

    def merge(self, draft: BodyDraft, into: BodyDraft) -> None:
        """Makes two bodies one, under the name of the second."""
        self.drafts.remove(draft)
        for key, holder in list(self._by_key.items()):
            if holder is draft:
                self._by_key[key] = into
        for name in draft.names:
            if words_key(name) not in {words_key(n) for n in into.names}:
                into.aliases.append(name)
        into.urls += [url for url in draft.urls if not into.urls]
        into.items += draft.items
        into.own_items += draft.own_items
        into.parent = into.parent or draft.parent
        into.evidence.merge(draft.evidence)
        for other in self.drafts:
            if other.parent is draft:
                other.parent = into
        self.merges.append(f"{draft.name} → {into.name}")
        into.evidence.doubt(
            "inferred", "Taken to be one body under two forms of its name.", stated=draft.name
        )

    def remove(self, draft: BodyDraft) -> None:
        """Takes back a body that turned out to be something else."""
        self.drafts.remove(draft)
        for key in [key for key, holder in self._by_key.items() if holder is draft]:
            del self._by_key[key]
        for other in self.drafts:
            if other.parent is draft:
                other.parent = None

    def goes_on(self, short: str, long: str) -> bool:
        """Whether one name is the beginning or the end of the other, and both are of one type of body."""
        wanted = name_key(short, self._reading.country).split()
        whole = name_key(long, self._reading.country).split()
        if len(whole) <= len(wanted) or (whole[: len(wanted)] != wanted and whole[-len(wanted) :] != wanted):
            return False
        return body_type(short) == body_type(long) or long.startswith("Office of the")

    def add_name(self, draft: BodyDraft, name: str) -> None:
        """Another name of a body: its abbreviation, if it has none yet, or an alias."""
        name = name.strip(" ‘’'\"“”")
        key = _key(name, self._reading.country)
        if len(name) < 2 or not key:
            return
        holder = self._by_key.setdefault(key, draft)
        if holder is not draft or words_key(name) in {words_key(n) for n in draft.names}:
            return
        if draft.acronym is None and is_acronym(name) and " " not in name:
            draft.acronym = name
        else:
            draft.aliases.append(name[:400])


def _key(name: str, country: str) -> str:
    if " " not in name.strip():
        return fold(name).strip().upper()
    return name_key(name, country) or words_key(name)


def _plain(acronym: str) -> bool:
    return acronym.upper() in ("ICT", "IT", "EU", "AI", "EID", "EEA", "IOT", "PSI")

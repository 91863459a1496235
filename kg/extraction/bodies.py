"""Government bodies: listed with their addresses (questions 3, 5, 16) or named in running text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache, lru_cache

from rapidfuzz import fuzz

from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.gazetteer import (
    coded,
    countries,
    data,
    organisations,
    word_set,
)
from kg.extraction.instruments import Instruments
from kg.extraction.listings import Entry, entries
from kg.extraction.names import Name, classify, is_acronym
from kg.extraction.naming import Named
from kg.extraction.negation import is_denied
from kg.extraction.places import Distinct, Places
from kg.extraction.reading import Reading
from kg.iris import host_of
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold, words_key

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
MERGE_THRESHOLD = 95
"""token_set_ratio of rapidfuzz from which two ministries' names are taken for one, if their hosts do not differ."""
_LISTED = ("3", "5", "5a", "5b", "5c", "5d", "5e", "5f", "5g", "5h", "5i", "16")
_PROSE_IN = (
    "4",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "17",
    "18",
    "19",
    "20",
    "21",
    "22",
    "23",
    "24",
)


@dataclass(slots=True, eq=False)
class BodyDraft(Named):
    """A body while it is put together from its mentions."""

    name: str
    type: str = "other"
    acronym: str | None = None
    aliases: list[str] = field(default_factory=Distinct)
    urls: list[str] = field(default_factory=Distinct)
    areas: list[str] = field(default_factory=Distinct)
    parent: BodyDraft | None = None
    country: str | None = None
    evidence: Evidence = field(default_factory=Evidence)
    _keys: set[str] = field(default_factory=set)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.acronym, *self.aliases) if name]

    def rename(self, name: str) -> None:
        """Gives it another name; the former one stays known."""
        self._know(name)
        self.aliases.append(self.name)
        self.name = name

    def abbreviate(self, acronym: str) -> None:
        """Gives it its abbreviation."""
        self._know(acronym)
        self.acronym = acronym


@dataclass(slots=True)
class BodyMention:
    """A place where a body is spoken of."""

    q: str
    start: int
    end: int
    draft: BodyDraft


@dataclass(slots=True)
class Bodies:
    """All bodies of a document. `foreign` ones carry their country."""

    drafts: list[BodyDraft] = field(default_factory=list)
    mentions: list[BodyMention] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    places: Places[BodyMention] = field(default_factory=Places)
    """The mentions by where they stand."""
    _held: set[int] = field(default_factory=set)
    _keys: dict[frozenset[str], BodyDraft] = field(default_factory=dict)
    _acronyms: dict[str, BodyDraft] = field(default_factory=dict)
    _words: dict[str, BodyDraft] | None = None

    def holds(self, draft: BodyDraft | None) -> bool:
        """Whether a draft is one of these bodies (one that was merged into another is not)."""
        return id(draft) in self._held

    def mention(self, mention: BodyMention) -> None:
        """Notes a place where a body is spoken of."""
        self.mentions.append(mention)
        self.places.add(mention.start, mention.end, mention)

    def called(self, name: str) -> BodyDraft | None:
        """The body that has this very name or abbreviation; asked once all bodies are known."""
        if self._words is None:
            self._words = {}
            for draft in self.drafts:
                for known in draft.names:
                    self._words.setdefault(words_key(known), draft)
        return self._words.get(words_key(name))

    def merge_into(self, merged: dict[int, BodyDraft]) -> None:
        """Drops bodies that turned out to be others (by id) and points everything to those."""
        if not merged:
            return
        self.drafts = [draft for draft in self.drafts if id(draft) not in merged]
        self._held = {id(draft) for draft in self.drafts}
        for mention in self.mentions:
            mention.draft = merged.get(id(mention.draft), mention.draft)
        for draft in self.drafts:
            draft.parent = merged.get(id(draft.parent), draft.parent)

    def by_name(self, name: str, own: frozenset[str]) -> BodyDraft | None:
        return self._acronyms.get(name) or self._keys.get(_key(name, own))

    def add(self, draft: BodyDraft, own: frozenset[str]) -> None:
        if not self.holds(draft):
            self._held.add(id(draft))
            self.drafts.append(draft)
        for name in draft.names:
            self._keys.setdefault(_key(name, own), draft)
        if draft.acronym:
            self._acronyms.setdefault(draft.acronym, draft)


def find_bodies(reading: Reading, instruments: Instruments) -> Bodies:
    """Reads the listed bodies first, so that abbreviations introduced there are known everywhere."""
    found = Bodies()
    own = own_words(reading.country)
    for answer in reading.answers:
        if answer.q in _LISTED:
            _listed(reading, answer, found, own, instruments)
    _names_by_host(reading, found, own)
    for answer in reading.answers:
        if answer.q in _PROSE_IN or answer.q in ("16", "3") or answer.q in _PORTALS_IN:
            _in_prose(reading, answer, found, own, instruments)
    _merge_ministries(found, own)
    _merge_councils(found, own)
    _later_mentions(reading, found)
    return found


@cache
def own_words(country: str) -> frozenset[str]:
    """The words by which a country calls itself: they tell two names of one body not apart."""
    words = {
        word
        for name, iso3 in countries().items()
        if iso3 == country
        for word in name.split()
        if len(word) > 3
    }
    return frozenset(words)


def _listed(
    reading: Reading, answer: ParsedAnswer, found: Bodies, own: frozenset[str], instruments: Instruments
) -> None:
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
        draft = BodyDraft(name, _type(name))
    elif not draft.is_called(name):
        if is_acronym(draft.name) and not is_acronym(name):
            draft.rename(name)
            draft.type = _type(name)
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


def _in_prose(
    reading: Reading, answer: ParsedAnswer, found: Bodies, own: frozenset[str], instruments: Instruments
) -> None:
    folded = reading.folded
    for sentence in reading.sentences(answer):
        registered = reading.organisations(sentence.start, sentence.end)
        names = reading.names(sentence.start, sentence.end)
        previous: BodyDraft | None = None
        previous_end = sentence.start
        for name in names:
            if name.group != "bodies" or reading.in_link(name.start):
                continue
            if _PROJECT.search(folded, max(sentence.start, name.start - 24), name.start):
                continue
            if answer.q in _PORTALS_IN and not _RUN_BY.search(
                folded, max(sentence.start, name.start - 40), name.start
            ):
                continue
            if _INITIATIVE.match(folded, name.after, sentence.end):
                continue
            if any(
                a <= name.start < b or (name.start <= a < name.end and b - a > len(name.text) * 0.6)
                for a, b, _ in registered
            ):
                continue
            if instruments.places.overlap(name.start, name.end) or found.places.overlap(name.start, name.end):
                continue
            known = found.by_name(name.text, own) or (
                found.by_name(name.acronym, own) if name.acronym else None
            )
            if known is None:
                if vague(name.text) or is_denied(folded, name.start, name.end, sentence.start, sentence.end):
                    continue
                if answer.q == "22" and not (name.acronym or name.kind == "ministry"):
                    continue
                if answer.q == "24" and _is_subject(reading, sentence.start, name.start, name.after):
                    continue
                known = BodyDraft(name.text, name.kind or "other", name.acronym)
                known.country = _foreign(reading, answer.q, sentence.start, name.start, name.end)
                if known.country is None:
                    known.areas = [
                        area
                        for area in coded("areas").codes(fold(name.text))
                        if area in ("data-protection", "digital-security", "statistics")
                    ]
                found.add(known, own)
                known.evidence.seen(
                    reading, answer.q, name.start, name.end, "medium", "named in running text by what it is"
                )
            else:
                known.call(name.text)
                if name.acronym and not known.acronym:
                    known.abbreviate(name.acronym)
                    found.add(known, own)
                known.evidence.seen(
                    reading, answer.q, name.start, name.end, "medium", "named again in running text"
                )
            for link in reading.links_between(name.after, min(sentence.end + 1, name.after + 6)):
                if link.url not in known.urls and not known.urls:
                    known.urls.append(link.url)
            if not known.urls and known.country is None and _sole(names, name):
                known.urls += _address_behind(reading, instruments, name.after, sentence.end)
            following = (
                _piece_after(reading, answer, sentence.end)
                if not known.urls and sentence.end - name.after < 160
                else None
            )
            if following and _sole(names, name) and known.country is None:
                known.urls.append(following)
            found.mention(BodyMention(answer.q, name.start, name.end, known))
            gap = folded[previous_end : name.start] if previous is not None else ""
            if (
                previous is not None
                and previous is not known
                and _PARENT_GAP.fullmatch(gap)
                and known.country is None
                and previous.parent is None
            ):
                previous.parent = known
            previous, previous_end = known, name.after


def _sole(names: list[Name], name: Name) -> bool:
    return [n for n in names if n.group == "bodies"][-1:] == [name]


def _address_behind(reading: Reading, instruments: Instruments, start: int, end: int) -> list[str]:
    """The home page that closes the sentence about a body ("… enforces it (https://body.example)")."""
    links = reading.links_between(start, min(end + 1, start + _FAR))
    if len(links) != 1 or reading.text[links[0].end : end].strip(" ).>]") or not _home_page(links[0].url):
        return []
    return [] if instruments.places.overlap(start, links[0].start) else [links[0].url]


def _home_page(url: str) -> bool:
    return host_of(url) is not None and "/" not in url.split("://", 1)[-1].strip("/")


def _piece_after(reading: Reading, answer: ParsedAnswer, end: int) -> str | None:
    """The address in a piece of its own right behind a piece that ends here."""
    position = bisect_right(answer.pieces, end + 1, key=lambda piece: piece.end) - 1
    if 0 <= position < len(answer.pieces) - 1 and answer.pieces[position].end >= end - 1:
        following = answer.pieces[position + 1]
        if reading.is_address_only(following):
            links = reading.links_between(following.start, following.end)
            return links[0].url if _home_page(links[0].url) else None
    return None


def _is_subject(reading: Reading, sentence_start: int, start: int, after: int) -> bool:
    """Whether a name begins an item of question 24 and is thus the partnership itself ("X Committee: …")."""
    return (
        start - sentence_start < 6
        and (
            _ITEM_COLON.match(reading.folded, after) is not None
            or _IS_PARTNERSHIP.match(reading.folded, after) is not None
        )
    ) or _COMMITTEE_THERE.search(reading.folded, sentence_start, start) is not None


def _foreign(reading: Reading, q: str, sentence_start: int, start: int, end: int) -> str | None:
    """The other country that a body belongs to: named within the name, or (question 23) at the head of the item."""
    near = reading.countries(start, min(len(reading.text), end + 30))
    inside = any(iso3 != reading.country for _, _, iso3 in near)
    close = [iso3 for a, _, iso3 in near if a <= end + 8]
    if inside and close and close[0] != reading.country:
        return close[0]
    if q != "23":
        return None
    line = reading.document.locate(start).block.position.start
    named = [
        (end_at, iso3)
        for _, end_at, iso3 in reading.countries(max(line, sentence_start), start)
        if iso3 != reading.country
    ]
    if (
        named
        and _WITH.search(reading.folded, named[-1][0], start)
        and not _HEADING.match(reading.folded, named[-1][0])
    ):
        # "The Government of X signed an agreement with the Y": Y is on the other side, which is ours.
        return None
    within = [iso3 for _, iso3 in named]
    return within[-1] if within else reading.foreign_before(start, line)


def _names_by_host(reading: Reading, found: Bodies, own: frozenset[str]) -> None:
    """ "MINTIC" in the text and www.mintic.gov.co at a body: the abbreviation is that body's, though nobody says so."""
    capitals = {match[0] for match in _CAPITALS.finditer(reading.text)}
    acronyms = {draft.acronym for draft in found.drafts if draft.acronym}
    for draft in found.drafts:
        for url in draft.urls:
            label = (host_of(url) or "").split(".")[0].upper()
            if label in capitals and draft.acronym is None and label != draft.name and label not in acronyms:
                acronyms.add(label)
                draft.abbreviate(label)
                found.add(draft, own)


def _merge_ministries(found: Bodies, own: frozenset[str]) -> None:
    ministries = [draft for draft in found.drafts if draft.type == "ministry" and draft.country is None]
    hosts = [frozenset(host for url in draft.urls if (host := host_of(url))) for draft in ministries]
    alike = _Alike([_content(draft.name, own) for draft in ministries], hosts)
    merged: dict[int, BodyDraft] = {}
    for position, draft in enumerate(ministries):
        if id(draft) in merged:
            continue
        for number in alike.later_than(position):
            other = ministries[number]
            ratio = alike.ratio(position, number)
            if ratio >= MERGE_THRESHOLD:
                _absorb(found, draft, other, f"similarity {ratio:.0f} of 100")
                alike.drop(number)
                merged[id(other)] = draft
    found.merge_into(merged)


class _Alike:
    """Finds the names that may reach the threshold with another, without comparing all with all.

    `token_set_ratio` reaches it when all words of one name are in the other, or when long names differ in one word by
    a letter or two. So a name is looked for among those that hold its rarest word, and among those that are the same
    without one word. At least one of the two has a host, and where both have, they share one.
    """

    def __init__(self, contents: list[frozenset[str]], hosts: list[frozenset[str]]) -> None:
        self._contents = contents
        self._hosts = hosts
        self._texts = [" ".join(sorted(content)) for content in contents]
        self._dropped: set[int] = set()
        self._by_word: dict[str, list[int]] = {}
        self._but_one: dict[tuple[frozenset[str], str], list[int]] = {}
        for number, content in enumerate(contents):
            for word in content:
                self._by_word.setdefault(word, []).append(number)
                for host in hosts[number] | {_HOSTED} if hosts[number] else {_WITHOUT_HOST}:
                    if len(self._texts[number]) >= _LONG:
                        self._but_one.setdefault((content - {word}, host), []).append(number)
        self._shorter: dict[int, list[int]] = {}
        """Later names all of whose words a name holds."""
        for number, content in enumerate(contents):
            for other in self._holding(content):
                if other < number and content <= contents[other]:
                    self._shorter.setdefault(other, []).append(number)

    def later_than(self, position: int) -> list[int]:
        """The numbers of later names worth comparing with that of `position`, in order."""
        content, hosts = self._contents[position], self._hosts[position]
        found = {n for n in self._holding(content) if n > position and content <= self._contents[n]}
        found.update(self._shorter.get(position, ()))
        if len(self._texts[position]) >= _LONG:
            for word in content:
                for host in hosts | {_WITHOUT_HOST} if hosts else {_HOSTED}:
                    found.update(n for n in self._but_one.get((content - {word}, host), ()) if n > position)
        return sorted(n for n in found if n not in self._dropped and self._hosts_agree(position, n))

    def drop(self, number: int) -> None:
        """Takes a name out: it was merged into another."""
        self._dropped.add(number)

    def ratio(self, one: int, other: int) -> float:
        """How alike two names are (0 to 100)."""
        return fuzz.token_set_ratio(self._texts[one], self._texts[other])

    def _holding(self, content: frozenset[str]) -> list[int]:
        return min((self._by_word[word] for word in content), key=len, default=[])

    def _hosts_agree(self, one: int, other: int) -> bool:
        first, second = self._hosts[one], self._hosts[other]
        return bool(first & second) if first and second else bool(first or second)


def _merge_councils(found: Bodies, own: frozenset[str]) -> None:
    """Joins councils whose names differ only in their rank; says so on the entry."""
    firsts: dict[frozenset[str], BodyDraft] = {}
    merged: dict[int, BodyDraft] = {}
    for other in found.drafts:
        key = _key(other.name, own) - _QUALIFIERS
        if other.type != "council" or other.country is not None or len(key) < 2:
            continue
        draft = firsts.setdefault(key, other)
        if draft is not other:
            _absorb(found, draft, other, "their names differ in rank only")
            merged[id(other)] = draft
    found.merge_into(merged)


def _absorb(found: Bodies, draft: BodyDraft, other: BodyDraft, why: str) -> None:
    for name in other.names:
        draft.call(name)
    draft.urls += other.urls
    draft.areas += other.areas
    draft.evidence.merge(other.evidence)
    draft.evidence.doubt("inferred", f"Two names are taken for one body: {why}.", other.name)
    found.merges.append(f"body '{other.name}' → '{draft.name}' ({why})")


def _later_mentions(reading: Reading, found: Bodies) -> None:
    """Questions in which a body is spoken of by its abbreviation only."""
    known = {draft.acronym: draft for draft in found.drafts if draft.acronym}
    known |= {draft.name: draft for draft in found.drafts if is_acronym(draft.name) and " " not in draft.name}
    by_word: dict[str, list[str]] = {}
    for acronym in sorted(known, key=len, reverse=True):
        first = _WORD.match(acronym)
        if first is not None:
            by_word.setdefault(first[0], []).append(acronym)
    if not by_word:
        return
    text = reading.text
    for answer in reading.answers:
        for piece in answer.pieces:
            position = piece.start
            for word in _WORD.finditer(text, piece.start, piece.end):
                start = word.start()
                if word[0] not in by_word or start < position or text[start - 1 : start] == "-":
                    continue
                stated = next((a for a in by_word[word[0]] if _stands(text, a, start, piece.end)), None)
                if stated is None or reading.in_link(start):
                    continue
                position = start + len(stated)
                if not found.places.overlap(start, start + 1):
                    found.mention(BodyMention(answer.q, start, position, known[stated]))
                    known[stated].evidence.seen(
                        reading, answer.q, start, position, "medium", "named again by its abbreviation"
                    )


def _stands(text: str, acronym: str, start: int, end: int) -> bool:
    """Whether an abbreviation stands at an offset and ends there as a word."""
    stop = start + len(acronym)
    behind = text[stop : min(stop + 1, end)]
    return stop <= end and text.startswith(acronym, start) and not (behind.isalnum() or behind in ("_", "-"))


def vague(name: str) -> bool:
    """Whether a name says only what kind of body it is ("the Ministry", "National Council", "Board of AMA")."""
    if fold(name).replace("’", "'") in ("prime minister's office", "cabinet office", "casa civil"):
        return False
    words = [word for word in words_key(name).split() if word not in word_set("connectors")]
    rest = [word for word in words if word not in _head_words()]
    return (
        not rest
        or (len(words) <= 2 and len(rest) == 1 and rest[0].upper() in name.split() and len(rest[0]) <= 5)
        or all(word in _VAGUE for word in rest)
    )


@cache
def _head_words() -> frozenset[str]:
    return frozenset(
        word
        for group in data("names")["bodies"].values()
        for phrase in group
        for word in words_key(str(phrase)).split()
    )


def _type(name: str) -> str:
    group, kind = classify(name)
    if group == "bodies" and kind:
        return kind
    found = next(
        (
            k
            for word in reversed(words_key(name).split())
            for k, words in data("names")["bodies"].items()
            if word in words
        ),
        None,
    )
    return found or "other"


@lru_cache(maxsize=16384)
def _key(name: str, own: frozenset[str]) -> frozenset[str]:
    """The words of a name by which bodies are compared: no small words, no plural, abbreviations of ICT spelled out."""
    words = words_key(name).split()
    expanded: list[str] = []
    for word in words:
        if word in ("ict", "icts", "tic", "tics"):
            expanded += (
                ["information", "communication", "technology"]
                if word.startswith("ict")
                else ["informacion", "comunicacion", "tecnologia"]
            )
        else:
            expanded.append(word)
    return frozenset(
        _singular(word)
        for word in expanded
        if word not in word_set("connectors")
        and word not in own
        and not any(len(o) > 4 and word.startswith(o[: max(5, len(o) - 1)]) for o in own)
    )


def _content(name: str, own: frozenset[str]) -> frozenset[str]:
    return _key(name, own) - {"ministry", "ministerio", "ministere"}


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and len(word) > 4 and not word.endswith("ss") else word


_HOSTED, _WITHOUT_HOST = "*", ""
_FAR = 100
_LONG = 36
"""Two names that differ in a word reach the threshold only from this many letters on: a changed letter counts twice."""
_WITH = re.compile(r"\b(?:with|con|avec|com)\s(?:the\s|la\s|el\s|le\s|l'|o\s|a\s)?$")
_HEADING = re.compile(r"\s?(?:\([^)]{0,30}\)\s?)?(?:[:\t]|[-–—]\s)")
_PROJECT = re.compile(
    r"\b(?:project|programme|program|initiative|pilot|proyecto|programa|iniciativa|piloto|projet|projeto)\s[\"'“«]?$"
)
_PORTALS_IN = frozenset({"1", "2", "2a", "2b", "2c", "2d", "2e"})
"""Questions on portals, whose capitalised names are portals; a body stands behind "operated by" and the like."""
_RUN_BY = re.compile(
    r"\b(?:operated|managed|run|maintained|administered|hosted|owned|developed|operad[oa]|administrad[oa]|gestionad[oa]|gerid[oa]|mantenid[oa]|mantid[oa]|geree?|exploitee?|administree?)\s(?:by|por|par|pel[oa])\s(?:the\s|la\s|el\s|le\s|l'|o\s|a\s)?$"
)
_INITIATIVE = re.compile(
    r"\s(?:initiative|project|programme|program|campaign|survey|strategy|plan|app|portal|platform|website|index|award)\b"
)
_QUALIFIERS = frozenset(
    {
        "presidential",
        "high",
        "national",
        "council",
        "counselling",
        "counseling",
        "adviser",
        "consejo",
        "consejeria",
        "nacional",
        "presidencial",
        "alta",
        "superior",
    }
)
_PERSON = re.compile(r"\b(?:mr|ms|minister|secretary|president|director|chief|head)\b")
_UNDER = re.compile(r"\b(?:under|part of|dependiente d|adscrit|attached to|sous|tutelle|sob|within|of)\b")
_PARENT_GAP = re.compile(
    r"\s*,?\s*(?:of|under|within|a unit of|part of|del|de la|do|da|du|de|attached to|set up within|dependiente del?|sob tutela do)\s(?:the\s|la\s|el\s|a\s|o\s|le\s)?(?:\w+\s)?"
)
_ITEM_COLON = re.compile(r"\s?[:–—-]")
_IS_PARTNERSHIP = re.compile(
    r"\s(?:is|was|es|est|e)\s(?:a|an|the|un|una|une|um|uma)\s(?:[\w-]+\s){0,2}?(?:public|multi|partnership|platform|forum|plataforma|plateforme|foro|alianza|partenariat|parceria|mesa)"
)
_COMMITTEE_THERE = re.compile(r"\b(?:there is an?|existe un|existe uma|il existe un)\s$")
_WORD = re.compile(r"\w+")
_CAPITALS = re.compile(r"\b[A-Z][A-Z&]{2,11}\b")
_VAGUE = frozenset(
    {
        "national",
        "nacional",
        "nationale",
        "central",
        "general",
        "regional",
        "local",
        "federal",
        "public",
        "relevant",
        "government",
        "competent",
        "different",
        "other",
        "line",
        "state",
        "gobierno",
        "governo",
        "executive",
        "technical",
        "steering",
        "special",
        "joint",
        "interministerial",
        "several",
        "various",
        "all",
    }
)

"""Government bodies: listed with their addresses (questions 3, 5, 16) or named in running text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz import fuzz

from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.gazetteer import (
    coded,
    countries,
    country_mentions,
    data,
    organisation_mentions,
    organisations,
    word_set,
)
from kg.extraction.instruments import Instruments
from kg.extraction.listings import Entry, entries
from kg.extraction.names import Name, classify, is_acronym
from kg.extraction.negation import is_denied
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
class BodyDraft:
    """A body while it is put together from its mentions."""

    name: str
    type: str = "other"
    acronym: str | None = None
    aliases: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    parent: BodyDraft | None = None
    country: str | None = None
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def names(self) -> list[str]:
        return [name for name in (self.name, self.acronym, *self.aliases) if name]


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
    _keys: dict[frozenset[str], BodyDraft] = field(default_factory=dict)
    _acronyms: dict[str, BodyDraft] = field(default_factory=dict)

    def by_name(self, name: str, own: frozenset[str]) -> BodyDraft | None:
        return self._acronyms.get(name) or self._keys.get(_key(name, own))

    def add(self, draft: BodyDraft, own: frozenset[str]) -> None:
        if draft not in self.drafts:
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
        if answer.q in _PROSE_IN or answer.q in ("16", "3"):
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
    if any(m.start < entry.end and entry.start < m.end for m in instruments.mentions):
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
    elif words_key(name) not in {words_key(n) for n in draft.names}:
        if is_acronym(draft.name) and not is_acronym(name):
            draft.aliases.append(draft.name)
            draft.name, draft.type = name, _type(name)
        else:
            draft.aliases.append(name)
    if acronym and acronym != draft.name:
        draft.acronym = draft.acronym or acronym
    draft.aliases += [alias for alias in entry.aliases if alias not in draft.names]
    draft.urls += [url for url in entry.urls if url not in draft.urls]
    area = AREAS.get(q)
    if area and not (
        entry.prose
        and entry.name
        and q == "3"
        and _UNDER.search(reading.folded, max(0, entry.start - 24), entry.start)
    ):
        draft.areas += [area] if area not in draft.areas else []
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
    found.mentions.append(BodyMention(q, entry.start, entry.end, draft))
    return draft


def _in_prose(
    reading: Reading, answer: ParsedAnswer, found: Bodies, own: frozenset[str], instruments: Instruments
) -> None:
    text, folded = reading.text, reading.folded
    for sentence in reading.sentences(answer):
        registered = organisation_mentions(text, folded, sentence.start, sentence.end)
        names = reading.names(sentence.start, sentence.end)
        previous: BodyDraft | None = None
        previous_end = sentence.start
        for name in names:
            if name.group != "bodies" or reading.in_link(name.start):
                continue
            if _INITIATIVE.match(folded, name.after, sentence.end):
                continue
            if any(
                a <= name.start < b or (name.start <= a < name.end and b - a > len(name.text) * 0.6)
                for a, b, _ in registered
            ):
                continue
            if any(
                m.start < name.end and name.start < m.end for m in instruments.mentions if m.q == answer.q
            ):
                continue
            if any(m.start < name.end and name.start < m.end for m in found.mentions if m.q == answer.q):
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
                if words_key(name.text) not in {words_key(n) for n in known.names}:
                    known.aliases.append(name.text)
                if name.acronym and not known.acronym:
                    known.acronym = name.acronym
                    found.add(known, own)
                known.evidence.seen(
                    reading, answer.q, name.start, name.end, "medium", "named again in running text"
                )
            for link in reading.links_between(name.after, min(sentence.end + 1, name.after + 6)):
                if link.url not in known.urls and not known.urls:
                    known.urls.append(link.url)
            following = (
                _piece_after(reading, answer, sentence.end)
                if not known.urls and sentence.end - name.after < 160
                else None
            )
            if following and _sole(names, name) and known.country is None:
                known.urls.append(following)
            found.mentions.append(BodyMention(answer.q, name.start, name.end, known))
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


def _piece_after(reading: Reading, answer: ParsedAnswer, end: int) -> str | None:
    """The address in a piece of its own right behind a piece that ends here."""
    for position, piece in enumerate(answer.pieces[:-1]):
        if piece.end - 1 <= end <= piece.end + 1:
            following = answer.pieces[position + 1]
            if reading.is_address_only(following):
                links = reading.links_between(following.start, following.end)
                host = host_of(links[0].url)
                path = links[0].url.split("://", 1)[-1].strip("/")
                return links[0].url if host and "/" not in path else None
    return None


def _is_subject(reading: Reading, sentence_start: int, start: int, after: int) -> bool:
    """Whether a name begins an item of question 24 and is thus the partnership itself ("X Committee: …")."""
    return (
        start - sentence_start < 6 and _ITEM_COLON.match(reading.folded, after) is not None
    ) or _COMMITTEE_THERE.search(reading.folded, sentence_start, start) is not None


def _foreign(reading: Reading, q: str, sentence_start: int, start: int, end: int) -> str | None:
    """The other country that a body belongs to: named within the name, or (question 23) at the head of the item."""
    inside = [
        iso3
        for _, _, iso3 in country_mentions(
            reading.text, reading.folded, start, min(len(reading.text), end + 30)
        )
        if iso3 != reading.country
    ]
    close = [
        iso3
        for a, _, iso3 in country_mentions(
            reading.text, reading.folded, start, min(len(reading.text), end + 30)
        )
        if a <= end + 8
    ]
    if inside and close and close[0] != reading.country:
        return close[0]
    if q != "23":
        return None
    line = reading.text.rfind("\n", 0, start) + 1
    named = [
        (a, iso3)
        for a, _, iso3 in country_mentions(reading.text, reading.folded, line, start)
        if iso3 != reading.country
    ]
    within = [iso3 for a, iso3 in named if a >= sentence_start] or [iso3 for _, iso3 in named[-1:]]
    return within[-1] if within else None


def _names_by_host(reading: Reading, found: Bodies, own: frozenset[str]) -> None:
    """ "MINTIC" in the text and www.mintic.gov.co at a body: the abbreviation is that body's, though nobody says so."""
    capitals = {match[0] for match in _CAPITALS.finditer(reading.text)}
    for draft in found.drafts:
        for url in draft.urls:
            label = (host_of(url) or "").split(".")[0].upper()
            if (
                label in capitals
                and draft.acronym is None
                and label != draft.name
                and not any(other.acronym == label for other in found.drafts)
            ):
                draft.acronym = label
                found.add(draft, own)


def _merge_ministries(found: Bodies, own: frozenset[str]) -> None:
    ministries = [draft for draft in found.drafts if draft.type == "ministry" and draft.country is None]
    for position, draft in enumerate(ministries):
        for other in ministries[position + 1 :]:
            if other not in found.drafts or draft not in found.drafts:
                continue
            hosts, others = {host_of(u) for u in draft.urls}, {host_of(u) for u in other.urls}
            if hosts and others and not hosts & others:
                continue
            first, second = _content(draft.name, own), _content(other.name, own)
            ratio = fuzz.token_set_ratio(" ".join(sorted(first)), " ".join(sorted(second)))
            if first and second and ratio >= MERGE_THRESHOLD and (hosts or others):
                _absorb(found, draft, other, f"similarity {ratio:.0f} of 100")


def _merge_councils(found: Bodies, own: frozenset[str]) -> None:
    """Joins councils whose names differ only in their rank; says so on the entry."""
    councils = [draft for draft in found.drafts if draft.type == "council" and draft.country is None]
    for position, draft in enumerate(councils):
        for other in councils[position + 1 :]:
            if other not in found.drafts or draft not in found.drafts:
                continue
            first, second = _key(draft.name, own) - _QUALIFIERS, _key(other.name, own) - _QUALIFIERS
            if len(first) >= 2 and first == second:
                _absorb(found, draft, other, "their names differ in rank only")


def _absorb(found: Bodies, draft: BodyDraft, other: BodyDraft, why: str) -> None:
    draft.aliases += [name for name in other.names if name not in draft.names]
    draft.urls += [url for url in other.urls if url not in draft.urls]
    draft.areas += [area for area in other.areas if area not in draft.areas]
    draft.evidence.merge(other.evidence)
    draft.evidence.doubt("inferred", f"Two names are taken for one body: {why}.", other.name)
    found.merges.append(f"body '{other.name}' → '{draft.name}' ({why})")
    found.drafts.remove(other)
    for mention in found.mentions:
        if mention.draft is other:
            mention.draft = draft
    for third in found.drafts:
        if third.parent is other:
            third.parent = draft


def _later_mentions(reading: Reading, found: Bodies) -> None:
    """Questions in which a body is spoken of by its abbreviation only."""
    known = {draft.acronym: draft for draft in found.drafts if draft.acronym}
    known |= {draft.name: draft for draft in found.drafts if is_acronym(draft.name) and " " not in draft.name}
    if not known:
        return
    pattern = re.compile(
        rf"(?<![\w-])(?:{'|'.join(re.escape(a) for a in sorted(known, key=len, reverse=True))})(?![\w-])"
    )
    for answer in reading.answers:
        for piece in answer.pieces:
            for match in pattern.finditer(reading.text, piece.start, piece.end):
                draft = known[match[0]]
                if reading.in_link(match.start()):
                    continue
                if not any(m.start <= match.start() < m.end for m in found.mentions if m.q == answer.q):
                    found.mentions.append(BodyMention(answer.q, match.start(), match.end(), draft))
                    draft.evidence.seen(
                        reading,
                        answer.q,
                        match.start(),
                        match.end(),
                        "medium",
                        "named again by its abbreviation",
                    )


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
_COMMITTEE_THERE = re.compile(r"\b(?:there is an?|existe un|existe uma|il existe un)\s$")
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

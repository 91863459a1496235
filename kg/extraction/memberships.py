"""Memberships of question 22: organisations of the register or with an abbreviation, since when, and how one takes part."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.gazetteer import RegisteredOrganisation, coded, phrases, word_set
from kg.extraction.names import Name
from kg.extraction.negation import clause_around, is_denied
from kg.extraction.places import Distinct, Places
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire.wording import words_key


@dataclass(slots=True, eq=False)
class MembershipDraft:
    """Participation in one organisation."""

    name: str
    register: RegisteredOrganisation | None = None
    acronym: str | None = None
    aliases: list[str] = field(default_factory=Distinct)
    participation: str = "member"
    since: int | None = None
    urls: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=Distinct)
    evidence: Evidence = field(default_factory=Evidence)


class _Known:
    """The memberships found so far, by register entry, name and abbreviation."""

    def __init__(self) -> None:
        self.registered: dict[str, MembershipDraft] = {}
        self._names: dict[str, MembershipDraft] = {}
        self._acronyms: dict[str, MembershipDraft] = {}

    def add(self, draft: MembershipDraft) -> None:
        if draft.register is not None:
            self.registered.setdefault(draft.register.id, draft)
        self._names.setdefault(words_key(draft.name), draft)
        if draft.acronym:
            self._acronyms.setdefault(draft.acronym, draft)

    def by_name(self, name: Name) -> MembershipDraft | None:
        return self._names.get(words_key(name.text)) or (
            self._acronyms.get(name.acronym) if name.acronym else None
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an organisation is named; `fresh` where it was not known before this sentence."""

    start: int
    end: int
    draft: MembershipDraft
    fresh: bool


def find_memberships(reading: Reading) -> list[MembershipDraft]:
    """Reads question 22. Observers, candidates and denials are kept with their participation, never as members."""
    answer = reading.parsed.answers.get("22")
    if answer is None:
        return []
    found: list[MembershipDraft] = []
    known = _Known()
    for sentence in reading.sentences(answer):
        places, units = _registered(reading, sentence, known, begun=bool(found))
        places += _named(reading, sentence, known, [*units, *((p.start, p.end) for p in places)])
        places.sort(key=lambda place: place.start)
        stops = _stops(places, sentence.end)
        for position, place in enumerate(places):
            _describe(reading, sentence, place, stops[position], first=position == 0)
            if place.fresh:
                found.append(place.draft)
                known.add(place.draft)
    _addresses(reading, found)
    return found


def _registered(
    reading: Reading, sentence: Sentence, known: _Known, *, begun: bool
) -> tuple[list[_Place], list[tuple[int, int]]]:
    """Where a sentence names organisations of the register, and where it names units of those; `begun` once any is known."""
    places: list[_Place] = []
    units: list[tuple[int, int]] = []
    here: dict[str, MembershipDraft] = {}
    for start, end, entry in reading.organisations(sentence.start, sentence.end):
        if reading.in_link(start) or (entry.id == "un" and _UN_UNIT.match(reading.folded, end)):
            continue
        if _BEFORE_UNIT.search(reading.folded, max(sentence.start, start - 60), start) and (begun or places):
            units.append((start, end))
            continue
        if units and 0 <= start - units[-1][1] <= 3:
            continue
        if _is_inside_name(reading, sentence, start, end, known=entry.id in known.registered):
            continue
        stated = reading.text[start:end]
        draft = known.registered.get(entry.id) or here.get(entry.id)
        fresh = draft is None
        if draft is None:
            name = stated if len(stated) > len(entry.acronym or "") else entry.name
            draft = MembershipDraft(name, entry, entry.acronym)
        if stated not in (draft.name, draft.acronym, *draft.aliases):
            draft.aliases.append(stated)
        here[entry.id] = draft
        places.append(_Place(start, end, draft, fresh))
    return places, units


def _is_inside_name(reading: Reading, sentence: Sentence, start: int, end: int, *, known: bool) -> bool:
    """Whether an organisation stands inside a longer name, of a unit or network: "OECD Working Party", "ASEAN Digital Ministers' Meeting"."""
    names = reading.names(sentence.start, sentence.end)
    around = bisect_right(names, start, key=lambda name: name.start) - 1
    inside = names[around] if around >= 0 else None
    if inside is None or not (end <= inside.end and inside.end - inside.start > end - start + 3):
        return False
    if inside.start < start - 3 and _is_part(reading.folded, inside, start):
        return True
    last = words_key(inside.text).split()[-1]
    if inside.start == start and inside.end > end and last in word_set("network_words"):
        return True
    return known and _UNIT_AFTER.match(reading.folded, end, inside.end) is not None


def _named(
    reading: Reading, sentence: Sentence, known: _Known, occupied: list[tuple[int, int]]
) -> list[_Place]:
    """Where a sentence names other organisations and networks, outside what is occupied already."""
    taken: Places[None] = Places()
    for start, end in occupied:
        taken.add(start, end, None)
    places = []
    for name in reading.names(sentence.start, sentence.end):
        if taken.overlap(name.start, name.after) or reading.in_link(name.start):
            continue
        if not _plausible(name, reading.folded, sentence, reading):
            continue
        draft = known.by_name(name)
        taken.add(name.start, name.end, None)
        places.append(
            _Place(
                name.start, name.end, draft or MembershipDraft(name.text, None, name.acronym), draft is None
            )
        )
    return places


def _stops(places: list[_Place], end: int) -> list[int]:
    """For each place, where the next one that is about something else begins."""
    stops = [end] * len(places)
    for position in range(len(places) - 2, -1, -1):
        other = places[position + 1]
        if other.draft is places[position].draft or other.start <= places[position].start:
            stops[position] = stops[position + 1]
        else:
            stops[position] = other.start
    return stops


def _describe(reading: Reading, sentence: Sentence, place: _Place, stop: int, *, first: bool) -> None:
    """How the country takes part, since when and in what, from the words around a place up to `stop`."""
    start, end, draft, fresh = place.start, place.end, place.draft, place.fresh
    folded = reading.folded
    begin, close = clause_around(folded, start, end, sentence.start, sentence.end)
    denied = (
        is_denied(folded, start, end, sentence.start, sentence.end)
        or _NOT_AFTER.match(folded, end, sentence.end) is not None
    )
    observer = phrases("observer").search(folded, max(begin, start - 60), min(stop, end + 60))
    candidate = phrases("candidate").search(
        folded, max(begin, start - 80), min(stop, end + 60)
    ) or _JOIN_PLANNED.search(folded, max(begin, start - 60), start)
    if denied and fresh:
        draft.participation = "not-member"
    elif observer and fresh:
        draft.participation = "observer"
    elif candidate and fresh:
        draft.participation = "candidate"
    elif denied:
        return
    year = _SINCE.search(folded, end, min(stop, end + 120)) or (
        _SINCE.search(folded, max(sentence.start, start - 60), start) if first else None
    )
    if year and draft.since is None and draft.participation in ("member", "participant"):
        draft.since = int(next(group for group in year.groups() if group))
    if (
        draft.participation == "member"
        and fresh
        and _WORKS_WITH.search(folded, begin, start)
        and not _MEMBER.search(folded, begin, close)
    ):
        draft.participation = "participant"
    draft.topics += coded("cooperation_topics").codes(folded, end, stop)
    sure: Confidence = "high" if draft.register is not None else "medium"
    draft.evidence.seen(
        reading,
        "22",
        start,
        end,
        sure,
        "an organisation of the register"
        if draft.register
        else "a name with an abbreviation, not in the register",
    )


def _plausible(name: Name, folded: str, sentence: Sentence, reading: Reading) -> bool:
    """Whether an unregistered name is an organisation or network that one can be part of."""
    words = words_key(name.text).split()
    if len(words) < 3 and name.acronym is None:
        return False
    if name.group in ("policies", "laws", "portals"):
        return False
    if not any(word in word_set("network_nouns") for word in words):
        return False
    if name.group == "bodies" and not any(word in word_set("network_words") for word in words):
        return False
    unit = _BEFORE_UNIT.search(folded, max(sentence.start, name.start - 60), name.start)
    if unit is not None:
        return False
    own = words_key(reading.text[max(0, name.start - 40) : name.start])
    return not own.endswith(("ministry of", "of the"))


def _is_part(folded: str, name: Name, start: int) -> bool:
    lead = folded[name.start : start]
    return (
        re.search(r"\b(?:of|for|de|del|da|do|the)\s*(?:the\s|la\s)?$", lead) is not None or not lead.strip()
    )


def _addresses(reading: Reading, found: list[MembershipDraft]) -> None:
    answer = reading.parsed.answers["22"]
    places: Places[MembershipDraft] = Places()
    for draft in found:
        for span in draft.evidence.spans:
            if span.start is not None and span.end is not None:
                places.add(span.start, span.end, draft)
    for piece in answer.pieces:
        for link in reading.links_between(piece.start, piece.end):
            latest = places.last_before(link.start)
            if latest is not None and link.url not in latest.urls and len(latest.urls) < 3:
                latest.urls.append(link.url)


_BEFORE_UNIT = re.compile(
    r"\b(?:takes? part in|participates? in|represented in|attends?|committees? of|working (?:group|party) of|specifically with)\s(?:the\s)?$"
)
_SINCE = re.compile(
    r"\b(?:since|desde|depuis|in|joined in|en|em|seit|from|ab|desde el ano|a partir de)\s(?:\w+\s)?((?:19|20)\d\d)\b|\(((?:19|20)\d\d)\)|\b(?:joined|member)\D{0,12}((?:19|20)\d\d)\b|\t\s*((?:19|20)\d\d)\b"
)
_NOT_AFTER = re.compile(
    r"\s?(?:\([^)]{0,20}\))?\s?(?:,?\s?(?:but|pero|mas|mais)\s[^.;]{0,16}?\b(?:not|no|nao|n\'est pas)\b|nao\b|:\s?(?:no|nao|non)\b|,?\s?(?:no es|is not|are not)\b)"
)
_JOIN_PLANNED = re.compile(
    r"\b(?:plans? to join|intends? to join|will join|preve (?:adherir|ingresar|unirse)|se preve|prevoit d'adherer|wishes to join|seeking to join|in the process of joining|pretende aderir|planea (?:unirse|ingresar|adherir\w*)|to join|ingresar a|adherirse a|applying to)\b"
)
_WORKS_WITH = re.compile(
    r"\b(?:worked with|works with|cooperates with|collaborates with|trabaja con|colabora con|coopera con|coopere avec|collabore avec|has worked)\b"
)
_MEMBER = re.compile(r"\b(?:member|miembro|membre|membro|part of|parte de|integra)\b")
_UN_UNIT = re.compile(
    r"\s(?:e-government|survey|member|mission|general|economic|commission|development|department|public)"
)
_UNIT_AFTER = re.compile(
    r"\s(?:digital|expert|working|committee|senior|ministers|e-leaders|public|task|group|network)"
)

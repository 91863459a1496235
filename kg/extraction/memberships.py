"""Memberships of question 22: organisations of the register or with an abbreviation, since when, and how one takes part."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.gazetteer import RegisteredOrganisation, coded, phrases
from kg.extraction.names import Name
from kg.extraction.negation import clause_around, is_denied
from kg.extraction.places import Distinct, Places
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire.wording import fold, words_key


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


def find_memberships(reading: Reading) -> list[MembershipDraft]:
    """Reads question 22. Observers, candidates and denials are kept with their participation, never as members."""
    answer = reading.parsed.answers.get("22")
    if answer is None:
        return []
    found: list[MembershipDraft] = []
    known = _Known()
    for sentence in reading.sentences(answer):
        text, folded = reading.text, reading.folded
        registered = reading.organisations(sentence.start, sentence.end)
        names = reading.names(sentence.start, sentence.end)
        places: list[tuple[int, int, MembershipDraft, bool]] = []
        units: list[tuple[int, int]] = []
        here: dict[str, MembershipDraft] = {}
        for start, end, entry in registered:
            if reading.in_link(start) or (entry.id == "un" and _UN_UNIT.match(folded, end)):
                continue
            if phrases_before_unit.search(folded, max(sentence.start, start - 60), start) and (
                found or places
            ):
                units.append((start, end))
                continue
            if units and 0 <= start - units[-1][1] <= 3:
                continue
            around = bisect_right(names, start, key=lambda name: name.start) - 1
            inside = names[around] if around >= 0 else None
            if inside is not None and not (end <= inside.end and inside.end - inside.start > end - start + 3):
                inside = None
            if inside is not None and inside.start < start - 3 and _is_part(folded, inside, start):
                # "OECD Working Party", "ASEAN Digital Ministers' Meeting": a unit, not a membership of its own.
                continue
            if (
                inside is not None
                and inside.start == start
                and inside.end > end
                and words_key(inside.text).split()[-1] in _NETWORK_ONLY
            ):
                continue
            if (
                inside is not None
                and _UNIT_AFTER.match(folded, end, inside.end)
                and entry.id in known.registered
            ):
                continue
            draft = known.registered.get(entry.id) or here.get(entry.id)
            fresh = draft is None
            if draft is None:
                stated = text[start:end]
                draft = MembershipDraft(
                    stated if len(stated) > len(entry.acronym or "") else entry.name, entry, entry.acronym
                )
                if stated not in (draft.name, draft.acronym):
                    draft.aliases.append(stated)
            elif text[start:end] not in (draft.name, draft.acronym, *draft.aliases):
                draft.aliases.append(text[start:end])
            here[entry.id] = draft
            places.append((start, end, draft, fresh))
        taken: Places[None] = Places()
        for start, end in [*units, *((p[0], p[1]) for p in places)]:
            taken.add(start, end, None)
        for name in names:
            if taken.overlap(name.start, name.after) or reading.in_link(name.start):
                continue
            if not _plausible(name, folded, sentence, reading):
                continue
            draft = known.by_name(name)
            fresh = draft is None
            draft = draft or MembershipDraft(name.text, None, name.acronym)
            taken.add(name.start, name.end, None)
            places.append((name.start, name.end, draft, fresh))
        places.sort(key=lambda place: place[0])
        stops = _stops(places, sentence.end)
        for position, (start, end, draft, fresh) in enumerate(places):
            _describe(
                reading,
                sentence,
                start,
                end,
                stops[position],
                draft,
                fresh,
                position,
            )
            if fresh:
                found.append(draft)
                known.add(draft)
    _addresses(reading, found)
    return found


def _stops(places: list[tuple[int, int, MembershipDraft, bool]], end: int) -> list[int]:
    """For each place, where the next one that is about something else begins."""
    stops = [end] * len(places)
    for position in range(len(places) - 2, -1, -1):
        other = places[position + 1]
        if other[2] is places[position][2] or other[0] <= places[position][0]:
            stops[position] = stops[position + 1]
        else:
            stops[position] = other[0]
    return stops


def _describe(
    reading: Reading,
    sentence: Sentence,
    start: int,
    end: int,
    stop: int,
    draft: MembershipDraft,
    fresh: bool,
    position: int,
) -> None:
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
        _SINCE.search(folded, max(sentence.start, start - 60), start) if position == 0 else None
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
    if not any(word in _NETWORK for word in words):
        return False
    if name.group == "bodies" and not any(word in _NETWORK_ONLY for word in words):
        return False
    unit = phrases_before_unit.search(folded, max(sentence.start, name.start - 60), name.start)
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


def alias_key(name: str) -> str:
    """The words of an organisation's name for comparison."""
    return words_key(fold(name))


phrases_before_unit = re.compile(
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
_NETWORK = frozenset(
    {
        "network",
        "partnership",
        "organization",
        "organisation",
        "association",
        "alliance",
        "union",
        "community",
        "group",
        "forum",
        "nations",
        "red",
        "organizacion",
        "asociacion",
        "alianza",
        "comunidad",
        "grupo",
        "foro",
        "rede",
        "organizacao",
        "associacao",
        "alianca",
        "comunidade",
        "uniao",
        "reseau",
        "communaute",
        "groupe",
        "council",
        "commission",
        "league",
        "bank",
        "market",
        "mercado",
        "conference",
        "initiative",
        "iniciativa",
        "coalition",
        "academy",
        "programme",
        "society",
        "secretariat",
        "cooperation",
        "banco",
        "cumbre",
        "agenda",
        "conseil",
        "consejo",
    }
)
_NETWORK_ONLY = frozenset(
    {
        "network",
        "partnership",
        "organization",
        "organisation",
        "alliance",
        "community",
        "nations",
        "red",
        "organizacion",
        "alianza",
        "comunidad",
        "rede",
        "organizacao",
        "reseau",
        "communaute",
        "international",
        "african",
        "european",
        "asian",
        "nordic",
        "regional",
        "world",
        "global",
        "commonwealth",
        "caribbean",
        "arab",
        "islamic",
        "pacific",
        "east",
    }
)

"""Memberships of question 22: organisations of the register or with an abbreviation, since when, and how one takes part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.gazetteer import RegisteredOrganisation, coded, organisation_mentions, phrases
from kg.extraction.names import Name
from kg.extraction.negation import clause_around, is_denied
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire.wording import fold, words_key


@dataclass(slots=True, eq=False)
class MembershipDraft:
    """Participation in one organisation."""

    name: str
    register: RegisteredOrganisation | None = None
    acronym: str | None = None
    aliases: list[str] = field(default_factory=list)
    participation: str = "member"
    since: int | None = None
    urls: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)


def find_memberships(reading: Reading) -> list[MembershipDraft]:
    """Reads question 22. Observers, candidates and denials are kept with their participation, never as members."""
    answer = reading.parsed.answers.get("22")
    if answer is None:
        return []
    found: list[MembershipDraft] = []
    for sentence in reading.sentences(answer):
        text, folded = reading.text, reading.folded
        registered = organisation_mentions(text, folded, sentence.start, sentence.end)
        names = reading.names(sentence.start, sentence.end)
        places: list[tuple[int, int, MembershipDraft, bool]] = []
        units: list[tuple[int, int]] = []
        for start, end, entry in registered:
            if reading.in_link(start) or (entry.id == "un" and _UN_UNIT.match(folded, end)):
                continue
            if phrases_before_unit.search(folded, max(sentence.start, start - 60), start) and (
                found or places
            ):
                units.append((start, end))
                continue
            if any(0 <= start - b <= 3 for _, b in units):
                continue
            inside = next(
                (n for n in names if n.start <= start and end <= n.end and n.end - n.start > end - start + 3),
                None,
            )
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
            if inside is not None and _UNIT_AFTER.match(folded, end, inside.end):
                if not any(d.register is entry for d in found):
                    pass
                else:
                    continue
            draft = next((d for d in [*found, *(p[2] for p in places)] if d.register is entry), None)
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
            places.append((start, end, draft, fresh))
        for name in names:
            if any(
                a < name.after and name.start < b for a, b in [*units, *((p[0], p[1]) for p in places)]
            ) or reading.in_link(name.start):
                continue
            if not _plausible(name, folded, sentence, reading):
                continue
            key = words_key(name.text)
            draft = next(
                (
                    d
                    for d in found
                    if words_key(d.name) == key or (name.acronym and d.acronym == name.acronym)
                ),
                None,
            )
            fresh = draft is None
            draft = draft or MembershipDraft(name.text, None, name.acronym)
            places.append((name.start, name.end, draft, fresh))
        for position, (start, end, draft, fresh) in enumerate(sorted(places, key=lambda p: p[0])):
            following = sorted(p[0] for p in places if p[0] > start and p[2] is not draft)
            _describe(
                reading,
                sentence,
                start,
                end,
                following[0] if following else sentence.end,
                draft,
                fresh,
                found,
                position,
            )
    _addresses(reading, found)
    return found


def _describe(
    reading: Reading,
    sentence: Sentence,
    start: int,
    end: int,
    stop: int,
    draft: MembershipDraft,
    fresh: bool,
    found: list[MembershipDraft],
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
    draft.topics += [
        topic for topic in coded("cooperation_topics").codes(folded, end, stop) if topic not in draft.topics
    ]
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
    if fresh:
        found.append(draft)


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
    for piece in answer.pieces:
        for link in reading.links_between(piece.start, piece.end):
            before = [
                d
                for d in found
                if any(span.start is not None and span.start < link.start for span in d.evidence.spans)
            ]
            if before:
                latest = max(
                    before,
                    key=lambda d: max(s.start or 0 for s in d.evidence.spans if (s.start or 0) < link.start),
                )
                if link.url not in latest.urls and len(latest.urls) < 3:
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

"""Cooperation across borders in a factsheet: networks the country takes part in, and agreements with named countries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from kg.extraction.evidence import Evidence
from kg.extraction.factsheets.reading import FactsheetReading, clean_title, words
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.gazetteer import (
    RegisteredOrganisation,
    coded,
    country_mentions,
    data,
    organisation_mentions,
    organisations,
)
from kg.extraction.negation import is_denied
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


@dataclass(slots=True, eq=False)
class MembershipDraft:
    """That the country takes part in an organisation or network."""

    name: str
    register: RegisteredOrganisation | None
    since: int | None = None
    member: bool = False
    urls: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(slots=True, eq=False)
class CooperationDraft:
    """A cooperation with named countries."""

    partners: list[str]
    kind: str
    status: str = "unknown"
    year: int | None = None
    topics: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)


def find_memberships(reading: FactsheetReading) -> list[MembershipDraft]:
    """Organisations and networks that a sentence says the country takes part in."""
    found: dict[str, MembershipDraft] = {}
    for item in reading.items("communications", "legislation", "infrastructure", "bodies"):
        for start, end in reading.sentences(item):
            for first, last, name, register in _organisations(reading, start, end):
                if (register is not None and register.id in _TOO_WIDE) or _LONGER.match(
                    reading.text, last, end
                ):
                    continue
                verb = _takes_part(reading, start, first, last, end)
                if verb is None or is_denied(reading.folded, first, last, start, end):
                    continue
                key = register.id if register else words_key(name)
                draft = found.setdefault(key, MembershipDraft(register.name if register else name, register))
                draft.member = draft.member or "member" in verb or "join" in verb or "founded" in verb
                year = _SINCE.search(reading.folded, start, end)
                if draft.since is None and year is not None:
                    draft.since = int(year[1] or year[2])
                draft.evidence.seen(reading, item.section.number, first, last, "medium", "said to take part")
        project = _joined_project(reading, item)
        if (
            project is not None
            and words_key(project) not in {words_key(d.name) for d in found.values()}
            and item.title is not None
        ):
            draft = found.setdefault(words_key(project), MembershipDraft(project, None))
            draft.evidence.seen(
                reading,
                item.section.number,
                item.title.position.start,
                item.title.position.end,
                "medium",
                "a heading on taking part in it",
            )
    return list(found.values())


def _joined_project(reading: FactsheetReading, item: OutlineItem) -> str | None:
    """The project or network that an item of the infrastructure chapter says the country takes part in."""
    if item.title is None or not item.blocks or item.section.chapter not in ("2", "4"):
        return None
    title = clean_title(item.title.text)
    joined = _JOINED.match(title.name)
    if joined is not None:
        name = clean_title(joined[1]).name
        if _is_matter(name):
            return None
        return None if any(words_key(n) in words_key(name) for n in _networks()[1]) else name
    if _PROJECT.search(title.name) and words("participation").search(
        reading.folded, item.blocks[0].position.start, item.end
    ):
        short = _PROJECT.sub("", title.name).strip(" -–")
        if _is_matter(short) or words("activity_titles").match(fold(short)):
            return None
        return title.aliases[0] if " " in short and title.aliases and " " not in title.aliases[0] else short
    return None


def _is_matter(name: str) -> bool:
    """Whether a name is that of a matter, such as high-performance computing, and of nothing one could take part in."""
    return all(word in _matter_words() for word in words_key(name).split())


@cache
def _matter_words() -> frozenset[str]:
    return frozenset(w for phrase in data("factsheets")["matters"] for w in words_key(phrase).split()) | {
        "and",
        "research",
        "quantum",
    }


def _takes_part(reading: FactsheetReading, start: int, first: int, last: int, end: int) -> str | None:
    """The words that say that the country takes part in what stands from `first` to `last`."""
    at = max(start, first - 90)
    for match in words("participation").finditer(reading.folded, at, first):
        between = reading.folded[match.end() : first]
        if not _NOT_IT.search(between):
            return match[0]
    after = _AFTER.match(reading.folded, last, end)
    return after[0] if after is not None else None


@dataclass(slots=True, eq=False)
class PartnershipDraft:
    """A partnership that an item is about."""

    name: str
    aliases: list[str]
    kind: str
    evidence: Evidence = field(default_factory=Evidence)


def find_partnerships(reading: FactsheetReading) -> list[PartnershipDraft]:
    """Partnerships, coalitions and joint ventures of the public sector that an item is about."""
    found: dict[str, PartnershipDraft] = {}
    for item in reading.items("communications", "infrastructure", "bodies"):
        if item.title is None or not item.blocks:
            continue
        title = clean_title(item.title.text)
        folded = fold(title.name)
        text = reading.folded[item.blocks[0].position.start : item.end]
        named = words("partnership_nouns").search(folded) is not None and not _NOT_OWN.search(folded)
        joint = _JOINT.search(text[:200]) is not None
        if not (named or joint) or title_kind(title.name) is not None:
            continue
        private = words("ppp").search(text) is not None or _WITH_COMPANY.search(title.name) is not None
        draft = found.setdefault(
            words_key(title.name),
            PartnershipDraft(title.name, list(title.aliases), "ppp" if private else "multistakeholder"),
        )
        draft.evidence.seen(
            reading,
            item.section.number,
            item.title.position.start,
            item.title.position.end,
            "medium",
            "a heading that names a partnership",
        )
    return list(found.values())


def find_cooperations(reading: FactsheetReading) -> list[CooperationDraft]:
    """Agreements and projects with countries that a sentence names."""
    found: dict[tuple[str, ...], CooperationDraft] = {}
    for item in reading.items("communications", "legislation", "infrastructure", "bodies"):
        for start, end in reading.sentences(item):
            cue = _COOPERATION.search(reading.folded, start, end)
            if cue is None:
                continue
            partners = [
                code
                for _, _, code in country_mentions(reading.text, reading.folded, start, end)
                if code not in (reading.country, EUROPEAN_UNION)
            ]
            partners = list(dict.fromkeys(partners))
            if len(partners) == 1 and not _WITH.search(reading.folded, start, end):
                continue
            if not 1 <= len(partners) <= 12 or is_denied(reading.folded, cue.start(), cue.end(), start, end):
                continue
            project = "project" if _PROJECTS.search(reading.folded, start, end) else "other"
            kind = coded("cooperation_kinds").first(reading.folded, start, end) or project
            key = tuple(sorted(partners))
            if key in found:
                found[key].evidence.seen(
                    reading, item.section.number, cue.start(), cue.end(), "medium", "said to cooperate"
                )
                continue
            draft = CooperationDraft(partners, kind)
            draft.status = coded("cooperation_statuses").first(reading.folded, start, end) or "unknown"
            year = re.search(
                r"\b(?:in|on|since)\s(?:\d{1,2}\s)?(?:[a-z]+\s)?((?:19|20)\d\d)", reading.folded[start:end]
            )
            draft.year = int(year[1]) if year else None
            draft.topics = coded("cooperation_topics").codes(reading.folded, start, end)[:3]
            draft.evidence.seen(
                reading, item.section.number, cue.start(), cue.end(), "medium", "said to cooperate"
            )
            found[key] = draft
    return list(found.values())


def _organisations(
    reading: FactsheetReading, start: int, end: int
) -> list[tuple[int, int, str, RegisteredOrganisation | None]]:
    pattern, known = _networks()
    found: list[tuple[int, int, str, RegisteredOrganisation | None]] = [
        (match.start(), match.end(), *known[words_key(match[0])])
        for match in pattern.finditer(reading.text, start, end)
    ]
    for first, last, entry in organisation_mentions(reading.text, reading.folded, start, end):
        if not any(a <= first < b for a, b, _, _ in found):
            found.append((first, last, entry.name, entry))
    return found


@cache
def _networks() -> tuple[re.Pattern[str], dict[str, tuple[str, RegisteredOrganisation | None]]]:
    by_id = {entry.id: entry for entry in organisations().values()}
    known: dict[str, tuple[str, RegisteredOrganisation | None]] = {}
    names: list[str] = []
    for network in data("factsheets")["networks"]:
        for name in network["names"]:
            known[words_key(name)] = (network["names"][0], by_id.get(network["id"]))
            names.append(name)
    body = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{body})(?![\w-])"), known


_TOO_WIDE = frozenset({"eu", "european-commission"})
_JOINED = re.compile(r"(?:Participation|Involvement|Membership) (?:in|of) (?:the )?([A-Z].{3,80})$")
_PROJECT = re.compile(r"\s(?:[Pp]roject|[Cc]onsortium)$")
_AFTER = re.compile(r"\s(?:member|membership|partner)\b")
_LONGER = re.compile(r"[ -](?!JU\b|Joint\b|Member\b)[A-Z][a-z]+")
_NOT_IT = re.compile(r"[.;:]|\bby\b|\bmanaged\b|\bwithin\b|\bwhich\b|\bunder the\b")
_SINCE = re.compile(
    r"\bsince (?:[a-z]+ )?((?:19|20)\d\d)|\bjoined\b[^.]{0,80}\bin (?:[a-z]+ )?((?:19|20)\d\d)"
)
_NOT_OWN = re.compile(r"\b(?:european|eu|open government|global|international|blockchain partnership)\b")
_JOINT = re.compile(r"\bis a (?:joint venture|public-private partnership|partnership|cooperation network) ")
_WITH_COMPANY = re.compile(r"\bwith [A-Z][a-z]+$")
_PROJECTS = re.compile(r"\b(?:projects?|consorti(?:um|a)|pilots?|common platform|programme)\b")
_WITH = re.compile(r"\b(?:with|between|and)\b")
_COOPERATION = re.compile(
    fold(
        r"\b(?:memorand(?:um|a) of (?:understanding|cooperation)|(?:bilateral|cooperation|trilateral|cross-border) (?:agreement|treaty|cooperation|project)|agreement (?:with|between)|signed (?:an?|the) (?:agreement|memorandum|declaration|letter of intent)|cooperat(?:es|ion|ing|ed) (?:with|between)|collaborat(?:es|ion|ing|ed) (?:with|between)|jointly with|together with|federat\w+|consorti(?:um|a)|joint project|common platform)\b"
    )
)

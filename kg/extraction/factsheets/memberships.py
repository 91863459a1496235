"""Organisations, networks and consortia across borders that a factsheet says the country takes part in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from kg.extraction.evidence import Evidence
from kg.extraction.factsheets.reading import FactsheetReading, clean_title, words
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.gazetteer import RegisteredOrganisation, data, organisation_mentions, organisations
from kg.extraction.negation import is_denied
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


@dataclass(slots=True, eq=False)
class MembershipDraft:
    """That the country takes part in an organisation or network."""

    name: str
    register: RegisteredOrganisation | None
    short: str | None = None
    since: int | None = None
    member: bool = False
    urls: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)


def find_memberships(reading: FactsheetReading) -> list[MembershipDraft]:
    """Organisations and networks that a sentence, or a heading, says the country takes part in."""
    found: dict[str, MembershipDraft] = {}
    for item in reading.items("communications", "legislation", "infrastructure", "bodies"):
        for start, end in reading.sentences(item):
            _take_organisations(reading, item, start, end, found)
            _take_coined(reading, item, start, end, found)
        project = _joined_project(reading, item)
        if (
            project is not None
            and item.title is not None
            and not _is_known([project], found, names_only=True)
        ):
            position = item.title.position
            draft = found.setdefault(words_key(project), MembershipDraft(project, None))
            _saw(reading, draft, item, position.start, position.end, "a heading on taking part in it")
    return list(found.values())


def _take_organisations(
    reading: FactsheetReading, item: OutlineItem, start: int, end: int, found: dict[str, MembershipDraft]
) -> None:
    """Organisations of the register and well-known networks in a sentence."""
    for first, last, name, register in _organisations(reading, start, end):
        if (register is not None and register.id in _TOO_WIDE) or _LONGER.match(reading.text, last, end):
            continue
        verb = _takes_part(reading, start, first, last, end)
        if verb is None or is_denied(reading.folded, first, last, start, end):
            continue
        key = register.id if register else words_key(name)
        draft = found.setdefault(key, MembershipDraft(register.name if register else name, register))
        draft.member = (
            draft.member
            or any(word in verb for word in ("member", "join", "found"))
            or _MEMBER_STATE.match(reading.folded[last : last + 16]) is not None
        )
        year = _SINCE.search(reading.folded, start, end)
        if draft.since is None and year is not None:
            draft.since = int(year[1] or year[2] or year[3])
        _saw(reading, draft, item, first, last, "said to take part")


def _take_coined(
    reading: FactsheetReading, item: OutlineItem, start: int, end: int, found: dict[str, MembershipDraft]
) -> None:
    """Consortia, projects and groups in a sentence that are not known yet, by themselves or inside a longer name."""
    for first, last, name, short in _coined(reading, start, end):
        whole = f" {words_key(name)} "
        if (
            _is_known([n for n in (name, short) if n], found)
            or any(f" {key} " in whole for key in _known_names())
            or words("funding_programmes").search(fold(name))
        ):
            continue
        draft = found.setdefault(words_key(name), MembershipDraft(name, None, short))
        _saw(reading, draft, item, first, last, "said to take part")


def _is_known(names: list[str], found: dict[str, MembershipDraft], *, names_only: bool = False) -> bool:
    known = {
        words_key(name)
        for draft in found.values()
        for name in (draft.name, None if names_only else draft.short)
        if name
    }
    return any(words_key(name) in known for name in names)


@cache
def _known_names() -> frozenset[str]:
    """The names of networks and of organisations of the register, which are no coined ones."""
    return frozenset(_networks()[1]) | {words_key(name) for name in organisations()}


def _saw(
    reading: FactsheetReading, draft: MembershipDraft, item: OutlineItem, start: int, end: int, why: str
) -> None:
    draft.evidence.seen(reading, item.section.number, start, end, "medium", why)


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


def _takes_part(reading: FactsheetReading, start: int, first: int, last: int, end: int) -> str | None:
    """The words that say that the country takes part in what stands from `first` to `last`."""
    at = max(start, first - 110)
    for match in words("participation").finditer(reading.folded, at, first):
        between = reading.folded[match.end() : first]
        founding = "found" in match[0] or match[0] == "formed"
        # "Two countries formed a jointly managed organisation – the X".
        if not _NOT_IT.search(between.replace("jointly managed", "") if founding else between):
            return match[0]
    after = _AFTER.match(reading.folded, last, end) or _FOUNDED_BY.match(reading.folded, last, end)
    return after[0] if after is not None else None


def _coined(reading: FactsheetReading, start: int, end: int) -> Iterator[tuple[int, int, str, str | None]]:
    """Consortia, projects and groups across borders that a sentence says the country leads or takes part in: where, name, short name.

    "The country leads the DC4EU consortium", "is a member of the Large Infrastructure (LUMI) consortium", "LUMI-Q – A
    multinational consortium".
    """
    text, folded = reading.text, reading.folded
    for match in _CONSORTIUM.finditer(text, start, end):
        verb = words("leads").search(folded, max(start, match.start() - 60), match.start())
        between = folded[verb.end() : match.start()] if verb is not None else ""
        across = match["noun"].lower() != "project" or words("across_borders").search(folded, start, end)
        if verb is None or _NOT_IT.search(between) or not across or title_kind(match["name"]) is not None:
            continue
        yield match.start("name"), match.end("name"), match["name"], match["short"]
    for match in _GROUP.finditer(text, start, end):
        if words("leads").search(folded, max(start, match.start() - 60), match.start()) is not None:
            yield match.start("name"), match.end("name"), match["name"], match["short"]
    item = _DASHED.match(text, start, end)
    if item is not None:
        yield item.start("name"), item.end("name"), item["name"], None


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
_MEMBER_STATE = re.compile(r"\s(?:member|member state|membership)\b")
_FOUNDED_BY = re.compile(
    r"(?:\s\([^)]*\))?,?\s(?:is|was)\s(?:an?|the)\s[^.;]{0,60}?\b(?:founded|established|set up|created|formed|managed)\s(?:jointly\s)?by\b"
)
_CALLED = r"(?P<name>[A-Z][\w-]*(?:\s(?:(?:of|on|for|and)\s)?[A-Z][\w-]*){0,6})(?:\s\((?P<short>[A-Z][\w-]{1,11})\))?"
_CONSORTIUM = re.compile(
    rf"\b(?:the|The|an?)\s{_CALLED}\s(?P<noun>[Cc]onsortium|project|[Nn]etwork of|[Aa]lliance)\b"
)
_GROUP = re.compile(
    r"\bthe\s(?P<name>(?:OECD|EU|European|International|Global|Nordic|Nordic-Baltic|UN|UNESCO|Council of Europe|World|Baltic)\s(?:[A-Z][\w-]*\s){0,3}(?:Group|Forum|Network|Committee|Partnership|Alliance)(?:\s(?:on|for|of)\s[A-Z][\w-]*(?:\s(?:and\s)?[A-Z][\w-]*){0,3})?)(?:\s\((?P<short>[A-Z][\w-]{1,11})\))?"
)
_DASHED = re.compile(
    r"\s*(?P<name>[A-Z][\w-]{2,20})\s[–—-]\s(?:[Aa]n?|[Tt]he)\s(?:multinational|international|European|Nordic|cross-border)\s(?:[a-z]+\s)?(?:consortium|project|network|partnership)\b"
)
_SINCE = re.compile(
    r"\b(?:on|in) (?:\d{1,2} )?(?:[a-z]+ )?((?:19|20)\d\d),? [^.;]{0,60}?\b(?:joined|became|signed the declaration on joining|signed the declaration)\b|\bsince (?:[a-z]+ )?((?:19|20)\d\d)|\bjoined\b[^.]{0,80}\bin (?:[a-z]+ )?((?:19|20)\d\d)"
)

"""Cooperation across borders in a factsheet: networks the country takes part in, and agreements with named countries."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    short: str | None = None
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
    known = set(_networks()[1]) | {words_key(name) for name in organisations()}
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
                behind = reading.folded[last : last + 16]
                draft.member = (
                    draft.member
                    or any(word in verb for word in ("member", "join", "found"))
                    or _MEMBER_STATE.match(behind) is not None
                )
                year = _SINCE.search(reading.folded, start, end)
                if draft.since is None and year is not None:
                    draft.since = int(year[1] or year[2] or year[3])
                draft.evidence.seen(reading, item.section.number, first, last, "medium", "said to take part")
            for first, last, name, short in _coined(reading, start, end):
                names = [n for n in (name, short) if n]
                if any(
                    words_key(n) in {words_key(x) for d in found.values() for x in (d.name, d.short) if x}
                    for n in names
                ):
                    continue
                whole = f" {words_key(name)} "
                if any(f" {key} " in whole for key in known) or words("funding_programmes").search(
                    fold(name)
                ):
                    continue
                draft = found.setdefault(words_key(name), MembershipDraft(name, None, short))
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


@dataclass(slots=True, eq=False)
class PartnershipDraft:
    """A partnership that an item is about."""

    name: str
    aliases: list[str]
    kind: str
    members: list[str] = field(default_factory=list)
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
        if not named and folded.endswith(" cluster"):
            named = words("stakeholders").search(text) is not None
        joint = _JOINT.search(text[:200]) is not None
        if not (named or joint) or title_kind(title.name) is not None:
            continue
        several = len({m[0] for m in words("civil_members").finditer(text)}) > 1
        private = (words("ppp").search(text) is not None and not several) or _WITH_COMPANY.search(
            title.name
        ) is not None
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
        for start, end in reading.sentences(item)[:3]:
            draft.members += [n for n in _members(reading, start, end) if n not in draft.members]
    for item in reading.items("communications", "infrastructure", "bodies"):
        for start, end in reading.sentences(item):
            for pattern, kind in (
                (_PPP_NAMED, "ppp"),
                (_PPP_CALLED, "ppp"),
                (_MULTI_NAMED, "multistakeholder"),
                (_FOR_A_CENTRE, "ppp"),
            ):
                for match in pattern.finditer(reading.text, start, end):
                    name = match["name"].strip(" ‘’'\"“”")
                    if title_kind(name) is not None and pattern is not _PPP_NAMED:
                        continue
                    draft = found.setdefault(words_key(name), PartnershipDraft(name, [], kind))
                    draft.evidence.seen(
                        reading, item.section.number, match.start("name"), match.end("name"), "medium",
                        "said to be a partnership",
                    )  # fmt: skip
                    if pattern is _FOR_A_CENTRE:
                        draft.members += [n for n in _listed(match["members"]) if n not in draft.members]
    return list(found.values())


def _members(reading: FactsheetReading, start: int, end: int) -> list[str]:
    """Those between whom a sentence says a partnership is: "is a joint venture between A and the B", "A and B signed a partnership agreement"."""
    match = _BETWEEN.search(reading.text, start, end)
    if match is not None:
        return _listed(match["members"])
    signed = _BOTH_SIGNED.search(reading.text, start, end)
    return [signed["company"]] if signed is not None else []


def _listed(text: str) -> list[str]:
    """The names of a list in running text, without articles and brackets; nothing where a part is no name."""
    plain = re.sub(r"\s\([^)]*\)", "", text)
    parts = [
        re.sub(r"^(?:and\s)?(?:the\s)?", "", p.strip())
        for p in re.split(r",\s(?:and\s)?|\sand\s(?=the\s[A-Z]|[A-Z])", plain)
    ]
    return [p for p in parts if p[:1].isupper() and 2 < len(p) < 80]


def find_cooperations(reading: FactsheetReading) -> list[CooperationDraft]:
    """Agreements, exchanges and projects with countries that a sentence names, one per set of countries."""
    found: dict[tuple[str, ...], CooperationDraft] = {}
    for item in reading.items("communications", "legislation", "infrastructure", "bodies"):
        exchanging: CooperationDraft | None = None
        for start, end in reading.sentences(item):
            cue = _cue(reading, item, start, end)
            if cue is None or is_denied(reading.folded, cue.start(), cue.end(), start, end):
                continue
            partners = _partners(reading, start, end)
            agreed = _AGREED.search(reading.folded, start, end) is not None
            helped = cue.re is _HELPED
            if len(partners) == 1 and not (helped or agreed or _WITH.search(reading.folded, start, end)):
                continue
            if not 1 <= len(partners) <= 14:
                continue
            exchange = cue.re is _EXCHANGE
            if exchange and exchanging is not None:
                # "It was extended to include Spain": one exchange, told in two sentences.
                exchanging.partners += [p for p in partners if p not in exchanging.partners]
                exchanging.evidence.seen(
                    reading, item.section.number, cue.start(), cue.end(), "medium", "said to exchange data"
                )
                continue
            project = "project" if exchange or _PROJECTS.search(reading.folded, start, end) else "other"
            kind = coded("cooperation_kinds").first(reading.folded, start, end) or project
            kind = "technical-assistance" if helped else "project" if exchange and not agreed else kind
            if _MULTINATIONAL.search(reading.folded, start, end):
                kind = "project"
            key = tuple(sorted(partners))
            if key in found:
                if found[key].kind == "other" and kind != "other":
                    found[key].kind = kind
                if found[key].status == "unknown":
                    found[key].status = _status(reading, kind, start, end)
                found[key].evidence.seen(
                    reading, item.section.number, cue.start(), cue.end(), "medium", "said to cooperate"
                )
                continue
            draft = CooperationDraft(partners, kind)
            draft.status = _status(reading, kind, start, end)
            year = re.search(
                r"\b(?:in|on|since)\s(?:\d{1,2}\s)?(?:[a-z]+\s)?((?:19|20)\d\d)", reading.folded[start:end]
            )
            draft.year = int(year[1]) if year and not exchange and int(year[1]) <= reading.edition else None
            draft.topics = coded("cooperation_topics").codes(reading.folded, start, end)[:3]
            draft.evidence.seen(
                reading, item.section.number, cue.start(), cue.end(), "medium", "said to cooperate"
            )
            exchanging = draft if exchange else exchanging
            found[key] = draft
    return list(found.values())


def _cue(reading: FactsheetReading, item: OutlineItem, start: int, end: int) -> re.Match[str] | None:
    """The words by which a sentence speaks of cooperation with countries."""
    folded = reading.folded
    cue = _COOPERATION.search(folded, start, end)
    if cue is not None:
        return cue
    if "cross-border" in item.section.platforms:
        return _EXCHANGE.search(folded, start, end)
    helped = _HELPED.search(folded, start, end)
    if helped is not None and any(
        first - helped.end() < 6 and code != reading.country
        for first, _, code in country_mentions(reading.text, folded, helped.end() - 1, end)
    ):
        return helped
    return None


def _partners(reading: FactsheetReading, start: int, end: int) -> list[str]:
    """The other countries that a sentence names, by their names or, before a body of theirs, by the adjective."""
    named = [code for _, _, code in country_mentions(reading.text, reading.folded, start, end)]
    if not [code for code in named if code not in (reading.country, EUROPEAN_UNION)]:
        adjectives = _adjectives()
        named += [
            adjectives[m[1].lower()]
            for m in _OF_ANOTHER.finditer(reading.text, start, end)
            if m[1].lower() in adjectives
        ]
    return list(dict.fromkeys(code for code in named if code not in (reading.country, EUROPEAN_UNION)))


@cache
def _adjectives() -> dict[str, str]:
    return {word: code for code, own in data("factsheets")["demonyms"].items() for word in own}


def _status(reading: FactsheetReading, kind: str, start: int, end: int) -> str:
    """How far a cooperation is; a project or consortium told of in the present tense is under way."""
    stated = coded("cooperation_statuses").first(reading.folded, start, end)
    if stated is None and kind == "project" and _PRESENT.search(reading.folded, start, end) is not None:
        return "active"
    return stated or "unknown"


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
_NOT_OWN = re.compile(r"\b(?:european|eu|open government|global|international|blockchain partnership)\b")
_JOINT = re.compile(r"\bis a (?:joint venture|public-private partnership|partnership) ")
_MEMBER = r"(?:the\s)?[A-Z][\w&-]*(?:\s(?:(?:of|for|and)\s)?[A-Z][\w&-]*)*(?:\s\([^)]{2,30}\))?"
_BETWEEN = re.compile(
    rf"\b(?:venture|partnership|cooperation|collaboration|agreement)\s(?:\w+\s)?between\s(?P<members>{_MEMBER}(?:,\s{_MEMBER})*,?\sand\s{_MEMBER})"
)
_BOTH_SIGNED = re.compile(
    r"\bgovernment(?:\sof\s[A-Z]\w+)?\sand\s(?P<company>[A-Z][\w-]+(?:\s[A-Z][\w-]+){0,3})\ssigned\b"
)
_PPP_NAMED = re.compile(
    r"\b(?:public[-–]private|private[-–]public)\s(?:partnership|cooperation|initiative|platform)\s\((?P<name>[A-Z][^()]{4,70})\)"
)
_PPP_CALLED = re.compile(
    r"\b(?:public[-–]private|private[-–]public)\s(?:partnership|cooperation|initiative|platform)\s(?:called\s|named\s)?[‘“]?(?P<name>[A-Z][\w-]+(?:\s[A-Z][\w-]+){0,4})[’”]?(?=[.,;]|\s[a-z])"
)
_MULTI_NAMED = re.compile(
    r"(?:the|The)\s[‘“](?P<name>[A-Z][^’”]{3,60})[’”]\s(?:\w+\s){0,2}(?:initiative|coalition|alliance|platform),\sa\s(?:multi-?stakeholder|cross-sector)\b"
)
_FOR_A_CENTRE = re.compile(
    rf"\bagreement\s(?:was\s|has been\s)?(?:also\s)?signed\sbetween\s(?P<members>{_MEMBER}(?:,\s{_MEMBER})*,?\sand\s{_MEMBER})\sfor\sthe\s(?:establishment|creation|set-?up|setting up)\sof\s(?:an?|the)\s(?P<name>[A-Z][\w-]*(?:\s[A-Z][\w-]*){{1,5}})"
)
_WITH_COMPANY = re.compile(r"\bwith [A-Z][a-z]+$")
_AGREED = re.compile(
    r"\bsigned\b[^.]{0,60}\b(?:agreement|declaration|memorandum|letter|treaty)\b|\b(?:agreement|declaration|memorandum|treaty)\b[^.]{0,60}\bsigned\b|\bframework agreement\b"
)
_EXCHANGE = re.compile(
    r"\bexchang\w+\b|\b(?:inter)?connected (?:with|to)\b|\bexpanded\b[^.]{0,40}\binclude\b|\bfirst ['‘’\"]?wave\b|\bmutual recognition\b"
)
_HELPED = re.compile(
    r"\b(?:supported|supports|supporting|assisted|assists|assisting|helped|helps)\s(?:the\s)?(?=\w)"
)
_MULTINATIONAL = re.compile(
    r"\bconsorti(?:um|a)\b|\bmultinational\b|\b(?:managed|run|owned|operated) by (?:a |the )?(?:\w+ )?countries\b"
)
_OF_ANOTHER = re.compile(
    r"(?<![\w-])([A-Z][a-z]+)\s(?:[Mm]inist|[Aa]genc|[Aa]uthorit|[Gg]overnment|Patent|Tax|Population|National|Office|[Cc]ounterpart|[Pp]artner|[Ee]mbassy|Federal|State)"
)
_PRESENT = re.compile(
    r"\b(?:is|are|has been|have been|leads|participates|takes part|works|cooperates|runs|manages)\b"
)
_PROJECTS = re.compile(r"\b(?:projects?|consorti(?:um|a)|pilots?|common platform|programme)\b")
_WITH = re.compile(r"\b(?:with|between|and)\b")
_COOPERATION = re.compile(
    fold(
        r"\b(?:memorand(?:um|a) of (?:understanding|cooperation)|(?:bilateral|cooperation|trilateral|cross-border) (?:agreement|treaty|cooperation|project)|agreement (?:with|between)|signed (?:an?|the) (?:agreement|memorandum|declaration|letter of intent)|cooperat(?:es|ion|ing|ed) (?:with|between)|collaborat(?:es|ion|ing|ed) (?:with|between)|jointly with|together with|federat\w+|consorti(?:um|a)|joint project|common platform|(?:declaration|letter) of intent|(?:was also|were also|also) signed by|co-sponsorship|announced their|(?:bilateral|trilateral|multilateral|framework) agreement|(?:released|issued|adopted|signed) (?:an?|the) (?:joint )?(?:[a-z]+ )?declaration|signed an agreement|were interconnected|first (?:two )?countries)\b"
    )
)

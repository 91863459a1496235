"""Partnerships of the public sector with companies and others that a factsheet has an item on, or that prose calls so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.extraction.evidence import Evidence
from kg.extraction.factsheets.reading import FactsheetReading, clean_title, words
from kg.extraction.factsheets.titles import title_kind
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


@dataclass(slots=True, eq=False)
class PartnershipDraft:
    """A partnership that an item is about."""

    name: str
    aliases: list[str]
    kind: str
    members: list[str] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)


def find_partnerships(reading: FactsheetReading) -> list[PartnershipDraft]:
    """Partnerships, coalitions and joint ventures of the public sector."""
    found: dict[str, PartnershipDraft] = {}
    items = reading.items("communications", "infrastructure", "bodies")
    for item in items:
        _take_heading(reading, item, found)
    for item in items:
        for start, end in reading.sentences(item):
            _take_named(reading, item, start, end, found)
    return list(found.values())


def _take_heading(reading: FactsheetReading, item: OutlineItem, found: dict[str, PartnershipDraft]) -> None:
    """The partnership that an item is about, with those whom its first sentences name as members."""
    if item.title is None or not item.blocks:
        return
    title = clean_title(item.title.text)
    folded = fold(title.name)
    text = reading.folded[item.blocks[0].position.start : item.end]
    named = words("partnership_nouns").search(folded) is not None and not _NOT_OWN.search(folded)
    if not named and folded.endswith(" cluster"):
        named = words("stakeholders").search(text) is not None
    joint = _JOINT.search(text[:200]) is not None
    if not (named or joint) or title_kind(title.name) is not None:
        return
    several = len({m[0] for m in words("civil_members").finditer(text)}) > 1
    private = (words("ppp").search(text) is not None and not several) or _WITH_COMPANY.search(title.name)
    draft = found.setdefault(
        words_key(title.name),
        PartnershipDraft(title.name, list(title.aliases), "ppp" if private else "multistakeholder"),
    )
    position = item.title.position
    draft.evidence.seen(
        reading,
        item.section.number,
        position.start,
        position.end,
        "medium",
        "a heading that names a partnership",
    )
    for start, end in reading.sentences(item)[:3]:
        draft.members += [n for n in _members(reading, start, end) if n not in draft.members]


def _take_named(
    reading: FactsheetReading, item: OutlineItem, start: int, end: int, found: dict[str, PartnershipDraft]
) -> None:
    """The partnerships that a sentence calls so."""
    for pattern, kind in _CALLED_SO:
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
_CALLED_SO = (
    (_PPP_NAMED, "ppp"),
    (_PPP_CALLED, "ppp"),
    (_MULTI_NAMED, "multistakeholder"),
    (_FOR_A_CENTRE, "ppp"),
)

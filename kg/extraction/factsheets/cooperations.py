"""Agreements, exchanges and projects of a country with others that a factsheet names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from kg.extraction.evidence import Evidence
from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.gazetteer import coded, country_mentions, data
from kg.extraction.negation import is_denied
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold
from kg.records.codes import EUROPEAN_UNION


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


def find_cooperations(reading: FactsheetReading) -> list[CooperationDraft]:
    """Agreements, exchanges and projects with countries that a sentence names, one per set of countries."""
    found: dict[tuple[str, ...], CooperationDraft] = {}
    for item in reading.items("communications", "legislation", "infrastructure", "bodies"):
        exchanging: CooperationDraft | None = None
        for start, end in reading.sentences(item):
            cue = _cue(reading, item, start, end)
            if cue is None or is_denied(reading.folded, cue.start(), cue.end(), start, end):
                continue
            partners = _partners_of(reading, cue, start, end)
            if not partners:
                continue
            if cue.re is _EXCHANGE and exchanging is not None:
                # "It was extended to include Spain": one exchange, told in two sentences.
                exchanging.partners += [p for p in partners if p not in exchanging.partners]
                _saw(reading, exchanging, item, cue, "said to exchange data")
                continue
            kind = _kind(reading, cue, start, end)
            draft = found.get(tuple(sorted(partners)))
            if draft is not None:
                if draft.kind == "other" and kind != "other":
                    draft.kind = kind
                if draft.status == "unknown":
                    draft.status = _status(reading, kind, start, end)
            else:
                draft = CooperationDraft(partners, kind, _status(reading, kind, start, end))
                found[tuple(sorted(partners))] = draft
                draft.year = _year(reading, start, end) if cue.re is not _EXCHANGE else None
                draft.topics = coded("cooperation_topics").codes(reading.folded, start, end)[:3]
                exchanging = draft if cue.re is _EXCHANGE else exchanging
            _saw(reading, draft, item, cue, "said to cooperate")
    return list(found.values())


def _partners_of(reading: FactsheetReading, cue: re.Match[str], start: int, end: int) -> list[str]:
    """The countries with which a sentence says there is cooperation; none where it only names one, or very many."""
    partners = _partners(reading, start, end)
    if len(partners) == 1 and cue.re is not _HELPED:
        joint = _AGREED.search(reading.folded, start, end) or _WITH.search(reading.folded, start, end)
        return partners if joint else []
    return partners if len(partners) <= _MOST_PARTNERS else []


def _kind(reading: FactsheetReading, cue: re.Match[str], start: int, end: int) -> str:
    folded = reading.folded
    if _MULTINATIONAL.search(folded, start, end):
        return "project"
    if cue.re is _HELPED:
        return "technical-assistance"
    exchange = cue.re is _EXCHANGE
    if exchange and not _AGREED.search(folded, start, end):
        return "project"
    project = "project" if exchange or _PROJECTS.search(folded, start, end) else "other"
    return coded("cooperation_kinds").first(folded, start, end) or project


def _year(reading: FactsheetReading, start: int, end: int) -> int | None:
    """The first year of a sentence, unless it is after the factsheet."""
    year = _IN_YEAR.search(reading.folded[start:end])
    return int(year[1]) if year and int(year[1]) <= reading.edition else None


def _saw(
    reading: FactsheetReading, draft: CooperationDraft, item: OutlineItem, cue: re.Match[str], why: str
) -> None:
    draft.evidence.seen(reading, item.section.number, cue.start(), cue.end(), "medium", why)


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


_MOST_PARTNERS = 14
_IN_YEAR = re.compile(r"\b(?:in|on|since)\s(?:\d{1,2}\s)?(?:[a-z]+\s)?((?:19|20)\d\d)")
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

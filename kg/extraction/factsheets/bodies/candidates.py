"""Whether a name in prose is surely that of a body: by its head noun, or, for centres and registers, by what it does."""

from __future__ import annotations

import re

from kg.extraction.factsheets.bodies.names import RESPONSE_TEAM, plain_body
from kg.extraction.factsheets.citing import MONTHS
from kg.extraction.factsheets.reading import FactsheetReading, words
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.gazetteer import data
from kg.extraction.names import Name, classify
from kg.questionnaire.wording import fold, words_key


def is_body(reading: FactsheetReading, name: Name, start: int, end: int) -> bool:
    """Whether a name in prose is surely that of a body: by its head noun, or, for centres and registers, by what it does."""
    text = plain_body(name.text)
    if RESPONSE_TEAM.search(text):
        return True
    of_a_body = _OF_A_BODY.match(text) is not None
    if (NO_BODY.search(text) and not of_a_body) or _OF_ACRONYM.match(text) or _MONTH.match(text):
        return False
    if _FORMER.search(reading.folded, max(start, name.start - 120), name.start):
        # "(formerly X Ltd. and Y Unit)": what a body was called before.
        return False
    if reading.folded.endswith("and its ", start, name.start):
        return True
    if OF_A_SYSTEM.match(reading.text, name.end, end) is not None or _AS_SYSTEM.search(
        reading.folded, max(start, name.start - 40), name.start
    ):
        return False
    if title_kind(text) is not None and classify(text)[1] not in ("ministry",) and not of_a_body:
        return False
    stem = re.split(r"\s(?:of|for|on|to|in)\s", words_key(text))[0]
    register = REGISTER.search(stem if of_a_body else words_key(text))
    if len(text.split()) > 14 or not has_body_noun(text) or register is not None:
        return False
    known = name.acronym is not None or any(
        words_key(text) in words_key(link.text)
        for link in reading.links_between(max(0, name.start - 5), name.end)
    )
    if known and not _SERVICE.search(text) and OF_A_SYSTEM.match(reading.text, name.after, end) is None:
        return True
    sure = (of_a_body or UNSURE_NOUN.search(words_key(text)) is None) and UNSURE_NOUN.search(stem) is None
    national = _NATIONAL.search(text) is not None
    return sure or national or _is_responsible(reading, name, start, end)


def has_body_noun(text: str) -> bool:
    """Whether the first word or the word before the first preposition is a noun of bodies."""
    parts = re.split(r"\s(?:of|for|on|to|in|de|für|di)\s", fold(text))
    stem = parts[0].split()
    heads = {fold(str(w)) for kind in data("names")["bodies"].values() for w in kind} | {
        "forum",
        "association",
        "foundation",
        "entity",
        "corps",
        "team",
        "board",
    }
    if not stem:
        return False
    # "Data Protection and Freedom of Information Authority": the noun stands at the very end.
    last = parts[-1].split()[-1] if len(parts) > 1 and parts[-1] else ""
    return (
        stem[-1].strip(",") in heads
        or stem[0] in heads
        or " ".join(stem[-2:]) in heads
        or last in ("authority", "agency", "commission", "inspectorate", "board")
    )


def _is_responsible(reading: FactsheetReading, name: Name, start: int, end: int) -> bool:
    folded = reading.folded
    before = folded[max(start, name.start - 40) : name.start]
    if (
        before.strip() in ("", "the")
        and name.start - start < 6
        and _ACTS.match(folded, name.after, end) is not None
    ):
        return True
    after = folded[name.after : min(end, name.after + 70)]
    if words("operators").search(before) is not None:
        return True
    match = words("responsible").search(after)
    return match is not None and match.start() < 30 and _CUT.search(after[: match.start()]) is None


OF_A_SYSTEM = re.compile(
    r"\s(?:\([A-Z][\w-]{1,9}\)\s)?(?:[Rr]egist(?:er|ry)|app|application|portal|platform|system|service|project|software|solution|website|tool|programme|register|card)\b"
)
UNSURE_NOUN = re.compile(
    r"\b(?:tribunals?|courts?|forum|association|foundation|entity|corps|team|centres?|centers?|institutes?|laborator\w+|schools?|divisions?|sections?|foundation|universit\w+|administrations?|judicial office|ombudsman|regulator|delegation|colleges?|parliament|registr\w+|registers?|services?|systems?|platform|portal|network|project|programme|observatory|card|node|data|tool)$|^(?:register|registry|service|centre|center|institute|tribunal|court)\b"
)
REGISTER = re.compile(
    r"\b(?:registry|registries|registers?|services|systems?|programme)$|^(?:national )?(?:registry|register|registro)\b|\bregist(?:er|ry) (?:of|for)\b"
)
NO_BODY = re.compile(
    r"^(?:MS|Microsoft|Post|Back|Front|Home) Office$|(?:Decree|Resolution|Agreement|Agreements|Decision|Regulation|Projects?|projects?|Providers?|Excellence|Portal|Platform|System|Programme|Academy|Directive|Services)$|^(?:One|Single|Digital|Electronic|Proof|Achieving)\b.*(?:Administration|(?<!Supervisory )Authority|Excellence)$|^(?:Digital|Smart) (?:Municipalit|Count|Cit)|\bBased$|^Help |^Office Gate|(?<!National )(?<!Central )\b[Bb]ank$|Data Centre$|^[A-Z][a-z]+ing the |\bRegulation and\b|^(?:Commissioner|Ministrie|Agencie|Authoritie|Office|Court|Council|Centre)s\b"
)
_MONTH = re.compile(r"(?:" + MONTHS + r")\b")
_FORMER = re.compile(r"\((?:formerly|previously|former)\b[^)]*$")
_OF_ACRONYM = re.compile(r"^(?:[A-Z]{2,6}\s|\w+’s\s)(?:Commission|Board|Committee|Council)$")
_AS_SYSTEM = re.compile(
    r"\b(?:service|portal|app|application|platform|system|tool|site|website)\s(?:called|named|titled|entitled|known as)\s[‘“]?$"
)
_NATIONAL = re.compile(
    r"^(?:[A-Z]\w+ )?National\b.*\b(?:Institute|Forum|Foundation|Centre|Center|Association|Observatory|Entity)$|^Observatory of|\b(?:Intelligence|Security|Secret|Telecommunications|Statistical|Health|Employment|Tax|Revenue|Police|Accreditation) (?:Service|Entity|Body)$"
)
_SERVICE = re.compile(r"\b(?:Service|Certification Authority)$")
_OF_A_BODY = re.compile(
    r"(?:[A-Z][\w’-]+ ){0,3}(?:Department|Office|Agency|Authority|Ministry|Directorate|Secretariat|Commissioner|Inspectorate|Commission|Committee) (?:of|for)\b"
)
"""What such a name goes on with is the task of the body, whatever noun it ends with: "Department of Postal Services"."""
_ACTS = re.compile(
    r"\s?(?:\([^)]*\)\s?)?(?:is|has|was|are|acts|provides|manages|coordinates|leads|supports|ensures|develops|offers|publishes|prepares|runs|launched|oversees|works|carries|deals|monitors|promotes|issues|serves|hosts|plays|represents)\b|,? (?:which|whose|that|responsible)\b"
)
_CUT = re.compile(r"[.;]|\bby\b|\band the\b|\bto\b")

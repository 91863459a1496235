"""Bilateral and multilateral cooperations of question 23: partner, kind, status, year and topics, item by item."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from dataclasses import dataclass, field

from kg.extraction.bodies.drafts import Bodies, BodyDraft
from kg.extraction.evidence import Confidence, Evidence
from kg.extraction.gazetteer import coded
from kg.extraction.places import Distinct, Places
from kg.extraction.reading import Reading

_STATUSES = ("in-negotiation", "planned", "completed", "active", "signed")


@dataclass(slots=True, eq=False)
class CooperationDraft:
    """One cooperation with one partner (or several named together)."""

    partners: list[str]
    kind: str = "other"
    status: str = "unknown"
    year: int | None = None
    topics: list[str] = field(default_factory=list)
    own_bodies: list[BodyDraft] = field(default_factory=Distinct)
    partner_bodies: list[BodyDraft] = field(default_factory=Distinct)
    denied: bool = False
    evidence: Evidence = field(default_factory=Evidence)


def find_cooperations(reading: Reading, bodies: Bodies) -> list[CooperationDraft]:
    """Reads question 23. An item is a list entry, a table row, or the sentences from one partner country to the next."""
    answer = reading.parsed.answers.get("23")
    if answer is None:
        return []
    found: list[CooperationDraft] = []
    form_year = _form_year(reading)
    for start, end, partners in _items(reading):
        draft = _read(reading, start, end, partners, bodies, form_year)
        if draft is not None:
            found.append(draft)
    return found


def _items(reading: Reading) -> list[tuple[int, int, list[str]]]:
    """The stretches of text that are about one partner each."""
    answer = reading.parsed.answers["23"]
    items: list[tuple[int, int, list[str]]] = []
    for sentence in reading.sentences(answer):
        mentions = [
            m
            for m in reading.countries(sentence.start, sentence.end)
            if m[2] != reading.country and not reading.in_link(m[0])
        ]
        for start, end, partners in _by_semicolon(reading, sentence.start, sentence.end, mentions):
            if partners:
                previous = items[-1] if items else None
                if (
                    previous is not None
                    and set(partners) <= set(previous[2])
                    and not _HEAD.match(reading.folded, start, end)
                ):
                    items[-1] = (previous[0], end, previous[2])
                else:
                    items.append((start, end, partners))
            elif items and _goes_on(reading, items[-1][1], start):
                items[-1] = (items[-1][0], end, items[-1][2])
    return items


def _by_semicolon(
    reading: Reading, start: int, end: int, mentions: list[tuple[int, int, str]]
) -> list[tuple[int, int, list[str]]]:
    """Splits a sentence where a semicolon separates partners; else it is one item with the countries it is about."""
    cuts = [start]
    for match in _SEMICOLON.finditer(reading.text, start, end):
        at = match.end()
        before = bisect_left(mentions, (at,)) - 1
        if before + 1 < len(mentions) and before >= 0 and mentions[before][0] >= cuts[-1]:
            cuts.append(at)
    cuts.append(end)
    found = []
    for left, right in itertools.pairwise(cuts):
        inside = mentions[bisect_left(mentions, (left,)) : bisect_left(mentions, (right,))]
        partners: list[str] = []
        head = (
            inside[0]
            if inside and _HEAD_AFTER.match(reading.folded, inside[0][1], right) and inside[0][0] - left < 8
            else None
        )
        group = [head] if head else inside
        if head:
            # "Chile and Peru: …" names several partners before the colon or dash.
            opening = _HEAD_AFTER.match(reading.folded, head[1], right)
            group = [m for m in inside if m[0] < opening.end()] if opening is not None else [head]
        for mention in group:
            if mention[2] not in partners:
                partners.append(mention[2])
        found.append((left, right, partners))
    return found


def _goes_on(reading: Reading, end: int, start: int) -> bool:
    """Whether a sentence without a country continues the item before it: same line, or a line that is no new item."""
    gap = reading.text[end:start]
    return (
        "\n" not in gap
        or reading.document.locate(start).block.level > reading.document.locate(end).block.level
        or (
            reading.document.locate(start).block.kind.value == "paragraph"
            and reading.document.locate(end).block.kind.value == "list_item"
        )
    )


def _read(
    reading: Reading, start: int, end: int, partners: list[str], bodies: Bodies, form_year: int | None
) -> CooperationDraft | None:
    folded = reading.folded
    kind = _kind(folded, start, end)
    status = _status(folded, start, end)
    draft = CooperationDraft(partners, kind or "other", status)
    if kind is None and status == "unknown" and not _SUPPORT.search(folded, start, end):
        return None
    denied = _NONE.search(folded, start, end)
    if denied is not None and not re.search(r"\b(?:but|pero|mas|mais)\b", folded[denied.end() : end]):
        draft.denied, draft.status = True, "none"
    draft.year, inferred = _year(reading, start, end, form_year)
    mentions = list(bodies.places.starting(start, end))
    named: Places[None] = Places()
    for mention in mentions:
        named.add(mention.start, mention.end, None)
    places = coded("cooperation_topics").places(folded, start, end)
    draft.topics = list(dict.fromkeys(code for a, b, code in places if not named.enclose(a, b)))
    for mention in mentions:
        if mention.draft.country in partners:
            draft.partner_bodies.append(mention.draft)
        elif mention.draft.country is None:
            draft.own_bodies.append(mention.draft)
    sure: Confidence = "high" if kind is not None and status != "unknown" else "medium"
    draft.evidence.seen(
        reading,
        "23",
        start,
        end,
        sure,
        "partner, kind and status are in words"
        if sure == "high"
        else "partner in words; kind or status is not",
    )
    if inferred:
        draft.evidence.doubt("inferred", "The year is that of the date on the form.")
    return draft


def _kind(folded: str, start: int, end: int) -> str | None:
    places = list(coded("cooperation_kinds").places(folded, start, end))
    if not places:
        return None
    kinds = {code for _, _, code in places}
    if "mou" in kinds:
        return "mou"
    first = min(places)
    if "agreement" in kinds:
        return "agreement"
    if "technical-assistance" in kinds and first[2] in (
        "project",
        "technical-assistance",
        "knowledge-exchange",
    ):
        return "technical-assistance"
    return first[2]


def _status(folded: str, start: int, end: int) -> str:
    statuses = {code: match for code in _STATUSES if (match := _first_status(code, folded, start, end))}
    if "in-negotiation" in statuses:
        return "in-negotiation"
    if "planned" in statuses and not ("active" in statuses and statuses["active"] < statuses["planned"]):
        return "planned"
    if "completed" in statuses:
        return "completed"
    if "active" in statuses:
        return "active"
    return "signed" if "signed" in statuses else "unknown"


def _first_status(code: str, folded: str, start: int, end: int) -> int | None:
    match = coded("cooperation_statuses")._by_code[code].search(folded, start, end)
    return match.start() + 1 if match else None


def _year(reading: Reading, start: int, end: int, form_year: int | None) -> tuple[int | None, bool]:
    folded = reading.folded
    signed = _SIGNED_YEAR.search(folded, start, end)
    if signed:
        return int(signed[1]), False
    years = [
        m
        for m in _YEAR.finditer(folded, start, end)
        if not reading.in_link(m.start()) and not _UNTIL.search(folded, max(start, m.start() - 12), m.start())
    ]
    if years:
        return int(years[0][0]), False
    if _THIS_YEAR.search(folded, start, end):
        return form_year, form_year is not None
    return None, False


def _form_year(reading: Reading) -> int | None:
    for piece in reading.parsed.preamble:
        match = re.fullmatch(
            r"\D{0,12}\d{1,2}[/. -]\w{1,10}[/. -]((?:19|20)\d\d)\W*", reading.folded[piece.start : piece.end]
        )
        if match:
            return int(match[1])
    return None


_SEMICOLON = re.compile(r";\s")
_HEAD = re.compile(r"\s*(?:with |con |com |avec |a |to )?[\w\s.'-]{3,40}:\s")
_HEAD_AFTER = re.compile(r"\s?(?:\([^)]{0,30}\)|(?:,|and|y|e|et|&)\s[\w\s,]{3,60}?)?\s?(?:[:\t]|[-–—]\s)")
_SUPPORT = re.compile(r"\b(?:support|cooperat|apoyo|coopera|appui|apoio|assist|collaborat|colabora)")
_NONE = re.compile(
    r"\b(?:no cooperation|no agreement|no hay (?:acuerdo|cooperacion)|nao ha|does not (?:offer|cooperate|have)|no support|has no|there is no|aucun|sin acuerdo|no existe)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SIGNED_YEAR = re.compile(
    r"\b(?:signed|concluded|firmad[oa]|suscrit[oa]|firmo|suscribio|signee?|assinad[oa]|completed|concluid[oa]|planned for|previst[oa] para|termine|acheve|finalizad[oa]|since|desde|depuis)\b[^.;]{0,40}?\b((?:19|20)\d\d)\b"
)
_UNTIL = re.compile(r"\b(?:until|hasta|jusqu'en|ate|to|through)\s$")
_THIS_YEAR = re.compile(r"\b(?:this year|este ano|cette annee|corriente ano|present year)\b")

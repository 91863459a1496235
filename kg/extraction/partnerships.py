"""Public-private and multistakeholder partnerships of question 24, with their members."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.extraction.bodies import Bodies, vague
from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import country_of, organisation_mentions, phrases
from kg.extraction.names import Name
from kg.extraction.negation import is_denied
from kg.extraction.reading import Reading
from kg.questionnaire.wording import fold, words_key


@dataclass(slots=True, eq=False)
class PartnershipDraft:
    """A partnership; `members` are names as stated."""

    name: str
    acronym: str | None
    kind: str
    members: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    framework: str | None = None
    planned: bool = False
    evidence: Evidence = field(default_factory=Evidence)


def find_partnerships(reading: Reading, bodies: Bodies) -> list[PartnershipDraft]:
    """Reads question 24: a partnership is what an item or a sentence begins with; names behind it are its members."""
    answer = reading.parsed.answers.get("24")
    if answer is None:
        return []
    found: list[PartnershipDraft] = []
    current: PartnershipDraft | None = None
    for sentence in reading.sentences(answer):
        text, folded = reading.text, reading.folded
        subject = _subject(reading, sentence.start, sentence.end)
        kind = _kind(folded, sentence.start, sentence.end)
        if (
            subject is not None
            and (kind is not None or _ITEM.match(folded, subject.after, sentence.end) is not None)
            and not is_denied(folded, subject.start, subject.end, sentence.start, sentence.end)
        ):
            name, acronym = _full(text, subject, sentence.end)
            known = next((d for d in found if words_key(d.name) == words_key(name)), None)
            current = known or PartnershipDraft(name, acronym, kind or "multistakeholder")
            if known is None:
                found.append(current)
            current.evidence.seen(
                reading, "24", subject.start, subject.end, "medium", "the name that the item begins with"
            )
            current.planned = phrases("planned").search(folded, sentence.start, sentence.end) is not None
            first = subject.after
        elif current is not None:
            first = sentence.start
        else:
            continue
        intro = phrases("members_intro").search(folded, first, sentence.end)
        if intro is not None and not phrases("negation").search(folded, first, intro.start()):
            for member in _members(reading, intro.end(), sentence.end, bodies):
                if words_key(member) not in {words_key(m) for m in current.members} and words_key(
                    member
                ) != words_key(current.name):
                    current.members.append(member)
        for _, _, entry in organisation_mentions(text, folded, first, sentence.end):
            if _FRAMEWORK.search(folded, first, sentence.end) and current.framework is None:
                current.framework = entry.id
        current.urls += [
            link.url
            for link in reading.links_between(sentence.start, sentence.end)
            if link.url not in current.urls
        ]
    return found


def _subject(reading: Reading, start: int, end: int) -> Name | None:
    folded = reading.folded
    at = start
    lead = _OPENING.match(folded, start, end)
    if lead is not None:
        at = lead.end()
    names = reading.names(at, end)
    for name in names:
        if words_key(name.text) in ("yes", "si", "sim", "oui", "no") or country_of(name.text):
            continue
        if name.group == "bodies" and vague(name.text):
            return None
        if name.start - at <= 14 or _THERE_IS.search(folded, at, name.start):
            return name if len(name.text) > 2 else None
        return None
    return None


def _full(text: str, name: Name, end: int) -> tuple[str, str | None]:
    """A name that goes on behind a dash ("MUDA - Movimento pela …")."""
    match = _DASHED.match(text, name.end, end)
    if match is not None:
        return text[name.start : match.end()].rstrip(" ,;:"), name.acronym
    return name.text, name.acronym


def _kind(folded: str, start: int, end: int) -> str | None:
    if phrases("ppp").search(folded, start, end):
        return "ppp"
    return "multistakeholder" if phrases("multistakeholder").search(folded, start, end) else None


def _members(reading: Reading, start: int, end: int, bodies: Bodies) -> list[str]:
    text, folded = reading.text, reading.folded
    found: list[str] = []
    skip_to = start
    for name in reading.names(start, end):
        if name.start < skip_to or reading.in_link(name.start):
            continue
        if _STOP.search(folded, start, name.start):
            break
        dashed = _DASHED.match(text, name.end, end)
        stated = (
            text[name.start : dashed.end()].rstrip(" ,;:")
            if dashed is not None and len(name.text) <= 12
            else name.text
        )
        skip_to = max(name.after, name.start + len(stated))
        if (
            fold(stated)
            in ("state", "estado", "internet", "digital", "yes", "government", "governo", "gobierno")
            or len(stated) < 2
        ):
            continue
        pair = _PAIR.fullmatch(stated)
        if (
            pair is not None
            and " " in pair[2]
            and text[name.after : name.after + 1] != ","
            and name.group != "policies"
        ):
            found += [pair[1], pair[2]]
            continue
        if any(
            d.country is None and words_key(stated) in {words_key(n) for n in d.names} for d in bodies.drafts
        ) or name.group not in ("policies", "laws"):
            found.append(stated)
    return found


_PAIR = re.compile(r"([A-Z][\w&.-]+) (?:and|y|e|et) ((?:the )?[A-Z].+)")
_OPENING = re.compile(r"\s*(?:(?:yes|si|sim|oui|no)\b[\s,.:;–-]*)?(?:\(?[a-z0-9][.)]\s+)?")
_ITEM = re.compile(r"\s?(?:[:\t]|[-–—]\s|,\s(?:a|an|the|un|una|um|uma|une)\s)")
_THERE_IS = re.compile(
    r"\b(?:there is an?|there are|existe un[ao]?|hay un[ao]?|existe uma?|il existe une?|called|named|denominad[oa]|appele)\s(?:\w+\s){0,2}$"
)
_DASHED = re.compile(
    r"\s[-–]\s[A-ZÀ-Þ][\w'’-]*(?:\s(?:(?:de|da|do|dos|das|del|of|for|and|e|y|et|pela|pelo|para|por|la|the|du|des)\s){0,2}[A-ZÀ-Þ][\w'’-]*)*"
)
_FRAMEWORK = re.compile(r"\b(?:framework of|en el marco de|no ambito d|dans le cadre d|under the)\b")
_STOP = re.compile(
    r"[;]|\.\s|\b(?:its functions|with the aim|to promote|con el fin|in order to|afin de|with the objective|a fim de|para el desarrollo|which provides|that provides|running|operates)\b"
)

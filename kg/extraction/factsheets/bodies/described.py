"""What is said of a body: its abbreviation, address, roles, area, the body above it and the year of its establishment."""

from __future__ import annotations

import re

from kg.extraction.factsheets.bodies.drafts import BodyDraft, note_place
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.names import body_names, organisation_type, plain_body
from kg.extraction.factsheets.governance import (
    above,
    clauses,
    established_in,
    role_of_agent,
    roles_in,
    set_up_before,
)
from kg.extraction.factsheets.reading import FactsheetReading, coded_words, is_law_address, words
from kg.extraction.gazetteer import data
from kg.extraction.reading import split_sentences
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


def find_initials(reading: FactsheetReading, bodies: KnownBodies, draft: BodyDraft) -> None:
    """The abbreviation that the document uses without saying so: "OPM" for the Office of the Prime Minister."""
    if draft.acronym is not None:
        return
    letters = [word[0] for word in re.findall(r"[^\W\d_][\w-]*", draft.name)]
    capitals = "".join(letter for letter in letters if letter.isupper())
    # "Department of Contracts" is the DoC or the DC.
    for initials in (capitals, "".join(letters)) if "of" in draft.name.split() else (capitals,):
        if (
            len(initials) >= 3
            and re.search(rf"(?<![\w(-]){re.escape(initials)}(?![\w)-])", reading.text)
            and not re.search(rf"\({re.escape(initials)}\)", reading.text)
            and bodies.known(initials) is None
        ):
            bodies.add_name(draft, initials)
            return


def find_site(reading: FactsheetReading, draft: BodyDraft) -> None:
    """The address that the name of a body leads to anywhere in the document, or that stands on "website" right behind it."""
    if draft.urls:
        return
    keys = {words_key(n) for n in draft.names if len(n) > 3}
    for link in reading.links:
        if is_law_address(link.url):
            continue
        text = words_key(re.sub(r"\([^)]*\)?", " ", link.text)).removeprefix("the ")
        if text in keys:
            draft.urls.append(link.url)
            return
    for span in draft.evidence.spans:
        if span.start is None or span.end is None:
            continue
        for link in reading.links_between(span.start - 2, span.end + 60):
            behind = reading.folded[span.end : link.start]
            if is_law_address(link.url) or link.url.lower().endswith(".pdf"):
                continue
            if (link.start <= span.start + 4 and link.end > span.end and " " in draft.name) or (
                fold(link.text).strip() in data("factsheets")["site_words"] and _THROUGH_ITS.fullmatch(behind)
            ):
                draft.urls.append(link.url)
                return


def describe(reading: FactsheetReading, bodies: KnownBodies, draft: BodyDraft) -> None:
    """Roles, area, the body above and the year of establishment, from clauses about the body."""
    draft.roles = coded_words("governance_roles").codes(fold(" ".join(draft.names)))
    draft.organisation = organisation_type(draft.name)
    digital = _from_clauses(reading, bodies, draft) or _said_digital(reading, draft)
    _from_mentions(reading, bodies, draft)
    if draft.established is not None and draft.established > reading.edition:
        draft.established = None
    if not draft.areas and draft.own_items and digital:
        draft.areas.append("e-government")


def _from_clauses(reading: FactsheetReading, bodies: KnownBodies, draft: BodyDraft) -> bool:
    """What the clauses say of which the body is the subject; whether one is about digital government."""
    folded, digital = reading.folded, False
    for item in draft.items:
        own = any(item is known for known in draft.own_items)
        for first, start, end in clauses(reading, draft.names, item, headed=own):
            if own or not draft.own_items:
                found = roles_in(folded, start, end)
                # Beside its own heading a body runs this and that; only what it is for is its role.
                draft.roles += [r for r in found if r not in draft.roles and (own or r != "implementation")]
                digital = digital or _DIGITAL.search(folded[start:end]) is not None
            if own and words("civil").search(folded, start, min(start + 160, end)):
                draft.organisation = draft.organisation or (
                    "civil-society" if words("local_bodies").search(fold(draft.name)) is None else None
                )
            draft.established = draft.established or established_in(folded, start, end)
            if draft.parent is None:
                _find_above(reading, bodies, draft, item, start, end)
            if draft.parent is None:
                _find_above_before(reading, bodies, draft, item, first, start)
    return digital


def _said_digital(reading: FactsheetReading, draft: BodyDraft) -> bool:
    """ "eGovernment is part of the remit of the Office": said of the body, though not in a clause of its own."""
    return any(
        _DIGITAL.search(reading.folded[start:end]) is not None
        for item in draft.own_items
        for start, end in reading.sentences(item)[:2]
        if any(fold(name) in reading.folded[start:end] for name in draft.names)
    )


def _from_mentions(reading: FactsheetReading, bodies: KnownBodies, draft: BodyDraft) -> None:
    """What the sentences say in which the body is named, as agent, as what was set up, or as part of another."""
    folded = reading.folded
    for span in draft.evidence.spans:
        sentence = _sentence_of(reading, draft, span.start) if span.start is not None else None
        if sentence is None or span.start is None or span.end is None:
            continue
        start, end = sentence
        draft.roles += [r for r in role_of_agent(folded, start, span.start) if r not in draft.roles]
        if draft.established is None:
            draft.established = established_in(folded, span.end, end)
        if draft.established is None:
            draft.established = set_up_before(folded, start, span.start)
        if draft.parent is None:
            item = next(i for i in draft.items if i.start <= start < i.end)
            _find_above(reading, bodies, draft, item, span.end, end)
            _find_above_before(reading, bodies, draft, item, start, span.start)


def _find_above_before(
    reading: FactsheetReading, bodies: KnownBodies, draft: BodyDraft, item: OutlineItem, start: int, at: int
) -> None:
    """The body above, where it is named first: "As part of the Ministry of X, the", "the Ministry of X and its", "the Ministry’s"."""
    for name in body_names(reading, start, at):
        behind = reading.folded[name.after : at]
        before = reading.folded[start : name.start]
        if (_AND_ITS.fullmatch(behind) or (_INTRODUCED_BY.fullmatch(before) and _THE.fullmatch(behind))) and (
            parent := bodies.known(plain_body(name.text))
            or bodies.called(plain_body(name.text), name.acronym)
        ) is not draft:
            if parent.parent is not draft:
                draft.parent = parent
                note_place(reading, parent, item, name.start, name.end, "medium", "named as the body above")
            return


def _find_above(
    reading: FactsheetReading, bodies: KnownBodies, draft: BodyDraft, item: OutlineItem, start: int, end: int
) -> None:
    """The body that a clause says its subject is part of, or works under."""
    for at, near in above(reading.folded, start, end):
        if not near:
            continue
        names = [n for n in body_names(reading, at, end) if n.start - at < 8]
        known = bodies.known(names[0].text) if names else _abbreviated(reading, bodies, at, end)
        if known is draft or (known is None and not names):
            continue
        parent = known or bodies.called(names[0].text, names[0].acronym)
        if parent is draft or parent.parent is draft:
            continue
        draft.parent = parent
        first, last = (names[0].start, names[0].end) if names else (at, at + 3)
        note_place(reading, parent, item, first, last, "medium", "named as the body above")
        return


def _abbreviated(reading: FactsheetReading, bodies: KnownBodies, at: int, end: int) -> BodyDraft | None:
    match = _ACRONYM.match(reading.text, at, end)
    return bodies.known(match[0]) if match is not None else None


def _sentence_of(reading: FactsheetReading, draft: BodyDraft, at: int) -> tuple[int, int] | None:
    """The sentence of the body's items in which an offset lies."""
    for item in draft.items:
        for block in item.blocks:
            if block.position.start <= at < block.position.end:
                for start, end in split_sentences(reading.text, block.position.start, block.position.end):
                    if start <= at < end:
                        return start, end
    return None


_ACRONYM = re.compile(r"[A-Z][\w-]{1,9}(?![\w-])")
_AND_ITS = re.compile(
    r"(?:\s\([^)]*\))?(?:\sand its\s|['’]s?\s|,? through (?:its|the)\s|,? and more specifically (?:its|the)\s)(?:\w+ )?"
)
_INTRODUCED_BY = re.compile(
    r"\s*(?:also |functioning |operating |working |placed )?(?:as )?(?:a )?(?:part of|under the (?:control|supervision|authority|remit|responsibility) of|within|under) (?:the )?"
)
_THE = re.compile(r"(?:\s\([^)]*\))?,\s(?:the|an?|it)(?:\s[\w-]+){0,12}\s?")
_THROUGH_ITS = re.compile(
    r"(?:\sor\s\w{2,8})?[,)]*\s?(?:,\s)?(?:(?:through|on|via|at|has|maintains)\s)?(?:its|their|whose|the)?\s?(?:own\s|official\s)?"
)
_DIGITAL = re.compile(
    r"\b(?:digital\w*|e-?government|ict|information technology|it systems|informatics|digiti\w+|interoperability|once-only|electronic administration|base registr\w+)\b"
)

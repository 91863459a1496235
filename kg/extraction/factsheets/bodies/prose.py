"""The bodies that prose names: as responsible, as operator or issuer, by a link, in so many words, or as a response team."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extraction.factsheets.bodies.candidates import (
    NO_BODY,
    OF_A_SYSTEM,
    REGISTER,
    UNSURE_NOUN,
    has_body_noun,
    is_body,
)
from kg.extraction.factsheets.bodies.drafts import BodyDraft, note_place
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.names import (
    body_and_above,
    body_names,
    is_foreign,
    is_generic,
    is_post,
    names_in_brackets,
    plain_body,
)
from kg.extraction.factsheets.reading import FactsheetReading, word_set, words
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.gazetteer import country_of
from kg.extraction.names import Name, classify, is_acronym
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


def bodies_of_prose(reading: FactsheetReading, bodies: KnownBodies, item: OutlineItem) -> None:
    """Takes in the bodies that the sentences of an item name."""
    for start, end in reading.sentences(item):
        for name in _operators(reading, start, end):
            _named(reading, bodies, item, name)
        _response_teams(reading, bodies, item, start, end)
        for name in (*_linked(reading, start, end), *_said_to_be(reading, start, end)):
            _named(reading, bodies, item, name)
        for name in body_names(reading, start, end):
            if bodies.known(plain_body(name.text)) is not None or is_body(reading, name, start, end):
                _named(reading, bodies, item, name)


def _operators(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """Names without a noun of bodies that run or issue something: "managed by Identity Malta"."""
    for name in reading.names(start, end):
        before = reading.folded[max(start, name.start - 40) : name.start]
        if (
            name.group == "bodies"
            or _RUN_BY.search(before) is None
            or len(name.text) < 3
            or name.group in ("laws", "policies", "portals")
        ):
            continue
        if (
            is_foreign(reading, name.text)
            or is_post(name.text)
            or is_generic(name.text, reading.country)
            or title_kind(name.text) is not None
        ):
            continue
        if OF_A_SYSTEM.match(reading.text, name.after, end) is not None:
            continue
        if (
            words("foreign_key_words").search(fold(name.text)) is None
            and country_of(name.text) is None
            and name.kind != "company"
        ):
            yield name


def _response_teams(
    reading: FactsheetReading, bodies: KnownBodies, item: OutlineItem, start: int, end: int
) -> None:
    """Response teams, which are called by an abbreviation: "CSIRT GOV", "CCN-CERT"."""
    for match in _CSIRT.finditer(reading.text, start, end):
        if not is_foreign(reading, match[0]) and "EU" not in re.split(r"[ -]", match[0]):
            draft = bodies.called(match[0])
            note_place(reading, draft, item, match.start(), match.end(), "medium", "named as a response team")


def _linked(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """The names of bodies that links stand on, written out to the last small letter: "[National Coordination centre]"."""
    for link in reading.links_between(start, end):
        text = re.sub(
            r"^[Tt]he\s",
            "",
            re.sub(
                r"\s\([\w-]{2,10}\)?$|\s\($|[’']s? (?:web ?site|web ?page|site|page|portal)$",
                "",
                " ".join(link.text.split()).strip(" .,;"),
            ),
        )
        text = plain_body(body_and_above(text)[0])
        group, kind = classify(text)
        if (
            group != "bodies"
            or not text[:1].isupper()
            or not 2 <= len(text.split()) <= 9
            or sum(w[0].islower() for w in text.split() if w not in word_set("small_words_of_bodies")) > 1
            or is_generic(text, reading.country)
            or is_post(text)
            or is_foreign(reading, text)
            or title_kind(text) is not None
            or NO_BODY.search(text)
            or not has_body_noun(text)
            or REGISTER.search(words_key(text)) is not None
            or (UNSURE_NOUN.search(words_key(text)) is not None and kind not in ("centre", "academic"))
        ):
            continue
        at = reading.text.find(text, link.start, link.end + 1)
        if at >= 0 and OF_A_SYSTEM.match(reading.text, at + len(text), end) is None:
            acronym = _ACRONYM_BEHIND.match(reading.text, at + len(text), min(end + 12, len(reading.text)))
            yield Name(
                at, at + len(text), text, "bodies", kind, acronym[1] if acronym else None, at + len(text)
            )


def _said_to_be(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """Names of any kind that a sentence says are those of bodies: "X is the agency which", "the agency in charge is X", "the company X Ltd"."""
    for pattern in (_IS_A_BODY, _BODY_IS, _COMPANY):
        for match in pattern.finditer(reading.text, start, end):
            text = match["name"].removeprefix("The ").strip()
            if pattern is _IS_A_BODY and reading.text[start : match.start()].strip() not in (
                "",
                "The",
                "the",
            ):
                # Not the beginning of the sentence, so perhaps not of the name.
                continue
            if text in _PRONOUNS or (pattern is _IS_A_BODY and REGISTER.search(words_key(text))):
                continue
            if (
                is_foreign(reading, text)
                or is_post(text)
                or is_generic(text, reading.country)
                or title_kind(text) is not None
            ):
                continue
            if country_of(text) is not None or (
                classify(text)[0] not in (None, "bodies", "organisations") and pattern is not _COMPANY
            ):
                continue
            at = match.end("name") - len(text)
            acronym = _ACRONYM_BEHIND.match(reading.text, at + len(text), end)
            yield Name(
                at, at + len(text), text, "bodies", None, acronym[1] if acronym else None, at + len(text)
            )


def _named(reading: FactsheetReading, bodies: KnownBodies, item: OutlineItem, name: Name) -> None:
    """Takes in a body that prose names, with the names, the body above and the address that stand beside."""
    text = plain_body(name.text)
    if _is_apposed(reading, bodies, item, name, text):
        return
    first, higher = body_and_above(text) if bodies.known(text) is None and not is_post(text) else (text, None)
    if (
        higher is not None
        and not is_generic(first, reading.country)
        and not is_generic(higher, reading.country)
    ):
        # "Cyberdefence Centre of the Special Service for Security": a part of a body, and that body.
        text = first
        draft = bodies.called(text)
        parent = bodies.called(higher, name.acronym)
        if parent is not draft:
            draft.parent = draft.parent or parent
            note_place(
                reading, parent, item, name.end - len(higher), name.end, "medium", "named as the body above"
            )
    else:
        draft = bodies.called(text, name.acronym)
    note_place(reading, draft, item, name.start, name.end, "medium", "named as responsible in running text")
    _take_names(reading, bodies, draft, name, text)
    if not draft.urls:
        _take_address(reading, draft, name)


def _is_apposed(
    reading: FactsheetReading, bodies: KnownBodies, item: OutlineItem, name: Name, text: str
) -> bool:
    """ "the Commission on Liberties (CL), the Data Protection Authority, was set up": one body under two names, which is noted."""
    apposed = _APPOSED_TO.search(reading.text, max(0, name.start - 24), name.start)
    if apposed is None or reading.text[name.start + len(text) :][:1] not in (",", "."):
        return False
    same = bodies.known(apposed[1])
    if same is None or bodies.known(text) not in (None, same):
        return False
    bodies.add_name(same, text)
    note_place(reading, same, item, name.start, name.end, "medium", "named in apposition")
    return True


def _take_names(
    reading: FactsheetReading, bodies: KnownBodies, draft: BodyDraft, name: Name, text: str
) -> None:
    """Abbreviations and other names beside a name: in brackets, before it, behind "or", or at its head."""
    for other in names_in_brackets(reading, name.start + len(text), name.start + len(text) + 130):
        bodies.add_name(draft, other)
    before = _BEFORE.search(reading.text[max(0, name.start - 24) : name.start])
    if (
        before is not None
        and is_acronym(before[1])
        and not before[1][-1].isdigit()
        and (
            before[0].endswith("(")
            or _NAME_BEFORE.search(reading.text, max(0, name.start - 60), name.start - len(before[0])) is None
        )
    ):
        # "INCIBE (Spanish National Cybersecurity Institute)".
        bodies.add_name(draft, before[1])
    short = _OR_SHORT.match(reading.text, name.start + len(text))
    if short is not None and draft.acronym is None:
        # "the Office of Electronic Communications or UKE".
        bodies.add_name(draft, short[1])
    leading = text.split()[0]
    if leading.isupper() and len(leading) > 3 and draft.acronym is None:
        bodies.add_name(draft, leading)


def _take_address(reading: FactsheetReading, draft: BodyDraft, name: Name) -> None:
    """The address that a name leads to."""
    keys = {words_key(n) for n in draft.names}
    for link in reading.links_between(max(0, name.start - 5), name.end):
        plain = words_key(re.sub(r"\([^)]*\)?", " ", link.text))
        if plain in keys or plain.removeprefix("the ") in keys:
            draft.urls.append(link.url)
            return


_RUN_BY = re.compile(
    r"\b(?:managed|operated|run|administered|maintained|supervised|overseen|coordinated|issued|developed and managed) by (?:the )?$|\bresponsibility of (?:the )?$"
)
_BEFORE = re.compile(r"(?<![\w-])([A-Z][\w-]{2,11})(?:\s\((?:the\s)?|,\sthe\s)$")
_PRONOUNS = frozenset(["It", "This", "They", "He", "She", "These", "That", "One", "There", "The"])
_NAME_BEFORE = re.compile(r"[A-Z][\w-]*\s$")
_OR_SHORT = re.compile(r"\sor\s([A-Z]{3,8})(?=[),.;\s])")
_ACRONYM_BEHIND = re.compile(r"\s?\(([A-Z][\w-]{1,11})\)")
_NOUN_OF_BODY = r"(?:agency|authority|ministry|department|institution|organisation|entity|foundation|company|enterprise|public body|governmental body|government body|administrative body)"
_ANY_NAME = (
    r"(?P<name>[A-Z][\w-]*\.[a-z]{2,3}|[A-Z][\w’-]*(?:\s(?:(?:of|for|and)\s(?:the\s)?)?[A-Z][\w’-]*){0,6})"
)
_IS_A_BODY = re.compile(
    rf"(?<![\w.-]){_ANY_NAME}(?:\s\([A-Z][\w-]{{1,9}}\))?,?\sis\s(?:the|a|an)\s(?:[a-z-]+\s){{0,3}}{_NOUN_OF_BODY}\b"
)
_BODY_IS = re.compile(
    rf"\b[Tt]he\s{_NOUN_OF_BODY}\s(?:in charge|responsible|competent|that)\b[^.;,]{{0,60}}\sis\sthe\s{_ANY_NAME}"
)
_COMPANY = re.compile(
    rf"\b(?:[Ss]tate|[Gg]overnment|[Pp]ublicly)[- ]owned\s(?:company|enterprise|limited company)\s(?:the\s)?{_ANY_NAME}"
)
_CSIRT = re.compile(
    r"(?<![\w-])(?:(?:CSIRT|CERT)\s[A-Z]{3,}|CSIRT[A-Z][a-z]{3,}|[A-Z]{2,6}-CERT|CERT-[A-Z]{2,4})(?![\w-])"
)
_APPOSED_TO = re.compile(r"\(([A-Z][\w-]{1,11})\),\s(?:which is\s)?the\s$")

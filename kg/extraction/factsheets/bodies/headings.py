"""The bodies that headings name: those of the governance chapter, and those that run a part of the infrastructure."""

from __future__ import annotations

import re

from kg.extraction.factsheets.bodies.drafts import note_place
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.names import (
    OFFICE_OF,
    SECRETARY,
    body_and_above,
    is_foreign,
    is_generic,
    is_post,
    names_in_brackets,
)
from kg.extraction.factsheets.reading import FactsheetReading, clean_title, link_of, words
from kg.extraction.factsheets.titles import title_kind
from kg.extraction.gazetteer import data
from kg.extraction.names import classify, is_acronym
from kg.questionnaire.outline import OutlineItem, says_nothing
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


def body_of_heading(reading: FactsheetReading, bodies: KnownBodies, item: OutlineItem) -> None:
    """Takes in the body that a heading of the governance chapter names, and the one above it; never a post of a person."""
    assert item.title is not None
    title = clean_title(item.title.text)
    name, parent = body_and_above(title.name)
    if _is_no_body(reading, name):
        return
    if is_post(name):
        office = OFFICE_OF.match(name)
        if office is not None and classify(office[1])[0] == "bodies":
            name = office[1]
        elif reading.country == EUROPEAN_UNION or not SECRETARY.match(fold(name)):
            return
    position = item.title.position
    draft = bodies.called(name)
    draft.headed = True
    for alias in title.aliases:
        if name in alias and parent is None:
            # The heading as printed, with its abbreviation in brackets.
            draft.aliases.append(alias)
        elif not _is_part(alias, name, parent):
            bodies.add_name(draft, alias)
    if parent is not None and is_acronym(parent):
        bodies.add_name(draft, title.name)
    if parent is not None and draft.parent is None:
        draft.parent = bodies.called(parent)
        why = "named by a heading as the body above"
        note_place(reading, draft.parent, item, position.start, position.end, "medium", why)
    note_place(
        reading, draft, item, position.start, position.end,
        "high" if item.certain else "medium", "a heading of the governance chapter",
    )  # fmt: skip
    for start, end in reading.sentences(item)[:2]:
        for other in _brackets(reading, name, start, end):
            bodies.add_name(draft, other)
    url = link_of(reading, draft.names, item.start, item.end)
    if url is not None and url not in draft.urls:
        draft.urls.append(url)
    draft.own_items.append(item)


def house_of_heading(reading: FactsheetReading, bodies: KnownBodies, item: OutlineItem) -> None:
    """A heading of the infrastructure chapter that names the body that runs it, not a system."""
    assert item.title is not None
    title = clean_title(item.title.text)
    if _HOUSE.search(title.name) is None or _NO_HOUSE.search(title.name) or is_foreign(reading, title.name):
        return
    if all(says_nothing(b.text, reading.outline) for b in item.blocks):
        return
    draft = bodies.called(title.name)
    draft.headed = True
    for alias in title.aliases:
        bodies.add_name(draft, alias)
    note_place(
        reading, draft, item, item.title.position.start, item.title.position.end, "medium",
        "a heading of the infrastructure chapter that names a body",
    )  # fmt: skip


def _is_no_body(reading: FactsheetReading, name: str) -> bool:
    """Whether a heading of the governance chapter names no body: kinds of bodies, tasks, laws and projects."""
    key = words_key(name)
    if key.split()[:1] == ["other"] or (is_generic(name) and words("kinds_of_bodies").search(key)):
        return True
    group, _ = classify(name)
    if group == "bodies" and key.split()[-1] not in (
        "projects",
        "project",
        "programme",
        "coordination",
        "strategy",
    ):
        return False
    if title_kind(name) is not None:
        return True
    return key.split()[-1] in data("factsheets")["not_bodies"] if key else True


def _is_part(alias: str, name: str, parent: str | None) -> bool:
    return (
        name in alias
        or (parent is not None and parent in alias)
        or (classify(alias)[0] == "bodies" and len(alias) > len(name))
    )


def _brackets(reading: FactsheetReading, name: str, start: int, end: int) -> list[str]:
    """The abbreviation or national name in brackets behind a name."""
    at = reading.folded.find(fold(name), start, end)
    if at < 0:
        return []
    return names_in_brackets(reading, at + len(name), end)


_HOUSE = re.compile(
    r"\b(?:Centre|Center|Institute|Agency|Office|Board|Authority|Inspectorate|Ministry|Directorate)$"
)
_NO_HOUSE = re.compile(
    r"\b(?:[Dd]ata|[Ss]upercomput\w+|[Cc]ontact|[Cc]all|[Hh]elp|[Ii]nnovation|[Dd]igital|e[A-Z]\w+) (?:[Cc]ent|Office)|Hub"
)

"""Bodies by their abbreviations: which one a body has though nobody says so, and where it is spoken of by it alone."""

from __future__ import annotations

import re

from kg.extraction.bodies.drafts import Bodies, BodyMention
from kg.extraction.names import is_acronym
from kg.extraction.reading import Reading
from kg.iris import host_of


def abbreviate_by_host(reading: Reading, found: Bodies, own: frozenset[str]) -> None:
    """ "MINTIC" in the text and www.mintic.gov.co at a body: the abbreviation is that body's, though nobody says so."""
    capitals = {match[0] for match in _CAPITALS.finditer(reading.text)}
    acronyms = {draft.acronym for draft in found.drafts if draft.acronym}
    for draft in found.drafts:
        for url in draft.urls:
            label = (host_of(url) or "").split(".")[0].upper()
            if label in capitals and draft.acronym is None and label != draft.name and label not in acronyms:
                acronyms.add(label)
                draft.abbreviate(label)
                found.add(draft, own)


def note_later_mentions(reading: Reading, found: Bodies) -> None:
    """Questions in which a body is spoken of by its abbreviation only."""
    known = {draft.acronym: draft for draft in found.drafts if draft.acronym}
    known |= {draft.name: draft for draft in found.drafts if is_acronym(draft.name) and " " not in draft.name}
    by_word: dict[str, list[str]] = {}
    for acronym in sorted(known, key=len, reverse=True):
        first = _WORD.match(acronym)
        if first is not None:
            by_word.setdefault(first[0], []).append(acronym)
    if not by_word:
        return
    text = reading.text
    for answer in reading.answers:
        for piece in answer.pieces:
            position = piece.start
            for word in _WORD.finditer(text, piece.start, piece.end):
                start = word.start()
                if word[0] not in by_word or start < position or text[start - 1 : start] == "-":
                    continue
                stated = next((a for a in by_word[word[0]] if _stands(text, a, start, piece.end)), None)
                if stated is None or reading.in_link(start):
                    continue
                position = start + len(stated)
                if not found.places.overlap(start, start + 1):
                    found.mention(BodyMention(answer.q, start, position, known[stated]))
                    known[stated].evidence.seen(
                        reading, answer.q, start, position, "medium", "named again by its abbreviation"
                    )


def _stands(text: str, acronym: str, start: int, end: int) -> bool:
    """Whether an abbreviation stands at an offset and ends there as a word."""
    stop = start + len(acronym)
    behind = text[stop : min(stop + 1, end)]
    return stop <= end and text.startswith(acronym, start) and not (behind.isalnum() or behind in ("_", "-"))


_WORD = re.compile(r"\w+")
_CAPITALS = re.compile(r"\b[A-Z][A-Z&]{2,11}\b")

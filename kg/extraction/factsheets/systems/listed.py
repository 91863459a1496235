"""Systems that prose lists by name behind the noun of what they are: "registers such as A and B", "systems:" and a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kg.documents import BlockKind
from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.gazetteer import data
from kg.questionnaire.outline import OutlineItem


@dataclass(frozen=True, slots=True)
class Listed:
    """A name in a list, where it stands, and the noun (in the singular) that stands before the list."""

    start: int
    end: int
    name: str
    acronym: str | None
    noun: str


def listed_systems(reading: FactsheetReading, item: OutlineItem) -> Iterator[Listed]:
    """The names listed in an item as platforms, registers, systems and the like, in running text or in lists."""
    lead: str | None = None
    for block in item.blocks:
        start, end = block.position.start, block.position.end
        if block.kind is BlockKind.LIST_ITEM:
            if lead is not None and (found := _first_name(reading.text, start, end, lead)) is not None:
                yield found
            elif lead is not None and "base-registry" in item.section.platforms:
                whole = _WHOLE_ITEM.match(reading.text, start, end)
                if whole is not None:
                    yield Listed(
                        whole.start("name"), whole.end("name"), whole["name"], whole["acronym"], lead
                    )
        else:
            lead = _lead(reading.folded, start, end)
        yield from _enumerated(reading, start, end)


def _lead(folded: str, start: int, end: int) -> str | None:
    """The noun of what the list behind a block lists: "Polish courts make available the following systems:"."""
    if not folded[start:end].rstrip().endswith(":"):
        return None
    last = max(folded.rfind(". ", start, end), start)
    # "They include:" takes up the noun of the sentence before.
    at = max(folded.rfind(". ", start, last - 1), start) if _PRONOUN.match(folded, last, end) else last
    nouns = list(_nouns().finditer(folded, at, end))
    return _singular(nouns[-1][0]) if nouns else None


def _first_name(text: str, start: int, end: int, noun: str) -> Listed | None:
    """The name that a list item begins with, if an explanation follows: "Athena, at the centre", "The Land Register (LR), which"."""
    match = _ITEM.match(text, start, end)
    if match is None:
        return None
    return Listed(match.start("name"), match.end("name"), match["name"], match["acronym"], noun)


def _enumerated(reading: FactsheetReading, start: int, end: int) -> Iterator[Listed]:
    """ "cross-border platforms, including A, B and C": names of the list as long as each is one."""
    for opening in _openings().finditer(reading.folded, start, end):
        at, found = opening.end(), []
        while (match := _NAME.match(reading.text, at, end)) is not None:
            found.append(match)
            step = _AND.match(reading.text, match.end(), end)
            if step is None:
                break
            at = step.end()
        # A list of one, or one that goes on in small letters, is more often about something else.
        if len(found) < 2:
            continue
        for match in found:
            yield Listed(
                match.start("name"),
                match.end("name"),
                match["name"],
                match["acronym"],
                _singular(opening["noun"]),
            )


def _singular(noun: str) -> str:
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")


@cache
def _nouns() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(data('factsheets')['listed_nouns'])})\b")


@cache
def _openings() -> re.Pattern[str]:
    words = "|".join(re.escape(w) for w in data("factsheets")["list_openings"])
    return re.compile(
        rf"\b(?P<noun>{'|'.join(data('factsheets')['listed_nouns'])})\b[^.;:()]{{0,60}}?(?:,?\s(?:{words}):?\s|:\s)(?:the\s)?"
    )


_PRONOUN = re.compile(r"(?:\. )?\s*(?:they|these)\b")
_WORD = r"(?:[A-Z][\w’@-]*|[a-z]{1,3}[A-Z@][\w-]*)"
_CALLED = rf"(?P<name>{_WORD}(?:\s(?:(?:of|for|and|on|the)\s(?:the\s)?)?{_WORD}){{0,6}})(?:\s\((?P<acronym>[A-Za-z][\w-]{{1,9}})\))?"
_ITEM = re.compile(rf"\s*(?:[Tt]he\s)?[‘“]?{_CALLED}[’”]?(?=,\s(?!and\b)|:\s|\s[–—-]\s)")
_WHOLE_ITEM = re.compile(
    rf"\s*(?:[Tt]he\s)?(?P<name>{_WORD}(?:\s(?:(?:of|for|and|on)\s(?:the\s)?)?{_WORD}){{1,10}})(?:\s\((?:[^()]*?\s[-–]\s)?(?:(?P<acronym>[A-Z][A-Z-]{{1,8}})|[^()]*)\)?)?\s?[;.,]?(?:\sand)?\s*$"
)
"""An item of a list that is a name and nothing else, with its national name in brackets: "Tax Registry (Anagrafe tributaria);"."""
_OF = rf"[A-Z][a-z]+(?:\s[A-Z][a-z]+)?\s(?:of|for)\s(?:the\s)?{_WORD}(?:\s(?:(?:of|and)\s)?{_WORD}){{0,5}}"
_NAME = re.compile(
    rf"(?:the\s)?[‘“]?(?P<name>{_OF}|{_WORD}(?:\s{_WORD}){{0,4}})[’”]?(?:\s\((?:(?P<acronym>[A-Za-z][\w-]{{1,9}})|[^()]{{2,50}})\)(?:\s[A-Z][a-z]+)?)?(?![\w’])"
)
_AND = re.compile(r",?\sand\s|,\s(?:and\s)?|\sor\s|;\s")

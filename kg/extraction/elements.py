"""What a strategy is made of: components, enablers, purposes, objectives and lines of action, where the source lists them.

Two forms are clear enough: a sentence that ends in a colon and names a role ("its objectives are:"), followed by a list;
and names in capitals behind the role ("the components are ICT for State and ICT for Society"). Anything else is left to
the reviewer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from kg.extraction.gazetteer import Coded, Phrases, data
from kg.extraction.instruments.drafts import InstrumentDraft, Instruments
from kg.extraction.negation import is_denied
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer

_READ_IN = ("6", "7")


@dataclass(slots=True, eq=False)
class ElementDraft:
    """A part of a strategy. `name` is the source's."""

    role: str
    name: str
    q: str


def find_elements(reading: Reading, instruments: Instruments) -> dict[int, list[ElementDraft]]:
    """The elements of each strategy, by the `id()` of its draft, in the order of the document."""
    found: dict[int, list[ElementDraft]] = {}
    for answer in reading.answers:
        if answer.q in _READ_IN:
            _read(reading, answer, instruments, found)
    return found


def _read(
    reading: Reading, answer: ParsedAnswer, instruments: Instruments, found: dict[int, list[ElementDraft]]
) -> None:
    strategy: InstrumentDraft | None = None
    role: str | None = None
    listed_until = -1
    for sentence in reading.sentences(answer):
        for mention in instruments.places.starting(sentence.start, sentence.end):
            if (
                strategy is None
                and mention.draft.kind in ("policy", "strategy", "plan")
                and not mention.draft.planned
            ):
                strategy = mention.draft
        if strategy is None or not instruments.holds(strategy):
            continue
        elements = found.setdefault(id(strategy), [])
        if (
            role is not None
            and sentence.piece == listed_until + 1
            and reading.is_item(answer, sentence.piece)
        ):
            piece = answer.pieces[sentence.piece]
            if sentence.start == piece.start:
                _add(elements, role, reading.item_text(sentence), answer.q)
            listed_until = sentence.piece - (sentence.end < piece.end)
            continue
        role = None
        introduced = _introduced(reading, answer, sentence)
        if introduced is not None:
            role, listed_until = introduced, sentence.piece
            continue
        for code, names in _named(reading, sentence):
            for name in names:
                _add(elements, code, name, answer.q)


def _introduced(reading: Reading, answer: ParsedAnswer, sentence: Sentence) -> str | None:
    """The role that a sentence with a colon at its end announces for the list behind it."""
    piece = answer.pieces[sentence.piece]
    if reading.text[sentence.start : piece.end].rstrip()[-1:] != ":" or not reading.is_item(
        answer, sentence.piece + 1
    ):
        return None
    places = _roles().places(reading.folded, piece.start, piece.end)
    if len({code for _, _, code in places}) != 1:
        # "2 components and 5 purposes:" announces more than one list can be.
        return None
    if is_denied(reading.folded, places[-1][0], places[-1][1], sentence.start, piece.end):
        return None
    return places[-1][2]


def _named(reading: Reading, sentence: Sentence) -> list[tuple[str, list[str]]]:
    """Names in capitals behind a role: "enablers are … Architecture and Digital Citizen Services"."""
    text, folded = reading.text, reading.folded
    found: list[tuple[str, list[str]]] = []
    for _, end, code in _roles().places(folded, sentence.start, sentence.end):
        verb = _are().match(folded, end + 1, sentence.end)
        if verb is None:
            continue
        stop = _STOP.search(folded, verb.end(), sentence.end)
        run = text[verb.end() : stop.start() if stop else sentence.end]
        first = _CAPITAL.search(run)
        if first is None or first.start() > _LONGEST_LEAD:
            continue
        parts = [part.strip(" .,;:") for part in _PARTS.split(run[first.start() :])]
        names = [part for part in parts if part[:1].isupper() and 1 <= len(part.split()) <= _MOST_WORDS]
        if len(names) >= 2 and len(names) == len([part for part in parts if part]):
            found.append((code, names))
    return found


def _add(elements: list[ElementDraft], role: str, name: str, q: str) -> None:
    if len(name) >= 3 and not any(known.role == role and known.name == name for known in elements[-40:]):
        elements.append(ElementDraft(role, name, q))


@cache
def _roles() -> Coded:
    return Coded(data("documents")["elements"])


@cache
def _are() -> Phrases:
    return Phrases(data("documents")["elements_are"])


_LONGEST_LEAD = 48
_MOST_WORDS = 9
_STOP = re.compile(r"[.;:]|,\s(?:which|that|que|qui|allowing|in order)\b")
_CAPITAL = re.compile(r"[A-ZÀ-Þ]")
_PARTS = re.compile(r",\s(?:and\s|y\s|et\s|e\s)?|\s(?:and|y|et|e)\s(?=[A-ZÀ-Þ])")

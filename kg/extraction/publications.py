"""Publications and sets of indicators: documents and lists that answers refer to and that are no laws or policies.

A publication is a title in quotation marks, or a name that ends in what it is ("Digital Government Report 2018"), with an
address beside it. A set of indicators is a list under the question on digital literacy that a sentence announces as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from kg.extraction.bodies.drafts import Bodies, BodyDraft
from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import Coded, Phrases, data
from kg.extraction.instruments.drafts import Instruments
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold, words_key

_READ_IN = ("11", "13", "17", "18", "19", "20", "21", "22")


@dataclass(slots=True, eq=False)
class PublicationDraft:
    """A document that is no instrument."""

    name: str
    kind: str
    url: str | None
    year: int | None = None
    published_by: BodyDraft | None = None
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(slots=True, eq=False)
class IndicatorSetDraft:
    """Indicators in use, without values."""

    name: str
    items: list[str] = field(default_factory=list)
    produced_by: BodyDraft | None = None
    used_by: BodyDraft | None = None
    evidence: Evidence = field(default_factory=Evidence)


def find_publications(reading: Reading, bodies: Bodies, instruments: Instruments) -> list[PublicationDraft]:
    """Reads the answers on statistics, surveys, figures and networks."""
    found: dict[str, PublicationDraft] = {}
    for answer in reading.answers:
        if answer.q not in _READ_IN:
            continue
        sentences = reading.sentences(answer)
        for number, sentence in enumerate(sentences):
            following = sentences[number + 1] if number + 1 < len(sentences) else None
            for start, end in _titles(reading, sentence):
                if instruments.places.overlap(start, end) or bodies.places.overlap(start, end):
                    continue
                title = " ".join(reading.text[start:end].split())
                kind = _kinds().first(fold(title))
                url = _address(reading, end, sentence, following)
                if kind is None or url is None or words_key(title) in found:
                    continue
                draft = found[words_key(title)] = PublicationDraft(title, kind, url)
                year = _YEAR.search(title)
                draft.year = int(year[1]) if year else None
                draft.published_by = _body_behind(reading, bodies, sentence)
                draft.evidence.seen(
                    reading, answer.q, start, end, "medium", "a title with an address beside it"
                )
    return list(found.values())


def find_indicator_sets(reading: Reading, bodies: Bodies) -> list[IndicatorSetDraft]:
    """Reads question 21."""
    answer = reading.parsed.answers.get("21")
    if answer is None:
        return []
    found: list[IndicatorSetDraft] = []
    current: IndicatorSetDraft | None = None
    expected = -1
    for sentence in reading.sentences(answer):
        piece = answer.pieces[sentence.piece]
        if current is not None and sentence.piece == expected and reading.is_item(answer, sentence.piece):
            if sentence.start == piece.start:
                current.items.append(reading.item_text(sentence)[:400])
            expected = sentence.piece + (sentence.end >= piece.end)
            continue
        current = None
        announced = (
            reading.text[sentence.start : piece.end].rstrip()[-1:] == ":" and sentence.end >= piece.end - 1
        )
        word = _indicators().search(reading.folded, piece.start, piece.end)
        if announced and word is not None and reading.is_item(answer, sentence.piece + 1):
            current = _announced(reading, answer, bodies, piece.start, piece.end)
            expected = sentence.piece + 1
            found.append(current)
    return [draft for draft in found if len(draft.items) >= 2]


def _announced(
    reading: Reading, answer: ParsedAnswer, bodies: Bodies, start: int, end: int
) -> IndicatorSetDraft:
    text, folded = reading.text, reading.folded
    called = _SET_NAME.search(text, start, end)
    draft = IndicatorSetDraft(called[1] if called else "Indicators of digital literacy")
    draft.evidence.seen(reading, answer.q, start, end, "medium", "a list that is announced as indicators")
    if called is None:
        draft.evidence.doubt("note", "The source gives the set no name; this one is ours.")
    producer = _producers().search(folded, start, end)
    if producer is not None:
        draft.produced_by = next(
            (m.draft for m in bodies.places.starting(producer.end(), min(end, producer.end() + 40))), None
        )
    users = [m.draft for m in bodies.places.starting(start, start + 80) if m.draft is not draft.produced_by]
    draft.used_by = users[0] if users else None
    return draft


def _titles(reading: Reading, sentence: Sentence) -> list[tuple[int, int]]:
    found = [
        (match.start(1), match.end(1))
        for match in _QUOTED.finditer(reading.text, sentence.start, sentence.end)
        if len(match[1].split()) >= _FEWEST_WORDS
    ]
    for name in reading.names(sentence.start, sentence.end):
        if (
            not any(start <= name.start < end for start, end in found)
            and len(name.text.split()) >= _FEWEST_WORDS - 1
            and name.group in (None, "organisations")
        ):
            found.append((name.start, name.end))
    return sorted(found)


def _address(reading: Reading, end: int, sentence: Sentence, following: Sentence | None) -> str | None:
    """The address right behind a title: in the same sentence, or alone on the line behind it."""
    links = reading.links_between(end, min(end + _REACH, sentence.end + 1))
    if links:
        between = reading.text[end : links[0].start]
        return links[0].url if _BETWEEN.fullmatch(fold(between)) else None
    if (
        following is None
        or sentence.end - end > _REACH
        or not _BETWEEN.fullmatch(fold(reading.text[end : sentence.end]))
    ):
        return None
    links = reading.links_between(following.start, following.end)
    return links[0].url if links and links[0].start - following.start <= 2 else None


def _body_behind(reading: Reading, bodies: Bodies, sentence: Sentence) -> BodyDraft | None:
    producer = _producers().search(reading.folded, sentence.start, sentence.end)
    if producer is None:
        return None
    near = bodies.places.starting(producer.end(), min(sentence.end, producer.end() + 40))
    return next((mention.draft for mention in near if mention.draft.country is None), None)


@cache
def _kinds() -> Coded:
    return Coded(data("documents")["publications"])


@cache
def _indicators() -> Phrases:
    return Phrases(data("documents")["indicators"])


@cache
def _producers() -> Phrases:
    return Phrases(data("documents")["produced_by"])


_FEWEST_WORDS = 4
_REACH = 80
_QUOTED = re.compile(r"[\"“«‘]\s?([A-ZÀ-Þ][^\"”»\n]{10,200}?)\s?[\"”»’]")
_BETWEEN = re.compile(
    r"[\"”»’'\s,.:;()<\[–—-]*(?:(?:is|are|was|which|that|also|and|fully|esta|est|e)\s)*(?:available|published|accessible|found|online|disponible|publicad[oa]|publiee?|disponivel|consult\w*|see|at|in|on|en|a|link|:|here|em|sur|ligne|\s|the|following|website|web)*[\s:<(\[]*"
)
_YEAR = re.compile(r"\b((?:19|20)\d\d)$")
_SET_NAME = re.compile(
    r"\b((?:[A-Z][\w-]*\s){1,4}(?:[a-z-]+\s){0,2}[Ii]ndicators(?:\s(?:for|of|on)\s[\w-]+(?:\s[\w-]+){0,2})?)(?=[,.;:]|\s(?:generated|produced|collected|are|which|published))"
)

"""The addresses and the articles of instruments, by where links and numbers stand beside their mentions."""

from __future__ import annotations

import re

from kg.documents import Link
from kg.extraction.instruments.drafts import LEGAL, InstrumentMention, Instruments
from kg.extraction.reading import Reading, Sentence


def take_articles(reading: Reading, q: str, sentence: Sentence, mentions: list[InstrumentMention]) -> None:
    """The numbers of articles that stand right before or behind a mention."""
    for match in _ARTICLE.finditer(reading.folded, sentence.start, sentence.end):
        if reading.in_link(match.start()):
            continue
        behind = [m for m in mentions if 0 <= m.start - match.end() < 40]
        ahead = [m for m in mentions if 0 <= match.start() - m.end < 12]
        chosen = ahead[-1] if ahead else behind[0] if behind else None
        if chosen is not None:
            chosen.draft.articles.append((match[1], q))


def take_addresses(
    reading: Reading,
    sentence: Sentence,
    mentions: list[InstrumentMention],
    earlier: list[InstrumentMention],
    found: Instruments,
) -> None:
    """The addresses of a sentence, for what it mentions or what the last sentence with mentions (`earlier`) did."""
    links = reading.links_between(sentence.start, sentence.end)
    both = _BOTH.match(reading.folded, sentence.start, sentence.start + 12)
    if both and len(links) > 1 and not mentions and len(earlier) > 1:
        for mention in earlier:
            mention.draft.url_candidates += [link.url for link in links]
        return
    for link in links:
        owner = (
            _linked(mentions, link) or _before(reading, mentions, link)
            if mentions
            else _of_earlier(reading, sentence, link, earlier, found)
        )
        if owner is not None:
            owner.draft.urls.append(link.url)


def _linked(mentions: list[InstrumentMention], link: Link) -> InstrumentMention | None:
    """The mention that is itself the link."""
    return next((m for m in mentions if m.start < link.end and link.start < m.end), None)


def _before(reading: Reading, mentions: list[InstrumentMention], link: Link) -> InstrumentMention | None:
    """The last mention before a link, unless another address or an actor stands between: "X, enforced by the Agency (https://…)".

    "The X Policy, approved by Resolution 5 (https://…)": the address is the policy's, unless it looks like that of an act.
    """
    before = [m for m in mentions if m.start < link.start]
    if not before:
        return None
    gap = reading.text[before[-1].end : link.start]
    if "http" in gap or _ACTOR_GAP.search(gap):
        return None
    if (
        len(before) >= 2
        and _APPROVED_BY.search(reading.folded, before[-2].end, before[-1].start)
        and before[-2].draft.kind not in LEGAL
        and "/legis" not in link.url
        and not re.search(r"\d{3}", link.url)
    ):
        return before[-2]
    return before[-1]


def _of_earlier(
    reading: Reading, sentence: Sentence, link: Link, earlier: list[InstrumentMention], found: Instruments
) -> InstrumentMention | None:
    """The mention of the sentence or piece before that a link in a sentence without mentions belongs to."""
    if not earlier:
        return None
    leads = reading.text[sentence.start : link.start].strip(" <(") == ""
    if sentence.piece != earlier[0].sentence.piece and leads:
        first = found.first_in(earlier[0].q, earlier[0].sentence.piece) or earlier[0]
        return first if sentence.piece - first.sentence.piece == 1 else None
    return earlier[-1] if sentence.piece - earlier[-1].sentence.piece <= 1 else None


_BOTH = re.compile(r"\s*(?:these|both|estos|ambos|estas|ces|as duas|os dois)\b")
_APPROVED_BY = re.compile(
    r"\b(?:approved|adopted|aprobad[oa]|aprovad[oa]|approuvee?|adoptee?|established|instituid[oa])\b"
)
_ARTICLE = re.compile(
    r"\b(?:articles?|art\.|arts\.|articulos?|artigos?)\s*(?:n[ºo°]\s*)?(\d{1,4}(?:\.\d{1,2})?(?:[a-z](?![a-z]))?)"
)
_ACTOR_GAP = re.compile(
    r"\b(?:names|authority|Commission|Comissão|Comisión|Agency|Agencia|Centro|Centre|supervisory|published by|autoridad|autoridade)\b"
)

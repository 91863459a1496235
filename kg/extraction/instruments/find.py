"""The laws and policies of a questionnaire: what citations and titles name, what is said of each, and which two are one."""

from __future__ import annotations

from urllib.parse import unquote

from kg.extraction.citations import citations_between
from kg.extraction.gazetteer import word_set
from kg.extraction.instruments.addresses import take_addresses, take_articles
from kg.extraction.instruments.drafts import InstrumentDraft, InstrumentMention, Instruments
from kg.extraction.instruments.mentions import NAMED_IN, known_by_citation, mentions_in
from kg.extraction.instruments.relations import carry_out, relate
from kg.extraction.instruments.topics import TopicsInTurn
from kg.extraction.places import Distinct
from kg.extraction.reading import Reading
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import fold, words_key


def find_instruments(reading: Reading) -> Instruments:
    """Reads every answer that may name instruments; see the module for what is taken."""
    found = Instruments()
    for answer in reading.answers:
        if answer.q in _CITED_IN:
            _read_answer(reading, answer, found)
    _read_file_names(reading, found)
    _merge_names(reading, found)
    return found


def _read_answer(reading: Reading, answer: ParsedAnswer, found: Instruments) -> None:
    earlier: list[InstrumentMention] = []
    topics = TopicsInTurn(reading, answer) if answer.q == "9" else None
    for sentence in reading.sentences(answer):
        mentions = mentions_in(reading, answer, sentence, found)
        if topics is not None:
            topics.assign(sentence, mentions, earlier)
        relate(reading, sentence, mentions, earlier)
        carry_out(reading, answer, sentence, mentions, found)
        take_articles(reading, answer.q, sentence, mentions)
        take_addresses(reading, sentence, mentions, earlier, found)
        earlier = mentions or earlier
        for mention in mentions:
            found.mention(mention)


def _read_file_names(reading: Reading, found: Instruments) -> None:
    """A citation that stands only in the name of the linked file ("DECRETO 179 DEL 08 DE FEBRERO DE 2019.pdf")."""
    for answer in reading.answers:
        if answer.q not in _CITED_IN:
            continue
        for piece in answer.pieces:
            for link in reading.links_between(piece.start, piece.end):
                name = unquote(link.url.rsplit("/", 1)[-1]).rsplit(".", 1)[0]
                if " " not in name:
                    continue
                for citation in citations_between(name, fold(name), 0, len(name))[:1]:
                    if not citation.year or not citation.number:
                        continue
                    known = known_by_citation(found, citation)
                    if known is not None:
                        known.date = known.date or citation.date
                        continue
                    draft = InstrumentDraft(
                        citation.kind,
                        f"{citation.kind.replace('-', ' ').capitalize()} {citation.number} of {citation.year}",
                        citation.number,
                        citation.year,
                        citation.date,
                        urls=Distinct([link.url]),
                    )
                    draft.evidence.seen(
                        reading,
                        answer.q,
                        link.start,
                        link.end,
                        "medium",
                        "read from the name of the linked file",
                    )
                    draft.evidence.doubt(
                        "inferred", "Kind, number and date stand only in the address.", name[:400]
                    )
                    found.add(draft)


def _merge_names(reading: Reading, found: Instruments) -> None:
    """Joins a policy and a strategy whose names differ only in what they call themselves; says so on the entry."""
    firsts: dict[tuple[frozenset[str], bool], InstrumentDraft] = {}
    merged: dict[int, InstrumentDraft] = {}
    for other in found.drafts:
        if other.kind not in ("policy", "strategy") or other.number or len(_content(other.name)) < 2:
            continue
        draft = firsts.setdefault((_content(other.name), other.planned), other)
        if draft is other:
            continue
        for name in other.names:
            draft.call(name)
        draft.urls += other.urls
        draft.topics += other.topics
        draft.relations += other.relations
        draft.evidence.merge(other.evidence)
        draft.evidence.doubt(
            "inferred",
            "Taken to be one instrument under two names, because they differ in general words only.",
            other.name,
        )
        found.merges.append(f"instrument '{other.name}' → '{draft.name}' (same words besides general ones)")
        merged[id(other)] = draft
    found.merge_into(merged)


def _content(name: str) -> frozenset[str]:
    return frozenset(
        word
        for word in words_key(name).split()
        if word not in word_set("small_words") and word not in word_set("names_of_policy")
    )


_CITED_IN = NAMED_IN | {"3", "19", "20", "22", "24"}

"""The topics of the instruments of question 9, from the boxes and labels before them and from their own words."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache

from kg.extraction.gazetteer import data
from kg.extraction.instruments.drafts import LEGAL, InstrumentMention
from kg.extraction.instruments.relations import is_made_under
from kg.extraction.instruments.titles import FINITE_VERB
from kg.extraction.places import Distinct
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import Fingerprint, fold


class TopicsInTurn:
    """Gives the instruments of an answer their topics, sentence by sentence: what a label or box says holds until the next one."""

    def __init__(self, reading: Reading, answer: ParsedAnswer) -> None:
        self._reading = reading
        self._ticked = _topics_by_box(answer)
        self._topics: list[str] = []
        self._labelled = False
        self._piece = -1

    def assign(
        self, sentence: Sentence, mentions: list[InstrumentMention], earlier: list[InstrumentMention]
    ) -> None:
        """The topics of what a sentence mentions; `earlier` are the mentions of the last sentence that had any."""
        label = _topics_before_colon(self._reading, sentence)
        if label in ([], ["none"]):
            label = self._ticked.get(sentence.piece, label)
        goes_on = sentence.piece == self._piece
        self._labelled = self._labelled and goes_on
        inherited = goes_on and not self._labelled
        if label:
            self._topics, self._labelled = label, True
        elif not goes_on and not self._reading.folded.startswith("http", sentence.start, sentence.start + 4):
            stated = _topics(self._reading, sentence.start, mentions[0].start if mentions else sentence.end)
            self._topics = stated or (self._topics if _continues(self._reading, sentence) else [])
        _assign_topics(self._reading, sentence, mentions, self._topics, bool(label), inherited)
        if earlier and not mentions:
            _narrow(self._reading, sentence, earlier[-1])
        self._piece = sentence.piece


def _narrow(reading: Reading, sentence: Sentence, mention: InstrumentMention) -> None:
    """ "This resolution establishes …" says what it is about; until then it shared the topics before it."""
    own = _this_one().match(reading.folded, sentence.start, sentence.end)
    if own is None or mention.draft.kind != data("citations")["this_kinds"][own[1]]:
        return
    said = _topics(reading, own.end(), sentence.end)
    if set(said) < set(mention.draft.topics) and is_made_under(reading, mention):
        mention.draft.topics = Distinct(said)


@cache
def _this_one() -> re.Pattern[str]:
    """ "This resolution establishes": an instrument taken up by its noun, with a verb of what it lays down."""
    nouns = "|".join(data("citations")["this_kinds"])
    return re.compile(
        r"\s*(?:this|the said|esta|este|dicha|dicho|cette|ce|cet|este|esta|o presente|a presente)\s"
        rf"({nouns})"
        r"\s(?:establishes|sets|defines|regulates|lays down|provides|establece|define|regula|fixe|definit|etablit|precise|estabelece|regulamenta)\b"
    )


def _assign_topics(
    reading: Reading,
    sentence: Sentence,
    mentions: list[InstrumentMention],
    topics: list[str],
    labelled: bool,
    inherited: bool,
) -> None:
    last = sentence.start
    carried = topics
    for position, mention in enumerate(mentions):
        own = [] if labelled else _topics(reading, last, mention.start)
        if own:
            carried, inherited = own, False
        following = mentions[position + 1].start if position + 1 < len(mentions) else sentence.end
        chosen = carried if carried and carried != ["none"] else []
        if (not chosen and carried != ["none"]) or (inherited and not labelled):
            # Topics of an earlier sentence yield to what the title and the words behind it say.
            title = " ".join(mention.draft.names)
            span = reading.folded[mention.start : min(following, mention.end + 160)]
            chosen = _topics_in(reading, fold(title) + " " + span) or chosen
        own_subject = _AS_REGARDS.match(reading.folded, mention.end, min(following, sentence.end))
        if own_subject is not None:
            chosen = _topics_in(reading, own_subject[0]) or chosen
        title_topics = (
            _topics_in(reading, fold(mention.draft.title or mention.draft.name))
            if mention.draft.title or mention.draft.kind not in LEGAL
            else []
        )
        if "digital-security" in title_topics and "digital-security" not in chosen and carried != ["none"]:
            chosen = [*chosen, "digital-security"]
        mention.draft.topics += chosen
        last = mention.end


def _topics_by_box(answer: ParsedAnswer) -> dict[int, list[str]]:
    """The topic of each piece of an answer that stands behind a box: on its line or row, or between two boxes."""
    boxes = sorted((box for box in answer.boxes if box.code not in ("yes", "no")), key=lambda box: box.start)
    found: dict[int, list[str]] = {}
    last = -1
    for number, piece in enumerate(answer.pieces):
        before = bisect_left(boxes, piece.end, key=lambda box: box.start) - 1
        if before < 0:
            continue
        block = piece.block.position
        beside = block.start <= boxes[before].start < block.end
        # Text behind the last box is about any of them, unless the others have their texts right behind them too.
        if beside or before + 1 < len(boxes) or (found and last < before):
            found[number] = [boxes[before].code]
        last = before
    return found


def _topics_before_colon(reading: Reading, sentence: Sentence) -> list[str]:
    colon = reading.folded.find(":", sentence.start, min(sentence.end, sentence.start + 140))
    if (
        colon < 0
        or reading.folded.startswith("//", colon + 1)
        or FINITE_VERB.search(reading.folded, sentence.start, colon)
        or re.search(r"\d", reading.folded[sentence.start : colon])
    ):
        return []
    return _topics(reading, sentence.start, colon) or ["none"]


def _continues(reading: Reading, sentence: Sentence) -> bool:
    return _CONTINUES.match(reading.folded, sentence.start) is not None


def _topics(reading: Reading, start: int, end: int) -> list[str]:
    return _topics_in(reading, reading.folded[start:end])


def _topics_in(reading: Reading, folded: str) -> list[str]:
    if len(folded) < _SHORTEST_TOPIC:
        return []
    family = (reading.form.family, reading.form.edition)
    if family not in _TOPICS:
        question = reading.form.question("9")
        _TOPICS[family] = [
            (item.code, Fingerprint(item.words)) for item in (question.items if question else [])
        ]
    return list(_topic_codes(family, folded))


@lru_cache(maxsize=2048)
def _topic_codes(form: tuple[str, int], folded: str) -> tuple[str, ...]:
    folded = _INCLUDING.sub(lambda match: " " * len(match[0]), folded)
    codes = [code for code, fingerprint in _TOPICS[form] if fingerprint.matches(folded)]
    return (*codes, "digital-security") if _SECURITY.search(folded) else tuple(codes)


_TOPICS: dict[tuple[str, int], list[tuple[str, Fingerprint]]] = {}
"""The fingerprints of the topics of question 9, compiled once per form."""
_SHORTEST_TOPIC = 4
_INCLUDING = re.compile(
    r"\b(?:including|incluida|inclusive|incluindo|y compris|incluyendo) (?:la |a |the )?(?:digital security|seguridad digital|seguranca digital|securite numerique)"
)
_SECURITY = re.compile(
    r"\b(?:digital security|cyber\s?-?(?:security|space|crime)|ciberseg|cibercrim|ciberdel|cyberseg|cybersec|cybercrim|seguridad digital|seguranca digital|securite numerique|seguranca cib|seguridad de la informacion|information security|network security)"
)
_CONTINUES = re.compile(
    r"\s*(?:there is also|also|in addition|additionally|asimismo|tambien|alem|aussi|de plus|the same|this law|esta ley|pursuant|it |https?:)"
)
_AS_REGARDS = re.compile(
    r"\s?,?\s?(?:no que respeita|no tocante|as regards|with regard to|regarding|en lo relativo|en materia de|en ce qui concerne|as to|concerning|em relacao)\s[^.;]{2,80}"
)

"""How instruments relate: what verbs between two of them say, and what carries out a policy."""

from __future__ import annotations

import re
from functools import cache

from kg.extraction.gazetteer import Phrases, data
from kg.extraction.instruments.drafts import InstrumentDraft, InstrumentMention, Instruments
from kg.extraction.reading import Reading, Sentence
from kg.questionnaire import ParsedAnswer


def relate(
    reading: Reading, sentence: Sentence, mentions: list[InstrumentMention], earlier: list[InstrumentMention]
) -> None:
    """Reads "A amends B", "A, which repealed B and was amended by C", "It repealed D" inside one sentence."""
    folded = reading.folded
    subject: InstrumentDraft | None = None
    for start, end, kind, passive in _verbs(folded, sentence.start, sentence.end):
        after = [m for m in mentions if m.start >= end]
        before = [m for m in mentions if m.end <= start + 1]
        issued = after and before == [] and earlier and _UNDER_THIS.match(folded, start)
        if issued and kind == "implements":
            pair = (kind, earlier[0].draft)
            if after[0].draft is not earlier[0].draft:
                after[0].draft.relations.append(pair)
            continue
        if not passive and len(before) + len(earlier) > 1 and before and _PRONOUN.match(folded, end):
            # "Regulation 82 implements it": the law that the sentence, or the one before, is about.
            goal = before[0].draft if len(before) > 1 else earlier[0].draft
            if goal is not before[-1].draft:
                before[-1].draft.relations.append((kind, goal))
            continue
        if not after or after[0].start - end > 60 or _blocked(folded, end, after[0].start):
            continue
        target = after[0]
        lead = folded[max(sentence.start, start - 14) : start]
        nearest = before[-1] if before else None
        chosen: InstrumentDraft | None
        if subject is not None and _AND_BEFORE.search(lead) and not _WHICH_BEFORE.search(lead):
            chosen = subject
        elif nearest is not None:
            chosen = nearest.draft
        elif earlier and start - sentence.start < 60:
            chosen = earlier[0].draft
        else:
            chosen = None
        if chosen is None or chosen is target.draft:
            continue
        source, goal = (target.draft, chosen) if passive else (chosen, target.draft)
        source.relations.append((kind, goal))
        subject = target.draft if passive and kind == "implements" else chosen
        following = [m for m in after[1:] if _AND_ONLY.fullmatch(folded, after[0].end, m.start)]
        for m in following[:1]:
            if not passive and m.draft is not source:
                source.relations.append((kind, m.draft))


def carry_out(
    reading: Reading,
    answer: ParsedAnswer,
    sentence: Sentence,
    mentions: list[InstrumentMention],
    found: Instruments,
) -> None:
    """Reads "for implementation of the X Policy, guidelines are defined in the Y Manual": Y implements X.

    Where the policy is not named beside the word, it is the one that the answer began with ("this strategy"), or, in
    the question on its features, the strategy of the question before.
    """
    if answer.q not in ("6", "7", "8"):
        return
    folded = reading.folded
    word = _implementation("implementation").search(folded, sentence.start, sentence.end)
    if word is None:
        return
    where = _implementation("laid_down_in").search(folded, word.end(), sentence.end)
    if where is None:
        return
    means = [m for m in mentions if m.start >= where.end() and m.draft.kind in _MEANS]
    named = [m.draft for m in mentions if word.end() <= m.start < where.start()]
    policy = named[0] if named else _main_policy(found, "7" if answer.q == "8" else answer.q)
    for mention in means:
        if policy is not None and policy is not mention.draft and not mention.draft.planned:
            mention.draft.relations.append(("implements", policy))


def is_made_under(reading: Reading, mention: InstrumentMention) -> bool:
    """Whether an instrument is brought in as made under another ("Pursuant to this law, the resolution … is issued")."""
    return _UNDER_THIS.match(reading.folded, mention.sentence.start, mention.sentence.end) is not None


def _main_policy(found: Instruments, q: str) -> InstrumentDraft | None:
    """The first policy or strategy in force that answers a question."""
    return next(
        (
            draft
            for draft in found.drafts
            if q in draft.evidence.q and draft.kind in ("policy", "strategy") and not draft.planned
        ),
        None,
    )


@cache
def _implementation(name: str) -> Phrases:
    return Phrases(data("citations")[name])


def _verbs(folded: str, start: int, end: int) -> list[tuple[int, int, str, bool]]:
    places: list[tuple[int, int, str, bool]] = []
    for kind, passive, phrases in _verb_phrases():
        for match in phrases.finditer(folded, start, end):
            if not any(a < match.end() and match.start() < b for a, b, _, _ in places):
                places.append((match.start(), match.end(), kind, passive))
    return sorted(places)


@cache
def _verb_phrases() -> list[tuple[str, bool, Phrases]]:
    found = []
    for kind, voices in data("citations")["relations"].items():
        found.append((kind, True, Phrases(voices["passive"])))
        found.append((kind, False, Phrases(voices["active"])))
    return found


def _blocked(folded: str, start: int, end: int) -> bool:
    return re.search(r"[;:]|\b(?:which|que|qui)\b", folded[start:end]) is not None


_MEANS = frozenset({"plan", "guideline", "strategy", "standard", "policy"})
_UNDER_THIS = re.compile(
    r"(?:pursuant to|issued under|made under|under|en desarrollo de|en virtud de)\s(?:this|the said|that|such|esta|dicha)\s"
)
_PRONOUN = re.compile(
    r"\s(?:it|them|this (?:law|act|decree)|the (?:said )?(?:law|act)|dicha ley|esta ley|cette loi|celle-ci|celui-ci|essa lei|esta lei)\b"
)
_WHICH_BEFORE = re.compile(r"\b(?:which|that|que|qui|o qual|la cual)\s*(?:\w+\s){0,1}$")
_AND_BEFORE = re.compile(r"\b(?:and|y|e|et)\s*(?:\w+\s){0,2}$")
_AND_ONLY = re.compile(r"\s*(?:,|and|y|e|et)\s*(?:the\s|la\s|a\s|o\s)?")

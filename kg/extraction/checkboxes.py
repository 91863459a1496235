"""Answers as a whole: yes or no from the box or the first word, the options of a question, what a text implies for lost boxes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.documents import CheckState
from kg.extraction.gazetteer import coded, phrases, word_set
from kg.extraction.instruments.drafts import Instruments
from kg.extraction.negation import is_denied, is_planned
from kg.extraction.reading import Reading
from kg.questionnaire import ParsedAnswer
from kg.questionnaire.wording import Fingerprint, fold, words_key

_STATES = {CheckState.CHECKED: "yes", CheckState.UNCHECKED: "no", CheckState.UNKNOWN: "unknown"}


@dataclass(slots=True)
class OptionDraft:
    """One box; `implied` is what the text says where the box itself is lost."""

    item: str
    checked: str
    implied: str | None = None


@dataclass(slots=True)
class AnswerDraft:
    """The answer to one question as a whole."""

    q: str
    value: str = "unknown"
    basis: str = "none"
    state: str = "answered"
    options: list[OptionDraft] = field(default_factory=list)
    yes_no_box: bool = False
    remarks: list[tuple[str, str]] = field(default_factory=list)


def read_answer(reading: Reading, answer: ParsedAnswer, instruments: Instruments) -> AnswerDraft:
    """What was ticked, what was said, what is implied, and what cannot be known."""
    draft = AnswerDraft(answer.q)
    text = " ".join(reading.text[p.start : p.end] for p in answer.pieces)
    said = fold(text).strip()
    empty = not said or said.strip(" .()-–—") in word_set("nothing") or _only_labels(said)
    pair = {box.code: box.state for box in answer.boxes if box.code in ("yes", "no")}
    draft.yes_no_box = bool(pair)
    options = [box for box in answer.boxes if box.code not in ("yes", "no")]
    spoken = _spoken(said)
    if pair:
        yes, no = pair.get("yes"), pair.get("no")
        if yes is CheckState.CHECKED and no is not CheckState.CHECKED:
            draft.value, draft.basis = "yes", "box"
        elif no is CheckState.CHECKED and yes is not CheckState.CHECKED:
            draft.value, draft.basis = "no", "box"
        elif CheckState.UNKNOWN in (yes, no):
            draft.state = "box-lost"
            draft.remarks.append(("box-lost", "The yes and no boxes kept no mark."))
        elif yes is CheckState.CHECKED:
            draft.remarks.append(("ambiguous", "Both yes and no are ticked."))
        elif empty:
            draft.state = "blank"
    if draft.value == "unknown" and spoken is not None:
        draft.value, draft.basis = spoken, "text"
    elif draft.value == "unknown" and not empty and (pair or answer.question.answer in ("yes-no", "post")):
        said_no = _there_is_no(said)
        if said_no:
            draft.value, draft.basis = "no", "text"
        elif not pair and answer.question.answer == "yes-no":
            draft.value, draft.basis = "yes", "implied"
    elif draft.value == "unknown" and not empty and not options:
        draft.value, draft.basis = ("unknown", "none") if _unavailable(said) else ("yes", "implied")
    if draft.basis == "box" and spoken is not None and spoken != draft.value:
        draft.remarks.append(
            ("conflicting-values", f"The box says {draft.value}, the text begins with {spoken}.")
        )
    seen: set[str] = set()
    for box in options:
        if box.code in seen:
            continue
        seen.add(box.code)
        checked = _STATES[box.state]
        draft.options.append(OptionDraft(box.code, checked))
    if options and not any(box.state is CheckState.CHECKED for box in options):
        lost = all(box.state is CheckState.UNKNOWN for box in options)
        if lost:
            draft.state = "box-lost" if draft.value == "unknown" else draft.state
            draft.remarks.append(("box-lost", "The boxes of the options kept no mark."))
            _imply(reading, answer, draft, instruments)
    elif options and draft.value == "unknown":
        draft.value, draft.basis = "yes", "implied"
    if empty and not answer.boxes:
        draft.state = "blank"
    return draft


def _imply(reading: Reading, answer: ParsedAnswer, draft: AnswerDraft, instruments: Instruments) -> None:
    """What the text under the question implies for each lost box."""
    items = {item.code: Fingerprint(item.words) for item in answer.question.items}
    for option in draft.options:
        fingerprint = items.get(option.item)
        if option.item == "other" and _specified(reading, answer):
            option.implied = "yes"
        if fingerprint is None or option.item == "other":
            continue
        option.implied = _implied(reading, answer, option.item, fingerprint, instruments)


def _specified(reading: Reading, answer: ParsedAnswer) -> bool:
    """Whether words stand behind the box "Other:" of a closing question, which has no room for any other words."""
    box = next((box for box in answer.boxes if box.code == "other"), None)
    if box is None or not answer.q.startswith("X"):
        return False
    return any(
        piece.start >= box.start and not _only_labels(said) and _FIELD.match(said) is None
        for piece in answer.pieces
        for said in [fold(reading.text[piece.start : piece.end]).strip()]
        if said.strip(" .()-–—") not in word_set("nothing")
    )


def _implied(
    reading: Reading, answer: ParsedAnswer, code: str, fingerprint: Fingerprint, instruments: Instruments
) -> str | None:
    if answer.q == "9":
        drafts = [
            m.draft
            for m in instruments.mentions
            if m.q == "9" and code in m.draft.topics and not m.draft.planned
        ]
        if drafts or (
            code == "data-protection"
            and any(
                m.q == "9" and "digital-security" in m.draft.topics and not m.draft.planned
                for m in instruments.mentions
            )
        ):
            return "yes"
    verdict: str | None = None
    strategies = _strategies(instruments) if code == "aligned-development-strategy" else {}
    for sentence in reading.sentences(answer):
        folded = reading.folded[sentence.start : sentence.end]
        place = fingerprint.find(folded)
        if answer.q == "8" and place is None and code == "implementation-plan":
            match = _PLAN.search(folded)
            place = match.span() if match else None
        if (
            answer.q == "8"
            and place is None
            and code == "aligned-development-strategy"
            and _ALIGNED.search(folded)
        ):
            place = _development_plan(reading, sentence.start, sentence.end, strategies)
        if place is None and answer.q == "8" and code in ("leave-no-one-behind", "digital-by-default"):
            continue
        if place is None:
            continue
        start, end = sentence.start + place[0], sentence.start + place[1]
        if answer.q == "15":
            spoken = [
                m
                for m in coded("technologies").places(reading.folded, sentence.start, sentence.end)
                if m[2] == code
            ]
            start, end = (spoken[0][0], spoken[0][1]) if spoken else (start, end)
            if is_planned(reading.folded, start, end, sentence.start, sentence.end) and not is_denied(
                reading.folded, start, end, sentence.start, sentence.end
            ):
                continue
        if is_denied(reading.folded, start, end, sentence.start, sentence.end):
            verdict = verdict or "no"
        elif answer.q != "9":
            verdict = "yes"
    return verdict


def _strategies(instruments: Instruments) -> dict[str, set[tuple[str, ...]]]:
    """The names of the strategies of question 6 as words, by their first word."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for draft in instruments.drafts:
        if "6" in draft.evidence.q and draft.kind in ("strategy", "plan", "policy"):
            for name in draft.names:
                words = tuple(words_key(name).split())
                if words:
                    found.setdefault(words[0], set()).add(words)
    return found


def _development_plan(
    reading: Reading, start: int, end: int, strategies: dict[str, set[tuple[str, ...]]]
) -> tuple[int, int] | None:
    """A strategy that question 6 names, spoken of again: where in the sentence."""
    words = list(_WORD.finditer(reading.folded, start, end))
    for position, word in enumerate(words):
        lengths = {len(name) for name in strategies.get(word[0], ())}
        for length in sorted(lengths, reverse=True):
            run = words[position : position + length]
            if tuple(w[0] for w in run) in strategies[word[0]]:
                return word.start() - start, run[-1].end() - start
    return None


def _spoken(said: str) -> str | None:
    match = _YES_FIRST.match(said)
    if match:
        return "yes"
    return "no" if _NO_FIRST.match(said) else None


def _there_is_no(said: str) -> bool:
    first = re.split(r"[.;]\s", said, maxsplit=1)[0]
    return _DENIES.match(first) is not None


def _unavailable(said: str) -> bool:
    return phrases("unavailable").search(said[:120]) is not None


def _only_labels(said: str) -> bool:
    return not _LABELS.sub("", said).strip(" :.-–\t")


_LABEL_WORDS = r"name|title|organi[sz]ation|e-?mail|phone|telephone|nombre|cargo|organizacion|organizacao|correo(?: electronico)?|telefono|telefone|nome|nom|titre|titulo|organisme|courriel|fonction"
_LABELS = re.compile(rf"\b(?:{_LABEL_WORDS})\b\s*:?")
_FIELD = re.compile(rf"(?:{_LABEL_WORDS})\s*:")
_YES_FIRST = re.compile(r"(?:yes|si|sim|oui|ja|да)\b(?!\s+no\b)[\s,.;:–-]*")
_NO_FIRST = re.compile(r"(?:no|nao|non|nein|нет)(?:\s*[,.;:]|\s*$|\s[–-]\s)")
_DENIES = re.compile(
    r"(?:[\w\s]{0,30},\s)?(?:there (?:is|are)(?: currently)?(?: no| not)\b|no existe|no hay|no se |nao existe|nao ha\b|il n'(?:existe pas|y a pas)|aucun|no,|not yet|the country does not|[\w\s]{0,40}does not have|[\w\s]{0,40}no cuenta con|[\w\s]{0,40}nao dispoe|[\w\s]{0,40}ne dispose pas)"
)
_WORD = re.compile(r"\w+")
_PLAN = re.compile(
    r"\b(?:action plan|implementation plan|plan d'action|plan de accion|plano de acao|roadmap|plan of action|hoja de ruta|feuille de route)\b"
)
_ALIGNED = re.compile(r"\b(?:align|aline|alinh|harmonis|conform|coheren)")

"""Technologies of question 15: those that a strategy covers, by the boxes, the text or the strategy's own name."""

from __future__ import annotations

from dataclasses import dataclass, field

from kg.documents import CheckState
from kg.extraction.evidence import Evidence
from kg.extraction.gazetteer import coded
from kg.extraction.initiatives import InitiativeDraft
from kg.extraction.instruments.drafts import InstrumentDraft, InstrumentMention, Instruments
from kg.extraction.instruments.mentions import technologies_of
from kg.extraction.negation import is_denied, is_planned
from kg.extraction.reading import Reading


@dataclass(slots=True)
class TechnologyDraft:
    """That the country has a strategy on a technology."""

    code: str
    strategy: InstrumentDraft | None = None
    initiatives: list[InitiativeDraft] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)


def find_technologies(
    reading: Reading, instruments: Instruments, initiatives: list[InitiativeDraft]
) -> list[TechnologyDraft]:
    """Reads question 15, and adds the initiatives that use a technology. What is denied or only planned gives nothing."""
    answer = reading.parsed.answers.get("15")
    if answer is None:
        return []
    found: dict[str, TechnologyDraft] = {}
    denied: set[str] = set()
    for sentence in reading.sentences(answer):
        mentions = list(instruments.places.starting(sentence.start, sentence.end))
        for start, end, code in coded("technologies").places(reading.folded, sentence.start, sentence.end):
            if is_denied(reading.folded, start, end, sentence.start, sentence.end):
                denied.add(code)
                continue
            owner = _owner(mentions, start, end)
            if (owner is not None and owner.planned) or (
                owner is None and is_planned(reading.folded, start, end, sentence.start, sentence.end)
            ):
                continue
            if owner is None and not _uses(reading, sentence.start, sentence.end):
                continue
            draft = found.setdefault(code, TechnologyDraft(code))
            draft.strategy = draft.strategy or owner
            draft.evidence.seen(
                reading,
                "15",
                start,
                end,
                "medium",
                "spoken of together with a strategy" if owner else "spoken of in the answer",
            )
    for box in answer.boxes:
        if box.state is CheckState.CHECKED and box.code not in ("yes", "no", "other"):
            draft = found.setdefault(box.code, TechnologyDraft(box.code))
            draft.evidence.seen(reading, "15", box.start, box.end, "high", "its box is ticked")
        elif box.state is CheckState.UNCHECKED and box.code in found and found[box.code].strategy is None:
            del found[box.code]
    for mention in instruments.mentions:
        if mention.q == "15" and not mention.draft.planned:
            for code in technologies_of(mention.draft):
                if code in denied:
                    continue
                draft = found.setdefault(code, TechnologyDraft(code))
                draft.strategy = draft.strategy or mention.draft
                draft.evidence.seen(
                    reading, "15", mention.start, mention.end, "medium", "named in the title of the strategy"
                )
    for initiative in initiatives:
        for code in initiative.technologies:
            if code in found:
                found[code].initiatives.append(initiative)
    return [draft for code, draft in found.items() if not (code in denied and draft.strategy is None)]


def _owner(mentions: list[InstrumentMention], start: int, end: int) -> InstrumentDraft | None:
    """The strategy in the same sentence, nearest to the word."""
    near = sorted(mentions, key=lambda m: min(abs(m.start - end), abs(start - m.end)))
    return near[0].draft if near else None


def _uses(reading: Reading, start: int, end: int) -> bool:
    words = reading.folded[start:end]
    return any(
        word in words
        for word in (
            "pilot",
            "project",
            "used",
            "using",
            "applied",
            "digital solution",
            "proyecto",
            "projet",
            "projeto",
            "aimed at",
            "strategy",
            "estrategia",
        )
    )

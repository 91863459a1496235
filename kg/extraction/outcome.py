"""What extraction hands back, whatever the family of the source: the record, and what a steward should know about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from kg.records.model import Record
from kg.records.references import check_references

Outcome = Literal["found", "unsure", "unanswered"]


@dataclass(slots=True)
class QuestionSummary:
    """What was understood of one question or section: how many facts it states, and whether a reviewer should look."""

    q: str
    title: str
    outcome: Outcome
    facts: int
    why: str = ""


@dataclass(slots=True)
class Extraction:
    """The record and what a steward should know about it."""

    record: Record
    summary: list[QuestionSummary]
    merges: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def confidences_by_question(record: Record) -> dict[str, list[str]]:
    """How sure each fact is, under every question or section that states it."""
    stated: dict[str, list[str]] = {}
    for name in Record.FACT_LISTS:
        for fact in getattr(record, name):
            for q in fact.q:
                stated.setdefault(q, []).append(fact.confidence or "high")
    return stated


def distinct(names: list[str], *others: str | None) -> list[str]:
    """The names that are not among the others and stand once."""
    seen = {other for other in others if other}
    kept = []
    for name in names:
        if name and name not in seen:
            seen.add(name)
            kept.append(name[:400])
    return kept


def without_clashes(data: dict[str, Any]) -> Record:
    """A record that the loader accepts: an entry that turns out to be another's double is dropped."""
    for _ in range(200):
        record = Record.model_validate(data)
        problem = next(iter(check_references(record)), None)
        if problem is None:
            return record
        place: list[Any] = list(problem.path)
        if len(place) >= 3 and place[2] not in ("id", "organisation", "q"):
            value = data[place[0]][place[1]]
            kept = value.get(place[2])
            if isinstance(kept, list):
                known = {entry["id"] for name in Record.ENTITY_LISTS for entry in data.get(name, [])}
                value[place[2]] = [key for key in kept if key in known and f"'{key}'" not in problem.message]
            else:
                value[place[2]] = None
        else:
            del data[place[0]][place[1]]
    return Record.model_validate(data)

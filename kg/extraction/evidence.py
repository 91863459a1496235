"""Where a fact stands and how sure we are of it: the part of every draft that becomes `q`, `spans`, `confidence`, `why`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from kg.records.model import Remark, Span

Confidence = Literal["high", "medium", "low"]
_MOST_SPANS = 12


class Place(Protocol):
    """A reading of a document, as far as evidence needs it."""

    def span(self, q: str, start: int, end: int) -> Span:
        """Two offsets as a place under question or section `q`."""
        ...

    def is_certain(self, q: str) -> bool:
        """Whether question or section `q` was recognised without doubt."""
        ...


@dataclass(slots=True)
class Evidence:
    """Collected while a fact is read in several places; the surest reading sets the confidence."""

    q: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    confidence: Confidence = "low"
    why: str | None = None
    remarks: list[Remark] = field(default_factory=list)

    def seen(self, reading: Place, q: str, start: int, end: int, confidence: Confidence, why: str) -> None:
        """The fact stands between two offsets under question `q`."""
        if q not in self.q:
            self.q.append(q)
        if len(self.spans) < _MOST_SPANS and not any(
            span.q == q and span.start == start for span in self.spans
        ):
            self.spans.append(reading.span(q, start, end))
        if confidence == "high" and not reading.is_certain(q):
            confidence, why = "medium", f"{why}; the question was recognised by its wording or number alone"
        if self.why is None or _ORDER[confidence] > _ORDER[self.confidence]:
            self.confidence, self.why = confidence, why

    def doubt(self, kind: str, text: str, stated: str | None = None) -> None:
        """Something a reviewer should look at; high confidence becomes medium."""
        if not any(remark.kind == kind and remark.text == text for remark in self.remarks):
            self.remarks.append(Remark(kind=kind, text=text[:2000], stated=stated[:400] if stated else None))
        if kind != "note" and self.confidence == "high":
            self.confidence = "medium"

    def merge(self, other: Evidence) -> None:
        self.q += [q for q in other.q if q not in self.q]
        self.spans += other.spans[: max(0, _MOST_SPANS - len(self.spans))]
        self.remarks += [remark for remark in other.remarks if remark not in self.remarks]
        if _ORDER[other.confidence] > _ORDER[self.confidence]:
            self.confidence, self.why = other.confidence, other.why

    def fields(self) -> dict[str, Any]:
        """The keys of `kg.records.model.Fact`."""
        return {
            "q": self.q,
            "spans": self.spans,
            "status": "extracted",
            "confidence": self.confidence,
            "why": self.why,
            "remarks": self.remarks,
        }


_ORDER = {"low": 0, "medium": 1, "high": 2}

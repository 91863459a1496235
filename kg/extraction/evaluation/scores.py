"""Precision, recall and F1 per kind of fact and per document, with everything that went wrong by name."""

from __future__ import annotations

import json
from dataclasses import dataclass, field


@dataclass(slots=True)
class Score:
    """Facts that are right, extracted wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, other: Score) -> None:
        self.right += other.right
        self.wrong += other.wrong
        self.missed += other.missed

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    def as_dict(self) -> dict[str, float]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
        }


@dataclass(slots=True)
class Miss:
    """One thing that went wrong, by name."""

    document: str
    kind: str
    what: str
    """"missed", "extra", or the key that is wrong."""
    item: str
    expected: str = ""
    got: str = ""


@dataclass(slots=True)
class Evaluation:
    """The result over all documents."""

    micro: Score = field(default_factory=Score)
    kinds: dict[str, Score] = field(default_factory=dict)
    documents: dict[str, Score] = field(default_factory=dict)
    by_document: dict[str, dict[str, Score]] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)
    negatives: list[tuple[str, str]] = field(default_factory=list)
    """The negatives that were produced: document and item."""

    def to_json(self) -> str:
        """As the gold format asks: micro, kinds, documents, negatives."""
        return json.dumps({
            "micro": self.micro.as_dict(),
            "kinds": {kind: score.as_dict() for kind, score in self.kinds.items()},
            "documents": {name: score.as_dict() for name, score in self.documents.items()},
            "negatives": {"produced": len(self.negatives)},
        }, indent=2)  # fmt: skip

    def to_text(self, misses: bool = True) -> str:
        """A table per kind and document, then the misses by name."""
        rows = [("", "precision", "recall", "F1", "facts")]
        for title, group in (
            ("all", {"micro": self.micro}),
            ("kind", self.kinds),
            ("document", self.documents),
        ):
            del title
            rows += [
                (name, f"{s.precision:.3f}", f"{s.recall:.3f}", f"{s.f1:.3f}", str(s.right + s.missed))
                for name, s in group.items()
            ]
        width = max(len(row[0]) for row in rows)
        lines = [f"{row[0]:<{width}}  {row[1]:>9}  {row[2]:>6}  {row[3]:>6}  {row[4]:>6}" for row in rows]
        lines.append(f"negatives produced: {len(self.negatives)}")
        lines += [f"  {document}: {item}" for document, item in self.negatives]
        if misses and self.misses:
            lines.append("")
            lines += [
                f"{m.document} · {m.kind} · {m.what}: {m.item}"
                + (f" (expected {m.expected}, got {m.got or 'nothing'})" if m.expected else "")
                for m in self.misses
            ]
        return "\n".join(lines)

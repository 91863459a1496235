"""The review page: the document on the left, the facts on the right, each leading to the words it was read from.

One self-contained HTML file: no scripts or styles from elsewhere, nothing of the document interpreted as markup.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from kg.documents import BlockKind, Document
from kg.errors import KgError
from kg.records.model import Record


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of a block's text with the numbers of the facts that were read from it."""

    text: str
    facts: tuple[int, ...]


def review_page(record: Record, document: Document) -> str:
    """The page as HTML.

    Raises KgError when the record was made from another file than this document (their digests differ).
    """
    if record.source.sha256 and record.source.sha256 != document.sha256:
        raise KgError(
            "the record was not made from this document",
            where=document.name,
            hint="Give the file that the record's source.sha256 belongs to, or extract again.",
        )
    facts = _facts(record)
    environment = Environment(
        loader=PackageLoader("kg.extraction", "templates"), autoescape=select_autoescape(default=True)
    )
    return environment.get_template("review.html").render(
        title=f"{record.source.country} {record.source.edition}", document=document.name, status=record.status, blocks=_blocks(document, facts), groups=_groups(facts),
        answers=record.answers,
    )  # fmt: skip


def _facts(record: Record) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind in Record.FACT_LISTS:
        for entry in getattr(record, kind):
            number = len(found) + 1
            found.append({
                "number": number, "kind": kind, "label": _label(entry), "q": ", ".join(entry.q), "confidence": entry.confidence, "why": entry.why,
                "status": entry.status or record.status, "details": _details(entry), "spans": entry.spans, "remarks": entry.remarks,
            })  # fmt: skip
    return found


def _label(entry: Any) -> str:
    for name in ("name", "organisation", "technology", "indicator"):
        value = getattr(entry, name, None)
        if value:
            return f"{value}: {entry.value}" if name == "indicator" else str(value)
    partner = getattr(entry, "partner", "")
    return partner if isinstance(partner, str) else ", ".join(partner)


def _details(entry: Any) -> list[tuple[str, str]]:
    skip = {"q", "spans", "status", "confidence", "why", "remarks", "name", "id"}
    dumped = entry.model_dump(mode="json", exclude=skip, exclude_defaults=True, by_alias=True)
    return [
        (
            key.replace("_", " "),
            ", ".join(_plain(v) for v in value) if isinstance(value, list) else _plain(value),
        )
        for key, value in dumped.items()
        if value not in (None, [])
    ]


def _plain(value: Any) -> str:
    return ", ".join(f"{k} {v}" for k, v in value.items() if v) if isinstance(value, dict) else str(value)


def _groups(facts: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    kinds = list(dict.fromkeys(fact["kind"] for fact in facts))
    return [(kind.replace("_", " "), [fact for fact in facts if fact["kind"] == kind]) for kind in kinds]


def _blocks(document: Document, facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks of the document, cut where a span begins or ends."""
    spans: list[tuple[int, int, int]] = []
    for fact in facts:
        for span in fact["spans"]:
            if span.start is not None and span.end is not None:
                spans.append((span.start, span.end, fact["number"]))
            elif span.line is not None:
                block = next((b for b in document.blocks if b.position.line == span.line), None)
                if block is not None:
                    spans.append((block.position.start, block.position.end, fact["number"]))
    spans.sort()
    shown = []
    for block in document.blocks:
        start, end = block.position.start, block.position.end
        inside = [(max(a, start), min(b, end), n) for a, b, n in spans if a < end and b > start]
        cuts = sorted({start, end, *(a for a, _, _ in inside), *(b for _, b, _ in inside)})
        runs = [
            _Run(document.text[a:b], tuple(dict.fromkeys(n for x, y, n in inside if x <= a and b <= y)))
            for a, b in itertools.pairwise(cuts)
        ]
        shown.append({
            "kind": block.kind.value, "heading": block.kind is BlockKind.HEADING, "quiet": block.kind in (BlockKind.FURNITURE, BlockKind.FOOTNOTE), "level": block.level,
            "place": f"p. {block.position.page}" if block.position.page else f"l. {block.position.line}" if block.position.line else "", "runs": runs,
        })  # fmt: skip
    return shown

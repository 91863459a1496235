"""The form in which contradictions are kept between builds: JSON, so that reading it executes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg.reasoning import Clash, SourceAnswer
from kg.validation.kept import source_to_json


def clashes_to_json(clashes: Iterable[Clash]) -> list[Any]:
    """Contradictions as JSON values."""
    return [
        {
            "kind": clash.kind,
            "terms": clash.terms,
            "individual": clash.individual,
            "statements": clash.statements,
            "sources": [source_to_json(source) for source in clash.sources],
            "message": clash.message,
        }
        for clash in clashes
    ]


def clashes_from_json(values: Iterable[Any]) -> tuple[Clash, ...]:
    """What `clashes_to_json` has written."""
    return tuple(
        Clash(
            kind=value["kind"],
            terms=tuple(value["terms"]),
            individual=value["individual"],
            statements=tuple((s, p, o) for s, p, o in value["statements"]),
            sources=tuple(SourceAnswer(*source) for source in value["sources"]),
            message=value["message"],
        )
        for value in values
    )

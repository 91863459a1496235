"""How much there is of what: counts per graph, class and property of the served version, made once and shown in many places.

Counting goes over the whole dataset. So it is a job of `kg.web.derived`: a process of its own, begun when the version is
published, without the limit that queries have, and in nobody's way.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kg.store.interface import Dataset, ServedVersion
from kg.web.derived import CannotMake, DerivedFiles

_GRAPHS: Final = "SELECT ?key (COUNT(*) AS ?n) { GRAPH ?key { ?s ?p ?o } } GROUP BY ?key"
_CLASSES: Final = "SELECT ?key (COUNT(?s) AS ?n) { ?s a ?key FILTER ISIRI(?key) } GROUP BY ?key"
_PROPERTIES: Final = "SELECT ?key (COUNT(*) AS ?n) { ?s ?key ?o } GROUP BY ?key"
_LABELS: Final = """
SELECT ?key (SAMPLE(?label) AS ?n) {
  { SELECT DISTINCT ?key { ?x a ?key FILTER ISIRI(?key) } }
  ?key <http://www.w3.org/2000/01/rdf-schema#label> ?label FILTER (LANGMATCHES(LANG(?label), "en"))
} GROUP BY ?key"""

log = logging.getLogger("kg.web")


@dataclass(frozen=True, slots=True)
class Counted:
    """Triples per named graph, instances per class, statements per property, and English labels of classes, by IRI."""

    graphs: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    properties: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Counted:
        """What `write` wrote."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))


def count(store: Dataset) -> Counted:
    """Count what is in `store`, by four queries over all of it."""
    return Counted(
        graphs={iri: int(number) for iri, number in _asked(store, _GRAPHS)},
        classes={iri: int(number) for iri, number in _asked(store, _CLASSES)},
        properties={iri: int(number) for iri, number in _asked(store, _PROPERTIES)},
        labels=dict(_asked(store, _LABELS)),
    )


def write(store: Dataset, target: Path) -> None:
    """Write the counts of `store` to the file `target`, which appears when it is complete (a job of kg.web.derived)."""
    partial = target.with_name(target.name + ".partial")
    partial.write_text(json.dumps(asdict(count(store)), ensure_ascii=False), encoding="utf-8")
    partial.replace(target)


class Figures:
    """The counts of the version that was asked for last."""

    def __init__(self, base_iri: str) -> None:
        self._base_iri = base_iri
        self._files = DerivedFiles()
        self._known: tuple[str, Counted] = ("", Counted())
        self._making: tuple[str, asyncio.Task[Counted | None]] | None = None

    def prepare(self, version: ServedVersion) -> asyncio.Task[Counted | None]:
        """Begin to count before somebody asks. One version is counted at a time, each once."""
        before = None
        if self._making is not None:
            begun, before = self._making
            failed = before.done() and (before.cancelled() or before.result() is None)
            if begun == version.id and not failed:
                return before
        task = asyncio.create_task(self._count(version, before))
        self._making = version.id, task
        return task

    async def of(self, version: ServedVersion, patience: float | None = None) -> Counted:
        """The counts of exactly this version; empty when counting fails, or takes longer than `patience` (seconds)."""
        known, counted = self._known
        if known == version.id:
            return counted
        making = self.prepare(version)
        await asyncio.wait({making}, timeout=patience)
        return (making.result() if making.done() and not making.cancelled() else None) or Counted()

    def stop(self) -> None:
        """End what is being counted."""
        if self._making is not None:
            self._making[1].cancel()

    # --- private helpers ---

    async def _count(
        self, version: ServedVersion, before: asyncio.Task[Counted | None] | None
    ) -> Counted | None:
        if before is not None:
            await asyncio.wait({before})
            if self._making is not None and self._making[0] != version.id:
                return None  # of versions that follow each other quickly, those in between are left out
        try:
            file = await self._files.get(version, "figures.json", "figures", self._base_iri)
            counted = await asyncio.to_thread(Counted.read, file)
        except (CannotMake, OSError) as failure:
            log.warning("counting failed: %s", failure)
            return None
        self._known = version.id, counted
        return counted


def _asked(store: Dataset, query: str) -> list[tuple[str, str]]:
    solutions: Any = store.query(query)
    return [(row["key"].value, row["n"].value) for row in solutions if row["key"] is not None]

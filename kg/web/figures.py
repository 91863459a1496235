"""How much there is of what: counts per graph and class of the served version, asked once and shown in many places."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from typing import Any, Final

from kg.store.interface import ServedVersion
from kg.web.querying.pool import Pool, Query, QueryFailed

_GRAPHS: Final = "SELECT ?key (COUNT(*) AS ?n) { GRAPH ?key { ?s ?p ?o } } GROUP BY ?key"
_CLASSES: Final = "SELECT ?key (COUNT(?s) AS ?n) { ?s a ?key FILTER ISIRI(?key) } GROUP BY ?key"
_LABELS: Final = """
SELECT ?key (SAMPLE(?label) AS ?n) {
  { SELECT DISTINCT ?key { ?x a ?key FILTER ISIRI(?key) } }
  ?key <http://www.w3.org/2000/01/rdf-schema#label> ?label FILTER (LANGMATCHES(LANG(?label), "en"))
} GROUP BY ?key"""

log = logging.getLogger("kg.web")


@dataclass(frozen=True, slots=True)
class Counted:
    """Triples per named graph, instances per class, and English labels of classes, by IRI."""

    graphs: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


class Figures:
    """The counts of the version that was asked for last."""

    def __init__(self, pool: Pool, timeout: float) -> None:
        self._pool = pool
        self._timeout = timeout
        self._of = ""
        self._counted = Counted()
        self._lock = asyncio.Lock()

    async def of(self, version: ServedVersion) -> Counted:
        """The counts; empty when counting takes too long, and then it is tried again."""
        if self._of == version.id:
            return self._counted
        async with self._lock:
            if self._of == version.id:
                return self._counted
            try:
                graphs, classes, labels = [await self._ask(text) for text in (_GRAPHS, _CLASSES, _LABELS)]
            except QueryFailed as failure:
                log.warning("counting failed: %s", failure.message)
                return Counted()
            self._counted = Counted(
                {iri: int(count) for iri, count in graphs.items()},
                {iri: int(count) for iri, count in classes.items()},
                labels,
            )
            self._of = version.id
            return self._counted

    async def _ask(self, text: str) -> dict[str, str]:
        query = Query(
            text, client="(the server)", timeout=self._timeout, rows=1_000_000, base="http://localhost/"
        )
        rows: list[dict[str, Any]] = json.loads(await self._pool.submit(query).whole())["results"]["bindings"]
        return {row["key"]["value"]: row["n"]["value"] for row in rows if "key" in row}

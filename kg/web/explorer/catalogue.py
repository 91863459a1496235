"""The explorer's documents in the server: read from the snapshot of the version that is served, kept in memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kg.store.interface import ServedVersion
from kg.web.explorer.graph import FALLBACKS, dg
from kg.web.explorer.page_cache import PageCache
from kg.web.explorer.search import SearchIndex
from kg.web.explorer.snapshot import Documents
from kg.web.latest import Latest
from kg.web.messages import message

Document = dict[str, Any]
KEPT: Final = 64
"""Profiles kept in memory, of those asked for last."""


EXACT: Final = frozenset(
    ("Ministry", "Agency", "Directorate", "Department", "Council", "Committee", "Commission", "Authority",
     "ExecutiveOffice", "LocalGovernment", "Constitution", "Act", "Decree", "DecreeLaw", "Resolution", "Directive",
     "Regulation", "ExecutiveOrder", "Strategy", "Policy", "Plan", "Guideline", "Standard", "CooperationNetwork",
     "CivilSocietyOrganisation", "Company", "AcademicInstitution", "ResearchCentre")
)  # fmt: skip
"""Classes that say more than the kind of a search entry."""


class Catalogue:
    """The documents of one dataset version. The file may be deleted while it is open."""

    def __init__(self, file: Path) -> None:
        self._read = Documents(file).read
        self._overviews: dict[str, Document] = {}
        self._profiles: OrderedDict[tuple[str, str], Document] = OrderedDict()
        self.search = SearchIndex(self._read("search") or [])

    def overview(self, lang: str) -> Document:
        """What all countries have in common, in a language: see snapshot.documents."""
        if lang not in self._overviews:
            found = self._read(f"overview/{lang}")
            found["by_code"] = {row["iso3"]: row for row in found["countries"]}
            self._overviews[lang] = found
        return self._overviews[lang]

    def country(self, iso3: str, lang: str) -> Document | None:
        """The profile of a country; None where the graph has no such country."""
        key = (iso3, lang)
        if key in self._profiles:
            self._profiles.move_to_end(key)
            return self._profiles[key]
        found: Document | None = self._read(f"country/{iso3}/{lang}")
        if found is not None:
            self._profiles[key] = found
            if len(self._profiles) > KEPT:
                self._profiles.popitem(last=False)
        return found

    def labels(self, lang: str) -> dict[str, str]:
        """Labels of the ontology's terms, by IRI."""
        labels: dict[str, str] = self.overview(lang)["terms"]
        return labels

    def type_label(self, entry: Mapping[str, Any], lang: str) -> str:
        """What a thing of the search is, as exactly as its classes say (ministry, act), else its kind."""
        labels = self.labels(lang)
        for name in entry["classes"]:
            if name in EXACT and dg(name) in labels:
                return labels[dg(name)]
        return message(lang, f"kind.{entry['kind']}")

    @cached_property
    def iso3_by_iri(self) -> dict[str, str]:
        """Codes of countries by their IRI."""
        return {row["iri"]: row["iso3"] for row in self.overview("en")["countries"]}


def label_of(entry: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """The name of a search entry for a reader of `lang`, and the language it is in."""
    labels: Mapping[str, str] = entry["labels"]
    for wanted in (lang, *FALLBACKS):
        for tag, text in labels.items():
            if tag.partition("-")[0] == wanted:
                return text, tag
    tag = min(labels)
    return labels[tag], tag


class Explorer:
    """Gives the catalogue of the version that is served, and keeps the pages made from it.

    While the catalogue of a new version is made, pages show the one before (kg.web.latest), and say which version it is.
    """

    def __init__(self, served: Callable[[], ServedVersion | None], base_iri: str) -> None:
        self._latest = Latest(served, base_iri, "explorer", Catalogue)
        self.pages = PageCache()
        self.shown: ServedVersion | None = None
        """The version that pages show."""

    async def current(self) -> Catalogue:
        """The catalogue. Raises Problem when nothing is served yet, or it cannot be made."""
        version, catalogue = await self._latest.current()
        if self.shown is None or version.id != self.shown.id:
            self.shown = version
            self.pages.clear()
        return catalogue

    async def within(self, seconds: float) -> Catalogue | None:
        """The catalogue if there is one, or one gets ready in so many seconds: for pages that can do without."""
        asked = asyncio.create_task(self.current())
        await asyncio.wait({asked}, timeout=seconds)
        if not asked.done():
            asked.add_done_callback(_failed)  # whatever becomes of it, nobody waits for it any more
            return None
        return None if _failed(asked) else asked.result()

    def prepare(self, version: ServedVersion) -> None:
        """Begin to make the catalogue of a version before somebody asks for it."""
        self._latest.prepare(version)

    def stop(self) -> None:
        """End what is being made."""
        self._latest.stop()


# --- private helpers ---


def _failed(task: asyncio.Task[Catalogue]) -> bool:
    return task.cancelled() or task.exception() is not None

"""Which system replaced which: "it replaced X", "X was replaced by Y"."""

from __future__ import annotations

import re

from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.factsheets.systems.candidates import Candidates
from kg.extraction.factsheets.systems.drafts import SystemDraft
from kg.extraction.factsheets.systems.kinds import assign_kinds
from kg.extraction.factsheets.systems.known import KnownSystems
from kg.extraction.factsheets.systems.nouns import THE_SYSTEM
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold


class Successors:
    """Reads items for the successor of a system."""

    def __init__(self, reading: FactsheetReading, known: KnownSystems, candidates: Candidates) -> None:
        self._reading = reading
        self._known = known
        self._candidates = candidates

    def read(self, item: OutlineItem, own: SystemDraft) -> None:
        """The old systems that an item names, with the new ones as their successors; `own` is what the item is about."""
        reading = self._reading
        for start, end in reading.sentences(item):
            for match in _REPLACED.finditer(reading.text, start, end):
                self._replaced(item, match["old"], own, match.start("old"))
            for match in _REPLACED_BY.finditer(reading.text, start, end):
                new = self._new(item, match)
                named = [
                    draft
                    for draft in self._known.drafts
                    for name in draft.names
                    if name in reading.text[start : match.start()] and len(name) > 2
                ]
                if not named and THE_SYSTEM.search(reading.folded, start, match.start()) is None:
                    continue
                old = named[-1] if named else own
                if (
                    new is not None
                    and new is not old
                    and old.replaced_by is None
                    and new.replaced_by is not old
                ):
                    old.replaced_by = new

    def _replaced(self, item: OutlineItem, old: str, new: SystemDraft, at: int) -> None:
        old = old.strip(" ‘’")
        if not self._candidates.is_name(old):
            return
        former = self._known.called(old, [])
        if former is new or former.replaced_by is not None:
            return
        former.replaced_by = new
        assign_kinds(self._reading, former, item, fold(old), "")
        former.evidence.seen(
            self._reading, item.section.number, at, at + len(old), "medium", "named as replaced"
        )

    def _new(self, item: OutlineItem, match: re.Match[str]) -> SystemDraft | None:
        """The system that is said to have come after another, made where its name is clear."""
        name = match["new"]
        new = self._known.by_name(name.strip())
        if new is None and self._candidates.is_name(name) and self._candidates.names_system(name):
            new = self._known.called(name.strip(), [])
            assign_kinds(self._reading, new, item, fold(name), "")
            new.evidence.seen(
                self._reading,
                item.section.number,
                match.start("new"),
                match.end("new"),
                "medium",
                "named as successor",
            )
        return new


_NAME = r"‘?(?:[A-Z@]|[a-z]{1,2}[A-Z])[\w.@’-]*(?:\s(?:[A-Z][\w.-]*|of|for|and(?=\s[A-Z]))){0,5}(?<!\sof)(?<!\sfor)(?<!\sand)"
_REPLACED = re.compile(
    rf"\b(?:[Rr]eplac(?:ed|es|ing)|[Ss]uccessor (?:to|of)|[Ss]upersed(?:ed|es|ing))\s(?!by)(?:the\s)?(?:former\s|old\s|previous\s|existing\s|earlier\s)?(?P<old>{_NAME})"
)
_REPLACED_BY = re.compile(
    rf"\b(?:replaced|superseded|succeeded)\s(?:in \d{{4}}\s|since \d{{4}}\s)?(?:by|with)\s(?:the\s)?(?:new\s)?(?P<new>{_NAME})"
)

"""Systems that are known before they are read: what every country has one of, and the site of the last chapter."""

from __future__ import annotations

import re

from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.factsheets.systems.known import KnownSystems
from kg.extraction.gazetteer import data
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


def find_national(reading: FactsheetReading, known: KnownSystems) -> None:
    """What every country has one of, where the country calls it its own and no item is about it."""
    demonyms = data("factsheets")["demonyms"].get(reading.country, ())
    own = "".join(f"{re.escape(word)}|" for word in demonyms)
    for system in data("factsheets")["national_systems"]:
        pattern = re.compile(rf"\b(?:{own}national|its own) (?P<name>{system['pattern']})\b(?!s)")
        if any(re.search(system["pattern"], fold(name)) for draft in known.drafts for name in draft.names):
            continue
        for item in reading.items("communications", "legislation", "infrastructure", "bodies"):
            found = pattern.search(reading.folded, item.start, item.end)
            if found is None:
                continue
            whole = " ".join(reading.text[found.start() : found.end()].split())
            draft = known.called(system["name"], [whole] if whole[:1].isupper() else [])
            draft.platform_kinds += [k for k in system["kinds"] if k not in draft.platform_kinds]
            draft.evidence.seen(
                reading, item.section.number, found.start("name"), found.end("name"), "medium", "named in running text"
            )  # fmt: skip


def find_services_site(reading: FactsheetReading, known: KnownSystems) -> None:
    """The site that the last chapter refers to, by the name and address given there."""
    site = data("factsheets")["services_site"]
    for item in reading.items("services"):
        for link in reading.links_between(item.start, item.end):
            if words_key(link.text).replace(" ", "") != words_key(site["name"]).replace(" ", ""):
                continue
            draft = known.called(site["name"], [link.text] if link.text != site["name"] else [])
            draft.country, draft.portal = EUROPEAN_UNION, True
            known.take_url(draft, link.url)
            draft.portal_kinds = ["e-services"]
            draft.evidence.seen(
                reading,
                item.section.number,
                link.start,
                link.end,
                "high",
                "the site that the chapter refers to",
            )

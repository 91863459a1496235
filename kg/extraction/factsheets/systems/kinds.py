"""What a system is for: its kinds as platform and as portal, from its section, its title and what is said of it first."""

from __future__ import annotations

import re

from kg.extraction.factsheets.reading import FactsheetReading, coded_words, words
from kg.extraction.factsheets.systems.drafts import SystemDraft
from kg.extraction.factsheets.systems.nouns import head_noun
from kg.extraction.gazetteer import country_mentions
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold


def assign_kinds(
    reading: FactsheetReading, draft: SystemDraft, item: OutlineItem, title: str, said: str
) -> None:
    """Kinds from the section, and for national services from what the title and the first sentence say."""
    head = head_noun(draft.name)
    if (
        item.section.platforms == ["application"]
        and head in ("register", "registry", "cadastre")
        and "base-registry" not in draft.platform_kinds
    ):
        draft.platform_kinds.append("base-registry")
    if draft.platform_kinds == ["application"] and item.section.platforms:
        # What one section calls an application another has under what it is for.
        draft.platform_kinds = []
    draft.platform_kinds += [k for k in item.section.platforms if k not in draft.platform_kinds]
    draft.technologies += [t for t in item.section.technologies if t not in draft.technologies]
    kinds = coded_words("portal_kinds")
    found = kinds.codes(title)[:1] or kinds.codes(said)[:1]
    if found == ["national"] and _NATIONAL_FOR.search(title):
        found = []
    if _OF_COUNTRY.search(title) and any(
        code == reading.country
        for _, _, code in country_mentions(draft.name, fold(draft.name), 0, len(draft.name))
    ):
        found = ["national"]
    if item.section.platforms == ["eid"] and words("trust_services").search(f"{title} {said[:160]}"):
        draft.platform_kinds.append("trust-service")
    if item.section.platforms == ["e-procurement"]:
        found = ["procurement"]
    elif item.section.platforms != ["application"] and found not in (["national"], ["open-data"]):
        found = []
    draft.portal_kinds += [k for k in found if k not in draft.portal_kinds]
    if found == ["e-services"] and "e-services" not in draft.platform_kinds:
        draft.platform_kinds.append("e-services")


_NATIONAL_FOR = re.compile(r"\b(?:national|government) portal (?:for|on|to)\b")
_OF_COUNTRY = re.compile(r"\b(?:portal|website) of (?:the )?")

"""The public bodies of a factsheet: the items of the governance chapter, and those that prose names as responsible."""

from __future__ import annotations

from kg.extraction.factsheets.bodies.described import describe, find_initials, find_site
from kg.extraction.factsheets.bodies.headings import body_of_heading, house_of_heading
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.merging import merge_one_site, merge_shorter_names
from kg.extraction.factsheets.bodies.prose import bodies_of_prose
from kg.extraction.factsheets.reading import FactsheetReading, coded_words, is_law_address
from kg.questionnaire.outline import says_nothing
from kg.questionnaire.wording import fold


def find_bodies(reading: FactsheetReading) -> KnownBodies:
    """The bodies of the governance chapter, and those that prose names as responsible, as operator or as issuer."""
    bodies = KnownBodies(reading)
    governance = reading.items("bodies")
    others = reading.items("communications", "legislation", "infrastructure")
    for item in governance:
        if item.title is not None and not all(says_nothing(b.text, reading.outline) for b in item.blocks):
            body_of_heading(reading, bodies, item)
    for item in others:
        if item.title is not None and item.section.expects == "infrastructure" and item.blocks:
            house_of_heading(reading, bodies, item)
    for item in [*governance, *others]:
        bodies_of_prose(reading, bodies, item)
    merge_shorter_names(reading, bodies)
    for draft in bodies.drafts:
        draft.urls = [url for url in draft.urls if not is_law_address(url)]
        find_initials(reading, bodies, draft)
        find_site(reading, draft)
    merge_one_site(bodies)
    for draft in list(bodies.drafts):
        describe(reading, bodies, draft)
    for draft in bodies.drafts:
        if not draft.areas:
            draft.areas = coded_words("body_areas").codes(fold(" ".join(draft.names)))[:1]
    return bodies

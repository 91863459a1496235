"""The portals and platforms of a factsheet: the items of the infrastructure chapter, the systems that its prose names, and the
items of other chapters whose heading can be nothing else."""

from __future__ import annotations

from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.instruments.drafts import Instruments
from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.factsheets.systems.candidates import Candidates
from kg.extraction.factsheets.systems.drafts import Systems
from kg.extraction.factsheets.systems.headings import Headings
from kg.extraction.factsheets.systems.known import KnownSystems
from kg.extraction.factsheets.systems.national import find_national, find_services_site
from kg.extraction.factsheets.systems.prose import Prose
from kg.extraction.factsheets.systems.settled import drop_bodies, settle, tell_portals_apart
from kg.extraction.factsheets.systems.successors import Successors


def find_systems(reading: FactsheetReading, bodies: KnownBodies, instruments: Instruments) -> Systems:
    """The portals and platforms of chapter 4, those that other chapters name, and the site that chapter 6 refers to.

    A body whose name turns out to be that of a system is taken out of `bodies`.
    """
    known, candidates = KnownSystems(reading.country), Candidates(reading, bodies)
    headings = Headings(reading, bodies, instruments, known, candidates)
    prose = Prose(reading, bodies, known, candidates)
    successors = Successors(reading, known, candidates)
    own = [(item, headings.named(item)) for item in reading.items("infrastructure")]
    for item, drafts in own:
        prose.read(item)
        if drafts:
            successors.read(item, drafts[0])
    leftover = [item for item, drafts in own if not drafts and headings.is_effort(item)]
    leftover += [item for item in instruments.leftover if not headings.named_elsewhere(item)]
    for item in reading.items("communications", "legislation", "bodies"):
        prose.read_elsewhere(item)
    find_national(reading, known)
    find_services_site(reading, known)
    drop_bodies(known.drafts, bodies)
    tell_portals_apart(known.drafts)
    settle(known.drafts, reading.country)
    return Systems(known.drafts, leftover)

"""The government bodies of a questionnaire: listed with their addresses (questions 3, 5, 16) or named in running text."""

from __future__ import annotations

from kg.extraction.bodies.abbreviations import abbreviate_by_host, note_later_mentions
from kg.extraction.bodies.drafts import Bodies
from kg.extraction.bodies.listed import take_listed
from kg.extraction.bodies.merging import merge_councils, merge_ministries
from kg.extraction.bodies.names import own_words
from kg.extraction.bodies.prose import PORTALS_IN, Prose
from kg.extraction.instruments.drafts import Instruments
from kg.extraction.reading import Reading


def find_bodies(reading: Reading, instruments: Instruments) -> Bodies:
    """Reads the listed bodies first, so that abbreviations introduced there are known everywhere."""
    found = Bodies()
    own = own_words(reading.country)
    for answer in reading.answers:
        if answer.q in _LISTED:
            take_listed(reading, answer, found, own, instruments)
    abbreviate_by_host(reading, found, own)
    prose = Prose(reading, found, own, instruments)
    for answer in reading.answers:
        if answer.q in _PROSE_IN or answer.q in ("16", "3") or answer.q in PORTALS_IN:
            prose.read(answer)
    merge_ministries(found, own)
    merge_councils(found, own)
    note_later_mentions(reading, found)
    return found


_LISTED = ("3", "5", "5a", "5b", "5c", "5d", "5e", "5f", "5g", "5h", "5i", "16")
_PROSE_IN = (
    "4",
    "6",
    "7",
    "8",
    "9",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "17",
    "18",
    "19",
    "20",
    "21",
    "22",
    "23",
    "24",
)

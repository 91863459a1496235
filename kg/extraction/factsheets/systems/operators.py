"""Who runs a system, from the sentences of its item and from its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extraction.factsheets.bodies.drafts import BodyDraft
from kg.extraction.factsheets.bodies.known import KnownBodies
from kg.extraction.factsheets.bodies.names import body_names, plain_body
from kg.extraction.factsheets.reading import FactsheetReading
from kg.extraction.factsheets.systems.drafts import SystemDraft
from kg.extraction.factsheets.systems.nouns import THE_SYSTEM
from kg.extraction.names import is_acronym
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold


def find_operator(
    reading: FactsheetReading, bodies: KnownBodies, draft: SystemDraft, item: OutlineItem
) -> None:
    """Who runs a system: "X is managed by Y", "Y operates X", "the Register X of the Ministry Y", "the Y Payment Platform"."""
    if draft.operated_by is not None:
        return
    keys = [fold(name) for name in draft.names if len(name) > 2]
    for start, end in reading.sentences(item)[:6]:
        sentence = reading.folded[start:end]
        if not any(key in sentence for key in keys) and THE_SYSTEM.search(sentence) is None:
            continue
        for first, after, body in _actors(reading, bodies, start, end):
            before = reading.folded[max(start, first - 48) : first]
            behind = reading.folded[after : min(end, after + 160)]
            verb = _RUNS.match(behind)
            named = any(key in behind for key in keys) or THE_SYSTEM.search(behind) is not None
            whose = _WHOSE.search(before) if any(key in before for key in keys) else None
            if _RUN_BY.search(before) or (verb is not None and named) or whose is not None:
                draft.operated_by = body
                return
    for body in bodies.drafts:
        if any(len(n) > 8 and " " in n and fold(draft.name).startswith(f"{fold(n)} ") for n in body.names):
            draft.operated_by = body
            return


def _actors(
    reading: FactsheetReading, bodies: KnownBodies, start: int, end: int
) -> Iterator[tuple[int, int, BodyDraft]]:
    """The bodies named in a sentence, by their names or abbreviations: where each begins, where the text goes on."""
    for name in body_names(reading, start, end):
        body = bodies.known(plain_body(name.text))
        if body is not None:
            yield name.start, name.after, body
    for match in _SHORT.finditer(reading.text, start, end):
        body = bodies.known(match[0])
        if (
            body is not None
            and is_acronym(match[0])
            and reading.text[match.start() - 1 : match.start()] != "("
        ):
            yield match.start(), match.end(), body


_RUN_BY = re.compile(
    r"\b(?:managed|operated|run|developed|maintained|administered|provided|owned|hosted|coordinated|implemented|created|launched|offered|delivered|supervised|built|set up|designed|kept|established|introduced|published|produced|issued|overseen|made available) (?:jointly |and \w+ |centrally |currently |mainly )?by (?:the )?$|\b(?:the )?responsibility of (?:the )?$|\bbelongs? to (?:the )?$"
)
_RUNS = re.compile(
    r"\s?(?:\([^)]*\)\s?)?(?:,\s(?:which|that)\s)?(?:also |currently |now |then |jointly |successfully )?(?:has |have )?(?:been )?(?:,? as provider of|providing|is responsible for|is in charge of|is the authority in charge of|is implementing|manages|operates|maintains|runs|administers|hosts|is the operator|owns|developed|launched|introduced|established|provides|produces|offers|created|set up|built|deployed|makes available|made available|coordinates|publishes)\b"
)
_WHOSE = re.compile(r"(?:\s\([^)]*\))?\sof (?:the )?(?:[a-z]+ )?$")
_SHORT = re.compile(r"(?<![\w-])[A-Z][\w-]{1,9}(?![\w-])")

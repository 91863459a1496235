"""What a factsheet says of a body in clauses about that body: its roles, the body above it, the year it was established.

A paragraph on one body names others, and their verbs are not its own. So a role is taken only from a clause whose subject is
the body: its name, a pronoun, or the noun of what it is ("the agency").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from kg.documents import BlockKind
from kg.extraction.factsheets.citing import a_date
from kg.extraction.factsheets.reading import FactsheetReading, coded_words
from kg.extraction.gazetteer import data
from kg.extraction.reading import split_sentences
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold


def clauses(
    reading: FactsheetReading, names: list[str], item: OutlineItem, *, headed: bool
) -> Iterator[tuple[int, int, int]]:
    """What an item says of the body with these names: clauses of which it is the subject, as (start of the sentence, end of the
    subject, end of the sentence).

    Under a heading of its own (`headed`) a body is also the subject of what begins with a pronoun or with the noun of what
    it is, and of the list behind such a sentence.
    """
    folded = reading.folded
    subject = _subject(tuple(sorted({fold(n) for n in names}, key=len, reverse=True)))
    known, listing = headed, False
    for block in item.blocks:
        start, end = block.position.start, block.position.end
        if block.kind is BlockKind.LIST_ITEM:
            if listing:
                yield start, start, end
            continue
        listing = False
        for first, last in split_sentences(reading.text, start, end):
            match = subject.match(folded, first, last)
            if match is None and known:
                match = _PRONOUN.match(folded, first, last)
            if match is not None:
                yield first, match.end(), last
            known = match is not None or (known and headed)
            # "… established the Council, whose objectives are:" names the body before the list, too.
            listing = folded[first:last].rstrip().endswith(":") and (
                match is not None or (headed and any(fold(name) in folded[first:last] for name in names))
            )


def roles_in(folded: str, start: int, end: int) -> list[str]:
    """The roles in governance that a clause gives its subject, from its verbs and what it says the subject is responsible for.

    >>> clause = " is responsible for the coordination of digital policy"
    >>> roles_in(clause, 0, len(clause))
    ['policy-strategy', 'coordination']
    >>> clause = " publishes what those that supervise it have to say"
    >>> roles_in(clause, 0, len(clause))
    []
    """
    stop = _OF_OTHERS.search(folded, start, end)
    last = stop.start() if stop else end
    roles = coded_words("governance_tasks").codes(folded, start, last)
    if "policy-strategy" in roles:
        # A policy is often what something is done under: the clause must say that the subject makes it.
        made = any(
            coded_words("governance_verbs").first(folded, max(start, at - 90), at) == role
            for at, _, role in coded_words("governance_tasks").places(folded, start, last)
            if role == "policy-strategy"
        )
        roles = roles if made else [role for role in roles if role != "policy-strategy"]
    return roles


def role_of_agent(folded: str, start: int, at: int) -> list[str]:
    """The roles of a body that stands behind a passive: "initiatives are coordinated centrally by the"."""
    match = _PASSIVE.search(folded, max(start, at - 60), at)
    return coded_words("governance_passive").codes(match[0]) if match is not None else []


def established_in(folded: str, start: int, end: int) -> int | None:
    """The year in which a clause says its subject was set up.

    >>> clause = " (dia), which falls under the ministry, was established in may 1990."
    >>> established_in(clause, 0, len(clause))
    1990
    """
    match = _ESTABLISHED.match(folded, start, end)
    if match is None or _NOT_SET_UP.search(folded, match.start(), match.end()):
        return None
    found = a_date(folded, match.end(), min(match.end() + 60, end))
    between = folded[match.end() : end]
    if found is None or str(found[1]) not in between[:60]:
        return None
    lead = between[: between.index(str(found[1]))]
    return found[1] if _TO_DATE.fullmatch(lead) else None


def set_up_before(folded: str, start: int, at: int) -> int | None:
    """The year of a sentence that says of what stands behind it that it was set up: "In 2011 the government established the"."""
    verb = _SETS_UP.search(folded, max(start, at - 40), at)
    if verb is None:
        return None
    when = _WHEN.search(folded, start, verb.start())
    found = a_date(folded, when.end(), verb.start()) if when is not None else None
    return found[1] if found else None


def above(folded: str, start: int, end: int) -> Iterator[tuple[int, bool]]:
    """Where the name of the body above begins in a clause; True where it stands in the first words of the clause.

    "(DIA), which falls under the remit of the", " is attached to the", " within the".
    """
    for match in _under().finditer(folded, start, end):
        near = folded[start : match.start()]
        yield match.end(), _APPOSED.fullmatch(near) is not None


@lru_cache(maxsize=512)
def _subject(names: tuple[str, ...]) -> re.Pattern[str]:
    named = "|".join(rf"{re.escape(name)}(?!\w)" for name in names if name)
    # An introduction ends with a comma: "As part of the Ministry of Finance, the Agency …".
    return re.compile(rf"\s*(?:[^.;]{{3,140}}?,\s)??(?:(?:the|a|an)\s)?(?:\w+\s)?(?:{named})(?:['’]s)?")


@cache
def _under() -> re.Pattern[str]:
    body = "|".join(re.escape(phrase) for phrase in data("factsheets")["body_above"])
    return re.compile(rf"\b(?:{body})\s(?:the\s)?")


_PRONOUN = re.compile(
    r"\s*(?:(?:moreover|furthermore|in addition|additionally|also|in particular|more in detail|finally|to that end|to this end|in this context|as such|therefore|thus|overall|more specifically|specifically),?\s)?"
    r"(?:it|its|(?:[^.;,]{3,120},\s)?(?:the|this)\s(?:main\s|primary\s)?(?:ministry|agency|authority|department|office|council|committee|commission|board|centre|center|directorate|unit|body|institution|institute|administration|secretariat|service|entity|organisation|company|inspectorate|division)(?!\s(?:of|for|on|to)\b))\b(?:['’]s)?"
)
_OF_OTHERS = re.compile(
    r"\b(?:those|authorities|bodies|ministries|agencies|legislation|law|act|decree|system|systems|data|standards|framework|plan|services|platforms?|tools?|programmes?|projects?|which|cookies) (?:that|which|who|regulat\w+|establish\w+|aim\w+|to)\b|,\s(?:while|whereas|where|which)\b|\b(?:based on|according to|in accordance with|in line with|with the support of|is supported by|is supervised by|is coordinated by|are coordinated by|coordinated by|under the supervision of|under the coordination of|are regulated|composed of|made up of|chaired by)\b"
)
_PASSIVE = re.compile(r"\b[a-z-]+ed (?:\w+ly |jointly |mainly )?by (?:the )?$")
_ESTABLISHED = re.compile(
    r"(?:\s\([^)]{2,140}\))*(?:,?\s(?:which|that|an?|the|is)\s[^.;]{0,100}?)?,?(?:\s(?:was|has been|is|had been|and|first|officially|formally|originally|being))*\s(?:established|created|founded|set up|instituted|formed|launched|constituted)\b"
)
_NOT_SET_UP = re.compile(r"\b(?:has|have|which)\s(?:\w+\s)?(?:created|established|launched|founded|set up)$")
_TO_DATE = re.compile(
    r"(?:\s(?:by|through|under|with|within|pursuant to|as)\s[^.;,]{2,44})?,?\s(?:in|on|since|of|from|issued on|dated|at the (?:end|beginning) of|in early|in late)\s(?:(?:early|late|mid)[ -])?(?:\d{1,2}(?:st|nd|rd|th)?\s)?(?:[a-z]+,?\s)?(?:of\s)?"
)
_WHEN = re.compile(
    r"(?:^|\s)(?:in|on)\s(?=(?:early |late |mid-?)?(?:\d{1,2} )?(?:[a-z]{3,9} )?(?:19|20)\d\d\b)"
)
_SETS_UP = re.compile(
    r"\b(?:established|establishing|creat(?:ed|es?|ion of|ing)|set up|founded|instituted|launched)\s(?:an?\s|the\s)?(?:new\s)?$"
)
_APPOSED = re.compile(
    r"(?:\s\([^)]{2,120}\))*,?(?:\s(?:which|that|who))?(?:\s(?:also|and|was|is|are|has been|directly|organisationally|administratively|currently))*(?:\s(?:an?|the)\s(?:[\w-]+\s){0,6}?(?:[\w-]+))?(?:\s(?:that|which)\sis)?,?\s?"
)

"""The names of laws and plans in running text: where they stand, and which are those of one instrument."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.extraction.citations import Citation
from kg.extraction.factsheets.citing import MONTHS, kind_family
from kg.extraction.factsheets.reading import FactsheetReading, noun_phrase
from kg.extraction.factsheets.titles import name_key, named_by_year, title_kind
from kg.questionnaire.wording import fold, words_key


def law_names(reading: FactsheetReading, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Names of laws and plans between two offsets: capitalised names with such a noun, the text of links, lines of lists."""
    found: list[tuple[int, int]] = []
    for name in reading.names(start, end):
        span = _of_law(reading.text, name.start, name.end)
        if span is not None:
            more = _BETWEEN.match(reading.text, span[1], end) if span[1] == name.end else None
            found.append((span[0], more.end()) if more is not None else span)
    listed = _LISTED.match(reading.text, start, end)
    links = [(link.start, link.start + len(link.text)) for link in reading.links_between(start, end)]
    for first, last in [*links, *([listed.span("title")] if listed else [])]:
        lead = re.compile(
            r"\s*(?:(?:[a-z]{1,3}|The|new|draft|national|current|revised|first|second|third|fourth|fifth)\s)+(?=[A-Z]|e[A-Z])"
        ).match(reading.text, first, last)
        first = lead.end() if lead else first
        part = _ARTICLE_OF.match(reading.text, first, last)
        first = part.end() if part else first
        text = reading.text[first:last].strip(" .;,")
        if (
            (title_kind(text) is None and named_by_year(text) is None)
            or not _CAPITAL.match(text)
            or len(text.split()) > 40
            or _TWO.search(text[:60])
        ):
            continue
        if (len(text.split()) > 5 and _capitals(text) < 0.6) or _SAYS.search(text):
            continue
        overlap = [(a, b) for a, b in found if a < last and first < b]
        if all(first <= a and b <= last + 2 for a, b in overlap):
            found = [span for span in found if span not in overlap]
            tail = _TAIL_BRACKET.search(reading.text, first, last)
            found.append((first, tail.start() if tail else first + len(text)))
    yield from sorted(found)


def is_proper(text: str, kind: str) -> bool:
    """Whether a name is that of one instrument, not of a kind of instrument."""
    folded = fold(text)
    count = len(words_key(text).split())
    if (
        is_generic(text)
        or count < 2
        or " act as " in folded
        or _STRAY.search(folded) is not None
        or (
            folded.endswith(" code")
            and not re.search(
                r"\b(?:civil|penal|criminal|procedure|administrat\w+|commercial|labour|tax|communications|procurement|law|digital)\b",
                folded,
            )
        )
    ):
        return False
    if kind_family(kind) == "policy":
        return count >= 3 and kind != "standard"
    text = _YEAR_BEFORE.sub("", text)
    return (
        kind
        in (
            "act",
            "decree",
            "decree-law",
            "regulation",
            "constitution",
            "executive-order",
            "resolution",
            "directive",
        )
        and _CAPITAL.match(text) is not None
    )


def is_plain_citation(text: str, cited: Citation) -> bool:
    """Whether a citation is nothing but noun, number and date, without a title between them."""
    digit = re.search(r"\d|[IVXLC]{2,}", text)
    if re.fullmatch(r"\w+ \([^()]*\)", text) or _ISSUER_FIRST.match(text):
        return True
    return "(" not in text and (cited.number is None or (digit is not None and digit.start() < 28))


def ends_name(text: str, start: int, end: int, cited: Citation, country: str) -> bool:
    """Whether a name ends with the noun that a citation begins with: "Legal Simplification Law of 9 December 2004"."""
    noun = text[cited.start : end].strip()
    name = text[start:end]
    return (
        " " not in noun
        and noun.isalpha()
        and cited.end > end
        and not is_generic(name)
        and _FORM_OF_LAW.fullmatch(fold(name)) is None
        and len(name_key(name, country).split()) > 1
    )


def is_generic(name: str) -> bool:
    """Whether a name says no more than what kind of instrument it is: "the National Strategy", "new Act"."""
    return noun_phrase("generic_instrument", "(?:s|es)?").fullmatch(fold(name)) is not None


def _of_law(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The part of a name that is a law's: "Titles II and III of the Procurement Act" → "Procurement Act"."""
    lead = _LEADING.match(text, start, end)
    if lead is not None and end - lead.end() > 5:
        start = lead.end()
    elif (
        " and " in text[start:end] and (series := _SERIES.search(text, max(0, start - 90), start)) is not None
    ):
        # "Recovery, Transformation and Resilience Plan": the name began before the comma.
        start = series.start()
    two = _TWO.search(text, start, min(end, start + 60))
    if two is not None and title_kind(text[start : two.start()]) is not None:
        end = two.start()
    dated = _FROM_DATE.search(text, start, end)
    if dated is not None and dated.start() - start > 5:
        end = dated.start()
    name = text[start:end]
    if title_kind(name) is not None and not _COUNTED.match(name):
        return start, end
    at = max(
        name.rfind(" of the "), name.rfind(" to the "), name.rfind(" by the "), name.rfind(" under the ")
    )
    if at > 0:
        at = name.index(" the ", at) + 5
        if title_kind(name[at:]) is not None:
            return start + at, end
    return None


def _capitals(text: str) -> float:
    """The share of the longer words of a line that begin with a capital letter."""
    long = [w for w in re.findall(r"[^\W\d_]+", text) if len(w) > 3]
    return sum(w[0].isupper() for w in long) / len(long) if long else 0.0


CHANGES = re.compile(
    r"\b(?:amend|repeal|replac|supersed|abolish|revok|transpos|pursuant|based on|accordance|in addition to|together with)\w*"
)
_FORM_OF_LAW = re.compile(
    r"(?:[\w-]+ )??(?:amending|implementing|framework|organic|legislative|basic|special|consolidated|grand-ducal|joint|delegated|omnibus|same|said|above|emergency|prime ministerial|executive|administrative|technical|council|cabinet|parliamentary|provincial|cantonal|royal|ministerial) \w+"
)
_ISSUER_FIRST = re.compile(
    r"(?:\w+ )?(?:Decree|Order|Regulation|Resolution|Ordinance|Decision) of the (?:Ministry|Minister|Government|Council)\b"
)
_FROM_DATE = re.compile(r",\s(?:from|as of|in|on|since|effective)\s(?:\d|" + MONTHS + r")")
_BETWEEN = re.compile(
    r"\s(?:between|among)\s(?:the\s)?(?:[A-Z][\w-]+(?:\s(?:of\s)?[A-Z][\w-]+){0,4})(?:\s(?:and|and the|and among)\s(?:[A-Z][\w-]+(?:\s(?:of\s)?[A-Z][\w-]+){0,4}))?"
)
_ARTICLE_OF = re.compile(
    r"(?:Articles?|Sections?|Chapters?|Titles?) [\w().,-]+(?: and [\w().]+)? of (?:the )?(?=[A-Z])"
)
_YEAR_BEFORE = re.compile(r"(?:19|20)\d\d\s")
_LISTED = re.compile(
    r"(?:[A-Z][\w.]{0,12}\s?[\d][\d./]*\s?[:–-]\s+)?(?:The\s|the\s)?(?P<title>[A-Z][^:;.]{8,260}?)(?:;|\.|,)?(?:\s(?:and|or))?$"
)
_TWO = re.compile(r"\s(?:and|or) the\s")
_SERIES = re.compile(r"(?:[A-Z][\w’-]+(?: [A-Z][\w’-]+){0,2}, )+$")
_SAYS = re.compile(
    r"\b(?:was|were|is|are|which|that|prepared|has|have|whose|will|(?:approv|adopt)ed)\b|^(?:The )?(?:[Ss]cope|[Ii]mplementation|[Aa]doption|[Dd]evelopment|[Pp]reparation|[Uu]pdate|[Rr]evision)\b"
)
_COUNTED = re.compile(
    r"(?:Titles?|Articles?|Sections?|Chapters?|Parts?|Archive|Amendments?|Register|Journal|Official)\b"
)
_CAPITAL = re.compile(r"[A-Z]|e[A-Z]|[^\W\da-z_]")
_STRAY = re.compile(
    r", from|, the .* adopted\b|\bwill\b|^(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\|"
)
_TAIL_BRACKET = re.compile(r"\s\([^()]*\)\s*$")
_LEADING = re.compile(
    r"(?:The|This|New|Under|In|Related to|Based on the|Within the|As part of the|Through the|With the|On the|For the|Known as the|According to the|Pursuant to the|Following the|Since the|Both the|While the)\s(?=[A-Z]|e[A-Z])"
)

"""The names of public bodies in running text: where each begins and ends, and what a name says of the body by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from kg.extraction.factsheets.reading import FactsheetReading, coded_words, word_set, words
from kg.extraction.factsheets.titles import name_key
from kg.extraction.gazetteer import country_mentions, country_of, data
from kg.extraction.names import Name, classify, is_acronym
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION


def body_names(reading: FactsheetReading, start: int, end: int) -> Iterator[Name]:
    """The names of public bodies of the country between two offsets."""
    for name in _each(reading.names(start, end)):
        name = _whole(reading.text, name, end)
        dated = _DATED.match(name.text)
        if dated is not None:
            # "In June 2021 the Board": the month is no part of the name.
            name = replace(name, start=name.start + dated.end(), text=name.text[dated.end() :])
        left, found, right = name.text.partition(" and the ")
        if found and classify(right)[0] == "bodies" and classify(left)[0] != "bodies":
            # "Digital Success Programme and the Agency for IT": the second is the body.
            name = replace(name, start=name.end - len(right), text=right)
        issuer = _ISSUED_BY.match(name.text)
        if issuer is not None and not is_generic(issuer[1], reading.country):
            # "Decree of the Ministry of Finance 46/2007": the issuer is named in the name of the act.
            yield replace(
                name,
                start=name.start + issuer.start(1),
                text=issuer[1],
                group="bodies",
                kind="ministry",
                acronym=None,
            )
        text = plain_body(name.text)
        if (
            (name.group not in ("bodies", "organisations") and not RESPONSE_TEAM.search(text))
            or name.kind in ("company", "academic")
            or len(text.split()) < 2
            or is_foreign(reading, text)
        ):
            continue
        if not (is_generic(text, reading.country) or is_post(text) or len(text) > 120):
            yield (
                name
                if text == name.text
                else replace(
                    name, text=text, end=name.start + len(text), after=name.start + len(text), acronym=None
                )
            )
        if (
            is_post(text)
            and (office := OFFICE_OF.match(text)) is not None
            and classify(office[1])[0] == "bodies"
        ):
            # "President of the Office of Electronic Communications (UKE)": the office is a body.
            yield replace(name, start=name.start + office.start(1), text=office[1])
        above = _ABOVE.search(name.text)
        if (
            above is not None
            and classify(name.text[above.end() :])[0] == "bodies"
            and not is_generic(name.text[above.end() :], reading.country)
        ):
            # "Treasury Department within the Ministry for Finance": the body above is named too.
            yield replace(name, start=name.start + above.end(), text=name.text[above.end() :])


def plain_body(name: str) -> str:
    """The name of a body without a possessive ending and without the place or the body above behind it."""
    name = re.sub(r"[’']s?$", "", name).strip()
    # A second name that follows without a sign between them.
    name = (
        re.split(
            r"(?<=[a-z])\sthe\s(?=(?:Ministry|Office|Agency|Authority)\b)(?<!of the )(?<!for the )(?<!by the )(?<!in the )(?<!and the )",
            name,
        )[0]
        if not re.search(
            r"\b(?:of|for|by|in|and|within|at|under|with) the (?:Ministry|Office|Agency|Authority)\b", name
        )
        else name
    )
    name = re.sub(r"\sand\s(?:[A-Z]?[a-z]+[A-Z]\w*|[A-Z]{3,})$|^[A-Z]\w+\sand\sthe\s", "", name)
    cut = _PLACED.search(name)
    if (
        cut is not None
        and classify(name[: cut.start()])[0] == "bodies"
        and not is_generic(name[: cut.start()])
    ):
        return name[: cut.start()]
    return name


def body_and_above(name: str) -> tuple[str, str | None]:
    """ "Agency for IT Services, Ministry of Finance": the body and the one above it."""
    for sign in (", ", " - ", " – ", " / ", " of the ", " within the ", " at the "):
        left, found, right = name.rpartition(sign) if sign == ", " else name.partition(sign)
        if found and is_acronym(right) and classify(left)[0] == "bodies":
            return left.strip(), right.strip()
        if not found or classify(right)[0] != "bodies":
            continue
        if classify(left)[0] != "bodies" and not (sign == ", " and SECRETARY.match(fold(left))):
            continue
        if (
            sign == ", "
            and " and " in right
            and not re.match(r"(?:Ministry|Office|Chancellery|Department) (?:of|for) ", right)
        ):
            continue
        first, second = (
            (right, left)
            if sign in (" - ", " – ", " / ") and body_type(left) == "ministry"
            else (left, right)
        )
        if (
            sign == " of the "
            and body_type(second) not in ("ministry", "executive-office")
            and not (_UNIT_OF.search(first) and len(second.split()) > 2)
        ):
            continue
        return first.strip(), second.strip()
    return name, None


def names_in_brackets(reading: FactsheetReading, at: int, end: int) -> list[str]:
    """The names in brackets behind a name: abbreviation, national name, or what the body was called before."""
    match = _BRACKET.match(reading.text, at, end)
    if match is None or len(match[1]) > 90 or country_of(match[1]):
        return []
    if re.search(r"\d{4}|\b(?:formerly|established|see|which|since|no\.)\b", match[1]):
        former = re.match(r"(?:formerly|previously)(?: known as| called)? (?:the )?(.{3,80})$", match[1])
        return [former[1]] if former else []
    return [part.strip(" ‘’'\"“”") for part in re.split(r"\s[–—-]\s|[;,]\s|\sor\s", match[1])]


def is_foreign(reading: FactsheetReading, name: str) -> bool:
    """Whether a name is that of a body of the Union or of another country or organisation."""
    folded = fold(name)
    if reading.country == EUROPEAN_UNION:
        return False
    if folded.startswith(("ministry", "federal ministry")):
        folded = ""
    if words("foreign_bodies").search(folded) is not None:
        return True
    first = words_key(name).split()
    if first and any(word in _foreign_demonyms(reading.country) for word in first):
        return True
    if first and first[0] in ("european", "eu", "nordic", "un", "nato", "eea"):
        return True
    return any(code != reading.country for _, _, code in country_mentions(name, folded, 0, len(name)))


def is_generic(name: str, country: str = "") -> bool:
    """Whether a name is a kind of body, not one body: "Local Authorities", "National Council", "Agency in Denmark"."""
    return words_key(name) not in _own_names() and all(
        word in word_set("generic_body_words") for word in name_key(name, country).split()
    )


def is_post(name: str) -> bool:
    """Whether a name is that of a post that a person holds."""
    return words("posts").match(fold(name)) is not None


def body_type(name: str) -> str:
    """The type of body by the noun of its name, as the list of factsheets has it, else as the general one does."""
    group, kind = classify(name)
    folded = fold(name)
    stated = coded_words("body_types").first(folded)
    if (
        stated is not None
        and group == "bodies"
        and (kind in _BROAD or stated in ("executive-office", "local-government"))
    ):
        return stated
    return kind if group == "bodies" and kind is not None else "other"


def organisation_type(name: str) -> str | None:
    """The type of organisation that a name is one of by itself; None for the names of bodies.

    >>> organisation_type("Harbour University of Technology")
    'academic'
    """
    stated = coded_words("organisation_names").first(fold(name))
    return stated or ("academic" if classify(name) == ("organisations", "academic") else None)


def _each(names: list[Name]) -> Iterator[Name]:
    """ "Office of the Commissioner and the Harbour Agency": two bodies that read as one name."""
    for name in names:
        left, found, right = name.text.partition(" and the ")
        second = classify(right)[0] == "bodies" or RESPONSE_TEAM.search(right) is not None
        if found and second and classify(left)[0] == "bodies":
            stop = name.start + len(left)
            yield replace(name, end=stop, text=left, acronym=None, after=stop)
            yield replace(name, start=stop + len(found), text=right)
        else:
            yield name


def _whole(text: str, name: Name, end: int) -> Name:
    """ "Ministry of Foreign Affairs, European Union and Cooperation": a ministry's name goes on over commas."""
    if _OVER_COMMAS.match(name.text) is None or name.acronym:
        return name
    more = _MORE.match(text, name.end, end)
    if more is None:
        return name
    return replace(name, end=more.end(), text=text[name.start : more.end()], after=more.end())


@cache
def _foreign_demonyms(country: str) -> frozenset[str]:
    return frozenset(
        word for code, own in data("factsheets")["demonyms"].items() if code != country for word in own
    )


@cache
def _own_names() -> frozenset[str]:
    return frozenset(words_key(name) for name in data("factsheets")["bodies_of_generic_words"])


RESPONSE_TEAM = re.compile(
    r"(?:Emergency|Incident) Response (?:Team|Centre)$|^(?:[A-Z]\w+ ){0,2}(?:Working Group|Task Team|Task Force)\b|^CSIRT [A-Z]+$"
)
OFFICE_OF = re.compile(r"(?:[\w-]+ ){1,3}?of the (.{6,})$")
SECRETARY = re.compile(
    r"(?:state secretary|secretary of state|secretariat|undersecretar|deputy secretary|deputy state|state secretariat)"
)
_BROAD = ("agency", "executive-office", "authority", "directorate")
"""Types that the general list gives to nouns of many kinds of body."""
_ISSUED_BY = re.compile(
    r"(?:Ministerial |Joint )?(?:Decrees?|Orders?|Regulations?|Resolutions?|Ordinances?|Decisions?) (?:of|by|issued by) the ((?:Federal )?Ministry (?:of|for) .{4,60})$"
)
_UNIT_OF = re.compile(r"\w \w.*\b(?:Centre|Center|Unit|Directorate|Department|Division|Section|Laboratory)$")
_ABOVE = re.compile(r"\s(?:within|under|at) the\s(?=[A-Z])")
_OVER_COMMAS = re.compile(
    r"(?:(?:[A-Z][a-z]+ )?Ministry|Department (?:for|of)|State Secretariat for|Directorate[- ]General for|(?:National )?Agency for New)\b"
)
_MORE = re.compile(
    r"(?:, (?!the\b)[A-Z][\w-]+(?: [A-Z][\w-]+){0,3})+,? and [A-Z][\w-]+(?: [A-Z][\w-]+){0,2}(?= [a-z(]|[.,;)])(?<! Ministry)(?<! Agency)"
)
_DATED = re.compile(r"(?:[A-Z][a-z]+\s)?(?:19|20)\d\d,?\s(?:the\s)?(?=[A-Z])")
_PLACED = re.compile(r"(?<!Made)\s(?:in|at|within|under)\s(?:the\s)?[A-Z]|\sof\s[A-Z][a-z]+[A-Z]\w*$")
_BRACKET = re.compile(r"\s?\(([^()]{2,120})\)")

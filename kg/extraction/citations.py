"""Citations of legal instruments in the styles of the world: kind, number, year, date, and where they stand.

A citation is a noun ("Law", "Decreto-Lei", "RA") found through one pattern made of `data/citations.yaml`, and a tail
(number, year, date) read from there with small anchored patterns, so the time is linear in the text whatever it holds.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from kg.extraction.gazetteer import data
from kg.questionnaire.wording import fold


@dataclass(frozen=True, slots=True)
class Citation:
    """`number` is as cited, without thousands marks in a plain number and without the year behind a slash."""

    start: int
    end: int
    kind: str
    number: str | None
    year: int | None
    date: dt.date | None = None
    series: str | None = None
    marked: bool = False
    """Whether a number sign or a year makes it certain."""


def citations_between(text: str, folded: str, start: int, end: int) -> list[Citation]:
    """The citations between two offsets; those without any number are left to the names."""
    found: list[Citation] = []
    position = start
    nouns, kinds = _nouns()
    while True:
        match = nouns.search(folded, position, end)
        if match is None:
            return found
        position = match.end()
        if not _is_noun(text, folded, match.start(), match.end()):
            continue
        noun = " ".join(match[0].replace(".", " ").split())
        kind, series = kinds.get(match[0], kinds.get(noun, ("other", None)))
        if match[0] in _CHAPTERS:
            citation = _chapter(text, folded, match.start(), match.end(), end)
        else:
            citation = _tail(text, folded, match.start(), match.end(), end, kind, series)
        if citation is not None:
            found.append(citation)
            position = citation.end
            found += _further(folded, citation, end)
            position = max(position, found[-1].end)


def parse_citation(text: str) -> Citation | None:
    """The first citation in a short text such as "RA 10173" or "Lei n.º 26/2016"; None when there is none."""
    found = citations_between(text, fold(text), 0, len(text))
    return found[0] if found else None


@lru_cache(maxsize=4096)
def plain_number(number: str) -> str:
    """A number for comparison: without "No.", thousands marks, leading zeros and the year behind a slash."""
    key = _NUMBER_SIGN.sub("", fold(number)).strip(" .")
    key = re.sub(r"(?<=\d)[.,](?=\d{3}(?!\d))", "", key)
    key = re.sub(r"[/-](?:19|20)\d\d$", "", key) if not re.match(r"(?:19|20)\d\d[/-]", key) else key
    return key.lstrip("0") or key


def same_number(one: str, year: int | None, other: str, other_year: int | None) -> bool:
    """Whether two citations of a kind are of one instrument: the number is the same, and the year where both have one.

    A number that begins with its year ("2017-20") tells by itself: one citation may add the date, another not.
    """
    number = plain_number(one)
    if number != plain_number(other):
        return False
    return year == other_year or None in (year, other_year) or _LED_BY_YEAR.match(number) is not None


@dataclass(frozen=True, slots=True)
class _Head:
    """What was read of a citation before its number."""

    first: int
    kind: str
    series: str | None
    signed: bool = False
    """Whether a sign of a number ("No.", "n°") stands before it."""
    enclosed: bool = False
    """Whether the number stands in brackets of its own."""
    early: tuple[dt.date | None, int] | None = None
    """The date, where it stands before the number."""


def _tail(
    text: str, folded: str, first: int, at: int, end: int, kind: str, series: str | None
) -> Citation | None:
    union = _UNION.match(folded, at, end)
    if union is not None:
        at = union.end()
        number = _UNION_NUMBER.match(folded, at, end)
        if number is not None:
            # EU acts carry the year in the number, in either order.
            parts = [int(number[1]), int(number[2])]
            year = next((part for part in parts if 1950 <= part <= 2100), None)
            return Citation(first, number.end(), kind, f"{number[1]}/{number[2]}", year, marked=True)
    sign = _NUMBER_SIGN.match(folded, at, end)
    early: tuple[dt.date | None, int] | None = None
    if sign is None and not series:
        sign, at, early = _sign_further_on(folded, at, end)
    at = sign.end() if sign is not None else at
    enclosed = folded[at : at + 1] == "(" and _ENCLOSED.match(folded, at, end) is not None
    at += enclosed
    head = _Head(first, kind, series, sign is not None, enclosed, early)
    led_by_year = _YEAR_LED.match(folded, at, end)
    if led_by_year is not None:
        return _led_by_year(text, folded, head, led_by_year, end)
    lettered = _LETTERED.match(folded, at, end) if sign is not None else None
    if lettered is not None:
        return _lettered(text, folded, head, lettered, end)
    number = _NUMBER.match(folded, at, end)
    if number is not None:
        return _numbered(text, folded, head, number, end)
    roman = _ROMAN.match(folded, at, end)
    if roman is not None:
        return Citation(first, roman.end(), kind, roman[1].upper(), int(roman[2]), marked=True)
    return _dated_only(folded, first, at, end, kind, series)


def _sign_further_on(
    folded: str, at: int, end: int
) -> tuple[re.Match[str] | None, int, tuple[dt.date | None, int] | None]:
    """The sign of a number behind a qualifier or a date ("Royal Decree of the Ministry of X No. 5", "Decree of 3 May 2010 No. 7").

    Gives the sign, where to go on, and the date.
    """
    if _DIGIT.search(folded, at, min(at + 80, end)):
        qualified = _QUALIFIER.match(folded, at, end)
        if (
            qualified is not None
            and not _CLAUSE.search(_INNER_TITLE.sub(" ", qualified[0]))
            and not _PREDICATE.search(qualified[0])
        ):
            sign = _NUMBER_SIGN.match(folded, qualified.end(), end)
            if sign is not None:
                return sign, at, None
            at = qualified.end() if _SLASHED.match(folded, qualified.end(), end) else at
    if _DIGIT.search(folded, at, min(at + 120, end)):
        dated = _DATE_THEN_NUMBER.match(folded, at, end)
        if dated is not None:
            found = _date_tail(folded, dated.start("date"), end)
            sign = _NUMBER_SIGN.match(folded, dated.end("date"), end)
            return sign, at, (found[0], found[1]) if found else None
    return None, at, None


def _led_by_year(text: str, folded: str, head: _Head, match: re.Match[str], end: int) -> Citation:
    """ "Loi n° 2010/012", "Directive 2003/98/EC", "Lag (2018:218)": the year stands before the number."""
    stop = _closed(folded, match.end(), head)
    stated = text[match.start(1) : match.end(1)]
    dated = _date_tail(folded, stop, end)
    if dated is None:
        return Citation(head.first, stop, head.kind, stated, int(match[2]), None, head.series, True)
    return Citation(head.first, dated[2], head.kind, stated, dated[1], dated[0], head.series, True)


def _lettered(text: str, folded: str, head: _Head, match: re.Match[str], end: int) -> Citation:
    """A number led by letters ("M/19")."""
    stated = text[match.start(1) : match.end(1)]
    dated = _date_tail(folded, match.end(), end)
    if dated is not None:
        return Citation(head.first, dated[2], head.kind, stated, dated[1], dated[0], head.series, True)
    behind = _YEAR_TAIL.match(folded, match.end(), end)
    year, stop = (int(behind[1]), behind.end()) if behind else (None, match.end())
    return Citation(head.first, stop, head.kind, stated, year, None, head.series, True)


def _numbered(text: str, folded: str, head: _Head, match: re.Match[str], end: int) -> Citation | None:
    """A plain number, with the year inside it, behind it, or in the date behind it."""
    token, year_text, suffix = match[1], match[2], match[3]
    stop = _closed(folded, match.end(), head)
    year = _full_year(year_text) if year_text else None
    value = text[match.start(1) : match.end(1)]
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", token):
        value = re.sub(r"[.,]", "", value)
    value = value.rstrip(".,")
    if suffix:
        value = text[match.start(1) : match.end(3)]
    if year is None and not head.signed and re.fullmatch(r"(?:19|20)\d\d", token):
        # "Act 2012": a year, not a number; the title before it is a name.
        return None
    led = re.fullmatch(r"((?:19|20)\d\d)-\d+.*", token)
    if year is None and led:
        year = int(led[1])
    inner = re.fullmatch(r"(\d+)-((?:19|20)\d\d)(-[a-z].*)?", token)
    if year is None and inner:
        year = int(inner[2])
        value = inner[1]
    if head.early is not None:
        return Citation(
            head.first, stop, head.kind, value, year or head.early[1], head.early[0], head.series, True
        )
    date = None
    dated = _date_tail(folded, stop, end)
    if dated is not None:
        date, stated_year, stop = dated
        # "Loi n° 2017-20 du 20 avril 2018": the date says when it became law, the number when its series began.
        year = year if year is not None and not led else stated_year
    elif year is None:
        behind = _YEAR_TAIL.match(folded, stop, end)
        if behind is not None:
            year, stop = int(behind[1]), behind.end()
    if text[stop - 1 : stop] == ")" and "(" not in text[match.start() : stop]:
        stop -= 1
    marked = head.signed or year is not None or head.series is not None
    if not marked and len(re.sub(r"\D", "", token)) < 3:
        return None
    return Citation(head.first, stop, head.kind, value, year, date, head.series, marked)


def _closed(folded: str, stop: int, head: _Head) -> int:
    """Where a number ends, the bracket around it included."""
    return stop + (head.enclosed and folded[stop : stop + 1] == ")")


def _chapter(text: str, folded: str, first: int, at: int, end: int) -> Citation | None:
    """ "Cap. 308B", "Chap. 22:05": an act by its chapter in the collected laws."""
    match = _CHAPTER_NUMBER.match(folded, at, end)
    if match is None:
        return None
    return Citation(first, match.end(), "act", text[match.start(1) : match.end(1)], None, marked=True)


def _dated_only(folded: str, first: int, at: int, end: int, kind: str, series: str | None) -> Citation | None:
    """ "Decree of 3 May 2017": no number, but a date."""
    if series or kind in ("regulation", "other", "directive"):
        return None
    dated = _date_tail(folded, at, end)
    if dated is None or dated[0] is None:
        return None
    return Citation(first, dated[2], kind, None, dated[1], dated[0], None, True)


def _further(folded: str, citation: Citation, end: int) -> list[Citation]:
    """ "Decrees 12/2010 and 14/2011", "Laws No. 5 of 2001, 7 of 2003": the same kind goes on."""
    more: list[Citation] = []
    at = citation.end
    while len(more) < 6:
        match = _AND_NUMBER.match(folded, at, end)
        if match is None:
            return more
        year = _full_year(match[2] or match[3])
        more.append(
            Citation(
                match.start(1),
                match.end(),
                citation.kind,
                match[1].rstrip(".,").upper() if "(" in match[1] else match[1].rstrip(".,"),
                year,
                None,
                citation.series,
                True,
            )
        )
        at = match.end()
    return more


def _date_tail(folded: str, at: int, end: int) -> tuple[dt.date | None, int, int] | None:
    """A date behind a number: (date, year, where it ends)."""
    for pattern, order in _DATES:
        match = pattern.match(folded, at, end)
        if match is None:
            continue
        day, month, year = (match[name] for name in order)
        months = data("citations")["months"]
        number = months.get(month) if not month.isdigit() else int(month)
        try:
            return (dt.date(int(year), int(number), int(day)) if number else None), int(year), match.end()
        except (ValueError, TypeError):
            return None, int(year), match.end()
    return None


def _full_year(digits: str) -> int:
    value = int(digits)
    return value if value > 99 else 1900 + value if value > 40 else 2000 + value


def _is_noun(text: str, folded: str, start: int, end: int) -> bool:
    """Abbreviations ("RA", "EO", "SI") count in capitals only, chapters of the laws with one; other nouns in any case."""
    word = text[start:end]
    if word.lower() in _CHAPTERS:
        return word[0].isupper()
    if len(word.replace(".", "")) <= 3 and word.lower() not in _SHORT_WORDS:
        return word.replace(".", "").isupper()
    return True


@cache
def _nouns() -> tuple[re.Pattern[str], dict[str, tuple[str, str | None]]]:
    known: dict[str, tuple[str, str | None]] = {}
    for kind, nouns in data("citations")["kinds"].items():
        for noun in nouns:
            known.setdefault(fold(str(noun)), (kind, None))
            plural = re.sub(r"(?<=[a-z])$", "s", fold(str(noun)).split(" ")[0])
            rest = fold(str(noun)).split(" ")[1:]
            known.setdefault(" ".join([plural, *rest]), (kind, None))
            if not rest:
                known.setdefault(fold(str(noun)) + "es", (kind, None))
    for series, kind in data("citations")["series"].items():
        known[fold(series)] = (kind, series)
    words = sorted(known, key=len, reverse=True)
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]).replace(r"\ ", r"\s"))
    body = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return re.compile(rf"(?<![\w-])(?:{body})(?![\w-])"), known


_SHORT_WORDS = frozenset({"law", "act", "ley", "lei", "loi", "wet", "lov", "lag"})
_NUMBER_SIGN = re.compile(
    r"\s*,?\s*(?:\(?\s*(?:n\.?\s?(?:[º°]|o(?![a-z]))s?\.?|nos?\.|no\s(?=\d)|nr\.?|numero|number|num\.?|№|#|nro\.?|nomor|nº|n°|n\.|c\.(?=\s?\d))\s*)"
)
_UNION = re.compile(r"\s*\((?:eu|ue|eg|ec|ce|euratom|eu, euratom|ue, euratom)\)")
_QUALIFIER = re.compile(
    r"\s+[^.;:()\n\d]{2,110}?(?=\s(?:n\.?\s?(?:[º°]|o(?![a-z]))|nos?\.|nr\.?\s|num|numero|number|№|#|nro)|\s\d+/\d)"
)
_CLAUSE = re.compile(
    r"\b(?:which|that|que|qui|is|was|es|and|y|e|et|foi|est|law|act|decree|resolution|regulation|ley|lei|loi|decreto)\b"
)
_PREDICATE = re.compile(
    r"\b(?:was|were|is|are|has|have|had|been|will|shall|which)\b|\b(?:amended|modified|repealed|replaced|superseded|supplemented) (?:by|through|with)\b"
)
"""What a title never has: "the Law on Boats was amended by Law No. 22" is no law on boats with that number."""
_INNER_TITLE = re.compile(r"[\"][^\"]{3,100}[\"]|\s(?:on|sobre|relativa a|relatif a)\s.*$", re.DOTALL)
_ENCLOSED = re.compile(r"\(\d{1,6}(?::\d{1,5})?\)")
_CHAPTERS = frozenset({"cap.", "chap."})
_CHAPTER_NUMBER = re.compile(
    r"\s*(?:n[o°º]\.?\s)?(\d{1,4}(?::\d{2})?[a-z]?)(?![\w:])(?!\s(?:de|del|of|do|du)\s(?:la|the|los|el|this|ley|plan|lei)\b)"
)
_LED_BY_YEAR = re.compile(r"(?:19|20)\d\d[-/:]\d")
_YEAR_LED = re.compile(r"\s*(((?:19|20)\d\d)[/:]\d{1,4}(?:/[a-z]{2,3})?)(?![\d/])")
_LETTERED = re.compile(r"\s*([a-z]{1,3}/\d{1,5})(?![\w/])")
_SLASHED = re.compile(r"\s*\d+(?:\([ivx]{1,4}\))?/\d{2,4}")
_NUMBER = re.compile(
    r"\s*(\d{1,9}(?:[.,]\d{3}(?!\d))*(?:\([ivx]{1,4}\)(?=/\d|\sof\s(?:19|20)\d\d))?(?:-[0-9a-z]{1,8}){0,3}(?:\d?[a-z](?![\w]))?)(?:\s?/\s?((?:19|20)\d\d|0?\d\d)(?!\d))?((?:[/-][a-z]{1,4}\d{0,3}(?!\w)){0,2})"
)
_DIGIT = re.compile(r"\d")
_UNION_NUMBER = re.compile(r"\s*(?:no\.?|n\.?[ºo°])?\s*(\d{1,4})/(\d{1,4})(?!\d)")
_ROMAN = re.compile(r"\s+([ivxlcdm]{1,9})\s+of\s+((?:19|20)\d\d)\b")
_YEAR_TAIL = re.compile(
    r"\s*(?:,?\s*(?:of the year|of|de|del|del ano|do|du|from|dated|von|vom|av|af|van|s\.|series of|series|tahun|year|en|-)\s*|,\s*|\(\s*|/\s*|\s(?=(?:19|20)\d\d\b))((?:19|20)\d\d)\b(?![-–/]\d)\)?"
)
_DAY_MONTH_YEAR = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|o|º|\.)?\s*(?:of\s|de\s|d')?\s*(?P<m>[a-z]{3,10})\.?,?\s*(?:of\s|de\s|del\s)?\s*(?P<y>(?:19|20)\d\d)"
_LEAD = r"\s*[,(]?\s*(?:of|de|del|do|du|dated|from|vom|av|af|van|z dnia|от|issued on|promulgated on|den)?\s*(?:the\s|el\s|le\s)?\s*"
_DATES = (
    (re.compile(_LEAD + _DAY_MONTH_YEAR + r"\)?"), ("d", "m", "y")),
    (
        re.compile(
            _LEAD + r"(?P<m>[a-z]{3,10})\.?\s(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<y>(?:19|20)\d\d)\)?"
        ),
        ("d", "m", "y"),
    ),
    (re.compile(_LEAD + r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>(?:19|20)\d\d)\)?"), ("d", "m", "y")),
)
_DATE_THEN_NUMBER = re.compile(
    r"[^.;:()\n\d]{0,70}?(?P<date>\s(?:dated|of|de|du|from|vom)?\s?(?:[a-z]{3,10}\s\d{1,2},?\s(?:19|20)\d\d|\d{1,2}\s(?:de\s)?[a-z]{3,10}\s(?:de\s)?(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d))(?=\s*,?\s*(?:n\.?\s?(?:[º°]|o(?![a-z]))|nos?\.|nr\.?\s|№|number))"
)
_AND_NUMBER = re.compile(
    r"\s*(?:,|and|y|e|et)\s*(?:n\.?\s?(?:[º°]|o(?![a-z]))\s*|nos?\.\s*)?(\d{1,6}(?:[.,]\d{3})*(?:-[a-z]|\([ivx]{1,4}\)(?=/))?)(?:/((?:19|20)\d\d|\d\d)\b|\s(?:of|de)\s((?:19|20)\d\d)\b)"
)

"""How factsheets cite a law beside its name: in brackets, with a title behind the number, with dates of adoption and force."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from kg.extraction.citations import Citation, citations_between, plain_number
from kg.extraction.factsheets.union import union_mentions
from kg.extraction.gazetteer import Phrases, data


def cited_between(text: str, folded: str, start: int, end: int) -> list[Citation]:
    """The citations between two offsets, those with letters in the number ("Order PCM/1382/2021") included, in order."""
    found = list(citations_between(text, folded, start, end))
    found = [c for c in found if _GAZETTE.search(folded, c.start, c.end) is None]
    for match in _LETTERED.finditer(text, start, end):
        if not any(c.start < match.end() and match.start() < c.end for c in found):
            kind = (
                "executive-order"
                if "Order" in match["noun"]
                else "resolution"
                if "Resolution" in match["noun"]
                else "decree"
            )
            found.append(
                Citation(
                    match.start(), match.end(), kind, match["number"], int(match["year"]), None, None, True
                )
            )
    for match in _SUBSIDIARY.finditer(text, start, end):
        found = [c for c in found if not (c.start < match.end() and match.start() < c.end)]
        # "Subsidiary Legislations 601.03 and 601.05": a number further on has no noun of its own.
        found.append(
            Citation(match.start(), match.end(), "regulation", match["number"], None, None, None, True)
        )
    for match in _BRACKETED.finditer(text, start, end):
        if not any(c.start < match.end() and match.start() < c.end and c.number for c in found):
            kind = _ISSUED_KINDS.get(match["noun"], "act")
            number, year = match["number"].replace(" ", ""), match["year"] or match["last"]
            found.append(Citation(match.start(), match.end(), kind, number, int(year), None, None, True))
    for match in _ROMAN.finditer(text, start, end):
        if not any(c.start < match.end() and match.start() < c.end and c.number for c in found):
            found.append(
                Citation(
                    match.start(), match.end(), "act", match["number"] or match["alone"],
                    int(match["year"]) if match["year"] else None, None, None, True,
                )
            )  # fmt: skip
    for match in _ISSUER_NUMBER.finditer(text, start, end):
        if not any(c.start < match.end() and match.start() < c.end and c.number for c in found):
            kind = _ISSUED_KINDS[match["noun"]]
            found.append(
                Citation(
                    match.start(), match.end(), kind, match["number"], int(match["year"]), None, None, True
                )
            )
    for match in _ISSUED.finditer(text, start, end):
        overlapping = [c for c in found if c.start < match.end() and match.start() < c.end]
        date = a_date(folded, match.start("date"), match.end("date"))
        if date is None or date[0] is None or any(c.number for c in overlapping):
            continue
        found = [c for c in found if c not in overlapping]
        kind = _ISSUED_KINDS[match["noun"].split()[-1]]
        found.append(Citation(match.start(), match.end(), kind, None, date[1], date[0], None, True))
    return sorted((_completed(c, text, folded, end) for c in found), key=lambda c: c.start)


def _completed(cited: Citation, text: str, folded: str, end: int) -> Citation:
    """A citation with what stands behind it: the rest of its number ("2014 - 1330"), its day ("451/2016 (XII 19)", ", of 9 December")."""
    rest = (
        _SPACED_NUMBER.match(text, cited.end, end)
        if cited.number and _BARE_YEAR.fullmatch(cited.number)
        else None
    )
    if rest is not None:
        number, year = f"{cited.number}-{rest[1]}", int(cited.number or 0)
        cited = replace(cited, end=rest.end(), number=number, year=cited.year or year)
    if cited.number and re.fullmatch(r"0\d+", cited.number):
        cited = replace(cited, number=cited.number.lstrip("0") or cited.number)
    if cited.number and cited.number.startswith("Chapter "):
        cited = replace(cited, number=f"Cap. {cited.number.removeprefix('Chapter ')}")
    noun = folded[cited.start : cited.end]
    if cited.kind == "resolution" and "ministerial decision" in noun:
        cited = replace(cited, kind="decree")
    if cited.kind == "regulation":
        # Governments issue ordinances and orders; a regulation is called one.
        cited = replace(
            cited, kind=next((kind for word, kind in _GOVERNMENT_KINDS if word in noun), cited.kind)
        )
    if cited.date is not None:
        return cited
    day = _DAY_BEHIND.match(folded, cited.end, end)
    roman = _ROMAN_DAY.match(text, cited.end, end)
    if day is not None and (day["y"] is None or cited.year in (None, int(day["y"]))):
        year_of = int(day["y"]) if day["y"] else cited.year
        date = _a_day(year_of, data("citations")["months"].get(day["m"] or day["m2"]), day["d"] or day["d2"])
        # With a year of its own the day belongs to the words of the citation.
        return (
            replace(
                cited,
                date=date,
                year=cited.year or year_of,
                end=day.end() if day["y"] and not cited.number else cited.end,
            )
            if date
            else cited
        )
    if roman is not None and cited.year is not None and roman[1] in _ROMAN_MONTHS:
        return replace(cited, date=_a_day(cited.year, _ROMAN_MONTHS.index(roman[1]) + 1, roman[2]))
    return cited


def _a_day(year: int | None, month: int | None, day: str) -> dt.date | None:
    try:
        return dt.date(year, int(month), int(day)) if year and month else None
    except ValueError:
        return None


def bracket_citation(text: str, folded: str, at: int, end: int, kind: str) -> Citation | None:
    """The number or date right behind a name: "(No. 692 of 8 June 2018)", "(2018:218)", "(Cap. 546)", ", Law No. 5/2010".

    None for what stands there without either, and for acts of the Union.
    """
    match = _BRACKET.match(text, at, end) or _COMMA.match(text, at, end)
    if match is None:
        return _year_behind(folded, at, end, kind)
    second = _BRACKET.match(text, match.end(), end)
    if second is not None and not any(c.isdigit() for c in match[1]):
        # "Freedom of Information Act (FOIA) (Cap. 496)": the number stands in the second brackets.
        match = second
    inner_start, inner_end = match.start(1), match.end(1)
    if any(m.by_number for m in union_mentions(text, folded, inner_start, inner_end)):
        return None
    cited = [c for c in cited_between(text, folded, inner_start, inner_end) if c.marked]
    if cited and _NUMBERS[0].match(folded, inner_start, inner_end) is None:
        c = cited[0]
        if c.number is None and c.date is None:
            return None
        return Citation(
            at, match.end(), c.kind if c.kind != "other" else kind, c.number, c.year, c.date, None, True
        )
    for pattern in _NUMBERS:
        number = pattern.search(folded, inner_start, inner_end)
        if number is None:
            continue
        year = number.groupdict().get("y")
        date = a_date(folded, number.end(), inner_end)
        stated = text[number.start("n") : number.end("n")].strip(" .")
        return Citation(
            at, match.end(), kind, stated, int(year) if year else date[1] if date else None, date[0] if date else None, None, True,
        )  # fmt: skip
    dated = a_date(folded, inner_start, inner_end)
    if dated is not None and dated[0] is not None:
        return Citation(at, match.end(), kind, None, dated[1], dated[0], None, True)
    return _year_behind(folded, match.end(), end, kind) if inner_end - inner_start < 12 else None


def _year_behind(folded: str, at: int, end: int, kind: str) -> Citation | None:
    """ "Public Records Act of 1992", "Reuse Act of 10 May 2021": a year or date and no number."""
    match = _OF_YEAR.match(folded, at, end)
    if match is None:
        return None
    found = _read_date(match)
    return Citation(at, match.end(), kind, None, found[1], found[0], None, True) if found else None


def bracket_names(text: str, at: int, end: int) -> tuple[list[str], int]:
    """Short names and abbreviations in brackets behind a name, and where the text goes on."""
    match = _BRACKET.match(text, at, end)
    if match is None:
        return [], at
    inner = _HEREINAFTER.sub("", match[1])
    names = [part.strip(" ‘’'\"“”") for part in re.split(r"[;,]\s|\sor\s|\s[–—-]\s", inner)]
    kept = [
        n
        for n in names
        if 1 < len(n) <= 80
        and not re.search(
            r"\d{3,}|\b(?:no|nr|register number|only|see|the|since|in|as|for|e\.g|i\.e)\b", n.lower()
        )
        and n[:1].isalpha()
        and re.fullmatch(r"[IVX]+\.? \d+\.?", n) is None
        and n not in ("AI", "ICT", "IT", "EU", "HPC", "IoT", "DLT", "eID")
    ]
    return kept, match.end()


def cited_name(cited: Citation, text: str) -> str | None:
    """A citation as a name: its own words up to a number that has a year; None when they do not begin with the noun of a law."""
    stated = " ".join(text[cited.start : cited.end].split()).strip(" ,;")
    stated = re.sub(r"\s(?:issued|adopted|dated|enacted|promulgated) (?:on|of)?\s?(?=\d)", " of ", stated)
    whole = _WITH_YEAR.match(stated)
    if whole is not None:
        stated = whole[0]
    if stated.startswith("(") or re.search(r"\b(?:will|shall|was|is|has)\b", stated):
        return None
    if stated.count("(") != stated.count(")"):
        stated = stated.split("(")[0].strip() if stated.count("(") > stated.count(")") else stated.rstrip(")")
    return (
        stated[:1].upper() + stated[1:] if stated[:1].isalpha() and any(c.isdigit() for c in stated) else None
    )


def number_name(cited: Citation) -> str:
    """A name for a citation whose own words begin elsewhere: "Act No. 899 of 2018"."""
    year = f" of {cited.year}" if cited.year and str(cited.year) not in str(cited.number) else ""
    return (
        f"{cited.kind.replace('-', ' ').capitalize()} No. {cited.number}{year}"
        if cited.number
        else f"{cited.kind.capitalize()}{year}"
    )


def title_behind(text: str, cited: Citation, end: int) -> str | None:
    """The title behind a citation: "Law No. 19/2013 of 9 December **on Transparency**" → "Law on Transparency"."""
    listed = _TITLE_LISTED.match(text, cited.end, end)
    if listed is not None and cited.number:
        return " ".join(listed["title"].split())
    match = _TITLE_BEHIND.match(text, cited.end, end)
    if match is None:
        return None
    quoted, about = match[1], match[2]
    title = " ".join((quoted or about).split()).strip(" ,.;:‘’'\"“”")
    if not 8 <= len(title) <= 250:
        return None
    if about:
        noun = _NOUN.match(text, cited.start, cited.end)
        return (
            f"{noun[0].strip().capitalize() if noun and noun[0].islower() else noun[0].strip()} {title}"
            if noun
            else None
        )
    return title


def listed_end(text: str, cited: Citation, end: int) -> int | None:
    """Where a title behind a number ends ("S.L. 380.04: Rules on X"); None when no such title follows."""
    match = _TITLE_LISTED.match(text, cited.end, end)
    return match.end("title") if match is not None and cited.number else None


def names_behind(text: str, cited: Citation, end: int) -> list[str]:
    """The short names that brackets introduce behind a citation and its title: "Act No. 5 of 2015 on Trade (hereinafter, the Trade Act)"."""
    match = _TITLE_LISTED.match(text, cited.end, end) or _TITLE_BEHIND.match(text, cited.end, end)
    at = match.end() if match is not None else cited.end
    bracket = _BRACKET.match(text, at, end)
    if bracket is None or _HEREINAFTER.match(bracket[1]) is None:
        return []
    return bracket_names(text, at, end)[0]


def full_form(text: str, cited: Citation, end: int) -> str | None:
    """A citation as stated, with date and subject: "Law No. 1/2021, of February 11, on Administrative Simplification"."""
    match = _TITLE_BEHIND.match(text, cited.end, end)
    if match is None or match[2] is None:
        return None
    stated = " ".join(text[cited.start : match.end()].split()).strip(" ,.;:")
    return (
        stated
        if stated[:1].isupper() and stated.count("(") == stated.count(")") and len(stated) < 250
        else None
    )


def dated_verb(folded: str, verbs: Phrases, start: int, end: int) -> tuple[dt.date | None, int] | None:
    """The date or year that stands with a verb of a sentence: (date, year)."""
    for verb in verbs.finditer(folded, start, end):
        after = a_date(folded, verb.end(), min(verb.end() + 45, end))
        if after is not None:
            return after
        before = list(_DATE.finditer(folded, max(start, verb.start() - 70), verb.start()))
        if before and (found := _read_date(before[-1])) is not None:
            return found
    return None


def a_date(folded: str, start: int, end: int) -> tuple[dt.date | None, int] | None:
    """The first date or year between two offsets: (date, year)."""
    match = _DATE.search(folded, start, end)
    return _read_date(match) if match is not None else None


def citation_keys(
    kind: str, number: str | None, year: int | None, date: dt.date | None
) -> list[tuple[str, ...]]:
    """What two citations of one instrument share: kind, number and year, or kind and date."""
    if number:
        keys: list[tuple[str, ...]] = [("number", kind_family(kind), plain_number(number), str(year or ""))]
        return [*keys, ("on", plain_number(number), date.isoformat())] if date is not None else keys
    return [("date", kind_family(kind), date.isoformat())] if date is not None else []


def kind_family(kind: str) -> str:
    """Kinds that sources use for one another: decrees and decree-laws, the forms of policy."""
    policy = ("strategy", "plan", "guideline", "standard")
    return "decree" if kind == "decree-law" else "policy" if kind in policy else kind


def _read_date(match: re.Match[str]) -> tuple[dt.date | None, int] | None:
    year = int(match["y"])
    month = data("citations")["months"].get(match["m"]) if match["m"] else None
    if match["d"] and month:
        try:
            return dt.date(year, int(month), int(match["d"])), year
        except ValueError:
            return None, year
    return None, year


_HEREINAFTER = re.compile(
    r"^(?:hereinafter|hereafter|also known as|known as|so-called|the so-called|in short|abbreviated(?: as)?)(?:,)?\s(?:referred to as\s|called\s)?(?:the\s)?"
)
_BARE_YEAR = re.compile(r"(?:19|20)\d\d")
_SPACED_NUMBER = re.compile(r"\s[-–]\s?(\d{1,5})(?!\d)")
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAY_BEHIND = re.compile(
    rf"(?:,?\s(?:of|dated)|\sfrom)\s(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s(?P<m>{_MONTH})|(?P<m2>{_MONTH})\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,?\s(?P<y>(?:19|20)\d\d))?(?!\d)"
)
_ROMAN_DAY = re.compile(r"\s\((?:\d{4}\.?\s)?([IVX]{1,4})\.?\s(\d{1,2})\.?\)")
_ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_GOVERNMENT_KINDS = (("ordinance", "decree"), ("order", "executive-order"))
_A_DATE = (
    r"(?:(?P<d>\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s)?)?(?:(?P<m>january|february|march|april|may|june|july|august|september|october|november|december),?\s+(?:of\s)?)?"
    r"(?P<y>(?:19|20)\d\d)(?![\d/:])"
)
_DATE = re.compile(r"(?<![\d/.:-])" + _A_DATE + r"(?!\s?[-–]\s?(?:20)?\d\d)")
_OF_YEAR = re.compile(r"\s(?:of|from|dated)\s" + _A_DATE + r"(?!\s?[-–])")
_BRACKET = re.compile(r",?\s?[(\[]([^()\[\]]{2,120})[)\]]")
_COMMA = re.compile(
    r",\s((?:Cap|Chapter|No|Nr|Act No|Law No)\.?\s?\d[\d/]*(?:\sof\s(?:the\sLaws\sof\s\w+|(?:19|20)\d\d))?)"
)
_NUMBERS = (
    re.compile(r"(?<![\w/])(?P<n>(?:cap(?:\.|\s)|chapter\s)\s?\d{1,4})\b"),
    re.compile(
        r"(?<![\w/])(?:no\.?|nr\.?|number|n[°º])\s*(?P<n>\d[\w./:-]{0,14}?)(?=[\s,;)]|$)(?:\s+of\s+(?P<y>(?:19|20)\d\d)\b)?"
    ),
    re.compile(r"(?:register|reference) (?:number|no\.?)\s?(?P<n>\d[\w.]*\d)"),
    re.compile(
        r"\b(?:lgbl|lgbi|bgbl|official gazette|journal of laws)\.?\s(?:i\s|ii\s)?(?:no\.?|nr\.?)\s?(?P<n>(?P<y>(?:19|20)\d\d)\.\d{1,4}|\d{1,4}/(?:19|20)?\d\d)"
    ),
    re.compile(r"(?<![\w/])(?P<n>(?P<y>(?:19|20)\d\d):\d{1,5})(?!\w)"),
    re.compile(r"(?<![\w/])(?P<n>\d{1,5})/(?P<y>(?:19|20)\d\d)(?!\w)"),
    re.compile(
        r"(?<![\w/.])(?:s\.?l\.?|l\.?n\.?)\s?(?P<n>\d{1,4}(?:\.\d{1,3})?)(?:\sof\s(?P<y>(?:19|20)\d\d))?(?!\w)"
    ),
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ISSUED = re.compile(
    rf"(?P<noun>(?:(?:Royal|Government|Ministerial|Presidential|Grand-Ducal|Organic|Special|Federal|Cabinet|Legislative) )?(?:Regulation|Decree|Ordinance|Order|Resolution|Act|Law))"
    rf"(?: (?:of|by|adopted by) the [A-Z][\w,’-]*(?: (?:of|for|and|the|[A-Z][\w,’-]*)){{0,14}}?)?,? (?:of|dated) (?P<date>\d{{1,2}}(?:st|nd|rd|th)? (?:{MONTHS}) (?:19|20)\d\d)"
)
_ISSUED_KINDS = {
    "Regulation": "regulation",
    "Decree": "decree",
    "Ordinance": "decree",
    "Order": "executive-order",
    "Resolution": "resolution",
    "Act": "act",
    "Law": "act",
}
_BRACKETED = re.compile(
    r"(?P<noun>Act|Law|Ordinance|Decree|Regulation|Code)\s\((?:SFS\s|No\.?\s)?(?P<number>(?P<year>(?:19|20)\d\d):\s?\d{1,5}|\d{1,5}/(?P<last>(?:19|20)\d\d))\)"
)
_ROMAN = re.compile(
    r"(?:Act|Law)\s(?:(?:No\.?\s)?(?P<number>[CLXVIMD]{1,9})\sof\s(?P<year>(?:19|20)\d\d)|No\.\s(?P<alone>[CLXVIMD]{1,9})(?=\son\s))\b"
)
_GAZETTE = re.compile(r"\b(?:journal|gazette|bulletin|published)\b.*\d")
_ISSUER_NUMBER = re.compile(
    r"(?P<noun>Decree|Order|Resolution|Regulation)\sof\sthe\s[A-Z][\w,’-]*(?:\s(?:of|for|and|the|[A-Z][\w,’-]*)){0,14}?\s(?:No\.?\s)?(?P<number>\d{1,4})/(?P<year>(?:19|20)\d\d)(?:\s\([IVX]+\.?\s\d{1,2}\))?"
)
_LETTERED = re.compile(
    r"(?P<noun>(?:Ministerial |Joint )?(?:Order|Decree|Resolution))\s(?:of (?:the )?[A-Z]\w+ )?(?:No\.?\s)?(?P<number>[A-Z]{2,5}/\d{1,5})/(?P<year>(?:19|20)\d\d)(?!\d)"
)
_SUBSIDIARY = re.compile(r"(?:S\.\s?L\.|SL|Subsidiary Legislations?)\s?(?P<number>\d{1,4}\.\d{2,3})(?![\d.])")
_WITH_YEAR = re.compile(
    r"(?:[^\W\d][^\s\d]*\s){1,4}(?:[Nn][or]?[.º°]?\s?)?[\w-]*\d[\w-]*/(?:[\w-]+/)?(?:19|20)?\d\d(?![\d/])"
)
_NOUN = re.compile(
    r"(?:[A-Za-z]+-?[A-Za-z]*\s){0,3}?(?:Law|Act|Decree|Decree-Law|Ordinance|Order|Regulation|Resolution|Decision|Directive|Circular|law|act|decree|ordinance|order|regulation|resolution|decision)\b"
)
_STOPS = (
    r"(?=[.;(),’”]|\s(?:was|were|is|are|has|have|had|which|that|entered|came|sets|provides|lays|regulates|establishes|aims|transposes|transposed|transposing|defines|introduces|introduced|requires|states|determines|"
    r"governs|implement\w*|amend\w*|repeal\w*|replac\w*|adopted|published|as well|into|by the|in order|contains|in force|covers|set|modified|created|mandated|develops|repealed|regulated|was|enacted|complements|incorporates|imposes|obliges|applied|stipulates|ensures|allows|applies|and the)\b|$)"
)
_TITLE_LISTED = re.compile(
    r"(?:\s?:\s|\s(?:entitled|titled)\s(?:the\s)?|\s\((?=[^()]*(?:Rules|Regulations|Order|Act)\b[^()]*\)))(?P<title>[A-Z](?:[^;:.()\n]|\([^()\n]{2,60}(?:\([^()\n]{2,20}\)[^()\n]{0,60})?\)){8,230}?(?:Regulations|Rules|Order|Act)(?:\s(?:19|20)\d\d)?)(?=[;,.)]|\s(?:and|was|were|is|are)\b|\s*$)"
)
_TITLE_BEHIND = re.compile(
    r"(?:\s\((?:\d{4}\.?\s)?[IVX]{1,4}\.?\s\d{1,2}\.?\))?(?:,? of (?:\d{1,2}(?:st|nd|rd|th)? )?(?:"
    + MONTHS
    + r")(?: \d{1,2})?(?:,? (?:19|20)\d\d)?)?[,)]?\s(?:(?:entitled |titled |called |the )*[‘“\"]([^’”\"]{6,200})[’”\"]|((?:on|for the|concerning|regarding|regulating|establishing|amending|relating to)\s(?!\d)[^.;(),]{4,160}?(?:,\s[A-Z][^.;(),]{3,60}(?:\sand\s[A-Z][^.;(),]{2,60})?)?(?:,\sand\s(?:on|for|of)\s[^.;(),]{5,140})?))"
    + _STOPS
)

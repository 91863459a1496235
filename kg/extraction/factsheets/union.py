"""Acts of the European Union as national prose cites them: by number in any style, or by their well-known names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from kg.extraction.citations import Citation
from kg.extraction.factsheets.reading import FactsheetReading
from kg.questionnaire.wording import words_key
from kg.resources import bundled


@dataclass(frozen=True, slots=True)
class UnionAct:
    """An act as cited. `number` is without the year, as records and CELEX numbers have it."""

    kind: str
    number: str
    year: int
    name: str
    title: str | None = None
    aliases: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    date: str | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        return self.kind, self.year, self.number


@dataclass(frozen=True, slots=True)
class UnionMention:
    """Where an act is cited. `by_number` is False when only its well-known name is used."""

    start: int
    end: int
    act: UnionAct
    by_number: bool


def union_mentions(text: str, folded: str, start: int, end: int) -> list[UnionMention]:
    """The acts of the Union cited between two offsets, in order and without overlap."""
    found: list[UnionMention] = []
    for match in _CITED.finditer(folded, start, end):
        for first, last, act in _acts(folded, match):
            verb = _VERB.match(text, first, last)
            found.append(UnionMention(verb.end() if verb is not None else first, last, act, True))
    taken = [(m.start, m.end) for m in found]
    for match in _BARE.finditer(folded, start, end):
        bare = _act("directive", int(match[1]), int(match[2]))
        if bare is not None and not any(a <= match.start() < b for a, b in taken):
            found.append(UnionMention(match.start(), match.end(), bare, True))
            taken.append((match.start(), match.end()))
    known, pattern, capitals = _by_name()
    for names in (pattern.finditer(folded, start, end), capitals.finditer(text, start, end)):
        for match in names:
            if any(a <= match.start() < b for a, b in taken):
                continue
            if not any(c.isupper() for c in text[match.start() : match.end()]):
                continue
            named = known.get(words_key(match[0]))
            bracket = _BRACKETED.match(folded, match.end(), end)
            if named is not None and bracket is not None:
                cited = _act(named.kind, int(bracket[1]), int(bracket[2]))
                if cited is not None:
                    found.append(UnionMention(match.start(), bracket.end(), cited, True))
                    taken.append((match.start(), bracket.end()))
                    continue
            if named is not None:
                found.append(UnionMention(match.start(), match.end(), named, False))
                taken.append((match.start(), match.end()))
    return sorted(found, key=lambda m: m.start)


def cites_union(text: str, folded: str, cited: Citation) -> bool:
    """Whether a citation is that of an act of the Union, by its kind or its number."""
    stop = min(cited.end + 8, len(text))
    return cited.kind == "directive" or any(
        m.by_number for m in union_mentions(text, folded, cited.start, stop)
    )


def linked_act(reading: FactsheetReading, kind: str, start: int, stop: int) -> UnionAct | None:
    """The act of the Union that a directive, regulation or act named between two offsets is linked to."""
    if kind not in ("directive", "regulation", "act"):
        return None
    for link in reading.links_between(max(0, start - 12), stop):
        act = act_of_address(link.url) if link.end > start else None
        # "Cybersecurity Act" is how regulations are called; the address tells whose it is.
        if act is not None and kind in (act.kind, "act"):
            return act
    return None


def act_of_address(url: str) -> UnionAct | None:
    """The act that an address of EUR-Lex leads to, by its CELEX number or European Legislation Identifier.

    >>> act_of_address("http://eur-lex.europa.eu/LexUriServ/LexUriServ.do?uri=CELEX:32002L0019:EN:HTML").name
    'Directive 2002/19/EC'
    """
    celex, eli = _CELEX.search(url), _ELI.search(url)
    if celex is not None:
        kind, year, number = _SECTORS[celex["kind"]], int(celex["year"]), int(celex["number"])
    elif eli is not None:
        kind, year, number = (
            _SECTORS[eli["kind"][0].upper().replace("D", "L")],
            int(eli["year"]),
            int(eli["number"]),
        )
    else:
        return None
    listed = _listed().get((kind, year, str(number)))
    return listed or UnionAct(kind, str(number), year, citation(kind, year, number))


def _acts(folded: str, match: re.Match[str]) -> list[tuple[int, int, UnionAct]]:
    noun = match["noun"]
    kind = "directive" if "directive" in noun else "regulation" if "regulation" in noun else "other"
    found = []
    first = match.start()
    at = match.start("numbers")
    for number in _PAIR.finditer(folded, at, match.end()):
        act = _act(kind, int(number[1]), int(number[2]))
        # National directives are rare; national regulations and decisions are not, and have no mark of the Union.
        marked = kind == "directive" or _MARK.search(folded, match.start(), match.end()) is not None
        if act is not None and (marked or act.key in _listed()):
            found.append((first, number.end(), act))
        first = number.start()
    return found


def _act(kind: str, one: int, two: int) -> UnionAct | None:
    pairs = [(_year(one), two), (_year(two), one)]
    fitting = [(year, number) for year, number in pairs if year is not None and 1 <= number <= 9999]
    if not fitting:
        return None
    listed = [
        act for year, number in fitting if (act := _listed().get((kind, year, str(number)))) is not None
    ]
    if listed:
        return listed[0]
    year, number = fitting[0]
    if len(fitting) > 1 and year > 2014 > fitting[1][0]:
        year, number = fitting[0]
    elif kind == "regulation" and len(fitting) > 1 and fitting[1][0] < 2015:
        # "Regulation (EC) No 45/2001": before 2015 regulations carry the number first.
        year, number = fitting[1]
    return UnionAct(kind, str(number), year, citation(kind, year, number))


def citation(kind: str, year: int, number: int) -> str:
    """An act cited as the Official Journal does.

    >>> citation("directive", 2019, 1024)
    'Directive (EU) 2019/1024'
    """
    noun = {"directive": "Directive", "regulation": "Regulation"}.get(kind, "Decision")
    treaty = "EU" if year >= 2010 else "EC" if year >= 1993 else "EEC"
    if year >= 2015:
        return f"{noun} ({treaty}) {year}/{number}"
    if kind == "directive":
        return f"{noun} {year if year > 1998 else str(year)[2:]}/{number}/{treaty}"
    if kind == "regulation":
        return f"{noun} ({treaty}) No {number}/{year}"
    return f"{noun} {year}/{number}/{treaty}"


def _year(number: int) -> int | None:
    if 1952 <= number <= 2030:
        return number
    return 1900 + number if 58 <= number <= 99 else None


@cache
def _entries() -> tuple[UnionAct, ...]:
    raw: list[dict[str, Any]] = yaml.safe_load(
        (bundled("data") / "reference" / "union-acts.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        UnionAct(
            entry["kind"], str(entry["number"]), int(entry["year"]), entry["name"], entry.get("title"),
            tuple(entry.get("aliases") or ()), tuple(entry.get("topics") or ()), str(entry["date"]) if entry.get("date") else None,
        )
        for entry in raw
    )  # fmt: skip


@cache
def _listed() -> dict[tuple[str, int, str], UnionAct]:
    return {act.key: act for act in _entries()}


@cache
def _by_name() -> tuple[dict[str, UnionAct], re.Pattern[str], re.Pattern[str]]:
    known: dict[str, UnionAct] = {}
    for act in _entries():
        if act.name.startswith("Implementing"):
            continue
        for name in filter(None, (act.title, *act.aliases)):
            for variant in (name, *_variants(name, act.kind)):
                key = words_key(variant)
                # A word alone is mostly something else (an eIDAS node, the INSPIRE portal), and so is a programme's name.
                if _NOUN.search(key) or key in _ABBREVIATIONS:
                    known.setdefault(key, act)
    for name in _AMBIGUOUS:
        known.pop(name, None)
    acronyms = {key for key in known if len(key) <= 5 and " " not in key}
    phrases = sorted(set(known) - acronyms, key=len, reverse=True)
    body = "|".join(r"\W{1,3}".join(re.escape(word) for word in phrase.split()) for phrase in phrases)
    return (
        known,
        re.compile(rf"(?<![\w-])(?:{body or '(?!)'})(?![\w-])"),
        re.compile(
            rf"(?<![\w-])(?:{'|'.join(sorted(re.escape(a.upper()) for a in acronyms)) or '(?!)'})(?![\w-])"
        ),
    )


def _variants(name: str, kind: str) -> list[str]:
    found = [f"european {name}", f"eu {name}", f"european union {name}"]
    if not _NOUN.search(words_key(name)):
        found += [f"{prefix}{name} {noun}" for noun in ("regulation", "directive") for prefix in ("", "eu ")]
    first, _, noun = name.rpartition(" ")
    if noun in ("Regulation", "Directive"):
        found += [f"{noun} on {first}", f"{noun} on the {first}"]
        if first.endswith(" 2"):
            found += [f"{first[:-2]}2 {noun}", f"{first[:-2]} II {noun}"]
        elif first.isupper():
            found += [f"{first} I {noun}", f"{first} 1 {noun}", f"{first}1 {noun}"]
    return found


_NOUN = re.compile(r"\b(?:regulation|directive|act|code)\b")
_ABBREVIATIONS = frozenset({"gdpr", "sdgr", "psi directive"})
_AMBIGUOUS = (
    "data act",
    "cybersecurity act",
    "other regulation",
    "interoperability regulation",
    "ai act",
    "chips act",
)
"""Names that national laws bear too."""
_NUMBER = r"\d{1,4}\s?/\s?\d{1,4}(?:/(?:eu|ec|eec|ce|ue|euratom))?"
_CITED = re.compile(
    r"(?<![\w-])(?P<noun>(?:commission |council )?(?:(?:implementing|delegated|framework) )?(?:regulations?|directives?|decisions?))"
    r"(?P<between>\s+(?:of the european parliament and (?:of )?the council\s+|\(gdpr\)\s*)?(?:\(?(?:eu|ec|eec|ue|ce|euratom)(?:,\s?euratom)?\)?\s*)?(?:\(?no\.?|n[o°º]\.?|nr\.?)?\s*|\s+\()"
    rf"(?P<numbers>{_NUMBER}(?:(?:,\s|\sand\s|,\sand\s)(?:\(?(?:eu|ec)\)?\s*)?{_NUMBER})*)"
)
_BARE = re.compile(r"(?<![\w/.-])(\d{2,4})/(\d{1,4})/(?:ec|eu|eec)(?![\w/])")
_BRACKETED = re.compile(
    r"\s?\((?:[a-z]{2,9},?\s)?(?:(?:regulation|directive)\s)?(?:\(?(?:eu|ec)\)?\s)?(?:no\.?\s)?(\d{1,4})/(\d{1,4})(?:/(?:eu|ec))?(?:\sof[^()]{4,20})?\)"
)
_MARK = re.compile(r"\b(?:eu|ec|eec|ue|ce|euratom|european)\b|\bcommission\b")
_SECTORS = {"L": "directive", "R": "regulation"}
_CELEX = re.compile(r"CELEX(?::|%3A)3(?P<year>(?:19|20)\d\d)(?P<kind>[LR])(?P<number>\d{4})", re.IGNORECASE)
_ELI = re.compile(
    r"europa\.eu/eli/(?P<kind>dir|reg)(?:_impl|_del)?/(?P<year>(?:19|20)\d\d)/(?P<number>\d{1,4})"
)
_VERB = re.compile(r"(?:implementing|delegated)\s")
"""In small letters, and without the Commission before it, a verb: "implementing Directive 2000/31/EC"."""
_PAIR = re.compile(r"(\d{1,4})\s?/\s?(\d{1,4})(?:/(?:eu|ec|eec|ce|ue|euratom))?")

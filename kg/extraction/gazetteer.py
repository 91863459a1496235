"""What extraction knows before it reads: turns of phrase and head nouns (`data/*.yaml`), countries and organisations."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kg.questionnaire.wording import fold, words_key
from kg.resources import bundled

_DATA = Path(__file__).parent / "data"


class Phrases:
    """A set of phrases as one pattern over folded text; a phrase stands at word boundaries, `*` lets a word go on."""

    def __init__(self, phrases: Iterable[Any]) -> None:
        ordered = sorted({str(phrase) for phrase in phrases}, key=len, reverse=True)
        self._pattern = re.compile("|".join(_as_pattern(phrase) for phrase in ordered) or r"(?!)")

    def search(self, folded: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self._pattern.search(folded, start, len(folded) if end is None else end)

    def finditer(self, folded: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        return self._pattern.finditer(folded, start, len(folded) if end is None else end)

    def match(self, folded: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self._pattern.match(folded, start, len(folded) if end is None else end)


class Coded:
    """Phrases that stand for codes, such as topics: which codes a stretch of text speaks of."""

    def __init__(self, by_code: dict[str, list[Any]]) -> None:
        self._by_code = {code: Phrases(phrases) for code, phrases in by_code.items()}

    def codes(self, folded: str, start: int = 0, end: int | None = None) -> list[str]:
        """The codes spoken of, in the order of the data."""
        return [code for code, phrases in self._by_code.items() if phrases.search(folded, start, end)]

    def first(self, folded: str, start: int = 0, end: int | None = None) -> str | None:
        return next(
            (code for code, phrases in self._by_code.items() if phrases.search(folded, start, end)), None
        )

    def places(self, folded: str, start: int = 0, end: int | None = None) -> list[tuple[int, int, str]]:
        """Each place where a code is spoken of, in order."""
        return sorted(
            (match.start(), match.end(), code)
            for code, phrases in self._by_code.items()
            for match in phrases.finditer(folded, start, end)
        )


@dataclass(frozen=True, slots=True)
class RegisteredOrganisation:
    """An entry of the reference data."""

    id: str
    name: str
    kind: str
    acronym: str | None


@cache
def data(name: str) -> dict[str, Any]:
    """A file of `data/` as it is."""
    loaded: dict[str, Any] = _load(_DATA / f"{name}.yaml")
    return loaded


@cache
def phrases(name: str) -> Phrases:
    """The phrases of that name in `data/phrases.yaml`."""
    return Phrases(data("phrases")[name])


@cache
def coded(name: str) -> Coded:
    """The coded phrases of that name in `data/phrases.yaml`."""
    return Coded(data("phrases")[name])


@cache
def word_set(name: str) -> frozenset[str]:
    """A list of `data/names.yaml` as a set of folded words."""
    return frozenset(fold(str(word)) for word in data("names")[name])


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-3 by the words of each name; names of up to four capitals are kept as they are written."""
    folder = bundled("data") / "reference"
    known: dict[str, str] = {}
    with (folder / "countries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column in ("name_en", "name_es", "official_name_en"):
                if row[column]:
                    known[_country_key(row[column])] = row["iso3"]
    with (folder / "country-aliases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known.setdefault(_country_key(row["alias"]), row["iso3"])
    return known


def country_of(name: str) -> str | None:
    """The country with that name in one of the languages of the reference data."""
    known = countries()
    key = words_key(name)
    return (
        known.get(name.strip())
        or known.get(key)
        or known.get(re.sub(r"^(?:the|la|le|el|l|o|a|os|les|los|republic of|government of) ", "", key))
    )


def country_mentions(text: str, folded: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """The countries named between two offsets: (start, end, alpha-3)."""
    pattern, capitals = _country_patterns()
    known = countries()
    found = [
        (m.start(), m.end(), known[words_key(m[0])])
        for m in pattern.finditer(folded, start, end)
        if text[m.start()].isupper() or not text[m.start()].isalpha()
    ]
    found += [(m.start(), m.end(), known[m[0]]) for m in capitals.finditer(text, start, end)]
    return sorted(found)


@cache
def organisations() -> dict[str, RegisteredOrganisation]:
    """Organisations of the register by the words of each name; acronyms of up to five capitals as they are written."""
    entries = _load(bundled("data") / "reference" / "organisations.yaml")
    known: dict[str, RegisteredOrganisation] = {}
    for entry in entries:
        item = RegisteredOrganisation(entry["id"], entry["name"], entry["class"], entry.get("acronym"))
        names = [
            entry["name"],
            entry.get("acronym"),
            *(alias for group in (entry.get("aliases") or {}).values() for alias in group),
        ]
        for name in filter(None, names):
            known.setdefault(_country_key(str(name)), item)
    return known


def organisation_mentions(
    text: str, folded: str, start: int, end: int
) -> list[tuple[int, int, RegisteredOrganisation]]:
    """Registered organisations named between two offsets; the longest name wins."""
    pattern, capitals = _organisation_patterns()
    known = organisations()
    found = []
    for match in pattern.finditer(folded, start, end):
        entry = known.get(words_key(match[0]))
        if (entry is not None and any(c.isupper() for c in text[match.start() : match.end()])) or (
            entry and not text[match.start()].isascii()
        ):
            found.append((match.start(), match.end(), entry))
    # Long names are found in order and without overlap: the last one that begins before decides.
    starts, ends = [a for a, _, _ in found], [b for _, b, _ in found]
    for match in capitals.finditer(text, start, end):
        before = bisect_right(starts, match.start()) - 1
        if before < 0 or match.start() >= ends[before]:
            found.append((match.start(), match.end(), known[match[0]]))
    return sorted(found, key=lambda item: item[0])


def _country_key(name: str) -> str:
    return name if len(name) <= 5 and name.isupper() else words_key(name)


@cache
def _country_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return _patterns(countries())


@cache
def _organisation_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return _patterns(organisations())


def _patterns(known: Iterable[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = list(known)
    long = sorted((name for name in names if not name.isupper() and len(name) > 2), key=len, reverse=True)
    short = sorted((name for name in names if name.isupper()), key=len, reverse=True)
    # One alternation behind the first letter keeps the search linear and quick.
    by_letter: dict[str, list[str]] = {}
    for name in long:
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]).replace(r"\ ", r"[\s,'.-]{1,2}"))
    pattern = "|".join(f"{re.escape(letter)}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return (
        re.compile(rf"\b(?:{pattern or '(?!)'})(?!\w)"),
        re.compile(rf"\b(?:{'|'.join(re.escape(name) for name in short) or '(?!)'})(?!\w)"),
    )


def _as_pattern(phrase: str) -> str:
    folded = fold(phrase.rstrip("*").strip())
    body = re.escape(folded).replace(r"\ ", r"\s+").replace(r"\-", r"[\s-]?").replace(r"\*", r"\w*")
    before = r"\b" if folded[:1].isalnum() else ""
    after = "" if phrase.endswith("*") or not folded[-1:].isalnum() else r"\b"
    return before + body + after


def _load(path: Path) -> Any:
    # The safe loader written in C, where PyYAML has it: ten times faster.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506

"""Names as they are compared: folded, in everyday words of one language, without what says nothing.

"The Danish Data Protection Agency" and "Agencia de Protección de Datos" have the same words: agency, data, protection.
The words are in `data/name-forms.yaml`. Only comparison uses forms; what is published is the name as stated.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pycountry

from kg.iris import slug
from kg.records.codes import EUROPEAN_UNION
from kg.records.yaml_source import read_yaml
from kg.resources import bundled


@dataclass(frozen=True, slots=True)
class Form:
    """A name reduced to the words that tell it from others, in their order, the numbers in it, and the countries."""

    words: tuple[str, ...]
    numbers: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    letters: str = field(default="", compare=False)
    """The whole name as one word."""

    def among(self, list_name: str) -> frozenset[str]:
        """The words of a list of the knowledge (`kinds_of_body`) that the name has."""
        return frozenset(self.words).intersection(knowledge()[list_name])


def form_of(name: str) -> Form:
    """The form of a name. Words for a country ("Danish", "of Denmark") are noted and left out, unless nothing else is left.

    >>> form_of("The Ministerio de Salud") == form_of("Ministry of Health")
    True
    """
    if _ADDRESS.fullmatch(name.strip()):
        return Form((compact(name),))
    words = folded(name)
    numbers = frozenset(word for word in words if word.isdecimal())
    countries = countries_named(name)
    said: list[str] = []
    apart: list[str] = []
    for word in words:
        if word in numbers or word in _stop():
            continue
        for part in _parts(word):
            (apart if part in _country_words() else said).append(_plain(part))
    while len(said) > 1 and said[-1] in _legal_forms():
        said.pop()
    return Form(tuple(dict.fromkeys(said or apart)), numbers, countries, "".join(words))


_ADDRESS = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?", re.IGNORECASE)


def folded(name: str) -> list[str]:
    """The words of a name in lower case without accents; "e-Government" is one word, as "eGovernment" is."""
    text = re.sub(r"\b([ei])-(?=[A-Za-z]{3})", r"\1", name.replace("’", "'").replace("+", " plus "))
    return [word for word in unquote(slug(text)).split("-") if word]


def compact(acronym: str) -> str:
    """An acronym as it is compared: letters and digits only ("A-SIT", "ASIT", "KIFÜ" → "kifu")."""
    return "".join(folded(acronym))


def initials(name: str) -> frozenset[str]:
    """What the acronym of a name may be: initials of all its words, and of those that are no stop words."""
    words = folded(re.sub(r"\be(?=[A-Z])", "e ", name))
    return frozenset(
        "".join(word[0] for word in kept)
        for kept in (words, [word for word in words if word not in _stop()])
        if len(kept) > 1
    )


def countries_named(name: str) -> frozenset[str]:
    """The countries that a name names ("AGESIC of Uruguay" → URY), `EUE` for the union."""
    words = folded(name)
    text = f" {' '.join(words)} "
    found = {code for code, known in _words_of_country().items() if not known.isdisjoint(words)}
    found.update(code for phrase, code in _phrases_for_countries().items() if f" {phrase} " in text)
    if not knowledge()["of_the_union"].isdisjoint(words):
        found.add(EUROPEAN_UNION)
    return frozenset(found)


def signed_by_several(form: Form) -> bool:
    """Whether the name is that of a document which several countries sign and report: a declaration, a treaty."""
    return not knowledge()["signed_by_several"].isdisjoint(form.words)


@cache
def common_words() -> frozenset[str]:
    """The words that names of many bodies share."""
    return frozenset(knowledge()["common"])


@cache
def knowledge() -> Mapping[str, Any]:
    """`data/name-forms.yaml`: lists of words as sets, tables of words as they are."""
    data = read_yaml(Path(__file__).with_name("data") / "name-forms.yaml").data
    return {key: frozenset(value) if isinstance(value, list) else value for key, value in data.items()}


def _parts(word: str) -> tuple[str, ...]:
    """The words in a word: of a compound, and of an "e-word" such as "eProcurement"."""
    if word in _compounds():
        return _compounds()[word]
    rest = word[1:]
    if (
        word.startswith("e")
        and word not in _everyday()
        and (rest in _everyday() or _singular(rest) in _everyday())
    ):
        return ("electronic", rest)
    return (word,)


def _plain(word: str) -> str:
    """The everyday word for a word; itself in the singular where none is known."""
    return _everyday().get(word) or _everyday().get(_singular(word)) or _singular(word)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


@cache
def _stop() -> frozenset[str]:
    return frozenset(knowledge()["stop"])


@cache
def _legal_forms() -> frozenset[str]:
    return frozenset(knowledge()["legal_forms"])


@cache
def _everyday() -> dict[str, str]:
    table: dict[str, str] = {}
    for everyday, others in knowledge()["words"].items():
        table.setdefault(everyday, everyday)
        for other in others:
            table.setdefault(unquote(slug(other)), everyday)
    return table


@cache
def _compounds() -> dict[str, tuple[str, ...]]:
    return {word: tuple(parts) for word, parts in knowledge()["compounds"].items()}


@cache
def _words_of_country() -> dict[str, frozenset[str]]:
    """Single words that stand for a country: its name where that is one word, and its demonyms."""
    words = {code: set(map(str, known)) for code, known in knowledge()["demonyms"].items()}
    for phrase, code in _country_names().items():
        if "-" not in phrase and len(phrase) > 3:
            words.setdefault(code, set()).add(phrase)
    return {code: frozenset(known) for code, known in words.items()}


@cache
def _country_words() -> frozenset[str]:
    # "European" says whose a thing is, but also what a national ministry is for.
    words = (words for code, words in _words_of_country().items() if code != EUROPEAN_UNION)
    return frozenset(chain.from_iterable(words))


@cache
def _phrases_for_countries() -> dict[str, str]:
    return {name.replace("-", " "): code for name, code in _country_names().items() if "-" in name}


@cache
def _country_names() -> dict[str, str]:
    names = {slug(country.name): country.alpha_3 for country in pycountry.countries}
    with (bundled("data") / "reference" / "country-aliases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names.setdefault(unquote(slug(row["alias"])), row["iso3"])
    with (bundled("data") / "reference" / "countries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column in ("name_en", "name_es"):
                names.setdefault(unquote(slug(row[column])), row["iso3"])
    return {name: code for name, code in names.items() if len(name) > 3}

"""What the name of a body says: its type, whether it names one body at all, and the words by which two names are compared."""

from __future__ import annotations

from functools import cache, lru_cache

from kg.extraction.gazetteer import countries, data, word_set
from kg.extraction.names import classify
from kg.questionnaire.wording import fold, words_key


def vague(name: str) -> bool:
    """Whether a name says only what kind of body it is ("the Ministry", "National Council", "Board of AMA")."""
    if fold(name).replace("’", "'") in ("prime minister's office", "cabinet office", "casa civil"):
        return False
    words = [word for word in words_key(name).split() if word not in word_set("connectors")]
    rest = [word for word in words if word not in _head_words()]
    return (
        not rest
        or (len(words) <= 2 and len(rest) == 1 and rest[0].upper() in name.split() and len(rest[0]) <= 5)
        or all(word in word_set("vague") for word in rest)
    )


@cache
def own_words(country: str) -> frozenset[str]:
    """The words by which a country calls itself: they tell two names of one body not apart."""
    words = {
        word
        for name, iso3 in countries().items()
        if iso3 == country
        for word in name.split()
        if len(word) > 3
    }
    return frozenset(words)


@lru_cache(maxsize=16384)
def name_key(name: str, own: frozenset[str]) -> frozenset[str]:
    """The words of a name by which bodies are compared: no small words, no plural, abbreviations of ICT spelled out."""
    words = words_key(name).split()
    expanded: list[str] = []
    for word in words:
        if word in ("ict", "icts", "tic", "tics"):
            expanded += (
                ["information", "communication", "technology"]
                if word.startswith("ict")
                else ["informacion", "comunicacion", "tecnologia"]
            )
        else:
            expanded.append(word)
    return frozenset(
        _singular(word)
        for word in expanded
        if word not in word_set("connectors")
        and word not in own
        and not any(len(o) > 4 and word.startswith(o[: max(5, len(o) - 1)]) for o in own)
    )


def body_type(name: str) -> str:
    """The type of body that a name tells by its head noun, else by any noun of bodies in it, the last one first."""
    group, kind = classify(name)
    if group == "bodies" and kind:
        return kind
    found = next(
        (
            k
            for word in reversed(words_key(name).split())
            for k, words in data("names")["bodies"].items()
            if word in words
        ),
        None,
    )
    return found or "other"


@cache
def _head_words() -> frozenset[str]:
    return frozenset(
        word
        for group in data("names")["bodies"].values()
        for phrase in group
        for word in words_key(str(phrase)).split()
    )


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and len(word) > 4 and not word.endswith("ss") else word

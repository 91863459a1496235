"""What a title says of the thing it names: its kind of instrument, and the words that tell it from others."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from kg.extraction.factsheets.reading import coded_words, word_set, words
from kg.extraction.gazetteer import countries, data
from kg.questionnaire.outline import OutlineItem
from kg.questionnaire.wording import fold, words_key


@lru_cache(maxsize=8192)
def title_kind(name: str) -> str | None:
    """The kind of instrument by the head noun of a title; None when the title names something else."""
    folded = _PROPOSAL.sub("", _YEARS_AT_END.sub("", fold(name))).strip(" ,-–'\"")
    folded = _QUOTED.sub(" ", folded).strip() or folded
    if _OF_BODY.match(folded) and not _LAW_END.search(folded):
        # "Department of Connectivity and Digital Policy": what the body is for, no policy.
        return None
    kind = _head_kind(folded)
    if kind is None:
        # "One Digital Sector: Digital Strategy for the Public Sector", "eLand - A Public Policy in eGovernment".
        parts = _PARTS.split(folded)[1:]
        kind = next((k for part in parts if (k := _head_kind(_ARTICLE.sub("", part)))), None)
    return kind


def _head_kind(folded: str) -> str | None:
    kinds = coded_words("instrument_kinds")
    for first, last, kind in kinds.places(folded):
        if first == 0 and (last > 24 or " of " in folded[:last]):
            return kind
    main = _main(folded)
    other = list(words("not_instruments").finditer(main))
    places = [
        p
        for p in kinds.places(main)
        if not any(m.start() <= p[0] < m.end() for m in other) and main[p[0] - 1 : p[0]] != "-"
    ]
    if not places or (other and other[-1].end() > max(p[1] for p in places)):
        # "Electronic Communications (Data) Act", "Register of Legal Entities Act": the noun stands at the very end.
        if other and (other[0].start() == 0 or not folded.endswith((" act", " regulations"))):
            return None
        places = [
            p
            for p in kinds.places(folded)
            if p[1] == len(folded) and p[2] != "other" and folded[p[0] - 1 : p[0]] != "-"
        ]
        if not places:
            return None
    if _COLLECTION.search(main):
        return None
    end = max(p[1] for p in places)
    if main[end:].startswith(" and "):
        return None
    if set(re.findall(r"[\w-]+", re.split(r"['\"]", main[end:])[0])) & _things():
        # "Law Database", "Programme Management Department": the noun only says what the thing is for.
        return None
    return max((p for p in places if p[1] == end), key=lambda p: p[1] - p[0])[2]


@cache
def _things() -> frozenset[str]:
    bodies = {fold(str(w)) for kind in data("names")["bodies"].values() for w in kind if " " not in str(w)}
    return frozenset(bodies | word_set("system_nouns")) - {
        "centre",
        "center",
        "service",
        "administration",
    }


def _main(folded: str) -> str:
    """A title up to what it is about: "act on x" → "act", "national strategy for y" → "national strategy"."""
    cut = _ABOUT.search(folded)
    return folded[: cut.start()] if cut and cut.start() > 2 else folded


def named_by_year(name: str) -> str | None:
    """The kind of "Digital Spain 2026", "Digital Decade 2030": a plan named by the year it leads to; None for other titles."""
    return "plan" if re.fullmatch(r"(?:[\w.’'-]+\s){1,4}20[2-5]\d", name) else None


def section_topics(item: OutlineItem, title: str) -> list[str]:
    """The legal topics of what an item names: those of its section, or the narrower one that its title names."""
    folded = fold(title)
    topics = list(item.section.topics)
    if words("personal_data").search(folded) and item.section.chapter in ("2", "3"):
        return ["data-protection"]
    if "open-data" in topics and words("access").search(folded):
        topics.append("access-to-information")
    return topics


def name_key(name: str, country: str) -> str:
    """The words of a name that tell it from others: without articles and the country's own name, abbreviations spelled out."""
    own, spelled = _own_words(country), data("factsheets")["spelled"]
    name = re.sub(r"\s\([^()]*\)", "", name)
    kept = [
        spelled.get(w, w)
        for w in words_key(name).replace("cyber security", "cybersecurity").split()
        if w not in word_set("small_words_of_titles") and w not in own
    ]
    return " ".join(kept)


def undated(name: str) -> str:
    """A title without the year or period at its end."""
    return _YEARS_AT_END.sub("", name).strip(" ,-–")


@cache
def _own_words(country: str) -> frozenset[str]:
    names = {
        w for key, code in countries().items() if code == country for w in fold(key).split() if len(w) > 3
    }
    return frozenset(
        (names | set(data("factsheets")["demonyms"].get(country, ())))
        - {"european", "union", "kingdom", "state"}
        | {"republic"}
    )


_YEARS_AT_END = re.compile(
    r"[\s,]*(?:for (?:the )?(?:period|years) |for |of |from |in |until )?\(?(?:19|20)\d\d(?:\s?[-–—/]\s?(?:(?:19|20)?\d\d))?\)?$"
)
_ABOUT = re.compile(
    r"\s(?:on|for|of|to|in|concerning|regarding|about|towards|adopting|establishing|amending|approving|against|under|with|relating|supporting|by|within|across|introducing|governing|−|-|–|:)\s|:\s"
)
_PARTS = re.compile(r"\s[-–—−]\s|:\s")
_QUOTED = re.compile(r"(?<=\w)\s'[^']{3,}'(?!\w)|(?<=\w)\s\"[^\"]{3,}\"")
_OF_BODY = re.compile(
    r"(?:the )?(?:department|ministry|office|agency|directorate|unit|secretariat|division|centre|center) (?:of|for)\b"
)
_LAW_END = re.compile(r"\b(?:act|acts|law|regulations|order|strategy|plan|programme|charter)$")
_ARTICLE = re.compile(r"^(?:an?|the)\s")
_PROPOSAL = re.compile(r"^(?:proposal for|draft|draft of|proposed)\s(?:(?:an?|the)\s)?(?=\w)")
_COLLECTION = re.compile(r"\b(?:strategies|acts|laws|decrees|policies|bills|plans|programmes)$")

"""Typo-tolerant search in names, in all languages at once.

Names are cut into words without accents and case. Each word of a query is matched with the words that there are:
exactly, as a beginning, inside a word, or with a few letters wrong (Damerau-Levenshtein, rapidfuzz). Words that are
rare say more than frequent ones. The last word of a query may be unfinished, as it is while somebody types.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

LONGEST: Final = 200
"""Characters of a query that are looked at."""

KIND_WEIGHT: Final = {
    "country": 1.5, "instrument": 1.1, "body": 1.1, "portal": 1.05, "platform": 1.05, "concept": 1.0,
    "organisation": 1.0, "question": 0.8, "region": 0.8,
}  # fmt: skip
"""Between equal matches, what people more often look for."""

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing found: its entry of the snapshot, the name that matched, and how well (only good for ordering)."""

    entry: Mapping[str, Any]
    name: str
    score: float


class SearchIndex:
    """An index over the snapshot's search entries (overview.search_entries)."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self._entries = list(entries)
        self._names: list[tuple[int, str, tuple[str, ...]]] = []
        postings: defaultdict[str, list[int]] = defaultdict(list)
        for position, entry in enumerate(self._entries):
            names = [*entry["labels"].values(), *(name for name, _ in entry["names"])]
            for name in dict.fromkeys(names):
                words = words_of(name)
                if not words:
                    continue
                number = len(self._names)
                self._names.append((position, name, words))
                for word in set(words):
                    postings[word].append(number)
        self._postings = dict(postings)
        self._vocabulary = sorted(self._postings)
        total = max(len(self._names), 1)
        self._weight = {w: math.log(1 + total / len(found)) for w, found in self._postings.items()}
        self._of_iri = {entry["iri"]: entry for entry in self._entries}
        self.kinds = sorted({entry["kind"] for entry in self._entries})
        self._similar = lru_cache(2048)(self._similar_words)

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, iri: str) -> Mapping[str, Any] | None:
        """The entry of a thing."""
        return self._of_iri.get(iri)

    def find(self, query: str, *, kind: str | None = None, country: str | None = None) -> list[Hit]:
        """All things whose names match, best first. `country` is an IRI."""
        words = words_of(query[:LONGEST])[:12]
        if not words:
            return []
        scores: dict[int, list[float]] = {}
        for place, word in enumerate(words):
            similar = self._similar(word, place == len(words) - 1)
            best: dict[int, float] = {}
            for other, closeness in similar.items():
                value = closeness * self._weight[other]
                for number in self._postings[other]:
                    if value > best.get(number, 0.0):
                        best[number] = value
            for number, value in best.items():
                scores.setdefault(number, [0.0] * len(words))[place] = value
        whole = " ".join(words)
        hits: dict[int, Hit] = {}
        most = max((sum(1 for value in found if value) for found in scores.values()), default=0)
        least = max(1, min(most, len(words) if len(words) <= 2 else len(words) - 1))
        for number, found in scores.items():
            matched = sum(1 for value in found if value)
            if matched < least:
                continue
            position, name, name_words = self._names[number]
            entry = self._entries[position]
            if (kind and entry["kind"] != kind) or (
                country and country not in (entry["country"], entry["iri"])
            ):
                continue
            score = sum(found) * (matched / len(words)) ** 2
            score *= 1 + matched / (len(name_words) + 1)
            text = " ".join(name_words)
            if text == whole:
                score *= 2.5
            elif text.startswith(whole):
                score *= 1.6
            elif whole in text:
                score *= 1.25
            score *= KIND_WEIGHT.get(entry["kind"], 0.9)
            if position not in hits or score > hits[position].score:
                hits[position] = Hit(entry, name, score)
        return sorted(hits.values(), key=lambda hit: (-hit.score, hit.name.casefold(), hit.entry["iri"]))

    def _similar_words(self, word: str, unfinished: bool) -> dict[str, float]:
        """Words of the index for a word of the query, with how close they are (1 is the same)."""
        found: dict[str, float] = {}
        if word in self._postings:
            found[word] = 1.0
        if unfinished or len(word) >= 3:
            for other in self._vocabulary:
                if other != word and word in other:
                    share = len(word) / len(other)
                    if other.startswith(word):
                        found[other] = 0.6 + 0.3 * share
                    elif len(word) >= 4:
                        found[other] = 0.3 + 0.3 * share
        if len(word) >= 4 and not word.isdigit():
            allowed = 1 if len(word) < 8 else 2
            near = process.extract(
                word, self._vocabulary, scorer=OSA.distance, score_cutoff=allowed, limit=60
            )
            for other, distance, _ in near:
                if not other.isdigit():
                    found[other] = max(found.get(other, 0.0), 0.75 - 0.2 * distance)
        return found


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without accents.

    >>> words_of("Política de Gobierno Digital")
    ('politica', 'de', 'gobierno', 'digital')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return tuple(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))

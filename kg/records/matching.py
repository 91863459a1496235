"""Which entries of records may be one thing: candidate pairs with a score and the reasons for it.

Evidence is a name (`kg.records.name_forms`), an acronym or a web address that two things share; numbers, years, kinds of
body and a part-whole relation that tell them apart count against it, and a different country rules a pair out unless one of the
sources speaks of the other's country. Pure functions over records; people decide (docs/identity.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from math import log

from rapidfuzz.fuzz import ratio

from kg.records.codes import EUROPEAN_UNION
from kg.records.model import Record
from kg.records.name_forms import Form, common_words, signed_by_several
from kg.records.same_as import SameAs
from kg.records.things import Thing, things

LIKELY = 0.85
"""From this score on a pair is proposed as one thing."""
DOUBTFUL = 0.5
"""From this score on a pair is on the review list."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two things that may be one. `kept` is the identifier to keep, as far as that can be told."""

    given_up: Thing
    kept: Thing
    score: float
    reasons: tuple[str, ...]

    @property
    def likely(self) -> bool:
        return self.score >= LIKELY


def candidates(records: Iterable[Record], same_as: SameAs, *, threshold: float = DOUBTFUL) -> list[Candidate]:
    """The pairs that nobody has decided on and that score at least `threshold`, best first."""
    known = things(records, same_as)
    weigh = Weights.of(known)
    found = []
    for one, other in _pairs(known):
        if same_as.different(one.path, other.path):
            continue
        score, reasons = compare(one, other, weigh)
        if score >= threshold:
            found.append(Candidate(*_ordered(one, other), round(score, 3), reasons))
    return sorted(found, key=lambda found: (-found.score, found.given_up.path, found.kept.path))


def proposals(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without likely pairs that follow from others: of ten names of one thing, nine pairs, not 45."""
    leader: dict[str, str] = {}

    def end(path: str) -> str:
        while path in leader:
            path = leader[path]
        return path

    kept, rest = [], []
    for candidate in found:
        one, other = end(candidate.given_up.path), end(candidate.kept.path)
        if not candidate.likely:
            rest.append(candidate)
        elif one != other:
            leader[one] = other
            kept.append(candidate)
    return kept + rest


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a word or an address tells, by how many things have it."""

    words: dict[str, float]
    addresses: Counter[str]

    @staticmethod
    def of(known: Sequence[Thing]) -> Weights:
        """The weights of words and addresses among these things."""
        counts: Counter[str] = Counter()
        addresses: Counter[str] = Counter()
        for thing in known:
            counts.update({word for form in thing.names.values() for word in form.words})
            addresses.update(thing.hosts | thing.urls)
        total = max(len(known), 2)
        words = {
            word: (0.3 if word in common_words() else 1.0) * (0.25 + log(total / count) / log(total))
            for word, count in counts.items()
        }
        return Weights(words, addresses)

    def word(self, word: str) -> float:
        return self.words.get(word, 1.25)


def compare(one: Thing, other: Thing, weights: Weights) -> tuple[float, tuple[str, ...]]:
    """How likely the two are one thing, from 0 to 1, and why."""
    if not _may_be_one(one, other):
        return 0.0, ("other country",)
    evidence: list[tuple[float, str]] = []
    alike, names = _best_names(one, other, weights)
    if told := _interpolated(alike):
        evidence.append((told, f"names alike ({alike:.2f}): {names[0]} / {names[1]}"))
    if _one_within_the_other(one.names[names[0]], other.names[names[1]]):
        evidence.append((_WITHIN, "one name is within the other"))
    evidence.extend(_acronyms(one, other))
    evidence.extend(_addresses(one, other, weights))
    doubt = 1.0
    for strength, _ in evidence:
        doubt *= 1 - strength
    score = 1 - doubt
    reasons = [reason for _, reason in evidence]
    for factor, reason in _objections(one, other, names):
        score *= factor
        reasons.append(reason)
    return score, tuple(reasons)


_NAME = ((1.0, 0.92), (0.9, 0.8), (0.8, 0.6), (0.7, 0.42), (0.5, 0.15), (0.3, 0.0))
"""Similarity of names → how much it tells; between the points, in proportion."""

_WITHIN = 0.25


def _one_within_the_other(one: Form, other: Form) -> bool:
    """Whether one name of a body is the other with something left out, and still says what kind of body it is."""
    shorter, longer = sorted((set(one.words), set(other.words)), key=len)
    kinds = one.among("kinds_of_body")
    return len(shorter) > 1 and shorter < longer and bool(kinds) and kinds == other.among("kinds_of_body")


def _interpolated(alike: float) -> float:
    """How much names tell that are so much alike, by the points of `_NAME`."""
    for (high, told_high), (low, told_low) in pairwise(_NAME):
        if alike >= low:
            return told_low + (told_high - told_low) * (alike - low) / (high - low)
    return 0.0


def _may_be_one(one: Thing, other: Thing) -> bool:
    """The veto: things of two countries are two, unless a source speaks of the other's country, or several share them.

    Shared may be organisations that are no government bodies, what has one address, systems with one longer acronym or
    that both sources call European, and documents that several countries sign; nothing that is called national.
    """
    if one.kind != other.kind:
        return False
    if _of_one_country(one, other):
        return True
    if one.international and other.international:
        return True
    if any("national" in next(iter(thing.names.values())).words for thing in (one, other)):
        return False
    if one.urls & other.urls:
        return True
    if one.kind == "instrument":
        return all(any(map(signed_by_several, thing.names.values())) for thing in (one, other))
    return one.kind != "organisation" and _shared_system(one, other)


def _of_one_country(one: Thing, other: Thing) -> bool:
    """Whether the sources say so: of one of the two it is the country, and of the other it may be."""
    return one.country in other.countries or other.country in one.countries


def _shared_system(one: Thing, other: Thing) -> bool:
    """Whether systems of two countries may be one of the European Union, or of several countries."""
    european = [EUROPEAN_UNION in thing.countries for thing in (one, other)]
    longest = max(map(len, one.acronyms & other.acronyms), default=0)
    if all(european) or longest >= (_SYSTEM_OF_THE_UNION if any(european) else _SYSTEM):
        return True
    return any(european) and not _long_names(one).isdisjoint(_long_names(other))


def _long_names(thing: Thing) -> set[frozenset[str]]:
    return {frozenset(form.words) for form in thing.names.values() if len(form.words) > 3}


_SYSTEM_OF_THE_UNION = 4
_SYSTEM = 5
"""Letters that the acronym of a system has which is the same in two countries: shorter ones meet by chance."""


def _best_names(one: Thing, other: Thing, weights: Weights) -> tuple[float, tuple[str, str]]:
    best, pair = 0.0, (next(iter(one.names)), next(iter(other.names)))
    for name, form in one.names.items():
        for another, with_form in other.names.items():
            alike = 1.0 if name == another else similarity(form, with_form, weights)
            if name.endswith("…") and another.endswith("…"):
                alike *= 0.8  # what was cut off may differ
            if alike > best:
                best, pair = alike, (name, another)
    return best, pair


def similarity(one: Form, other: Form, weights: Weights) -> float:
    """How much of the weight of the words of two names is in words that both have; nearly equal words count less.

    Names with numbers that the other lacks on both sides ("2018–2020", "2020–2022") are hardly alike.
    """
    if not one.words or not other.words:
        return 0.0
    alike = 1.0 if one.words == other.words else max(_shared(one, other, weights), _spelt_alike(one, other))
    comparable = one.numbers <= other.numbers or other.numbers <= one.numbers
    return alike if comparable else 0.4 * alike


def _shared(one: Form, other: Form, weights: Weights) -> float:
    weight_one, weight_other = (sum(map(weights.word, form.words)) for form in (one, other))
    shared = set(one.words) & set(other.words)
    matched = 2 * sum(map(weights.word, shared))
    rest = [word for word in other.words if word not in shared]
    for word in one.words:
        if word in shared or not rest:
            continue
        nearest = max(rest, key=lambda candidate: _alike(word, candidate))
        if (alike := _alike(word, nearest)) >= _TYPO:
            matched += alike * (weights.word(word) + weights.word(nearest))
            rest.remove(nearest)
    return matched / (weight_one + weight_other)


def _spelt_alike(one: Form, other: Form) -> float:
    """How alike two longer names are letter by letter, whatever its words: what slips of the pen leave alike."""
    shorter, longer = sorted((one.letters, other.letters), key=len)
    if len(shorter) < _SHORTEST_NAME or longer in (f"e{shorter}", f"i{shorter}"):
        return 0.0
    return ratio(shorter, longer, score_cutoff=100 * _SPELT_ALIKE) / 100


_SPELT_ALIKE = 0.9
_SHORTEST_NAME = 12
_TYPO = 0.84
_SHORTEST_TYPO = 5


@lru_cache(maxsize=1 << 20)
def _alike(word: str, other: str) -> float:
    """How alike two words are; "eland" is no slip of the pen for "land"."""
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) < _SHORTEST_TYPO or longer in (f"e{shorter}", f"i{shorter}"):
        return 0.0
    return ratio(word, other) / 100


def _acronyms(one: Thing, other: Thing) -> Iterator[tuple[float, str]]:
    if shared := one.acronyms & other.acronyms:
        longest = max(shared, key=lambda acronym: (len(acronym), acronym))
        yield (0.75 if len(longest) > 2 else 0.4), f"same acronym: {longest.upper()}"
        return
    for thing, named in ((one, other), (other, one)):
        spelt = {acronym for acronym in thing.acronyms & named.initials if len(acronym) > 2}
        if spelt:
            longest = max(spelt, key=lambda acronym: (len(acronym), acronym))
            # An acronym that its own thing's name explains may be the other's initials by chance.
            strength = 0.2 if longest in thing.initials else 0.7 if len(longest) > 3 else 0.5
            yield strength, f"acronym is the other's initials: {longest.upper()}"
            return


def _addresses(one: Thing, other: Thing, weights: Weights) -> Iterator[tuple[float, str]]:
    if shared := one.urls & other.urls:
        rarest = min(shared, key=lambda url: (weights.addresses[url], url))
        yield (0.6 if weights.addresses[rarest] <= 2 else 0.3), f"same address: {rarest}"
    elif shared := one.hosts & other.hosts:
        rarest = min(shared, key=lambda host: (weights.addresses[host], host))
        yield (0.4 if weights.addresses[rarest] <= 2 else 0.15), f"same host: {rarest}"


def _objections(one: Thing, other: Thing, names: tuple[str, str]) -> Iterator[tuple[float, str]]:
    form, with_form = one.names[names[0]], other.names[names[1]]
    (years, numbers), (other_years, other_numbers) = one.numbers_said(), other.numbers_said()
    if years and other_years and years.isdisjoint(other_years):
        yield 0.3, "different years"
    if numbers and other_numbers and numbers.isdisjoint(other_numbers):
        yield 0.15, "different numbers"
    elif one.numbers and other.numbers and one.numbers.isdisjoint(other.numbers):
        yield 0.1, "different numbers"
    elif form.numbers != with_form.numbers:
        yield 0.8, "different numbers in the names"
    named = [next(iter(thing.names.values())).countries for thing in (one, other)]
    if all(named) and named[0].isdisjoint(named[1]):
        yield 0.2, "names of different countries"
    for list_name, factor, what in _TELLING.get(one.kind, ()):
        have = [form.among(list_name), with_form.among(list_name)]
        if have[0] != have[1] and (all(have) or list_name == "about_another"):
            listed = ", ".join(sorted(have[0] ^ have[1]))
            yield factor, f"{what}: {listed}"
    if one.acronyms and other.acronyms and one.acronyms.isdisjoint(other.acronyms):
        yield 0.7, "different acronyms"
    if one.international and not (_of_one_country(one, other) or one.acronyms & other.acronyms):
        yield 0.8, "namesakes in two countries"
    if one.path in other.related or other.path in one.related:
        yield 0.2, "one is part of the other, changes it or replaces it"
    if one.kind == "portal" and one.hosts and other.hosts and one.hosts.isdisjoint(other.hosts):
        yield 0.5, "different hosts"
    if one.kind == "instrument" and one.types.isdisjoint(other.types):
        yield 0.8, "different kinds of instrument"


_TELLING = {
    "organisation": (("kinds_of_body", 0.6, "different kinds of body"),),
    "instrument": (
        ("kinds_of_document", 0.6, "different kinds of document"),
        ("about_another", 0.4, "one is about the other"),
    ),
}
"""Per kind of thing: a list of words of which the names must have the same, how much a difference leaves, what it is called."""

_BLOCK = 60


def _pairs(known: Sequence[Thing]) -> Iterator[tuple[Thing, Thing]]:
    """The pairs that share a rare enough word (or its beginning), an acronym or a host; each once, in order."""
    blocks: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, thing in enumerate(known):
        for key in _keys(thing):
            blocks[thing.kind, key].append(index)
    pairs: set[tuple[int, int]] = set()
    for members in blocks.values():
        if len(members) <= _BLOCK:
            pairs.update(combinations(members, 2))
    for first, second in sorted(pairs):
        yield known[first], known[second]


def _keys(thing: Thing) -> set[str]:
    """What brings a thing together with others: what is rare by itself, and what is rare within a country."""
    words = {word for form in thing.names.values() for word in form.words}
    keys = {f"acronym {short}" for short in thing.acronyms | thing.initials}
    keys.update(f"host {host}" for host in thing.hosts)
    for word in words:
        keys.add(f"word {word}")
        for country in thing.countries:
            keys.add(f"{country} {word}")
            keys.add(f"{country} {word[:4]}…")
            keys.add(f"{country} …{word[-4:]}")
    return keys


def _ordered(one: Thing, other: Thing) -> tuple[Thing, Thing]:
    """The two with the one to keep last: of the union or the register, else named by more sources, else the plainer path."""

    def rank(thing: Thing) -> tuple[bool, bool, int, int, str]:
        register = thing.international and thing.path.count("/") == 1
        return register, thing.country == EUROPEAN_UNION, len(thing.sources), -len(thing.path), thing.path

    return (one, other) if rank(one) <= rank(other) else (other, one)

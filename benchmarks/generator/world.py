"""What the generated countries are like, and how they change from edition to edition. Records are reports on this world.

Every country draws from a random source of its own, seeded with its code, so that a country is the same whatever other
countries are generated with it. All names come from words.yaml.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kg.iris import Iris, slug
from kg.resources import bundled

FORM_LANGUAGES = ("en", "es", "fr")
"""Languages in which forms are filled in."""

_FOUNDED = (1950, 2004)


@dataclass(frozen=True, slots=True)
class Rates:
    """How much happens, as probabilities per edition unless said otherwise."""

    faults: float = 0.0
    """Mean number of seeded faults in a record."""
    renames: float = 0.06
    """Of a body: another name, and in half of the cases another acronym, host and id."""
    mergers: float = 0.15
    """Of a country: two of its bodies become one."""
    splits: float = 0.1
    """Of a country: one of its bodies becomes two."""
    repeals: float = 0.08
    """Of a law: another one takes its place."""
    amendments: float = 0.08
    """Of a law: another one changes it."""
    portals: float = 0.12
    """Of a portal: another one replaces it."""
    strategies: float = 0.4
    """Of a country: its strategy is superseded."""
    shared_names: float = 0.5
    """Of a body named by another country: under its own acronym; else under a name in the language of the reporter."""
    reciprocity: float = 0.7
    """Of a cooperation: the partner reports it, too."""


@dataclass(frozen=True, slots=True)
class Body:
    """A government body. `uid` is its identity in the world; `key` the id under which its own country reports it."""

    uid: str
    country: str
    kind: str
    areas: tuple[str, ...]
    addition: int | None
    acronym: str
    key: str
    host: str
    established: int
    parent: str | None = None

    @property
    def iri(self) -> str:
        return str(Iris().body(self.country, self.key))

    def name(self, language: str) -> str:
        if self.kind == "executive-office":
            return str(words()["presidency"][language])
        areas = [words()["areas"][area][language] for area in self.areas]
        text = areas[0]
        for area in areas[1:]:
            text = words()["joined"][language].format(text, area)
        if self.addition is not None:
            text += " " + words()["additions"][self.addition][language]
        return str(words()["kinds"][self.kind][language].format(text))


@dataclass(frozen=True, slots=True)
class Law:
    """A legal instrument, with the older ones that it changes."""

    kind: str
    number: int
    year: int
    topic: str
    month: int
    implements: str | None = None
    repeals: str | None = None
    amends: str | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.number}-{self.year}"


@dataclass(frozen=True, slots=True)
class Portal:
    """A website of a government; `successor` is the key of what replaced it."""

    key: str
    host: str
    kind: str
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A cooperation of two countries, which one or both report."""

    one: str
    other: str
    kind: str
    status: str
    year: int
    topic: str
    both_report: bool


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened between two editions: from what to what, as IRIs."""

    kind: str
    country: str
    edition: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """Bodies that came of others since the edition before; one may be on both sides. `kind` as records have it."""

    kind: str
    before: tuple[Body, ...]
    after: tuple[Body, ...]


@dataclass(slots=True)
class Country:
    """One country as it is at some edition. `evolve` takes it to the next one and says what has changed."""

    iso3: str
    iso2: str
    region: str
    rng: random.Random
    language: str = "en"
    own_language: str = "en"
    bodies: list[Body] = field(default_factory=list)
    reorganised: list[Reorganisation] = field(default_factory=list)
    """Since the edition before."""
    laws: list[Law] = field(default_factory=list)
    repealed: list[Law] = field(default_factory=list)
    portals: list[Portal] = field(default_factory=list)
    strategy: tuple[int, int] = (0, 0)
    former_strategy: tuple[int, int] | None = None
    initiatives: list[tuple[str, int, str]] = field(default_factory=list)
    figures: dict[tuple[str, int], float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(()))
    _serial: int = 0

    @property
    def domain(self) -> str:
        return f"gov.{self.iso2.lower()}"

    def body_for(self, area: str) -> Body:
        """The body in charge of an area (the first body where none is)."""
        return next((body for body in self.bodies if area in body.areas), self.bodies[0])

    def portal_words(self, kind: str) -> str:
        return str(self.rng.choice(words()["portals"][kind]))

    def found(self, first_edition: int) -> None:
        """Fill the country with what it has before the first edition."""
        rng = self.rng
        owned = words()["own_language"].get(self.region) or words()["own_language"]["other"]
        self.own_language = rng.choice(owned)
        self.language = self.own_language if self.own_language in FORM_LANGUAGES else "en"
        first_number = rng.randrange(100, 900)
        self._numbers = iter(range(first_number, first_number + 100_000, 7))
        head = self._new_body("executive-office", (), None, rng.randrange(*_FOUNDED))
        self.bodies.append(head)
        for area in words()["areas"]:
            kind = _KIND_OF_AREA.get(area, "ministry")
            parent = self.body_for("planning").uid if kind == "directorate" else None
            self.bodies.append(
                replace(self._new_body(kind, (area,), None, rng.randrange(*_FOUNDED)), parent=parent)
            )
        for topic in words()["topics"]:
            act = self._new_law("act", first_edition - rng.randrange(2, 15), topic)
            self.laws.append(act)
            if rng.random() < 0.3:
                year = rng.randrange(act.year, first_edition)
                self.laws.append(replace(self._new_law("decree", year, topic), implements=act.key))
        for kind in words()["portals"]:
            self.portals.append(self._new_portal(kind))
        start = first_edition - rng.randrange(1, 5)
        self.strategy = (start, start + 5)
        for word in rng.sample(words()["initiatives"], 5):
            self.initiatives.append(
                (word, first_edition - rng.randrange(1, 8), rng.choice(["ai", "big-data", "iot", "cloud"]))
            )

    def evolve(self, edition: int, rates: Rates) -> Iterator[Change]:
        """Take the country to `edition`, two years after the one before."""
        rng = self.rng
        self.reorganised, self.repealed, self.former_strategy = [], [], None
        self.portals = [portal for portal in self.portals if portal.successor is None]
        yield from self._reorganise(edition, rates)
        for law in [law for law in self.laws if law.kind == "act"]:
            if law not in self.laws:  # fell with one that was repealed before it
                continue
            if rng.random() < rates.repeals:
                new = replace(self._new_law("act", edition - 1, law.topic), repeals=law.key)
                gone = self._resting_on(law)
                self.laws = [other for other in self.laws if other not in gone] + [new]
                # What was already reported is reported once more, beside the law that took its place.
                self.repealed.append(replace(law, repeals=None, amends=None, implements=None))
                yield self._change("repealed", edition, [self.law_iri(law)], [self.law_iri(new)])
            elif rng.random() < rates.amendments:
                new = replace(self._new_law("act", edition - 1, law.topic), amends=law.key)
                self.laws.append(new)
                yield self._change("amended", edition, [self.law_iri(law)], [self.law_iri(new)])
        self.laws = [replace(law, repeals=law.repeals if self._is_new(law) else None) for law in self.laws]
        for portal in list(self.portals):
            if rng.random() < rates.portals:
                new_portal = self._new_portal(portal.kind)
                self.portals[self.portals.index(portal)] = replace(portal, successor=new_portal.key)
                self.portals.append(new_portal)
                yield self._change(
                    "replaced", edition, [self.portal_iri(portal)], [self.portal_iri(new_portal)]
                )
        if self.strategy[1] <= edition or rng.random() < rates.strategies:
            self.former_strategy, self.strategy = self.strategy, (edition - 1, edition + 4)
            before, after = self.strategy_iri(self.former_strategy), self.strategy_iri(self.strategy)
            yield self._change("superseded", edition, [before], [after])

    def law_iri(self, law: Law) -> str:
        return str(Iris().law(self.iso3, law.kind, law.year, str(law.number), law.key))

    def portal_iri(self, portal: Portal) -> str:
        return str(Iris().portal(f"https://{portal.host}", self.iso3, portal.key))

    def strategy_iri(self, period: tuple[int, int]) -> str:
        return str(Iris().policy(self.iso3, f"digital-strategy-{period[0]}"))

    def _resting_on(self, law: Law) -> list[Law]:
        """A law, what amends or implements it, what amends that, and so on."""
        found = [law]
        for one in found:
            found.extend(
                other
                for other in self.laws
                if one.key in (other.implements, other.amends) and other not in found
            )
        return found

    def _reorganise(self, edition: int, rates: Rates) -> Iterator[Change]:
        rng, before = self.rng, list(self.bodies)
        for position in range(len(self.bodies)):
            body = self.bodies[position]
            if body.areas and rng.random() < rates.renames:
                others = [n for n in range(len(words()["additions"])) if n != body.addition]
                addition = rng.choice(others)
                if rng.random() < 0.5:
                    # The acronym stays, and so does the body; its name alone is another one.
                    new = replace(body, addition=addition)
                else:
                    new = replace(
                        self._new_body(body.kind, body.areas, addition, edition - 1), parent=body.parent
                    )
                self._take_place(body, new, position)
                if new.key != body.key:
                    self.reorganised.append(Reorganisation("renaming", (body,), (new,)))
                yield self._change("renamed", edition, [body.iri], [new.iri])
        # One change of a body in one edition: what no record has reported is no predecessor.
        ministries = [body for body in self.bodies if body.kind == "ministry" and body in before]
        if len(ministries) > 6 and rng.random() < rates.mergers:
            one, other = rng.sample(ministries, 2)
            new = self._new_body("ministry", one.areas + other.areas, None, edition - 1)
            self._take_place(one, new, self.bodies.index(one))
            self._take_place(other, new, None)
            self.reorganised.append(Reorganisation("merger", (one, other), (new,)))
            yield self._change("merged", edition, [one.iri, other.iri], [new.iri])
        agencies = {body.areas for body in self.bodies if body.kind == "agency"}
        left = [body for body in ministries if body in self.bodies and body.areas not in agencies]
        composite = [body for body in left if len(body.areas) > 1]
        if (composite and rng.random() < 0.3) or (left and rng.random() < rates.splits):
            body = rng.choice(composite or left)
            if len(body.areas) > 1:
                halves = [self._new_body("ministry", body.areas[:1], None, edition - 1)]
                halves.append(self._new_body("ministry", body.areas[1:], None, edition - 1))
                self._take_place(body, halves[0], self.bodies.index(body))
            else:  # a part of its work goes to a new agency, and the ministry goes on
                halves = [body, self._new_body("agency", body.areas, None, edition - 1)]
            self.bodies.append(halves[1])
            self.reorganised.append(Reorganisation("split", (body,), tuple(halves)))
            yield self._change("split", edition, [body.iri], [half.iri for half in halves])

    def _take_place(self, old: Body, new: Body, position: int | None) -> None:
        if position is None:
            self.bodies.remove(old)
        else:
            self.bodies[position] = new
        self.bodies = [
            replace(body, parent=new.uid) if body.parent == old.uid else body for body in self.bodies
        ]

    def _new_body(self, kind: str, areas: tuple[str, ...], addition: int | None, year: int) -> Body:
        self._serial += 1
        body = Body(
            f"{self.iso3}-{self._serial}", self.iso3, kind, areas, addition, "", "", "", established=year
        )
        acronym = _acronym(body.name(self.own_language if self.own_language != "ru" else "en"))
        acronym = f"{acronym}{self._serial}"
        key = slug(acronym)
        return replace(body, acronym=acronym, key=key, host=f"www.{key}.{self.domain}")

    def _new_law(self, kind: str, year: int, topic: str) -> Law:
        return Law(kind, next(self._numbers), year, topic, month=self.rng.randrange(1, 13))

    def _new_portal(self, kind: str) -> Portal:
        self._serial += 1
        word = self.portal_words(kind)
        return Portal(f"portal-{word}-{self._serial}", f"{word}{self._serial}.{self.domain}", kind)

    def _is_new(self, law: Law) -> bool:
        return law.repeals in {gone.key for gone in self.repealed}

    def _change(self, kind: str, edition: int, before: list[str], after: list[str]) -> Change:
        return Change(kind, self.iso3, edition, tuple(before), tuple(after))


_KIND_OF_AREA = {
    "e-government": "agency",
    "digital-security": "directorate",
    "data-protection": "authority",
    "statistics": "department",
    "open-data": "directorate",
}


def countries(count: int, seed: int) -> list[Country]:
    """The first `count` member states of the United Nations, in an order that the seed decides."""
    with (bundled("data") / "reference" / "countries.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["un_member"] == "true"]
    if not 0 < count <= len(rows):
        raise ValueError(f"there are {len(rows)} countries: ask for 1 to {len(rows)}")
    random.Random(f"{seed}/countries").shuffle(rows)
    return [
        Country(
            row["iso3"], row["iso2"], row["subregion_m49"], random.Random(f"{seed}/country/{row['iso3']}")
        )
        for row in rows[:count]
    ]


def pairs(
    members: list[Country], first_edition: int, last_edition: int, seed: int, rates: Rates
) -> list[Pair]:
    """Cooperations: every country seeks some, near ones first."""
    found: dict[tuple[str, str], Pair] = {}
    for country in members:
        rng = random.Random(f"{seed}/pairs/{country.iso3}")
        near = [other for other in members if other.region == country.region and other is not country]
        far = [other for other in members if other.region != country.region]
        for other in rng.sample(near, min(2, len(near))) + rng.sample(far, min(2, len(far))):
            pair = (min(country.iso3, other.iso3), max(country.iso3, other.iso3))
            found.setdefault(
                pair,
                Pair(
                    country.iso3,
                    other.iso3,
                    rng.choice(["mou", "agreement", "knowledge-exchange", "technical-assistance"]),
                    rng.choice(["signed", "active", "active", "completed"]),
                    rng.randrange(first_edition - 6, last_edition),
                    rng.choice(["digital-government", "open-data", "cybersecurity", "interoperability"]),
                    rng.random() < rates.reciprocity,
                ),
            )
    return list(found.values())


@cache
def words() -> dict[str, Any]:
    """The word lists."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))
    return loaded


def _acronym(name: str) -> str:
    """Initials of the longer words: "Ministerio de Salud" → "MS"; two letters of each where there are few."""
    long = [slug(word).upper() for word in re.findall(r"\w{4,}", name)]
    return "".join(word[: 2 if len(long) < 3 else 1] for word in long) or "GOV"

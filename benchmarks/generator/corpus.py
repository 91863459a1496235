"""Records of a generated world: one per country and edition, as the YAML that people write, and the truth about them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from benchmarks.generator.faults import Fault, Situation, kinds, seed_faults
from benchmarks.generator.world import (
    Body,
    Change,
    Country,
    Law,
    Pair,
    Portal,
    Rates,
    Reorganisation,
    countries,
    pairs,
    words,
)
from kg.iris import Iris, slug

LAST_EDITION = 2022
"""Editions are every two years up to this one."""

MOST_EDITIONS = 12

_FEATURES = (
    "implementation-plan", "aligned-development-strategy", "aligned-sdgs", "aligned-subnational", "digital-first",
    "digital-by-default", "once-only", "leave-no-one-behind", "e-participation", "social-media", "new-technologies",
)  # fmt: skip
_TECHNOLOGIES = (
    "ai",
    "blockchain",
    "big-data",
    "smart-cities",
    "robotics",
    "iot",
    "quantum",
    "vr",
    "ar",
    "other",
)
_AREA_QUESTIONS = {
    "planning": "5a", "education": "5b", "health": "5c", "social-protection": "5d", "employment": "5e",
    "environment": "5f", "energy-water": "5g", "finance": "5h", "trade": "5i", "e-government": "3",
}  # fmt: skip
_PORTAL_QUESTIONS = {
    "national": "1", "e-services": "2a", "e-participation": "2b", "open-data": "2c", "procurement": "2d", "other": "2e",
}  # fmt: skip


@dataclass(slots=True)
class Generated:
    """One record as plain data, where it belongs, and which faults were put into it."""

    path: str
    data: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def text(self) -> str:
        return yaml.dump(
            self.data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
        )


@dataclass(slots=True)
class Corpus:
    """All records of `members` countries in `editions` editions; iterate over `records()`, then read the truth.

    `size` scales the number of laws' passages, publications and noted places in the document: 1 gives some 1,200 triples
    a record, 3 as many as the reviewed response of Colombia. `only` restricts the kinds of fault. Same arguments, same
    records. Raises ValueError for more countries or editions than there are.
    """

    members: int
    editions: int = 1
    seed: int = 1
    rates: Rates = field(default_factory=Rates)
    size: float = 1.0
    only: Sequence[str] = ()
    changes: list[Change] = field(default_factory=list)
    mentions: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def records(self) -> Iterator[Generated]:
        """The records, edition by edition. The truth (`changes`, `mentions`, `faults`) fills up as they come."""
        if not 0 < self.editions <= MOST_EDITIONS:
            raise ValueError(f"ask for 1 to {MOST_EDITIONS} editions")
        world = countries(self.members, self.seed)
        first = LAST_EDITION - 2 * (self.editions - 1)
        for country in world:
            country.found(first)
        agreed = pairs(world, first, LAST_EDITION, self.seed, self.rates)
        by_code = {country.iso3: country for country in world}
        queue = kinds(self.only)
        random.Random(f"{self.seed}/faults").shuffle(queue)
        for edition in range(first, LAST_EDITION + 1, 2):
            if edition > first:
                for country in world:
                    self.changes.extend(country.evolve(edition, self.rates))
            for country in world:
                yield self._record(country, edition, by_code, agreed, queue, edition > first)

    def truth(self) -> dict[str, Any]:
        """What is true about the records so far: bodies with all their IRIs and names, changes, and faults."""
        bodies: dict[str, dict[str, Any]] = {}
        for mention in self.mentions:
            body = bodies.setdefault(
                mention["uid"], {"country": mention["country"], "iris": [], "mentions": []}
            )
            if mention["iri"] not in body["iris"]:
                body["iris"].append(mention["iri"])
            body["mentions"].append({key: mention[key] for key in ("file", "iri", "name", "language")})
        return {
            "seed": self.seed,
            "countries": self.members,
            "editions": self.editions,
            "rates": asdict(self.rates),
            "bodies": bodies,
            "changes": [asdict(change) for change in self.changes],
            "faults": [asdict(fault) for fault in self.faults],
        }

    def _record(
        self,
        country: Country,
        edition: int,
        world: dict[str, Country],
        agreed: list[Pair],
        queue: list[str],
        later: bool,
    ) -> Generated:
        path = f"responses/{edition}/{country.iso3}.yaml"
        report = _Report(country, edition, world, agreed, self.rates, self.size, path)
        generated = Generated(path, report.data())
        if self.rates.faults:
            situation = Situation(country.iso3, country.iso2, edition, later, generated.data, report.rng)
            situation.neighbours = [
                (other.iso3, other.iso2, other.portals[0].host)
                for other in world.values()
                if other is not country
            ]
            situation.figures = country.figures
            generated.faults = seed_faults(situation, self.rates.faults, queue, path)
            self.faults.extend(generated.faults)
        country.figures.update(report.figures)
        self.mentions.extend(report.mentions)
        return generated


def write(corpus: Corpus, folder: Path) -> int:
    """Write the records below `folder`, laid out like `data/`, and `truth.json` beside them; how many records."""
    count = 0
    for generated in corpus.records():
        file = folder / generated.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(generated.text(), encoding="utf-8", newline="\n")
        count += 1
    text = json.dumps(corpus.truth(), ensure_ascii=False, indent=1) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8", newline="\n")
    return count


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Report:
    """One country's report on itself and its partners at one edition."""

    def __init__(
        self,
        country: Country,
        edition: int,
        world: dict[str, Country],
        agreed: list[Pair],
        rates: Rates,
        size: float,
        path: str,
    ) -> None:
        self.country, self.edition, self.world, self.rates, self.path = country, edition, world, rates, path
        self.pairs = [
            pair
            for pair in agreed
            if pair.year < edition
            and (pair.one == country.iso3 or (pair.other == country.iso3 and pair.both_report))
        ]
        self.size = size
        self.language = country.language
        self.rng = random.Random(f"{country.rng.random()}/{edition}")
        self.figures: dict[tuple[str, int], float] = {}
        self.mentions: list[dict[str, str]] = []
        self._line = 10
        self._keys: dict[str, str] = {}

    def data(self) -> dict[str, Any]:
        """The record, in the order of the form; empty lists are left out."""
        country, edition = self.country, self.edition
        bodies = [self._body(body) for body in country.bodies] + [self._city()]
        former = [self._former(body) for body in self._gone()]
        organisations, memberships = self._memberships()
        cooperations, foreign = self._cooperations()
        initiatives, technologies = self._initiatives()
        instruments = self._instruments()
        entries: dict[str, list[dict[str, Any]]] = {
            "bodies": bodies + former + foreign,
            "organisations": organisations,
            "portals": [self._portal(portal) for portal in country.portals],
            "instruments": instruments,
            "initiatives": initiatives,
            "technologies": technologies,
            "memberships": memberships,
            "cooperations": cooperations,
            "partnerships": [self._partnership()],
            "indicators": self._indicators(),
            "indicator_sets": [self._indicator_set()],
            "publications": self._publications(),
            "changes": [self._reorganised(change) for change in country.reorganised],
        }
        head: dict[str, Any] = {
            "format": 1,
            "status": "reviewed",
            "source": {
                "title": f"{words()['form'][self.language]} {edition}",
                "edition": edition,
                "country": country.iso3,
                "language": self.language,
                "date": {"stated": f"{self.rng.randrange(1, 28):02}/05/{edition - 1}"},
                "publication_authorised": "yes",
            },
            "contacts": self._contacts(),
            "answers": self._answers(entries),
            "cio": {
                "exists": self.rng.choice(["yes", "yes", "no", "unknown"]),
                "q": "4",
                "body": self._id(self._in_charge()),
            },
        }
        if head["cio"]["exists"] != "yes":
            del head["cio"]["body"]
        return {**head, **{name: list_ for name, list_ in entries.items() if list_}}

    # Who

    def _body(self, body: Body) -> dict[str, Any]:
        self._keys[body.uid] = body.key
        questions = [_AREA_QUESTIONS[area] for area in body.areas if area in _AREA_QUESTIONS] or ["16"]
        entry: dict[str, Any] = {"id": body.key, "type": body.kind, "name": body.name(self.language)}
        if self.language != self.country.own_language:
            entry["aliases"] = [body.name(self.country.own_language)]
        entry |= {"acronym": body.acronym, "urls": [f"https://{body.host}"]}
        if body.areas:
            entry["responsible_for"] = list(body.areas)
        if body.parent:
            entry["part_of"] = next(other.key for other in self.country.bodies if other.uid == body.parent)
        if self.rng.random() < 0.4:
            entry["established"] = body.established
        self._mention(body, body.iri, entry["name"], self.language)
        return self._stated(entry, questions)

    def _gone(self) -> list[Body]:
        """What there was at the edition before and is no more."""
        left = {body.key for body in self.country.bodies}
        return [body for change in self.country.reorganised for body in change.before if body.key not in left]

    def _former(self, body: Body) -> dict[str, Any]:
        self._keys[body.uid] = body.key
        entry = {
            "id": body.key,
            "type": body.kind,
            "name": body.name(self.language),
            "until": self.edition - 1,
        }
        self._mention(body, body.iri, body.name(self.language), self.language)
        return self._stated(entry, ["16"])

    def _reorganised(self, change: Reorganisation) -> dict[str, Any]:
        entry = {
            "kind": change.kind,
            "before": [body.key for body in change.before],
            "after": [body.key for body in change.after],
            "year": self.edition - 1,
        }
        return self._stated(entry, ["16"])

    def _city(self) -> dict[str, Any]:
        city = words()["cities"][sum(map(ord, self.country.iso3)) % len(words()["cities"])]
        name = words()["city"][self.language].format(city)
        return self._stated({"id": f"city-{slug(city)}", "type": "local-government", "name": name}, ["24"])

    def _foreign(self, body: Body, question: str) -> dict[str, Any]:
        """A body of another country as this one's form names it."""
        if self.rng.random() < self.rates.shared_names and body.key not in self._keys.values():
            key, language = body.key, self.language
            name, acronym = body.name(language), body.acronym
        else:
            language = self.rng.choice([self.language, body_language(self.world[body.country])])
            name, acronym = body.name(language), ""
            if self.rng.random() < 0.5:
                iso2 = self.world[body.country].iso2
                name = words()["of_country"][language].format(name, iso2)
            key = f"{slug(body.name('en'))}-{body.country.lower()}"
        self._keys[body.uid] = key
        entry: dict[str, Any] = {"id": key, "type": body.kind, "country": body.country, "name": name}
        if acronym:
            entry["acronym"] = acronym
        if self.rng.random() < 0.4:
            entry["urls"] = [f"https://{body.host}"]
        self._mention(body, str(Iris().body(body.country, key)), name, language)
        return self._stated(entry, [question])

    def _mention(self, body: Body, iri: str, name: str, language: str) -> None:
        self.mentions.append(
            {
                "uid": body.uid,
                "country": body.country,
                "file": self.path,
                "iri": iri,
                "name": name,
                "language": language,
            }
        )

    def _contacts(self) -> list[dict[str, Any]]:
        host = self.country.domain
        return [
            {
                "name": "A. Person",
                "role": "Head of digital services",
                "body": self._id(self._in_charge()),
                "email": f"head@{host}",
                "q": "X",
            },
            {"name": "B. Person", "role": "Adviser", "email": f"adviser@{host}", "q": "X2"},
        ]

    # What

    def _portal(self, portal: Portal) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "id": portal.key,
            "name": portal.host,
            "url": f"https://{portal.host}/",
            "kinds": [portal.kind],
        }
        if portal.successor:
            entry |= {"replaced_by": portal.successor, "replacement_status": "completed"}
        if portal.kind == "national":
            entry["operated_by"] = self._id(self._in_charge())
        return self._stated(entry, [_PORTAL_QUESTIONS[portal.kind]])

    def _instruments(self) -> list[dict[str, Any]]:
        country = self.country
        laws = [*country.laws, *country.repealed]
        entries = [self._law(law) for law in laws]
        periods = [country.strategy, *([country.former_strategy] if country.former_strategy else [])]
        for start, end in periods:
            entry: dict[str, Any] = {
                "id": f"digital-strategy-{start}",
                "kind": "strategy",
                "name": words()["strategy"][self.language].format(start, end),
                "year": start,
                "start_year": start,
                "end_year": end,
                "urls": [f"https://{country.body_for('e-government').host}/strategy-{start}-{end}.pdf"],
            }
            if (start, end) == country.strategy:
                entry["principles"] = ["digital-first", "once-only"]
                entry["features"] = ["implementation-plan", "aligned-sdgs", "e-participation"]
                entry["technologies"] = ["ai"]
                entry["aligned_with"] = ["sdg", "development-plan"]
                entry["issued_by"] = self._id(self._in_charge())
                entry["elements"] = [
                    {"id": f"{role}-{n}", "role": role, "name": name, "q": "7"}
                    for role, names in words()["elements"].items()
                    for n, name in enumerate(names[self.language], 1)
                ]
                if country.former_strategy:
                    entry["replaces"] = [f"digital-strategy-{country.former_strategy[0]}"]
            entries.append(self._stated(entry, ["7", "8"]))
        start = self.edition - self.edition % 4
        plan = {
            "id": "development-plan",
            "kind": "plan",
            "name": words()["development"][self.language].format("", "").rstrip("- "),
            "aligned_with": ["sdg"],
        }
        entries.append(self._stated(plan, ["6"]))
        version = start // 4
        entries.append(
            self._stated(
                {
                    "id": f"handbook-{version}",
                    "kind": "guideline",
                    "name": words()["manual"][self.language].format(version),
                    "implements": [f"digital-strategy-{country.strategy[0]}"],
                },
                ["8"],
            )
        )
        return entries

    def _law(self, law: Law) -> dict[str, Any]:
        kind = words()["law_kinds"][law.kind][self.language]
        topic = words()["topics"][law.topic][self.language]
        title = words()["law_title"][self.language].format(topic)
        entry: dict[str, Any] = {
            "id": law.key,
            "kind": law.kind,
            "name": words()["law"][self.language].format(kind, law.number, law.year),
            "title": f"{title} ({law.number})",
            "number": str(law.number),
            "year": law.year,
            "urls": [f"https://laws.{self.country.domain}/{law.kind}/{law.year}/n{law.number}.pdf"],
            "topics": [law.topic],
        }
        if law.month < 7:
            entry["date"] = f"{law.year}-{law.month:02}-15"
        for relation in ("implements", "repeals", "amends"):
            if older := getattr(law, relation):
                entry[relation] = [older]
        if law.kind == "act" and self.size > 1:
            entry["passages"] = [
                {"article": str(n), "topics": [law.topic], "q": "9"} for n in range(1, round(2 * self.size))
            ]
        return self._stated(entry, ["9"])

    def _initiatives(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        entries, uses = [], []
        for position, (word, start, technology) in enumerate(self.country.initiatives):
            leader = self.country.bodies[1 + position % (len(self.country.bodies) - 1)]
            entry = {
                "id": slug(word),
                "name": words()["initiative"][self.language].format(word),
                "lifecycle": "active",
                "start_year": start,
                "technologies": [technology],
                "led_by": [self._id(leader)],
                "partners": [self._id(self._in_charge())],
                "under": [f"digital-strategy-{self.country.strategy[0]}"],
            }
            if leader.uid == self._in_charge().uid:
                del entry["partners"]
            entries.append(self._stated(entry, ["15", "16"]))
        for technology in sorted({technology for _, _, technology in self.country.initiatives}):
            users = [slug(word) for word, _, used in self.country.initiatives if used == technology]
            uses.append(
                self._stated({"technology": technology, "initiatives": users, "stated": "yes"}, ["15"])
            )
        return entries, uses

    def _publications(self) -> list[dict[str, Any]]:
        host = self.country.body_for("statistics").host
        found = []
        for number in range(max(1, round(self.size))):
            year = self.edition - 1 - number
            for kind, name, questions in (
                ("statistics", "study", ["11"]),
                ("satisfaction-survey", "survey", ["13"]),
            ):
                entry = {
                    "id": f"{name}-{year}",
                    "kind": kind,
                    "name": words()[name][self.language].format(year),
                    "url": f"https://{host}/{name}/{year}",
                    "year": year,
                    "published_by": self._id(self.country.body_for("statistics")),
                }
                found.append(self._stated(entry, questions))
        return found

    def _indicators(self) -> list[dict[str, Any]]:
        rng, year = self.rng, self.edition - 1
        ict = rng.randrange(60, 98)
        found = []
        for indicator, value, unit, question in (
            ("satisfaction-online-services", rng.randrange(30, 95), "percent", "17"),
            ("public-ict-investment", rng.randrange(5, 200) / 100, "percent-of-gdp", "18"),
            ("staff-using-ict", ict, "percent", "19"),
            ("staff-using-internet", round(ict * rng.uniform(0.6, 1)), "percent", "20"),
        ):
            self.figures[indicator, year] = value
            entry = {"indicator": indicator, "value": value, "unit": unit, "year": year}
            if question in ("19", "20"):
                entry |= {
                    "source": f"Survey of officials {year}",
                    "produced_by": self._id(self.country.body_for("statistics")),
                }
            found.append(self._stated(entry, [question]))
        return found

    def _indicator_set(self) -> dict[str, Any]:
        return self._stated(
            {
                "id": "household-survey",
                "name": words()["household"][self.language],
                "items": list(words()["items"]),
                "produced_by": self._id(self.country.body_for("statistics")),
            },
            ["21"],
        )

    # With whom

    def _memberships(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        rng = random.Random(f"{self.country.iso3}/memberships")
        organisations, memberships = [], []
        for group, kind in (("networks", "network"), ("organisations", "international")):
            lists = words()[group]
            for key in [*lists["global"][:2], *(lists.get(self.country.region) or lists["other"])]:
                if rng.random() < 0.25:
                    continue
                organisations.append(
                    self._stated({"id": key, "register": key, "type": kind, "name": key.upper()}, ["22"])
                )
                entry: dict[str, Any] = {"organisation": key, "participation": "member"}
                if rng.random() < 0.5:
                    entry["since"] = rng.randrange(1995, 2006)
                entry |= {"through": [self._id(self._in_charge())], "topics": ["digital-government"]}
                memberships.append(self._stated(entry, ["22"]))
        word = rng.choice(words()["initiatives"])
        for key, kind, name in (
            ("foundation", "civil-society", words()["civil"][self.language].format(word)),
            ("company", "company", words()["company"].format(word)),
            (
                "university",
                "academic",
                words()["university"][self.language].format(rng.choice(words()["cities"])),
            ),
        ):
            organisations.append(
                self._stated({"id": f"{slug(word)}-{key}", "type": kind, "name": name}, ["24"])
            )
        self._civil = [f"{slug(word)}-{key}" for key in ("foundation", "company", "university")]
        return organisations, memberships

    def _cooperations(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        cooperations, foreign = [], []
        for pair in self.pairs:
            partner = self.world[pair.other if pair.one == self.country.iso3 else pair.one]
            body = partner.body_for(self.rng.choice(["e-government", "e-government", "planning", "interior"]))
            foreign.append(self._foreign(body, "23"))
            entry = {
                "partner": partner.iso3,
                "kind": pair.kind,
                "lifecycle": pair.status,
                "year": pair.year,
                "own_bodies": [self._id(self._in_charge())],
                "partner_bodies": [self._id(body)],
                "topics": [pair.topic],
                "subjects": [words()["subjects"][pair.year % len(words()["subjects"])]],
            }
            cooperations.append(self._stated(entry, ["23"]))
        return cooperations, foreign

    def _partnership(self) -> dict[str, Any]:
        name = words()["committee"][self.language].format(self.country.iso3)
        members = [self._id(self._in_charge()), *self._civil]
        return self._stated(
            {
                "id": "open-administration-committee",
                "name": name,
                "kind": "multistakeholder",
                "lifecycle": "active",
                "members": members,
                "topics": ["open-government"],
            },
            ["24"],
        )

    # Answers

    def _answers(self, entries: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
        cited = {q for list_ in entries.values() for entry in list_ for q in entry["q"]}
        strategy = f"digital-strategy-{self.country.strategy[0]}"
        law_of = {law.topic: law.key for law in self.country.laws}
        technologies = {technology: slug(word) for word, _, technology in self.country.initiatives}
        has = {"8": dict.fromkeys(_FEATURES[:6], strategy), "9": law_of, "15": technologies}
        items = {"8": _FEATURES, "9": tuple(words()["topics"])[:9], "15": _TECHNOLOGIES}
        answers = []
        for q in [*map(str, range(1, 25)), "X1", "X2"]:
            if q == "4":  # the post says so itself
                continue
            lost = q in items and self.rng.random() < 0.3
            value = "yes" if q in cited or q in ("2", "5") else self.rng.choice(["yes", "unknown"])
            if q in ("10", "12"):
                value = "yes"
            answer: dict[str, Any] = {"q": q, "value": value, "basis": "text"}
            if value == "unknown":
                answer["basis"] = "none"
            if lost:
                answer |= {"value": "unknown", "basis": "none", "implied": "yes", "state": "box-lost"}
            if q in items:
                answer["options"] = [self._option(item, has[q].get(item), lost=lost) for item in items[q]]
            if q in ("10", "12"):
                answer["same_as"] = str(int(q) + 1)
            answers.append(answer)
        return answers

    def _option(self, item: str, reason: str | None, *, lost: bool) -> dict[str, Any]:
        if not lost:
            return {"item": item, "checked": "yes" if reason else "no"}
        if reason:
            return {"item": item, "checked": "unknown", "implied": "yes", "implied_by": [reason]}
        return {"item": item, "checked": "unknown"}

    # What all facts share

    def _stated(self, entry: dict[str, Any], questions: list[str]) -> dict[str, Any]:
        entry["q"] = list(questions)
        per_fact = self.size - 1
        count = int(per_fact) + (self.rng.random() < per_fact % 1) if per_fact > 0 else 0
        if count:
            entry["spans"] = []
            for number in range(count):
                self._line += self.rng.randrange(1, 4)
                entry["spans"].append({"q": questions[number % len(questions)], "line": self._line})
        return entry

    def _in_charge(self) -> Body:
        return self.country.body_for("e-government")

    def _id(self, body: Body) -> str:
        return self._keys.get(body.uid, body.key)


def body_language(country: Country) -> str:
    """The language in which a country's own bodies are named on their websites."""
    return country.own_language

"""Faults that can be put into a record, each of a kind that a shape finds: what is spoilt, and where the finding will be.

A fault takes the record as plain data, spoils one thing, and returns a function that, given the record's IRIs, names the
node that validation will report. It returns None where the record has nothing to spoil. Records stay valid records:
these are errors that only the graph shows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from kg.iris import Iris
from kg.records.identity import Identities
from kg.records.model import Record

Entry = dict[str, Any]
Focus = Callable[[Identities], str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One seeded fault: `shape` (local name in dgsh:) reports `focus` (an IRI)."""

    kind: str
    shape: str
    focus: str
    file: str
    country: str
    edition: int


@dataclass(slots=True)
class Situation:
    """The record to spoil and what a fault may need to know. `spoilt` are entries that another fault has taken."""

    country: str
    iso2: str
    edition: int
    later: bool
    data: dict[str, Any]
    rng: random.Random
    neighbours: list[tuple[str, str, str]] = field(default_factory=list)
    figures: dict[tuple[str, int], float] = field(default_factory=dict)
    spoilt: set[int] = field(default_factory=set)

    def entries(self, name: str, wanted: Callable[[Entry], bool] = lambda _: True) -> list[Entry]:
        return [entry for entry in self.data.get(name, []) if id(entry) not in self.spoilt and wanted(entry)]

    def take(self, name: str, wanted: Callable[[Entry], bool] = lambda _: True) -> Entry | None:
        """An entry of a list that no other fault has taken."""
        found = self.entries(name, wanted)
        return self.hold(self.rng.choice(found)) if found else None

    def hold(self, entry: Entry) -> Entry:
        self.spoilt.add(id(entry))
        return entry

    def own_body(self, *, parented: bool = False) -> Entry | None:
        kinds = ("ministry", "agency", "authority", "department")
        return self.take(
            "bodies",
            lambda body: (
                not {"country", "until"} & body.keys()
                and body["type"] in kinds
                and (not parented or "part_of" in body)
            ),
        )

    def add(self, name: str, entry: Entry, q: str) -> Entry:
        entry["q"] = [q]
        self.data.setdefault(name, []).append(entry)
        return self.hold(entry)


Maker = Callable[[Situation], Focus | None]
FAULTS: dict[str, tuple[str, Maker]] = {}
"""Every kind of fault: the shape that finds it, and what makes it."""


def fault(shape: str, kind: str = "") -> Callable[[Maker], Maker]:
    def register(make: Maker) -> Maker:
        FAULTS[kind or make.__name__.replace("_", "-")] = (shape, make)
        return make

    return register


def kinds(only: Iterable[str] = ()) -> list[str]:
    """The kinds of fault, or those of `only`, in order. Raises ValueError for a kind that there is not."""
    chosen = sorted(only) or sorted(FAULTS)
    if unknown := [kind for kind in chosen if kind not in FAULTS]:
        raise ValueError(f"no kind of fault: {', '.join(unknown)}")
    return chosen


def seed_faults(situation: Situation, rate: float, queue: list[str], file: str) -> list[Fault]:
    """Spoil the situation's record with `rate` faults on average. Kinds are taken from the queue in turn."""
    whole = int(rate)
    count = whole + (situation.rng.random() < rate - whole)
    made: list[tuple[str, str, Focus]] = []
    for kind in list(queue):
        if len(made) >= count:
            break
        shape, make = FAULTS[kind]
        focus = make(situation)
        if focus is not None:
            made.append((kind, shape, focus))
            queue.remove(kind)
            queue.append(kind)
    if not made:
        return []
    ids = Identities(Record.model_validate(situation.data))
    return [
        Fault(kind, shape, focus(ids), file, situation.country, situation.edition)
        for kind, shape, focus in made
    ]


def _entry(entry: Entry) -> Focus:
    key = entry["id"]
    return lambda ids: str(ids.of(key))


# Addresses


@fault("WebAddressWellFormed")
def malformed_address(s: Situation) -> Focus | None:
    if body := s.own_body():
        body["urls"] = [f"ftp://files.{s.iso2.lower()}"]
        return _entry(body)
    return None


@fault("WebAddressHasScheme")
def address_without_scheme(s: Situation) -> Focus | None:
    if body := s.own_body():
        body["urls"] = [url.removeprefix("https://") for url in body["urls"]]
        return _entry(body)
    return None


@fault("DocumentAddressWellFormed")
def address_with_blank(s: Situation) -> Focus | None:
    if law := s.take("instruments", _is_act):
        law["urls"] = [f"https://laws.gov.{s.iso2.lower()}/act {law['year']}.pdf"]
        return _entry(law)
    return None


@fault("TwoBodiesOneHost")
def shared_host(s: Situation) -> Focus | None:
    one, other = s.own_body(), s.own_body()
    if one and other and "part_of" not in one and "part_of" not in other:
        one["urls"] = list(other["urls"])
        return _entry(one)
    return None


@fault("BodyTwoHosts")
def second_host(s: Situation) -> Focus | None:
    if body := s.own_body():
        body["urls"] = [*body["urls"], f"https://old-{body['id']}.gov.{s.iso2.lower()}"]
        return _entry(body)
    return None


@fault("PortalHostOfAnotherCountry")
def portal_of_another_domain(s: Situation) -> Focus | None:
    if not s.neighbours:
        return None
    _, iso2, _ = s.rng.choice(s.neighbours)
    host = f"portal-of-{s.country.lower()}-{s.edition}.gov.{iso2.lower()}"
    entry = {"id": f"portal-abroad-{s.edition}", "name": host, "url": f"https://{host}", "kinds": ["other"]}
    return _entry(s.add("portals", entry, "2e"))


@fault("TwoPortalsOneAddress")
def portal_twice(s: Situation) -> Focus | None:
    if portal := s.take("portals", lambda entry: "url" in entry):
        # Another IRI for the same address: portals are told apart by host with "www." and path.
        address = portal["url"].replace("https://", "http://www.")
        entry = {
            "id": f"{portal['id']}-again",
            "name": "Second entry",
            "url": address,
            "kinds": portal["kinds"],
        }
        return _entry(s.add("portals", entry, "2e"))
    return None


@fault("PortalHasAddress")
def portal_without_address(s: Situation) -> Focus | None:
    entry = {"id": f"nameless-{s.edition}", "name": "Portal without address", "kinds": ["other"]}
    return _entry(s.add("portals", entry, "2e"))


@fault("PortalOfOneCountry")
def portal_of_two_countries(s: Situation) -> Focus | None:
    if not s.neighbours:
        return None
    _, _, host = s.rng.choice(s.neighbours)
    entry = {"id": f"claimed-{s.edition}", "name": host, "url": f"https://{host}/", "kinds": ["other"]}
    return _entry(s.add("portals", entry, "2e"))


@fault("ReplacementCycle")
def replacement_cycle(s: Situation) -> Focus | None:
    one = s.take("portals", lambda entry: "replaced_by" not in entry and "url" in entry)
    other = s.take("portals", lambda entry: "replaced_by" not in entry and "url" in entry)
    if one and other:
        one["replaced_by"], other["replaced_by"] = other["id"], one["id"]
        return _entry(one)
    return None


@fault("ReplacesItself")
def replaces_itself(s: Situation) -> Focus | None:
    if portal := s.take("portals", lambda entry: "replaced_by" not in entry):
        portal["replaced_by"] = portal["id"]
        return _entry(portal)
    return None


# Bodies


@fault("PartOfItself")
def part_of_itself(s: Situation) -> Focus | None:
    one, other = s.own_body(), s.own_body()
    if one and other and "part_of" not in one and "part_of" not in other:
        one["part_of"], other["part_of"] = other["id"], one["id"]
        return _entry(one)
    return None


@fault("ParentInSameCountry")
def foreign_parent(s: Situation) -> Focus | None:
    foreign = s.take("bodies", lambda body: "country" in body)
    own = s.own_body()
    if foreign and own and "part_of" not in own:
        own["part_of"] = foreign["id"]
        return _entry(own)
    return None


@fault("TwoBodiesOneName")
def one_name_twice(s: Situation) -> Focus | None:
    if body := s.own_body():
        entry = {"id": f"{body['id']}-again-{s.edition}", "type": body["type"], "name": body["name"]}
        return _entry(s.add("bodies", entry, "16"))
    return None


@fault("EstablishedByInstrumentOfThatYear")
def founded_in_another_year(s: Situation) -> Focus | None:
    body, law = s.own_body(), s.take("instruments", _is_act)
    if body and law:
        body["established"], body["established_by"] = law["year"] - 3, law["id"]
        return _entry(body)
    return None


@fault("YearPlausible")
def founded_too_early(s: Situation) -> Focus | None:
    if body := s.own_body():
        body["established"] = 1650
        return _entry(body)
    return None


# Instruments


def _is_act(entry: Entry) -> bool:
    return entry["kind"] == "act" and not any(entry.get(name) for name in ("repeals", "amends", "implements"))


def _law(s: Situation, number: int, year: int, **more: Any) -> Entry:
    entry = {
        "id": f"act-{number}-{year}",
        "kind": "act",
        "name": f"Act {number} of {year}",
        "number": str(number),
    }
    return s.add("instruments", entry | {"year": year, "topics": ["open-data"]} | more, "9")


def _free_number(s: Situation) -> int:
    return 900_000 + s.edition * 10 + len(s.spoilt)


@fault("YearNotAfterEdition")
def law_of_the_future(s: Situation) -> Focus | None:
    return _entry(_law(s, _free_number(s), 2099))


@fault("DateInYear")
def date_in_another_year(s: Situation) -> Focus | None:
    if law := s.take("instruments", _is_act):
        law["date"] = f"{law['year'] - 1}-03-01"
        return _entry(law)
    return None


@fault("YearContradictsAddress")
def year_against_address(s: Situation) -> Focus | None:
    if law := s.take("instruments", _is_act):
        law["urls"] = [f"https://laws.gov.{s.iso2.lower()}/act-{law['year'] - 4}.pdf"]
        return _entry(law)
    return None


@fault("SameNumberTwoYears")
def number_of_two_years(s: Situation) -> Focus | None:
    number = _free_number(s)
    _law(s, number, s.edition - 2)
    return _entry(_law(s, number, s.edition - 3))


@fault("SameTitleTwoInstruments")
def title_of_two_laws(s: Situation) -> Focus | None:
    if law := s.take("instruments", lambda entry: _is_act(entry) and "title" in entry):
        return _entry(_law(s, _free_number(s), s.edition - 1, title=law["title"]))
    return None


@fault("RelatesToItself")
def amends_itself(s: Situation) -> Focus | None:
    if law := s.take("instruments", _is_act):
        law["amends"] = [law["id"]]
        return _entry(law)
    return None


@fault("BuildsOnSomethingNewer")
def amends_a_newer_one(s: Situation) -> Focus | None:
    if law := s.take("instruments", _is_act):
        return _entry(_law(s, _free_number(s), law["year"] - 5, amends=[law["id"]]))
    return None


@fault("RepealedButActive")
def repealed_and_active(s: Situation) -> Focus | None:
    if law := s.take("instruments", _is_act):
        law["lifecycle"] = "active"
        _law(s, _free_number(s), s.edition - 1, repeals=[law["id"]])
        return _entry(law)
    return None


@fault("PeriodOrdered")
def period_backwards(s: Situation) -> Focus | None:
    entry: Entry = {"id": f"backward-plan-{s.edition}", "kind": "plan", "name": f"Backward plan {s.edition}"}
    entry |= {"start_year": s.edition - 1, "end_year": s.edition - 4}
    return _entry(s.add("instruments", entry, "6"))


@fault("PeriodContradictsAddress")
def period_against_address(s: Situation) -> Focus | None:
    entry: Entry = {"id": f"odd-plan-{s.edition}", "kind": "plan", "name": f"Odd plan {s.edition}"}
    start, end = s.edition - 3, s.edition + 1
    entry |= {"start_year": start, "end_year": end}
    entry["urls"] = [f"https://plans.gov.{s.iso2.lower()}/plan-{start - 1}-{end - 1}.pdf"]
    return _entry(s.add("instruments", entry, "6"))


@fault("LegalInstrumentYear")
def number_without_year(s: Situation) -> Focus | None:
    number = _free_number(s)
    entry = {"id": f"act-{number}", "kind": "act", "name": f"Act {number}", "number": str(number)}
    return _entry(s.add("instruments", entry | {"topics": ["open-data"]}, "9"))


@fault("InstrumentOneYear")
def year_of_another_edition(s: Situation) -> Focus | None:
    """The strategy of an earlier edition, now of another year: a policy is known by its name, not its year."""
    if s.later and (plan := s.take("instruments", _superseded(s))):
        plan["year"] -= 1
        return _entry(plan)
    return None


def _superseded(s: Situation) -> Callable[[Entry], bool]:
    old = {key for entry in s.data["instruments"] for key in entry.get("replaces", [])}
    return lambda entry: entry["id"] in old


# Figures


def _figure(s: Situation, indicator: str) -> Entry | None:
    return s.take("indicators", lambda entry: entry["indicator"] == indicator)


def _observation(s: Situation, entry: Entry) -> Focus:
    iri = str(Iris().observation(s.edition, s.country, entry["indicator"], entry.get("year")))
    return lambda _: iri


@fault("PercentRange")
def more_than_all(s: Situation) -> Focus | None:
    if figure := _figure(s, "satisfaction-online-services"):
        figure["value"] = 140
        return _observation(s, figure)
    return None


@fault("GdpShareHigh")
def too_much_investment(s: Situation) -> Focus | None:
    if figure := _figure(s, "public-ict-investment"):
        figure["value"] = 12.5
        return _observation(s, figure)
    return None


@fault("GdpShareRange")
def more_than_the_product(s: Situation) -> Focus | None:
    if figure := _figure(s, "public-ict-investment"):
        figure["value"] = 250
        return _observation(s, figure)
    return None


@fault("InternetAboveIct")
def internet_above_ict(s: Situation) -> Focus | None:
    internet, ict = _figure(s, "staff-using-internet"), _figure(s, "staff-using-ict")
    if internet and ict:
        internet["value"] = min(100, ict["value"] + 1.5)
        ict["value"] = min(ict["value"], 98)
        return _observation(s, internet)
    return None


@fault("FigureYearNotAfterEdition")
def figure_of_the_future(s: Situation) -> Focus | None:
    if figure := _figure(s, "satisfaction-online-services"):
        figure["year"] = s.edition + 1
        return _observation(s, figure)
    return None


@fault("CountRange")
def half_a_campaign(s: Situation) -> Focus | None:
    entry = {"indicator": "digital-campaigns", "value": 12.5, "unit": "count", "year": s.edition - 1}
    return _observation(s, s.add("indicators", entry, "14"))


@fault("FigureDiffersBetweenEditions")
def figure_changed_later(s: Situation) -> Focus | None:
    year = s.edition - 3
    before = s.figures.get(("satisfaction-online-services", year))
    if not s.later or before is None:
        return None
    entry = {
        "indicator": "satisfaction-online-services",
        "value": before + 3,
        "unit": "percent",
        "year": year,
    }
    s.add("indicators", entry, "17")
    earlier = str(Iris().observation(s.edition - 2, s.country, "satisfaction-online-services", year))
    return lambda _: earlier


# Cooperation


def _cooperation(s: Situation, entry: Entry) -> Focus:
    # Partners alone identify it, as long as the record has one with them.
    iri = str(
        Iris().cooperation(
            s.edition, s.country, entry["partner"], *([entry["key"]] if "key" in entry else [])
        )
    )
    return lambda _: iri


@fault("PartnerIsReporter")
def partner_of_oneself(s: Situation) -> Focus | None:
    entry = {"partner": s.country, "kind": "mou", "lifecycle": "signed", "year": s.edition - 1}
    return _cooperation(s, s.add("cooperations", entry, "23"))


@fault("CounterpartBodyOfPartner")
def body_of_a_third_country(s: Situation) -> Focus | None:
    cooperation = s.take("cooperations", lambda entry: "key" not in entry)
    third = [row[0] for row in s.neighbours if cooperation is None or row[0] != cooperation["partner"]]
    if cooperation and third:
        body = {
            "id": f"body-elsewhere-{s.edition}",
            "country": s.rng.choice(third),
            "name": "Bureau of elsewhere",
        }
        s.add("bodies", body, "23")
        cooperation["partner_bodies"] = [*cooperation.get("partner_bodies", []), body["id"]]
        return _cooperation(s, cooperation)
    return None


@fault("ReportingBodyOfReporter")
def reported_through_a_foreign_body(s: Situation) -> Focus | None:
    foreign = s.take("bodies", lambda body: "country" in body)
    cooperation = s.take("cooperations", lambda entry: "key" not in entry)
    if foreign and cooperation:
        cooperation["own_bodies"] = [foreign["id"]]
        return _cooperation(s, cooperation)
    return None


@fault("CitedThingDescribed")
def unknown_organisation(s: Situation) -> Focus | None:
    key = f"unheard-of-{s.country.lower()}-{s.edition}"
    s.add("memberships", {"organisation": key, "participation": "member"}, "22")
    iri = str(Iris().organisation(key))
    return lambda _: iri


@fault("PartnershipMembers")
def partnership_of_one(s: Situation) -> Focus | None:
    if body := s.own_body():
        entry = {
            "id": f"lonely-{s.edition}",
            "name": "Lonely partnership",
            "kind": "ppp",
            "members": [body["id"]],
        }
        return _entry(s.add("partnerships", entry, "24"))
    return None


@fault("MultistakeholderKinds")
def officials_only(s: Situation) -> Focus | None:
    one, other = s.own_body(), s.own_body()
    if one and other:
        entry: Entry = {"id": f"officials-{s.edition}", "name": "Officials only", "kind": "multistakeholder"}
        entry["members"] = [one["id"], other["id"]]
        return _entry(s.add("partnerships", entry, "24"))
    return None


# Answers and evidence


def _answer(s: Situation, q: str) -> Entry | None:
    return s.take("answers", lambda entry: entry["q"] == q)


@fault("LostBoxIsUnknown")
def lost_box_with_value(s: Situation) -> Focus | None:
    if (answer := _answer(s, "10")) and answer["value"] == "yes":
        answer |= {"basis": "box", "state": "box-lost"}
        iri = str(Iris().answer(s.edition, s.country, "10"))
        return lambda _: iri
    return None


@fault("ImpliedContradictsStated")
def text_against_box(s: Situation) -> Focus | None:
    if answer := _answer(s, "12"):
        answer |= {"value": "no", "basis": "box", "implied": "yes"}
        iri = str(Iris().answer(s.edition, s.country, "12"))
        return lambda _: iri
    return None


@fault("NoButFacts")
def no_with_facts(s: Situation) -> Focus | None:
    if answer := _answer(s, "7"):
        answer |= {"value": "no", "basis": "text"}
        iri = str(Iris().answer(s.edition, s.country, "7"))
        return lambda _: iri
    return None


@fault("AnswerQuestion")
def unknown_question(s: Situation) -> Focus | None:
    s.data["answers"].append(s.hold({"q": "77", "value": "unknown", "basis": "none"}))
    iri = str(Iris().answer(s.edition, s.country, "77"))
    return lambda _: iri


def _evidence(s: Situation, entry: Entry, span: Entry) -> Focus:
    entry["spans"] = [{"q": entry["q"][0], **span}]
    key, q = entry["id"], entry["q"][0]
    return lambda ids: f"{ids.of(key)}/evidence/{s.edition}-{s.country}-{q}-1"


@fault("SpanOrdered")
def span_backwards(s: Situation) -> Focus | None:
    if entry := s.take("initiatives"):
        return _evidence(s, entry, {"start": 900, "end": 450})
    return None


@fault("LowConfidence")
def unsure_extraction(s: Situation) -> Focus | None:
    if entry := s.take("initiatives"):
        entry |= {"confidence": "low", "status": "extracted"}
        return _evidence(s, entry, {"line": 7})
    return None


@fault("NoContactInText")
def address_in_a_note(s: Situation) -> Focus | None:
    if entry := s.take("initiatives"):
        entry["note"] = f"Write to desk@{entry['id']}.gov.{s.iso2.lower()} for access."
        return _entry(entry)
    return None


@fault("StartNotAfterEdition")
def start_in_the_future(s: Situation) -> Focus | None:
    entry = {"id": f"future-{s.edition}", "name": "Programme of the future", "start_year": 2098}
    return _entry(s.add("initiatives", entry, "16"))


@fault("SuspectStatement")
def suspected_typo(s: Situation) -> Focus | None:
    if entry := s.take("initiatives"):
        entry["remarks"] = [
            {
                "kind": "suspected-typo",
                "text": "A letter seems to be missing.",
                "stated": "x",
                "suggested": "y",
            }
        ]
        key = entry["id"]
        return lambda ids: f"{ids.of(key)}/remark/{s.edition}-{s.country}-suspected-typo"
    return None

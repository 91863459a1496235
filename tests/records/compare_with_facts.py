"""Colombia's record against an independent list of the document's facts: what agrees, what differs, what is missing.

Run: `.venv/bin/python tests/records/compare_with_facts.py [RECORD] [FACTS]` (`-v` shows what agrees too).
Either side may be wrong; test_colombia.py keeps the reason for each difference. Entries are found by what identifies
them (name, address, kind and number, partner, value), never by the ids, which each side chose for itself.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import pycountry
import yaml
from rapidfuzz.fuzz import token_set_ratio

from kg.errors import KgError
from kg.iris import host_of
from kg.records.load import load_record
from kg.records.model import (
    Answer,
    Body,
    Cooperation,
    DateStated,
    Initiative,
    Instrument,
    Membership,
    Organisation,
    Partnership,
    Portal,
    Publication,
    Record,
    Remark,
)

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "data" / "responses" / "2020" / "COL.yaml"
FACTS = Path(os.environ.get("KG_CORPUS", ROOT.parent / "shared" / "corpus")) / "msq-2020-colombia.facts.yaml"

Status = Literal["matched", "different", "not in record"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact of the list: where it stands there, what it says, and what the record has in its place."""

    status: Status
    path: str
    fact: Any
    record: Any = None

    def __str__(self) -> str:
        return f"{self.status:<14} {self.path}: {self.fact!r}" + (
            f" — record: {self.record!r}" if self.status == "different" else ""
        )


def compare(record: Record, facts: dict[str, Any]) -> list[Finding]:
    """Every fact of the list, in its order, with what the record makes of it.

    Raises KeyError for a section of the list that nothing here reads, so that none is passed over in silence.
    """
    return list(_Comparison(record, facts).findings())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("record", nargs="?", type=Path, default=RECORD)
    parser.add_argument("facts", nargs="?", type=Path, default=FACTS)
    parser.add_argument("-v", "--verbose", action="store_true", help="show what agrees too")
    options = parser.parse_args()
    if not options.facts.is_file():
        print(
            f"no list of facts at {options.facts}; name one, or set KG_CORPUS to its folder", file=sys.stderr
        )
        return 2
    try:
        record = load_record(options.record)
    except KgError as error:
        print(error, file=sys.stderr)
        return 2
    findings = compare(record, yaml.safe_load(options.facts.read_text(encoding="utf-8")))
    for finding in findings:
        if options.verbose or finding.status != "matched":
            print(finding)
    counts = Counter(finding.status for finding in findings)
    print(f"{len(findings)} facts: " + ", ".join(f"{counts[s]} {s}" for s in get_args(Status)))
    return 0


# What the list and the record call differently.

CODES = {
    "planning-development": "planning",
    "social-protection-welfare": "social-protection",
    "employment-decent-work": "employment",
    "finance-taxation": "finance",
    "industry-trade": "trade",
    "open-government-data": "open-data",
    "personal-data-protection": "data-protection",
    "digital-certification-signature": "digital-signature",
    "data-interoperability": "interoperability",
    "digital-government-as-a-right": "digital-government-right",
    "aligned-sdg": "aligned-sdgs",
    "digital-by-default/mobile": "digital-by-default",
    "digital by default": "digital-by-default",
    "mobile": "digital-by-default",
    "vulnerable-groups": "leave-no-one-behind",
    "accessibility by vulnerable groups": "leave-no-one-behind",
    "sub-national": "aligned-subnational",
    "emerging-technologies": "new-technologies",
    "artificial-intelligence": "ai",
    "artificial intelligence": "ai",
    "Artificial Intelligence (AI)": "ai",
    "Blockchain": "blockchain",
    "Big data": "big-data",
    "Smart cities": "smart-cities",
    "Robotics": "robotics",
    "Internet of Things": "iot",
    "Internet of Things (IOT)": "iot",
    "Quantum computing": "quantum",
    "Virtual reality": "vr",
    "Augmented reality": "ar",
    "Other": "other",
    "Law": "act",
    "Decree": "decree",
    "DecreeLaw": "decree-law",
    "Resolution": "resolution",
    "PresidentialDirective": "directive",
    "study-visit/knowledge-exchange": "knowledge-exchange",
    "cooperation-agreement": "agreement",
    "interinstitutional-agreement": "agreement",
    "MoU": "mou",
    "being-signed": "in-negotiation",
    "soon": "planned",
    "StatisticsSource": "statistics",
    "MultistakeholderCommittee": "multistakeholder",
    "PublicPrivatePartnership": "ppp",
    "percent-of-GDP": "percent-of-gdp",
    "population satisfied with their last experience of online public services": "satisfaction-online-services",
    "GDP allocated for ICT investment in the public sector": "public-ict-investment",
    "persons employed in central government routinely using ICTs": "staff-using-ict",
    "persons employed in central government routinely using the Internet": "staff-using-internet",
    "digital campaigns": "digital-campaigns",
    "national entities": "national-entities-coordinated",
    "social network accounts of the national government": "social-media-accounts-national",
    "territorial government accounts": "social-media-accounts-territorial",
}
BODY_TYPES = {
    "Ministry": "ministry",
    "Department": "department",
    "Agency": "agency",
    "LocalGovernment": "local-government",
    "University": "academic",
    "Centre": "research-centre",
}
POLICY_KINDS = {
    "NationalStrategy": ("policy", "strategy"),
    "Guideline": ("guideline",),
    "SocialMediaGuideline": ("guideline",),
    "ImplementationPlan": ("plan",),
    "NationalDevelopmentPlan": ("plan",),
}
PORTAL_KINDS = {"e-government": "national", "e-government-planned": "national-planned"}
PROBLEM_KINDS = {"lost_checkboxes": "box-lost", "missing_urls": "missing-url", "truncated": "truncated"}
RELATIONS: dict[str, Callable[[Any, Any, str], bool]] = {
    "hasUnit": lambda a, b, _: b.part_of == a.id,
    "responsibleFor": lambda a, _, word: word in a.responsible_for,
    "establishes": lambda a, b, _: b.id in a.establishes,
    "creates": lambda a, b, _: b.id in a.establishes,
    "guides": lambda a, b, _: b.id in a.implements,
    "implements": lambda a, b, _: b.id in a.implements,
    "partOf": lambda a, b, _: a.part_of == b.id,
    "replacedBy": lambda a, b, _: a.replaced_by == b.id,
    "usesTechnology": lambda a, _, word: word in a.technologies,
    "addresses": lambda a, _, word: word in a.technologies,
    "within": lambda a, b, _: a.framework == b.id,
    "issued": lambda a, b, _: b.issued_by == a.id,
}
# Not read, because they state nothing of the document: id, note, L, privacy, iso2, m49, markdown_noise, not_facts; values
# (of literacy_indicators: there are none); issue (its matter stands in source_problems); inferred_url and likely_url (by the
# list's own header).

_Reader: TypeAlias = Callable[[str, dict[str, Any], Any], Iterator[Finding]]


class _Comparison:
    def __init__(self, record: Record, facts: dict[str, Any]) -> None:
        self.record = record
        self.facts = facts
        self.answers = {answer.q: answer for answer in record.answers}
        self.entries: dict[str, Any] = {}
        """The record's entry for each id of the list, None where it has none."""
        for items, find in self._finders():
            for item in items:
                self.entries[item["id"]] = find(item)

    def findings(self) -> Iterator[Finding]:
        for section, content in self.facts.items():
            if section in self._entry_readers:
                yield from self._entries(section, content)
            else:
                yield from self._other_readers[section](content)

    @property
    def _entry_readers(self) -> dict[str, _Reader]:
        return {
            "bodies": self._body,
            "foreign_bodies": self._foreign_body,
            "international_bodies": self._international_body,
            "portals": self._portal,
            "laws": self._law,
            "policies": self._policy,
            "documents": self._document,
            "projects": self._project,
            "cooperation.partnership": self._partnership,
        }

    @property
    def _other_readers(self) -> dict[str, Callable[[Any], Iterator[Finding]]]:
        return {
            "survey": self._survey,
            "response": self._response,
            "cio": self._cio,
            "technologies_q15": self._technologies,
            "cooperation": self._cooperation,
            "indicators": self._indicators,
            "literacy_indicators": self._literacy,
            "answers": self._answers,
            "relations_summary": self._relations,
            "sdg_refs": self._sdg_references,
            "wsis_ref": lambda value: iter([_said("wsis_ref", value, None)]),
            "source_problems": self._problems,
        }

    def _entries(self, section: str, items: Iterable[dict[str, Any]]) -> Iterator[Finding]:
        for item in items:
            path, entry = f"{section}.{item['id']}", self.entries[item["id"]]
            if entry is None:
                yield _said(path, item.get("name") or item.get("title") or item["id"], None)
                continue
            yield Finding("matched", path, item["id"], entry.id)
            for q in _list(item.get("q")):
                yield _among(f"{path}.q", _main_question(q), [_main_question(x) for x in entry.q])
            yield from self._entry_readers[section](path, item, entry)

    # Finding the entry that an item of the list is about

    def _finders(self) -> Iterator[tuple[list[dict[str, Any]], Callable[[dict[str, Any]], Any]]]:
        """In an order in which an item is found after those that it points to."""
        record, facts = self.record, self.facts
        actors = [*record.bodies, *record.organisations, *record.initiatives]
        yield facts["bodies"], lambda item: _named(actors, item["name"])
        yield (
            facts["foreign_bodies"],
            lambda item: _named(
                [b for b in record.bodies if b.country == _iso3(item["country"])], item["name"]
            ),
        )
        yield facts["international_bodies"], lambda item: _named(record.organisations, item["name"])
        yield (
            facts["portals"],
            lambda item: (
                _at(record.portals, item["url"]) if item["url"] else _named(record.portals, item["name"])
            ),
        )
        yield (
            facts["laws"],
            lambda item: next(
                (
                    i
                    for i in record.instruments
                    if (i.kind, i.number, i.year) == (CODES[item["type"]], item["number"], item["year"])
                ),
                None,
            ),
        )
        yield (
            facts["policies"],
            lambda item: (
                next((i for i in record.instruments if i.series and i.number == item["number"]), None)
                if "number" in item
                else _named(record.instruments, item["name"])
            ),
        )
        yield (
            facts["documents"],
            lambda item: (
                _at(record.publications, item["url"])
                if "url" in item
                else _named(record.publications, item["name"])
            ),
        )
        yield facts["projects"], lambda item: _named(record.initiatives, item["name"]) or self._nameless(item)
        yield (
            facts["cooperation"]["partnership"],
            lambda item: (
                _named(record.partnerships, item.get("name"))
                or next((p for p in record.partnerships if self._own(item.get("result")) in p.results), None)
            ),
        )

    def _nameless(self, project: dict[str, Any]) -> Initiative | None:
        """The one initiative in which all the actors of a project without a name take part."""
        fields = ("partners", "lead", "led_by", "through", "support")
        actors = {self._own(key) for field in fields for key in _list(project.get(field))}
        found = [i for i in self.record.initiatives if actors and actors <= {*i.led_by, *i.partners}]
        return found[0] if len(found) == 1 else None

    def _own(self, value: Any) -> Any:
        """A value of the list as the record has it: ids and codes translated, all else as it is."""
        if isinstance(value, list):
            return [self._own(member) for member in value]
        if isinstance(value, str) and self.entries.get(value) is not None:
            return self.entries[value].id
        return CODES.get(value, value) if isinstance(value, str) else value

    def _fields(self, path: str, item: dict[str, Any], **recorded: Any) -> Iterator[Finding]:
        """The keys of the item that are given here, against what the record has; every member of a list on its own."""
        for key in recorded.keys() & item.keys():
            value = recorded[key]
            if isinstance(value, list):
                for member in _list(item[key]):
                    yield _among(f"{path}.{key}", self._own(member), value)
                if item[key] is None:
                    yield _said(f"{path}.{key}", None, value or None)
            else:
                yield _said(f"{path}.{key}", self._own(item[key]), value)

    # Entries of the list

    def _body(self, path: str, item: dict[str, Any], entry: Any) -> Iterator[Finding]:
        if item["type"] in BODY_TYPES:
            yield _said(f"{path}.type", BODY_TYPES[item["type"]], entry.type)
        elif item["type"] == "OrganizationalUnit":
            yield _holds(f"{path}.type", item["type"], entry.part_of is not None, entry.type)
        else:
            of_record = {"Initiative": Initiative, "GovernmentBody": Body}[item["type"]]
            yield _holds(f"{path}.type", item["type"], isinstance(entry, of_record), type(entry).__name__)
        yield from self._unit(path, item, entry)
        if isinstance(entry, Body):
            yield from self._fields(
                path,
                item,
                responsible_for=entry.responsible_for,
                created_year=entry.established,
                created_by=entry.established_by,
            )
        elif isinstance(entry, Initiative):
            yield from self._fields(path, item, start_year=entry.start_year, portal=entry.operates)
            if "led_by" in item:
                leader = _named(self.record.initiatives, item["led_by"])
                yield _among(f"{path}.led_by", leader and leader.id, entry.led_by)
            if "activity" in item:
                activity = _named(self.record.initiatives, item["activity"])
                yield _said(f"{path}.activity", entry.id, activity and activity.part_of)
        else:
            partners = [m for p in self.record.partnerships if entry.id in p.results for m in p.members]
            yield from self._fields(path, item, topics=entry.technologies, partner=partners)
        for key in ("place", "claim"):
            if key in item:
                yield _mentioned(f"{path}.{key}", item[key], entry.note)
        if item.get("missing_url"):
            yield _holds(f"{path}.missing_url", True, self._remarked("missing-url", item["q"]))

    def _foreign_body(self, path: str, item: dict[str, Any], entry: Body) -> Iterator[Finding]:
        yield _said(f"{path}.country", _iso3(item["country"]), entry.country)
        yield from self._unit(path, item, entry)
        yield from self._fields(path, item, abbr=entry.acronym, abbr_in_source=entry.acronym)

    def _international_body(self, path: str, item: dict[str, Any], entry: Organisation) -> Iterator[Finding]:
        of_membership = [m for m in self.record.memberships if m.organisation == entry.id]
        yield from self._unit(path, item, entry, [url for m in of_membership for url in m.urls])
        units = [unit for m in of_membership for unit in m.counterpart_units]
        yield from self._fields(path, item, abbr=entry.acronym, units=units)

    def _portal(self, path: str, item: dict[str, Any], entry: Portal) -> Iterator[Finding]:
        yield from _addresses(f"{path}.url", _list(item["url"]), _list(entry.url))
        yield from _addresses(f"{path}.also", _list(item.get("also")), entry.other_urls)
        for kind in item.get("kinds", []):
            recorded = ["portal-list-page"] if entry.listing else []
            recorded += [*entry.kinds, *(f"{kind}-planned" for kind in entry.planned_kinds)]
            yield _among(f"{path}.kinds", PORTAL_KINDS.get(kind, kind), recorded)
        yield from self._fields(path, item, replaced_by=entry.replaced_by, status=entry.replacement_status)
        if "country" in item:
            yield _said(f"{path}.country", _iso3(item["country"]), entry.country)

    def _law(self, path: str, item: dict[str, Any], entry: Instrument) -> Iterator[Finding]:
        candidates = item.get("url_candidates")
        if candidates == "same-two":
            candidates = next(law["url_candidates"] for law in self.facts["laws"] if "url_candidates" in law)
        established = [i for i in self.record.initiatives if i.id in entry.establishes]
        title = entry.title or next((i.name for i in established), None)
        yield from self._fields(
            path,
            item | ({"url_candidates": candidates} if candidates else {}),
            type=entry.kind,
            number=entry.number,
            year=entry.year,
            title=title,
            topics=[*entry.topics, *entry.features],
            url_candidates=entry.url_candidates,
            as_cited=[entry.name, *entry.aliases],
            establishes=entry.establishes,
            creates=entry.establishes,
            implements=entry.implements,
            article=[passage.article for passage in entry.passages],
            principle=[code for passage in entry.passages for code in passage.principles],
            parts=[i.name for i in self.record.initiatives if i.part_of in entry.establishes],
            date_from_url=entry.date,
        )
        yield from self._documents_of(path, item, entry)

    def _policy(self, path: str, item: dict[str, Any], entry: Instrument) -> Iterator[Finding]:
        if item["type"] == "ConpesDocument":
            yield _said(f"{path}.type", "CONPES", entry.series)
        else:
            yield _holds(f"{path}.type", item["type"], entry.kind in POLICY_KINDS[item["type"]], entry.kind)
        yield from _names(path, item, entry)
        yield from self._fields(
            path,
            item,
            number=entry.number,
            year=entry.year,
            title=entry.title,
            horizon=entry.end_year,
            objectives=len(_elements(entry, "objective")),
            components=_elements(entry, "component"),
            enablers=_elements(entry, "enabler"),
            purposes_count=len(_elements(entry, "purpose")),
            topics=entry.topics,
            technology=entry.technologies,
            technologies=[*entry.technologies, *entry.features],
            aligned_with=[*entry.aligned_with, *entry.features],
            of=entry.implements,
            established_by=[i.id for i in self.record.instruments if entry.id in i.establishes],
            implementation_plan=[i.id for i in self.record.instruments if entry.id in i.implements],
            issued_by=entry.issued_by,
            cited_section=[passage.section for passage in entry.passages],
        )
        for key, role in (("guidelines", "action-line"), ("purposes_keys", "purpose")):
            for name in item.get(key, []):
                yield _worded(f"{path}.{key}", name, _elements(entry, role))
        if "plan" in item:
            plan = _named(self.record.instruments, item["plan"])
            yield _among(f"{path}.plan", entry.id, plan.implements if plan else [])
        for pages in (*item.get("cited_pages", []), *_list(item.get("page"))):
            wanted = re.sub(r"\s*(?:–|to)\s*", "-", str(pages))
            yield _among(f"{path}.pages", wanted, [passage.pages for passage in entry.passages])
        for principle in item.get("principles", []):
            yield from self._principle(path, principle, entry)
        yield from self._documents_of(path, item, entry)

    def _principle(self, path: str, principle: dict[str, str], policy: Instrument) -> Iterator[Finding]:
        code = self._own(principle["v"])
        yield _among(f"{path}.principles", code, [*policy.principles, *policy.features])
        if "ref" in principle:
            instrument, _, place = principle["ref"].split(" ")
            cited = self.entries[instrument]
            passages = [p for p in (cited.passages if cited else []) if place in (p.pages, p.article)]
            laid_down = [c for p in passages for c in (*p.principles, *p.features)]
            yield _among(f"{path}.principles.ref", code, laid_down)

    def _document(self, path: str, item: dict[str, Any], entry: Publication) -> Iterator[Finding]:
        yield from _names(path, item, entry)
        yield from _addresses(f"{path}.url", _list(item.get("url")), _list(entry.url))
        yield from self._fields(
            path,
            item,
            type=entry.kind,
            title=entry.name,
            files=entry.items,
            sheets=entry.items,
            years=entry.years,
            provider=entry.published_by,
        )
        for subject, numbers in item.get("survey_questions", {}).items():
            for number in numbers:
                of_number = [name for name in entry.items if f"question {number}:" in name]
                holds = any(subject in name for name in of_number)
                yield _holds(f"{path}.survey_questions.{subject}", number, holds, of_number)
        if "level" in item:
            yield _mentioned(f"{path}.level", item["level"], entry.note)
        if "isbn_from_url" in item:
            isbn = item["isbn_from_url"]
            yield _holds(f"{path}.isbn_from_url", isbn, isbn in (entry.url or ""), entry.url)

    def _project(self, path: str, item: dict[str, Any], entry: Initiative) -> Iterator[Finding]:
        yield from _names(path, item, entry)
        actors = [*entry.led_by, *entry.partners]
        yield from self._fields(
            path,
            item,
            technologies=entry.technologies,
            lead=entry.led_by,
            led_by=entry.led_by,
            through=entry.led_by,
            partners=actors,
            support=actors,
            has_part=[i.id for i in self.record.initiatives if i.part_of == entry.id],
            status=entry.lifecycle,
        )
        if "in" in item:
            yield _among(f"{path}.in", self._own(item["in"]), entry.under)
        if "desc" in item:
            yield _worded(f"{path}.desc", item["desc"], [entry.name])
        if "domain" in item:
            yield _mentioned(f"{path}.domain", item["domain"], entry.note)
        yield from _addresses(f"{path}.url", _list(item.get("url")), entry.urls)

    def _partnership(self, path: str, item: dict[str, Any], entry: Partnership) -> Iterator[Finding]:
        yield from _names(path, item, entry)
        yield from self._fields(
            path,
            item,
            type=entry.kind,
            framework=entry.framework,
            public_members=entry.members,
            parties=entry.members,
            member_count=len(entry.members),
            result=entry.results,
        )
        for name in item.get("civil_society_members", []):
            member = _named(self.record.organisations, name)
            joined = member is not None and member.id in entry.members
            yield _holds(f"{path}.civil_society_members", name, joined, entry.members)
        yield from _addresses(f"{path}.url", _list(item.get("url")), entry.urls)

    # Other sections of the list

    def _survey(self, survey: dict[str, Any]) -> Iterator[Finding]:
        source = self.record.source
        recorded = {"edition": source.edition, "title": source.title}
        for key, value in survey.items():
            yield _said(f"survey.{key}", value, recorded.get(key))

    def _response(self, response: dict[str, Any]) -> Iterator[Finding]:
        source, closing = self.record.source, self._answer_to("X2")
        stated = source.date or DateStated(stated="-")
        yield _said("response.country", response["country"]["iso3"], source.country)
        yield from self._fields(
            "response.date", response["date"], raw=stated.stated, ambiguous=stated.ambiguous
        )
        yield _suggested("response.date.likely", response["date"]["likely"], source.remarks)
        yield from self._fields(
            "response",
            response | {"publication_authorised": _tristate(response["publication_authorised"])},
            publication_authorised=source.publication_authorised,
            collective_response=source.collective_response,
        )
        for person in (response["respondent"], *response["extra_contacts"]):
            path = f"response.{person['name']}"
            contact = _named(self.record.contacts, person["name"])
            if contact is None:
                yield _said(path, person["name"], None)
                continue
            yield from self._fields(
                path, person, name=contact.name, title=contact.role, email=contact.email, q=contact.q
            )
            yield _said(f"{path}.org", self._own(person["org"]), contact.body)
        yield _mentioned(
            "response.authorised_by", response["authorised_by"], *_texts(self._answer_to("X1").remarks)
        )
        heard = response["heard_via"]
        yield _mentioned("response.heard_via.value", heard["value"], *_texts(closing.remarks))
        yield from _evidence("response.heard_via", [self._own(heard["option"])], closing)
        boxes = sorted({option.checked for option in closing.options})
        yield _said("response.heard_via.boxes", [heard["boxes"]], boxes)

    def _cio(self, cio: dict[str, Any]) -> Iterator[Finding]:
        role = self.record.cio
        yield _said("cio", "unknown", role and role.exists)
        yield _said("cio.state", cio["state"], self._answer_to("4").state)
        yield from self._fields(
            "cio",
            cio,
            title=role and role.title,
            organization=role and role.body,
            name=None,
            email=None,
            phone=None,
        )

    def _technologies(self, technologies: dict[str, Any]) -> Iterator[Finding]:
        answer = self._answer_to("15")
        checked = {option.item: option.checked for option in answer.options}
        for name in technologies["options"]:
            yield _said(f"technologies_q15.{name}", technologies["checked"], checked.get(self._own(name)))
        yield from _evidence("technologies_q15", self._own(technologies["evidenced_by_text"]), answer)

    def _cooperation(self, cooperation: dict[str, Any]) -> Iterator[Finding]:
        for item in cooperation["memberships"]:
            path = f"cooperation.memberships.{item['org']}"
            found = [m for m in self.record.memberships if m.organisation == self._own(item["org"])]
            yield from self._membership(path, item, found[0]) if found else [_said(path, item["org"], None)]
        for item in cooperation["bilateral"]:
            path, partner = f"cooperation.bilateral.{item['partner']}", _iso3(item["partner"])
            of_partner = [c for c in self.record.cooperations if c.partner == partner]
            yield from (
                self._bilateral(path, item, of_partner[0]) if of_partner else [_said(path, partner, None)]
            )
        yield _mentioned("cooperation.period", cooperation["period"], *_texts(self._answer_to("23").remarks))
        yield from self._entries("cooperation.partnership", cooperation["partnership"])

    def _membership(self, path: str, item: dict[str, Any], entry: Membership) -> Iterator[Finding]:
        yield Finding("matched", path, item["org"], entry.organisation)
        yield from self._fields(path, item, since=entry.since, outputs=entry.publications, via=entry.through)
        for unit in item.get("with", []):
            yield _among(f"{path}.with", unit, entry.counterpart_units)
        if "role" in item:
            yield _worded(
                f"{path}.role", item["role"], [" ".join((entry.role or "", *entry.counterpart_units))]
            )
        for plan in item.get("action_plans", []):
            yield _mentioned(f"{path}.action_plans", plan, *_texts(entry.remarks))
        if item.get("truncated"):
            yield _holds(f"{path}.truncated", True, any(r.kind == "truncated" for r in entry.remarks))
        yield from _addresses(f"{path}.url", _list(item.get("url")), entry.urls)
        yield _among(f"{path}.q", str(item["q"]), entry.q)

    def _bilateral(self, path: str, item: dict[str, Any], entry: Cooperation) -> Iterator[Finding]:
        yield Finding("matched", path, item["partner"], entry.partner)
        yield from self._fields(
            path,
            item,
            kind=entry.kind,
            status=entry.lifecycle,
            year=entry.year,
            topics=entry.subjects,
            year_basis=[remark.stated for remark in entry.remarks if remark.kind == "inferred"],
        )
        for party in item["parties"]:
            if party.startswith("state of "):
                countries = [self.record.source.country, entry.partner]
                yield _among(f"{path}.parties", _iso3(party.removeprefix("state of ")), countries)
            else:
                bodies = [*entry.own_bodies, *entry.partner_bodies]
                yield _among(f"{path}.parties", self._own(party), bodies)
        if item.get("co_party") == "unstated":
            yield _holds(f"{path}.co_party", "unstated", not entry.own_bodies, entry.own_bodies)

    def _indicators(self, indicators: list[dict[str, Any]]) -> Iterator[Finding]:
        for item in indicators:
            path, q = f"indicators.{item['q']}.{item['value']}", str(item["q"])
            found = [i for i in self.record.indicators if i.value == item["value"] and q in i.q]
            if not found:
                yield _said(path, item["value"], None)
                continue
            figure = found[0]
            yield from self._fields(
                path,
                item | ({"raw": int(item["raw"].replace(",", ""))} if "raw" in item else {}),
                indicator=figure.indicator,
                metric=figure.indicator,
                value=figure.value,
                raw=figure.value,
                unit=figure.unit,
                year=figure.year,
                population=figure.population,
                source=figure.source,
                method=figure.method,
                quality="estimate" if figure.estimate else None,
                sdg=None,
            )

    def _literacy(self, literacy: dict[str, Any]) -> Iterator[Finding]:
        found = [s for s in self.record.indicator_sets if str(literacy["q"]) in s.q]
        if not found:
            yield _said("literacy_indicators", literacy["items"], None)
            return
        indicators = found[0]
        yield from self._fields(
            "literacy_indicators",
            literacy,
            source=indicators.produced_by,
            user=indicators.used_by,
            count=len(indicators.items),
            items=[name.split()[0] for name in indicators.items],
        )

    def _answers(self, answers: dict[int, Any]) -> Iterator[Finding]:
        for q, stated in answers.items():
            path, answer = f"answers.{q}", self.answers.get(str(q))
            if isinstance(stated, int | float) and not isinstance(stated, bool):
                yield _among(path, stated, [i.value for i in self.record.indicators if str(q) in i.q])
            elif answer is None:
                yield _said(path, stated, None)
            elif isinstance(stated, dict):
                yield from self._answer(path, stated, answer)
            else:
                recorded = {"blank": answer.state, "text": answer.basis}.get(stated, answer.value)
                yield _said(path, _tristate(stated), recorded)

    def _answer(self, path: str, stated: dict[str, Any], answer: Answer) -> Iterator[Finding]:
        yield _said(path, _tristate(stated["v"]), answer.value)
        if "implied" in stated:
            yield _said(f"{path}.implied", _tristate(stated["implied"]), answer.implied)
        basis = stated.get("basis")
        if basis and basis.startswith("same as "):
            yield _said(f"{path}.basis", basis.removeprefix("same as "), answer.same_as)
        elif basis:
            yield _said(f"{path}.basis", basis, answer.basis)
        if stated.get("options") == "unknown":
            yield _said(f"{path}.options", ["unknown"], sorted({option.checked for option in answer.options}))
        elif "options" in stated:
            yield _said(f"{path}.options", stated["options"], len(answer.options))
        if "evidenced_by_text" in stated:
            yield from _evidence(path, self._own(stated["evidenced_by_text"]), answer)
        implied = {option.item: option.implied for option in answer.options}
        for item in (*stated.get("doubtful", []), *stated.get("no_evidence", [])):
            code = self._own(item)
            yield _holds(f"{path}.not_evident", item, code in implied and implied[code] is None, implied)

    def _relations(self, relations: list[str]) -> Iterator[Finding]:
        for statement in relations:
            subject, relation, target = statement.split(" ")
            a, b = self.entries[subject], self.entries.get(target)
            known = a is not None and (b is not None or target not in self.entries)
            holds = known and RELATIONS[relation](a, b, self._own(target))
            yield _holds("relations_summary", statement, holds)

    def _sdg_references(self, references: list[dict[str, Any]]) -> Iterator[Finding]:
        for reference in references:
            if "goal" in reference:
                aligned = [i.id for i in self.record.instruments if "sdg" in i.aligned_with]
                yield _holds("sdg_refs.goal", reference["goal"], bool(aligned), aligned)
            else:
                yield _said("sdg_refs.indicator", str(reference["indicator"]), None)

    def _problems(self, problems: dict[str, Any]) -> Iterator[Finding]:
        path, remarks = "source_problems", list(self._remarks())
        for key, kind in PROBLEM_KINDS.items():
            for problem in problems[key]:
                q = problem.split()[0].removeprefix("Q").replace(".", "")
                yield _holds(f"{path}.{key}", problem, self._remarked(kind, q))
        for question in problems["blank"]:
            yield _said(f"{path}.blank", "blank", self._answer_to(question.removeprefix("Q")).state)
        stray = [remark for _, remark in remarks if remark.kind == "stray-text"]
        for problem in problems["stray_headings"]:
            headings = [f"{numeral}." for numeral in re.findall(r"\b([VI]+)\.? L\d+", problem)]
            if headings:
                holds = set(headings) <= {remark.stated for remark in stray}
                yield _holds(f"{path}.stray_headings", problem, holds)
            else:
                yield _mentioned(f"{path}.stray_headings", "name labels values", *_texts(stray))
        for host in problems["typo_hosts"]:
            stated = [remark.stated for _, remark in remarks if remark.kind == "suspected-typo"]
            yield _among(f"{path}.typo_hosts", host, stated)
        for problem in problems["conflicting_hosts"]:
            pair = set(problem.split(" vs "))
            yield _holds(
                f"{path}.conflicting_hosts", problem, any({r.stated, r.suggested} == pair for _, r in remarks)
            )
        for problem in problems["likely_wrong"]:
            holds = any(
                _plain(r.stated or name) in _plain(problem) for name, r in remarks if r.suggested
            ) or any(_plain(name) in _plain(problem) for name, r in remarks if r.suggested and name)
            yield _holds(f"{path}.likely_wrong", problem, holds)
        date = self.record.source.date
        yield _said(
            f"{path}.date_ambiguous", problems["date_ambiguous"], date and date.ambiguous and date.stated
        )

    # What several of them share

    def _unit(
        self, path: str, item: dict[str, Any], entry: Any, more: Sequence[str] = ()
    ) -> Iterator[Finding]:
        yield from _names(path, item, entry)
        parent = getattr(entry, "part_of", None)
        yield from self._fields(path, item, unit_of=parent, part_of=parent)
        yield from _addresses(f"{path}.url", _list(item.get("url")), [*getattr(entry, "urls", []), *more])
        if "likely" in item:
            yield _suggested(f"{path}.likely", item["likely"], entry.remarks)

    def _documents_of(self, path: str, item: dict[str, Any], entry: Instrument) -> Iterator[Finding]:
        stated = [*_list(item.get("url")), *item.get("urls", [])]
        yield from _addresses(f"{path}.url", stated, entry.urls)
        if "url" in item and not stated:
            yield _holds(f"{path}.url", None, not entry.urls, entry.urls)
        if "likely" in item:
            yield _suggested(f"{path}.likely", item["likely"], entry.remarks)

    def _answer_to(self, q: str) -> Answer:
        return self.answers.get(q) or Answer(q=q)

    def _remarks(self) -> Iterator[tuple[str, Remark]]:
        """Every remark of the record with the name of what it is about, empty where that has none."""
        record = self.record
        yield from (("", remark) for remark in record.source.remarks)
        yield from (("", remark) for answer in record.answers for remark in answer.remarks)
        for name in Record.FACT_LISTS:
            yield from (
                (getattr(f, "name", ""), remark) for f in getattr(record, name) for remark in f.remarks
            )

    def _remarked(self, kind: str, q: str) -> bool:
        """Whether the answer, or a fact of the question, carries a remark of the kind."""
        holders: list[Any] = [self.answers.get(str(q))]
        holders += [f for name in Record.FACT_LISTS for f in getattr(self.record, name) if str(q) in f.q]
        return any(remark.kind == kind for holder in holders if holder for remark in holder.remarks)


# Judging one fact


def _said(path: str, fact: Any, recorded: Any) -> Finding:
    if _same(fact, recorded):
        return Finding("matched", path, fact, recorded)
    return Finding("not in record" if recorded is None else "different", path, fact, recorded)


def _among(path: str, fact: Any, recorded: Iterable[Any]) -> Finding:
    recorded = list(recorded)
    if any(_same(fact, value) for value in recorded):
        return Finding("matched", path, fact, recorded)
    return Finding("different" if recorded else "not in record", path, fact, recorded)


def _holds(path: str, fact: Any, holds: bool, recorded: Any = None) -> Finding:
    return Finding(
        "matched" if holds else "not in record" if not recorded else "different", path, fact, recorded
    )


def _addresses(path: str, stated: Iterable[str], recorded: Sequence[str | None]) -> Iterator[Finding]:
    """Addresses are kept as stated, so they must be the same to the letter."""
    for url in stated:
        yield _holds(path, url, url in recorded, list(recorded))


def _names(path: str, item: dict[str, Any], entry: Any) -> Iterator[Finding]:
    for name in (*_list(item.get("name")), *item.get("aliases", [])):
        yield _among(f"{path}.name", name, _known_as(entry))


def _worded(path: str, fact: str, recorded: Iterable[str]) -> Finding:
    """The record describes in its own words: most of the words must be the same, in any order."""
    recorded = list(recorded)
    return _holds(path, fact, any(token_set_ratio(_plain(fact), _plain(r)) >= 75 for r in recorded), recorded)


def _mentioned(path: str, fact: str, *texts: str | None) -> Finding:
    """What the record has no field for must be said in a note or remark, in these words."""
    said = {word for text in texts for word in _plain(text or "").split()}
    return _holds(path, fact, set(_plain(fact).split()) <= said, [text for text in texts if text])


def _suggested(path: str, fact: Any, remarks: Iterable[Remark]) -> Finding:
    """What the list holds to be likely may stand in a remark as a suggestion."""
    suggestions = [remark.suggested for remark in remarks if remark.suggested]
    return _holds(path, fact, any(_plain(s) in _plain(str(fact)) for s in suggestions), suggestions)


def _evidence(path: str, items: list[str], answer: Answer) -> Iterator[Finding]:
    """The options that the text implies, and no others."""
    implied = [option.item for option in answer.options if option.implied == "yes"]
    for item in items:
        yield _among(f"{path}.evidenced_by_text", item, implied)
    yield _holds(f"{path}.evidenced_by_text", sorted(items), set(implied) <= set(items), implied)


# Comparing values


def _same(fact: Any, recorded: Any) -> bool:
    if isinstance(fact, str) and isinstance(recorded, str):
        return _plain(fact) == _plain(recorded)
    return bool(fact == recorded)


def _plain(text: str) -> str:
    """Lower-case words without accents and punctuation."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in letters if not unicodedata.combining(c))))


def _named(entries: Iterable[Any], name: str | None) -> Any:
    for entry in entries:
        if name and any(_same(name, known) for known in _known_as(entry)):
            return entry
    return None


def _known_as(entry: Any) -> list[str]:
    """Name, aliases and acronym of an entry, and the name with the acronym behind it."""
    names, acronym = [entry.name, *getattr(entry, "aliases", [])], getattr(entry, "acronym", None)
    return [*names, acronym, f"{entry.name} {acronym}"] if acronym else names


def _at(entries: Iterable[Any], url: str) -> Any:
    """The entry at an address; scheme, `www.` and a trailing slash do not count."""

    def place(address: str) -> tuple[str | None, str]:
        return host_of(address), re.sub(r"^\w+://[^/]+", "", address).rstrip("/")

    return next((entry for entry in entries if entry.url and place(entry.url) == place(url)), None)


def _elements(instrument: Instrument, role: str) -> list[str]:
    return [element.name for element in instrument.elements if element.role == role]


def _main_question(q: Any) -> str:
    """`X1` and `X2` are parts of `X` in the list."""
    return "X" if str(q).startswith("X") else str(q)


def _texts(remarks: Iterable[Remark]) -> list[str]:
    return [remark.text for remark in remarks]


def _tristate(value: Any) -> Any:
    return {True: "yes", False: "no"}.get(value, value)


def _iso3(iso2: str) -> str:
    return str(pycountry.countries.get(alpha_2=iso2).alpha_3)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


if __name__ == "__main__":
    sys.exit(main())

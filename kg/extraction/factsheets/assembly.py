"""From the drafts of a factsheet to a valid `Record`: ids, references, one entry per section."""

from __future__ import annotations

import re
from typing import Any

from kg.documents import Document
from kg.errors import KgError
from kg.extraction.contacts import detect_country
from kg.extraction.factsheets.bodies.drafts import BodyDraft
from kg.extraction.factsheets.bodies.find import find_bodies
from kg.extraction.factsheets.citing import kind_family
from kg.extraction.factsheets.cooperations import CooperationDraft, find_cooperations
from kg.extraction.factsheets.instruments.drafts import InstrumentDraft
from kg.extraction.factsheets.instruments.find import find_instruments
from kg.extraction.factsheets.memberships import MembershipDraft, find_memberships
from kg.extraction.factsheets.partnerships import PartnershipDraft, find_partnerships
from kg.extraction.factsheets.reading import FactsheetReading, Title, clean_title, tidy, words
from kg.extraction.factsheets.systems.drafts import SystemDraft
from kg.extraction.factsheets.systems.find import find_systems
from kg.extraction.gazetteer import country_of, data
from kg.extraction.outcome import (
    Extraction,
    Outcome,
    QuestionSummary,
    confidences_by_question,
    distinct,
    without_clashes,
)
from kg.iris import host_of, slug
from kg.questionnaire.outline import (
    FoundSection,
    OutlineItem,
    edition_of_factsheet,
    load_outline,
    says_nothing,
)
from kg.questionnaire.wording import fold, words_key
from kg.records.codes import EUROPEAN_UNION
from kg.records.model import Record


def extract_factsheet(document: Document, country: str | None = None) -> Extraction:
    """The facts of a factsheet as a record with status `extracted`.

    `country` (ISO 3166-1 alpha-3, EUE for the Union) defaults to the one the head names. Raises KgError when there is none.
    """
    edition = edition_of_factsheet(document)
    outline = load_outline("factsheet", edition or 2023)
    country = country or country_of_factsheet(document)
    if country is None:
        raise KgError(
            "no country is named in the head of this factsheet",
            where=document.name,
            hint="Say which one it is about (ISO 3166-1 alpha-3), for instance with --country DNK.",
        )
    return _Assembly(FactsheetReading(document, outline, country, edition or outline.edition)).extraction()


def country_of_factsheet(document: Document) -> str | None:
    """The country that the head of a factsheet names; EUE for the European Union."""
    for block in document.body[:12]:
        name = block.text.strip()
        if fold(name).removeprefix("the ").strip() in ("european union", "eu"):
            return EUROPEAN_UNION
        if len(name) < 60 and (code := country_of(name)):
            return code
    for block in document.body[:6]:
        for word in re.split(r"\s+[-–—|]\s+|\bin\b|\b20\d\d\b|factsheet", block.text[:120]):
            if (code := country_of(word.strip())) is not None:
                return code
    return detect_country(document)


class _Assembly:
    """Gives every draft an id and turns it into an entry of the record."""

    def __init__(self, reading: FactsheetReading) -> None:
        self._reading = reading
        self._ids: dict[int, str] = {}
        self._used: set[str] = set()
        self.instruments = find_instruments(reading)
        self.bodies = find_bodies(reading)
        systems = find_systems(reading, self.bodies, self.instruments)
        self.systems = systems.drafts
        self._efforts = systems.leftover
        self.memberships = find_memberships(reading)
        self.cooperations = find_cooperations(reading)
        self.partnerships = find_partnerships(reading)
        self._organisations: dict[str, dict[str, Any]] = {}

    def extraction(self) -> Extraction:
        drafts: list[BodyDraft | InstrumentDraft | SystemDraft] = [
            *self.bodies.drafts, *self.instruments.drafts, *self.systems,
        ]  # fmt: skip
        for draft in drafts:
            _tidy_names(draft)
        self.bodies.drafts = [draft for draft in self.bodies.drafts if draft.name]
        self.systems = [draft for draft in self.systems if draft.name]
        for body in self.bodies.drafts:
            self._name(body, body.acronym or body.name, "body")
        for instrument in self.instruments.drafts:
            self._name(instrument, instrument.name, "instrument")
        for system in self.systems:
            self._name(system, system.shared_id or system.name, "platform")
        record = without_clashes(with_short_names(self._data()))
        return Extraction(record, self._summary(record), self.bodies.merges, self._warnings())

    def _warnings(self) -> list[str]:
        reading = self._reading
        warnings = list(reading.document.warnings)
        found = {section.number for section in reading.sections}
        missing = [s.number for s in reading.outline.sections if s.number not in found]
        if missing:
            warnings.append(f"No heading found for {', '.join(missing)}.")
        if reading.edition != reading.outline.edition:
            warnings.append(
                f"Read with the outline of {reading.outline.edition}: there is none for {reading.edition}."
            )
        return warnings

    def _name(self, draft: object, text: str, kind: str) -> None:
        plain = re.sub(r"[^a-z0-9-]", "", re.sub(r"%[0-9A-Fa-f]{2}", "", slug(text)))
        base = re.sub(r"-{2,}", "-", plain)[:90].strip("-") or kind
        key, number = base, 2
        while key in self._used:
            key, number = f"{base}-{number}", number + 1
        self._used.add(key)
        self._ids[id(draft)] = key

    def _data(self) -> dict[str, Any]:
        reading = self._reading
        memberships = [self._membership(draft) for draft in self.memberships]
        return {
            "status": "extracted",
            "source": {
                "title": _title(reading), "family": "factsheet", "edition": reading.edition, "country": reading.country,
                "language": _language(reading), "sha256": reading.document.sha256,
            },
            "answers": [self._answer(section) for section in reading.sections],
            "bodies": [self._body(draft) for draft in self.bodies.drafts if not draft.organisation],
            "portals": [self._portal(draft) for draft in self.systems if draft.portal],
            "platforms": [self._platform(draft) for draft in self.systems if not draft.portal],
            "instruments": [self._instrument(draft) for draft in self.instruments.drafts],
            "initiatives": list(self._initiatives()),
            "technologies": list(self._technologies()),
            "memberships": memberships,
            "cooperations": [self._cooperation(draft) for draft in self.cooperations],
            "partnerships": [self._partnership(draft) for draft in self.partnerships],
            "organisations": [
                *self._organisations.values(),
                *(self._organisation(draft) for draft in self.bodies.drafts if draft.organisation),
            ],
        }  # fmt: skip

    def _answer(self, section: FoundSection) -> dict[str, Any]:
        outline = self._reading.outline
        blocks = [b for item in section.items for b in item.blocks]
        empty = bool(blocks) and all(says_nothing(b.text, outline) for b in blocks)
        titles = any(item.title is not None for item in section.items)
        if empty and not titles:
            return {"q": section.number, "value": "no", "basis": "text", "state": "answered"}
        if not blocks and not titles:
            return {"q": section.number, "value": "unknown", "basis": "none", "state": "blank"}
        expected = section.section.expects in ("communications", "legislation", "infrastructure", "bodies")
        return {
            "q": section.number, "value": "yes" if expected else "unknown", "basis": "text" if expected else "none", "state": "answered",
        }  # fmt: skip

    def _body(self, draft: BodyDraft) -> dict[str, Any]:
        parent = (
            draft.parent
            if draft.parent is not draft and not (draft.parent and draft.parent.organisation)
            else None
        )
        return {
            "id": self._ids[id(draft)], "name": draft.name, "aliases": distinct(draft.aliases, draft.name, draft.acronym), "type": draft.type,
            "country": draft.country, "acronym": draft.acronym, "urls": draft.urls, "responsible_for": draft.areas, "roles": draft.roles,
            "part_of": self._ids.get(id(parent)), "established": draft.established, **draft.evidence.fields(),
        }  # fmt: skip

    def _organisation(self, draft: BodyDraft) -> dict[str, Any]:
        """What was found among the bodies and is none: an association, a university."""
        return {
            "id": self._ids[id(draft)], "name": draft.name, "aliases": distinct(draft.aliases, draft.name, draft.acronym), "type": draft.organisation,
            "acronym": draft.acronym, "urls": draft.urls, **draft.evidence.fields(),
        }  # fmt: skip

    def _system(self, draft: SystemDraft) -> dict[str, Any]:
        return {
            "id": self._ids[id(draft)], "name": draft.name, "aliases": distinct(draft.aliases, draft.name), "url": draft.url, "other_urls": draft.other_urls,
            "country": draft.country, "operated_by": self._ids.get(id(draft.operated_by)),
            "replaced_by": self._ids.get(id(draft.replaced_by)), **draft.evidence.fields(),
        }  # fmt: skip

    def _portal(self, draft: SystemDraft) -> dict[str, Any]:
        return {**self._system(draft), "kinds": draft.portal_kinds}

    def _platform(self, draft: SystemDraft) -> dict[str, Any]:
        start_year = (
            draft.start_year if draft.start_year and draft.start_year <= self._reading.edition else None
        )
        return {
            **self._system(draft), "kinds": draft.platform_kinds, "technologies": draft.technologies, "start_year": start_year,
            "under": [self._ids[id(i)] for i in draft.under], "lifecycle": "replaced" if draft.replaced_by else "planned" if draft.planned else None,
        }  # fmt: skip

    def _instrument(self, draft: InstrumentDraft) -> dict[str, Any]:
        relations: dict[str, list[str]] = {}
        for kind, target in draft.relations:
            keys = relations.setdefault(kind.replace("-", "_"), [])
            if self._ids[id(target)] not in keys:
                keys.append(self._ids[id(target)])
        edition = self._reading.edition
        ahead = draft.year is not None and draft.year > edition
        # What is dated after the factsheet is planned, as a proposal of the Union is, or the year is no year of adoption.
        planned = draft.planned or (ahead and draft.of_union)
        year, date = (None, None) if ahead and not draft.of_union else (draft.year, draft.date)
        title = draft.title or (
            draft.name if draft.number is None and kind_family(draft.kind) != "policy" else None
        )
        return {
            "id": self._ids[id(draft)], "kind": draft.kind, "name": draft.name[:400], "title": title[:400] if title else None,
            "aliases": distinct(draft.aliases, draft.name, draft.title), "number": draft.number[:60] if draft.number else None, "year": year,
            "country": draft.country, "date": date, "in_force": draft.in_force, "in_force_year": draft.in_force_year,
            "start_year": draft.start_year, "end_year": draft.end_year, "urls": draft.urls, "topics": draft.topics, "technologies": draft.technologies,
            "lifecycle": "planned" if planned else None, **relations, **draft.evidence.fields(),
            "passages": [{kind: number, "q": q} for (kind, number), q in draft.passages.items()],
        }  # fmt: skip

    def _initiatives(self) -> list[dict[str, Any]]:
        """Items of chapters 2 and 3 that name no instrument but a project, a programme or an effort."""
        reading = self._reading
        found: dict[str, dict[str, Any]] = {}
        drafts: list[BodyDraft | InstrumentDraft | SystemDraft] = [
            *self.bodies.drafts, *self.instruments.drafts, *self.systems,
        ]  # fmt: skip
        taken = {words_key(name) for draft in drafts for name in draft.names}
        taken |= {words_key(partnership.name) for partnership in self.partnerships}
        for item in self._efforts:
            if item.title is None or not _is_initiative(item):
                continue
            title = _without_activity(clean_title(item.title.text))
            key = words_key(title.name)
            if key in taken:
                continue
            q = item.section.number
            if key in found:
                if q not in found[key]["q"]:
                    found[key]["q"].append(q)
                continue
            marker = object()
            self._name(marker, title.name, "initiative")
            position = item.title.position
            found[key] = {
                "id": self._ids.pop(id(marker)), "name": title.name, "aliases": distinct(list(title.aliases), title.name), "technologies": item.section.technologies,
                "q": [q], "spans": [reading.span(q, position.start, position.end)], "status": "extracted", "confidence": "medium",
                "why": "a heading that names no instrument",
            }  # fmt: skip
        return list(found.values())

    def _technologies(self) -> list[dict[str, Any]]:
        """What chapters 2 and 4 say of a technology: a strategy, or that it is in use."""
        found: dict[str, dict[str, Any]] = {}
        for draft in self.instruments.drafts:
            if draft.country == EUROPEAN_UNION and self._reading.country != EUROPEAN_UNION:
                continue
            for code in draft.technologies:
                entry = found.setdefault(
                    code,
                    {
                        "technology": code,
                        "q": [],
                        "status": "extracted",
                        "confidence": "medium",
                        "why": "a heading under the technology",
                    },
                )
                entry["q"] += [
                    q for q in draft.evidence.q if q not in entry["q"] and q in self._sections_of(code)
                ]
                if draft.kind in ("strategy", "plan", "policy") and "strategy" not in entry:
                    entry["strategy"] = self._ids[id(draft)]
        for system in self.systems:
            for code in system.technologies:
                entry = found.setdefault(
                    code,
                    {
                        "technology": code,
                        "q": [],
                        "status": "extracted",
                        "confidence": "medium",
                        "why": "a heading under the technology",
                    },
                )
                entry["q"] += [
                    q for q in system.evidence.q if q not in entry["q"] and q in self._sections_of(code)
                ]
        return [entry for entry in found.values() if entry["q"]]

    def _sections_of(self, technology: str) -> set[str]:
        return {s.number for s in self._reading.outline.sections if technology in s.technologies}

    def _membership(self, draft: MembershipDraft) -> dict[str, Any]:
        known = f"register:{draft.register.id}" if draft.register else words_key(draft.name)
        if known not in self._organisations:
            marker = object()
            self._name(marker, draft.register.id if draft.register else draft.name, "organisation")
            kinds = {
                "CooperationNetwork": "network",
                "InternationalOrganisation": "international",
                "CivilSocietyOrganisation": "civil-society",
                "Company": "company",
            }
            self._organisations[known] = {
                "id": self._ids.pop(id(marker)), "name": draft.name, "register": draft.register.id if draft.register else None, "q": list(draft.evidence.q),
                "acronym": draft.register.acronym if draft.register else draft.short,
                "type": kinds.get(draft.register.kind, "other") if draft.register else "network", "status": "extracted",
            }  # fmt: skip
        return {
            "organisation": self._organisations[known]["id"], "participation": "member" if draft.member else "participant", "since": draft.since,
            "urls": draft.urls, "topics": draft.topics, **draft.evidence.fields(),
        }  # fmt: skip

    def _cooperation(self, draft: CooperationDraft) -> dict[str, Any]:
        partner = draft.partners[0] if len(draft.partners) == 1 else draft.partners
        return {
            "partner": partner, "kind": draft.kind, "lifecycle": draft.status, "year": draft.year, "topics": draft.topics, "urls": draft.urls,
            **draft.evidence.fields(),
        }  # fmt: skip

    def _partnership(self, draft: PartnershipDraft) -> dict[str, Any]:
        self._name(draft, draft.name, "partnership")
        return {
            "id": self._ids[id(draft)], "name": draft.name, "aliases": distinct(draft.aliases, draft.name), "kind": draft.kind, "members": self._members(draft),
            "members_known": "unknown",
            **draft.evidence.fields(),
        }  # fmt: skip

    def _members(self, draft: PartnershipDraft) -> list[str]:
        """The ids of a partnership's members: bodies of the record, and organisations for those that are none."""
        found = []
        for name in draft.members:
            body = self.bodies.known(name)
            if body is not None and id(body) in self._ids:
                found.append(self._ids[id(body)])
                continue
            known = words_key(name)
            if known not in self._organisations:
                marker = object()
                self._name(marker, name, "organisation")
                self._organisations[known] = {
                    "id": self._ids.pop(id(marker)), "name": name, "q": list(draft.evidence.q), "type": "other", "status": "extracted",
                }  # fmt: skip
            found.append(self._organisations[known]["id"])
        return list(dict.fromkeys(found))

    def _summary(self, record: Record) -> list[QuestionSummary]:
        """Section by section: how many facts it states."""
        stated = confidences_by_question(record)
        answers = {answer.q: answer for answer in record.answers}
        rows = []
        for section in self._reading.outline.sections:
            answer, facts = answers.get(section.number), stated.get(section.number, [])
            title = section.title.get("en", section.number)
            if answer is None:
                rows.append(QuestionSummary(section.number, title, "unanswered", 0, "no such heading"))
            elif facts or answer.value == "no":
                outcome: Outcome = "unsure" if "low" in facts else "found"
                rows.append(
                    QuestionSummary(
                        section.number, title, outcome, len(facts), "" if facts else "says there is none"
                    )
                )
            else:
                blank = answer.state == "blank" or section.expects in ("none", "services")
                rows.append(
                    QuestionSummary(
                        section.number,
                        title,
                        "unanswered" if blank else "unsure",
                        0,
                        "" if blank else "nothing recognised in the text",
                    )
                )
        return rows


def with_short_names(data: dict[str, Any]) -> dict[str, Any]:
    """The record's data with names of at most `_LONGEST_NAME` words: what is longer is a sentence, or reads like one.

    A long title is cut where a phrase ends and marked with an ellipsis; an alias of that length is left out, and so is an
    initiative, which has nothing else to be known by.
    """
    data["initiatives"] = [entry for entry in data["initiatives"] if not _long(entry["name"])]
    kept = {entry["id"] for entry in data["initiatives"]}
    for use in data["technologies"]:
        use["initiatives"] = [key for key in use.get("initiatives", []) if key in kept]
    for kind in ("bodies", "organisations", "portals", "platforms", "instruments", "partnerships"):
        for entry in data.get(kind, []):
            for field in ("name", "title"):
                if entry.get(field) and _long(entry[field]):
                    entry[field] = short_name(entry[field])
            entry["aliases"] = [alias for alias in entry.get("aliases", []) if not _long(alias)]
    return data


def short_name(name: str) -> str:
    """A long title cut at the end of a phrase.

    >>> short_name("Law on the Protection of Persons, with regard to all that may be done with data about them or theirs")
    'Law on the Protection of Persons, with regard to all that may be done…'
    """
    words = list(re.finditer(r"\w+", name))
    if len(words) <= _LONGEST_NAME:
        return name
    cut = name[: words[_LONGEST_NAME].start()]
    phrases = [m.start() for m in _PHRASE.finditer(cut) if len(re.findall(r"\w+", cut[: m.start()])) >= 8]
    kept = cut[: phrases[-1] if phrases else len(cut)]
    if kept.count("(") > kept.count(")"):
        kept = kept[: kept.rindex("(")]
    return kept.rstrip(" ,;:(–-") + "…"


def _long(name: str) -> bool:
    return len(re.findall(r"\w+", name)) > _LONGEST_NAME


_LONGEST_NAME = 16
_PHRASE = re.compile(r"[,;:(]|\s(?:and|for|on|with|of|in|to|by|from|along)\s")


def _tidy_names(draft: BodyDraft | InstrumentDraft | SystemDraft) -> None:
    """Leaves a draft with names that can stand in a record; its first good one becomes its name."""
    good = [name for name in (tidy(n) for n in draft.names) if name is not None]
    distinct_names = list({words_key(name): name for name in reversed(good)}.values())[::-1]
    acronym = draft.acronym if isinstance(draft, BodyDraft) else None
    title = tidy(draft.title) if isinstance(draft, InstrumentDraft) and draft.title else None
    draft.name = (distinct_names or [""])[0]
    if isinstance(draft, InstrumentDraft):
        draft.title = title if title and words_key(title) != words_key(draft.name) else None
    taken = {words_key(n) for n in (draft.name, acronym, title) if n}
    draft.aliases = [name for name in distinct_names if words_key(name) not in taken]


def _title(reading: FactsheetReading) -> str:
    head = next((b.text.strip() for b in reading.document.body[:6] if "factsheet" in fold(b.text)), None)
    return (head or f"Digital Public Administration factsheet {reading.edition}")[:400]


def _language(reading: FactsheetReading) -> str:
    """English where the text is, whatever the file declares; else what the file declares."""
    sample = reading.folded[:20000].split()
    english = sum(word in ("the", "of", "and", "to", "in", "for") for word in sample)
    if english * 8 > len(sample):
        return "en"
    return (reading.document.language or "en").split("-")[0].lower()


def _without_activity(title: Title) -> Title:
    """ "Launch of the B-Secure Scheme": what was launched, where that has a name of its own."""
    match = words("activity_titles").match(fold(title.name))
    rest = re.sub(r"^(?:the|an?|new)\s", "", title.name[match.end() :].strip()) if match is not None else ""
    named = rest[:1].isupper() and len(rest.split()) > 1 and not words("matters").match(words_key(rest))
    return Title(rest, title.aliases, title.years) if named else title


def _is_initiative(item: OutlineItem) -> bool:
    """Whether an item without instrument or system is about a project or an effort: not a matter that a chapter speaks of."""
    if item.title is None or not item.blocks or item.section.chapter == "3":
        return False
    name = clean_title(item.title.text).name
    plain = words_key(name)
    if len(name.split()) > 14 or len(name) < 4 or host_of(name) is not None or name.endswith("."):
        return False
    if any(plain in {words_key(n) for n in network["names"]} for network in data("factsheets")["networks"]):
        return False
    return not words("matters").match(plain) and not words("matters").match(plain.split()[-1])

"""From a document to a record: finds the facts kind by kind, resolves names to entries, and assembles a valid `Record`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from kg.documents import Document
from kg.errors import KgError
from kg.extraction.bodies import Bodies, BodyDraft, find_bodies
from kg.extraction.checkboxes import AnswerDraft, read_answer
from kg.extraction.contacts import date_of, detect_country, labelled_fields, language_of, title_of
from kg.extraction.cooperations import CooperationDraft, find_cooperations
from kg.extraction.gazetteer import RegisteredOrganisation, organisations
from kg.extraction.indicators import find_indicators
from kg.extraction.instruments import InstrumentDraft, Instruments, find_instruments
from kg.extraction.memberships import MembershipDraft, find_memberships
from kg.extraction.names import classify
from kg.extraction.partnerships import PartnershipDraft, find_partnerships
from kg.extraction.portals import PortalDraft, find_portals
from kg.extraction.reading import Reading
from kg.extraction.technologies import TechnologyDraft, find_technologies
from kg.iris import host_of, slug
from kg.questionnaire import Form, edition_of, nearest_form
from kg.questionnaire.wording import words_key
from kg.records.model import Record
from kg.records.references import check_references

Outcome = Literal["found", "unsure", "unanswered"]


@dataclass(slots=True)
class QuestionSummary:
    """What was understood of one question: how many facts it states, and whether a reviewer should look."""

    q: str
    title: str
    outcome: Outcome
    facts: int
    why: str = ""


@dataclass(slots=True)
class Extraction:
    """The record and what a steward should know about it."""

    record: Record
    summary: list[QuestionSummary]
    merges: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def extract(document: Document, form: Form | None = None, country: str | None = None) -> Extraction:
    """The facts of a filled-in questionnaire as a record with status `extracted`.

    `form` defaults to the one nearest to the edition that the document names, `country` (ISO 3166-1 alpha-3) to the
    one found in it. Raises KgError when no country can be found.
    """
    edition = edition_of(document.text)
    form = form or nearest_form("msq", edition)
    country = country or detect_country(document)
    if country is None:
        raise KgError(
            "no country is named in this document",
            where=document.name,
            hint="Say which one it is about (ISO 3166-1 alpha-3), for instance with --country COL.",
        )
    reading = Reading(document, form, country, edition or form.edition)
    return _Assembly(reading).extraction()


class _Assembly:
    """Gives every draft an id and turns it into an entry of the record."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._ids: dict[int, str] = {}
        self._used: set[str] = set()
        self._extra_organisations: dict[str, dict[str, Any]] = {}
        self.instruments: Instruments = find_instruments(reading)
        self.bodies: Bodies = find_bodies(reading, self.instruments)
        self.portals: list[PortalDraft] = find_portals(reading, self.bodies, self.instruments)
        self.memberships: list[MembershipDraft] = find_memberships(reading)
        self.cooperations: list[CooperationDraft] = find_cooperations(reading, self.bodies)
        self.partnerships: list[PartnershipDraft] = find_partnerships(reading, self.bodies)
        self.technologies: list[TechnologyDraft] = find_technologies(reading, self.instruments)
        self.indicators = find_indicators(reading)
        self.answers: list[AnswerDraft] = [
            read_answer(reading, answer, self.instruments) for answer in reading.answers
        ]

    def extraction(self) -> Extraction:
        for body in self.bodies.drafts:
            self._name(body, body.acronym or body.name, "body")
        for instrument in self.instruments.drafts:
            self._name(instrument, instrument.name, "instrument")
        for portal in self.portals:
            self._name(portal, f"portal-{portal.name or host_of(portal.url or '') or 'x'}", "portal")
        for partnership in self.partnerships:
            self._name(partnership, partnership.acronym or partnership.name, "partnership")
        data = self._record_data()
        record = _without_clashes(data)
        warnings = list(self._reading.document.warnings)
        if self._reading.edition != self._reading.form.edition:
            warnings.append(
                f"Read with the form of {self._reading.form.edition}: there is none for {self._reading.edition}."
            )
        return Extraction(
            record, self._summary(record), [*self.instruments.merges, *self.bodies.merges], warnings
        )

    def _name(self, draft: object, text: str, kind: str) -> None:
        self._ids[id(draft)] = self._fresh(text, kind)

    def _fresh(self, text: str, kind: str) -> str:
        base = (
            re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]", "", re.sub(r"%[0-9A-Fa-f]{2}", "", slug(text))))[
                :100
            ].strip("-")
            or kind
        )
        key, number = base, 2
        while key in self._used:
            key, number = f"{base}-{number}", number + 1
        self._used.add(key)
        return key

    def _record_data(self) -> dict[str, Any]:
        reading = self._reading
        document = reading.document
        partnerships = [self._partnership(draft) for draft in self.partnerships]
        memberships = [self._membership(draft) for draft in self.memberships]
        collective = next(
            (
                o.checked
                for a in self.answers
                if a.q == "X1"
                for o in a.options
                if o.item == "collective-response"
            ),
            "unknown",
        )
        remarks = (
            [{"kind": "note", "text": f"Read with the form of {reading.form.edition}."}]
            if reading.edition != reading.form.edition
            else []
        )
        date = date_of(reading)
        return {
            "status": "extracted",
            "source": {
                "title": title_of(document)[:400], "edition": reading.edition, "country": reading.country,
                "language": language_of(document), "date": date.model_dump() if date else None,
                "collective_response": collective, "sha256": document.sha256, "remarks": remarks,
            },
            "contacts": self._contacts(),
            "answers": [self._answer(draft) for draft in self.answers],
            "cio": self._cio(),
            "bodies": [self._body(draft) for draft in self.bodies.drafts],
            "portals": [self._portal(draft) for draft in self.portals],
            "instruments": [self._instrument(draft) for draft in self.instruments.drafts],
            "technologies": [self._technology(draft) for draft in self.technologies],
            "memberships": memberships,
            "cooperations": self._cooperations(),
            "partnerships": partnerships,
            "indicators": [
                {"indicator": d.code, "value": d.value, "unit": d.unit, "year": d.year, "source": d.source, "estimate": d.estimate, **d.evidence.fields()}
                for d in self.indicators
            ],
            "organisations": list(self._extra_organisations.values()),
        }  # fmt: skip

    def _body(self, draft: BodyDraft) -> dict[str, Any]:
        parent = draft.parent if draft.parent in self.bodies.drafts and draft.parent is not draft else None
        return {
            "id": self._ids[id(draft)], "name": draft.name[:400], "aliases": _distinct(draft.aliases, draft.name, draft.acronym), "type": draft.type,
            "country": draft.country, "acronym": draft.acronym, "urls": draft.urls, "responsible_for": draft.areas,
            "part_of": self._ids[id(parent)] if parent else None, **draft.evidence.fields(),
        }  # fmt: skip

    def _portal(self, draft: PortalDraft) -> dict[str, Any]:
        name = draft.name or re.sub(r"^https?://|/$", "", draft.url or "")
        return {
            "id": self._ids[id(draft)], "name": name[:400], "aliases": _distinct(draft.aliases, name), "url": draft.url, "other_urls": draft.other_urls,
            "kinds": draft.kinds, "planned_kinds": [kind for kind in draft.planned_kinds if kind not in draft.kinds],
            "replaced_by": self._ids[id(draft.replaced_by)] if draft.replaced_by else None,
            "replacement_status": draft.replacement_status, "listing": draft.listing, **draft.evidence.fields(),
        }  # fmt: skip

    def _instrument(self, draft: InstrumentDraft) -> dict[str, Any]:
        relations: dict[str, list[str]] = {}
        for kind, target in draft.relations:
            if target in self.instruments.drafts and target is not draft:
                keys = relations.setdefault(kind, [])
                if self._ids[id(target)] not in keys:
                    keys.append(self._ids[id(target)])
        topics = [topic for topic in draft.topics if topic != "none"]
        return {
            "id": self._ids[id(draft)], "kind": draft.kind, "name": draft.name[:400], "title": draft.title[:400] if draft.title else None,
            "aliases": _distinct(draft.aliases, draft.name, draft.title), "series": draft.series, "number": draft.number[:60] if draft.number else None,
            "year": draft.year, "date": draft.date, "urls": draft.urls, "url_candidates": draft.url_candidates, "topics": topics,
            "passages": [{"article": number, "q": q} for number, q in draft.articles],
            "lifecycle": "planned" if draft.planned else None, **relations, **draft.evidence.fields(),
        }  # fmt: skip

    def _technology(self, draft: TechnologyDraft) -> dict[str, Any]:
        strategy = draft.strategy if draft.strategy in self.instruments.drafts else None
        return {
            "technology": draft.code,
            "strategy": self._ids[id(strategy)] if strategy else None,
            **draft.evidence.fields(),
        }

    def _membership(self, draft: MembershipDraft) -> dict[str, Any]:
        key = self._organisation(draft.name, draft.register, draft.acronym, draft.aliases, draft.evidence.q)
        return {
            "organisation": key, "participation": draft.participation, "since": draft.since, "urls": draft.urls, "topics": draft.topics, **draft.evidence.fields(),
        }  # fmt: skip

    def _organisation(
        self,
        name: str,
        register: RegisteredOrganisation | None,
        acronym: str | None,
        aliases: list[str],
        q: list[str],
    ) -> str:
        """The id of an organisation's entry, made on first use."""
        known = f"register:{register.id}" if register else words_key(name)
        if known in self._extra_organisations:
            entry = self._extra_organisations[known]
            entry["q"] += [question for question in q if question not in entry["q"]]
            return str(entry["id"])
        key = self._fresh(register.id if register else acronym or name, "organisation")
        group, kind = classify(name)
        kinds = {
            "CooperationNetwork": "network",
            "InternationalOrganisation": "international",
            "CivilSocietyOrganisation": "civil-society",
            "Company": "company",
        }
        self._extra_organisations[known] = {
            "id": key, "name": name[:400], "acronym": acronym, "aliases": _distinct(aliases, name, acronym), "q": list(q), "status": "extracted",
            "register": register.id if register else None,
            "type": kinds.get(register.kind, "other") if register else kind if group == "organisations" and kind in ("civil-society", "academic", "company") else "other",
        }  # fmt: skip
        return key

    def _cooperations(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        taken: set[tuple[str, str]] = set()
        for draft in self.cooperations:
            partner = draft.partners[0] if len(draft.partners) == 1 else sorted(draft.partners)
            place, key, number = str(partner), "", 1
            while (place, key) in taken:
                key = draft.kind if number == 1 else f"{draft.kind}-{number}"
                number += 1
            taken.add((place, key))
            entries.append({
                "partner": partner, "key": key or None, "kind": draft.kind, "lifecycle": draft.status, "year": draft.year, "topics": draft.topics,
                "own_bodies": [self._ids[id(body)] for body in draft.own_bodies if body in self.bodies.drafts],
                "partner_bodies": [self._ids[id(body)] for body in draft.partner_bodies if body in self.bodies.drafts], **draft.evidence.fields(),
            })  # fmt: skip
        return entries

    def _partnership(self, draft: PartnershipDraft) -> dict[str, Any]:
        members: list[str] = []
        for name in draft.members:
            body = next(
                (b for b in self.bodies.drafts if words_key(name) in {words_key(n) for n in b.names}), None
            )
            if body is not None:
                key = self._ids[id(body)]
            else:
                register = organisations().get(words_key(name)) or organisations().get(name)
                key = self._organisation(name, register, None, [], ["24"])
            if key not in members:
                members.append(key)
        return {
            "id": self._ids[id(draft)], "name": draft.name[:400], "aliases": [draft.acronym] if draft.acronym else [], "kind": draft.kind,
            "lifecycle": "planned" if draft.planned else "active", "framework": draft.framework, "members": members,
            "members_known": "unknown" if not members else "yes", "urls": draft.urls, **draft.evidence.fields(),
        }  # fmt: skip

    def _answer(self, draft: AnswerDraft) -> dict[str, Any]:
        return {
            "q": draft.q, "value": draft.value, "basis": "box" if draft.basis == "none" and draft.yes_no_box and draft.state == "blank" else draft.basis,
            "state": draft.state, "remarks": [{"kind": kind, "text": text} for kind, text in draft.remarks],
            "options": [{"item": o.item, "checked": o.checked, "implied": o.implied} for o in draft.options],
        }  # fmt: skip

    def _cio(self) -> dict[str, Any] | None:
        answer = next((a for a in self.answers if a.q == "4"), None)
        if answer is None:
            return None
        fields = (labelled_fields(self._reading, "4") or [{}])[0]
        exists = answer.value if answer.value != "yes" or answer.basis != "implied" or fields else "unknown"
        if exists == "unknown" and fields.get("name"):
            exists = "yes"
        return {"exists": exists, "title": fields.get("role"), "q": ["4"], "status": "extracted"}

    def _contacts(self) -> list[dict[str, Any]]:
        found = []
        for q in ("X", "X2"):
            for group in labelled_fields(self._reading, q):
                if "name" not in group:
                    continue
                body = (
                    self.bodies.by_name(group.get("organization", ""), frozenset())
                    if group.get("organization")
                    else None
                )
                found.append({
                    "name": group["name"][:400], "role": group.get("role"), "email": group.get("email"), "phone": group.get("phone"), "q": q,
                    "body": self._ids[id(body)] if body is not None and id(body) in self._ids else None,
                })  # fmt: skip
        return found

    def _summary(self, record: Record) -> list[QuestionSummary]:
        facts: dict[str, list[str]] = {}
        for name in Record.FACT_LISTS:
            for entry in getattr(record, name):
                for q in entry.q:
                    facts.setdefault(q, []).append(entry.confidence or "high")
        answers = {answer.q: answer for answer in record.answers}
        rows = []
        for question in self._reading.form.questions:
            answer, stated = answers.get(question.id), facts.get(question.id, [])
            known = answer is not None and (
                answer.value != "unknown" or any(o.checked != "unknown" for o in answer.options)
            )
            if (
                not stated
                and not known
                and (answer is None or answer.state == "blank" or not self._said(question.id))
            ):
                outcome: Outcome = "unanswered"
                why = "not in the document" if answer is None else ""
            elif (
                "low" in stated
                or (answer is not None and answer.state == "box-lost" and answer.value == "unknown")
                or (not stated and not known)
            ):
                outcome = "unsure"
                why = (
                    "boxes lost"
                    if answer is not None and answer.state == "box-lost"
                    else "nothing recognised in the text"
                    if not stated
                    else "doubtful facts"
                )
            else:
                outcome, why = "found", ""
            rows.append(
                QuestionSummary(question.id, question.title.get("en", question.id), outcome, len(stated), why)
            )
        return rows

    def _said(self, q: str) -> bool:
        answer = self._reading.parsed.answers.get(q)
        return answer is not None and bool(answer.pieces)


def _distinct(names: list[str], *others: str | None) -> list[str]:
    """The names that are not among the others and stand once."""
    seen = {other for other in others if other}
    kept = []
    for name in names:
        if name and name not in seen:
            seen.add(name)
            kept.append(name[:400])
    return kept


def _without_clashes(data: dict[str, Any]) -> Record:
    """A record that the loader accepts: an entry that turns out to be another's double is dropped."""
    for _ in range(200):
        record = Record.model_validate(data)
        problem = next(iter(check_references(record)), None)
        if problem is None:
            return record
        place: list[Any] = list(problem.path)
        if len(place) >= 3 and place[2] not in ("id", "organisation", "q"):
            value = data[place[0]][place[1]]
            kept = value.get(place[2])
            if isinstance(kept, list):
                known = {entry["id"] for name in Record.ENTITY_LISTS for entry in data.get(name, [])}
                value[place[2]] = [key for key in kept if key in known and f"'{key}'" not in problem.message]
            else:
                value[place[2]] = None
        else:
            del data[place[0]][place[1]]
    return Record.model_validate(data)

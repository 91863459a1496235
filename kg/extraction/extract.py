"""From a document to a record: finds the facts kind by kind, resolves names to entries, and assembles a valid `Record`."""

from __future__ import annotations

import re
from typing import Any

from kg.documents import Document
from kg.errors import KgError
from kg.extraction.bodies.drafts import Bodies, BodyDraft
from kg.extraction.bodies.find import find_bodies
from kg.extraction.checkboxes import AnswerDraft, read_answer
from kg.extraction.contacts import date_of, detect_country, labelled_fields, language_of, title_of
from kg.extraction.cooperations import CooperationDraft, find_cooperations
from kg.extraction.elements import find_elements
from kg.extraction.factsheets import extract_factsheet
from kg.extraction.gazetteer import RegisteredOrganisation, organisations
from kg.extraction.indicators import find_indicators
from kg.extraction.initiatives import InitiativeDraft, find_initiatives
from kg.extraction.instruments.drafts import InstrumentDraft, Instruments
from kg.extraction.instruments.find import find_instruments
from kg.extraction.memberships import MembershipDraft, find_memberships
from kg.extraction.names import classify
from kg.extraction.outcome import (
    Extraction,
    Outcome,
    QuestionSummary,
    confidences_by_question,
    distinct,
    without_clashes,
)
from kg.extraction.partnerships import PartnershipDraft, find_partnerships
from kg.extraction.places import Distinct
from kg.extraction.portals import PortalDraft, find_portals
from kg.extraction.publications import find_indicator_sets, find_publications
from kg.extraction.reading import Reading
from kg.extraction.technologies import TechnologyDraft, find_technologies
from kg.iris import host_of, slug
from kg.questionnaire import Form, edition_of, nearest_form
from kg.questionnaire.outline import family_of
from kg.questionnaire.wording import words_key
from kg.records.model import Record

__all__ = ["Extraction", "Outcome", "QuestionSummary", "extract"]


def extract(document: Document, form: Form | None = None, country: str | None = None) -> Extraction:
    """The facts of a filled-in questionnaire or of a factsheet as a record with status `extracted`.

    The family of the source is told from the document, unless `form` says that it is a questionnaire. `form` defaults to
    the one nearest to the edition that the document names, `country` (ISO 3166-1 alpha-3) to the
    one found in it. Raises KgError when no country can be found.
    """
    if form is None and family_of(document) == "factsheet":
        return extract_factsheet(document, country)
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
        self._numbers: dict[str, int] = {}
        self._extra_organisations: dict[str, dict[str, Any]] = {}
        self.instruments: Instruments = find_instruments(reading)
        self.bodies: Bodies = find_bodies(reading, self.instruments)
        self.portals: list[PortalDraft] = find_portals(reading, self.bodies, self.instruments)
        self.memberships: list[MembershipDraft] = find_memberships(reading)
        self.cooperations: list[CooperationDraft] = find_cooperations(reading, self.bodies)
        self.partnerships: list[PartnershipDraft] = find_partnerships(reading, self.bodies)
        self.initiatives: list[InitiativeDraft] = find_initiatives(
            reading, self.bodies, self.instruments, self.partnerships
        )
        self.technologies: list[TechnologyDraft] = find_technologies(
            reading, self.instruments, self.initiatives
        )
        self.indicators = find_indicators(reading)
        self.elements = find_elements(reading, self.instruments)
        self.publications = find_publications(reading, self.bodies, self.instruments)
        self.indicator_sets = find_indicator_sets(reading, self.bodies)
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
        for initiative in self.initiatives:
            self._name(initiative, initiative.name, "initiative")
        for publication in self.publications:
            self._name(publication, publication.name, "publication")
        for indicators in self.indicator_sets:
            self._name(indicators, indicators.name, "indicators")
        data = self._record_data()
        record = without_clashes(data)
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
        base = self._base(text, kind)
        # Counting on from the last number keeps many things of one name quick.
        key = base
        while key in self._used:
            self._numbers[base] = self._numbers.get(base, 1) + 1
            key = f"{base}-{self._numbers[base]}"
        self._used.add(key)
        return key

    @staticmethod
    def _base(text: str, kind: str) -> str:
        return (
            re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]", "", re.sub(r"%[0-9A-Fa-f]{2}", "", slug(text))))[
                :100
            ].strip("-")
            or kind
        )

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
            "initiatives": [self._initiative(draft) for draft in self.initiatives],
            "technologies": [self._technology(draft) for draft in self.technologies],
            "memberships": memberships,
            "cooperations": self._cooperations(),
            "partnerships": partnerships,
            "indicators": [
                {"indicator": d.code, "value": d.value, "unit": d.unit, "year": d.year, "source": d.source, "estimate": d.estimate, **d.evidence.fields()}
                for d in self.indicators
            ],
            "indicator_sets": [
                {
                    "id": self._ids[id(d)], "name": d.name[:400], "items": d.items, "produced_by": self._body_key(d.produced_by),
                    "used_by": self._body_key(d.used_by), **d.evidence.fields(),
                }
                for d in self.indicator_sets
            ],
            "publications": [
                {
                    "id": self._ids[id(d)], "name": d.name[:400], "kind": d.kind, "url": d.url, "year": d.year,
                    "published_by": self._body_key(d.published_by), **d.evidence.fields(),
                }
                for d in self.publications
            ],
            "organisations": list(self._extra_organisations.values()),
        }  # fmt: skip

    def _body_key(self, draft: BodyDraft | None) -> str | None:
        return self._ids[id(draft)] if draft is not None and self.bodies.holds(draft) else None

    def _body(self, draft: BodyDraft) -> dict[str, Any]:
        parent = draft.parent if self.bodies.holds(draft.parent) and draft.parent is not draft else None
        return {
            "id": self._ids[id(draft)], "name": draft.name[:400], "aliases": distinct(draft.aliases, draft.name, draft.acronym), "type": draft.type,
            "country": draft.country, "acronym": draft.acronym, "urls": draft.urls, "responsible_for": draft.areas,
            "part_of": self._ids[id(parent)] if parent else None, **draft.evidence.fields(),
        }  # fmt: skip

    def _portal(self, draft: PortalDraft) -> dict[str, Any]:
        name = draft.name or re.sub(r"^https?://|/$", "", draft.url or "")
        return {
            "id": self._ids[id(draft)], "name": name[:400], "aliases": distinct(draft.aliases, name), "url": draft.url, "other_urls": draft.other_urls,
            "kinds": draft.kinds, "planned_kinds": [kind for kind in draft.planned_kinds if kind not in draft.kinds],
            "replaced_by": self._ids[id(draft.replaced_by)] if draft.replaced_by else None,
            "replacement_status": draft.replacement_status, "listing": draft.listing, **draft.evidence.fields(),
        }  # fmt: skip

    def _instrument(self, draft: InstrumentDraft) -> dict[str, Any]:
        relations: dict[str, list[str]] = {}
        for kind, target in draft.relations:
            if self.instruments.holds(target) and target is not draft:
                relations.setdefault(kind, Distinct()).append(self._ids[id(target)])
        topics = [topic for topic in draft.topics if topic != "none"]
        return {
            "id": self._ids[id(draft)], "kind": draft.kind, "name": draft.name[:400], "title": draft.title[:400] if draft.title else None,
            "aliases": distinct(draft.aliases, draft.name, draft.title), "series": draft.series, "number": draft.number[:60] if draft.number else None,
            "year": draft.year, "date": draft.date, "urls": draft.urls, "url_candidates": draft.url_candidates, "topics": topics,
            "passages": [{"article": number, "q": q} for number, q in draft.articles], "elements": self._elements(draft),
            "lifecycle": "planned" if draft.planned else None, **relations, **draft.evidence.fields(),
        }  # fmt: skip

    def _elements(self, draft: InstrumentDraft) -> list[dict[str, Any]]:
        """The parts of a strategy; their ids count within it."""
        numbers: dict[str, int] = {}
        entries = []
        for element in self.elements.get(id(draft), []):
            base = self._base(element.name, element.role)[:60].strip("-")
            numbers[base] = numbers.get(base, 0) + 1
            key = base if numbers[base] == 1 else f"{base}-{numbers[base]}"
            entries.append({"id": key, "role": element.role, "name": element.name[:400], "q": element.q})
        return entries

    def _technology(self, draft: TechnologyDraft) -> dict[str, Any]:
        strategy = draft.strategy if self.instruments.holds(draft.strategy) else None
        return {
            "technology": draft.code,
            "strategy": self._ids[id(strategy)] if strategy else None,
            "initiatives": [self._ids[id(initiative)] for initiative in draft.initiatives],
            **draft.evidence.fields(),
        }

    def _initiative(self, draft: InitiativeDraft) -> dict[str, Any]:
        return {
            "id": self._ids[id(draft)], "name": draft.name[:400], "aliases": distinct(draft.aliases, draft.name), "lifecycle": draft.status,
            "start_year": draft.start_year, "urls": draft.urls, "technologies": draft.technologies,
            "led_by": self._actors(draft.led_by, draft.evidence.q), "partners": self._actors(draft.partners, draft.evidence.q),
            "under": [self._ids[id(law)] for law in draft.under if self.instruments.holds(law)], **draft.evidence.fields(),
        }  # fmt: skip

    def _actors(self, actors: list[BodyDraft | str], q: list[str]) -> list[str]:
        """The ids of bodies, and of organisations by name, made on first use."""
        keys: list[str] = Distinct()
        for actor in actors:
            if isinstance(actor, str):
                register = organisations().get(words_key(actor)) or organisations().get(actor)
                keys.append(self._organisation(actor, register, None, [], q))
            elif self.bodies.holds(actor):
                keys.append(self._ids[id(actor)])
        return keys

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
            "id": key, "name": name[:400], "acronym": acronym, "aliases": distinct(aliases, name, acronym), "q": list(q), "status": "extracted",
            "register": register.id if register else None,
            "type": kinds.get(register.kind, "other") if register else kind if group == "organisations" and kind in ("civil-society", "academic", "company") else "other",
        }  # fmt: skip
        return key

    def _cooperations(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        numbers: dict[str | tuple[str, str], int] = {}
        for draft in self.cooperations:
            partner = draft.partners[0] if len(draft.partners) == 1 else sorted(draft.partners)
            # The first with a partner needs no key; the others are told apart by kind and number.
            place, key = str(partner), ""
            if place in numbers:
                count = numbers[place, draft.kind] = numbers.get((place, draft.kind), 0) + 1
                key = draft.kind if count == 1 else f"{draft.kind}-{count}"
            numbers.setdefault(place, 1)
            entries.append({
                "partner": partner, "key": key or None, "kind": draft.kind, "lifecycle": draft.status, "year": draft.year, "topics": draft.topics,
                "own_bodies": [self._ids[id(body)] for body in draft.own_bodies if self.bodies.holds(body)],
                "partner_bodies": [self._ids[id(body)] for body in draft.partner_bodies if self.bodies.holds(body)], **draft.evidence.fields(),
            })  # fmt: skip
        return entries

    def _partnership(self, draft: PartnershipDraft) -> dict[str, Any]:
        members: list[str] = Distinct()
        for name in draft.members:
            body = self.bodies.called(name)
            if body is not None:
                members.append(self._ids[id(body)])
            else:
                register = organisations().get(words_key(name)) or organisations().get(name)
                members.append(self._organisation(name, register, None, [], ["24"]))
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
        facts = confidences_by_question(record)
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

"""One record as the triples of its named graph, by the table in docs/model.md.

Deterministic: the same record gives the same triples. Every node that bears a fact gets `dg:statedIn` to the answer(s)
that state it; remarks and spans hang on the node they are about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from rdflib import DCTERMS, FOAF, RDF, RDFS, SKOS, XSD, BNode, Literal, URIRef

from kg.iris import Iris, host_of, series
from kg.mapping.terms import (
    BODY_CLASSES,
    INSTRUMENT_CLASSES,
    ORGANISATION_CLASSES,
    Triple,
)
from kg.mapping.union_acts import is_listed, union_act_at, union_act_triples
from kg.namespaces import DG, concept
from kg.questionnaire import nearest_form
from kg.records.codes import EUROPEAN_UNION, collection
from kg.records.identity import Identities
from kg.records.model import (
    Answer,
    Body,
    Change,
    Cooperation,
    Entity,
    Fact,
    Indicator,
    IndicatorSet,
    Initiative,
    Instrument,
    Membership,
    Organisation,
    Partnership,
    Platform,
    Portal,
    Publication,
    Record,
    Remark,
    TechnologyUse,
)
from kg.records.same_as import SameAs

T = TypeVar("T")

SDGS = URIRef("http://metadata.un.org/sdg")

_SUCCEEDED = frozenset({"renaming", "merger", "split"})
"""Kinds of change after which what came of a body stands in its place."""


def response_triples(
    record: Record, iris: Iris | None = None, *, contacts: bool = False, same_as: SameAs | None = None
) -> Iterator[Triple]:
    """The triples of the graph `…/graph/response/{edition}/{ISO3}` (`…/graph/factsheet/…`), some perhaps more than once.

    `contacts` publishes names and e-mails of persons too; by default only their roles are. `same_as` says which entries
    of different sources are one thing (default: the decisions on the bundled data).
    """
    yield from _Mapper(record, iris or Iris(), contacts, same_as).triples()


class _Mapper:
    def __init__(self, record: Record, iris: Iris, contacts: bool, same_as: SameAs | None) -> None:
        self._record = record
        self._iris = iris
        self._contacts = contacts
        self._ids = Identities(record, iris, same_as)
        self._edition = record.source.edition
        self._iso3 = record.source.country
        self._language = record.source.language
        self._country = iris.country(self._iso3)
        self._family = record.source.family
        self._series = series(self._edition, self._family)
        self._source_node = iris.source(self._edition, self._iso3, self._family)
        self._form = nearest_form("msq", self._edition) if self._family == "msq" else None

    def triples(self) -> Iterator[Triple]:
        record = self._record
        yield from self._source()
        yield from self._answers()
        yield from self._posts()
        yield from _each(record.bodies, self._body)
        yield from _each(record.organisations, self._organisation)
        yield from _each(record.portals, self._portal)
        yield from _each(record.platforms, self._platform)
        yield from _each(record.instruments, self._instrument)
        yield from _each(record.initiatives, self._initiative)
        yield from _each(record.technologies, self._technology_use)
        yield from _each(record.memberships, self._membership)
        yield from _each(record.cooperations, self._cooperation)
        yield from _each(record.partnerships, self._partnership)
        yield from _each(record.indicators, self._indicator)
        yield from _each(record.indicator_sets, self._indicator_set)
        yield from _each(record.publications, self._publication)
        yield from _each(record.changes, self._change)
        for retired, node in self._ids.retired():
            yield retired, DCTERMS.isReplacedBy, node

    # The response and its answers

    def _source(self) -> Iterator[Triple]:
        source, node = self._record.source, self._source_node
        yield node, RDF.type, DG.Response if self._family == "msq" else DG.Factsheet
        yield node, RDFS.label, Literal(f"{source.title} ({self._iso3})", lang=self._language)
        yield node, DCTERMS.title, Literal(source.title, lang=self._language)
        yield node, DCTERMS.language, Literal(source.language)
        yield node, DG.survey, self._iris.survey(self._edition, self._family)
        yield node, DG.country, self._country
        yield node, DG.edition, Literal(self._edition)
        yield node, DG.reviewStatus, Literal(self._record.status)
        if source.date and source.date.value:
            yield node, DCTERMS.issued, Literal(source.date.value)
        yield from _truth(node, DG.publicationAuthorised, source.publication_authorised)
        yield from _truth(node, DG.collectiveResponse, source.collective_response)
        yield from self._remarks(node, source.remarks, [])

    def _answers(self) -> Iterator[Triple]:
        described = {answer.q: answer for answer in self._record.answers}
        for q in sorted(described.keys() | self._cited_questions()):
            node = self._answer(q)
            kind, part = (
                (DG.Answer, "question") if self._family == "msq" else (DG.FactsheetSection, "section")
            )
            yield node, RDF.type, kind
            yield node, RDFS.label, Literal(f"{self._iso3} {self._edition}, {part} {q}", lang="en")
            yield from self._within(node)
            yield node, DG.answerTo, self._iris.question(self._edition, q, self._family)
            yield node, DG.country, self._country
            if q in described:
                yield from self._described_answer(node, described[q])

    def _described_answer(self, node: URIRef, answer: Answer) -> Iterator[Triple]:
        yield node, DG.answerValue, concept("answer-value", answer.value)
        yield node, DG.answerStatus, concept("answer-status", answer.state)
        yield node, DG.basis, Literal(answer.basis)
        if answer.implied:
            yield node, DG.impliedValue, concept("answer-value", answer.implied)
        if answer.same_as:
            yield node, DG.sameAnswerAs, self._answer(answer.same_as)
        question = self._form.question(answer.q) if self._form else None
        for option in answer.options:
            choice = self._iris.option_answer(self._edition, self._iso3, answer.q, option.item)
            yield choice, RDF.type, DG.OptionAnswer
            yield choice, DG.optionOf, node
            yield from self._within(choice)
            yield choice, DG.country, self._country
            yield choice, DG.statedIn, node
            yield choice, DG.answerValue, concept("answer-value", option.checked)
            if question and question.options:
                yield choice, DG.option, concept(question.options, option.item)
            yield (
                choice,
                RDFS.label,
                Literal(f"{self._iso3} {self._edition}, question {answer.q}: {option.item}", lang="en"),
            )
            if option.implied:
                yield choice, DG.impliedValue, concept("answer-value", option.implied)
            for key in option.implied_by:
                yield choice, DG.impliedBy, self._ids.of(key)
        yield from self._remarks(node, answer.remarks, [answer.q])

    def _posts(self) -> Iterator[Triple]:
        for index, contact in enumerate(self._record.contacts):
            if not contact.role:
                continue
            node = self._iris.post(self._iso3, contact.role)
            yield node, RDF.type, DG.Post
            yield node, RDFS.label, Literal(contact.role, lang=self._language)
            yield node, DG.country, self._country
            yield node, DG.statedIn, self._answer(contact.q)
            if contact.body:
                yield node, DG.postIn, self._ids.of(contact.body)
            if index == 0:
                yield self._source_node, DG.respondent, node
            if self._contacts:
                holder = BNode(f"holder-{self._series}-{self._iso3}-{index}")
                yield node, DG.heldBy, holder
                yield holder, FOAF.name, Literal(contact.name)
                if contact.email:
                    yield holder, FOAF.mbox, URIRef(f"mailto:{contact.email}")
        cio = self._record.cio
        if cio and cio.exists == "yes":
            node = self._iris.post(self._iso3, "cio")
            yield node, RDF.type, DG.Post
            yield node, RDFS.label, Literal(cio.title or "Chief Information Officer", lang=self._language)
            yield node, DG.country, self._country
            if cio.body:
                yield node, DG.postIn, self._ids.of(cio.body)
            yield from self._fact(node, cio)
        elif cio:
            for q in cio.q:
                yield self._answer(q), DG.answerValue, concept("answer-value", cio.exists)
                yield from self._remarks(self._answer(q), cio.remarks, cio.q)

    # Who

    def _body(self, body: Body) -> Iterator[Triple]:
        node = self._ids.mint(body)
        yield from self._entity(node, body, self._class_of(node, "body", BODY_CLASSES[body.type]))
        yield node, DG.country, self._iris.country(self._ids.country(body))
        yield from self._addresses(node, body.urls)
        if body.acronym:
            yield node, DG.abbreviation, Literal(body.acronym)
            yield node, SKOS.altLabel, Literal(body.acronym)
        yield from _concepts(node, DG.responsibleFor, "responsibility-area", body.responsible_for)
        yield from _concepts(node, DG.governanceRole, "governance-role", body.roles)
        if body.part_of:
            yield node, DG.partOf, self._ids.of(body.part_of)
        if body.established:
            yield node, DG.establishedIn, Literal(body.established)
        if body.established_by:
            yield node, DG.establishedBy, self._ids.of(body.established_by)
        yield from _until(node, body.until)

    def _change(self, change: Change) -> Iterator[Triple]:
        before, after = ([self._ids.of(key) for key in keys] for keys in (change.before, change.after))
        node = self._iris.change(self._iso3, map(_last, before), map(_last, after))
        names = ["; ".join(map(self._name, keys)) for keys in (change.before, change.after) if keys]
        yield node, RDF.type, DG.ChangeEvent
        yield node, RDFS.label, Literal(" → ".join(names), lang=self._language)
        yield node, DG.country, self._country
        yield node, DG.changeKind, concept("change-kind", change.kind)
        for body in before:
            yield node, DG.originalOrganisation, body
        for body in after:
            yield node, DG.resultingOrganisation, body
        if change.kind in _SUCCEEDED:
            for new in after:
                for old in before:
                    if old != new:  # a body that others are merged into, or that a part is split off from
                        yield new, DG.predecessor, old
        if year := change.date.year if change.date else change.year:
            yield node, DG.year, Literal(year)
        if change.date:
            yield node, DCTERMS.date, Literal(change.date)
        yield from self._links(node, DG.laidDownIn, change.under)
        yield from self._fact(node, change)

    def _name(self, key: str) -> str:
        return next((body.name for body in self._record.bodies if body.id == key), key)

    def _organisation(self, organisation: Organisation) -> Iterator[Triple]:
        node = self._ids.mint(organisation)
        if self._ids.of_register(organisation):
            # The register gives its class and preferred name; the record adds how the source calls it.
            yield node, SKOS.altLabel, Literal(organisation.name, lang=self._language)
            yield from self._fact(node, organisation)
        else:
            kind = self._class_of(node, "organisation", ORGANISATION_CLASSES[organisation.type])
            yield from self._entity(node, organisation, kind)
            yield node, DG.country, self._iris.country(self._ids.country(organisation))
        for alias in (*organisation.aliases, *([organisation.acronym] if organisation.acronym else [])):
            yield node, SKOS.altLabel, Literal(alias, lang=self._language)
        yield from self._addresses(node, organisation.urls)
        yield from _concepts(node, DG.technology, "technology", organisation.technologies)

    def _class_of(self, node: URIRef, kind: str, stated: URIRef) -> URIRef:
        """The class stated, unless the entry was joined to one of the other kind, whose sources say what class it has."""
        return stated if f"/id/{kind}/" in node else DG.Organisation

    # What

    def _portal(self, portal: Portal) -> Iterator[Triple]:
        node = self._ids.mint(portal)
        yield from self._entity(node, portal, DG.Portal)
        yield node, DG.country, self._iris.country(self._ids.country(portal))
        yield from self._addresses(node, [*([portal.url] if portal.url else []), *portal.other_urls])
        yield from _concepts(node, DG.portalKind, "portal-kind", portal.kinds)
        yield from _concepts(node, DG.plannedPortalKind, "portal-kind", portal.planned_kinds)
        if portal.replaced_by:
            yield node, DG.replacedBy, self._ids.of(portal.replaced_by)
            status = portal.replacement_status or "unknown"
            yield node, DG.replacementStatus, concept("lifecycle-status", status)
        if portal.operated_by:
            yield node, DG.operatedBy, self._ids.of(portal.operated_by)
        if portal.start_year:
            yield node, DG.startYear, Literal(portal.start_year)
        yield from _until(node, portal.until)
        if portal.listing:
            yield node, DG.isListing, Literal(True)

    def _platform(self, platform: Platform) -> Iterator[Triple]:
        node = self._ids.mint(platform)
        yield from self._entity(node, platform, DG.Platform)
        yield node, DG.country, self._iris.country(self._ids.country(platform))
        yield from self._addresses(node, [*([platform.url] if platform.url else []), *platform.other_urls])
        yield from _concepts(node, DG.platformKind, "platform-kind", platform.kinds)
        yield from _concepts(node, DG.technology, "technology", platform.technologies)
        yield from self._links(node, DG.laidDownIn, platform.under)
        if platform.operated_by:
            yield node, DG.operatedBy, self._ids.of(platform.operated_by)
        if platform.replaced_by:
            yield node, DG.replacedBy, self._ids.of(platform.replaced_by)
        if platform.start_year:
            yield node, DG.startYear, Literal(platform.start_year)
        yield from _until(node, platform.until)
        if platform.lifecycle:
            yield node, DG.lifecycleStatus, concept("lifecycle-status", platform.lifecycle)

    def _instrument(self, instrument: Instrument) -> Iterator[Triple]:
        node = self._ids.mint(instrument)
        if designation := union_act_at(node):
            yield from self._union_act(node, instrument, *designation)
            return
        yield from self._entity(node, instrument, INSTRUMENT_CLASSES[instrument.kind])
        yield node, DG.country, self._iris.country(self._ids.country(instrument))
        yield node, DG.instrumentKind, concept("instrument-kind", instrument.kind)
        if instrument.title:
            title = DCTERMS.alternative if self._ids.joined(instrument.id) else DCTERMS.title
            yield node, title, Literal(instrument.title, lang=self._language)
        for predicate, value in (
            (DG.number, instrument.number),
            (DG.series, instrument.series),
            (DG.year, instrument.year),
            (DG.startYear, instrument.start_year),
            (DG.endYear, instrument.end_year),
            (DG.validUntil, instrument.until),
            (DCTERMS.issued, instrument.date),
            (DG.entryIntoForce, instrument.in_force),
            (DG.yearInForce, instrument.in_force_year),
        ):
            if value is not None:
                yield node, predicate, Literal(value)
        yield from _urls(node, DG.documentUrl, instrument.urls)
        yield from _urls(node, DG.documentUrlCandidate, instrument.url_candidates)
        yield from _concepts(node, DG.coversTopic, "legal-topic", instrument.topics)
        yield from self._features(node, instrument.features, instrument.principles)
        yield from _concepts(node, DG.technology, "technology", instrument.technologies)
        yield from self._relations(node, instrument)
        if instrument.issued_by:
            yield node, DG.issuedBy, self._ids.of(instrument.issued_by)
        if instrument.lifecycle:
            yield node, DG.lifecycleStatus, concept("lifecycle-status", instrument.lifecycle)
        yield from self._passages(node, instrument)
        for element in instrument.elements:
            part = URIRef(f"{node}/{element.role}/{element.id}")
            yield node, DG[_camel(element.role)], part
            yield part, RDF.type, DG.PolicyElement
            yield part, RDFS.label, Literal(element.name, lang=self._language)
            yield from self._stated(part, element.q)

    def _union_act(
        self, node: URIRef, act: Instrument, kind: str, year: int, number: str
    ) -> Iterator[Triple]:
        """An act of the European Union: its name is the register's, or its citation, so that no two sources name it."""
        yield from union_act_triples(node, kind, year, number, self._iris)
        if self._iso3 == EUROPEAN_UNION:
            if act.title and not is_listed(kind, year, number):
                yield node, DCTERMS.title, Literal(act.title, lang=self._language)
            yield from _urls(node, DG.documentUrl, act.urls)
            yield from _concepts(node, DG.coversTopic, "legal-topic", act.topics)
            yield from _concepts(node, DG.technology, "technology", act.technologies)
        yield from self._relations(node, act)
        yield from self._fact(node, act)

    def _relations(self, node: URIRef, instrument: Instrument) -> Iterator[Triple]:
        for predicate, keys in (
            (DG.implements, instrument.implements),
            (DG.transposes, instrument.transposes),
            (DG.replaces, instrument.replaces),
            (DG.amends, instrument.amends),
            (DG.repeals, instrument.repeals),
            (DG.regulates, instrument.regulates),
            (DG.basedOn, instrument.based_on),
            (DG.establishes, instrument.establishes),
            (DG.alignedWith, [key for key in instrument.aligned_with if key != "sdg"]),
        ):
            yield from self._links(node, predicate, keys)
        if "sdg" in instrument.aligned_with:
            yield node, DG.alignedWith, SDGS

    def _passages(self, node: URIRef, instrument: Instrument) -> Iterator[Triple]:
        for passage in instrument.passages:
            if passage.article:
                part, predicate, kind = (
                    self._iris.passage(node, "article", passage.article),
                    DG.article,
                    DG.Article,
                )
                label, locator = f"article {passage.article}", (DG.number, passage.article)
            elif passage.section:
                part, predicate, kind = (
                    self._iris.passage(node, "section", passage.section),
                    DG.passage,
                    DG.Section,
                )
                label, locator = f"section {passage.section}", (DG.number, passage.section)
            else:
                pages = str(passage.pages)
                part, predicate, kind = self._iris.passage(node, "pages", pages), DG.passage, DG.PageRange
                label, locator = f"pp. {pages}", (DG.pages, pages)
            yield node, predicate, part
            yield part, RDF.type, kind
            yield part, RDFS.label, Literal(f"{instrument.name}, {label}", lang=self._language)
            yield part, locator[0], Literal(locator[1])
            yield from _concepts(part, DG.coversTopic, "legal-topic", passage.topics)
            yield from self._features(part, passage.features, passage.principles)
            yield from self._stated(part, passage.q)

    def _initiative(self, initiative: Initiative) -> Iterator[Triple]:
        node = self._ids.mint(initiative)
        yield from self._entity(node, initiative, DG.Initiative)
        yield node, DG.country, self._iris.country(self._ids.country(initiative))
        yield from self._addresses(node, initiative.urls)
        yield from _concepts(node, DG.technology, "technology", initiative.technologies)
        yield from self._links(node, DG.ledBy, initiative.led_by)
        yield from self._links(node, DG.partner, initiative.partners)
        yield from self._links(node, DG.operates, initiative.operates)
        yield from self._links(node, DG.laidDownIn, initiative.under)
        if initiative.part_of:
            yield node, DG.partOf, self._ids.of(initiative.part_of)
        if initiative.start_year:
            yield node, DG.startYear, Literal(initiative.start_year)
        yield from _until(node, initiative.until)
        if initiative.lifecycle:
            yield node, DG.lifecycleStatus, concept("lifecycle-status", initiative.lifecycle)

    def _technology_use(self, use: TechnologyUse) -> Iterator[Triple]:
        node = self._iris.technology_use(self._series, self._iso3, use.technology)
        yield node, RDF.type, DG.TechnologyUse
        yield node, RDFS.label, Literal(f"{self._iso3} {self._edition}: {use.technology}", lang="en")
        yield node, DG.country, self._country
        yield node, DG.technology, concept("technology", use.technology)
        yield node, DG.answerValue, concept("answer-value", use.stated)
        if use.strategy:
            strategy = self._ids.of(use.strategy)
            yield node, DG.laidDownIn, strategy
            yield strategy, DG.technology, concept("technology", use.technology)
        yield from self._links(node, DG.usedIn, use.initiatives)
        yield from self._fact(node, use)

    def _publication(self, publication: Publication) -> Iterator[Triple]:
        node = self._ids.mint(publication)
        yield from self._entity(node, publication, DG.Publication)
        yield node, DG.country, self._country
        yield node, DCTERMS.title, Literal(publication.name, lang=self._language)
        yield node, DG.publicationKind, concept("publication-kind", publication.kind)
        yield from _urls(node, DG.documentUrl, [publication.url] if publication.url else [])
        for year in ([publication.year] if publication.year else []) + publication.years:
            yield node, DG.year, Literal(year)
        if publication.published_by:
            yield node, DG.publishedBy, self._ids.of(publication.published_by)
        for item in publication.items:
            yield node, DG["item"], Literal(item)

    # With whom

    def _membership(self, membership: Membership) -> Iterator[Triple]:
        node, organisation = self._ids.membership(membership), self._ids.of(membership.organisation)
        yield node, RDF.type, DG.Membership
        yield node, RDFS.label, Literal(f"{self._iso3} in {membership.organisation}", lang="en")
        yield node, DG.reportingParty, self._country
        yield node, DG.counterparty, organisation
        yield node, DG.cooperationKind, concept("cooperation-kind", "membership")
        yield node, DG.participation, Literal(membership.participation)
        if membership.participation == "member":
            yield self._country, DG.memberOf, organisation
        if membership.since:
            yield node, DG.startYear, Literal(membership.since)
        if membership.role:
            yield node, DG.role, Literal(membership.role, lang=self._language)
        yield from self._links(node, DG.reportingBody, membership.through)
        yield from self._links(node, DG.result, membership.publications)
        for unit in membership.counterpart_units:
            yield node, DG.counterpartUnit, Literal(unit, lang=self._language)
        yield from self._addresses(node, membership.urls)
        yield from _concepts(node, DG.topic, "cooperation-topic", membership.topics)
        yield from self._fact(node, membership)

    def _cooperation(self, cooperation: Cooperation) -> Iterator[Triple]:
        node = self._ids.cooperation(cooperation)
        partners = cooperation.partner if isinstance(cooperation.partner, list) else [cooperation.partner]
        yield node, RDF.type, DG.BilateralCooperation if len(partners) == 1 else DG.MultilateralCooperation
        yield node, RDFS.label, Literal(f"{'–'.join([self._iso3, *partners])}: {cooperation.kind}", lang="en")
        yield node, DG.reportingParty, self._country
        # An agreement that the source denies names the partner but must not make them cooperate.
        predicate = DG.counterparty if cooperation.lifecycle == "none" else DG.counterpartyCountry
        for partner in partners:
            yield node, predicate, self._iris.country(partner)
        yield node, DG.cooperationKind, concept("cooperation-kind", cooperation.kind)
        yield node, DG.cooperationStatus, concept("cooperation-status", cooperation.lifecycle)
        if cooperation.year:
            yield node, DG.year, Literal(cooperation.year)
        yield from self._links(node, DG.reportingBody, cooperation.own_bodies)
        yield from self._links(node, DG.counterpartBody, cooperation.partner_bodies)
        yield from self._links(node, DG.concerns, cooperation.portals)
        yield from _concepts(node, DG.topic, "cooperation-topic", cooperation.topics)
        for subject in cooperation.subjects:
            yield node, DG.subject, Literal(subject, lang=self._language)
        yield from self._addresses(node, cooperation.urls)
        yield from self._fact(node, cooperation)

    def _partnership(self, partnership: Partnership) -> Iterator[Triple]:
        node = self._ids.mint(partnership)
        yield from self._entity(node, partnership, DG.Partnership)
        yield node, DG.reportingParty, self._country
        yield node, DG.cooperationKind, concept("cooperation-kind", partnership.kind)
        yield node, DG.cooperationStatus, concept("cooperation-status", partnership.lifecycle)
        yield from self._links(node, DG.member, partnership.members)
        yield from _truth(node, DG.membersComplete, partnership.members_known)
        if partnership.framework:
            yield node, DG.framework, self._ids.of(partnership.framework)
        if partnership.year:
            yield node, DG.year, Literal(partnership.year)
        yield from self._links(node, DG.result, partnership.results)
        yield from self._addresses(node, partnership.urls)
        yield from _concepts(node, DG.topic, "cooperation-topic", partnership.topics)
        yield from _concepts(node, DG.technology, "technology", partnership.technologies)

    # How much

    def _indicator(self, indicator: Indicator) -> Iterator[Triple]:
        node = self._iris.observation(
            self._series, self._iso3, indicator.indicator, indicator.year, indicator.name
        )
        yield node, RDF.type, DG.Observation
        when = f", {indicator.year}" if indicator.year else ""
        yield (
            node,
            RDFS.label,
            Literal(
                f"{self._iso3} {self._edition}: {indicator.name or indicator.indicator}{when}",
                lang=self._language if indicator.name else "en",
            ),
        )
        yield node, DG.country, self._country
        yield node, DG.edition, Literal(self._edition)
        yield node, DG.indicator, concept("indicator", indicator.indicator)
        yield node, DG.value, Literal(Decimal(str(indicator.value)), datatype=XSD.decimal)
        yield node, DG.unit, concept("unit", indicator.unit)
        if indicator.year:
            yield node, DG.year, Literal(indicator.year)
        for predicate, text in (
            (DG.sourceTitle, indicator.source),
            (DG.population, indicator.population),
            (DG.method, indicator.method),
        ):
            if text:
                yield node, predicate, Literal(text, lang=self._language)
        yield node, DG.isEstimate, Literal(indicator.estimate)
        if indicator.about:
            yield node, DG.about, self._ids.of(indicator.about)
        if indicator.produced_by:
            yield node, DG.producedBy, self._ids.of(indicator.produced_by)
        yield from self._fact(node, indicator)

    def _indicator_set(self, indicators: IndicatorSet) -> Iterator[Triple]:
        node = self._ids.mint(indicators)
        yield node, RDF.type, DG.IndicatorSet
        yield node, RDFS.label, Literal(indicators.name, lang=self._language)
        yield node, DG.country, self._country
        for item in indicators.items:
            yield node, DG["item"], Literal(item, lang=self._language)
        if indicators.produced_by:
            yield node, DG.producedBy, self._ids.of(indicators.produced_by)
        if indicators.used_by:
            yield node, DG.usedBy, self._ids.of(indicators.used_by)
        yield from self._fact(node, indicators)

    # What all facts share

    def _entity(self, node: URIRef, entity: Entity, kind: URIRef) -> Iterator[Triple]:
        yield node, RDF.type, kind
        preferred = self._ids.preferred_name(node)
        if preferred:
            yield node, RDFS.label, Literal(preferred, lang="en")
        if entity.name != preferred:
            predicate = SKOS.altLabel if preferred else RDFS.label
            yield node, predicate, Literal(entity.name, lang=self._language)
        for alias in entity.aliases:
            yield node, SKOS.altLabel, Literal(alias, lang=self._language)
        if entity.note:
            yield node, RDFS.comment, Literal(entity.note, lang="en")
        yield from self._fact(node, entity)

    def _fact(self, node: URIRef, fact: Fact) -> Iterator[Triple]:
        yield from self._stated(node, fact.q)
        # Two entries of one source that were joined tell of one node; what is said of each keeps an IRI of its own.
        mark = f"-{fact.id}" if isinstance(fact, Entity) and self._ids.joined(fact.id) else ""
        yield from self._remarks(node, fact.remarks, fact.q, mark)
        for number, span in enumerate(fact.spans, 1):
            evidence = URIRef(f"{node}/evidence/{self._series}-{self._iso3}-{span.q}-{number}{mark}")
            yield evidence, RDF.type, DG.Evidence
            yield evidence, DG.about, node
            yield evidence, DG.statedIn, self._answer(span.q)
            yield evidence, DG.reviewStatus, Literal(fact.status or self._record.status)
            if fact.confidence:
                yield evidence, DG.confidence, Literal(fact.confidence)
            for predicate, value in (
                (DG.page, span.page),
                (DG.line, span.line),
                (DG.startOffset, span.start),
                (DG.endOffset, span.end),
            ):
                if value is not None:
                    yield evidence, predicate, Literal(value)

    def _stated(self, node: URIRef, questions: Iterable[str]) -> Iterator[Triple]:
        for q in questions:
            yield node, DG.statedIn, self._answer(q)

    def _remarks(
        self, node: URIRef, remarks: Iterable[Remark], questions: Iterable[str], mark: str = ""
    ) -> Iterator[Triple]:
        counts: dict[str, int] = {}
        for remark in remarks:
            counts[remark.kind] = counts.get(remark.kind, 0) + 1
            suffix = f"-{counts[remark.kind]}" if counts[remark.kind] > 1 else ""
            about = URIRef(f"{node}/remark/{self._series}-{self._iso3}-{remark.kind}{suffix}{mark}")
            yield node, DG.remark, about
            yield about, RDF.type, DG.Remark
            yield about, DG.about, node
            yield about, DG.remarkKind, concept("remark-kind", remark.kind)
            yield about, RDFS.comment, Literal(remark.text, lang="en")
            if remark.stated:
                yield about, DG.stated, Literal(remark.stated)
            if remark.suggested:
                yield about, DG.suggested, Literal(remark.suggested)
            yield from self._within(about)
            yield from self._stated(about, questions)

    def _features(self, node: URIRef, features: Iterable[str], principles: Iterable[str]) -> Iterator[Triple]:
        named = collection("strategy-feature", "principles")
        for code in dict.fromkeys((*features, *principles)):
            predicate = DG.principle if code in named else DG.strategyFeature
            yield node, predicate, concept("strategy-feature", code)

    def _links(self, node: URIRef, predicate: URIRef, keys: Iterable[str]) -> Iterator[Triple]:
        for key in keys:
            yield node, predicate, self._ids.of(key)

    def _addresses(self, node: URIRef, urls: Iterable[str]) -> Iterator[Triple]:
        for url in urls:
            yield node, DG.website, Literal(url, datatype=XSD.anyURI)
            host = host_of(url)
            if host:
                yield node, DG.host, Literal(host)

    def _within(self, node: URIRef) -> Iterator[Triple]:
        yield node, DG.inDocument, self._source_node
        if self._family == "msq":
            yield node, DG.response, self._source_node

    def _answer(self, q: str) -> URIRef:
        return self._iris.answer(self._edition, self._iso3, q, self._family)

    def _cited_questions(self) -> set[str]:
        record = self._record
        cited = {contact.q for contact in record.contacts}
        for name in Record.FACT_LISTS:
            for fact in getattr(record, name):
                cited.update(fact.q)
                cited.update(span.q for span in fact.spans)
                for part in (*getattr(fact, "passages", ()), *getattr(fact, "elements", ())):
                    cited.update(part.q)
        if record.cio:
            cited.update(record.cio.q)
        return cited


def _each(entries: Iterable[T], mapped: Callable[[T], Iterator[Triple]]) -> Iterator[Triple]:
    for entry in entries:
        yield from mapped(entry)


def _concepts(node: URIRef, predicate: URIRef, scheme: str, slugs: Iterable[str]) -> Iterator[Triple]:
    for code in slugs:
        yield node, predicate, concept(scheme, code)


def _urls(node: URIRef, predicate: URIRef, urls: Iterable[str]) -> Iterator[Triple]:
    for url in urls:
        yield node, predicate, Literal(url, datatype=XSD.anyURI)


def _truth(node: URIRef, predicate: URIRef, value: Any) -> Iterator[Triple]:
    """yes/no as a boolean; unknown is said by saying nothing."""
    if value in ("yes", "no"):
        yield node, predicate, Literal(value == "yes")


def _until(node: URIRef, year: int | None) -> Iterator[Triple]:
    if year:
        yield node, DG.validUntil, Literal(year)


def _last(node: URIRef) -> str:
    return node.rsplit("/", 1)[1]


def _camel(role: str) -> str:
    head, *tail = role.split("-")
    return head + "".join(word.capitalize() for word in tail)

"""A record: one source document of one country as facts to review. The contract between extraction and mapping.

The YAML form is this model; its JSON Schema is published by `kg schema` (ontology/record.schema.json). Every fact
names the question(s) that state it in `q`. Three answers are possible to a yes/no: yes, no, unknown; unknown is said,
never guessed. What looks wrong in the source is kept as stated and flagged in `remarks`.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from kg.records.codes import ConceptCode, CountryCode


def _one_line(value: Any) -> Any:
    """Text of a record is one line: breaks, tabs and control characters become a space."""
    if not isinstance(value, str):
        return value
    return " ".join(_BREAKS.sub(" ", _NO_TEXT.sub("", value)).split())


_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_NO_TEXT = re.compile(r"[\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Marks that reorder the text around a name (Unicode UAX 9), and what XML has no place for (XML 1.0, Char)."""


def _address(value: Any) -> Any:
    """An address without the invisible marks that come with it when it is copied from a text (U+202A, U+FEFF)."""
    if not isinstance(value, str):
        return value
    shown = _NO_TEXT.sub("", value).strip("\ufeff \t\r\n")
    if found := _BREAKS.search(shown):
        raise ValueError(f"holds the character U+{ord(found[0]):04X}, which no web address has")
    return shown


Text = Annotated[str, BeforeValidator(_one_line), StringConstraints(min_length=1, max_length=2000)]
Name = Annotated[str, BeforeValidator(_one_line), StringConstraints(min_length=1, max_length=400)]
Url = Annotated[
    str, BeforeValidator(_address), StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)
]
"""A web address exactly as stated. Whether it is a good one is for the shapes to say."""
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=120)]
"""An identifier inside the record; for bodies and other named things it becomes the last part of the IRI."""
Question = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]?[0-9]{0,3}(?:\.[0-9]+)*[a-z]?(?:-[a-z0-9-]+)?$", min_length=1)
]
"""A question of a questionnaire ("9", "5a", "X1") or a section of a factsheet ("3.3.1")."""
Year = Annotated[int, Field(ge=1000, le=2100)]
Country = Annotated[str, CountryCode()]
YesNo = Literal["yes", "no", "unknown"]


def _yes_no(value: Any) -> Any:
    # YAML 1.1 reads a bare yes/no as a boolean.
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def _listed(value: Any) -> Any:
    return value if value is None or isinstance(value, list) else [value]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _computable(value: float) -> float:
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= 10**_DIGITS or int(number.as_tuple().exponent) < -_DIGITS:
        raise ValueError(f"is no figure below 10^{_DIGITS} with at most {_DIGITS} decimal places")
    return value


_DIGITS = 18
"""As many as XML Schema asks every processor to hold in an xsd:decimal; SPARQL engines compute with little more."""


Tristate = Annotated[
    YesNo,
    BeforeValidator(_yes_no),
    WithJsonSchema({"enum": ["yes", "no", "unknown", True, False], "title": "yes, no or unknown"}),
]
Number = Annotated[
    str,
    BeforeValidator(_as_text),
    BeforeValidator(_one_line),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    WithJsonSchema({"type": ["string", "integer"]}),
]
"""The number of an instrument: text, so that leading zeros stay ("019")."""
Q = Annotated[
    Question, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "integer"], "title": "question"})
]
"""A question as cited: "5a", 9, "X1"."""
Questions = Annotated[
    list[Q],
    BeforeValidator(_listed),
    Field(min_length=1),
    WithJsonSchema(
        {
            "type": ["string", "integer", "array"],
            "items": {"type": ["string", "integer"]},
            "title": "question(s)",
        }
    ),
]


Area = Annotated[str, ConceptCode("responsibility-area")]
PortalKind = Annotated[str, ConceptCode("portal-kind")]
LegalTopic = Annotated[str, ConceptCode("legal-topic")]
Feature = Annotated[str, ConceptCode("strategy-feature")]
PlatformKind = Annotated[str, ConceptCode("platform-kind")]
GovernanceRole = Annotated[str, ConceptCode("governance-role")]
Technology = Annotated[str, ConceptCode("technology")]
InstrumentKind = Annotated[str, ConceptCode("instrument-kind")]
CooperationKind = Annotated[str, ConceptCode("cooperation-kind")]
CooperationStatus = Annotated[str, ConceptCode("cooperation-status")]
CooperationTopic = Annotated[str, ConceptCode("cooperation-topic")]
LifecycleStatus = Annotated[str, ConceptCode("lifecycle-status")]
IndicatorCode = Annotated[str, ConceptCode("indicator")]
Unit = Annotated[str, ConceptCode("unit")]
RemarkKind = Annotated[str, ConceptCode("remark-kind")]
ChangeKind = Annotated[str, ConceptCode("change-kind")]
AnswerStatus = Annotated[str, ConceptCode("answer-status")]
PublicationKind = Annotated[str, ConceptCode("publication-kind")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Remark(_Strict):
    """What a reviewer or the extractor noticed: kept beside the fact as stated, never instead of it."""

    kind: RemarkKind
    text: Text
    stated: Name | None = Field(None, description="The value as the source has it")
    suggested: Name | None = Field(None, description="What it probably should be; never published as a fact")


class Span(_Strict):
    """Where in the document a fact stands. Positions only: the words stay in the document."""

    q: Q
    page: int | None = Field(None, ge=1)
    line: int | None = Field(None, ge=1)
    start: int | None = Field(None, ge=0, description="Offset of the first character in the document's text")
    end: int | None = Field(None, ge=0, description="Offset after the last character")


class Fact(_Strict):
    """What every fact carries: its question(s), and optionally its place, how sure we are, and remarks."""

    q: Questions
    spans: list[Span] = []
    status: Literal["extracted", "reviewed"] | None = Field(
        None, description="Default: the record's own status"
    )
    confidence: Literal["high", "medium", "low"] | None = None
    why: Text | None = Field(None, description="Why the extractor is (un)sure")
    remarks: list[Remark] = []


class Entity(Fact):
    """A fact about a thing with a name."""

    id: Key
    name: Name
    aliases: list[Name] = []
    note: Text | None = Field(None, description="A description in our own words")


class Body(Entity):
    """A government body of this or another country."""

    type: Literal[
        "ministry", "agency", "directorate", "department", "council", "committee", "commission", "authority",
        "executive-office", "local-government", "other",
    ] = "other"  # fmt: skip
    country: Country | None = Field(
        None, description="ISO 3166-1 alpha-3; default: the country of the record"
    )
    acronym: Name | None = None
    urls: list[Url] = []
    responsible_for: list[Area] = []
    roles: list[GovernanceRole] = Field(
        [], description="Its part in the governance of digital government, where the source says so"
    )
    part_of: Key | None = Field(None, description="id of the parent body")
    established: Year | None = None
    established_by: Key | None = Field(None, description="id of the instrument that created it")
    until: Year | None = Field(None, description="Year in which it ceased to exist, where stated")


class Organisation(Entity):
    """An organisation that is no government body. `register` links it to the reference data (`oecd`)."""

    type: Literal[
        "international", "network", "civil-society", "company", "academic", "research-centre", "other"
    ] = "other"  # fmt: skip
    register_key: Key | None = Field(None, alias="register", description="Entry of the reference data")
    country: Country | None = None
    acronym: Name | None = None
    urls: list[Url] = []
    technologies: list[Technology] = []


class Portal(Entity):
    """A website through which a government serves the public."""

    url: Url | None = None
    other_urls: list[Url] = []
    country: Country | None = None
    kinds: list[PortalKind] = []
    planned_kinds: list[PortalKind] = Field([], description="Roles it will take over once it replaces others")
    replaced_by: Key | None = None
    replacement_status: LifecycleStatus | None = None
    operated_by: Key | None = None
    start_year: Year | None = None
    until: Year | None = Field(None, description="Year in which it went out of service, where stated")
    listing: bool = Field(False, description="A page that lists portals rather than a portal")


class Platform(Entity):
    """A system that public bodies share or serve the public with: a network, a register, an eID, a data-exchange layer.

    A website is a `Portal`; a platform is known by its name, and may have a page about it.
    """

    url: Url | None = None
    other_urls: list[Url] = []
    country: Country | None = None
    kinds: list[PlatformKind] = []
    technologies: list[Technology] = []
    operated_by: Key | None = None
    replaced_by: Key | None = None
    under: list[Key] = Field([], description="Instruments it is laid down in")
    start_year: Year | None = None
    until: Year | None = Field(None, description="Year in which it went out of service, where stated")
    lifecycle: LifecycleStatus | None = None


class Passage(_Strict):
    """A part of an instrument that a fact points to: an article, a section or pages."""

    article: Number | None = None
    section: Number | None = None
    pages: Number | None = None
    principles: list[Feature] = []
    features: list[Feature] = []
    topics: list[LegalTopic] = []
    q: Questions

    @model_validator(mode="after")
    def _one_locator(self) -> Passage:
        if sum(v is not None for v in (self.article, self.section, self.pages)) != 1:
            raise ValueError("give exactly one of article, section, pages")
        return self


class Element(_Strict):
    """A part of what a strategy is made of."""

    id: Key
    role: Literal["component", "enabler", "purpose", "objective", "action-line"]
    name: Name
    q: Questions


class Instrument(Entity):
    """A legal or policy instrument. `name` is the citation ("Law 1712 of 2014") or, lacking one, the title."""

    kind: InstrumentKind
    title: Name | None = None
    series: Name | None = Field(None, description="Document series of a policy, such as CONPES")
    number: Number | None = None
    year: Year | None = None
    country: Country | None = None
    date: dt.date | None = Field(None, description="Date of adoption, where stated")
    in_force: dt.date | None = Field(None, description="Date of entry into force, where stated")
    in_force_year: Year | None = Field(None, description="Year of entry into force, where no date is stated")
    start_year: Year | None = None
    end_year: Year | None = None
    until: Year | None = Field(None, description="Year in which it went out of force, where stated")
    urls: list[Url] = []
    url_candidates: list[Url] = Field([], description="Addresses given for several instruments together")
    topics: list[LegalTopic] = []
    principles: list[Feature] = []
    features: list[Feature] = []
    technologies: list[Technology] = []
    passages: list[Passage] = []
    elements: list[Element] = []
    issued_by: Key | None = None
    implements: list[Key] = []
    transposes: list[Key] = Field([], description="Directives of the European Union that it transposes")
    replaces: list[Key] = []
    amends: list[Key] = []
    repeals: list[Key] = []
    regulates: list[Key] = []
    based_on: list[Key] = []
    establishes: list[Key] = Field([], description="Instruments, bodies or portals that it brings into being")
    aligned_with: list[Key | Literal["sdg"]] = []
    lifecycle: LifecycleStatus | None = None


class Initiative(Entity):
    """A project, programme or service of government, with the figures reported on it."""

    lifecycle: LifecycleStatus | None = None
    start_year: Year | None = None
    until: Year | None = Field(None, description="Year in which it ended, where stated")
    urls: list[Url] = []
    technologies: list[Technology] = []
    led_by: list[Key] = []
    partners: list[Key] = []
    part_of: Key | None = None
    operates: list[Key] = Field([], description="Portals it runs")
    under: list[Key] = Field([], description="Instruments it is laid down in")


class TechnologyUse(Fact):
    """That the country has a strategy on a technology, or uses it: `yes`, `no`, or `unknown` where a box was lost."""

    technology: Technology
    strategy: Key | None = Field(None, description="id of the instrument that is the strategy")
    initiatives: list[Key] = []
    stated: Tristate = "yes"


class Membership(Fact):
    """Participation of the country in an international organisation or cooperation network."""

    organisation: Key = Field(description="id of an organisation of this record, or a register entry")
    participation: Literal[
        "member", "observer", "associate", "participant", "candidate", "not-member", "unknown"
    ] = "member"
    since: Year | None = None
    role: Name | None = None
    through: list[Key] = Field([], description="Bodies that take part for the country")
    counterpart_units: list[Name] = []
    urls: list[Url] = []
    publications: list[Key] = []
    topics: list[CooperationTopic] = []


class Cooperation(Fact):
    """A bilateral or multilateral cooperation with other countries."""

    key: Key | None = Field(None, description="Tells apart two cooperations with one partner")
    partner: Country | list[Country]
    kind: CooperationKind
    lifecycle: CooperationStatus = "unknown"
    year: Year | None = None
    own_bodies: list[Key] = []
    partner_bodies: list[Key] = []
    topics: list[CooperationTopic] = []
    subjects: list[Name] = Field(
        [], description="What it is about, in the source's terms: names of programmes, portals"
    )
    portals: list[Key] = []
    urls: list[Url] = []


class Partnership(Entity):
    """A public-private or multistakeholder partnership; members are ids of bodies and organisations."""

    kind: CooperationKind
    lifecycle: CooperationStatus = "unknown"
    framework: Key | None = Field(None, description="Organisation within whose framework it exists")
    members: list[Key] = []
    members_known: Tristate = Field("yes", description="Whether the source names all members")
    year: Year | None = None
    urls: list[Url] = []
    results: list[Key] = []
    topics: list[CooperationTopic] = []
    technologies: list[Technology] = []


class Indicator(Fact):
    """A figure: of an indicator, with unit, year and the source it is attributed to."""

    indicator: IndicatorCode
    name: Name | None = Field(
        None,
        description="What is counted, where the code does not say it; tells figures of one indicator and year apart",
    )
    value: Annotated[float | int, AfterValidator(_computable)]
    unit: Unit
    year: Year | None = None
    source: Name | None = None
    population: Name | None = None
    estimate: bool = False
    method: Name | None = None
    about: Key | None = Field(None, description="Initiative the figure is about; default: the country")
    produced_by: Key | None = None


class IndicatorSet(Fact):
    """Indicators in use, without values."""

    id: Key
    name: Name
    items: list[Name]
    produced_by: Key | None = None
    used_by: Key | None = None


class Publication(Entity):
    """A study, statistics page or other document that is no instrument."""

    kind: PublicationKind
    url: Url | None = None
    year: Year | None = None
    years: list[Year] = []
    published_by: Key | None = None
    items: list[Name] = Field([], description="Files, sheets or tables named in the source")


class Change(Fact):
    """A reorganisation: from which bodies which others came. What only has another name keeps its id and is no change."""

    kind: ChangeKind
    before: list[Key] = Field(min_length=1, description="ids of the bodies that there were")
    after: list[Key] = Field([], description="ids of the bodies that came of them")
    year: Year | None = None
    date: dt.date | None = Field(None, description="Date on which it took effect, where stated")
    under: list[Key] = Field([], description="Instruments that ordered it")

    @model_validator(mode="after")
    def _as_many_as_its_kind_has(self) -> Change:
        fewest, most = _CHANGED.get(self.kind, ((1, 0), (None, None)))
        for name, keys, low, high in zip(
            ("before", "after"), (self.before, self.after), fewest, most, strict=True
        ):
            if len(keys) < low or (high is not None and len(keys) > high):
                wanted = (
                    f"{low}" if low == high else f"at least {low}" if len(keys) < low else f"at most {high}"
                )
                raise ValueError(f"a {self.kind} has {wanted} in '{name}', here are {len(keys)}")
        if self.year and self.date and self.year != self.date.year:
            raise ValueError(f"'year' is {self.year}, but 'date' is of {self.date.year}")
        return self


_CHANGED: dict[str, tuple[tuple[int, int], tuple[int | None, int | None]]] = {
    "renaming": ((1, 1), (1, 1)),
    "merger": ((2, 1), (None, 1)),
    "split": ((1, 2), (1, None)),
    "dissolution": ((1, 0), (None, 0)),
    "transfer": ((1, 1), (None, None)),
}
"""Fewest and most bodies before and after, by kind of change."""


class Option(_Strict):
    """One checkbox of an answer. `implied_by` names the facts whose text implies it where the box itself is lost."""

    item: Key
    checked: Tristate
    implied: Tristate | None = None
    implied_by: list[Key] = []


class Answer(_Strict):
    """The answer to one question as a whole."""

    q: Q
    value: Tristate = "unknown"
    basis: Literal["box", "text", "implied", "none"] = "none"
    implied: Tristate | None = Field(None, description="What the text implies where the box is lost")
    state: AnswerStatus = "answered"
    options: list[Option] = []
    same_as: Q | None = None
    remarks: list[Remark] = []


class ChiefInformationOfficer(Fact):
    """Whether the country has a CIO or equivalent: a role, never a person."""

    exists: Tristate
    title: Name | None = None
    body: Key | None = None


class Contact(_Strict):
    """A person. Stays in the record; is not published unless `KG_PUBLISH_CONTACTS` says so (roles are)."""

    name: Name
    role: Name | None = None
    body: Key | None = None
    email: Name | None = None
    phone: Name | None = None
    q: Q


class DateStated(_Strict):
    """A date as written, with its reading where that is certain enough to publish."""

    stated: Name
    value: dt.date | None = None
    ambiguous: list[dt.date] = []


class Source(_Strict):
    """The document that the record was made from."""

    title: Name
    family: Literal["msq", "factsheet"] = Field(
        "msq",
        description="Member State Questionnaire of the UN survey, or Digital Public Administration Factsheet of the EU",
    )
    edition: Annotated[int, Field(ge=2000, le=2100)]
    country: Country
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    date: DateStated | None = None
    publication_authorised: Tristate = "unknown"
    collective_response: Tristate = "unknown"
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    remarks: list[Remark] = []


class Record(_Strict):
    """One source document of one country: a response to a questionnaire edition, or a factsheet of a year."""

    format: Literal[1] = Field(1, description="Version of this form")
    status: Literal["extracted", "reviewed"]
    source: Source
    contacts: list[Contact] = []
    answers: list[Answer] = []
    cio: ChiefInformationOfficer | None = None
    bodies: list[Body] = []
    organisations: list[Organisation] = []
    portals: list[Portal] = []
    platforms: list[Platform] = []
    instruments: list[Instrument] = []
    initiatives: list[Initiative] = []
    technologies: list[TechnologyUse] = []
    memberships: list[Membership] = []
    cooperations: list[Cooperation] = []
    partnerships: list[Partnership] = []
    indicators: list[Indicator] = []
    indicator_sets: list[IndicatorSet] = []
    publications: list[Publication] = []
    changes: list[Change] = []

    ENTITY_LISTS: ClassVar[tuple[str, ...]] = (
        "bodies", "organisations", "portals", "platforms", "instruments", "initiatives", "partnerships", "publications", "indicator_sets",
    )  # fmt: skip
    FACT_LISTS: ClassVar[tuple[str, ...]] = (
        *ENTITY_LISTS,
        "technologies",
        "memberships",
        "cooperations",
        "indicators",
        "changes",
    )

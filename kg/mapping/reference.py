"""Countries, regions and organisations that every response refers to: `data/reference/` → `…/graph/reference`.

Countries follow ISO 3166-1, regions UN M49; both are tied to the EU authority table, the UN SDG geographic areas and
Wikidata by skos:exactMatch, never owl:sameAs, because those resources are concepts. Terms: docs/model.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from rdflib import Literal as Text
from rdflib import URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, SKOS, XSD

from kg.errors import KgError
from kg.iris import Iris, host_of, slug
from kg.mapping.tables import ISO3, LANGUAGE, M49, Row, read_table
from kg.mapping.terms import Triple
from kg.mapping.union_acts import register_triples
from kg.namespaces import DG
from kg.records.codes import EUROPEAN_UNION
from kg.records.yaml_source import Located, read_yaml
from kg.resources import bundled

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


def reference_triples(data: Path | None = None, iris: Iris | None = None) -> Iterator[Triple]:
    """The triples of countries, regions, organisations and acts of the European Union in the folder `reference` of `data` (default: the bundled data).

    Raises KgError, with file and line, for a malformed row, an unknown or repeated code, and a name that two
    countries or two organisations share.
    """
    folder, iris = (data or bundled("data")) / "reference", iris or Iris()
    regions = read_regions(folder)
    countries = read_countries(folder, regions)
    organisations = read_organisations(folder, regions)
    for region in regions.values():
        yield from _region(region, iris)
    for country in countries.values():
        yield from _country(country, iris)
    for organisation in organisations.values():
        yield from _organisation(organisation, iris)
    yield from _union(iris)
    yield from register_triples(folder, iris)


def reference_identifiers() -> set[str]:
    """The identifiers that the bundled reference data describe, as paths below `…/id/`. Raises as `reference_triples`."""
    home = Iris().base + "id/"
    return {
        str(subject).removeprefix(home)
        for subject, _, _ in reference_triples()
        if str(subject).startswith(home)
    }


@dataclass(frozen=True, slots=True)
class Region:
    """An M49 region; `parent` is the M49 code of the region it is part of, None for the world."""

    m49: str
    names: dict[str, str]
    parent: str | None


@dataclass(frozen=True, slots=True)
class Country:
    """A country or area of ISO 3166-1; `region` is the narrowest M49 region that has it, None where M49 lists it not."""

    iso3: str
    iso2: str
    m49: str
    names: dict[str, str]
    aliases: tuple[tuple[str, str], ...]
    region: str | None
    un_member: bool
    un_member_since: int | None
    eu_authority_code: str | None
    wikidata: str | None


class Organisation(BaseModel):
    """An entry of `organisations.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
    kind: Literal[
        "InternationalOrganisation", "CooperationNetwork", "CivilSocietyOrganisation", "Company"
    ] = Field(alias="class", description="local name of its class in the ontology")
    name: _Name
    acronym: _Name | None = None
    aliases: dict[Annotated[str, StringConstraints(pattern=f"^{LANGUAGE.pattern}$")], list[_Name]] = {}
    website: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    wikidata: Annotated[str, StringConstraints(pattern=r"^Q[1-9]\d*$")] | None = None
    eu_authority: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]+$")] | None = None
    scope: Literal["global", "regional"]
    region_m49: str | None = None

    def all_names(self) -> Iterator[str]:
        yield self.name
        if self.acronym:
            yield self.acronym
        for names in self.aliases.values():
            yield from names


def read_regions(folder: Path) -> dict[str, Region]:
    """The regions of `regions.csv` by M49 code, in file order."""
    regions: dict[str, Region] = {}
    rows: dict[str, Row] = {}
    for row in read_table(folder / "regions.csv", _REGION_COLUMNS):
        code = row.matching("m49", M49, "a three-digit M49 code")
        if code in regions:
            raise row.error(f"the region {code} is listed twice")
        regions[code] = Region(code, _names(row), row["parent_m49"] or None)
        rows[code] = row
    for code, region in regions.items():
        if region.parent is not None and region.parent not in regions:
            raise rows[code].error(f"the parent region {region.parent} is not in this table")
        if code in _ancestors(code, regions):
            raise rows[code].error(f"the region {code} is part of itself")
    return regions


def read_countries(folder: Path, regions: dict[str, Region]) -> dict[str, Country]:
    """The countries of `countries.csv` with the names of `country-aliases.csv`, by alpha-3 code, in file order."""
    rows: dict[str, Row] = {}
    seen: dict[tuple[str, str], int] = {}
    for row in read_table(folder / "countries.csv", _COUNTRY_COLUMNS):
        for column, pattern in _CODES.items():
            code = row.matching(column, pattern, f"a code of the form {pattern.pattern}")
            if (column, code) in seen:
                raise row.error(f"the code {code} is also in line {seen[column, code]}")
            seen[column, code] = row.line
        rows[row["iso3"]] = row
    aliases = _country_aliases(folder, rows)
    return {code: _read_country(row, tuple(aliases[code]), regions) for code, row in rows.items()}


def read_organisations(folder: Path, regions: dict[str, Region]) -> dict[str, Organisation]:
    """The organisations of `organisations.yaml` by id, in file order."""
    located = read_yaml(folder / "organisations.yaml")
    if not isinstance(located.data, list):
        raise KgError("is no list of organisations", where=located.file)
    organisations: dict[str, Organisation] = {}
    owners: dict[str, str] = {}
    for index, entry in enumerate(located.data):
        organisation = _read_organisation(located, index, entry)
        where = f"{located.file}:{located.line((index,))}"
        if organisation.id in organisations:
            raise KgError(f"the id '{organisation.id}' is used twice", where=where)
        if organisation.region_m49 and organisation.region_m49 not in regions:
            raise KgError(f"the region {organisation.region_m49} is not in regions.csv", where=where)
        if organisation.region_m49 and organisation.scope == "global":
            raise KgError(f"'{organisation.id}' is global and yet has a region", where=where)
        for name in organisation.all_names():
            owner = owners.setdefault(slug(name), organisation.id)
            if owner != organisation.id:
                raise KgError(f"'{name}' stands for both '{owner}' and '{organisation.id}'", where=where)
        organisations[organisation.id] = organisation
    return organisations


# --- private helpers ---

_REGION_COLUMNS = ("m49", "name_en", "name_es", "parent_m49")
_COUNTRY_COLUMNS = (
    *("iso3", "iso2", "m49", "name_en", "name_es", "official_name_en"),
    *("region_m49", "subregion_m49", "intermediate_region_m49"),
    *("un_member", "un_member_since", "eu_authority_code", "wikidata"),
)
_ALIAS_COLUMNS = ("iso3", "alias", "lang")
_CODES = {"iso3": ISO3, "iso2": re.compile(r"[A-Z]{2}"), "m49": M49}
_BOOLEAN = re.compile(r"true|false")
_YEAR = re.compile(r"(?:19|20)\d\d|")
_WIKIDATA = re.compile(r"Q[1-9]\d*|")

_EU_COUNTRY = "http://publications.europa.eu/resource/authority/country/"
_EU_CORPORATE_BODY = "http://publications.europa.eu/resource/authority/corporate-body/"
_SDG_AREA = "http://metadata.un.org/sdg/codes/geoArea/"
_LINDAS_COUNTRY = "https://ld.admin.ch/country/"
_WIKIDATA_ENTITY = "http://www.wikidata.org/entity/"


def _region(region: Region, iris: Iris) -> Iterator[Triple]:
    node = iris.region(region.m49)
    yield node, RDF.type, DG.Region
    yield from _labels(node, region.names)
    yield node, DG.m49, Text(region.m49)
    yield node, SKOS.exactMatch, _sdg_area(region.m49)
    if region.parent:
        yield node, DG.partOf, iris.region(region.parent)


def _country(country: Country, iris: Iris) -> Iterator[Triple]:
    node = iris.country(country.iso3)
    yield node, RDF.type, DG.Country
    yield from _labels(node, country.names)
    for name, language in country.aliases:
        yield node, SKOS.altLabel, Text(name, lang=language)
    yield node, DG.iso2, Text(country.iso2)
    yield node, DG.iso3, Text(country.iso3)
    yield node, DG.m49, Text(country.m49)
    yield node, DG.unMember, Text(country.un_member)
    if country.region:
        yield node, DG.inRegion, iris.region(country.region)
        # An area that M49 does not list has no area in the SDG code list, which is built on M49.
        yield node, SKOS.exactMatch, _sdg_area(country.m49)
    if country.eu_authority_code:
        yield node, SKOS.exactMatch, URIRef(_EU_COUNTRY + country.eu_authority_code)
    yield node, SKOS.exactMatch, URIRef(_LINDAS_COUNTRY + country.iso3)
    if country.wikidata:
        yield node, SKOS.exactMatch, URIRef(_WIKIDATA_ENTITY + country.wikidata)


def _union(iris: Iris) -> Iterator[Triple]:
    """The European Union as the jurisdiction of its acts; as an organisation it is in `organisations.yaml`."""
    node = iris.country(EUROPEAN_UNION)
    yield node, RDF.type, DG.SupranationalUnion
    yield from _labels(node, {"en": "European Union", "es": "Unión Europea"})
    yield node, DG.iso2, Text("EU")
    yield node, DG.iso3, Text(EUROPEAN_UNION)
    yield node, RDFS.seeAlso, iris.organisation("eu")


def _organisation(organisation: Organisation, iris: Iris) -> Iterator[Triple]:
    node = iris.organisation(organisation.id)
    yield node, RDF.type, DG[organisation.kind]
    yield from _labels(node, {"en": organisation.name})
    if organisation.acronym:
        yield node, DG.abbreviation, Text(organisation.acronym)
        yield node, SKOS.altLabel, Text(organisation.acronym, lang="en")
    for language, names in organisation.aliases.items():
        for name in names:
            yield node, SKOS.altLabel, Text(name, lang=language)
    if organisation.website:
        yield node, DG.website, Text(organisation.website, datatype=XSD.anyURI)
        if host := host_of(organisation.website):
            yield node, DG.host, Text(host)
    if organisation.region_m49:
        yield node, DCTERMS.spatial, iris.region(organisation.region_m49)
    if organisation.eu_authority:
        yield node, SKOS.exactMatch, URIRef(_EU_CORPORATE_BODY + organisation.eu_authority)
    if organisation.wikidata:
        yield node, SKOS.exactMatch, URIRef(_WIKIDATA_ENTITY + organisation.wikidata)


def _labels(node: URIRef, names: dict[str, str]) -> Iterator[Triple]:
    for language, name in names.items():
        yield node, RDFS.label, Text(name, lang=language)


def _sdg_area(m49: str) -> URIRef:
    return URIRef(f"{_SDG_AREA}{int(m49)}")


def _names(row: Row) -> dict[str, str]:
    names = {"en": row["name_en"], "es": row["name_es"]}
    if not all(names.values()):
        raise row.error("a name is missing")
    return names


def _ancestors(code: str, regions: dict[str, Region]) -> Iterable[str]:
    seen: list[str] = []
    parent = regions[code].parent
    while parent in regions and parent not in seen:
        seen.append(parent)
        parent = regions[parent].parent
    return seen


def _country_aliases(folder: Path, countries: dict[str, Row]) -> dict[str, list[tuple[str, str]]]:
    aliases: dict[str, list[tuple[str, str]]] = {code: [] for code in countries}
    owners: dict[str, str] = {}
    for code, row in countries.items():
        for column in ("name_en", "name_es", "official_name_en"):
            _claim(row[column], code, owners, row)
        if row["official_name_en"] not in ("", row["name_en"]):
            aliases[code].append((row["official_name_en"], "en"))
    for row in read_table(folder / "country-aliases.csv", _ALIAS_COLUMNS):
        code = row.matching("iso3", ISO3, "an ISO 3166-1 alpha-3 code")
        if code not in countries:
            raise row.error(f"the country {code} is not in countries.csv")
        if not row["alias"]:
            raise row.error("the alias is empty")
        language = row.matching("lang", LANGUAGE, "a language tag")
        _claim(row["alias"], code, owners, row)
        if (row["alias"], language) not in aliases[code]:
            aliases[code].append((row["alias"], language))
    return aliases


def _claim(name: str, code: str, owners: dict[str, str], row: Row) -> None:
    """Notes that `name` stands for `code`; a name must not stand for two countries."""
    if name and owners.setdefault(slug(name), code) != code:
        raise row.error(f"'{name}' stands for both {owners[slug(name)]} and {code}")


def _read_country(row: Row, aliases: tuple[tuple[str, str], ...], regions: dict[str, Region]) -> Country:
    chain = [row[c] for c in ("region_m49", "subregion_m49", "intermediate_region_m49") if row[c]]
    for code in chain:
        if code not in regions:
            raise row.error(f"the region {code} is not in regions.csv")
    for wider, narrower in pairwise(chain):
        if regions[narrower].parent != wider:
            raise row.error(f"the region {narrower} is not part of {wider}")
    since = row.matching("un_member_since", _YEAR, "a year")
    member = row.matching("un_member", _BOOLEAN, "true or false") == "true"
    if since and not member:
        raise row.error("un_member_since is given for a country that is no member")
    return Country(
        iso3=row["iso3"],
        iso2=row["iso2"],
        m49=row["m49"],
        names=_names(row),
        aliases=aliases,
        region=chain[-1] if chain else None,
        un_member=member,
        un_member_since=int(since) if since else None,
        eu_authority_code=row["eu_authority_code"] or None,
        wikidata=row.matching("wikidata", _WIKIDATA, "a Wikidata item (Q…)") or None,
    )


def _read_organisation(located: Located, index: int, entry: object) -> Organisation:
    try:
        return Organisation.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        path = (index, *first["loc"])
        place = ".".join(str(part) for part in first["loc"])
        raise KgError(
            f"{place}: {first['msg']}" if place else first["msg"],
            where=f"{located.file}:{located.line(path)}",
        ) from None

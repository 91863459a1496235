"""Indicator figures of many countries: each data set of `data/indicators/` → `…/graph/indicators`, as an RDF Data Cube.

A data set is three files: `NAME.yaml` says what it is and what its figures may be, `NAME.csv` holds the figures, and
`NAME-remarks.csv` (optional) what must be known to read some of them right. Dimensions are country, indicator and
year; the measure is dg:value, the attribute dg:unit (W3C RDF Data Cube Vocabulary). Terms: docs/model.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from rdflib import Literal as Text
from rdflib import URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, XSD

from kg.errors import KgError
from kg.iris import Iris
from kg.mapping.reference import Country, read_countries, read_organisations, read_regions
from kg.mapping.tables import ISO3, Row, read_table
from kg.mapping.terms import Triple
from kg.namespaces import CONCEPT, DG, QB, concept
from kg.records.codes import ConceptCode, codes
from kg.records.yaml_source import read_yaml
from kg.resources import bundled

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def indicator_triples(data: Path | None = None, iris: Iris | None = None) -> Iterator[Triple]:
    """The triples of every data set in the folder `indicators` of `data` (default: the bundled data).

    Raises KgError, with file and line, for a country that `data/reference` lacks, an indicator that the data set does
    not have, a value that is no number or out of range, a figure given twice, and a remark about a missing figure.
    """
    data, iris = data or bundled("data"), iris or Iris()
    reference = data / "reference"
    regions = read_regions(reference)
    countries = read_countries(reference, regions)
    organisations = read_organisations(reference, regions)
    for description in sorted((data / "indicators").glob("*.yaml")):
        dataset = read_dataset(description)
        if dataset.publisher not in organisations:
            raise KgError(
                f"the publisher '{dataset.publisher}' is not in organisations.yaml", where=str(description)
            )
        figures = read_figures(description.with_suffix(".csv"), dataset, countries)
        yield from structure_triples(dataset, iris)
        for figure in figures.values():
            yield from _observation(figure, dataset, countries[figure.iso3], iris)
        remarks = description.with_name(f"{description.stem}-remarks.csv")
        if remarks.exists():
            yield from _remarks(remarks, figures, iris)


def structure_triples(dataset: Dataset, iris: Iris) -> Iterator[Triple]:
    """The qb:DataSet and its qb:DataStructureDefinition."""
    node = iris.dataset(dataset.key)
    structure = URIRef(f"{node}/structure")
    yield node, RDF.type, QB.DataSet
    for language, title in dataset.title.items():
        yield node, RDFS.label, Text(title, lang=language)
        yield node, DCTERMS.title, Text(title, lang=language)
    for language, description in dataset.description.items():
        yield node, DCTERMS.description, Text(description, lang=language)
    yield node, DCTERMS.publisher, iris.organisation(dataset.publisher)
    yield node, DCTERMS.source, URIRef(dataset.source)
    yield node, QB.structure, structure
    yield structure, RDF.type, QB.DataStructureDefinition
    yield structure, RDFS.label, Text("Country, indicator and year, with one value", lang="en")
    for order, (term, role) in enumerate(_COMPONENTS, start=1):
        component = URIRef(f"{structure}/{term}")
        yield structure, QB.component, component
        yield component, RDF.type, QB.ComponentSpecification
        yield component, QB[role], DG[term]
        yield component, QB.order, Text(order)
        yield DG[term], RDF.type, _PROPERTY_CLASS[role]
        if role == "attribute":
            yield component, QB.componentRequired, Text(True)
            yield component, QB.componentAttachment, QB.Observation
    for term in ("indicator", "unit"):
        yield DG[term], RDF.type, QB.CodedProperty
        yield DG[term], QB.codeList, CONCEPT[term]


@dataclass(frozen=True, slots=True)
class Figure:
    """One value, as written in the table: `value` keeps its decimals."""

    iso3: str
    edition: int
    indicator: str
    value: str


class Indicator(BaseModel):
    """What the figures of one indicator are: a short name, a code of the scheme `unit`, and the range of values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: _Text
    unit: Annotated[str, ConceptCode("unit")]
    minimum: Decimal
    maximum: Decimal


class Dataset(BaseModel):
    """A data set's description. `key` is the name of its files; `publisher` an organisation of the register."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: _Text
    title: dict[str, _Text]
    description: dict[str, _Text] = {}
    publisher: _Text
    source: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
    indicators: dict[Annotated[str, ConceptCode("indicator")], Indicator] = Field(min_length=1)


def read_dataset(file: Path) -> Dataset:
    """The description in `file`. Raises KgError naming the line of what is missing, unknown or malformed."""
    located = read_yaml(file)
    if not isinstance(located.data, dict):
        raise KgError(
            "describes no data set", where=f"{file}:1", hint="Expected keys such as 'title' and 'indicators'."
        )
    try:
        return Dataset.model_validate({**located.data, "key": file.stem})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise KgError(f"{place}: {first['msg']}", where=f"{file}:{located.line(first['loc']) or 1}") from None


def read_figures(
    file: Path, dataset: Dataset, countries: dict[str, Country]
) -> dict[tuple[str, int, str], Figure]:
    """The figures of `file` by country, edition and indicator, in file order."""
    figures: dict[tuple[str, int, str], Figure] = {}
    for row in read_table(file, _FIGURE_COLUMNS):
        key = _key(row)
        if key[0] not in countries:
            raise row.error(f"the country {key[0]} is not in the reference data")
        indicator = dataset.indicators.get(key[2])
        if indicator is None:
            known = ", ".join(dataset.indicators)
            raise row.error(f"'{key[2]}' is no indicator of this data set", hint=f"It has {known}.")
        value = row.matching("value", _DECIMAL, "a decimal number")
        if not indicator.minimum <= Decimal(value) <= indicator.maximum:
            raise row.error(
                f"{value} is outside {indicator.minimum} … {indicator.maximum} ({indicator.label})"
            )
        if key in figures:
            raise row.error(f"{key[2]} of {key[0]} in {key[1]} is given twice")
        figures[key] = Figure(*key, value)
    return figures


# --- private helpers ---

_FIGURE_COLUMNS = ("iso3", "edition", "indicator", "value")
_REMARK_COLUMNS = ("iso3", "edition", "indicator", "kind", "comment")
_EDITION = re.compile(r"20\d\d")
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_COMPONENTS = (
    ("country", "dimension"),
    ("indicator", "dimension"),
    ("year", "dimension"),
    ("value", "measure"),
    ("unit", "attribute"),
)
_PROPERTY_CLASS = {
    "dimension": QB.DimensionProperty,
    "measure": QB.MeasureProperty,
    "attribute": QB.AttributeProperty,
}


def _observation(figure: Figure, dataset: Dataset, country: Country, iris: Iris) -> Iterator[Triple]:
    indicator = dataset.indicators[figure.indicator]
    node = iris.observation(figure.edition, figure.iso3, figure.indicator)
    yield node, RDF.type, DG.Observation
    yield node, RDF.type, QB.Observation
    yield node, RDFS.label, Text(f"{indicator.label}, {country.names['en']}, {figure.edition}", lang="en")
    yield node, QB.dataSet, iris.dataset(dataset.key)
    yield node, DG.country, iris.country(figure.iso3)
    yield node, DG.indicator, concept("indicator", figure.indicator)
    yield node, DG.year, Text(figure.edition)
    yield node, DG.edition, Text(figure.edition)
    yield node, DG.value, Text(figure.value, datatype=XSD.decimal)
    yield node, DG.unit, concept("unit", indicator.unit)


def _remarks(file: Path, figures: dict[tuple[str, int, str], Figure], iris: Iris) -> Iterator[Triple]:
    seen: set[URIRef] = set()
    for row in read_table(file, _REMARK_COLUMNS):
        key = _key(row)
        if key not in figures:
            raise row.error(f"there is no figure for {key[2]} of {key[0]} in {key[1]}")
        kind = row["kind"]
        if kind not in codes("remark-kind"):
            raise row.error(
                f"'{kind}' is no code of the scheme remark-kind",
                hint=f"It has {', '.join(sorted(codes('remark-kind')))}.",
            )
        if not row["comment"]:
            raise row.error("the comment is empty")
        about = iris.observation(key[1], key[0], key[2])
        node = URIRef(f"{about}/remark/{kind}")
        if node in seen:
            raise row.error("this figure has a remark of this kind already")
        seen.add(node)
        yield node, RDF.type, DG.Remark
        yield node, DG.about, about
        yield node, DG.remarkKind, concept("remark-kind", kind)
        yield node, RDFS.comment, Text(row["comment"], lang="en")
        yield about, DG.remark, node


def _key(row: Row) -> tuple[str, int, str]:
    return (
        row.matching("iso3", ISO3, "an ISO 3166-1 alpha-3 code"),
        int(row.matching("edition", _EDITION, "an edition (a year)")),
        row.matching("indicator", _CODE, "an indicator code"),
    )

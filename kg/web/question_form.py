"""The form of a question: a field per parameter, with the values to choose from under their names.

Made on the server, so that it works without scripts: what has a list is a `select`, everything else a text field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from kg.errors import KgError
from kg.mapping.reference import Country, read_countries, read_regions
from kg.namespaces import CONCEPT, PREFIXES
from kg.publishing.queries import NamedQuery, Parameter
from kg.resources import bundled
from kg.web.explorer.graph import chosen
from kg.web.explorer.overview import collated

Document = dict[str, Any]


def fields(query: NamedQuery, given: Mapping[str, str], lang: str) -> list[Document]:
    """What the form has to show: per parameter its words, value, and `options` (value, name) or None."""
    return [_field(parameter, given.get(parameter.name, ""), lang) for parameter in query.parameters]


# --- private helpers ---


def _field(parameter: Parameter, value: str, lang: str) -> Document:
    allowed = parameter.allowed()
    options: list[tuple[str, str]] | None = None
    if allowed:
        names = _concepts(parameter.scheme, lang) if parameter.scheme else _countries(lang)
        options = sorted(
            ((code, names.get(code, code)) for code in allowed), key=lambda option: collated(option[1])
        )
        value = _code(parameter, value, allowed)
        if value and value not in allowed:
            options.append((value, value))  # what was asked and is not known is shown as it was asked
    default = parameter.default
    return {
        "name": parameter.name,
        "label": next((text for tag, text in parameter.label.items() if tag == lang), parameter.label["en"]),
        "required": parameter.required,
        "numeric": parameter.type in ("integer", "edition"),
        "example": str(parameter.example),
        "default": "" if default is None else str(default),
        "value": value,
        "options": options,
    }


def _code(parameter: Parameter, value: str, allowed: tuple[str, ...]) -> str:
    """The code of a value that was given by another of its names (`CO`, `Colombia`), else the value."""
    if not value or value in allowed:
        return value
    try:
        code = str(parameter.term(value)).strip("<>").rpartition("/")[2]
    except KgError:
        return value
    return code if code in allowed else value


@cache
def _countries(lang: str) -> dict[str, str]:
    """Names of countries by alpha-3 code, from the reference data."""
    folder = bundled("data") / "reference"
    countries: Iterable[Country] = read_countries(folder, read_regions(folder)).values()
    return {
        country.iso3: country.names.get(lang) or country.names.get("en") or country.iso3
        for country in countries
    }


@cache
def _concepts(scheme: str, lang: str) -> dict[str, str]:
    """Names of a scheme's concepts by notation."""
    prefix = f"{CONCEPT}{scheme}/"
    labels: dict[str, list[ox.Literal]] = {}
    path = bundled("ontology") / "concepts" / f"{scheme}.ttl"
    for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
        if quad.predicate.value in _LABELS and isinstance(quad.object, ox.Literal):
            labels.setdefault(str(getattr(quad.subject, "value", "")), []).append(quad.object)
    found = {
        iri.removeprefix(prefix): chosen(texts, lang)
        for iri, texts in labels.items()
        if iri.startswith(prefix)
    }
    return {code: text.value for code, text in found.items() if text is not None}


_LABELS: Final = frozenset((PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label"))

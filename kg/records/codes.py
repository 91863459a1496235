"""Controlled codes in records: country codes (ISO 3166-1 alpha-3) and the notations of the project's concept schemes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import pycountry
import pyoxigraph as ox
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema
from rapidfuzz import process

from kg.namespaces import CONCEPT, HOME
from kg.resources import bundled

_MEMBER = ox.NamedNode("http://www.w3.org/2004/02/skos/core#member")
_NOTATION = ox.NamedNode("http://www.w3.org/2004/02/skos/core#notation")


EUROPEAN_UNION = "EUE"


@dataclass(frozen=True)
class ConceptCode:
    """Field annotation: the value is the notation of a concept of `scheme`."""

    scheme: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": sorted(codes(self.scheme)), "title": self.scheme}

    def _check(self, code: str) -> str:
        if code not in codes(self.scheme):
            raise ValueError(
                f"'{code}' is no code of the scheme {self.scheme}{_did_you_mean(code, codes(self.scheme))}"
            )
        return code


@dataclass(frozen=True)
class CountryCode:
    """Field annotation: an ISO 3166-1 alpha-3 code, or `EUE`, which ISO 3166 reserves for the European Union."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[A-Z]{3}$", "title": "ISO 3166-1 alpha-3"}

    @staticmethod
    def _check(code: str) -> str:
        if code == EUROPEAN_UNION:
            return code
        if pycountry.countries.get(alpha_3=code) is None or code != code.upper():
            known = [c.alpha_3 for c in pycountry.countries]
            raise ValueError(f"'{code}' is no ISO 3166-1 alpha-3 code{_did_you_mean(code.upper(), known)}")
        return code


@cache
def codes(scheme: str) -> frozenset[str]:
    """The notations of a concept scheme, read from ontology/concepts/{scheme}.ttl."""
    prefix = f"{CONCEPT}{scheme}/"
    return frozenset(
        quad.object.value
        for quad in _scheme_file(scheme)
        if quad.predicate == _NOTATION
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(prefix)
        and isinstance(quad.object, ox.Literal)
    )


@cache
def collection(scheme: str, name: str) -> frozenset[str]:
    """The notations of the concepts that a skos:Collection of the scheme's file brings together."""
    iri = ox.NamedNode(f"{HOME}id/collection/{name}")
    return frozenset(
        quad.object.value.rpartition("/")[2]
        for quad in _scheme_file(scheme)
        if quad.subject == iri and quad.predicate == _MEMBER and isinstance(quad.object, ox.NamedNode)
    )


@cache
def _scheme_file(scheme: str) -> tuple[ox.Quad, ...]:
    with (bundled("ontology") / "concepts" / f"{scheme}.ttl").open("rb") as file:
        return tuple(ox.parse(file, format=ox.RdfFormat.TURTLE))


def _did_you_mean(code: str, known: Collection[str]) -> str:
    best = process.extractOne(code, list(known), score_cutoff=60)
    if best:
        return f"; did you mean '{best[0]}'?"
    return f"; known: {', '.join(sorted(known))}" if len(known) < 40 else ""

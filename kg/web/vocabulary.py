"""`/api/vocabulary`: the prefixes, classes and properties that an editor completes, with labels and how often each is used.

Made from the ontology's graph and from what the data uses of other vocabularies, once per dataset version.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.iris import Iris
from kg.web.presentation import short
from kg.web.responses import respond

MOST: Final = 5000
"""Terms that are listed."""


def routes() -> list[BaseRoute]:
    """The address of this module. It reads `app.state.endpoint` (sparql.SparqlEndpoint)."""
    vocabularies = _Vocabularies()
    return [Route("/api/vocabulary", vocabularies.respond)]


class _Vocabularies:
    """The vocabulary of the version that was asked for last."""

    def __init__(self) -> None:
        self._version = ""
        self._body = ""
        self._lock = asyncio.Lock()

    async def respond(self, request: Request) -> Response:
        endpoint = request.app.state.endpoint
        version = endpoint.version.id if endpoint.version else ""
        async with self._lock:
            if version != self._version or not self._body:
                self._body = json.dumps(await _vocabulary(endpoint, version), ensure_ascii=False)
                self._version = version
        return respond(request, self._body, "application/json")


async def _vocabulary(endpoint: Any, version: str) -> dict[str, Any]:
    """Terms that have a prefix, by name: full IRIs would not be typed."""
    graph = Iris(endpoint.settings.base_iri).ontology_graph
    described = await endpoint.table(_TERMS % {"graph": graph}, MOST * 4)
    counted = await endpoint.figures()
    terms: dict[str, dict[str, Any]] = {}

    def term(iri: str, kind: str) -> dict[str, Any] | None:
        name = short(iri)
        if name == iri:
            return None
        return terms.setdefault(name, {"name": name, "kind": kind, "label": {}, "definition": {}, "uses": 0})

    for iri, kind, label, definition in described["rows"]:
        found = term(iri["value"], "class" if kind["value"] == "class" else "property")
        for member, text in (("label", label), ("definition", definition)):
            if found and text:
                found[member].setdefault(text["lang"] or "en", text["value"])
    for iri, number in counted.properties.items():
        if found := term(iri, "property"):
            found["uses"] = number
    for iri, number in counted.classes.items():
        if found := term(iri, "class"):
            found["uses"] = number
    return {
        "version": version,
        "prefixes": endpoint.prefixes,
        "terms": [terms[name] for name in sorted(terms)],
    }


# --- private helpers ---

_TERMS: Final = """\
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?term (MIN(?found) AS ?kind) ?label ?definition WHERE { GRAPH <%(graph)s> {
  VALUES (?type ?found) {
    (owl:Class "class") (rdfs:Class "class") (owl:ObjectProperty "property") (owl:DatatypeProperty "property")
    (owl:AnnotationProperty "property")
  }
  ?term a ?type FILTER ISIRI(?term)
  OPTIONAL { ?term rdfs:label ?label }
  OPTIONAL { ?term skos:definition ?definition FILTER (LANG(?definition) = LANG(?label)) }
} } GROUP BY ?term ?label ?definition ORDER BY ?term ?label"""

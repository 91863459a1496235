"""`/ontology` and `/shapes`: what the graph is made of and what it is checked by, as pages and as RDF.

The ontology's page has the tree of classes and, for each term, what it means, an example, what it is aligned to and how often
the data uses it; that of the shapes has the rules by severity and what each finds. The parts that the ontology is published
in besides (`/ontology/keys` …) have addresses of their own, as has its version.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from rdflib import OWL, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from kg.iris import Iris
from kg.namespaces import DG, HOME
from kg.resources import bundled
from kg.validation.shapes import load_shapes, rules_of
from kg.web import service_description, validation_page
from kg.web.documents import RDF_SUFFIXES, chosen, links_of, only_get, suffix_of, with_links
from kg.web.explorer.view import keep_page, kept_page
from kg.web.limits import client_of
from kg.web.negotiation import HTML, MEDIA_TYPES
from kg.web.presentation import origin_of, render
from kg.web.problems import Problem
from kg.web.protocol import Operation
from kg.web.reader import reader
from kg.web.responses import respond


def routes() -> list[BaseRoute]:
    """The addresses of this module. They read `app.state.endpoint` (sparql.SparqlEndpoint)."""
    ontology = _Ontology()
    return [
        Route("/ontology", ontology),
        Route("/ontology{suffix}", ontology),
        Route("/ontology/{part}", _part),
        Route("/shapes", _shapes),
        Route("/shapes{suffix}", _shapes),
    ]


class _Ontology:
    """The ontology as a page with an anchor per term, or as RDF. An ASGI application: RDF comes from `sparql`."""

    def __init__(self) -> None:
        self._version = ""
        self._known: dict[str, list[Any]] = {}
        """What `_TERMS` finds in the version that was asked for last, by language."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        only_get(request)
        endpoint = scope["app"].state.endpoint
        form = chosen(request, suffix_of(request))
        graph = Iris(endpoint.settings.base_iri).ontology_graph
        links = links_of(origin_of(request) + "/ontology")
        if form != HTML.key:
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
            await endpoint.answer(
                scope, receive, with_links(send, links), Operation("query", text, format=form)
            )
            return
        if kept := kept_page(request, HTML.key):
            await kept(scope, receive, send)
            return
        rows = await self._rows(endpoint, graph, client_of(scope))
        counted = await endpoint.figures()
        uses = {**counted.properties, **counted.classes}
        terms = [_term(row, uses) for row in rows if row[0]["value"].startswith(DG)]
        classes = [term for term in terms if term["kind"] == "class"]
        page = render(
            "ontology.html",
            here="/ontology",
            version=endpoint.version,
            classes=classes,
            tree=_tree(classes),
            properties=[term for term in terms if term["kind"] == "property"],
            parts=_parts(),
            suffixes=RDF_SUFFIXES,
            counted=bool(uses),
        )
        headers = {"Link": ", ".join(links)}
        answer = (
            keep_page(request, HTML.key, page, headers) if uses else respond(request, page, headers=headers)
        )
        await answer(scope, receive, send)

    async def _rows(self, endpoint: Any, graph: str, client: str) -> list[Any]:
        version, lang = endpoint.version.id if endpoint.version else "", reader().lang
        if version != self._version:
            self._version, self._known = version, {}
        if lang not in self._known:
            asked = _TERMS % {"graph": graph, "lang": lang}
            found: list[Any] = (await endpoint.table(asked, 5000, client=client))["rows"]
            if version != self._version:  # another one is served by now
                return found
            self._known[lang] = found
        return self._known[lang]


async def _part(request: Request) -> Response:
    """A file of the ontology that is published beside it, by its IRI; its version leads to the ontology itself."""
    name, dot, ending = request.path_params["part"].partition(".")
    parts = _parts()
    if request.path_params["part"] == _version():
        return RedirectResponse("/ontology", status_code=303, headers={"Vary": "Accept"})
    if name not in parts or (dot and f".{ending}" not in RDF_SUFFIXES):
        known = ", ".join((_version(), *parts))
        raise Problem(
            404, "no-such-page", "There is nothing at this address", f"Parts of the ontology are {known}."
        )
    form = _RDF[f".{ending}"] if dot else chosen(request, None)
    if form == HTML.key:
        return RedirectResponse(f"/ontology#part-{name}", status_code=303, headers={"Vary": "Accept"})
    links = links_of(f"{origin_of(request)}/ontology/{name}", RDF_SUFFIXES)
    body = await asyncio.to_thread(_serialized_part, name, form)
    return respond(
        request,
        body,
        MEDIA_TYPES[form],
        headers={"Link": ", ".join(links), "Vary": "Accept, Accept-Encoding"},
    )


async def _shapes(request: Request) -> Response:
    """The SHACL shapes, as a list of rules or as RDF."""
    form = chosen(request, suffix_of(request))
    headers = {"Link": ", ".join(links_of(origin_of(request) + "/shapes"))}
    if form != HTML.key:
        body = await asyncio.to_thread(_serialized_shapes, form)
        return respond(
            request, body, MEDIA_TYPES[form], headers={**headers, "Vary": "Accept, Accept-Encoding"}
        )
    if kept := kept_page(request, HTML.key):
        return kept
    found = await _findings(request)
    page = render(
        "shapes.html",
        version=request.app.state.endpoint.version,
        groups=[
            (severity, [rule for rule in await asyncio.to_thread(_rules) if rule.severity.value == severity])
            for severity in validation_page.SEVERITIES
        ],
        found=found,
        suffixes=RDF_SUFFIXES,
    )
    if found is None:  # the page will say more when there is a report
        return respond(request, page, headers=headers)
    return keep_page(request, HTML.key, page, headers)


# --- private helpers ---

_RDF: Final = {".ttl": "turtle", ".nt": "ntriples", ".rdf": "rdfxml", ".jsonld": "jsonld"}

_TERMS: Final = """\
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?term (SAMPLE(?type) AS ?kind) (SAMPLE(?label) AS ?name) (SAMPLE(?definition) AS ?meaning)
       (GROUP_CONCAT(DISTINCT STR(?parent); SEPARATOR=" ") AS ?parents)
       (GROUP_CONCAT(DISTINCT STR(?domain); SEPARATOR=" ") AS ?domains)
       (GROUP_CONCAT(DISTINCT STR(?range); SEPARATOR=" ") AS ?ranges)
       (GROUP_CONCAT(DISTINCT STR(?match); SEPARATOR=" ") AS ?matches) (SAMPLE(?shown) AS ?example)
WHERE { GRAPH <%(graph)s> {
  VALUES ?type { owl:Class owl:ObjectProperty owl:DatatypeProperty }
  ?term a ?type FILTER ISIRI(?term)
  OPTIONAL { ?term rdfs:label ?label FILTER (LANG(?label) = "%(lang)s") }
  OPTIONAL { ?term skos:definition ?definition FILTER (LANG(?definition) = "%(lang)s") }
  OPTIONAL { ?term rdfs:subClassOf|rdfs:subPropertyOf ?parent FILTER ISIRI(?parent) }
  OPTIONAL { ?term rdfs:domain ?domain FILTER ISIRI(?domain) }
  OPTIONAL { ?term rdfs:range ?range FILTER ISIRI(?range) }
  OPTIONAL { ?term owl:equivalentClass|owl:equivalentProperty|skos:exactMatch|skos:closeMatch|skos:broadMatch ?match FILTER ISIRI(?match) }
  OPTIONAL { ?term skos:example ?shown }
} } GROUP BY ?term ORDER BY ?term"""


def _term(row: list[Any], uses: dict[str, int]) -> dict[str, Any]:
    term, kind, name, meaning, parents, domains, ranges, matches, example = row
    iri = term["value"]
    is_class = kind["value"].endswith("#Class")
    local = iri[len(DG) :]
    asked = f"?thing a dg:{local}" if is_class else f"?thing dg:{local} ?value"
    return {
        "id": local,
        "iri": iri,
        "kind": "class" if is_class else "property",
        "name": name["value"] if name else local,
        "meaning": meaning["value"] if meaning else "",
        "example": example["value"] if example else "",
        "uses": uses.get(iri, 0),
        "used_by": "/sparql?" + urlencode({"query": f"SELECT * WHERE {{ {asked} }} LIMIT 100"}),
        "parents": parents["value"].split() if parents else [],
        "facts": [
            (label, found["value"].split())
            for label, found in (
                ("narrower_than", parents),
                ("domain", domains),
                ("range", ranges),
                ("alignment", matches),
            )
            if found and found["value"]
        ],
    }


def _tree(classes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The classes without a broader one of the ontology, each with those under it (`term`, `narrower`), by name."""
    known = {term["iri"] for term in classes}
    under: dict[str, list[dict[str, Any]]] = {}
    for term in classes:
        broader = [iri for iri in term["parents"] if iri in known and iri != term["iri"]]
        for iri in broader or [""]:
            under.setdefault(iri, []).append(term)

    def branch(iri: str, above: frozenset[str]) -> list[dict[str, Any]]:
        return [
            {"term": term, "narrower": branch(term["iri"], above | {term["iri"]})}
            for term in under.get(iri, [])
            if term["iri"] not in above
        ]

    return branch("", frozenset())


async def _findings(request: Request) -> Counter[str] | None:
    """How much each shape finds, by its name; None where there is no report at hand."""
    path = validation_page.report_at_hand(request)
    if path is None:
        return None
    report = await asyncio.to_thread(validation_page.read_report, path, path.stat().st_mtime_ns)
    return Counter(finding["shape"].rpartition("#")[2] for finding in report["findings"])


@cache
def _part_graphs() -> dict[str, Graph]:
    """The files of the ontology's folder that are ontologies of their own, by the end of their IRIs."""
    found: dict[str, Graph] = {}
    for file in sorted(bundled("ontology").glob("*.ttl")):
        graph = Graph().parse(file, format="turtle")
        for iri in graph.subjects(RDF.type, OWL.Ontology):
            name = str(iri).removeprefix(f"{HOME}ontology/")
            if name != str(iri):
                found[name] = graph
    return found


@cache
def _parts() -> dict[str, dict[str, str]]:
    """The titles of the parts by language."""
    return {
        name: {
            title.language or "": str(title)
            for title in graph.objects(URIRef(f"{HOME}ontology/{name}"), DCTERMS.title)
            if isinstance(title, Literal)
        }
        for name, graph in _part_graphs().items()
    }


@cache
def _version() -> str:
    """The end of the version IRI of the ontology."""
    core = Graph().parse(Path(bundled("ontology")) / "digigov.ttl", format="turtle")
    return str(core.value(URIRef(f"{HOME}ontology"), OWL.versionIRI)).removeprefix(f"{HOME}ontology/")


@cache
def _serialized_part(name: str, key: str) -> bytes:
    return service_description.serialize(_part_graphs()[name], key)


@cache
def _shapes_graph() -> Graph:
    return load_shapes()


@cache
def _rules() -> Any:
    return rules_of(_shapes_graph())


@cache
def _serialized_shapes(key: str) -> bytes:
    return service_description.serialize(_shapes_graph(), key)

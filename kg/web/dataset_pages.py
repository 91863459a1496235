"""The dataset as a whole: its descriptions (VoID, DCAT-AP), and complete copies under `/dump/`."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, VOID, XSD
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from kg.namespaces import DG, HOME
from kg.publishing.catalogue import Distribution, describe_catalogue
from kg.store.interface import ServedVersion
from kg.web import negotiation, service_description, vocabulary
from kg.web.derived import CannotMake, DerivedFiles
from kg.web.figures import Counted
from kg.web.limits import client_of
from kg.web.presentation import origin_of, render
from kg.web.problems import Problem
from kg.web.responses import respond


@dataclass(frozen=True, slots=True)
class Dump:
    """A file under `/dump/`: its name, the export format it holds, its media type, and what it is."""

    name: str
    format: str
    media_type: str
    title: str


DUMPS: Final = {
    dump.name: dump
    for dump in (
        Dump(
            "digigov.nq.gz", "nq", "application/n-quads", "N-Quads: all named graphs, one statement per line"
        ),
        Dump("digigov.trig.gz", "trig", "application/trig", "TriG: all named graphs, for reading"),
        Dump("digigov.nt.gz", "nt", "application/n-triples", "N-Triples: the merged graph, each triple once"),
        Dump("digigov.ttl.gz", "ttl", "text/turtle", "Turtle: the merged graph, for reading"),
        Dump("digigov.rdf.gz", "rdf", "application/rdf+xml", "RDF/XML: the merged graph"),
        Dump("digigov.jsonld.gz", "jsonld", "application/ld+json", "JSON-LD: all named graphs"),
        Dump("digigov-tables.zip", "csv", "application/zip", "CSV: tables with CSVW metadata"),
        Dump("digigov-network.graphml.gz", "graphml", "application/xml", "GraphML: the cooperation network"),
        Dump("digigov-network.gexf.gz", "gexf", "application/xml", "GEXF: the cooperation network"),
    )
}
RDF_DUMPS: Final = tuple(
    name for name, dump in DUMPS.items() if dump.format in ("nq", "trig", "nt", "ttl", "rdf", "jsonld")
)
SUMS: Final = "SHA256SUMS"
"""The checksums of all files, as `sha256sum --check` reads them."""


def routes() -> list[BaseRoute]:
    files = DerivedFiles()

    async def dump(request: Request) -> Response:
        return await _dump(request, files)

    async def sums(request: Request) -> Response:
        return await _sums(request, files)

    async def catalogue(request: Request) -> Response:
        return await _catalogue(request, files)

    return [
        Route("/.well-known/void", _void),
        Route("/dump/", _list),
        Route(f"/dump/{SUMS}", sums),
        Route("/dump/catalog", catalogue),
        Route("/dump/catalog{suffix}", catalogue),
        Route("/dump/{name}", dump),
    ]


def describe_dataset(
    base_iri: str,
    origin: str,
    version: ServedVersion,
    counted: Counted,
    dumps: tuple[str, ...] = RDF_DUMPS,
    *,
    properties: Mapping[str, int] | None = None,
    links: Sequence[tuple[str, str, int]] = (),
) -> Graph:
    """The dataset in VoID: where it is, what it holds, and how it is made up by class and by property.

    `properties` are statements by property; `links` are (property, site that is linked to, number) and become linksets.
    """
    graph = Graph()
    for prefix, namespace in (("void", VOID), ("dct", DCTERMS), ("foaf", FOAF), ("dg", DG)):
        graph.bind(prefix, namespace)
    dataset = URIRef(base_iri + "dataset")
    graph.add((URIRef(origin + "/.well-known/void"), RDF.type, VOID.DatasetDescription))
    graph.add((URIRef(origin + "/.well-known/void"), FOAF.primaryTopic, dataset))
    for predicate, value in (
        (RDF.type, VOID.Dataset),
        (DCTERMS.title, Literal("DigiGov KG", lang="en")),
        (
            DCTERMS.description,
            Literal("Institutions and instruments of digital government, by country", lang="en"),
        ),
        (DCTERMS.identifier, Literal(version.id)),
        (DCTERMS.modified, Literal(version.created, datatype=XSD.dateTime)),
        (FOAF.homepage, URIRef(origin + "/")),
        (VOID.sparqlEndpoint, URIRef(origin + "/sparql")),
        (VOID.uriSpace, Literal(base_iri + "id/")),
        (VOID.exampleResource, URIRef(base_iri + "id/country/COL")),
        (VOID.vocabulary, URIRef(str(DG))),
        (VOID.triples, Literal(version.triples)),
        (VOID.classes, Literal(len(counted.classes))),
        *((VOID.dataDump, URIRef(f"{origin}/dump/{name}")) for name in dumps),
    ):
        graph.add((dataset, predicate, value))
    for name, triples in counted.graphs.items():
        subset = URIRef(name)
        graph.add((dataset, VOID.subset, subset))
        graph.add((subset, RDF.type, VOID.Dataset))
        graph.add((subset, VOID.triples, Literal(triples)))
    for position, (name, entities) in enumerate(sorted(counted.classes.items())):
        partition = BNode(f"class{position}")  # fixed names: the same dataset gives the same text
        graph.add((dataset, VOID.classPartition, partition))
        graph.add((partition, VOID["class"], URIRef(name)))
        graph.add((partition, VOID.entities, Literal(entities)))
    for position, (name, triples) in enumerate(sorted((properties or {}).items())):
        partition = BNode(f"property{position}")
        graph.add((dataset, VOID.propertyPartition, partition))
        graph.add((partition, VOID.property, URIRef(name)))
        graph.add((partition, VOID.triples, Literal(triples)))
    if properties:
        graph.add((dataset, VOID.properties, Literal(len(properties))))
    for position, (name, site, triples) in enumerate(links):
        linkset, target = BNode(f"linkset{position}"), BNode(f"target{position}")
        for subject, predicate, value in (
            (dataset, VOID.subset, linkset),
            (linkset, RDF.type, VOID.Linkset),
            (linkset, VOID.linkPredicate, URIRef(name)),
            (linkset, VOID.subjectsTarget, dataset),
            (linkset, VOID.objectsTarget, target),
            (linkset, VOID.triples, Literal(triples)),
            (target, RDF.type, VOID.Dataset),
            (target, VOID.uriSpace, Literal(site + "/")),
        ):
            graph.add((subject, predicate, value))
    return graph


async def derived_file(
    files: DerivedFiles, version: ServedVersion, name: str, job: str, base_iri: str
) -> Path:
    """A file made from a version by a job of `kg.web.derived`. Raises Problem 503 when it cannot be made."""
    try:
        return await files.get(version, name, job, base_iri)
    except CannotMake:
        raise Problem(503, "not-made", "The file could not be made", "The server's log says why.") from None


def served_version(endpoint: Any) -> ServedVersion:
    """The version that an endpoint serves. Raises Problem 503 when there is none yet."""
    version: ServedVersion | None = endpoint.version
    if version is None:
        raise Problem(
            503,
            "not-ready",
            "Nothing has been published yet",
            "Try again in a moment.",
            headers={"Retry-After": "5"},
        )
    return version


# --- private helpers ---

_LINKS: Final = """\
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?property ?site (COUNT(*) AS ?links) WHERE {
  VALUES ?property { owl:sameAs skos:exactMatch skos:closeMatch skos:broadMatch rdfs:seeAlso <%(dg)seli> }
  ?s ?property ?o FILTER (ISIRI(?s) && STRSTARTS(STR(?s), "%(base)sid/") && ISIRI(?o) && REGEX(STR(?o), "^https?://") && !STRSTARTS(STR(?o), "%(base)s"))
  BIND (REPLACE(STR(?o), "^(https?://[^/]+).*$", "$1") AS ?site)
} GROUP BY ?property ?site ORDER BY ?property ?site"""
"""Links to other datasets: what says that a thing here and one elsewhere are the same, or about the same."""


async def _void(request: Request) -> Response:
    endpoint = request.app.state.endpoint
    accepted = negotiation.acceptable(request.headers.get("accept", ""))
    key = "turtle" if accepted.html else accepted.graph
    if key is None:
        offered = ", ".join(format_.names[0] for format_ in negotiation.GRAPHS)
        raise Problem(
            406, "not-acceptable", "No acceptable format", f"The description can be sent as {offered}."
        )
    version = served_version(endpoint)
    base_iri, client = endpoint.settings.base_iri, client_of(request.scope)
    used = await endpoint.table(vocabulary.PROPERTIES, vocabulary.MOST, client=client)
    linked = await endpoint.table(_LINKS % {"base": base_iri, "dg": DG}, 1000, client=client)
    graph = describe_dataset(
        base_iri,
        origin_of(request),
        version,
        await endpoint.figures(),
        properties={name["value"]: int(count["value"]) for name, count in used["rows"]},
        links=[(name["value"], site["value"], int(count["value"])) for name, site, count in linked["rows"]],
    )
    body = service_description.serialize(graph, key)
    return respond(request, body, negotiation.MEDIA_TYPES[key])


async def _list(request: Request) -> Response:
    endpoint = request.app.state.endpoint
    page = render("dumps.html", here="/dump/", version=endpoint.version, dumps=DUMPS.values(), home=HOME)
    return respond(request, page)


async def _dump(request: Request, files: DerivedFiles) -> Response:
    dump = DUMPS.get(request.path_params["name"])
    if dump is None:
        raise Problem(404, "no-such-dump", "There is no such file", f"There are {', '.join((*DUMPS, SUMS))}.")
    endpoint = request.app.state.endpoint
    version = served_version(endpoint)
    path = await derived_file(files, version, dump.name, f"dump:{dump.format}", endpoint.settings.base_iri)
    return FileResponse(
        path,
        filename=dump.name,
        media_type="application/gzip" if dump.name.endswith(".gz") else dump.media_type,
        headers={"Cache-Control": "no-cache", "KG-Dataset-Version": version.id},
    )


async def _sums(request: Request, files: DerivedFiles) -> Response:
    """The SHA-256 of every file of one version; files that are not there yet are made for it."""
    endpoint = request.app.state.endpoint
    version = served_version(endpoint)
    lines = []
    for dump in DUMPS.values():
        path = await derived_file(
            files, version, dump.name, f"dump:{dump.format}", endpoint.settings.base_iri
        )
        lines.append(f"{await asyncio.to_thread(_sha256, path)}  {dump.name}\n")
    return respond(
        request, "".join(lines), "text/plain; charset=utf-8", headers={"KG-Dataset-Version": version.id}
    )


async def _catalogue(request: Request, files: DerivedFiles) -> Response:
    """The dataset in DCAT-AP; sizes and checksums are those of files that have been asked for before."""
    endpoint = request.app.state.endpoint
    suffix = request.path_params.get("suffix")
    if suffix is not None and suffix not in _SUFFIXES:
        raise Problem(
            404, "no-such-page", "There is nothing at this address", f"Suffixes are {', '.join(_SUFFIXES)}."
        )
    accepted = negotiation.acceptable(request.headers.get("accept", ""))
    key = _SUFFIXES[suffix] if suffix else "turtle" if accepted.html else accepted.graph
    if key is None:
        offered = ", ".join(format_.names[0] for format_ in negotiation.GRAPHS)
        raise Problem(
            406, "not-acceptable", "No acceptable format", f"The description can be sent as {offered}."
        )
    version = served_version(endpoint)
    made = {
        name: (path.stat().st_size, await asyncio.to_thread(_sha256, path))
        for name in DUMPS
        if (path := files.made(version, name)) is not None
    }
    graph = describe_catalogue(
        endpoint.settings.base_iri,
        origin_of(request),
        identifier=version.id,
        modified=version.created,
        distributions=[Distribution(dump.name, dump.media_type, dump.title) for dump in DUMPS.values()],
        checksums=made,
    )
    return respond(request, service_description.serialize(graph, key), negotiation.MEDIA_TYPES[key])


_SUFFIXES: Final = {".ttl": "turtle", ".nt": "ntriples", ".rdf": "rdfxml", ".jsonld": "jsonld"}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The dataset as a whole: its descriptions (VoID, DCAT-AP, RO-Crate), and copies under `/dump/`: of all, of a country, as tables."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, VOID, XSD
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kg.iris import Iris
from kg.namespaces import DG, HOME
from kg.publishing import crate
from kg.publishing.catalogue import LICENCE, Distribution, describe_catalogue, schema_org
from kg.publishing.exports import FORMATS, METADATA, TABLES, table_metadata
from kg.publishing.queries import find_query
from kg.store.interface import ServedVersion
from kg.web import negotiation, service_description
from kg.web.derived import CannotMake, DerivedFiles
from kg.web.figures import Counted
from kg.web.kept_documents import keep_document, kept_document
from kg.web.limits import client_of
from kg.web.presentation import origin_of, render
from kg.web.problems import Problem
from kg.web.reader import reader
from kg.web.responses import respond


@dataclass(frozen=True, slots=True)
class Dump:
    """A file under `/dump/`: its name, the job that makes it (kg.web.derived), its media type, and what it is."""

    name: str
    job: str
    media_type: str
    title: str


DUMPS: Final = {
    dump.name: dump
    for dump in (
        Dump(
            "digigov.nq.gz",
            "dump:nq",
            "application/n-quads",
            "N-Quads: all named graphs, one statement per line",
        ),
        Dump("digigov.trig.gz", "dump:trig", "application/trig", "TriG: all named graphs, for reading"),
        Dump(
            "digigov.nt.gz",
            "dump:nt",
            "application/n-triples",
            "N-Triples: the merged graph, each triple once",
        ),
        Dump("digigov.ttl.gz", "dump:ttl", "text/turtle", "Turtle: the merged graph, for reading"),
        Dump("digigov.rdf.gz", "dump:rdf", "application/rdf+xml", "RDF/XML: the merged graph"),
        Dump("digigov.jsonld.gz", "dump:jsonld", "application/ld+json", "JSON-LD: all named graphs"),
        Dump("digigov-tables.zip", "dump:csv", "application/zip", "CSV: tables with CSVW metadata"),
        Dump(
            "digigov-network.graphml.gz",
            "dump:graphml",
            "application/xml",
            "GraphML: the cooperation network",
        ),
        Dump("digigov-network.gexf.gz", "dump:gexf", "application/xml", "GEXF: the cooperation network"),
    )
}
RDF_DUMPS: Final = tuple(
    name for name, dump in DUMPS.items() if name.startswith("digigov.") and dump.job.startswith("dump:")
)
COUNTRY_FORMATS: Final = ("nq", "trig", "nt", "ttl", "rdf", "jsonld", "csv")
"""Formats of `kg.publishing.exports` that a country's part can be had in; its name ends as that of the format, or in .gz."""
SUMS: Final = "SHA256SUMS"
"""The checksums of all files, as `sha256sum --check` reads them."""

PATIENCE: Final = 1.0
"""Seconds that the list of files waits for the names of countries, before it goes without."""


def routes() -> list[BaseRoute]:
    files = DerivedFiles()

    async def listed(request: Request) -> Response:
        return await _list(request, files)

    async def dump(request: Request) -> Response:
        return await _dump(request, files)

    async def sums(request: Request) -> Response:
        return await _sums(request, files)

    async def catalogue(request: Request) -> Response:
        return await _catalogue(request, files)

    async def release(request: Request) -> Response:
        return await _release(request, files)

    return [
        Route("/.well-known/void", _void),
        Route("/dataset", _dataset),
        Route("/dump/", listed),
        Route(f"/dump/{METADATA}", _tables),
        Route(f"/dump/{crate.NAME}", release),
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


def for_search_engines(request: Request) -> dict[str, Any] | None:
    """The dataset as https://schema.org/Dataset, for the head of a page; None while nothing has been published."""
    endpoint = request.app.state.endpoint
    version: ServedVersion | None = endpoint.version
    if version is None:
        return None
    return schema_org(
        endpoint.settings.base_iri,
        origin_of(request),
        identifier=version.id,
        modified=version.created,
        distributions=_DISTRIBUTIONS,
        lang=reader().lang,
    )


def described_by(origin: str) -> str:
    """The `Link` header of what is about the dataset as a whole: its descriptions, and its licence."""
    catalogue, void = f"{origin}/dump/catalog", f"{origin}/.well-known/void"
    return (
        f'<{catalogue}>; rel="describedby"; type="text/turtle", '
        f'<{void}>; rel="describedby"; type="text/turtle", <{LICENCE}>; rel="license"'
    )


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
    if kept := kept_document(request, key):
        return kept
    base_iri, client = endpoint.settings.base_iri, client_of(request.scope)
    counted = await endpoint.figures()
    linked = await endpoint.table(_LINKS % {"base": base_iri, "dg": DG}, 1000, client=client)
    graph = describe_dataset(
        base_iri,
        origin_of(request),
        version,
        counted,
        properties=counted.properties,
        links=[(name["value"], site["value"], int(count["value"])) for name, site, count in linked["rows"]],
    )
    body = service_description.serialize(graph, key)
    if not counted.classes:  # counting has not ended
        return respond(request, body, negotiation.MEDIA_TYPES[key])
    return keep_document(request, key, body, negotiation.MEDIA_TYPES[key])


async def _list(request: Request, files: DerivedFiles) -> Response:
    endpoint = request.app.state.endpoint
    version: ServedVersion | None = endpoint.version
    made = {name: path for name in DUMPS if version and (path := files.made(version, name))}
    catalogue = await request.app.state.explorer.within(PATIENCE)
    overview = catalogue.overview(reader().lang) if catalogue else None
    page = render(
        "dumps.html",
        here="/dump/",
        version=version,
        dumps=(*DUMPS.values(), *_PARTS),
        made={name: path.stat().st_size for name, path in made.items()},
        countries=[row for row in overview["countries"] if row["documents"]] if overview else [],
        endings=[FORMATS[key].suffix for key in COUNTRY_FORMATS],
        home=HOME,
        structured=for_search_engines(request),
    )
    return respond(request, page, headers={"Link": described_by(origin_of(request))})


async def _dataset(request: Request) -> Response:
    """303 See Other: from the dataset to the page of its copies, or to its description in RDF."""
    accepted = negotiation.acceptable(request.headers.get("accept", ""))
    if not accepted.html and accepted.graph is None:
        offered = ", ".join(format_.names[0] for format_ in (*negotiation.GRAPHS, negotiation.HTML))
        raise Problem(
            406, "not-acceptable", "No acceptable format", f"The dataset is described as {offered}."
        )
    headers = {"Vary": "Accept", "Link": described_by(origin_of(request))}
    address = "/dump/" if accepted.html else "/dump/catalog"
    return RedirectResponse(address, status_code=303, headers=headers)


async def _dump(request: Request, files: DerivedFiles) -> Response:
    dump = await _found(request)
    if dump is None:
        known = ", ".join((*DUMPS, SUMS, METADATA, crate.NAME))
        hint = f"There are {known}, {', '.join(TABLES)} as .csv, and parts such as COL.ttl, by a country's alpha-3 code."
        raise Problem(404, "no-such-dump", "There is no such file", hint)
    endpoint = request.app.state.endpoint
    version = served_version(endpoint)
    if dump.name in DUMPS:
        path = await derived_file(files, version, dump.name, dump.job, endpoint.settings.base_iri)
    else:
        async with _MAKING_PARTS:
            path = await derived_file(files, version, dump.name, dump.job, endpoint.settings.base_iri)
    origin = origin_of(request)
    about = (METADATA, CSVM) if dump.job.startswith("table:") else ("catalog.ttl", "text/turtle")
    return FileResponse(
        path,
        filename=dump.name,
        content_disposition_type="attachment" if dump.name in DUMPS else "inline",
        media_type="application/gzip" if dump.name.endswith(".gz") else dump.media_type,
        headers={
            "Cache-Control": "no-cache",
            "KG-Dataset-Version": version.id,
            "Link": f'<{origin}/dump/{about[0]}>; rel="describedby"; type="{about[1]}", <{LICENCE}>; rel="license"',
        },
    )


async def _found(request: Request) -> Dump | None:
    """The file of that name: of the whole, a table, or a country's part (`COL.ttl`, `COL.nq.gz`)."""
    name = request.path_params["name"]
    if name in DUMPS:
        return DUMPS[name]
    if name.endswith(".csv") and name.removesuffix(".csv") in TABLES:
        table = name.removesuffix(".csv")
        return Dump(name, f"table:{table}", "text/csv; charset=utf-8; header=present", table)
    iso3, _, ending = name.removesuffix(".gz").partition(".")
    for key in COUNTRY_FORMATS:
        found = FORMATS[key]
        if f".{ending}" == found.suffix and re.fullmatch("[A-Z]{3}", iso3):
            endpoint = request.app.state.endpoint
            known = f"SELECT ?p {{ <{Iris(endpoint.settings.base_iri).country(iso3)}> ?p ?o }} LIMIT 1"
            if not (await endpoint.table(known, 1, client=client_of(request.scope)))["rows"]:
                return None
            return Dump(name, f"country:{iso3}:{key}", found.media_type, found.title)
    return None


async def _tables(request: Request) -> Response:
    """The CSVW description of the tables beside it."""
    if kept := kept_document(request, CSVM):
        return kept
    described = table_metadata(find_query(name) for name in TABLES)
    body = json.dumps(described, indent=2, ensure_ascii=False).encode()
    return keep_document(request, CSVM, body, CSVM)


async def _release(request: Request, files: DerivedFiles) -> Response:
    """The version as an RO-Crate; files that are not there yet are made for it."""
    endpoint = request.app.state.endpoint
    version = served_version(endpoint)
    document = crate.describe_crate(
        identifier=version.id,
        modified=version.created,
        home=origin_of(request) + "/",
        files=_DISTRIBUTIONS,
        made=await _all_made(files, version, endpoint.settings.base_iri),
    )
    headers = {"KG-Dataset-Version": version.id}
    return respond(
        request, json.dumps(document, indent=1, ensure_ascii=False), "application/ld+json", headers=headers
    )


async def _all_made(files: DerivedFiles, version: ServedVersion, base_iri: str) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of each of DUMPS."""
    made: dict[str, tuple[int, str]] = {}
    for dump in DUMPS.values():
        path = await derived_file(files, version, dump.name, dump.job, base_iri)
        made[dump.name] = path.stat().st_size, await asyncio.to_thread(_sha256, path)
    return made


async def _sums(request: Request, files: DerivedFiles) -> Response:
    """The SHA-256 of every file of one version; files that are not there yet are made for it."""
    endpoint = request.app.state.endpoint
    version = served_version(endpoint)
    made = await _all_made(files, version, endpoint.settings.base_iri)
    lines = [f"{digest}  {name}\n" for name, (_, digest) in made.items()]
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
        distributions=_DISTRIBUTIONS,
        checksums=made,
    )
    return respond(request, service_description.serialize(graph, key), negotiation.MEDIA_TYPES[key])


_DISTRIBUTIONS: Final = tuple(Distribution(dump.name, dump.media_type, dump.title) for dump in DUMPS.values())
CSVM: Final = "application/csvm+json"
_PARTS: Final = (
    Dump(
        "COL.ttl",
        "",
        "",
        "One country's part, by its alpha-3 code; also .nq, .trig, .nt, .rdf, .jsonld, .zip",
    ),
    Dump(METADATA, "", CSVM, f"CSVW: the tables beside it ({', '.join(f'{name}.csv' for name in TABLES)})"),
    Dump(
        crate.NAME, "", "application/ld+json", "RO-Crate: this version and its files, for research archives"
    ),
)
"""What the page lists besides."""
_MAKING_PARTS: Final = asyncio.Semaphore(2)
"""Parts that are made at once: there are as many as countries and formats, and each takes a process."""
_SUFFIXES: Final = {".ttl": "turtle", ".nt": "ntriples", ".rdf": "rdfxml", ".jsonld": "jsonld"}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The dataset as data catalogues read it: DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/).

One catalogue with one dataset, a distribution per file, and the SPARQL endpoint as a data service. What DCAT-AP makes
mandatory is there (tests/publishing/test_catalogue.py has the shapes); recommended properties where we know the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef

LICENCE: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")
"""Of facts, ontology and shapes (ontology/LICENSE)."""
PUBLISHER: Final = URIRef("https://w3id.org/digigov/")
TITLE: Final = {"en": "DigiGov KG", "es": "DigiGov KG"}
DESCRIPTION: Final = {
    "en": "Institutions and instruments of digital government by country: bodies, laws, policies, portals, indicators and cooperation, each with the answer that states it",
    "es": "Instituciones e instrumentos de gobierno digital por país: entidades, leyes, políticas, portales, indicadores y cooperación, cada uno con la respuesta que lo afirma",
}
KEYWORDS: Final = ("digital government", "e-government", "legislation", "cooperation")
_SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
_EU: Final = "http://publications.europa.eu/resource/authority/"
_THEMES: Final = (_EU + "data-theme/GOVE", _EU + "data-theme/TECH")
_LANGUAGES: Final = (_EU + "language/ENG", _EU + "language/SPA")
_IRREGULAR: Final = _EU + "frequency/IRREG"
_IANA: Final = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A file of the dataset: its name under `/dump/`, its media type, and what it is. Text in a `.gz` is packed by gzip."""

    name: str
    media_type: str
    title: str


def describe_catalogue(
    base_iri: str,
    origin: str,
    *,
    identifier: str,
    modified: str,
    distributions: Iterable[Distribution],
    checksums: Mapping[str, tuple[int, str]] | None = None,
) -> Graph:
    """The catalogue at `origin` (scheme and host) of the dataset with that base.

    `identifier` and `modified` (xsd:dateTime) are those of the version. `checksums` gives, for files that have been
    made, their size in bytes and their SHA-256.
    """
    graph = Graph()
    for prefix, namespace in (
        ("dcat", DCAT),
        ("dct", DCTERMS),
        ("foaf", FOAF),
        ("spdx", _SPDX),
    ):
        graph.bind(prefix, namespace)
    catalogue, dataset = URIRef(origin + "/dump/catalog"), URIRef(base_iri + "dataset")
    service = URIRef(origin + "/sparql")
    graph.add((PUBLISHER, RDF.type, FOAF.Agent))
    graph.add((PUBLISHER, FOAF.name, Literal("DigiGov KG", lang="en")))
    for thing, kind in ((catalogue, DCAT.Catalog), (dataset, DCAT.Dataset), (service, DCAT.DataService)):
        graph.add((thing, RDF.type, kind))
        graph.add((thing, DCTERMS.license, LICENCE))
        graph.add((thing, DCTERMS.publisher, PUBLISHER))
        for language, text in TITLE.items():
            named = f"{text}: SPARQL" if thing == service else text
            graph.add((thing, DCTERMS.title, Literal(named, lang=language)))
        for language, text in DESCRIPTION.items():
            graph.add((thing, DCTERMS.description, Literal(text, lang=language)))
    for thing in (catalogue, dataset):
        graph.add((thing, DCTERMS.modified, Literal(modified, datatype=XSD.dateTime)))
        for language in _LANGUAGES:
            graph.add((thing, DCTERMS.language, URIRef(language)))
    graph.add((catalogue, FOAF.homepage, URIRef(origin + "/")))
    graph.add((catalogue, DCAT.dataset, dataset))
    graph.add((catalogue, DCAT.service, service))
    graph.add((dataset, DCTERMS.identifier, Literal(identifier)))
    graph.add((dataset, DCTERMS.accrualPeriodicity, URIRef(_IRREGULAR)))
    graph.add((dataset, DCAT.landingPage, URIRef(origin + "/")))
    for theme in _THEMES:
        graph.add((dataset, DCAT.theme, URIRef(theme)))
    for word in KEYWORDS:
        graph.add((dataset, DCAT.keyword, Literal(word, lang="en")))
    graph.add((service, DCAT.endpointURL, service))
    graph.add((service, DCAT.endpointDescription, service))
    graph.add((service, DCAT.servesDataset, dataset))
    graph.add((service, DCTERMS.conformsTo, URIRef("http://www.w3.org/TR/sparql11-protocol/")))
    for distribution in distributions:
        _add_distribution(graph, dataset, origin, distribution, (checksums or {}).get(distribution.name))
    return graph


def schema_org(
    base_iri: str,
    origin: str,
    *,
    identifier: str,
    modified: str,
    distributions: Iterable[Distribution],
    lang: str = "en",
) -> dict[str, Any]:
    """The same in the words of https://schema.org/Dataset, which search engines for datasets read in pages."""
    publisher = {"@type": "Organization", "@id": str(PUBLISHER), "name": TITLE["en"], "url": str(PUBLISHER)}
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": base_iri + "dataset",
        "name": TITLE.get(lang, TITLE["en"]),
        "description": DESCRIPTION.get(lang, DESCRIPTION["en"]),
        "url": origin + "/",
        "identifier": identifier,
        "version": identifier[:12],
        "dateModified": modified,
        "license": str(LICENCE),
        "isAccessibleForFree": True,
        "inLanguage": sorted(TITLE),
        "keywords": list(KEYWORDS),
        "creator": publisher,
        "publisher": publisher,
        "includedInDataCatalog": {"@type": "DataCatalog", "name": TITLE["en"], "url": origin + "/dump/"},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": file.title,
                "contentUrl": f"{origin}/dump/{file.name}",
                "encodingFormat": file.media_type,
            }
            for file in distributions
        ],
    }


# --- private helpers ---


def _add_distribution(
    graph: Graph, dataset: URIRef, origin: str, file: Distribution, made: tuple[int, str] | None
) -> None:
    address = URIRef(f"{origin}/dump/{file.name}")
    graph.add((dataset, DCAT.distribution, address))
    for predicate, value in (
        (RDF.type, DCAT.Distribution),
        (DCTERMS.title, Literal(file.title, lang="en")),
        (DCAT.accessURL, URIRef(origin + "/dump/")),
        (DCAT.downloadURL, address),
        (DCAT.mediaType, URIRef(_IANA + file.media_type)),
        (DCTERMS.license, LICENCE),
    ):
        graph.add((address, predicate, value))
    if file.name.endswith(".gz"):
        graph.add((address, DCAT.compressFormat, URIRef(_IANA + "application/gzip")))
    if made is not None:
        size, digest = made
        checksum = URIRef(f"{address}#sha256")
        graph.add((address, DCAT.byteSize, Literal(size, datatype=XSD.nonNegativeInteger)))
        graph.add((address, _SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, _SPDX.Checksum))
        graph.add((checksum, _SPDX.algorithm, _SPDX.checksumAlgorithm_sha256))
        graph.add((checksum, _SPDX.checksumValue, Literal(digest, datatype=XSD.hexBinary)))

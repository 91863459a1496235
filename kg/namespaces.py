"""Vocabularies by prefix. The project's own ontology and concepts are fixed; only data IRIs follow `KG_BASE_IRI` (kg/iris.py)."""

from __future__ import annotations

from typing import Final

from rdflib import Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, OWL, PROV, RDF, RDFS, SH, SKOS, VOID, XSD

HOME: Final = "https://w3id.org/digigov/"

DG = Namespace(HOME + "ontology#")
DGSH = Namespace(HOME + "shapes#")
CONCEPT = Namespace(HOME + "id/concept/")
QB = Namespace("http://purl.org/linked-data/cube#")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
CV = Namespace("http://data.europa.eu/m8g/")
OA = Namespace("http://www.w3.org/ns/oa#")
SCHEMA = Namespace("https://schema.org/")

PREFIXES: Final[dict[str, str]] = {
    "dg": str(DG),
    "dgsh": str(DGSH),
    "concept": str(CONCEPT),
    "id": HOME + "id/",
    "graph": HOME + "graph/",
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "owl": str(OWL),
    "xsd": str(XSD),
    "skos": str(SKOS),
    "dct": str(DCTERMS),
    "prov": str(PROV),
    "org": str(ORG),
    "qb": str(QB),
    "eli": str(ELI),
    "cv": str(CV),
    "oa": str(OA),
    "sh": str(SH),
    "dcat": str(DCAT),
    "foaf": str(FOAF),
    "void": str(VOID),
    "schema": str(SCHEMA),
}
"""Prefixes that the project's own queries, exports and editor use."""


def concept(scheme: str, slug: str) -> URIRef:
    """The IRI of a SKOS concept: `concept("legal-topic", "open-data")` → `…/id/concept/legal-topic/open-data`."""
    return CONCEPT[f"{scheme}/{slug}"]


def prefixes_of(base_iri: str) -> dict[str, str]:
    """PREFIXES with those of data IRIs under the deployment's base."""
    return {**PREFIXES, "id": base_iri + "id/", "graph": base_iri + "graph/"}

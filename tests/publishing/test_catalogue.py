"""The dataset's description for data catalogues holds what DCAT-AP 3 makes mandatory."""

from __future__ import annotations

import pyshacl
from rdflib import DCAT, Graph, URIRef

from kg.publishing.catalogue import Distribution, describe_catalogue

MANDATORY = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
[] a sh:NodeShape ; sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:uniqueLang true ] , [ sh:path dct:description ; sh:minCount 1 ] ,
    [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] ,
    [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] , [ sh:path dcat:service ; sh:class dcat:DataService ] .
[] a sh:NodeShape ; sh:targetClass dcat:Dataset ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ] , [ sh:path dct:description ; sh:minCount 1 ] ,
    [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] ,
    [ sh:path dct:modified ; sh:maxCount 1 ; sh:datatype xsd:dateTime ] .
[] a sh:NodeShape ; sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dct:license ; sh:minCount 1 ; sh:maxCount 1 ] , [ sh:path dcat:mediaType ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path dcat:byteSize ; sh:datatype xsd:nonNegativeInteger ] , [ sh:path spdx:checksum ; sh:maxCount 1 ; sh:class spdx:Checksum ] .
[] a sh:NodeShape ; sh:targetClass dcat:DataService ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ] , [ sh:path dcat:endpointURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path dcat:servesDataset ; sh:minCount 1 ] .
[] a sh:NodeShape ; sh:targetClass foaf:Agent ; sh:property [ sh:path foaf:name ; sh:minCount 1 ] .
[] a sh:NodeShape ; sh:targetClass spdx:Checksum ;
  sh:property [ sh:path spdx:algorithm ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path spdx:checksumValue ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:hexBinary ] .
"""
FILES = (
    Distribution("all.nq.gz", "application/n-quads", "All"),
    Distribution("tables.zip", "application/zip", "Tables"),
)


def described(checksums: dict[str, tuple[int, str]] | None = None) -> Graph:
    return describe_catalogue(
        "https://example.org/kg/",
        "http://localhost:8000",
        identifier="0" * 64,
        modified="2026-11-25T08:00:00+00:00",
        distributions=FILES,
        checksums=checksums,
    )


def test_what_is_mandatory_is_there() -> None:
    shapes = Graph().parse(data=MANDATORY, format="turtle")
    graph = described({"all.nq.gz": (12, "ab" * 32)})
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    assert conforms, text
    graph.remove((None, DCAT.endpointURL, None))
    assert not pyshacl.validate(graph, shacl_graph=shapes)[0]


def test_sizes_and_checksums_are_of_files_that_have_been_made() -> None:
    assert not list(described().subjects(DCAT.byteSize))
    (sized,) = described({"all.nq.gz": (12, "ab" * 32)}).subjects(DCAT.byteSize)
    assert sized == URIRef("http://localhost:8000/dump/all.nq.gz")

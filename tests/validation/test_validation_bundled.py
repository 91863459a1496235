"""The bundled data may be published, and the oddities of its source are named to the steward."""

from __future__ import annotations

import pytest
from rdflib import RDFS, XSD, Graph, Literal, URIRef

from kg.mapping.indicators import indicator_triples
from kg.mapping.reference import reference_triples
from kg.mapping.response import response_triples
from kg.mapping.survey import survey_triples
from kg.namespaces import DG, HOME, concept
from kg.reasoning import close
from kg.records.load import load_record, record_files
from kg.resources import bundled
from kg.validation import Report, Severity, validate


def iri(path: str) -> URIRef:
    return URIRef(f"{HOME}id/{path}")


@pytest.fixture(scope="module")
def statements() -> Graph:
    records = [load_record(file) for file in record_files(bundled("data") / "responses")]
    graph = Graph()
    for part in (
        reference_triples(),
        *(survey_triples(edition) for edition in {record.source.edition for record in records}),
        *map(response_triples, records),
    ):
        for triple in part:
            graph.add(triple)
    for file in (bundled("ontology") / "concepts").glob("*.ttl"):
        graph.parse(file)
    return graph


@pytest.fixture(scope="module")
def report(statements: Graph, shapes: Graph, ontology: Graph) -> Report:
    figures = Graph()
    for triple in indicator_triples():
        figures.add(triple)
    closure = close(statements, ontology, bulk=figures)
    return validate(statements + figures, closure.inferred, shapes, ontology=ontology)


def warned(report: Report, shape: str) -> dict[str, str]:
    return {f.focus: f.message for f in report.findings if f.id == shape and f.severity is Severity.WARNING}


def test_nothing_bundled_stops_a_publication(report: Report) -> None:
    assert [f for f in report.findings if f.severity is Severity.VIOLATION] == []
    assert report.conforms


def test_the_known_oddities_are_warnings(report: Report) -> None:
    """Competency question 30: a mistyped host, a wrong year, two periods of one plan, two hosts of one database, Q20 against Q19."""
    suspects = " ".join(warned(report, "SuspectStatement").values())
    for oddity in (
        "mineduacion.gov.co",
        "Stated: 2013; suggested: 2017",
        "Stated: 2019 - 2022; suggested: 2018 - 2022",
    ):
        assert oddity in suspects
    assert str(iri("policy/COL/national-development-plan")) in warned(report, "PeriodContradictsAddress")
    (hosts,) = warned(report, "LegalDatabaseTwoHosts").values()
    assert "suin.gov.co" in hosts
    assert "suin-juriscol.gov.co" in hosts
    (below,) = warned(report, "InternetFarBelowIct").values()
    assert "33" in below
    assert "89" in below


def test_every_finding_on_colombia_leads_to_a_question(report: Report) -> None:
    for finding in report.findings:
        if finding.country == "COL" and "/response/2020/COL/remark" not in finding.focus:
            assert finding.sources, finding


def faulty(statements: Graph, *triples: tuple[URIRef, URIRef, URIRef | Literal]) -> Graph:
    graph = Graph()
    for triple in (*statements, *triples):
        graph.add(triple)
    return graph


def test_faults_seeded_into_the_bundled_response_are_found(
    statements: Graph, shapes: Graph, ontology: Graph
) -> None:
    law, chile = iri("law/COL/law/2014/1712"), iri("cooperation/2020/COL/CHL")
    graph = faulty(
        statements,
        (law, DG.year, Literal(2031)),
        (iri("portal/www.datos.gov.co"), DG.replacedBy, iri("portal/www.datos.gov.co")),
        (iri("portal/www.datos.gov.co"), DG.website, Literal("nowhere", datatype=XSD.anyURI)),
        (chile, DG.counterpartyCountry, iri("country/XKX")),
        (iri("body/COL/mintic"), DG.responsibleFor, concept("legal-topic", "open-data")),
        (law, RDFS.comment, Literal("Ask someone@example.org", lang="en")),
    )
    report = validate(graph, None, shapes, ontology=ontology)
    found = {f.id for f in report.findings if f.severity is Severity.VIOLATION}
    assert found == {
        "BilateralOnePartner", "CountryExists", "NoContactInText", "ReplacesItself",
        "ResponsibilityAreaInScheme", "WebAddressWellFormed", "YearNotAfterEdition",
    }  # fmt: skip
    assert not report.conforms
    # Two years of one instrument: sources may disagree, so this is for the steward.
    assert [f.severity for f in report.findings if f.id == "InstrumentOneYear"] == [Severity.WARNING]

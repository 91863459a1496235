"""Alignments speak of terms that exist on both sides, and hold no axiom on the terms of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import ORG, OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib import namespace as vocabulary

DG = "https://w3id.org/digigov/ontology#"
ALIGNMENTS = URIRef("https://w3id.org/digigov/ontology/alignments")

CLOSED = ("DCAT", "DCTERMS", "FOAF", "ORG", "PROV", "QB", "SDO")
"""Vocabularies whose terms rdflib knows, by their name in rdflib.namespace."""

LOOKED_UP = {
    "http://data.europa.eu/m8g/": {"PublicOrganisation", "ReferenceFramework"},
    "http://data.europa.eu/eli/ontology#": {
        *("LegalResource", "LegalResourceSubdivision", "amends", "based_on", "ensures_implementation_of"),
        *("implements", "is_about", "is_part_of", "jurisdiction", "number", "passed_by", "related_to"),
        *("repeals", "type_document", "transposes", "first_date_entry_in_force", "id_local"),
        "date_no_longer_in_force",
    },
    "http://www.w3.org/ns/oa#": {"Annotation", "SpecificResource", "end", "hasTarget", "start"},
    "http://purl.org/linked-data/sdmx/2009/attribute#": {"unitMeasure"},
    "http://purl.org/linked-data/sdmx/2009/dimension#": {"refArea", "refPeriod"},
    "http://purl.org/linked-data/sdmx/2009/measure#": {"obsValue"},
}
"""Terms of vocabularies that rdflib does not list, as their specifications have them."""

LOGICAL = {RDFS.subClassOf, RDFS.subPropertyOf}
MAPPING = {SKOS.closeMatch, SKOS.relatedMatch}


@pytest.fixture(scope="module")
def alignments(folder: Path) -> Graph:
    return Graph().parse(folder / "alignments.ttl")


def statements(alignments: Graph) -> list[tuple[URIRef, URIRef, URIRef]]:
    return sorted((s, p, o) for s, p, o in alignments if s != ALIGNMENTS)  # type: ignore[misc, type-var]


def test_every_alignment_goes_from_a_term_of_ours_to_a_term_of_theirs(alignments: Graph, core: Graph) -> None:
    ours = {
        s
        for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
        for s in core.subjects(RDF.type, kind)
    }
    assert len(statements(alignments)) > 60
    for s, p, o in statements(alignments):
        assert p in LOGICAL | MAPPING, (s, p, o)
        assert s in ours, (s, p, o)
        assert not o.startswith(DG), (s, p, o)


def test_the_terms_of_theirs_exist(alignments: Graph) -> None:
    vocabularies = [getattr(vocabulary, name) for name in CLOSED]
    unknown = []
    for _, _, o in statements(alignments):
        closed = any(o.startswith(str(ns)) and o in ns for ns in vocabularies)
        listed = any(o.startswith(ns) and o.removeprefix(ns) in names for ns, names in LOOKED_UP.items())
        if not (closed or listed):
            unknown.append(str(o))
    assert unknown == []


def test_classes_are_aligned_as_classes_and_properties_as_properties(alignments: Graph, core: Graph) -> None:
    classes = set(core.subjects(RDF.type, OWL.Class))
    for s, p, o in statements(alignments):
        name = o.replace("#", "/").rsplit("/", 1)[1]
        assert (s in classes) == name[0].isupper(), (s, p, o)
        if p in LOGICAL:
            assert (p == RDFS.subClassOf) == (s in classes), (s, p, o)


def test_every_major_class_is_aligned(alignments: Graph) -> None:
    aligned = {str(s).removeprefix(DG) for s, _, _ in statements(alignments)}
    assert {
        "Country", "Organisation", "GovernmentBody", "LegalInstrument", "PolicyInstrument", "Portal", "Initiative",
        "Cooperation", "Membership", "Partnership", "Observation", "Answer", "SourceDocument", "Evidence", "Post",
    } <= aligned  # fmt: skip


def test_no_body_falls_into_the_two_classes_that_org_keeps_apart(alignments: Graph, core: Graph) -> None:
    """ORG declares org:FormalOrganization and org:OrganizationalUnit disjoint."""
    for cls in core.subjects(RDF.type, OWL.Class):
        above = {
            o
            for c in core.transitive_objects(cls, RDFS.subClassOf)
            for o in alignments.objects(c, RDFS.subClassOf)
        }
        assert not {ORG.FormalOrganization, ORG.OrganizationalUnit} <= above, cls


def test_the_core_names_no_term_of_an_aligned_vocabulary_in_an_axiom(core: Graph) -> None:
    """Alignments are kept out of reasoning: only skos:Concept, the range of concept-valued properties, is in the core."""
    for p in (
        RDFS.subClassOf,
        RDFS.subPropertyOf,
        RDFS.domain,
        RDFS.range,
        OWL.equivalentClass,
        OWL.inverseOf,
    ):
        for o in core.objects(None, p):
            own = str(o).startswith((DG, "http://www.w3.org/2001/XMLSchema#")) or o == SKOS.Concept
            assert own, (p, o)

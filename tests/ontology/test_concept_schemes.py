"""Concept schemes: complete as docs/model.md lists them, labelled, defined, well-formed SKOS, and mapped to known IRIs."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

ROOT = Path(__file__).parents[2]
DG = Namespace("https://w3id.org/digigov/ontology#")
CONCEPT = "https://w3id.org/digigov/id/concept/"
NAMES = sorted(file.stem for file in (ROOT / "ontology" / "concepts").glob("*.ttl"))


def concepts(graph: Graph) -> list[URIRef]:
    return sorted(s for s in graph.subjects(RDF.type, SKOS.Concept) if isinstance(s, URIRef))


def languages(graph: Graph, node: URIRef, predicate: URIRef) -> Counter[str | None]:
    return Counter(o.language for o in graph.objects(node, predicate) if isinstance(o, Literal))


def listed_in_model() -> dict[str, set[str]]:
    """The codes of each scheme in the section "Concept schemes" of docs/model.md."""
    page = (ROOT / "docs" / "model.md").read_text("utf-8")
    section = page.split("## Concept schemes", 1)[1].split("\n## ", 1)[0]
    found: dict[str, set[str]] = {}
    for entry in re.split(r"\n- | · ", section):
        head, _, tail = entry.partition(":")
        name = re.sub(r"\(.*?\)", "", head).strip()
        if re.fullmatch(r"[a-z-]+", name):
            codes = re.sub(r"\.\s+[A-Z].*", "", tail, flags=re.S)  # sentences after the list
            codes = re.sub(r"\([a-z ]*of [a-z-]+\)", "", codes)  # "(narrower of big-data)"
            codes = re.sub(r"\b(further|narrower):", "", codes)
            found[name] = {c for c in re.split(r"[\s,;()]+", codes) if re.fullmatch(r"[a-z0-9-]+", c)}
    return found


def test_schemes_and_codes_are_those_of_the_model_page(schemes: dict[str, Graph]) -> None:
    listed = listed_in_model()
    assert listed.keys() == set(NAMES)
    for name, graph in schemes.items():
        codes = {str(c).removeprefix(f"{CONCEPT}{name}/") for c in concepts(graph)}
        assert codes == listed[name], name


@pytest.mark.parametrize("name", NAMES)
def test_scheme_is_described(name: str, schemes: dict[str, Graph]) -> None:
    graph, scheme = schemes[name], URIRef(CONCEPT + name)
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    for predicate in (RDFS.label, SKOS.definition):
        assert languages(graph, scheme, predicate) == {"en": 1, "es": 1}
    tops = set(graph.objects(scheme, SKOS.hasTopConcept))
    assert tops == set(graph.subjects(SKOS.topConceptOf, scheme))
    assert tops == {c for c in concepts(graph) if not graph.value(c, SKOS.broader)}


@pytest.mark.parametrize("name", NAMES)
def test_each_concept_is_labelled_defined_and_in_its_scheme(name: str, schemes: dict[str, Graph]) -> None:
    graph = schemes[name]
    assert concepts(graph)
    for concept in concepts(graph):
        code = str(concept).removeprefix(f"{CONCEPT}{name}/")
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code), concept
        assert list(graph.objects(concept, SKOS.notation)) == [Literal(code)], concept
        assert list(graph.objects(concept, SKOS.inScheme)) == [URIRef(CONCEPT + name)], concept
        assert languages(graph, concept, SKOS.prefLabel) == {"en": 1, "es": 1}, concept
        assert set(graph.objects(concept, RDFS.label)) == set(graph.objects(concept, SKOS.prefLabel)), concept
        assert languages(graph, concept, SKOS.definition)["en"] == 1, concept
        assert str(graph.value(concept, SKOS.definition)).endswith("."), concept


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stands_for_one_concept_of_a_scheme(name: str, schemes: dict[str, Graph]) -> None:
    """No two concepts share a label in one language, case aside, and no concept has one label twice (SKOS S13)."""
    owners: dict[tuple[str, str | None], URIRef] = {}
    for concept in concepts(schemes[name]):
        for predicate in (SKOS.prefLabel, SKOS.altLabel):
            for label in schemes[name].objects(concept, predicate):
                assert isinstance(label, Literal)
                assert label.language, f"{concept}: {label} has no language"
                key = (str(label).casefold(), label.language)
                assert key not in owners, f"{key}: {owners.get(key)} and {concept}"
                owners[key] = concept


@pytest.mark.parametrize("name", NAMES)
def test_semantic_relations_stay_inside_and_have_no_cycle(name: str, schemes: dict[str, Graph]) -> None:
    graph = schemes[name]
    inside = set(concepts(graph))
    for predicate in (SKOS.broader, SKOS.related):
        for s, o in graph.subject_objects(predicate):
            assert {s, o} <= inside, (s, o)
    for concept in inside:
        above = {
            o for b in graph.objects(concept, SKOS.broader) for o in graph.transitive_objects(b, SKOS.broader)
        }
        assert concept not in above, concept
        # SKOS S27: what is related is not also broader.
        assert not above & set(graph.objects(concept, SKOS.related)), concept


def test_collections_gather_concepts_of_their_own_scheme(schemes: dict[str, Graph]) -> None:
    collections = {}
    for name, graph in schemes.items():
        for collection in graph.subjects(RDF.type, SKOS.Collection):
            members = set(graph.objects(collection, SKOS.member))
            assert members <= set(concepts(graph)), collection
            assert languages(graph, collection, SKOS.prefLabel) == {"en": 1, "es": 1}, collection
            assert graph.value(collection, SKOS.definition), collection
            assert graph.value(collection, RDFS.isDefinedBy) == URIRef(CONCEPT + name)
            collections[str(collection).rsplit("/", 1)[1]] = {str(m).rsplit("/", 1)[1] for m in members}
    assert len(collections["msq-2020-q9"]) == 9
    assert len(collections["msq-2020-q8"]) == 11
    assert len(collections["msq-2020-q5"]) == 9
    assert collections["principles"] == {
        "digital-first",
        "digital-by-default",
        "once-only",
        "leave-no-one-behind",
    }


def test_remark_kinds_that_doubt_the_source_are_marked_suspect(schemes: dict[str, Graph]) -> None:
    graph = schemes["remark-kind"]
    suspect = {str(graph.value(s, SKOS.notation)) for s in graph.subjects(DG.suspect, Literal(True))}
    assert suspect == {
        "suspected-typo",
        "suspected-wrong-year",
        "suspected-wrong-number",
        "conflicting-values",
    }
    assert len(set(graph.subjects(DG.suspect))) == len(suspect)


def test_each_instrument_kind_has_a_class_of_the_same_meaning(core: Graph, schemes: dict[str, Graph]) -> None:
    for concept in concepts(schemes["instrument-kind"]):
        code = str(concept).rsplit("/", 1)[1]
        name = "Instrument" if code == "other" else "".join(word.capitalize() for word in code.split("-"))
        assert (DG[name], RDF.type, OWL.Class) in core, code
        above = set(core.transitive_objects(DG[name], RDFS.subClassOf))
        assert DG.Instrument in above, code


MAPPED_TO = re.compile(
    r"http://metadata\.un\.org/sdg/(?:C16060[12]|\d{1,2}(?:\.\d{1,2})?)"
    r"|http://publications\.europa\.eu/resource/authority/data-theme/"
    r"(?:AGRI|ECON|EDUC|ENER|ENVI|GOVE|HEAL|INTR|JUST|REGI|SOCI|TECH|TRAN)"
    r"|http://publications\.europa\.eu/resource/authority/resource-type/(?:ACT_LEGIS|MEMORANDUM_UNDERST)"
    r"|http://purl\.org/adms/status/(?:Completed|Deprecated|UnderDevelopment|Withdrawn)"
    r"|http://qudt\.org/vocab/unit/(?:NUM|PERCENT|UNITLESS)"
    r"|http://www\.wikidata\.org/entity/Q(?:11660|170519|170978|20514253|251212|254183|483639|858810)"
)
"""The IRIs of other vocabularies that were looked up. Add to it only what you have looked up too."""


def test_mappings_go_to_iris_that_were_looked_up(schemes: dict[str, Graph]) -> None:
    predicates = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)
    targets = [o for graph in schemes.values() for p in predicates for o in graph.objects(None, p)]
    assert len(targets) > 30
    assert [str(o) for o in targets if not MAPPED_TO.fullmatch(str(o))] == []
    assert (
        URIRef(CONCEPT + "indicator/satisfaction-online-services"),
        SKOS.broadMatch,
        URIRef("http://metadata.un.org/sdg/C160602"),
    ) in schemes["indicator"]


def test_properties_name_the_scheme_of_their_values(core: Graph) -> None:
    """rdfs:seeAlso of a concept-valued property is its scheme; every scheme is used by some property."""
    pointed = {}
    for prop in core.subjects(RDFS.range, SKOS.Concept):
        schemes_of = {
            str(o).removeprefix(CONCEPT)
            for o in core.objects(prop, RDFS.seeAlso)
            if str(o).startswith(CONCEPT)
        }
        pointed[prop] = schemes_of
    # An option stands for a concept of the scheme that its question is about.
    assert {p for p, found in pointed.items() if len(found) != 1} == {DG.option}
    assert set().union(*pointed.values()) == set(NAMES)

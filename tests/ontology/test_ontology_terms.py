"""Every term is documented, every term in use exists, and docs/model.md and the ontology list the same terms."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, VANN, Graph, Literal, URIRef

ROOT = Path(__file__).parents[2]
NAMESPACE = "https://w3id.org/digigov/ontology#"
ONTOLOGY = URIRef("https://w3id.org/digigov/ontology")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")


def terms(core: Graph) -> set[URIRef]:
    found = {s for kind in KINDS for s in core.subjects(RDF.type, kind)}
    return {s for s in found if isinstance(s, URIRef) and s.startswith(NAMESPACE)}


def mentioned(graph: Graph) -> set[URIRef]:
    """Project terms in any position of the graph."""
    return {n for triple in graph for n in triple if isinstance(n, URIRef) and n.startswith(NAMESPACE)}


def texts(graph: Graph, term: URIRef, predicate: URIRef) -> dict[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    for o in graph.objects(term, predicate):
        assert isinstance(o, Literal), f"{term} {predicate} {o}"
        found.setdefault(o.language, []).append(str(o))
    return found


def test_each_term_has_one_label_and_definition_in_english_and_spanish_and_an_example(core: Graph) -> None:
    wrong = []
    for term in sorted(terms(core)):
        for predicate in (RDFS.label, SKOS.definition):
            by_language = texts(core, term, predicate)
            wrong += [f"{term}: {predicate}" for tag in ("en", "es") if len(by_language.get(tag, [])) != 1]
            wrong += [f"{term}: blank text" for ts in by_language.values() for t in ts if not t.strip()]
        if len(texts(core, term, SKOS.example).get(None, [])) != 1:
            wrong.append(f"{term}: example")
        if set(core.objects(term, RDFS.isDefinedBy)) != {ONTOLOGY}:
            wrong.append(f"{term}: isDefinedBy")
    assert wrong == []


def test_definitions_are_sentences_of_their_own(core: Graph) -> None:
    """A definition ends with a full stop, says more than the label, and (as an Article) belongs to one term of a kind."""
    for language in ("en", "es"):
        for kind in KINDS:
            seen: Counter[str] = Counter()
            for term in terms(core) & set(core.subjects(RDF.type, kind)):
                text = texts(core, term, SKOS.definition)[language][0]
                assert text.endswith("."), term
                assert len(text) > len(texts(core, term, RDFS.label)[language][0]) + 5, term
                seen[text] += 1
            assert [t for t, n in seen.items() if n > 1] == []


def test_labels_tell_classes_apart_and_properties_apart(core: Graph) -> None:
    for language in ("en", "es"):
        for kinds in ((OWL.Class,), (OWL.ObjectProperty, OWL.DatatypeProperty)):
            of_kind = {s for kind in kinds for s in core.subjects(RDF.type, kind)} & terms(core)
            labels = Counter(texts(core, term, RDFS.label)[language][0] for term in of_kind)
            assert [label for label, n in labels.items() if n > 1] == []


def test_each_example_states_something_with_its_term(core: Graph, examples: dict[URIRef, Graph]) -> None:
    for term in terms(core):
        example = examples[term]
        used = set(example.objects(None, RDF.type)) | set(example.predicates())
        assert term in used, f"{term}: {core.value(term, SKOS.example)}"


def test_examples_use_only_terms_and_concepts_that_exist(
    core: Graph, schemes: dict[str, Graph], examples: dict[URIRef, Graph]
) -> None:
    concepts = {s for graph in schemes.values() for s in graph.subjects(RDF.type, SKOS.Concept)}
    for term, example in examples.items():
        assert mentioned(example) <= terms(core), term
        named = {o for o in example.all_nodes() if isinstance(o, URIRef) and "/id/concept/" in o}
        assert named <= concepts, term


def test_no_file_of_the_folder_uses_an_undefined_term(
    core: Graph, files: dict[Path, Graph], folder: Path
) -> None:
    defined = terms(core)
    for file, graph in files.items():
        assert mentioned(graph) <= defined, file
    rules = list((folder / "rules").glob("*.rq"))
    assert rules
    for rule in rules:
        assert {
            URIRef(NAMESPACE + n) for n in re.findall(r"\bdg:(\w+)", rule.read_text("utf-8"))
        } <= defined, rule


def test_the_package_uses_only_terms_that_exist(core: Graph) -> None:
    """`DG.name` and `DG["name"]` in the Python source."""
    used: dict[str, str] = {}
    for file in (ROOT / "kg").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "DG":
                used[node.attr] = f"{file.name}:{node.lineno}"
            elif (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Name)
                and node.value.id == "DG"
                and isinstance(node.slice, ast.Constant)
            ):
                used[str(node.slice.value)] = f"{file.name}:{node.lineno}"
    assert "Country" in used
    defined = {str(term).removeprefix(NAMESPACE) for term in terms(core)}
    assert {name: place for name, place in used.items() if name not in defined} == {}


def test_model_page_and_ontology_have_the_same_terms(core: Graph) -> None:
    page = (ROOT / "docs" / "model.md").read_text("utf-8")
    listed = {URIRef(NAMESPACE + name) for name in re.findall(r"dg:([A-Za-z][A-Za-z0-9]*)", page)}
    assert listed - terms(core) == set(), "in docs/model.md only"
    assert terms(core) - listed == set(), "in the ontology only"


def test_subclasses_and_subproperties_are_of_one_kind(core: Graph) -> None:
    for kind, predicate in (
        (OWL.Class, RDFS.subClassOf),
        (OWL.ObjectProperty, RDFS.subPropertyOf),
        (OWL.DatatypeProperty, RDFS.subPropertyOf),
    ):
        of_kind = set(core.subjects(RDF.type, kind))
        for s, o in core.subject_objects(predicate):
            assert (s in of_kind) == (o in of_kind), (s, o)


def test_header_says_what_the_ontology_is(core: Graph) -> None:
    assert core.value(ONTOLOGY, RDF.type) == OWL.Ontology
    version = str(core.value(ONTOLOGY, OWL.versionInfo))
    assert core.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")
    assert core.value(ONTOLOGY, DCTERMS.license) == LICENCE
    for predicate in (DCTERMS.title, DCTERMS.description):
        assert texts(core, ONTOLOGY, predicate).keys() == {"en", "es"}
    assert str(core.value(ONTOLOGY, VANN.preferredNamespaceUri)) == NAMESPACE
    assert str(core.value(ONTOLOGY, VANN.preferredNamespacePrefix)) == "dg"
    creator = core.value(ONTOLOGY, DCTERMS.creator)
    assert isinstance(creator, URIRef)
    assert "en" in texts(core, creator, RDFS.label)


def test_every_file_carries_the_same_version_and_licence_and_imports_nothing(
    core: Graph, files: dict[Path, Graph]
) -> None:
    version = core.value(ONTOLOGY, OWL.versionInfo)
    for file, graph in files.items():
        headers = {s for kind in (OWL.Ontology, SKOS.ConceptScheme) for s in graph.subjects(RDF.type, kind)}
        assert len(headers) == 1, file
        header = headers.pop()
        assert graph.value(header, OWL.versionInfo) == version, file
        assert graph.value(header, DCTERMS.license) == LICENCE, file
        assert not list(graph.objects(None, OWL.imports)), file

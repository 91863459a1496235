"""HermiT (OWL 2 DL, through owlready2) finds the published ontology consistent and every class satisfiable.

HermiT is a Java program; without `java` on the path these tests are skipped.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from example_turtle import turtle
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef

owlready2 = pytest.importorskip("owlready2", reason="owlready2 (a development dependency) is not installed")
pytestmark = pytest.mark.skipif(
    shutil.which("java") is None, reason="HermiT needs Java: install a JRE so that `java` is on the path"
)
DG = "https://w3id.org/digigov/ontology#"


def unsatisfiable(graph: Graph, folder: Path) -> set[str]:
    """IRIs of the classes that HermiT finds can have no member; raises OwlReadyInconsistentOntologyError when nothing can be."""
    file = folder / "merged.owl"
    graph.serialize(file, format="xml")
    world = owlready2.World()
    world.get_ontology(file.as_uri()).load()
    owlready2.sync_reasoner_hermit(world, debug=0)
    return {cls.iri for cls in world.inconsistent_classes()} - {str(OWL.Nothing)}


@pytest.fixture(scope="module")
def published(core: Graph, folder: Path) -> Graph:
    """Core ontology and keys, as one graph."""
    return core + Graph().parse(folder / "keys.ttl")


def test_core_and_keys_are_consistent_and_every_class_is_satisfiable(
    published: Graph, tmp_path: Path
) -> None:
    assert unsatisfiable(published, tmp_path) == set()


def test_examples_are_consistent_with_core_and_keys(
    published: Graph, examples: dict[URIRef, Graph], tmp_path: Path
) -> None:
    merged = Graph() + published
    for example in examples.values():
        for s, p, o in example:
            # xsd:date is outside the OWL 2 datatype map; HermiT refuses the whole ontology over one such value.
            if not (isinstance(o, Literal) and o.datatype == XSD.date):
                merged.add((s, p, o))
    assert unsatisfiable(merged, tmp_path) == set()


def test_the_reasoner_sees_the_axioms(published: Graph, tmp_path: Path) -> None:
    """A class of ministries that are companies is found to be impossible: disjointness does reach HermiT."""
    merged = Graph() + published
    impossible = URIRef("https://example.org/StateCompany")
    for parent in ("Ministry", "Company"):
        merged.add((impossible, RDFS.subClassOf, URIRef(DG + parent)))
    merged.add((impossible, RDF.type, OWL.Class))
    assert unsatisfiable(merged, tmp_path) == {str(impossible)}


@pytest.mark.parametrize(
    "statements",
    [
        "<urna> a dg:Portal , dg:Initiative .",
        "<c> dg:reportingParty <x> ; dg:counterpartyCountry <x> .",
        "<x> dg:implements <y> . <y> dg:implements <x> .",
        # One key, two things: the same law cannot be a decree of its own.
        '<x> a dg:Act ; dg:country <col> ; dg:instrumentKind <act> ; dg:number "1" ; dg:year 2000 .'
        '<y> a dg:Act ; dg:country <col> ; dg:instrumentKind <act> ; dg:number "1" ; dg:year 2000 .'
        "<x> <http://www.w3.org/2002/07/owl#differentFrom> <y> .",
        # owlrl does not compare a literal's datatype with a property's range.
        '<x> dg:year "two thousand" .',
        "<x> dg:number 1712 .",
    ],
    ids=["disjoint", "own partner", "mutual", "key", "text for a year", "integer for a number"],
)
def test_contradictions_are_found(statements: str, published: Graph, tmp_path: Path) -> None:
    stated = turtle(statements)
    individuals = {
        s for s in stated.all_nodes() if isinstance(s, URIRef) and s.startswith("https://w3id.org/digigov/")
    }
    for node in individuals:
        if not node.startswith(DG):
            stated.add((node, RDF.type, OWL.NamedIndividual))
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        unsatisfiable(published + stated, tmp_path)


def test_constraints_kept_out_of_the_core_are_those_that_dl_forbids(
    core: Graph, folder: Path, tmp_path: Path
) -> None:
    merged = core + Graph().parse(folder / "rl-constraints.ttl")
    with pytest.raises(owlready2.base.OwlReadyJavaError, match="Non-simple property"):
        unsatisfiable(merged, tmp_path)

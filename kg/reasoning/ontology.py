"""The axioms that reasoning works with: the core ontology and its RL constraints, never the alignments.

Alignments to ORG, ELI and others are published but not reasoned with: their domains and ranges would type everything
(docs/reasoning.md). Keys (`owl:hasKey`) are left out too: owlrl 7.6.2 compares all but the last property of a key, so
that a key of one property merges every member of the class; SHACL checks keys instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rdflib import OWL, RDF, RDFS, BNode, Graph
from rdflib.collection import Collection
from rdflib.term import Node

from kg.errors import KgError
from kg.resources import bundled

CORE = "digigov.ttl"
CONSTRAINTS = "rl-constraints.ttl"
"""Axioms that OWL 2 RL allows and the DL file may not hold beside the others (irreflexive and transitive at once)."""


def ontology_graph(paths: Iterable[Path] | None = None) -> Graph:
    """The ontology to reason with: `paths`, by default the bundled core ontology and, where it exists, rl-constraints.ttl.

    Raises KgError when a file cannot be read as Turtle.
    """
    if paths is None:
        folder = bundled("ontology")
        paths = [folder / CORE, *(p for p in [folder / CONSTRAINTS] if p.is_file())]
    graph = Graph()
    for path in paths:
        try:
            graph.parse(path, format="turtle")
        except (
            Exception
        ) as error:  # rdflib's Turtle reader raises BadSyntax, but also ValueError, IndexError, …
            raise KgError(
                f"the ontology file is not readable as Turtle ({_first_line(error)})",
                where=str(path),
                hint="Correct the file; `rapper -i turtle` or any RDF editor shows the place.",
            ) from error
    return graph


def rule_files() -> list[Path]:
    """The bundled SPARQL rules (`ontology/rules/*.rq`), in the order of their names."""
    return sorted((bundled("ontology") / "rules").glob("*.rq"))


def axioms_of(ontology: Graph) -> Graph:
    """The logical part of `ontology`: without annotations, and without keys (see the module's text)."""
    axioms = Graph()
    dropped = _key_lists(ontology)
    annotations = set(ontology.subjects(RDF.type, OWL.AnnotationProperty))
    for s, p, o in ontology:
        if s in dropped or p == OWL.hasKey:
            continue
        if p in annotations or s in annotations:
            continue
        if p == RDF.type or p in _LOGICAL or str(p).startswith(_OWL):
            axioms.add((s, p, o))
    return axioms


_OWL = str(OWL)
_LOGICAL = {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, RDF.first, RDF.rest}


def _key_lists(ontology: Graph) -> set[Node]:
    cells: set[Node] = set()
    for head in ontology.objects(None, OWL.hasKey):
        while isinstance(head, BNode) and head not in cells:
            cells.add(head)
            head = next(ontology.objects(head, RDF.rest), RDF.nil)
    return cells


def members(graph: Graph, head: Node) -> list[Node]:
    """The items of an RDF list."""
    return list(Collection(graph, head))


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

"""Each SPARQL constraint, run once over a store with $this free, finds what pyshacl finds node by node.

So the constraints that look across responses can run where all responses are, with the same text and the same findings.
"""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node
from shape_fixtures import fixtures

from kg.namespaces import DGSH
from kg.validation import Report, load_shapes, rules_of
from kg.validation.shapes import constraint_prefixes

CASES = fixtures()
SHAPES = sorted(rule.id for rule in rules_of(load_shapes()) if rule.sparql)


def targets(shapes: Graph, shape: Node, data: Graph) -> set[Node]:
    """The focus nodes of a shape (SHACL section 2.1.3)."""
    classes = {
        narrower
        for c in shapes.objects(shape, SH.targetClass)
        for narrower in data.transitive_subjects(RDFS.subClassOf, c)
    }
    return {
        *(x for c in classes for x in data.subjects(RDF.type, c)),
        *(x for p in shapes.objects(shape, SH.targetSubjectsOf) for x in data.subjects(p, None)),
        *(x for p in shapes.objects(shape, SH.targetObjectsOf) for x in data.objects(None, p)),
    }


def set_wise(shapes: Graph, shape: Node, data: Graph) -> set[str]:
    store = ox.Store()
    store.load(data.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    focus = {str(x) for x in targets(shapes, shape, data)}
    found: set[str] = set()
    for constraint in shapes.objects(shape, SH.sparql):
        for select in shapes.objects(constraint, SH.select):
            solutions = store.query(str(select), prefixes=constraint_prefixes(shapes, constraint))
            assert isinstance(solutions, ox.QuerySolutions)
            found |= {solution["this"].value for solution in solutions}
    return found & focus


@pytest.mark.parametrize("outcome", ["pass", "fail"])
@pytest.mark.parametrize("shape", SHAPES)
def test_same_focus_nodes(
    shape: str,
    outcome: str,
    background: Graph,
    shapes: Graph,
    ontology: Graph,
    report_of: Callable[[str, str], Report],
) -> None:
    data = background + CASES[outcome][shape]
    for triple in ontology.triples((None, RDFS.subClassOf, None)):
        if isinstance(triple[0], URIRef):
            data.add(triple)
    expected = {f.focus for f in report_of(outcome, shape).findings if f.id == shape}
    assert set_wise(shapes, DGSH[shape], data) == expected

"""`validate`: what is stated and what follows, under the shapes, as one report.

Both graphs are checked, since ranges type bad values and so hide them, while other faults show only in what is
entailed. SPARQL constraints are asked set-wise by default (kg/validation/setwise.py).
"""

from __future__ import annotations

from rdflib import Graph

from kg.reasoning import ontology_graph
from kg.validation.checking import Checked, Engine, class_hierarchy
from kg.validation.findings import Basis, Reader, complex_paths
from kg.validation.report import Finding, Report
from kg.validation.setwise import Key
from kg.validation.shapes import rules_of


def validate(
    data: Graph,
    inferred: Graph | None,
    shapes: Graph,
    *,
    ontology: Graph | None = None,
    sparql: Engine = "set-wise",
) -> Report:
    """The findings of `shapes` in `data` and, marked as entailed, those that show only together with `inferred`.

    `data` holds the responses and the reference data that they refer to. Of `ontology` (default: the bundled one) only
    the class hierarchy is used: a shape on instruments is to see decrees (SHACL section 3.2, "SHACL instance").
    `sparql` says who evaluates the SPARQL constraints: "set-wise" asks each once (kg/validation/setwise.py), "pyshacl"
    leaves them to the engine of record, node by node; the findings are the same.
    Raises KgError when pyshacl cannot use the shapes.
    """
    hierarchy = class_hierarchy(ontology_graph() if ontology is None else ontology)
    rules = {rule.iri: rule for rule in rules_of(shapes)}
    checked = Checked(shapes, sparql)
    checked.add((*data, *hierarchy))
    results = checked.results()
    basis: dict[Key, Basis] = dict.fromkeys(results, "stated")
    if inferred is not None and len(inferred):
        checked.add(inferred)
        for key, messages in checked.results().items():
            if key not in results:
                results[key], basis[key] = messages, "entailed"
    reader = Reader(data, shapes, rules)
    findings = sorted((reader.finding(key, results[key], basis[key]) for key in results), key=Finding.order)
    return Report(tuple(findings), complex_paths(shapes))

"""A report as RDF: a sh:ValidationReport (SHACL section 3.6), the same bytes for the same findings.

sh:conforms follows the recommendation: true only without any result. Whether the graph may be published is another
question (no Violation), answered by dgsh:publishable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.term import Node

from kg.namespaces import DGSH, PREFIXES

if TYPE_CHECKING:
    from kg.validation.report import Finding, Report


def shacl_graph(report: Report) -> Graph:
    """The validation report; each result also names the answers behind it (dct:source) and its basis (dgsh:basis)."""
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    node = BNode("report")
    graph.add((node, RDF.type, SH.ValidationReport))
    graph.add((node, SH.conforms, Literal(not report.findings)))
    graph.add((node, DGSH.publishable, Literal(report.conforms)))
    for number, finding in enumerate(report.findings, 1):
        result = BNode(f"result-{number:06d}")
        graph.add((node, SH.result, result))
        _add(graph, result, finding, report.paths)
    return graph


def _add(graph: Graph, result: BNode, finding: Finding, paths: Graph) -> None:
    graph.add((result, RDF.type, SH.ValidationResult))
    graph.add((result, SH.resultSeverity, SH[finding.severity.value]))
    graph.add((result, SH.sourceShape, URIRef(finding.shape)))
    graph.add((result, SH.sourceConstraintComponent, URIRef(finding.component)))
    graph.add((result, SH.focusNode, finding.focus_node))
    if finding.value_node is not None:
        graph.add((result, SH.value, finding.value_node))
    if finding.path_node is not None:
        graph.add((result, SH.resultPath, _copy(graph, finding.path_node, paths, f"{result}-path")))
    for language, text in finding.messages:
        graph.add((result, SH.resultMessage, Literal(text, lang=language or None)))
    for source in finding.sources:
        graph.add((result, DCTERMS.source, URIRef(source.iri)))
    graph.add((result, DGSH.basis, Literal(finding.basis)))


def _copy(graph: Graph, node: Node, paths: Graph, name: str) -> Node:
    """A property path with blank nodes of its own, as each result must have."""
    if not isinstance(node, BNode):
        return node
    copy = BNode(name)
    for number, (p, o) in enumerate(sorted(paths.predicate_objects(node))):
        graph.add((copy, p, _copy(graph, o, paths, f"{name}-{number}")))
    return copy

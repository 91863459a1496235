"""A report as RDF: a sh:ValidationReport (SHACL section 3.6), the same bytes for the same findings.

sh:conforms follows the recommendation: true only without any result. Whether the graph may be published is another
question (no Violation), answered by dgsh:publishable.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def shacl_turtle(report: Report) -> str:
    """The same graph as Turtle, written finding by finding: rdflib takes minutes for the findings of every country."""
    lines = [result_turtle(finding, report.paths) for finding in report.findings]
    return shacl_turtle_of(lines, conforms=report.conforms)


def shacl_turtle_of(results: Sequence[str], *, conforms: bool) -> str:
    """The report on results that `result_turtle` has written; `conforms`: whether the graph may be published."""
    used = {name: PREFIXES[name] for name in ("dct", "dgsh", "sh")}
    lines = [f"@prefix {name}: <{namespace}> .\n" for name, namespace in used.items()]
    lines.append("\n[] a sh:ValidationReport ;\n")
    lines.append(f"    sh:conforms {_boolean(not results)} ;\n")
    lines.append(f"    dgsh:publishable {_boolean(conforms)}")
    if results:
        lines.append(" ;\n    sh:result\n" + " ,\n".join(results))
    return "".join((*lines, " .\n"))


def result_turtle(finding: Finding, paths: Graph) -> str:
    """One result as a blank node of Turtle, with the prefixes of `shacl_turtle`."""
    parts = [
        "a sh:ValidationResult",
        f"sh:resultSeverity sh:{finding.severity.value}",
        f"sh:sourceShape {URIRef(finding.shape).n3()}",
        f"sh:sourceConstraintComponent {URIRef(finding.component).n3()}",
        f"sh:focusNode {finding.focus_node.n3()}",
    ]
    if finding.value_node is not None:
        parts.append(f"sh:value {finding.value_node.n3()}")
    if finding.path_node is not None:
        parts.append(f"sh:resultPath {_path_turtle(finding.path_node, paths)}")
    parts += [f"sh:resultMessage {Literal(text, lang=lang or None).n3()}" for lang, text in finding.messages]
    parts += [f"dct:source {URIRef(source.iri).n3()}" for source in finding.sources]
    parts.append(f'dgsh:basis "{finding.basis}"')
    return "        [ " + " ;\n          ".join(parts) + " ]"


def _path_turtle(node: Node, paths: Graph) -> str:
    if not isinstance(node, BNode):
        return node.n3()
    inner = (f"{p.n3()} {_path_turtle(o, paths)}" for p, o in sorted(paths.predicate_objects(node)))
    return f"[ {' ; '.join(inner)} ]"


def _boolean(value: bool) -> str:
    return "true" if value else "false"


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

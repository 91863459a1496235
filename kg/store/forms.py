"""The form in which contradictions and reports are kept between builds: JSON, so that reading it executes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.reasoning import Clash, SourceAnswer
from kg.validation import Finding, Report, Severity
from kg.validation.report import Mention


def clashes_to_json(clashes: Iterable[Clash]) -> list[Any]:
    """Contradictions as JSON values."""
    return [
        {
            "kind": clash.kind,
            "terms": clash.terms,
            "individual": clash.individual,
            "statements": clash.statements,
            "sources": [_source_to_json(source) for source in clash.sources],
            "message": clash.message,
        }
        for clash in clashes
    ]


def clashes_from_json(values: Iterable[Any]) -> tuple[Clash, ...]:
    """What `clashes_to_json` has written."""
    return tuple(
        Clash(
            kind=value["kind"],
            terms=tuple(value["terms"]),
            individual=value["individual"],
            statements=tuple((s, p, o) for s, p, o in value["statements"]),
            sources=tuple(map(_source_from_json, value["sources"])),
            message=value["message"],
        )
        for value in values
    )


def report_to_bytes(report: Report) -> bytes:
    """A report, so that `report_from_bytes` gives an equal one, also in its SHACL form."""
    paths = [[_node_to_json(term) for term in triple] for triple in sorted(report.paths)]
    findings = [_finding_to_json(finding) for finding in report.findings]
    return json.dumps({"paths": paths, "findings": findings}, ensure_ascii=False).encode()


def report_from_bytes(text: bytes) -> Report:
    """What `report_to_bytes` has written."""
    read = json.loads(text)
    paths = Graph()
    for s, p, o in read["paths"]:
        paths.add((_node_from_json(s), _node_from_json(p), _node_from_json(o)))
    return Report(tuple(map(_finding_from_json, read["findings"])), paths)


# --- private helpers ---


def _node_to_json(node: Node | None) -> list[str | None] | None:
    if node is None:
        return None
    if isinstance(node, URIRef):
        return ["iri", str(node)]
    if isinstance(node, BNode):
        return ["blank", str(node)]
    assert isinstance(node, Literal)
    return ["literal", str(node), node.language, str(node.datatype) if node.datatype else None]


def _node_from_json(value: Any) -> Node:
    kind, text, *rest = value
    if kind == "iri":
        return URIRef(text)
    if kind == "blank":
        return BNode(text)
    language, datatype = rest
    return Literal(text, lang=language, datatype=URIRef(datatype) if datatype else None, normalize=False)


def _finding_to_json(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        **{name: getattr(finding, name) for name in _PLAIN},
        "messages": finding.messages,
        "sources": [_source_to_json(source) for source in finding.sources],
        "mentions": [[mention.iri, mention.label] for mention in finding.mentions],
        "nodes": [_node_to_json(n) for n in (finding.focus_node, finding.value_node, finding.path_node)],
    }


def _finding_from_json(value: Any) -> Finding:
    focus, found, path = (node and _node_from_json(node) for node in value["nodes"])
    return Finding(
        severity=Severity(value["severity"]),
        **{name: value[name] for name in _PLAIN},
        messages=tuple((language, text) for language, text in value["messages"]),
        sources=tuple(map(_source_from_json, value["sources"])),
        mentions=tuple(Mention(iri, label) for iri, label in value["mentions"]),
        focus_node=focus,
        value_node=found,
        path_node=path,
    )


_PLAIN = ("shape", "name", "focus", "label", "path", "value", "value_label", "advice", "basis", "component")


def _source_to_json(source: SourceAnswer) -> list[Any]:
    return [source.country, source.edition, source.question, source.iri, source.part]


def _source_from_json(value: Any) -> SourceAnswer:
    country, edition, question, iri, part = value
    return SourceAnswer(country, edition, question, iri, part)

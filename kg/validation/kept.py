"""The form in which findings are kept between builds: JSON, so that reading it executes nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.reasoning import SourceAnswer
from kg.validation.report import Finding, Mention, Report, Severity
from kg.validation.shacl_report import shacl_turtle_of

Row = tuple[str, str, str, str, str]
"""A line of a report: what it is ordered by, severity, the finding as JSON values, and as the JSON and Turtle forms have it."""


class KeptReport(Report):
    """A report whose forms have been written before, line by line: findings are made of them only when asked for."""

    def __init__(self, rows: Sequence[Row], paths: Graph) -> None:
        """`rows` in the order of the report."""
        object.__setattr__(self, "paths", paths)
        object.__setattr__(self, "_rows", rows)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding_from_json(json.loads(kept)) for _, _, kept, _, _ in self._lines)

    @property
    def _lines(self) -> Sequence[Row]:
        return self.__dict__["_rows"]  # type: ignore[no-any-return]

    @property
    def conforms(self) -> bool:
        return not any(severity == Severity.VIOLATION.value for _, severity, _, _, _ in self._lines)

    def counts(self) -> dict[Severity, int]:
        counted = Counter(severity for _, severity, _, _, _ in self._lines)
        return {severity: counted[severity.value] for severity in Severity}

    def to_json(self) -> str:
        return self._json(line for _, _, _, line, _ in self._lines)

    def to_turtle(self) -> str:
        return shacl_turtle_of([line for _, _, _, _, line in self._lines], conforms=self.conforms)


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values."""
    return {
        "severity": finding.severity.value,
        **{name: getattr(finding, name) for name in _PLAIN},
        "messages": finding.messages,
        "sources": [source_to_json(source) for source in finding.sources],
        "mentions": [[mention.iri, mention.label] for mention in finding.mentions],
        "nodes": [node_to_json(n) for n in (finding.focus_node, finding.value_node, finding.path_node)],
    }


def finding_from_json(value: Any) -> Finding:
    """What `finding_to_json` has written."""
    focus, found, path = (node_from_json(node) for node in value["nodes"])
    if focus is None:
        raise ValueError("a finding lacks its focus")
    return Finding(
        severity=Severity(value["severity"]),
        **{name: value[name] for name in _PLAIN},
        messages=tuple((language, text) for language, text in value["messages"]),
        sources=tuple(SourceAnswer(*source) for source in value["sources"]),
        mentions=tuple(Mention(iri, label) for iri, label in value["mentions"]),
        focus_node=focus,
        value_node=found,
        path_node=path,
    )


def source_to_json(source: SourceAnswer) -> list[Any]:
    """An answer as JSON values, in the order of the arguments of SourceAnswer."""
    return [source.country, source.edition, source.question, source.iri, source.part]


def node_to_json(node: Node | None) -> list[str | None] | None:
    """A term as JSON values; None stays None."""
    if node is None:
        return None
    if isinstance(node, URIRef):
        return ["iri", str(node)]
    if isinstance(node, BNode):
        return ["blank", str(node)]
    assert isinstance(node, Literal)
    return ["literal", str(node), node.language, str(node.datatype) if node.datatype else None]


def node_from_json(value: Any) -> Node | None:
    """What `node_to_json` has written."""
    if value is None:
        return None
    kind, text, *rest = value
    if kind == "iri":
        return URIRef(text)
    if kind == "blank":
        return BNode(text)
    language, datatype = rest
    return Literal(text, lang=language, datatype=URIRef(datatype) if datatype else None, normalize=False)


def text_of(value: Any) -> str:
    """JSON values as one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_PLAIN = ("shape", "name", "focus", "label", "path", "value", "value_label", "advice", "basis", "component")

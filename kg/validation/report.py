"""The outcome of a validation: findings in a fixed order, and whether the graph may be published.

The forms it takes for people and programs are in rendering.py and shacl_report.py.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any, Literal

from rdflib import Graph
from rdflib.term import Node

from kg.reasoning import SourceAnswer

_SCOPED = re.compile(r"/id/[a-z-]+/(?:\d{4}/)?([A-Z]{3})(?:/|$)")
"""IRIs that name a country: `…/id/body/COL/mintic`, `…/id/response/2020/COL`."""


class Severity(StrEnum):
    """SHACL's severities: a Violation stops a publication, a Warning asks a steward to look, Info is good to know."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True)
class Mention:
    """An entry that refers to the focus of a finding."""

    iri: str
    label: str


@dataclass(frozen=True)
class Finding:
    """One thing that a shape found.

    `focus` is the node it is about and `label` its name; `path` the property, `value` the value that is wrong and
    `value_label` its name where it is a node; `messages` what is wrong, by language, `advice` what to do; `sources` the
    answers that state the focus, or, where it has none of its own, state what refers to it (`mentions`). `basis` tells
    whether the statements themselves show it or only what follows from them.
    """

    severity: Severity
    shape: str
    name: str
    focus: str
    label: str
    path: str | None
    value: str | None
    value_label: str | None
    messages: tuple[tuple[str, str], ...]
    advice: str
    sources: tuple[SourceAnswer, ...]
    mentions: tuple[Mention, ...]
    basis: Literal["stated", "entailed"]
    component: str
    focus_node: Node = field(repr=False)
    value_node: Node | None = field(repr=False)
    path_node: Node | None = field(repr=False, compare=False)

    @property
    def message(self) -> str:
        """The message in English, or in whatever language there is."""
        return min(self.messages, key=lambda m: (m[0] != "en", m))[1] if self.messages else self.name

    @property
    def country(self) -> str | None:
        """The country of the (first) answer behind it, else the one in the IRI; None for reference data and ontology."""
        if self.sources:
            return self.sources[0].country
        scoped = _SCOPED.search(self.focus)
        return scoped[1] if scoped else None

    @property
    def id(self) -> str:
        """The shape's local name."""
        return self.shape.rpartition("#")[2]

    def order(self) -> tuple[Any, ...]:
        """Severity, country, shape, thing: the order of every form of a report."""
        place = self.country or "~"
        return (
            self.severity.rank,
            place,
            self.id,
            self.label,
            self.focus,
            self.path or "",
            self.value or "",
            self.basis,
            self.component,
        )


@dataclass(frozen=True)
class Report:
    """Findings in order. `paths` holds the structure of complex property paths for the SHACL form."""

    findings: tuple[Finding, ...]
    paths: Graph = field(default_factory=Graph, repr=False, compare=False)

    @property
    def conforms(self) -> bool:
        """Whether the graph may be published: no finding is a Violation."""
        return not any(f.severity is Severity.VIOLATION for f in self.findings)

    def counts(self) -> dict[Severity, int]:
        """How many findings of each severity, the zeros included."""
        counted = Counter(f.severity for f in self.findings)
        return {severity: counted[severity] for severity in Severity}

    def by_severity(self) -> Iterator[tuple[Severity, list[Finding]]]:
        """The findings of each severity that has any."""
        for severity, findings in groupby(self.findings, key=lambda f: f.severity):
            yield severity, list(findings)

    def summary(self) -> str:
        """The verdict and the counts in one line."""
        from kg.validation.rendering import summary

        return summary(self)

    def to_json(self) -> str:
        """The JSON form (docs/validation.md): {"conforms", "counts", "findings": […]}, a line for each finding."""
        return self._json(as_json_line(finding) for finding in self.findings)

    def _json(self, lines: Iterable[str]) -> str:
        verdict = {"conforms": self.conforms, "counts": {s.value: n for s, n in self.counts().items()}}
        text = ",".join("\n    " + line for line in lines)
        return f'{json.dumps(verdict)[:-1]}, "findings": [{text}]}}\n'

    def as_dict(self) -> dict[str, Any]:
        """The JSON form as Python values."""
        return {
            "conforms": self.conforms,
            "counts": {severity.value: count for severity, count in self.counts().items()},
            "findings": [_as_dict(finding) for finding in self.findings],
        }

    def to_text(self) -> str:
        """Plain text for a terminal."""
        from kg.validation.rendering import text

        return text(self)

    def to_html(self) -> str:
        """A self-contained page."""
        from kg.validation.rendering import html

        return html(self)

    def to_graph(self) -> Graph:
        """A standard SHACL validation report."""
        from kg.validation.shacl_report import shacl_graph

        return shacl_graph(self)

    def to_turtle(self) -> str:
        """The SHACL validation report as Turtle."""
        from kg.validation.shacl_report import shacl_turtle

        return shacl_turtle(self)


def as_json_line(finding: Finding) -> str:
    """A finding as it stands in the JSON form."""
    return json.dumps(_as_dict(finding), ensure_ascii=False)


def order_text(finding: Finding) -> str:
    """A text that sorts as `Finding.order` does."""
    return "\x01".join(map(str, finding.order()))


def _as_dict(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "shape": finding.shape,
        "name": finding.name,
        "focus": finding.focus,
        "label": finding.label,
        "path": finding.path,
        "value": finding.value,
        "value_label": finding.value_label,
        "message": finding.message,
        "messages": dict(finding.messages),
        "advice": finding.advice,
        "country": finding.country,
        "sources": [
            {"answer": s.iri, "country": s.country, "edition": s.edition, "question": s.question}
            for s in finding.sources
        ],
        "mentioned_by": [{"iri": m.iri, "label": m.label} for m in finding.mentions],
        "basis": finding.basis,
        "component": finding.component,
    }

"""A report for people: plain text for a terminal, and one page of HTML without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from kg.validation.report import Finding, Severity

if TYPE_CHECKING:
    from kg.validation.report import Report

_MEANING = {
    Severity.VIOLATION: "must be corrected before anything is published",
    Severity.WARNING: "a steward should look",
    Severity.INFO: "good to know",
}


def text(report: Report) -> str:
    """The findings by severity, country and shape, each with its message and the answers behind it."""
    lines = [summary(report)]
    for severity, findings in report.by_severity():
        lines += ["", f"{severity.value.upper()} ({len(findings)}): {_MEANING[severity]}"]
        for group in _groups(findings):
            lines += ["", f"  [{group.place}] {group.name}  ({group.id})", f"    To do: {group.advice}"]
            for finding in group.findings:
                lines.append(f"    - {finding.label}: {finding.message}{_value(finding)}")
                lines += [f"      {detail}" for detail in _details(finding)]
    return "\n".join(lines) + "\n"


def html(report: Report) -> str:
    """The same as a page."""
    sections = [
        (severity, _MEANING[severity], len(findings), list(_groups(findings)))
        for severity, findings in report.by_severity()
    ]
    return _template().render(
        report=report,
        summary=summary(report),
        sections=sections,
        counts=report.counts(),
        value=_value,
        details=_details,
    )


@dataclass(frozen=True)
class _Group:
    """Findings of one shape in one country."""

    place: str
    id: str
    name: str
    advice: str
    findings: list[Finding]


def _groups(findings: list[Finding]) -> Iterator[_Group]:
    for (country, shape), members in groupby(findings, key=lambda f: (f.country, f.id)):
        found = list(members)
        yield _Group(country or "reference data", shape, found[0].name, found[0].advice, found)


def summary(report: Report) -> str:
    """The verdict and the counts in one line."""
    counts = report.counts()
    parts = [
        f"{counts[severity]} {word if counts[severity] == 1 else word + 's'}"
        for severity, word in (
            (Severity.VIOLATION, "violation"),
            (Severity.WARNING, "warning"),
            (Severity.INFO, "note"),
        )
    ]
    verdict = "The graph may be published" if report.conforms else "The graph may not be published"
    return f"{verdict}: {', '.join(parts)}."


def _value(finding: Finding) -> str:
    if finding.value is None or finding.value in finding.message:
        return ""
    return f" [{finding.value_label or finding.value}]"


def _details(finding: Finding) -> list[str]:
    details = []
    if finding.sources:
        details.append("Stated in " + "; ".join(map(str, finding.sources)))
    if finding.mentions:
        details.append("Used by " + "; ".join(m.label for m in finding.mentions))
    if finding.basis == "entailed":
        details.append("Shows only in what follows from the statements")
    details.append(finding.focus)
    return details


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("kg.validation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")

"""Validation: whether the statements may be published, and what a steward should look at.

`validate` checks a graph against the shapes (`load_shapes`) with pyshacl and gives a `Report`, which turns into text,
JSON, HTML or a standard SHACL report (docs/validation.md).
"""

from kg.validation.judged import Judged
from kg.validation.parts import Across, Background, validate_across, validate_part, validate_parts
from kg.validation.report import Finding, Report, Severity
from kg.validation.shapes import Rule, load_shapes, rules_of
from kg.validation.validate import validate

__all__ = [
    "Across",
    "Background",
    "Finding",
    "Judged",
    "Report",
    "Rule",
    "Severity",
    "load_shapes",
    "rules_of",
    "validate",
    "validate_across",
    "validate_part",
    "validate_parts",
]

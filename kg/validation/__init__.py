"""Validation: whether the statements may be published, and what a steward should look at.

`validate` checks a graph against the shapes (`load_shapes`) with pyshacl and gives a `Report`, which turns into text,
JSON, HTML or a standard SHACL report (docs/validation.md).
"""

from kg.validation.background import Background
from kg.validation.judged import Judged
from kg.validation.parts import validate_part, validate_parts, validate_reference
from kg.validation.report import Finding, Report, Severity
from kg.validation.shapes import Rule, load_shapes, rules_of
from kg.validation.validate import validate
from kg.validation.whole import Whole

__all__ = [
    "Background",
    "Finding",
    "Judged",
    "Report",
    "Rule",
    "Severity",
    "Whole",
    "load_shapes",
    "rules_of",
    "validate",
    "validate_part",
    "validate_parts",
    "validate_reference",
]

"""Every shape has statements that pass and statements that fail; the failing ones give that finding and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rdflib import Graph
from shape_fixtures import fixtures

from kg.validation import Report, load_shapes, rules_of, validate

CASES = fixtures()
SHAPES = sorted(rule.id for rule in rules_of(load_shapes()))

ALSO_FOUND = {"LostBoxIsUnknown": {"BoxLost"}}
"""What a failing fixture cannot help showing besides: a lost box is itself noted."""


ReportOf = Callable[[str, str], Report]


def test_every_shape_has_both_fixtures() -> None:
    assert sorted(CASES["pass"]) == SHAPES
    assert sorted(CASES["fail"]) == SHAPES


def test_the_background_is_clean(background: Graph, shapes: Graph, ontology: Graph) -> None:
    assert validate(background, None, shapes, ontology=ontology).findings == ()


@pytest.mark.parametrize("shape", SHAPES)
def test_passing_statements_give_no_finding(shape: str, report_of: ReportOf) -> None:
    assert report_of("pass", shape).findings == ()


@pytest.mark.parametrize("shape", SHAPES)
def test_failing_statements_give_exactly_that_finding(shape: str, report_of: ReportOf) -> None:
    assert {f.id for f in report_of("fail", shape).findings} == {shape} | ALSO_FOUND.get(shape, set())


@pytest.mark.parametrize(
    ("shape", "number"),
    [
        ("WebAddressWellFormed", 4),
        ("HostWellFormed", 3),
        ("PercentRange", 2),
        ("PartOfItself", 2),
        ("InOneCountry", 2),
    ],
)
def test_each_failing_value_is_found(shape: str, number: int, report_of: ReportOf) -> None:
    assert [f.id for f in report_of("fail", shape).findings] == [shape] * number

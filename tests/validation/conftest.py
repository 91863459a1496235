"""What every validation test needs: the shapes, the class hierarchy, and a small world in which nothing is found."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from rdflib import Graph
from shape_fixtures import FIXTURES, fixtures

from kg.reasoning import ontology_graph
from kg.validation import Report, load_shapes, validate


@pytest.fixture(scope="session")
def shapes() -> Graph:
    return load_shapes()


@pytest.fixture(scope="session")
def ontology() -> Graph:
    return ontology_graph()


@pytest.fixture(scope="session")
def background() -> Graph:
    return Graph().parse(FIXTURES / "background.ttl")


@pytest.fixture(scope="session")
def report_of(background: Graph, shapes: Graph, ontology: Graph) -> Callable[[str, str], Report]:
    """`report_of("fail", shape)`: the findings of all shapes in the background and the statements of one fixture."""
    cases = fixtures()

    @cache
    def report(outcome: str, shape: str) -> Report:
        return validate(background + cases[outcome][shape], None, shapes, ontology=ontology)

    return report

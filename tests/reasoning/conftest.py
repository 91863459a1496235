"""A small ontology and its rule: one axiom of each kind that the engines know."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import Graph

from kg.reasoning import ontology_graph

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def small() -> Graph:
    return ontology_graph([HERE / "small-ontology.ttl"])


@pytest.fixture(scope="session")
def shared_network() -> list[Path]:
    return [HERE / "rules" / "shared-network.rq"]

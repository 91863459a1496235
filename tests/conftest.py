"""Fixtures for all rooms: real SPARQL servers (sparql_engines.py)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sparql_engines import ENGINES, SparqlServer


@pytest.fixture(scope="module", params=sorted(ENGINES))
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SparqlServer]:
    """An empty SPARQL server for the tests of one module; the module runs once with each engine."""
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as server:
        yield server

"""Fixtures: a published store and a server on it (see served.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import Running, dataset, running

from kg.store import publish


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("web") / "store"
    publish(store, dataset())
    return store


@pytest.fixture(scope="session")
def server(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests that do it no harm."""
    log = tmp_path_factory.mktemp("server") / "log"
    with running(published, log, query_timeout=20) as started:
        yield started

"""Fixtures: a published store and a server on it (see served.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from explorer_site import publish_site
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


@pytest.fixture(scope="session")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server with two countries (explorer_site.py). Its cookies are cleared before each test's use."""
    folder = tmp_path_factory.mktemp("explorer")
    store = publish_site(folder)
    with (
        running(store, folder / "log", query_timeout=20) as started,
        httpx.Client(base_url=started.url, timeout=60) as client,
    ):
        yield client

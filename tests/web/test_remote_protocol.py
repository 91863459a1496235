"""The endpoint in front of SPARQL servers elsewhere: the same tests as in front of the embedded store (test_protocol)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from served import Running, dataset, running
from test_protocol import *  # noqa: F403 - its tests are run here again, with another `server`

from kg.settings import Settings
from kg.store.remote_publish import publish_remote
from sparql_engines import SparqlServer

DEVIATIONS: dict[str, dict[str, str]] = {"virtuoso": {}}
"""What an engine does otherwise, by engine and test (docs/scaling.md)."""


@pytest.fixture(scope="module")
def server(engine: SparqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    publish_remote(Settings(store=engine.url, **engine.credentials), dataset())
    log = tmp_path_factory.mktemp("server") / "log"
    with running(engine.url, log, query_timeout=20, **engine.credentials) as started:
        yield started


def test_updates_go_to_the_engine_itself(server: Running) -> None:
    """With or without a token: nothing is written past validation and the note of what is current."""
    for path, body in (("/sparql", {"update": "CLEAR ALL"}), ("/graph-store?default", {"x": "y"})):
        response = httpx.post(server.url + path, data=body, headers={"Authorization": "Bearer whatever"})
        assert response.status_code == 403
        assert response.json()["type"].endswith("#read-only")
        assert "kg build" in response.json()["detail"]


@pytest.fixture(autouse=True)
def _known_deviation(request: pytest.FixtureRequest, engine: SparqlServer) -> None:
    reason = DEVIATIONS.get(engine.name, {}).get(request.node.originalname)
    if reason:
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))

"""schemathesis asks a running server everything that its OpenAPI description says one may ask, and much that one may not.

`KG_SCHEMATHESIS_EXAMPLES=500 pytest tests/web/test_schemathesis.py` looks harder than the suite does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from served import EX, Running, running

from kg.settings import Settings
from kg.store import current_version, publish
from kg.web.app import create_app
from kg.web.openapi import description

TOKEN = "a-token-for-tests-only"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
EXAMPLES = int(os.environ.get("KG_SCHEMATHESIS_EXAMPLES", "12"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]
BOUNDS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
FEWER = settings(BOUNDS, max_examples=max(3, EXAMPLES // 4))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("fuzzed")
    publish(folder / "store", f'<{EX}a> <{EX}p> "a" <{EX}g> .\n'.encode())
    bounds = {"admin_token": TOKEN, "query_timeout": 20, "queries_per_client": 64}
    with running(folder / "store", folder / "log", **bounds) as started:
        yield started
        log = started.log.read_text()
        assert "Traceback" not in log
        assert '"status":500' not in log


OPERATIONS = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(description("http://localhost")).get_all_operations()
}
READING = [label for label in OPERATIONS if label.startswith(("GET ", "HEAD "))]
WRITING = [label for label in OPERATIONS if label not in READING]


def each_case(label: str, bounds: settings, check: Callable[[schemathesis.Case], None]) -> None:
    """Give `check` cases of the operation: as described, and not as described."""
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

        @bounds
        @given(OPERATIONS[label].as_strategy(generation_mode=mode))
        def cases(case: schemathesis.Case) -> None:
            check(case)

        with suppress(Unsatisfiable):  # an operation without parameters cannot be asked wrongly
            cases()


@pytest.mark.parametrize("label", READING)
def test_reading_never_breaks_the_server(fuzzed: Running, label: str) -> None:
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=fuzzed.url, checks=CHECKS, timeout=120, allow_redirects=False)

    each_case(label, BOUNDS, check)


@pytest.mark.parametrize("label", WRITING)
def test_writing_never_breaks_the_server(fuzzed: Running, label: str) -> None:
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=fuzzed.url, checks=CHECKS, timeout=120, headers=AUTH)

    each_case(label, FEWER, check)


@pytest.mark.parametrize("label", WRITING)
def test_nobody_writes_without_the_token(fuzzed: Running, label: str) -> None:
    def check(case: schemathesis.Case) -> None:
        response = case.call(base_url=fuzzed.url, timeout=120, headers={"Authorization": "Bearer none"})
        assert response.status_code < 500
        if case.path == "/graph-store":
            assert response.status_code == 401

    before = current_version(fuzzed.store)
    each_case(label, BOUNDS, check)
    assert current_version(fuzzed.store) == before


def test_what_is_described_is_there(fuzzed: Running) -> None:
    served = {
        getattr(route, "path", "").replace(":path}", "}")
        for route in create_app(Settings(store=str(fuzzed.store))).routes
    }
    paths = description("http://localhost")["paths"]
    assert {path for path in paths if path not in served} <= {"/ontology", "/shapes"}
    assert httpx.get(f"{fuzzed.url}/openapi.json").json()["servers"] == [{"url": fuzzed.url}]

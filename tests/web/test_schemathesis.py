"""schemathesis asks a running server everything that its OpenAPI description says one may ask, and much that one may not.

Pages for people are not in the description; they are asked for by a description made here of all routes there are.

`KG_SCHEMATHESIS_EXAMPLES=500 pytest tests/web/test_schemathesis.py` looks harder than the suite does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from served import EX, Running, running

from kg.publishing.queries import library
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

    # The named queries are many, and differ in little but their parameters.
    each_case(label, FEWER if label.startswith("GET /api/queries/") else BOUNDS, check)


MADE_BY_PAGES = ("q", "c", "by", "sort", "order", "view", "all", "edition", "country", "region", "from", "to", "lang",
    "theme", "topic", "kind", "level", "format", "limit", "page", "here")  # fmt: skip
"""Parameters that pages know, or once knew."""


ANY = {"type": "string", "minLength": 1}
THINGS = {
    "iso3": {"anyOf": [{"enum": ["COL", "URY", "col"]}, ANY]},
    "name": {"anyOf": [{"enum": ["bodies", "coverage-matrix", "egdi-trend"]}, ANY]},
}
"""Path parameters of which some values lead to a page."""


def described_by_routes() -> dict[str, Any]:
    """An OpenAPI document of every address that the application has and its own description leaves out."""
    known = description("http://localhost")["paths"]
    paths: dict[str, Any] = {}
    for route in create_app(Settings(store="unused")).routes:
        path = getattr(route, "path", "").replace(":path}", "}")
        if not path or path in known:
            continue
        names = re.findall(r"{(\w+)}", path)
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": THINGS.get(name, ANY)} for name in names
        ]
        parameters += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in MADE_BY_PAGES]
        parameters += [{"name": name, "in": "header", "schema": {"type": "string"}} for name in HEADERS]
        paths[path] = {"get": {"parameters": parameters, "responses": {"default": {"description": "any"}}}}
    return {"openapi": "3.1.0", "info": {"title": "pages", "version": "0"}, "paths": paths}


HEADERS = ("Accept", "Accept-Language", "Accept-Encoding", "Cookie", "If-None-Match")
PAGES = {
    found.ok().path: found.ok()
    for found in schemathesis.openapi.from_dict(described_by_routes()).get_all_operations()
}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_breaks_the_server(explorer: httpx.Client, path: str) -> None:
    """With two countries behind it, so that pages have something to show."""

    @BOUNDS
    @given(PAGES[path].as_strategy())
    def cases(case: schemathesis.Case) -> None:
        case.call_and_validate(
            base_url=str(explorer.base_url), checks=[not_a_server_error], timeout=120, allow_redirects=False
        )

    cases()


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
    named = {f"/api/queries/{name}" for name in library()}
    assert {path for path in paths if path not in served | named} <= {"/ontology", "/shapes"}
    assert httpx.get(f"{fuzzed.url}/openapi.json").json()["servers"] == [{"url": fuzzed.url}]

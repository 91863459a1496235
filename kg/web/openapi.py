"""`/openapi.json`: what programs may ask, described in OpenAPI (openapi.yaml, written by hand; named queries by themselves).

The addresses are routes of their own kind (they stream, negotiate, and answer in formats that no schema describes), so
that the framework could not derive the description. tests/web/test_schemathesis.py holds server and description together.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg import __version__
from kg.publishing.queries import library
from kg.web.presentation import origin_of
from kg.web.query_operations import operations
from kg.web.responses import respond


def routes() -> list[BaseRoute]:
    return [Route("/openapi.json", _openapi)]


def description(origin: str) -> dict[str, Any]:
    """The description of the server at `origin`."""
    document = _written()
    paths, components = document["paths"], document["components"]
    asked, schemas = operations(library().values(), paths["/api/queries/{name}"]["get"]["responses"])
    return {
        **document,
        "info": {**document["info"], "version": __version__},
        "servers": [{"url": origin}],
        "paths": {**paths, **asked},
        "components": {**components, "schemas": {**components["schemas"], **schemas}},
    }


# --- private helpers ---


async def _openapi(request: Request) -> Response:
    body = json.dumps(description(origin_of(request)), ensure_ascii=False)
    return respond(request, body, "application/json")


@cache
def _written() -> dict[str, Any]:
    text = (Path(__file__).parent / "openapi.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document

"""The pages of the explorer, read from the routes of the application: a new page is tested from the day it is added."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route

from kg.settings import Settings
from kg.web.app import create_app

EXAMPLES = {
    "/countries/{iso3}": ["/countries/COL", "/countries/ESP"],
    "/countries/{iso3}/changes": ["/countries/COL/changes"],
    "/doc/{path:path}": ["/doc/country/COL", "/doc/cooperation/2020/COL/CHL"],
    "/review/{path:path}": ["/review/response/2020/COL", "/review/response/2020/COL?show=look"],
    "/queries/{name}": [
        "/queries/bodies?country=COL",
        "/queries/egdi-trend?country=COL",
        "/queries/country-figures",
    ],
    "/network": ["/network", "/network?node=COL&from=CHL&to=PER"],
    "/search": ["/search?q=transparency"],
    "/sparql": ["/sparql", "/sparql?query=SELECT+%3Fa+%7B+%3Fa+a+dg%3AMinistry+%7D"],
    "/compare": ["/compare?c=COL&c=ESP"],
}
"""Addresses to visit for a route; a route with parameters needs some."""
NO_PAGES = re.compile(
    r"/(api|static|id|graph|graph-store|ontology/\{|dump/\{|dump/SHA256SUMS|dump/catalog|metrics|health|ready|preferences|sitemap|robots|\.well-known|openapi)"
    r"|\.(json|csv|xml|txt|jsonld|yaml|graphml|gexf)$|\{suffix"
)
"""Routes that are for programs, or that only lead elsewhere."""


def pages() -> list[str]:
    """An address or more for every page."""
    found: list[str] = []
    for path in _paths(create_app(Settings(store=str(Path("unused")))).routes):
        if NO_PAGES.search(path):
            continue
        if path not in EXAMPLES and "{" in path:
            raise AssertionError(f"{path} has parameters: add an example to EXAMPLES in {__name__}.py")
        found += [address for address in EXAMPLES.get(path, [path]) if address not in found]
    return found


def _paths(routes: Iterable[BaseRoute]) -> Iterable[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from (route.path + path for path in _paths(route.routes or ()))
        elif isinstance(route, Route) and (route.methods is None or "GET" in route.methods):
            yield route.path

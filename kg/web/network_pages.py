"""The cooperation network over HTTP: `/network` for people, `/network.json` and `/api/network…` for programs.

The page is complete without JavaScript: filters are a form, a selected node, a path and a page of the table are
addresses. With it, `frontend/src/network.ts` draws the picture from `/network.json` and fetches `part=1` of the same
addresses, the regions of the page that change. So there is one place that puts facts into words: the templates.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.publishing.network import Agreement, Network, Node, Step, Suggestion, UnknownCountryError
from kg.store.interface import ServedVersion
from kg.web import negotiation
from kg.web.explorer.view import keep_page, kept_page
from kg.web.network_data import SCHEMES, Drawn, best, key_of
from kg.web.presentation import render
from kg.web.problems import Problem
from kg.web.reader import reader
from kg.web.responses import respond

ROWS: Final = 100
"""Rows of the tables of nodes and of cooperations on one page."""
SUGGESTIONS: Final = 8
"""Suggestions that the panel of a country shows; the REST endpoint has all."""


def routes() -> list[BaseRoute]:
    """The addresses of this module. They read `app.state.endpoint` (SparqlEndpoint) and `app.state.networks` (Latest)."""
    return [
        Route("/network", _page),
        Route("/network.json", _document),
        Route("/network.graphml", _graphml),
        Route("/network.gexf", _gexf),
        Route("/api/network", _document),
        Route("/api/network/path", _path),
        Route("/api/network/suggestions", _suggestions),
    ]


@dataclass(frozen=True, slots=True)
class View:
    """What the address asks for: filters, the selected node, both ends of a path, a page of the tables."""

    kind: str = ""
    status: str = ""
    topic: str = ""
    since: int | None = None
    countries: bool = False
    node: str = ""
    start: str = ""
    end: str = ""
    page: int = 1

    @classmethod
    def of(cls, parameters: Mapping[str, str], drawn: Drawn) -> View:
        """Read from a query string. Raises Problem, which says what is allowed, for a filter that means nothing."""
        chosen = {name: parameters.get(name, "").strip() for name in ("kind", "status", "topic")}
        for name, member in zip(chosen, SCHEMES, strict=True):
            known = drawn.document[member]
            if chosen[name] and chosen[name] not in known:
                raise _bad(f"{name}={chosen[name]} is not in the network. There are {', '.join(known)}.")
        return cls(
            **chosen,
            since=_whole(parameters, "since", 1900, 2200),
            countries=parameters.get("countries", "") not in ("", "0", "false"),
            node=parameters.get("node", "").strip(),
            start=parameters.get("from", "").strip(),
            end=parameters.get("to", "").strip(),
            page=_whole(parameters, "page", 1, 100_000) or 1,
        )

    @property
    def filters(self) -> dict[str, str]:
        """The parameters that narrow the network, as in an address."""
        values = {
            "kind": self.kind,
            "status": self.status,
            "topic": self.topic,
            "since": str(self.since) if self.since else "",
            "countries": "1" if self.countries else "",
        }
        return {name: value for name, value in values.items() if value}

    def href(self, fragment: str = "", **changes: Any) -> str:
        """The address of this view with some changes."""
        view = replace(self, **changes)
        parameters = {
            **view.filters,
            "node": view.node,
            "from": view.start,
            "to": view.end,
            "page": str(view.page) if view.page > 1 else "",
        }
        query = urlencode({name: value for name, value in parameters.items() if value}, safe="/")
        return "/network" + ("?" + query if query else "") + fragment

    def of_network(self, network: Network) -> Network:
        """The part of a network that the filters leave."""
        if self.kind or self.status or self.topic or self.since:
            network = network.filtered(
                kinds=[self.kind] if self.kind else (),
                statuses=[self.status] if self.status else (),
                topics=[self.topic] if self.topic else (),
                since=self.since,
            )
        return network.countries_only() if self.countries else network


async def _page(request: Request) -> Response:
    chosen = negotiation.best(request.headers.get("accept", ""), (negotiation.HTML, _JSON))
    if chosen is not negotiation.HTML:
        return await _document(request)
    if kept := kept_page(request, chosen.key):
        return kept
    version, drawn = await request.app.state.networks.current()
    view = View.of(request.query_params, drawn)
    words = _Words(drawn, request.app.state.endpoint.settings.base_iri, reader().lang)
    shown = await asyncio.to_thread(_shown, drawn, view, words)
    if view.node and shown["selected"] is None:
        raise Problem(
            404, "no-such-node", "The network knows nothing of that name", f"There is no node '{view.node}'."
        )
    page = render(
        "network-parts.html" if "part" in request.query_params else "network.html",
        here="/network",
        version=version,
        base_iri=words.base_iri,
        view=view,
        **shown,
    )
    return _answer(request, version, chosen, page)


async def _document(request: Request) -> Response:
    """The network that the filters leave: nodes with measures, edges, agreements, names of the concepts."""
    if kept := kept_page(request, _JSON.key):
        return kept
    version, drawn = await request.app.state.networks.current()
    view = View.of(request.query_params, drawn)
    base_iri = request.app.state.endpoint.settings.base_iri
    body = await asyncio.to_thread(_filtered_document, drawn, view, base_iri)
    return _answer(request, version, _JSON, json.dumps(body, ensure_ascii=False, separators=(",", ":")))


async def _graphml(request: Request) -> Response:
    """The network that the filters leave, for Gephi, Cytoscape, igraph and others."""
    _, drawn = await request.app.state.networks.current()
    network = View.of(request.query_params, drawn).of_network(drawn.network)
    return respond(request, await asyncio.to_thread(network.graphml), "application/graphml+xml")


async def _gexf(request: Request) -> Response:
    """The same as GEXF."""
    _, drawn = await request.app.state.networks.current()
    network = View.of(request.query_params, drawn).of_network(drawn.network)
    return respond(request, await asyncio.to_thread(network.gexf), "application/gexf+xml")


async def _path(request: Request) -> Response:
    """`?from=COL&to=PER`: the shortest path with the agreements along it; `path` is null where there is none."""
    _, drawn = await request.app.state.networks.current()
    view = View.of(request.query_params, drawn)
    base_iri = request.app.state.endpoint.settings.base_iri
    if not view.start or not view.end:
        raise _bad("Give two countries by their alpha-3 codes, such as ?from=COL&to=PER.")
    start, end = (_country(drawn, code) for code in (view.start, view.end))
    steps = view.of_network(drawn.network).path(start.iri, end.iri)
    body = {
        "from": _named(start, base_iri),
        "to": _named(end, base_iri),
        "filters": view.filters,
        "length": len(steps) if steps is not None else None,
        "path": None
        if steps is None
        else [
            {
                "from": _named(step.start, base_iri),
                "to": _named(step.end, base_iri),
                "agreements": [asdict(agreement) for agreement in step.agreements],
            }
            for step in steps
        ],
    }
    return respond(request, json.dumps(body, ensure_ascii=False), _JSON.media_type)


async def _suggestions(request: Request) -> Response:
    """`?country=COL`: countries that it does not cooperate with yet, those with most reasons first."""
    _, drawn = await request.app.state.networks.current()
    base_iri = request.app.state.endpoint.settings.base_iri
    code = request.query_params.get("country", "").strip()
    if not code:
        raise _bad("Give a country by its alpha-3 code, such as ?country=COL.")
    limit = _whole(request.query_params, "limit", 1, 1000)
    country = _country(drawn, code)
    found = await asyncio.to_thread(drawn.network.suggestions, country.iri)
    body = {
        "country": _named(country, base_iri),
        "total": len(found),
        "suggestions": [
            {
                "country": _named(suggestion.candidate, base_iri),
                "score": suggestion.score,
                "networks": [_named(node, base_iri) for node in suggestion.networks],
                "partners": [_named(node, base_iri) for node in suggestion.partners],
                "topics": list(suggestion.topics),
                "ahead": suggestion.ahead,
                "egdi": suggestion.candidate.egdi,
            }
            for suggestion in found[:limit]
        ],
    }
    return respond(request, json.dumps(body, ensure_ascii=False), _JSON.media_type)


# --- private helpers ---


def _answer(request: Request, version: ServedVersion, form: negotiation.Format, text: str) -> Response:
    """The answer, kept for the next reader like this one unless it is of a version that is about to be replaced."""
    served = request.app.state.endpoint.version
    if served is None or served.id != version.id:
        return respond(request, text, form.media_type)
    return keep_page(request, form.key, text)


_JSON: Final = negotiation.Format("json", "application/json", ("application/json",))


@dataclass(frozen=True, slots=True)
class _Words:
    """Names of things in the reader's language, and where they lead."""

    drawn: Drawn
    base_iri: str
    language: str

    def node(self, node: Node) -> dict[str, Any]:
        return {
            "key": key_of(node, self.base_iri),
            "iri": node.iri,
            "label": self.drawn.name(node, self.language),
            "kind": node.kind,
            "iso3": node.iso3,
            "egdi": node.egdi,
            "responded": node.responded,
            "region": self.region(node.region),
            "href": f"/countries/{node.iso3}" if node.iso3 else None,
        }

    def region(self, iri: str | None) -> str | None:
        return best(self.drawn.document["regions"].get(iri, {}), self.language, "") if iri else None

    def agreement(self, agreement: Agreement) -> dict[str, Any]:
        return {
            "iri": agreement.iri,
            "label": self.drawn.agreement(agreement, self.language),
            "kind": self.drawn.concept("kinds", agreement.kind, self.language),
            "status": self.drawn.concept("statuses", agreement.status, self.language)
            if agreement.status
            else None,
            "participation": agreement.participation,
            "year": agreement.year,
            "topics": [self.drawn.concept("topics", topic, self.language) for topic in agreement.topics],
            "reporter": self.drawn.name(agreement.reporter, self.language),
        }

    def suggestion(self, suggestion: Suggestion) -> dict[str, Any]:
        return {
            "node": self.node(suggestion.candidate),
            "networks": [self.drawn.name(node, self.language) for node in suggestion.networks],
            "partners": [self.drawn.name(node, self.language) for node in suggestion.partners],
            "topics": [self.drawn.concept("topics", topic, self.language) for topic in suggestion.topics],
            "ahead": suggestion.ahead,
        }


def _shown(drawn: Drawn, view: View, words: _Words) -> dict[str, Any]:
    """Everything that the templates put on the page."""
    network = view.of_network(drawn.network)
    measured = _filtered_measures(drawn, network) if view.filters else _stored_measures(drawn)
    named = {iri: words.node(network.nodes[iri]) for iri in network.graph}
    edges = sorted(
        (
            (sorted((named[one], named[other]), key=_by_kind), edge["agreements"])
            for one, other, edge in network.graph.edges(data=True)
        ),
        key=lambda edge: [_by_kind(end) for end in edge[0]],
    )
    pages = max(1, -(-max(len(measured), len(edges)) // ROWS))
    page = min(view.page, pages)
    window = slice((page - 1) * ROWS, page * ROWS)
    return {
        "totals": {
            "countries": sum(entry["kind"] == "country" for entry in measured),
            "organisations": sum(entry["kind"] == "organisation" for entry in measured),
            "edges": len(edges),
            "communities": len({entry["community"] for entry in measured}),
        },
        "choices": {
            member: sorted(
                ((code, drawn.concept(member, code, words.language)) for code in drawn.document[member]),
                key=lambda choice: choice[1].casefold(),
            )
            for member in SCHEMES
        },
        "countries": sorted(
            (
                (entry["key"], drawn.name(entry["iri"], words.language))
                for entry in drawn.document["nodes"]
                if entry["kind"] == "country" and entry["degree"]
            ),
            key=lambda choice: choice[1].casefold(),
        ),
        "listed": [
            {"node": named[entry["iri"]], **{name: entry[name] for name in _MEASURES}}
            for entry in measured[window]
        ],
        "page": page,
        "pages": pages,
        "edges": [
            {"ends": ends, "agreements": [words.agreement(agreement) for agreement in agreements]}
            for ends, agreements in edges[window]
        ],
        "selected": _selected(drawn, network, view, words),
        "path": _path_shown(drawn, network, view, words),
    }


def _selected(drawn: Drawn, network: Network, view: View, words: _Words) -> dict[str, Any] | None:
    """The facts of the selected node, its links that the filters leave, and suggestions for a country."""
    entry = drawn.by_key.get(view.node)
    if entry is None:
        return None
    node = drawn.network.nodes[entry["iri"]]
    neighbours = network.graph[node.iri].items() if node.iri in network.graph else ()
    links = [
        {
            "node": words.node(network.nodes[other]),
            "agreements": [words.agreement(agreement) for agreement in edge["agreements"]],
        }
        for other, edge in neighbours
    ]
    suggestions = drawn.network.suggestions(node.iri) if node.kind == "country" and entry["degree"] else []
    return {
        **words.node(node),
        "degree": entry["degree"],
        "agreements": entry["agreements"],
        "betweenness": entry["betweenness"],
        "community": entry["community"],
        "links": sorted(links, key=lambda link: _by_kind(link["node"])),
        "hidden_links": entry["degree"] - len(links),
        "suggestions": [words.suggestion(suggestion) for suggestion in suggestions[:SUGGESTIONS]],
        "more_suggestions": len(suggestions) - SUGGESTIONS,
    }


def _path_shown(drawn: Drawn, network: Network, view: View, words: _Words) -> dict[str, Any] | None:
    """The path that the address asks for: its steps, or what is wrong; None when it asks for none."""
    if not view.start or not view.end:
        return None
    try:
        start, end = drawn.country(view.start), drawn.country(view.end)
    except UnknownCountryError as error:
        return {"problem": f"{error.message}.", "steps": None}
    steps: list[Step] | None = network.path(start.iri, end.iri)
    return {
        "problem": None,
        "start": words.node(start),
        "end": words.node(end),
        "steps": None
        if steps is None
        else [
            {
                "start": words.node(step.start),
                "end": words.node(step.end),
                "agreements": [words.agreement(agreement) for agreement in step.agreements],
            }
            for step in steps
        ],
    }


def _by_kind(node: dict[str, Any]) -> tuple[str, str, str]:
    """Countries before organisations, each by name."""
    return node["kind"], node["label"].casefold(), node["iri"]


def _stored_measures(drawn: Drawn) -> list[dict[str, Any]]:
    """The nodes of the whole network with their measures, in the order of Network.measures."""
    linked = [entry for entry in drawn.document["nodes"] if entry["community"] is not None]
    return sorted(linked, key=lambda entry: (-entry["degree"], -entry["betweenness"], entry["label"]))


def _filtered_measures(drawn: Drawn, network: Network) -> list[dict[str, Any]]:
    """The same for a part of the network."""
    return [
        {**drawn.by_iri[measures.node.iri], **{name: getattr(measures, name) for name in _MEASURES}}
        for measures in network.measures()
    ]


_MEASURES: Final = ("degree", "agreements", "betweenness", "community")


def _filtered_document(drawn: Drawn, view: View, base_iri: str) -> dict[str, Any]:
    stored = drawn.document
    if not view.filters:
        nodes = [entry for entry in stored["nodes"] if entry["community"] is not None]
        return {**stored, "filters": {}, "nodes": nodes}
    network = view.of_network(drawn.network)
    used = sorted(
        {agreement.iri for _, _, edge in network.graph.edges(data=True) for agreement in edge["agreements"]}
    )
    positions = {iri: position for position, iri in enumerate(used)}
    return {
        **stored,
        "filters": view.filters,
        "nodes": _filtered_measures(drawn, network),
        "edges": [
            {
                "source": key_of(network.nodes[one], base_iri),
                "target": key_of(network.nodes[other], base_iri),
                "agreements": [positions[agreement.iri] for agreement in edge["agreements"]],
            }
            for one, other, edge in sorted(network.graph.edges(data=True), key=lambda entry: entry[:2])
        ],
        "agreements": [entry for entry in stored["agreements"] if entry["iri"] in positions],
    }


def _named(node: Node, base_iri: str) -> dict[str, Any]:
    return {"key": key_of(node, base_iri), "iri": node.iri, "label": node.label, "kind": node.kind}


def _country(drawn: Drawn, code: str) -> Node:
    try:
        return drawn.country(code)
    except UnknownCountryError as error:
        raise Problem(
            404, "no-such-country", "There is no such country", f"{error.message}. {error.hint}."
        ) from None


def _bad(detail: str) -> Problem:
    return Problem(400, "bad-parameter", "The network cannot be shown like this", detail)


def _whole(parameters: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    """A whole number of the query string; None where it is not given. Raises Problem."""
    text = parameters.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not least <= int(text[:10]) <= most:
        raise _bad(f"'{name}' must be a whole number from {least} to {most}.")
    return int(text)

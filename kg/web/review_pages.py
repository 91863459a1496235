"""`/review`: the records that sources were read into, for those who go through them. Read-only.

The list says how far each record has been reviewed and what validation finds in it; `/review/{source}` has its entries by
question or section, each with the lines it was read from. Both take filters and have a twin in JSON (`.json`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.web.dataset_pages import served_version
from kg.web.explorer.graph import views
from kg.web.explorer.reviews import Reviews
from kg.web.explorer.view import JSON, SUFFIX, answer, kept_page, wants_json
from kg.web.latest import Latest
from kg.web.negotiation import HTML
from kg.web.presentation import fragment, render
from kg.web.problems import Problem
from kg.web.reader import reader
from kg.web.responses import respond
from kg.web.validation_page import SEVERITIES, read_report, report_at_hand, report_file

Document = dict[str, Any]

PATIENCE: Final = 4.0
"""Seconds after which a browser that waits for the records gets a page saying so."""
STATES: Final = ("extracted", "reviewed")
SHOWN: Final = ("all", "look")


def routes() -> list[BaseRoute]:
    """The addresses of this module. They read `app.state.reviews` and `app.state.endpoint`."""
    return [
        Route("/review" + SUFFIX, _with_records(_records)),
        Route("/review", _with_records(_records)),
        Route("/review/{path:path}", _with_records(_record)),
    ]


# --- private helpers ---


@dataclass(frozen=True, slots=True)
class _Findings:
    """What validation found in the served version, by source and by thing: see `_by_source`."""

    state: str
    """What changes when the report does; empty where there is none."""
    of: Mapping[str, Sequence[Document]]


def _with_records(
    page: Callable[[Request, Reviews, _Findings], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """The handler of a page that needs the records: people are told when these are still being made, programs wait."""

    async def handler(request: Request) -> Response:
        latest: Latest[Reviews] = request.app.state.reviews
        try:
            _, records = await asyncio.wait_for(latest.current(), None if wants_json(request) else PATIENCE)
        except TimeoutError:
            version = served_version(request.app.state.endpoint)
            text = render("being-made.html", version=version, page="review", here="/review")
            return respond(request, text, status=202, headers={"Refresh": "3", "Cache-Control": "no-store"})
        findings = await _findings(request)
        form = JSON.key if wants_json(request) else HTML.key
        return kept_page(request, form, findings.state) or page(request, records, findings)

    return handler


def _records(request: Request, records: Reviews, findings: _Findings) -> Response:
    reviews = records.summaries(reader().lang)
    country = request.query_params.get("country", "").upper()
    severity = _choice(request, "severity", SEVERITIES)
    state = _choice(request, "state", STATES)
    rows = []
    for entry in reviews:
        found = Counter(finding["severity"] for finding in findings.of.get(entry["iri"], ()))
        if (
            (not country or entry["iso3"] == country)
            and (not state or entry["status"] == state)
            and (not severity or found[severity])
        ):
            rows.append({**entry, "findings": {name: found[name] for name in SEVERITIES}})
    document = {
        "country": country or None,
        "severity": severity or None,
        "state": state or None,
        "findings_known": bool(findings.state),
        "records": rows,
    }
    return answer(
        request,
        "reviews.html",
        document,
        also=findings.state,  # the report may be renewed for the same dataset
        here="/review",
        countries=sorted({(entry["iso3"], entry["country"]["label"]) for entry in reviews}, key=_name),
        severities=SEVERITIES,
        states=STATES,
    )


def _record(request: Request, records: Reviews, findings: _Findings) -> Response:
    path = request.path_params["path"].removesuffix(SUFFIX)
    record = records.record(path, reader().lang)
    if record is None:
        raise Problem(
            404,
            "no-such-record",
            "There is no such record",
            f"No source of this dataset is at {path}. /review lists them.",
        )
    severity = _choice(request, "severity", SEVERITIES)
    show = _choice(request, "show", SHOWN) or SHOWN[0]
    own = findings.of.get(record["iri"], ())
    found = [entry for entry in own if not severity or entry["severity"] == severity]
    document = _narrowed(record, found, show, severity)
    document["findings_known"] = bool(findings.state)
    return answer(
        request,
        "review.html",
        {**document, "show": show, "severity": severity or None},
        also=findings.state,
        here="/review",
        severities=SEVERITIES,
    )


def _narrowed(record: Document, findings: list[Document], show: str, severity: str) -> Document:
    """The record with the findings at the entries and answers that they are about, and only what was asked for."""
    by_place: dict[tuple[str, str], list[Document]] = {}
    elsewhere = []
    if not severity:
        said: list[str] = views()["review"]["said_already"]
        findings = [finding for finding in findings if fragment(finding["shape"]) not in said]
    known = {(part["iri"], entry["iri"]) for part in record["parts"] for entry in part["entries"]}
    answers = {part["iri"] for part in record["parts"]}
    for finding in findings:
        about = finding["focus"].partition("/remark/")[0]
        places = {
            (source["answer"], about)
            if (source["answer"], about) in known
            else (source["answer"], source["answer"])
            for source in finding["sources"]
            if source["answer"] in answers
        }
        if about in answers:
            places = {(about, about)}
        for place in places:
            by_place.setdefault(place, []).append(finding)
        if not places:
            elsewhere.append(finding)
    parts = []
    for part in record["parts"]:
        own = by_place.get((part["iri"], part["iri"]), [])
        entries = [
            {**entry, "findings": by_place.get((part["iri"], entry["iri"]), [])} for entry in part["entries"]
        ]
        if severity:
            entries = [entry for entry in entries if entry["findings"]]
        elif show == "look":
            entries = [entry for entry in entries if entry["look"] or _serious(entry["findings"])]
        wanted = any(remark["look"] for remark in part["remarks"]) or _serious(own)
        if entries or own or (show == "all" and not severity) or (wanted and not severity):
            parts.append({**part, "entries": entries, "findings": own})
    remarks = [remark for remark in record["remarks"] if not severity and (show == "all" or remark["look"])]
    return {**record, "remarks": remarks, "parts": parts, "findings": elsewhere}


def _serious(findings: list[Document]) -> bool:
    return any(finding["severity"] != "Info" for finding in findings)


async def _findings(request: Request) -> _Findings:
    """What validation found in the served version; where its report is on another server, it is fetched."""
    path = report_at_hand(request)
    if path is None and not served_version(request.app.state.endpoint).is_local:
        with suppress(TimeoutError, Problem):
            path = await asyncio.wait_for(report_file(request), PATIENCE)
    if path is None:
        return _Findings("", {})
    changed = path.stat().st_mtime_ns
    return _Findings(f"{path.name} {changed}", await asyncio.to_thread(_by_source, path, changed))


@lru_cache(maxsize=2)
def _by_source(path: Path, changed: int) -> dict[str, list[Document]]:
    """Findings by each IRI that their focus, or an answer that states it, is or is below: so by source, too."""
    found: dict[str, list[Document]] = {}
    for finding in read_report(path, changed)["findings"]:
        about = {finding["focus"], *(source["answer"] for source in finding["sources"])}
        for iri in {place for name in about for place in _at_or_above(name)}:
            found.setdefault(iri, []).append(finding)
    return found


def _at_or_above(iri: str) -> list[str]:
    parts = iri.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts), 3, -1)]


def _choice(request: Request, name: str, allowed: tuple[str, ...]) -> str:
    given = request.query_params.get(name, "")
    if given and given not in allowed:
        raise Problem(
            400, "bad-parameter", "There is no such choice", f"'{name}' is one of {', '.join(allowed)}."
        )
    return given


def _name(choice: tuple[str, str]) -> str:
    return choice[1].casefold()

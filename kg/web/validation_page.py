"""`/validation`: what the shapes find in the served version, as a page to look through, as JSON, or as a SHACL report.

The page shows one part at a time: by severity, country and shape (query parameters), a hundred findings to a page. The
JSON takes the same parameters; the report in Turtle is always whole.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.web import negotiation
from kg.web.dataset_pages import derived_file, served_version
from kg.web.derived import DerivedFiles
from kg.web.presentation import render
from kg.web.problems import Problem
from kg.web.reader import reader
from kg.web.responses import respond

PATIENCE: Final = 4.0
"""Seconds after which a browser that waits for the report gets a page saying so."""
ON_A_PAGE: Final = 100
"""Findings that a page shows."""
SEVERITIES: Final = ("Violation", "Warning", "Info")


def routes() -> list[BaseRoute]:
    """The address of this module. It reads `app.state.endpoint` (sparql.SparqlEndpoint) and `app.state.reports`."""
    return [Route("/validation", _validation)]


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a report is asked for; empty strings leave a filter out."""

    severity: str = ""
    country: str = ""
    shape: str = ""

    @classmethod
    def of(cls, request: Request) -> Selection:
        """Raises Problem 400 for a severity that there is none of."""
        asked = request.query_params
        severity = asked.get("severity", "")
        if severity and severity not in SEVERITIES:
            raise Problem(
                400,
                "no-such-severity",
                "There is no such severity",
                f"Severities are {', '.join(SEVERITIES)}.",
            )
        return cls(severity, asked.get("country", "").upper(), asked.get("shape", ""))

    def takes(self, finding: dict[str, Any], *, but: str = "") -> bool:
        """Whether a finding is among what is asked for; `but` names a filter that does not count."""
        return all(
            not wanted or name == but or wanted == _value(finding, name)
            for name, wanted in (
                ("severity", self.severity),
                ("country", self.country),
                ("shape", self.shape),
            )
        )


async def report_file(request: Request, form: str = "json") -> Path:
    """The validation report of the served version as a file in a form (`json`, `turtle`).

    Where none was published with it, it is made. Raises Problem when there is no version, or it cannot be made.
    """
    endpoint = request.app.state.endpoint
    files: DerivedFiles = request.app.state.reports
    version, base_iri = served_version(endpoint), endpoint.settings.base_iri
    return await derived_file(files, version, f"validation.{form}", f"validation:{form}", base_iri)


def report_at_hand(request: Request) -> Path | None:
    """The JSON form of the report where it was published with the version or has been made since; making it is not begun."""
    files: DerivedFiles = request.app.state.reports
    version = served_version(request.app.state.endpoint)
    return version.report("json") or files.made(version, "validation.json")


@lru_cache(maxsize=2)
def read_report(path: Path, _changed: int) -> dict[str, Any]:
    """The validation report in a JSON file, kept until the file has another time of change."""
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


# --- private helpers ---


async def _validation(request: Request) -> Response:
    endpoint = request.app.state.endpoint
    chosen = negotiation.best(request.headers.get("accept", ""), (negotiation.HTML, _JSON, _TURTLE))
    if chosen is None:
        offered = ", ".join(format_.names[0] for format_ in (negotiation.HTML, _JSON, _TURTLE))
        raise Problem(406, "not-acceptable", "No acceptable format", f"The report can be sent as {offered}.")
    selection = Selection.of(request)
    version = served_version(endpoint)
    making = report_file(request, "turtle" if chosen is _TURTLE else "json")
    try:
        path = await asyncio.wait_for(making, PATIENCE if chosen is negotiation.HTML else None)
    except TimeoutError:  # people are told, programs wait
        page = render("being-made.html", version=version, page="validation")
        return respond(request, page, status=202, headers={"Refresh": "4", "Cache-Control": "no-store"})
    if chosen is _TURTLE or (chosen is _JSON and selection == Selection()):
        text = await asyncio.to_thread(path.read_text, encoding="utf-8")
        return respond(request, text, chosen.media_type)
    report = await asyncio.to_thread(read_report, path, path.stat().st_mtime_ns)
    found = [finding for finding in report["findings"] if selection.takes(finding)]
    if chosen is _JSON:
        counts = Counter(finding["severity"] for finding in found)
        part = {**report, "counts": {name: counts[name] for name in SEVERITIES}, "findings": found}
        return respond(request, json.dumps(part, ensure_ascii=False, indent=2) + "\n", chosen.media_type)
    pages = max(1, ceil(len(found) / ON_A_PAGE))
    number = _number(request, pages)
    shown = found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    page = render(
        "validation.html",
        version=version,
        base_iri=endpoint.settings.base_iri,
        report=report,
        selection=selection,
        choices={name: _choices(report, selection, name) for name in ("country", "shape")},
        table=_table(report),
        total=len(found),
        page=number,
        pages=pages,
        groups=[
            (severity, [(one, [first, *rest]) for one, (first, *rest) in _by_shape(findings)])
            for severity, findings in groupby(shown, key=lambda finding: finding["severity"])
        ],
        message=_message,
        names=await _country_names(request),
    )
    return respond(request, page)


async def _country_names(request: Request) -> dict[str, str]:
    """The names of countries by code, in the reader's language; none before the explorer has them."""
    catalogue = await request.app.state.explorer.within(PATIENCE)
    if catalogue is None:
        return {}
    return {row["iso3"]: row["label"] for row in catalogue.overview(reader().lang)["countries"]}


def _by_shape(findings: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """The findings of each shape, in order of the shape's first one: the report itself goes by country."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        groups.setdefault(_value(finding, "shape"), []).append(finding)
    return list(groups.items())


def _choices(report: dict[str, Any], selection: Selection, name: str) -> list[tuple[str, str, int]]:
    """What a filter offers, given the others: value, name for people, number of findings."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for finding in report["findings"]:
        if selection.takes(finding, but=name):
            value = _value(finding, name)
            counts[value] += 1
            names[value] = finding["name"] if name == "shape" else value
    return sorted(
        ((value, names[value], count) for value, count in counts.items() if value),
        key=lambda choice: choice[1],
    )


def _table(report: dict[str, Any]) -> list[tuple[str, dict[str, int]]]:
    """Findings of each severity by country; what belongs to no country comes last, as ""."""
    counts: dict[str, Counter[str]] = {}
    for finding in report["findings"]:
        counts.setdefault(_value(finding, "country"), Counter())[finding["severity"]] += 1
    return sorted(counts.items(), key=lambda item: (not item[0], item[0]))


def _value(finding: dict[str, Any], name: str) -> str:
    value = finding[name] or ""
    return str(value).rpartition("#")[2] if name == "shape" else str(value)


def _message(finding: dict[str, Any]) -> tuple[str, str]:
    """The message in the reader's language, or else in English, and which it is."""
    said = finding["messages"].get(reader().lang)
    return (said, reader().lang) if said else (finding["message"], "en")


def _number(request: Request, pages: int) -> int:
    given = request.query_params.get("page", "1")
    if not given.isascii() or not given.isdigit() or len(given) > 6 or int(given) < 1:
        raise Problem(400, "no-page-number", "That is no page", "?page= takes a whole number from 1.")
    return min(int(given), pages)


_JSON: Final = negotiation.Format("json", "application/json", ("application/json",))
_TURTLE: Final = negotiation.Format("turtle", "text/turtle; charset=utf-8", ("text/turtle",))

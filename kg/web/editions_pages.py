"""`/countries/{ISO3}/changes`: what differs between two editions of a country's source, as a page and as JSON.

The rows are those of the named queries `changes-between-editions`, gathered by thing, and `answers-between-editions`. That the later edition
does not mention a thing is said in these words, never as an end.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from kg.publishing.queries import bound_text, find_query
from kg.web.explorer.catalogue import Catalogue
from kg.web.explorer.view import answer, both, catalogue_of
from kg.web.limits import client_of
from kg.web.messages import message
from kg.web.presentation import link
from kg.web.problems import Problem
from kg.web.reader import reader

Document = dict[str, Any]
Row = dict[str, str | None]

ROWS: Final = 2000
"""Rows of a query that a page shows."""

LAST: Final = ("new", "not mentioned")
"""Changes of things that a page lists last, in this order: whatever else is said of a thing says more."""


def routes() -> list[BaseRoute]:
    return [*both("/countries/{iso3}/changes", _changes)]


# --- private helpers ---


async def _changes(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    lang = reader().lang
    country = _country(catalogue, request.path_params["iso3"])
    editions = _editions(country)
    chosen = _chosen(editions, request)
    document: Document = {
        "iso3": country["iso3"],
        "iri": country["iri"],
        "label": country["label"],
        "editions": editions,
        "family": None,
        "from": None,
        "to": None,
        "things": [],
        "answers": [],
        "more": False,
    }
    if chosen is not None:
        family, earlier, later = chosen
        document |= {"family": family, "from": earlier, "to": later}
        parameters = {"country": country["iso3"], "from": earlier, "to": later, "family": family}
        base_iri = request.app.state.endpoint.settings.base_iri
        things = await _rows(request, "changes-between-editions", parameters)
        answers = await _rows(request, "answers-between-editions", parameters)
        document["things"] = _by_thing(things, base_iri)
        document["answers"] = [_answered(row, base_iri) for row in answers]
        document["more"] = max(len(things), len(answers)) >= ROWS
    comparable = {family for family in editions if len(editions[family]) > 1}
    return answer(
        request,
        "changes.html",
        document,
        here="/countries",
        comparable=[family for family in editions if family in comparable],
        groups=_groups(document["things"], lang),
    )


def _country(catalogue: Catalogue, given: str) -> Document:
    lang = reader().lang
    code = given.strip().upper()
    known = code in catalogue.overview("en")["by_code"]
    document = catalogue.country(code, lang) if known else None
    if document is None:
        detail = message(lang, "country.unknown", code=given)
        raise Problem(404, "no-such-country", message(lang, "country.unknown_title"), detail)
    return document


def _editions(country: Document) -> dict[str, list[Document]]:
    """The country's sources by family, the oldest first; the questionnaire before the factsheets."""
    found: dict[str, list[Document]] = {"msq": [], "factsheet": []}
    for source in country["documents"]:
        kind = source["iri"].partition("/id/")[2].partition("/")[0]
        family = "msq" if kind == "response" else kind
        entry = {
            "edition": int(source["edition"]),
            "iri": source["iri"],
            "href": source["href"],
            "label": source["label"],
        }
        found.setdefault(family, []).append(entry)
    return {
        family: sorted(entries, key=lambda entry: entry["edition"])
        for family, entries in found.items()
        if entries
    }


def _chosen(editions: dict[str, list[Document]], request: Request) -> tuple[str, int, int] | None:
    """Family and editions to compare: those asked for, else the two latest of the first family that has two."""
    asked = {name: request.query_params.get(name, "").strip() for name in ("family", "from", "to")}
    several = {
        family: [entry["edition"] for entry in entries]
        for family, entries in editions.items()
        if len(entries) > 1
    }
    if asked["family"] and asked["family"] not in editions:
        raise _wrong("changes.no_family", family=asked["family"])
    family = asked["family"] or next(iter(several), "")
    known = several.get(family, [])
    if not known:
        return None
    years = [_year(asked["from"], known, known[-2]), _year(asked["to"], known, known[-1])]
    if asked["from"] and not asked["to"] and years[0] == known[-1]:
        raise _wrong("changes.nothing_later", edition=str(years[0]))
    if years[0] >= years[1]:
        raise _wrong("changes.order", **{"from": str(years[0]), "to": str(years[1])})
    return family, years[0], years[1]


def _year(asked: str, known: list[int], default: int) -> int:
    if not asked:
        return default
    if not asked.isascii() or not asked.isdecimal() or int(asked) not in known:
        raise _wrong("changes.no_edition", edition=asked[:20], known=", ".join(map(str, known)))
    return int(asked)


def _wrong(key: str, **values: str) -> Problem:
    lang = reader().lang
    return Problem(400, "bad-parameter", message(lang, "changes.wrong_title"), message(lang, key, **values))


async def _rows(request: Request, query: str, parameters: dict[str, str | int]) -> list[Row]:
    endpoint = request.app.state.endpoint
    text = bound_text(find_query(query), parameters, endpoint.settings.base_iri)
    table = await endpoint.table(text, ROWS, client=client_of(request.scope))
    names: list[str] = table["variables"]
    return [
        {name: cell["value"] if cell else None for name, cell in zip(names, cells, strict=True)}
        for cells in table["rows"]
    ]


def _answered(row: Row, base_iri: str) -> Document:
    iri = str(row["answer"])
    return {
        "iri": iri,
        "href": link(iri, base_iri),
        "question": row["question"],
        "label": row["questionLabel"] or row["question"],
        "option": row["optionLabel"],
        "before": row["before"],
        "after": row["after"],
    }


def _by_thing(rows: list[Row], base_iri: str) -> list[Document]:
    """The rows of the query by thing, each with its changes."""
    things: dict[str, Document] = {}
    for row in rows:
        iri = str(row["thing"])
        thing = things.setdefault(
            iri,
            {
                "iri": iri,
                "href": link(iri, base_iri),
                "label": row["thingLabel"],
                "kind": row["kindLabel"],
                "changes": [],
            },
        )
        other = None
        if row["other"]:
            label = row["otherLabel"] or row["other"]
            other = {"iri": row["other"], "href": link(row["other"], base_iri), "label": label}
        thing["changes"].append(
            {
                "change": row["change"],
                "before": row["before"] or None,
                "after": row["after"] or None,
                "other": other,
            }
        )
    return list(things.values())


def _groups(things: list[Document], lang: str) -> list[Document]:
    """The things by kind; of each kind, those of which most is said first, then what only one edition mentions."""
    kinds: dict[str, list[Document]] = {}
    for thing in things:
        kinds.setdefault(thing["kind"], []).append(thing)
    return [
        {"kind": kind, "label": message(lang, f"changes.kinds.{kind}"), "things": sorted(found, key=_place)}
        for kind, found in sorted(kinds.items())
    ]


def _place(thing: Document) -> int:
    """0 where something is said of the thing but that one edition mentions it."""
    said = {change["change"] for change in thing["changes"]}
    return 0 if said - set(LAST) else max(LAST.index(change) for change in said) + 1

"""The explorer's addresses: countries, profiles, coverage, comparison, map, search, and what a reader prefers.

All answer GET without scripts. A parameter that makes no sense is a problem that says what would.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from kg.web.explorer import charts, maps
from kg.web.explorer.catalogue import Catalogue, label_of
from kg.web.explorer.overview import COUNTED, collated
from kg.web.explorer.profiles import INDICES
from kg.web.explorer.view import answer, both, catalogue_of, wants_json
from kg.web.messages import message
from kg.web.problems import Problem
from kg.web.reader import LANGUAGES, THEMES, cookie, reader
from kg.web.responses import respond

Document = dict[str, Any]

SORTS: Final = ("label", "region", "documents", "egdi", "egdi_rank", *COUNTED, "partners")
"""Columns of the list of countries that it can be sorted by; numbers begin with the highest, but for the rank."""
ASCENDING: Final = ("label", "region", "egdi_rank")

COMPARED: Final = (2, 4)
"""Fewest and most countries side by side."""

RESULTS: Final = 20
MOST_RESULTS: Final = 100


def routes() -> list[BaseRoute]:
    """All routes of the explorer but the documents about things (entity_pages.py)."""
    return [
        *both("/countries", _countries),
        *both("/countries/{iso3}", _country),
        Route("/coverage.csv", _coverage_csv),
        *both("/coverage", _coverage),
        *both("/compare", _compare),
        *both("/map", _map),
        *both("/search", _search),
        Route("/api/search", _search_api),
        Route("/preferences", _preferences),
    ]


# --- private helpers ---


async def _countries(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    overview = catalogue.overview(reader().lang)
    parameters = request.query_params
    region, text = parameters.get("region", ""), parameters.get("q", "").strip()
    known_only = parameters.get("known") == "1"
    sort, descending = _order(request)
    rows = [row for row in overview["countries"] if row["un_member"] or _is_known(row)]
    total = len(rows)
    if region:
        _known_region(overview, region)
        rows = [row for row in rows if _in_region(row, region)]
    if known_only:
        rows = [row for row in rows if _is_known(row)]
    if text:
        found = [hit.entry["iri"] for hit in catalogue.search.find(text, kind="country")]
        rows = [row for row in rows if row["iri"] in set(found)]
    rows = _sorted(rows, sort, descending)
    document = {
        "total": total,
        "shown": len(rows),
        "region": region or None,
        "q": text or None,
        "sort": sort,
        "order": "desc" if descending else "asc",
        "countries": rows,
    }
    values = overview["indices"]["values"]["egdi"]
    return answer(
        request,
        "countries.html",
        document,
        here="/countries",
        regions=_regions(overview),
        known_only=known_only,
        columns=[
            column
            for column in SORTS
            if column not in (*COUNTED, "partners") or any(row[column] for row in overview["countries"])
        ],
        ascending=ASCENDING,
        sparklines={
            row["iso3"]: charts.sparkline(
                {year: v[row["iso3"]] for year, v in values.items() if row["iso3"] in v}
            )
            for row in rows
        },
    )


async def _country(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    lang = reader().lang
    given = request.path_params["iso3"]
    document = _profile(catalogue, given)
    overview = catalogue.overview(lang)
    row = overview["by_code"].get(document["iso3"])
    instruments = {entry["iri"]: entry for entry in document["instruments"]}
    bodies = {entry["iri"]: entry for entry in document["bodies"]}
    lanes = [
        (topic, [instruments[iri] for iri in topic["instruments"]])
        for topic in document["topics"]
        if topic["instruments"]
    ]
    placed = {entry["iri"] for _, entries in lanes for entry in entries}
    other = [entry for entry in document["instruments"] if entry["iri"] not in placed]
    if other:
        lanes.append(({"code": "other", "label": message(lang, "country.other_topics"), "href": None}, other))
    labels = {entry["code"]: entry["label"] for entry in overview["indices"]["indicators"]}
    trend = charts.trend(
        [
            (code, message(lang, f"index.{code}"), document["indices"][code])
            for code in INDICES
            if document["indices"].get(code)
        ]
    )
    return answer(
        request,
        "country.html",
        document,
        here="/countries",
        row=row,
        instruments=instruments,
        bodies=bodies,
        trend=trend,
        timeline=charts.timeline(lanes),
        index_labels=labels,
        editions=[str(e) for e in overview["indices"]["editions"]],
        world=_averages(overview),
        neighbours=_neighbours(overview, row) if row else [],
        structured={
            "@context": "https://schema.org",
            "@type": "Country" if document["iso2"] else "AdministrativeArea",
            "@id": document["iri"],
            "name": document["label"],
            "alternateName": document["aliases"],
            "identifier": document["iso3"],
            "sameAs": document["same_as"],
        },
    )


async def _coverage(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    document = _matrix(request, catalogue)
    overview = catalogue.overview(reader().lang)
    return answer(
        request,
        "coverage.html",
        document,
        here="/coverage",
        regions=_regions(overview),
    )


async def _coverage_csv(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    document = _matrix(request, catalogue)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["iso3", "country", *(topic["code"] for topic in document["topics"])])
    for row in document["countries"]:
        writer.writerow([row["iso3"], row["label"], *(cell["value"] for cell in row["cells"])])
    headers = {"Content-Disposition": 'attachment; filename="coverage.csv"'}
    return respond(request, out.getvalue(), "text/csv; charset=utf-8; header=present", headers=headers)


async def _compare(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    lang = reader().lang
    overview = catalogue.overview(lang)
    asked = [code for value in request.query_params.getlist("c") for code in value.split(",") if code.strip()]
    codes = list(dict.fromkeys(_code(catalogue, code) for code in asked))
    if len(codes) > COMPARED[1]:
        raise Problem(
            400, "bad-parameter", message(lang, "compare.too_many_title"), message(lang, "compare.too_many")
        )
    profiles = [_profile(catalogue, code) for code in codes]
    document = {
        "countries": [_compared(profile, overview["by_code"][profile["iso3"]]) for profile in profiles],
        "topics": overview["topics"],
        "common_partners": _common(profiles, "partners"),
        "common_organisations": _common_organisations(profiles),
    }
    series = [(profile["iso3"], profile["label"], profile["indices"].get("egdi", {})) for profile in profiles]
    return answer(
        request,
        "compare.html",
        document,
        here="/compare",
        trend=charts.trend([entry for entry in series if entry[2]]),
        choices=[row for row in overview["countries"] if row["un_member"] or _is_known(row)],
        most=COMPARED[1],
        editions=[str(e) for e in overview["indices"]["editions"]],
        areas=_by_code(profiles, "responsibilities"),
        roles=_by_code(profiles, "roles"),
        technologies=_by_code(profiles, "technologies"),
    )


async def _map(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    overview = catalogue.overview(reader().lang)
    document = map_document(
        overview, request.query_params.get("by", "egdi"), request.query_params.get("edition")
    )
    return answer(
        request,
        "map.html",
        document,
        here="/map",
        drawing=maps.world(),
        measures=_measures(overview),
        editions=overview["indices"]["editions"],
        labels={row["iso3"]: row for row in overview["countries"]},
    )


async def _search(request: Request) -> Response:
    if wants_json(request):
        return await _search_api(request)
    catalogue = await catalogue_of(request)
    query = request.query_params.get("q", "").strip()
    page = _positive(request, "page", 1, 1000)
    document = _found(catalogue, request, limit=RESULTS, offset=(page - 1) * RESULTS)
    if page > 1 and not document["results"]:
        raise Problem(
            404,
            "no-such-page",
            message(reader().lang, "search.no_page_title"),
            message(reader().lang, "search.no_page"),
        )
    return answer(
        request,
        "search.html",
        document,
        here="/search",
        query=query,
        page=page,
        pages=-(-document["total"] // RESULTS),
        entries=len(catalogue.search),
    )


async def _search_api(request: Request) -> Response:
    catalogue = await catalogue_of(request)
    limit = _positive(request, "limit", RESULTS, MOST_RESULTS)
    page = _positive(request, "page", 1, 1000)
    document = _found(catalogue, request, limit=limit, offset=(page - 1) * limit)
    return respond(request, json.dumps(document, ensure_ascii=False), "application/json")


async def _preferences(request: Request) -> Response:
    """Keep a wish about language or theme in a cookie, and go back to the page that it was made on."""
    parameters = request.query_params
    response = RedirectResponse(_local(parameters.get("back", "/")), status_code=303)
    response.headers["Cache-Control"] = "no-store"
    for name, allowed in (("theme", THEMES), ("lang", tuple(LANGUAGES))):
        value = parameters.get(name)
        if value is None:
            continue
        if value not in allowed:
            raise Problem(
                400, "bad-parameter", "There is no such choice", f"'{name}' is one of {', '.join(allowed)}."
            )
        response.headers.append("set-cookie", cookie(name, value))
    return response


# --- countries ---


def _profile(catalogue: Catalogue, given: str) -> Document:
    document = catalogue.country(_code(catalogue, given), reader().lang)
    if document is None:
        lang = reader().lang
        raise Problem(
            404,
            "no-such-country",
            message(lang, "country.unknown_title"),
            message(lang, "country.unknown", code=given),
        )
    return document


def _code(catalogue: Catalogue, given: str) -> str:
    """The alpha-3 code of what was given: a code of either length in any case, or a name."""
    code = given.strip().upper()
    if code in catalogue.overview("en")["by_code"]:
        return code
    hits = catalogue.search.find(given, kind="country")
    exact = [hit for hit in hits if hit.name.casefold() == given.strip().casefold()]
    if exact:
        return catalogue.iso3_by_iri[exact[0].entry["iri"]]
    lang = reader().lang
    meant = [catalogue.iso3_by_iri[hit.entry["iri"]] for hit in hits[:3]]
    detail = message(lang, "country.unknown", code=given)
    if meant:
        detail += " " + message(lang, "country.meant", codes=", ".join(meant))
    raise Problem(404, "no-such-country", message(lang, "country.unknown_title"), detail)


def _order(request: Request) -> tuple[str, bool]:
    sort = request.query_params.get("sort", "label")
    if sort not in SORTS:
        raise Problem(400, "bad-parameter", "There is no such column", f"Sort by one of {', '.join(SORTS)}.")
    order = request.query_params.get("order") or ("asc" if sort in ASCENDING else "desc")
    return sort, order == "desc"


def _sorted(rows: list[Document], sort: str, descending: bool) -> list[Document]:
    """Rows without a value stand last, whatever the direction."""

    def key(row: Document) -> Any:
        value = row[sort]
        if sort == "label":
            return collated(value)
        if sort == "region":
            return (collated(value["label"]), collated((row["subregion"] or value)["label"]))
        return len(value) if isinstance(value, list) else value

    having = [row for row in rows if row[sort] is not None]
    lacking = [row for row in rows if row[sort] is None]
    return sorted(having, key=key, reverse=descending) + lacking


def _is_known(row: Document) -> bool:
    return bool(row["documents"]) or any(row[name] for name in COUNTED)


def _in_region(row: Document, m49: str) -> bool:
    return any(region and region["m49"] == m49 for region in (row["region"], row["subregion"]))


def _regions(overview: Document) -> list[Document]:
    """Regions with their sub-regions, in the order of a list to choose from."""
    found: dict[str, Document] = {}
    for row in overview["countries"]:
        region, subregion = row["region"], row["subregion"]
        if region:
            entry = found.setdefault(region["m49"], {**region, "subregions": {}})
            if subregion:
                entry["subregions"].setdefault(subregion["m49"], subregion)
    return [
        {**entry, "subregions": sorted(entry["subregions"].values(), key=lambda s: collated(s["label"]))}
        for entry in sorted(found.values(), key=lambda entry: collated(entry["label"]))
    ]


def _known_region(overview: Document, m49: str) -> None:
    codes = {
        region["m49"]
        for row in overview["countries"]
        for region in (row["region"], row["subregion"])
        if region
    }
    if m49 not in codes:
        raise Problem(
            400,
            "bad-parameter",
            "There is no such region",
            f"'region' is an M49 code: {', '.join(sorted(codes))}.",
        )


def _averages(overview: Document) -> dict[str, float]:
    """The mean index of all countries by edition."""
    return {
        edition: round(sum(values.values()) / len(values), 4)
        for edition, values in sorted(overview["indices"]["values"]["egdi"].items())
        if values
    }


def _neighbours(overview: Document, row: Document) -> list[Document]:
    """Countries of the same sub-region with a source, then those with the nearest index: whom to compare with."""
    if row["subregion"] is None:
        return []
    peers = [
        other
        for other in overview["countries"]
        if other is not row and other["subregion"] and other["subregion"]["m49"] == row["subregion"]["m49"]
    ]
    own = row["egdi"] or 0.0
    peers.sort(key=lambda other: (not other["documents"], abs((other["egdi"] or 0.0) - own)))
    return peers[:4]


# --- coverage ---


def _matrix(request: Request, catalogue: Catalogue) -> Document:
    overview = catalogue.overview(reader().lang)
    region = request.query_params.get("region", "")
    everything = request.query_params.get("all") == "1"
    if region:
        _known_region(overview, region)
    nothing = [{"value": "unknown", "things": 0, "sources": []} for _ in overview["topics"]]
    rows = [
        {
            **{name: row[name] for name in ("iri", "label", "href", "iso3", "documents")},
            "region": row["region"]["label"] if row["region"] else None,
            "cells": overview["coverage"].get(row["iso3"], nothing),
        }
        for row in overview["countries"]
        if (row["documents"] or (everything and row["un_member"])) and (not region or _in_region(row, region))
    ]
    return {
        "topics": [
            {
                **topic,
                "totals": {
                    value: sum(1 for row in rows if row["cells"][place]["value"] == value)
                    for value in ("yes", "no", "unknown")
                },
            }
            for place, topic in enumerate(overview["topics"])
        ],
        "region": region or None,
        "all": everything,
        "countries": rows,
    }


# --- comparison ---


def _compared(profile: Document, row: Document) -> Document:
    return {
        **{name: row[name] for name in ("iri", "label", "href", "iso3", "region", "subregion", "documents", "partners",
                                        "egdi", "egdi_edition", "egdi_rank", *COUNTED)},
        "indices": profile["indices"],
        "topics": {topic["code"]: {"value": topic["value"], "instruments": len(topic["instruments"]), "sources": topic["sources"]} for topic in profile["topics"]},
        "responsibilities": _bodies_by(profile, "responsibilities"),
        "roles": _bodies_by(profile, "roles"),
        "portals": len(profile["portals"]),
        "technologies": {entry["code"]: entry for entry in profile["technologies"]},
        "organisations": [{**entry["organisation"], "sources": entry["sources"]} for entry in profile["memberships"]],
    }  # fmt: skip


def _bodies_by(profile: Document, name: str) -> dict[str, list[Document]]:
    return {
        concept["code"]: [body for body in profile["bodies"] if body["iri"] in concept["bodies"]]
        for concept in profile[name]
    }


def _by_code(profiles: list[Document], name: str) -> list[Document]:
    found = {entry["code"]: entry for profile in profiles for entry in profile[name]}
    return sorted(found.values(), key=lambda entry: collated(entry["label"]))


def _common(profiles: list[Document], name: str) -> list[Document]:
    if len(profiles) < 2:
        return []
    shared = set.intersection(*({ref["iri"] for ref in profile[name]} for profile in profiles))
    return [ref for ref in profiles[0][name] if ref["iri"] in shared]


def _common_organisations(profiles: list[Document]) -> list[Document]:
    if len(profiles) < 2:
        return []
    members = [
        {entry["organisation"]["iri"]: entry["organisation"] for entry in profile["memberships"]}
        for profile in profiles
    ]
    shared = set.intersection(*(set(found) for found in members))
    return [members[0][iri] for iri in sorted(shared)]


# --- map ---


def _measures(overview: Document) -> list[tuple[str, str]]:
    """What a map can show: indicators, and what is counted of each country."""
    lang = reader().lang
    indicators = [
        (entry["code"], entry["label"])
        for entry in overview["indices"]["indicators"]
        if entry["unit"] == "index"
    ]
    return [
        *indicators,
        ("coverage", message(lang, "map.coverage")),
        ("instruments", message(lang, "map.instruments")),
    ]


def map_document(overview: Document, by: str, edition: str | None) -> Document:
    """A value per country, in classes from 0 (least) to 6, for the map. Raises Problem for an unknown measure or edition."""
    lang = reader().lang
    measures = dict(_measures(overview))
    if by not in measures:
        raise Problem(400, "bad-parameter", "There is no such map", f"'by' is one of {', '.join(measures)}.")
    if by in ("coverage", "instruments"):
        values = {
            row["iso3"]: float(
                row["instruments"]
                if by == "instruments"
                else sum(1 for cell in overview["coverage"].get(row["iso3"], ()) if cell["value"] == "yes")
            )
            for row in overview["countries"]
            if row["documents"]
        }
        year = None
    else:
        series = overview["indices"]["values"].get(by, {})
        if edition is not None and edition not in series:
            raise Problem(
                400,
                "bad-parameter",
                "There is no such edition",
                f"'edition' is one of {', '.join(sorted(series))}.",
            )
        year = edition or (max(series) if series else None)
        values = dict(series.get(year or "", {}))
    bounds = maps.classes(list(values.values()), index=by not in ("coverage", "instruments"))
    return {
        "by": by,
        "title": measures[by],
        "edition": int(year) if year else None,
        "classes": bounds,
        "values": {
            code: {"value": value, "class": maps.class_of(value, bounds)}
            for code, value in sorted(values.items())
        },
        "language": lang,
    }


# --- search ---


def _found(catalogue: Catalogue, request: Request, limit: int, offset: int = 0) -> Document:
    lang = reader().lang
    parameters = request.query_params
    query = parameters.get("q", "").strip()
    kind, country = parameters.get("type") or None, parameters.get("country") or None
    if kind and kind not in catalogue.search.kinds:
        raise Problem(
            400,
            "bad-parameter",
            "There is no such type",
            f"'type' is one of {', '.join(catalogue.search.kinds)}.",
        )
    overview = catalogue.overview(lang)
    code = _code(catalogue, country) if country else None
    iri = overview["by_code"][code]["iri"] if code else None
    hits = catalogue.search.find(query, country=iri)
    kinds: dict[str, int] = {}
    for hit in hits:
        kinds[hit.entry["kind"]] = kinds.get(hit.entry["kind"], 0) + 1
    if kind:
        hits = [hit for hit in hits if hit.entry["kind"] == kind]
    names = {row["iri"]: row["label"] for row in overview["countries"]}
    results = []
    for hit in hits[offset : offset + limit]:
        entry = hit.entry
        label, label_lang = label_of(entry, lang)
        results.append(
            {
                "label": label,
                **({"lang": label_lang} if label_lang not in ("", lang) else {}),
                "type": catalogue.type_label(entry, lang),
                "kind": entry["kind"],
                "href": entry["href"],
                "iri": entry["iri"],
                "country": names.get(entry["country"]) if entry["kind"] != "country" else None,
                "matched": hit.name if hit.name != label else None,
            }
        )
    return {
        "query": query,
        "type": kind,
        "country": code,
        "total": len(hits),
        "kinds": [{"kind": name, "label": message(lang, f"kind.{name}"), "count": kinds[name]} for name in sorted(kinds, key=lambda n: -kinds[n])],
        "results": results,
    }  # fmt: skip


# --- parameters ---


def _positive(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise Problem(
            400, "bad-parameter", "A parameter is no such number", f"'{name}' is a number from 1 to {most}."
        )
    return int(text)


def _local(address: str) -> str:
    """An address of this server to go back to; never that of another."""
    parts = urlsplit(address)
    safe = (
        not parts.scheme
        and not parts.netloc
        and address.startswith("/")
        and not address.startswith(("//", "/\\"))
    )
    return address if safe and "\\" not in address and address.isprintable() else "/"

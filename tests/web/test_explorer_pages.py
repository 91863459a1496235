"""The explorer's pages over HTTP: what they say, in which language, as what, and that they need no scripts."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from itertools import pairwise
from urllib.parse import urldefrag

import httpx
import pytest
from explorer_site import HTML, Page

PAGES = [
    "/", "/countries", "/countries?region=419&sort=egdi", "/countries/COL", "/countries/URY", "/countries/FRA", "/coverage",
    "/coverage?all=1", "/compare", "/compare?c=COL&c=URY", "/map", "/map?by=coverage", "/search", "/search?q=ministry",
    "/doc/body/COL/mintic", "/doc/law/COL/law/2014/1712", "/doc/portal/www.gov.co", "/doc/organisation/oecd",
    "/doc/concept/legal-topic/open-data", "/doc/response/2020/COL/q9", "/doc/country/COL",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_in_particular(explorer: httpx.Client) -> None:
    explorer.cookies.clear()


def page(site: httpx.Client, path: str, status: int = 200, **headers: str) -> Page:
    response = site.get(path, headers={**HTML, **headers})
    assert response.status_code == status, response.text
    return Page(response)


# every page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_page_is_sound(explorer: httpx.Client, path: str, lang: str) -> None:
    found = page(explorer, path, **{"Accept-Language": lang})
    assert found.lang == lang
    repeated = [name for name, count in Counter(found.ids).items() if count > 1]
    assert not repeated
    levels = [level for level, _ in found.headings]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), found.headings
    unlabelled = [
        field for field in found.fields
        if field["inside"] != "label" and field.get("id") not in found.labelled and not field.get("aria-label")
    ]  # fmt: skip
    assert not unlabelled
    for own in (link for link in found.links if link.startswith("#")):
        assert own[1:] in found.ids


def test_links_of_all_pages_lead_somewhere(explorer: httpx.Client) -> None:
    anchors: dict[str, set[str]] = {}
    explorer.get("/review.json")  # a program waits until the records are gathered
    for path in PAGES:
        for link in page(explorer, path).links:
            if link.startswith("/") and not link.startswith(("/dump/", "/validation", "/preferences")):
                address, fragment = urldefrag(link)
                anchors.setdefault(address, set()).add(fragment)
    sampled = [
        link for place, link in enumerate(sorted(anchors)) if place % 7 == 0 or not link.startswith("/doc")
    ]
    for link in [link for link in sampled if not link.startswith("/countries/")] + [
        "/countries/COL",
        "/countries/URY",
    ]:
        response = explorer.get(link, headers=HTML, follow_redirects=True)
        explorer.cookies.clear()
        assert response.status_code == 200, link
        wanted = anchors.get(link, set()) - {""}
        if wanted and "html" in response.headers["content-type"]:
            assert wanted <= set(Page(response).ids), link


@pytest.mark.parametrize("path", ["/countries", "/countries/COL", "/coverage", "/compare", "/map"])
def test_page_as_json_by_suffix_and_by_accept(explorer: httpx.Client, path: str) -> None:
    by_suffix = explorer.get(path + ".json")
    by_accept = explorer.get(path, headers={"Accept": "application/json"})
    assert by_suffix.headers["content-type"] == "application/json"
    assert by_suffix.json() == by_accept.json()


# start


def test_start_page_offers_three_doors_search_and_a_picture(explorer: httpx.Client) -> None:
    start = page(explorer, "/")
    assert {"/countries", "/network", "/queries", "/map"} <= set(start.links)
    assert "249 countries and areas" in start.text
    assert {"/countries/COL", "/countries/URY"} <= set(start.links)
    assert '<svg class="map"' in start.response.text
    assert 'action="/search"' in start.response.text


# countries


def test_countries_lists_all_members_of_the_united_nations(explorer: httpx.Client) -> None:
    document = explorer.get("/countries.json").json()
    assert sum(row["un_member"] for row in document["countries"]) == 193
    colombia = next(row for row in document["countries"] if row["iso3"] == "COL")
    assert colombia["instruments"] == 21
    assert colombia["egdi_rank"] == 61
    assert colombia["region"]["label"] == "Americas"
    assert [found["edition"] for found in colombia["documents"]] == [2020]
    assert len(page(explorer, "/countries").links) > 193


def test_countries_sorted_without_scripts(explorer: httpx.Client) -> None:
    rows = explorer.get("/countries.json?sort=egdi").json()["countries"]
    values = [row["egdi"] for row in rows if row["egdi"] is not None]
    assert values == sorted(values, reverse=True)
    assert [row["egdi"] for row in rows][: len(values)] == values  # those without a value stand last
    upwards = explorer.get("/countries.json?sort=egdi&order=asc").json()["countries"]
    assert upwards[0]["egdi"] == min(values)
    assert 'aria-sort="descending"' in page(explorer, "/countries?sort=egdi").response.text
    assert any(
        "sort=egdi" in link and "order=asc" in link for link in page(explorer, "/countries?sort=egdi").links
    )


def test_countries_filtered_by_region_name_and_source(explorer: httpx.Client) -> None:
    americas = explorer.get("/countries.json?region=019").json()
    assert 30 < americas["shown"] < 40
    assert explorer.get("/countries.json?region=419").json()["shown"] < americas["shown"]
    assert [row["iso3"] for row in explorer.get("/countries.json?q=urugay").json()["countries"]] == ["URY"]
    known = {row["iso3"] for row in explorer.get("/countries.json?known=1").json()["countries"]}
    assert {"COL", "URY"} <= known
    assert "FRA" not in known
    empty = page(explorer, "/countries?q=zzzzzzz")
    assert "No country matches" in empty.text


@pytest.mark.parametrize("query", ["sort=size", "region=999"])
def test_countries_says_what_a_parameter_may_be(explorer: httpx.Client, query: str) -> None:
    problem = explorer.get(f"/countries.json?{query}", headers={"Accept": "application/json"})
    assert problem.status_code == 400
    assert problem.headers["content-type"] == "application/problem+json"
    assert "one of" in problem.json()["detail"] or "M49" in problem.json()["detail"]


# profile


def test_profile_has_every_fact_with_its_source(explorer: httpx.Client) -> None:
    document = explorer.get("/countries/COL.json").json()
    for section in (
        "bodies",
        "portals",
        "instruments",
        "initiatives",
        "memberships",
        "cooperations",
        "figures",
    ):
        assert document[section], section
        assert all(entry["sources"] for entry in document[section]), section
    shown = page(explorer, "/countries/COL")
    for section in ("bodies", "portals", "instruments", "initiatives", "publications"):
        for entry in document[section]:
            assert entry["href"] in shown.links
            assert entry["sources"][0]["href"] in shown.links


def test_profile_shows_who_is_responsible(explorer: httpx.Client) -> None:
    document = explorer.get("/countries/COL.json").json()
    areas = {area["code"]: area["bodies"] for area in document["responsibilities"]}
    assert any(iri.endswith("/body/COL/mintic") for iri in areas["e-government"])
    assert "Ministry of Information and Communications Technologies" in page(explorer, "/countries/COL").text


def test_profile_joins_portals_that_go_the_same_way(explorer: httpx.Client) -> None:
    (chain,) = explorer.get("/countries/COL.json").json()["replacements"]
    assert len(chain["first"]) == 4
    assert [step["label"] for step in chain["then"]] == ["gov.co"]


def test_profile_draws_instruments_and_indices_with_tables_beside(explorer: httpx.Client) -> None:
    document = explorer.get("/countries/COL.json").json()
    shown = page(explorer, "/countries/COL")
    text = shown.response.text
    assert text.count('<svg class="chart') == 2
    assert text.count("<title id=") == text.count("<desc id=") == 2
    for value in document["indices"]["egdi"].values():
        assert f"{value:.3f}" in shown.text
    for entry in document["instruments"]:
        assert entry["label"] in shown.text


def test_profile_topics_are_those_of_the_matrix(explorer: httpx.Client) -> None:
    topics = {t["code"]: t for t in explorer.get("/countries/COL.json").json()["topics"]}
    row = next(r for r in explorer.get("/coverage.json").json()["countries"] if r["iso3"] == "COL")
    matrix = explorer.get("/coverage.json").json()["topics"]
    assert [topics[t["code"]]["value"] for t in matrix] == [cell["value"] for cell in row["cells"]]


def test_profile_of_a_country_without_a_source_says_so(explorer: httpx.Client) -> None:
    france = page(explorer, "/countries/FRA")
    assert "No source of this country yet" in france.text
    assert "E-Government Development Index" in france.text
    assert explorer.get("/countries/FRA.json").json()["instruments"] == []


def test_profile_by_other_codes_and_names(explorer: httpx.Client) -> None:
    for name in ("col", "CO", "Colombia", "Colombie"):
        assert explorer.get(f"/countries/{name}.json").json()["iso3"] == "COL"
    wrong = page(explorer, "/countries/Columbia", 404)
    assert "COL" in wrong.text


def test_cooperation_reported_by_the_other_side_is_shown(explorer: httpx.Client) -> None:
    uruguay = explorer.get("/countries/URY.json").json()
    reported = [entry for entry in uruguay["cooperations"] if entry["reported_by"]]
    assert [entry["reported_by"]["label"] for entry in reported] == ["Colombia"]


def test_profile_has_structured_data(explorer: httpx.Client) -> None:
    data = json.loads(page(explorer, "/countries/COL").structured)
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "Country"
    assert data["identifier"] == "COL"


# things


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        (
            "/doc/body/COL/mintic",
            "GovernmentOrganization",
            "Ministry of Information and Communications Technologies",
        ),
        ("/doc/law/COL/law/2014/1712", "Legislation", "Transparency Law"),
        ("/doc/portal/www.gov.co", "WebSite", "gov.co"),
        ("/doc/organisation/oecd", "Organization", "Organisation for Economic Co-operation and Development"),
        ("/doc/concept/legal-topic/open-data", "DefinedTerm", "Open government data"),
    ],
)
def test_thing_has_structured_data_and_words_for_people(
    explorer: httpx.Client, path: str, kind: str, name: str
) -> None:
    found = page(explorer, path)
    data = json.loads(found.structured)
    assert data["@type"] == kind
    assert data["name"].startswith(name)
    assert path + ".ttl" in found.links
    assert path + "?view=all" in found.links
    assert "dg:" not in found.text


def test_thing_shows_relations_both_ways_and_sources(explorer: httpx.Client) -> None:
    found = page(explorer, "/doc/law/COL/law/2014/1712")
    assert "/doc/concept/legal-topic/open-data" in found.links
    assert "Implemented by" in found.text
    assert "/doc/response/2020/COL/q9" in found.links
    assert "What reviewers noted" in found.text
    assert "/countries/COL" in found.links


def test_answer_shows_what_it_states(explorer: httpx.Client) -> None:
    answer = page(explorer, "/doc/response/2020/COL/q9")
    assert answer.headings[0] == (1, "Legal framework by topic")
    assert "Colombia 2020, question 9" in answer.text
    assert "/doc/law/COL/law/2014/1712" in answer.links


def test_raw_view_has_what_the_facts_leave_out(explorer: httpx.Client) -> None:
    facts = page(explorer, "/doc/law/COL/law/2014/1712")
    raw = page(explorer, "/doc/law/COL/law/2014/1712?view=all")
    assert "/ontology#touchesTopic" in raw.links
    assert "/ontology#touchesTopic" not in facts.links


def test_thing_as_json(explorer: httpx.Client) -> None:
    document = explorer.get("/doc/body/COL/mintic.json").json()
    assert document["label"] == "Ministry of Information and Communications Technologies"
    assert document["country"]["href"] == "/countries/COL"
    assert any(source["href"] == "/doc/response/2020/COL/q3" for source in document["sources"])
    linked = explorer.get("/doc/body/COL/mintic", headers={"Accept": "application/json"})
    assert '"@context"' in linked.text  # JSON-LD, as for all linked data


def test_label_in_another_language_is_marked(explorer: httpx.Client) -> None:
    text = page(explorer, "/doc/body/URY/oficina-de-prueba").response.text
    assert '<h1 lang="es">Oficina de Gestión de Pruebas</h1>' in text


# coverage


def test_coverage_tells_yes_no_and_unknown_apart(explorer: httpx.Client) -> None:
    document = explorer.get("/coverage.json").json()
    places = {topic["code"]: place for place, topic in enumerate(document["topics"])}
    cells = {row["iso3"]: row["cells"] for row in document["countries"]}
    assert set(cells) == {"COL", "URY"}
    assert cells["URY"][places["data-protection"]]["value"] == "yes"
    assert cells["URY"][places["digital-government-right"]]["value"] == "no"
    assert cells["URY"][places["open-data"]]["value"] == "unknown"
    assert cells["COL"][places["access-to-information"]]["things"] == 2
    assert document["topics"][places["data-protection"]]["totals"]["yes"] == 2


def test_coverage_agrees_with_the_named_query(explorer: httpx.Client) -> None:
    queried = explorer.get("/api/queries/coverage-matrix", headers={"Accept": "application/json"}).json()
    document = explorer.get("/coverage.json").json()
    places = {topic["code"]: place for place, topic in enumerate(document["topics"])}
    cells = {row["label"]: row["cells"] for row in document["countries"]}
    for binding in queried["results"]["bindings"]:
        row = cells[binding["countryLabel"]["value"]]
        for name in (
            "openData",
            "dataProtection",
            "accessToInformation",
            "digitalGovernmentRight",
            "interoperability",
        ):
            code = "".join("-" + c.lower() if c.isupper() else c for c in name)
            assert binding[name]["value"] == row[places[code]]["value"], (binding["countryLabel"], code)


def test_coverage_as_csv(explorer: httpx.Client) -> None:
    response = explorer.get("/coverage.csv?all=1&region=019")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert {"COL", "URY", "CAN"} <= {row["iso3"] for row in rows}
    colombia = next(row for row in rows if row["iso3"] == "COL")
    assert colombia["open-data"] == "yes"
    assert "FRA" not in {row["iso3"] for row in rows}


def test_coverage_cells_lead_to_what_says_so(explorer: httpx.Client) -> None:
    assert "/countries/COL#topic-open-data" in page(explorer, "/coverage").links
    assert "No country of this region" in page(explorer, "/coverage?region=150").text


# comparison


def test_compare_two_countries(explorer: httpx.Client) -> None:
    document = explorer.get("/compare.json?c=COL&c=URY").json()
    assert [country["iso3"] for country in document["countries"]] == ["COL", "URY"]
    assert document["countries"][1]["topics"]["digital-government-right"]["value"] == "no"
    found = page(explorer, "/compare?c=COL&c=URY")
    assert "Oficina de Gestión de Pruebas" in found.text
    assert '<svg class="chart' in found.response.text


def test_compare_leads_from_each_fact_to_its_source(explorer: httpx.Client) -> None:
    compared = page(explorer, "/compare?c=COL&c=URY")
    document = explorer.get("/compare.json?c=COL&c=URY").json()
    edition = max(document["countries"][0]["indices"]["egdi"])
    assert f"/doc/observation/{edition}/COL/egdi" in compared.links
    for country in document["countries"]:
        facts = [topic for topic in country["topics"].values() if topic["sources"]]
        facts += [body for found in country["responsibilities"].values() for body in found]
        facts += country["organisations"]
        assert facts
        for fact in facts:
            assert fact["sources"][0]["href"] in compared.links
    assert "/countries/COL#instruments" in compared.links


def test_a_country_leads_to_all_that_is_stated_of_it(explorer: httpx.Client) -> None:
    links = page(explorer, "/countries/COL").links
    for suffix in ("ttl", "zip"):
        assert f"/dump/COL.{suffix}" in links
    assert explorer.get("/dump/COL.ttl").status_code == 200


def test_what_is_folded_away_is_in_the_page(explorer: httpx.Client) -> None:
    document = explorer.get("/countries/COL.json").json()
    links = page(explorer, "/countries/COL").links
    for name in ("bodies", "portals", "instruments", "strategies", "questions"):
        assert {entry["href"] for entry in document[name]} <= set(links)


def test_compare_says_how_many_and_whom(explorer: httpx.Client) -> None:
    assert "Choose at least two" in page(explorer, "/compare").text
    assert page(explorer, "/compare?c=COL&c=URY&c=FRA&c=ESP&c=PER", 400)
    assert page(explorer, "/compare?c=COL&c=nowhere", 404)


# map


def test_map_shades_every_country_with_a_value(explorer: httpx.Client) -> None:
    document = explorer.get("/map.json?by=egdi&edition=2018").json()
    text = page(explorer, "/map?by=egdi&edition=2018").response.text
    assert len(document["values"]) == 193
    assert text.count('<a href="/countries/') >= 2 * 193  # in the drawing, and in the table
    assert document["values"]["DNK"]["class"] == 6
    by_coverage = explorer.get("/map.json?by=coverage").json()
    assert set(by_coverage["values"]) == {"COL", "URY"}


@pytest.mark.parametrize("query", ["by=size", "by=egdi&edition=1999"])
def test_map_says_what_a_parameter_may_be(explorer: httpx.Client, query: str) -> None:
    assert "one of" in page(explorer, f"/map?{query}", 400).text


# search


def found_labels(explorer: httpx.Client, query: str, **more: str) -> list[str]:
    results = explorer.get("/api/search", params={"q": query, **more}).json()["results"]
    return [result["label"] for result in results]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("colombia", "Colombia"),
        ("Colombie", "Colombia"),
        ("columbia", "Colombia"),
        ("mintic", "Ministry of Information and Communications Technologies"),
        ("ley 1712", "Law 1712 of 2014"),
        ("law 1712", "Law 1712 of 2014"),
        ("OCDE", "Organisation for Economic Co-operation and Development"),
        ("datos abiertos", "Open government data"),
        ("oficina de gestion de pruebas", "Oficina de Gestión de Pruebas"),
        ("goviernment digital service", "Government Digital Service"),
    ],
)
def test_search_finds_names_in_any_language_with_a_typo(
    explorer: httpx.Client, query: str, first: str
) -> None:
    assert first in found_labels(explorer, query)[:3]


def test_search_as_a_plain_form(explorer: httpx.Client) -> None:
    results = page(explorer, "/search?q=ministry")
    assert "/doc/body/COL/mintic" in results.links
    assert any("type=body" in link for link in results.links)
    assert "Nothing is called" in page(explorer, "/search?q=qqqqqqqqq").text
    assert page(explorer, "/search?q=ministry&page=900", 404)


def test_search_narrowed_and_paged(explorer: httpx.Client) -> None:
    document = explorer.get("/api/search?q=digital&type=instrument&country=COL&limit=2").json()
    assert {result["kind"] for result in document["results"]} == {"instrument"}
    assert {result["country"] for result in document["results"]} == {"Colombia"}
    assert len(document["results"]) == 2 <= document["total"]
    second = explorer.get("/api/search?q=digital&type=instrument&country=COL&limit=2&page=2").json()
    assert document["results"][0] not in second["results"]


def test_search_says_which_name_matched_and_what_a_thing_is(explorer: httpx.Client) -> None:
    result = explorer.get("/api/search?q=mintic").json()["results"][0]
    assert result["matched"] == "MINTIC"
    assert result["type"] == "ministry"
    spanish = explorer.get("/api/search?q=mintic&lang=es").json()["results"][0]
    assert spanish["type"] == "ministerio"


@pytest.mark.parametrize(
    "query", ["q=x&limit=0", "q=x&limit=abc", "q=x&limit=1000000", "q=x&type=planet", "q=x&page=-1"]
)
def test_search_refuses_what_makes_no_sense(explorer: httpx.Client, query: str) -> None:
    assert explorer.get(f"/api/search?{query}").status_code == 400


# readers


def test_language_by_parameter_cookie_and_header(explorer: httpx.Client) -> None:
    assert page(explorer, "/countries", **{"Accept-Language": "es-CO,es;q=0.9"}).lang == "es"
    assert page(explorer, "/countries", **{"Accept-Language": "de,fr"}).lang == "en"
    assert page(explorer, "/countries?lang=es").lang == "es"
    assert page(explorer, "/countries").lang == "es"  # the parameter's choice was kept
    assert page(explorer, "/countries?lang=xx", **{"Accept-Language": "en"}).lang == "es"
    vary = explorer.get("/countries").headers["vary"]
    assert "Accept-Language" in vary
    assert "Cookie" in vary


def test_names_of_data_follow_the_reader(explorer: httpx.Client) -> None:
    spanish = explorer.get("/countries/ESP.json?lang=es").json()
    assert spanish["label"] == "España"
    assert explorer.get("/countries/ESP.json?lang=en").json()["label"] == "Spain"


def test_theme_is_kept_without_scripts(explorer: httpx.Client) -> None:
    response = explorer.get("/preferences?theme=dark&back=/countries%3Fsort%3Degdi", headers=HTML)
    assert response.status_code == 303
    assert response.headers["location"] == "/countries?sort=egdi"
    assert '<html lang="en" data-theme="dark">' in page(explorer, "/countries").response.text
    explorer.get("/preferences?theme=auto")
    assert "data-theme=" not in page(explorer, "/countries").response.text.split("<head>")[0]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_preferences_never_lead_to_another_server(explorer: httpx.Client, back: str) -> None:
    response = explorer.get("/preferences", params={"theme": "dark", "back": back})
    assert response.headers["location"] == "/"


def test_preferences_refuse_other_choices(explorer: httpx.Client) -> None:
    assert explorer.get("/preferences?theme=pink").status_code == 400
    assert explorer.get("/preferences?lang=xx").status_code == 400

"""The page of changes between editions, served: three editions of one made-up country beside Colombia's only one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from explorer_site import HTML, Page
from served import running

from kg.reasoning import close, ontology_graph
from kg.store import publish
from kg.store.build import assemble

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "mapping"))
from edition_records import factsheet, response

from kg.records.load import load_record
from kg.resources import bundled

CHANGES = "/countries/AND/changes"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("changes")
    colombia = load_record(bundled("data") / "responses" / "2020" / "COL.yaml")
    built = assemble([response(2018), response(2020), response(2022), factsheet(), colombia])
    closure = close(built.statements, ontology_graph(), bulk=built.graphs[built.iris.indicators_graph])
    built.graphs[built.iris.inferred_graph] = closure.inferred
    publish(folder / "store", built.nquads())
    with (
        running(folder / "store", folder / "log", query_timeout=60) as started,
        httpx.Client(base_url=started.url, timeout=90) as client,
    ):
        yield client


def document(site: httpx.Client, address: str) -> dict[str, Any]:
    response_ = site.get(address)
    assert response_.status_code == 200, response_.text
    found: dict[str, Any] = response_.json()
    return found


def test_the_two_latest_editions_are_compared_unless_others_are_asked_for(site: httpx.Client) -> None:
    latest = document(site, CHANGES + ".json")
    assert (latest["family"], latest["from"], latest["to"]) == ("msq", 2020, 2022)
    assert [entry["edition"] for entry in latest["editions"]["msq"]] == [2018, 2020, 2022]
    assert [entry["edition"] for entry in latest["editions"]["factsheet"]] == [2020]
    asked = document(site, CHANGES + ".json?from=2018&to=2020")
    assert (asked["from"], asked["to"]) == (2018, 2020)
    accepted = site.get(CHANGES + "?from=2018&to=2020", headers={"Accept": "application/json"})
    assert accepted.json() == asked


def test_each_thing_is_there_once_with_all_that_changed(site: httpx.Client) -> None:
    things = document(site, CHANGES + ".json?from=2018&to=2020")["things"]
    by_label = {thing["label"]: thing for thing in things}
    assert len(by_label) == len(things)
    agency = by_label["Digital Government Agency"]
    assert agency["kind"] == "organisation"
    assert {(c["change"], c["before"], c["after"]) for c in agency["changes"]} == {
        ("name", "Agency for Electronic Government", "Digital Government Agency"),
        ("kind", "directorate", "agency"),
        ("address", "https://egov.example.ad", "https://digital.example.ad"),
    }
    (repeal,) = [c for c in by_label["Act 15 of 2003"]["changes"] if c["change"] == "repealed"]
    assert repeal["other"]["label"] == "Act 29 of 2019"
    assert repeal["other"]["href"] == "/doc/law/AND/law/2019/29"
    assert [c["change"] for c in by_label["Statistics Office"]["changes"]] == ["not mentioned"]
    assert "Ministry of Health" not in by_label


def test_answers_that_differ_are_beside_the_things(site: httpx.Client) -> None:
    answers = document(site, CHANGES + ".json?from=2018&to=2020")["answers"]
    assert [(a["question"], a["option"], a["before"], a["after"]) for a in answers] == [
        ("4", None, "no", "yes"),
        ("9", "Open government data", "no", "yes"),
    ]
    assert answers[1]["href"] == "/doc/response/2020/AND/q9/option/open-data"
    assert answers[1]["href"] in Page(site.get(CHANGES + "?from=2018&to=2020", headers=HTML)).links


def test_the_page_says_it_in_words_and_links_every_thing(site: httpx.Client) -> None:
    page = Page(site.get(CHANGES + "?from=2018&to=2020", headers=HTML))
    assert "What the sources of 2018 and 2020 say differently" in page.text
    assert "merged into : Ministry of Economy" in re.sub(r"(?<=\w):", " :", page.text)
    assert "not mentioned" in page.text
    for word in ("abolished", "no longer exists"):
        assert word not in page.text
    assert {"/doc/body/AND/ministry-of-trade", "/doc/portal/one.example.ad"} <= set(page.links)
    assert [level for level, _ in page.headings][:2] == [1, 2]
    assert {field["id"] for field in page.fields if field["id"]} <= page.labelled | {None}
    assert site.get("/doc/body/AND/ministry-of-trade", headers=HTML).status_code == 200
    spanish = Page(site.get(CHANGES + "?from=2018&to=2020&lang=es", headers=HTML))
    site.cookies.clear()
    assert spanish.lang == "es"
    assert "fusionado en" in spanish.text


def test_a_country_with_one_edition_has_nothing_to_compare(site: httpx.Client) -> None:
    colombia = document(site, "/countries/COL/changes.json")
    assert (colombia["from"], colombia["things"]) == (None, [])
    page = Page(site.get("/countries/COL/changes", headers=HTML))
    assert "There is nothing to compare" in page.text
    assert document(site, CHANGES + ".json?family=factsheet")["things"] == []


def test_the_profile_leads_here_where_there_are_several_sources(site: httpx.Client) -> None:
    assert CHANGES in Page(site.get("/countries/AND", headers=HTML)).links
    assert "/countries/COL/changes" not in Page(site.get("/countries/COL", headers=HTML)).links


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        (CHANGES + "?from=2019", 400, "Known editions: 2018, 2020, 2022"),
        (CHANGES + "?from=2020&to=2018", 400, "must be earlier"),
        (CHANGES + "?from=2020&to=2020", 400, "must be earlier"),
        (CHANGES + "?from=2022", 400, "There is no edition after 2022"),
        (CHANGES + "?from=%C2%B2%C2%B3", 400, "There is no edition"),
        (CHANGES + "?family=census", 400, "There is no source of the kind 'census'"),
        ("/countries/XYZ/changes", 404, "XYZ"),
    ],
)
def test_what_cannot_be_compared_is_a_problem(
    site: httpx.Client, address: str, status: int, says: str
) -> None:
    answer = site.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert says in answer.json()["detail"]

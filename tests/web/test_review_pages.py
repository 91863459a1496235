"""The review of records: what a steward sees of a record that a program read, and what is to be looked at first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from explorer_site import HTML, Page
from served import running

from kg.mapping.nquads import sorted_nquads
from kg.reasoning import close, ontology_graph
from kg.store import publish
from kg.store.build import Built, assemble, read_records
from kg.validation import Report, load_shapes, validate

RECORD = """\
format: 1
status: extracted
source: {title: Questionnaire made up for a test, family: msq, edition: 2020, country: URY, language: en}
answers:
  - {q: 3, value: yes, basis: text}
  - {q: 4, state: blank}
bodies:
  - {id: sure, type: agency, name: Agency of Certainty, urls: ["https://sure.example/"], responsible_for: [e-government],
     q: 3, confidence: high, spans: [{q: 3, line: 12}, {q: 3, line: 14}]}
  - {id: unsure, type: agency, name: Agency of Doubt, urls: ["https://doubt.example/"], q: 3, confidence: medium,
     spans: [{q: 3, line: 15}]}
  - {id: noted, type: agency, name: Agency of Ambiguity, urls: ["https://noted.example/"], q: 3, confidence: high,
     spans: [{q: 3, line: 16}], remarks: [{kind: ambiguous, text: Two readings are possible.}]}
  - {id: done, type: agency, name: Agency of Yesterday, urls: ["https://done.example/"], q: 3, confidence: low,
     status: reviewed, spans: [{q: 3, line: 17}]}
  - {id: nowhere, type: agency, name: Agency of Nowhere, urls: ["https://nowhere.example/"], q: 3}
instruments:
  - {id: act, kind: act, name: Act without a year, number: "7", topics: [open-data], q: 3, confidence: high,
     spans: [{q: 3, line: 18}]}
"""
ADDRESS = "/review/response/2020/URY"


def built_and_judged(folder: Path) -> tuple[Built, Report]:
    """RECORD, written to a file of the folder, with what follows from it and what the shapes say of it."""
    (folder / "URY.yaml").write_text(RECORD, encoding="utf-8")
    built = assemble(read_records([folder / "URY.yaml"]))
    figures = built.graphs[built.iris.indicators_graph]
    inferred = close(built.statements, ontology_graph(), bulk=figures, engine="compiled").inferred
    built.graphs[built.iris.inferred_graph] = inferred
    return built, validate(built.statements, inferred, load_shapes())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("review")
    built, report = built_and_judged(folder)
    publish(folder / "store", sorted_nquads(built.graphs), reports={"json": report.to_json()})
    with (
        running(folder / "store", folder / "log", query_timeout=20) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        yield client


def entries(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["label"]: entry for part in document["parts"] for entry in part["entries"]}


def test_the_list_says_how_far_each_record_is(site: httpx.Client) -> None:
    document = site.get("/review.json").json()
    assert document["findings_known"]
    (record,) = document["records"]
    assert (record["iso3"], record["edition"], record["status"]) == ("URY", 2020, "extracted")
    assert record["counts"]["entries"] == 6
    assert record["counts"]["reviewed"] == 1
    assert record["counts"]["look"] == 3
    assert record["findings"]["Warning"] >= 2  # not reviewed yet; an act without a year
    page = Page(site.get("/review", headers=HTML))
    assert ADDRESS in page.links
    assert f"{ADDRESS}?show=look" in page.links


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("country=URY", 1),
        ("country=COL", 0),
        ("severity=Warning", 1),
        ("severity=Violation", 0),
        ("state=reviewed", 0),
    ],
)
def test_the_list_is_filtered(site: httpx.Client, query: str, found: int) -> None:
    assert len(site.get(f"/review.json?{query}").json()["records"]) == found
    page = Page(site.get(f"/review?{query}", headers=HTML))
    assert ("No record fits this choice" in page.text) is (found == 0)


def test_an_entry_has_its_lines_its_state_and_why_to_look_at_it(site: httpx.Client) -> None:
    found = entries(site.get(f"{ADDRESS}.json").json())
    assert [line["line"] for line in found["Agency of Certainty"]["lines"]] == [12, 14]
    assert {label: entry["look"] for label, entry in found.items()} == {
        "Agency of Certainty": [],
        "Agency of Doubt": ["confidence"],
        "Agency of Ambiguity": ["remark"],
        "Agency of Yesterday": [],  # a person has seen it
        "Agency of Nowhere": ["no-line"],
        "Act without a year": [],
    }
    assert found["Agency of Yesterday"]["status"] == "reviewed"
    assert found["Agency of Doubt"]["status"] == "extracted"
    assert [remark["kind"] for remark in found["Agency of Ambiguity"]["remarks"]] == ["ambiguous"]
    assert found["Act without a year"]["kind"] == "act"


def test_findings_stand_at_what_they_are_about(site: httpx.Client) -> None:
    found = entries(site.get(f"{ADDRESS}.json").json())
    shapes = {finding["shape"].rpartition("#")[2] for finding in found["Act without a year"]["findings"]}
    assert "LegalInstrumentYear" in shapes
    assert not [f for f in found["Agency of Certainty"]["findings"] if "Year" in f["shape"]]


def test_only_what_is_to_be_looked_at(site: httpx.Client) -> None:
    shown = set(entries(site.get(f"{ADDRESS}.json?show=look").json()))
    assert {"Agency of Doubt", "Agency of Ambiguity", "Agency of Nowhere", "Act without a year"} <= shown
    assert "Agency of Yesterday" not in shown
    severe = set(entries(site.get(f"{ADDRESS}.json?severity=Warning").json()))
    assert "Act without a year" in severe
    assert "Agency of Doubt" not in severe


def test_the_page_leads_to_things_questions_and_lines(site: httpx.Client) -> None:
    page = Page(site.get(ADDRESS, headers=HTML))
    assert "/doc/response/2020/URY/q3" in page.links
    assert "/doc/body/URY/unsure" in page.links or any("/doc/body/URY/" in link for link in page.links)
    evidence = next(link for link in page.links if "/evidence/" in link)
    assert site.get(evidence, headers=HTML).status_code == 200
    assert any(
        link.startswith("/validation?severity=Warning&shape=LegalInstrumentYear") for link in page.links
    )
    assert page.response.headers["content-language"] == "en"


def test_in_spanish(site: httpx.Client) -> None:
    page = Page(site.get(ADDRESS, headers={**HTML, "Accept-Language": "es"}))
    assert page.lang == "es"
    assert "línea 15" in page.text
    assert "Certeza: media" in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/review/response/2020/XXX", 404),
        ("/review?severity=Dreadful", 400),
        (f"{ADDRESS}?show=nothing", 400),
    ],
)
def test_wrong_addresses_say_so(site: httpx.Client, path: str, status: int) -> None:
    response = site.get(path)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/problem+json")

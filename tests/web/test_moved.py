"""A name that was given up for another leads to the document about what it named."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest
from served import running

from kg.namespaces import HOME
from kg.store import publish

DATA = f"""
@prefix dg: <{HOME}ontology#> . @prefix id: <{HOME}id/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dct: <http://purl.org/dc/terms/> .
<{HOME}graph/response/2020/COL> {{
  <{HOME}id/body/URY/agesic> a dg:Agency ; rdfs:label "AGESIC"@en .
  <{HOME}id/body/COL/agesic> dct:isReplacedBy <{HOME}id/body/URY/agesic> .
  <{HOME}id/law/COL/old> a dg:Act ; rdfs:label "Old act"@en ; dct:isReplacedBy <{HOME}id/law/COL/new> .
  <{HOME}id/law/COL/new> a dg:Act ; rdfs:label "New act"@en .
}}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("moved")
    publish(folder / "store", list(ox.parse(DATA, format=ox.RdfFormat.TRIG)))
    with (
        running(folder / "store", folder / "log", query_timeout=20) as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        yield client


@pytest.mark.parametrize("suffix", ["", ".ttl", ".html"])
def test_a_name_given_up_redirects_for_good(site: httpx.Client, suffix: str) -> None:
    answer = site.get(f"/doc/body/COL/agesic{suffix}", headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.headers["location"]) == (301, f"/doc/body/URY/agesic{suffix}")
    arrived = site.get(
        f"/id/body/COL/agesic{suffix}", headers={"Accept": "text/turtle"}, follow_redirects=True
    )
    assert arrived.status_code == 200
    assert "AGESIC" in arrived.text


def test_a_thing_that_another_replaced_keeps_its_document(site: httpx.Client) -> None:
    answer = site.get("/doc/law/COL/old.ttl")
    assert answer.status_code == 200
    assert "Old act" in answer.text

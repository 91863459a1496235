"""Pages in front of a SPARQL server elsewhere: what is withdrawn is gone, and the validation report is the published one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from explorer_site import HTML
from rdflib import RDF, RDFS
from served import Running, running, wait_until
from test_review_pages import ADDRESS, built_and_judged

from kg.namespaces import DG, HOME
from kg.settings import Settings
from kg.store.remote_publish import publish_remote
from sparql_engines import SparqlServer, oxigraph


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, str]]:
    """A small dataset with its validation report by form."""
    made, report = built_and_judged(tmp_path_factory.mktemp("record"))
    del made.graphs[made.iris.indicators_graph]  # engines take their time over tens of thousands of figures
    return made.nquads(), {"json": report.to_json(), "turtle": report.to_turtle()}


@pytest.fixture(scope="module")
def server(
    engine: SparqlServer, built: tuple[bytes, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    quads, reports = built
    publish_remote(Settings(store=engine.url, **engine.credentials), quads, reports=reports)
    log = tmp_path_factory.mktemp("server") / "log"
    with running(engine.url, log, query_timeout=20, **engine.credentials) as started:
        yield started


def test_the_report_is_the_one_that_was_published(
    server: Running, built: tuple[bytes, dict[str, str]]
) -> None:
    _, reports = built
    for accept, form in (("application/json", "json"), ("text/turtle", "turtle")):
        answer = httpx.get(server.url + "/validation", headers={"Accept": accept}, timeout=60)
        assert answer.text == reports[form]
    assert "Act without a year" in httpx.get(server.url + "/validation", headers=HTML, timeout=60).text


def test_records_for_review_have_their_findings(server: Running) -> None:
    document = httpx.get(server.url + "/review.json", timeout=120).json()
    assert document["findings_known"]
    assert document["records"][0]["findings"]["Warning"] >= 2
    record = httpx.get(server.url + ADDRESS + ".json", timeout=60).json()
    assert any(entry["findings"] for part in record["parts"] for entry in part["entries"])


def test_what_was_withdrawn_is_gone(
    engine: SparqlServer, server: Running, built: tuple[bytes, dict[str, str]]
) -> None:
    quads, reports = built
    body = f"<{HOME}id/body/URY/unsure>"
    assert body.encode() in quads
    path = "/doc/body/URY/unsure"
    assert httpx.get(server.url + path, timeout=60).status_code == 200
    assert httpx.get(server.url + "/doc/body/URY/never", timeout=60).status_code == 404
    rest = b"".join(line for line in quads.splitlines(keepends=True) if body.encode() not in line)
    version = publish_remote(Settings(store=engine.url, **engine.credentials), rest, reports=reports)
    wait_until(lambda: httpx.get(server.url + path, timeout=60).status_code != 200, "the new version")
    gone = httpx.get(server.url + path, timeout=60)
    assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json")
    assert gone.json()["withdrawn"] == version.withdrawn_since(body.strip("<>"))
    assert httpx.get(server.url + "/doc/body/URY/never", timeout=60).status_code == 404


def test_a_version_without_a_report_is_judged_when_somebody_asks(tmp_path: Path) -> None:
    act = f"<{HOME}id/law/URY/act/2020/1>"
    text = f'{act} <{RDF.type}> <{DG.Act}> <{HOME}graph/g> .\n{act} <{RDFS.label}> "Act 1"@en <{HOME}graph/g> .\n'
    with oxigraph(tmp_path) as store:
        publish_remote(Settings(store=store.url), text.encode())
        with running(store.url, tmp_path / "log") as started:
            asked = {"Accept": "application/json"}
            answer = httpx.get(started.url + "/validation", headers=asked, timeout=300)
    assert answer.status_code == 200
    assert any(finding["focus"] == act.strip("<>") for finding in answer.json()["findings"])

"""The explorer shows what is published next, and nothing is too odd in the data for it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pyoxigraph as ox
from explorer_site import HTML, Page
from served import running, wait_until

from kg.namespaces import HOME
from kg.store import publish


def utopia(name: str, more: str = "") -> list[ox.Quad]:
    text = f"""
    @prefix dg: <{HOME}ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    <{HOME}graph/reference> {{
      <{HOME}id/country/UTO> a dg:Country ; dg:iso3 "UTO" ; rdfs:label "{name}"@en ; dg:unMember true .
      {more}
    }}"""
    return list(ox.parse(text, format=ox.RdfFormat.TRIG))


ODD = f"""
<{HOME}id/law/UTO/law/x> a dg:Instrument, dg:LegalInstrument ; dg:country <{HOME}id/country/UTO> ; dg:year "soon"@en ;
  rdfs:label "</title><script>alert(1)</script>"@en ; dg:documentUrl "javascript:alert(1)"^^xsd:anyURI ; dg:statedIn _:somewhere .
<{HOME}id/body/UTO/nameless> a dg:GovernmentBody ; dg:country <{HOME}id/country/UTO> ; dg:partOf <{HOME}id/body/UTO/nameless> .
<{HOME}id/portal/UTO/x.html> a dg:Portal ; dg:country <{HOME}id/country/UTO> ; rdfs:label "Page"@en .
"""


def test_a_new_version_is_shown_without_a_restart(tmp_path: Path) -> None:
    store = tmp_path / "store"
    publish(store, utopia("Utopia"))
    with running(store, tmp_path / "log") as server, httpx.Client(base_url=server.url, timeout=60) as site:
        assert site.get("/countries/UTO.json").json()["label"] == "Utopia"
        assert [row["label"] for row in site.get("/api/search?q=utopia").json()["results"]] == ["Utopia"]
        publish(store, utopia("Erewhon"))
        wait_until(
            lambda: site.get("/countries/UTO.json").json()["label"] == "Erewhon",
            "the new name",
            tmp_path / "log",
        )
        assert site.get("/api/search?q=utopia").json()["results"] == []
        assert "Erewhon" in Page(site.get("/countries", headers=HTML)).text


def test_odd_data_is_shown_as_text(tmp_path: Path) -> None:
    store = tmp_path / "store"
    publish(store, utopia("Utopia <b>", ODD))
    with running(store, tmp_path / "log") as server, httpx.Client(base_url=server.url, timeout=60) as site:
        for path in (
            "/countries",
            "/countries/UTO",
            "/doc/law/UTO/law/x",
            "/search?q=script",
            "/compare?c=UTO",
        ):
            response = site.get(path, headers=HTML)
            assert response.status_code == 200, path
            assert "<script>alert" not in response.text
            assert 'href="javascript:' not in response.text
        assert "nameless" in Page(site.get("/countries/UTO", headers=HTML)).text
        assert Page(site.get("/doc/portal/UTO/x.html", headers=HTML)).headings[0] == (1, "Page")

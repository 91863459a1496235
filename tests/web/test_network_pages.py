"""/network without a browser: its page, its JSON, paths and suggestions, on cooperations made up for these tests."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import networkx as nx
import pytest
from rdflib import RDF, RDFS, Graph, Literal
from served import Running, running

from kg.iris import Iris
from kg.mapping.nquads import sorted_nquads
from kg.mapping.reference import reference_triples
from kg.namespaces import CONCEPT, DG
from kg.publishing.network import Network
from kg.resources import bundled
from kg.store import open_store, publish

IRIS = Iris()
PARTNERS = {
    ("ISL", "EST"): ("mou", "signed", 2019, "open-data"),
    ("EST", "MLT"): ("project", "active", 2012, "data-exchange"),
    ("MLT", "CYP"): ("mou", "planned", 2021, "open-data"),
    ("FJI", "TON"): ("agreement", "signed", 2001, "cybersecurity"),
}
MEMBERS = [("ISL", "ogp"), ("CYP", "ogp"), ("ISL", "oecd")]


def cooperations() -> Graph:
    graph = Graph()
    for (one, other), (kind, status, year, topic) in PARTNERS.items():
        thing = IRIS.cooperation(2020, one, other)
        graph.add((thing, RDF.type, DG.BilateralCooperation))
        graph.add((thing, RDFS.label, Literal(f"{one} with {other}", lang="en")))
        graph.add((thing, DG.reportingParty, IRIS.country(one)))
        graph.add((thing, DG.counterparty, IRIS.country(other)))
        graph.add((thing, DG.cooperationKind, CONCEPT[f"cooperation-kind/{kind}"]))
        graph.add((thing, DG.cooperationStatus, CONCEPT[f"cooperation-status/{status}"]))
        graph.add((thing, DG.topic, CONCEPT[f"cooperation-topic/{topic}"]))
        graph.add((thing, DG.year, Literal(year)))
    for country, organisation in MEMBERS:
        thing = IRIS.cooperation(2020, country, organisation)
        graph.add((thing, RDF.type, DG.Membership))
        graph.add((thing, DG.reportingParty, IRIS.country(country)))
        graph.add((thing, DG.counterparty, IRIS.organisation(organisation)))
        graph.add((thing, DG.cooperationKind, CONCEPT["cooperation-kind/membership"]))
        graph.add((thing, DG.participation, Literal("member")))
    return graph


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    reference = Graph()
    for triple in reference_triples():
        reference.add(triple)
    for file in (bundled("ontology") / "concepts").glob("cooperation-*.ttl"):
        reference.parse(file, format="turtle")
    for organisation in ("ogp", "oecd"):  # what reasoning would say
        reference.add((IRIS.organisation(organisation), RDF.type, DG.Organisation))
    folder = tmp_path_factory.mktemp("network") / "store"
    graphs = {IRIS.reference_graph: reference, IRIS.source_graph(2020, "ISL"): cooperations()}
    publish(folder, sorted_nquads(graphs))
    return folder


@pytest.fixture(scope="module")
def site(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(store, tmp_path_factory.mktemp("network-server") / "log") as server:
        yield server


def page(site: Running, address: str = "/network", language: str = "en") -> str:
    response = httpx.get(
        site.url + address, headers={"Accept": "text/html", "Accept-Language": language}, timeout=60
    )
    assert response.status_code == 200, response.text
    return unescape(response.text)


def document(site: Running, address: str = "/network.json") -> dict[str, Any]:
    response = httpx.get(site.url + address, timeout=60)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_the_json_is_the_network_of_the_store(site: Running, store: Path) -> None:
    network = Network.load(open_store(store))
    found = document(site)
    by_key = {node["key"]: node["iri"] for node in found["nodes"]}
    assert {frozenset((by_key[e["source"]], by_key[e["target"]])) for e in found["edges"]} == {
        frozenset(edge) for edge in network.graph.edges
    }
    measures = {m.node.iri: m for m in network.measures()}
    for node in found["nodes"]:
        expected = measures[node["iri"]]
        assert (node["degree"], node["betweenness"], node["community"]) == (
            expected.degree,
            expected.betweenness,
            expected.community,
        )
    assert found["kinds"]["mou"]["es"]


def test_the_page_has_every_edge_of_the_json(site: Running) -> None:
    html, found = page(site), document(site)
    labels = {node["key"]: node["label"] for node in found["nodes"]}
    table = html[html.index('id="cooperations"') : html.index('id="measures"')]
    rows = [re.findall(r'data-node="([^"]+)"', row) for row in re.findall(r"<tr><td>.*?</tr>", table, re.S)]
    assert {frozenset(row) for row in rows} == {frozenset((e["source"], e["target"])) for e in found["edges"]}
    assert all(label in html for label in labels.values())


@pytest.mark.parametrize(
    ("query", "edges"),
    [
        ("kind=mou", {("EST", "ISL"), ("CYP", "MLT")}),
        ("status=active", {("EST", "MLT")}),
        ("topic=open-data&since=2020", {("CYP", "MLT")}),
        ("countries=1", {("EST", "ISL"), ("EST", "MLT"), ("CYP", "MLT"), ("FJI", "TON")}),
        ("since=2100", set()),
    ],
)
def test_filters(site: Running, query: str, edges: set[tuple[str, str]]) -> None:
    found = document(site, f"/api/network?{query}")
    assert {tuple(sorted((e["source"], e["target"]))) for e in found["edges"]} == edges
    assert {node["key"] for node in found["nodes"]} == {key for edge in edges for key in edge}
    assert all(edge["agreements"][0] < len(found["agreements"]) for edge in found["edges"])
    html = page(site, f"/network?{query}")
    assert ("No cooperation fits these filters." in html[html.index('id="cooperations"') :]) == (not edges)


@pytest.mark.parametrize(
    ("query", "said"),
    [("kind=handshake", "kind=handshake"), ("since=soon", "'since'"), ("since=999999999999", "'since'")],
)
def test_a_filter_that_means_nothing_is_refused(site: Running, query: str, said: str) -> None:
    response = httpx.get(f"{site.url}/network?{query}", headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert said in response.json()["detail"]


def test_a_selected_node_has_facts_links_and_suggestions(site: Running) -> None:
    html = page(site, "/network?node=ISL")
    panel = html[html.index('data-part="side"') : html.index('data-part="rest"')]
    assert "Iceland" in panel
    assert "/countries/ISL" in panel
    assert "/doc/cooperation/2020/ISL/EST" in panel
    suggested = panel[panel.index("Countries to ask next") :]
    assert "Cyprus" in suggested
    assert "both members of" in suggested


def test_an_unknown_node_is_a_404(site: Running) -> None:
    assert httpx.get(site.url + "/network?node=NOPE", headers={"Accept": "text/html"}).status_code == 404


def test_a_part_of_the_page_is_what_the_page_has(site: Running) -> None:
    part = page(site, "/network?node=EST&part=1")
    assert "<html" not in part
    assert "Estonia" in part[: part.index('data-part="rest"')]


def test_the_shortest_path(site: Running) -> None:
    found = document(site, "/api/network/path?from=isl&to=MLT")
    assert found["length"] == 2
    assert [(step["from"]["key"], step["to"]["key"]) for step in found["path"]] == [
        ("ISL", "EST"),
        ("EST", "MLT"),
    ]
    assert found["path"][1]["agreements"][0]["kind"] == "project"
    only_memorandums = document(site, "/api/network/path?from=ISL&to=MLT&kind=mou")
    assert only_memorandums["path"] is None
    assert "No chain of cooperations leads from Iceland to Fiji." in page(site, "/network?from=ISL&to=FJI")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/network/path?from=ISL", 400),
        ("/api/network/path?from=ISL&to=XXX", 404),
        ("/api/network/suggestions", 400),
        ("/api/network/suggestions?country=nowhere", 404),
        ("/api/network/suggestions?country=ISL&limit=0", 400),
    ],
)
def test_what_cannot_be_answered_says_why(site: Running, address: str, status: int) -> None:
    response = httpx.get(site.url + address)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.json()["detail"]


def test_suggestions_have_reasons(site: Running) -> None:
    found = document(site, "/api/network/suggestions?country=ISL")
    by_code = {entry["country"]["key"]: entry for entry in found["suggestions"]}
    assert found["total"] == len(found["suggestions"])
    assert "EST" not in by_code  # a partner already
    assert [node["key"] for node in by_code["CYP"]["networks"]] == ["organisation/ogp"]
    assert [node["key"] for node in by_code["MLT"]["partners"]] == ["EST"]
    assert len(document(site, "/api/network/suggestions?country=ISL&limit=1")["suggestions"]) == 1


@pytest.mark.parametrize(("suffix", "read"), [("graphml", nx.read_graphml), ("gexf", nx.read_gexf)])
def test_graph_files_have_what_the_filters_leave(
    site: Running, suffix: str, read: Callable[[Any], Any]
) -> None:
    response = httpx.get(f"{site.url}/network.{suffix}?kind=mou")
    assert response.status_code == 200
    graph = read(io.BytesIO(response.content))
    assert set(graph) == {str(IRIS.country(code)) for code in ("ISL", "EST", "MLT", "CYP")}
    assert graph.number_of_edges() == 2


def test_the_page_speaks_the_readers_language(site: Running) -> None:
    html = page(site, language="es")
    assert "Red de cooperación" in html
    assert "Memorando" in html
    assert "Islandia" in html


def test_the_vocabulary_has_prefixes_and_terms_with_uses(site: Running) -> None:
    found = document(site, "/api/vocabulary")
    terms = {term["name"]: term for term in found["terms"]}
    assert found["prefixes"]["dg"] == str(DG)
    assert terms["dg:reportingParty"]["kind"] == "property"
    assert terms["dg:reportingParty"]["uses"] == len(PARTNERS) + len(MEMBERS)
    assert terms["dg:BilateralCooperation"]["kind"] == "class"

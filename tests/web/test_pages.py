"""Pages, the question library and Linked Data over HTTP: what people and programs get without SPARQL."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from rdflib import DCAT, FOAF, OWL, RDF, RDFS, SH, VOID, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from served import running, wait_until

from kg.namespaces import HOME
from kg.publishing.queries import library
from kg.resources import bundled
from kg.store import publish
from kg.web.linked_data import MENTIONS_IN_RDF

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
UTOPIA = HOME + "id/country/UTO"

DATA = f"""
@prefix dg: <{HOME}ontology#> . @prefix id: <{HOME}id/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix graph: <{HOME}graph/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
graph:reference {{
  <{UTOPIA}> a dg:Country ; rdfs:label "Utopia"@en , "Utopía"@es ; dg:iso3 "UTO" ; dg:unMember false .
  <{HOME}id/country/COL> a dg:Country ; rdfs:label "Colombia"@en ; dg:iso3 "COL" ; dg:unMember true ;
    owl:sameAs <https://www.wikidata.org/entity/Q739> .
  <{HOME}id/concept/legal-topic/open-data> rdfs:label "Open data"@en .
}}
<{HOME}graph/response/2020/COL> {{
  <{HOME}id/body/COL/office> a dg:GovernmentBody, dg:Agency ; dg:country <{HOME}id/country/COL> ;
    rdfs:label "Office <b>of</b> \\"Numbers\\""@en ; dg:website "javascript:alert(1)"^^xsd:anyURI .
  <{HOME}id/organisation/%E6%97%A5%E6%9C%AC> a dg:Organisation ; rdfs:label "日本"@ja .
  <{HOME}id/portal/www.example.gov> a dg:Portal ; rdfs:label "Portal"@en ; rdfs:seeAlso <javascript:alert(2)> .
}}
graph:ontology {{
  dg:Jurisdiction a owl:Class ; rdfs:label "jurisdiction"@en .
  dg:Country a owl:Class ; rdfs:label "country"@en ; rdfs:subClassOf dg:Jurisdiction ; skos:definition "A state."@en ;
    skos:example "<x> a dg:Country" ; skos:closeMatch <https://schema.org/Country> .
  dg:GovernmentBody a owl:Class ; rdfs:label "government body"@en .
  dg:iso3 a owl:DatatypeProperty ; rdfs:label "ISO alpha-3 code"@en ; rdfs:domain dg:Country .
}}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("site")
    quads = list(ox.parse(DATA, format=ox.RdfFormat.TRIG))
    many = [ox.Quad(ox.NamedNode(f"{HOME}id/answer/{n}"), ox.NamedNode(f"{HOME}ontology#country"), ox.NamedNode(UTOPIA),
                    ox.NamedNode(f"{HOME}graph/reference")) for n in range(700)]  # fmt: skip
    publish(folder / "store", [*quads, *many])
    with (
        running(folder / "store", folder / "log", query_timeout=20) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        yield client


class Outline(HTMLParser):
    """The text of a page, its links, and whether it holds anything a strict policy forbids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.forbidden: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in ("href", "src", "action"):
            if value := given.get(name):
                self.links.append(value)
        # Scripts come from this server, as files; data in JSON-LD is no script. Nothing else fits the strict policy.
        own = (given.get("src") or "").startswith("/static/") or given.get("type") == "application/ld+json"
        script = tag == "script" and not own
        if script or tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.forbidden.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page(site: httpx.Client, path: str, status: int = 200) -> Outline:
    site.cookies.clear()  # a language that a link chose is remembered
    response = site.get(path, headers=HTML)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    outline = Outline(response.text)
    assert not outline.forbidden
    assert not [link for link in outline.links if link.startswith(("javascript:", "data:"))]
    return outline


# the start page


def test_start_page_shows_how_much_there_is(site: httpx.Client) -> None:
    start = page(site, "/")
    assert "2 countries and areas" in start.text
    assert "1 government bodies" in start.text
    assert "/sparql" in start.links
    assert {"/countries", "/network", "/queries"} <= set(start.links)


def test_start_page_for_programs(site: httpx.Client) -> None:
    document = site.get("/", headers={"Accept": "application/json"}).json()
    assert document["dataset"]["classes"][HOME + "ontology#Country"] == 2
    assert "/sparql" in document["links"]


def test_every_link_of_the_main_pages_leads_somewhere(site: httpx.Client) -> None:
    for path in ("/", "/sparql", "/queries", "/ontology", "/shapes", "/dump/", "/doc/country/UTO"):
        for link in set(page(site, path).links):
            if link.startswith("/") and not link.startswith(("/api", "/dump/digigov")):
                answer = site.get(link.partition("#")[0], headers=HTML, follow_redirects=True)
                assert answer.status_code < 400, f"{path} → {link}: {answer.status_code}"


def test_static_files_are_kept_by_browsers_for_as_long_as_their_address_is_the_same(
    site: httpx.Client,
) -> None:
    style = next(link for link in page(site, "/").links if "style.css" in link)
    assert "immutable" in site.get(style).headers["cache-control"]
    assert site.get("/static/style.css").headers["cache-control"] == "no-cache"
    assert site.get("/static/../pages.py").status_code == 404
    assert site.get("/static/%2e%2e/pages.py").status_code == 404


# the query page


def test_query_page_shows_rows_as_links_and_text(site: httpx.Client) -> None:
    found = page(
        site, "/sparql?query=SELECT * { ?body a dg:GovernmentBody ; rdfs:label ?name ; dg:website ?site }"
    )
    assert "/doc/body/COL/office" in found.links
    assert 'Office <b>of</b> "Numbers"' in found.text
    assert "javascript:alert(1)" in found.text


def test_query_page_says_that_it_does_not_show_all_rows(site: httpx.Client) -> None:
    found = page(site, "/sparql?query=SELECT * { ?s dg:country ?o }")
    assert "The first 500 rows" in found.text
    assert any(link.startswith("/sparql?query=") and link.endswith("format=csv") for link in found.links)


def test_query_page_shows_where_a_query_is_wrong(site: httpx.Client) -> None:
    found = page(site, "/sparql?query=SELECT * {%0A ?s ?p ;", status=400)
    assert "Line 2, column 9" in found.text


def test_query_page_keeps_the_text_of_the_query(site: httpx.Client) -> None:
    response = site.get("/sparql", params={"query": "\n\nASK { </textarea><script> ?p 1 }"}, headers=HTML)
    assert "&lt;/textarea&gt;&lt;script&gt;" in response.text
    assert "<script>" not in response.text


@pytest.mark.parametrize(("query", "shown"), [("ASK {}", "Answer"), ("CONSTRUCT WHERE { ?s a ?o } LIMIT 2", "2 triples"),
                                              ("SELECT ?x { ?x a dg:Nothing }", "Nothing in the graph matches")])  # fmt: skip
def test_query_page_for_all_kinds_of_results(site: httpx.Client, query: str, shown: str) -> None:
    assert shown in page(site, str(httpx.URL("/sparql", params={"query": query}))).text


# questions


def test_every_question_has_a_page_and_answers(site: httpx.Client) -> None:
    for query in library().values():
        parameters = {name: str(value) for name, value in query.examples[0].parameters.items()}
        shown = page(site, str(httpx.URL(f"/queries/{query.name}", params=parameters)))
        assert " ".join(query.title["en"].split()) in shown.text
        answer = site.get(f"/api/queries/{query.name}", params=parameters)
        assert answer.headers["content-type"] == "application/sparql-results+json", query.name
        assert "bindings" in answer.json()["results"]


def test_question_list_for_programs(site: httpx.Client) -> None:
    listed = {entry["name"]: entry for entry in site.get("/api/queries").json()["queries"]}
    assert set(listed) == set(library())
    assert listed["bodies"]["parameters"][0]["name"] == "country"
    assert site.get(listed["bodies"]["example"]).status_code == 200


@pytest.mark.parametrize(
    ("suffix", "accept", "format_"),
    [
        ("", "text/turtle", "turtle"),
        ("", "application/ld+json", "json-ld"),
        (".rdf", "*/*", "xml"),
        (".nt", "*/*", "nt"),
    ],
)
def test_the_library_in_rdf(site: httpx.Client, suffix: str, accept: str, format_: str) -> None:
    response = site.get("/api/queries" + suffix, headers={"Accept": accept})
    graph = Graph().parse(data=response.text, format=format_)
    origin = str(site.base_url).rstrip("/")
    listed = {str(thing) for thing in graph.subjects(RDF.type, SH.SPARQLExecutable)}
    assert listed == {f"{origin}/api/queries/{name}" for name in library()}
    assert (URIRef(f"{origin}/api/queries/bodies"), SH.prefixes, URIRef(f"{origin}/api/queries")) in graph


def test_a_query_describes_itself_to_who_takes_rdf_only(site: httpx.Client) -> None:
    response = site.get("/api/queries/evidence", headers={"Accept": "text/turtle"})
    assert response.headers["content-type"].startswith("text/turtle")
    graph = Graph().parse(data=response.text, format="turtle")
    (query,) = graph.subjects(RDF.type, SH.SPARQLSelectExecutable)
    assert str(query) == f"{str(site.base_url).rstrip('/')}/api/queries/evidence"
    text = str(graph.value(query, SH.select))
    assert site.get("/sparql", params={"query": text}).status_code == 200


def test_the_list_in_no_acceptable_format(site: httpx.Client) -> None:
    assert site.get("/api/queries", headers={"Accept": "image/png"}).status_code == 406
    assert site.get("/api/queries.exe").status_code == 404
    assert site.get("/api/queries.json").json() == site.get("/api/queries").json()


def test_openapi_describes_each_question_with_its_parameters(site: httpx.Client) -> None:
    described = site.get("/openapi.json").json()
    for query in library().values():
        operation = described["paths"][f"/api/queries/{query.name}"]["get"]
        parameters = {parameter["name"]: parameter for parameter in operation["parameters"]}
        assert set(parameters) == {parameter.name for parameter in query.parameters} | {"format"}
        assert all(parameters[p.name]["required"] is p.required for p in query.parameters)
    bodies = described["paths"]["/api/queries/bodies"]["get"]["parameters"][0]
    schema = described["components"]["schemas"][bodies["schema"]["$ref"].rpartition("/")[2]]
    assert "COL" in schema["enum"]
    assert operation["responses"]["200"]["content"]["text/csv"] is not None


def test_a_question_as_csv(site: httpx.Client) -> None:
    by_parameter = site.get("/api/queries/bodies", params={"country": "COL", "format": "csv"})
    by_header = site.get("/api/queries/bodies", params={"country": "co"}, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(by_parameter.text)))
    assert [row["body"] for row in rows] == [HOME + "id/body/COL/office"]
    assert by_header.text == by_parameter.text
    assert by_header.headers["content-type"].startswith("text/csv")


def test_a_browser_at_the_api_gets_json(site: httpx.Client) -> None:
    assert (
        site.get("/api/queries/bodies", headers=HTML).headers["content-type"]
        == "application/sparql-results+json"
    )


def test_labels_and_things_share_a_column_on_the_page(site: httpx.Client) -> None:
    shown = page(site, "/queries/bodies?country=COL")
    assert "Country label" not in shown.text
    assert "/doc/country/COL" in shown.links


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/api/queries/bodys", 404, "bodies"),
        ("/queries/bodys", 404, "bodies"),
        ("/api/queries/bodies?country=Atlantis", 400, "Atlantis"),
        ("/api/queries/bodies?planet=Mars", 400, "planet"),
        ("/api/queries/bodies?country=COL&country=CHL", 400, "country"),
        ("/api/queries/evidence", 400, "thing"),
        ("/api/queries/bodies?format=docx", 400, "docx"),
    ],
)
def test_wrong_questions_get_a_problem(site: httpx.Client, path: str, status: int, told: str) -> None:
    response = site.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert told in response.json()["detail"]


def test_a_wrong_parameter_is_shown_beside_the_form(site: httpx.Client) -> None:
    assert "Atlantis" in page(site, "/queries/bodies?country=Atlantis", status=400).text


def test_a_question_is_not_changed_by_its_parameters(site: httpx.Client) -> None:
    injected = 'x" } } SELECT * { ?s ?p ?o'
    rows = site.get("/api/queries/find", params={"text": injected}).json()["results"]["bindings"]
    assert rows == []


# things


def test_a_thing_leads_to_its_document(site: httpx.Client) -> None:
    response = site.get("/id/country/UTO")
    assert (response.status_code, response.headers["location"]) == (303, "/doc/country/UTO")
    assert response.headers["link"] == f'<{site.base_url}/doc/country/UTO>; rel="describedby"'


@pytest.mark.parametrize(
    ("suffix", "accept", "media_type", "format_"),
    [
        ("", "text/turtle", "text/turtle", "turtle"),
        ("", "*/*", "text/turtle", "turtle"),
        ("", "application/rdf+xml;q=0.9, text/html;q=0.1", "application/rdf+xml", "xml"),
        (".ttl", "text/html", "text/turtle", "turtle"),
        (".nt", "*/*", "application/n-triples", "nt"),
        (".rdf", "*/*", "application/rdf+xml", "xml"),
        (".jsonld", "*/*", "application/ld+json", "json-ld"),
    ],
)
def test_a_thing_as_rdf(site: httpx.Client, suffix: str, accept: str, media_type: str, format_: str) -> None:
    response = site.get("/doc/country/UTO" + suffix, headers={"Accept": accept})
    assert response.headers["content-type"].startswith(media_type)
    graph = Graph().parse(data=response.text, format=format_)
    thing = URIRef(UTOPIA)
    assert (thing, RDF.type, URIRef(HOME + "ontology#Country")) in graph
    assert (None, FOAF.primaryTopic, thing) in graph
    assert (URIRef(HOME + "id/answer/0"), URIRef(HOME + "ontology#country"), thing) in graph
    links = response.headers["link"]
    assert f'<{UTOPIA}>; rel="describes"' in links
    assert '/doc/country/UTO>; rel="canonical"' in links
    assert 'rel="license"' in links
    assert 'rel="next"' not in links


def test_a_thing_as_json_that_reads_without_rdf(site: httpx.Client) -> None:
    response = site.get("/doc/country/UTO", headers={"Accept": "application/ld+json"})
    document = response.json()
    assert document["@context"] == f"{str(site.base_url).rstrip('/')}/context.jsonld"
    assert document["id"] == UTOPIA
    assert document["type"] == ["Country"]
    assert document["label"] == {"en": "Utopia", "es": "Utopía"}
    assert (document["iso3"], document["unMember"]) == ("UTO", False)
    assert {"id": HOME + "id/answer/0"} in document["referencedBy"]["country"]
    again = site.get("/doc/country/UTO", headers={"Accept": "application/ld+json"})
    assert (again.text, again.headers["etag"], again.headers["link"]) == (
        response.text,
        response.headers["etag"],
        response.headers["link"],
    )


def test_json_ld_says_what_turtle_says(site: httpx.Client) -> None:
    """Read with the context that the server publishes, which rdflib asks it for."""
    for path in ("country/UTO", "country/COL", "body/COL/office", "organisation/%E6%97%A5%E6%9C%AC"):
        turtle = Graph().parse(data=site.get(f"/doc/{path}.ttl").text, format="turtle")
        framed = Graph().parse(data=site.get(f"/doc/{path}.jsonld").text, format="json-ld")
        assert set(framed) == set(turtle)


@pytest.mark.parametrize("by", ["profile", "parameter"])
def test_json_ld_in_expanded_form_needs_no_context(site: httpx.Client, by: str) -> None:
    profile = {"Accept": 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'}
    response = (
        site.get("/doc/country/UTO", headers=profile)
        if by == "profile"
        else site.get("/doc/country/UTO.jsonld?profile=expanded")
    )
    assert response.headers["content-type"] == "application/ld+json"
    assert "@context" not in response.text
    turtle = site.get("/doc/country/UTO.ttl").content
    assert {str(quad) for quad in ox.parse(response.content, format=ox.RdfFormat.JSON_LD)} == {
        str(quad) for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    }


def test_the_context_may_be_kept(site: httpx.Client) -> None:
    response = site.get("/context.jsonld", headers={"Accept": "*/*"})
    assert response.headers["content-type"] == "application/ld+json"
    assert "max-age" in response.headers["cache-control"]
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.json()["@context"]["country"]["@type"] == "@id"
    again = site.get("/context.jsonld", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304


def test_backlinks_carry_the_names_of_what_mentions_a_thing(site: httpx.Client) -> None:
    graph = Graph().parse(data=site.get("/doc/country/COL.ttl").text, format="turtle")
    office = URIRef(HOME + "id/body/COL/office")
    assert (office, URIRef(HOME + "ontology#country"), URIRef(HOME + "id/country/COL")) in graph
    assert graph.value(office, RDFS.label) is not None


def test_what_mentions_a_thing_comes_in_pages(tmp_path: Path) -> None:
    """Every mention is on one page, the pages lead to each other, and the document says that there are more."""
    count = MENTIONS_IN_RDF + 3
    country = ox.NamedNode(f"{HOME}ontology#country")
    publish(
        tmp_path / "store",
        [
            ox.Quad(ox.NamedNode(f"{HOME}id/answer/{n}"), country, ox.NamedNode(UTOPIA), ox.NamedNode(f"{HOME}graph/reference"))
            for n in range(count)
        ],
    )  # fmt: skip
    with (
        running(tmp_path / "store", tmp_path / "log", query_timeout=20) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        seen: set[str] = set()
        following: str | None = "/doc/country/UTO.nt"
        pages = 0
        while following:
            response = client.get(following)
            assert response.status_code == 200
            found = {
                str(quad.subject)
                for quad in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)
                if quad.predicate == country
            }
            assert not found & seen
            seen |= found
            pages += 1
            following = response.links.get("next", {}).get("url")
            assert ("there are more" in response.text) is (following is not None)
        assert (pages, len(seen)) == (2, count)
        assert client.get("/doc/country/UTO.nt?page=3").status_code == 404
        assert client.get("/doc/country/UTO.nt?page=none").status_code == 400


def test_a_thing_as_a_page(site: httpx.Client) -> None:
    shown = page(site, "/doc/country/UTO")
    assert "Utopia" in shown.text
    assert "/ontology#Country" in shown.links
    assert "There are more mentions" in shown.text
    assert page(site, "/doc/country/UTO.html").text == shown.text


def test_a_thing_whose_name_is_not_latin(site: httpx.Client) -> None:
    for path in (
        "/doc/organisation/日本",
        "/doc/organisation/%E6%97%A5%E6%9C%AC",
        "/doc/organisation/%e6%97%a5%e6%9c%ac",
    ):
        assert "日本" in page(site, path).text
    assert (
        site.get("/id/organisation/%E6%97%A5%E6%9C%AC").headers["location"]
        == "/doc/organisation/%E6%97%A5%E6%9C%AC"
    )


def test_addresses_that_a_browser_must_not_open_are_no_links(site: httpx.Client) -> None:
    assert "javascript:alert(2)" in page(site, "/doc/portal/www.example.gov").text


@pytest.mark.parametrize(
    "path", ["/doc/country/ZZZ", "/doc/", '/doc/a b<c>"{}|\\^`', "/nothing", "/ontology.exe"]
)
def test_nothing_is_known_of_other_names(site: httpx.Client, path: str) -> None:
    response = site.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    page(site, path, status=404)


def test_what_was_withdrawn_is_told_from_what_never_was(tmp_path: Path) -> None:
    def country(code: str) -> str:
        return f'<{HOME}id/country/{code}> <{RDFS.label}> "{code}"@en <{HOME}graph/reference> .\n'

    publish(tmp_path / "store", (country("UTO") + country("AAA") + country("gone.ttl")).encode())
    with (
        running(tmp_path / "store", tmp_path / "log") as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        assert client.get("/doc/country/AAA").status_code == 200
        version = publish(tmp_path / "store", country("UTO").encode())
        wait_until(lambda: client.get("/doc/country/AAA").status_code != 200, "the new version to be served")
        gone = client.get("/id/country/AAA", follow_redirects=True)
        assert (gone.status_code, gone.headers["content-type"]) == (410, "application/problem+json")
        told = gone.json()
        assert told["thing"] == HOME + "id/country/AAA"
        assert told["withdrawn"] >= version.created
        assert told["withdrawn"][:10] in told["detail"]
        for suffix in (".ttl", ".jsonld", ".html", ".json"):
            assert client.get("/doc/country/AAA" + suffix).status_code == 410
        assert client.get("/doc/country/gone.ttl").status_code == 410
        assert "withdrawn" in page(client, "/doc/country/AAA", status=410).text
        assert client.get("/doc/country/BBB").status_code == 404
        assert client.get("/doc/country/UTO").status_code == 200


def test_documents_in_no_acceptable_format(site: httpx.Client) -> None:
    for path in ("/doc/country/UTO", "/ontology", "/shapes", "/.well-known/void"):
        assert site.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_documents_are_read_only(site: httpx.Client) -> None:
    for path in (
        "/",
        "/doc/country/UTO",
        "/id/country/UTO",
        "/queries",
        "/api/queries/bodies",
        "/ontology",
        "/dump/",
    ):
        response = site.post(path)
        assert response.status_code == 405, path
        assert response.headers["content-type"] == "application/problem+json"
        assert "GET" in response.headers["allow"]


def test_heads(site: httpx.Client) -> None:
    for path in (
        "/",
        "/doc/country/UTO",
        "/doc/country/UTO.ttl",
        "/api/queries/bodies",
        "/queries",
        "/ontology.ttl",
    ):
        response = site.head(path)
        assert (response.status_code, response.content) == (200, b""), path


# ontology, shapes, the dataset as a whole


def test_the_ontology(site: httpx.Client) -> None:
    shown = page(site, "/ontology")
    assert "country dg:Country" in shown.text
    assert 'id="Country"' in site.get("/ontology", headers=HTML).text
    assert "Example <x> a dg:Country" in shown.text
    assert "close to https://schema.org/Country" in shown.text or "close to schema:Country" in shown.text
    assert "2 in the data" in shown.text
    used = [link for link in shown.links if link.startswith("/sparql?query=") and "dg%3ACountry+" in link]
    assert "id/country/UTO" in site.get(used[0], headers={"Accept": "text/csv"}).text
    assert "not used in the data" not in shown.text.partition("dg:GovernmentBody")[0]
    graph = Graph().parse(data=site.get("/ontology.ttl").text, format="turtle")
    assert (URIRef(HOME + "ontology#iso3"), None, None) in graph


def test_narrower_classes_stand_under_broader_ones(site: httpx.Client) -> None:
    text = site.get("/ontology", headers=HTML).text
    tree = text.partition('class="tree"')[2].partition("</div>")[0]
    names = re.findall(r'href="#([A-Za-z]+)"|(<ul>)|(</ul>)', tree)
    depth, depths = 0, {}
    for name, opens, closes in names:
        depth += bool(opens) - bool(closes)
        if name:
            depths[name] = depth
    assert depths == {"Country": 2, "GovernmentBody": 1, "Jurisdiction": 1}


def test_the_parts_of_the_ontology_have_addresses(site: httpx.Client) -> None:
    core = Graph().parse(bundled("ontology") / "digigov.ttl")
    ontology = URIRef(HOME + "ontology")
    parts = [*core.objects(ontology, RDFS.seeAlso)]
    assert len(parts) == 3
    for part in parts:
        path = str(part).removeprefix(HOME.rstrip("/"))
        response = site.get(path, headers={"Accept": "application/rdf+xml"})
        found = Graph().parse(data=response.text, format="xml")
        assert (part, RDF.type, OWL.Ontology) in found
        assert isomorphic(found, Graph().parse(data=site.get(path + ".ttl").text, format="turtle"))
        assert 'rel="license"' in response.headers["link"]
        shown = site.get(path, headers=HTML)
        assert shown.status_code == 303
        anchor = shown.headers["location"].partition("#")[2]
        assert f'id="{anchor}"' in site.get("/ontology", headers=HTML).text
    version = str(core.value(ontology, OWL.versionIRI)).removeprefix(HOME.rstrip("/"))
    assert site.get(version).headers["location"] == "/ontology"
    for wrong in ("/ontology/nothing", "/ontology/keys.exe", "/ontology/digigov"):
        assert site.get(wrong).status_code == 404


@pytest.mark.parametrize("path", ["/ontology", "/shapes", "/doc/country/UTO"])
@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json"])
def test_links_of_documents(site: httpx.Client, path: str, accept: str) -> None:
    given = site.get(path, headers={"Accept": accept}).headers.get_list("link")
    links = re.findall(r'<([^>]*)>; rel="(\w+)"(?:; type="([^"]*)")?', ", ".join(given))
    own = str(site.base_url).rstrip("/") + path
    by_relation = {relation: target for target, relation, _ in links}
    assert by_relation["canonical"] == own
    assert by_relation["license"] == "https://creativecommons.org/licenses/by/4.0/"
    alternate = {target: media for target, relation, media in links if relation == "alternate"}
    assert {own + ".ttl", own + ".nt", own + ".rdf", own + ".jsonld", own + ".html"} <= set(alternate)
    for target, media in alternate.items():
        assert site.get(target).headers["content-type"].partition(";")[0] == media


def test_the_shapes(site: httpx.Client) -> None:
    shown = page(site, "/shapes").text
    assert "To do" in shown
    assert "It says" in shown
    assert len(Graph().parse(data=site.get("/shapes.ttl").text, format="turtle")) > 100


def test_rules_stand_by_severity_with_what_they_find(site: httpx.Client) -> None:
    findings = site.get("/validation", headers={"Accept": "application/json"}, timeout=120).json()["findings"]
    shape = findings[0]["shape"].rpartition("#")[2]
    found = sum(finding["shape"].endswith(f"#{shape}") for finding in findings)
    text = site.get("/shapes", headers=HTML).text
    rule = text.partition(f'id="{shape}"')[2].partition("</section>")[0]
    assert f'href="/validation?shape={shape}"' in rule
    assert f">{found} finding" in rule
    before = text.partition(f'id="{shape}"')[0]
    assert before.rpartition('id="severity-')[2].startswith(findings[0]["severity"])


def test_the_base_of_all_iris_leads_to_the_dataset(site: httpx.Client) -> None:
    response = site.get("/", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["location"]) == (303, "/dump/catalog")


def test_what_is_not_found_can_be_searched_for(site: httpx.Client) -> None:
    site.cookies.clear()
    text = site.get("/doc/body/UTO/ministry-of_digital%20%22things%22.ttl", headers=HTML).text
    assert 'action="/search"' in text
    assert 'value="ministry of digital things"' in text


def test_void(site: httpx.Client) -> None:
    response = site.get("/.well-known/void")
    graph = Graph().parse(data=response.text, format="turtle")
    dataset = graph.value(None, RDF.type, VOID.Dataset, any=True)
    assert dataset is not None
    (whole,) = graph.subjects(VOID.sparqlEndpoint)
    assert graph.value(whole, VOID.triples) is not None
    used = {
        str(p)
        for part in graph.objects(whole, VOID.propertyPartition)
        for p in graph.objects(part, VOID.property)
    }
    assert HOME + "ontology#iso3" in used
    assert int(str(graph.value(whole, VOID.properties))) == len(used)
    (linkset,) = graph.subjects(RDF.type, VOID.Linkset)
    assert graph.value(graph.value(linkset, VOID.objectsTarget), VOID.uriSpace) == Literal(
        "https://www.wikidata.org/"
    )
    for dump in graph.objects(whole, VOID.dataDump):
        assert site.get(str(dump)).status_code == 200


def test_dumps_hold_everything(site: httpx.Client) -> None:
    quads = gzip.decompress(site.get("/dump/digigov.nq.gz").content)
    assert sum(1 for quad in ox.parse(quads, format=ox.RdfFormat.N_QUADS)) > 700
    trig = gzip.decompress(site.get("/dump/digigov.trig.gz").content)
    assert {str(q) for q in ox.parse(trig, format=ox.RdfFormat.TRIG)} == {
        str(q) for q in ox.parse(quads, format=ox.RdfFormat.N_QUADS)
    }
    packed = gzip.decompress(site.get("/dump/digigov.jsonld.gz").content)
    assert {str(q) for q in ox.parse(packed, format=ox.RdfFormat.JSON_LD)} == {
        str(q) for q in ox.parse(quads, format=ox.RdfFormat.N_QUADS)
    }
    assert site.get("/dump/secret").status_code == 404


def test_the_merged_dumps_are_one_graph_to_rdflib_and_the_engine(site: httpx.Client) -> None:
    found = {}
    for name, kind, parser in (
        ("digigov.nt.gz", ox.RdfFormat.N_TRIPLES, "nt"),
        ("digigov.ttl.gz", ox.RdfFormat.TURTLE, "turtle"),
        ("digigov.rdf.gz", ox.RdfFormat.RDF_XML, "xml"),
    ):
        text = gzip.decompress(site.get("/dump/" + name).content)
        found[name] = {str(quad.triple) for quad in ox.parse(text, format=kind)}
        assert len(Graph().parse(data=text, format=parser)) == len(found[name])
    assert len(set(map(frozenset, found.values()))) == 1


def test_checksums_are_those_of_the_files(site: httpx.Client) -> None:
    lines = [line.split("  ") for line in site.get("/dump/SHA256SUMS").text.splitlines()]
    assert {name for _, name in lines} >= {"digigov.nq.gz", "digigov-tables.zip", "digigov-network.gexf.gz"}
    for digest, name in lines:
        assert hashlib.sha256(site.get("/dump/" + name).content).hexdigest() == digest
    catalogue = Graph().parse(data=site.get("/dump/catalog.ttl").text, format="turtle")
    sums = {
        str(value) for value in catalogue.objects(None, URIRef("http://spdx.org/rdf/terms#checksumValue"))
    }
    assert sums == {digest for digest, _ in lines}
    for address in catalogue.objects(None, DCAT.downloadURL):
        assert site.head(str(address)).status_code == 200
    assert site.get("/dump/catalog.exe").status_code == 404
    jsonld = Graph().parse(data=site.get("/dump/catalog.jsonld").text, format="json-ld")
    assert len(jsonld) == len(catalogue)


def test_a_country_s_part(site: httpx.Client) -> None:
    for name, kind in (("UTO.nq", ox.RdfFormat.N_QUADS), ("UTO.ttl", ox.RdfFormat.TURTLE)):
        response = site.get("/dump/" + name)
        assert response.headers["content-type"].startswith(kind.media_type)
        found = {str(quad.subject) for quad in ox.parse(response.content, format=kind)}
        assert f"<{UTOPIA}>" in found
        assert f"<{HOME}id/body/COL/office>" not in found
        assert 'rel="describedby"' in response.headers["link"]
    packed = site.get("/dump/UTO.nq.gz").content
    assert gzip.decompress(packed) == site.get("/dump/UTO.nq").content
    for name in ("ZZZ.nq", "UTO.docx", "uto.nq", "UTO", "../UTO.nq", "UTO.nq.zip", "UTO.graphml"):
        assert site.get("/dump/" + name).status_code == 404, name


def test_tables_have_a_description_beside_them(site: httpx.Client) -> None:
    response = site.get("/dump/csv-metadata.json")
    assert response.headers["content-type"] == "application/csvm+json"
    for table in response.json()["tables"]:
        answer = site.get("/dump/" + table["url"])
        assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
        assert "/dump/csv-metadata.json>" in answer.headers["link"]
        header = next(csv.reader(io.StringIO(answer.text)))
        assert header == [column["name"] for column in table["tableSchema"]["columns"]]


def test_a_release_as_a_crate(site: httpx.Client) -> None:
    response = site.get("/dump/ro-crate-metadata.json")
    assert response.headers["content-type"] == "application/ld+json"
    graph = {entity["@id"]: entity for entity in response.json()["@graph"]}
    files = [part["@id"] for part in graph["./"]["hasPart"]]
    assert "digigov.nq.gz" in files
    sums = dict(line.split("  ")[::-1] for line in site.get("/dump/SHA256SUMS").text.splitlines())
    assert {name: graph[name]["sha256"] for name in files} == sums
    for name in files:
        assert int(site.head("/dump/" + name).headers["content-length"]) == int(graph[name]["contentSize"])


@pytest.mark.parametrize("path", ["/", "/dump/"])
def test_search_engines_find_the_dataset_in_pages(site: httpx.Client, path: str) -> None:
    response = site.get(path, headers=HTML)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
    assert found
    described = json.loads(found[1])
    assert (described["@context"], described["@type"]) == ("https://schema.org", "Dataset")
    assert described["@id"] == HOME + "dataset"
    assert 50 <= len(described["description"]) <= 5000
    assert {"name", "license", "creator", "identifier", "dateModified"} <= set(described)
    for part in described["distribution"]:
        assert site.head(part["contentUrl"]).status_code == 200
    links = response.headers["link"]
    assert '/dump/catalog>; rel="describedby"' in links
    assert 'rel="license"' in links


def test_the_dataset_leads_to_its_description(site: httpx.Client) -> None:
    assert site.get("/dataset", headers=HTML).headers["location"] == "/dump/"
    response = site.get("/dataset", headers={"Accept": "text/turtle"})
    assert (response.status_code, response.headers["location"]) == (303, "/dump/catalog")
    graph = Graph().parse(
        data=site.get("/dataset", headers={"Accept": "text/turtle"}, follow_redirects=True).text
    )
    assert (URIRef(HOME + "dataset"), RDF.type, DCAT.Dataset) in graph
    assert site.get("/dataset", headers={"Accept": "image/png"}).status_code == 406


# how documents are sent


def test_pages_are_compressed_and_sent_once(site: httpx.Client) -> None:
    for path in ("/", "/queries", "/ontology", "/doc/country/UTO", "/api/queries", "/.well-known/void"):
        for coding in ("br", "gzip"):
            first = site.get(path, headers={**HTML, "Accept-Encoding": coding})
            assert first.headers["content-encoding"] == coding, path
            again = site.get(
                path, headers={**HTML, "Accept-Encoding": coding, "If-None-Match": first.headers["etag"]}
            )
            assert (again.status_code, again.content) == (304, b""), path
            plain = site.get(path, headers={**HTML, "Accept-Encoding": "identity"})
            assert "content-encoding" not in plain.headers
            assert plain.headers["etag"] != first.headers["etag"]
            assert plain.text == first.text


def test_validation(site: httpx.Client) -> None:
    early = site.get("/validation", headers=HTML)
    assert early.status_code in (200, 202)  # the page comes back by itself while the report is being made
    assert early.status_code == 200 or "refresh" in early.headers
    document = site.get("/validation", headers={"Accept": "application/json"}, timeout=120).json()
    assert set(document["counts"]) == {"Violation", "Warning", "Info"}
    assert document["findings"]  # the data of these tests lacks much that the shapes ask for
    shown = page(site, "/validation")
    assert document["findings"][0]["message"] in shown.text
    first = document["findings"][0]
    part = {"severity": first["severity"], "shape": first["shape"].rpartition("#")[2]}
    asked = site.get("/validation", params=part, headers={"Accept": "application/json"}).json()
    wanted = [
        f for f in document["findings"] if (f["severity"], f["shape"]) == (first["severity"], first["shape"])
    ]
    assert asked["findings"] == wanted
    assert asked["counts"][first["severity"]] == len(wanted)
    assert f"/shapes#{part['shape']}" in page(site, f"/validation?shape={part['shape']}").links
    assert page(site, "/validation?country=XYZ").text.count("Nothing was found by that choice.") == 1
    assert "Por país" in site.get("/validation", headers={**HTML, "Accept-Language": "es"}).text
    for wrong in ("severity=Bad", "page=0", "page=x"):
        assert site.get("/validation?" + wrong, headers=HTML).status_code == 400
    turtle = site.get("/validation", headers={"Accept": "text/turtle"}, timeout=120)
    report = Graph().parse(data=turtle.text, format="turtle")
    assert len(list(report.subjects(RDF.type, SH.ValidationResult))) == len(document["findings"])
    assert site.get("/validation", headers={"Accept": "image/png"}).status_code == 406

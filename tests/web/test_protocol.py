"""The SPARQL 1.1 Protocol as clients meet it: operations, formats, negotiation, errors. Section numbers are its own."""

from __future__ import annotations

import csv
import gzip
import http.client
import io
import json
import time
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlencode

import brotli
import httpx
import pyoxigraph as ox
import pytest
from rdflib import Dataset, Graph, URIRef
from served import EX, ITEMS, Running

ASK = f"ASK {{ <{EX}odd> ?p ?o }}"
ODD = f"SELECT ?note WHERE {{ <{EX}odd> <{EX}note> ?note }}"
NOTE = 'a "quoted", <b>bold</b> & \n broken línea — 日本'
CONSTRUCT = f"CONSTRUCT {{ ?s <{EX}note> ?note }} WHERE {{ ?s <{EX}note> ?note }}"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


# §2.1: the three ways to send a query


def test_query_by_get(server: Running) -> None:
    assert server.ask(ASK)


def test_query_by_form(server: Running) -> None:
    response = httpx.post(server.sparql, data={"query": ASK})
    assert response.json() == {"head": {}, "boolean": True}


def test_query_directly(server: Running) -> None:
    for charset in ("", "; charset=utf-8"):
        response = httpx.post(
            server.sparql, content=ASK, headers={"Content-Type": "application/sparql-query" + charset}
        )
        assert response.json()["boolean"] is True


def test_text_beyond_ascii_arrives_whole(server: Running) -> None:
    query = 'SELECT ("naïve – 日本 😀" AS ?x) WHERE {}'
    direct = {"Content-Type": "application/sparql-query"}
    for response in (
        server.get(query),
        httpx.post(server.sparql, data={"query": query}),
        httpx.post(server.sparql, content=query.encode(), headers=direct),
    ):
        assert response.json()["results"]["bindings"][0]["x"]["value"] == "naïve – 日本 😀"


# §2.1.4: the dataset


def test_default_graph_is_the_merge_with_each_triple_once(server: Running) -> None:
    assert server.count("SELECT (COUNT(*) AS ?n) { ?s rdfs:label ?label }") == ITEMS


def test_default_graph_uri_is_the_whole_dataset(server: Running) -> None:
    one = {"default-graph-uri": EX + "graph/one"}
    people = "ASK { ?s <http://example.org/knows> ?o }"
    assert server.get(people, **one).json()["boolean"] is False
    assert server.get("ASK { GRAPH ?g { ?s ?p ?o } }", **one).json()["boolean"] is False
    assert server.get("ASK { ?s ?p ?o }", **{"default-graph-uri": EX + "absent"}).json()["boolean"] is False


def test_several_default_graphs_are_merged(server: Running) -> None:
    params = [
        ("query", "SELECT (COUNT(*) AS ?n) { ?s rdfs:label ?label }"),
        ("default-graph-uri", EX + "graph/one"),
        ("default-graph-uri", EX + "graph/two"),
    ]
    response = httpx.get(server.sparql, params=params)
    assert response.json()["results"]["bindings"][0]["n"]["value"] == str(ITEMS)


def test_several_from_clauses_are_merged(server: Running) -> None:
    query = (
        f"PREFIX g: <{EX}graph/> SELECT (COUNT(*) AS ?n) FROM g:one # FROM g:people\n FROM <{EX}graph/two>"
        " { ?s rdfs:label ?label }"
    )
    assert server.count(query) == ITEMS


def test_named_graph_uri(server: Running) -> None:
    names = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    rows = server.get(names, **{"named-graph-uri": EX + "graph/two"}).json()["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [EX + "graph/two"]
    assert server.get("ASK { ?s ?p ?o }", **{"named-graph-uri": EX + "graph/two"}).json()["boolean"] is False


def test_dataset_of_the_protocol_goes_before_that_of_the_query(server: Running) -> None:
    query = f"ASK FROM <{EX}graph/people> {{ ?s <{EX}knows> ?o }}"
    assert server.ask(query)
    assert server.get(query, **{"default-graph-uri": EX + "graph/one"}).json()["boolean"] is False


# Results formats


def test_json(server: Running) -> None:
    response = server.get(ODD, "application/sparql-results+json")
    assert response.headers["content-type"] == "application/sparql-results+json"
    assert response.json() == {
        "head": {"vars": ["note"]},
        "results": {"bindings": [{"note": {"type": "literal", "value": NOTE}}]},
    }


def test_xml(server: Running) -> None:
    response = server.get(ODD, "application/sparql-results+xml")
    assert response.headers["content-type"] == "application/sparql-results+xml"
    literal = ElementTree.fromstring(response.content).find(
        ".//{http://www.w3.org/2005/sparql-results#}literal"
    )
    assert literal is not None
    assert literal.text == NOTE


def test_csv(server: Running) -> None:
    response = server.get(ODD, "text/csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(response.text, newline=""))) == [["note"], [NOTE]]


def test_tsv(server: Running) -> None:
    response = server.get(ODD, "text/tab-separated-values")
    assert response.headers["content-type"].startswith("text/tab-separated-values")
    solutions = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.TSV)
    assert [row["note"].value for row in solutions] == [NOTE]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("media_type", "parser"),
    [
        ("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"), ("application/trig", "trig"), ("application/n-quads", "nquads"),
    ],
)  # fmt: skip
def test_graphs(server: Running, media_type: str, parser: str) -> None:
    response = server.get(CONSTRUCT, media_type)
    assert response.headers["content-type"].partition(";")[0] == media_type
    graph = Dataset(default_union=True)
    graph.parse(data=response.content, format=parser)
    assert [str(o) for o in graph.objects()] == [NOTE]


def test_describe(server: Running) -> None:
    response = server.get(f"DESCRIBE <{EX}item/7>", "text/turtle")
    graph = Graph().parse(data=response.text, format="turtle")
    assert len(graph) == 3


def test_long_turtle_is_one_valid_document(server: Running) -> None:
    response = server.get("CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l }", "text/turtle")
    assert len(list(ox.parse(response.content, format=ox.RdfFormat.TURTLE))) == ITEMS


@pytest.mark.parametrize(
    "media_type", ["application/sparql-results+xml", "text/csv", "text/tab-separated-values"]
)
def test_ask_in_other_formats(server: Running, media_type: str) -> None:
    assert "true" in server.get(ASK, media_type).text


# Content negotiation


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.9, application/sparql-results+xml;q=0.1, */*;q=0.05", "text/csv"),
        ("text/*", "text/csv"),
        ("application/*;q=0.2, application/sparql-results+json;q=0.1", "application/sparql-results+xml"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/turtle, application/sparql-results+xml;q=0.3", "application/sparql-results+xml"),
        ("text/html;q=0.1, text/csv", "text/csv"),
    ],
)  # fmt: skip
def test_accept(server: Running, accept: str, expected: str) -> None:
    response = httpx.get(server.sparql, params={"query": ODD}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == expected
    assert "accept" in response.headers["vary"].lower()


@pytest.mark.parametrize("accept", ["image/png", "text/turtle", "application/sparql-results+json;q=0"])
def test_no_acceptable_format_is_406(server: Running, accept: str) -> None:
    response = server.get(ODD, accept)
    assert response.status_code == 406
    assert "application/sparql-results+json" in response.json()["offered"]


def test_a_graph_as_rows_is_406(server: Running) -> None:
    response = server.get(CONSTRUCT, "text/csv")
    assert response.status_code == 406
    assert "text/turtle" in response.json()["offered"]


def test_format_parameter_goes_before_accept(server: Running) -> None:
    assert server.get(ODD, "application/sparql-results+json", format="csv").text.startswith("note\r\n")
    assert server.get(CONSTRUCT, format="nt").text.startswith(f"<{EX}odd>")
    assert server.get(ODD, format="docx").status_code == 400


# §2.1.6, §2.1.7: what is no request


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["detail"]
    return dict(document)


def test_syntax_errors_say_where(server: Running) -> None:
    found = problem(server.get("SELECT ?x\nWHERE { ?x a }"), 400)
    assert (found["line"], found["column"]) == (2, 15)
    assert str(found["excerpt"]).splitlines()[0] == "WHERE { ?x a }"


def test_line_and_column_are_those_of_the_text_that_was_sent(server: Running) -> None:
    found = problem(server.get("ASK { dg:a nonsense:b rdfs:label }"), 400)
    assert found["line"] == 1


def test_syntax_errors_as_a_page(server: Running) -> None:
    response = server.get("SELECT <script>alert(1)</script>", "text/html")
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in response.text


def test_a_query_is_needed_and_only_one(server: Running) -> None:
    problem(httpx.get(server.sparql, params={"format": "json"}), 400)
    problem(httpx.get(server.sparql, params=[("query", ASK), ("query", ASK)]), 400)
    problem(httpx.post(server.sparql, data={}, headers=FORM), 400)
    problem(
        httpx.post(server.sparql, content=urlencode([("query", ASK), ("update", "CLEAR ALL")]), headers=FORM),
        400,
    )
    problem(
        httpx.post(
            server.sparql,
            params={"query": ASK},
            content=ASK,
            headers={"Content-Type": "application/sparql-query"},
        ),
        400,
    )


def test_updates_are_refused(server: Running) -> None:
    update = f"INSERT DATA {{ GRAPH <{EX}g> {{ <{EX}a> <{EX}b> <{EX}c> }} }}"
    problem(httpx.get(server.sparql, params={"update": update}), 400)
    assert httpx.post(server.sparql, data={"update": update}).status_code in (401, 403)
    direct = httpx.post(server.sparql, content=update, headers={"Content-Type": "application/sparql-update"})
    assert direct.status_code in (401, 403)
    problem(httpx.post(server.sparql, data={"query": update}), 400)
    assert not server.ask(f"ASK {{ <{EX}a> ?p ?o }}")


def test_other_media_types_are_415(server: Running) -> None:
    for content_type in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
        response = httpx.post(server.sparql, content=ASK, headers={"Content-Type": content_type})
        problem(response, 415)
        assert "application/sparql-query" in response.headers["accept-post"]
    utf16 = {"Content-Type": "application/sparql-query; charset=utf-16"}
    problem(httpx.post(server.sparql, content=ASK.encode("utf-16"), headers=utf16), 415)


def test_what_is_not_utf8_is_400(server: Running) -> None:
    problem(httpx.get(server.sparql + "?query=ASK%20%7B%20%22%FF%22%20%7D"), 400)
    direct = {"Content-Type": "application/sparql-query"}
    problem(httpx.post(server.sparql, content=b'ASK { ?s ?p "\xff" }', headers=direct), 400)


def test_other_methods_are_405(server: Running) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        response = httpx.request(method, server.sparql, params={"query": ASK})
        problem(response, 405)
        assert "GET" in response.headers["allow"]


def test_long_queries_are_413(server: Running) -> None:
    query = ASK + " " * 300_000
    problem(httpx.post(server.sparql, data={"query": query}), 413)
    problem(
        httpx.post(server.sparql, content=query, headers={"Content-Type": "application/sparql-query"}), 413
    )
    connection = http.client.HTTPConnection("127.0.0.1", httpx.URL(server.url).port or 0)
    connection.request("GET", "/sparql?query=" + "x" * 300_000)
    assert connection.getresponse().status == 414
    connection.close()


def test_bad_graph_iris_and_timeouts_are_400(server: Running) -> None:
    for value in ("relative", "http://a b/", "http://[/", ""):
        problem(server.get(ASK, **{"default-graph-uri": value}), 400)
    for value in ("soon", "-1", "0", "nan", "inf"):
        problem(server.get(ASK, timeout=value), 400)
        problem(httpx.get(server.sparql, params={"query": ASK}, headers={"KG-Timeout": value}), 400)


# HTTP around it


def test_head_is_get_without_the_body(server: Running) -> None:
    response = httpx.head(server.sparql, params={"query": ODD})
    assert response.status_code == 200
    assert response.content == b""
    assert int(response.headers["content-length"]) == len(
        httpx.get(server.sparql, params={"query": ODD}).content
    )
    assert httpx.head(server.sparql, params={"query": "SELECT"}).status_code == 400


def test_cors(server: Running) -> None:
    preflight = httpx.options(
        server.sparql, headers={"Origin": "https://example.com", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    for response in (server.get(ASK), server.get("SELECT")):
        assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(("coding", "decode"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_compression(server: Running, coding: str, decode: object) -> None:
    for limit in (20, ITEMS):
        query = f"SELECT ?s ?l {{ ?s rdfs:label ?l }} LIMIT {limit}"
        with httpx.stream(
            "GET", server.sparql, params={"query": query}, headers={"Accept-Encoding": coding}
        ) as r:
            raw = b"".join(r.iter_raw())
        assert r.headers["content-encoding"] == coding
        assert "accept-encoding" in r.headers["vary"].lower()
        assert len(json.loads(decode(raw))["results"]["bindings"]) == limit  # type: ignore[operator]
    tiny = httpx.get(server.sparql, params={"query": ASK}, headers={"Accept-Encoding": coding})
    assert "content-encoding" not in tiny.headers
    plain = httpx.get(server.sparql, params={"query": query}, headers={"Accept-Encoding": "br;q=0, gzip;q=0"})
    assert "content-encoding" not in plain.headers


def test_entity_tags(server: Running) -> None:
    first = server.get(ODD)
    tag = first.headers["etag"]
    again = httpx.get(
        server.sparql,
        params={"query": ODD},
        headers={"If-None-Match": tag, "Accept": "application/sparql-results+json"},
    )
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    assert server.get(ODD, "text/csv").headers["etag"] != tag
    assert server.get(ODD + " LIMIT 5").headers["etag"] != tag


def test_what_took_long_is_answered_from_memory_the_next_time(server: Running) -> None:
    """Such an answer is on its way before its end is known; it is kept all the same, with its coding."""
    # Rows now and then, between patterns that are made for each: a lone row may come together with the end.
    some = "{ SELECT ?d { ?c ex:knows ?d } LIMIT 20 }"
    query = f"SELECT ?b {{ ?a rdfs:label ?b . {some} FILTER REGEX(?b, CONCAT('^item 7|^', STR(?d))) }}"
    query = f"PREFIX ex: <{EX}> # {time.time()}\n" + query
    cached = 'kg_queries_total{kind="solutions",outcome="cached"}'
    first = server.get(query, "text/csv")
    assert len(first.text.splitlines()) == 1 + 111 * 20
    assert "transfer-encoding" in first.headers  # more than 0.1 s: sent in pieces
    before = server.metric(cached)
    again = server.get(query, "text/csv")
    assert again.content == first.content
    assert server.metric(cached) == before + 1


def test_what_depends_on_chance_or_time_is_never_answered_from_memory(server: Running) -> None:
    query = "SELECT (STRUUID() AS ?x) (NOW() AS ?y) {}"
    first, second = server.get(query), server.get(query)
    assert first.content != second.content
    assert "etag" not in first.headers


def test_prefixes_of_the_project_need_no_declaration_and_may_be_redeclared(server: Running) -> None:
    assert server.ask("ASK { ?x rdfs:label ?y }")
    assert not server.ask("PREFIX rdfs: <http://example.com/other#> ASK { ?x rdfs:label ?y }")


# Service description


def test_service_description(server: Running) -> None:
    for accept in ("*/*", "text/turtle", "application/rdf+xml;q=0.9, text/turtle;q=0.5"):
        response = httpx.get(server.sparql, headers={"Accept": accept})
        assert response.status_code == 200
        graph = Graph().parse(
            data=response.content, format="xml" if "xml" in response.headers["content-type"] else "turtle"
        )
        found = graph.query(
            """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
            SELECT ?endpoint ?triples (COUNT(DISTINCT ?name) AS ?graphs) WHERE {
              ?service a sd:Service ; sd:endpoint ?endpoint ; sd:supportedLanguage sd:SPARQL11Query ;
                sd:feature sd:UnionDefaultGraph ;
                sd:defaultDataset [ sd:namedGraph [ sd:name ?name ] ; sd:defaultGraph [
                  void:triples ?triples ; void:classes 1 ; void:properties 5 ;
                  void:classPartition [ void:class <http://example.org/Item> ; void:entities 3000 ] ;
                  void:propertyPartition [ void:property <http://example.org/knows> ; void:triples 400 ] ] ]
            } GROUP BY ?endpoint ?triples"""
        )
        [(endpoint, triples, graphs)] = list(found)  # type: ignore[misc]
        assert str(endpoint) == server.sparql
        assert int(triples) == ITEMS * 3 + 1 + 400
        assert int(graphs) == 3
    assert httpx.get(server.sparql, headers={"Accept": "text/csv"}).status_code == 406


@pytest.mark.parametrize(
    ("media_type", "parser"),
    [("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml"),
     ("application/ld+json", "json-ld"), ("application/trig", "trig"), ("application/n-quads", "nquads")],
)  # fmt: skip
def test_service_description_names_the_address_that_was_asked(
    server: Running, media_type: str, parser: str
) -> None:
    """In every format, though the text is made once; and the entity tag is that of the text."""
    tags = set()
    for host in ("data.example.org", "a&b.example.org:8080"):
        asked = {"Accept": media_type, "Host": host}
        response = httpx.get(server.sparql, headers=asked)
        graph = Dataset(default_union=True)
        graph.parse(data=response.content, format=parser)
        [endpoint] = graph.objects(None, URIRef("http://www.w3.org/ns/sparql-service-description#endpoint"))
        assert str(endpoint) == f"http://{host}/sparql"
        tag = response.headers["etag"]
        assert httpx.get(server.sparql, headers={**asked, "If-None-Match": tag}).status_code == 304
        tags.add(tag)
    assert len(tags) == 2


def test_browsers_get_a_form(server: Running) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = httpx.get(server.sparql, headers={"Accept": browser})
    assert page.headers["content-type"].startswith("text/html")
    assert "<textarea" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    result = server.get(ODD, browser)
    assert result.status_code == 200
    assert "日本" in result.text
    assert "<b>bold</b>" not in result.text


# Operations


def test_health_ready_metrics(server: Running) -> None:
    assert httpx.get(server.url + "/health").json()["status"] == "ok"
    assert httpx.get(server.url + "/ready").json()["dataset"]["triples"] == ITEMS * 3 + 1 + 400
    before = server.metric('kg_queries_total{kind="unknown",outcome="syntax"}')
    server.get("SELECT")
    assert server.metric('kg_queries_total{kind="unknown",outcome="syntax"}') == before + 1
    text = httpx.get(server.url + "/metrics").text
    for name in (
        "kg_query_seconds_bucket",
        "kg_queries_active",
        "kg_query_processes_killed",
        "kg_dataset_info",
    ):
        assert name in text


def test_every_response_has_an_id(server: Running) -> None:
    assert httpx.get(server.url + "/health").headers["x-request-id"]
    echoed = httpx.get(server.url + "/health", headers={"X-Request-ID": "abc-1"})
    assert echoed.headers["x-request-id"] == "abc-1"
    replaced = httpx.get(server.url + "/health", headers={"X-Request-ID": "a b{}"})
    assert replaced.headers["x-request-id"] != "a b{}"


def test_unknown_addresses_are_problems(server: Running) -> None:
    problem(httpx.get(server.url + "/nothing/here"), 404)


def test_the_log_has_a_line_of_json_per_request_and_no_personal_data(server: Running) -> None:
    httpx.get(server.sparql, params={"query": ASK + "#secret"}, headers={"X-Request-ID": "logged-1"})
    time.sleep(0.5)
    lines = [line for line in server.log.read_text().splitlines() if "logged-1" in line]
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert (entry["event"], entry["path"], entry["status"]) == ("request", "/sparql", 200)
    assert "secret" not in lines[0]
    assert "127.0.0.1" not in lines[0]

"""The SPARQL 1.1 Graph Store HTTP Protocol, requirement by requirement, over HTTP."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from served import EX, Running, running

from kg.store import current_version, publish

TOKEN = "a-token-for-tests-only"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
TURTLE = f"@prefix ex: <{EX}> . ex:s ex:p 1, 'é' ; ex:q [ ex:r ex:o ] ."
FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("graph-store")
    publish(
        folder / "store",
        f'<{EX}a> <{EX}p> "a" <{EX}g/first> .\n<{EX}a> <{EX}p> "b" <{EX}g/second> .\n'.encode(),
    )
    with running(folder / "store", folder / "log", admin_token=TOKEN, max_update_bytes=100_000) as started:
        yield started


def ask(
    server: Running,
    method: str,
    graph: str | None,
    body: str | bytes = b"",
    kind: str | None = None,
    **headers: str,
) -> httpx.Response:
    query = "?default" if graph is None else f"?graph={quote(graph, safe='')}"
    fields = {**AUTH, **headers, **({"Content-Type": kind} if kind else {})}
    content = body.encode() if isinstance(body, str) else body
    return httpx.request(
        method, f"{server.url}/graph-store{query}", content=content, headers=fields, timeout=120
    )


def triples(response: httpx.Response, kind: str = "text/turtle") -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(response.content, format=FORMATS[kind]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def expected(text: str) -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(text, format=ox.RdfFormat.TURTLE))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def test_a_graph_is_put_read_replaced_and_deleted(store: Running) -> None:
    graph = f"{EX}put"
    assert ask(store, "GET", graph).status_code == 404
    created = ask(store, "PUT", graph, TURTLE, "text/turtle")
    assert created.status_code == 201, created.text
    read = ask(store, "GET", graph)
    assert read.headers["content-type"].startswith("text/turtle")  # what is sent without an Accept header
    assert triples(read) == expected(TURTLE)
    head = ask(store, "HEAD", graph)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == read.headers["etag"]
    replaced = ask(store, "PUT", graph, f"<{EX}s> <{EX}p> 2 .", "text/turtle")
    assert replaced.status_code == 204
    assert triples(ask(store, "GET", graph)) == expected(f"<{EX}s> <{EX}p> 2 .")
    merged = ask(store, "POST", graph, f"<{EX}s> <{EX}p> 3 .", "text/turtle")
    assert merged.status_code == 204
    assert triples(ask(store, "GET", graph)) == expected(f"<{EX}s> <{EX}p> 2, 3 .")
    assert store.ask(f"ASK {{ <{EX}s> <{EX}p> 3 }}")  # the default graph is the merge
    assert ask(store, "DELETE", graph).status_code == 204
    for method in ("GET", "HEAD", "DELETE"):
        assert ask(store, method, graph).status_code == 404
    assert not store.ask(f"ASK {{ <{EX}s> <{EX}p> 3 }}")


def test_posting_to_no_graph_yet_creates_it(store: Running) -> None:
    graph = f"{EX}posted"
    assert ask(store, "POST", graph, f"<{EX}s> <{EX}p> 4 .", "text/turtle").status_code == 201
    assert ask(store, "DELETE", graph).status_code == 204


def test_an_empty_graph_is_a_graph(store: Running) -> None:
    graph = f"{EX}empty"
    assert ask(store, "PUT", graph, "", "text/turtle").status_code == 201
    read = ask(store, "GET", graph)
    assert read.status_code == 200
    assert len(triples(read)) == 0
    assert ask(store, "POST", graph, "", "text/turtle").status_code == 204
    assert ask(store, "DELETE", graph).status_code == 204
    assert ask(store, "GET", graph).status_code == 404


def test_posting_to_the_store_makes_a_new_graph(store: Running) -> None:
    response = httpx.post(
        f"{store.url}/graph-store", content=f"<{EX}s> <{EX}p> 5 .", headers={**AUTH, "Content-Type": "text/turtle"},
        timeout=120,
    )  # fmt: skip
    assert response.status_code == 201, response.text
    graph = response.headers["location"]
    assert graph.startswith("https://w3id.org/digigov/graph/")
    assert store.ask(f"ASK {{ GRAPH <{graph}> {{ <{EX}s> <{EX}p> 5 }} }}")
    # Direct identification: the same graph at its own address.
    own = httpx.get(store.url + graph.removeprefix("https://w3id.org/digigov"))
    assert triples(own) == expected(f"<{EX}s> <{EX}p> 5 .")
    gone = httpx.delete(store.url + graph.removeprefix("https://w3id.org/digigov"), headers=AUTH, timeout=120)
    assert gone.status_code == 204


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read(store: Running, kind: str) -> None:
    full = {quad.triple for quad in ox.parse(f'<{EX}a> <{EX}p> "a" .', format=ox.RdfFormat.TURTLE)}
    read = ask(store, "GET", f"{EX}g/first", Accept=kind)
    assert read.headers["content-type"].startswith(kind)
    assert {quad.triple for quad in triples(read, kind)} == full


def test_every_format_is_written(store: Running) -> None:
    """The same graph in each format, so that only the first makes a version."""
    graph, quads = f"{EX}formats", list(ox.parse(f'<{EX}s> <{EX}p> "é"@fr .', format=ox.RdfFormat.TURTLE))
    for number, (kind, syntax) in enumerate(FORMATS.items()):
        body = ox.serialize((quad.triple for quad in quads), format=syntax)
        assert body is not None
        response = ask(store, "PUT", graph, body, kind)
        assert response.status_code == (204 if number else 201), (kind, response.text)
    assert ask(store, "DELETE", graph).status_code == 204


def test_formats_that_are_not_had(store: Running) -> None:
    refused = ask(store, "GET", f"{EX}g/first", Accept="image/png")
    assert refused.status_code == 406
    assert "text/turtle" in refused.json()["offered"]
    for method in ("PUT", "POST"):
        refused = ask(store, method, f"{EX}g/first", "x", "text/html")
        assert refused.status_code == 415
        assert "text/turtle" in refused.headers["accept-post"]


def test_a_body_that_is_no_rdf_changes_nothing(store: Running) -> None:
    before = current_version(store.store)
    for method in ("PUT", "POST"):
        response = ask(store, method, f"{EX}g/first", f"<{EX}s> <{EX}p> .\n", "text/turtle")
        assert response.status_code == 400
        assert response.json()["line"] == 1
    quads = f"<{EX}s> <{EX}p> <{EX}o> <{EX}other> .\n"
    assert ask(store, "PUT", f"{EX}g/first", quads, "application/n-quads").status_code == 400
    assert current_version(store.store) == before


def test_a_body_may_not_be_longer_than_allowed(store: Running) -> None:
    assert ask(store, "PUT", f"{EX}g/first", b"#" * 100_001, "text/turtle").status_code == 413


def test_blank_nodes_of_two_bodies_are_two(store: Running) -> None:
    graph, body = f"{EX}bnodes", f"_:b <{EX}p> 1 ."
    for status in (201, 204):
        assert ask(store, "POST", graph, body, "text/turtle").status_code == status
    assert store.count(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}") == 2
    assert ask(store, "DELETE", graph).status_code == 204


def test_several_documents_in_a_form(store: Running) -> None:
    graph = f"{EX}form"
    files = [
        ("graph", ("a.ttl", f"_:b <{EX}p> 1 .", "text/turtle")),
        ("graph", ("b.nt", f'_:b <{EX}p> "2" .', "application/octet-stream")),
    ]
    response = httpx.post(
        f"{store.url}/graph-store", params={"graph": graph}, files=files, headers=AUTH, timeout=120
    )
    assert response.status_code == 201, response.text
    assert store.count(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}") == 2
    wrong = httpx.post(
        f"{store.url}/graph-store", params={"graph": graph}, files={"graph": ("a.ttl", "no", "text/turtle")},
        headers=AUTH, timeout=120,
    )  # fmt: skip
    assert wrong.status_code == 400
    assert ask(store, "DELETE", graph).status_code == 204


def test_the_default_graph(store: Running) -> None:
    merge = f'<{EX}a> <{EX}p> "a", "b"'
    assert triples(ask(store, "GET", None)) == expected(merge + " .")
    added = ask(store, "POST", None, f"<{EX}a> <{EX}p> 7 .", "text/turtle")
    assert added.status_code == 204, added.text
    assert triples(ask(store, "GET", None)) == expected(merge + ", 7 .")
    # What named graphs state stays in the merge: the request could not have its effect.
    assert ask(store, "DELETE", None).status_code == 409
    assert ask(store, "PUT", None, f"<{EX}a> <{EX}p> 8 .", "text/turtle").status_code == 409
    assert ask(store, "PUT", None, merge + " .", "text/turtle").status_code == 204
    assert triples(ask(store, "GET", None)) == expected(merge + " .")


@pytest.mark.parametrize(
    "query", ["", "graph=", "graph=relative", "graph=http://a/&graph=http://b/", "graph=http://a/&default", "graph=http://a/%20b"]
)  # fmt: skip
def test_which_graph_has_to_be_clear(store: Running, query: str) -> None:
    response = httpx.get(f"{store.url}/graph-store?{query}")
    assert response.status_code == 400
    for method in ("PUT", "DELETE"):
        changed = httpx.request(method, f"{store.url}/graph-store?{query}", headers=AUTH)
        assert changed.status_code == 400


@pytest.mark.parametrize("method", ["PATCH", "PROPFIND", "TRACE"])
def test_other_methods(store: Running, method: str) -> None:
    response = ask(store, method, f"{EX}g/first")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, PUT, POST, DELETE, OPTIONS"


def test_options_and_preflight(store: Running) -> None:
    response = httpx.options(
        f"{store.url}/graph-store",
        headers={"Origin": "http://a.example", "Access-Control-Request-Method": "PUT"},
    )
    assert response.status_code == 204
    assert "PUT" in response.headers["access-control-allow-methods"]
    assert "authorization" in response.headers["access-control-allow-headers"]
    assert "if-match" in response.headers["access-control-allow-headers"]
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_writing_needs_the_token(store: Running, server: Running, method: str) -> None:
    url = f"/graph-store?graph={EX}g/first"
    response = httpx.request(method, store.url + url)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    read_only = httpx.request(method, server.url + url, headers=AUTH)
    assert read_only.status_code == 403
    assert "KG_ADMIN_TOKEN" in read_only.json()["detail"]
    assert httpx.get(server.url + "/graph-store", params={"graph": f"{EX}graph/one"}).status_code == 200


def test_entity_tags_hold_a_graph_to_what_was_read(store: Running) -> None:
    graph, other = f"{EX}tags", f"{EX}g/second"
    first = ask(store, "PUT", graph, f"<{EX}s> <{EX}p> 1 .", "text/turtle", **{"If-None-Match": "*"})
    assert first.status_code == 201, first.text
    again = ask(store, "PUT", graph, f"<{EX}s> <{EX}p> 9 .", "text/turtle", **{"If-None-Match": "*"})
    assert again.status_code == 412
    read = ask(store, "GET", graph)
    assert ask(store, "GET", graph, **{"If-None-Match": read.headers["etag"]}).status_code == 304
    # Another graph's change does not make this one's tag stale.
    tag_of_other = ask(store, "GET", other).headers["etag"]
    second = ask(
        store, "PUT", graph, f"<{EX}s> <{EX}p> 2 .", "text/turtle", **{"If-Match": read.headers["etag"]}
    )
    assert second.status_code == 204
    assert ask(store, "GET", other).headers["etag"] == tag_of_other
    stale = ask(
        store, "PUT", graph, f"<{EX}s> <{EX}p> 3 .", "text/turtle", **{"If-Match": read.headers["etag"]}
    )
    assert stale.status_code == 412
    assert triples(ask(store, "GET", graph)) == expected(f"<{EX}s> <{EX}p> 2 .")
    assert ask(store, "DELETE", graph, **{"If-Match": second.headers["etag"]}).status_code == 204
    assert ask(store, "DELETE", graph, **{"If-Match": "*"}).status_code == 412


def test_what_a_writer_may_not_write(store: Running) -> None:
    inferred = "https://w3id.org/digigov/graph/inferred"
    assert ask(store, "PUT", inferred, f"<{EX}s> <{EX}p> 1 .", "text/turtle").status_code == 409
    invalid = f"<{EX}law> a <https://w3id.org/digigov/ontology#Act> ."
    response = ask(store, "PUT", f"{EX}g/first", invalid, "text/turtle")
    assert response.status_code == 422
    assert response.json()["findings"]
    assert triples(ask(store, "GET", f"{EX}g/first")) == expected(f'<{EX}a> <{EX}p> "a" .')


def test_a_client_that_hangs_up_midway_changes_nothing(store: Running) -> None:
    before = current_version(store.store)
    host, _, port = store.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            f"PUT /graph-store?graph={EX}g/first HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Content-Type: text/turtle\r\nContent-Length: 1000\r\n\r\n<http://e/a> ".encode()
        )
    assert ask(store, "GET", f"{EX}g/first").status_code == 200
    assert current_version(store.store) == before

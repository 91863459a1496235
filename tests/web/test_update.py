"""SPARQL 1.1 Update over HTTP: who may, what it does, what it refuses, and that it is all or nothing."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
from served import EX, Running, running
from SPARQLWrapper import SPARQLWrapper

from kg.store import current_version, publish

TOKEN = "a-token-for-tests-only"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
DG = "https://w3id.org/digigov/ontology#"
BASE = "https://w3id.org/digigov/"


def small() -> bytes:
    """Two graphs that share a statement."""
    return (
        f'<{EX}a> <{EX}p> "shared" <{EX}g/one> .\n<{EX}a> <{EX}p> "shared" <{EX}g/two> .\n'
        f'<{EX}a> <{EX}p> "one" <{EX}g/one> .\n'
    ).encode()


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("update")
    publish(folder / "store", small())
    with running(folder / "store", folder / "log", admin_token=TOKEN) as started:
        yield started


def update(server: Running, text: str, **more: str) -> httpx.Response:
    headers = {**AUTH, "Content-Type": "application/sparql-update", **more}
    return httpx.post(server.sparql, content=text.encode(), headers=headers, timeout=120)


def test_without_a_token_the_server_is_read_only(server: Running) -> None:
    for headers in ({}, AUTH):
        response = httpx.post(server.sparql, data={"update": "CLEAR ALL"}, headers=headers)
        assert response.status_code == 403
        assert response.json()["type"].endswith("#read-only")
        assert "KG_ADMIN_TOKEN" in response.json()["detail"]


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic YTpi", f"bearer x{TOKEN}"])
def test_a_missing_or_wrong_token_is_told(writable: Running, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    response = httpx.post(writable.sparql, data={"update": "CLEAR ALL"}, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith('Bearer realm="')
    assert TOKEN not in response.text
    assert writable.ask(f'ASK {{ <{EX}a> <{EX}p> "shared" }}')


def test_both_ways_to_send_an_update(writable: Running) -> None:
    before = current_version(writable.store)
    direct = update(writable, f"PREFIX ex: <{EX}> INSERT DATA {{ GRAPH ex:direct {{ ex:a ex:p 1, 2 }} }}")
    assert direct.status_code == 200, direct.text
    done = direct.json()
    assert (done["inserted"], done["deleted"], done["graphs"]) == (2, 0, [f"{EX}direct"])
    assert direct.headers["etag"] == f'"{done["version"]}"'
    assert done["version"] != before.id
    # The new version is served before the update is answered.
    assert writable.ask(f"ASK {{ GRAPH <{EX}direct> {{ <{EX}a> <{EX}p> 1 }} }}")
    assert writable.ask(f"ASK {{ <{EX}a> <{EX}p> 2 }}")
    form = httpx.post(writable.sparql, data={"update": f"DROP GRAPH <{EX}direct>"}, headers=AUTH, timeout=120)
    assert form.status_code == 200, form.text
    assert form.json()["deleted"] == 2
    assert not writable.ask(f"ASK {{ <{EX}a> <{EX}p> 2 }}")


def test_an_update_by_get_or_of_another_type_is_no_update(writable: Running) -> None:
    assert httpx.get(writable.sparql, params={"update": "CLEAR ALL"}, headers=AUTH).status_code == 400
    response = httpx.post(
        writable.sparql, content=b"CLEAR ALL", headers={**AUTH, "Content-Type": "text/plain"}
    )
    assert response.status_code == 415


def test_a_syntax_error_has_a_place(writable: Running) -> None:
    response = update(writable, "INSERT DATA {\n  GRAPH <http://e/g> { <http://e/a> <http://e/b> } }")
    assert response.status_code == 400
    problem = response.json()
    assert problem["type"].endswith("#update-syntax")
    assert problem["line"] == 2
    assert problem["excerpt"].endswith("^")


def test_what_changes_nothing_makes_no_version(writable: Running) -> None:
    before = current_version(writable.store)
    response = update(writable, f'INSERT DATA {{ GRAPH <{EX}g/one> {{ <{EX}a> <{EX}p> "one" }} }}')
    assert response.status_code == 200
    assert response.json()["changed"] is False
    assert current_version(writable.store) == before


def test_what_contradicts_the_ontology_is_refused_whole(writable: Running) -> None:
    before = current_version(writable.store)
    response = update(
        writable,
        f"PREFIX dg: <{DG}> INSERT DATA {{ GRAPH <{EX}new> {{ <{EX}x> dg:partOf <{EX}y> . <{EX}x> dg:implements <{EX}x> }} }}",
    )
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"].endswith("#not-valid")
    assert f"{EX}x" in problem["contradictions"][0]["message"]
    assert "irreflexive" in {found["kind"] for found in problem["contradictions"]}
    assert current_version(writable.store) == before
    assert not writable.ask(f"ASK {{ GRAPH <{EX}new> {{ ?s ?p ?o }} }}")
    assert not list((writable.store / "versions").glob(".*"))


def test_what_violates_a_shape_is_refused_with_the_findings(writable: Running) -> None:
    before = current_version(writable.store)
    response = update(
        writable, f"PREFIX dg: <{DG}> INSERT DATA {{ GRAPH <{EX}new> {{ <{EX}law> a dg:Act }} }}"
    )
    assert response.status_code == 422, response.text
    problem = response.json()
    assert problem["counts"]["Violation"] >= 1
    assert f"{EX}law" in {finding["focus"] for finding in problem["findings"]}
    assert {"message", "advice", "shape", "severity"} <= set(problem["findings"][0])
    assert current_version(writable.store) == before


def test_what_follows_is_drawn_anew(writable: Running) -> None:
    inferred = f"ASK {{ GRAPH <{BASE}graph/inferred> {{ <{EX}unit> dg:partOf <{EX}ministry> }} }}"
    added = update(
        writable,
        f"INSERT DATA {{ GRAPH <{EX}g/parts> {{ <{EX}unit> dg:partOf <{EX}office> . "
        f"<{EX}office> dg:partOf <{EX}ministry> }} }}",
    )
    assert added.status_code == 200, added.text
    assert added.json()["entailed"] == 4  # the transitive step, and the inverses of all three
    assert added.json()["findings"]["Violation"] == 0
    assert writable.ask(inferred)
    assert writable.ask(f"ASK {{ <{EX}ministry> dg:hasPart <{EX}unit> }}")
    # Taken out of every graph at once; of the inferred graph, what still follows would come back.
    removed = update(writable, f"DELETE WHERE {{ GRAPH ?g {{ <{EX}office> dg:partOf ?o }} }}")
    assert removed.status_code == 200, removed.text
    assert (removed.json()["deleted"], removed.json()["no_longer_entailed"]) == (1, 3)
    assert not writable.ask(inferred)
    assert not writable.ask(f"ASK {{ <{EX}ministry> dg:hasPart ?x }}")


def test_the_default_graph_stays_the_merge(writable: Running) -> None:
    shared = f'<{EX}a> <{EX}p> "shared"'
    assert update(writable, f"DELETE DATA {{ GRAPH <{EX}g/two> {{ {shared} }} }}").status_code == 200
    assert writable.ask(f"ASK {{ {shared} }}")
    refused = update(writable, f"DELETE DATA {{ {shared} }}")
    assert refused.status_code == 409
    assert f"{EX}g/one" in refused.json()["detail"]
    assert update(writable, f"INSERT DATA {{ GRAPH <{EX}g/two> {{ {shared} }} }}").status_code == 200
    own = update(writable, f'INSERT DATA {{ <{EX}a> <{EX}p> "nowhere else" }}')
    assert own.json()["inserted"] == 1
    assert writable.ask(
        f'ASK {{ <{EX}a> <{EX}p> "nowhere else" FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p "nowhere else" }} }} }}'
    )
    gone = update(writable, f'DELETE DATA {{ <{EX}a> <{EX}p> "nowhere else" }}')
    assert gone.status_code == 200, gone.text
    assert gone.json()["deleted"] == 1


@pytest.mark.parametrize("graph", ["inferred", "ontology"])
def test_graphs_of_the_program_are_not_written(writable: Running, graph: str) -> None:
    response = update(writable, f"INSERT DATA {{ GRAPH <{BASE}graph/{graph}> {{ <{EX}a> a <{DG}Portal> }} }}")
    assert response.status_code == 409
    assert response.json()["type"].endswith("#not-writable")


def test_rdf_1_2_terms_are_refused(writable: Running) -> None:
    response = update(
        writable, f"INSERT DATA {{ GRAPH <{EX}t> {{ <{EX}a> <{EX}p> <<( <{EX}b> <{EX}p> 1 )>> }} }}"
    )
    assert response.status_code == 409, response.text
    assert "RDF 1.2" in response.json()["detail"]


def test_using_graph_uri_is_the_dataset_of_the_patterns(writable: Running) -> None:
    texts = {
        "DELETE { GRAPH <http://example.org/copy> { ?s ?p ?o } } INSERT { GRAPH <http://example.org/copy> { ?s ?p ?o } } WHERE { ?s ?p ?o }": 2,
        "INSERT { GRAPH <http://example.org/copy> { ?s ?p ?g } } WHERE { GRAPH ?g { ?s ?p ?o } }": 1,
    }
    params = {"using-graph-uri": f"{EX}g/one", "using-named-graph-uri": f"{EX}g/two"}
    for text, expected in texts.items():
        done = httpx.post(writable.sparql, data={"update": text, **params}, headers=AUTH, timeout=120)
        assert done.status_code == 200, done.text
        assert done.json()["inserted"] == expected
        direct = httpx.post(
            writable.sparql, params=params, content=f"DELETE WHERE {{ ?s ?p ?o }} # {text[:3]}",
            headers={**AUTH, "Content-Type": "application/sparql-update"}, timeout=120,
        )  # fmt: skip
        assert direct.status_code == 409, direct.text  # it would remove from the default graph
        assert update(writable, f"DROP GRAPH <{EX}copy>").status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "WITH <http://example.org/g/one> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USING <http://example.org/g/one> WHERE { ?s ?p ?o }",
    ],
)
def test_using_graph_uri_beside_using_is_an_error(writable: Running, text: str) -> None:
    response = httpx.post(
        writable.sparql, data={"update": text, "using-graph-uri": f"{EX}g/two"}, headers=AUTH
    )
    assert response.status_code == 400
    assert "USING" in response.json()["detail"]


def test_if_match_holds_updates_to_the_version_that_was_read(writable: Running) -> None:
    version = current_version(writable.store).id
    text = f"INSERT DATA {{ GRAPH <{EX}match> {{ <{EX}a> <{EX}p> 1 }} }}"
    stale = update(writable, text, **{"If-Match": '"0123"'})
    assert stale.status_code == 412
    weak = update(writable, text, **{"If-Match": f'W/"{version}"'})
    assert weak.status_code == 412
    done = update(writable, text, **{"If-Match": f'"0123", "{version}"'})
    assert done.status_code == 200
    again = update(writable, f"DROP GRAPH <{EX}match>", **{"If-Match": done.headers["etag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:9/x>",
        "LOAD SILENT <http://127.0.0.1:9/x>",
        "LOAD <file:///etc/passwd> INTO GRAPH <http://example.org/p>",
        "LOADSILENT<http://127.0.0.1:9/x>",
        "INSERT { GRAPH <http://e/g> { ?s ?p ?o } } WHERE { SERVICE SILENT <http://127.0.0.1:9/x> { ?s ?p ?o } }",
    ],
)
def test_nothing_is_fetched_unless_it_is_listed(writable: Running, text: str) -> None:
    before = current_version(writable.store)
    response = update(writable, text)
    assert response.status_code in (400, 403), response.text
    assert current_version(writable.store) == before


def test_an_endless_update_is_stopped(writable: Running) -> None:
    crosses = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(30))
    response = update(
        writable,
        f"INSERT {{ GRAPH <{EX}big> {{ ?a1 ?b2 ?c3 }} }} WHERE {{ {crosses} }}",
        **{"KG-Timeout": "1"},
    )
    assert response.status_code == 503
    assert response.json()["type"].endswith("#update-timeout")
    assert not list((writable.store / "versions").glob(".editing-*"))


def test_two_writers_lose_nothing(writable: Running) -> None:
    answers: list[httpx.Response] = []

    def write(number: int) -> None:
        answers.append(update(writable, f"INSERT DATA {{ GRAPH <{EX}many> {{ <{EX}a> <{EX}n> {number} }} }}"))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [answer.status_code for answer in answers] == [200] * 4
    assert writable.count(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{EX}many> {{ ?s ?p ?o }} }}") == 4
    assert len({answer.json()["version"] for answer in answers}) == 4


def test_the_description_says_that_updates_are_taken(writable: Running) -> None:
    response = httpx.get(writable.sparql, headers={"Accept": "text/turtle"}, timeout=60)
    assert "SPARQL11Update" in response.text


def test_clients_as_they_are(writable: Running, tmp_path: Path) -> None:
    """rdflib's store, SPARQLWrapper and curl write without anything made for this server."""
    graph = Graph(
        SPARQLUpdateStore(writable.sparql, writable.sparql, headers=AUTH), identifier=URIRef(f"{EX}clients")
    )
    graph.add((URIRef(f"{EX}a"), URIRef(f"{EX}by"), Literal("rdflib")))
    wrapper = SPARQLWrapper(writable.sparql)
    wrapper.addCustomHttpHeader("Authorization", AUTH["Authorization"])
    wrapper.setMethod("POST")
    wrapper.setQuery(f'INSERT DATA {{ GRAPH <{EX}clients> {{ <{EX}a> <{EX}by> "SPARQLWrapper" }} }}')
    wrapper.query()
    (tmp_path / "a.ttl").write_text(f'<{EX}a> <{EX}by> "curl" .')
    curl = [
        "curl",
        "-s",
        "-f",
        "-X",
        "POST",
        "-T",
        str(tmp_path / "a.ttl"),
        "-H",
        "Content-Type: text/turtle",
    ]
    address = f"{writable.url}/graph-store?graph={EX}clients"
    subprocess.run([*curl, "-H", f"Authorization: {AUTH['Authorization']}", address], check=True)
    assert {str(value) for value in graph.objects()} == {"rdflib", "SPARQLWrapper", "curl"}
    graph.update(f"DROP GRAPH <{EX}clients>")
    assert not writable.ask(f"ASK {{ ?s <{EX}by> ?o }}")

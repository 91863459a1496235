"""`--store URL` from the shell: published, queried and exported as with a folder, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.settings import Settings
from kg.store import publish
from kg.store.remote_publish import publish_remote
from sparql_engines import SparqlServer, free_port, oxigraph

EX = "https://w3id.org/digigov/id/"
DATA = b"".join(
    f'<{EX}country/{code}> <http://www.w3.org/2000/01/rdf-schema#label> "{name}"@en <https://w3id.org/digigov/graph/reference> .\n'
    f"<{EX}country/{code}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/digigov/ontology#Country> "
    f"<https://w3id.org/digigov/graph/reference> .\n".encode()
    for code, name in (("COL", "Colombia"), ("PER", "Peru"))
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparqlServer]:
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as started:
        publish_remote(Settings(store=started.url), DATA)
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("embedded") / "store"
    publish(store, DATA)
    return store


def kg(*arguments: str, store: object) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments, "--store", str(store)],
        capture_output=True, text=True, env=env, timeout=600,
    )  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "SELECT ?l { ?c a dg:Country ; rdfs:label ?l } ORDER BY ?l"),
        ("query", "ASK { ?c a dg:Country }", "--format", "json"),
        ("query", "CONSTRUCT { ?c rdfs:label ?l } { ?c rdfs:label ?l } ORDER BY ?l", "--format", "nt"),
        ("run", "countries", "--format", "csv"),
        ("export", "--format", "nq"),
        ("export", "--format", "nt"),
    ],
    ids=lambda arguments: " ".join(arguments)[:30],
)
def test_a_server_gives_what_the_folder_gives(
    server: SparqlServer, folder: Path, arguments: tuple[str, ...]
) -> None:
    remote, embedded = kg(*arguments, store=server.url), kg(*arguments, store=folder)
    assert remote.returncode == 0, remote.stderr
    assert sorted(remote.stdout.splitlines()) == sorted(embedded.stdout.splitlines())
    assert remote.stdout


def test_errors_end_with_2_and_no_traceback(server: SparqlServer) -> None:
    for arguments, store, expected in (
        (("query", "SELECT {"), server.url, "no SPARQL query"),
        (
            ("query", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"),
            server.url,
            "cannot be answered|no SPARQL",
        ),
        (("query", "ASK {}"), f"http://127.0.0.1:{free_port()}/query", "cannot be reached"),
        (("build",), f"http://127.0.0.1:{free_port()}/query", "cannot be reached"),
        (("serve", "--port", "0"), f"http://127.0.0.1:{free_port()}/query", "cannot be reached"),
    ):
        ended = kg(*arguments, store=store)
        assert ended.returncode == 2, ended.stderr
        assert any(part in ended.stderr for part in expected.split("|")), ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_build_publishes_to_a_server(server: SparqlServer) -> None:
    record = Path(__file__).resolve().parents[2] / "data" / "responses" / "2020" / "COL.yaml"
    built = kg("build", str(record), "--json", store=server.url)
    assert built.returncode == 0, built.stderr
    document = json.loads(built.stdout)
    asked = kg(
        "query", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "--format", "csv", store=server.url
    )
    assert int(asked.stdout.splitlines()[1]) == sum(document["triples"].values())

"""SERVICE and LOAD: off unless listed, never into the network of the server, and what others answer is told apart."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import EX, Running, dataset, running

from kg.store import publish
from kg.web.outbound import NotFetched, Outbound, forbidden
from kg.web.syntax import service_calls

TOKEN = "a-token-for-tests-only"
AUTH = {"Authorization": f"Bearer {TOKEN}"}


class Elsewhere(BaseHTTPRequestHandler):
    """A SPARQL server that knows one answer, redirects, fails, breaks off, and serves documents."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012 - one server for all tests

    hang_up = threading.Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.asked.append((self.path, body))
        if self.path == "/sparql":
            rows = [
                {"x": {"type": "uri", "value": f"{EX}item/{n}"}, "b": {"type": "bnode", "value": "b"}}
                for n in (1, 2)
            ]
            text = json.dumps({"head": {"vars": ["x", "b"]}, "results": {"bindings": rows}})
            self._send(200, text, "application/sparql-results+json")
        elif self.path == "/sparql/away":
            self._send(307, "", "text/plain", Location="http://127.0.0.1:9/sparql")
        elif self.path == "/sparql/seeother":
            self._send(303, "", "text/plain", Location="/sparql")
        elif self.path == "/sparql/moved":
            self._send(308, "", "text/plain", Location="/sparql")
        elif self.path == "/sparql/slow":
            self.hang_up.wait(60)
        elif self.path == "/sparql/cut":
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b'{"head":{"vars":["x"]},"results":{"bindings":[')
        else:
            self._send(500, "no", "text/plain")

    def do_GET(self) -> None:
        documents = {
            "/data/a.ttl": (f"<{EX}loaded> <{EX}p> 1, 2 .", "text/turtle"),
            "/data/b": (f'<{EX}loaded> <{EX}p> "3" .\n', "application/n-triples"),
            "/data/page": ("<html></html>", "text/html"),
            "/data/wrong.ttl": ("no turtle", "text/turtle"),
        }
        if self.path == "/data/away":
            self._send(302, "", "text/plain", Location="/other/b")
        elif self.path in documents:
            text, media_type = documents[self.path]
            self._send(200, text, media_type)
        else:
            self._send(404, "", "text/plain")

    def _send(self, status: int, text: str, media_type: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    Elsewhere.hang_up.set()
    server.shutdown()


@pytest.fixture(scope="module")
def federated(elsewhere: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a store of its own, since a test here changes the data."""
    folder = tmp_path_factory.mktemp("service")
    publish(folder / "store", dataset())
    listed = f"{elsewhere}/sparql, {elsewhere}/data/, https://query.example.org/sparql"
    with running(folder / "store", folder / "log", service_allowlist=listed, admin_token=TOKEN) as started:
        yield started


def test_it_is_off_unless_something_is_listed(server: Running) -> None:
    response = server.get("SELECT * { SERVICE SILENT <https://query.wikidata.org/sparql> { ?s ?p ?o } }")
    assert response.status_code == 403
    assert response.json()["type"].endswith("#service-refused")


@pytest.mark.parametrize(
    "form", ["SERVICE <{0}/sparql>", "SERVICE SILENT\n<{0}/sparql>", "SERVICE<{0}/sparql/moved>"]
)
def test_a_listed_endpoint_is_asked(federated: Running, elsewhere: str, form: str) -> None:
    query = f"SELECT ?x ?size {{ {form.format(elsewhere)} {{ ?x a ?b }} ?x <{EX}size> ?size }} ORDER BY ?size"
    response = federated.get(query)
    assert response.status_code == 200, response.text
    assert [row["size"]["value"] for row in response.json()["results"]["bindings"]] == ["1", "2"]
    assert "SELECT" in Elsewhere.asked[-1][1]
    assert "etag" not in response.headers  # the answer depends on more than our version


def test_a_prefixed_name_and_two_endpoints(federated: Running, elsewhere: str) -> None:
    response = federated.get(
        f"PREFIX there: <{elsewhere}/> SELECT (COUNT(*) AS ?n) "
        "{ SERVICE there:sparql { ?x ?y ?z } SERVICE there:sparql { ?a ?b ?c } }"
    )
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <{0}/other>", "SERVICE SILENT <{0}/sparql-private>", "SERVICE <{0}/sparql/../other>",
        "SERVICE <{0}/sparql/%2e%2e/other>", "SERVICE <http://127.0.0.1:9/sparql>", "SERVICE ?endpoint",
        "SERVICE <https://query.example.org:8443/sparql>", "SERVICE <https://query.example.org@127.0.0.1/sparql>",
        "SERVICE <http://query.example.org/sparql>", "SERVICE <file:///etc/passwd>", "SERVICESILENT<{0}/sparql>",
        "SERVICE <https://query.example.org.evil.example/sparql>",
    ],
)  # fmt: skip
def test_what_is_not_listed_is_not_asked(federated: Running, elsewhere: str, clause: str) -> None:
    before = len(Elsewhere.asked)
    response = federated.get(f"SELECT * {{ {clause.format(elsewhere)} {{ ?s ?p ?o }} }}")
    assert response.status_code == 403, response.text
    assert response.json()["type"].endswith("#service-refused")
    assert len(Elsewhere.asked) == before


@pytest.mark.parametrize("path", ["/sparql/broken", "/sparql/away", "/sparql/seeother", "/sparql/cut"])
def test_an_endpoint_that_fails_is_told(federated: Running, elsewhere: str, path: str) -> None:
    query = f"SELECT * {{ SERVICE <{elsewhere}{path}> {{ ?x ?p ?o }} }}"
    response = federated.get(query)
    assert response.status_code == 502, response.text
    assert response.json()["type"].endswith("#service-failed")
    silent = federated.get(query.replace("SERVICE", "SERVICE SILENT"))
    assert silent.status_code == 200
    assert silent.json()["results"]["bindings"] == [{}]


def test_a_listed_name_that_leads_inside_is_not_followed(
    published: Path, tmp_path: Path, elsewhere: str
) -> None:
    port = elsewhere.rpartition(":")[2]
    with running(published, tmp_path / "log", service_allowlist=f"http://localhost:{port}/") as server:
        before = len(Elsewhere.asked)
        response = server.get(f"SELECT * {{ SERVICE <http://localhost:{port}/sparql> {{ ?s ?p ?o }} }}")
        assert response.status_code == 502
        assert "private network" in response.json()["detail"]
        assert len(Elsewhere.asked) == before


def test_an_endpoint_that_never_answers_takes_no_longer_than_the_query_may(
    federated: Running, elsewhere: str
) -> None:
    response = federated.get(
        f"SELECT * {{ SERVICE SILENT <{elsewhere}/sparql/slow> {{ ?x ?p ?o }} }}", timeout="1"
    )
    assert response.status_code == 503
    assert response.json()["type"].endswith("#query-timeout")
    assert federated.ask("ASK {}")


def test_a_mistake_in_a_federated_query_has_its_line(federated: Running, elsewhere: str) -> None:
    response = federated.get(f"SELECT *\n{{ SERVICE <{elsewhere}/sparql> {{ ?s ?p ?o }}\n ?a ?b }}")
    assert response.status_code == 400
    assert response.json()["line"] == 3


def test_a_process_that_asks_elsewhere_leaves_nothing(federated: Running, elsewhere: str) -> None:
    for _ in range(8):
        assert federated.get(f"ASK {{ SERVICE <{elsewhere}/sparql> {{ ?x ?y ?z }} }}").status_code == 200
    assert len(federated.query_processes()) <= 6


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "not-an-address",
    ],
)  # fmt: skip
def test_addresses_that_are_never_asked(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet(address: str) -> None:
    assert not forbidden(address)


def test_rebinding_gains_nothing(monkeypatch: pytest.MonkeyPatch, elsewhere: str) -> None:
    """Whatever a name meant a moment ago, the address that is connected to is the one that is checked."""
    port = int(elsewhere.rpartition(":")[2])
    answers = iter(["93.184.216.34", "127.0.0.1"])
    looked_up: list[str] = []

    def lookup(host: Any, *_: Any, **__: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        looked_up.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    async def scenario() -> None:
        outbound = Outbound([f"http://rebinding.example:{port}/"], timeout=0.5)
        for _ in range(2):
            with pytest.raises(NotFetched):
                await outbound.get(f"http://rebinding.example:{port}/data/a.ttl", 1000)
        await outbound.close()

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    before = len(Elsewhere.asked)
    asyncio.run(scenario())
    assert looked_up == ["rebinding.example"] * 2
    assert len(Elsewhere.asked) == before


def test_only_plainly_written_endpoints_are_seen() -> None:
    base = "http://base.example/"
    assert service_calls("SELECT * { ?s ?service 'SERVICE' }", {}, base) == []
    found = service_calls("BASE <http://b.example/> SELECT * { SERVICE <sparql> {} }", {}, base)
    assert found is not None
    assert [call.endpoint for call in found] == ["http://b.example/sparql"]
    for text in ("{ SERVICE ?x {} }", "{ SERVICE u:x {} }", "{trueSERVICE<http://x/>{}}", "{ SERVICE"):
        assert service_calls("SELECT * " + text, {}, base) is None


def test_load_of_a_listed_document(federated: Running, elsewhere: str) -> None:
    text = (
        f"PREFIX d: <{elsewhere}/data/> LOAD d:a.ttl INTO GRAPH <{EX}graph/loaded> ;\n"
        f"LOAD <{elsewhere}/data/b> INTO GRAPH <{EX}graph/loaded> ;\n"
        f"DELETE DATA {{ GRAPH <{EX}graph/loaded> {{ <{EX}loaded> <{EX}p> 2 }} }}"
    )
    response = httpx.post(federated.sparql, data={"update": text}, headers=AUTH, timeout=120)
    assert response.status_code == 200, response.text
    assert federated.count(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{EX}graph/loaded> {{ ?s ?p ?o }} }}") == 2
    # All or nothing: what comes before a LOAD that fails is not done either.
    for document, status in (("page", 502), ("none", 502), ("away", 502), ("wrong.ttl", 400)):
        failing = f"DROP GRAPH <{EX}graph/loaded> ; LOAD <{elsewhere}/data/{document}>"
        response = httpx.post(federated.sparql, data={"update": failing}, headers=AUTH, timeout=120)
        assert response.status_code == status, response.text
    assert federated.count(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{EX}graph/loaded> {{ ?s ?p ?o }} }}") == 2


def test_a_federated_process_reaches_one_port_only() -> None:
    """The second lock: whatever a query may be able to say, its process connects to the one port (Landlock)."""
    with socket.socket() as one, socket.socket() as other:
        for listening in (one, other):
            listening.bind(("127.0.0.1", 0))
            listening.listen()
        ports = [listening.getsockname()[1] for listening in (one, other)]
        done = subprocess.run(
            [sys.executable, "-c", CONNECT, *map(str, ports)], capture_output=True, text=True, check=True
        )
    if "no landlock" in done.stdout:
        pytest.skip("this kernel cannot bound connections by port")
    assert done.stdout.split() == ["connected", "PermissionError"]


CONNECT = """
import ctypes, socket, sys
from kg.web.querying.sandbox import connect_only_to
if ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) < 4:
    sys.exit(print("no landlock"))
connect_only_to(int(sys.argv[1]))
for port in sys.argv[1:]:
    try:
        socket.create_connection(("127.0.0.1", int(port)), 5).close()
        print("connected")
    except OSError as error:
        print(type(error).__name__)
"""

"""Answers that need no waiting leave the server before there is a task for them: nothing about them may differ."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from served import EX, Running, running, wait_until

KEPT = "SELECT ?o { <http://example.org/item/7> ?p ?o } ORDER BY ?o"
LOOKUP = "SELECT ?l { <http://example.org/item/8> rdfs:label ?l }"
DIFFERENT = {"x-request-id", "date"}


def raw(server: Running, data: bytes, *, half_close: bool = True) -> bytes:
    """What the server sends until it closes the connection."""
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def target(query: str) -> str:
    return f"/sparql?query={quote(query, safe='')}"


@pytest.mark.parametrize("query", [KEPT, LOOKUP])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": "text/csv"},
        {
            "Accept": "application/sparql-results+xml;q=0.5, text/tab-separated-values",
            "Accept-Encoding": "gzip",
        },
        {"Accept-Encoding": "identity"},
    ],
)
def test_they_are_what_the_application_sends(server: Running, query: str, headers: dict[str, str]) -> None:
    """HEAD and POST go the long way."""
    client = httpx.Client()
    first = client.get(server.sparql, params={"query": query}, headers=headers)
    again = client.get(server.sparql, params={"query": query}, headers=headers)
    head = client.head(server.sparql, params={"query": query}, headers=headers)
    post = client.post(server.sparql, data={"query": query}, headers=headers)
    assert first.status_code == again.status_code == head.status_code == post.status_code == 200
    assert first.content == again.content == post.content
    fields = [{n: v for n, v in r.headers.items() if n not in DIFFERENT} for r in (first, again, head)]
    assert fields[0] == fields[1] == fields[2]
    for name in ("etag", "vary", "access-control-allow-origin", "kg-dataset-version", "kg-row-limit"):
        assert name in first.headers
    assert len({response.headers["x-request-id"] for response in (first, again, head)}) == 3
    assert "date" in first.headers


@pytest.mark.parametrize("query", [KEPT, LOOKUP])
def test_what_the_client_has_is_not_sent_again(server: Running, query: str) -> None:
    first = server.get(query)
    tag = first.headers["etag"]
    for value in (tag, f'"other", {tag}', tag.removeprefix("W/")):  # RFC 9110 §13.1.2: compared weakly
        again = httpx.get(
            server.sparql, params={"query": query},
            headers={"If-None-Match": value, "Accept": "application/sparql-results+json"},
        )  # fmt: skip
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert "content-type" not in again.headers
    other = httpx.get(server.sparql, params={"query": query}, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200
    as_csv = httpx.get(
        server.sparql, params={"query": query}, headers={"If-None-Match": tag, "Accept": "text/csv"}
    )
    assert as_csv.status_code == 200


def test_pipelined_requests_are_answered_in_order(server: Running) -> None:
    """A query that takes time, then two that do not: each waits for its turn."""
    server.get(KEPT)
    slow = "SELECT (COUNT(*) AS ?n) { ?s rdfs:label ?l FILTER REGEX(?l, '7$') }"
    paths = [target(slow), target(KEPT), target(LOOKUP), target(KEPT) + "&format=csv"]
    requests = b"".join(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths[:-1])
    last = f"GET {paths[-1]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    received = raw(server, requests + last, half_close=False)
    heads = received.split(b"HTTP/1.1 ")[1:]
    assert [head[:3] for head in heads] == [b"200"] * 4
    names = [json.loads(head.partition(b"\r\n\r\n")[2])["head"]["vars"] for head in heads[:3]]
    assert names == [["n"], ["o"], ["l"]]
    assert b"connection: close" in heads[3]
    assert b"text/csv" in heads[3]


@pytest.mark.parametrize("cut", [1, 30, -10, -2])
def test_requests_in_pieces_are_put_together(server: Running, cut: int) -> None:
    request = f"GET {target(LOOKUP)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request[:cut])
        wait_until(lambda: server.metric("kg_queries_active") == 0, "the server to have read it")
        connection.sendall(request[cut:])
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.startswith(b"HTTP/1.1 200")
    assert b"item 8" in received


def test_old_clients_get_their_connection_closed(server: Running) -> None:
    received = raw(server, f"GET {target(LOOKUP)} HTTP/1.0\r\n\r\n".encode(), half_close=False)
    assert received.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in received


def test_a_body_where_there_is_none_is_read(server: Running) -> None:
    """GET with a body is odd but allowed; the next request begins after it."""
    body = b"GET /nothing HTTP/1.1\r\n\r\n"
    first = f"GET {target(LOOKUP)} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    second = f"GET {target(KEPT)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    received = raw(server, first + second, half_close=False)
    assert [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]] == [b"200", b"200"]


def test_a_client_that_does_not_read_fills_no_memory(server: Running) -> None:
    """Thousands of requests for a large kept answer at once: the server waits until what it has sent is read."""
    large = "SELECT ?l { ?s rdfs:label ?l } LIMIT 3000"
    assert len(server.get(large).content) > 100_000
    length = len(server.get(large).content)
    count = 300
    request = f"GET {target(large)} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n".encode()
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=60) as connection:
        connection.sendall(request * count)
        seen = received = 0
        tail = b""
        while seen < count:
            piece = connection.recv(1 << 20)
            assert piece
            received += len(piece)
            window = tail + piece
            seen += window.count(b"HTTP/1.1 200")
            tail = window[-11:]
        assert seen == count
    assert received > (count - 1) * length


def test_they_are_counted_and_logged(server: Running) -> None:
    server.get(KEPT)
    line = 'kg_queries_total{kind="solutions",outcome="cached"}'
    before = server.metric(line)
    response = httpx.get(
        server.sparql, params={"query": KEPT},
        headers={"X-Request-ID": "at-once-1", "Accept": "application/sparql-results+json"},
    )  # fmt: skip
    assert response.headers["x-request-id"] == "at-once-1"
    assert server.metric(line) == before + 1

    def logged() -> dict[str, object] | None:
        for text in server.log.read_text(encoding="utf-8").splitlines():
            if '"id":"at-once-1"' in text:
                found: dict[str, object] = json.loads(text)
                return found
        return None

    wait_until(lambda: logged() is not None, "the line in the log")
    entry = logged()
    assert entry is not None
    assert entry["path"] == "/sparql"
    assert entry["status"] == 200
    assert entry["bytes"] == len(response.content)
    assert "item" not in json.dumps(entry)


@pytest.fixture
def limited(published: Path, tmp_path: Path) -> Callable[..., object]:
    return lambda **settings: running(published, tmp_path / "log", **settings)


def test_the_rate_holds_for_them_once_each(limited: Callable[..., object]) -> None:
    with limited(requests_per_minute=20) as server, httpx.Client(timeout=60) as client:  # type: ignore[attr-defined]
        answers = [client.get(server.sparql, params={"query": LOOKUP}) for _ in range(4)]
        assert [answer.status_code for answer in answers[:2]] == [
            200
        ] * 2  # a tenth at once, each counted once
        refused = answers[-1]
        assert refused.status_code == 429
        assert refused.headers["retry-after"]


def test_behind_a_proxy_clients_are_told_apart(limited: Callable[..., object]) -> None:
    with limited(requests_per_minute=10, trusted_proxies="127.0.0.1") as server:  # type: ignore[attr-defined]

        def ask(client: str) -> int:
            response = httpx.get(server.sparql, params={"query": LOOKUP}, headers={"X-Forwarded-For": client})
            return response.status_code

        assert ask("192.0.2.1") == 200
        assert ask("192.0.2.1") == 429
        assert ask("192.0.2.2") == 200


def test_without_memory_for_answers_lookups_still_have_tags(limited: Callable[..., object]) -> None:
    with limited(cache_mb=0) as server:  # type: ignore[attr-defined]
        tags = {server.get(LOOKUP).headers["etag"] for _ in range(3)}
        assert len(tags) == 1
        assert server.ask(f"ASK {{ <{EX}item/1> ?p ?o }}")

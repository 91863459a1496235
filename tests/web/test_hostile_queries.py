"""Queries that would run forever, take all memory or flood the client: they are stopped, and others do not notice."""

from __future__ import annotations

import contextlib
import itertools
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest
from served import EX, ITEMS, Running, running, wait_until

from kg.web.querying.pool import SOON

CROSS_PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS_PATH = "SELECT (COUNT(*) AS ?n) { ?a (<http://example.org/knows>|!<http://example.org/x>)* ?b . ?b (!rdfs:x)* ?c }"
REGEX_BOMB = 'SELECT (COUNT(*) AS ?n) { ?a rdfs:label ?x . ?b rdfs:label ?y FILTER REGEX(CONCAT(?x, ?y), "(.*)*(.*)*z$") }'
SORTED_PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?d ?c"
GROWING = (
    "SELECT ?x { ?a ?b ?c . ?d ?e ?f BIND(CONCAT(STR(?a), STR(?d), STR(?c), STR(?f)) AS ?x) } ORDER BY ?x"
)
POINT = f"ASK {{ <{EX}odd> ?p ?o }}"


@pytest.fixture(scope="module")
def strict(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("strict") / "log"
    with running(
        published, log, query_timeout=2, query_memory=300, max_rows=5000, max_workers=6, queries_per_client=50
    ) as started:
        yield started


@pytest.mark.parametrize("query", [CROSS_PRODUCT, ENDLESS_PATH, REGEX_BOMB, SORTED_PRODUCT], ids=str.split)
def test_a_query_that_runs_too_long_is_stopped_and_told_so(strict: Running, query: str) -> None:
    response = strict.get(query)
    assert response.status_code == 503
    document = response.json()
    assert document["type"].endswith(("#query-timeout", "#query-memory"))
    assert document["detail"]
    wait_until(lambda: strict.metric("kg_queries_active") == 0, "the query to be gone")
    wait_until(lambda: not burning(strict), "no process to work any more")


def burning(server: Running) -> list[int]:
    """Query processes that use the processor."""
    found = []
    for process in server.query_processes():
        with contextlib.suppress(psutil.Error):
            if process.cpu_percent(0.2) > 50:
                found.append(process.pid)
    return found


def test_clients_may_lower_the_limit_but_not_raise_it(strict: Running) -> None:
    for response in (
        strict.get(CROSS_PRODUCT, timeout="0.3"),
        httpx.get(strict.sparql, params={"query": CROSS_PRODUCT}, headers={"KG-Timeout": "0.3"}, timeout=30),
    ):
        assert "0.3 s" in response.json()["detail"]
    assert "for 2 s" in strict.get(CROSS_PRODUCT, timeout="1000").json()["detail"]


def test_point_queries_are_answered_while_others_take_all_they_can(published: Path, tmp_path: Path) -> None:
    """Three clients attack with more queries than there are processes; a fourth one's are answered in between."""
    stop = threading.Event()
    settings = {"trusted_proxies": "127.0.0.1", "query_timeout": 3, "max_workers": 6}
    with running(published, tmp_path / "log", **settings) as server:

        def get(query: str, client: str) -> httpx.Response:
            return httpx.get(
                server.sparql, params={"query": query}, headers={"X-Forwarded-For": client}, timeout=60
            )

        def attack(client: str) -> None:
            while not stop.is_set():
                get(CROSS_PRODUCT, client)

        attackers = [threading.Thread(target=attack, args=(f"192.0.2.{number % 3}",)) for number in range(12)]
        for attacker in attackers:
            attacker.start()
        try:
            time.sleep(1)
            for number in range(20):
                # Each differs, so that none is answered from memory.
                response = get(f"ASK {{ <{EX}item/{number}> <{EX}size> {number} }}", "192.0.2.9")
                assert response.status_code == 200, response.text
        finally:
            stop.set()
            for attacker in attackers:
                attacker.join()


def test_memory_is_bounded_and_the_server_lives_on(strict: Running) -> None:
    response = strict.get(GROWING)
    assert response.status_code == 503
    assert response.json()["type"].endswith(("#query-memory", "#query-timeout"))
    assert strict.ask(POINT)


def test_more_rows_than_allowed_are_never_a_complete_response(strict: Running) -> None:
    allowed = strict.get("SELECT * { ?s ?p ?o } LIMIT 4999", "text/tab-separated-values")
    assert allowed.status_code == 200
    assert allowed.headers["kg-row-limit"] == "5000"
    for accept in ("application/sparql-results+json", "application/sparql-results+xml", "text/csv"):
        try:
            refused = strict.get("SELECT * { ?s ?p ?o }", accept)
        except httpx.RemoteProtocolError:
            continue  # broken off in the middle
        except httpx.ReadError:
            continue
        assert refused.status_code == 403
        assert "5,000 rows" in refused.json()["detail"]


def test_a_timeout_in_the_middle_breaks_the_connection(strict: Running) -> None:
    query = "SELECT ?a ?b { { ?a rdfs:label ?b } UNION { ?a ?x ?y . ?z ?v ?w . ?r ?s ?b FILTER (?y + ?w + ?b = 0.5) } }"
    received: list[bytes] = []
    with httpx.stream(
        "GET",
        strict.sparql,
        params={"query": query, "timeout": "1"},
        headers={"Accept-Encoding": "identity"},
        timeout=30,
    ) as response:
        assert response.status_code == 200
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            _read_into(received, response)
    assert b"item 1" in b"".join(received)


def test_results_come_before_they_are_complete(server: Running) -> None:
    """Some are here, and the query still runs: it has more to say than fits between it and a client that does not read."""
    query = "SELECT * { ?a rdfs:label ?b . ?c rdfs:label ?d } LIMIT 900000"
    plain = {"Accept-Encoding": "identity"}
    with httpx.stream("GET", server.sparql, params={"query": query}, headers=plain, timeout=60) as response:
        chunks = response.iter_raw()  # closes the response when nobody holds it any more
        assert b"item" in next(chunks)
        assert server.metric("kg_queries_active") == 1
    wait_until(lambda: server.metric("kg_queries_active") == 0, "it to be stopped")


def test_a_million_rows_take_no_more_memory_than_a_few(published: Path, tmp_path: Path) -> None:
    """The server and its processes pass rows on as they come, and all of them arrive."""
    query = "SELECT * { ?a rdfs:label ?b . ?c rdfs:label ?d } LIMIT 1000000"
    lines = size = early = most = 0
    with (
        running(published, tmp_path / "log", query_timeout=300) as server,
        httpx.stream(
            "GET",
            server.sparql,
            params={"query": query},
            headers={"Accept": "text/tab-separated-values", "Accept-Encoding": "identity"},
            timeout=60,
        ) as response,
    ):
        for number, part in enumerate(response.iter_raw(1024 * 1024)):
            lines += part.count(b"\n")
            size += len(part)
            if number % 4 == 2:
                processes = [psutil.Process(server.process.pid), *server.query_processes()]
                taken = sum(process.memory_info().rss for process in processes)
                early, most = early or taken, max(most, taken)
    assert lines == 1_000_001
    assert size > 90_000_000
    assert most < early + 24 * 1024 * 1024


def test_a_client_that_hangs_up_stops_its_query(strict: Running) -> None:
    before = strict.metric('kg_query_processes_killed_total{reason="cancelled"}')
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(strict.sparql, params={"query": CROSS_PRODUCT}, timeout=0.4)
    wait_until(
        lambda: strict.metric('kg_query_processes_killed_total{reason="cancelled"}') > before,
        "the query to be stopped",
    )
    assert strict.metric("kg_queries_active") == 0


def test_a_client_that_does_not_read_holds_nobody_up(server: Running) -> None:
    port = httpx.URL(server.url).port
    assert port is not None
    query = quote("SELECT * { ?a rdfs:label ?b . ?c rdfs:label ?d } LIMIT 900000")
    lazy = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
    try:
        for connection in lazy:
            connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(1)
        for number in range(10):
            assert server.ask(f"ASK {{ <{EX}item/{number}> <{EX}size> {number} }}")
        sizes = [process.memory_info().rss for process in server.query_processes()]
        assert max(sizes) < 300 * 1024 * 1024
    finally:
        for connection in lazy:
            connection.close()
    wait_until(lambda: server.metric("kg_queries_active") == 0, "the abandoned queries to be stopped")


def test_a_client_may_not_have_everything(published: Path, tmp_path: Path) -> None:
    with running(published, tmp_path / "log", query_timeout=3, queries_per_client=2) as server:
        statuses: list[int] = []
        retry: list[str] = []

        def ask() -> None:
            response = server.get(CROSS_PRODUCT)
            statuses.append(response.status_code)
            retry.append(response.headers.get("retry-after", ""))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [429, 429, 503, 503]
        assert all(retry[index] for index, status in enumerate(statuses) if status == 429)


def test_requests_per_minute(published: Path, tmp_path: Path) -> None:
    with (
        running(published, tmp_path / "log", requests_per_minute=30) as server,
        httpx.Client(timeout=60) as client,
    ):
        statuses = [client.get(server.sparql, params={"query": POINT}).status_code for _ in range(9)]
        assert statuses[:3] == [200] * 3
        assert 429 in statuses


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p true service<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE<http://127.0.0.1:9/>{ ?s ?p ?o } }",
        "PREFIX : <http://127.0.0.1:9/> SELECT * { SERVICE:x { ?s ?p ?o } }",
        "PREFIX x: <http://e/> SELECT * { ?s x:a\\# ?o . SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?x ?y '#' . SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { ?x ?y '''a'b''#''' . SERVICE ?x { ?s ?p ?o } }",
    ],
)
def test_service_is_refused(server: Running, query: str) -> None:
    response = server.get(query)
    assert response.status_code == 403
    assert response.json()["type"].endswith("#service-refused")


@pytest.mark.parametrize(
    "query",
    [
        "ASK { ?s ?p 'SERVICE' }",
        "ASK { ?service ?p ?o } # SERVICE",
        "PREFIX cv: <http://data.europa.eu/m8g/> ASK { ?s a cv:PublicService }",
        "ASK { ?s <http://example.org/SERVICE> ?o }",
    ],
)
def test_the_word_alone_is_no_offence(server: Running, query: str) -> None:
    assert server.get(query).status_code == 200


def test_a_killed_worker_takes_only_its_query_with_it(server: Running) -> None:
    answers: list[httpx.Response] = []
    slow = threading.Thread(target=lambda: answers.append(server.get(CROSS_PRODUCT)))
    slow.start()
    time.sleep(SOON + 0.6)
    for process in server.query_processes():
        process.kill()
    slow.join()
    assert answers[0].status_code == 503
    assert answers[0].json()["type"].endswith("#query-lost")
    assert server.ask(POINT)
    assert server.count("SELECT (COUNT(*) AS ?n) { ?s rdfs:label ?l }") == ITEMS


def test_a_query_that_had_hardly_begun_is_given_to_another_process(server: Running) -> None:
    """Whoever kills processes takes no answer from anybody, as long as it is not the same query's again and again."""
    statuses: tuple[list[int], list[int]] = ([], [])
    stop = threading.Event()

    def ask(number: int) -> None:
        with httpx.Client(timeout=60) as client:
            for count in itertools.count():
                if stop.is_set():
                    return
                query = f"SELECT (COUNT(*) AS ?n) {{ ?s rdfs:label ?l FILTER (?l != '{number} {count}') }}"
                statuses[number].append(client.get(server.sparql, params={"query": query}).status_code)

    askers = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    for asker in askers:
        asker.start()
    for _ in range(10):
        wait_until(lambda: len(server.query_processes()) >= 2, "two processes")
        # At one stroke: between two deaths the server would hand the query of the first on to the second.
        server.process.send_signal(signal.SIGSTOP)
        killed = server.query_processes()
        for process in killed:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(killed, timeout=10)
        server.process.send_signal(signal.SIGCONT)
        # Two answers to each asker: the query that was being answered, and one asked after the kill.
        done = [len(answered) for answered in statuses]
        wait_until(
            lambda done=done: all(len(now) >= then + 2 for now, then in zip(statuses, done, strict=True)),  # type: ignore[misc]
            "answers",
        )
    stop.set()
    for asker in askers:
        asker.join()
    assert {status for answered in statuses for status in answered} == {200}


def test_the_parent_of_the_query_processes_may_die_too(server: Running) -> None:
    """Alone, and with all of its children: no answer is missing, and in the end there is one parent again."""
    for with_children in (False, True):
        parents = server.nurseries()
        victims = [*parents, *(server.query_processes() if with_children else [])]
        for victim in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.kill()
        for number in range(20):
            assert server.ask(
                f"ASK {{ <{EX}item/{number + 50}> <{EX}size> {number + 50} }} # {with_children}"
            )
        server.get(CROSS_PRODUCT, timeout="0.3")
        assert server.ask(POINT + "#")
        wait_until(
            lambda known=parents: (  # type: ignore[misc]
                len(now := server.nurseries()) == 1 and now[0] not in known
            ),
            "a new one",
        )
        wait_until(lambda: len(server.query_processes()) >= 2, "its children")


def test_garbage_and_half_requests_do_no_harm(server: Running) -> None:
    port = httpx.URL(server.url).port
    assert port is not None
    for text in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nContent-Length: zwei\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 50\r\n\r\nASK",
        b"G" * 100_000,
        b"GET / HTTP/1.1\r\nX: " + b"y" * 2_000_000,
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            try:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(1000)
            except OSError:
                continue
            assert b" 5" not in answer.split(b"\r\n")[0]
    assert server.ask(POINT)


def _read_into(received: list[bytes], response: httpx.Response) -> None:
    for part in response.iter_raw():
        received.append(part)  # noqa: PERF402 - what came before the break is to be kept

"""A server's life: start, new versions under way, graceful end, and the ends that are not graceful."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import psutil
from served import EX, dataset, free_port, running, wait_until

from kg.store import current_version, publish

SIZE = "SELECT (COUNT(*) AS ?n) { ?s <http://example.org/p> ?o }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a rdfs:label ?b . ?c <http://example.org/knows> ?d . ?e <http://example.org/note> ?f FILTER (?b != ?d) }"


def version_of(size: int) -> bytes:
    return "".join(
        f"<{EX}{n}> <{EX}p> {n} <{EX}g> .\n".replace(f" {n} ", f' "{n}" ') for n in range(size)
    ).encode()


def test_a_new_version_is_served_without_losing_a_request(tmp_path: Path) -> None:
    store = tmp_path / "store"
    publish(store, version_of(1))
    failures: list[str] = []
    seen: set[int] = set()
    stop = threading.Event()
    with running(store, tmp_path / "log") as server:

        def ask() -> None:
            with httpx.Client() as client:
                while not stop.is_set():
                    response = client.get(
                        server.sparql, params={"query": SIZE + "#" + os.urandom(4).hex()}, timeout=30
                    )
                    if response.status_code != 200:
                        failures.append(response.text)
                        return
                    seen.add(int(response.json()["results"]["bindings"][0]["n"]["value"]))

        askers = [threading.Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        for size in (2, 3, 4, 5):
            version = publish(store, version_of(size))
            wait_until(
                lambda version=version: (
                    httpx.get(server.url + "/ready").json()["dataset"]["version"] == version.id
                ),  # type: ignore[misc]
                "the new version",
            )
            wait_until(lambda size=size: size in seen, "an answer from the new version")  # type: ignore[misc]
        stop.set()
        for asker in askers:
            asker.join()
        assert not failures
        assert seen == {1, 2, 3, 4, 5}
        wait_until(lambda: len(server.nurseries()) == 1, "the old processes to end")
    publish(store, version_of(6))
    assert len(list((store / "versions").iterdir())) == 2


def test_backup_and_restore_while_serving(tmp_path: Path) -> None:
    """By `kg backup` and `kg restore`, as whoever runs the server would; nobody who asks meanwhile notices."""
    store, file = tmp_path / "store", tmp_path / "saved.tar.gz"
    first = publish(store, version_of(2))
    failures: list[str] = []
    stop = threading.Event()
    with running(store, tmp_path / "log") as server:

        def ask() -> None:
            with httpx.Client(timeout=60) as client:
                while not stop.is_set():
                    response = client.get(server.sparql, params={"query": SIZE + "#" + os.urandom(4).hex()})
                    if response.status_code != 200:
                        failures.append(response.text)

        asker = threading.Thread(target=ask)
        asker.start()
        try:
            kg("backup", file, "--store", store)
            second = publish(store, version_of(3))
            for version, size in ((second, 3), (first, 2)):
                if version is first:
                    kg("restore", file, "--store", store)
                wait_until(
                    lambda version=version: (
                        httpx.get(server.url + "/ready", timeout=60).json()["dataset"]["version"]
                        == version.id
                    ),  # type: ignore[misc]
                    "the version to be served",
                )
                assert server.count(SIZE) == size
        finally:
            stop.set()
            asker.join()
        assert not failures


def kg(*arguments: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kg", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_answer_from_memory_never_outlives_its_version(tmp_path: Path) -> None:
    publish(tmp_path / "store", version_of(1))
    with running(tmp_path / "store", tmp_path / "log") as server:
        first = server.get(SIZE)
        assert server.get(SIZE).content == first.content
        version = publish(tmp_path / "store", version_of(2))
        wait_until(
            lambda: httpx.get(server.url + "/ready").json()["dataset"]["version"] == version.id,
            "the new version",
        )
        second = httpx.get(
            server.sparql,
            params={"query": SIZE},
            headers={"If-None-Match": first.headers["etag"], "Accept": "application/sparql-results+json"},
        )
        assert second.status_code == 200
        assert second.json()["results"]["bindings"][0]["n"]["value"] == "2"


def test_stopping_waits_for_running_queries(published: Path, tmp_path: Path) -> None:
    with running(published, tmp_path / "log", cache_mb=0, query_timeout=60) as server:
        answers: list[httpx.Response] = []
        asking = threading.Thread(target=lambda: answers.append(server.get(SLOW)))
        asking.start()
        wait_until(lambda: server.metric("kg_queries_active") == 1 or bool(answers), "the query to run")
        children = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGTERM)
        asking.join()
        assert answers[0].status_code == 200
        assert server.process.wait(40) == 0
        wait_until(lambda: not still_running(children), "its processes to end")


def test_a_server_killed_outright_leaves_no_processes(published: Path, tmp_path: Path) -> None:
    with running(published, tmp_path / "log") as server:
        threading.Thread(target=_ask_in_vain, args=(server.sparql,)).start()
        wait_until(lambda: server.metric("kg_queries_active") == 1, "the query to run")
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert len(children) >= 3
        server.process.kill()
        wait_until(lambda: not still_running(children), "its processes to end")


def still_running(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended; one that nobody has asked for its exit code yet has."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def test_without_a_store_it_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kg", "serve", "--store", str(tmp_path / "none"), "--port", str(free_port())],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "kg build" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_told(published: Path, tmp_path: Path) -> None:
    with running(published, tmp_path / "log") as server:
        port = str(httpx.URL(server.url).port)
        done = subprocess.run(
            [sys.executable, "-m", "kg", "serve", "--store", str(published), "--port", port],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert port in done.stderr
        assert "Traceback" not in done.stderr


def test_a_version_that_cannot_be_opened_is_not_served(tmp_path: Path) -> None:
    store = tmp_path / "store"
    publish(store, version_of(1))
    with running(store, tmp_path / "log") as server:
        damaged = publish(tmp_path / "other", version_of(2))
        for file in damaged.database.iterdir():
            file.write_bytes(b"nonsense")
        target = store / "versions" / damaged.path.name
        damaged.path.rename(target)
        link = store / "next"
        link.symlink_to(target)
        link.replace(store / "current")
        wait_until(lambda: "cannot be served" in server.log.read_text(), "the server to notice")
        assert server.count(SIZE) == 1
        told = [
            json.loads(line) for line in server.log.read_text().splitlines() if "cannot be served" in line
        ]
        assert {entry["event"] for entry in told} == {"message"}
        assert {entry["level"] for entry in told} <= {"warning", "error"}
    assert current_version(store).quads == 2


def test_stores_on_disk_and_in_memory_answer_alike(published: Path, tmp_path: Path) -> None:
    queries = (
        "SELECT ?s ?l { ?s rdfs:label ?l } ORDER BY ?l LIMIT 50",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        f"SELECT ?n {{ <{EX}odd> <{EX}note> ?n }}",
    )
    with running(published, tmp_path / "a", in_memory_quads=0) as disk:
        on_disk = [disk.get(query).content for query in queries]
        disk.get("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c", timeout="0.3")
        assert disk.ask(f"ASK {{ <{EX}odd> ?p ?o }}")
    with running(published, tmp_path / "b") as memory:
        assert [memory.get(query).content for query in queries] == on_disk


def test_memory_and_processes_do_not_grow(published: Path, tmp_path: Path) -> None:
    """Thousands of mixed requests, with clients that hang up and send nonsense, leave no trace."""
    with running(published, tmp_path / "log", cache_mb=1, query_timeout=2) as server:

        def burst(count: int) -> None:
            with httpx.Client(timeout=30) as client:
                for number in range(count):
                    query = f"SELECT ?o {{ <{EX}item/{number % 3000}> ?p ?o }} # {number}"
                    assert client.get(server.sparql, params={"query": query}).status_code == 200
                    if number % 20 == 0:
                        assert client.get(server.sparql, params={"query": "SELECT"}).status_code == 400
                    if number % 200 == 0:
                        _hang_up(server.sparql)

        def total() -> int:
            processes = [psutil.Process(server.process.pid)]
            processes += processes[0].children(recursive=True)
            return sum(process.memory_info().rss for process in processes)

        burst(1500)
        wait_until(lambda: server.metric("kg_queries_active") == 0, "quiet")
        before, processes = total(), len(server.query_processes())
        burst(1500)
        wait_until(lambda: server.metric("kg_queries_active") == 0, "quiet")
        assert total() < before * 1.25 + 20 * 1024 * 1024
        assert len(server.query_processes()) <= processes + 2
        assert " 500" not in server.log.read_text()
        assert "Traceback" not in server.log.read_text()


def _hang_up(sparql: str) -> None:
    try:
        httpx.get(
            sparql,
            params={"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"},
            timeout=0.05,
        )
    except httpx.TimeoutException:
        return


def _ask_in_vain(sparql: str) -> None:
    try:
        httpx.get(
            sparql, params={"query": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"}, timeout=60
        )
    except httpx.TransportError:
        return


def test_the_dataset_of_the_tests_is_what_they_say(published: Path) -> None:
    assert current_version(published).quads == dataset().count(b"\n")

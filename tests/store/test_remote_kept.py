"""What SPARQL servers keep beside a version: the validation report, and the list of what was withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from kg.settings import Settings
from kg.store.engines import Connection
from kg.store.remote import RemoteDataset, RemoteVersion, current_version
from kg.store.remote_kept import PIECE, read_report, report_graph, withdrawn_graph, write_reports
from kg.store.remote_publish import publish_remote
from kg.store.source import open_dataset
from sparql_engines import SparqlServer

EX = "http://example.org/"


def chosen(engine: SparqlServer, base: str) -> Settings:
    """Each test publishes under a base of its own, so that one server is enough."""
    return Settings(store=engine.url, base_iri=f"{EX}{base}/", **engine.credentials)


def named(*names: str, graph: str = "g", links: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A graph that describes some things, and links some to others."""
    lines = [f'<{EX}{name}> <{EX}name> "{name}" <{EX}{graph}> .\n' for name in names]
    lines += [f"<{EX}{one}> <{EX}to> <{EX}{other}> <{EX}{graph}> .\n" for one, other in links]
    return "".join(lines).encode()


def gone(version: RemoteVersion, *names: str) -> list[str]:
    """Which of some things are withdrawn."""
    return [name for name in names if version.withdrawn_since(EX + name)]


def test_what_a_new_version_lacks_is_withdrawn(engine: SparqlServer) -> None:
    settings = chosen(engine, "lacks")
    first = publish_remote(settings, named("a", "b", "c") + named("kept", graph="h"))
    assert gone(first, "a", "b", "c", "kept", "never") == []
    second = publish_remote(settings, named("a") + named("kept", graph="h"))
    assert gone(second, "a", "b", "c", "kept", "never") == ["b", "c"]
    since = second.withdrawn_since(EX + "b")
    assert since is not None
    assert since >= first.created
    assert gone(current_version(Connection(settings), settings.base_iri), "a", "b") == ["b"]


def test_a_graph_that_is_dropped_counts(engine: SparqlServer) -> None:
    settings = chosen(engine, "dropped")
    publish_remote(settings, named("a") + named("b", graph="h"))
    assert gone(publish_remote(settings, named("a")), "a", "b") == ["b"]


def test_what_is_still_mentioned_or_described_elsewhere_is_not_withdrawn(engine: SparqlServer) -> None:
    settings = chosen(engine, "mentioned")
    publish_remote(settings, named("a", "b", "c") + named("c", graph="h"))
    version = publish_remote(settings, named("a", links=(("a", "b"),)) + named("c", graph="h"))
    assert gone(version, "a", "b", "c") == []


def test_what_goes_a_second_time_has_the_later_date(
    engine: SparqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = chosen(engine, "twice")
    publish_remote(settings, named("a", "b"))
    first = publish_remote(settings, named("a")).withdrawn_since(EX + "b")
    publish_remote(settings, named("a", "b"))
    monkeypatch.setattr("kg.store.remote_kept.datetime", _Later)
    again = publish_remote(settings, named("a", "c"))
    assert first is not None
    assert again.withdrawn_since(EX + "b") == _Later.TEXT > first


def test_names_that_are_no_iris_were_never_described(engine: SparqlServer) -> None:
    settings = chosen(engine, "odd")
    version = publish_remote(settings, named("a"))
    for name in ("", "x> ?p ?o } #", "http://example.org/a b", "http://example.org/\ud800", "no scheme"):
        assert version.withdrawn_since(name) is None


def test_neither_list_nor_report_is_a_graph_of_the_version(engine: SparqlServer) -> None:
    settings = chosen(engine, "apart")
    publish_remote(settings, named("a", "b"), reports={"json": "{}"})
    publish_remote(settings, named("a"), reports={"json": "{}"})
    dataset = open_dataset(settings)
    assert [graph.value for graph in dataset.named_graphs()] == [EX + "g"]
    assert [row["n"].value for row in dataset.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")] == ["1"]


def test_reports_come_back_as_they_were(engine: SparqlServer) -> None:
    settings = chosen(engine, "reports")
    texts = {
        "json": '{"findings": ['
        + ", ".join(f'"Línea {number} — \\"日本\\" "' for number in range(9000))
        + "]}\n",
        "turtle": " \n# nothing \\ found\n ",
    }
    publish_remote(settings, named("a"), reports=texts)
    dataset = open_dataset(settings)
    assert isinstance(dataset, RemoteDataset)
    for form, text in texts.items():
        assert dataset.report(form) == text
    assert dataset.report("html") is None
    longer = {"json": "".join(str(number**7) for number in range(5 * PIECE // 10))}
    publish_remote(settings, named("a"), reports=longer)  # the same data, judged by other rules
    assert dataset.report("json") == longer["json"]
    assert dataset.report("turtle") is None


def test_reports_go_when_their_version_does(engine: SparqlServer) -> None:
    settings = chosen(engine, "old")
    versions = [publish_remote(settings, named(name), reports={"json": name}) for name in ("a", "b", "c")]
    connection = Connection(settings)
    left = [read_report(connection, report_graph(version.merged), "json") for version in versions]
    assert left == [None, "b", "c"], "the served one and the one before"


def test_a_report_with_a_piece_missing_is_none(engine: SparqlServer) -> None:
    settings = chosen(engine, "broken")
    version = publish_remote(settings, named("a"))
    assert read_report(version.connection, report_graph(version.merged), "json") is None
    graph = report_graph(version.merged)
    write_reports(version.connection, graph, {"json": "".join(str(n**9) for n in range(PIECE))})
    assert read_report(version.connection, graph, "json")
    for number in (1, 0):
        version.connection.update(
            f"DELETE WHERE {{ GRAPH <{graph}> {{ <{graph}#json.{number:06}> ?p ?o }} }}"
        )
        assert read_report(version.connection, graph, "json") is None


def test_an_attempt_that_stops_before_the_switch_withdraws_nothing_that_is_known(
    engine: SparqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = chosen(engine, "stopped")
    publish_remote(settings, named("a", "b"))

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("kg.store.remote_publish.write_reports", stop)
        with pytest.raises(KeyboardInterrupt):
            publish_remote(settings, named("a"), reports={"json": "{}"})
    dataset = open_dataset(settings)
    assert bool(dataset.query(f"ASK {{ <{EX}b> ?p ?o }}"))
    assert gone(publish_remote(settings, named("a")), "a", "b") == ["b"]
    assert withdrawn_graph(f"{EX}stopped/graph/merged/1") == f"{EX}stopped/graph/withdrawn"


class _Later:
    TEXT = "2999-01-01T00:00:00+00:00"

    @classmethod
    def now(cls, _: Any) -> Any:
        from datetime import datetime

        return datetime.fromisoformat(cls.TEXT)

"""Counting what a version holds: exactly, in a process of its own, and for the version that is asked for."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.namespaces import DG, HOME
from kg.settings import Settings
from kg.store import publish
from kg.store.interface import ServedVersion
from kg.store.source import source_of
from kg.web.derived import place_beside
from kg.web.figures import Counted, Figures, count, write

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def quads(bodies: int) -> str:
    """A graph of so many bodies, each with a label."""
    lines = []
    for place in range(bodies):
        thing = f"<{HOME}id/body/COL/b{place}>"
        lines.append(f"{thing} <{RDF_TYPE}> <{DG}GovernmentBody> <{HOME}graph/a> .")
        lines.append(
            f'{thing} <http://www.w3.org/2000/01/rdf-schema#label> "Body {place}"@en <{HOME}graph/b> .'
        )
    return "\n".join(lines) + "\n"


def version(folder: Path, bodies: int) -> ServedVersion:
    publish(folder, [quads(bodies).encode()])
    return source_of(Settings(store=str(folder))).hold().version


def test_counts_are_exact_and_survive_the_file(tmp_path: Path) -> None:
    store = ox.Store()
    store.extend(ox.parse(quads(3), format=ox.RdfFormat.N_QUADS))
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in list(store))  # the merged graph
    counted = count(store)
    assert counted.graphs == {f"{HOME}graph/a": 3, f"{HOME}graph/b": 3}
    assert counted.classes == {f"{DG}GovernmentBody": 3}
    assert counted.properties == {RDF_TYPE: 3, "http://www.w3.org/2000/01/rdf-schema#label": 3}
    write(store, tmp_path / "figures.json")
    assert Counted.read(tmp_path / "figures.json") == counted


def test_counts_are_of_the_version_that_is_asked_for(tmp_path: Path) -> None:
    async def ask() -> None:
        figures = Figures(HOME)
        first, second = version(tmp_path / "one", 2), version(tmp_path / "two", 5)
        figures.prepare(first)
        assert (await figures.of(second)).classes == {f"{DG}GovernmentBody": 5}
        assert (await figures.of(first)).classes == {f"{DG}GovernmentBody": 2}
        assert await figures.of(second, patience=0) == Counted()  # it has to be counted again: nobody waits

        figures.stop()

    asyncio.run(ask())


def test_a_version_that_cannot_be_opened_has_no_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lost = version(tmp_path / "lost", 1)

    class Gone:
        id, is_local = lost.id, True
        opening = lost.opening.replace("lost", "nowhere")

        def report(self, _: str) -> None:
            return None

    assert asyncio.run(Figures(HOME).of(Gone())) == Counted()  # type: ignore[arg-type]
    assert "counting failed" in caplog.text


def test_counts_are_kept_beside_the_version_for_the_next_server(tmp_path: Path) -> None:
    served = version(tmp_path / "store", 4)
    beside = place_beside(served, "figures", HOME)
    assert beside is not None
    assert not beside.exists()
    counted = asyncio.run(Figures(HOME).of(served))
    assert Counted.read(beside) == counted
    beside.with_name("figures-of-an-older-program").write_text("{}", encoding="utf-8")
    beside.write_text(json.dumps({"classes": {"kept": 1}}), encoding="utf-8")
    assert asyncio.run(Figures(HOME).of(served)).classes == {"kept": 1}  # nothing was counted again
    beside.unlink()
    assert asyncio.run(Figures(HOME).of(served)) == counted
    assert [file.name for file in beside.parent.iterdir()] == [beside.name]


def test_only_what_pages_need_is_kept_and_by_its_program_and_base(tmp_path: Path) -> None:
    served = version(tmp_path / "store", 1)
    assert place_beside(served, "dump:turtle", HOME) is None
    assert place_beside(served, "figures", HOME) != place_beside(served, "figures", "https://other.example/")


def test_a_store_that_cannot_be_written_is_served_all_the_same(tmp_path: Path) -> None:
    served = version(tmp_path / "store", 2)
    beside = place_beside(served, "figures", HOME)
    assert beside is not None
    beside.parent.write_text("a file stands where the folder would be", encoding="utf-8")
    assert asyncio.run(Figures(HOME).of(served)).classes == {f"{DG}GovernmentBody": 2}

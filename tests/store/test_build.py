"""The pipeline on the bundled data: what is published, that it is the same every time, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Literal

from kg.errors import KgError, NotConforming
from kg.iris import Iris
from kg.namespaces import DG
from kg.records.problems import RecordError
from kg.resources import bundled
from kg.store import open_store
from kg.store.build import Built, assemble, build, build_and_publish, read_records

IRIS = Iris()
RESPONSES = [bundled("data") / "responses"]
"""The factsheets beside them are built once, by the tests of tests/publishing: they take a minute."""
HEAD = "format: 1\nstatus: reviewed\nsource: {title: Test, edition: 2020, country: URY}\n"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Built, Path]:
    store = tmp_path_factory.mktemp("build") / "store"
    built, _ = build_and_publish(RESPONSES, store)
    return built, store


def test_the_named_graphs_of_the_contract(published: tuple[Built, Path]) -> None:
    built, store = published
    names = {graph.value for graph in open_store(store).named_graphs()}
    assert names == {
        "https://w3id.org/digigov/graph/" + name
        for name in ("response/2020/COL", "reference", "ontology", "indicators", "inferred")
    }
    assert all(len(graph) for graph in built.graphs.values())


def test_the_default_graph_is_the_merge_with_each_triple_once(published: tuple[Built, Path]) -> None:
    store = open_store(published[1])
    merged = {quad.triple for quad in store if quad.graph_name != ox.DefaultGraph()}
    default = [quad.triple for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())]
    assert len(default) == len(set(default))
    assert set(default) == merged


def test_no_entailment_is_also_stated(published: tuple[Built, Path]) -> None:
    built, _ = published
    stated = built.statements
    assert not [triple for triple in built.inferred if triple in stated]


def test_bundled_data_conform_and_carry_the_known_warnings(published: tuple[Built, Path]) -> None:
    report = published[0].report
    assert report is not None
    assert report.conforms
    assert not published[0].clashes
    text = report.to_text()
    for oddity in ("mineduacion", "1413", "2018", "suin"):
        assert oddity in text


def test_the_same_records_give_the_same_bytes() -> None:
    assert assemble(read_records(RESPONSES)).nquads() == assemble(read_records(RESPONSES)).nquads()


def test_persons_are_not_published(published: tuple[Built, Path]) -> None:
    text = published[0].nquads().decode()
    for private in ("crozo", "jnoriega", "hnino", "Carlos Rozo", "Noriega"):
        assert private not in text


def test_the_base_iri_is_one_setting(tmp_path: Path) -> None:
    built = build(RESPONSES, Iris("https://kg.example/"))
    assert built.report is not None
    assert built.report.conforms
    country = Iris("https://kg.example/").country("COL")
    assert (country, DG.cooperatesWith, Iris("https://kg.example/").country("CHL")) in built.inferred
    assert (country, DG.iso3, Literal("COL")) in built.statements


def test_inputs_without_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="no record found"):
        read_records([tmp_path])
    with pytest.raises(RecordError, match="does not exist"):
        read_records([tmp_path / "absent"])


def test_problems_of_all_inputs_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + "bodys: []\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("- 1\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "d.yaml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(RecordError) as refused:
        read_records([tmp_path])
    files = [Path(problem.file or "").name for problem in refused.value.problems]
    assert files == ["a.yaml", "b.yaml", "d.yaml"]


def test_a_violation_leaves_the_store_as_it_was(published: tuple[Built, Path], tmp_path: Path) -> None:
    store = published[1]
    before = sorted(map(str, open_store(store)))
    (tmp_path / "URY.yaml").write_text(
        HEAD
        + "indicators:\n  - {indicator: staff-using-ict, value: 140, unit: percent, year: 2015, q: 19}\n",
        encoding="utf-8",
    )
    with pytest.raises(NotConforming, match="140"):
        build_and_publish([tmp_path / "URY.yaml"], store)
    assert sorted(map(str, open_store(store))) == before

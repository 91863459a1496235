"""Revisions: a published dataset is changed whole or not at all, whoever else publishes, whoever dies."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import KgError
from kg.store import Version, back_up, current_version, hold, open_store, publish, restore
from kg.store.embedded import Superseded, publish_copy, working_copy
from kg.store.revision import ATTEMPTS, Change, Knowledge, NotWritable, Rejected, Revised, revise

EX = "http://example.org/"
REPORT = {"json": "{}", "turtle": "# nothing\n"}
DIE_WHILE_CHECKING = """
import os, signal, sys
from pathlib import Path
from kg.store.revision import revise
def phase(name):
    if name == sys.argv[2]:
        print(name, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
revise(Path(sys.argv[1]), lambda store, _: store.update("INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/b> 1 } }"), phase=phase)
"""


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return Knowledge.bundled()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    publish(tmp_path / "store", f'<{EX}a> <{EX}p> "1" <{EX}g> .\n<{EX}a> <{EX}p> "1" <{EX}h> .\n'.encode())
    return tmp_path / "store"


def change(update: str) -> Change:
    def made(store: ox.Store, _: Version) -> None:
        store.update(update)

    return made


def insert(number: int, graph: str = "g") -> Change:
    return change(f'INSERT DATA {{ GRAPH <{EX}{graph}> {{ <{EX}a> <{EX}p> "{number}" }} }}')


def contents(target: Path) -> set[str]:
    return {str(quad) for quad in open_store(target)}


def test_a_change_is_the_next_version(target: Path, knowledge: Knowledge) -> None:
    before = current_version(target)
    phases: list[str] = []
    revised = revise(target, insert(2), knowledge=knowledge, phase=phases.append)
    after = current_version(target)
    assert revised.version == after
    assert (revised.changed, revised.inserted, revised.deleted, revised.graphs) == (True, 1, 0, (f"{EX}g",))
    assert phases == ["evaluating", "checking", "publishing"]
    assert (after.quads, after.triples, after.graphs) == (3, 2, 2)
    assert after.origin == before.id
    assert after.state_of(f"{EX}g") == after.id
    assert after.state_of(f"{EX}h") == before.id
    assert after.state_of(None) == after.id
    report = after.report("json")
    assert report is not None
    assert '"conforms": true' in report.read_text(encoding="utf-8")


def test_the_same_change_to_the_same_version_is_the_same_version(
    target: Path, tmp_path: Path, knowledge: Knowledge
) -> None:
    base = back_up(target, tmp_path / "base")
    first = revise(target, insert(2), knowledge=knowledge).version.id
    assert restore(tmp_path / "base", target).id == base.id
    assert revise(target, insert(2), knowledge=knowledge).version.id == first
    assert revise(target, insert(3), knowledge=knowledge).version.id != first


def test_what_somebody_else_publishes_meanwhile_is_kept(target: Path, knowledge: Knowledge) -> None:
    others = iter([5, 6])

    def meddled(store: ox.Store, base: Version) -> None:
        number = next(others, None)
        if number is not None:
            publish(target, f'<{EX}other> <{EX}p> "{number}" <{EX}g> .\n'.encode())
        store.update(f'INSERT DATA {{ GRAPH <{EX}g> {{ <{EX}mine> <{EX}p> "{base.quads}" }} }}')

    revised = revise(target, meddled, knowledge=knowledge)
    assert revised.changed
    named = {line for line in contents(target) if f"{EX}g>" in line}
    assert named == {f'<{EX}other> <{EX}p> "6" <{EX}g>', f'<{EX}mine> <{EX}p> "1" <{EX}g>'}


def test_it_gives_up_when_others_never_stop(target: Path, knowledge: Knowledge) -> None:
    rounds: list[int] = []

    def meddled(store: ox.Store, _: Version) -> None:
        rounds.append(1)
        publish(target, f'<{EX}other> <{EX}p> "{len(rounds)}" <{EX}g> .\n'.encode())
        store.update(f"INSERT DATA {{ GRAPH <{EX}g> {{ <{EX}mine> <{EX}p> 1 }} }}")

    with pytest.raises(Superseded):
        revise(target, meddled, knowledge=knowledge)
    assert len(rounds) == ATTEMPTS
    assert len(contents(target)) == 2


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (change("INSERT DATA { GRAPH <http://e/g> { <http://e/x> a <https://w3id.org/digigov/ontology#Act> } }"), Rejected),
        (change("INSERT DATA { <http://e/x> <https://w3id.org/digigov/ontology#implements> <http://e/x> }"), Rejected),
        (change("INSERT DATA { GRAPH <https://w3id.org/digigov/graph/inferred> { <http://e/x> <http://e/y> 1 } }"), NotWritable),
        (change("INSERT DATA { GRAPH <https://w3id.org/digigov/graph/ontology> { <http://e/x> <http://e/y> 1 } }"), NotWritable),
        (change('DELETE DATA { <http://example.org/a> <http://example.org/p> "1" }'), NotWritable),
        (change("CLEAR DEFAULT"), NotWritable),
        (change("INSERT DATA { GRAPH <http://e/g> { <http://e/x> <http://e/y> <<( <http://e/x> <http://e/y> 1 )>> } }"), NotWritable),
        (change("no update"), SyntaxError),
    ],
)  # fmt: skip
def test_what_fails_leaves_nothing(
    target: Path, knowledge: Knowledge, made: Change, error: type[Exception]
) -> None:
    before, version = contents(target), current_version(target)
    with pytest.raises(error):
        revise(target, made, knowledge=knowledge)
    assert contents(target) == before
    assert current_version(target) == version
    assert [path.name for path in (target / "versions").iterdir()] == [version.id]


@pytest.mark.parametrize("phase", ["evaluating", "checking", "publishing"])
def test_whoever_dies_leaves_what_was_served(target: Path, knowledge: Knowledge, phase: str) -> None:
    before, version = contents(target), current_version(target)
    done = subprocess.run(
        [sys.executable, "-c", DIE_WHILE_CHECKING, str(target), phase],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == phase + "\n", done.stderr
    assert done.returncode == -signal.SIGKILL
    assert contents(target) == before
    assert current_version(target) == version
    revise(target, insert(9), knowledge=knowledge)
    assert not [path for path in (target / "versions").iterdir() if path.name.startswith(".")]


def test_the_default_graph_is_the_merge_and_what_is_stated_nowhere_else(
    target: Path, knowledge: Knowledge
) -> None:
    def default() -> set[str]:
        store = open_store(target)
        return {str(quad.object) for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph())}

    def revised(update: str) -> Revised:
        return revise(target, change(update), knowledge=knowledge)

    revised(f'INSERT DATA {{ <{EX}a> <{EX}p> "own" GRAPH <{EX}g> {{ <{EX}a> <{EX}p> "g" }} }}')
    assert default() == {'"1"', '"own"', '"g"'}
    revised(f"DROP GRAPH <{EX}g>")
    assert default() == {'"1"', '"own"'}  # h still states 1
    revised(f'DELETE DATA {{ <{EX}a> <{EX}p> "own" GRAPH <{EX}h> {{ <{EX}a> <{EX}p> "1" }} }}')
    assert default() == set()
    version = current_version(target)
    assert version.empty_graphs == (f"{EX}h",)
    assert (version.quads, version.triples, version.graphs) == (0, 0, 1)


def test_the_inferred_graph_is_what_follows(target: Path, knowledge: Knowledge) -> None:
    dg = "https://w3id.org/digigov/ontology#"
    part = f"<{EX}unit> <{dg}partOf> <{EX}office>"
    added = revise(target, change(f"INSERT DATA {{ GRAPH <{EX}g> {{ {part} }} }}"), knowledge=knowledge)
    assert (added.inserted, added.entailed) == (1, 1)
    inverse = f"<{EX}office> <{dg}hasPart> <{EX}unit>"
    assert f"{inverse} <https://w3id.org/digigov/graph/inferred>" in contents(target)
    assert inverse in contents(target)
    # Taking the conclusion away changes nothing as long as it follows; stating it makes it stated instead of inferred.
    idle = revise(target, change(f"DELETE WHERE {{ GRAPH ?g {{ {inverse} }} }}"), knowledge=knowledge)
    assert not idle.changed
    stated = revise(target, change(f"INSERT DATA {{ GRAPH <{EX}h> {{ {inverse} }} }}"), knowledge=knowledge)
    assert (stated.inserted, stated.no_longer_entailed) == (1, 1)
    gone = revise(target, change(f"DELETE DATA {{ GRAPH <{EX}g> {{ {part} }} }}"), knowledge=knowledge)
    assert (gone.deleted, gone.entailed) == (1, 1)
    assert f"{part} <https://w3id.org/digigov/graph/inferred>" in contents(target)


def test_readers_keep_their_version_while_it_is_revised(target: Path, knowledge: Knowledge) -> None:
    lease = hold(target)
    before = set(map(str, ox.Store.read_only(str(lease.version.database))))
    for number in (2, 3, 4):
        revise(target, insert(number), knowledge=knowledge)
    assert set(map(str, ox.Store.read_only(str(lease.version.database)))) == before
    lease.release()
    revise(target, insert(5), knowledge=knowledge)
    assert not lease.version.path.exists()


def test_a_copy_that_is_not_published_is_gone(target: Path) -> None:
    with working_copy(target) as copy:
        assert copy.path.exists()
        publish(target, b"")  # a publisher clears leftovers away, and this is none
        assert copy.path.exists()
        with pytest.raises(Superseded):
            publish_copy(copy, "late", changed=[], reports=REPORT)
    assert not copy.path.exists()


def test_reports_travel_with_a_version(tmp_path: Path) -> None:
    store = tmp_path / "store"
    quads = f'<{EX}a> <{EX}p> "1" <{EX}g> .\n'.encode()
    assert publish(store, quads).report("json") is None
    version = publish(store, quads, reports=REPORT)  # the same data under other shapes
    assert _text(version.report("turtle")) == REPORT["turtle"]
    back_up(store, tmp_path / "backup")
    assert _text(restore(tmp_path / "backup", tmp_path / "other").report("json")) == REPORT["json"]
    with pytest.raises(KgError):
        back_up(store, tmp_path / "backup")


def _text(file: Path | None) -> str:
    assert file is not None
    return file.read_text(encoding="utf-8")

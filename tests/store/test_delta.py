"""A version made from the one before it is the version that a fresh load makes, and no other, whenever it is stopped."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.store import delta, embedded
from kg.store.dataset import GraphText
from kg.store.embedded import Version, current_version, publish, publish_graphs

Content = dict[str, set[str]]


def term(chance: random.Random) -> str:
    return chance.choice(
        [
            f"<http://example.org/{chance.randrange(30)}>",
            f'"{chance.randrange(20)}"^^<http://www.w3.org/2001/XMLSchema#integer>',
            f'"0{chance.randrange(9)}"^^<http://www.w3.org/2001/XMLSchema#integer>',
            f'"a \\" _:b {chance.randrange(9)}"@en-GB',
            f'"{chance.randrange(9)}.0"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        ]
    )


def line(chance: random.Random) -> str:
    return f"<http://example.org/{chance.randrange(30)}> <http://example.org/p{chance.randrange(3)}> {term(chance)} ."


def content(chance: random.Random, graphs: int = 12, size: int = 60) -> Content:
    return {f"http://example.org/graph/{n}": {line(chance) for _ in range(size)} for n in range(graphs)}


def texts(content: Content) -> dict[str, GraphText]:
    return {
        name: GraphText.of("".join(f"{one}\n" for one in sorted(lines)).encode())
        for name, lines in content.items()
    }


def quads(version: Version) -> list[bytes]:
    return sorted(
        (ox.Store.read_only(str(version.database)).dump(format=ox.RdfFormat.N_QUADS) or b"").splitlines()
    )


def told(version: Version) -> tuple[object, ...]:
    return version.id, version.quads, version.triples, version.graphs, version.origin, version.empty_graphs


def change(content: Content, chance: random.Random) -> Content:
    changed = {name: set(lines) for name, lines in content.items()}
    name = chance.choice(sorted(changed))
    kind = chance.randrange(4)
    if kind == 0:
        del changed[name]
    elif kind == 1:
        changed[f"http://example.org/graph/new-{chance.randrange(1000)}"] = {line(chance) for _ in range(20)}
    else:
        changed[name] -= set(chance.sample(sorted(changed[name]), 10))
        changed[name] |= {line(chance) for _ in range(10)}
        # What another graph states as well stays in the merge when one of them gives it up.
        changed[name] |= set(chance.sample(sorted(changed[chance.choice(sorted(changed))]), 5))
    return changed


@pytest.mark.parametrize("seed", range(8))
def test_after_any_changes_it_is_what_a_fresh_load_gives(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    now = content(chance)
    publish_graphs(tmp_path / "store", texts(now))
    load = embedded._load_graphs
    for _ in range(6):
        now = change(now, chance)
        monkeypatch.setattr(embedded, "_load_graphs", None)
        changed = publish_graphs(tmp_path / "store", texts(now))
        monkeypatch.setattr(embedded, "_load_graphs", load)
        fresh = publish_graphs(tmp_path / f"fresh-{changed.id}", texts(now))
        assert quads(changed) == quads(fresh)
        assert told(changed) == told(fresh)
        assert current_version(tmp_path / "store").id == changed.id


def test_only_a_little_is_changed_and_the_rest_loaded(tmp_path: Path) -> None:
    now = content(random.Random(1))
    others = {name: {line(random.Random(name)) for _ in range(60)} for name in now}
    former = {name: graph.digest for name, graph in texts(now).items()}
    assert delta.is_small(former, texts(now))
    assert not delta.is_small(former, texts(others))
    publish_graphs(tmp_path / "store", texts(now))
    after = publish_graphs(tmp_path / "store", texts(others))
    fresh = publish_graphs(tmp_path / "fresh", texts(others))
    assert (quads(after), told(after)) == (quads(fresh), told(fresh))


def test_graphs_with_blank_nodes_are_loaded_anew(tmp_path: Path) -> None:
    now = content(random.Random(2))
    name = min(now)
    now[name] |= {
        "_:g1 <http://example.org/p1> _:g2 .",
        "<http://example.org/1> <http://example.org/p1> _:g1 .",
    }
    publish_graphs(tmp_path / "store", texts(now))
    now[name] |= {"_:g3 <http://example.org/p1> <http://example.org/1> ."}
    after, fresh = (publish_graphs(tmp_path / where, texts(now)) for where in ("store", "fresh"))
    assert told(after) == told(fresh)
    assert len(quads(after)) == len(quads(fresh))


def test_a_version_that_was_not_published_graph_by_graph_is_no_beginning(tmp_path: Path) -> None:
    publish(tmp_path / "store", b"<http://x/s> <http://x/p> <http://x/o> <http://x/g> .\n")
    now = content(random.Random(3))
    after, fresh = (publish_graphs(tmp_path / where, texts(now)) for where in ("store", "fresh"))
    assert (quads(after), told(after)) == (quads(fresh), told(fresh))


def test_what_is_damaged_is_no_beginning(tmp_path: Path) -> None:
    now = content(random.Random(4))
    version = publish_graphs(tmp_path / "store", texts(now))
    (version.path / delta.FILE).write_text("[")
    now[min(now)].pop()
    after, fresh = (publish_graphs(tmp_path / where, texts(now)) for where in ("store", "fresh"))
    assert (quads(after), told(after)) == (quads(fresh), told(fresh))


KILLED = """
import os, random, signal, sys
from pathlib import Path
from test_delta import change, content, texts
from kg.store import embedded
from kg.store.embedded import publish_graphs

store, moment = sys.argv[1:]
calls = 0
def stop(*_):
    global calls
    calls += 1
    if calls > int(moment):
        os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(lambda frame, event, _: stop() if "kg/store" in frame.f_code.co_filename else None)
chance = random.Random(5)
publish_graphs(Path(store), texts(change(content(chance), chance)))
"""


@pytest.mark.parametrize("moment", [20, 60, 150, 300, 500])
def test_whoever_is_killed_leaves_what_was_served(moment: int, tmp_path: Path) -> None:
    chance = random.Random(5)
    now = content(chance)
    store = tmp_path / "store"
    served = publish_graphs(store, texts(now))
    before = quads(served)
    path = os.pathsep.join((str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")))
    command = [sys.executable, "-c", KILLED, str(store), str(moment)]
    ended = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert quads(current_version(store)) in (
        before,
        quads(publish_graphs(tmp_path / "fresh", texts(change(now, chance)))),
    )
    after = publish_graphs(store, texts(change(now, random.Random(6))))
    fresh = publish_graphs(tmp_path / "other", texts(change(now, random.Random(6))))
    assert (quads(after), told(after)) == (quads(fresh), told(fresh))
    assert not list((store / "versions").glob(".building-*"))

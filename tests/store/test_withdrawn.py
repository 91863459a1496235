"""What versions before described and the served one does not: the list that is carried along by every way to publish."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.iris import Iris
from kg.store import publish
from kg.store.embedded import back_up, current_version, publish_copy, restore, working_copy
from kg.store.revision import revise
from kg.store.withdrawn import FILE, note_withdrawn

EX = "http://example.org/id/"


def _quads(*names: str, mentions: str = "") -> bytes:
    lines = [f'<{EX}{name}> <{EX}name> "{name}" <{EX}graph> .\n' for name in names]
    lines += [f"<{EX}{names[0]}> <{EX}knows> <{EX}{mentions}> <{EX}graph> .\n"] if mentions else []
    return "".join(lines).encode()


def test_what_a_new_version_lacks_is_withdrawn(tmp_path: Path) -> None:
    publish(tmp_path, _quads("a", "ab", "b", "日本"))
    version = publish(tmp_path, _quads("a"))
    for name in ("ab", "b", "日本"):
        assert (version.withdrawn_since(EX + name) or "") >= version.created
    for name in ("a", "never", "", "a\ud800"):
        assert version.withdrawn_since(EX + name) is None


def test_the_first_version_withdraws_nothing(tmp_path: Path) -> None:
    version = publish(tmp_path, _quads("a"))
    assert version.withdrawn_since(EX + "a") is None
    assert not (version.path / FILE).exists()


def test_what_is_still_mentioned_is_not_withdrawn(tmp_path: Path) -> None:
    publish(tmp_path, _quads("a", "b"))
    version = publish(tmp_path, _quads("a", mentions="b"))
    assert version.withdrawn_since(EX + "b") is None


def test_the_list_is_carried_from_version_to_version(tmp_path: Path) -> None:
    publish(tmp_path, _quads("a", "b", "c"))
    since = publish(tmp_path, _quads("a", "b")).withdrawn_since(EX + "c")
    assert since
    publish(tmp_path, _quads("a"), keep=1)
    version = publish(tmp_path, _quads("a", "d"), keep=1)
    assert version.withdrawn_since(EX + "c") == since
    assert version.withdrawn_since(EX + "b")


def test_going_back_withdraws_what_came_between(tmp_path: Path) -> None:
    publish(tmp_path, _quads("a"))
    publish(tmp_path, _quads("a", "b"))
    assert publish(tmp_path, _quads("a")).withdrawn_since(EX + "b")


def test_publishing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, _quads("a", "b"))
    publish(tmp_path, _quads("a"))
    before = (current_version(tmp_path).path / FILE).read_bytes()
    publish(tmp_path, _quads("a"))
    assert (current_version(tmp_path).path / FILE).read_bytes() == before


@pytest.mark.parametrize("shrunk", [None, {EX + "b"}])
def test_a_published_copy_withdraws_what_was_removed_from_it(tmp_path: Path, shrunk: set[str] | None) -> None:
    publish(tmp_path, _quads("a", "b"))
    with working_copy(tmp_path) as copy:
        store = ox.Store(str(copy.database))
        store.update(f"DELETE WHERE {{ <{EX}b> ?p ?o }}; DELETE WHERE {{ GRAPH ?g {{ <{EX}b> ?p ?o }} }}")
        store.flush()
        del store
        version = publish_copy(copy, "next", changed=[EX + "graph"], shrunk=shrunk, reports={})
    assert version.withdrawn_since(EX + "b")
    assert version.withdrawn_since(EX + "a") is None


def test_an_update_withdraws_what_it_removes(tmp_path: Path) -> None:
    publish(tmp_path, _quads("a", "b"))

    def change(store: ox.Store, _: object) -> None:
        store.update(f"DELETE WHERE {{ GRAPH ?g {{ <{EX}b> ?p ?o }} }}")

    version = revise(tmp_path, change, Iris()).version
    assert version.withdrawn_since(EX + "b")
    assert version.withdrawn_since(EX + "a") is None


def test_backups_keep_the_list(tmp_path: Path) -> None:
    publish(tmp_path / "store", _quads("a", "b"))
    publish(tmp_path / "store", _quads("a"))
    back_up(tmp_path / "store", tmp_path / "backup")
    elsewhere = restore(tmp_path / "backup", tmp_path / "other")
    assert elsewhere.withdrawn_since(EX + "b")
    publish(tmp_path / "store", _quads("a", "c"))
    restored = restore(tmp_path / "backup", tmp_path / "store")
    assert restored.withdrawn_since(EX + "b")
    assert restored.withdrawn_since(EX + "c")


def test_a_damaged_version_stands_in_nobodys_way(tmp_path: Path) -> None:
    publish(tmp_path, _quads("a", "b"))
    for file in current_version(tmp_path).database.iterdir():
        file.unlink()
    version = publish(tmp_path, _quads("a"))
    assert version.withdrawn_since(EX + "b") is None
    shutil.rmtree(version.path.parent)
    assert publish(tmp_path, _quads("a")).withdrawn_since(EX + "b") is None


def test_the_length_of_the_list_is_told(tmp_path: Path) -> None:
    first = publish(tmp_path, _quads("a", "b", "c"))
    second = publish(tmp_path, _quads("a"))
    assert note_withdrawn(first.path, second.path) == 2

"""Publishing: all or nothing, whoever dies, and nobody reads a half-written or removed version."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import KgError
from kg.store import (
    NoStore,
    PublishingInProgress,
    back_up,
    current_version,
    hold,
    open_store,
    publish,
    restore,
)

EX = "http://example.org/"
PUBLISH_FOREVER = """
import sys
from pathlib import Path
from kg.store import publish
def lines():
    print("started", flush=True)
    number = 0
    while True:
        yield f'<http://example.org/{number}> <http://example.org/p> "x" <http://example.org/g> .\\n'.encode()
        number += 1
publish(Path(sys.argv[1]), lines(), version_id="endless")
"""
PUBLISH = """
import sys, time
from pathlib import Path
from kg.store import PublishingInProgress, publish
text = sys.stdin.buffer.read()
print("started", flush=True)
while True:
    try:
        publish(Path(sys.argv[1]), text)
        break
    except PublishingInProgress:
        time.sleep(0.05)
"""


def quads(*numbers: int, graph: str = "g") -> bytes:
    return "".join(f'<{EX}{n}> <{EX}p> "{n}" <{EX}{graph}> .\n' for n in numbers).encode()


def contents(target: Path) -> set[str]:
    return {str(quad) for quad in open_store(target)}


def test_what_is_published_is_served(tmp_path: Path) -> None:
    version = publish(tmp_path / "a" / "store", quads(1, 2) + quads(2, graph="h"))
    assert (version.quads, version.triples, version.graphs) == (3, 2, 2)
    assert current_version(tmp_path / "a" / "store") == version
    store = open_store(tmp_path / "a" / "store")
    default = list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    assert len(default) == 2
    with pytest.raises(RuntimeError):
        store.add(default[0])


def test_quads_and_text_give_the_same_version(tmp_path: Path) -> None:
    text = quads(3, 1, 2) + f'_:b <{EX}p> "\\u00e9\\n" <{EX}g> .\n'.encode()
    parsed = list(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    canonical = b"".join(f"{quad} .\n".encode() for quad in parsed)
    ids = {
        publish(tmp_path / "1", canonical).id,
        publish(tmp_path / "2", parsed).id,
        publish(tmp_path / "3", reversed(parsed)).id,
        publish(tmp_path / "4", canonical.splitlines(keepends=True)).id,
    }
    assert len(ids) == 1


def test_blank_nodes_are_the_same_in_the_merge(tmp_path: Path) -> None:
    publish(tmp_path, f"_:x <{EX}p> _:y <{EX}g> .\n".encode())
    answer = open_store(tmp_path).query(f"ASK {{ GRAPH <{EX}g> {{ ?x ?p ?y }} ?x ?p ?y }}")
    assert bool(answer)


def test_publishing_the_same_again_changes_nothing_but_the_pointer(tmp_path: Path) -> None:
    first = publish(tmp_path, quads(1))
    publish(tmp_path, quads(2))
    again = publish(tmp_path, quads(1))
    assert again == first
    assert current_version(tmp_path).id == first.id


def test_old_versions_go_but_not_while_somebody_reads_them(tmp_path: Path) -> None:
    publish(tmp_path, quads(1))
    lease = hold(tmp_path)
    for number in range(2, 6):
        publish(tmp_path, quads(number))
    kept = {path.name for path in (tmp_path / "versions").iterdir()}
    assert len(kept) == 3
    assert lease.version.path.name in kept
    assert len(ox.Store.read_only(str(lease.version.database))) == 2
    lease.release()
    publish(tmp_path, quads(6))
    assert len(list((tmp_path / "versions").iterdir())) == 2


def test_no_store_says_what_to_do(tmp_path: Path) -> None:
    for call in (current_version, open_store, hold):
        with pytest.raises(NoStore, match="kg build"):
            call(tmp_path / "none")


def test_what_is_no_nquads_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    publish(tmp_path, quads(1))
    before = contents(tmp_path)
    with pytest.raises(KgError, match="N-Quads"):
        publish(tmp_path, quads(2) + b"<a> nonsense\n")
    with pytest.raises(KgError):
        publish(tmp_path, quads(2), version_id="../escape")
    assert contents(tmp_path) == before
    publish(tmp_path, quads(3))
    assert not list((tmp_path / "versions").glob(".*"))


def test_a_folder_that_cannot_be_written_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(KgError, match="cannot be published"):
        publish(tmp_path / "file" / "store", quads(1))


def test_a_second_publisher_is_told_to_wait(tmp_path: Path) -> None:
    publish(tmp_path, quads(1))
    other = start_endless(tmp_path)
    try:
        with pytest.raises(PublishingInProgress, match="another process"):
            publish(tmp_path, quads(2))
        assert current_version(tmp_path).quads == 1
    finally:
        other.kill()
        other.wait()
    publish(tmp_path, quads(2, 3))
    assert current_version(tmp_path).quads == 2


def test_a_publisher_killed_midway_leaves_the_former_version_served(tmp_path: Path) -> None:
    publish(tmp_path, quads(1))
    before = contents(tmp_path)
    for _ in range(3):
        other = start_endless(tmp_path)
        time.sleep(0.3)
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert contents(tmp_path) == before
    assert list((tmp_path / "versions").glob(".building-*"))
    publish(tmp_path, quads(1, 2))
    assert not list((tmp_path / "versions").glob(".*"))
    assert current_version(tmp_path).quads == 2


def test_a_publisher_killed_at_any_moment(tmp_path: Path) -> None:
    """Kill at delays that spread over a whole publication; whatever is current is complete."""
    publish(tmp_path, quads(*range(50)))
    for step in range(12):
        process = start_publishing(tmp_path, quads(*range(step, step + 60)))
        time.sleep(0.01 * step)
        process.kill()
        process.wait()
        version = current_version(tmp_path)
        assert version.quads in (50, 60)
        assert len(ox.Store.read_only(str(version.database))) == 2 * version.quads


def test_many_publishers_at_once_leave_one_whole_version(tmp_path: Path) -> None:
    sizes = (10, 20, 30, 40)
    processes = [start_publishing(tmp_path, quads(*range(size))) for size in sizes]
    assert [process.wait() for process in processes] == [0] * len(sizes)
    version = current_version(tmp_path)
    assert version.quads in sizes
    assert len(ox.Store.read_only(str(version.database))) == 2 * version.quads


def test_a_backup_brings_the_dataset_back(tmp_path: Path) -> None:
    store, backup = tmp_path / "store", tmp_path / "backups" / "monday"
    saved = publish(store, quads(1, 2))
    before = contents(store)
    assert back_up(store, backup).id == saved.id
    for number in range(3, 6):
        publish(store, quads(number))
    assert restore(backup, store).id == saved.id
    assert contents(store) == before
    assert restore(backup, tmp_path / "elsewhere").triples == 2
    publish(store, quads(7))
    assert contents(tmp_path / "elsewhere") == before


def test_what_is_no_backup_changes_nothing(tmp_path: Path) -> None:
    store, backup = tmp_path / "store", tmp_path / "backup"
    publish(store, quads(1, 2))
    with pytest.raises(KgError, match="exists already"):
        back_up(store, store)
    with pytest.raises(NoStore):
        back_up(tmp_path / "none", backup)
    with pytest.raises(KgError, match="no complete backup"):
        restore(tmp_path, store)
    back_up(store, backup)
    for table in (backup / "rocksdb").glob("*.sst"):
        table.unlink()
        table.write_bytes(b"nonsense")
    publish(store, quads(3))
    with pytest.raises(KgError, match="no complete backup"):
        restore(backup, store)
    assert current_version(store).quads == 1


def start_endless(target: Path) -> subprocess.Popen[bytes]:
    other = subprocess.Popen([sys.executable, "-c", PUBLISH_FOREVER, str(target)], stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"started\n"
    return other


def start_publishing(target: Path, text: bytes) -> subprocess.Popen[bytes]:
    """Publish in another process, which has read `text` and imported everything when this returns."""
    other = subprocess.Popen(
        [sys.executable, "-c", PUBLISH, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdin is not None
    assert other.stdout is not None
    other.stdin.write(text)
    other.stdin.close()
    assert other.stdout.readline() == b"started\n"
    return other

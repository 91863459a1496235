"""`kg backup` and `kg restore`: a store in one file, there and back."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from kg.store import current_version, open_store, publish


def kg(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def quads(*numbers: int) -> bytes:
    return "".join(f'<http://e/{n}> <http://e/p> "{n}" <http://e/g> .\n' for n in numbers).encode()


@pytest.mark.parametrize("name", ["backup.tar.gz", "backup.tar"])
def test_there_and_back(tmp_path: Path, name: str) -> None:
    store, file = tmp_path / "store", tmp_path / name
    old = publish(store, quads(1, 2), reports={"json": '{"findings": []}', "turtle": "# none\n"})
    done = kg("backup", file, "--store", store, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == old.id
    publish(store, quads(3), keep=1)
    assert not (store / "versions" / old.id).exists()
    done = kg("restore", file, "--store", store)
    assert done.returncode == 0, done.stderr
    restored = current_version(store)
    assert restored.id == old.id
    assert len(open_store(store)) == 4
    report = restored.report("json")
    assert report is not None
    assert report.read_text() == '{"findings": []}'
    assert sorted(path.name for path in store.iterdir()) == ["current", "lock", "versions"]


def test_into_a_new_store(tmp_path: Path) -> None:
    publish(tmp_path / "a", quads(1))
    assert kg("backup", tmp_path / "b.tgz", "--store", tmp_path / "a").returncode == 0
    assert kg("restore", tmp_path / "b.tgz", "--store", tmp_path / "deep" / "c").returncode == 0
    assert current_version(tmp_path / "deep" / "c").id == current_version(tmp_path / "a").id


def test_what_cannot_be_backed_up_is_told(tmp_path: Path) -> None:
    publish(tmp_path / "a", quads(1))
    for file, store, word in (
        (tmp_path / "x.zip", tmp_path / "a", ".tar.gz"),
        (tmp_path / "none" / "x.tar", tmp_path / "a", "folder"),
        (tmp_path / "x.tar", tmp_path / "nothing", "kg build"),
    ):
        done = kg("backup", file, "--store", store)
        assert done.returncode == 2
        assert word in done.stderr
        assert "Traceback" not in done.stderr
        assert not file.exists()


def test_what_is_no_backup_changes_nothing(tmp_path: Path) -> None:
    store = tmp_path / "store"
    before = publish(store, quads(1))
    good = tmp_path / "good.tar"
    assert kg("backup", good, "--store", store).returncode == 0
    (tmp_path / "text.tar").write_text("no archive")
    (tmp_path / "cut.tar").write_bytes(good.read_bytes()[:3000])
    with tarfile.open(tmp_path / "other.tar", "w") as archive:
        archive.add(__file__, arcname="digigov/version.json")
    with tarfile.open(tmp_path / "climbing.tar", "w") as archive:
        archive.add(__file__, arcname="../outside")
    for name in ("text.tar", "cut.tar", "other.tar", "climbing.tar", "missing.tar"):
        done = kg("restore", tmp_path / name, "--store", store)
        assert done.returncode == 2, name
        assert name in done.stderr.replace("\n", "")
        assert "Traceback" not in done.stderr
    assert current_version(store) == before
    assert not (store / "outside").exists()
    assert sorted(path.name for path in store.iterdir()) == ["current", "lock", "versions"]

"""What `kg build --watch` takes for a change of its inputs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from kg.cli.build import build as build_verb
from kg.errors import KgError
from kg.store.watch import Changes, changes_between, state_of, watch


def test_files_that_come_go_and_change(tmp_path: Path) -> None:
    for name in ("kept", "edited", "removed"):
        (tmp_path / f"{name}.yaml").write_text("1", "utf-8")
    before = state_of([tmp_path])
    (tmp_path / "edited.yaml").write_text("22", "utf-8")
    (tmp_path / "removed.yaml").unlink()
    (tmp_path / "added.yaml").write_text("1", "utf-8")
    changes = changes_between(before, state_of([tmp_path]))
    added, edited, removed = (tmp_path / f"{name}.yaml" for name in ("added", "edited", "removed"))
    assert changes == Changes((added,), (edited,), (removed,))
    assert str(changes) == f"added: {added}; changed: {edited}; removed: {removed}"
    assert not changes_between(before, before)


def test_an_input_that_is_missing_for_a_moment_is_no_error(tmp_path: Path) -> None:
    """Editors write a new file and rename it over the old one."""
    assert state_of([tmp_path / "absent.yaml"]) == {}


def test_a_change_is_told_when_nothing_more_is_written(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("", "utf-8")
    since = state_of([tmp_path])
    looks = 0

    def sleep(_: float) -> None:
        nonlocal looks
        looks += 1
        if 2 <= looks <= 4:  # an editor that takes its time
            file.write_text("x" * looks, "utf-8")
        if looks == 20:
            (tmp_path / "b.yaml").write_text("", "utf-8")

    first, second = islice(watch([tmp_path], since, sleep=sleep), 2)
    assert first == Changes(edited=(file,))
    assert file.read_text("utf-8") == "xxxx", "it was complete"
    assert second == Changes(added=(tmp_path / "b.yaml",))


@pytest.mark.parametrize(
    "verb", [lambda: build_verb(jobs=2, executor="serial"), lambda: build_verb(watch=True, as_json=True)]
)
def test_options_that_contradict_each_other_are_refused(
    verb: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_STORE", str(tmp_path / "store"))
    with pytest.raises(KgError, match="exclude each other"):
        verb()

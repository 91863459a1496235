"""Builds that follow one another: whatever the build cache holds, the outcome is that of a build from nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks.bench_build import publishable_faults
from benchmarks.generator import Corpus, Rates, write
from kg.records.problems import RecordError
from kg.store import current_version, open_store
from kg.store.build import Built, build, build_and_publish
from kg.store.cache import Cache

SHARED = ("background", "own", "shapes")
"""What the cache holds of the reference data and the shapes. It takes seconds to make and is the same for every test."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions of two countries that share partners and rename bodies; with faults that shapes find."""
    folder = tmp_path_factory.mktemp("corpus")
    rates = Rates(faults=1.0, renames=0.5)
    write(Corpus(2, 2, seed=4, rates=rates, only=publishable_faults()), folder)
    return folder


@pytest.fixture(scope="module")
def full(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Cache, Built]:
    """A cache after the first build of the corpus, and what was built."""
    cache = Cache(tmp_path_factory.mktemp("full"))
    return cache, build([corpus], cache=cache)


@pytest.fixture
def again(corpus: Path, tmp_path: Path) -> Path:
    """The corpus, to be changed."""
    return shutil.copytree(corpus, tmp_path / "again")


@pytest.fixture
def used(full: tuple[Cache, Built], tmp_path: Path) -> Cache:
    """The full cache, to be used further."""
    return Cache(shutil.copytree(full[0].folder, tmp_path / "used"))


@pytest.fixture
def unused(full: tuple[Cache, Built], tmp_path: Path) -> Cache:
    """A cache that knows nothing of any source."""
    return Cache(without_sources(full[0], tmp_path / "unused"))


def without_sources(cache: Cache, folder: Path) -> Path:
    for kind in SHARED:
        if (cache.folder / kind).is_dir():  # a process that has read the shapes before keeps them in memory
            shutil.copytree(cache.folder / kind, folder / kind)
    return folder


def outcome(built: Built) -> dict[str, object]:
    assert built.report is not None
    return {
        "quads": built.nquads(),
        "clashes": built.clashes,
        "findings": built.report,
        "json": built.report.to_json(),
        "sources": built.sources,
    }


def records(folder: Path) -> list[Path]:
    return sorted((folder / "responses").rglob("*.yaml"))


def edit(folder: Path) -> None:
    file = records(folder)[0]
    more = "\ninitiatives:\n- {id: one-more, name: One more programme, q: ['16']}\n"
    changed = file.read_text("utf-8").replace("\ninitiatives:\n", more, 1)
    assert "One more" in changed
    file.write_text(changed, "utf-8")


def remove(folder: Path) -> None:
    records(folder)[-1].unlink()


def add(folder: Path) -> None:
    file = folder / "responses" / "2022" / "TUV.yaml"
    file.write_text(
        "format: 1\nstatus: reviewed\nsource: {title: Test, edition: 2022, country: TUV}\n"
        "bodies:\n- {id: agency, name: Agency of Information Society, type: agency, q: ['1']}\n",
        "utf-8",
    )


@pytest.mark.parametrize("change", [edit, remove, add])
def test_after_a_change_the_outcome_is_that_of_a_build_from_nothing(
    change: Callable[[Path], None], again: Path, used: Cache, unused: Cache, full: tuple[Cache, Built]
) -> None:
    change(again)
    changed, anew = build([again], cache=used), build([again], cache=unused)
    assert outcome(changed) == outcome(anew)
    assert outcome(changed)["quads"] != outcome(full[1])["quads"]
    assert changed.made < anew.made == len(anew.sources)
    assert changed.made <= 2, "the record, and the one whose edition it revises"


def test_when_a_change_is_undone_nothing_is_made_anew(
    again: Path, used: Cache, full: tuple[Cache, Built], corpus: Path
) -> None:
    edit(again)
    assert build([again], cache=used).made
    shutil.copyfile(records(corpus)[0], records(again)[0])
    back = build([again], cache=used)
    assert back.made == 0
    assert outcome(back) == outcome(full[1])


def test_where_a_record_lies_does_not_matter(again: Path, used: Cache, full: tuple[Cache, Built]) -> None:
    moved = again.rename(again.with_name("moved"))
    records(moved)[0].rename(records(moved)[0].with_name("renamed.yaml"))
    built = build([moved], cache=used)
    assert built.made == 0
    assert outcome(built) == outcome(full[1])


def test_damage_anywhere_in_the_cache_changes_nothing(
    again: Path, used: Cache, full: tuple[Cache, Built]
) -> None:
    for number, file in enumerate(sorted(used.folder.glob("*/??/*"))):
        content = bytearray(file.read_bytes())
        match number % 4:
            case 0:
                content[-1] ^= 1  # the last text
            case 1:
                content[80] ^= 1  # the header
            case 2:
                del content[len(content) // 2 :]
            case _:
                pass
        file.write_bytes(content)
    assert outcome(build([again], cache=used)) == outcome(full[1])


STOPPED = """
import os, signal, sys
from pathlib import Path
from kg.store import units
from kg.store.build import build_and_publish
from kg.store.cache import Cache

inputs, store, cache, unit, left = sys.argv[1:]
left = int(left)

class Stopping(Cache):
    def put(self, kind, key, result):
        global left
        entry = super().put(kind, key, result)
        left -= kind == unit
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return entry

build_and_publish([Path(inputs)], Path(store), cache=Stopping(Path(cache)))
"""


def test_a_build_that_is_killed_goes_on_where_it_was(
    again: Path, unused: Cache, full: tuple[Cache, Built], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    _, served = build_and_publish([again], store, cache=full[0])
    edit(again)
    for unit, done in (("source", 3), ("closed", 1)):
        command = [sys.executable, "-c", STOPPED, str(again), str(store), str(unused.folder), unit, str(done)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        assert current_version(store).id == served.id
    kept = (
        len(list((unused.folder / "source").glob("??/*"))),
        len(list((unused.folder / "closed").glob("??/*"))),
    )
    assert kept == (4, 1)
    built, version = build_and_publish([again], store, cache=unused)
    assert built.made == 3, "the sources that had not been closed"
    assert current_version(store).id == version.id != served.id


def test_in_processes_as_in_one(again: Path, unused: Cache, full: tuple[Cache, Built]) -> None:
    built = build([again], cache=unused, executor="processes:2")
    assert built.made == len(built.sources)
    assert outcome(built) == outcome(full[1])


POISONS: dict[str, bytes] = {
    "large": b"format: 1\nnote: " + b"x" * 10_000_000,
    "deep": b"[" * 200_000,
    "deep-keys": b"".join(b" " * n + b"a:\n" for n in range(2000)),
    "long-line": b"source: {title: " + b"[a, " * 100_000,
    "binary": os.urandom(100_000),
    "nul": b"format: 1\0\n",
    "aliases": b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "python": b"!!python/object/apply:os.system ['echo']\n",
    "numbers": b"format: " + b"9" * 100_000,
    "keys": b"? [a, b]\n: c\n",
    "utf-16": "format: 1".encode("utf-16"),
    "surrogate": b'format: "\\ud800"\n',
    "long-name": b"format: 1\nstatus: reviewed\nsource: {title: T, edition: 2022, country: TUV}\n"
    b"bodies:\n- {id: b, name: " + b"y" * 4_000_000 + b", type: agency, q: ['1']}\n",
}


def test_a_poisoned_record_is_reported_and_the_rest_goes_on(
    again: Path, used: Cache, full: tuple[Cache, Built], tmp_path: Path
) -> None:
    store = tmp_path / "store"
    for name, content in POISONS.items():
        (again / "responses" / f"{name}.yaml").write_bytes(content)
    with pytest.raises(RecordError) as refused:
        build([again], cache=used)
    told = {Path(problem.file or "").stem for problem in refused.value.problems}
    assert told == POISONS.keys(), "each is named"
    assert max(len(str(problem)) for problem in refused.value.problems) < 2000
    built, _ = build_and_publish([again], store, cache=used, keep_going=True)
    assert {Path(problem.file or "").stem for problem in built.left_out} == told
    assert built.nquads() == full[1].nquads()
    assert len(open_store(store)) > 0


HOSTILE = """
format: 1
status: reviewed
source: {title: "a\u200bb", edition: 2022, country: TUV}
bodies:
- {id: b, name: "\u202e <script>alert(1)</script> \U0001f600", type: agency, q: ['1']}
portals:
- {id: p, name: P, url: 'http://example.org/> <x:y> <z', q: ['1']}
- {id: q, name: Q, url: 'http://example.org/?[#{}|^`', q: ['1']}
"""


def test_hostile_strings_stay_strings(again: Path, used: Cache, full: tuple[Cache, Built]) -> None:
    """What looks like statements in an address or a name is no more than an address or a name."""
    (again / "responses" / "2022" / "TUV.yaml").write_text(HOSTILE, "utf-8")
    built = build([again], cache=used)
    assert built.made == 1
    [own] = [text for name, text in built.texts().items() if name.endswith("/TUV")]
    quads = list(ox.parse(own.read(), format=ox.RdfFormat.N_TRIPLES))
    assert len(quads) == own.triples
    assert not [quad for quad in quads if quad.predicate.value.startswith("x:")]
    assert "http://example.org/> <x:y> <z" in {
        quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)
    }


def test_what_is_served_is_not_lost_because_a_record_cannot_be_read(
    again: Path, used: Cache, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    _, served = build_and_publish([again], store, cache=used, keep_going=True)
    records(again)[0].write_text("format: 1\nsauce: {}\n", "utf-8")
    with pytest.raises(RecordError, match="readers would lose response/") as refused:
        build_and_publish([again], store, cache=used, keep_going=True)
    assert "sauce" in str(refused.value)
    assert current_version(store).id == served.id


def test_watching_builds_again_and_tells_what_is_found(again: Path, used: Cache, tmp_path: Path) -> None:
    store, output = tmp_path / "store", tmp_path / "output.txt"
    command = [sys.executable, "-m", "kg", "build", str(again), "--store", str(store), "--watch"]

    def wait_for(text: str, times: int) -> None:
        while output.read_text("utf-8").count(text) < times:
            assert watching.poll() is None, output.read_text("utf-8")
            time.sleep(0.1)

    with output.open("wb") as opened:
        environment = os.environ | {"KG_BUILD_CACHE": str(used.folder)}
        watching = subprocess.Popen(command, stdout=opened, stderr=opened, env=environment)
    try:
        wait_for("Watching", 1)
        first = current_version(store).id
        edit(again)
        wait_for("Published", 2)
        wait_for("changed:", 1)
        assert current_version(store).id != first
        records(again)[0].write_text("format: 1\nsauce: {}\n", "utf-8")
        wait_for("sauce", 1)
        watching.send_signal(signal.SIGINT)
        assert watching.wait() == 0
    finally:
        watching.kill()
        watching.wait()
    told = output.read_text("utf-8")
    assert "Traceback" not in told
    assert told.rstrip().endswith("Stopped.")

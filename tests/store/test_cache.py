"""The build cache: what is put is found, what is damaged is not, and room is made by what was used longest ago."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import KgError
from kg.store.cache import MAX_AGE, Cache, Damaged, Result, key_of

KEY = key_of("test")


def only_file(cache: Cache) -> Path:
    [file] = [path for path in cache.folder.rglob("*") if path.is_file() and path.name != "CACHEDIR.TAG"]
    return file


def test_what_is_put_is_found(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new" / "cache")
    assert cache.get("kind", KEY) is None
    put = cache.put("kind", KEY, Result({"n": 1, "é": ["ü"]}, {"a": b"one\n" * 1000, "b": b""}))
    found = Cache(cache.folder).get("kind", KEY)
    assert found is not None
    for entry in (put, found):
        assert entry.facts == {"n": 1, "é": ["ü"]}
        assert (entry.section("a"), entry.section("b")) == (b"one\n" * 1000, b"")
        with pytest.raises(KeyError):
            entry.section("c")
    assert cache.get("other", KEY) is None
    assert only_file(cache).stat().st_size < 1000, "it is compressed"


@pytest.mark.parametrize("place", [0, 10, 70, 100, -30, -1])
def test_whatever_byte_is_changed_the_entry_is_not_believed(tmp_path: Path, place: int) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", KEY, Result({"n": 1}, {"text": bytes(range(256)) * 4}))
    file = only_file(cache)
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    entry = cache.get("kind", KEY)
    if entry is not None:  # the header is sound: the text tells it
        with pytest.raises(Damaged):
            entry.section("text")
    assert not file.exists(), "it will be made again"


@pytest.mark.parametrize("length", [0, 1, 64, 66, 150, -1])
def test_an_entry_that_was_cut_off_is_absent(tmp_path: Path, length: int) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", KEY, Result({"n": 1}, {"text": b"abc" * 1000}))
    file = only_file(cache)
    file.write_bytes(file.read_bytes()[:length])
    assert cache.get("kind", KEY) is None
    assert not file.exists()


def test_an_entry_that_is_removed_meanwhile_counts_as_damaged(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    entry = cache.put("kind", KEY, Result({}, {"text": b"abc"}))
    only_file(cache).unlink()
    with pytest.raises(Damaged):
        entry.section("text")


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=25_000)
    keys = [key_of(str(number)) for number in range(5)]
    for number, key in enumerate(keys):
        cache.put("kind", key, Result({}, {"text": os.urandom(10_000)}))
        then = time.time() - 1000 + number
        os.utime(tmp_path / "kind" / key[:2] / key, (then, then))
    begun = time.time() - 1
    assert cache.get("kind", keys[0]), "using an entry keeps it"
    assert cache.prune(since=begun) == 3
    assert [cache.get("kind", key) is not None for key in keys] == [True, False, False, False, True]
    assert cache.size() < 25_000


def test_what_this_build_has_used_stays_whatever_its_size(tmp_path: Path) -> None:
    cache, begun = Cache(tmp_path, most=1), time.time() - 1
    cache.put("kind", KEY, Result({}, {"text": os.urandom(10_000)}))
    assert cache.prune(since=begun) == 0
    assert cache.get("kind", KEY)


def test_what_nobody_has_used_for_a_month_goes(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("kind", KEY, Result())
    then = time.time() - MAX_AGE - 1
    os.utime(only_file(cache), (then, then))
    (tmp_path / "kind" / KEY[:2] / ".new-1-abc").write_bytes(b"begun by a process that was killed")
    os.utime(tmp_path / "kind" / KEY[:2] / ".new-1-abc", (then, then))
    assert cache.prune(since=time.time()) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "CACHEDIR.TAG"]


def test_a_temporary_cache_goes_with_whoever_holds_it() -> None:
    cache = Cache.temporary()
    folder = cache.folder
    entry = cache.put("kind", KEY, Result({}, {"text": b"abc"}))
    assert entry.section("text") == b"abc"
    del cache
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KgError, match="KG_BUILD_CACHE") as refused:
        Cache(tmp_path / "file" / "cache")
    assert refused.value.where == str(tmp_path / "file" / "cache")


WRITER = """
import sys
from pathlib import Path
from kg.store.cache import Cache, Result
cache = Cache(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    cache.put("kind", sys.argv[2], Result({"n": 1}, {"text": b"0123456789" * 200_000}))
"""


def test_a_writer_that_is_killed_leaves_a_whole_entry_or_none(tmp_path: Path) -> None:
    for pause in (0.0, 0.01, 0.03):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), KEY], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(pause)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        entry = Cache(tmp_path).get("kind", KEY)
        assert entry is None or entry.section("text") == b"0123456789" * 200_000


@given(st.lists(st.text()), st.lists(st.text()))
def test_two_lists_of_parts_have_one_key_only_if_they_are_equal(one: list[str], other: list[str]) -> None:
    assert (key_of(one) == key_of(other)) == (one == other)
    assert (key_of(*one) == key_of(*other)) == (one == other)
    assert key_of(one, other) != key_of(other, one) or one == other

"""The build cache: what units of work have given, kept under a hash of everything they were made from.

A key never comes to mean something else, so entries need no invalidation: another record, ontology, shape or program
makes another key, and what nobody asks for any more is pruned. An entry is one file, written aside and renamed; it
carries checksums, so that a file which was cut off, changed or never flushed counts as absent. Nothing in an entry is
executed when it is read: it holds JSON and text.

    cache/
      source/4f/4f0c…            one folder per kind of unit, then by the first two digits of the key
      …/.new-PID-…               an entry that is being written
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import KgError

MOST = 2**30
"""Bytes that a cache takes unless told otherwise."""
MAX_AGE = 30 * 24 * 3600
"""Seconds after which an entry that no build has used goes, however much room there is."""
_ABANDONED = 24 * 3600
_FORM = 1


class Damaged(Exception):
    """An entry whose header was fine turned out to be damaged, or was removed meanwhile. It is absent from now on: what
    relied on it has to be done again."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a unit of work gives: `facts` is small JSON, read at once; `sections` are texts, read when they are needed."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    sections: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A result in the cache; `key` is what it is kept under."""

    key: str
    facts: Mapping[str, Any]
    _file: Path
    _places: Mapping[str, tuple[int, int, str]]

    def section(self, name: str) -> bytes:
        """One of the texts. Raises Damaged, KeyError for a name that the result did not have."""
        start, length, checksum = self._places[name]
        try:
            with self._file.open("rb") as file:
                file.seek(start)
                packed = file.read(length)
            if hashlib.sha256(packed).hexdigest() != checksum:
                raise ValueError
            return zlib.decompress(packed)
        except (OSError, ValueError, zlib.error):
            self._file.unlink(missing_ok=True)
            raise Damaged(str(self._file)) from None


class Cache:
    """A folder of results; any number of processes may use it at a time."""

    def __init__(self, folder: Path, *, most: int = MOST) -> None:
        """`most` is how many bytes `prune` leaves. Raises KgError when the folder cannot be made."""
        self.folder = folder
        self._most = most
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Tells backup programs that this can be made again (https://bford.info/cachedir/).
            tag = folder / "CACHEDIR.TAG"
            if not tag.exists():
                tag.write_text("Signature: 8a477f597d28d172789f06886806bc55\n", encoding="ascii")
        except OSError as error:
            raise KgError(
                f"the build cache cannot be written ({error.strerror or error})",
                where=str(folder),
                hint="Name another folder by KG_BUILD_CACHE, or build with --no-cache.",
            ) from error

    @classmethod
    def temporary(cls) -> Cache:
        """One in a folder of its own, which goes when nobody holds the cache any more."""
        folder = tempfile.TemporaryDirectory(prefix="kg-build-", ignore_cleanup_errors=True)
        cache = cls(Path(folder.name))
        cache._temporary = folder
        return cache

    def get(self, kind: str, key: str) -> Entry | None:
        """The result under a key, marked as used now; None where there is none or it is damaged."""
        file = self._file(kind, key)
        try:
            with file.open("rb") as opened:
                checksum, _, header = opened.readline().rstrip(b"\n").partition(b" ")
                start, size = opened.tell(), os.fstat(opened.fileno()).st_size
            if hashlib.sha256(header).hexdigest() != checksum.decode("ascii"):
                raise ValueError
            read = json.loads(header)
            places = {}
            for name, length, digest in read["sections"]:
                places[name] = (start, length, digest)
                start += length
            if read["form"] != _FORM or start != size:
                raise ValueError
            os.utime(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            with suppress(OSError):
                file.unlink()
            return None
        return Entry(key, read["facts"], file, places)

    def put(self, kind: str, key: str, result: Result) -> Entry:
        """Keep a result. Raises KgError when the disk refuses."""
        packed = {name: zlib.compress(text, 1) for name, text in result.sections.items()}
        sections = [(name, len(text), hashlib.sha256(text).hexdigest()) for name, text in packed.items()]
        header = json.dumps(
            {"form": _FORM, "facts": result.facts, "sections": sections},
            ensure_ascii=True,
            separators=(",", ":"),
        ).encode()
        file = self._file(kind, key)
        part = file.with_name(f".new-{os.getpid()}-{os.urandom(4).hex()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("wb") as opened:
                    opened.write(hashlib.sha256(header).hexdigest().encode() + b" " + header + b"\n")
                    opened.writelines(packed.values())
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise KgError(
                f"the build cache cannot be written ({error.strerror or error})",
                where=str(self.folder),
                hint="Make room, name another folder by KG_BUILD_CACHE, or build with --no-cache.",
            ) from error
        entry = self.get(kind, key)
        if entry is None:
            raise Damaged(str(file))
        return entry

    @contextmanager
    def workplace(self, kind: str, key: str) -> Iterator[Path | None]:
        """A folder for what one process at a time keeps up to date rather than writing anew; None while another has it."""
        folder = self.folder / kind / f"{key[:32]}.d"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
                return
            os.utime(folder)
            yield folder / "kept"

    def prune(self, *, since: float) -> int:
        """Remove what has not been used for MAX_AGE and then, while the rest takes more than it may, what was used longest
        ago; never what was used after `since` (a time.time()). Returns how many entries went.
        """
        now, removed, size = time.time(), 0, 0
        found = sorted(self._entries(now), reverse=True)
        for used, length, file in found:
            size += length
            if used < since and (size > self._most or used < now - MAX_AGE):
                with suppress(OSError):
                    file.unlink()
                    removed, size = removed + 1, size - length
        return removed

    def size(self) -> int:
        """Bytes that the entries take."""
        return sum(length for _, length, _ in self._entries(time.time()))

    def _file(self, kind: str, key: str) -> Path:
        return self.folder / kind / key[:2] / key

    def _entries(self, now: float) -> Iterator[tuple[float, int, Path]]:
        for file in self.folder.glob("*/??/*"):
            with suppress(OSError):
                state = file.stat()
                if not file.name.startswith("."):
                    yield state.st_mtime, state.st_size, file
                elif state.st_mtime < now - _ABANDONED:
                    file.unlink()


def key_of(*parts: str | bytes | Iterable[str]) -> str:
    """The key of a unit of work: SHA-256 over everything that its result depends on, each part with its length."""
    digest = hashlib.sha256()
    for part in parts:
        pieces = [part] if isinstance(part, str | bytes) else list(part)
        digest.update(f"{len(pieces)}\n".encode())
        for piece in pieces:
            content = piece.encode() if isinstance(piece, str) else piece
            digest.update(f"{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()

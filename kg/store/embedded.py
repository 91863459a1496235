"""The embedded store: immutable dataset versions in a folder, and a pointer to the one that is served.

    store/
      current -> versions/4f0c…          replaced by one rename: readers see the old version or the new one
      versions/4f0c…/rocksdb/            an Oxigraph database, never written again once published
      versions/4f0c…/version.json        what it holds
      versions/4f0c…/report.json, .ttl   what the shapes found in it
      versions/4f0c…/graphs.json         the hashes of its graphs, for the next build (delta.py)
      versions/4f0c…/withdrawn.tsv       what versions before it described (withdrawn.py)
      versions/4f0c…/lease               locked (shared) by whoever reads the version, so that it is not pruned
      versions/.editing-…/               a copy that becomes the next version when an update has been checked
      lock                               locked (exclusively) while somebody publishes

The default graph of a version is the RDF merge of its named graphs with each triple once: a query without GRAPH then
needs neither a union over all graphs nor the removal of repeated triples (docs/endpoint.md has the measurements).

A publisher that dies at any moment leaves `current` as it was; the next one clears away what it left.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from kg.errors import KgError
from kg.mapping.nquads import content_hash
from kg.store import delta, withdrawn
from kg.store.dataset import GraphText, dataset_id

KEEP = 2
"""Versions that stay on disk: the served one and the one before it (besides those that somebody still reads)."""


_BATCH = 128 * 1024 * 1024
"""Bytes of N-Quads that are given to the engine at a time."""


class NoStore(KgError):
    """The folder holds no published version."""


REPORTS = {"json": "report.json", "turtle": "report.ttl"}
"""Files of the validation report beside a version, by form."""


class PublishingInProgress(KgError):
    """Another process is publishing into the same folder."""


class Superseded(KgError):
    """Somebody published while an update was being worked on: it has to be done again on what is served now."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published dataset: `quads` statements in `graphs` named graphs, `triples` distinct ones in the default graph.

    `id` is the SHA-256 of the sorted N-Quads unless the publisher gave another; `path` is its folder. `changed` says for
    graphs that updates have changed since the build in which version that was last; `empty_graphs` have no triples.
    """

    id: str
    created: str
    quads: int
    triples: int
    graphs: int
    path: Path
    origin: str = ""
    """The version that was built; for one that was built itself its own id."""
    changed: Mapping[str, str] = field(default_factory=dict, hash=False)
    empty_graphs: tuple[str, ...] = ()

    @property
    def database(self) -> Path:
        """The folder to open with `pyoxigraph.Store.read_only`."""
        return self.path / "rocksdb"

    @property
    def is_local(self) -> bool:
        return True

    @property
    def opening(self) -> str:
        """How another process opens it (`kg.store.source.reopen`)."""
        return str(self.database)

    def report(self, form: str) -> Path | None:
        """The file of the validation report in a form of REPORTS; None for a version that was published without."""
        file = self.path / REPORTS[form]
        return file if file.is_file() else None

    def withdrawn_since(self, iri: str) -> str | None:
        """Since when nothing is known of a thing that an earlier version described; None for any other."""
        return withdrawn.withdrawn_since(self.path, iri)

    def state_of(self, graph: str | None) -> str:
        """What changes when a named graph does (None: the default graph, which every change of any graph changes)."""
        return self.id if graph is None else self.changed.get(graph, self.origin or self.id)


class Lease:
    """Keeps a version from being pruned until `release` or the end of the process."""

    def __init__(self, version: Version, file: IO[bytes]) -> None:
        self.version = version
        self._file = file

    def release(self) -> None:
        self._file.close()


def publish(
    target: Path,
    quads: bytes | Iterable[bytes] | Iterable[ox.Quad],
    *,
    version_id: str | None = None,
    keep: int = KEEP,
    reports: Mapping[str, str] | None = None,
) -> Version:
    """Make `quads` the dataset that `target` serves, in one step.

    `quads` are N-Quads (one text, or pieces of whole lines) or Quad objects. Blank node labels are kept and shared by
    the whole dataset. `reports` is the validation report by form (REPORTS). Publishing what is already there moves the
    pointer and replaces the reports.

    Raises PublishingInProgress when another process publishes into `target`, KgError when the text is no N-Quads, when
    `version_id` is no plain name, or when the disk refuses. In each case readers keep what they had.
    """
    if version_id is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", version_id):
        raise KgError("a version's id is made of letters, digits, '.', '_' and '-'", where=repr(version_id))
    return _published(target, lambda: (_complete(target, quads, version_id), None), keep, reports)


def publish_graphs(
    target: Path,
    graphs: Mapping[str, GraphText],
    *,
    keep: int = KEEP,
    reports: Mapping[str, str] | None = None,
) -> Version:
    """As `publish`, of named graphs that are read one at a time; the version is called by `dataset_id`.

    Raises as `publish`.
    """
    return _published(target, lambda: _complete_graphs(target, graphs), keep, reports)


def current_version(target: Path) -> Version:
    """The version that `target` serves. Raises NoStore when nothing has been published there."""
    try:
        return _read_version((target / "current").resolve(strict=True))
    except (OSError, ValueError, KeyError, TypeError):
        raise NoStore(
            "there is no store", where=str(target), hint="Run `kg build` first, or name another with --store."
        ) from None


def hold(target: Path) -> Lease:
    """The current version, protected from pruning until the lease is released. Raises NoStore as `current_version`."""
    while True:
        version = current_version(target)
        try:
            file = (version.path / "lease").open("rb")
        except FileNotFoundError:  # pruned between the two lines: a newer one is current
            continue
        fcntl.flock(file, fcntl.LOCK_SH)
        if (version.path / "lease").exists():
            return Lease(version, file)
        file.close()


def open_store(target: Path) -> ox.Store:
    """The current version, opened read-only and kept from pruning for the life of this process.

    Several processes may do so at once. Raises NoStore when there is none, KgError when it cannot be opened.
    """
    lease = hold(target)
    try:
        store = ox.Store.read_only(str(lease.version.database))
    except (OSError, RuntimeError) as error:  # the latter for files that are damaged
        lease.release()
        raise KgError(
            f"cannot be opened ({error})", where=str(lease.version.path), hint="Run `kg build` again."
        ) from error
    _held.append(lease)
    return store


def back_up(target: Path, destination: Path) -> Version:
    """Copy what `target` serves to the new folder `destination`, while it may be served and published to.

    On one file system the copy is made of hard links and takes milliseconds. Returns the copy's version. Raises NoStore
    when there is nothing to copy, KgError when `destination` exists or cannot be written.
    """
    if destination.exists():
        raise KgError("exists already", where=str(destination), hint="Give a new folder for the backup.")
    lease = hold(target)
    try:
        part = destination.with_name(f".{destination.name}-{os.getpid()}")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        ox.Store.read_only(str(lease.version.database)).backup(str(part / "rocksdb"))
        _copy_documents(lease.version.path, part)
        _sync(part)
        part.rename(destination)
    except OSError as error:
        raise KgError(f"cannot be written ({error})", where=str(destination)) from error
    finally:
        lease.release()
    return _read_version(destination)


def restore(backup: Path, target: Path, *, keep: int = KEEP) -> Version:
    """Make a backup what `target` serves, as `publish` does: in one step, also while it is served.

    Raises KgError when `backup` is none or cannot be read, PublishingInProgress as `publish`.
    """
    try:
        saved = _read_version(backup)
        if len(ox.Store.read_only(str(saved.database))) != saved.quads + saved.triples:
            raise ValueError("statements are missing")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise KgError(f"is no complete backup ({error})", where=str(backup)) from None
    try:
        (target / "versions").mkdir(parents=True, exist_ok=True)
        with _publishing(target):
            _clear_leftovers(target)
            final = target / "versions" / saved.id
            if not final.exists():
                building = target / "versions" / f".building-{os.getpid()}"
                building.mkdir()
                shutil.copytree(saved.database, building / "rocksdb")
                _copy_documents(backup, building)
                (building / "lease").touch()
                _sync(building)
                building.rename(final)
                _sync_folder(final.parent)
            version = _read_version(final)
            _note_withdrawn(target, version)
            _point_to(target, version)
            _prune(target, keep)
    except OSError as error:
        raise KgError(f"cannot be restored ({error.strerror or error})", where=str(target)) from error
    return version


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """A private copy of the version `base`: what is written to `database` is seen by nobody until `publish_copy`."""

    target: Path
    base: Version
    path: Path

    @property
    def database(self) -> Path:
        """The folder to open with `pyoxigraph.Store`, for reading and writing."""
        return self.path / "rocksdb"


@contextmanager
def working_copy(target: Path) -> Iterator[WorkingCopy]:
    """A copy of what `target` serves, to change and publish. On one file system it shares the files and takes milliseconds.

    What has not been published when the context ends is removed; if this process dies first, the next publisher does
    it. Raises NoStore when there is nothing to copy, KgError when the disk refuses.
    """
    lease = hold(target)
    name = f"{os.getpid()}-{os.urandom(4).hex()}"
    making, path = (target / "versions" / f"{prefix}-{name}" for prefix in (".new", ".editing"))
    try:
        making.mkdir()
        with (making / "lease").open("wb") as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            making.rename(path)  # only now does anybody take it for a leftover unless it is locked
            ox.Store.read_only(str(lease.version.database)).backup(str(path / "rocksdb"))
            yield WorkingCopy(target, lease.version, path)
    except OSError as error:
        raise KgError(f"cannot be written ({error.strerror or error})", where=str(target)) from error
    finally:
        lease.release()
        for folder in (making, path):
            shutil.rmtree(folder, ignore_errors=True)


def publish_copy(
    copy: WorkingCopy,
    version_id: str,
    *,
    changed: Iterable[str],
    reports: Mapping[str, str],
    shrunk: Iterable[str] | None = None,
    keep: int = KEEP,
    patience: float = 60.0,
) -> Version:
    """Make a working copy, whose database has been closed, what its folder serves, in one step.

    `changed` names the graphs that differ from the base, `shrunk` the things that lost statements, where that is known.
    While another process publishes it waits, for `patience`
    seconds at most. Raises Superseded when something else than the base is served by then, PublishingInProgress when
    the other does not finish, KgError when the disk refuses; in each case readers keep what they had.
    """
    base = copy.base
    try:
        facts = {
            "id": version_id,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            **_facts(ox.Store.read_only(str(copy.database))),
            "origin": base.origin or base.id,
            "changed": {**base.changed, **dict.fromkeys(changed, version_id)},
        }
        (copy.path / "version.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
        write_reports(copy.path, reports)
        _sync(copy.path)
        with _publishing(copy.target, patience):
            if current_version(copy.target).path != base.path:
                raise Superseded("something else has been published meanwhile", where=str(copy.target))
            _clear_leftovers(copy.target)
            final = copy.target / "versions" / version_id
            if final.exists():  # the same change to the same base, made before and then taken back
                write_reports(final, reports)
            else:
                copy.path.rename(final)
            _sync_folder(final.parent)
            version = _read_version(final)
            _note_withdrawn(copy.target, version, shrunk)
            _point_to(copy.target, version)
            _prune(copy.target, keep)
    except OSError as error:
        raise KgError(f"cannot be published ({error.strerror or error})", where=str(copy.target)) from error
    return version


def clear_abandoned(target: Path) -> None:
    """Remove working copies whose process has ended without doing so."""
    for path in (target / "versions").glob(".editing-*"):
        if not _in_use(path):
            shutil.rmtree(path, ignore_errors=True)


def write_reports(folder: Path, reports: Mapping[str, str]) -> None:
    """Write the reports (by form, see REPORTS) beside a version, each in one step."""
    for form, text in reports.items():
        file = folder / REPORTS[form]
        part = file.with_name(f".{file.name}-{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(file)


# --- private helpers ---

_held: list[Lease] = []


@contextmanager
def _publishing(target: Path, patience: float = 0.0) -> Iterator[None]:
    end = time.monotonic() + patience
    with (target / "lock").open("ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise PublishingInProgress(
                        "another process is publishing here",
                        where=str(target),
                        hint="Wait until it has finished, then try again.",
                    ) from None
                time.sleep(0.05)
        yield


def _published(
    target: Path,
    complete: Callable[[], tuple[Version, Iterable[str] | None]],
    keep: int,
    reports: Mapping[str, str] | None,
) -> Version:
    """The version that `complete` makes, served from now on; with it come the things that can have gone, if known."""
    try:
        (target / "versions").mkdir(parents=True, exist_ok=True)
        with _publishing(target):
            _clear_leftovers(target)
            version, shrunk = complete()
            write_reports(version.path, reports or {})
            _note_withdrawn(target, version, shrunk)
            _point_to(target, version)
            _prune(target, keep)
    except OSError as error:
        raise KgError(f"cannot be published ({error.strerror or error})", where=str(target)) from error
    return version


def _complete(target: Path, quads: bytes | Iterable[bytes] | Iterable[ox.Quad], given: str | None) -> Version:
    """The version as a finished folder, built unless it is there already."""
    if isinstance(quads, bytes):
        identity = given or _identity(quads.splitlines())
        source: Iterable[ox.Quad] = _parsed(quads)
    elif given:
        identity, source = given, _as_quads(quads)
    else:
        source = list(_as_quads(quads))
        identity = _identity(f"{quad} .".encode() for quad in source)
    final = target / "versions" / identity
    if given is None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            return _read_version(final)
    elif final.exists():
        raise KgError("there is a version of that name", where=str(final))
    return _made(target, identity, lambda folder: _load(folder, source))


def _complete_graphs(target: Path, graphs: Mapping[str, GraphText]) -> tuple[Version, Iterable[str] | None]:
    """The version as a finished folder, built unless it is there already: from the served one where little differs. And
    the things that have lost statements by that, where it is known.
    """
    digests = {name: graph.digest for name, graph in graphs.items()}
    identity = dataset_id(digests)
    with suppress(OSError, ValueError, KeyError, TypeError):
        return _read_version(target / "versions" / identity), None
    with suppress(NoStore):
        lease = hold(target)
        try:
            former = delta.digests_of(lease.version.path)
            if former and lease.version.origin == lease.version.id and delta.is_small(former, graphs):
                with suppress(delta.NotPossible):
                    base = lease.version
                    facts = {"quads": base.quads, "triples": base.triples, "graphs": base.graphs}

                    shrunk: set[str] = set()

                    def change(folder: Path) -> dict[str, Any]:
                        found, lost = delta.apply(base.database, folder, former, graphs, facts)
                        shrunk.update(lost)
                        return found

                    return _made(target, identity, change, digests), shrunk
        finally:
            lease.release()
    return _made(target, identity, lambda folder: _load_graphs(folder, graphs), digests), None


def _made(
    target: Path,
    identity: str,
    load: Callable[[Path], dict[str, Any]],
    digests: Mapping[str, str] | None = None,
) -> Version:
    building, final = (target / "versions" / name for name in (f".building-{os.getpid()}", identity))
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    created = datetime.now(UTC).isoformat(timespec="seconds")
    facts = {"id": identity, "created": created, **load(building / "rocksdb")}
    (building / "lease").touch()
    (building / "version.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    if digests is not None:
        delta.write_digests(building, digests)
    _sync(building)
    building.rename(final)
    _sync_folder(final.parent)
    return _read_version(final)


def _identity(lines: Iterable[bytes]) -> str:
    return content_hash(line + b"\n" for line in sorted({line for line in lines if line.strip()}))


def _parsed(text: bytes) -> Iterator[ox.Quad]:
    try:
        yield from ox.parse(text, format=ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        raise KgError(
            f"is no N-Quads ({error.msg})", where=f"line {error.lineno}" if error.lineno else None
        ) from None


def _as_quads(pieces: Iterable[bytes] | Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    for piece in pieces:
        if isinstance(piece, bytes):
            yield from _parsed(piece)
        else:
            yield piece


def _load(folder: Path, quads: Iterable[ox.Quad]) -> dict[str, Any]:
    store = ox.Store(str(folder))
    default = ox.DefaultGraph()

    def with_merge() -> Iterator[ox.Quad]:
        # A store is a set of quads: a triple of several graphs is in the default graph once.
        for quad in quads:
            yield quad
            if quad.graph_name != default:
                yield ox.Quad(quad.subject, quad.predicate, quad.object, default)

    store.bulk_extend(with_merge())
    store.flush()
    store.optimize()
    return _facts(store)


def _load_graphs(folder: Path, graphs: Mapping[str, GraphText]) -> dict[str, Any]:
    """Fills a database from files: the engine reads those by itself, several times faster than objects made here."""
    store = ox.Store(str(folder))
    batch = folder.with_name("batch.nq")
    waiting = iter(graphs.items())
    while _write_batch(batch, waiting):
        store.bulk_load(path=str(batch), format=ox.RdfFormat.N_QUADS)
    batch.unlink()
    store.flush()
    store.optimize()
    return _facts(store)


def _write_batch(file: Path, waiting: Iterator[tuple[str, GraphText]]) -> int:
    """Each statement in its graph and in the default graph, which is the merge: a store is a set. Returns the bytes."""
    size = 0
    with file.open("wb") as opened:
        for name, graph in waiting:
            ending = b" <" + name.encode() + b"> .\n"
            for line in graph.read().splitlines():
                size += opened.write(line[:-2] + ending)
                size += opened.write(line + b"\n")
            if size >= _BATCH:
                break
    return size


def _facts(store: ox.Store) -> dict[str, Any]:
    triples = _count(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    names = list(store.named_graphs())
    empty = [str(name.value) for name in names if not _has_quads(store, name)]
    facts = {"quads": len(store) - triples, "triples": triples, "graphs": len(names)}
    return {**facts, "empty_graphs": empty} if empty else facts


def _has_quads(store: ox.Store, graph: Any) -> bool:
    return next(iter(store.quads_for_pattern(None, None, None, graph)), None) is not None


def _count(store: ox.Store, query: str) -> int:
    solutions: Any = store.query(query)
    return int(next(solutions)["n"].value)


def _point_to(target: Path, version: Version) -> None:
    os.utime(version.path / "version.json")  # pruning goes by when a version was last made current
    link = target / f".current-{os.getpid()}"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("versions") / version.path.name, target_is_directory=True)
    link.replace(target / "current")
    _sync_folder(target)


def _prune(target: Path, keep: int) -> None:
    served = (target / "current").resolve()
    finished = [path for path in (target / "versions").iterdir() if not path.name.startswith(".")]
    finished.sort(key=lambda path: (path == served, _switched(path)), reverse=True)
    for path in finished[max(keep, 1) :]:
        if not _in_use(path):
            dropped = path.with_name(f".dropped-{path.name}")
            path.rename(dropped)
            shutil.rmtree(dropped, ignore_errors=True)


def _note_withdrawn(target: Path, version: Version, candidates: Iterable[str] | None = None) -> None:
    """Tell the version that is to be served what the served one described."""
    with suppress(NoStore):
        withdrawn.note_withdrawn(current_version(target).path, version.path, candidates)


def _switched(path: Path) -> float:
    try:
        return (path / "version.json").stat().st_mtime
    except OSError:
        return 0.0


def _in_use(path: Path) -> bool:
    try:
        with (path / "lease").open("rb") as lease:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _clear_leftovers(target: Path) -> None:
    """Whoever holds the lock is alone: what is half-built or half-removed now belongs to nobody."""
    for path in (*(target / "versions").glob(".building-*"), *(target / "versions").glob(".dropped-*")):
        shutil.rmtree(path, ignore_errors=True)
    clear_abandoned(target)
    for link in target.glob(".current-*"):
        link.unlink(missing_ok=True)


def _copy_documents(source: Path, target: Path) -> None:
    for name in ("version.json", withdrawn.FILE, delta.FILE, *REPORTS.values()):
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _read_version(path: Path) -> Version:
    facts = json.loads((path / "version.json").read_text(encoding="utf-8"))
    return Version(
        id=str(facts["id"]),
        created=str(facts["created"]),
        quads=int(facts["quads"]),
        triples=int(facts["triples"]),
        graphs=int(facts["graphs"]),
        path=path,
        origin=str(facts.get("origin", facts["id"])),
        changed=dict(facts.get("changed", {})),
        empty_graphs=tuple(facts.get("empty_graphs", ())),
    )


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

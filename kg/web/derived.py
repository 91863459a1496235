"""Files made from a dataset version: complete copies, and the validation report of a version published without one.

Each is made once, when first asked for. A process of its own makes them, since that takes seconds and must not slow down
queries. They are kept in a temporary folder as long as the version is served, and the server runs. What pages cannot do
without (KEPT) is also kept beside a version on this machine, where that can be written: a server that is started again, or a
second one, has it at once, and it goes when the version does.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.settings import Settings
from kg.store.interface import Dataset, ServedVersion
from kg.store.source import reopen

KEPT: Final = frozenset(("answers", "explorer", "figures", "network", "reviews"))
"""Jobs whose files are kept beside the version."""


class CannotMake(Exception):
    """The process that makes the file failed; its reason is in the log."""


class DerivedFiles:
    """The files of the version that was asked for last."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._version = ""
        self._tasks: dict[str, asyncio.Task[Path]] = {}

    async def get(self, version: ServedVersion, name: str, job: str, base_iri: str) -> Path:
        """The file `name`, made by the job of that name in JOBS (with its argument behind a colon).

        A validation report that was stored beside the version is not made again. Raises CannotMake.
        """
        kind, _, form = job.partition(":")
        stored = version.report(form) if kind == "validation" else None
        if stored is not None:
            return stored
        if version.id != self._version:
            self._version = version.id
            self._tasks.clear()
            if self._folder is not None:
                self._folder.cleanup()  # a file that is being sent stays readable until it is closed
            self._folder = tempfile.TemporaryDirectory(prefix="kg-derived-")
        assert self._folder is not None
        task = self._tasks.get(name)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            target = Path(self._folder.name) / name
            task = self._tasks[name] = asyncio.create_task(_make(version, job, target, base_iri))
        # One client that leaves does not stop the work that others wait for.
        return await asyncio.shield(task)

    def made(self, version: ServedVersion, name: str) -> Path | None:
        """The file of that name if it has been made for that version."""
        task = self._tasks.get(name) if version.id == self._version else None
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()


def make(job: str, opening: str, target: Path, base_iri: str) -> None:
    """Make a file here and now (in the process that `DerivedFiles` started for it)."""
    kind, _, argument = job.partition(":")
    JOBS[kind](reopen(opening, Settings()), argument, target, base_iri)


def place_beside(version: ServedVersion, job: str, base_iri: str) -> Path | None:
    """Where the file of a job is kept beside a version; None for a version elsewhere, and for other jobs.

    The name says which program made it, so that a newer one does not read what it does not understand.
    """
    if job not in KEPT or not version.is_local:
        return None
    made_by = hashlib.sha256(f"{_program()} {base_iri}".encode()).hexdigest()[:16]
    return Path(version.opening).parent / "derived" / f"{job}-{made_by}"


# --- private helpers ---


@cache
def _program() -> str:
    """What tells this program's derived documents from another one's: the files that say how they are made."""
    digest = hashlib.sha256()
    for room in ("web", "publishing"):
        for file in sorted((Path(__file__).parents[1] / room).rglob("*")):
            if file.suffix in (".py", ".yaml"):
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _keep(made: Path, beside: Path) -> None:
    """Put a copy of a finished file beside its version; where that cannot be written, it is made again next time."""
    partial = beside.with_name(f".{beside.name}-{os.getpid()}")
    with suppress(OSError):
        beside.parent.mkdir(exist_ok=True)
        shutil.copyfile(made, partial)
        partial.replace(beside)
        for older in beside.parent.glob(beside.name.rpartition("-")[0] + "-*"):
            if older != beside:
                older.unlink()


async def _make(version: ServedVersion, job: str, target: Path, base_iri: str) -> Path:
    beside = place_beside(version, job, base_iri)
    if beside is not None and beside.is_file():
        return beside
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kg.web.derived", job, version.opening, str(target), base_iri
    )
    try:
        code = await process.wait()
    except BaseException:
        process.kill()
        raise
    if code != 0:
        raise CannotMake(f"making {target.name} ended with exit code {code}")
    if beside is not None:
        await asyncio.to_thread(_keep, target, beside)
    return target


def _dump(store: Dataset, format_name: str, target: Path, base_iri: str) -> None:
    from kg.publishing.exports import export

    _pack(export(store, format_name, target.with_name(target.name + ".plain"), base_iri), target)


def _country(store: Dataset, argument: str, target: Path, base_iri: str) -> None:
    from kg.publishing.country import export_country

    iso3, _, form = argument.partition(":")
    _pack(export_country(store, iso3, form, target.with_name(target.name + ".plain"), base_iri), target)


def _table(store: Dataset, name: str, target: Path, base_iri: str) -> None:
    from kg.publishing.exports import write_table

    partial = target.with_name(target.name + ".partial")
    with partial.open("wb") as file:
        write_table(store, name, file, base_iri)
    partial.replace(target)


def _pack(plain: Path, target: Path) -> None:
    """Move a finished file to its place, compressed where the name of that says so."""
    if target.suffix != ".gz":
        plain.replace(target)
        return
    partial = target.with_name(target.name + ".partial")
    with plain.open("rb") as source, gzip.GzipFile(partial, "wb", compresslevel=6, mtime=0) as packed:
        shutil.copyfileobj(source, packed, 1024 * 1024)
    plain.unlink()
    partial.replace(target)


def _network(store: Dataset, argument: str, target: Path, base_iri: str) -> None:
    from kg.web.network_data import write

    write(store, argument, target, base_iri)


def _validation(store: Dataset, form: str, target: Path, base_iri: str) -> None:
    from rdflib import Graph

    from kg.iris import Iris
    from kg.store.remote import RemoteDataset
    from kg.validation import load_shapes, validate

    partial = target.with_name(target.name + ".partial")
    if isinstance(store, RemoteDataset) and (kept := store.report(form)) is not None:
        partial.write_text(kept, encoding="utf-8")
        partial.replace(target)
        return
    iris = Iris(base_iri)
    apart = (str(iris.ontology_graph), str(iris.inferred_graph))

    def graph(names: list[str]) -> Graph:
        found = Graph()
        for name in names:
            triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name)))
            text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
            found.parse(data=text, format="nt")
        return found

    stated = [name.value for name in store.named_graphs() if name.value not in apart]
    report = validate(graph(stated), graph([apart[1]]), load_shapes())
    partial.write_text(report.to_turtle() if form == "turtle" else report.to_json(), encoding="utf-8")
    partial.replace(target)


def _explorer(store: Dataset, _: str, target: Path, base_iri: str) -> None:
    from kg.web.explorer.snapshot import write_snapshot

    write_snapshot(store, target, base_iri)


def _figures(store: Dataset, _: str, target: Path, __: str) -> None:
    from kg.web.figures import write

    write(store, target)


def _reviews(store: Dataset, _: str, target: Path, base_iri: str) -> None:
    from kg.web.explorer.reviews import write_reviews

    write_reviews(store, target, base_iri)


def _answers(store: Dataset, _: str, target: Path, base_iri: str) -> None:
    from kg.web.kept_answers import write_answers

    write_answers(store, target, base_iri)


JOBS: Final[dict[str, Callable[[Dataset, str, Path, str], None]]] = {
    "answers": _answers,
    "country": _country,
    "dump": _dump,
    "explorer": _explorer,
    "figures": _figures,
    "network": _network,
    "reviews": _reviews,
    "table": _table,
    "validation": _validation,
}
"""What makes a file out of an opened store, an argument, where to write it, and the base of data IRIs."""


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])

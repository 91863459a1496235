"""`kg backup` and `kg restore`: what a store serves as one file, and back, also while it is served."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import typer

from kg.cli.terminal import JsonOption, StoreOption, console, embedded, print_json, progress
from kg.errors import KgError
from kg.store import Version, back_up, restore

INSIDE = "digigov"
"""The folder in the archive."""


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command("restore")(restore_from)


def backup(
    file: Annotated[
        Path, typer.Argument(help="The file to write; .tar.gz or .tgz is compressed, .tar is not.")
    ],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what the store serves, with its validation report, to one file. The store may be served meanwhile.

    An existing file is replaced when the new one is complete.
    """
    source = embedded(store)
    mode = _mode(file)
    with (
        progress() as step,
        tempfile.TemporaryDirectory(dir=_folder_of(file), prefix=".kg-backup-") as folder,
    ):
        step("Taking a snapshot")
        version = back_up(source, Path(folder) / INSIDE)
        step("Writing the file")
        part = Path(folder) / "archive"
        try:
            with tarfile.open(part, mode) as archive:
                archive.add(Path(folder) / INSIDE, arcname=INSIDE)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(file)
        except OSError as error:
            raise KgError(f"cannot be written ({error.strerror or error})", where=str(file)) from None
    _tell("Backed up", version, file, as_json)


def restore_from(
    file: Annotated[Path, typer.Argument(help="A file that `kg backup` wrote.")],
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a backup what the store serves, in one step. A running server goes over to it without losing a request."""
    target = embedded(store)
    target.mkdir(parents=True, exist_ok=True)
    with progress() as step, tempfile.TemporaryDirectory(dir=target, prefix=".restoring-") as folder:
        step("Reading the file")
        try:
            with tarfile.open(file) as archive:
                _unpack(archive, Path(folder))
        except (OSError, EOFError, tarfile.TarError) as error:
            raise KgError(f"cannot be read as a backup ({error})", where=str(file)) from None
        step("Publishing")
        try:
            version = restore(Path(folder) / INSIDE, target)
        except KgError as error:
            # The folder it was unpacked to says nothing to anybody.
            where = str(file) if error.where and error.where.startswith(folder) else error.where
            raise KgError(error.message, where=where, hint=error.hint) from None
    _tell("Restored", version, file, as_json)


# --- private helpers ---


def _mode(file: Path) -> Literal["w", "w:gz"]:
    name = file.name.lower()
    if name.endswith((".tar.gz", ".tgz")):
        return "w:gz"
    if name.endswith(".tar"):
        return "w"
    raise KgError("is no name for a backup", where=str(file), hint="End it in .tar.gz, .tgz or .tar.")


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Plain files of the backup's own folder and nothing else: an archive may come from anywhere."""
    for member in archive:
        parts = PurePosixPath(member.name).parts
        content = archive.extractfile(member) if member.isfile() else None
        if content is None or not parts or parts[0] != INSIDE or ".." in parts:
            continue
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(content, file)


def _folder_of(file: Path) -> Path:
    folder = file.parent
    if not folder.is_dir():
        raise KgError("there is no such folder", where=str(folder), hint="Make it first.")
    if file.is_dir():
        raise KgError("is a folder", where=str(file), hint="Give the name of a file.")
    return folder


def _tell(done: str, version: Version, file: Path, as_json: bool) -> None:
    if as_json:
        print_json(
            {"file": str(file), "version": version.id, "created": version.created, "quads": version.quads}
        )
    else:
        console.print(
            f"{done} version {version.id[:12]} ({version.quads:,} statements): {file}", markup=False
        )

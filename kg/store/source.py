"""The store that the settings name: a folder, or a SPARQL server."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.errors import KgError
from kg.settings import Settings
from kg.store.embedded import Lease, hold, open_store
from kg.store.interface import Dataset, Held, Source
from kg.store.remote import RemoteDataset, RemoteSource


def source_of(settings: Settings) -> Source:
    """Where the settings say that versions come from."""
    return RemoteSource(settings) if settings.store_is_remote else EmbeddedSource(settings.store_path)


def open_dataset(settings: Settings) -> Dataset:
    """The current version, open for reading for the life of this process.

    Raises NoStore when there is none, KgError when it cannot be opened or reached.
    """
    if settings.store_is_remote:
        return reopen(RemoteSource(settings).hold().version.opening, settings)
    return open_store(settings.store_path)


def reopen(opening: str, settings: Settings) -> Dataset:
    """The version that `ServedVersion.opening` stands for, in another process. Credentials come from the settings."""
    if opening.startswith("{"):
        return RemoteDataset.reopen(opening, settings)
    try:
        return ox.Store.read_only(opening)
    except (OSError, RuntimeError) as error:
        raise KgError(f"cannot be opened ({error})", where=opening) from error


class EmbeddedSource:
    """The versions in a folder (`kg.store.embedded`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hold(self) -> Lease:
        return hold(self._folder)

    def current(self) -> str:
        return str((self._folder / "current").resolve())

    def fingerprint(self, held: Held) -> str:
        assert isinstance(held, Lease)
        return str(held.version.path)

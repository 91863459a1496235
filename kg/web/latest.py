"""A document derived from the dataset version that is served: made anew whenever that changes, without anybody waiting long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from kg.store.interface import ServedVersion
from kg.web.derived import CannotMake, DerivedFiles
from kg.web.problems import Problem

PATIENCE: Final = 2.0
"""Seconds that a page waits for the document of a new version when there is one of the version before."""

T = TypeVar("T")


class Latest(Generic[T]):
    """What `read` makes of the file of a derived job (kg.web.derived), for the version that `served` tells.

    After an update, pages show what was before for as long as the new one takes longer than PATIENCE to make.
    """

    def __init__(
        self, served: Callable[[], ServedVersion | None], base_iri: str, job: str, read: Callable[[Path], T]
    ) -> None:
        self._served = served
        self._base_iri = base_iri
        self._job = job
        self._read = read
        self._files = DerivedFiles()
        self._known: tuple[ServedVersion, T] | None = None
        self._making: tuple[str, asyncio.Task[tuple[ServedVersion, T]]] | None = None

    def prepare(self, version: ServedVersion) -> asyncio.Task[tuple[ServedVersion, T]]:
        """Begin to make the document of a version before somebody asks for it.

        One is made at a time: of versions that follow each other quickly, those in between are left out.
        """
        if self._making is not None:
            begun, task = self._making
            failed = task.done() and (task.cancelled() or task.exception() is not None)
            if not task.done() or (begun == version.id and not failed):
                return task
        task = asyncio.create_task(self._make(version))
        self._making = version.id, task
        return task

    async def current(self) -> tuple[ServedVersion, T]:
        """The document, and the version that it is of.

        Raises Problem when nothing is served yet, or the document cannot be made.
        """
        version = self._served()
        if version is None:
            raise Problem(
                503, "not-ready", "Nothing has been published yet", "Try again in a moment.",
                headers={"Retry-After": "5"},
            )  # fmt: skip
        known = self._known
        if known is not None and known[0].id == version.id:
            return known
        making = self.prepare(version)
        if known is not None:
            await asyncio.wait({making}, timeout=PATIENCE)
            if not making.done() or making.exception() is not None:
                return known
        try:
            return await asyncio.shield(making)  # a client that leaves does not stop what others wait for
        except CannotMake:
            raise Problem(
                503, "not-made", "This page could not be made", "The server's log says why."
            ) from None

    def ready(self) -> T | None:
        """The document of exactly the version that is served. None where it has not been made: then making it is begun."""
        version = self._served()
        if version is None:
            return None
        if self._known is not None and self._known[0].id == version.id:
            return self._known[1]
        self.prepare(version).add_done_callback(_observed)
        return None

    def stop(self) -> None:
        """End what is being made."""
        if self._making is not None:
            self._making[1].cancel()

    async def _make(self, version: ServedVersion) -> tuple[ServedVersion, T]:
        path = await self._files.get(version, self._job, self._job, self._base_iri)
        known = version, await asyncio.to_thread(self._read, path)
        self._known = known
        return known


# --- private helpers ---


def _observed(task: asyncio.Task[Any]) -> None:
    """Nobody waits for this task: that it failed is in the log of the process that it started."""
    if not task.cancelled():
        task.exception()

"""How much a document may ask of the machine, and the refusal when it asks for more or cannot be read."""

from __future__ import annotations

import time
from dataclasses import dataclass

from kg.errors import KgError

MEGABYTE = 1024 * 1024


class UnreadableDocument(KgError):
    """The file is not a document we can read; says which file, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that a hostile or broken file may not exceed. The defaults fit a long questionnaire many times over."""

    max_bytes: int = 25 * MEGABYTE
    max_pages: int = 500
    max_decompressed_bytes: int = 200 * MEGABYTE
    max_ratio: float = 200.0
    """Decompressed to compressed size; looked at only once RATIO_FLOOR bytes have come out."""
    max_seconds: float = 60.0


RATIO_FLOOR = 10 * MEGABYTE
"""Text of a small file may well compress a thousandfold; below this size the ratio says nothing."""


class Deadline:
    """The end of the time a document may take. Readers call `check` between pages and elements."""

    def __init__(self, name: str, seconds: float) -> None:
        self._name = name
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises UnreadableDocument when the time is over."""
        if time.monotonic() > self._end:
            raise UnreadableDocument(
                f"reading took longer than {self._seconds:g} seconds",
                where=self._name,
                hint="Split the document, or raise the time limit.",
            )

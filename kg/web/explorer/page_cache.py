"""Finished pages of one dataset version: what a reader asked for is not made again for the next one like them.

A page depends on the version, its address (with the host, where it shows that), its form, and the reader's language and
theme, and on nothing else; so it is kept under these, with its compressed forms, until newer ones need the room.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

Key = tuple[str, ...]

ROOM: Final = 32 * 1024 * 1024
"""Bytes of pages kept."""
LARGEST: Final = 2 * 1024 * 1024


@dataclass(slots=True)
class Kept:
    """A page: its body, its media type, and the body in the content codings that clients asked for so far."""

    body: bytes
    media_type: str
    headers: dict[str, str] = field(default_factory=dict)
    compressed: dict[str, bytes] = field(default_factory=dict)


class PageCache:
    """Pages by key, those asked for last."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._taken = 0
        self._pages: OrderedDict[Key, Kept] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        kept = self._pages.get(key)
        if kept is not None:
            self._pages.move_to_end(key)
        return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keep a page; the compressed forms count for a third of it, before they are made."""
        if len(kept.body) > LARGEST or key in self._pages:
            return
        self._pages[key] = kept
        self._taken += _size(kept)
        while self._taken > self._room:
            _, oldest = self._pages.popitem(last=False)
            self._taken -= _size(oldest)

    def clear(self) -> None:
        self._pages.clear()
        self._taken = 0


# --- private helpers ---


def _size(kept: Kept) -> int:
    return len(kept.body) * 4 // 3

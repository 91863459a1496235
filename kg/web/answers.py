"""Finished answers, kept as long as the dataset version they belong to is served, least recently used out first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 256 * 1024
"""Bytes above which an answer is not kept: it would push out many others."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A complete response: its kind of result (for the metrics), headers and body."""

    kind: str
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Answers:
    """A cache bounded by bytes. It empties itself when the version changes."""

    def __init__(self, mebibytes: int) -> None:
        self._room = mebibytes * 1024 * 1024
        self._used = 0
        self._version = ""
        self._kept: OrderedDict[Hashable, KeptAnswer] = OrderedDict()

    def get(self, version: str, key: Hashable) -> KeptAnswer | None:
        if version != self._version:
            self._kept.clear()
            self._used = 0
            self._version = version
            return None
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    def put(self, version: str, key: Hashable, answer: KeptAnswer) -> None:
        size = _size(answer)
        if version != self._version or size > min(LARGEST, self._room) or key in self._kept:
            return
        self._kept[key] = answer
        self._used += size
        while self._used > self._room:
            _, dropped = self._kept.popitem(last=False)
            self._used -= _size(dropped)


def _size(answer: KeptAnswer) -> int:
    return len(answer.body) + 1024  # headers, key and bookkeeping

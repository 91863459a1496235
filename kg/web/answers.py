"""Finished answers, kept as long as the dataset version they belong to is served, least recently used out first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

LARGEST: Final = 256 * 1024
"""Bytes above which an answer is not kept: it would push out many others."""


Fields = list[tuple[bytes, bytes]]
"""Header fields as ASGI has them."""


@dataclass(slots=True)
class Reply:
    """A complete response, of which `lines` is made once for all requests that get the same one."""

    status: int
    fields: Fields
    body: bytes
    _lines: bytes = b""

    @property
    def lines(self) -> bytes:
        """The header fields and the length of the body as HTTP/1.1 writes them."""
        if not self._lines:
            fields = self.fields
            if self.status not in (204, 304):
                fields = [*fields, (b"content-length", b"%d" % len(self.body))]
            self._lines = b"".join(b"%b: %b\r\n" % field for field in fields)
        return self._lines


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer: its kind of result (for the metrics), headers and body; `replies` are the responses made of it."""

    kind: str
    headers: Fields
    body: bytes
    replies: dict[tuple[int, str], Reply] = field(default_factory=dict, compare=False)

    def reply(self, status: int, tag: str, fields: Fields) -> Reply:
        """The response with this status and further fields, which depend on status and entity tag only."""
        known = self.replies.get((status, tag))
        if known is None:
            if (
                len(self.replies) > 3
            ):  # with and without a tag, 200 and 304: there are not more for one question
                self.replies.clear()
            whole = [*self.headers, *fields] if status == 200 else fields
            known = self.replies[status, tag] = Reply(status, whole, self.body if status == 200 else b"")
        return known


class Answers:
    """A cache bounded by bytes. It empties itself when the version changes."""

    def __init__(self, mebibytes: int) -> None:
        self._room = mebibytes * 1024 * 1024
        self._used = 0
        self._version = ""
        self._kept: OrderedDict[Hashable, tuple[KeptAnswer, int]] = OrderedDict()

    def get(self, version: str, key: Hashable) -> KeptAnswer | None:
        if version != self._version:
            self._kept.clear()
            self._used = 0
            self._version = version
            return None
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, version: str, key: Hashable, answer: KeptAnswer, key_bytes: int) -> None:
        """Keep an answer if there is room for it and for its key, which takes `key_bytes`: a question may be long."""
        size = len(answer.body) + key_bytes + 1024  # headers and bookkeeping
        if version != self._version or size > min(LARGEST, self._room) or key in self._kept:
            return
        self._kept[key] = answer, size
        self._used += size
        while self._used > self._room:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._used -= dropped

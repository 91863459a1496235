"""What server and query processes say to each other: frames of one kind byte, four bytes of length, and a payload.

The server sends `QUERY`. A worker answers `READY` once at its start, then per query either `FAILED`, or `HEAD`, any
number of `DATA`, and `END` (or `FAILED` after all, when it goes wrong midway).

A short query takes less time than JSON takes to describe it, so what every query needs has forms that are quicker: the
query itself is marshalled (the worker trusts the server), `HEAD` is words, `END` one byte. `READY` and `FAILED` are JSON.
"""

from __future__ import annotations

import json
import marshal
import struct
from functools import lru_cache
from typing import Any, Final

QUERY: Final = ord("Q")
READY: Final = ord("R")
HEAD: Final = ord("H")
DATA: Final = ord("D")
END: Final = ord("E")
FAILED: Final = ord("F")

HEADER: Final = struct.Struct(">BI")


def frame(kind: int, payload: bytes = b"") -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def json_frame(kind: int, document: Any) -> bytes:
    return frame(kind, json.dumps(document, separators=(",", ":")).encode())


def query_frame(request: dict[str, Any]) -> bytes:
    return frame(QUERY, marshal.dumps(request))


def query(payload: bytes) -> dict[str, Any]:
    """The request of a `QUERY` frame."""
    request: dict[str, Any] = marshal.loads(payload)  # noqa: S302 - from the server that started this process
    return request


def head_frame(kind: str, format_name: str, encoding: str | None) -> bytes:
    return frame(HEAD, f"{kind} {format_name} {encoding or '-'}".encode())


@lru_cache(maxsize=128)
def head(payload: bytes) -> dict[str, Any]:
    """What a `HEAD` frame says: kind, format, and encoding or None. Shared: not to be changed."""
    kind, format_name, encoding = payload.decode("ascii").split(" ")
    return {"kind": kind, "format": format_name, "encoding": None if encoding == "-" else encoding}


def end_frame(*, retire: bool) -> bytes:
    return frame(END, b"\1" if retire else b"\0")

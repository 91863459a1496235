"""What server and query processes say to each other: frames of one kind byte, four bytes of length, and a payload.

The server sends `QUERY`. A worker answers `READY` once at its start, then per query either `FAILED`, or `HEAD`, any
number of `DATA`, and `END` (or `FAILED` after all, when it goes wrong midway). All payloads but `DATA` are JSON.
"""

from __future__ import annotations

import json
import struct
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

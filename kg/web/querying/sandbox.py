"""What a query process may not do: take all memory, or talk to the network.

SERVICE is refused before a query gets here (kg/web/syntax.py); that the process cannot open a socket is the second lock
on the same door. Memory is bounded by address space, the one bound that makes an allocation fail at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import platform
import resource
import struct
import sys
from pathlib import Path


def limit_memory(mebibytes: int) -> None:
    """Bound this process to `mebibytes` beyond what it has now, where the platform enforces it (Linux)."""
    if not sys.platform.startswith("linux"):
        return
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    limit = now + mebibytes * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def forbid_sockets() -> None:
    """Make socket(2) fail with EACCES from now on, by a seccomp filter, where the kernel offers it.

    Sockets that are open already keep working. Silently does nothing elsewhere.
    """
    machine = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}.get(platform.machine())
    if not sys.platform.startswith("linux") or machine is None or sys.maxsize < 2**32:
        return
    architecture, socket_call = machine
    load, equal, answer = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
    allow, refuse = 0x7FFF0000, 0x00050000 | 13  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO | EACCES
    program = b"".join(
        struct.pack("HBBI", code, if_true, if_false, operand)
        for code, if_true, if_false, operand in (
            (load, 0, 0, 4),  # seccomp_data.arch
            (equal, 0, 3, architecture),
            (load, 0, 0, 0),  # seccomp_data.nr
            (equal, 0, 1, socket_call),
            (answer, 0, 0, refuse),
            (answer, 0, 0, allow),
        )
    )
    buffer = ctypes.create_string_buffer(program, len(program))
    filter_ = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    )
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
        if libc.prctl(no_new_privileges, 1, 0, 0, 0) == 0:
            libc.prctl(set_seccomp, filter_mode, filter_, 0, 0)

"""What a query process may not do: take all memory, or talk to the network.

SERVICE is refused before a query gets here (kg/web/syntax.py); that the process cannot open a socket is the second lock
on the same door. A query that may ask listed endpoints reaches one port, behind which they are asked for it. Memory is bounded by address space, the one bound that makes an allocation fail at once.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
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


def connect_only_to(port: int) -> None:
    """Let TCP connections from now on go to `port` only, by Landlock where the kernel has it (Linux 6.7 and newer).

    Silently does nothing elsewhere: then the queries that are let through (kg/web/federation.py) are the only lock.
    """
    if not sys.platform.startswith("linux"):
        return
    create_ruleset, add_rule, restrict_self = 444, 445, 446
    rule_net_port, version_flag, bind_and_connect, connect = 2, 1, 3, 2
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syscall(create_ruleset, None, ctypes.c_size_t(0), version_flag) < 4:
            return
        attributes = struct.pack("QQ", 0, bind_and_connect)  # handled_access_fs, handled_access_net
        rules = libc.syscall(create_ruleset, attributes, ctypes.c_size_t(len(attributes)), 0)
        if rules < 0:
            return
        rule = struct.pack("QQ", connect, port)  # landlock_net_port_attr
        no_new_privileges = 38
        if (
            libc.syscall(add_rule, rules, rule_net_port, rule, 0) == 0
            and libc.prctl(no_new_privileges, 1, 0, 0, 0) == 0
        ):
            libc.syscall(restrict_self, rules, 0)
        os.close(rules)


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

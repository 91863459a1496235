"""Fair shares: how many queries a client may have running or waiting, and how many requests it may make per minute.

A client is an IP address (for IPv6 its /64 network, which is what one subscriber has).
"""

from __future__ import annotations

import ipaddress
import time
from collections import Counter, OrderedDict
from functools import lru_cache

from starlette.types import Scope

from kg.web.problems import Problem


@lru_cache(maxsize=4096)
def _key(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return address


def client_of(scope: Scope) -> str:
    """Whom a request is counted for."""
    client = scope.get("client")
    return _key(client[0]) if client else ""


class Limits:
    """Counts per client; `enter` and `leave` frame each query."""

    def __init__(self, per_client: int, total: int, requests_per_minute: int) -> None:
        self._per_client = per_client
        self._total = total
        self._per_minute = requests_per_minute
        self._running: Counter[str] = Counter()
        self._active = 0
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def enter(self, client: str) -> None:
        """Count a query in. Raises Problem (429) when the client, or the server as a whole, has too many."""
        if self._running[client] >= self._per_client:
            raise too_many(
                f"You have {self._per_client} queries running or waiting, as many as one client may."
            )
        if self._active >= self._total:
            raise too_many(f"The server has {self._total} queries running or waiting, as many as it takes.")
        self._running[client] += 1
        self._active += 1

    def leave(self, client: str) -> None:
        self._active -= 1
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]

    def request(self, client: str) -> None:
        """Count a request against the rate. Raises Problem (429) when it is exceeded; bursts of a tenth are free."""
        if not self._per_minute:
            return
        now = time.monotonic()
        full = max(1.0, self._per_minute / 10)
        tokens, at = self._buckets.pop(client, (full, now))
        tokens = min(full, tokens + (now - at) * self._per_minute / 60)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        while len(self._buckets) > 10_000:
            self._buckets.popitem(last=False)
        if not allowed:
            wait = max(1, round((1 - tokens) * 60 / self._per_minute))
            raise too_many(f"More than {self._per_minute} requests per minute.", retry_after=wait)


def too_many(detail: str, retry_after: int = 1) -> Problem:
    return Problem(
        429,
        "too-many-requests",
        "Too many requests",
        f"{detail} Try again in {retry_after} s.",
        headers={"Retry-After": str(retry_after)},
    )

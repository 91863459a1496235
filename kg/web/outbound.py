"""Requests that the server makes on behalf of others (SERVICE, LOAD): only to listed places, never into its own network.

A name is looked up once, each address it stands for is checked, and the connection goes to the checked address: a name
that is answered differently the next moment (DNS rebinding) gains nothing. Redirects are followed only to listed places.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore

REDIRECTS: Final = 3
RDF_TYPES: Final = (
    "text/turtle, application/n-triples, application/rdf+xml;q=0.9, application/ld+json;q=0.8, */*;q=0.1"
)
_PORTS: Final = {"http": 80, "https": 443}


class NotFetched(Exception):
    """Why there is no response, as a part of a sentence: "it is not on the list"."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a URL gave in the end: `url` is the last one after redirects."""

    url: str
    media_type: str
    body: bytes


class Outbound:
    """The way out, limited to `allowed`: beginnings of URLs (KG_SERVICE_ALLOWLIST)."""

    def __init__(self, allowed: Iterable[str], timeout: float = 60.0) -> None:
        self._allowed = [_split(entry) for entry in allowed]
        self._timeout = timeout
        literal = {entry.hostname or "" for entry in self._allowed if _literal(entry.hostname or "")}
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=32,
            max_keepalive_connections=0,
            network_backend=_CheckedBackend(literal),
        )

    def listed(self, url: str) -> bool:
        """Whether a URL begins like an entry: the same scheme, host and port, and a path that begins alike."""
        try:
            parts = _split(url)
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None or "\\" in url or _climbs(parts.path):
            return False
        return any(
            _origin(parts) == _origin(entry) and _begins(parts.path or "/", entry.path or "/")
            for entry in self._allowed
        )

    async def get(self, url: str, limit: int) -> Document:
        """The document at `url`, of at most `limit` bytes. Raises NotFetched."""
        async with self.request("GET", url, {"Accept": RDF_TYPES}) as (final, response):
            if response.status != 200:
                raise NotFetched(f"the answer was {response.status}")
            parts: list[bytes] = []
            size = 0
            async for part in response.aiter_stream():
                size += len(part)
                if size > limit:
                    raise NotFetched(f"it is longer than {limit:,} bytes")
                parts.append(part)
            return Document(final, media_type_of(response), b"".join(parts))

    @asynccontextmanager
    async def request(
        self, method: str, url: str, headers: dict[str, str], body: bytes = b""
    ) -> AsyncIterator[tuple[str, httpcore.Response]]:
        """The response, to be read inside the context, and the URL that it is from. Raises NotFetched."""
        for _ in range(REDIRECTS + 1):
            if not self.listed(url):
                raise NotFetched(
                    f"<{url}> is not on the list of places that may be asked (KG_SERVICE_ALLOWLIST)"
                )
            try:
                async with self._pool.stream(
                    method, url, headers=_fields(url, headers), content=body, extensions=self._extensions()
                ) as response:
                    target = _redirect(response, method)
                    if target is None:
                        yield url, response
                        return
                    url = urljoin(url, target)
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
                raise NotFetched(
                    f"<{url}> cannot be reached ({str(error) or type(error).__name__})"
                ) from None
            except (httpcore.UnsupportedProtocol, ssl.SSLError, UnicodeError, ValueError) as error:
                raise NotFetched(f"<{url}> cannot be asked ({error})") from None
        raise NotFetched(f"it is redirected more than {REDIRECTS} times")

    async def close(self) -> None:
        await self._pool.aclose()

    def _extensions(self) -> dict[str, Any]:
        return {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._timeout)}


def media_type_of(response: httpcore.Response) -> str:
    """The Content-Type without parameters, in lower case."""
    for name, value in response.headers:
        if name.lower() == b"content-type":
            return str(value, "latin-1").partition(";")[0].strip().lower()
    return ""


def forbidden(address: str) -> bool:
    """Whether an address belongs to this machine, a private or otherwise special network (RFC 6890)."""
    try:
        parsed: Any = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(parsed, ipaddress.IPv6Address):
        inside = parsed.ipv4_mapped or parsed.sixtofour or _embedded(parsed)
        if inside is not None:
            parsed = inside
    return bool(not parsed.is_global or parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


# --- private helpers ---


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that have been checked, never to names."""

    def __init__(self, literal: set[str]) -> None:
        self._literal = literal
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = [host] if host in self._literal else await _looked_up(host, port)
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("no sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _looked_up(host: str, port: int) -> Sequence[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(f"the name is not known: {error.strerror or error}") from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    # One bad address is enough to refuse: a name that is at home in both networks is not to be trusted.
    if not addresses or any(forbidden(address) for address in addresses):
        raise httpcore.ConnectError("its address belongs to this machine or to a private network")
    return addresses


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a NAT64 address (RFC 6052)."""
    if address in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"'{url}' is no http(s) URL")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS[parts.scheme]


def _climbs(path: str) -> bool:
    """Whether a path has dot segments, plain or percent-encoded, which a server may resolve to somewhere else."""
    plain = path.lower().replace("%2e", ".").replace("%2f", "/")
    return any(segment in (".", "..") for segment in plain.split("/"))


def _begins(path: str, entry: str) -> bool:
    """Like `entry` and what is below it, but not `/sparql-private` for `/sparql`."""
    return path == entry or (path.startswith(entry) and (entry.endswith("/") or path[len(entry)] in "/"))


def _redirect(response: httpcore.Response, method: str) -> str | None:
    if response.status not in (301, 302, 303, 307, 308):
        return None
    if method != "GET" and response.status not in (307, 308):
        raise NotFetched(f"it redirects with {response.status}, which would drop the query")
    for name, value in response.headers:
        if name.lower() == b"location":
            return str(value, "latin-1")
    raise NotFetched("it redirects to nowhere")


def _fields(url: str, headers: dict[str, str]) -> list[tuple[str, str]]:
    parts = _split(url)
    return [
        ("Host", parts.netloc),
        ("User-Agent", "DigiGov-KG"),
        ("Accept-Encoding", "identity"),
        *headers.items(),
    ]

"""SPARQL servers that speak the standard protocols: their addresses, how they are logged in to, and what goes wrong.

Reading takes the SPARQL 1.1 Protocol, publishing also Update and the Graph Store HTTP Protocol. Engines agree on the
protocols but not on the addresses; `ENGINES` knows those of the common ones, settings name any others. Only forms that
every tested engine takes are used: queries and updates are sent as HTML forms (Virtuoso hangs on direct POST).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx
import pyoxigraph as ox

from kg.errors import KgError
from kg.settings import Settings

RESULTS: Final = "application/sparql-results+xml"
"""The form in which results are asked for: the one that old engines, too, write to the letter."""
TRIPLES: Final = "application/n-triples"
ATTEMPTS: Final = 4
"""How often a request that may be repeated is sent before a broken connection counts as one."""


class StoreUnreachable(KgError):
    """The SPARQL server does not answer."""


class StoreRefuses(KgError):
    """The SPARQL server answers, but will not do it: not logged in, not allowed, not writable."""


class StoreFails(KgError):
    """The SPARQL server tried and failed, or answers what is no answer."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where an engine takes what. `server` and `path` are patterns for its name and the address of its queries."""

    name: str
    server: str
    path: str
    update: str
    graphs: str
    logged_in: str = ""
    """What is appended to all three for clients with a password."""


ENGINES: Final = (
    Engine("Oxigraph", r"oxigraph", r"(.*)/query", r"\1/update", r"\1/store"),
    Engine("Virtuoso", r"virtuoso", r"(.*)/sparql(?:-auth)?", r"\1/sparql", r"\1/sparql-graph-crud", "-auth"),
    Engine("Apache Jena Fuseki", r"fuseki", r"(.*)/(?:query|sparql)", r"\1/update", r"\1/data"),
    Engine("Stardog", r"stardog", r"(.*)/query", r"\1/update", r"\1"),
    Engine("GraphDB, RDF4J", r"", r"(.*/repositories/[^/]+)", r"\1/statements", r"\1/rdf-graphs/service"),
    Engine("Amazon Neptune", r"", r"(.*)/sparql", r"\1/sparql", r"\1/sparql/gsp/"),
    Engine("like Oxigraph", r"", r"(.*)/query", r"\1/update", r"\1/store"),
)
"""The first whose patterns match is taken."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The three addresses of a server."""

    query: str
    update: str
    graphs: str


class Connection:
    """A logged-in HTTP connection to a SPARQL server.

    Raises StoreUnreachable, StoreRefuses or StoreFails from every method, with the server's own words where it has any.
    """

    def __init__(self, settings: Settings, endpoints: Endpoints | None = None) -> None:
        self.url = endpoints.query if endpoints else _plain(settings.store)
        self._client = httpx.Client(
            auth=_auth(settings), timeout=httpx.Timeout(settings.store_timeout, connect=10), trust_env=False
        )
        self.endpoints = endpoints or self._find(settings)

    def close(self) -> None:
        self._client.close()

    def stream(self, form: dict[str, Any], accept: str) -> httpx.Response:
        """A query's response as it arrives; the caller closes it."""
        request = self._client.build_request(
            "POST", self.endpoints.query, data=form, headers={"Accept": accept}
        )
        response = self._repeatedly(lambda: self._client.send(request, stream=True))
        if response.is_error:
            response.read()
            raise self._refused(response, "the query")
        return response

    def rows(self, query: str) -> list[ox.QuerySolution]:
        """The solutions of a SELECT query about named graphs only."""
        response = self._repeatedly(
            lambda: self._client.post(
                self.endpoints.query, data={"query": query}, headers={"Accept": RESULTS}
            )
        )
        if response.is_error:
            raise self._refused(response, "the query")
        try:
            results = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.XML)
        except SyntaxError as error:
            raise self._no_results(str(error)) from None
        if not isinstance(results, ox.QuerySolutions):
            raise self._no_results("not a list of solutions")
        return list(results)

    def update(self, update: str) -> None:
        """An update that may be repeated without harm."""
        response = self._repeatedly(lambda: self._client.post(self.endpoints.update, data={"update": update}))
        if response.is_error:
            raise self._refused(response, "the update")

    def upload(self, graph: str, ntriples: bytes, *, replace: bool) -> None:
        """Put triples into a graph by the Graph Store Protocol, in place of what it holds or beside it."""
        method = "PUT" if replace else "POST"
        response = self._repeatedly(
            lambda: self._client.request(
                method,
                self.endpoints.graphs,
                params={"graph": graph},
                content=ntriples,
                headers={"Content-Type": "text/turtle"},
            )
        )
        if response.is_error:
            raise self._refused(response, f"{method} of a graph")

    # --- private ---

    def _find(self, settings: Settings) -> Endpoints:
        parts = urlsplit(self.url)
        candidates = [self.url]
        if parts.path in ("", "/"):
            candidates = [urlunsplit(parts._replace(path=path)) for path in ("/query", "/sparql")]
        for url in candidates:
            request = partial(self._client.post, url, data={"query": "ASK {}"}, headers={"Accept": RESULTS})
            response = self._repeatedly(request)
            if response.is_success and b"http://www.w3.org/2005/sparql-results#" in response.content:
                return _endpoints(
                    url, response.headers.get("server", ""), settings, self._client.auth is not None
                )
            if response.status_code in (401, 403):
                raise self._refused(response, "the query")
        raise StoreFails(
            f"is no SPARQL endpoint (a query is answered with status {response.status_code})",
            where=self.url,
            hint="Give the address that takes queries, for example http://127.0.0.1:7878/query.",
        )

    def _repeatedly(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Everything sent here may arrive twice: queries, whole graphs, additions of the same triples."""
        for attempt in range(ATTEMPTS):
            try:
                response = send()
            except httpx.TimeoutException as error:
                raise StoreUnreachable(
                    f"does not answer in time ({type(error).__name__})",
                    where=self.url,
                    hint="KG_STORE_TIMEOUT sets how long it may take.",
                ) from None
            except (httpx.TransportError, httpx.InvalidURL) as error:
                if attempt + 1 == ATTEMPTS or isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
                    raise StoreUnreachable(
                        f"cannot be reached ({error or type(error).__name__})",
                        where=self.url,
                        hint="Is the server running, and is the address right?",
                    ) from None
            else:
                if response.status_code not in (502, 503, 504) or attempt + 1 == ATTEMPTS:
                    return response
                response.close()
            time.sleep(0.25 * 2**attempt)
        raise AssertionError("unreachable")

    def _refused(self, response: httpx.Response, what: str) -> KgError:
        said = " ".join(re.sub(r"<[^>]*>", " ", response.text[:2000]).split())[:300]
        reason = f"{what} is answered with status {response.status_code}" + (f" ({said})" if said else "")
        where = str(response.request.url.copy_with(query=None))
        match response.status_code:
            case 401:
                return StoreRefuses(
                    "the server wants to know who is asking"
                    if self._client.auth is None
                    else "the password or token is wrong",
                    where=where,
                    hint="Set KG_STORE_USER and KG_STORE_PASSWORD, or KG_STORE_TOKEN.",
                )
            case 403 | 405 | 501:
                return StoreRefuses(
                    reason, where=where, hint="Is the server read-only, or the user not allowed to write?"
                )
            case 404:
                return StoreRefuses(
                    reason, where=where,
                    hint="KG_STORE_UPDATE and KG_STORE_GRAPHS name the addresses for updates and graphs.",
                )  # fmt: skip
        if re.search(
            r"permission|privileges|access denied|not allowed|no .?write|SR186|SR619", said, re.IGNORECASE
        ):
            return StoreRefuses(reason, where=where, hint="Is the user allowed to write?")
        return StoreFails(reason, where=where)

    def _no_results(self, why: str) -> KgError:
        return StoreFails(f"answers what is no SPARQL result ({why})", where=self.url)


# --- private helpers ---


def _endpoints(query: str, server: str, settings: Settings, logged_in: bool) -> Endpoints:
    given = Endpoints(query, settings.store_update or query, settings.store_graphs or query)
    if settings.store_update and settings.store_graphs:
        return given
    parts = urlsplit(query)
    for engine in ENGINES:
        match = re.fullmatch(engine.path, parts.path)
        if match and re.search(engine.server, server, re.IGNORECASE):
            suffix = engine.logged_in if logged_in else ""

            def at(template: str, match: re.Match[str] = match, suffix: str = suffix) -> str:
                return urlunsplit(parts._replace(path=match.expand(template) + suffix))

            reading = at(engine.update) if suffix else query
            return Endpoints(
                reading,
                settings.store_update or at(engine.update),
                settings.store_graphs or at(engine.graphs),
            )
    return given


def _plain(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise KgError(
            "a password in the address is seen by everybody on this machine",
            where=urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])),
            hint="Set KG_STORE_USER and KG_STORE_PASSWORD instead.",
        )
    return url


def _auth(settings: Settings) -> httpx.Auth | None:
    token, password = settings.store_token, settings.store_password
    if token:
        return _Bearer(token)
    return _Password(settings.store_user, password) if settings.store_user else None


class _Bearer(httpx.Auth):
    """RFC 6750."""

    def __init__(self, token: str) -> None:
        self._field = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._field
        yield request


class _Password(httpx.Auth):
    """Basic (RFC 7617) or Digest (RFC 7616), whichever the server asks for. The password is not sent before it asks."""

    def __init__(self, user: str, password: str) -> None:
        self._digest = httpx.DigestAuth(user, password)
        self._basic = httpx.BasicAuth(user, password)
        self._wanted: httpx.Auth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._wanted is None:
            response = yield request
            if response.status_code != 401:
                return
            wanted = response.headers.get("www-authenticate", "").lower()
            self._wanted = self._digest if "digest" in wanted else self._basic
        yield from self._wanted.auth_flow(request)

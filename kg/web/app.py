"""The application: which address leads where, and what lives as long as the server.

    /sparql      sparql.py, with protocol, negotiation, limits, answers, problems, update; querying/ evaluates
    /graph-store graph_store.py, and /graph/… for the graphs under the own base
    /health …    operations.py
    /, /id/, …   pages.py names the rest

`create_app` may be given to any ASGI server; `server.serve` runs it the way `kg serve` does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kg import __version__
from kg.errors import KgError
from kg.namespaces import prefixes_of
from kg.settings import Settings
from kg.store.interface import Held, ServedVersion, Source
from kg.store.source import source_of
from kg.web import openapi, operations, pages
from kg.web.answers import Answers
from kg.web.derived import DerivedFiles
from kg.web.explorer.catalogue import Explorer
from kg.web.explorer.reviews import Reviews
from kg.web.federation import Federation
from kg.web.figures import Figures
from kg.web.graph_store import GraphStore
from kg.web.kept_answers import KeptAnswers
from kg.web.latest import Latest
from kg.web.limits import Limits
from kg.web.metrics import Metrics
from kg.web.network_data import Drawn
from kg.web.observation import Observation, RequestLog
from kg.web.outbound import Outbound
from kg.web.problems import Problem
from kg.web.querying.pool import Pool
from kg.web.reader import Readers
from kg.web.sparql import SparqlEndpoint
from kg.web.update import Updates

LOOK_FOR_NEW_VERSION = 0.5
"""Seconds between looks at the store's pointer."""

log = logging.getLogger("kg.web")


def create_app(settings: Settings) -> FastAPI:
    """The application over the store of the settings. It starts when the ASGI server starts it.

    Starting raises NoStore when nothing has been published there.
    """
    source = source_of(settings)
    pool = Pool(
        workers=settings.workers,
        max_workers=settings.max_workers,
        memory=settings.query_memory,
        in_memory_quads=settings.in_memory_quads,
        transfer_timeout=settings.transfer_timeout,
        prefixes=prefixes_of(settings.base_iri),
    )
    metrics = Metrics(pool)
    figures = Figures(settings.base_iri)
    explorer = Explorer(lambda: pool.version, settings.base_iri)
    reviews = Latest(lambda: pool.version, settings.base_iri, "reviews", Reviews)
    kept_answers = Latest(lambda: pool.version, settings.base_iri, "answers", KeptAnswers)
    networks = Latest(lambda: pool.version, settings.base_iri, "network", Drawn.read)
    request_log = RequestLog() if settings.log_requests else None
    limits = Limits(settings.queries_per_client, settings.queries_total, settings.requests_per_minute)
    outbound = Outbound(settings.allowed_services)
    updates = Updates(
        settings, settings.store_path, pool, limits, metrics, outbound, prefixes_of(settings.base_iri)
    )
    federation = Federation(
        outbound, allowed=bool(settings.allowed_services) and not settings.store_is_remote
    )
    answers = Answers(settings.cache_mb)
    endpoint = SparqlEndpoint(settings, pool, limits, answers, metrics, figures, updates, federation)
    graph_store = GraphStore(endpoint, updates)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        lease = await asyncio.to_thread(source.hold)
        await pool.switch(lease)
        following = asyncio.create_task(_follow(source, pool, figures, explorer, networks, lease))
        try:
            yield
        finally:
            following.cancel()
            figures.stop()
            explorer.stop()
            networks.stop()
            reviews.stop()
            kept_answers.stop()
            with suppress(asyncio.CancelledError):
                await following
            await pool.close()
            await updates.close()
            await federation.close()
            await outbound.close()
            if request_log is not None:
                request_log.flush()

    app = _Application(
        title="DigiGov KG",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.router.routes[:] = [
        Route("/sparql", endpoint),
        Route("/graph-store", graph_store),
        Route("/graph/{name:path}", graph_store),
        *operations.routes(pool, metrics),
        *openapi.routes(),
        *pages.routes(),
    ]
    app.add_exception_handler(HTTPException, _as_problem)
    app.add_exception_handler(Problem, _as_it_is)
    app.add_exception_handler(500, _as_unexpected)
    direct: dict[str, ASGIApp] = {"/sparql": endpoint, "/graph-store": graph_store}
    observation = Observation(app.framework, request_log, direct, {"/sparql": endpoint.at_once}, _UNEXPECTED)
    app.front = Readers(observation)
    app.at_once = observation.at_once
    app.state.pool = pool
    app.state.endpoint = endpoint
    app.state.explorer = explorer
    app.state.networks = networks
    app.state.reviews = reviews
    app.state.answers = kept_answers
    app.state.reports = DerivedFiles()
    return app


# --- private helpers ---


class _Application(FastAPI):
    """The framework's layers take as long as a short query: what must be quick is asked before it comes to them."""

    front: ASGIApp
    at_once: Callable[[Scope], tuple[int, bytes, bytes] | None]
    """Responses that need no waiting (observation.Observation.at_once), for a server that asks for them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.front(scope, receive, send)

    async def framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)


async def _follow(
    source: Source, pool: Pool, figures: Figures, explorer: Explorer, networks: Latest[Drawn], held: Held
) -> None:
    """Serve whatever is published next, from the moment it is."""
    served, failed = source.fingerprint(held), ""
    _prepare(figures, explorer, networks, held.version)
    while True:
        await asyncio.sleep(LOOK_FOR_NEW_VERSION)
        try:
            if await asyncio.to_thread(source.current) in (served, failed):
                continue
            fresh = await asyncio.to_thread(source.hold)
            failed = source.fingerprint(fresh)
            if failed == served:
                fresh.release()
                continue
            await pool.switch(fresh)
            served, failed = failed, ""
            log.info("now serving version %s", fresh.version.id)
            _prepare(figures, explorer, networks, fresh.version)
        except (KgError, OSError) as error:
            log.error("a newly published version cannot be served: %s", error)


def _prepare(figures: Figures, explorer: Explorer, networks: Latest[Drawn], version: ServedVersion) -> None:
    """Make what pages need of a version before somebody asks for it; what fails is tried again when somebody does."""
    explorer.prepare(version)
    networks.prepare(version)
    figures.prepare(version)


async def _as_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    titles = {404: "There is nothing at this address", 405: "Method not allowed"}
    details = {404: f"No page or resource is at {request.url.path}.", 405: "Use GET."}
    problem = Problem(
        error.status_code,
        "http",
        titles.get(error.status_code, str(error.detail)),
        details.get(error.status_code, str(error.detail)),
        headers=dict(error.headers or {}),
    )
    return _ProblemResponse(problem)


async def _as_it_is(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _ProblemResponse(error)


async def _as_unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error at %s", request.url.path, exc_info=error)
    return _ProblemResponse(_UNEXPECTED)


_UNEXPECTED = Problem(
    500,
    "unexpected",
    "Something went wrong here",
    "This is a mistake of the program. Its log has the details, under the request's id.",
)


class _ProblemResponse(Response):
    def __init__(self, problem: Problem) -> None:
        super().__init__(status_code=problem.status)
        self._problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._problem(scope, receive, send)

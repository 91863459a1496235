"""The application: which address leads where, and what lives as long as the server.

    /sparql      sparql.py, with protocol, negotiation, limits, answers, problems; querying/ evaluates
    /health …    operations.py
    /, /id/, …   pages.py names the rest

`create_app` may be given to any ASGI server; `server.serve` runs it the way `kg serve` does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kg import __version__
from kg.errors import KgError
from kg.settings import Settings
from kg.store import Lease, hold
from kg.web import operations, pages
from kg.web.answers import Answers
from kg.web.figures import Figures
from kg.web.limits import Limits
from kg.web.metrics import Metrics
from kg.web.observation import Observation, RequestLog
from kg.web.problems import Problem
from kg.web.querying.pool import Pool
from kg.web.sparql import SparqlEndpoint, prefixes

LOOK_FOR_NEW_VERSION = 0.5
"""Seconds between looks at the store's pointer."""

log = logging.getLogger("kg.web")


def create_app(settings: Settings, store: Path) -> FastAPI:
    """The application over the embedded store in `store`. It starts when the ASGI server starts it.

    Starting raises NoStore when nothing has been published there.
    """
    pool = Pool(
        workers=settings.workers,
        max_workers=settings.max_workers,
        memory=settings.query_memory,
        in_memory_quads=settings.in_memory_quads,
        transfer_timeout=settings.transfer_timeout,
        prefixes=prefixes(settings.base_iri),
    )
    metrics = Metrics(pool)
    figures = Figures(pool, settings.query_timeout)
    request_log = RequestLog() if settings.log_requests else None
    endpoint = SparqlEndpoint(
        settings,
        pool,
        Limits(settings.queries_per_client, settings.queries_total, settings.requests_per_minute),
        Answers(settings.cache_mb),
        metrics,
        figures,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        lease = await asyncio.to_thread(hold, store)
        await pool.switch(lease)
        following = asyncio.create_task(_follow(store, pool, figures, lease))
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            await pool.close()
            if request_log is not None:
                request_log.flush()

    app = FastAPI(
        title="DigiGov KG",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.router.routes[:] = [
        Route("/sparql", endpoint),
        *operations.routes(pool, metrics),
        *pages.routes(),
    ]
    app.add_exception_handler(HTTPException, _as_problem)
    app.add_exception_handler(Problem, _as_it_is)
    app.add_exception_handler(500, _as_unexpected)
    app.add_middleware(Observation, log=request_log, direct={"/sparql": endpoint})
    app.state.pool = pool
    app.state.endpoint = endpoint
    return app


# --- private helpers ---


async def _follow(store: Path, pool: Pool, figures: Figures, lease: Lease) -> None:
    """Serve whatever is published next, from the moment it is."""
    served = lease.version
    current = store / "current"
    failed: str | None = None
    await figures.of(served)
    while True:
        await asyncio.sleep(LOOK_FOR_NEW_VERSION)
        try:
            pointed = current.resolve()
            if pointed == served.path or str(pointed) == failed:
                continue
            fresh = await asyncio.to_thread(hold, store)
            if fresh.version.path == served.path:
                fresh.release()
                continue
            failed = str(fresh.version.path)
            await pool.switch(fresh)
            served, failed = fresh.version, None
            log.info("now serving version %s", served.id)
            await figures.of(served)
        except (KgError, OSError) as error:
            log.error("a newly published version cannot be served: %s", error)


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
    return _ProblemResponse(
        Problem(
            500,
            "unexpected",
            "Something went wrong here",
            "This is a mistake of the program. Its log has the details, under the request's id.",
        )
    )


class _ProblemResponse(Response):
    def __init__(self, problem: Problem) -> None:
        super().__init__(status_code=problem.status)
        self._problem = problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._problem(scope, receive, send)

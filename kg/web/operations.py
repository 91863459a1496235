"""For those who run the server: `/health` (the process lives), `/ready` (it can answer), `/metrics` (Prometheus)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kg import __version__
from kg.web.metrics import CONTENT_TYPE, Metrics
from kg.web.querying.pool import Pool

_FRESH = {"Cache-Control": "no-store"}


def routes(pool: Pool, metrics: Metrics) -> list[Route]:
    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__}, headers=_FRESH)

    async def ready(_: Request) -> Response:
        version = pool.version
        if version is None or not pool.ready:
            return JSONResponse(
                {"status": "not ready"}, status_code=503, headers={**_FRESH, "Retry-After": "1"}
            )
        dataset = {"version": version.id, "created": version.created, "triples": version.triples}
        return JSONResponse({"status": "ready", "dataset": dataset}, headers=_FRESH)

    async def counted(_: Request) -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE, headers=_FRESH)

    return [Route("/health", health), Route("/ready", ready), Route("/metrics", counted)]

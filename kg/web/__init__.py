"""The web: the SPARQL endpoint and the pages around it. Start reading in `app`.

Query processes import `kg.web.querying` and must stay small, so this package loads the application only when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from kg.settings import Settings

__all__ = ["create_app", "serve"]


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application over the store of the settings: `kg.web.app.create_app`."""
    from kg.web.app import create_app as create

    return create(settings)


def serve(settings: Settings) -> None:
    """Serve until stopped: `kg.web.server.serve`."""
    from kg.web.server import serve as run

    run(settings)

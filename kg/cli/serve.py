"""`kg serve`: the endpoint and explorer."""

from __future__ import annotations

from typing import Annotated

import typer

from kg.cli.terminal import StoreOption, settings


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [env: KG_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [env: KG_PORT]")] = None,
    workers: Annotated[int | None, typer.Option(help="Query worker processes. [env: KG_WORKERS]")] = None,
    store: StoreOption = None,
) -> None:
    """Serve the published graph: /sparql, the pages, health and metrics."""
    from kg.web import serve as serve_forever

    serve_forever(settings(host=host, port=port, workers=workers, store=store))

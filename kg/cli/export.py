"""`kg export`: dumps of the store as linked data, tables, or a network."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.terminal import StoreOption, console, settings
from kg.errors import KgError
from kg.store.interface import Dataset


def register(app: typer.Typer) -> None:
    app.command()(export)


def export(
    export_format: Annotated[
        str, typer.Option("--format", help="nq, trig, ttl, nt, rdf, jsonld, graphml, gexf or csv.")
    ] = "nq",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; default: standard output.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Alpha-3 code of a country: write that country's part only.")
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write the whole published graph, or its cooperation network (graphml, gexf), to a file or standard output."""
    from kg.publishing.country import country_part
    from kg.publishing.exports import export as export_file
    from kg.publishing.exports import find_format
    from kg.store.source import open_dataset

    chosen, base = find_format(export_format), settings().base_iri
    opened: Dataset = open_dataset(settings(store=store))
    if country:
        opened = country_part(opened, country.upper(), base)
    if output is not None:
        export_file(opened, export_format, output, base)
        console.print(f"Wrote {output} ({output.stat().st_size:,} bytes)", markup=False)
    elif export_format == "csv" and sys.stdout.isatty():
        raise KgError(
            "the tables are a ZIP archive, which a terminal cannot show", hint="Give a file: -o tables.zip"
        )
    else:
        chosen.write(opened, sys.stdout.buffer, base)
        sys.stdout.buffer.flush()

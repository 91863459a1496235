"""`kg schema`: the JSON Schema of a record."""

from __future__ import annotations

import sys

import typer


def register(app: typer.Typer) -> None:
    app.command()(schema)


def schema() -> None:
    """Print the JSON Schema of a record, for editors and other programs."""
    from kg.records.schema import record_schema

    sys.stdout.write(record_schema())

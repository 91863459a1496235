"""The Typer application and how it ends: exit codes, error messages, and output that scripts can rely on.

0 done · 1 the data does not conform (SHACL violation, inconsistency), nothing was published · 2 the input or the call
is wrong. Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import typer

from kg import __version__
from kg.cli import backup, build, export, extract, identity, network, query, schema, serve
from kg.cli.terminal import fail
from kg.errors import KgError

app = typer.Typer(
    name="kg",
    help="DigiGov KG: questionnaire responses about digital government as a validated, reasoned knowledge graph.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (extract, build, query, network, export, serve, backup, identity, schema):
    module.register(app)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Print the version and exit.", is_eager=True),
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> NoReturn:
    """Run the command line; errors the user can act on end with their exit code and no traceback."""
    try:
        app()
    except KgError as error:
        fail(error)
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; keep the interpreter from complaining while it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    raise SystemExit(0)

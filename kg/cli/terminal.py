"""What the verbs share: messages and progress on standard error, and the options that mean the same everywhere."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from kg.errors import KgError
from kg.settings import Settings

StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Folder of the store, or URL of a SPARQL server. [env: KG_STORE]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print a JSON document for machines.")]
Inputs = Annotated[
    list[Path] | None, typer.Argument(help="Records (.yaml) or folders of them; default: the bundled data.")
]

console = Console(stderr=True, highlight=False)


def settings(**overrides: Any) -> Settings:
    """Settings from the environment with the given overrides; None means "not given on the command line".

    Raises KgError naming the setting that has a wrong value.
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "KG_" + "_".join(str(part) for part in first["loc"]).upper()
        raise KgError(str(first["msg"]), where=name, hint="See docs/settings.md.") from None


def embedded(store: str | None) -> Path:
    """The folder of the embedded store; raises KgError when a URL is given where only a folder will do."""
    chosen = settings(store=store)
    if chosen.store_is_remote:
        raise KgError(
            "this verb works on a folder, not on a SPARQL server",
            where=chosen.store,
            hint="Give --store DIR.",
        )
    return chosen.store_path


@contextmanager
def progress() -> Iterator[Any]:
    """A callback `step(text)` that shows the running step and its time; silent when standard error is no terminal.

    `step("Mapping: 3 of 7")` says how far the running step "Mapping" is.
    """
    bar = Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        running: list[Any] = []
        names: list[str] = []

        def step(text: str) -> None:
            name = text.partition(": ")[0]
            if running and names[-1] == name:
                bar.update(running[-1], description=text)
                return
            if running:
                bar.update(running[-1], total=1, completed=1)
            running.append(bar.add_task(text, total=None))
            names.append(name)

        yield step
        if running:
            bar.update(running[-1], total=1, completed=1)


@contextmanager
def bar(text: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar over `total` items and a callback that advances it; silent when standard error is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress_bar:
        task = progress_bar.add_task(text, total=total)
        yield lambda: progress_bar.advance(task)


def fail(error: KgError) -> NoReturn:
    """Print the error for people and end with its exit code."""
    console.print("error:", style="bold red", end=" ")
    console.print(str(error), markup=False, soft_wrap=True)
    raise SystemExit(error.exit_code)


def print_json(document: Any) -> None:
    """`document` as indented UTF-8 JSON on standard output."""
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_table(table: Table) -> None:
    """A table on standard output; piped, it is not wrapped: every row stays on its line."""
    if sys.stdout.isatty():
        Console().print(table)
        return
    text = io.StringIO()
    Console(file=text, width=10_000, no_color=True).print(table)
    sys.stdout.write("\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n")

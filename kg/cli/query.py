"""`kg query`, `kg run` and `kg queries`: SPARQL from the shell, free or from the query library."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pyoxigraph as ox
import typer
from rich.table import Table

from kg.cli.terminal import JsonOption, StoreOption, console, print_json, print_table, settings
from kg.errors import KgError
from kg.namespaces import PREFIXES


class ResultFormat(StrEnum):
    """`table` for people, W3C result formats for SELECT and ASK, RDF formats for CONSTRUCT and DESCRIBE."""

    table = "table"
    json = "json"
    csv = "csv"
    tsv = "tsv"
    xml = "xml"
    turtle = "turtle"
    nt = "nt"
    nq = "nq"
    trig = "trig"
    rdf = "rdf"
    jsonld = "jsonld"


_SOLUTIONS = {
    ResultFormat.json: ox.QueryResultsFormat.JSON,
    ResultFormat.csv: ox.QueryResultsFormat.CSV,
    ResultFormat.tsv: ox.QueryResultsFormat.TSV,
    ResultFormat.xml: ox.QueryResultsFormat.XML,
}
_TRIPLES = {
    ResultFormat.turtle: ox.RdfFormat.TURTLE,
    ResultFormat.nt: ox.RdfFormat.N_TRIPLES,
    ResultFormat.nq: ox.RdfFormat.N_QUADS,
    ResultFormat.trig: ox.RdfFormat.TRIG,
    ResultFormat.rdf: ox.RdfFormat.RDF_XML,
    ResultFormat.jsonld: ox.RdfFormat.JSON_LD,
}
FormatOption = Annotated[ResultFormat, typer.Option("--format", help="Form of the result.")]


def register(app: typer.Typer) -> None:
    app.command()(query)
    app.command()(run)
    app.command()(queries)


def query(
    source: Annotated[
        str, typer.Argument(metavar="QUERY|FILE|-", help="A SPARQL query, a file of one, or - for stdin.")
    ],
    result_format: FormatOption = ResultFormat.table,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Answer a SPARQL 1.1 query from the store. The project's prefixes need not be declared."""
    from kg.store.source import open_dataset

    text, name = _query_text(source)
    opened = open_dataset(settings(store=store))
    try:
        results = opened.query(text, prefixes=PREFIXES)
        _show(results, ResultFormat.json if as_json else result_format)
    except SyntaxError as error:
        raise KgError(
            f"this is no SPARQL query: {error}", where=name, hint="See the line and column given."
        ) from None
    except BrokenPipeError:
        raise
    except (ValueError, OSError, RuntimeError) as error:
        raise KgError(f"the query cannot be answered: {error}", where=name) from None


def run(
    name: Annotated[str, typer.Argument(help="Name of a query of the library; `kg queries` lists them.")],
    parameters: Annotated[list[str] | None, typer.Argument(metavar="[param=value]…")] = None,
    result_format: FormatOption = ResultFormat.table,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Answer a named query of the library with parameters."""
    from kg.publishing.queries import find_query
    from kg.publishing.queries import run as run_query
    from kg.store.source import open_dataset

    given = dict(_parameter(text) for text in parameters or [])
    entry = find_query(name)
    _show(
        run_query(open_dataset(settings(store=store)), entry, given, settings().base_iri),
        ResultFormat.json if as_json else result_format,
    )


def queries(as_json: JsonOption = False) -> None:
    """List the query library."""
    from kg.publishing.queries import library

    if as_json:
        shown = {"name", "title", "description", "keywords", "parameters"}
        print_json([entry.model_dump(include=shown, exclude_none=True) for entry in library().values()])
        return
    table = Table("name", "parameters", "question", box=None, pad_edge=False)
    for entry in library().values():
        names = " ".join(p.name if p.required else f"[{p.name}]" for p in entry.parameters)
        table.add_row(entry.name, names.replace("[", r"\["), entry.title["en"])
    print_table(table)


def _query_text(source: str) -> tuple[str, str]:
    if source == "-":
        return sys.stdin.read(), "standard input"
    path = Path(source)
    try:
        is_file = path.is_file()
    except OSError:  # a long query is no file name
        is_file = False
    if is_file:
        try:
            return path.read_text(encoding="utf-8"), source
        except UnicodeDecodeError as error:
            raise KgError(f"is not UTF-8 text (byte {error.start})", where=source) from None
    if path.suffix == ".rq" and not any(c.isspace() for c in source):
        raise KgError("there is no such file", where=source)
    return source, "query"


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise KgError(f"'{text}' is no parameter", hint="Write name=value, for example country=COL.")
    return name.strip(), value


def _show(results: Any, wanted: ResultFormat) -> None:
    out = sys.stdout.buffer
    if not isinstance(results, ox.QuerySolutions | ox.QueryBoolean):
        if wanted in _SOLUTIONS and wanted is not ResultFormat.json:
            raise KgError(f"a graph cannot be shown as {wanted}", hint=f"Use one of {', '.join(_TRIPLES)}.")
        format_ = _TRIPLES.get(
            wanted, ox.RdfFormat.JSON_LD if wanted is ResultFormat.json else ox.RdfFormat.TURTLE
        )
        if format_ is ox.RdfFormat.TURTLE:
            ox.serialize(results, out, format=format_, prefixes=PREFIXES)
        else:
            results.serialize(out, format=format_)
    elif wanted in _SOLUTIONS:
        results.serialize(out, format=_SOLUTIONS[wanted])
        out.write(b"\n" if wanted in (ResultFormat.json, ResultFormat.xml) else b"")
    elif wanted is not ResultFormat.table:
        raise KgError(
            f"rows cannot be shown as {wanted}", hint=f"Use table or one of {', '.join(_SOLUTIONS)}."
        )
    elif isinstance(results, ox.QueryBoolean):
        typer.echo("yes" if results else "no")
    else:
        table = Table(*(v.value for v in results.variables), box=None, pad_edge=False)
        for row in results:
            table.add_row(*(_cell(value).replace("[", r"\[") for value in row))
        print_table(table)
        console.print(f"{table.row_count} row(s)", style="dim")
    out.flush()


def _cell(term: Any) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        for prefix, namespace in PREFIXES.items():
            if term.value.startswith(namespace) and "/" not in term.value[len(namespace) :].replace(
                "/", "", 4
            ):
                return f"{prefix}:{term.value[len(namespace) :]}"
        return f"<{term.value}>"
    return str(term.value)

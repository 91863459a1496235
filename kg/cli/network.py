"""`kg network`: who works with whom, from the shell: how countries and organisations stand in the network, the way from one to another, whom to ask next."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from kg.cli.terminal import JsonOption, StoreOption, print_json, print_table, settings

if TYPE_CHECKING:
    from kg.publishing.network import Network, Node

Country = Annotated[str, typer.Argument(help="A country's alpha-3 code, such as COL.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Rows to show.")]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help="Only agreements of this kind (its notation); repeatable.")
]
Statuses = Annotated[
    list[str] | None, typer.Option("--status", help="Only agreements of this status; repeatable.")
]
Topics = Annotated[
    list[str] | None, typer.Option("--topic", help="Only agreements on this topic; repeatable.")
]
Since = Annotated[int | None, typer.Option("--since", help="Only agreements of this year and later.")]
Countries = Annotated[bool, typer.Option("--countries", help="Without organisations.")]

network = typer.Typer(no_args_is_help=True, help="Who works with whom: measures, paths, whom to ask next.")


def register(app: typer.Typer) -> None:
    app.add_typer(network, name="network")


@network.command()
def measures(
    limit: Limit = 30,
    kind: Kinds = None,
    status: Statuses = None,
    topic: Topics = None,
    since: Since = None,
    countries: Countries = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Neighbours, agreements, betweenness and community of each country and organisation, the best connected first."""
    found = _narrowed(_network(store), kind, status, topic, since, countries).measures()
    if as_json:
        print_json(
            [
                {**_named(entry.node), **{name: getattr(entry, name) for name in _MEASURES}}
                for entry in found[:limit]
            ]
        )
        return
    table = _table("name", *_MEASURES)
    for entry in found[:limit]:
        _row(table, entry.node.label, *(getattr(entry, name) for name in _MEASURES))
    print_table(table)


@network.command()
def path(
    start: Country,
    end: Country,
    kind: Kinds = None,
    status: Statuses = None,
    topic: Topics = None,
    since: Since = None,
    countries: Countries = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """The shortest way from one country to another, with the agreements along it. Ends with 1 where there is none."""
    steps = _narrowed(_network(store), kind, status, topic, since, countries).path(start.upper(), end.upper())
    if as_json:
        print_json(
            None
            if steps is None
            else [
                {
                    "from": _named(step.start),
                    "to": _named(step.end),
                    "agreements": [asdict(agreement) for agreement in step.agreements],
                }
                for step in steps
            ]
        )
    elif steps is None:
        typer.echo(f"No way leads from {start.upper()} to {end.upper()}.")
    else:
        table = _table("from", "to", "kind", "status", "year", "agreement")
        for step in steps:
            for one in step.agreements:
                kind_of = one.kind if one.participation is None else f"{one.kind} ({one.participation})"
                _row(table, step.start.label, step.end.label, kind_of, one.status, one.year, one.iri)
        print_table(table)
    if steps is None:
        raise typer.Exit(1)


@network.command()
def suggest(
    country: Country, limit: Limit = 10, as_json: JsonOption = False, store: StoreOption = None
) -> None:
    """Countries without a cooperation with this one yet, those with most reasons for it first."""
    found = _network(store).suggestions(country.upper())[:limit]
    if as_json:
        print_json(
            [
                {
                    **_named(one.candidate),
                    "score": one.score,
                    "networks": [_named(node) for node in one.networks],
                    "partners": [_named(node) for node in one.partners],
                    "topics": one.topics,
                    "ahead": one.ahead,
                }
                for one in found
            ]
        )
        return
    table = _table("country", "score", "both members of", "partners in common", "both work on", "ahead")
    for one in found:
        networks, partners = (", ".join(node.label for node in some) for some in (one.networks, one.partners))
        _row(
            table,
            one.candidate.label,
            one.score,
            networks,
            partners,
            ", ".join(one.topics),
            "yes" if one.ahead else "",
        )
    print_table(table)


# --- private helpers ---

_MEASURES = ("degree", "agreements", "betweenness", "community")


def _network(store: str | None) -> Network:
    from kg.publishing.network import Network
    from kg.store.source import open_dataset

    chosen = settings(store=store)
    return Network.load(open_dataset(chosen), chosen.base_iri)


def _narrowed(
    whole: Network,
    kinds: list[str] | None,
    statuses: list[str] | None,
    topics: list[str] | None,
    since: int | None,
    countries: bool,
) -> Network:
    found = whole
    if kinds or statuses or topics or since is not None:
        found = found.filtered(kinds=kinds or (), statuses=statuses or (), topics=topics or (), since=since)
    return found.countries_only() if countries else found


def _named(node: Node) -> dict[str, Any]:
    return {"iri": node.iri, "label": node.label, "kind": node.kind, "iso3": node.iso3}


def _table(*names: str) -> Table:
    return Table(*names, box=None, pad_edge=False)


def _row(table: Table, *values: object) -> None:
    table.add_row(*("" if value is None else str(value).replace("[", r"\[") for value in values))

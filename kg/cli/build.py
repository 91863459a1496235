"""`kg build` and `kg validate`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.terminal import Inputs, JsonOption, StoreOption, console, print_json, progress, settings
from kg.iris import Iris

if TYPE_CHECKING:
    from kg.store.build import Built
    from kg.store.interface import ServedVersion


class ReportFormat(StrEnum):
    """Forms of a validation report."""

    text = "text"
    turtle = "turtle"
    json = "json"
    html = "html"


def register(app: typer.Typer) -> None:
    app.command()(build)
    app.command()(validate)


def build(inputs: Inputs = None, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """Map, reason, validate and publish records.

    Ends with 1 on a SHACL Violation or an inconsistency: then nothing is published and what was served stays.
    """
    from kg.store.build import build_and_publish, build_and_publish_remote

    chosen = settings(store=store)
    iris, contacts, target = Iris(chosen.base_iri), chosen.publish_contacts, chosen.store
    built: Built
    version: ServedVersion
    with progress() as step:
        if chosen.store_is_remote:
            built, version = build_and_publish_remote(
                inputs or [], chosen, iris, contacts=contacts, progress=step
            )
        else:
            built, version = build_and_publish(
                inputs or [], chosen.store_path, iris, contacts=contacts, progress=step
            )
    assert built.report is not None
    if as_json:
        print_json(
            {
                "store": target,
                "version": version.id,
                "records": [f"{r.source.country} {r.source.edition}" for r in built.records],
                "triples": {str(name): len(graph) for name, graph in built.graphs.items()},
                "findings": built.report.counts(),
            }
        )
        return
    console.print(
        f"Published {len(built.records)} record(s) as version {version.id[:12]} in {target}", markup=False
    )
    for name, graph in built.graphs.items():
        console.print(f"  {len(graph):>7,} triples  {name}", markup=False)
    console.print(f"  {built.report.summary()}", markup=False)


def validate(
    inputs: Inputs = None,
    report_format: Annotated[
        ReportFormat, typer.Option("--format", help="Form of the report.")
    ] = ReportFormat.text,
    as_json: JsonOption = False,
) -> None:
    """Report what the shapes and the reasoner say of records; publish nothing. Ends with 1 on a Violation."""
    from kg.store.build import build as build_dataset

    chosen = settings()
    with progress() as step:
        built = build_dataset(
            inputs or [], Iris(chosen.base_iri), contacts=chosen.publish_contacts, progress=step
        )
    report = built.report
    assert report is not None
    for clash in built.clashes:
        console.print(f"inconsistent: {clash}", markup=False)
    match ReportFormat.json if as_json else report_format:
        case ReportFormat.text:
            text = report.to_text()
        case ReportFormat.turtle:
            text = report.to_turtle()
        case ReportFormat.json:
            text = report.to_json()
        case ReportFormat.html:
            text = report.to_html()
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    if built.clashes or not report.conforms:
        raise SystemExit(1)

"""`kg identity`: which entries of records may be one thing, for people to decide on (docs/identity.md)."""

from __future__ import annotations

import csv
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.terminal import Inputs, JsonOption, console, print_json, progress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from kg.records.matching import Candidate
    from kg.records.model import Record
    from kg.records.problems import Problem
    from kg.records.same_as import SameAs

identity = typer.Typer(help="Which entries of records are one thing.", no_args_is_help=True)


class ListFormat(StrEnum):
    """Forms of the list of candidates."""

    table = "table"
    json = "json"
    sssom = "sssom"


def register(app: typer.Typer) -> None:
    app.add_typer(identity, name="identity")


@identity.command()
def candidates(
    inputs: Inputs = None,
    least: Annotated[
        float | None, typer.Option("--from", min=0, max=1, help="Least score; default: all worth a look.")
    ] = None,
    likely: Annotated[
        bool, typer.Option("--likely", help="Only pairs that are proposed as one thing.")
    ] = False,
    list_format: Annotated[
        ListFormat, typer.Option("--format", help="sssom: rows for data/identity/same-as.sssom.tsv.")
    ] = ListFormat.table,
    as_json: JsonOption = False,
) -> None:
    """List pairs of entries that may be one thing and that nobody has decided on, best first, each with its reasons."""
    from kg.records.matching import DOUBTFUL, LIKELY, proposals
    from kg.records.matching import candidates as find
    from kg.records.same_as import same_as_of
    from kg.store.build import read_records

    with progress() as step:
        step("Reading records")
        records, same_as = read_records(inputs or []), same_as_of(inputs or [])
        step("Comparing entries")
        threshold = least if least is not None else LIKELY if likely else DOUBTFUL
        found = proposals(find(records, same_as, threshold=threshold))
    if likely:
        found = [candidate for candidate in found if candidate.likely]
    _WRITERS[ListFormat.json if as_json else list_format](found)
    if idle := _unmet(inputs or [], records, same_as):
        console.print(
            f"{len(idle)} decision(s) decide nothing; `kg identity check` lists them",
            markup=False,
            soft_wrap=True,
        )


@identity.command()
def check(inputs: Inputs = None, as_json: JsonOption = False) -> None:
    """List the decisions in the inputs that decide nothing, since no entry has one of their identifiers. Ends with 1 if any."""
    from kg.records.same_as import same_as_of
    from kg.store.build import read_records

    with progress() as step:
        step("Reading records")
        idle = _unmet(inputs or [], read_records(inputs or []), same_as_of(inputs or []))
    if as_json:
        print_json([{"file": p.file, "line": p.line, "message": p.message} for p in idle])
    else:
        sys.stdout.writelines(f"{problem}\n" for problem in idle)
    if idle:
        raise SystemExit(1)


def _unmet(inputs: list[Path], records: Iterable[Record], same_as: SameAs) -> list[Problem]:
    from kg.mapping.reference import reference_identifiers
    from kg.records.identity import identifiers
    from kg.records.same_as import decided_in, unmet

    return unmet(decided_in(inputs, same_as), reference_identifiers().union(*map(identifiers, records)))


def _table(found: list[Candidate]) -> None:
    for candidate in found:
        verdict = "likely " if candidate.likely else "doubtful"
        sys.stdout.write(
            f"{candidate.score:.2f} {verdict:<8} {candidate.given_up.path}\n"
            f"{'':<13} = {candidate.kept.path}\n"
            + "".join(f"{'':<15} {reason}\n" for reason in candidate.reasons)
        )


def _json(found: list[Candidate]) -> None:
    print_json(
        [
            {
                "subject": candidate.given_up.path,
                "subject_label": candidate.given_up.name,
                "object": candidate.kept.path,
                "object_label": candidate.kept.name,
                "score": candidate.score,
                "likely": candidate.likely,
                "reasons": list(candidate.reasons),
                "sources": sorted(candidate.given_up.sources | candidate.kept.sources),
            }
            for candidate in found
        ]
    )


def _sssom(found: list[Candidate]) -> None:
    """Rows with the columns of the curated file, for a person to go through: what is wrong gets `Not`."""
    writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    writer.writerow(
        [
            *("subject_id", "predicate_id", "predicate_modifier", "object_id", "object_label"),
            *("mapping_justification", "confidence", "comment"),
        ]
    )
    for candidate in found:
        writer.writerow(
            [
                *(f"dgid:{candidate.given_up.path}", "skos:exactMatch", "", f"dgid:{candidate.kept.path}"),
                *(candidate.kept.name, "semapv:CompositeMatching", f"{candidate.score:.2f}"),
                "; ".join(candidate.reasons),
            ]
        )


_WRITERS = {ListFormat.table: _table, ListFormat.json: _json, ListFormat.sssom: _sssom}

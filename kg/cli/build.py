"""`kg build` and `kg validate`."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.terminal import Inputs, JsonOption, StoreOption, console, print_json, progress, settings
from kg.errors import KgError
from kg.iris import Iris

if TYPE_CHECKING:
    from kg.settings import Settings
    from kg.store.build import Built
    from kg.store.cache import Cache
    from kg.store.interface import ServedVersion


class ReportFormat(StrEnum):
    """Forms of a validation report."""

    text = "text"
    turtle = "turtle"
    json = "json"
    html = "html"


NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Do everything anew, and keep nothing for the next build.")
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=999, help="Processes of this machine to work with; 1: only this one."
    ),
]
ExecutorOption = Annotated[
    str | None,
    typer.Option(
        "--executor",
        help="Where to work: serial, processes, processes:N or dask://HOST:PORT. [env: KG_BUILD_EXECUTOR]",
    ),
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Publish nothing when any input cannot be read, not even the others.")
]

Watch = Annotated[
    bool, typer.Option("--watch", help="Build again whenever an input changes, and tell what is found in it.")
]

LISTED = 60
"""Graphs up to which each is told of with its size; of more, how many there are."""


def register(app: typer.Typer) -> None:
    app.command()(build)
    app.command()(validate)


def build(
    inputs: Inputs = None,
    store: StoreOption = None,
    jobs: Jobs = None,
    executor: ExecutorOption = None,
    no_cache: NoCache = False,
    strict: Strict = False,
    watch: Watch = False,
    as_json: JsonOption = False,
) -> None:
    """Map, reason, validate and publish records.

    Ends with 1 on a SHACL Violation or an inconsistency: then nothing is published and what was served stays. An input
    that cannot be read is named and left out, and the end is 2; nothing is published when a source that is served would
    get lost by that.
    """
    chosen = settings(store=store)
    options = _options(chosen, jobs, executor, no_cache) | {"keep_going": not strict}
    if watch:
        if as_json:
            raise KgError("--watch and --json exclude each other", hint="Watching is for people.")
        _watch(inputs or [], chosen, options)
        return
    built, version = _published(inputs or [], chosen, options)
    assert built.report is not None
    if as_json:
        print_json(
            {
                "store": chosen.store,
                "version": version.id,
                "records": [f"{country} {edition}" for _, edition, country in built.sources],
                "made": built.made,
                "left_out": [str(problem) for problem in built.left_out],
                "unmet": [str(problem) for problem in built.unmet],
                "triples": {str(name): size for name, size in built.sizes().items()},
                "findings": built.report.counts(),
            }
        )
    else:
        _tell(built, version, chosen)
    if built.left_out:
        raise SystemExit(2)


def validate(
    inputs: Inputs = None,
    report_format: Annotated[
        ReportFormat, typer.Option("--format", help="Form of the report.")
    ] = ReportFormat.text,
    jobs: Jobs = None,
    executor: ExecutorOption = None,
    no_cache: NoCache = False,
    as_json: JsonOption = False,
) -> None:
    """Report what the shapes and the reasoner say of records; publish nothing. Ends with 1 on a Violation."""
    from kg.store.build import build as build_dataset

    chosen = settings()
    with progress() as step:
        built = build_dataset(
            inputs or [],
            Iris(chosen.base_iri),
            progress=step,
            **_options(chosen, jobs, executor, no_cache),
        )
    report = built.report
    assert report is not None
    _tell_unmet(built)
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


def _published(inputs: list[Path], chosen: Settings, options: dict[str, Any]) -> tuple[Built, ServedVersion]:
    from kg.store.build import build_and_publish, build_and_publish_remote

    iris = Iris(chosen.base_iri)
    with progress() as step:
        if chosen.store_is_remote:
            return build_and_publish_remote(inputs, chosen, iris, progress=step, **options)
        return build_and_publish(inputs, chosen.store_path, iris, progress=step, **options)


def _tell(built: Built, version: ServedVersion, chosen: Settings) -> None:
    assert built.report is not None
    console.print(
        f"Published {len(built.sources)} record(s), {built.made} of them new or changed, "
        f"as version {version.id[:12]} in {chosen.store}",
        markup=False,
    )
    sizes = built.sizes()
    if len(sizes) > LISTED:
        console.print(f"  {sum(sizes.values()):,} triples in {len(sizes):,} graphs", markup=False)
    else:
        for name, size in sizes.items():
            console.print(f"  {size:>7,} triples  {name}", markup=False)
    console.print(f"  {built.report.summary()}", markup=False)
    for problem in built.left_out:
        console.print(f"left out: {problem}", markup=False, soft_wrap=True)
    _tell_unmet(built)


def _tell_unmet(built: Built) -> None:
    for problem in built.unmet:
        console.print(f"warning: {problem}", markup=False, soft_wrap=True)


def _watch(inputs: list[Path], chosen: Settings, options: dict[str, Any]) -> None:
    """Build, and build again whenever an input changes, until Ctrl-C."""
    from kg.store.watch import findings_in, state_of, watch

    seen = state_of(inputs)
    try:
        _build_and_tell(inputs, chosen, options)
        console.print("Watching for changes; Ctrl-C ends this.")
        for changes in watch(inputs, seen):
            if changes.knowledge:
                console.print("The ontology, the shapes or the reference data have changed: starting again.")
                os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - this program again
            console.print(str(changes), markup=False, soft_wrap=True)
            built = _build_and_tell(inputs, chosen, options)
            if built is None or built.report is None:
                continue
            sources = [built.files[f] for f in (*changes.added, *changes.edited) if f in built.files]
            for finding in findings_in(built.report, sources):
                console.print(
                    f"  {finding.severity.value}: {finding.label}: {finding.message}",
                    markup=False,
                    soft_wrap=True,
                )
    except KeyboardInterrupt:
        console.print("Stopped.")


def _build_and_tell(inputs: list[Path], chosen: Settings, options: dict[str, Any]) -> Built | None:
    try:
        built, version = _published(inputs, chosen, options)
    except KgError as error:  # to be mended while we watch
        console.print(f"error: {error}", markup=False, soft_wrap=True)
        return None
    _tell(built, version, chosen)
    return built


def _options(chosen: Settings, jobs: int | None, executor: str | None, no_cache: bool) -> dict[str, Any]:
    """What both verbs ask of a build. Raises KgError for options that contradict each other."""
    from kg.store.build import cache_of
    from kg.store.cache import Cache

    if jobs and executor:
        raise KgError(
            "--jobs and --executor exclude each other", hint="`--executor processes:4` is `--jobs 4`."
        )
    cache: Cache = Cache.temporary() if no_cache else cache_of(chosen)
    where = executor or (f"processes:{jobs}" if jobs and jobs > 1 else "serial" if jobs else "")
    return {
        "contacts": chosen.publish_contacts,
        "cache": cache,
        "executor": where or chosen.build_executor,
    }

"""`kg extract`, `kg review` and `kg evaluate`: documents → records, and how well that went."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from kg.cli.terminal import JsonOption, bar, console, print_json
from kg.errors import KgError

CountryOption = Annotated[
    str | None, typer.Option("--country", help="ISO 3166-1 alpha-3 of the documents; default: found in each.")
]


def register(app: typer.Typer) -> None:
    app.command()(extract)
    app.command()(review)
    app.command()(evaluate)


def extract(
    documents: Annotated[
        list[Path],
        typer.Argument(metavar="DOC…", help="Filled-in questionnaires or factsheets, or folders of them."),
    ],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for the records.")] = None,
    country: CountryOption = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes; default: one per core.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read filled-in questionnaires and factsheets and write records to review (to standard output without -o).

    A record in the folder that holds reviewed facts is never overwritten. A document that cannot be read is named and does not stop the others; the exit code is then 2.
    """
    from kg.extraction.batch import documents_in, extract_many
    from kg.records.dump import dump_record

    files = documents_in(documents)
    if not files:
        raise KgError(
            "no document found", where=", ".join(map(str, documents)), hint="Markdown, DOCX, PDF or HTML."
        )
    results: list[dict[str, Any]] = []
    failed = 0
    with bar("Extracting", len(files)) as advance:
        for outcome in extract_many(documents, jobs=jobs, country=country):
            advance()
            if outcome.extraction is None:
                failed += 1
                console.print(f"error: {outcome.error}", markup=False, soft_wrap=True)
                results.append({"document": str(outcome.path), "error": str(outcome.error)})
                continue
            record = outcome.extraction.record
            target = None
            if output is not None:
                target = output / str(record.source.edition) / f"{record.source.country}.yaml"
                if _is_reviewed(target):
                    console.print(f"{target} holds reviewed facts and was left as it is", markup=False)
                    results.append({**_described(outcome.path, target, outcome.extraction), "kept": True})
                    continue
                _write(target, dump_record(record))
            elif not as_json:
                sys.stdout.write(dump_record(record))
            results.append(_described(outcome.path, target, outcome.extraction))
            if not as_json:
                _print_summary(outcome.path, target, outcome.extraction)
    if as_json:
        print_json(results)
    if failed:
        raise SystemExit(2)


def review(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="A record (.yaml).")],
    against: Annotated[Path, typer.Option("--against", metavar="DOC", help="The document it was made from.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="HTML file; default: standard output.")
    ] = None,
) -> None:
    """Show a record beside its document: the text on the left with the spans marked, the facts on the right."""
    from kg.documents import read_document
    from kg.extraction.review import review_page
    from kg.records.load import load_record

    page = review_page(load_record(record), read_document(against))
    if output is None:
        sys.stdout.write(page)
    else:
        _write(output, page)
        console.print(f"Wrote {output}", markup=False)


def evaluate(
    gold: Annotated[
        Path,
        typer.Argument(metavar="GOLD_DIR", help="Folder of NAME.gold.yaml, beside their documents or not."),
    ],
    documents: Annotated[
        Path | None,
        typer.Option("--documents", metavar="DIR", help="Folder of the documents; default: GOLD_DIR."),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option("--records", help="Reviewed records that serve as gold for their documents."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure extraction against gold facts: precision, recall and F1 by kind and document, and the misses by name."""
    from kg.extraction.evaluation.evaluate import evaluate as measure
    from kg.resources import bundled

    result = measure(gold, records or bundled("data") / "responses", documents)
    sys.stdout.write((result.to_json() if as_json else result.to_text()) + "\n")


def _is_reviewed(target: Path) -> bool:
    """Whether a record is there in which a person has reviewed something; extraction must not undo that."""
    return target.is_file() and any(
        line.strip() == "status: reviewed" for line in target.read_text(encoding="utf-8").splitlines()
    )


def _described(path: Path, target: Path | None, extraction: Any) -> dict[str, Any]:
    return {
        "document": str(path),
        "record": str(target) if target else None,
        "country": extraction.record.source.country,
        "edition": extraction.record.source.edition,
        "questions": [
            {"q": s.q, "outcome": s.outcome, "facts": s.facts, "why": s.why} for s in extraction.summary
        ],
        "merges": extraction.merges,
        "warnings": extraction.warnings,
    }


def _print_summary(path: Path, target: Path | None, extraction: Any) -> None:
    source = extraction.record.source
    console.print(f"{path} → {target or 'standard output'} ({source.country} {source.edition})", markup=False)
    table = Table("q", "question", "facts", "outcome", "why", box=None, pad_edge=False)
    for line in extraction.summary:
        table.add_row(line.q, line.title, str(line.facts), line.outcome, line.why.replace("[", r"\["))
    console.print(table)
    for merge in extraction.merges:
        console.print(f"  merged: {merge}", markup=False)
    for warning in extraction.warnings:
        console.print(f"  look at: {warning}", markup=False)


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise KgError(f"cannot be written ({error.strerror})", where=str(target)) from None

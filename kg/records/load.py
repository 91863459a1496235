"""From a YAML file to a checked `Record`, or to an error that names every problem with file, line and path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from kg.records.model import Record
from kg.records.problems import Path, Problem, RecordError
from kg.records.references import check_references
from kg.records.yaml_source import Located, decode_yaml, parse_yaml, read_yaml

RECORD_FOLDERS = ("responses", "factsheets")
"""The folders of records in a folder laid out like `data/`, one per family of sources."""


def load_record(file: FilePath) -> Record:
    """Read and check one record.

    Raises RecordError (exit code 2) listing unknown keys, wrong codes, impossible dates, duplicate or dangling ids.
    """
    return _record(read_yaml(file))


def parse_record(text: str, name: str = "<text>") -> Record:
    """As `load_record`, from YAML text."""
    return _record(parse_yaml(text, name))


def record_of(content: bytes, name: str = "<bytes>") -> Record:
    """As `load_record`, from the bytes of a file."""
    return _record(decode_yaml(content, name))


def record_files(folder: FilePath) -> Iterator[FilePath]:
    """The record files below a folder, sorted: `*.yaml` under `responses/` and `factsheets/`, or anywhere without these."""
    homes = [folder / name for name in RECORD_FOLDERS if (folder / name).is_dir()] or [folder]
    for home in homes:
        yield from sorted(
            path for path in home.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file()
        )


def _record(located: Located) -> Record:
    if not isinstance(located.data, dict):
        raise RecordError(
            located.file, [_problem(located, (), "is no record: expected keys such as 'source' and 'bodies'")]
        )
    try:
        record = Record.model_validate(located.data)
    except ValidationError as error:
        raise RecordError(located.file, [_translated(located, dict(e)) for e in error.errors()]) from None
    problems = [_problem(located, p.path, p.message) for p in check_references(record)]
    if problems:
        raise RecordError(located.file, problems)
    return record


def _translated(located: Located, error: dict[str, Any]) -> Problem:
    path = tuple(
        part
        for part in error["loc"]
        if not (isinstance(part, str) and part.startswith(("function-", "list[", "constrained")))
    )
    given = error.get("input")
    match error["type"]:
        case "extra_forbidden":
            message = "is no key of this form"
        case "missing":
            message = "is missing"
        case "value_error":
            message = str(error["ctx"]["error"])
        case "too_long" | "string_too_long" if isinstance(given, str):
            message = f"is longer than {error['ctx']['max_length']} characters: '{given[:60]}…'"
        case "literal_error":
            shown = str(given)
            shown = shown if len(shown) < 80 else shown[:77] + "…"
            message = f"'{shown}' is not one of {error['ctx']['expected']}"
        case _:
            shown = repr(given)
            message = f"{error['msg']} (found {shown if len(shown) < 80 else shown[:77] + '…'})"
    return _problem(located, path, message)


def _problem(located: Located, path: Path, message: str) -> Problem:
    return Problem(message, path, located.line(path), located.file)

"""CSV tables of the data folder, read strictly: a wrong header, a short row or a bad value names the file and the line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import Pattern

from kg.errors import KgError


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its values by column, and where it stands."""

    file: Path
    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def matching(self, column: str, pattern: Pattern[str], expected: str) -> str:
        """The value of `column`; raises KgError saying what was `expected` when it does not match `pattern`."""
        value = self.values[column]
        if not pattern.fullmatch(value):
            raise self.error(f"'{value}' in column {column} is not {expected}")
        return value

    def error(self, message: str, hint: str | None = None) -> KgError:
        """A KgError that points at this row."""
        return KgError(message, where=f"{self.file}:{self.line}", hint=hint)


def read_table(file: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a UTF-8 CSV file (RFC 4180) whose header line is exactly `columns`.

    Values come stripped of surrounding blanks. Raises KgError for a file that cannot be read, another header, or a
    row with more or fewer values.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise KgError(f"cannot be read ({error.strerror})", where=str(file)) from None
    except UnicodeDecodeError as error:
        raise KgError(f"is not UTF-8 text (byte {error.start})", where=str(file)) from None
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != columns:
            raise KgError(
                f"the header line is '{','.join(header)}'",
                where=f"{file}:1",
                hint=f"Expected '{','.join(columns)}'.",
            )
        for values in reader:
            row = Row(file, reader.line_num, dict(zip(columns, (v.strip() for v in values), strict=False)))
            if len(values) != len(columns):
                raise row.error(f"has {len(values)} values, expected {len(columns)} ({', '.join(columns)})")
            yield row
    except csv.Error as error:
        raise KgError(f"is not well-formed CSV: {error}", where=f"{file}:{reader.line_num}") from None


ISO3 = re.compile(r"[A-Z]{3}")
"""An ISO 3166-1 alpha-3 code."""
M49 = re.compile(r"\d{3}")
"""A UN M49 code, with its leading zeros."""
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
"""A BCP 47 language tag as the reference data use it."""

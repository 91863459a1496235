"""What is wrong with a record, said with file, line and path so that a steward can go there and mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kg.errors import KgError

Path = tuple[str | int, ...]

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: `path` as in `bodies[3].country`, `line` in the file where known."""

    message: str
    path: Path = ()
    line: int | None = None
    file: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        where = dotted(self.path)
        return _visible(": ".join(part for part in (place, where, self.message) if part))


class RecordError(KgError):
    """A record that cannot be used; `problems` lists everything found, in file order."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            shown.append(f"… and {len(self.problems) - _SHOWN} more")
        super().__init__("\n".join(shown))
        self.file = file


def _visible(text: str) -> str:
    """What would move the cursor of a terminal, or reorder its text, as an escape: names of files and texts are anybody's."""
    return "".join(
        char if char.isprintable() or unicodedata.category(char) == "Zs" else ascii(char)[1:-1]
        for char in text
    )


def dotted(path: Path) -> str:
    """`("bodies", 3, "country")` → `bodies[3].country`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text

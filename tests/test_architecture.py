"""The house rules that code review would otherwise have to repeat."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

KG = Path(__file__).resolve().parent.parent / "kg"
# extraction produces records, so the record model stands before it.
ROOMS = [
    "documents", "questionnaire", "records", "extraction", "mapping", "reasoning", "validation", "store", "publishing",
    "web", "cli",
]  # fmt: skip
FILES = sorted(path for path in KG.rglob("*.py") if path.relative_to(KG).parts[0] in ROOMS)


def imported_rooms(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return {name.split(".")[1] for name in names if name.startswith("kg.")} & set(ROOMS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(KG)))
def test_rooms_import_only_from_rooms_before_them(file: Path) -> None:
    room = file.relative_to(KG).parts[0]
    later = {name for name in imported_rooms(file) if ROOMS.index(name) > ROOMS.index(room)}
    assert not later, f"{file.name} of {room}/ reaches forward to {sorted(later)}"


@pytest.mark.parametrize("file", sorted(KG.rglob("*.py")), ids=lambda file: str(file.relative_to(KG)))
def test_every_module_says_why_it_exists(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))


def test_there_is_no_room_for_leftovers() -> None:
    assert not [
        path for path in KG.rglob("*.py") if path.stem in {"utils", "util", "helpers", "common", "misc"}
    ]

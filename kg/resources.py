"""Where the files that ship with the program are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kg.errors import KgError

_PACKAGE = Path(__file__).resolve().parent


@cache
def bundled(name: str) -> Path:
    """The folder `ontology`, `shapes`, `queries` or `data`.

    Raises KgError when the installation lacks it.
    """
    for parent in (_PACKAGE / "_bundled", _PACKAGE.parent):
        folder = parent / name
        if folder.is_dir():
            return folder
    raise KgError(
        f"the folder '{name}' that ships with the program is missing",
        where=str(_PACKAGE),
        hint="Reinstall digigov-kg, or run from a complete checkout.",
    )

"""The words of the interface: `interface/*.yaml`, one catalogue per language, one key per message.

A file is `en.yaml` or `<part>.en.yaml`; parts are merged. A message with `one` and `other` is chosen by the value
`count`. Values are put in by name in braces. A message that a language lacks is taken from English; one that English
lacks is a mistake of the program (KeyError).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from kg.web.reader import LANGUAGES

FOLDER: Final = Path(__file__).parent / "interface"
FALLBACK: Final = next(iter(LANGUAGES))


def message(lang: str, key: str, /, **values: object) -> str:
    """The message `key` (with dots) in a language, with values put in.

    >>> message("en", "nav.countries")
    'Countries'
    """
    found = catalogue(lang).get(key)
    if found is None:
        found = catalogue(FALLBACK)[key]
    if isinstance(found, dict):
        found = found["one" if values.get("count") == 1 else "other"]
    if not values:
        return found
    return found.format_map({name: _shown(value) for name, value in values.items()})


def has_message(lang: str, key: str) -> bool:
    """Whether there is a message of that name, in the language or in English."""
    return key in catalogue(lang) or key in catalogue(FALLBACK)


@cache
def catalogue(lang: str) -> dict[str, str | dict[str, str]]:
    """All messages of a language by key."""
    found: dict[str, str | dict[str, str]] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        if file.stem == lang or file.stem.endswith(f".{lang}"):
            # The base loader takes every scalar as text: `yes` and `no` are keys here, not truth values.
            tree = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
            _flatten(tree or {}, "", found)
    return found


# --- private helpers ---


def _flatten(tree: dict[str, Any], prefix: str, into: dict[str, str | dict[str, str]]) -> None:
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and set(value) != {"one", "other"}:
            _flatten(value, name + ".", into)
        else:
            into[name] = value


def _shown(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return str(value)

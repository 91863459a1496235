"""docs/settings.md names every setting, with the default that the program has."""

from __future__ import annotations

import re
from pathlib import Path

from kg.settings import Settings

PAGE = (Path(__file__).parent.parent / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `KG_([A-Z_]+)` \| ([^|]+) \|", PAGE, re.MULTILINE))


def test_every_setting_is_documented() -> None:
    assert set(ROWS) == {name.upper() for name in Settings.model_fields}


def test_the_documented_defaults_are_those_of_the_program() -> None:
    for name, field in Settings.model_fields.items():
        shown = ROWS[name.upper()].strip().strip("`")
        default = field.default
        if default == "":
            assert shown == "none", name
        elif isinstance(default, bool):
            assert shown == str(default).lower(), name
        elif isinstance(default, (int, float)):
            assert float(shown) == default, name
        else:
            assert shown == default, name

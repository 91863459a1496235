"""docs/conformance.md names a test for each requirement: they all have to be there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+)::(\w+)`", PAGE)))


def test_every_requirement_has_a_test_that_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if f"\ndef {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert not missing
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (?:\d|HTTP)[\d.]* \| .* \| `tests", line)]
    assert len(rows) > 35


def test_the_explained_failures_are_those_of_the_runner() -> None:
    """The page says how many failures each reason explains; the runner names them."""
    runner = (ROOT / "tests" / "conformance" / "w3c.py").read_text(encoding="utf-8")
    table = PAGE.partition("not explained here:")[2].partition("##")[0]
    known = set(re.findall(r'"([\w-]+/manifest#[\w-]+)"', runner))
    explained = sum(int(count) for count in re.findall(r"^\| (\d+) \| ", table, re.MULTILINE))

    passed, of = (
        int(number)
        for number in re.findall(
            r"^\| \*\*all\*\* \| \| \*\*(\d+)\*\* \| \*\*(\d+)\*\* \|", PAGE, re.MULTILINE
        )[0]
    )
    assert explained == of - passed
    assert explained == len(known)

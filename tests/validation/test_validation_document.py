"""docs/validation.md lists every rule, as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.resources import bundled
from kg.validation import load_shapes, rules_of

DOCUMENT = (Path(__file__).parents[2] / "docs" / "validation.md").read_text("utf-8")


def rows(file: Path) -> list[str]:
    return [
        f"| `{rule.id}` | {rule.severity.value} | {rule.name} | {rule.description} |"
        for rule in sorted(
            rules_of(load_shapes([file.with_name("shapes.ttl"), file])),
            key=lambda rule: (rule.severity.rank, rule.id),
        )
    ]


FILES = [file for file in sorted(bundled("shapes").glob("*.ttl")) if file.name != "shapes.ttl"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_document_lists_the_rules_of_each_file(file: Path) -> None:
    heading = f"### {file.name} ("
    assert heading in DOCUMENT
    section = DOCUMENT.partition(heading)[2].partition("\n##")[0]
    listed = [line for line in section.splitlines() if line.startswith("| `")]
    assert listed == rows(file), "replace the table of the file by:\n" + "\n".join(rows(file))


def test_the_document_counts_the_rules() -> None:
    rules = [rule for file in FILES for rule in rules_of(load_shapes([file.with_name("shapes.ttl"), file]))]
    assert f"{len(rules)} rules" in DOCUMENT

"""For each shape statements that pass and statements that fail, read from fixtures/*.trig."""

from __future__ import annotations

from pathlib import Path

from rdflib import Dataset, Graph

FIXTURES = Path(__file__).parent / "fixtures"


def fixtures() -> dict[str, dict[str, Graph]]:
    """{"pass" | "fail": {shape: its statements}}, from every .trig file."""
    found: dict[str, dict[str, Graph]] = {"pass": {}, "fail": {}}
    for file in sorted(FIXTURES.glob("*.trig")):
        dataset = Dataset()
        dataset.parse(file)
        for graph in dataset.graphs():
            _, outcome, shape = f"{graph.identifier}::".split(":")[:3]
            if outcome in found:
                assert shape not in found[outcome], f"{shape} has two fixtures"
                found[outcome][shape] = graph
    return found

"""Two engines of different make give the same rows in the same order for every query: it is SPARQL 1.1, not one dialect."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
from calls import CALLS
from rdflib import Graph, Literal

from kg.publishing.queries import bound_text, library, run

SAMPLE_CALLS = [(name, call) for name, calls in CALLS.items() for call in calls]


def test_every_query_is_called() -> None:
    assert set(CALLS) == set(library())


@pytest.mark.parametrize(("name", "parameters"), SAMPLE_CALLS, ids=[f"{n}-{c}" for n, c in SAMPLE_CALLS])
def test_pyoxigraph_and_rdflib_agree(
    name: str,
    parameters: dict[str, str | int],
    sample: ox.Store,
    sample_graph: Graph,
    request: pytest.FixtureRequest,
) -> None:
    solutions = run(sample, name, parameters)
    columns = [variable.value for variable in solutions.variables]
    ours = [tuple(_from_oxigraph(row[column]) for column in columns) for row in solutions]
    text = bound_text(library()[name], parameters)
    graph = request.getfixturevalue("sample_dataset") if "GRAPH" in text else sample_graph
    result = graph.query(text)
    assert [str(variable) for variable in result.vars or []] == columns
    theirs = [tuple(_from_rdflib(value) for value in row) for row in result]
    assert ours, "the sample should have an answer to every query"
    assert ours == theirs


def _from_oxigraph(term: Any) -> Any:
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        return _plain(term.value, term.datatype.value)
    return term.value


def _from_rdflib(term: Any) -> Any:
    if term is None:
        return None
    return _plain(str(term), str(term.datatype)) if isinstance(term, Literal) else str(term)


def _plain(lexical: str, datatype: str) -> Any:
    """Numbers by value; lists in a cell without regard to their order, which the standard leaves open."""
    if datatype.endswith(("#integer", "#decimal")):
        return Decimal(lexical)
    return tuple(sorted(lexical.split("; ")))

"""Answers of named queries as plain dictionaries, and names as people know them."""

from __future__ import annotations

import pyoxigraph as ox

from kg.publishing.queries import run

Row = dict[str, str | None]

_NAMES = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#altLabel",
)


def ask(store: ox.Store, query: str, /, **parameters: str | int) -> list[Row]:
    """The rows of a named query; values as text, None where a column is empty."""
    solutions = run(store, query, parameters)
    columns = [variable.value for variable in solutions.variables]
    return [{column: _text(row[column]) for column in columns} for row in solutions]


def column(rows: list[Row], name: str) -> list[str | None]:
    """The values of one column, in order."""
    return [row[name] for row in rows]


def codes(rows: list[Row], name: str) -> list[str]:
    """The last parts of the IRIs in a column: alpha-3 codes of countries, notations of concepts."""
    return [(row[name] or "").rsplit("/", 1)[-1] for row in rows]


def is_called(store: ox.Store, iri: str | None, name: str) -> bool:
    """Whether `name` is the label or one of the other names of a thing."""
    assert iri is not None
    return any(
        isinstance(quad.object, ox.Literal) and quad.object.value == name
        for predicate in _NAMES
        for quad in store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None)
    )


def _text(term: object) -> str | None:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else None

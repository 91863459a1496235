"""Entailments that OWL 2 RL cannot say, as SPARQL CONSTRUCT rules (`ontology/rules/*.rq`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query

from kg.errors import KgError
from kg.namespaces import PREFIXES


@dataclass(frozen=True)
class Rule:
    """A CONSTRUCT query: where its pattern holds, its template holds too."""

    name: str
    query: Query

    def conclusions(self, graph: Graph) -> Graph:
        """What the rule concludes from `graph`, whether or not it is stated there already."""
        result = graph.query(self.query).graph
        return result if result is not None else Graph()


def load_rules(paths: Iterable[Path]) -> tuple[Rule, ...]:
    """The rules of the files. Raises KgError for a file that is no SPARQL CONSTRUCT query."""
    return tuple(_load(path, path.stat().st_mtime_ns) for path in paths)


@cache
def _load(path: Path, _changed: int) -> Rule:
    try:
        query = prepareQuery(path.read_text("utf-8"), initNs=PREFIXES)
    except Exception as error:  # pyparsing and rdflib raise many kinds for bad query text
        raise KgError(
            f"the rule is not readable as SPARQL ({' '.join(str(error).split())[:200]})",
            where=str(path),
            hint="Correct the query; it must be a CONSTRUCT.",
        ) from error
    if query.algebra.name != "ConstructQuery":
        raise KgError(
            "the rule is no CONSTRUCT query", where=str(path), hint="Write it as CONSTRUCT { … } WHERE { … }."
        )
    return Rule(path.stem, query)

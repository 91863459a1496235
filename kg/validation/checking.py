"""A graph under the shapes: pyshacl over the SHACL Core part, SPARQL constraints set-wise or by pyshacl.

pyshacl is the engine of record and does no inference of its own: its inference option changes findings (RDFS typing
hides some).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from typing import Literal as OneOf

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from rdflib import RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Identifier

from kg.errors import KgError
from kg.namespaces import DG
from kg.terms import Triple
from kg.validation.setwise import Asked, Key, without_sparql

Engine = OneOf["set-wise", "pyshacl"]
Results = dict[Key, tuple[Literal, ...]]
"""Results by (focus, path, value, shape, component), with their messages."""


def class_hierarchy(ontology: Graph) -> list[Triple]:
    """The subclass axioms between named classes: all of the ontology that a shape on instruments needs to see decrees."""
    return [
        (s, p, o)
        for s, p, o in ontology.triples((None, RDFS.subClassOf, None))
        if isinstance(s, URIRef) and isinstance(o, URIRef)
    ]


class Checked:
    """The graph under the shapes, in rdflib for pyshacl and, set-wise, in the engine that the queries are asked of."""

    def __init__(self, shapes: Graph, sparql: Engine) -> None:
        self._graph = Memoised()
        self._shapes = shapes
        self._asked = Asked(self._graph) if sparql == "set-wise" else None
        self._node_by_node = shapes if self._asked is None else without_sparql(shapes)

    def add(self, triples: Iterable[Triple]) -> None:
        fresh = [triple for triple in triples if triple not in self._graph]
        for triple in fresh:
            self._graph.add(triple)
        if self._asked is not None:
            self._asked.add(fresh)

    def results(self) -> Results:
        """The results by (focus, path, value, shape, component), with their messages."""
        found = core_results(self._graph, self._node_by_node)
        return found if self._asked is None else found | self._asked.results(self._shapes)


def core_results(graph: Graph, shapes: Graph) -> Results:
    """What pyshacl finds. Raises KgError when it cannot use the shapes."""
    try:
        _, report, text = pyshacl.validate(
            graph,
            shacl_graph=shapes,
            inference="none",
            advanced=False,
            inplace=True,
            do_owl_imports=False,
            logger=_QUIET,
        )
    except (ConstraintLoadError, ShapeLoadError, ReportableRuntimeError) as error:
        raise KgError(
            f"the shapes cannot be used ({' '.join(str(error).split())[:300]})",
            where="shapes",
            hint="Correct the shape.",
        ) from error
    if isinstance(report, ValidationFailure) or not isinstance(report, Graph):
        raise KgError(f"the validation failed ({str(text)[:300]})", where="shapes", hint="Correct the shape.")
    found: defaultdict[Key, set[Literal]] = defaultdict(set)
    for result in report.objects(None, SH.result):
        shape, focus = report.value(result, SH.sourceShape), report.value(result, SH.focusNode)
        if focus is None or shape is None:
            continue
        path = report.value(result, SH.resultPath)
        if isinstance(path, BNode):
            # The report holds a copy of a complex path; the shape's own is the one to read.
            path = shapes.value(shape, SH.path)
        key = (
            focus,
            path,
            report.value(result, SH.value),
            shape,
            report.value(result, SH.sourceConstraintComponent),
        )
        found[key] |= {m for m in report.objects(result, SH.resultMessage) if isinstance(m, Literal)}
    return {key: tuple(sorted(messages)) for key, messages in found.items()}


_QUIET = logging.getLogger("kg.validation.pyshacl")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class Memoised(Graph):
    """A graph that parses and translates each query text once."""

    def query(  # type: ignore[override]
        self,
        query_object: str | Query,
        processor: str = "sparql",
        result: str = "sparql",
        initNs: Mapping[str, Any] | None = None,  # noqa: N803 - rdflib's name
        initBindings: Mapping[str, Identifier] | None = None,  # noqa: N803 - rdflib's name
        use_store_provided: bool = True,
        **kwargs: Any,
    ) -> Result:
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        # A parsed query has its prefixes inside; handing rdflib one saves it collecting the graph's for each call.
        return super().query(
            prepared, processor, result, {"dg": DG}, initBindings, use_store_provided, **kwargs
        )


@lru_cache(maxsize=1024)
def _prepared(text: str) -> Query:
    return prepareQuery(text)

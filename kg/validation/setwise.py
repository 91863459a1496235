"""SHACL-SPARQL constraints, each asked once over the whole graph instead of once per focus node.

pyshacl evaluates a constraint's query anew for every focus node, in rdflib's engine: at 27 countries that is most of an
hour. Asked once with `$this` free in Oxigraph and then kept to the focus nodes, the same query text finds the same
results (SHACL 1.2, section 5.3.1, pre-binds `$this`; leaving it free and joining afterwards is the same for queries that
mention it in every alternative, which tests/validation/test_setwise.py holds our shapes to).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Set
from decimal import Decimal

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import KgError
from kg.terms import to_oxigraph
from kg.validation.shapes import constraint_prefixes

Key = tuple[Node, Node | None, Node | None, Node, Node | None]
"""A result: focus, path, value, shape, component."""
Number = tuple[URIRef | None, int | float | Decimal]


def without_sparql(shapes: Graph) -> Graph:
    """The shapes graph without its SPARQL constraints: what is left for a SHACL Core validator."""
    core = Graph()
    for triple in shapes:
        if triple[1] != SH.sparql:
            core.add(triple)
    return core


def sparql_results(graph: Graph, shapes: Graph) -> dict[Key, tuple[Literal, ...]]:
    """The results of all SPARQL constraints of `shapes` in `graph`, with their messages.

    `graph` holds the data and the class hierarchy (rdfs:subClassOf) that targets look along. Raises KgError for a query
    that the engine refuses.
    """
    asked = Asked(graph)
    asked.add(graph)
    return asked.results(shapes)


class Asked:
    """A graph that SPARQL constraints are asked of, in the engine: filled once, and added to as the graph grows."""

    def __init__(
        self,
        graph: Graph,
        store: ox.Store | None = None,
        written: dict[Number, Literal] | None = None,
        *,
        all_graphs: bool = False,
    ) -> None:
        """`graph` is where targets are looked up; the engine holds what is given to `add`, and what `store` has already.

        `written` tells how the data writes numbers: Oxigraph keeps a value, not its digits ("33.0" comes back as "33").
        `all_graphs`: ask the named graphs of `store` together with its default graph, not the default graph alone.
        """
        self._graph = graph
        self._store = ox.Store() if store is None else store
        self._written = {} if written is None else written
        self._all_graphs = all_graphs

    def add(self, triples: Iterable[tuple[Node, Node, Node]]) -> None:
        """Give the engine these statements of the graph too."""
        self._store.bulk_extend(
            ox.Quad(to_oxigraph(s), to_oxigraph(p), self._object(o))  # type: ignore[arg-type]
            for s, p, o in triples
        )

    def results(
        self,
        shapes: Graph,
        *,
        only: Set[Node] | None = None,
        text: Callable[[str], str] = lambda query: query,
    ) -> dict[Key, tuple[Literal, ...]]:
        """As `sparql_results`, of what has been added so far; `only` names the shapes to ask, by default all. `text` gives
        for a query what is asked instead: the same for some things only, say.
        """
        found: dict[Key, set[Literal]] = {}
        chosen = set(shapes.subjects(SH.sparql, None)) if only is None else only
        for shape in sorted(chosen, key=str):
            if _deactivated(shapes, shape):
                continue
            focus = Targets(shapes, shape, self._graph)
            if not focus:
                continue
            for constraint in shapes.objects(shape, SH.sparql):
                if not _deactivated(shapes, constraint):
                    for key, messages in self._constraint(shapes, shape, constraint, focus, text):
                        found.setdefault(key, set()).update(messages)
        return {key: tuple(sorted(messages)) for key, messages in found.items()}

    def _object(self, term: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        if isinstance(term, Literal) and (number := number_of(term)) is not None:
            self._written[number] = term
        return to_oxigraph(term)

    def _constraint(
        self,
        shapes: Graph,
        shape: Node,
        constraint: Node,
        focus: Container[Node],
        rewritten: Callable[[str], str],
    ) -> Iterator[tuple[Key, set[Literal]]]:
        templates = [
            message
            for owner in (shape, constraint)
            for message in shapes.objects(owner, SH.message)
            if isinstance(message, Literal)
        ]
        own_path = shapes.value(shape, SH.path)
        for select in shapes.objects(constraint, SH.select):
            text = rewritten(str(select))
            try:
                solutions = self._store.query(
                    text,
                    prefixes=constraint_prefixes(shapes, constraint),
                    use_default_graph_as_union=self._all_graphs,
                )
            except (SyntaxError, ValueError, OSError) as error:
                raise KgError(
                    f"the query of the shape {str(shape).rpartition('#')[2]} cannot be evaluated ({error})",
                    where="shapes",
                    hint="Correct sh:select of the shape.",
                ) from None
            assert isinstance(solutions, ox.QuerySolutions)  # load_shapes lets SELECT pass only
            names = [variable.value for variable in solutions.variables]
            judged: dict[Node, bool] = {}
            for solution in solutions:
                bound = {
                    name: to_rdf(term, self._written)
                    for name in names
                    if (term := solution[name]) is not None
                }
                this = bound.get("this")
                if this is None:
                    continue
                if this not in judged:
                    judged[this] = this in focus
                if not judged[this]:
                    continue
                # A node shape's result is about the focus node itself where the query names no value.
                value = bound.get("value", this if own_path is None else None)
                key = (this, bound.get("path", own_path), value, shape, SH.SPARQLConstraintComponent)
                yield (
                    key,
                    {
                        _filled(template, bound | ({"value": value} if value else {}))
                        for template in templates
                    },
                )


def number_of(term: Literal) -> Number | None:
    """The datatype and value of a number; None for any other literal."""
    value = term.value
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return term.datatype, value
    return None


class Targets(Container[Node]):
    """The focus nodes of a shape in a graph (SHACL section 2.1.3), looked up one by one: solutions are few, targets many."""

    def __init__(self, shapes: Graph, shape: Node, data: Graph) -> None:
        self._data = data
        self._nodes = set(shapes.objects(shape, SH.targetNode))
        self._classes = {
            narrower
            for wide in shapes.objects(shape, SH.targetClass)
            for narrower in data.transitive_subjects(RDFS.subClassOf, wide)
        }
        self._subjects_of = list(shapes.objects(shape, SH.targetSubjectsOf))
        self._objects_of = list(shapes.objects(shape, SH.targetObjectsOf))

    def __contains__(self, node: object) -> bool:
        assert isinstance(node, Node)
        return (
            node in self._nodes
            or (bool(self._classes) and not self._classes.isdisjoint(self._data.objects(node, RDF.type)))
            or any((node, p, None) in self._data for p in self._subjects_of)
            or any((None, p, node) in self._data for p in self._objects_of)
        )

    def __bool__(self) -> bool:
        return (
            bool(self._nodes)
            or any((None, RDF.type, kind) in self._data for kind in self._classes)
            or any((None, p, None) in self._data for p in (*self._subjects_of, *self._objects_of))
        )


def _filled(template: Literal, bound: dict[str, Node]) -> Literal:
    """A message with the values of its variables (SHACL section 5.3.2), in the language of the template."""
    text = re.sub(
        r"\{[?$](\w+)\}", lambda match: str(bound[match[1]]) if match[1] in bound else match[0], str(template)
    )
    return Literal(text, lang=template.language)


def _deactivated(shapes: Graph, node: Node) -> bool:
    return (node, SH.deactivated, Literal(True)) in shapes


def to_rdf(term: object, written: Mapping[Number, Literal]) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    assert isinstance(term, ox.Literal)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    literal = Literal(term.value, datatype=None if datatype == XSD.string else datatype)
    if isinstance(literal.value, (int, float, Decimal)):
        return written.get((literal.datatype, literal.value), literal)
    return literal

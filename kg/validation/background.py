"""What every source is judged with: the shapes, told apart by scope, the class hierarchy and the reference data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from itertools import chain, islice

import pyoxigraph as ox
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.reasoning import Reference, useful
from kg.terms import Triple, to_oxigraph
from kg.validation.checking import class_hierarchy
from kg.validation.scope import Reach, properties_of, with_targets
from kg.validation.setwise import number_of, without_sparql
from kg.validation.shapes import rules_of
from kg.validation.stored import plain_graph

_STEPS = 4
"""How far from a thing the queries within a source follow the reference data, at most."""


class Background:
    """What every part is judged with: the shapes, told apart by scope, the class hierarchy and the reference data.

    Raises KgError for a scope that is none, and for a shape of SHACL Core across sources whose paths have no fixed length.
    """

    def __init__(
        self,
        reference: Reference,
        shapes: Graph,
        *,
        entailed: Iterable[Triple] | None = None,
        numbers: Iterable[Literal] | None = None,
    ) -> None:
        """`reference` is the reference data, figures included, closed under the ontology. `entailed` and `numbers`: what
        these attributes were before, for the same reference data; then not all of them is looked at again.
        """
        self.reference, self.shapes = reference, shapes
        self.rules = {rule.iri: rule for rule in rules_of(shapes)}
        self.hierarchy = frozenset(class_hierarchy(reference.ontology))
        self.across = frozenset[Node](URIRef(rule.iri) for rule in self.rules.values() if rule.across_sources)
        """The shapes that look across sources."""
        asked = set(shapes.subjects(SH.sparql, None))
        self.asked_within, self.asked_across = asked - self.across, asked & self.across
        self.core = plain_graph(without_sparql(shapes))
        self.core_across = plain_graph(with_targets(self.core, self.across))
        self.reach = Reach.of(self.core, self.across - asked)
        self._properties = properties_of(shapes)
        self._cited = frozenset(shapes.objects(None, SH.targetObjectsOf))
        self.telling = self._cited | self.reach.inverse
        """The properties by which a statement is about its object, too, for some shape."""
        self.stated = reference.part.stated
        self.entailed = list(
            (
                t
                for t in reference.part.facts
                if useful(t) and t not in self.stated and t not in reference.ontology
            )
            if entailed is None
            else entailed
        )
        self._numbers = None if numbers is None else tuple(numbers)
        self.entailed_set = frozenset(self.entailed)
        self._entailed_around: defaultdict[Node, list[Triple]] = defaultdict(list)
        for triple in self.entailed:
            self._entailed_around[triple[0]].append(triple)
            if triple[1] in self.telling:
                self._entailed_around[triple[2]].append(triple)

    @property
    def numbers(self) -> tuple[Literal, ...]:
        """The numbers in the reference data that are not written as an integer is in canonical form."""
        if self._numbers is None:
            self._numbers = numbers_in(self.stated)
        return self._numbers

    def around(self, nodes: Iterable[Node]) -> tuple[list[Triple], list[Triple]]:
        """What the shapes may look at in the reference data from `nodes`: stated, and entailed."""
        stated: list[Triple] = []
        entailed: list[Triple] = []
        fresh, reached = set(nodes), set[Node]()
        for step in range(_STEPS):
            reached |= fresh
            found: list[Triple] = []
            derived: list[Triple] = []
            for node in fresh:
                found += (t for t in self.stated.triples((node, None, None)) if t[1] in self._properties)
                derived += self._entailed_around.get(node, [])
                if step == 0:
                    found += pointing(self.stated, node, self.reach.inverse, self._cited)
            stated += found
            entailed += derived
            fresh = things_in(chain(found, derived)) - reached
        return stated, entailed


def pointing(
    graph: Graph, node: Node, inverse: Iterable[Node], cited: Iterable[Node] = ()
) -> Iterator[Triple]:
    """The statements by which others point to a thing: all by `inverse` properties; of `cited` ones, which make it a
    target, one will do, since to a country point thousands.
    """
    for p in inverse:
        yield from graph.triples((None, p, node))
    for p in cited:
        yield from islice(graph.triples((None, p, node)), 1)


def described_in(triples: Iterable[Triple], telling: Set[Node]) -> tuple[set[Node], set[Node]]:
    """The things that statements are about: their subjects, and the objects of `telling` properties; and all objects."""
    described: set[Node] = set()
    objects: set[Node] = set()
    for s, p, o in triples:
        described.add(s)
        if p != RDF.type and _is_thing(o):
            objects.add(o)
            if p in telling:
                described.add(o)
    return described, objects


def things_in(triples: Iterable[Triple]) -> set[Node]:
    """The things that statements mention."""
    return {node for s, p, o in triples for node in ((s,) if p == RDF.type else (s, o)) if _is_thing(node)}


def _is_thing(node: Node) -> bool:
    return not isinstance(node, Literal)


def ntriples(triples: Iterable[Triple]) -> bytes:
    """The statements as sorted lines, as the engine writes them."""
    text = ox.serialize(
        (ox.Triple(*map(to_oxigraph, triple)) for triple in triples),  # type: ignore[arg-type]
        format=ox.RdfFormat.N_TRIPLES,
    )
    assert text is not None
    return b"".join(sorted(text.splitlines(keepends=True)))


def numbers_in(stated: Graph) -> tuple[Literal, ...]:
    """The numbers that are not written as an integer is in canonical form."""
    return tuple(
        sorted(
            {
                o
                for o in stated.objects()
                if isinstance(o, Literal) and number_of(o) is not None and not str(o).isdecimal()
            },
            key=lambda o: (str(o), str(o.datatype)),
        )
    )

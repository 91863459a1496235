"""Which shapes look across sources, and how far from a thing a shape of SHACL Core looks.

A shape without `dgsh:scope dgsh:acrossSources` finds in all sources together what it finds in each. One with it may
not: it counts or compares what several sources say of one thing, or compares things (docs/validation.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from kg.errors import KgError
from kg.validation.shapes import constraint_prefixes

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_CYCLIC = (SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)

Step = tuple[URIRef, bool]
"""A property, and whether it is followed from object to subject."""


def with_targets(shapes: Graph, chosen: Set[Node]) -> Graph:
    """The shapes graph in which only the `chosen` shapes have targets: the others judge nothing of their own accord."""
    kept = Graph()
    for triple in shapes:
        if triple[1] not in _TARGETS or triple[0] in chosen:
            kept.add(triple)
    return kept


def properties_of(shapes: Graph) -> frozenset[Node]:
    """All IRIs that shapes and their queries name: no other property decides what they find, but by a variable."""
    named = {term for triple in shapes for term in triple if isinstance(term, URIRef)}
    for constraint, text in shapes.subject_objects(SH.select):
        prefixes = constraint_prefixes(shapes, constraint)
        named |= {
            URIRef(prefixes[prefix] + local)
            for prefix, local in _PREFIXED.findall(str(text))
            if prefix in prefixes
        }
        named |= {URIRef(iri) for iri in _IRI.findall(str(text))}
    return frozenset(named | {RDF.type})


_PREFIXED = re.compile(r"([A-Za-z][\w-]*):([A-Za-z_][\w-]*)")
_IRI = re.compile(r"<([a-z]+:[^<>\s]*)>")


@dataclass(frozen=True)
class Reach:
    """What some shapes of SHACL Core look at, from a focus node.

    `properties` are all that they name; `inverse` those followed from object to subject on any step of a path, `onward`
    the steps that another follows, `cited` those of sh:targetObjectsOf; `steps` is the length of the longest path.
    """

    properties: frozenset[Node]
    inverse: frozenset[Node]
    onward: frozenset[Step]
    cited: frozenset[Node]
    steps: int

    @staticmethod
    def of(shapes: Graph, chosen: Set[Node]) -> Reach:
        """Reads the `chosen` shapes. Raises KgError for a path without a fixed length: SPARQL constraints may have those."""
        paths = [path for shape in sorted(chosen, key=str) for path in _paths(shapes, shape, ())]
        named = {o for shape in chosen for o in _below(shapes, shape) if isinstance(o, URIRef)}
        return Reach(
            properties=frozenset(named | {RDF.type}),
            inverse=frozenset(p for path in paths for p, backwards in path if backwards),
            onward=frozenset(step for path in paths for step in path[:-1]),
            cited=frozenset(o for shape in chosen for o in shapes.objects(shape, SH.targetObjectsOf)),
            steps=max(map(len, paths), default=1),
        )


def _paths(shapes: Graph, shape: Node, before: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The paths from the focus node that a shape and the shapes within it follow."""
    path = shapes.value(shape, SH.path)
    reached = [before] if path is None else [before + steps for steps in _sequences(shapes, path)]
    yield from (steps for steps in reached if steps)
    inner = [
        o for p in (SH.property, SH.node, SH["not"], SH.qualifiedValueShape) for o in shapes.objects(shape, p)
    ]
    for junction in (SH["or"], SH["and"], SH.xone):
        for members in shapes.objects(shape, junction):
            inner += shapes.items(members)
    for nested in inner:
        for steps in reached:
            yield from _paths(shapes, nested, steps)


def _sequences(shapes: Graph, path: Node) -> list[tuple[Step, ...]]:
    """A property path as the sequences of steps that it stands for."""
    if isinstance(path, URIRef):
        return [((path, False),)]
    inverse = shapes.value(path, SH.inversePath)
    if isinstance(inverse, URIRef):
        return [((inverse, True),)]
    alternatives = shapes.value(path, SH.alternativePath)
    if alternatives is not None:
        return [steps for part in shapes.items(alternatives) for steps in _sequences(shapes, part)]
    if inverse is not None or any((path, kind, None) in shapes for kind in _CYCLIC):
        raise KgError(
            "a shape follows a path whose steps cannot be listed",
            where="shapes",
            hint="Write it as a SPARQL constraint.",
        )
    sequences: list[tuple[Step, ...]] = [()]
    for part in shapes.items(path):
        sequences = [steps + more for steps in sequences for more in _sequences(shapes, part)]
    return sequences


def _below(shapes: Graph, node: Node) -> Iterator[Node]:
    """All that a shape's description mentions, through its blank nodes and the shapes it names."""
    seen: set[Node] = set()
    queue = [node]
    while queue:
        for o in shapes.objects(queue.pop(), None):
            if o not in seen:
                seen.add(o)
                yield o
                queue.append(o)

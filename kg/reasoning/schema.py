"""The ontology's axioms as tables: closed once by owlrl, then looked up instead of being derived again for each response.

The tables cover the OWL 2 RL rules of the W3C profile (section 4.3) that the project's ontology uses. A construct that
has no table is listed in `Schema.unsupported`; the compiled engine refuses such an ontology, owlrl reasons with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from itertools import combinations
from typing import Any

import owlrl
from owlrl.AxiomaticTriples import OWLRL_Datatypes_Disjointness
from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph
from rdflib.term import Node

from kg.errors import KgError
from kg.namespaces import DG
from kg.reasoning.ontology import axioms_of, members
from kg.terms import from_text, to_text

Table = dict[Node, frozenset[Node]]


class UnsupportedAxiomError(KgError):
    """The ontology uses a construct that the compiled engine has no rule for; owlrl can still reason with it."""


@dataclass(frozen=True)
class Schema:
    """Axioms closed under the scm-* rules. Tables leave out the reflexive and the trivial (owl:Thing, owl:Nothing)."""

    axioms: Graph
    superclasses: Table
    superproperties: Table
    domains: Table
    ranges: Table
    inverses: Table
    symmetric: frozenset[Node]
    transitive: frozenset[Node]
    chains: tuple[tuple[Node, tuple[Node, ...]], ...]
    intersections: tuple[tuple[Node, tuple[Node, ...]], ...]
    some_values: tuple[tuple[Node, Node, Node], ...]
    """Restrictions (class, property, filler) by owl:someValuesFrom; likewise the next two."""
    all_values: tuple[tuple[Node, Node, Node], ...]
    has_value: tuple[tuple[Node, Node, Node], ...]
    disjoint_classes: frozenset[frozenset[Node]]
    """Pairs as declared (owl:disjointWith, owl:AllDisjointClasses, owl:complementOf)."""
    disjoint_properties: frozenset[frozenset[Node]]
    irreflexive: frozenset[Node]
    asymmetric: frozenset[Node]
    unsupported: tuple[str, ...]
    mentioned: frozenset[Node] = field(default=frozenset())
    """Properties that some axiom is about. A triple of any other property fires no rule."""
    merges: bool = False
    """Whether an axiom can derive owl:sameAs."""

    @staticmethod
    def of(ontology: Graph) -> Schema:
        """The tables of `ontology`; the same content is compiled once a process."""
        axioms = axioms_of(ontology)
        content = tuple(sorted(" ".join(t.n3() for t in triple) for triple in axioms))
        return _compiled(_Content(content, axioms))

    @staticmethod
    def restored(ontology: Graph, tables: Mapping[str, Any]) -> Schema:
        """What `tables` was made from, with the same ontology, down to its blank nodes. Nothing is derived again."""
        return Schema(
            axioms_of(ontology), **{name: _from_json(value, _SHAPES[name]) for name, value in tables.items()}
        )

    def tables(self) -> dict[str, Any]:
        """All but the axioms, as JSON values."""
        return {one.name: _to_json(getattr(self, one.name)) for one in fields(self) if one.name != "axioms"}

    def active(self, data: Graph) -> Iterator[tuple[Node, Node, Node]]:
        """The statements of `data` that a rule can fire on; the rest (labels, notes, numbers) entails nothing of use.

        Where individuals can turn out to be the same, every project property counts: equality copies statements.
        """
        equality = self.merges or (None, OWL.sameAs, None) in data
        for s, p, o in data:
            if p in self.mentioned or (equality and str(p).startswith(str(DG))):
                yield s, p, o

    def disjoint_datatypes(self, one: Node, other: Node) -> bool:
        """Whether no literal is of both datatypes (OWL 2 RL datatype map, as owlrl has it)."""
        tops = (
            {one} | _DATATYPE_PARENTS.get(one, frozenset()),
            {other} | _DATATYPE_PARENTS.get(other, frozenset()),
        )
        return any(frozenset((a, b)) in _DISJOINT_DATATYPES for a in tops[0] for b in tops[1])


@dataclass(frozen=True)
class _Content:
    """A graph keyed by its content, so that equal ontologies hit the cache."""

    key: tuple[str, ...]
    graph: Graph = field(compare=False, hash=False)


_DISJOINT_DATATYPES = frozenset(frozenset((a, b)) for a, _, b in OWLRL_Datatypes_Disjointness)
_INTEGERS = (
    "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger", "long", "int", "short", "byte",
    "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
_DATATYPE_PARENTS: dict[Node, frozenset[Node]] = {
    XSD.integer: frozenset({XSD.decimal}),
    **{XSD[name]: frozenset({XSD.integer, XSD.decimal}) for name in _INTEGERS},
    **{
        XSD[n]: frozenset({XSD.string})
        for n in ("normalizedString", "token", "language", "NMTOKEN", "Name", "NCName")
    },
    XSD.dateTimeStamp: frozenset({XSD.dateTime}),
}

_DECLARATIONS = frozenset(
    {
        OWL.Class, RDFS.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property,
        RDFS.Datatype, OWL.Ontology, OWL.NamedIndividual, OWL.Restriction, RDF.List, OWL.Thing,
    }
)  # fmt: skip
_KNOWN_TYPES = _DECLARATIONS | {
    OWL.SymmetricProperty, OWL.TransitiveProperty, OWL.IrreflexiveProperty, OWL.AsymmetricProperty,
    OWL.AllDisjointClasses, OWL.AllDisjointProperties,
}  # fmt: skip
_KNOWN_PREDICATES = frozenset(
    {
        RDF.type, RDF.first, RDF.rest, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range,
        OWL.equivalentClass, OWL.equivalentProperty, OWL.inverseOf, OWL.propertyChainAxiom, OWL.disjointWith,
        OWL.propertyDisjointWith, OWL.complementOf, OWL.members, OWL.unionOf, OWL.intersectionOf, OWL.onProperty,
        OWL.someValuesFrom, OWL.allValuesFrom, OWL.hasValue, OWL.versionInfo, OWL.versionIRI, OWL.priorVersion,
        OWL.deprecated, OWL.backwardCompatibleWith, OWL.incompatibleWith,
    }
)  # fmt: skip
_TRIVIAL = {OWL.Thing, OWL.Nothing, RDFS.Resource}


@lru_cache(maxsize=4)
def _compiled(content: _Content) -> Schema:
    axioms = content.graph
    closed = Graph()
    closed += axioms
    owlrl.OWLRL_Semantics(closed, False, False, False).closure()
    typed = {kind: frozenset(closed.subjects(RDF.type, kind)) for kind in _KNOWN_TYPES}
    restrictions = {
        p: tuple((c, on, f) for c, f in axioms.subject_objects(p) for on in axioms.objects(c, OWL.onProperty))
        for p in (OWL.someValuesFrom, OWL.allValuesFrom, OWL.hasValue)
    }
    return Schema(
        axioms=axioms,
        superclasses=_table(closed, RDFS.subClassOf),
        superproperties=_table(closed, RDFS.subPropertyOf),
        domains=_table(closed, RDFS.domain),
        ranges=_table(closed, RDFS.range),
        inverses=_inverses(closed),
        symmetric=typed[OWL.SymmetricProperty],
        transitive=typed[OWL.TransitiveProperty],
        chains=tuple(
            (p, tuple(members(axioms, head))) for p, head in axioms.subject_objects(OWL.propertyChainAxiom)
        ),
        intersections=tuple(
            (c, tuple(members(axioms, h))) for c, h in axioms.subject_objects(OWL.intersectionOf)
        ),
        some_values=restrictions[OWL.someValuesFrom],
        all_values=restrictions[OWL.allValuesFrom],
        has_value=restrictions[OWL.hasValue],
        disjoint_classes=_pairs(axioms, (OWL.disjointWith, OWL.complementOf), OWL.AllDisjointClasses),
        disjoint_properties=_pairs(axioms, (OWL.propertyDisjointWith,), OWL.AllDisjointProperties),
        irreflexive=typed[OWL.IrreflexiveProperty],
        asymmetric=typed[OWL.AsymmetricProperty],
        unsupported=_unsupported(axioms),
        mentioned=_mentioned(axioms),
        merges=_merges(axioms),
    )


def _table(closed: Graph, predicate: Node) -> Table:
    table: defaultdict[Node, set[Node]] = defaultdict(set)
    for s, o in closed.subject_objects(predicate):
        if s != o and s not in _TRIVIAL and o not in _TRIVIAL:
            table[s].add(o)
    return {s: frozenset(objects) for s, objects in table.items()}


def _inverses(closed: Graph) -> Table:
    table: defaultdict[Node, set[Node]] = defaultdict(set)
    for p, q in closed.subject_objects(OWL.inverseOf):
        table[p].add(q)
        table[q].add(p)
    return {p: frozenset(qs) for p, qs in table.items()}


def _pairs(axioms: Graph, predicates: tuple[Node, ...], n_ary: Node) -> frozenset[frozenset[Node]]:
    pairs = {frozenset((a, b)) for p in predicates for a, b in axioms.subject_objects(p)}
    for group in axioms.subjects(RDF.type, n_ary):
        for head in axioms.objects(group, OWL.members):
            pairs |= {frozenset(pair) for pair in combinations(members(axioms, head), 2)}
    return frozenset(pair for pair in pairs if len(pair) == 2)


def _unsupported(axioms: Graph) -> tuple[str, ...]:
    found = set()
    for s, p, o in axioms:
        if p == RDF.type and str(o).startswith((str(OWL), str(RDFS), str(RDF))) and o not in _KNOWN_TYPES:
            found.add(f"{o.n3(axioms.namespace_manager)} on {s.n3(axioms.namespace_manager)}")
        elif p not in _KNOWN_PREDICATES:
            found.add(f"{p.n3(axioms.namespace_manager)} on {s.n3(axioms.namespace_manager)}")
    # Property expressions (an inverse without a name) have no table either.
    for p in (RDFS.subPropertyOf, OWL.inverseOf, OWL.onProperty, OWL.equivalentProperty):
        found |= {
            f"an anonymous property in {p.n3(axioms.namespace_manager)} of {s.n3(axioms.namespace_manager)}"
            for s, o in axioms.subject_objects(p)
            if isinstance(o, BNode) or (p != OWL.onProperty and isinstance(s, BNode))
        }
    return tuple(sorted(found))


def _mentioned(axioms: Graph) -> frozenset[Node]:
    """Every term of an axiom but mere declarations ("p is an object property")."""
    found: set[Node] = {RDF.type, OWL.sameAs, OWL.differentFrom}
    for s, p, o in axioms:
        if p == RDF.type and o in _DECLARATIONS:
            continue
        found |= {s, o} if p != RDF.type else {s}
    return frozenset(found)


def _merges(axioms: Graph) -> bool:
    return any(
        True
        for kind in (OWL.FunctionalProperty, OWL.InverseFunctionalProperty)
        for _ in axioms.subjects(RDF.type, kind)
    ) or any(
        True for p in (OWL.maxCardinality, OWL.maxQualifiedCardinality) for _ in axioms.subject_objects(p)
    )


def _to_json(value: Any) -> Any:
    if isinstance(value, Node):
        return to_text(value)
    if isinstance(value, dict):
        return {to_text(key): _to_json(values) for key, values in sorted(value.items())}
    if isinstance(value, frozenset):
        return sorted(_to_json(one) for one in value)
    return [_to_json(one) for one in value] if isinstance(value, tuple) else value


# How a field is nested, from the outside in; the innermost values are terms.
_TABLE, _SET, _PAIRS, _ROWS, _CHAINS = "table", "set", "pairs", "rows", "chains"
_SHAPES = {
    **dict.fromkeys(("superclasses", "superproperties", "domains", "ranges", "inverses"), _TABLE),
    **dict.fromkeys(("symmetric", "transitive", "irreflexive", "asymmetric", "mentioned"), _SET),
    **dict.fromkeys(("disjoint_classes", "disjoint_properties"), _PAIRS),
    **dict.fromkeys(("some_values", "all_values", "has_value"), _ROWS),
    **dict.fromkeys(("chains", "intersections"), _CHAINS),
    **dict.fromkeys(("unsupported", "merges"), ""),
}


def _from_json(value: Any, shape: str) -> Any:
    def terms(texts: Any) -> tuple[Node, ...]:
        return tuple(map(from_text, texts))

    if shape == _TABLE:
        return {from_text(key): frozenset(terms(values)) for key, values in value.items()}
    if shape == _SET:
        return frozenset(terms(value))
    if shape == _PAIRS:
        return frozenset(frozenset(terms(pair)) for pair in value)
    if shape == _ROWS:
        return tuple(terms(row) for row in value)
    if shape == _CHAINS:
        return tuple((from_text(head), terms(steps)) for head, steps in value)
    return tuple(value) if isinstance(value, list) else value

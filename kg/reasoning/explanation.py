"""Why an entailed statement holds: the stated triples behind it, found by walking the rules backwards."""

from __future__ import annotations

from collections.abc import Iterator, Set

from rdflib import RDF, Graph, Literal
from rdflib.term import Node

from kg.reasoning.schema import Schema
from kg.terms import Triple


class Explanation:
    """Looks up stated triples behind entailed ones. `closed` holds what is stated and what follows."""

    def __init__(self, stated: Set[Triple], closed: Graph, schema: Schema) -> None:
        self._stated, self._closed, self._schema = stated, closed, schema

    def behind(self, triple: Triple) -> tuple[Triple, ...]:
        """Stated triples from which `triple` follows, in order; the triple itself where no axiom leads back (a SPARQL rule)."""
        found = self._search(triple, frozenset())
        return tuple(sorted(found or {triple}, key=_text))

    def _search(self, triple: Triple, path: frozenset[Triple]) -> frozenset[Triple] | None:
        if triple in self._stated:
            return frozenset({triple})
        if triple in path or triple not in self._closed or len(path) > 12:
            return None
        seen = path | {triple}
        best: frozenset[Triple] | None = None
        for premises in self._premises(triple):
            support: frozenset[Triple] = frozenset()
            for premise in premises:
                part = self._search(premise, seen)
                if part is None:
                    break
                support |= part
            else:
                # The shortest derivation says most; one stated triple cannot be beaten.
                if best is None or len(support) < len(best):
                    best = support
                if len(best) == 1:
                    break
        return best

    def _premises(self, triple: Triple) -> Iterator[tuple[Triple, ...]]:
        """Sets of premises from each of which one rule derives `triple`."""
        s, p, o = triple
        yield from self._type_premises(s, o) if p == RDF.type else self._property_premises(s, p, o)

    def _type_premises(self, x: Node, c: Node) -> Iterator[tuple[Triple, ...]]:
        closed, schema = self._closed, self._schema
        for narrower in sorted(closed.objects(x, RDF.type), key=str):
            if c in schema.superclasses.get(narrower, ()):
                yield ((x, RDF.type, narrower),)
        for p, y in sorted(closed.predicate_objects(x), key=_text):
            if c in schema.domains.get(p, ()):
                yield ((x, p, y),)
        for w, p in sorted(closed.subject_predicates(x), key=_text):
            if c in schema.ranges.get(p, ()):
                yield ((w, p, x),)
        for whole, parts in schema.intersections:
            if whole == c:
                yield tuple((x, RDF.type, part) for part in parts)

    def _property_premises(self, s: Node, p: Node, o: Node) -> Iterator[tuple[Triple, ...]]:
        closed, schema = self._closed, self._schema
        for narrower in sorted(closed.predicates(s, o), key=str):
            if p in schema.superproperties.get(narrower, ()):
                yield ((s, narrower, o),)
        if isinstance(o, Literal):
            return
        for q in sorted(schema.inverses.get(p, ()), key=str):
            if (o, q, s) in closed:
                yield ((o, q, s),)
        if p in schema.symmetric and (o, p, s) in closed and s != o:
            yield ((o, p, s),)
        for head, chain in schema.chains:
            if head == p:
                yield from self._walks(s, chain, o)
        if p in schema.transitive:
            for z in sorted(closed.objects(s, p), key=str):
                if z not in (s, o) and (z, p, o) in closed:
                    yield (s, p, z), (z, p, o)

    def _walks(self, start: Node, chain: tuple[Node, ...], end: Node) -> Iterator[tuple[Triple, ...]]:
        if len(chain) == 1:
            if (start, chain[0], end) in self._closed:
                yield ((start, chain[0], end),)
            return
        for z in sorted(self._closed.objects(start, chain[0]), key=str):
            for rest in self._walks(z, chain[1:], end):
                yield ((start, chain[0], z), *rest)


def _text(terms: tuple[Node, ...]) -> tuple[str, ...]:
    return tuple(map(str, terms))

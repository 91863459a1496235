"""The fast engine: the closed axioms as direct rules over the data, each new triple looked at once (semi-naive).

It derives what owlrl derives about individuals (rule names as in the OWL 2 RL profile, section 4.3: prp-dom, prp-rng,
prp-spo1, prp-spo2, prp-symp, prp-trp, prp-inv, cax-sco, cls-int1, cls-svf, cls-avf, cls-hv, eq-*) and nothing about
classes or literals. tests/reasoning compares both engines triple by triple. An ontology with another construct is refused.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator

from rdflib import OWL, RDF, Literal
from rdflib.term import Node

from kg.reasoning.schema import Schema, Table, UnsupportedAxiomError
from kg.terms import Triple

_Fact = tuple[int, int, int]


class Saturation:
    """A set of statements closed under the rules of a schema; statements may be added at any time.

    Terms are numbered: comparing numbers is many times cheaper than comparing rdflib terms.
    Raises UnsupportedAxiomError when the schema holds a construct without a rule.
    """

    def __init__(self, schema: Schema) -> None:
        if schema.unsupported or schema.merges:
            what = ", ".join(schema.unsupported) or "a functional property or cardinality"
            raise UnsupportedAxiomError(
                f"the compiled reasoning engine has no rule for: {what}",
                where="ontology",
                hint="Reason with engine='owlrl', or add the rule to kg/reasoning/compiled.py with a test.",
            )
        self._schema = schema
        self._ids: dict[Node, int] = {}
        self._terms: list[Node] = []
        self._literal: list[bool] = []
        self._facts: set[_Fact] = set()
        self._objects: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._subjects: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self._queue: deque[_Fact] = deque()
        self._derived: list[_Fact] = []
        self._type, self._same = self._id(RDF.type), self._id(OWL.sameAs)
        self._thing = self._id(OWL.Thing)
        self._compile()

    def add(self, triples: Iterable[Triple]) -> None:
        """State `triples` and derive what follows."""
        for s, p, o in triples:
            self._fact(self._id(s), self._id(p), self._id(o))
        self._run(len(self._queue))

    def forget(self) -> None:
        """Start again without statements. The rules stay: compiling them takes longer than closing a few statements."""
        self._facts.clear()
        self._objects.clear()
        self._subjects.clear()
        self._queue.clear()
        self._derived = []

    def derived(self) -> Iterator[Triple]:
        """What was derived since the last call."""
        terms, facts = self._terms, self._derived
        self._derived = []
        for s, p, o in facts:
            yield terms[s], terms[p], terms[o]

    def _id(self, term: Node) -> int:
        number = self._ids.get(term)
        if number is None:
            number = self._ids[term] = len(self._terms)
            self._terms.append(term)
            self._literal.append(isinstance(term, Literal))
        return number

    def _compile(self) -> None:
        schema, number = self._schema, self._id

        def numbered(table: Table) -> dict[int, tuple[int, ...]]:
            return {number(k): tuple(sorted(map(number, v))) for k, v in table.items()}

        self._superclasses = numbered(schema.superclasses)
        self._superproperties = numbered(schema.superproperties)
        self._domains = numbered(schema.domains)
        self._ranges = numbered(schema.ranges)
        self._inverses = numbered(schema.inverses)
        self._symmetric = {number(p) for p in schema.symmetric}
        self._transitive = {number(p) for p in schema.transitive}
        self._chains: defaultdict[int, list[tuple[int, tuple[int, ...], int]]] = defaultdict(list)
        for head, chain in schema.chains:
            steps = tuple(map(number, chain))
            for place, step in enumerate(steps):
                self._chains[step].append((number(head), steps, place))
        self._parts: defaultdict[int, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
        for whole, parts in schema.intersections:
            for part in parts:
                self._parts[number(part)].append((number(whole), tuple(map(number, parts))))
        self._some_by_property, self._some_by_filler = _by(schema.some_values, number)
        self._all_by_property: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._all_by_class: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for c, p, f in schema.all_values:
            self._all_by_property[number(p)].append((number(c), number(f)))
            self._all_by_class[number(c)].append((number(p), number(f)))
        self._value_by_property: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._value_by_class: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for c, p, v in schema.has_value:
            self._value_by_property[number(p)].append((number(c), number(v)))
            self._value_by_class[number(c)].append((number(p), number(v)))

    def _fact(self, s: int, p: int, o: int) -> None:
        fact = (s, p, o)
        if fact not in self._facts and not self._literal[s]:
            self._facts.add(fact)
            self._objects[p, s].add(o)
            self._subjects[p, o].add(s)
            self._queue.append(fact)

    def _run(self, stated: int) -> None:
        """Looks at each fact of the queue once; those after the first `stated` ones are derived."""
        while self._queue:
            s, p, o = self._queue.popleft()
            if stated:
                stated -= 1
            else:
                self._derived.append((s, p, o))
            if p == self._type:
                self._class_rules(s, o)
            elif p == self._same:
                self._merge(s, o)
            else:
                self._property_rules(s, p, o)
            self._copy_to_equals(s, p, o)

    def _class_rules(self, x: int, c: int) -> None:
        fact, kind = self._fact, self._type
        for wider in self._superclasses.get(c, ()):
            fact(x, kind, wider)
        for whole, parts in self._parts.get(c, ()):
            if all((x, kind, part) in self._facts for part in parts):
                fact(x, kind, whole)
        for restriction, p in self._some_by_filler.get(c, ()):
            for u in tuple(self._subjects.get((p, x), ())):
                fact(u, kind, restriction)
        for p, filler in self._all_by_class.get(c, ()):
            for v in tuple(self._objects.get((p, x), ())):
                fact(v, kind, filler)
        for p, value in self._value_by_class.get(c, ()):
            fact(x, p, value)

    def _property_rules(self, s: int, p: int, o: int) -> None:
        fact, kind = self._fact, self._type
        for wider in self._superproperties.get(p, ()):
            fact(s, wider, o)
        for c in self._domains.get(p, ()):
            fact(s, kind, c)
        if not self._literal[o]:
            for c in self._ranges.get(p, ()):
                fact(o, kind, c)
            for q in self._inverses.get(p, ()):
                fact(o, q, s)
            if p in self._symmetric:
                fact(o, p, s)
        if p in self._transitive:
            for z in tuple(self._objects.get((p, o), ())):
                fact(s, p, z)
            for w in tuple(self._subjects.get((p, s), ())):
                fact(w, p, o)
        for head, steps, place in self._chains.get(p, ()):
            ends = self._walk(o, steps[place + 1 :], self._objects)
            for start in self._walk(s, steps[:place][::-1], self._subjects):
                for end in ends:
                    fact(start, head, end)
        for restriction, filler in self._some_by_property.get(p, ()):
            if filler == self._thing or (o, kind, filler) in self._facts:
                fact(s, kind, restriction)
        for restriction, filler in self._all_by_property.get(p, ()):
            if (s, kind, restriction) in self._facts:
                fact(o, kind, filler)
        for restriction, value in self._value_by_property.get(p, ()):
            if o == value:
                fact(s, kind, restriction)

    @staticmethod
    def _walk(start: int, steps: Iterable[int], index: dict[tuple[int, int], set[int]]) -> set[int]:
        reached = {start}
        for step in steps:
            reached = {z for y in reached for z in index.get((step, y), ())}
        return reached

    def _merge(self, x: int, y: int) -> None:
        """eq-sym, eq-trans, eq-rep-s, eq-rep-o for a new x = y; no property of the project is ever the same as another."""
        if x == y or self._literal[y]:
            return
        self._fact(y, self._same, x)
        for z in tuple(self._objects.get((self._same, y), ())):
            self._fact(x, self._same, z)
        for s, p, o in [f for f in self._facts if x in (f[0], f[2]) and f[1] != self._same]:
            self._fact(y if s == x else s, p, y if o == x else o)

    def _copy_to_equals(self, s: int, p: int, o: int) -> None:
        if p == self._same:
            return
        for other in tuple(self._objects.get((self._same, s), ())):
            self._fact(other, p, o)
        for other in tuple(self._objects.get((self._same, o), ())):
            self._fact(s, p, other)


def _by(
    restrictions: tuple[tuple[Node, Node, Node], ...], number: Callable[[Node], int]
) -> tuple[dict[int, list[tuple[int, int]]], dict[int, list[tuple[int, int]]]]:
    by_property: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    by_filler: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for c, p, f in restrictions:
        by_property[number(p)].append((number(c), number(f)))
        by_filler[number(f)].append((number(c), number(p)))
    return by_property, by_filler

"""The closure taken apart: what follows within one source, and what follows only from several sources together.

A part is what one source states; the reference data is what every part sees. The premises of each rule meet in an
individual, so premises from two parts meet in an individual that both mention. It is enough to look at the statements
around those, and at the statements around whatever a new conclusion is about. docs/reasoning.md says why `close_parts`
is `close` of everything together, to the triple; tests/reasoning/test_parts.py holds it to that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from rdflib import OWL, RDF, Graph, Literal, Variable
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from kg.reasoning.clashes import Clash, find_clashes
from kg.reasoning.closure import Closure, conclusions, graph_of, useful
from kg.reasoning.compiled import Saturation, Triple
from kg.reasoning.ontology import rule_files
from kg.reasoning.rules import Rule, load_rules
from kg.reasoning.schema import Schema, UnsupportedAxiomError


@dataclass(frozen=True)
class Part:
    """What one source states, with what follows from it and the reference data.

    `facts` are the statements that a rule can fire on together with all that they entail, those of the reference data
    left out; `clashes` are the contradictions in this part or between it and the reference data.
    """

    stated: Graph
    facts: frozenset[Triple]
    clashes: tuple[Clash, ...]


class Reference:
    """The reference data, closed once, and found by the individuals that its statements mention.

    Raises UnsupportedAxiomError for an ontology or a rule that cannot be applied to parts: a property chain of more than
    two steps, or a rule whose patterns do not all share one variable.
    """

    def __init__(self, stated: Graph, ontology: Graph, *, rules: Iterable[Path] | None = None) -> None:
        self.schema, self.ontology = Schema.of(ontology), ontology
        self.rules = load_rules(rule_files() if rules is None else rules)
        _require_local(self.schema, self.rules)
        _require_no_equality(stated)
        active = set(self.schema.active(stated))
        derived = _saturated(active, _nothing, frozenset(), self.schema, self.rules)
        clashes = find_clashes(active, graph_of(active, derived), self.schema, stated, ontology)
        self.part = Part(stated, frozenset(active | derived), clashes)
        self.around = _by_individual(self.part.facts)


def close_part(stated: Graph, reference: Reference) -> Part:
    """What one source entails together with the reference data. Raises UnsupportedAxiomError where it says owl:sameAs."""
    schema = reference.schema
    _require_no_equality(stated)
    active = set(schema.active(stated))
    known = reference.part.facts
    seeds = active - known
    derived = _saturated(seeds, reference.around, known, schema, reference.rules)
    facts = frozenset(seeds | derived)
    around = {t for node in _individuals(facts) for t in reference.around(node)}
    data = graph_of(
        stated, *(reference.part.stated.triples((node, None, None)) for node in _individuals(facts))
    )
    clashes = find_clashes(active | around, graph_of(facts, around), schema, data, reference.ontology)
    return Part(stated, facts, clashes)


def close_across(parts: Sequence[Part], reference: Reference) -> Part:
    """What follows only from several of the parts together; `stated` is empty.

    `clashes` are those that no part has by itself. They are told apart by kind, individual and terms, and name the
    statements around the individual: `close` of the sources concerned words them in full.
    """
    everyone = _Everyone(parts, reference)
    seeds = {t for node in everyone.shared for t in everyone.around(node)}
    derived = _saturated(seeds, everyone.around, everyone, reference.schema, reference.rules, closed=True)
    touched = everyone.shared.keys() | _individuals(derived)
    closed = {t for node in touched for t in everyone.around(node)} | derived
    data = graph_of(
        *(part.stated.triples((node, None, None)) for node in touched for part in everyone.mentioning(node))
    )
    found = find_clashes(closed - derived, graph_of(closed), reference.schema, data, reference.ontology)
    had = {_identity(clash) for part in (reference.part, *parts) for clash in part.clashes}
    return Part(Graph(), frozenset(derived), tuple(c for c in found if _identity(c) not in had))


def close_parts(parts: Sequence[Part], reference: Reference) -> Closure:
    """The closure of all parts and the reference data, as `close` of their union gives it."""
    everyone = [reference.part, *parts, close_across(parts, reference)]
    stated = graph_of(*(part.stated for part in everyone))
    inferred = graph_of(
        t
        for part in everyone
        for t in part.facts
        if useful(t) and t not in stated and t not in reference.ontology
    )
    clashes: dict[_Identity, list[Clash]] = {}
    for part in everyone:
        # A contradiction in the reference data shows in every part that mentions it: the first one tells it.
        clashes |= {key: found for key, found in _by_identity(part.clashes).items() if key not in clashes}
    return Closure(inferred, tuple(clash for key in sorted(clashes) for clash in clashes[key]))


_Identity = tuple[str, str, tuple[str, ...]]
Around = Callable[[Node], Set[Triple]]
"""The closed statements that mention an individual."""


class _Everyone(Container[Triple]):
    """The closed statements of all parts and the reference data, looked up around few individuals: only those that
    parts share are indexed for all parts, and a part's own only when something reaches one of them.
    """

    def __init__(self, parts: Sequence[Part], reference: Reference) -> None:
        self._reference = reference
        self._owner: dict[Node, Part] = {}
        self._own: dict[int, Around] = {}
        self.shared: dict[Node, list[Part]] = {}
        """The individuals that more than one part mentions, with these parts."""
        for part in parts:
            for node in _individuals(part.facts):
                if node in self.shared:
                    self.shared[node].append(part)
                elif (owner := self._owner.setdefault(node, part)) is not part:
                    self.shared[node] = [owner, part]
        self._shared: defaultdict[Node, set[Triple]] = defaultdict(set)
        for part in parts:
            for triple in part.facts:
                s, p, o = triple
                if s in self.shared:
                    self._shared[s].add(triple)
                if p != RDF.type and o in self.shared:
                    self._shared[o].add(triple)

    def mentioning(self, node: Node) -> list[Part]:
        """The parts that mention an individual, and the reference data."""
        owner = self._owner.get(node)
        return [self._reference.part, *self.shared.get(node, [owner] if owner else [])]

    def around(self, node: Node) -> Set[Triple]:
        """The closed statements that mention an individual."""
        return self._reference.around(node) | self._around_in_parts(node)

    def __contains__(self, triple: object) -> bool:
        assert isinstance(triple, tuple)
        return triple in self._reference.part.facts or triple in self._around_in_parts(triple[0])

    def _around_in_parts(self, node: Node) -> Set[Triple]:
        if node in self.shared:
            return self._shared[node]
        owner = self._owner.get(node)
        if owner is None:
            return _NONE
        if id(owner) not in self._own:
            self._own[id(owner)] = _by_individual(owner.facts)
        return self._own[id(owner)](node)


def _saturated(
    seeds: Set[Triple],
    around: Around,
    known: Container[Triple],
    schema: Schema,
    rules: Sequence[Rule],
    *,
    closed: bool = False,
) -> set[Triple]:
    """What follows from `seeds` and the `known` statements around them, beyond both.

    `known` is closed wherever it comes from one part; `closed` says that the seeds are, too, so that only conclusions
    reach for what is around them.
    """
    saturation, present = Saturation(schema), graph_of()
    reached: set[Node] = set()
    new: set[Triple] = set()
    fresh = set(seeds)
    reaching: Set[Triple] = set() if closed else fresh
    while fresh:
        nodes = _individuals(reaching) - reached
        reached |= nodes
        fresh |= {t for node in nodes for t in around(node)}
        for triple in fresh:
            present.add(triple)
        saturation.add(fresh)
        concluded = set(saturation.derived())
        for triple in concluded:
            present.add(triple)
        ruled = conclusions(rules, present) if rules else set()
        reaching = {t for t in concluded | ruled if t not in seeds and t not in known}
        new |= reaching
        unreached = any(node not in reached for node in _individuals(reaching))
        fresh = ruled if ruled else (set(reaching) if unreached else set())
    return new


def _by_individual(facts: Iterable[Triple]) -> Around:
    index: defaultdict[Node, set[Triple]] = defaultdict(set)
    for triple in facts:
        for node in _individuals((triple,)):
            index[node].add(triple)
    return lambda node: index.get(node, _NONE)


def _nothing(_: Node) -> Set[Triple]:
    return _NONE


_NONE: frozenset[Triple] = frozenset()


def _individuals(facts: Iterable[Triple]) -> set[Node]:
    """Classes are no individuals: rules look them up in the ontology, and never join two statements in one."""
    found: set[Node] = set()
    for s, p, o in facts:
        found.add(s)
        if p != RDF.type and not isinstance(o, Literal):
            found.add(o)
    return found


def _require_no_equality(stated: Graph) -> None:
    """Where a source says that two things are one, plain statements of every other source count twice."""
    if (None, OWL.sameAs, None) in stated:
        raise UnsupportedAxiomError(
            "a source states owl:sameAs, which concerns the statements of every other source",
            where="reasoning",
            hint="Close all sources together.",
        )


def _identity(clash: Clash) -> _Identity:
    return clash.kind, clash.individual, clash.terms


def _by_identity(clashes: Iterable[Clash]) -> dict[_Identity, list[Clash]]:
    found: defaultdict[_Identity, list[Clash]] = defaultdict(list)
    for clash in clashes:
        found[_identity(clash)].append(clash)
    return found


def _require_local(schema: Schema, rules: Iterable[Rule]) -> None:
    long = [head for head, steps in schema.chains if len(steps) > 2]
    if long:
        raise UnsupportedAxiomError(
            f"a property chain has more than two steps: {', '.join(sorted(map(str, long)))}",
            where="ontology",
            hint="Name the middle of the chain by a property of its own, or close all sources together.",
        )
    for rule in rules:
        if not _is_star(rule, schema):
            raise UnsupportedAxiomError(
                f"the patterns of the rule {rule.name} do not all share one individual, or look at more than axioms do",
                where="ontology/rules",
                hint="Split the rule in two, or close all sources together.",
            )


_MONOTONE = {"ConstructQuery", "Project", "Join", "Filter", "BGP", "ToMultiSet", "Distinct"}


def _is_star(rule: Rule, schema: Schema) -> bool:
    """Whether all triple patterns of a rule share one variable for an individual, are of properties that parts keep in
    `Part.facts`, and are joined by operators that lose no result when statements are added.
    """
    patterns: list[tuple[Node, Node, Node]] = []
    for operator in _operators(rule.query.algebra):
        if operator.name == "BGP":
            patterns += operator.triples
        elif operator.name not in _MONOTONE:
            return False
    if not patterns or any(p not in schema.mentioned for _, p, _ in patterns):
        return False
    individuals = [
        {t for t in (s, *(() if p == RDF.type else (o,))) if isinstance(t, Variable)} for s, p, o in patterns
    ]
    return bool(set.intersection(*individuals))


def _operators(node: CompValue) -> Iterator[CompValue]:
    """The operators of a query's algebra; in filters only what looks at the graph again (EXISTS) counts."""
    yield node
    for key in ("p", "p1", "p2"):
        inner = node.get(key)
        if isinstance(inner, CompValue):
            yield from _operators(inner)
    expression = node.get("expr")
    if isinstance(expression, CompValue):
        yield from _exists(expression)


def _exists(expression: CompValue) -> Iterator[CompValue]:
    if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        yield expression
    for value in expression.values():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, CompValue):
                yield from _exists(item)

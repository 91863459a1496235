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
from itertools import chain
from pathlib import Path

from rdflib import OWL, RDF, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from kg.reasoning.clashes import Clash, find_clashes
from kg.reasoning.closure import Closure, conclusions, graph_of, useful
from kg.reasoning.compiled import Saturation
from kg.reasoning.ontology import rule_files
from kg.reasoning.rules import Rule, load_rules, operators
from kg.reasoning.schema import Schema, UnsupportedAxiomError
from kg.terms import Triple


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

    def __init__(
        self,
        stated: Graph,
        ontology: Graph,
        *,
        rules: Iterable[Path] | None = None,
        part: Part | None = None,
        schema: Schema | None = None,
    ) -> None:
        """`part` and `schema`: what was found about the same data, ontology and rules before; then nothing is derived
        again.
        """
        self.schema, self.ontology = schema or Schema.of(ontology), ontology
        self.rules = load_rules(rule_files() if rules is None else rules)
        _require_local(self.schema, self.rules)
        _require_no_equality(stated)
        self.part = self._closed(stated) if part is None else part
        self.around = _by_individual(self.part.facts)
        self.kinds = _Kinds(self.schema, self.rules)

    def _closed(self, stated: Graph) -> Part:
        active = set(self.schema.active(stated))
        derived = saturated(active, _nothing, frozenset(), self.schema, self.rules)
        clashes = find_clashes(active, graph_of(active, derived), self.schema, stated, self.ontology)
        return Part(stated, frozenset(active | derived), clashes)


def close_part(stated: Graph, reference: Reference) -> Part:
    """What one source entails together with the reference data. Raises UnsupportedAxiomError where it says owl:sameAs."""
    schema = reference.schema
    _require_no_equality(stated)
    active = set(schema.active(stated))
    known = reference.part.facts
    seeds = active - known
    derived = saturated(seeds, reference.around, known, schema, reference.rules)
    facts = frozenset(seeds | derived)
    around = {t for node in individuals(facts) for t in reference.around(node)}
    data = graph_of(
        stated, *(reference.part.stated.triples((node, None, None)) for node in individuals(facts))
    )
    clashes = find_clashes(active | around, graph_of(facts, around), schema, data, reference.ontology)
    return Part(stated, facts, clashes)


def meeting(part: Part, reference: Reference) -> Iterator[Triple]:
    """The facts of a part that can meet facts of another: all that `close_across` needs of it to draw conclusions."""
    kinds = reference.kinds
    return (t for t in part.facts if kinds.excluding(t) or kinds.ends(t))


def close_across(parts: Sequence[Part], reference: Reference, *, beyond: bool = True) -> Part:
    """What follows only from several of the parts together; `stated` is empty.

    Without `beyond`, what a part has by itself may be among it: then the `facts` of parts need be those of `meeting`
    only, a third of all, and the result depends on nothing else. A clash is found then, but to word it takes everything.

    `clashes` are those that no part has by itself. They are told apart by kind, individual and terms, and name the
    statements around the individual: `close` of the sources concerned words them in full.
    """
    met = _Meeting(parts, reference)
    seeds = {t for node in met.shared for t in met.around(node)}
    concluded = saturated(seeds, met.around, met, reference.schema, reference.rules, closed=True)
    derived = _beyond(parts, concluded) if beyond else concluded
    return Part(Graph(), frozenset(derived), _clashes_across(parts, derived, met, reference))


def _beyond(parts: Sequence[Part], concluded: set[Triple]) -> set[Triple]:
    """The conclusions that no part has already."""
    subjects: defaultdict[str, set[str]] = defaultdict(set)
    for s, p, _ in concluded:
        subjects[str(p)].add(str(s))
    known = {
        triple
        for part in parts
        for triple in part.facts
        if (about := subjects.get(str(triple[1]))) is not None
        and str(triple[0]) in about
        and triple in concluded
    }
    return concluded - known


def _clashes_across(
    parts: Sequence[Part], derived: Set[Triple], met: _Meeting, reference: Reference
) -> tuple[Clash, ...]:
    """The contradictions between statements of several parts, or with what follows from several."""
    excluding = {t for t in derived if reference.kinds.excluding(t)}
    about = met.excluding(individuals(excluding)) | excluding
    had = {_identity(clash) for part in (reference.part, *parts) for clash in part.clashes}

    def found(closed: Set[Triple], data: Graph) -> list[Clash]:
        clashes = find_clashes(closed - derived, graph_of(closed), reference.schema, data, reference.ontology)
        return [clash for clash in clashes if _identity(clash) not in had]

    clashing = {clash.individual for clash in found(about, Graph())}
    if not clashing:
        return ()
    # Few, if any: only for these all that explains them is collected.
    nodes = {end for t in about if str(t[0]) in clashing for end in individuals((t,))}
    closed = {
        t
        for facts in (derived, reference.part.facts, *(part.facts for part in parts))
        for t in facts
        if not nodes.isdisjoint(individuals((t,)))
    }
    stated = (reference.part.stated, *(part.stated for part in parts))
    data = graph_of(*(graph.triples((node, None, None)) for graph in stated for node in nodes))
    return tuple(found(closed, data))


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


_Ends = tuple[bool, bool]
"""Whether a fact of some property meets others in its subject, and in its object."""


class _Kinds:
    """Which facts meet others, and where: those that some rule joins with another, those that an axiom excludes beside
    another. All others entail alone what they entail, and contradict nothing; their parts know it already.
    """

    def __init__(self, schema: Schema, rules: Sequence[Rule]) -> None:
        # Strings: an IRI of rdflib takes many times longer to compare, and every fact of every part is looked at.
        self.joined: dict[str, _Ends] = {}
        """The properties of facts that a rule joins with others."""
        for _, steps in schema.chains:
            for place, step in enumerate(steps):
                self._join(step, place > 0, place < len(steps) - 1)
        for p in schema.transitive:
            self._join(p, True, True)
        for _, p, _ in schema.some_values:
            self._join(p, False, True)
        for _, p, _ in schema.all_values:
            self._join(p, True, False)
        classes = {part for _, whole in schema.intersections for part in whole}
        classes |= {filler for _, _, filler in schema.some_values} | {
            kind for kind, _, _ in schema.all_values
        }
        self.every_type = False
        """Whether a rule joins types whatever the class."""
        for rule in rules:
            centre = _centre(rule)
            for s, p, o in rule.patterns or ():
                if p != _TYPE:
                    self._join(p, s in centre, o in centre)
                elif isinstance(o, Variable):
                    self.every_type = True
                else:
                    classes.add(o)
        self.classes = frozenset(map(str, classes))
        """The classes whose members a rule looks up."""
        excluded = {p for pair in schema.disjoint_properties for p in pair}
        excluded |= {*schema.asymmetric, *schema.irreflexive, OWL.sameAs, OWL.differentFrom}
        self.excluded = frozenset(map(str, excluded))
        exclusive = sorted(
            {str(kind) for pair in schema.disjoint_classes for kind in pair} | {str(OWL.Nothing)}
        )
        self.bits = {kind: 1 << number for number, kind in enumerate(exclusive)}
        """The classes that exclude others, each with a bit to tell sets of them apart."""

    def _join(self, p: Node, in_subject: bool, in_object: bool) -> None:
        before = self.joined.get(str(p), (False, False))
        self.joined[str(p)] = (before[0] or in_subject, before[1] or in_object)

    def ends(self, triple: Triple) -> tuple[Node, ...]:
        """The individuals in which a fact can meet another."""
        s, p, o = triple
        name = str(p)
        if name == _TYPE_NAME:
            return (s,) if self.every_type or str(o) in self.classes else ()
        in_subject, in_object = self.joined.get(name, (False, False))
        return (*((s,) if in_subject else ()), *((o,) if in_object and not isinstance(o, Literal) else ()))

    def excluding(self, triple: Triple) -> bool:
        _, p, o = triple
        return str(o) in self.bits if p == _TYPE else str(p) in self.excluded


class _Meeting(Container[Triple]):
    """Where parts meet: the individuals in which facts of several parts do, with those facts; and those about which
    several parts say what may exclude each other.
    """

    def __init__(self, parts: Sequence[Part], reference: Reference) -> None:
        self._reference, kinds = reference, reference.kinds
        self._joining, self._excluding = _Shared(), _Shared()
        masks: dict[str, int] = {}
        mixed: set[str] = set()
        for number, part in enumerate(parts):
            own: dict[str, int] = {}
            for triple in part.facts:
                s, p, o = triple
                if str(p) == _TYPE_NAME:
                    name = str(o)
                    if kinds.every_type or name in kinds.classes:
                        self._joining.add(number, triple, (s,))
                    bit = kinds.bits.get(name)
                    if bit is not None:
                        subject = str(s)
                        own[subject] = own.get(subject, 0) | bit
                else:
                    name = str(p)
                    if name in kinds.joined:
                        self._joining.add(number, triple, kinds.ends(triple))
                    if name in kinds.excluded:
                        self._excluding.add(number, triple, individuals((triple,)))
            for subject, mask in own.items():
                before = masks.setdefault(subject, mask)
                if before != mask:
                    mixed.add(subject)
                    masks[subject] = before | mask
        self._mixed = {subject: masks[subject] for subject in mixed}
        self._masks = masks
        self.shared = self._joining.shared

    def around(self, node: Node) -> Set[Triple]:
        """The facts that meet others in an individual, in any part or the reference data."""
        own = {t for t in self._reference.around(node) if node in self._reference.kinds.ends(t)}
        return own | self._joining.around.get(node, _NONE)

    def excluding(self, also: Iterable[Node]) -> set[Triple]:
        """The facts that may exclude each other about individuals that several parts mention, and about some `also`."""
        kinds = self._reference.kinds
        nodes = {*self._excluding.shared, *also, *map(URIRef, self._mixed)}
        found = {t for node in nodes for t in self._excluding.around.get(node, _NONE)}
        found |= {t for node in nodes for t in self._reference.around(node) if kinds.excluding(t)}
        for node in nodes:
            mask = self._masks.get(str(node), 0)
            found |= {(node, _TYPE, URIRef(kind)) for kind, bit in kinds.bits.items() if mask & bit}
        return found

    def __contains__(self, triple: object) -> bool:
        assert isinstance(triple, tuple)
        return triple in self._reference.part.facts or triple in self._joining.around.get(triple[0], _NONE)


class _Shared:
    """Facts by the individuals in which they may meet others, and those in which facts of several parts do."""

    def __init__(self) -> None:
        self.around: defaultdict[Node, set[Triple]] = defaultdict(set)
        self.shared: dict[Node, None] = {}
        self._owner: dict[Node, int] = {}

    def add(self, part: int, triple: Triple, ends: Iterable[Node]) -> None:
        for node in ends:
            self.around[node].add(triple)
            if self._owner.setdefault(node, part) != part:
                self.shared[node] = None


def saturated(
    seeds: Set[Triple],
    around: Around,
    known: Container[Triple],
    schema: Schema,
    rules: Sequence[Rule],
    *,
    closed: bool = False,
    saturation: Saturation | None = None,
) -> set[Triple]:
    """What follows from `seeds` and the `known` statements around them, beyond both.

    `known` is closed wherever it comes from one part; `closed` says that the seeds are, too, so that only conclusions
    reach for what is around them. `saturation` is one of the schema to work with, empty.
    """
    saturation, present = saturation or Saturation(schema), graph_of()
    asked = _Asked(rules)
    reached: set[Node] = set()
    new: set[Triple] = set()
    ruled_before: set[Triple] = set()
    fresh = set(seeds)
    reaching: Set[Triple] = set() if closed else fresh
    while fresh:
        nodes = individuals(reaching) - reached
        reached |= nodes
        fresh |= {t for node in nodes for t in around(node)}
        saturation.add(fresh)
        concluded = set(saturation.derived())
        before = len(present)
        for triple in chain(fresh, concluded):
            if triple in asked:
                present.add(triple)
        # A rule is asked again only when there is more of what it asks for.
        ruled = conclusions(rules, present) - ruled_before if len(present) > before else set()
        ruled_before |= ruled
        reaching = {t for t in concluded | ruled if t not in seeds and t not in known}
        new |= reaching
        unreached = any(node not in reached for node in individuals(reaching))
        fresh = ruled if ruled else (set(reaching) if unreached else set())
    return new


class _Asked(Container[Triple]):
    """The statements that some pattern of a rule can match."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        patterns = [(str(p), o) for rule in rules for _, p, o in rule.patterns or ()]
        self._properties = {p for p, o in patterns if p != _TYPE_NAME or isinstance(o, Variable)}
        self._classes = {str(o) for p, o in patterns if p == _TYPE_NAME}

    def __contains__(self, triple: object) -> bool:
        assert isinstance(triple, tuple)
        name = str(triple[1])
        return name in self._properties or (name == _TYPE_NAME and str(triple[2]) in self._classes)


def _by_individual(facts: Iterable[Triple]) -> Around:
    index: defaultdict[Node, set[Triple]] = defaultdict(set)
    for triple in facts:
        for node in individuals((triple,)):
            index[node].add(triple)
    return lambda node: index.get(node, _NONE)


def _nothing(_: Node) -> Set[Triple]:
    return _NONE


_NONE: frozenset[Triple] = frozenset()
_TYPE, _TYPE_NAME = RDF.type, str(RDF.type)


def individuals(facts: Iterable[Triple]) -> set[Node]:
    """Classes are no individuals: rules look them up in the ontology, and never join two statements in one."""
    found: set[Node] = set()
    for s, p, o in facts:
        found.add(s)
        if p != _TYPE and not isinstance(o, Literal):
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
    if any(operator.name not in _MONOTONE for operator in operators(rule.query.algebra)):
        return False
    if not rule.patterns or any(p not in schema.mentioned for _, p, _ in rule.patterns):
        return False
    return bool(_centre(rule))


def _centre(rule: Rule) -> set[Variable]:
    """The variables for an individual that all triple patterns of a rule share."""
    individuals = [
        {t for t in (s, *(() if p == _TYPE else (o,))) if isinstance(t, Variable)}
        for s, p, o in rule.patterns or ()
    ]
    return set.intersection(*individuals) if individuals else set()

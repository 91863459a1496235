"""Validation taken apart: what each source shows alone, and what shows only in several sources together.

`validate_part` judges one source with the reference data around it; `validate_across` judges what several sources say of
one thing, and asks the constraints that compare things; `validate_parts` is `validate` of everything, finding by finding.
docs/validation.md says why; tests/validation/test_parts_of_validation.py holds it to that.

A shape without dgsh:scope finds in the whole what it finds in the parts. One that looks across sources is judged anew
where a thing is *contested*: where two sources say something about it that such a shape may look at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

import pyoxigraph as ox
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.reasoning import Part, Reference, useful
from kg.terms import Triple, to_oxigraph
from kg.validation.checking import Results, class_hierarchy, core_results
from kg.validation.findings import Basis, Reader, complex_paths, finding_of
from kg.validation.judged import Found, Judged, normal, with_path
from kg.validation.report import Finding, Report
from kg.validation.scope import Reach, properties_of, with_targets
from kg.validation.setwise import Asked, Key, Number, number_of, without_sparql
from kg.validation.shapes import rules_of
from kg.validation.stored import Stored, Watched

_TOGETHER = 2_000
"""Contested things judged at once: the graph around them is held in memory."""

_STEPS = 4
"""How far from a thing the queries within a source follow the reference data, at most."""

_ENTAILED = ox.NamedNode("urn:kg:entailed")


class Background:
    """What every part is judged with: the shapes, told apart by scope, the class hierarchy and the reference data.

    Raises KgError for a scope that is none, and for a shape of SHACL Core across sources whose paths have no fixed length.
    """

    def __init__(self, reference: Reference, shapes: Graph) -> None:
        """`reference` is the reference data, figures included, closed under the ontology."""
        self.reference, self.shapes = reference, shapes
        self.rules = {rule.iri: rule for rule in rules_of(shapes)}
        self.hierarchy = class_hierarchy(reference.ontology)
        self.across = frozenset[Node](URIRef(rule.iri) for rule in self.rules.values() if rule.across_sources)
        """The shapes that look across sources."""
        asked = set(shapes.subjects(SH.sparql, None))
        self.asked_within, self.asked_across = asked - self.across, asked & self.across
        self.core = without_sparql(shapes)
        self.core_across = with_targets(self.core, self.across)
        self.reach = Reach.of(self.core, self.across - asked)
        self._properties = properties_of(shapes)
        self._cited = frozenset(shapes.objects(None, SH.targetObjectsOf))
        self.telling = self._cited | self.reach.inverse
        """The properties by which a statement is about its object, too, for some shape."""
        self.stated = reference.part.stated
        self.entailed = [
            t
            for t in reference.part.facts
            if useful(t) and t not in self.stated and t not in reference.ontology
        ]
        self._entailed_around: defaultdict[Node, list[Triple]] = defaultdict(list)
        for triple in self.entailed:
            self._entailed_around[triple[0]].append(triple)
            if triple[1] in self.telling:
                self._entailed_around[triple[2]].append(triple)

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
                    found += _pointing(self.stated, node, self.reach.inverse, self._cited)
            stated += found
            entailed += derived
            fresh = _things(chain(found, derived)) - reached
        return stated, entailed

    @cached_property
    def _own(self) -> Judged:
        return _judged(self, self.stated, self.entailed, alone=True)

    def judged(self) -> Judged:
        """The reference data itself, judged like a source; some seconds with all figures, the first time."""
        return self._own


def validate_part(part: Part, background: Background) -> Judged:
    """What the shapes find in one source (`close_part` of it) together with the reference data, for `validate_parts`.

    The findings of shapes that look across sources are provisional: they hold where no other source says anything
    about the thing. Raises KgError when the engines cannot use the shapes.
    """
    entailed = [
        t
        for t in part.facts
        if useful(t)
        and t not in part.stated
        and t not in background.stated
        and t not in background.reference.ontology
    ]
    return _judged(background, part.stated, entailed)


@dataclass(frozen=True)
class Across:
    """What `validate_across` finds: results with their basis, and the things that are contested."""

    found: tuple[tuple[Key, tuple[Literal, ...], Basis], ...]
    contested: frozenset[Node]
    statements: Graph
    """Everything stated, to be read only."""


def validate_across(parts: Sequence[Judged], background: Background) -> Across:
    """What shows only in several sources together: `parts` are the sources and what follows from them together.

    That is what SPARQL constraints across sources find anywhere, and what the other shapes across sources find in things
    that several parts tell something about.
    """
    everything = _Everything(parts, background)
    contested = everything.contested()
    found: list[tuple[Key, tuple[Literal, ...], Basis]] = []
    had: set[Key] = set()
    for basis, all_graphs in (("stated", False), ("entailed", True)):
        for key, messages in everything.results(contested, all_graphs=all_graphs).items():
            if key not in had:
                found.append((key, messages, "stated" if basis == "stated" else "entailed"))
        had |= {key for key, _, _ in found}
    return Across(tuple(found), frozenset(contested), everything.graph(all_graphs=False))


def validate_parts(
    parts: Sequence[Judged], crossing: Part, background: Background, *, own: Judged | None = None
) -> Report:
    """The report on all sources: `validate` of their union, its closure and the reference data, finding by finding.

    `crossing` is `close_across` of the sources; `own` is `background.judged()`, where it is at hand.
    """
    own = background.judged() if own is None else own
    told = [*parts, validate_part(crossing, background)]
    across = validate_across(told, background)
    shared = _Shared(parts)
    kept: list[Found] = []
    described: set[Node] = set()
    for judged in told:
        described.update(map(URIRef, judged.described))
        kept += [f for f in judged.found if _holds(f, across.contested, background)]
    kept += [f for f in own.found if _holds(f, described, background)]
    shapes, rules = background.shapes, background.rules
    reader = Reader(across.statements, shapes, rules)
    findings: dict[Key, Finding] = {}
    for key, (basis, members) in _grouped(kept).items():
        messages = {m for f in members for m in f.messages}
        full = with_path(key, shapes)
        findings[key] = (
            reader.finding(full, messages, basis)
            if any(map(shared.concerns, members))
            else finding_of(full, messages, basis, members[0].named, shapes, rules)
        )
    for key, messages_across, basis in across.found:
        findings[normal(key, shapes)] = reader.finding(key, messages_across, basis)
    return Report(tuple(sorted(findings.values(), key=Finding.order)), complex_paths(shapes))


def _judged(
    background: Background, stated: Graph, entailed: Sequence[Triple], *, alone: bool = False
) -> Judged:
    """`alone`: the statements are the reference data itself, which needs nothing around it."""
    described, objects = _told(chain(stated, entailed), background.telling)
    beside, beside_entailed = ([], []) if alone else background.around(_things(chain(stated, entailed)))
    graph = Graph()
    asked = Asked(graph)
    found: dict[Key, tuple[tuple[Literal, ...], Basis]] = {}
    for basis, more in (
        ("stated", chain(stated, beside, background.hierarchy)),
        ("entailed", chain(entailed, beside_entailed)),
    ):
        fresh = [t for t in more if t not in graph]
        if basis == "entailed" and not fresh:
            break
        for triple in fresh:
            graph.add(triple)
        asked.add(fresh)
        results = core_results(graph, background.core)
        results |= asked.results(background.shapes, only=background.asked_within)
        for key, messages in results.items():
            if key[0] in described or isinstance(key[0], Literal):
                found.setdefault(key, (messages, "stated" if basis == "stated" else "entailed"))
    looked = Watched([stated] if alone else [stated, background.stated])
    reader = Reader(Graph(store=looked), background.shapes, background.rules)
    told: list[Found] = []
    for key in sorted(found, key=lambda key: tuple(map(str, key))):
        messages, basis = found[key]
        looked.subjects, looked.objects = set(), set()
        named = reader.named(key)
        told.append(
            Found(
                normal(key, background.shapes),
                messages,
                basis,
                named,
                frozenset(map(str, looked.subjects)),
                frozenset(map(str, looked.objects)),
            )
        )
    return Judged(
        found=tuple(told),
        described=frozenset(map(str, described)),
        cited=frozenset(map(str, objects)),
        statements=_ntriples(stated),
        entailed=_ntriples(entailed),
        numbers=_numbers(stated),
    )


class _Everything:
    """All statements in the engine: the stated ones in its default graph, the entailed ones in a graph beside it."""

    def __init__(self, parts: Sequence[Judged], background: Background) -> None:
        self._parts, self._background = parts, background
        self._store = ox.Store()
        self._written: dict[Number, Literal] = {}
        self._load(_ntriples(chain(background.stated, background.hierarchy)))
        self._load(_ntriples(background.entailed), _ENTAILED)
        for literal in chain(_numbers(background.stated), *(part.numbers for part in parts)):
            number = number_of(literal)
            assert number is not None
            self._written[number] = literal
        self._load(b"".join(part.statements for part in parts))
        self._load(b"".join(part.entailed for part in parts), _ENTAILED)

    def graph(self, *, all_graphs: bool) -> Graph:
        return Graph(store=Stored(self._store, self._written, all_graphs=all_graphs))

    def contested(self) -> set[Node]:
        """The things about which two parts say something that a shape across sources may look at, near or further on."""
        counts: Counter[str] = Counter()
        for part in self._parts:
            counts.update(part.described)
        contested: set[Node] = {URIRef(node) for node, count in counts.items() if count > 1}
        graph, fresh = self.graph(all_graphs=True), set(contested)
        for _ in range(self._background.reach.steps - 1):
            fresh = {end for node in fresh for end in self._before(graph, node)} - contested
            contested |= fresh
        return contested

    def results(self, contested: Set[Node], *, all_graphs: bool) -> Results:
        background, graph = self._background, self.graph(all_graphs=all_graphs)
        found: Results = {}
        ordered = sorted(contested, key=str)
        for first in range(0, len(ordered), _TOGETHER):
            wanted = set(ordered[first : first + _TOGETHER])
            judged = core_results(self._neighbourhood(graph, wanted), background.core_across)
            found |= {k: m for k, m in judged.items() if k[0] in wanted and k[3] in background.across}
        asked = Asked(graph, self._store, self._written, all_graphs=all_graphs)
        return found | asked.results(background.shapes, only=background.asked_across)

    def _before(self, graph: Graph, node: Node) -> Iterator[Node]:
        """From where a step of a path leads to `node`, with another step to follow."""
        for p, backwards in self._background.reach.onward:
            yield from graph.objects(node, p) if backwards else graph.subjects(p, node)

    def _neighbourhood(self, graph: Graph, nodes: Set[Node]) -> Graph:
        """All that the shapes across sources look at from `nodes`."""
        reach = self._background.reach
        near = Graph()
        for triple in self._background.hierarchy:
            near.add(triple)
        for node in nodes:
            for triple in _pointing(graph, node, frozenset(), reach.cited):
                near.add(triple)
        fresh, reached = set(nodes), set[Node]()
        for _ in range(max(1, reach.steps)):
            reached |= fresh
            further: set[Node] = set()
            for node in fresh:
                for triple in graph.triples((node, None, None)):
                    if triple[1] in reach.properties:
                        near.add(triple)
                        if (triple[1], False) in reach.onward:
                            further.add(triple[2])
                for triple in _pointing(graph, node, reach.inverse):
                    near.add(triple)
                    if (triple[1], True) in reach.onward:
                        further.add(triple[0])
            fresh = further - reached
        return near

    def _load(self, triples: bytes, graph: ox.NamedNode | None = None) -> None:
        self._store.bulk_load(
            triples, format=ox.RdfFormat.N_TRIPLES, to_graph=graph or ox.DefaultGraph(), lenient=True
        )


class _Shared:
    """What several sources say something about, and so may name or cite otherwise than one of them does."""

    def __init__(self, parts: Sequence[Judged]) -> None:
        described: Counter[str] = Counter()
        cited: Counter[str] = Counter()
        for part in parts:
            described.update(part.described)
            cited.update(part.cited)
        self._described = {node for node, count in described.items() if count > 1}
        self._cited = {node for node, count in cited.items() if count > 1}

    def concerns(self, found: Found) -> bool:
        return not (
            self._described.isdisjoint(found.looked_up) and self._cited.isdisjoint(found.looked_up_as_object)
        )


def _holds(found: Found, elsewhere: Set[Node], background: Background) -> bool:
    """Whether a part's finding stands, with `elsewhere` what has been judged from more statements."""
    focus, shape = found.key[0], found.key[3]
    return shape not in background.across or isinstance(focus, Literal) or focus not in elsewhere


def _grouped(found: Iterable[Found]) -> dict[Key, tuple[Basis, list[Found]]]:
    """Findings by what they are about; where one part states what another entails, it is stated."""
    grouped: dict[Key, tuple[Basis, list[Found]]] = {}
    for one in found:
        basis, members = grouped.setdefault(one.key, (one.basis, []))
        if basis == one.basis:
            members.append(one)
        elif one.basis == "stated":
            grouped[one.key] = ("stated", [one])
    return grouped


def _pointing(
    graph: Graph, node: Node, inverse: Iterable[Node], cited: Iterable[Node] = ()
) -> Iterator[Triple]:
    """The statements by which others point to a thing: all by `inverse` properties; of `cited` ones, which make it a
    target, one will do, since to a country point thousands.
    """
    for p in inverse:
        yield from graph.triples((None, p, node))
    for p in cited:
        yield from islice(graph.triples((None, p, node)), 1)


def _told(triples: Iterable[Triple], telling: Set[Node]) -> tuple[set[Node], set[Node]]:
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


def _things(triples: Iterable[Triple]) -> set[Node]:
    return {node for s, p, o in triples for node in ((s,) if p == RDF.type else (s, o)) if _is_thing(node)}


def _is_thing(node: Node) -> bool:
    return not isinstance(node, Literal)


def _ntriples(triples: Iterable[Triple]) -> bytes:
    text = ox.serialize(
        (ox.Triple(*map(to_oxigraph, triple)) for triple in triples),  # type: ignore[arg-type]
        format=ox.RdfFormat.N_TRIPLES,
    )
    assert text is not None
    return b"".join(sorted(text.splitlines(keepends=True)))


def _numbers(stated: Graph) -> tuple[Literal, ...]:
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

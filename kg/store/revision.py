"""A published dataset changed a little: the change is made on a copy, reasoned about, validated, and published or dropped.

    base version ──copy──▶ change ──▶ default graph ──▶ entailments ──▶ shapes ──▶ next version
                              └────────── any failure: the copy is removed, nothing has happened

Two graphs belong to the program and not to the writer: the ontology comes from a build only, and the inferred graph is
always what follows from the rest. The default graph is the merge of the named graphs (embedded.py) together with what
was stated in no named graph. docs/decisions/0010-updates.md has the reasons.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import KgError, NotConforming
from kg.iris import Iris
from kg.reasoning import Clash, close, ontology_graph
from kg.store.embedded import Superseded, Version, WorkingCopy, publish_copy, working_copy
from kg.terms import to_oxigraph
from kg.validation import Report, load_shapes, validate

Change = Callable[[ox.Store, Version], None]
"""What is done to the copy. It may raise whatever it likes: then nothing happens."""

ATTEMPTS = 5
"""How often a change is made anew because somebody else published while it was being checked."""
_SHOWN = 3


class Rejected(NotConforming):
    """The changed dataset would violate a shape or contradict the ontology: nothing has been published."""

    def __init__(self, report: Report | None, clashes: tuple[Clash, ...]) -> None:
        found = f"{len(clashes)} contradiction(s) to the ontology" if clashes else ""
        if report is not None and not report.conforms:
            found = report.summary()
        super().__init__(
            f"the dataset would not be valid after this update ({found})",
            hint="Nothing has been changed. Correct what the findings name.",
        )
        self.report = report
        self.clashes = clashes


class NotWritable(KgError):
    """The change writes where only the program writes, or could not have the effect that it asks for."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What datasets are checked by. Reading it takes longer than most changes: keep it between them."""

    ontology: Graph
    shapes: Graph

    @classmethod
    def bundled(cls) -> Knowledge:
        """The bundled ontology, closed once, and the bundled shapes."""
        ontology = ontology_graph()
        close(Graph(), ontology, engine="compiled")
        return cls(ontology, load_shapes())


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change comes to: statements added and removed, by graph (None: the default graph)."""

    added: dict[str | None, set[str]] = field(default_factory=dict)
    removed: dict[str | None, set[str]] = field(default_factory=dict)

    def graphs(self) -> set[str | None]:
        return set(self.added) | set(self.removed)


@dataclass(frozen=True, slots=True)
class Revised:
    """The outcome: the version that is served now, whether it is a new one, and what has changed in it."""

    version: Version
    changed: bool
    inserted: int
    deleted: int
    entailed: int
    no_longer_entailed: int
    graphs: tuple[str, ...]
    report: Report | None


def revise(
    target: Path,
    change: Change,
    iris: Iris | None = None,
    *,
    knowledge: Knowledge | None = None,
    phase: Callable[[str], None] = lambda _: None,
) -> Revised:
    """Apply `change` to what `target` serves and publish the result, if it is valid.

    `phase` is told `evaluating`, `checking` and `publishing`. When somebody publishes meanwhile, the change is made
    again on the newer version, so that neither is lost.

    Raises Rejected when the result violates a shape or the ontology, NotWritable (see there), Superseded when others
    keep publishing, and whatever `change` raises. In each case what is served stays as it is.
    """
    knowledge = knowledge or Knowledge.bundled()
    for attempt in range(ATTEMPTS):
        try:
            return _revise(target, change, iris or Iris(), knowledge, phase)
        except Superseded:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError  # pragma: no cover - the loop returns or raises


# --- private helpers ---


def _revise(
    target: Path, change: Change, iris: Iris, knowledge: Knowledge, phase: Callable[[str], None]
) -> Revised:
    with working_copy(target) as copy:
        try:
            found = _work_out(copy, change, iris, knowledge, phase)
        except BaseException as error:
            # What failed still refers to the database, and an open database keeps writing into the folder to be removed.
            traceback.clear_frames(error.__traceback__)
            raise
        if found is None:
            return Revised(copy.base, False, 0, 0, 0, 0, (), None)
        phase("publishing")
        version = publish_copy(
            copy,
            found.identity,
            changed=found.graphs,
            shrunk=_subjects(found.difference.removed.get(None, ())),
            reports={"json": found.report.to_json(), "turtle": found.report.to_turtle()},
        )
    inferred = str(iris.inferred_graph)
    added, removed = found.difference.added, found.difference.removed
    return Revised(
        version=version,
        changed=True,
        inserted=_count(added, inferred),
        deleted=_count(removed, inferred),
        entailed=len(added.get(inferred, ())),
        no_longer_entailed=len(removed.get(inferred, ())),
        graphs=found.graphs,
        report=found.report,
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A change that may be published."""

    difference: Difference
    graphs: tuple[str, ...]
    identity: str
    report: Report


def _work_out(
    copy: WorkingCopy, change: Change, iris: Iris, knowledge: Knowledge, phase: Callable[[str], None]
) -> _Found | None:
    """Make the change in the copy, and everything that follows from it. None when nothing has changed."""
    store, before = ox.Store(str(copy.database)), ox.Store.read_only(str(copy.base.database))
    phase(
        "evaluating"
    )  # now that the database has its threads, the caller may bound the memory of what comes
    change(store, copy.base)
    phase("checking")
    inferred, ontology = str(iris.inferred_graph), str(iris.ontology_graph)
    asked = _difference(before, store)
    _require_writable(asked, inferred, ontology)
    names_before, names_after = _names(before), _names(store)
    if not asked.graphs() - {inferred} and names_before == names_after:
        return None
    _merge(store, asked, inferred)
    data = _stated(store, (inferred, ontology))
    closure = close(data, knowledge.ontology, engine="compiled")
    if closure.clashes:
        raise Rejected(None, closure.clashes)
    _entail(store, closure.inferred, inferred)
    report = validate(data, closure.inferred, knowledge.shapes, ontology=knowledge.ontology)
    if not report.conforms:
        raise Rejected(report, ())
    difference = _difference(before, store)
    created, dropped = names_after - names_before, names_before - names_after
    graphs = {graph for graph in difference.graphs() if graph} | created | dropped
    store.flush()
    identity = _identity(copy.base, difference, created, dropped)
    return _Found(difference, tuple(sorted(graphs)), identity, report)


def _count(part: dict[str | None, set[str]], inferred: str) -> int:
    """Statements of a difference, without entailments, and those of the default graph that no named graph makes."""
    stated = sum(len(lines) for graph, lines in part.items() if graph not in (None, inferred))
    named = set().union(*(lines for graph, lines in part.items() if graph is not None))
    return stated + len(part.get(None, set()) - named)


def _names(store: ox.Store) -> set[str]:
    return {str(name.value) for name in store.named_graphs()}


def _difference(before: ox.Store, after: ox.Store) -> Difference:
    """Both datasets are read as text, which the engine writes far faster than Python could look at each statement."""
    found = Difference()
    for graph in (None, *sorted(_names(before) | _names(after))):
        old, new = _text(before, graph), _text(after, graph)
        if old == new:
            continue
        old_lines, new_lines = set(old.splitlines()), set(new.splitlines())
        if added := new_lines - old_lines:
            found.added[graph] = {line.decode() for line in added}
        if removed := old_lines - new_lines:
            found.removed[graph] = {line.decode() for line in removed}
    return found


def _text(store: ox.Store, graph: str | None) -> bytes:
    name = ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
    return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=name) or b""


def _require_writable(difference: Difference, inferred: str, ontology: str) -> None:
    """Raises NotWritable for what could not be kept. Removing from the inferred graph is idle, not wrong: what still
    follows is put back, and `DELETE … GRAPH ?g` on a thing is a common way to write an update."""
    if difference.added.get(inferred):
        raise NotWritable(
            "statements were added to the inferred graph, which only the reasoner writes",
            where=f"<{inferred}>",
            hint="State them in another graph, or state that from which they follow.",
        )
    if ontology in difference.graphs():
        raise NotWritable(
            "the ontology graph is changed, which only a build writes",
            where=f"<{ontology}>",
            hint="Change ontology/*.ttl and run `kg build`. GRAPH ?g takes in this graph too: exclude it by FILTER.",
        )


def _merge(store: ox.Store, difference: Difference, inferred: str) -> None:
    """Make the default graph the merge of the named graphs again. Raises NotWritable as `_keep_stated` says."""
    default = ox.DefaultGraph()
    _keep_stated(store, difference)
    for graph, lines in difference.removed.items():
        if graph is None:
            continue
        for triple in _triples(lines):
            if not _stated_somewhere(store, triple):
                store.remove(ox.Quad(triple.subject, triple.predicate, triple.object, default))
    for graph, lines in difference.added.items():
        if graph is not None and graph != inferred:
            store.extend(ox.Quad(t.subject, t.predicate, t.object, default) for t in _triples(lines))


def _keep_stated(store: ox.Store, difference: Difference) -> None:
    """Raises NotWritable when a statement is to go from the default graph that a named graph still makes."""
    for triple in _triples(difference.removed.get(None, ())):
        quad = _stated_somewhere(store, triple)
        if quad is not None:
            raise NotWritable(
                "a statement was removed from the default graph, but a named graph still makes it, so it would stay: "
                f"{triple}",
                where=str(quad.graph_name),
                hint="The default graph is the merge of all named graphs. Remove it where it is stated: GRAPH ?g { … }.",
            )


def _stated_somewhere(store: ox.Store, triple: ox.Triple) -> ox.Quad | None:
    default = ox.DefaultGraph()
    pattern = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return next((quad for quad in pattern if quad.graph_name != default), None)


def _entail(store: ox.Store, inferred: Graph, name: str) -> None:
    """Replace the inferred graph, and what it brings to the default graph."""
    graph, default = ox.NamedNode(name), ox.DefaultGraph()
    wanted = {ox.Triple(*map(to_oxigraph, triple)) for triple in inferred}  # type: ignore[arg-type]
    present = {q.triple for q in store.quads_for_pattern(None, None, None, graph)}
    for triple in present - wanted:
        store.remove(ox.Quad(triple.subject, triple.predicate, triple.object, graph))
        if _stated_somewhere(store, triple) is None:
            store.remove(ox.Quad(triple.subject, triple.predicate, triple.object, default))
    store.extend(
        ox.Quad(t.subject, t.predicate, t.object, place)
        for t in wanted - present
        for place in (graph, default)
    )


def _stated(store: ox.Store, apart: tuple[str, ...]) -> Graph:
    """Every statement but those of the graphs `apart`, merged, as the reasoner and the shapes read it."""
    graph = Graph()
    for name in store.named_graphs():
        if name.value in apart:
            continue
        for quad in store.quads_for_pattern(None, None, None, name):
            graph.add((_node(quad.subject), _node(quad.predicate), _node(quad.object)))
    named = set().union(*(_text(store, name).splitlines() for name in _names(store)))
    for triple in _triples(line.decode() for line in set(_text(store, None).splitlines()) - named):
        graph.add((_node(triple.subject), _node(triple.predicate), _node(triple.object)))
    return graph


def _subjects(lines: Iterable[str]) -> set[str]:
    """The IRIs that lines of N-Triples begin with."""
    return {quad.subject.value for quad in _triples(lines) if isinstance(quad.subject, ox.NamedNode)}


def _triples(lines: Iterable[str]) -> Iterator[ox.Triple]:
    text = "\n".join(sorted(lines))
    for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES):
        yield quad.triple


def _node(term: Any) -> Node:
    """A term of the engine as one of rdflib. Raises NotWritable for what RDF 1.1 does not have."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal) and term.direction is None:
        if term.language is not None:
            return Literal(term.value, lang=term.language)
        datatype = None if term.datatype.value.endswith("XMLSchema#string") else URIRef(term.datatype.value)
        return Literal(term.value, datatype=datatype, normalize=False)
    raise NotWritable(
        f"{term} is a term of RDF 1.2, and this dataset is checked as RDF 1.1",
        hint="Use IRIs, blank nodes, and literals without a direction.",
    )


def _identity(base: Version, difference: Difference, created: set[str], dropped: set[str]) -> str:
    """The version's id: a hash of the base's and of what has changed, so that it needs no look at the whole."""
    digest = hashlib.sha256(base.id.encode())
    for mark, part in (("+", difference.added), ("-", difference.removed)):
        for graph in sorted(part, key=str):
            for line in sorted(part[graph]):
                digest.update(f"{mark}{line} {graph or ''}\n".encode())
    for mark, names in (("+", created), ("-", dropped)):
        for name in sorted(names):
            digest.update(f"{mark}<{name}>\n".encode())
    return digest.hexdigest()

"""`close`: what follows from the statements under the ontology, and where they contradict it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal as OneOf

import owlrl
from owlrl.Namespaces import ERRNS
from rdflib import OWL, RDF, Graph, Literal

from kg.errors import KgError
from kg.namespaces import DG
from kg.reasoning.clashes import Clash, Inconsistent, find_clashes, unexplained
from kg.reasoning.compiled import Saturation
from kg.reasoning.ontology import rule_files
from kg.reasoning.rules import Rule, load_rules
from kg.reasoning.schema import Schema
from kg.terms import Triple

Engine = OneOf["owlrl", "compiled"]


class EngineDisagreementError(KgError):
    """The two engines draw different conclusions from one input: a fault of the program or its ontology, never of a record."""


@dataclass(frozen=True)
class Closure:
    """`inferred`: the useful entailments that are stated nowhere. `clashes`: the contradictions found on the way.

    Useful are types with a project class, project properties, and owl:sameAs between two things; axioms, types of
    literals, owl:Thing and reflexive sameAs are left out.
    """

    inferred: Graph
    clashes: tuple[Clash, ...]

    def require_consistency(self) -> None:
        """Raises Inconsistent, naming the clashing statements, when there is a clash."""
        if self.clashes:
            raise Inconsistent(self.clashes)


def close(
    data: Graph,
    ontology: Graph,
    *,
    engine: Engine = "owlrl",
    bulk: Graph | None = None,
    rules: Iterable[Path] | None = None,
) -> Closure:
    """The closure of `data` under the OWL 2 RL rules, `ontology` and the SPARQL rules, run to a common fixpoint.

    `engine`: owlrl (of record) or the compiled rules. `bulk` are further statements (figures by the thousand) that only
    the compiled rules see, together with `data`; with owlrl as the engine its conclusions on `data` must then all be
    among theirs. `rules` are files of CONSTRUCT queries, by default the bundled ones. Data and ontology stay unchanged.

    Raises UnsupportedAxiomError (compiled rules only), EngineDisagreementError, and KgError for an unreadable rule. A contradiction
    is no error here: see `Closure.require_consistency`.
    """
    schema = Schema.of(ontology)
    queries = load_rules(rule_files() if rules is None else rules)
    if bulk is None or not len(bulk):
        return (_close_owlrl if engine == "owlrl" else _close_compiled)(data, ontology, schema, queries)
    everything = graph_of(data, bulk)
    closure = _close_compiled(everything, ontology, schema, queries)
    if engine == "owlrl":
        record = _close_owlrl(data, ontology, schema, queries)
        _require_agreement(record, closure, bulk)
        closure = Closure(closure.inferred, tuple(dict.fromkeys((*record.clashes, *closure.clashes))))
    return closure


def useful(triple: Triple) -> bool:
    """Whether an entailment is kept (see Closure)."""
    s, p, o = triple
    if isinstance(s, Literal):
        return False
    if p == _TYPE:
        return str(o).startswith(_PROJECT)
    if p == _SAME:
        return s != o and not isinstance(o, Literal)
    return str(p).startswith(_PROJECT)


# Asked for every triple: a look-up in a namespace costs more than the rest of it.
_TYPE, _SAME, _PROJECT = RDF.type, OWL.sameAs, str(DG)


def _close_owlrl(data: Graph, ontology: Graph, schema: Schema, rules: Sequence[Rule]) -> Closure:
    stated = set(schema.active(data))
    while True:
        closed, sentences = _owlrl(stated, schema)
        inferred = graph_of(t for t in closed if useful(t) and t not in data and t not in ontology)
        # A rule may conclude what an axiom then carries further, and the other way round.
        fresh = conclusions(rules, graph_of(data, inferred)) if rules else set()
        if not fresh:
            break
        stated |= fresh
    clashes = find_clashes(stated, closed, schema, data, ontology)
    return Closure(inferred, (*clashes, *unexplained(sentences, clashes)))


def _owlrl(stated: set[Triple], schema: Schema) -> tuple[Graph, tuple[str, ...]]:
    """The closed graph and owlrl's own error sentences."""
    closed = graph_of(schema.axioms, stated)
    owlrl.OWLRL_Semantics(closed, False, False, False).closure()
    errors = list(closed.subject_objects(ERRNS.error))
    for node, _ in errors:
        closed.remove((node, None, None))
    return closed, tuple(sorted(str(text) for _, text in errors))


def _close_compiled(data: Graph, ontology: Graph, schema: Schema, rules: Sequence[Rule]) -> Closure:
    stated = set(schema.active(data))
    saturation = Saturation(schema)
    saturation.add(stated)
    known, inferred = graph_of(data), graph_of()
    while True:
        for triple in saturation.derived():
            known.add(triple)
            if useful(triple) and triple not in data and triple not in ontology:
                inferred.add(triple)
        fresh = conclusions(rules, known) if rules else set()
        if not fresh:
            break
        for triple in fresh:
            known.add(triple)
            if triple not in ontology:
                inferred.add(triple)
        stated |= fresh
        saturation.add(fresh)
    return Closure(inferred, find_clashes(stated, known, schema, data, ontology))


def conclusions(rules: Sequence[Rule], known: Graph) -> set[Triple]:
    """What the rules conclude beyond what is stated or inferred."""
    return {t for rule in rules for t in rule.conclusions(known) if useful(t) and t not in known}


def _require_agreement(record: Closure, fast: Closure, bulk: Graph) -> None:
    missing = [t for t in record.inferred if t not in fast.inferred and t not in bulk]
    if missing:
        example = " ".join(term.n3() for term in min(missing, key=lambda t: tuple(map(str, t))))
        raise EngineDisagreementError(
            f"owlrl concludes {len(missing)} statements that the compiled rules do not, such as {example}",
            where="reasoning",
            hint="Please report this with the ontology; reasoning without bulk statements is not affected.",
        )


def graph_of(*parts: Iterable[Triple]) -> Graph:
    """A graph of the triples, in a store without the cost of named graphs."""
    graph = Graph(store="SimpleMemory")
    for part in parts:
        for triple in part:
            graph.add(triple)
    return graph

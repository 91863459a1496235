"""Contradictions between the statements and the ontology, with the statements that clash and the answers that make them.

The rules are those of the OWL 2 RL profile that conclude "false": cax-dw, cax-adc, cls-com, cls-nothing2, prp-irp,
prp-asyp, prp-pdw, prp-adp, eq-diff1, dt-not-type. They are looked for in the closed graph directly, since owlrl reports
a clash only as an English sentence (and its prp-adp and AllDifferent never compare the last member of a list).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Literal as OneOf

from owlrl.DatatypeHandling import AltXSDToPYTHON
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import NotConforming
from kg.namespaces import PREFIXES
from kg.reasoning.explanation import Explanation
from kg.reasoning.schema import Schema
from kg.reasoning.sources import SourceAnswer, label_of, sources_of
from kg.terms import Triple

ClashKind = OneOf[
    "disjoint-classes", "disjoint-properties", "irreflexive", "asymmetric", "same-and-different", "ill-typed-literal",
    "wrong-datatype", "empty-class", "other",
]  # fmt: skip


@dataclass(frozen=True)
class Clash:
    """One contradiction.

    `terms` are the classes, properties or datatypes in conflict, `individual` what they conflict on, `statements` the
    stated triples behind it, `sources` the answers that state them; `message` says it in words.
    """

    kind: ClashKind
    terms: tuple[str, ...]
    individual: str
    statements: tuple[tuple[str, str, str], ...]
    sources: tuple[SourceAnswer, ...]
    message: str

    def __str__(self) -> str:
        return self.message


class Inconsistent(NotConforming):
    """The statements contradict the ontology: nothing may be published. `clashes` holds each contradiction."""

    def __init__(self, clashes: Iterable[Clash], *, shown: int = 20) -> None:
        self.clashes = tuple(clashes)
        lines = [f"  {number}. {clash.message}" for number, clash in enumerate(self.clashes[:shown], 1)]
        if len(self.clashes) > shown:
            lines.append(f"  … and {len(self.clashes) - shown} more")
        count = "1 contradiction" if len(self.clashes) == 1 else f"{len(self.clashes)} contradictions"
        super().__init__(
            f"the statements contradict the ontology ({count}):\n" + "\n".join(lines).removesuffix("."),
            hint="Correct the records that the messages name",
        )


def find_clashes(
    stated: Set[Triple], closed: Graph, schema: Schema, data: Graph, ontology: Graph
) -> tuple[Clash, ...]:
    """Every clash, in a fixed order.

    `stated` are the statements reasoned with, `closed` those and what follows; `data` has every statement (literals,
    labels, answers), `ontology` the names of classes and properties.
    """
    return _Search(stated, closed, schema, data, ontology).clashes()


def unexplained(sentences: Iterable[str], clashes: Iterable[Clash]) -> tuple[Clash, ...]:
    """Clashes for those error sentences of owlrl that none of `clashes` accounts for: none may get lost."""
    # owlrl repeats a same-and-different clash for every pair of names that equality makes of it.
    known = [
        (
            {c.individual, *c.terms, *(o for _, _, o in c.statements)},
            1 if c.kind == "same-and-different" else 2,
        )
        for c in clashes
    ]
    return tuple(
        Clash("other", (), "", (), (), f"owlrl reports: {sentence}")
        for sentence in sentences
        if not any(sum(name in sentence for name in names) >= enough for names, enough in known)
    )


class _Search:
    def __init__(
        self, stated: Set[Triple], closed: Graph, schema: Schema, data: Graph, ontology: Graph
    ) -> None:
        self._stated, self._closed, self._schema = stated, closed, schema
        self._data, self._ontology = data, ontology
        self._why = Explanation(stated, closed, schema)

    def clashes(self) -> tuple[Clash, ...]:
        found = [
            *self._classes(), *self._properties(), *self._loops(), *self._different(), *self._empty(), *self._literals(),
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda c: (c.kind, c.individual, c.terms, c.statements)))

    def _classes(self) -> Iterator[Clash]:
        for pair in self._schema.disjoint_classes:
            one, other = sorted(pair, key=str)
            for x in set(self._closed.subjects(RDF.type, one)) & set(self._closed.subjects(RDF.type, other)):
                yield self._clash(
                    "disjoint-classes",
                    (one, other),
                    x,
                    [(x, RDF.type, one), (x, RDF.type, other)],
                    f"is both {self._a(one)} and {self._a(other)}, and nothing can be both",
                )

    def _properties(self) -> Iterator[Clash]:
        for pair in self._schema.disjoint_properties:
            one, other = sorted(pair, key=str)
            for s, o in self._closed.subject_objects(one):
                if (s, other, o) in self._closed:
                    yield self._clash(
                        "disjoint-properties",
                        (one, other),
                        s,
                        [(s, one, o), (s, other, o)],
                        f"has {self._name(o)} both as {self._name(one)} and as {self._name(other)}, "
                        "which exclude each other",
                    )

    def _loops(self) -> Iterator[Clash]:
        for p in self._schema.irreflexive:
            for s, o in self._closed.subject_objects(p):
                if s == o:
                    text = f"stands in the relation “{self._name(p)}” to itself, which nothing can"
                    yield self._clash("irreflexive", (p,), s, [(s, p, s)], text)
        for p in self._schema.asymmetric:
            for s, o in self._closed.subject_objects(p):
                if str(s) <= str(o) and (o, p, s) in self._closed:
                    text = f"and {self._name(o)} each stand in the relation “{self._name(p)}” to the other; only one can"
                    yield self._clash("asymmetric", (p,), s, [(s, p, o), (o, p, s)], text)

    def _different(self) -> Iterator[Clash]:
        for s, p, o in self._stated:
            if p != OWL.differentFrom:
                continue
            if (s, OWL.sameAs, o) in self._closed or s == o:
                text = f"is said to be the same as {self._name(o)} and different from it"
                triples: list[Triple] = [(s, OWL.sameAs, o), (s, OWL.differentFrom, o)]
                yield self._clash("same-and-different", (OWL.sameAs, OWL.differentFrom), s, triples, text)

    def _empty(self) -> Iterator[Clash]:
        for x in self._closed.subjects(RDF.type, OWL.Nothing):
            text = "belongs to a class that can have no members"
            yield self._clash("empty-class", (OWL.Nothing,), x, [(x, RDF.type, OWL.Nothing)], text)

    def _literals(self) -> Iterator[Clash]:
        for s, p, o in self._data:
            if not isinstance(o, Literal):
                continue
            if not _well_formed(o):
                text = f"has the value “{o}” for {self._name(p)}, which is no {self._qname(o.datatype)}"
                yield self._clash("ill-typed-literal", (p, o.datatype or XSD.string), s, [(s, p, o)], text)
                continue
            datatype = o.datatype or (RDF.langString if o.language else XSD.string)
            for expected in sorted(self._schema.ranges.get(p, ()), key=str):
                if self._schema.disjoint_datatypes(datatype, expected):
                    text = (
                        f"has the value “{o}” for {self._name(p)} as {self._qname(datatype)}; "
                        f"{self._qname(expected)} is expected"
                    )
                    yield self._clash("wrong-datatype", (datatype, expected), s, [(s, p, o)], text)

    def _clash(
        self, kind: ClashKind, terms: tuple[Node, ...], individual: Node, triples: list[Triple], text: str
    ) -> Clash:
        behind = dict.fromkeys(t for triple in triples for t in self._why.behind(triple))
        about = {individual, *(s for s, _, _ in behind)}
        sources = tuple(
            sorted({s for node in about for s in sources_of(self._data, node)}, key=SourceAnswer.order)
        )
        where = f" Stated in {'; '.join(map(str, sources))}." if sources else ""
        stated = "; ".join(" ".join(self._qname(t) for t in triple) for triple in behind)
        return Clash(
            kind,
            tuple(map(str, terms)),
            str(individual),
            tuple((str(s), str(p), str(o)) for s, p, o in behind),
            sources,
            f"“{self._name(individual)}” {text}. Statements: {stated}.{where}",
        )

    def _name(self, node: Node) -> str:
        known = self._ontology if (node, RDFS.label, None) in self._ontology else self._data
        return label_of(known, node)

    def _a(self, class_: Node) -> str:
        name = self._name(class_)
        name = name[:1].lower() + name[1:] if not name[1:2].isupper() else name
        return f"{'an' if re.match('[aeio]', name) else 'a'} {name}"

    def _qname(self, node: Node | None) -> str:
        if isinstance(node, URIRef):
            text = str(node)
            for prefix, namespace in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
                if text.startswith(namespace):
                    return f"{prefix}:{text.removeprefix(namespace)}"
            return f"<{text}>"
        return f"“{node}”" if isinstance(node, Literal) else str(node)


def _well_formed(literal: Literal) -> bool:
    """Whether the text of a literal is one of its datatype's (XSD 1.1 lexical spaces as rdflib and owlrl know them)."""
    if literal.datatype is None:
        return True
    if literal.ill_typed:
        return False
    convert = AltXSDToPYTHON.get(literal.datatype)
    if convert is None:
        return True
    try:
        convert(str(literal))
    except (ValueError, TypeError, OverflowError, AttributeError):
        return False
    return True

"""Which answers state a thing: the way from a message about the graph back to the record and the question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from kg.namespaces import DG

_ANSWER = re.compile(
    r"/id/(?P<family>response|factsheet)/(?P<edition>\d+)/(?P<country>[A-Z]{3})/(?:q|(?=\d))(?P<question>[^/]+)"
)
_NODE = re.compile(r"/id/(?P<kind>[^/]+)/(?P<key>.+)$")


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """One answer of one response, or section of a factsheet: `country` is its ISO 3166-1 alpha-3 code, `question` the
    number as in the record's `q`, `part` what that number counts ("question", "section").
    """

    country: str
    edition: int
    question: str
    iri: str
    part: str = "question"

    def order(self) -> tuple[str, int, str, tuple[tuple[int, str], ...]]:
        """Questions by number: 8 before 14, 5a before 5b, 3.2 before 3.10; those without a number last."""
        numbers = tuple((int(n), rest) for n, rest in re.findall(r"(\d+)([a-z]*)", self.question))
        return self.country, self.edition, self.part, numbers or ((10_000, self.question),)

    def __str__(self) -> str:
        return f"{self.part} {self.question} of {self.country} {self.edition}"


def sources_of(graph: Graph, node: Node) -> tuple[SourceAnswer, ...]:
    """The answers that state `node`, in order; of a node without its own (an option, a remark) those of what it belongs to."""
    found = {source for answer in _answers(graph, node) if (source := _read(answer))}
    return tuple(sorted(found, key=SourceAnswer.order))


def label_of(graph: Graph, node: Node, *, language: str = "en") -> str:
    """A name for people: the label in `language`, else in any, else of what the node is about, else the tail of the IRI."""
    if isinstance(node, Literal):
        return str(node)
    labels = [
        o for p in (RDFS.label, SKOS.prefLabel) for o in graph.objects(node, p) if isinstance(o, Literal)
    ]
    if labels:
        return str(min(labels, key=lambda o: (o.language != language, o.language is not None, str(o))))
    about = next(graph.objects(node, DG.about), None)
    if about is not None and about != node:
        return label_of(graph, about, language=language)
    match = _NODE.search(str(node))
    if match:
        return f"{match['kind']}/{match['key']}"
    return re.split(r"[#/]", str(node))[-1] or str(node)


def _answers(graph: Graph, node: Node) -> Iterator[Node]:
    if _ANSWER.search(str(node)):
        yield node
    stated = set(graph.objects(node, DG.statedIn))
    if not stated:
        for owner in (DG.about, DG.optionOf):
            for other in graph.objects(node, owner):
                stated |= set(graph.objects(other, DG.statedIn)) or {other}
    yield from stated


def _read(answer: Node) -> SourceAnswer | None:
    match = _ANSWER.search(str(answer)) if isinstance(answer, URIRef) else None
    if match is None:
        return None
    iri = str(answer)[: match.end()]
    part = "question" if match["family"] == "response" else "section"
    return SourceAnswer(match["country"], int(match["edition"]), match["question"], iri, part)

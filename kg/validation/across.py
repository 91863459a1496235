"""What shows only in several sources together: judged once for all things, and after a change for those it can concern.

SHACL Core judges contested things, of which several sources tell something, from the statements near them (scope.py).
The queries are asked of everything at first, and then of the things for which they can give something else (affected.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.terms import Triple
from kg.validation.affected import affected
from kg.validation.background import Background
from kg.validation.checking import Results
from kg.validation.findings import Basis
from kg.validation.index import Index, hash_of
from kg.validation.judged import normal
from kg.validation.kept import node_from_json, node_to_json, text_of
from kg.validation.occurrences import Occurrence, occurrences
from kg.validation.questions import Question, answer
from kg.validation.setwise import Key, Number
from kg.validation.shapes import constraint_prefixes
from kg.validation.statements import Statements

Ask = Callable[[Path, Mapping[Number, Literal], Sequence[Question]], Iterable[Results]]
"""Answers questions in order, wherever that is done: the folder of the engine, which nobody writes to meanwhile, how
numbers come back (setwise.py), and the questions."""
Found = dict[Key, tuple[tuple[Literal, ...], Basis]]
"""Results across sources, with their messages."""
Things = Mapping[Node, set[str] | None]
"""By shape, things as SPARQL terms; None for all."""

_FoundBy = dict[tuple[str, Key], tuple[tuple[Literal, ...], Basis]]
"""The same by the query, or _CORE, that gave them."""
_TOGETHER = 500
"""Contested things judged at once: the graph around them is held in memory."""
_CORE = "core"


class Across:
    """Judges what is in `statements`, and keeps in `index` what it finds."""

    def __init__(self, background: Background, statements: Statements, index: Index) -> None:
        self._background, self._statements, self._index = background, statements, index

    def judge_all(self, described: Iterable[frozenset[str]], ask: Ask | None) -> set[Node]:
        """Judge everything; `described` is what each part tells of. Returns what is contested.

        `ask` answers the questions, by default one after the other.
        """
        contested = self._contested_of_all(described)
        self._places()  # a change finds them read
        asked = self._questions(dict.fromkeys(self._background.asked_across))
        self._keep(self._answers([*asked, *self._core_questions(contested)], ask))
        return contested

    def affected(self, changed: Sequence[Triple], ends: Set[Node]) -> Things:
        """Of what a query can find something else; `ends` are the ends of changed statements, of which any can. To be
        asked while the statements of before and after are there.
        """
        terms = {f"<{node}>" for node in ends if isinstance(node, URIRef)}
        found: dict[Node, set[str] | None] = {}
        for shape, places in self._places().items():
            if places is None:
                found[shape] = None
                continue
            things = affected(places, changed, self._statements.query)
            found[shape] = {thing for thing in things | terms if not thing.startswith("_:")}
        return found

    def near(self, nodes: Iterable[Node]) -> set[Node]:
        """These, and the things from which a path of a shape of SHACL Core leads to one of them."""
        graph, found = self._statements.everything, set(nodes)
        fresh = set(found)
        for _ in range(self._background.reach.steps - 1):
            fresh = {end for node in fresh for end in self._next(graph, node, forward=False)} - found
            found |= fresh
        return found

    def judge_again(self, nodes: Set[Node], things: Things) -> set[int]:
        """Judge `nodes` by SHACL Core and `things` by the queries. Returns of what other things can be found now."""
        self._index.forget_found(_CORE, nodes)
        foci = {hash_of(node) for node in nodes}
        for shape, wanted in things.items():
            some = None if wanted is None else [thing[1:-1] for thing in wanted]
            foci |= self._index.forget_found(str(shape), some)
        contested = {node for node in nodes if self.is_contested(node)}
        found = self._answers([*self._questions(things), *self._core_questions(contested)])
        self._keep(found)
        return foci | {hash_of(key[0]) for _, key in found}

    def is_contested(self, node: Node) -> bool:
        """Whether several parts say something that a shape across sources may look at from a thing."""
        graph, fresh = self._statements.everything, {node}
        for step in range(self._background.reach.steps):
            if any(self._index.tellers(end) > 1 for end in fresh):
                return True
            if step < self._background.reach.steps - 1:
                fresh = {end for one in fresh for end in self._next(graph, one, forward=True)}
        return False

    def found(self, foci: Set[int] | None = None) -> Found:
        """What is kept about some things, or all."""
        found: Found = {}
        for text in self._index.found(foci):
            key, messages, basis = json.loads(text)
            focus, path, value, shape, component = map(node_from_json, key)
            assert focus is not None
            assert shape is not None
            told = tuple(m for m in map(node_from_json, messages) if isinstance(m, Literal))
            found[focus, path, value, shape, component] = told, basis
        return found

    def _contested_of_all(self, described: Iterable[frozenset[str]]) -> set[Node]:
        seen, several = set[str](), set[str]()
        for nodes in described:
            several |= nodes & seen
            seen |= nodes
        return self.near(map(URIRef, several))

    def _next(self, graph: Graph, node: Node, *, forward: bool) -> Iterator[Node]:
        """Where a step of a path leads, with another to follow; or, backwards, whence such a step leads here."""
        for p, inverse in self._background.reach.onward:
            yield from graph.objects(node, p) if inverse is not forward else graph.subjects(p, node)

    def _core_questions(self, contested: Iterable[Node]) -> list[Question]:
        ordered = sorted(map(str, contested))
        groups = [frozenset(ordered[n : n + _TOGETHER]) for n in range(0, len(ordered), _TOGETHER)]
        return [Question(entailed, nodes=group) for entailed in (False, True) for group in groups]

    def _questions(self, things: Things) -> list[Question]:
        wanted = {
            str(shape): None if some is None else frozenset(some)
            for shape, some in sorted(things.items(), key=lambda item: str(item[0]))
        }
        return [
            Question(entailed, shape, some) for entailed in (False, True) for shape, some in wanted.items()
        ]

    def _answers(self, questions: Sequence[Question], ask: Ask | None = None) -> _FoundBy:
        """The results of all, with what gave them. What shows in what is stated is found there, and not again with what follows."""
        statements = self._statements
        if ask is not None and statements.folder is not None:
            statements.engine.flush()
            answers = ask(statements.folder, statements.written, questions)
        else:
            answers = (
                answer(one, statements.engine, statements.written, self._background) for one in questions
            )
        found: _FoundBy = {}
        for question, results in zip(questions, answers, strict=True):
            for key, messages in results.items():
                by = question.shape or _CORE, key
                if not question.entailed:
                    found[by] = messages, "stated"
                else:
                    found.setdefault(by, (messages, "entailed"))
        return found

    def _keep(self, found: _FoundBy) -> None:
        shapes = self._background.shapes
        self._index.keep_found(
            (
                key[0],
                by,
                text_of([[*map(node_to_json, normal(key, shapes))], [*map(node_to_json, messages)], basis]),
            )
            for (by, key), (messages, basis) in found.items()
        )

    def _places(self) -> dict[Node, tuple[Occurrence, ...] | None]:
        """Where statements can match the query of each shape across sources. Reading the queries takes half a second, so
        what was read is kept."""
        kept = self._index.note("places")
        if kept is None:
            read = {str(shape): self._read(shape) for shape in self._background.asked_across}
            kept = text_of(dict(sorted(read.items())))
            self._index.set_note("places", kept)
        return {
            URIRef(shape): None if own is None else tuple(Occurrence(*place) for place in own)
            for shape, own in json.loads(kept).items()
        }

    def _read(self, shape: Node) -> list[Any] | None:
        shapes, own = self._background.shapes, list[Any]()
        for constraint in shapes.objects(shape, SH.sparql):
            for text in shapes.objects(constraint, SH.select):
                places = occurrences(str(text), constraint_prefixes(shapes, constraint))
                if places is None:
                    return None
                own += [[p.predicate, p.subject, p.object, p.around] for p in places]
        return own

"""What is kept of one judged source: its findings, what it tells something about, its statements; as bytes for a cache."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from rdflib import SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import KgError
from kg.reasoning import SourceAnswer
from kg.validation.findings import Basis, Named
from kg.validation.report import Mention
from kg.validation.setwise import Key

_FORMAT = 1


@dataclass(frozen=True)
class Found:
    """One result in one source, and how this source and the reference data name it.

    `looked_up` are the things whose statements were read for the names, `looked_up_as_object` those whose mentions were.
    """

    key: Key
    messages: tuple[Literal, ...]
    basis: Basis
    named: Named
    looked_up: frozenset[str]
    looked_up_as_object: frozenset[str]


@dataclass(frozen=True)
class Judged:
    """One source after `validate_part`.

    `described` are the things about which it tells something that a shape may look at, `cited` those that it points to;
    `statements` and `entailed` what it states and what follows, as N-Triples; `numbers` those whose writing would be lost
    in an engine that keeps values only.
    """

    found: tuple[Found, ...]
    described: frozenset[str]
    cited: frozenset[str]
    statements: bytes
    entailed: bytes
    numbers: tuple[Literal, ...]

    def to_bytes(self) -> bytes:
        """For a cache; the same source gives the same bytes."""
        content = {
            "format": _FORMAT,
            "found": [_found(one) for one in self.found],
            "described": sorted(self.described),
            "cited": sorted(self.cited),
            "statements": self.statements.decode(),
            "entailed": self.entailed.decode(),
            "numbers": [_term(number) for number in self.numbers],
        }
        return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 1)

    @staticmethod
    def from_bytes(data: bytes) -> Judged:
        """Raises KgError for bytes that `to_bytes` did not write, or another version of it."""
        try:
            content = json.loads(zlib.decompress(data))
            if content["format"] != _FORMAT:
                raise ValueError("another format")
            return Judged(
                tuple(map(_read_found, content["found"])),
                frozenset(content["described"]),
                frozenset(content["cited"]),
                content["statements"].encode(),
                content["entailed"].encode(),
                tuple(_literal(number) for number in content["numbers"]),
            )
        except (zlib.error, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise KgError(
                f"a kept validation result cannot be read ({error})",
                where="validation",
                hint="Delete the build cache; the source is then validated anew.",
            ) from None


def normal(key: Key, shapes: Graph) -> Key:
    """The key without the shape's own path, whose blank nodes are new each time that shapes are read."""
    focus, path, value, shape, component = key
    return focus, None if path == shapes.value(shape, SH.path) else path, value, shape, component


def with_path(key: Key, shapes: Graph) -> Key:
    """The key with the path again that `normal` left out."""
    focus, path, value, shape, component = key
    return focus, shapes.value(shape, SH.path) if path is None else path, value, shape, component


def _found(one: Found) -> dict[str, Any]:
    return {
        "key": [_term(term) for term in one.key],
        "messages": [_term(message) for message in one.messages],
        "basis": one.basis,
        "label": one.named.label,
        "value_label": one.named.value_label,
        "sources": [[s.country, s.edition, s.question, s.iri, s.part] for s in one.named.sources],
        "mentions": [[m.iri, m.label] for m in one.named.mentions],
        "looked_up": sorted(one.looked_up),
        "looked_up_as_object": sorted(one.looked_up_as_object),
    }


def _read_found(one: dict[str, Any]) -> Found:
    focus, path, value, shape, component = (_node(term) for term in one["key"])
    if focus is None or shape is None or one["basis"] not in ("stated", "entailed"):
        raise ValueError("a finding lacks its focus, shape or basis")
    return Found(
        (focus, path, value, shape, component),
        tuple(_literal(message) for message in one["messages"]),
        "stated" if one["basis"] == "stated" else "entailed",
        Named(
            one["label"],
            one["value_label"],
            tuple(SourceAnswer(*source) for source in one["sources"]),
            tuple(Mention(*mention) for mention in one["mentions"]),
        ),
        frozenset(one["looked_up"]),
        frozenset(one["looked_up_as_object"]),
    )


def _term(term: Node | None) -> list[str | None] | None:
    match term:
        case None:
            return None
        case Literal():
            return [
                "literal",
                str(term),
                term.language,
                None if term.datatype is None else str(term.datatype),
            ]
        case BNode():
            return ["blank", str(term)]
        case _:
            return ["iri", str(term)]


def _node(term: list[Any] | None) -> Node | None:
    if term is None:
        return None
    if term[0] == "literal":
        return _literal(term)
    return BNode(term[1]) if term[0] == "blank" else URIRef(term[1])


def _literal(term: list[Any]) -> Literal:
    return Literal(term[1], lang=term[2], datatype=None if term[3] is None else URIRef(term[3]))

"""What has to be known of an update before the engine sees it: what it loads, and which dataset its patterns read.

The engine loads documents itself, from anywhere, and takes no dataset beside the text. So LOAD is taken out and done by
the server (kg/web/outbound.py decides where to), and `using-graph-uri` becomes USING clauses. As in `syntax`, the
grammar is the engine's business; what is unclear here is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from kg.web.protocol import bad_request
from kg.web.syntax import Token, resolved, tokens


@dataclass(frozen=True, slots=True)
class Load:
    """`LOAD [SILENT] <source> [INTO GRAPH <into>]`, without `into` for the default graph."""

    source: str
    into: str | None
    silent: bool


Step = str | Load
"""A piece of an update: text for the engine, or a document to load."""


def steps(text: str, prefixes: Mapping[str, str], base: str) -> list[Step]:
    """The update in order; one piece when it loads nothing. Raises Problem (400) for a LOAD that is not well-formed."""
    if "load" not in text.lower():
        return [text]
    operations = list(_operations(text, prefixes, base))
    if not any(operation.is_load for operation in operations):
        return [text]
    found: list[Step] = []
    for loading, group in groupby(operations, key=lambda operation: operation.is_load):
        if loading:
            found += [operation.load() for operation in group]
        else:
            parts = list(group)
            body = ";\n".join(operation.text for operation in parts if operation.text.strip())
            if body:
                found.append(parts[-1].prologue + body)
    return found


def with_dataset(text: str, default: Sequence[str], named: Sequence[str]) -> str:
    """The update with the dataset of `using-graph-uri` and `using-named-graph-uri` (SPARQL 1.1 Protocol §2.2.3).

    Raises Problem (400) when an operation has a USING or WITH of its own.
    """
    using = "".join([*(f" USING <{iri}>" for iri in default), *(f" USING NAMED <{iri}>" for iri in named)])
    pieces: list[str] = []
    position = 0
    for operation in _operations(text, {}, ""):
        pieces.append(text[position : operation.start])
        pieces.append(_reading_from(operation, using))
        position = operation.end
    pieces.append(text[position:])
    return "".join(pieces)


# --- private helpers ---


@dataclass(frozen=True, slots=True)
class _Operation:
    """One operation of an update, with everything declared before it."""

    source: str
    start: int
    end: int
    tokens: tuple[Token, ...]
    prologue: str
    prefixes: Mapping[str, str]
    base: str

    @property
    def text(self) -> str:
        return self.source[self.start : self.end]

    @property
    def is_load(self) -> bool:
        # The engine needs no blank between keywords: LOADSILENT<…> is one word here and two there.
        return bool(self.tokens) and self.tokens[0].word.startswith("load")

    def load(self) -> Load:
        words = list(self.tokens)
        silent = len(words) > 1 and words[1].word == "silent"
        words = words[2:] if silent else words[1:]
        source = resolved(words[0], self.prefixes, self.base) if words else None
        into = None
        if len(words) == 4 and (words[1].word, words[2].word) == ("into", "graph"):
            into = resolved(words[3], self.prefixes, self.base)
        if self.tokens[0].word != "load" or source is None or (len(words) > 1 and into is None):
            raise bad_request("Write a LOAD as: LOAD [SILENT] <document> [INTO GRAPH <graph>].")
        return Load(source, into, silent)


def _operations(text: str, prefixes: Mapping[str, str], base: str) -> Iterator[_Operation]:
    """The operations between semicolons outside of braces."""
    known, prologue = dict(prefixes), ""
    pieces = list(tokens(text))
    position = 0
    while position < len(pieces):
        position, prologue, base = _declarations(text, pieces, position, prologue, known, base)
        first, depth = position, 0
        while position < len(pieces) and not (pieces[position].text == ";" and depth == 0):
            depth += {"{": 1, "}": -1}.get(pieces[position].text, 0)
            position += 1
        own = tuple(pieces[first:position])
        if own:
            yield _Operation(text, own[0].start, own[-1].end, own, prologue, dict(known), base)
        position += 1


def _declarations(
    text: str, pieces: Sequence[Token], position: int, prologue: str, known: dict[str, str], base: str
) -> tuple[int, str, str]:
    lengths = {"base": 2, "prefix": 3, "version": 2}
    while position < len(pieces) and pieces[position].word in lengths:
        declaration = pieces[position : position + lengths[pieces[position].word]]
        value = resolved(declaration[-1], known, base)
        if value is not None and declaration[0].word == "base":
            base = value
        elif value is not None and declaration[0].word == "prefix":
            known[declaration[1].text.removesuffix(":")] = value
        prologue += text[declaration[0].start : declaration[-1].end] + "\n"
        position += len(declaration)
    return position, prologue, base


def _reading_from(operation: _Operation, using: str) -> str:
    """An operation with the clauses in front of its WHERE; unchanged when it has none."""
    text, start = operation.text, operation.start
    depth = 0
    for number, token in enumerate(operation.tokens):
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth:
            continue
        if token.word in ("using", "with"):
            raise bad_request(
                "The update has USING or WITH, so the request may not have using-graph-uri or using-named-graph-uri "
                "(SPARQL 1.1 Protocol §2.2.3)."
            )
        if token.word == "where":
            place = token.start - start
            if number == 1:  # DELETE WHERE { … }, which takes no USING, is short for this
                pattern = text[token.end - start :]
                return f"{text[:place]}{pattern}{using} WHERE{pattern}"
            return f"{text[:place]}{using.lstrip()} {text[place:]}"
    return text

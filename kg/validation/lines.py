"""The lines of the report on all sources: findings that are named from everything, and what each of them quotes.

A line that quotes a name says so in the index: when that name changes, the line is made again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from rdflib import Graph, Literal
from rdflib.term import Node

from kg.validation.across import Found as Across
from kg.validation.background import Background
from kg.validation.findings import Basis, Reader, complex_paths, finding_of
from kg.validation.index import Index
from kg.validation.judged import Found, with_path
from kg.validation.kept import Row, finding_to_json, text_of
from kg.validation.report import Finding, as_json_line, order_text
from kg.validation.setwise import Key
from kg.validation.shacl_report import result_turtle
from kg.validation.stored import Watched


def write_lines(
    kept: Iterable[Found], across: Across, statements: Graph, index: Index, background: Background
) -> None:
    """Add to the index the lines of what single sources found and stands, and of what was found across them.

    A finding whose things several sources name or cite is named anew from `statements`, all that is stated.
    """
    watched = Watched([statements])
    shapes, rules = background.shapes, background.rules
    reader = Reader(Graph(store=watched), shapes, rules)
    findings: dict[Key, Finding] = {}
    quotes: defaultdict[Node, set[Node]] = defaultdict(set)

    def read(key: Key, messages: Iterable[Literal], basis: Basis) -> Finding:
        watched.subjects, watched.objects = set(), set()
        finding = reader.finding(key, messages, basis)
        quotes[key[0]] |= watched.subjects | watched.objects
        return finding

    for key, (basis, members) in _grouped(kept).items():
        full = with_path(key, shapes)
        messages = {m for f in members for m in f.messages}
        findings[key] = (
            read(full, messages, basis)
            if any(_is_shared(member, index) for member in members)
            else finding_of(full, messages, basis, members[0].named, shapes, rules)
        )
    for key, (told, basis) in across.items():
        findings[key] = read(with_path(key, shapes), told, basis)
    paths = complex_paths(shapes)
    index.add_lines(
        ((key[0], _row(finding, paths)) for key, finding in findings.items()),
        ((node, focus) for focus, nodes in quotes.items() for node in nodes),
    )


# --- private helpers ---


def _row(finding: Finding, paths: Graph) -> Row:
    return (
        order_text(finding),
        finding.severity.value,
        text_of(finding_to_json(finding)),
        as_json_line(finding),
        result_turtle(finding, paths),
    )


def _is_shared(found: Found, index: Index) -> bool:
    """Whether several sources say something about, or cite, what it names: then they may name it otherwise."""
    return any(
        index.several(node, cited=cited)
        for node, cited in chain(
            ((node, False) for node in found.looked_up), ((node, True) for node in found.looked_up_as_object)
        )
    )


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

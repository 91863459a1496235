"""The shapes as data: read from `shapes/*.ttl`, checked when read, and listed as rules for people.

A rule is a shape with its own sh:severity: it has a name, a description, messages, and dgsh:advice for the steward.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import KgError
from kg.namespaces import DGSH
from kg.resources import bundled
from kg.validation.report import Severity


@dataclass(frozen=True)
class Rule:
    """One shape as people see it. `messages` are by language; `sparql` tells whether the constraint is a SPARQL query,
    `across_sources` whether it has to be judged on all sources together.
    """

    iri: str
    name: str
    description: str
    severity: Severity
    messages: tuple[tuple[str, str], ...]
    advice: str
    sparql: bool
    across_sources: bool = False

    @property
    def id(self) -> str:
        return self.iri.rpartition("#")[2]


def load_shapes(paths: Iterable[Path] | None = None) -> Graph:
    """The shapes graph of the files, by default all bundled ones.

    Raises KgError, naming file and shape, for text that is no Turtle, a rule that lacks a part, and a query that is no
    SPARQL SELECT.
    """
    shapes = Graph()
    for path in sorted(bundled("shapes").glob("*.ttl")) if paths is None else paths:
        one = Graph()
        try:
            one.parse(path, format="turtle")
        except (
            Exception
        ) as error:  # rdflib's Turtle reader raises BadSyntax, but also ValueError, IndexError, …
            raise KgError(
                f"the shapes are not readable as Turtle ({_first_line(error)})",
                where=str(path),
                hint="Correct the file.",
            ) from error
        for rule in rules_of(one, where=str(path)):
            shapes_without = [
                part for part in ("name", "description", "messages", "advice") if not getattr(rule, part)
            ]
            if shapes_without:
                raise KgError(
                    f"the shape {rule.id} has no {' and no '.join(shapes_without)}",
                    where=str(path),
                    hint="Every rule says what it checks and what to do (docs/validation.md).",
                )
        shapes += one
        for prefix, namespace in one.namespaces():
            shapes.bind(prefix, namespace)
    empty = ox.Store()
    for shape, constraint in shapes.subject_objects(SH.sparql):
        _check_query(shapes, shape, constraint, empty)
    return shapes


def rules_of(shapes: Graph, *, where: str | None = None) -> tuple[Rule, ...]:
    """The rules of a shapes graph, by name. Raises KgError for a severity that SHACL does not have."""
    found = []
    for shape, severity in shapes.subject_objects(SH.severity):
        if not isinstance(shape, URIRef):
            raise KgError("a rule has no IRI", where=where, hint="Name the shape that carries sh:severity.")
        try:
            level = Severity(str(severity).removeprefix(str(SH)))
        except ValueError:
            raise KgError(
                f"the shape {shape} has the severity {severity}",
                where=where,
                hint="Use sh:Violation, sh:Warning or sh:Info.",
            ) from None
        found.append(
            Rule(
                iri=str(shape),
                name=_text(shapes, shape, SH.name),
                description=_text(shapes, shape, SH.description),
                severity=level,
                messages=tuple(
                    sorted(
                        (o.language or "", str(o))
                        for o in shapes.objects(shape, SH.message)
                        if isinstance(o, Literal)
                    )
                ),
                advice=_text(shapes, shape, DGSH.advice),
                sparql=(shape, SH.sparql, None) in shapes,
                across_sources=_across(shapes, shape, where),
            )
        )
    return tuple(sorted(found, key=lambda rule: rule.iri))


def _across(shapes: Graph, shape: Node, where: str | None) -> bool:
    scopes = set(shapes.objects(shape, DGSH.scope))
    if scopes - {DGSH.acrossSources}:
        raise KgError(
            f"the shape {_id(shape)} has the scope {', '.join(sorted(map(str, scopes)))}",
            where=where or "shapes",
            hint="Write dgsh:scope dgsh:acrossSources, or leave it out where each source can be judged alone.",
        )
    return bool(scopes)


def constraint_prefixes(shapes: Graph, constraint: Node) -> dict[str, str]:
    """The prefixes that a SHACL-SPARQL constraint declares (SHACL section 5.2.1)."""
    return {
        str(prefix): str(namespace)
        for owner in shapes.objects(constraint, SH.prefixes)
        for declaration in shapes.objects(owner, SH.declare)
        for prefix in shapes.objects(declaration, SH.prefix)
        for namespace in shapes.objects(declaration, SH.namespace)
    } | {
        "rdf": str(RDF),
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
    }


def _check_query(shapes: Graph, shape: Node, constraint: Node, empty: ox.Store) -> None:
    """Oxigraph reads a query a hundred times faster than rdflib; tests hold the bundled ones to what pyshacl accepts."""
    for text in shapes.objects(constraint, SH.select):
        try:
            solutions = empty.query(str(text), prefixes=constraint_prefixes(shapes, constraint))
        except (SyntaxError, ValueError) as error:
            raise KgError(
                f"the query of the shape {_id(shape)} is not readable as SPARQL ({_fault(error, str(text))})",
                where="shapes",
                hint="Correct sh:select of the shape.",
            ) from error
        if not isinstance(solutions, ox.QuerySolutions) or "this" not in {
            v.value for v in solutions.variables
        }:
            raise KgError(
                f"the query of the shape {_id(shape)} does not select $this",
                where="shapes",
                hint="Write SELECT $this …",
            )


def _text(shapes: Graph, shape: Node, predicate: URIRef) -> str:
    texts = [o for o in shapes.objects(shape, predicate) if isinstance(o, Literal)]
    return str(min(texts, key=lambda o: (o.language != "en", str(o)))) if texts else ""


def _id(shape: Node) -> str:
    return str(shape).rpartition("#")[2]


def _fault(error: Exception, query: str) -> str:
    """Where a query cannot be read, without the engine's list of all that might have stood there."""
    place = re.search(r"error at (\d+):(\d+)", str(error))
    if place is None:
        return _first_line(error)
    line, column = int(place[1]), int(place[2])
    lines = query.splitlines()
    rest = lines[line - 1][column - 1 :].strip()[:40] if line <= len(lines) else ""
    reason = re.search(r"expected (?:.*, )?(?:one of )?([A-Z][A-Za-z]+ [a-z][^,\[\]]*)", str(error))
    where = f"line {line}, column {column} of the query"
    said = f"{reason[1].strip()}: {where}" if reason else where
    return f"{said}, at {rest!r}" if rest else f"{said}, where it breaks off"


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

"""JSON-LD 1.1 (https://www.w3.org/TR/json-ld11/) that reads like plain JSON: one context, and one object per description.

`context` is made from the ontology and context.yaml: every class and property has a short name, links and datatypes are
declared there, so that the document need not repeat them. `describe` turns the triples of a description into one object
for the thing, with what it points to and what points to it inside. Expanding that object gives the triples back.

The form is fixed, so that programs may rely on it: `type` and links are always lists, and what a link leads to is always
an object with its `id` (and `label` where it has one); labels and texts are objects by language. A literal is a string,
or a number or truth value where JSON has that; several of one property are a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import yaml

from kg.namespaces import DG, PREFIXES
from kg.resources import bundled

Term = ox.NamedNode | ox.BlankNode | ox.Literal
Triples = Iterable[tuple[Term, str, Term]]
"""Subject, IRI of the property, object."""

CONTEXT_PATH: Final = "/context.jsonld"
"""Where a server publishes the context."""
INCOMING: Final = "referencedBy"
"""The name of what points to the thing: properties with the things that have it as their value (`@reverse`)."""
INCLUDED: Final = "included"
"""The name of things that no link leads to: the classes that `type` names, with their labels (`@included`)."""


@cache
def context() -> dict[str, Any]:
    """The context, as the value of `@context`.

    Prefixes are those of the project but `id:`, which here is the name of `@id`, and those that a term of the ontology is
    called like. Do not change what this returns.
    """
    described = _vocabulary()
    extra = yaml.safe_load((Path(__file__).parent / "context.yaml").read_text(encoding="utf-8"))
    terms: dict[str, Any] = {}
    for iri in sorted(described.classes):
        terms[_local(iri)] = f"dg:{_local(iri)}"
    for iri, range_ in sorted(described.properties.items()):
        name = _local(iri)
        if range_ == _LINK:
            kind = "link"
        elif name in extra["languages"]:
            kind = "language"
        elif name in extra["dates"]:
            kind = "xsd:date"
        else:
            kind = _KINDS.get(range_, "text")
        terms[name] = _definition(f"dg:{name}", kind)
    for name, given in extra["terms"].items():
        terms.setdefault(name, _definition(given["iri"], given["is"]))  # the ontology's own terms come first
    return {
        "@version": 1.1,
        **{prefix: iri for prefix, iri in sorted(PREFIXES.items()) if prefix != "id" and prefix not in terms},
        "id": "@id",
        "type": "@type",
        INCLUDED: "@included",
        INCOMING: "@reverse",
        "Document": "foaf:Document",
        **dict(sorted(terms.items())),
    }


def describe(triples: Triples, thing: str, context_iri: str) -> dict[str, Any]:
    """The description of `thing` (an IRI) as one JSON-LD object, which names the context by its address.

    `triples` are statements about the thing, statements with it as object (the document about it is among what refers to
    it, by `primaryTopic`), and whatever is stated of the things around it, which goes to `included` where nothing else
    leads to them.
    """
    names = _names()
    about: dict[str, list[tuple[str, Term]]] = {}
    incoming: dict[str, list[str]] = {}
    for subject, predicate, value in triples:
        node = _key(subject)
        if isinstance(value, ox.NamedNode) and value.value == thing and node != thing:
            incoming.setdefault(predicate, []).append(node)
        else:
            about.setdefault(node, []).append((predicate, value))
    placed = {thing}

    def neighbour(node: str) -> dict[str, Any]:
        """A thing that the description mentions, with what is stated of it (its label, as a rule)."""
        placed.add(node)
        if node == thing:
            return {"id": node}
        # Its own links are not followed: a description is one step deep.
        return {"id": node, **_members(about.get(node, ()), names, lambda inner: {"id": inner})}

    body = {
        "@context": context_iri,
        "id": thing,
        **_members(about.get(thing, ()), names, neighbour),
    }
    referring = {
        names.of(predicate): [neighbour(node) for node in sorted(nodes)]
        for predicate, nodes in sorted(incoming.items())
    }
    if referring:
        body[INCOMING] = referring
    if apart := sorted(about.keys() - placed):
        body[INCLUDED] = [neighbour(node) for node in apart]
    return body


# --- private helpers ---

_XSD: Final = PREFIXES["xsd"]
_RDF_TYPE: Final = PREFIXES["rdf"] + "type"
_LINK: Final = "link"
_KINDS: Final = {_XSD + name: "xsd:" + name for name in ("anyURI", "integer", "decimal", "boolean", "date")}
"""How values of a range are declared; strings need no declaration."""
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Integers in canonical form that every JSON parser keeps exactly."""


class _Vocabulary:
    """The classes of the ontology, and its properties with their range (`link` for those between things)."""

    def __init__(self, classes: set[str], properties: dict[str, str]) -> None:
        self.classes = classes
        self.properties = properties


@cache
def _vocabulary() -> _Vocabulary:
    owl, rdfs = PREFIXES["owl"], PREFIXES["rdfs"]
    classes: set[str] = set()
    properties: dict[str, str] = {}
    ranges: dict[str, str] = {}
    for quad in ox.parse(path=str(bundled("ontology") / "digigov.ttl"), format=ox.RdfFormat.TURTLE):
        subject, value = quad.subject, quad.object
        if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(str(DG)):
            continue
        if not isinstance(value, ox.NamedNode):
            continue
        if quad.predicate.value == rdfs + "range":
            ranges[subject.value] = value.value
        elif quad.predicate.value == _RDF_TYPE:
            if value.value == owl + "Class":
                classes.add(subject.value)
            elif value.value == owl + "ObjectProperty":
                properties[subject.value] = _LINK
            elif value.value == owl + "DatatypeProperty":
                properties.setdefault(subject.value, "")
    return _Vocabulary(classes, {iri: kind or ranges.get(iri, "") for iri, kind in properties.items()})


def _definition(iri: str, kind: str) -> Any:
    if kind == "link":
        return {"@id": iri, "@type": "@id", "@container": "@set"}
    if kind == "language":
        return {"@id": iri, "@container": "@language"}
    return iri if kind == "text" else {"@id": iri, "@type": kind}


class _Names:
    """What IRIs are called in documents, and how the values of a name are declared."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if definitions.get(prefix) == iri}
        self._terms: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        for name, definition in definitions.items():
            given = {"@id": definition} if isinstance(definition, str) else definition
            if not isinstance(given, dict) or not str(given.get("@id", "@")).partition(":")[1]:
                continue
            prefix, _, local = given["@id"].partition(":")
            if prefix not in self._prefixes:
                continue
            self._terms[self._prefixes[prefix] + local] = name
            self.kinds[name] = (
                "language" if given.get("@container") == "@language" else given.get("@type", "")
            )
            if self.kinds[name].startswith("xsd:"):
                self.kinds[name] = _XSD + self.kinds[name][4:]

    def of(self, iri: str) -> str:
        """The name of a class or property: its term, else with a prefix, else in full."""
        return self._terms.get(iri) or self.compact(iri)

    def compact(self, iri: str) -> str:
        """With a prefix where there is one: a name without a declaration."""
        for prefix, namespace in self._prefixes.items():
            if iri.startswith(namespace) and not iri[len(namespace) :].startswith("//"):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri


@cache
def _names() -> _Names:
    return _Names(context())


def _members(statements: Iterable[tuple[str, Term]], names: _Names, neighbour: Any) -> dict[str, Any]:
    """The members of an object: `type` and `label` first, the others by name."""
    types: list[str] = []
    texts: dict[str, dict[str, list[str]]] = {}
    things: dict[str, list[Any]] = {}
    values: dict[str, list[Any]] = {}
    for predicate, value in statements:
        if predicate == _RDF_TYPE and isinstance(value, ox.NamedNode):
            types.append(names.of(value.value))
            continue
        name = names.of(predicate)
        kind = names.kinds.get(name, "")
        if kind == "language" and isinstance(value, ox.Literal) and _is_text(value):
            texts.setdefault(name, {}).setdefault(value.language or "@none", []).append(value.value)
            continue
        if kind == "language":
            name, kind = names.compact(predicate), ""
        if isinstance(value, ox.Literal):
            values.setdefault(name, []).append(_literal(value, kind))
        else:
            things.setdefault(name, []).append(neighbour(_key(value)))
    members: dict[str, Any] = {
        name: {language: _one_or_all(sorted(found)) for language, found in sorted(by_language.items())}
        for name, by_language in texts.items()
    }
    for name, found in values.items():
        members[name] = _one_or_all(sorted(found, key=_order))
    for name, nodes in things.items():
        literals = values.get(name, [])
        members[name] = sorted(nodes, key=lambda node: str(node["id"])) + sorted(literals, key=_order)
    ordered = {name: members[name] for name in sorted(members, key=lambda name: (name != "label", name))}
    return {"type": sorted(types), **ordered} if types else ordered


def _literal(value: ox.Literal, kind: str) -> Any:
    """A literal under a name whose declared datatype is `kind`: as JSON has it, else as a value object."""
    datatype = value.datatype.value
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if datatype == _XSD + "boolean" and value.value in ("true", "false") and kind in ("", datatype):
        return value.value == "true"
    if datatype == _XSD + "integer" and _INTEGER.fullmatch(value.value) and kind in ("", datatype):
        return int(value.value)
    if datatype == (kind or _XSD + "string"):
        return value.value
    if datatype == _XSD + "string":
        return {"@value": value.value}
    return {"@value": value.value, "@type": datatype}


def _is_text(value: ox.Literal) -> bool:
    return bool(value.language) or value.datatype.value == _XSD + "string"


def _key(node: Term) -> str:
    if isinstance(node, ox.BlankNode):
        return f"_:{node.value}"
    return node.value


def _order(value: Any) -> tuple[str, str]:
    return (type(value).__name__, str(value))


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _local(iri: str) -> str:
    return iri[len(DG) :]

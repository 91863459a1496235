"""Results as findings: things named, answers cited, messages by language, paths as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal as OneOf

from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import KgError
from kg.namespaces import DG, PREFIXES
from kg.reasoning import SourceAnswer, label_of, sources_of
from kg.validation.report import Finding, Mention
from kg.validation.setwise import Key
from kg.validation.shapes import Rule

Basis = OneOf["stated", "entailed"]


@dataclass(frozen=True)
class Named:
    """How a finding names what it is about, and which answers and entries are behind it (see `Finding`)."""

    label: str
    value_label: str | None
    sources: tuple[SourceAnswer, ...]
    mentions: tuple[Mention, ...]


def finding_of(
    key: Key,
    messages: Iterable[Literal],
    basis: Basis,
    named: Named,
    shapes: Graph,
    rules: Mapping[str, Rule],
) -> Finding:
    """A result as a finding. Raises KgError when it is of a shape that is no rule."""
    focus, path, value, shape, component = key
    rule = rules.get(str(shape))
    if rule is None:
        raise KgError(
            f"the shape {shape} reports a finding but has no severity of its own",
            where="shapes",
            hint="Every rule is one shape with sh:severity (docs/validation.md).",
        )
    if value == focus:
        value = None
    return Finding(
        severity=rule.severity,
        shape=rule.iri,
        name=rule.name,
        focus=str(focus),
        label=named.label,
        path=path_text(shapes, path) if path is not None else None,
        value=str(value) if value is not None else None,
        value_label=named.value_label,
        messages=tuple(sorted(_languages(rule, messages))),
        advice=rule.advice,
        sources=named.sources,
        mentions=named.mentions,
        basis=basis,
        component=str(component),
        focus_node=focus,
        value_node=value,
        path_node=path,
    )


class Reader:
    """Looks up in the statements how results name things."""

    def __init__(self, data: Graph, shapes: Graph, rules: Mapping[str, Rule]) -> None:
        self._data, self._shapes, self._rules = data, shapes, rules

    def finding(self, key: Key, messages: Iterable[Literal], basis: Basis) -> Finding:
        """The finding, named. Raises KgError when it is of a shape that is no rule."""
        return finding_of(key, messages, basis, self.named(key), self._shapes, self._rules)

    def named(self, key: Key) -> Named:
        """What the finding names."""
        focus, _, value, shape, _ = key
        sources = sources_of(self._data, focus)
        mentions: tuple[Mention, ...] = ()
        if (
            not sources
            and not any((focus, RDF.type, kind) in self._data for kind in (DG.Response, DG.Factsheet))
            and not any((focus, within, None) in self._data for within in (DG.response, DG.inDocument))
        ):
            mentioning = self._mentioning(focus, shape)
            mentions = tuple(Mention(str(m), label_of(self._data, m)) for m in mentioning)
            sources = tuple(
                sorted({s for m in mentioning for s in sources_of(self._data, m)}, key=SourceAnswer.order)
            )
        return Named(
            label_of(self._data, focus),
            label_of(self._data, value) if isinstance(value, URIRef) and value != focus else None,
            sources,
            mentions,
        )

    def _mentioning(self, focus: Node, shape: Node, *, shown: int = 5) -> list[Node]:
        """Up to `shown` entries that point to `focus`, by the property that the shape looks at if it names one."""
        properties = set(self._shapes.objects(shape, SH.targetObjectsOf))
        entries = {s for s, p in self._data.subject_predicates(focus) if not properties or p in properties}
        return sorted(entries, key=lambda e: (not sources_of(self._data, e), str(e)))[:shown]


def _languages(rule: Rule, messages: Iterable[Literal]) -> Iterator[tuple[str, str]]:
    """Messages by language: pyshacl drops the language of a message in which it has put values."""
    for message in messages:
        if message.language:
            yield message.language, _tidy(str(message))
            continue
        templates = [
            (lang, template) for lang, template in rule.messages if _made_from(template, str(message))
        ]
        yield (templates[0][0] if templates else ""), _tidy(str(message))


@lru_cache(maxsize=512)
def _template(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[?$]\w+\}", template)
    return re.compile("(?s)" + ".*".join(map(re.escape, parts)))


def _made_from(template: str, message: str) -> bool:
    return _template(template).fullmatch(message) is not None


def _tidy(message: str) -> str:
    return " ".join(message.split())


def path_text(shapes: Graph, path: Node) -> str:
    """A property path as SPARQL writes it, with the project's prefixes: `dg:article/dg:coversTopic`."""
    if isinstance(path, URIRef):
        return _short(path)
    for predicate, mark in (
        (SH.inversePath, "^{}"),
        (SH.zeroOrMorePath, "{}*"),
        (SH.oneOrMorePath, "{}+"),
        (SH.zeroOrOnePath, "{}?"),
    ):
        inner = shapes.value(path, predicate)
        if inner is not None:
            return mark.format(path_text(shapes, inner))
    alternatives = shapes.value(path, SH.alternativePath)
    if alternatives is not None:
        return "|".join(path_text(shapes, step) for step in shapes.items(alternatives))
    return "/".join(_grouped(path_text(shapes, step)) for step in shapes.items(path))


def _grouped(text: str) -> str:
    return f"({text})" if "|" in text else text


def _short(iri: URIRef) -> str:
    for prefix, namespace in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return f"<{iri}>"


def complex_paths(shapes: Graph) -> Graph:
    """The triples of complex paths, for reports that quote them."""
    paths = Graph()
    queue: list[Node] = [o for o in shapes.objects(None, SH.path) if isinstance(o, BNode)]
    seen: set[Node] = set()
    while queue:
        node = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        for p, o in shapes.predicate_objects(node):
            paths.add((node, p, o))
            if isinstance(o, BNode):
                queue.append(o)
    return paths

"""`validate`: pyshacl over what is stated and over what follows, as one report.

pyshacl is the engine of record and does no inference of its own: its inference option changes findings (RDFS typing
hides some). Both graphs are checked, since ranges type bad values and so hide them, while other faults show only in
what is entailed. SPARQL constraints are asked set-wise by default (kg/validation/setwise.py).
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from typing import Literal as OneOf

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Identifier, Node

from kg.errors import KgError
from kg.namespaces import DG, PREFIXES
from kg.reasoning import SourceAnswer, label_of, ontology_graph, sources_of
from kg.validation.report import Finding, Mention, Report
from kg.validation.setwise import Asked, Key, without_sparql
from kg.validation.shapes import Rule, rules_of

Basis = OneOf["stated", "entailed"]
Engine = OneOf["set-wise", "pyshacl"]
Triple = tuple[Node, Node, Node]


def validate(
    data: Graph,
    inferred: Graph | None,
    shapes: Graph,
    *,
    ontology: Graph | None = None,
    sparql: Engine = "set-wise",
) -> Report:
    """The findings of `shapes` in `data` and, marked as entailed, those that show only together with `inferred`.

    `data` holds the responses and the reference data that they refer to. Of `ontology` (default: the bundled one) only
    the class hierarchy is used: a shape on instruments is to see decrees (SHACL section 3.2, "SHACL instance").
    `sparql` says who evaluates the SPARQL constraints: "set-wise" asks each once (kg/validation/setwise.py), "pyshacl"
    leaves them to the engine of record, node by node; the findings are the same.
    Raises KgError when pyshacl cannot use the shapes.
    """
    hierarchy = [
        (s, p, o)
        for s, p, o in (ontology_graph() if ontology is None else ontology).triples(
            (None, RDFS.subClassOf, None)
        )
        if isinstance(s, URIRef) and isinstance(o, URIRef)
    ]
    rules = {rule.iri: rule for rule in rules_of(shapes)}
    checked = _Checked(shapes, sparql)
    checked.add((*data, *hierarchy))
    results = checked.results()
    basis: dict[Key, Basis] = dict.fromkeys(results, "stated")
    if inferred is not None and len(inferred):
        checked.add(inferred)
        for key, messages in checked.results().items():
            if key not in results:
                results[key], basis[key] = messages, "entailed"
    reader = _Reader(data, shapes, rules)
    findings = sorted((reader.finding(key, results[key], basis[key]) for key in results), key=Finding.order)
    return Report(tuple(findings), _paths(shapes))


class _Memoised(Graph):
    """A graph that parses and translates each query text once."""

    def query(  # type: ignore[override]
        self,
        query_object: str | Query,
        processor: str = "sparql",
        result: str = "sparql",
        initNs: Mapping[str, Any] | None = None,  # noqa: N803 - rdflib's name
        initBindings: Mapping[str, Identifier] | None = None,  # noqa: N803 - rdflib's name
        use_store_provided: bool = True,
        **kwargs: Any,
    ) -> Result:
        prepared = _prepared(query_object) if isinstance(query_object, str) else query_object
        # A parsed query has its prefixes inside; handing rdflib one saves it collecting the graph's for each call.
        return super().query(
            prepared, processor, result, {"dg": DG}, initBindings, use_store_provided, **kwargs
        )


@lru_cache(maxsize=1024)
def _prepared(text: str) -> Query:
    return prepareQuery(text)


class _Checked:
    """The graph under the shapes, in rdflib for pyshacl and, set-wise, in the engine that the queries are asked of."""

    def __init__(self, shapes: Graph, sparql: Engine) -> None:
        self._graph = _Memoised()
        self._shapes = shapes
        self._asked = Asked(self._graph) if sparql == "set-wise" else None
        self._node_by_node = shapes if self._asked is None else without_sparql(shapes)

    def add(self, triples: Iterable[Triple]) -> None:
        fresh = [triple for triple in triples if triple not in self._graph]
        for triple in fresh:
            self._graph.add(triple)
        if self._asked is not None:
            self._asked.add(fresh)

    def results(self) -> dict[Key, tuple[Literal, ...]]:
        """The results by (focus, path, value, shape, component), with their messages."""
        found = _pyshacl(self._graph, self._node_by_node)
        return found if self._asked is None else found | self._asked.results(self._shapes)


def _pyshacl(graph: Graph, shapes: Graph) -> dict[Key, tuple[Literal, ...]]:
    try:
        _, report, text = pyshacl.validate(
            graph,
            shacl_graph=shapes,
            inference="none",
            advanced=False,
            inplace=True,
            do_owl_imports=False,
            logger=_QUIET,
        )
    except (ConstraintLoadError, ShapeLoadError, ReportableRuntimeError) as error:
        raise KgError(
            f"the shapes cannot be used ({' '.join(str(error).split())[:300]})",
            where="shapes",
            hint="Correct the shape.",
        ) from error
    if isinstance(report, ValidationFailure) or not isinstance(report, Graph):
        raise KgError(f"the validation failed ({str(text)[:300]})", where="shapes", hint="Correct the shape.")
    found: defaultdict[Key, set[Literal]] = defaultdict(set)
    for result in report.objects(None, SH.result):
        shape, focus = report.value(result, SH.sourceShape), report.value(result, SH.focusNode)
        if focus is None or shape is None:
            continue
        path = report.value(result, SH.resultPath)
        if isinstance(path, BNode):
            # The report holds a copy of a complex path; the shape's own is the one to read.
            path = shapes.value(shape, SH.path)
        key = (
            focus,
            path,
            report.value(result, SH.value),
            shape,
            report.value(result, SH.sourceConstraintComponent),
        )
        found[key] |= {m for m in report.objects(result, SH.resultMessage) if isinstance(m, Literal)}
    return {key: tuple(sorted(messages)) for key, messages in found.items()}


_QUIET = logging.getLogger("kg.validation.pyshacl")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class _Reader:
    """Turns results into findings that name things."""

    def __init__(self, data: Graph, shapes: Graph, rules: Mapping[str, Rule]) -> None:
        self._data, self._shapes, self._rules = data, shapes, rules

    def finding(self, key: Key, messages: tuple[Literal, ...], basis: Basis) -> Finding:
        focus, path, value, shape, component = key
        rule = self._rules.get(str(shape))
        if rule is None:
            raise KgError(
                f"the shape {shape} reports a finding but has no severity of its own",
                where="shapes",
                hint="Every rule is one shape with sh:severity (docs/validation.md).",
            )
        if value == focus:
            value = None
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
        return Finding(
            severity=rule.severity,
            shape=rule.iri,
            name=rule.name,
            focus=str(focus),
            label=label_of(self._data, focus),
            path=path_text(self._shapes, path) if path is not None else None,
            value=str(value) if value is not None else None,
            value_label=label_of(self._data, value) if isinstance(value, URIRef) else None,
            messages=tuple(sorted(self._languages(rule, messages))),
            advice=rule.advice,
            sources=sources,
            mentions=mentions,
            basis=basis,
            component=str(component),
            focus_node=focus,
            value_node=value,
            path_node=path,
        )

    def _mentioning(self, focus: Node, shape: Node, *, shown: int = 5) -> list[Node]:
        """Up to `shown` entries that point to `focus`, by the property that the shape looks at if it names one."""
        properties = set(self._shapes.objects(shape, SH.targetObjectsOf))
        entries = {s for s, p in self._data.subject_predicates(focus) if not properties or p in properties}
        return sorted(entries, key=lambda e: (not sources_of(self._data, e), str(e)))[:shown]

    @staticmethod
    def _languages(rule: Rule, messages: tuple[Literal, ...]) -> Iterator[tuple[str, str]]:
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


def _paths(shapes: Graph) -> Graph:
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

"""Several sources of one country over time: which one revises which, and which name of a thing is its present one.

A source is mapped by itself (response.py), and what it states stays in its own graph. Two things depend on the others of
its country: the edition that it revises, and whether a newer one calls a thing otherwise. `editions` finds out from the
names in all of them, `as_edition` applies it to the triples of one (docs/decisions/0019-editions.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rdflib import DCTERMS, PROV, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from kg.iris import Iris
from kg.namespaces import DG
from kg.records.model import Record

SourceKey: TypeAlias = tuple[str, int, str]
"""Family, edition and country of a source: what tells sources apart."""

Statement: TypeAlias = tuple[Node, Node, Node]

Name: TypeAlias = tuple[URIRef, URIRef, Literal]
"""A thing, `rdfs:label` or `dct:title`, and the name in its language."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What a source's graph owes to the other sources of its country: nothing for most, which have only one."""

    revises: SourceKey | None = None
    earlier: frozenset[Name] = frozenset()
    """Names that a newer source of the country gives otherwise in the same language."""

    def __bool__(self) -> bool:
        return self.revises is not None or bool(self.earlier)


def source_key(record: Record) -> SourceKey:
    """The key of the record's source."""
    return record.source.family, record.source.edition, record.source.country


def names(triples: Iterable[Statement]) -> Iterator[Name]:
    """The names among the triples of one source."""
    for node, predicate, value in triples:
        if predicate in _EARLIER and isinstance(node, URIRef) and isinstance(value, Literal):
            assert isinstance(predicate, URIRef)
            yield node, predicate, value


def editions(names_of: Mapping[SourceKey, Collection[Name]]) -> dict[SourceKey, Edition]:
    """What each source owes to the others, from the names that each one gives.

    Sources of countries that have only one may be left out or given without names. Of two families of one year, a
    country's own response counts as the newer one.
    """
    by_country: defaultdict[str, list[SourceKey]] = defaultdict(list)
    for key in names_of:
        by_country[key[2]].append(key)
    found: dict[SourceKey, Edition] = {}
    for keys in by_country.values():
        present: dict[tuple[URIRef, URIRef, str | None], set[Literal]] = {}
        for key in sorted(keys, key=_age, reverse=True):
            own: defaultdict[tuple[URIRef, URIRef, str | None], set[Literal]] = defaultdict(set)
            for node, predicate, value in names_of[key] if len(keys) > 1 else ():
                own[node, predicate, value.language].add(value)
            earlier = {
                (node, predicate, value)
                for (node, predicate, language), values in own.items()
                for value in values - present.get((node, predicate, language), values)
            }
            for thing, values in own.items():
                present.setdefault(thing, values)
            older = [other for other in keys if other[0] == key[0] and other[1] < key[1]]
            found[key] = Edition(max(older, default=None, key=_age), frozenset(earlier))
    return found


def as_edition(
    triples: Iterable[Statement], key: SourceKey, edition: Edition, iris: Iris | None = None
) -> Iterator[Statement]:
    """The triples of a source among its country's others: with `prov:wasRevisionOf`, earlier names as alternative ones."""
    iris = iris or Iris()
    for triple in triples:
        if triple not in edition.earlier:
            yield triple
    for node, predicate, value in edition.earlier:
        for alternative in _EARLIER[predicate]:
            yield node, alternative, value
    if edition.revises:
        yield _node(key, iris), PROV.wasRevisionOf, _node(edition.revises, iris)


def settle_editions(graphs: Mapping[SourceKey, Graph], iris: Iris | None = None) -> None:
    """`editions` and `as_edition` for sources that are in memory all at once: changes their graphs in place."""
    several = {country for _, _, country in _repeated(graphs)}
    found = editions({key: set(names(graph)) if key[2] in several else () for key, graph in graphs.items()})
    for key, edition in found.items():
        if edition:
            changed = list(as_edition(graphs[key], key, edition, iris))
            for name in edition.earlier:
                graphs[key].remove(name)
            for triple in changed:
                graphs[key].add(triple)


# --- private helpers ---

_EARLIER: dict[URIRef, tuple[URIRef, ...]] = {
    RDFS.label: (SKOS.altLabel, DG.earlierName),
    DCTERMS.title: (DCTERMS.alternative,),
}
"""Properties with one value a language, and what an earlier value is said by instead."""


def _age(key: SourceKey) -> tuple[int, bool]:
    family, edition, _ = key
    return edition, family == "msq"


def _repeated(keys: Iterable[SourceKey]) -> Iterator[SourceKey]:
    seen: set[str] = set()
    for key in keys:
        if key[2] in seen:
            yield key
        seen.add(key[2])


def _node(key: SourceKey, iris: Iris) -> URIRef:
    family, edition, country = key
    return iris.source(edition, country, family)

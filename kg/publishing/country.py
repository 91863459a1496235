"""One country's part of the graph, as a dataset of its own that every export format can write.

It holds what the country's sources state, and what other graphs (reference data, indicators, entailments, the sources of
others) say of the things that are its own; besides, the labels and classes of what these statements lead to, so that it
can be read by itself.
Its own are the country, what `dg:country` gives it, and what its sources describe and nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.errors import KgError
from kg.iris import Iris
from kg.namespaces import DG, HOME, PREFIXES
from kg.publishing.exports import export
from kg.store.interface import Dataset


def export_country(store: Dataset, iso3: str, format_name: str, target: Path, base_iri: str = HOME) -> Path:
    """Write a country's part in a format of `kg.publishing.exports.FORMATS`, as `export` does.

    Raises KgError for a country that the store knows nothing of, and as `export` does.
    """
    return export(country_part(store, iso3, base_iri), format_name, target, base_iri)


def country_part(store: Dataset, iso3: str, base_iri: str = HOME) -> ox.Store:
    """The country's part, with its default graph the merge of its named ones. Raises KgError when there is none."""
    iris = Iris(base_iri)
    country = ox.NamedNode(str(iris.country(iso3)))
    names = sorted(store.named_graphs(), key=str)
    sources = [name for name in names if _is_source(name.value, iso3, base_iri)]
    others = [name for name in names if name not in sources and name.value != str(iris.ontology_graph)]
    if not sources and not _states(store, country):
        raise KgError(f"nothing is known of '{iso3}'", hint="Give the ISO 3166-1 alpha-3 code of a country")
    quads = {quad for name in sources for quad in store.quads_for_pattern(None, None, None, name)}
    own: set[ox.NamedNode | ox.BlankNode | ox.Triple] = {
        country,
        *(quad.subject for quad in store.quads_for_pattern(None, _COUNTRY, country, _DEFAULT)),
        *_described_here_only(store, {quad.subject for quad in quads}, sources, str(iris.inferred_graph)),
    }
    shared = set(others)
    for thing in own:
        found = store.quads_for_pattern(thing, None, None, None)
        quads.update(quad for quad in found if quad.graph_name in shared)
    for naming in (_TYPE, _LABEL):  # in this order: classes have labels, too
        for thing in {quad.object for quad in quads if isinstance(quad.object, ox.NamedNode)} - own:
            found = store.quads_for_pattern(thing, naming, None, None)
            quads.update(quad for quad in found if quad.graph_name != _DEFAULT)
    part = ox.Store()
    part.bulk_extend(_with_merge(quads))
    return part


# --- private helpers ---

_DEFAULT: Final = ox.DefaultGraph()
_COUNTRY: Final = ox.NamedNode(str(DG.country))
_LABEL: Final = ox.NamedNode(PREFIXES["rdfs"] + "label")
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")


def _is_source(name: str, iso3: str, base_iri: str) -> bool:
    """Whether a graph is what one source on the country states: `…/graph/response/2020/COL`."""
    return name.startswith(base_iri + "graph/") and name.endswith(f"/{iso3}")


def _states(store: Dataset, thing: ox.NamedNode) -> bool:
    return next(iter(store.quads_for_pattern(thing, None, None, _DEFAULT)), None) is not None


def _described_here_only(
    store: Dataset,
    subjects: set[ox.NamedNode | ox.BlankNode | ox.Triple],
    sources: list[ox.NamedNode | ox.BlankNode],
    inferred: str,
) -> Iterator[ox.NamedNode | ox.BlankNode | ox.Triple]:
    """The subjects that no other graph describes; what follows from statements (`inferred`) is no other description."""
    here = {*sources, _DEFAULT, ox.NamedNode(inferred)}
    for subject in subjects:
        if all(quad.graph_name in here for quad in store.quads_for_pattern(subject, None, None, None)):
            yield subject


def _with_merge(quads: set[ox.Quad]) -> Iterator[ox.Quad]:
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object, _DEFAULT)

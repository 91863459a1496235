"""The query of changes against the truth about generated countries: what the records tell is found, and by its kind."""

from __future__ import annotations

from itertools import pairwise

import pyoxigraph as ox
import pytest
from asking import ask

from benchmarks.generator.corpus import Corpus
from benchmarks.generator.world import Rates
from kg.reasoning import close, ontology_graph
from kg.records.load import parse_record
from kg.store.build import assemble
from kg.store.embedded import open_store, publish

EDITIONS = (2018, 2020, 2022)
KINDS = {
    "renamed": "renaming",
    "merged": "merger",
    "split": "split",
    "repealed": "repealed",
    "amended": "amended",
    "replaced": "replaced",
    "superseded": "replaced",
}
"""Kinds of change in the generator's truth, and what the query calls them."""


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    rates = Rates(
        renames=0.2, mergers=0.7, splits=0.7, repeals=0.2, amendments=0.2, portals=0.3, strategies=0.7
    )
    return Corpus(members=3, editions=len(EDITIONS), seed=7, rates=rates)


@pytest.fixture(scope="module")
def store(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    built = assemble([parse_record(generated.text(), generated.path) for generated in corpus.records()])
    closure = close(built.statements, ontology_graph(), engine="compiled")
    assert not closure.clashes
    built.graphs[built.iris.inferred_graph] = closure.inferred
    del built.graphs[built.iris.indicators_graph]
    folder = tmp_path_factory.mktemp("generated") / "store"
    publish(folder, built.nquads())
    return open_store(folder)


def test_every_change_that_happened_is_found_and_no_other_of_its_kind(
    corpus: Corpus, store: ox.Store
) -> None:
    happened = {
        (change.country, change.edition, KINDS[change.kind], before, after)
        for change in corpus.changes
        if change.before != change.after  # what keeps its identifier has another name and nothing more
        for before in change.before
        for after in change.after
    }
    assert {kind for _, _, kind, _, _ in happened} == set(KINDS.values())
    found = set()
    for country in sorted({change.country for change in corpus.changes}):
        for earlier, later in pairwise(EDITIONS):
            rows = ask(store, "changes-between-editions", country=country, **{"from": earlier, "to": later})
            found |= {
                (country, later, row["change"], row["thing"], row["other"])
                for row in rows
                if row["change"] in KINDS.values()
            }
    assert found == happened


def test_a_body_that_keeps_its_identity_has_one_preferred_name_and_keeps_the_older_ones(
    corpus: Corpus, store: ox.Store
) -> None:
    renamed = {
        change.before[0]
        for change in corpus.changes
        if change.kind == "renamed" and change.before == change.after
    }
    assert renamed
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    alternative = ox.NamedNode("http://www.w3.org/2004/02/skos/core#altLabel")
    earlier = ox.NamedNode("https://w3id.org/digigov/ontology#earlierName")
    own: dict[str, set[tuple[str, str, str]]] = {
        mention["iri"]: set() for mention in corpus.mentions if mention["iri"] in renamed
    }
    for mention in corpus.mentions:
        if mention["iri"] in renamed and mention["file"].endswith(f"{mention['country']}.yaml"):
            own[mention["iri"]].add((mention["file"], mention["name"], mention["language"]))
    for iri, told in own.items():
        node = ox.NamedNode(iri)
        names = {
            predicate: {
                quad.object.value
                for quad in store.quads_for_pattern(node, predicate, None, ox.DefaultGraph())
                if isinstance(quad.object, ox.Literal)
            }
            for predicate in (label, alternative, earlier)
        }
        newest = max(told)[1]
        older = {name for _, name, _ in told} - {newest}
        assert newest in names[label], iri
        assert not older & names[label], iri
        assert older <= names[alternative], iri
        assert older <= names[earlier], iri

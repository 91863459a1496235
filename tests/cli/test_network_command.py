"""`kg network` from the shell, on the sample of tests/publishing: what the library finds, as tables and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph

from kg.iris import Iris
from kg.mapping.nquads import sorted_nquads
from kg.mapping.reference import reference_triples
from kg.publishing.network import Network
from kg.reasoning import close, ontology_graph
from kg.resources import bundled
from kg.store import open_store, publish

SAMPLE = Path(__file__).resolve().parents[1] / "publishing" / "sample.ttl"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network") / "store"
    iris, sample, reference = Iris(), Graph().parse(SAMPLE, format="turtle"), Graph()
    named = {str(term) for triple in sample for term in triple}
    for triple in reference_triples():
        if str(triple[0]) in named:
            reference.add(triple)
    for file in (bundled("ontology") / "concepts").glob("*.ttl"):
        reference.parse(file, format="turtle")
    inferred = close(sample + reference, ontology_graph(), engine="compiled").inferred
    source = iris.source_graph(2020, "ISL")
    graphs = {source: sample, iris.reference_graph: reference, iris.inferred_graph: inferred}
    publish(folder, sorted_nquads(graphs))
    return folder


@pytest.fixture(scope="module")
def network(store: Path) -> Network:
    return Network.load(open_store(store))


def kg(store: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "kg", "network", *arguments, "--store", str(store)]
    return subprocess.run(call, capture_output=True, text=True, timeout=120, check=False)


def said(store: Path, *arguments: str) -> Any:
    done = kg(store, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_measures(store: Path, network: Network) -> None:
    assert network.graph
    expected = [(m.node.iri, m.degree, m.betweenness, m.community) for m in network.measures()]
    found = said(store, "measures")
    assert [(m["iri"], m["degree"], m["betweenness"], m["community"]) for m in found] == expected
    assert len(said(store, "measures", "--limit", "2")) == 2
    lines = kg(store, "measures").stdout.splitlines()
    assert lines[0].split() == ["name", "degree", "agreements", "betweenness", "community"]
    assert len(lines) == len(expected) + 1


def test_filters(store: Path, network: Network) -> None:
    narrowed = network.filtered(kinds=["mou"]).countries_only()
    found = said(store, "measures", "--kind", "mou", "--countries")
    assert {m["iri"] for m in found} == set(narrowed.graph)
    assert all(m["kind"] == "country" for m in found)
    assert said(store, "measures", "--since", "2999") == []


def test_a_path_with_its_agreements(store: Path, network: Network) -> None:
    steps = network.path("ISL", "CYP")
    assert steps
    found = said(store, "path", "isl", "CYP")
    assert [(step["from"]["iso3"], step["to"]["iso3"]) for step in found] == [
        (step.start.iso3, step.end.iso3) for step in steps
    ]
    assert [[a["iri"] for a in step["agreements"]] for step in found] == [
        [a.iri for a in step.agreements] for step in steps
    ]
    assert "Iceland" in kg(store, "path", "ISL", "CYP").stdout


def test_no_path_and_no_such_country(store: Path) -> None:
    none = kg(store, "path", "ISL", "LUX")
    assert (none.returncode, none.stdout) == (1, "No way leads from ISL to LUX.\n")
    unknown = kg(store, "path", "ISL", "XXX")
    assert unknown.returncode == 2
    assert "'XXX' is no country of the graph" in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_suggestions_with_their_reasons(store: Path, network: Network) -> None:
    expected = network.suggestions("ISL")
    found = said(store, "suggest", "ISL")
    assert [(s["iso3"], s["score"], s["topics"]) for s in found] == [
        (s.candidate.iso3, s.score, list(s.topics)) for s in expected[:10]
    ]
    assert all(s["networks"] or s["partners"] or s["topics"] or s["ahead"] for s in found)
    assert expected[0].candidate.label in kg(store, "suggest", "ISL", "--limit", "1").stdout

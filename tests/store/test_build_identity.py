"""A build reads the decisions on identity beside the records it is given, and depends on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF

from kg.errors import KgError
from kg.iris import Iris
from kg.namespaces import DG
from kg.records.same_as import bundled_same_as, same_as_of
from kg.store.build import assemble, build, read_records
from kg.store.units import Recipe

RECORD = """\
format: 1
status: reviewed
source: {{title: T, edition: 2020, country: {country}}}
bodies:
  - {{id: {key}, name: {name}, type: agency, q: 3}}
"""
DECISION = """\
#curie_map: {dgid: "https://w3id.org/digigov/id/"}
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
subject_id	predicate_id	object_id	object_label	mapping_justification
dgid:body/COL/uy-agency	skos:exactMatch	dgid:body/URY/agesic	AGESIC	semapv:ManualMappingCuration
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "responses").mkdir()
    for country, key, name in (("COL", "uy-agency", "Agency of Uruguay"), ("URY", "agesic", "AGESIC")):
        text = RECORD.format(country=country, key=key, name=name)
        (tmp_path / "responses" / f"{country}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / "own.sssom.tsv").write_text(DECISION, encoding="utf-8")
    return tmp_path


def test_two_countries_records_tell_of_one_node(folder: Path) -> None:
    iris = Iris()
    built = assemble(read_records([folder]), same_as=same_as_of([folder]))
    node, given_up = iris.body("URY", "agesic"), iris.body("COL", "uy-agency")
    for country in ("COL", "URY"):
        assert (node, RDF.type, DG.Agency) in built.graphs[iris.source_graph(2020, country)]
    assert (given_up, DCTERMS.isReplacedBy, node) in built.graphs[iris.source_graph(2020, "COL")]


def test_the_bundled_decisions_hold_beside_those_of_the_folder(folder: Path) -> None:
    decisions = same_as_of([folder])
    assert len(decisions.mappings) == len(bundled_same_as().mappings) + 1
    assert same_as_of([folder / "responses" / "COL.yaml"]) == bundled_same_as()


def test_kept_results_depend_on_the_decisions(folder: Path) -> None:
    before = Recipe(Iris().base, False, same_as_of([folder])).key()
    file = folder / "identity" / "own.sssom.tsv"
    file.write_text(DECISION.replace("	AGESIC	", "	The AGESIC	"), encoding="utf-8")
    assert Recipe(Iris().base, False, same_as_of([folder])).key() != before


def test_a_wrong_decision_ends_the_build_with_its_line(folder: Path) -> None:
    file = folder / "identity" / "own.sssom.tsv"
    file.write_text(DECISION.replace("skos:exactMatch", "skos:closeMatch"), encoding="utf-8")
    with pytest.raises(KgError, match=r"own\.sssom\.tsv:5: predicate_id is 'skos:closeMatch'"):
        same_as_of([folder])


def test_a_build_tells_of_decisions_in_its_inputs_that_decide_nothing(folder: Path) -> None:
    assert build([folder]).unmet == ()
    file = folder / "identity" / "own.sssom.tsv"
    gone = "dgid:body/COL/gone	skos:exactMatch	dgid:body/URY/agesic	AGESIC	semapv:ManualMappingCuration\n"
    file.write_text(DECISION + gone, encoding="utf-8")
    (problem,) = build([folder]).unmet
    assert (problem.file, problem.line) == (str(file.resolve()), 6)
    assert "'body/COL/gone'" in problem.message

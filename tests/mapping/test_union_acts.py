"""Acts of the European Union: one node, one name, whoever cites them; and the register that names them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, RDFS, Graph, Literal, URIRef

from kg.errors import KgError
from kg.iris import Iris
from kg.mapping.response import response_triples
from kg.mapping.union_acts import celex_number, citation, is_union_act, read_union_acts, register_triples
from kg.namespaces import DG, concept
from kg.records.load import parse_record
from kg.resources import bundled

IRIS = Iris()
OPEN_DATA = IRIS.law("EUE", "directive", 2019, "1024", "")
REFERENCE = bundled("data") / "reference"

CITING = """
status: extracted
source: {{family: factsheet, edition: 2023, country: {country}, title: Factsheet}}
instruments:
- {{id: reuse-act, name: Reuse Act, kind: act, number: "12", year: 2021, transposes: [open-data], in_force: 2021-07-17, q: 3.3.1}}
- {{id: open-data, name: {name}, kind: directive, number: "1024", year: 2019, country: EUE, q: 3.3.1}}
- {{id: unlisted, name: Some regulation, title: On something, kind: regulation, number: "333", year: 2012, country: EUE, q: 3.3.1}}
"""


def citing(country: str, name: str = "Open Data Directive") -> Graph:
    graph = Graph()
    for triple in response_triples(parse_record(CITING.format(country=country, name=name)), IRIS):
        graph.add(triple)
    return graph


def test_two_countries_name_one_act_in_their_own_words_and_it_keeps_one_name() -> None:
    both = citing("MLT", "Directive on open data") + citing("CYP", "PSI recast")
    for triple in register_triples(REFERENCE, IRIS):
        both.add(triple)
    assert [str(o) for o in both.objects(OPEN_DATA, RDFS.label)] == [
        "Directive (EU) 2019/1024 (Open Data Directive)"
    ]
    assert len(list(both.objects(OPEN_DATA, DCTERMS.title))) == 1
    national = {IRIS.law(country, "act", 2021, "12", "") for country in ("MLT", "CYP")}
    assert set(both.subjects(DG.transposes, OPEN_DATA)) == national
    assert {str(o) for o in both.objects(OPEN_DATA, DG.statedIn)} == {
        f"{IRIS.base}id/factsheet/2023/{country}/3.3.1" for country in ("MLT", "CYP")
    }


def test_an_act_that_the_register_lacks_has_its_citation_as_name() -> None:
    graph = citing("MLT")
    node = IRIS.law("EUE", "regulation", 2012, "333", "")
    assert list(graph.objects(node, RDFS.label)) == [Literal("Regulation (EU) No 333/2012", lang="en")]
    assert list(graph.objects(node, DG.celex)) == [Literal("32012R0333")]
    assert (node, RDF.type, DG.Regulation) in graph
    assert (node, DG.country, IRIS.country("EUE")) in graph
    # Whether it is an implementing act, and so which ELI it has, its number does not tell.
    assert not list(graph.objects(node, DG.eli))


def test_the_union_may_give_its_own_act_a_title() -> None:
    graph = citing("EUE")
    node = IRIS.law("EUE", "regulation", 2012, "333", "")
    assert list(graph.objects(node, DCTERMS.title)) == [Literal("On something", lang="en")]
    assert not list(graph.objects(OPEN_DATA, DCTERMS.title))


def test_the_register_gives_identifiers_topics_and_relations() -> None:
    graph = Graph()
    for triple in register_triples(REFERENCE, IRIS):
        graph.add(triple)
    gdpr = IRIS.law("EUE", "regulation", 2016, "679", "")
    assert (gdpr, DG.eli, URIRef("http://data.europa.eu/eli/reg/2016/679/oj")) in graph
    assert (gdpr, DG.celex, Literal("32016R0679")) in graph
    assert (gdpr, DG.coversTopic, concept("legal-topic", "data-protection")) in graph
    assert (gdpr, DG.repeals, IRIS.law("EUE", "directive", 1995, "46", "")) in graph


@pytest.mark.parametrize(
    ("kind", "year", "number", "expected"),
    [
        ("directive", 1999, "93", "Directive 1999/93/EC"),
        ("directive", 1995, "46", "Directive 95/46/EC"),
        ("regulation", 2001, "45", "Regulation (EC) No 45/2001"),
        ("other", 2015, "2240", "Decision (EU) 2015/2240"),
    ],
)
def test_citations_follow_the_style_of_their_time(kind: str, year: int, number: str, expected: str) -> None:
    assert citation(kind, year, number) == expected


def test_every_listed_name_is_the_citation_of_its_act() -> None:
    for act in read_union_acts(REFERENCE).values():
        plain = act.name.removeprefix("Implementing ")
        if act.eli == "dec_framw":
            assert plain == f"Framework Decision {act.year}/{act.number}/JHA"
        elif act.name.startswith("Decision No"):  # a decision of Parliament and Council until 2014
            assert plain == f"Decision No {act.number}/{act.year}/EC"
        else:
            assert plain == citation(act.kind, act.year, act.number), act.celex


def test_a_framework_decision_has_its_own_celex_number_and_name() -> None:
    """What kind, year and number alone would give is the number and the treaty of another form of act."""
    register = Graph()
    for triple in register_triples(REFERENCE, IRIS):
        register.add(triple)
    node = IRIS.law("EUE", "other", 2008, "977", "")
    assert list(register.objects(node, DG.celex)) == [Literal("32008F0977")]
    assert list(register.objects(node, DG.eli)) == [URIRef("http://data.europa.eu/eli/dec_framw/2008/977/oj")]
    assert str(register.value(node, RDFS.label)).startswith("Framework Decision 2008/977/JHA")
    entry = (
        "format: 1\nstatus: reviewed\nsource: {title: T, edition: 2023, country: CZE, family: factsheet}\n"
        "instruments: [{id: d, name: Council Framework Decision 2008/977/JHA, kind: other, number: '977', year: 2008, "
        "country: EUE, q: 3.3.3}]\n"
    )
    graph = Graph()
    for triple in response_triples(parse_record(entry)):
        graph.add(triple)
    assert (node, DG.celex, None) not in graph
    assert (node, RDFS.label, None) not in graph
    assert (node, DG.statedIn, None) in graph


def test_what_is_no_act_of_the_union() -> None:
    assert is_union_act("directive", 2019, "1024")
    assert not is_union_act("strategy", 2019, "1024")
    assert not is_union_act("directive", None, "1024")
    assert not is_union_act("regulation", 2019, "COM(2018) 1")
    assert celex_number("regulation", 2016, "679") == "32016R0679"


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ("celex: 32016L0679\n  kind: regulation\n  number: '679'\n  year: 2016", "is not the CELEX number"),
        (
            "celex: 32016R0679\n  kind: regulation\n  number: '679'\n  year: 2016\n  repeals: [31995L0046]",
            "not in this list",
        ),
        ("celex: nonsense\n  kind: regulation\n  number: '679'\n  year: 2016", "pattern"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(tmp_path: Path, entry: str, complaint: str) -> None:
    (tmp_path / "union-acts.yaml").write_text(f"- {entry}\n  name: An act\n", encoding="utf-8")
    with pytest.raises(KgError, match=complaint) as raised:
        read_union_acts(tmp_path)
    assert "union-acts.yaml, line 1" in (raised.value.where or "")

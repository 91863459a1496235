"""What the closure keeps, how rules and axioms feed each other, and what is wrong with an ontology or a rule file."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import OWL, RDF, Graph, Literal
from small_graphs import iri, turtle

from kg.errors import KgError
from kg.namespaces import DG
from kg.reasoning import close, ontology_graph

ENGINES = pytest.mark.parametrize("engine", ["owlrl", "compiled"])


@ENGINES
def test_only_useful_entailments_are_kept(small: Graph, engine: str) -> None:
    data = turtle(
        """<body/COL/dgd> a dg:Directorate ; dg:partOf <body/COL/mintic> ; dg:website "http://x.org"^^xsd:anyURI ;
             rdfs:label "Digital Government Directorate"@en .
           <body/COL/mintic> a dg:Ministry ; dg:country <country/COL> . <country/COL> a dg:Country ."""
    )
    inferred = close(data, small, engine=engine, rules=[]).inferred  # type: ignore[arg-type]
    assert set(inferred) == {
        (iri("body/COL/dgd"), DG.country, iri("country/COL")),
        (iri("body/COL/mintic"), DG.hasPart, iri("body/COL/dgd")),
        (iri("country/COL"), RDF.type, DG.Place),
        *(
            (iri(f"body/COL/{b}"), RDF.type, c)
            for b in ("dgd", "mintic")
            for c in (DG.GovernmentBody, DG.Organisation)
        ),
    }


@ENGINES
def test_same_as_is_kept_between_things_and_copies_statements(small: Graph, engine: str) -> None:
    data = turtle('<body/COL/a> owl:sameAs <body/COL/b> ; dg:reviewStatus "reviewed" .')
    inferred = close(data, small, engine=engine, rules=[]).inferred  # type: ignore[arg-type]
    assert (iri("body/COL/b"), OWL.sameAs, iri("body/COL/a")) in inferred
    assert (iri("body/COL/b"), DG.reviewStatus, Literal("reviewed")) in inferred
    assert not any(s == o for s, p, o in inferred.triples((None, OWL.sameAs, None)))


@ENGINES
def test_rules_and_axioms_run_to_a_common_fixpoint(small: Graph, tmp_path: Path, engine: str) -> None:
    """A rule's conclusion fires an axiom (inverse), whose conclusion fires another rule, whose conclusion is symmetric."""
    (tmp_path / "1.rq").write_text(
        f"PREFIX dg: <{DG}> CONSTRUCT {{ ?c dg:memberOf ?n }} WHERE {{ ?c dg:website ?w . ?n a dg:CooperationNetwork }}"
    )
    (tmp_path / "2.rq").write_text(
        f"PREFIX dg: <{DG}> CONSTRUCT {{ ?a dg:cooperatesWith ?b }} "
        "WHERE { ?n dg:hasMember ?a , ?b . FILTER(STR(?a) < STR(?b)) }"
    )
    data = turtle(
        """<organisation/net> a dg:CooperationNetwork . <country/COL> dg:website "http://a.co"^^xsd:anyURI .
           <country/CHL> dg:website "http://a.cl"^^xsd:anyURI ."""
    )
    inferred = close(data, small, engine=engine, rules=sorted(tmp_path.glob("*.rq"))).inferred  # type: ignore[arg-type]
    assert (iri("country/COL"), DG.cooperatesWith, iri("country/CHL")) in inferred
    assert (iri("country/COL"), RDF.type, DG.Country) in inferred


@ENGINES
def test_shared_membership_links_countries_but_none_to_itself(
    small: Graph, shared_network: list[Path], engine: str
) -> None:
    data = turtle(
        """<organisation/net> a dg:CooperationNetwork .
           <country/COL> dg:memberOf <organisation/net> . <country/CHL> dg:memberOf <organisation/net> ."""
    )
    closure = close(data, small, engine=engine, rules=shared_network)  # type: ignore[arg-type]
    assert set(closure.inferred.triples((None, DG.cooperatesWith, None))) == {
        (iri("country/COL"), DG.cooperatesWith, iri("country/CHL")),
        (iri("country/CHL"), DG.cooperatesWith, iri("country/COL")),
    }
    assert closure.clashes == ()


def test_keys_do_not_merge_the_members_of_a_class(small: Graph) -> None:
    """owlrl 7.6.2 merges every member of a class with a key of one property; the key is documentation, SHACL checks it."""
    ontology = small + turtle("dg:Country owl:hasKey ( dg:iso3 ) . dg:iso3 a owl:DatatypeProperty .")
    data = turtle('<country/COL> a dg:Country ; dg:iso3 "COL" . <country/CHL> a dg:Country ; dg:iso3 "CHL" .')
    assert not list(close(data, ontology, rules=[]).inferred.triples((None, OWL.sameAs, None)))
    close(data, ontology, engine="compiled", rules=[])


def test_a_broken_ontology_is_reported_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("@prefix dg: <https://x#> . dg:Country a [")
    with pytest.raises(KgError, match="not readable as Turtle") as caught:
        ontology_graph([file])
    assert caught.value.where == str(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CONSTRUCT { ?a WHERE", "not readable as SPARQL"),
        ("SELECT * WHERE { ?a ?b ?c }", "no CONSTRUCT query"),
    ],
)
def test_a_broken_rule_is_reported_with_its_file(
    small: Graph, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "broken.rq"
    file.write_text(text)
    with pytest.raises(KgError, match=message) as caught:
        close(Graph(), small, rules=[file])
    assert caught.value.where == str(file)

"""JSON-LD under the project's context: descriptions expand to the triples they were made from, in every processor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from kg.namespaces import DG, HOME, PREFIXES
from kg.publishing.jsonld import context, describe

THING = HOME + "id/body/UTO/office"
DOCUMENT = "http://localhost/doc/body/UTO/office"
ADDRESS = "http://localhost/context.jsonld"

DATA = f"""
@prefix dg: <{DG}> . @base <{HOME}> . @prefix rdfs: <{PREFIXES["rdfs"]}> . @prefix xsd: <{PREFIXES["xsd"]}> .
@prefix foaf: <{PREFIXES["foaf"]}> . @prefix skos: <{PREFIXES["skos"]}> . @prefix odd: <http://odd.example/ns#> .
<{DOCUMENT}> a foaf:Document ; foaf:primaryTopic <{THING}> ; rdfs:seeAlso <{DOCUMENT}?page=2> .
<{THING}> a dg:Ministry, dg:GovernmentBody, odd:Thing ;
  rdfs:label "Office"@en , "Bureau"@en , "Oficina"@es , "OFF" , "Behörde"@de-at ;
  dg:country <id/country/UTO> ; dg:country "no thing" ; dg:partOf <{THING}> , _:somewhere ;
  dg:website "https://office.example/"^^xsd:anyURI , "office.example" ;
  dg:establishedIn 1999 , "01999"^^xsd:integer , 123456789012345678901 , "about 1999" ;
  dg:value 0.80 , "8.0E-1"^^xsd:double ; dg:unMember true , "1"^^xsd:boolean ;
  dg:role "head"@en , "head" , 7 , <id/post/head> ; dg:entryIntoForce "2001-02-03"^^xsd:date , "2001"^^xsd:gYear ;
  dg:number "7" , "siete"@es ; odd:weight 5 , 5.5 , "5"^^odd:kilo , "" ; odd:to <urn:x:y> ;
  skos:altLabel "Off & <b>on</b>" , "\\"quoted\\""@en-gb .
<id/country/UTO> rdfs:label "Utopia"@en , "Utopía"@es .
_:somewhere rdfs:label "Somewhere"@en .
dg:Ministry rdfs:label "ministry"@en .
<id/law/UTO/law/1> dg:issuedBy <{THING}> ; dg:implements <{THING}> ; rdfs:label "Law 1"@en .
<id/law/UTO/law/2> dg:issuedBy <{THING}> ; odd:about <{THING}> .
"""


@pytest.fixture(scope="module")
def triples() -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(DATA, format=ox.RdfFormat.TURTLE)}


@pytest.fixture(scope="module")
def described(triples: set[ox.Triple]) -> dict[str, Any]:
    return _described(triples)


def test_a_description_expands_to_the_same_triples_in_rdflib(
    triples: set[ox.Triple], described: dict[str, Any]
) -> None:
    read = rdflib.Graph().parse(data=_whole(described), format="json-ld")
    assert isomorphic(read, rdflib.Graph().parse(data=DATA, format="turtle"))


def test_a_description_expands_to_the_same_triples_in_the_engine(
    triples: set[ox.Triple], described: dict[str, Any]
) -> None:
    assert _canonical(_read(described)) == _canonical(triples)


def test_a_description_expands_to_the_same_triples_in_the_reference_processor(
    triples: set[ox.Triple], described: dict[str, Any]
) -> None:
    jsonld = pytest.importorskip("pyld", reason="PyLD is not installed").jsonld
    text = jsonld.to_rdf(json.loads(_whole(described)), {"format": "application/n-quads"})
    read = {quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS)}
    assert _canonical(read) == _canonical(triples)


def test_a_description_reads_like_plain_json(described: dict[str, Any]) -> None:
    assert described["@context"] == ADDRESS
    assert described["id"] == THING
    assert described["type"] == ["GovernmentBody", "Ministry", "http://odd.example/ns#Thing"]
    labels = {"@none": "OFF", "de-at": "Behörde", "en": ["Bureau", "Office"], "es": "Oficina"}
    assert described["label"] == labels
    assert described["country"][0] == {
        "id": HOME + "id/country/UTO",
        "label": {"en": "Utopia", "es": "Utopía"},
    }
    assert {"id": THING} in described["partOf"]
    assert 1999 in described["establishedIn"]
    assert "https://office.example/" in described["website"]
    assert True in described["unMember"]
    assert "2001-02-03" in described["entryIntoForce"]
    (document,) = described["referencedBy"]["primaryTopic"]
    assert (document["id"], document["type"]) == (DOCUMENT, ["Document"])
    assert described["referencedBy"]["implements"] == [
        {"id": HOME + "id/law/UTO/law/1", "label": {"en": "Law 1"}}
    ]
    assert [node["id"] for node in described["referencedBy"]["issuedBy"]] == [
        HOME + "id/law/UTO/law/1",
        HOME + "id/law/UTO/law/2",
    ]
    assert described["included"] == [{"id": DG + "Ministry", "label": {"en": "ministry"}}]


def test_the_order_of_triples_does_not_matter(triples: set[ox.Triple], described: dict[str, Any]) -> None:
    in_order = sorted(triples, key=str)
    assert json.dumps(_described(in_order)) == json.dumps(_described(reversed(in_order)))
    assert json.dumps(_described(in_order)) == json.dumps(described)


def test_the_context_names_every_term_of_the_ontology() -> None:
    terms = context()
    ontology = rdflib.Graph().parse("ontology/digigov.ttl")
    for kind in ("Class", "ObjectProperty", "DatatypeProperty"):
        for term in ontology.subjects(rdflib.RDF.type, rdflib.OWL[kind]):
            if not str(term).startswith(str(DG)):
                continue
            name = str(term)[len(DG) :]
            defined = terms[name] if isinstance(terms[name], str) else terms[name]["@id"]
            assert defined == f"dg:{name}"
            if kind == "ObjectProperty":
                assert terms[name]["@type"] == "@id"


def test_no_name_of_another_vocabulary_is_taken_by_the_ontology() -> None:
    extra = yaml.safe_load(Path("kg/publishing/context.yaml").read_text(encoding="utf-8"))
    ontology = rdflib.Graph().parse("ontology/digigov.ttl")
    own = {str(term)[len(DG) :] for term in ontology.subjects() if str(term).startswith(str(DG))}
    assert not own & set(extra["terms"])
    assert set(extra["languages"]) | set(extra["dates"]) <= own


def test_the_context_is_one_that_processors_accept() -> None:
    pyld = pytest.importorskip("pyld", reason="PyLD is not installed").jsonld
    names = [name for name, found in context().items() if not name.startswith("@") and found != "@reverse"]
    document = {"@context": context(), "id": THING, "label": {"en": "x"}, "country": [THING]}
    assert names
    expanded = pyld.expand(document)
    assert expanded[0][PREFIXES["rdfs"] + "label"] == [{"@language": "en", "@value": "x"}]
    assert pyld.compact(expanded, document["@context"])["country"] == [THING]


_texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
_values = st.one_of(
    st.builds(ox.Literal, _texts),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), _texts, st.sampled_from(["en", "es", "zh-hant"])),
    st.integers().map(ox.Literal),
    st.booleans().map(ox.Literal),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + name)),
        st.sampled_from(["1", "01", "-0", "true", "2020", "2020-01-01", "1e3", "http://x.example/"]),
        st.sampled_from(["integer", "boolean", "decimal", "double", "gYear", "date", "anyURI", "string"]),
    ),
    st.sampled_from([THING, HOME + "id/country/UTO", DOCUMENT, "urn:a:b"]).map(ox.NamedNode),
)  # fmt: skip
_predicates = st.sampled_from(
    [str(DG) + n for n in ("country", "role", "year", "website", "value", "unMember", "entryIntoForce", "nothing", "eli")]
    + [PREFIXES["rdfs"] + "label", PREFIXES["eli"] + "has_part", "http://odd.example/x", PREFIXES["rdf"] + "type"]
)  # fmt: skip


@given(
    st.sets(
        st.builds(ox.Triple, st.just(ox.NamedNode(THING)), _predicates.map(ox.NamedNode), _values),
        max_size=12,
    )
)
def test_any_statements_expand_to_themselves(statements: set[ox.Triple]) -> None:
    assert _read(_described(statements)) == statements


def _described(triples: Any) -> dict[str, Any]:
    found = [(triple.subject, triple.predicate.value, triple.object) for triple in triples]
    return describe(found, THING, ADDRESS)


def _whole(described: dict[str, Any]) -> str:
    """The document with the context inside instead of its address."""
    return json.dumps({**described, "@context": context()})


def _read(described: dict[str, Any]) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(_whole(described), format=ox.RdfFormat.JSON_LD)}


def _canonical(triples: set[ox.Triple]) -> set[str]:
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}

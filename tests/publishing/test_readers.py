"""Every RDF format that is written means the same graph to rdflib, Oxigraph, raptor and PyLD."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.publishing.exports import export
from rdf_readers import READERS, canonical

FORMS = {
    "nq": "nquads",
    "trig": "trig",
    "jsonld": "jsonld",
    "ttl": "turtle",
    "nt": "ntriples",
    "rdf": "rdfxml",
}
DATASETS = ("nq", "trig", "jsonld")

ODD = """
@prefix ex: <http://odd.example/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dg: <https://w3id.org/digigov/ontology#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://odd.example/graph/one> {
  ex:a ex:p "plain" , "" , "two\\nlines\\r\\nand a\\ttab" , "quotes \\" and \\\\ and '''" , "<b>&amp;]]>" , "日本 \\U0001F600" ,
      "it"@en , "eso"@es , "das"@de-at , "  spaces  " , "\\u00a0\\u200b\\u2028" ;
    ex:number 1 , "01"^^xsd:integer , 0.50 , true , "1"^^xsd:boolean , "2020"^^xsd:gYear , "x"^^ex:own ;
    ex:p-q_r.s <http://odd.example/a?b=c&d=%20#e> , <urn:isbn:1> , <http://odd.example/%E6%97%A5/(x)'!*~,;@:$> ,
      <http://odd.example/日本> , _:blank , ex:a .
  _:blank a dg:Answer ; rdfs:label "blank"@en ; ex:next _:other . _:other ex:next _:blank .
  <https://w3id.org/digigov/id/country/COL> dg:country <https://w3id.org/digigov/id/country/COL> .
}
<http://odd.example/graph/two> { ex:a ex:p "plain" . <http://odd.example/graph/one> rdfs:seeAlso ex:a . }
"""


@pytest.fixture(scope="module")
def odd() -> ox.Store:
    store = ox.Store()
    for quad in ox.parse(ODD, format=ox.RdfFormat.TRIG):
        store.add(quad)
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.DefaultGraph()))
    return store


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", FORMS)
def test_odd_terms_mean_the_same_to_every_reader(
    name: str, reader: str, odd: ox.Store, tmp_path: Path
) -> None:
    file = export(odd, name, tmp_path / "odd")
    assert READERS[reader](file.read_bytes(), FORMS[name]) == _expected(odd, name)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", FORMS)
def test_a_graph_means_the_same_to_every_reader(
    name: str, reader: str, sample: ox.Store, tmp_path: Path
) -> None:
    file = export(sample, name, tmp_path / "sample")
    assert READERS[reader](file.read_bytes(), FORMS[name]) == _expected(sample, name)


def _expected(store: ox.Store, name: str) -> frozenset[str]:
    default = ox.DefaultGraph()
    return canonical(quad for quad in store if (quad.graph_name == default) is not (name in DATASETS))

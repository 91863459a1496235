"""Lines as a graph that is read where it is asked: the answers of a graph that has read everything."""

from __future__ import annotations

from itertools import product

from rdflib import BNode, Graph, Literal, URIRef

from kg.store.lines import graph_of_lines
from kg.store.ntriples import Terms

TEXT = r"""<http://a/x> <http://a/p> "a \"quoted\" text\n" .
<http://a/x> <http://a/p> "sí"@es .
<http://a/x> <http://a/q> <http://a/y> .
<http://a/x> <http://a/q> _:b1 .
<http://a/y> <http://a/p> "7"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://a/y> <http://a/q> <http://a/x> .
<http://a/\u00E9> <http://a/q> <http://a/\u00E9> .
_:b1 <http://a/p> "<http://a/x>" .
_:b1 <http://a/q> <http://a/y> .
""".encode()


def test_every_question_is_answered_as_by_a_graph_in_memory() -> None:
    plain = Terms().graph(TEXT)
    assert len(plain) == 9
    nodes = {*plain.all_nodes(), URIRef("http://a/none"), BNode("b2"), Literal("none"), None}
    properties = {*plain.predicates(), URIRef("http://a/none"), None}
    for pattern in product(nodes, properties, nodes):
        lines: Graph = graph_of_lines(TEXT, Terms())
        expected = set(plain.triples(pattern))  # type: ignore[arg-type]
        assert set(lines.triples(pattern)) == expected  # type: ignore[arg-type]
        assert set(lines.triples(pattern)) == expected, "also when it has been read"  # type: ignore[arg-type]
    assert len(graph_of_lines(TEXT, Terms())) == 9


def test_a_line_that_stands_twice_counts_once() -> None:
    lines = graph_of_lines(TEXT + TEXT, Terms())
    assert len(lines) == len(set(lines)) == 9
    assert len(list(lines.triples((URIRef("http://a/x"), None, None)))) == 4
    assert len(list(lines.triples((None, None, URIRef("http://a/y"))))) == 2

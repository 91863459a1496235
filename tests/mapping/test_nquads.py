"""Sorted N-Quads: the same graph, the same bytes, whatever the labels of its blank nodes."""

from __future__ import annotations

import pyoxigraph as ox
from rdflib import RDFS, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from kg.mapping.nquads import content_hash, sorted_nquads

NAME, OTHER = URIRef("https://example.org/graph/a"), URIRef("https://example.org/graph/b")


def example() -> Graph:
    graph = Graph()
    chain = [BNode(), BNode()]
    graph.add((URIRef("https://example.org/s"), RDFS.seeAlso, chain[0]))
    graph.add((chain[0], RDFS.seeAlso, chain[1]))
    graph.add((chain[1], RDFS.label, Literal('line\nbreak "quoted" _:c14n0 ñ', lang="es")))
    return graph


def test_fresh_blank_node_labels_do_not_show() -> None:
    assert sorted_nquads({NAME: example()}) == sorted_nquads({NAME: example()})


def test_graphs_do_not_share_blank_nodes() -> None:
    quads = list(ox.parse(sorted_nquads({NAME: example(), OTHER: example()}), format=ox.RdfFormat.N_QUADS))
    labels = {
        g: {
            q.object.value
            for q in quads
            if q.graph_name.value == str(g) and isinstance(q.object, ox.BlankNode)
        }
        for g in (NAME, OTHER)
    }
    assert len(quads) == 6
    assert not labels[NAME] & labels[OTHER]


def test_what_is_written_reads_back_to_the_same_graph() -> None:
    triples = (q.triple for q in ox.parse(sorted_nquads({NAME: example()}), format=ox.RdfFormat.N_QUADS))
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert isomorphic(Graph().parse(data=text, format="nt"), example())


def test_lines_are_sorted_and_content_hash_follows_content() -> None:
    text = sorted_nquads({NAME: example(), OTHER: example()})
    assert text.splitlines() == sorted(text.splitlines())
    assert content_hash([text]) == content_hash([text[:5], text[5:]])
    assert content_hash([text]) != content_hash([text + b"\n"])

"""Graphs as sorted N-Quads (RDF 1.1 N-Quads): the same input gives the same bytes, blank nodes included."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import pyoxigraph as ox
from rdflib import BNode, Graph, URIRef


def sorted_nquads(graphs: Mapping[URIRef, Graph]) -> bytes:
    """All quads of the named `graphs`, one line each, in code point order, with canonical blank node labels.

    Blank nodes are named by RDFC-1.0 per graph, so that the text does not depend on labels made while reading.
    """
    lines: set[bytes] = set()
    for name, graph in graphs.items():
        suffix = b" <" + str(name).encode() + b"> ."
        lines.update(line[:-2] + suffix for line in _ntriples(graph, name))
    return b"".join(line + b"\n" for line in sorted(lines))


def sorted_ntriples(graph: Graph, name: URIRef) -> bytes:
    """The triples of one graph in the same order, with the blank node labels that they have in the graph `name`."""
    return b"".join(line + b"\n" for line in sorted(set(_ntriples(graph, name))))


def content_hash(parts: Iterable[bytes]) -> str:
    """SHA-256 of the parts, as hexadecimal: the identity of a build's content."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _ntriples(graph: Graph, name: URIRef) -> list[bytes]:
    text = graph.serialize(format="nt", encoding="utf-8")
    if not any(isinstance(term, BNode) for triple in graph for term in (triple[0], triple[2])):
        return text.splitlines()
    dataset = ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256)
    label = "g" + hashlib.sha256(str(name).encode()).hexdigest()[:8]  # keeps two graphs' blank nodes apart
    canonical = ox.serialize((_relabelled(quad, label) for quad in dataset), format=ox.RdfFormat.N_TRIPLES)
    assert canonical is not None
    return canonical.splitlines()


def _relabelled(quad: ox.Quad, label: str) -> ox.Triple:
    subject, value = quad.subject, quad.object
    return ox.Triple(
        ox.BlankNode(label + subject.value) if isinstance(subject, ox.BlankNode) else subject,
        quad.predicate,
        ox.BlankNode(label + value.value) if isinstance(value, ox.BlankNode) else value,
    )

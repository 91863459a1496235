"""Statements for the tests: written ones with the prefixes at hand, and random ones in the terms of an ontology."""

from __future__ import annotations

import random

from rdflib import OWL, RDF, Graph, Literal, URIRef

from kg.namespaces import DG, HOME

PREFIXES = f"""
@prefix dg: <{DG}> . @prefix id: <{HOME}id/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <{HOME}id/> .
"""


def turtle(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text, format="turtle")


def iri(path: str) -> URIRef:
    return URIRef(f"{HOME}id/{path}")


def random_statements(ontology: Graph, seed: int, size: int, *, equality: bool = False) -> Graph:
    """`size` random statements about few individuals, so that rules meet; classes and properties are the ontology's."""
    dice = random.Random(seed)
    things = [iri(f"thing/{n}") for n in range(max(3, size // 3))]
    classes = sorted(c for c in ontology.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef))
    links = sorted(p for p in ontology.subjects(RDF.type, OWL.ObjectProperty) if isinstance(p, URIRef))
    values = sorted(p for p in ontology.subjects(RDF.type, OWL.DatatypeProperty) if isinstance(p, URIRef))
    graph = Graph()
    for _ in range(size):
        thing, roll = dice.choice(things), dice.random()
        if equality and roll < 0.05:
            graph.add((thing, OWL.sameAs, dice.choice(things)))
        elif roll < 0.35:
            graph.add((thing, RDF.type, dice.choice(classes)))
        elif roll < 0.5 and values:
            graph.add((thing, dice.choice(values), Literal(dice.choice(["reviewed", 2019, 2018]))))
        else:
            graph.add((thing, dice.choice(links), dice.choice(things)))
    return graph

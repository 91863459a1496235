"""Made-up cooperations between real countries, so that pages are tried with hundreds of nodes and links.

The same every time: which countries cooperate on what follows from their position in the list, by small primes.
"""

from __future__ import annotations

import csv
from pathlib import Path

from rdflib import RDF, RDFS, Graph, Literal, URIRef

from kg.iris import Iris
from kg.mapping.nquads import sorted_nquads
from kg.namespaces import CONCEPT, DG
from kg.reasoning import close, ontology_graph
from kg.resources import bundled
from kg.store import publish
from kg.store.build import assemble, read_records
from kg.validation import load_shapes, validate

EDITION = 2020
KINDS = ("mou", "agreement", "project", "knowledge-exchange", "technical-assistance")
STATUSES = ("signed", "active", "in-negotiation", "planned", "completed")
TOPICS = ("open-data", "digital-government", "cybersecurity", "data-exchange", "open-government")


def larger_network(countries: list[str], organisations: list[str], partners: int = 4) -> Graph:
    """A graph in which every country has `partners` cooperations with others, and is a member of two organisations."""
    iris, graph = Iris(), Graph()
    for position, code in enumerate(countries):
        for turn in range(partners):
            other = countries[(position * 7 + turn * turn * 31 + 13) % len(countries)]
            if other == code:
                continue
            choice = position + turn
            cooperation = iris.cooperation(EDITION, code, f"made-up-{other}")
            _state(graph, cooperation, iris.country(code), f"{code}–{other}", DG.BilateralCooperation)
            for property_ in (DG.counterparty, DG.counterpartyCountry, DG.participant):
                graph.add((cooperation, property_, iris.country(other)))
            graph.add((cooperation, DG.cooperationKind, _concept("kind", KINDS[choice % len(KINDS)])))
            graph.add((cooperation, DG.cooperationStatus, _concept("status", STATUSES[choice % 5])))
            graph.add((cooperation, DG.topic, _concept("topic", TOPICS[choice % len(TOPICS)])))
            graph.add((cooperation, DG.year, Literal(2005 + choice % 20)))
        for turn in (0, 1):
            name = organisations[(position * 3 + turn) % len(organisations)]
            membership = iris.cooperation(EDITION, code, f"made-up-{name}")
            _state(graph, membership, iris.country(code), f"{code} in {name}", DG.Membership)
            graph.add((membership, DG.counterparty, iris.organisation(name)))
            graph.add((membership, DG.participant, iris.organisation(name)))
            graph.add((membership, DG.cooperationKind, _concept("kind", "membership")))
            graph.add((membership, DG.participation, Literal("member")))
    return graph


def publish_larger(store: Path) -> None:
    """Publish the bundled data and the larger network, with a report for /validation.

    The report is on a little of the made-up part: one on everything would take longer than all tests here.
    """
    built = assemble(read_records())
    figures = built.graphs[built.iris.indicators_graph]
    built.graphs[built.iris.inferred_graph] = close(
        built.statements, ontology_graph(), bulk=figures, engine="compiled"
    ).inferred
    with (bundled("data") / "reference" / "countries.csv").open(encoding="utf-8") as file:
        countries = [row["iso3"] for row in csv.DictReader(file)]
    organisations = ["oecd", "ogp", "oas", "red-gealc"]
    built.graphs[built.iris.source_graph(2020, "XXX")] = larger_network(countries, organisations)
    report = validate(larger_network(countries[:2], organisations), Graph(), load_shapes())
    publish(
        store,
        sorted_nquads(built.graphs),
        reports={"json": report.to_json(), "turtle": report.to_turtle()},
    )


def _state(graph: Graph, thing: URIRef, country: URIRef, label: str, kind: URIRef) -> None:
    graph.add((thing, RDF.type, DG.Cooperation))
    graph.add((thing, RDF.type, kind))
    graph.add((thing, RDFS.label, Literal(label, lang="en")))
    graph.add((thing, DG.reportingParty, country))
    graph.add((thing, DG.participant, country))


def _concept(scheme: str, code: str) -> URIRef:
    return CONCEPT[f"cooperation-{scheme}/{code}"]

"""The cooperation network: edges, measures, paths and suggestions, on the sample and on the bundled data."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from asking import ask

from kg.iris import Iris
from kg.publishing.network import Network, Suggestion, UnknownCountryError

IRIS = Iris()
ISL, MLT, EST, CYP, LUX = (str(IRIS.country(code)) for code in ("ISL", "MLT", "EST", "CYP", "LUX"))
OGP, OECD = str(IRIS.organisation("ogp")), str(IRIS.organisation("oecd"))


@pytest.fixture(scope="module")
def network(one_edition: ox.Store) -> Network:
    return Network.load(one_edition)


def edges(network: Network) -> set[frozenset[str]]:
    return {frozenset(edge) for edge in network.graph.edges}


def test_edges_are_what_is_reported(network: Network) -> None:
    assert edges(network) == {
        frozenset({ISL, EST}),
        frozenset({MLT, EST}),
        frozenset({MLT, CYP}),
        frozenset({CYP, EST}),
        frozenset({ISL, OGP}),
        frozenset({MLT, OGP}),
    }


def test_denied_agreements_and_memberships_are_no_edges(network: Network) -> None:
    assert LUX not in network.graph
    assert OECD not in network.graph


def test_an_agreement_tells_what_it_is(network: Network) -> None:
    (agreement,) = network.graph.edges[ISL, EST]["agreements"]
    assert agreement.iri == str(IRIS.cooperation(2020, "ISL", "EST"))
    assert (agreement.kind, agreement.status, agreement.year) == ("mou", "signed", 2019)
    assert agreement.topics == ("data-exchange", "open-data")
    (membership,) = network.graph.edges[ISL, OGP]["agreements"]
    assert (membership.kind, membership.participation, membership.year) == ("membership", "member", 2013)


def test_nodes_know_what_they_are(network: Network) -> None:
    iceland = network.country("ISL")
    assert (iceland.label, iceland.kind, iceland.iso3, iceland.responded, iceland.egdi) == (
        "Iceland",
        "country",
        "ISL",
        True,
        0.8,
    )
    assert network.nodes[OGP].kind == "organisation"
    assert network.country(ISL) == iceland


def test_countries_only(network: Network) -> None:
    assert edges(network.countries_only()) == {e for e in edges(network) if OGP not in e}


def test_filters(network: Network) -> None:
    assert edges(network.filtered(kinds=["mou"])) == {frozenset({ISL, EST})}
    assert edges(network.filtered(statuses=["active"])) == {
        frozenset({MLT, EST}),
        frozenset({MLT, CYP}),
        frozenset({CYP, EST}),
    }
    assert edges(network.filtered(topics=["open-government"])) == {
        frozenset({ISL, OGP}),
        frozenset({MLT, OGP}),
    }
    assert edges(network.filtered(since=2014)) == {frozenset({ISL, EST})}
    assert edges(network.filtered()) == edges(network)


def test_measures(network: Network) -> None:
    measures = {measure.node.iri: measure for measure in network.measures()}
    assert measures[MLT].degree == 3
    assert measures[ISL].degree == 2
    assert measures[CYP].betweenness == 0.0
    assert measures[MLT].betweenness > 0
    assert [m.degree for m in network.measures()] == sorted(
        (m.degree for m in measures.values()), reverse=True
    )
    assert sorted(iri for group in network.communities() for iri in group) == sorted(network.graph)


def test_measures_are_the_same_every_time(network: Network, one_edition: ox.Store) -> None:
    assert Network.load(one_edition).measures() == network.measures()


def test_a_path_names_the_agreements_along_it(network: Network) -> None:
    steps = network.path("ISL", "CYP", through_organisations=False)
    assert steps is not None
    assert [(step.start.iso3, step.end.iso3) for step in steps] == [("ISL", "EST"), ("EST", "CYP")]
    assert [agreement.kind for step in steps for agreement in step.agreements] == ["mou", "project"]


def test_a_path_may_lead_through_a_network(network: Network) -> None:
    steps = network.path("ISL", "MLT")
    assert steps is not None
    assert len(steps) == 2
    assert network.path("ISL", "ISL") == []


def test_no_path(network: Network) -> None:
    assert network.path("ISL", "LUX") is None
    apart = network.filtered(kinds=["mou", "membership"])
    assert apart.path("ISL", "MLT", through_organisations=False) is None


def test_an_unknown_country(network: Network) -> None:
    with pytest.raises(UnknownCountryError, match="'XXX' is no country"):
        network.path("ISL", "XXX")


def test_suggestions_give_reasons(network: Network) -> None:
    first, second, third = network.suggestions("ISL")
    assert (first.candidate.iso3, first.score) == ("MLT", 4)
    assert [node.iri for node in first.networks] == [OGP]
    assert [node.iso3 for node in first.partners] == ["EST"]
    assert first.topics == ("data-exchange", "open-government")
    assert (second.candidate.iso3, second.topics) == ("CYP", ("data-exchange",))
    assert (third.candidate.iso3, third.ahead, third.score) == ("DNK", True, 1)


@pytest.mark.parametrize("country", ["ISL", "MLT", "EST", "CYP", "LUX"])
def test_suggestions_are_those_of_the_named_query(
    country: str, network: Network, one_edition: ox.Store
) -> None:
    _compare(network, one_edition, country)


@pytest.mark.parametrize("country", ["COL", "CHL", "GBR", "BRA"])
def test_suggestions_are_those_of_the_named_query_on_the_bundled_data(country: str, store: ox.Store) -> None:
    _compare(Network.load(store), store, country)


def test_colombia_in_the_network(store: ox.Store) -> None:
    network = Network.load(store)
    steps = network.path("CHL", "URY")
    assert steps is not None
    assert [step.end.iso3 for step in steps] == ["COL", "URY"]
    (colombia,) = (measure for measure in network.measures() if measure.node.iso3 == "COL")
    assert colombia.degree >= 10
    organisations = {node.label for node in network.nodes.values() if node.kind == "organisation"}
    assert {"Open Government Partnership", "Nordic Institute for Interoperability Solutions"} <= organisations


def _compare(network: Network, store: ox.Store, country: str) -> None:
    rows = ask(store, "partner-suggestions", country=country)
    found = network.suggestions(country)
    assert [suggestion.candidate.iri for suggestion in found] == [row["candidate"] for row in rows]
    for suggestion, row in zip(found, rows, strict=True):
        assert suggestion.score == int(row["score"] or 0)
        assert _labels(suggestion) == [
            set(filter(None, (row[name] or "").split("; ")))
            for name in ("sharedNetworks", "partnersInCommon")
        ]
        assert len(suggestion.topics) == len(list(filter(None, (row["sharedTopics"] or "").split("; "))))
        assert suggestion.ahead == (float(row["indexIfAhead"] or 0) > 0)


def _labels(suggestion: Suggestion) -> list[set[str]]:
    return [{node.label for node in nodes} for nodes in (suggestion.networks, suggestion.partners)]

"""The cooperation network: who works with whom, under which agreement, and who could be asked next.

Nodes are countries, and the organisations and networks that countries take part in; an edge carries the agreements (or
memberships) between its two ends. Read from the store by named queries of the library; measures by networkx.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Literal

import networkx as nx
import pyoxigraph as ox

from kg.errors import KgError
from kg.namespaces import HOME
from kg.publishing.queries import run
from kg.store.interface import Dataset

Kind = Literal["country", "organisation"]


@dataclass(frozen=True, slots=True)
class Node:
    """A country (`iso3` given) or an organisation. `egdi` is the latest E-Government Development Index known."""

    iri: str
    label: str
    kind: Kind
    iso3: str | None = None
    region: str | None = None
    responded: bool = False
    egdi: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A reported cooperation or membership; `kind`, `status` and `topics` are notations of their concept schemes."""

    iri: str
    reporter: str
    kind: str
    status: str | None = None
    participation: str | None = None
    year: int | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """How a node stands in the network: neighbours, agreements, betweenness (0…1), number of its community."""

    node: Node
    degree: int
    agreements: int
    betweenness: float
    community: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path and the agreements that carry it."""

    start: Node
    end: Node
    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A country to cooperate with next. `score` is the number of reasons; `ahead` counts as one."""

    candidate: Node
    networks: tuple[Node, ...]
    partners: tuple[Node, ...]
    topics: tuple[str, ...]
    ahead: bool

    @property
    def score(self) -> int:
        return len(self.networks) + len(self.partners) + len(self.topics) + self.ahead


class UnknownCountryError(KgError):
    """A country that the graph does not know, or that has no cooperation in it."""


@dataclass(slots=True)
class Network:
    """The cooperation graph. `graph` is a networkx Graph over IRIs: node attribute `node`, edge attributes `agreements`
    and `weight` (their number). `nodes` has every country, also those outside the graph.
    """

    nodes: dict[str, Node]
    graph: nx.Graph[str]
    topics: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def load(cls, store: Dataset, base_iri: str = HOME) -> Network:
        """The network of everything reported in `store`. Cooperations that are denied, and organisations that a country
        says not to be a member of, make no edge.
        """
        nodes = {node.iri: node for node in _countries(store, base_iri)}
        reported = _reported(store, nodes, base_iri)
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(iri for iri in sorted(nodes) if nodes[iri].responded)
        links: dict[tuple[str, str], list[Agreement]] = {}
        topics: dict[str, set[str]] = {}
        for agreement, participants in reported:
            for country in {
                agreement.reporter,
                *(iri for iri in participants if nodes[iri].kind == "country"),
            }:
                topics.setdefault(country, set()).update(agreement.topics)
            for one, other in combinations(sorted({agreement.reporter, *participants}), 2):
                links.setdefault((one, other), []).append(agreement)
        for (one, other), agreements in sorted(links.items()):
            graph.add_edge(one, other, agreements=tuple(agreements), weight=len(agreements))
        for iri in graph:
            graph.nodes[iri]["node"] = nodes[iri]
        return cls(nodes, graph, {country: frozenset(found) for country, found in topics.items()})

    def country(self, code_or_iri: str) -> Node:
        """The country by alpha-3 code or IRI. Raises UnknownCountryError."""
        for node in self.nodes.values():
            if node.kind == "country" and code_or_iri in (node.iri, node.iso3):
                return node
        raise UnknownCountryError(
            f"'{code_or_iri}' is no country of the graph", hint="Give an alpha-3 code such as COL"
        )

    def countries_only(self) -> Network:
        """The country–country graph: without organisations."""
        kept = [iri for iri in self.graph if self.nodes[iri].kind == "country"]
        return Network(self.nodes, self.graph.subgraph(kept).copy(), self.topics)

    def filtered(
        self,
        *,
        kinds: Collection[str] = (),
        statuses: Collection[str] = (),
        topics: Collection[str] = (),
        since: int | None = None,
    ) -> Network:
        """The network of the agreements that fit every condition given; `since` drops those without a year."""

        def fits(agreement: Agreement) -> bool:
            return (
                (not kinds or agreement.kind in kinds)
                and (not statuses or agreement.status in statuses)
                and (not topics or not set(topics).isdisjoint(agreement.topics))
                and (since is None or (agreement.year is not None and agreement.year >= since))
            )

        graph: nx.Graph[str] = nx.Graph()
        for one, other, edge in self.graph.edges(data=True):
            kept = tuple(agreement for agreement in edge["agreements"] if fits(agreement))
            if kept:
                graph.add_edge(one, other, agreements=kept, weight=len(kept))
        for iri in graph:
            graph.nodes[iri]["node"] = self.nodes[iri]
        return Network(self.nodes, graph, self.topics)

    def measures(self) -> list[Measures]:
        """Degree, betweenness and community of every node, the best connected first."""
        betweenness = nx.betweenness_centrality(self.graph)
        community = {iri: n for n, group in enumerate(self.communities(), 1) for iri in group}
        found = [
            Measures(
                self.nodes[iri],
                degree,
                int(self.graph.degree(iri, weight="weight")),
                round(betweenness[iri], 6),
                community[iri],
            )
            for iri, degree in self.graph.degree()
        ]
        return sorted(found, key=lambda m: (-m.degree, -m.betweenness, m.node.label, m.node.iri))

    def communities(self) -> list[list[str]]:
        """Groups of nodes that are linked more among themselves than with others (Louvain), the largest first."""
        groups = nx.community.louvain_communities(self.graph, weight="weight", seed=1) if self.graph else []
        return sorted((sorted(group) for group in groups), key=lambda group: (-len(group), group))

    def path(self, start: str, end: str, *, through_organisations: bool = True) -> list[Step] | None:
        """The shortest path between two countries (alpha-3 codes or IRIs), with the agreements along it.

        Two members of one organisation are two steps apart. Returns None when no path leads from one to the other;
        raises UnknownCountryError for a country that the graph does not know.
        """
        graph = (self if through_organisations else self.countries_only()).graph
        first, last = self.country(start).iri, self.country(end).iri
        if first not in graph or last not in graph:
            return None
        try:
            stops = nx.shortest_path(graph, first, last)
        except nx.NetworkXNoPath:
            return None
        return [
            Step(self.nodes[one], self.nodes[other], graph.edges[one, other]["agreements"])
            for one, other in pairwise(stops)
        ]

    def suggestions(self, country: str) -> list[Suggestion]:
        """Countries without a cooperation with `country` yet, by number of reasons (named query partner-suggestions).

        Reasons are organisations that both are members of, partners in common, topics that both work on, and being
        ahead in the E-Government Development Index within the same sub-region.
        """
        own = self.country(country)
        partners, memberships = self._partners(own.iri), self._memberships(own.iri)
        found: list[Suggestion] = []
        for candidate in self.nodes.values():
            if candidate.kind != "country" or candidate == own or candidate.iri in partners:
                continue
            suggestion = Suggestion(
                candidate,
                self._named(memberships & self._memberships(candidate.iri)),
                self._named(partners & self._partners(candidate.iri)),
                tuple(
                    sorted(
                        self.topics.get(own.iri, frozenset()) & self.topics.get(candidate.iri, frozenset())
                    )
                ),
                own.region is not None and own.region == candidate.region and _ahead(candidate, own),
            )
            if suggestion.score:
                found.append(suggestion)
        return sorted(
            found,
            key=lambda s: (
                -s.score,
                not s.ahead,
                -(s.candidate.egdi or 0) if s.ahead else 0,
                s.candidate.label,
            ),
        )

    def flat(self) -> nx.Graph[str]:
        """The graph with plain attributes only, measures included, as graph file formats want it."""
        flat: nx.Graph[str] = nx.Graph(name="Cooperation on digital government")
        for measure in sorted(self.measures(), key=lambda m: m.node.iri):
            node = measure.node
            flat.add_node(
                node.iri,
                label=node.label,
                kind=node.kind,
                iso3=node.iso3 or "",
                degree=measure.degree,
                betweenness=measure.betweenness,
                community=measure.community,
            )
        for one, other in sorted(self.graph.edges):
            agreements: tuple[Agreement, ...] = self.graph.edges[one, other]["agreements"]
            flat.add_edge(
                one,
                other,
                weight=len(agreements),
                kinds=_joined(a.kind for a in agreements),
                statuses=_joined(a.status for a in agreements),
                topics=_joined(topic for a in agreements for topic in a.topics),
                years=_joined(str(a.year) if a.year else None for a in agreements),
                agreements=_joined(a.iri for a in agreements),
            )
        return flat

    def graphml(self) -> bytes:
        """`flat` as GraphML."""
        text = io.BytesIO()
        nx.write_graphml(self.flat(), text)
        return text.getvalue()

    def gexf(self) -> bytes:
        """`flat` as GEXF."""
        text = io.BytesIO()
        nx.write_gexf(self.flat(), text)
        # The day of the export would make two exports of one graph differ.
        return re.sub(rb' lastmodifieddate="[^"]*"', b"", text.getvalue())

    def _partners(self, iri: str) -> set[str]:
        return {other for other in self._neighbours(iri) if self.nodes[other].kind == "country"}

    def _memberships(self, iri: str) -> set[str]:
        """The organisations that the country itself says to be a member of."""
        return {
            other
            for other in self._neighbours(iri)
            if self.nodes[other].kind == "organisation"
            and any(
                agreement.participation == "member" and agreement.reporter == iri
                for agreement in self.graph.edges[iri, other]["agreements"]
            )
        }

    def _neighbours(self, iri: str) -> Iterable[str]:
        return self.graph.neighbors(iri) if iri in self.graph else ()

    def _named(self, iris: Iterable[str]) -> tuple[Node, ...]:
        return tuple(sorted((self.nodes[iri] for iri in iris), key=lambda node: (node.label, node.iri)))


# --- private helpers ---

_NOTATION = ox.NamedNode("http://www.w3.org/2004/02/skos/core#notation")


def _countries(store: Dataset, base_iri: str) -> Iterator[Node]:
    for row in run(store, "countries", base_iri=base_iri):
        egdi, responded = _value(row, "egdi"), _value(row, "responded") == "true"
        yield Node(
            _value(row, "country") or "",
            _value(row, "countryLabel") or "",
            "country",
            _value(row, "iso3"),
            _value(row, "region"),
            responded,
            float(egdi) if egdi else None,
        )


def _reported(
    store: Dataset, nodes: dict[str, Node], base_iri: str
) -> list[tuple[Agreement, frozenset[str]]]:
    """Every cooperation with its other participants; organisations among them are added to `nodes`."""
    details: dict[str, dict[str, str | None]] = {}
    participants: dict[str, set[str]] = {}
    topics: dict[str, set[str]] = {}
    for row in run(store, "cooperations", base_iri=base_iri):
        status, participation = _code(store, row, "status"), _value(row, "participation")
        if status == "none" or participation == "not-member":
            continue
        iri, partner = _value(row, "cooperation") or "", _value(row, "partner") or ""
        details[iri] = {
            "reporter": _value(row, "country"),
            "kind": _code(store, row, "kind"),
            "status": status,
            "participation": participation,
            "year": _value(row, "year"),
        }
        linked = participants.setdefault(iri, set())
        if topic := _code(store, row, "about"):
            topics.setdefault(iri, set()).add(topic)
        # The members of a partnership are many bodies of one country: no edges of an international network.
        if partner in nodes or participation is not None:
            nodes.setdefault(partner, Node(partner, _value(row, "partnerLabel") or partner, "organisation"))
            linked.add(partner)
    return [
        (
            Agreement(
                iri,
                found["reporter"] or "",
                found["kind"] or "",
                found["status"],
                found["participation"],
                int(found["year"]) if found["year"] else None,
                tuple(sorted(topics.get(iri, ()))),
            ),
            frozenset(participants[iri]),
        )
        for iri, found in sorted(details.items())
    ]


def _value(row: ox.QuerySolution, name: str) -> str | None:
    term = row[name]
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else None


def _code(store: Dataset, row: ox.QuerySolution, name: str) -> str | None:
    """The notation of the concept in a column."""
    concept = row[name]
    if not isinstance(concept, ox.NamedNode):
        return None
    for quad in store.quads_for_pattern(concept, _NOTATION, None, ox.DefaultGraph()):
        if isinstance(quad.object, ox.Literal):
            return quad.object.value
    return concept.value.rsplit("/", 1)[-1]


def _ahead(candidate: Node, own: Node) -> bool:
    return candidate.egdi is not None and own.egdi is not None and candidate.egdi > own.egdi


def _joined(values: Iterable[str | None]) -> str:
    return "; ".join(sorted({value for value in values if value}))

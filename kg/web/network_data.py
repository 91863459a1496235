"""The cooperation network as one document: made once per dataset version, read by the pages and by the browser.

Reading the network from the store and measuring it takes too long for the server's process, so `kg.web.derived` makes
the document in a process of its own. `Drawn` gives back the `Network` for questions about it (paths, suggestions,
filters) beside what the document adds: measures and names in the languages of the explorer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import networkx as nx
import pyoxigraph as ox

from kg.namespaces import CONCEPT
from kg.publishing.network import Agreement, Measures, Network, Node
from kg.store.interface import Dataset
from kg.web.reader import LANGUAGES

SCHEMES: Final = {
    "kinds": "cooperation-kind",
    "statuses": "cooperation-status",
    "topics": "cooperation-topic",
}
"""The concept schemes that agreements use: member of the document → name of the scheme."""


def write(store: Dataset, _: str, target: Path, base_iri: str) -> None:
    """Write the document of the network in `store` to `target` (a job of kg.web.derived)."""
    partial = target.with_name(target.name + ".partial")
    partial.write_text(json.dumps(document(store, base_iri), ensure_ascii=False), encoding="utf-8")
    partial.replace(target)


def document(store: Dataset, base_iri: str) -> dict[str, Any]:
    """Nodes with measures, edges with the positions of their agreements, and the names of nodes and concepts.

    All countries are nodes, also those without any cooperation (`degree` 0): they may be suggested as partners.
    """
    network = Network.load(store, base_iri)
    agreements: dict[str, Agreement] = {}
    for _, _, edge in network.graph.edges(data=True):
        agreements.update((agreement.iri, agreement) for agreement in edge["agreements"])
    positions = {iri: position for position, iri in enumerate(sorted(agreements))}
    measured = {measures.node.iri: measures for measures in network.measures()}
    regions = sorted({node.region for node in network.nodes.values() if node.region})
    used = {
        "kinds": {agreement.kind for agreement in agreements.values()},
        "statuses": {agreement.status for agreement in agreements.values() if agreement.status},
        "topics": {topic for agreement in agreements.values() for topic in agreement.topics},
    }
    concepts = {
        member: {code: f"{CONCEPT}{scheme}/{code}" for code in sorted(used[member])}
        for member, scheme in SCHEMES.items()
    }
    labels = _labels(
        store,
        [
            *network.nodes,
            *agreements,
            *regions,
            *(iri for named in concepts.values() for iri in named.values()),
        ],
    )
    return {
        "nodes": [
            {
                "key": key_of(node, base_iri),
                **asdict(node),
                "labels": labels.get(node.iri, {"en": node.label}),
                "topics": sorted(network.topics.get(node.iri, ())),
                **_measures(measured.get(node.iri)),
            }
            for node in sorted(network.nodes.values(), key=lambda node: (node.label, node.iri))
        ],
        "edges": [
            {
                "source": key_of(network.nodes[one], base_iri),
                "target": key_of(network.nodes[other], base_iri),
                "agreements": [positions[agreement.iri] for agreement in edge["agreements"]],
            }
            for one, other, edge in sorted(network.graph.edges(data=True), key=lambda entry: entry[:2])
        ],
        "agreements": [
            {**asdict(agreements[iri]), "labels": labels.get(iri, {})} for iri in sorted(agreements)
        ],
        "regions": {iri: labels.get(iri, {}) for iri in regions},
        **{
            member: {code: labels.get(iri, {"en": code}) for code, iri in named.items()}
            for member, named in concepts.items()
        },
    }


def key_of(node: Node, base_iri: str) -> str:
    """What stands for a node in addresses: its alpha-3 code, otherwise the end of its IRI.

    >>> key_of(Node("https://w3id.org/digigov/id/organisation/oecd", "OECD", "organisation"), "https://w3id.org/digigov/")
    'organisation/oecd'
    """
    return node.iso3 or node.iri.removeprefix(base_iri + "id/")


@dataclass(frozen=True)
class Drawn:
    """The network of one dataset version: `document` for programs, `network` for questions."""

    document: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> Drawn:
        return cls(json.loads(path.read_text(encoding="utf-8")))

    @cached_property
    def by_key(self) -> dict[str, dict[str, Any]]:
        """The nodes of the document by key."""
        return {entry["key"]: entry for entry in self.document["nodes"]}

    @cached_property
    def by_iri(self) -> dict[str, dict[str, Any]]:
        """The nodes of the document by IRI."""
        return {entry["iri"]: entry for entry in self.document["nodes"]}

    @cached_property
    def network(self) -> Network:
        """The network as `Network.load` gave it."""
        nodes = {entry["iri"]: _node(entry) for entry in self.document["nodes"]}
        agreements = [_agreement(entry) for entry in self.document["agreements"]]
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(sorted(iri for iri, node in nodes.items() if node.responded))
        for edge in self.document["edges"]:
            carried = tuple(agreements[position] for position in edge["agreements"])
            ends = (self.by_key[edge[end]]["iri"] for end in ("source", "target"))
            graph.add_edge(*ends, agreements=carried, weight=len(carried))
        for iri in graph:
            graph.nodes[iri]["node"] = nodes[iri]
        topics = {entry["iri"]: frozenset(entry["topics"]) for entry in self.document["nodes"]}
        return Network(nodes, graph, topics)

    def country(self, key: str) -> Node:
        """The country with an alpha-3 code (in any case) or an IRI. Raises UnknownCountryError."""
        return self.network.country(key.upper() if len(key) == 3 else key)

    def name(self, node: Node | str, language: str) -> str:
        """The name of a node (or of the node with that IRI) in a language, else in English, else in any."""
        entry = self.by_iri[node if isinstance(node, str) else node.iri]
        return best(entry["labels"], language, entry["label"])

    def concept(self, member: str, code: str, language: str) -> str:
        """The name of a concept: `member` is one of SCHEMES."""
        return best(self.document[member].get(code, {}), language, code)

    def agreement(self, agreement: Agreement, language: str) -> str:
        """The name of an agreement, as stated in the graph."""
        return best(self._agreement_labels.get(agreement.iri, {}), language, agreement.iri.rsplit("/", 1)[-1])

    @cached_property
    def _agreement_labels(self) -> dict[str, dict[str, str]]:
        return {entry["iri"]: entry["labels"] for entry in self.document["agreements"]}


def best(labels: dict[str, str], language: str, otherwise: str) -> str:
    """The label in a language, else in English, else the first of any, else `otherwise`."""
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), otherwise)


# --- private helpers ---

_LABELS: Final = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?property ?label WHERE {
  VALUES ?property { rdfs:label skos:altLabel }
  VALUES ?thing { %s }
  ?thing ?property ?label
}"""


def _labels(store: Dataset, iris: Iterable[str]) -> dict[str, dict[str, str]]:
    """Labels by IRI and language: of several in one language the first in the order of characters.

    Where a thing has no label in a language, its longest other name in that language stands for it.
    """
    names: dict[str, list[tuple[int, int, str, str]]] = {}
    for row in store.query(_LABELS % " ".join(str(ox.NamedNode(iri)) for iri in iris)):
        preferred, text = row["property"].value.endswith("#label"), row["label"]
        order = 0 if preferred else -len(text.value)
        names.setdefault(row["thing"].value, []).append(
            (0 if preferred else 1, order, text.value, (text.language or "en").partition("-")[0])
        )
    found: dict[str, dict[str, str]] = {}
    for iri, entries in names.items():
        for _, _, value, language in sorted(entries):
            if language in LANGUAGES:
                found.setdefault(iri, {}).setdefault(language, value)
    return found


def _measures(measures: Measures | None) -> dict[str, Any]:
    if measures is None:
        return {"degree": 0, "agreements": 0, "betweenness": 0.0, "community": None}
    found = asdict(measures)
    del found["node"]
    return found


def _node(entry: dict[str, Any]) -> Node:
    return Node(**{name: entry[name] for name in Node.__slots__})


def _agreement(entry: dict[str, Any]) -> Agreement:
    values = {name: entry[name] for name in Agreement.__slots__}
    return Agreement(**{**values, "topics": _tuple(values["topics"])})


def _tuple(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)

"""A dataset on its way to the store: named graphs as texts that are read when they are needed.

A build for every country holds more than memory should: what a graph says is read from the build cache while it is
written to the store, one graph at a time. `Graphs` gives the same as rdflib graphs to whoever asks for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from hashlib import sha256

from rdflib import Graph, URIRef

from kg.mapping.nquads import content_hash, sorted_ntriples
from kg.store.ntriples import Terms


@dataclass(frozen=True, slots=True)
class GraphText:
    """A graph as it is published: sorted lines of N-Triples, with their number and SHA-256."""

    triples: int
    digest: str
    read: Callable[[], bytes] = field(repr=False)

    @classmethod
    def of(cls, text: bytes) -> GraphText:
        """One whose text is in memory."""
        return cls(text.count(b"\n"), content_hash([text]), lambda: text)


class Graphs(MutableMapping[URIRef, Graph]):
    """Named graphs by name. Those given as text become rdflib graphs when they are asked for, and then stay."""

    def __init__(self, texts: Mapping[URIRef, GraphText]) -> None:
        self._texts = dict(texts)
        self._graphs: dict[URIRef, Graph] = {}

    def texts(self) -> dict[URIRef, GraphText]:
        """All graphs as texts."""
        changed = {name: GraphText.of(sorted_ntriples(graph, name)) for name, graph in self._graphs.items()}
        return {**self._texts, **changed}

    def sizes(self) -> dict[URIRef, int]:
        """How many triples each graph has."""
        return {name: self._size(name) for name in self}

    def __getitem__(self, name: URIRef) -> Graph:
        if name not in self._graphs:
            self._graphs[name] = Terms().graph(self._texts[name].read())
        return self._graphs[name]

    def __setitem__(self, name: URIRef, graph: Graph) -> None:
        self._texts.pop(name, None)
        self._graphs[name] = graph

    def __delitem__(self, name: URIRef) -> None:
        if name not in self:
            raise KeyError(name)
        self._texts.pop(name, None)
        self._graphs.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._texts or name in self._graphs

    def __iter__(self) -> Iterator[URIRef]:
        yield from dict.fromkeys((*self._texts, *self._graphs))

    def __len__(self) -> int:
        return len(self._texts.keys() | self._graphs.keys())

    def _size(self, name: URIRef) -> int:
        return len(self._graphs[name]) if name in self._graphs else self._texts[name].triples


def dataset_id(digests: Mapping[str, str]) -> str:
    """What a dataset is called: SHA-256 over the names of its graphs and the hashes of their texts, so that one changed
    graph needs no look at the others.
    """
    lines = (f"{name} {digest}\n".encode() for name, digest in sorted(digests.items()))
    return sha256(b"".join(lines)).hexdigest()

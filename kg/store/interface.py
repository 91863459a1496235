"""What readers of a store rely on, whichever kind it is: the embedded one or a SPARQL server elsewhere.

`Dataset` is what queries are put to (`pyoxigraph.Store` is one as it stands), `Source` is where published versions of
it come from. `kg.store.source` finds the one that a setting names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox


class Dataset(Protocol):
    """A dataset version that is open for reading."""

    def query(
        self,
        query: str,
        /,
        *,
        base_iri: str | None = None,
        prefixes: dict[str, str] | None = None,
        default_graph: Any = None,
        named_graphs: list[ox.NamedNode | ox.BlankNode] | None = None,
    ) -> Any:
        """The results: solutions, a truth value, or triples, as pyoxigraph has them.

        Raises SyntaxError with the place in its message for what is no SPARQL, ValueError or OSError for what cannot
        be evaluated.
        """

    def quads_for_pattern(
        self, subject: Any, predicate: Any, object: Any, graph_name: Any = None, /
    ) -> Iterator[ox.Quad]:
        """The quads that match; None stands for anything."""

    def named_graphs(self) -> Iterator[ox.NamedNode | ox.BlankNode]:
        """The names of the graphs."""


class ServedVersion(Protocol):
    """A published version: what it is called, when it was made, how much it holds."""

    @property
    def id(self) -> str: ...
    @property
    def created(self) -> str: ...
    @property
    def quads(self) -> int: ...
    @property
    def triples(self) -> int: ...
    @property
    def graphs(self) -> int: ...
    @property
    def empty_graphs(self) -> tuple[str, ...]: ...
    @property
    def is_local(self) -> bool:
        """Whether it lies on this machine, so that its size says what it costs to hold it in memory."""

    def withdrawn_since(self, iri: str, /) -> str | None:
        """Since when nothing is known of a thing that an earlier version described; None for any other."""

    def state_of(self, graph: str | None, /) -> str:
        """What changes when a named graph does (None: the default graph)."""

    def report(self, form: str, /) -> Path | None:
        """The validation report, `json` or `turtle`, where it was kept with the version."""

    @property
    def opening(self) -> str:
        """How another process opens it: the argument of `kg.store.source.reopen`. Holds no secrets."""


class Held(Protocol):
    """A version that stays as it is until `release`."""

    @property
    def version(self) -> ServedVersion: ...
    def release(self) -> None: ...


class Source(Protocol):
    """Where versions are published to and read from."""

    def hold(self) -> Held:
        """The version that is current now. Raises NoStore when nothing has been published, KgError when it is unreachable."""

    def current(self) -> str:
        """What tells the current version from others, found out quickly. Raises KgError as `hold`."""

    def fingerprint(self, held: Held) -> str:
        """What `current` says while that version is current."""

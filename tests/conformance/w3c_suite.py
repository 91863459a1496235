"""What all runners of the W3C suites share: where the suites come from, outcomes, and when two graphs are the same."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
DAWGT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
BASE: Final = "http://example.org/w3c/"
REPOSITORY: Final = "https://github.com/w3c/rdf-tests"
REVISION: Final = "ad541a5f0479f0798608c4801369d97b8e08b36f"
"""The version that docs/conformance.md has scores of."""

SYNTAXES: Final = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML, ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG, ".n3": ox.RdfFormat.TURTLE,
}  # fmt: skip


KNOWN_IN_OLDER_COPY: Final = {
    **dict.fromkeys(
        (
            "expr-builtin/manifest#dawg-datatype-2",
            "functions/manifest#strdt03",
            "functions/manifest#strlang03",
        ),
        "RDF 1.1: a literal without a type is an xsd:string, and a language-tagged one is an rdf:langString",
    ),
    **dict.fromkeys(
        ("basic/manifest#term-6", "basic/manifest#term-7", "syntax-sparql1/manifest#syntax-lit-08"),
        "SPARQL 1.1 has no number that ends in a full stop (5.)",
    ),
    "optional-filter/manifest#dawg-optional-filter-005-simplified": "the opposite of an approved test",
    "aggregates/manifest#agg-empty-group": "corrected by the working group: no group, no row",
    "distinct/manifest#distinct-2": "literals by value",
}
"""Tests that the working group has corrected or withdrawn since (see `suite_folder`), by the end of their name."""


@dataclass(frozen=True)
class Outcome:
    """How a test went: `wrong` is None when it passed."""

    suite: str
    kind: str
    name: str
    wrong: str | None


def suite_folder(keep: Path) -> Path:
    """The folder that holds `sparql10` (or `dawg-data-r2`) and `sparql11`, got into `keep` if it is not there.

    It comes from the working group's repository. Where that cannot be reached, an older copy travels with the source
    package of rdflib, without the tests of the protocols, which were prose then.
    """
    checkout = keep / "rdf-tests"
    if not (checkout / "sparql").is_dir():
        keep.mkdir(parents=True, exist_ok=True)
        steps = (
            ["init", "--quiet", str(checkout)],
            ["-C", str(checkout), "fetch", "--quiet", "--depth", "1", REPOSITORY, REVISION],
            ["-C", str(checkout), "checkout", "--quiet", "FETCH_HEAD"],
        )
        if any(subprocess.run(["git", *step], check=False, timeout=600).returncode for step in steps):
            print(f"{REPOSITORY} cannot be reached: taking the older copy in rdflib's source package")
            return _from_rdflib(keep)
    return checkout / "sparql"


def entries(suite: Path, manifest: str, left_out: Iterable[str] = ()) -> Iterator[tuple[Graph, Any, str]]:
    """The tests of a manifest and of those that it includes: its graph, the test's node, and the manifest's path."""
    here = BASE + manifest
    graph = Graph().parse(suite / manifest, format="turtle", publicID=here)
    for included in graph.objects(URIRef(here), MF.include):
        for item in Collection(graph, included):
            if not any(f"/{name}/" in str(item) for name in left_out):
                yield from entries(suite, str(item).removeprefix(BASE), left_out)
    for listed in graph.objects(URIRef(here), MF.entries):
        for test in Collection(graph, listed):
            approval = set(graph.objects(test, DAWGT.approval))
            if not approval & {DAWGT.Withdrawn, DAWGT.Obsoleted, DAWGT.Rejected, DAWGT.Deprecated}:
                yield graph, test, manifest


def kinds_of(graph: Graph, test: Any) -> set[Any]:
    return set(graph.objects(test, RDF.type))


def same_graph(mine: Iterable[ox.Quad], theirs: Iterable[ox.Quad]) -> bool:
    """Whether two datasets differ in the labels of blank nodes at most (RDF Dataset Canonicalization)."""
    canonical = []
    for quads in (mine, theirs):
        found = ox.Dataset(quads)
        found.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256)
        canonical.append({str(quad) for quad in found})
    return canonical[0] == canonical[1]


# --- private helpers ---


def _from_rdflib(folder: Path) -> Path:
    found = next(folder.glob("rdflib-*/test/data/suites/w3c"), None)
    if found is not None:
        return found
    package = f"rdflib=={version('rdflib')}"
    options = ["-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, package], check=True)
    with tarfile.open(next(folder.glob("rdflib-*.tar.gz"))) as archive:
        members = [
            member for member in archive if "/test/data/suites/w3c/" in member.name and member.isfile()
        ]
        archive.extractall(folder, members)
    return next(folder.glob("rdflib-*/test/data/suites/w3c"))

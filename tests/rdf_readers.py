"""One RDF document read by independent parsers (rdflib, Oxigraph, raptor, PyLD): what each makes of it, to be compared.

Quads are compared in canonical form (RDF Dataset Canonicalization), so that names of blank nodes make no difference.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

Reader = Callable[[bytes, str], "frozenset[str]"]
BASE = "http://localhost/base"

OXIGRAPH = {
    "turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD, "trig": ox.RdfFormat.TRIG, "nquads": ox.RdfFormat.N_QUADS,
}  # fmt: skip
_RDFLIB = {
    "turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld", "trig": "trig", "nquads": "nquads",
}  # fmt: skip


def canonical(quads: object) -> frozenset[str]:
    """Quads of Oxigraph, with blank nodes under canonical names."""
    dataset = ox.Dataset(quads)  # type: ignore[arg-type]
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(str(quad) for quad in dataset)


def by_oxigraph(text: bytes, form: str) -> frozenset[str]:
    return canonical(ox.parse(text, format=OXIGRAPH[form], base_iri=BASE))


def by_rdflib(text: bytes, form: str) -> frozenset[str]:
    normalizing, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        read = rdflib.Dataset()
        if form in ("trig", "nquads", "jsonld"):
            read.parse(data=text, format=_RDFLIB[form], publicID=BASE)
        else:
            read.default_graph.parse(data=text, format=_RDFLIB[form], publicID=BASE)
        found = []
        for subject, predicate, value, graph in read.quads():
            name = ox.NamedNode(str(graph)) if isinstance(graph, rdflib.URIRef) else ox.DefaultGraph()
            if str(graph) == str(rdflib.graph.DATASET_DEFAULT_GRAPH_ID):
                name = ox.DefaultGraph()
            found.append(ox.Quad(_term(subject), _term(predicate), _term(value), name))
        return canonical(found)
    finally:
        rdflib.NORMALIZE_LITERALS = normalizing


def by_raptor(text: bytes, form: str) -> frozenset[str]:
    """Skips the test where raptor's `rapper` is not installed, or has no parser for the format."""
    program = shutil.which("rapper")
    if program is None:
        pytest.skip("rapper is not installed (Debian: raptor2-utils)")
    if form == "jsonld":
        pytest.skip("raptor does not read JSON-LD")
    run = subprocess.run(
        [program, "-q", "-i", form, "-o", "nquads", "-", BASE],
        input=text,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode(errors="replace")
    assert not run.stderr, run.stderr.decode(errors="replace")
    return canonical(ox.parse(run.stdout, format=ox.RdfFormat.N_QUADS))


def by_pyld(text: bytes, form: str) -> frozenset[str]:
    """Skips the test for other formats than JSON-LD, and where PyLD is not installed."""
    if form != "jsonld":
        pytest.skip("PyLD reads JSON-LD only")
    jsonld = pytest.importorskip("pyld", reason="PyLD is not installed").jsonld
    quads = jsonld.to_rdf(json.loads(text), {"format": "application/n-quads", "base": BASE})
    return canonical(ox.parse(quads, format=ox.RdfFormat.N_QUADS))


READERS: dict[str, Reader] = {
    "rdflib": by_rdflib,
    "oxigraph": by_oxigraph,
    "raptor": by_raptor,
    "pyld": by_pyld,
}


def read_file(file: Path, form: str, reader: str) -> frozenset[str]:
    return READERS[reader](file.read_bytes(), form)


def _term(node: rdflib.term.Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return ox.BlankNode(str(node))
    assert isinstance(node, rdflib.Literal)
    if node.language:
        return ox.Literal(str(node), language=node.language)
    if node.datatype:
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)))
    return ox.Literal(str(node))

"""The ontology's real files, parsed once: core terms, constraints, alignments, keys, concept schemes, examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_turtle import turtle
from rdflib import SKOS, Graph, Literal, URIRef

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder() -> Path:
    return ROOT / "ontology"


@pytest.fixture(scope="session")
def core(folder: Path) -> Graph:
    """digigov.ttl."""
    return Graph().parse(folder / "digigov.ttl")


@pytest.fixture(scope="session")
def schemes(folder: Path) -> dict[str, Graph]:
    """Each concept scheme by the name of its file."""
    return {file.stem: Graph().parse(file) for file in sorted((folder / "concepts").glob("*.ttl"))}


@pytest.fixture(scope="session")
def files(folder: Path) -> dict[Path, Graph]:
    """Every Turtle file of the folder."""
    return {file: Graph().parse(file) for file in sorted(folder.rglob("*.ttl"))}


@pytest.fixture(scope="session")
def examples(core: Graph) -> dict[URIRef, Graph]:
    """The skos:example of each term as the graph it is: Turtle under the project's base."""
    return {
        term: turtle(str(text))
        for term, text in core.subject_objects(SKOS.example)
        if isinstance(term, URIRef) and isinstance(text, Literal)
    }

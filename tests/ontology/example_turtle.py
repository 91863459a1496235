"""How the ontology's examples, and the statements of these tests, are written: Turtle under the project's base."""

from __future__ import annotations

from rdflib import Graph

HEAD = """
@base <https://w3id.org/digigov/> .
@prefix dg: <https://w3id.org/digigov/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle(text: str) -> Graph:
    """The statements of `text`, which may use the prefixes dg: and xsd: and relative IRIs."""
    return Graph().parse(data=HEAD + text, format="turtle")

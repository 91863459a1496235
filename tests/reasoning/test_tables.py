"""The axioms as tables are kept as JSON: what is read back reasons like what was derived."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from rdflib import Graph
from small_graphs import random_statements

from kg.reasoning import Reference, close_part, ontology_graph
from kg.reasoning.schema import Schema

SMALL = Path(__file__).parent / "small-ontology.ttl"


@pytest.mark.parametrize("ontology", [ontology_graph(), ontology_graph([SMALL])], ids=["bundled", "small"])
def test_tables_come_back_as_they_were(ontology: Graph) -> None:
    derived = Schema.of(ontology)
    restored = Schema.restored(ontology, json.loads(json.dumps(derived.tables())))
    for one in fields(Schema):
        if one.name == "axioms":
            assert set(restored.axioms) == set(derived.axioms)
        else:
            assert getattr(restored, one.name) == getattr(derived, one.name), one.name
    stated = random_statements(ontology, 5, 40)
    again, before = Reference(Graph(), ontology, schema=restored), Reference(Graph(), ontology)
    assert close_part(stated, again).facts == close_part(stated, before).facts

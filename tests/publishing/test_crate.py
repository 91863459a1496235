"""The RO-Crate of a release holds what the specification asks for, and describes each file as it is."""

from __future__ import annotations

from typing import Any

import pytest

from kg.publishing.catalogue import Distribution
from kg.publishing.crate import NAME, describe_crate

FILES = (
    Distribution("all.nq.gz", "application/n-quads", "All"),
    Distribution("tables.zip", "application/zip", "Tables"),
    Distribution("missing.ttl", "text/turtle", "Not made"),
)
MADE = {"all.nq.gz": (12, "ab" * 32), "tables.zip": (7, "cd" * 32)}


@pytest.fixture(scope="module")
def entities() -> dict[str, dict[str, Any]]:
    document = describe_crate(
        identifier="0123456789abcdef",
        modified="2026-11-25T09:00:00+00:00",
        home="http://localhost/",
        files=FILES,
        made=MADE,
    )
    assert document["@context"] == "https://w3id.org/ro/crate/1.2/context"
    graph = document["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def test_the_descriptor_says_what_the_crate_is_and_conforms_to(entities: dict[str, dict[str, Any]]) -> None:
    assert entities[NAME]["about"] == {"@id": "./"}
    assert entities[NAME]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    assert entities[NAME]["@type"] == "CreativeWork"


def test_the_root_has_what_it_must_have(entities: dict[str, dict[str, Any]]) -> None:
    root = entities["./"]
    assert root["@type"] == "Dataset"
    assert {"name", "description", "datePublished", "license", "publisher", "identifier"} <= set(root)
    assert root["datePublished"].startswith("2026-11-25")
    assert root["hasPart"] == [{"@id": "all.nq.gz"}, {"@id": "tables.zip"}]


def test_every_file_is_described_as_it_is(entities: dict[str, dict[str, Any]]) -> None:
    for name, (size, digest) in MADE.items():
        file = entities[name]
        assert (file["@type"], file["contentSize"], file["sha256"]) == ("File", str(size), digest)
    assert entities["all.nq.gz"]["encodingFormat"] == ["application/gzip", "application/n-quads"]
    assert entities["tables.zip"]["encodingFormat"] == "application/zip"
    assert "missing.ttl" not in entities


def test_everything_that_is_referred_to_is_described(entities: dict[str, dict[str, Any]]) -> None:
    """RO-Crate: a flat graph in which references lead to entities of the crate, or to the web."""
    for entity in entities.values():
        for value in entity.values():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    assert set(item) == {"@id"}
                    assert item["@id"] in entities or item["@id"] == "https://w3id.org/ro/crate/1.2"

"""What depends on all sources, mended from the build before: to the byte what it is when it is made from all of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph

from kg.mapping.nquads import content_hash
from kg.reasoning import Reference, close_part, meeting
from kg.store.cache import Cache, Entry, Result, key_of
from kg.store.crossing import crossing_entry, crossing_result, inferred_entry
from kg.store.forms import clashes_to_json
from kg.store.ntriples import marks_of
from kg.store.units import entailed, lines_of

ONTOLOGY = """
@prefix dg: <https://w3id.org/digigov/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
dg:Place a owl:Class . dg:Body a owl:Class . dg:Law a owl:Class ; owl:disjointWith dg:Body .
dg:partOf a owl:ObjectProperty , owl:TransitiveProperty ; rdfs:domain dg:Body ; rdfs:range dg:Body .
dg:hasPart a owl:ObjectProperty ; owl:inverseOf dg:partOf .
dg:country a owl:ObjectProperty ; rdfs:range dg:Place ; owl:propertyChainAxiom ( dg:partOf dg:country ) .
"""
DG = "https://w3id.org/digigov/ontology#"
REFERENCE = Reference(Graph(), Graph().parse(data=ONTOLOGY, format="turtle"), rules=[])


def statements(dice: random.Random, size: int) -> set[str]:
    things = [f"<https://w3id.org/digigov/id/{name}>" for name in "abcdefgh"]
    links = [f"<{DG}partOf>", f"<{DG}partOf>", f"<{DG}hasPart>", f"<{DG}country>"]
    return {f"{dice.choice(things)} {dice.choice(links)} {dice.choice(things)} ." for _ in range(size)}


def closed(cache: Cache, stated: set[str]) -> Entry:
    """A source as `close_source` keeps it, as far as it is needed here."""
    text = "".join(f"{line}\n" for line in sorted(stated)).encode()
    part = close_part(Graph().parse(data=text, format="nt"), REFERENCE)
    met, follows = lines_of(meeting(part, REFERENCE)), lines_of(entailed(part, REFERENCE))
    facts = {
        "digest": content_hash([text]),
        "meeting": content_hash([met]),
        "clashes": clashes_to_json(part.clashes),
    }
    sections = {
        "graph": text,
        "reasoned": lines_of(part.facts),
        "meeting": met,
        "entailed": follows,
        "graph marks": marks_of(text),
        "entailed marks": marks_of(follows),
    }
    return cache.put("closed", key_of(text), Result(facts, sections))


def together(
    cache: Cache, sources: dict[str, set[str]], folder: Path | None, name: str
) -> tuple[Entry, Entry]:
    entries = {source: closed(cache, stated) for source, stated in sources.items()}
    background = cache.put("background", "b", Result({}, {"entailed": b""}))
    key = key_of(name, [f"{source} {entry.key}" for source, entry in entries.items()])
    crossing = crossing_entry(cache, key, entries, REFERENCE, folder, "reference")
    beside = {"background": background, "crossing": crossing}
    return crossing, inferred_entry(cache, key, entries, beside, folder)


def changed(sources: dict[str, set[str]], dice: random.Random) -> dict[str, set[str]]:
    found = {name: set(stated) for name, stated in sources.items()}
    name = dice.choice(sorted(found))
    match dice.randrange(6):
        case 0 if len(found) > 2:
            del found[name]
        case 1:
            found[f"more {dice.randrange(100)}"] = statements(dice, 4)
        case 2:  # one states what follows from another
            found[name] |= dice.choice(list(found.values()))
        case _:
            found[name] -= set(dice.sample(sorted(found[name]), min(2, len(found[name]))))
            found[name] |= statements(dice, dice.randrange(4))
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 8))
def test_mended_is_what_is_made_from_all(seed: int, count: int) -> None:
    dice = random.Random(seed)
    cache = Cache.temporary()
    sources = {f"source {number}": statements(dice, dice.randrange(1, 7)) for number in range(count)}
    for _ in range(4):
        crossing, inferred = together(cache, sources, cache.folder / "together", "kept")
        fresh, made = together(cache, sources, None, "fresh")
        assert crossing.section("reasoned") == fresh.section("reasoned")
        assert crossing.section("entailed") == fresh.section("entailed")
        assert crossing.facts["digest"] == fresh.facts["digest"]
        assert inferred.section("graph") == made.section("graph")
        assert {name: inferred.facts[name] for name in ("triples", "digest")} == {
            name: made.facts[name] for name in ("triples", "digest")
        }
        plain = crossing_result([closed(cache, stated) for stated in sources.values()], REFERENCE)
        own = {line for s in sources.values() for line in closed(cache, s).section("reasoned").splitlines()}
        assert own | set(crossing.section("reasoned").splitlines()) == own | set(
            plain.sections["reasoned"].splitlines()
        )
        sources = changed(sources, dice)


@pytest.mark.parametrize("lost", ["closed", "crossing", "inferred", "note", "index"])
def test_without_what_was_there_before_it_is_made_from_all(lost: str, tmp_path: Path) -> None:
    dice = random.Random(3)
    cache, folder = Cache(tmp_path / "cache"), tmp_path / "together"
    sources = {f"source {number}": statements(dice, 6) for number in range(6)}
    together(cache, sources, folder, "kept")
    match lost:
        case "note":
            (folder / "inferred").write_bytes(b"\xff")
        case "index":
            (folder / "across.sqlite").write_bytes(b"no database")
        case _:
            for file in (cache.folder / lost).glob("??/*"):
                file.unlink()
    sources["source 0"] = statements(dice, 6)
    kept, fresh = together(cache, sources, folder, "kept"), together(cache, sources, None, "fresh")
    for one, other, section in zip(kept, fresh, ("reasoned", "graph"), strict=True):
        assert one.section(section) == other.section(section)


def test_a_contradiction_between_sources_is_told_and_the_next_build_goes_on() -> None:
    cache = Cache.temporary()
    folder = cache.folder / "together"
    body, law = (
        f"<urn:x> <{DG}partOf> <urn:y> .",
        f"<urn:x> a <{DG}Law> .".replace(" a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "),
    )
    sources = {"one": {body}, "two": {"<urn:z> " + law.partition(" ")[2]}, "three": {body}}
    together(cache, sources, folder, "kept")
    crossing, _ = together(cache, {**sources, "two": {law}}, folder, "kept")
    assert [clash["individual"] for clash in crossing.facts["clashes"]] == ["urn:x"]
    crossing, _ = together(cache, {**sources, "two": {body}}, folder, "kept")
    assert crossing.facts["clashes"] == []

"""What is kept of the closure across sources: after any changes it is what a fresh start gives, and `close_across`."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, BNode, Graph, Literal, URIRef
from small_graphs import iri, random_statements, turtle

from kg.namespaces import DG
from kg.reasoning import Part, Reference, close_across, close_part, graph_of, meeting, ontology_graph
from kg.reasoning.across import Across, Change
from kg.terms import Triple, from_text, to_text

HERE = Path(__file__).parent
RULES = [HERE / "rules" / "shared-network.rq"]
SMALL = ontology_graph([HERE / "small-ontology.ttl"])


def permissive() -> Graph:
    """The small ontology without what excludes anything, so that random statements can be kept."""
    graph = Graph()
    excluding = {OWL.disjointWith, OWL.propertyDisjointWith, OWL.members}
    kinds = {OWL.AllDisjointClasses, OWL.IrreflexiveProperty, OWL.AsymmetricProperty}
    for s, p, o in SMALL:
        if p not in excluding and not (p == RDF.type and o in kinds):
            graph.add((s, p, o))
    return graph


PERMISSIVE = permissive()
OPEN = Reference(Graph(), PERMISSIVE, rules=RULES)
STRICT = Reference(Graph(), SMALL, rules=RULES)

Parts = Mapping[str, Part]


def update(across: Across, parts: Parts, reference: Reference) -> Change | None:
    """As a build does it; what a part states stands for its content."""
    return across.update(
        {
            name: (str(sorted(part.stated)), lambda part=part: meeting(part, reference))  # type: ignore[misc]
            for name, part in parts.items()
        }
    )


def anew(parts: Parts, reference: Reference) -> set[Triple]:
    across = Across(reference)
    assert update(across, parts, reference) is not None
    return set(across.facts())


def dealt(whole: Graph, dice: random.Random, count: int) -> dict[str, Graph]:
    """The statements dealt out, some of them to several parts."""
    graphs = {f"part {number}": Graph() for number in range(count)}
    for triple in sorted(whole):
        for name in dice.sample(sorted(graphs), min(count, dice.choice([1, 1, 1, 2]))):
            graphs[name].add(triple)
    return graphs


def changed(graphs: dict[str, Graph], spare: list[Triple], dice: random.Random) -> dict[str, Graph]:
    """One change: a part is removed, added, emptied, or a few of its statements go, come or move to another part."""
    found = dict(graphs)
    name = dice.choice(sorted(found))
    match dice.randrange(8):
        case 0 if len(found) > 1:
            del found[name]
        case 1:
            found[f"new {dice.randrange(1000)}"] = graph_of(dice.sample(spare, min(6, len(spare))))
        case 2:
            found[name] = Graph()
        case 3:
            other = dice.choice(sorted(found))
            found[name], found[other] = found[other], found[name]
        case _:
            own = sorted(found[name])
            gone = dice.sample(own, min(len(own), dice.randrange(3)))
            come = dice.sample(spare, min(len(spare), dice.randrange(4)))
            found[name] = graph_of((t for t in own if t not in gone), come)
    return found


def follow(
    reference: Reference, ontology: Graph, seed: int, size: int, count: int, file: Path | None
) -> None:
    dice = random.Random(seed)
    whole = random_statements(ontology, seed, size)
    graphs, spare = dealt(whole, dice, count), sorted(random_statements(ontology, seed + 1, size))
    spare += sorted(whole)
    across, known = Across(reference, file), set[Triple]()
    for step in range(5):
        parts = {name: close_part(graph, reference) for name, graph in graphs.items()}
        change = update(across, parts, reference)
        assert change is not None
        found = set(across.facts())
        assert found == anew(parts, reference)
        had = {t for part in parts.values() for t in part.facts}
        assert found | had == close_across(list(parts.values()), reference).facts | had
        known = set() if change.anew else known
        assert known.isdisjoint(change.added)
        assert change.removed <= known
        known = (known | change.added) - change.removed
        assert known == found
        if dice.random() < 0.8:  # else it is undone, and the next change starts from what was kept before
            across.keep(f"step {step}")
            if file is not None and dice.random() < 0.5:
                across.close()
                across = Across(reference, file)
                assert across.label == f"step {step}"
        else:
            known = kept(across, reference, file)
            across = Across(reference, file) if file is not None else across
        graphs = changed(graphs, spare, dice)
    across.close()


def kept(across: Across, reference: Reference, file: Path | None) -> set[Triple]:
    """What is there after an update that did not count."""
    if file is None:
        across._undo()
        return set(across.facts())
    across.close()
    other = Across(reference, file)
    found = set(other.facts())
    other.close()
    return found


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 90), st.integers(1, 6))
def test_after_changes_it_is_what_a_fresh_start_gives(seed: int, size: int, count: int) -> None:
    follow(OPEN, PERMISSIVE, seed, size, count, None)


@pytest.mark.parametrize("seed", range(12))
def test_and_when_it_is_opened_again(seed: int, tmp_path: Path) -> None:
    follow(OPEN, PERMISSIVE, seed, 60, 12, tmp_path / "across" / "index.sqlite")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(4, 60), st.integers(4, 30))
def test_with_reference_data(seed: int, size: int, known: int) -> None:
    reference = Reference(random_statements(PERMISSIVE, seed + 7, known), PERMISSIVE, rules=RULES)
    follow(reference, PERMISSIVE, seed, size, 4, None)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 14), st.integers(2, 5))
def test_a_contradiction_between_parts_is_noticed_however_it_comes(seed: int, size: int, count: int) -> None:
    """Parts that contradict nothing by themselves, before and after a change."""
    dice = random.Random(seed)
    whole = random_statements(SMALL, seed, size)
    graphs, spare = dealt(whole, dice, count), sorted(random_statements(SMALL, seed + 1, size))
    across = Across(STRICT)
    for _ in range(4):
        closed = {name: close_part(graph, STRICT) for name, graph in graphs.items()}
        parts = {name: part for name, part in closed.items() if not part.clashes}
        crossing = close_across(list(parts.values()), STRICT)
        change = update(across, parts, STRICT)
        assert (change is None) == bool(crossing.clashes)
        if change is not None:
            across.keep("")
            had = {t for part in parts.values() for t in part.facts}
            assert set(across.facts()) | had == crossing.facts | had
        graphs = changed(graphs, spare, dice)


def network(*members: str) -> dict[str, Graph]:
    return {name: turtle(f"<country/{name}> dg:memberOf <organisation/net> .") for name in members}


def cooperating(across: Across) -> set[tuple[str, str]]:
    return {(str(s)[-3:], str(o)[-3:]) for s, p, o in across.facts() if p == URIRef(f"{DG}cooperatesWith")}


def test_one_that_leaves_a_network_cooperates_no_more_unless_in_another() -> None:
    net = turtle("<organisation/net> a dg:CooperationNetwork . <organisation/two> a dg:CooperationNetwork .")
    reference = Reference(net, SMALL, rules=RULES)
    graphs = network("AAA", "BBB", "CCC")
    graphs["AAA"] += turtle("<country/AAA> dg:memberOf <organisation/two> .")
    graphs["BBB"] += turtle("<country/BBB> dg:memberOf <organisation/two> .")
    across = Across(reference)

    def now() -> set[tuple[str, str]]:
        parts = {name: close_part(graph, reference) for name, graph in graphs.items()}
        assert update(across, parts, reference) is not None
        across.keep("")
        return cooperating(across)

    everybody = {(a, b) for a in ("AAA", "BBB", "CCC") for b in ("AAA", "BBB", "CCC") if a != b}
    assert now() == everybody
    graphs["BBB"] = turtle("<country/BBB> dg:memberOf <organisation/two> .")
    assert now() == everybody - {("BBB", "CCC"), ("CCC", "BBB")}
    del graphs["BBB"]
    assert now() == {("AAA", "CCC"), ("CCC", "AAA")}


def test_conclusions_that_hold_each_other_up_go_together() -> None:
    """Transitivity round a circle: each step can be concluded from the others, and from nothing once one part is gone."""
    graphs = {
        "a": turtle("<a> dg:partOf <b> ."),
        "b": turtle("<b> dg:partOf <c> ."),
        "c": turtle("<c> dg:partOf <a> ."),
    }
    across = Across(OPEN)
    for names in (("a", "b", "c"), ("a", "b"), ("a",), ("a", "c")):
        parts = {name: close_part(graphs[name], OPEN) for name in names}
        assert update(across, parts, OPEN) is not None
        across.keep("")
        assert set(across.facts()) == anew(parts, OPEN)
    assert (iri("c"), URIRef(f"{DG}partOf"), iri("b")) in set(across.facts())


@pytest.mark.parametrize("damage", ["cut", "other", "nonsense", "tables", "reference"])
def test_what_is_damaged_is_made_anew(damage: str, tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    parts = {name: close_part(graph, OPEN) for name, graph in network(*"ABCDEFGHIJ").items()}
    across = Across(OPEN, file, key="one")
    assert update(across, parts, OPEN) is not None
    across.keep("done")
    expected = set(across.facts())
    across.close()
    match damage:
        case "cut":
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        case "other":
            file.write_bytes(b"x" * 10_000)
        case "nonsense":
            content = bytearray(file.read_bytes())
            content[4096:] = b"\0" * (len(content) - 4096)
            file.write_bytes(content)
        case "tables":
            with sqlite3.connect(file) as opened:
                opened.execute("DROP TABLE fact")
                opened.execute("CREATE TABLE fact (other)")
    again = Across(OPEN, file, key="two" if damage == "reference" else "one")
    del parts["A"]
    change = update(again, parts, OPEN)
    assert change is not None
    assert change.anew
    assert set(again.facts()) == anew(parts, OPEN) != expected


def test_an_update_that_was_not_kept_has_not_happened(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    parts = {name: close_part(graph, OPEN) for name, graph in network(*"ABCDEFGHIJ").items()}
    across = Across(OPEN, file)
    assert update(across, parts, OPEN) is not None
    across.keep("first")
    fewer = {name: part for name, part in parts.items() if name > "B"}
    assert update(across, fewer, OPEN) is not None
    across.close()
    again = Across(OPEN, file)
    assert again.label == "first"
    assert set(again.facts()) == anew(parts, OPEN)


@pytest.mark.parametrize(
    "term",
    [
        iri("country/COL"),
        BNode("b1"),
        Literal('a “quoted” "text"\n'),
        Literal("sí", lang="es"),
        Literal("007", datatype=URIRef("http://www.w3.org/2001/XMLSchema#integer"), normalize=False),
    ],
)
def test_terms_are_kept_as_they_are(term: URIRef | BNode | Literal) -> None:
    assert from_text(to_text(term)).n3() == term.n3()

"""Of which things a changed statement is taken to matter: never fewer than those of which a query finds something else."""

from __future__ import annotations

import random
from collections import defaultdict

import pyoxigraph as ox
import pytest
from rdflib import Literal, URIRef
from rdflib.term import Node

from kg.terms import Triple
from kg.validation.affected import affected, restricted
from kg.validation.occurrences import occurrences

PREFIXES = {"x": "http://x/"}
QUERIES = {
    "patterns": "SELECT $this ?value WHERE { $this x:p ?value . ?value x:q ?other }",
    "a filter": "SELECT $this ?value WHERE { ?value x:n ?a . $this x:p ?value ; x:n ?b . FILTER (?a > ?b && ?a != 2) }",
    "a filter of functions": """SELECT $this WHERE { $this x:p ?value . ?value x:l ?a . $this x:l ?b
        FILTER (LCASE(STR(?a)) = LCASE(STR(?b)) || STRLEN(?a) IN (1, 3) || !REGEX(?a, "a", "i")) }""",
    "BIND": """SELECT $this ?value WHERE { $this x:p ?value . ?value x:l ?a . BIND (UCASE(?a) AS ?key)
        FILTER (?key = "A") ?value x:q ?other }""",
    "a BIND that fails": """SELECT $this ?value WHERE { $this x:p ?value . ?value x:l ?a . BIND (?a + 1 AS ?key)
        FILTER (COALESCE(?key, 7) = 7) }""",
    "a BIND that a pattern meets": """SELECT $this WHERE { { $this x:n ?a . BIND (?a + 1 AS ?next) }
        ?other x:n ?next . ?other x:p $this }""",
    "groups joined by a name": """SELECT $this ?value WHERE {
        { $this x:l ?own ; x:p ?place . BIND (?own AS ?name) }
        { ?value x:l ?other ; x:p ?place . BIND (?other AS ?name) }
        FILTER ($this != ?value && sameTerm(?own, ?other)) }""",
    "groups joined by a key": """SELECT $this ?value WHERE {
        { $this x:l ?own ; x:p ?place . BIND (LCASE(?own) AS ?key) }
        { ?value x:l ?other ; x:p ?place . BIND (LCASE(?other) AS ?key) }
        FILTER ($this != ?value) }""",
    "groups joined by a key that fails": """SELECT $this ?value WHERE {
        { $this x:n ?own ; x:p ?place . BIND (LCASE(?own) AS ?key) }
        { ?value x:l ?other ; x:p ?place . BIND (LCASE(?other) AS ?key) } }""",
    "either of two groups": """SELECT $this ?value WHERE {
        { $this x:l ?own . BIND (?own AS ?name) } UNION { $this x:p ?place . ?place x:l ?own . BIND (?own AS ?name) }
        { ?value x:l ?other . BIND (?other AS ?name) } FILTER ($this != ?value) }""",
    "OPTIONAL": """SELECT $this ?value WHERE { ?other x:q $this . OPTIONAL { $this x:p ?value . FILTER (?value != ?other) } }""",
    "a filter on what is optional": """SELECT $this WHERE { ?other x:q $this . OPTIONAL { ?other x:n ?n . ?other x:p ?place }
        FILTER (!BOUND(?n) || ?n > 1) }""",
    "EXISTS": """SELECT $this WHERE { $this x:p ?value FILTER EXISTS { ?value x:q ?a, ?b . FILTER (?a != ?b) } }""",
    "NOT EXISTS": """SELECT $this WHERE { $this x:p ?value . ?value x:n ?n
        FILTER NOT EXISTS { ?value x:q ?a . FILTER (?a != $this) } FILTER (?n < 3) }""",
    "EXISTS within": """SELECT $this ?value WHERE { $this x:p ?value FILTER NOT EXISTS {
        ?other x:p ?value . FILTER EXISTS { ?other x:q|x:p/x:q $this } FILTER NOT EXISTS { ?other x:l "a" } } }""",
    "either of two EXISTS": """SELECT $this WHERE { $this x:p ?value
        FILTER (NOT EXISTS { ?value x:q ?a . FILTER EXISTS { ?a x:n 1 } } || EXISTS { ?value x:l ?l }) }""",
    "UNION": """SELECT $this WHERE { { $this x:p ?a . FILTER (?a != $this) } UNION { ?a x:q $this . ?a x:n ?n } ?a x:l ?l
        FILTER (?l != "b" && ?n != 1) }""",
    "paths": """SELECT $this WHERE { $this x:p+ ?value . ?value x:q*/^x:p ?other . FILTER (?other != ?value) }""",
    "a sub-SELECT": """SELECT $this ?value WHERE { { SELECT DISTINCT $this ?value WHERE { $this x:p ?a . ?a x:n ?value } }
        $this x:n ?a . FILTER (?value > ?a) }""",
    "a count": """SELECT $this WHERE { { SELECT $this (COUNT(?a) AS ?n) WHERE { ?other x:p ?a ; x:q $this . FILTER (?a != $this) }
        GROUP BY $this } FILTER (?n > 1) ?place x:n ?n }""",
    "any property": "SELECT $this ?p WHERE { ?value ?p $this . ?other ?p ?value . FILTER (?p != x:q) }",
}  # fmt: skip


def statements(chance: random.Random, how_many: int) -> set[Triple]:
    things = [URIRef(f"http://x/{name}") for name in "abcde"]
    values: dict[str, list[Node]] = {
        "p": [*things],
        "q": [*things],
        "n": [Literal(n) for n in range(4)],
        "l": [Literal(text) for text in ("a", "A", "b", "abc")],
    }
    names = [chance.choice("ppqqnl") for _ in range(how_many)]
    return {(chance.choice(things), URIRef(f"http://x/{p}"), chance.choice(values[p])) for p in names}


def engine(triples: set[Triple]) -> ox.Store:
    store = ox.Store()
    text = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in triples)
    store.load(text.encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def results(store: ox.Store, query: str) -> dict[str, set[str]]:
    """What a query gives, by thing."""
    solutions = store.query(query, prefixes=PREFIXES)
    assert isinstance(solutions, ox.QuerySolutions)
    found = defaultdict(set)
    for solution in solutions:
        if solution["this"] is not None:
            found[str(solution["this"])].add(str(solution))
    return found


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_no_thing_is_left_out_for_which_a_query_gives_something_else(query: str) -> None:
    places = occurrences(query, PREFIXES)
    assert places is not None
    chance, different, kept = random.Random(query), 0, 0
    for _ in range(150):
        before = statements(chance, chance.randrange(4, 30))
        gone = set(chance.sample(sorted(before), 2))
        after = (before - gone) | statements(chance, 2)
        old, new = results(engine(before), query), results(engine(after), query)
        changed = {thing for thing in old.keys() | new.keys() if old.get(thing) != new.get(thing)}
        found = affected(places, before ^ after, engine(before | after).query)
        assert changed <= found, f"{sorted(before)} → {sorted(after)}"
        different += len(changed)
        kept += 5 - len(found)
    assert different  # otherwise the test says nothing
    assert kept  # not everything is asked again


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_for_some_things_gives_what_it_gives_for_them_among_all(query: str) -> None:
    chance, some = random.Random(query), 0
    for _ in range(60):
        store = engine(statements(chance, chance.randrange(10, 40)))
        things = {f"<http://x/{name}>" for name in chance.sample("abcde", 2)}
        expected = {thing: found for thing, found in results(store, query).items() if thing in things}
        assert results(store, restricted(query, things)) == expected
        some += len(expected)
    assert some


def test_two_groups_that_a_name_joins_are_joined_by_one_variable_for_few_things() -> None:
    asked = restricted(QUERIES["groups joined by a name"], {"<http://x/a>"})
    assert "?value x:l ?own" in asked
    untouched = ("groups joined by a key", "either of two groups", "a BIND that a pattern meets")
    for name in untouched:
        assert restricted(QUERIES[name], {"<http://x/a>"}).count("BIND") == QUERIES[name].count("BIND")


def test_what_is_kept_of_filters_narrows() -> None:
    def about(query: str) -> set[str]:
        places = occurrences(QUERIES[query], PREFIXES)
        assert places is not None
        a, b, c = (URIRef(f"http://x/{name}") for name in "abc")
        p, label = URIRef("http://x/p"), URIRef("http://x/l")
        before: set[Triple] = {(a, p, c), (b, p, c), (a, label, Literal("a")), (b, label, Literal("b"))}
        changed: Triple = (b, p, c)
        return affected(places, {changed}, engine(before).query)

    assert about("groups joined by a name") == {"<http://x/b>"}
    assert about("groups joined by a key") == {"<http://x/b>"}

"""What changes between editions of one country, asked of a store: every change that the records tell, and no other."""

from __future__ import annotations

import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from asking import ask

from kg.publishing.queries import QueryError
from kg.reasoning import close, ontology_graph
from kg.store.build import assemble
from kg.store.embedded import open_store, publish

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "mapping"))
from edition_records import factsheet, response

Change = tuple[str | None, ...]


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> ox.Store:
    """Three editions and a factsheet of one country, reasoned over as `kg build` does, with all reference data."""
    built = assemble([response(2018), response(2020), response(2022), factsheet()])
    closure = close(built.statements, ontology_graph(), bulk=built.graphs[built.iris.indicators_graph])
    assert not closure.clashes
    built.graphs[built.iris.inferred_graph] = closure.inferred
    folder = tmp_path_factory.mktemp("editions") / "store"
    publish(folder, built.nquads())
    return open_store(folder)


def changes(store: ox.Store, earlier: int, later: int, **more: str) -> dict[str, set[Change]]:
    """By the last part of a thing's IRI: what happened, before, after, and what else took part."""
    found: dict[str, set[Change]] = {}
    rows = ask(store, "changes-between-editions", country="AND", **{"from": earlier, "to": later}, **more)
    for row in rows:
        assert row["family"] == "msq"
        key = (row["thing"] or "").rsplit("/id/", 1)[1]
        other = row["other"].rsplit("/", 1)[1] if row["other"] else None
        change = row["change"], row["before"] or None, row["after"] or None, other
        assert change not in found.get(key, set()), "no change is told twice"
        found.setdefault(key, set()).add(change)
    return found


def test_from_2018_to_2020(editions: ox.Store) -> None:
    merged = ("merger", None, "2019", "ministry-of-economy")
    assert changes(editions, 2018, 2020) == {
        "body/AND/ministry-of-trade": {merged, ("end", None, "2019", None)},
        "body/AND/ministry-of-finance": {merged, ("end", None, "2019", None)},
        "body/AND/ministry-of-economy": {("new", None, None, None)},
        "body/AND/dga": {
            ("name", "Agency for Electronic Government", "Digital Government Agency", None),
            ("kind", "directorate", "agency", None),
            ("address", "https://egov.example.ad", "https://digital.example.ad", None),
        },
        "body/AND/data-inspectorate": {
            ("renaming", None, "2018", "data-authority"),
            ("end", None, "2018", None),
        },
        "body/AND/data-authority": {("new", None, None, None)},
        "body/AND/statistics-office": {("not mentioned", None, None, None)},
        "portal/citizen.example.ad": {
            ("replaced", None, None, "one.example.ad"),
            ("status", None, "Completed", None),
            ("end", None, "2019", None),
        },
        "portal/one.example.ad": {("new", None, None, None)},
        "law/AND/law/2003/15": {("repealed", None, None, "29"), ("end", None, "2019", None)},
        "law/AND/law/2019/29": {("new", None, None, None)},
        "law/AND/law/2010/3": {("amended", None, None, "8")},
        "law/AND/law/2019/8": {("new", None, None, None)},
        "law/AND/decree/2019/7": {("new", None, None, None)},
        "policy/AND/agenda": {
            ("replaced", None, None, "plan"),
            ("status", "Active", "Completed", None),
        },
        "policy/AND/plan": {("new", None, None, None)},
        "initiative/AND/paperless": {("status", "Planned", "Active", None)},
    }


def test_from_2020_to_2022(editions: ox.Store) -> None:
    found = changes(editions, 2020, 2022)
    assert found["body/AND/ministry-of-economy"] == {
        ("split", None, "2021", "ministry-of-trade-and-industry"),
        ("split", None, "2021", "treasury"),
        ("end", None, "2021", None),
        ("name", "Ministry of the Economy", "Ministry of Economy", None),
    }
    assert found["body/AND/data-authority"] == {
        ("dissolution", None, "2021", None),
        ("end", None, "2021", None),
    }
    assert "body/AND/dga" not in found, "its year of establishment is only left out"
    assert found["body/AND/ministry-of-trade"] == {("not mentioned", None, None, None)}


def test_an_edition_in_between_may_be_left_out(editions: ox.Store) -> None:
    found = changes(editions, 2018, 2022)
    assert found["body/AND/dga"] == changes(editions, 2018, 2020)["body/AND/dga"]
    assert found["law/AND/law/2003/15"] == {("not mentioned", None, None, None)}, (
        "2022 is silent on its repeal"
    )


def test_what_stays_the_same_is_no_change(editions: ox.Store) -> None:
    for earlier, later in ((2018, 2020), (2020, 2022), (2018, 2022)):
        assert (
            changes(editions, earlier, later)
            .keys()
            .isdisjoint({"body/AND/ministry-of-health", "portal/tax.example.ad"})
        )
    assert changes(editions, 2020, 2020) == {}


def test_what_is_not_mentioned_is_never_called_ended(editions: ox.Store) -> None:
    """Of things that only the earlier edition mentions, nothing is said but that."""
    for earlier, later in ((2018, 2020), (2020, 2022), (2018, 2022)):
        for thing, found in changes(editions, earlier, later).items():
            if ("not mentioned", None, None, None) in found:
                assert found == {("not mentioned", None, None, None)}, thing


def test_backwards_in_time_new_and_not_mentioned_change_places(editions: ox.Store) -> None:
    def with_change(found: dict[str, set[Change]], kind: str) -> set[str]:
        return {thing for thing, rows in found.items() if (kind, None, None, None) in rows}

    there, back = changes(editions, 2018, 2020), changes(editions, 2020, 2018)
    assert with_change(there, "new") == with_change(back, "not mentioned")
    assert with_change(there, "not mentioned") == with_change(back, "new")


def test_sources_of_different_families_are_not_compared(editions: ox.Store) -> None:
    assert changes(editions, 2018, 2020, family="msq") == changes(editions, 2018, 2020)
    assert changes(editions, 2018, 2020, family="factsheet") == {}


def test_answers_that_differ(editions: ox.Store) -> None:
    """Unchanged answers are left out, and so is what only one edition answers."""

    def answers(earlier: int, later: int) -> list[tuple[str | None, ...]]:
        rows = ask(editions, "answers-between-editions", country="AND", **{"from": earlier, "to": later})
        return [(row["question"], row["optionLabel"], row["before"], row["after"]) for row in rows]

    there = [("4", None, "no", "yes"), ("9", "Open government data", "no", "yes")]
    assert answers(2018, 2020) == there
    assert answers(2020, 2018) == [(q, option, after, before) for q, option, before, after in there]
    assert answers(2020, 2022) == []


def test_one_edition_has_no_changes_and_half_a_question_is_refused(editions: ox.Store) -> None:
    assert changes(editions, 2018, 2024) == {}
    with pytest.raises(QueryError, match="needs the parameter 'from'"):
        ask(editions, "changes-between-editions", country="AND", to=2020)


def test_each_edition_is_a_revision_of_the_one_before(editions: ox.Store) -> None:
    revision = ox.NamedNode("http://www.w3.org/ns/prov#wasRevisionOf")
    pairs = {
        (str(quad.subject)[-9:-1], str(quad.object)[-9:-1])
        for quad in editions.quads_for_pattern(None, revision, None, ox.DefaultGraph())
    }
    assert pairs == {("2020/AND", "2018/AND"), ("2022/AND", "2020/AND")}


def test_validity_and_succession_are_inferred(editions: ox.Store) -> None:
    dg = "PREFIX dg: <https://w3id.org/digigov/ontology#> PREFIX b: <https://w3id.org/digigov/id/body/AND/> "
    for pattern in (
        "b:ministry-of-economy dg:validFrom 2019 ; dg:validUntil 2021",
        "b:ministry-of-trade dg:successor b:ministry-of-economy",
        "b:treasury dg:predecessor/dg:predecessor b:ministry-of-finance",
        "<https://w3id.org/digigov/id/policy/AND/agenda> dg:validFrom 2015 ; dg:validUntil 2019",
    ):
        assert editions.query(f"{dg} ASK {{ {pattern} }}"), pattern

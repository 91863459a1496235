"""The bundled records and the decisions on them: what several sources name is one thing under one name."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from kg.iris import Iris
from kg.mapping.reference import reference_identifiers
from kg.records.codes import EUROPEAN_UNION
from kg.records.identity import Identities, identifiers
from kg.records.load import load_record, record_files
from kg.records.model import Record
from kg.records.name_forms import folded
from kg.records.same_as import bundled_same_as, decided_in, same_as_of, unmet
from kg.records.things import Thing, things
from kg.resources import bundled

HOME = Iris().base + "id/"


@cache
def bundled_records() -> tuple[Record, ...]:
    return tuple(load_record(file) for file in record_files(bundled("data")))


def test_each_decision_is_about_two_things_that_the_records_name() -> None:
    named = reference_identifiers().union(*map(identifiers, bundled_records()))
    idle = unmet(decided_in([], same_as_of([])), named)
    assert not idle, "\n".join(map(str, idle))


def test_what_several_factsheets_name_has_one_english_name() -> None:
    names: defaultdict[str, set[str]] = defaultdict(set)
    for record in bundled_records():
        if record.source.family != "factsheet":
            continue
        ids = Identities(record)
        for list_name in Record.ENTITY_LISTS:
            for entry in getattr(record, list_name):
                node = ids.mint(entry)
                # The register names its organisations itself.
                if list_name != "organisations" or not ids.of_register(entry):
                    names[node.removeprefix(HOME)].add(ids.preferred_name(node) or entry.name)
    assert {path: given for path, given in names.items() if len(given) > 1} == {}


def test_no_namesake_of_a_system_or_policy_of_the_union_goes_undecided() -> None:
    same_as = bundled_same_as()
    by_name: defaultdict[tuple[str, str], list[Thing]] = defaultdict(list)
    for thing in things(bundled_records(), same_as):
        for name in {*thing.names, *thing.acronyms}:
            by_name[thing.path.split("/")[0], " ".join(folded(name))].append(thing)
    undecided = set()
    for (kind, _), namesakes in by_name.items():
        if kind not in ("platform", "policy"):
            continue
        for union in (thing for thing in namesakes if thing.path.startswith(f"{kind}/{EUROPEAN_UNION}/")):
            undecided.update(
                (other.path, union.path)
                for other in namesakes
                if other is not union and not same_as.different(other.path, union.path)
            )
    assert undecided == set()

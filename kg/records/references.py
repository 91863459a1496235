"""Checks across the entries of one record: every id once, every reference to an entry that exists, no entry twice."""

from __future__ import annotations

from collections.abc import Iterator

from kg.records.identity import Identities
from kg.records.model import Option, Record
from kg.records.problems import Path, Problem
from kg.records.same_as import NOTHING_DECIDED

_BODY = ("bodies",)
_ACTOR = ("bodies", "organisations", "initiatives", "partnerships")
_SERVICE = ("portals", "platforms")
_INSTRUMENT = ("instruments",)
_ANY = Record.ENTITY_LISTS

REFERENCES: dict[str, dict[str, tuple[str, ...]]] = {
    "contacts": {"body": _BODY},
    "bodies": {"part_of": _BODY, "established_by": _INSTRUMENT},
    "portals": {"replaced_by": _SERVICE, "operated_by": _ACTOR},
    "platforms": {"replaced_by": _SERVICE, "operated_by": _ACTOR, "under": _INSTRUMENT},
    "instruments": {
        "issued_by": _ACTOR,
        "implements": _INSTRUMENT,
        "transposes": _INSTRUMENT,
        "replaces": _INSTRUMENT,
        "amends": _INSTRUMENT,
        "repeals": _INSTRUMENT,
        "regulates": _INSTRUMENT,
        "based_on": _INSTRUMENT,
        "establishes": _ANY,
        "aligned_with": _INSTRUMENT,
    },
    "initiatives": {
        "led_by": _ACTOR,
        "partners": _ACTOR,
        "part_of": ("initiatives",),
        "operates": _SERVICE,
        "under": _INSTRUMENT,
    },
    "technologies": {"strategy": _INSTRUMENT, "initiatives": ("initiatives",)},
    "memberships": {"through": _BODY, "publications": ("publications",)},
    "cooperations": {"own_bodies": _ACTOR, "partner_bodies": _ACTOR, "portals": _SERVICE},
    "partnerships": {"members": _ACTOR, "results": _ANY},
    "indicators": {"about": _ANY, "produced_by": _ACTOR},
    "indicator_sets": {"produced_by": _ACTOR, "used_by": _ACTOR},
    "publications": {"published_by": _ACTOR},
    "changes": {"before": _BODY, "after": _BODY, "under": _INSTRUMENT},
}
"""Fields that hold the id of another entry, and the lists it may be in. Organisations of the register
(`memberships.organisation`, `partnerships.framework`) are checked against the reference data by the shapes."""


MOST_LEVELS = 20
"""Of parts within parts: being a part is transitive, and what follows from a long chain grows with its square."""


def check_references(record: Record) -> Iterator[Problem]:
    """Problems with ids and references, each with the path of the entry."""
    homes: dict[str, str] = {}
    for name in Record.ENTITY_LISTS:
        for index, entry in enumerate(getattr(record, name)):
            if entry.id in homes:
                yield Problem(
                    f"the id '{entry.id}' is used twice (also in {homes[entry.id]})", (name, index, "id")
                )
            homes.setdefault(entry.id, name)
    yield from _dangling(record, homes)
    yield from _too_deep(record)
    yield from _same_thing_twice(record)


def _dangling(record: Record, homes: dict[str, str]) -> Iterator[Problem]:
    for name, fields in REFERENCES.items():
        for index, entry in enumerate(getattr(record, name)):
            for field, lists in fields.items():
                value = getattr(entry, field)
                for key in value if isinstance(value, list) else [value] if value else []:
                    path: Path = (name, index, field)
                    if key == "sdg" and field == "aligned_with":
                        continue
                    if key not in homes:
                        yield Problem(f"refers to '{key}', which is no id of this record", path)
                    elif homes[key] not in lists:
                        yield Problem(
                            f"refers to '{key}' of {homes[key]}; expected one of {', '.join(lists)}", path
                        )
    for index, answer in enumerate(record.answers):
        for position, option in enumerate(answer.options):
            for key in _implied_by(option):
                if key not in homes:
                    path = ("answers", index, "options", position, "implied_by")
                    yield Problem(f"refers to '{key}', which is no id of this record", path)


def _implied_by(option: Option) -> list[str]:
    return option.implied_by


def _too_deep(record: Record) -> Iterator[Problem]:
    for name in ("bodies", "initiatives"):
        parents = {entry.id: entry.part_of for entry in getattr(record, name)}
        for index, entry in enumerate(getattr(record, name)):
            line = [entry.id]
            # What is part of itself is for the shapes to say.
            while (above := parents.get(line[-1])) and above not in line and len(line) <= MOST_LEVELS:
                line.append(above)
            if len(line) > MOST_LEVELS:
                yield Problem(
                    f"has {MOST_LEVELS} levels above it or more, as nothing does",
                    (name, index, "part_of"),
                )
                break


def _same_thing_twice(record: Record) -> Iterator[Problem]:
    identities = Identities(record, same_as=NOTHING_DECIDED)
    seen: dict[str, str] = {}
    for name in Record.ENTITY_LISTS:
        for index, entry in enumerate(getattr(record, name)):
            iri = str(identities.mint(entry))
            if iri in seen and seen[iri] != entry.id:
                yield Problem(
                    f"'{entry.id}' is the same thing as '{seen[iri]}' ({iri}): merge them", (name, index)
                )
            seen.setdefault(iri, entry.id)
    cooperations: dict[str, int] = {}
    for index, cooperation in enumerate(record.cooperations):
        iri = str(identities.cooperation(cooperation))
        if iri in cooperations:
            yield Problem(
                "a second cooperation with the same partner needs its own 'key'", ("cooperations", index)
            )
        cooperations[iri] = index
    figures: set[tuple[str, int | None, str | None]] = set()
    for index, figure in enumerate(record.indicators):
        of = (figure.indicator, figure.year, figure.name)
        if of in figures:
            yield Problem(
                "a second figure of the same indicator and year needs a 'name' that says what it counts",
                ("indicators", index),
            )
        figures.add(of)
    for field, label in (("memberships", "organisation"), ("answers", "q")):
        met: set[str] = set()
        for index, entry in enumerate(getattr(record, field)):
            key = getattr(entry, label)
            if key in met:
                yield Problem(f"'{key}' has an entry already", (field, index, label))
            met.add(key)

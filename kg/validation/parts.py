"""Validation taken apart: what each source shows alone, and what shows only in several sources together.

`validate_part` judges one source with the reference data around it; `Whole` (whole.py) judges what several sources say of
one thing, and asks the constraints that compare things; `validate_parts` is `validate` of everything, finding by finding.
docs/validation.md says why; tests/validation/test_validation_in_parts.py holds it to that.

A shape without dgsh:scope finds in the whole what it finds in the parts. One that looks across sources is judged anew
where a thing is *contested*: where two sources say something about it that such a shape may look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from rdflib import Graph, Literal

from kg.reasoning import Part, useful
from kg.terms import Triple
from kg.validation.background import Background, described_in, ntriples, numbers_in, things_in
from kg.validation.checking import core_results
from kg.validation.findings import Basis, Reader
from kg.validation.judged import Found, Judged, normal
from kg.validation.report import Report
from kg.validation.setwise import Asked, Key
from kg.validation.stored import Watched, plain_graph
from kg.validation.whole import CROSSING, Whole


def validate_part(part: Part, background: Background) -> Judged:
    """What the shapes find in one source (`close_part` of it) together with the reference data, for `validate_parts`.

    The findings of shapes that look across sources are provisional: they hold where no other source says anything
    about the thing. Raises KgError when the engines cannot use the shapes.
    """
    entailed = [
        t
        for t in part.facts
        if useful(t)
        and t not in part.stated
        and t not in background.stated
        and t not in background.reference.ontology
    ]
    return _judged(background, part.stated, entailed)


def validate_reference(background: Background) -> Judged:
    """The reference data itself, judged like a source; some seconds with all figures."""
    return _judged(background, background.stated, background.entailed, alone=True)


def validate_parts(
    parts: Sequence[Judged], crossing: Part, background: Background, *, own: Judged | None = None
) -> Report:
    """The report on all sources: `validate` of their union, its closure and the reference data, finding by finding.

    `crossing` is `close_across` of the sources; `own` is `validate_reference`, where it is at hand.
    """
    own = validate_reference(background) if own is None else own
    told = {f"part {number:06d}": judged for number, judged in enumerate(parts)}
    told[CROSSING] = validate_part(crossing, background)
    whole = Whole(background)
    try:
        return whole.report({name: lambda judged=judged: judged for name, judged in told.items()}, own)  # type: ignore[misc]
    finally:
        whole.close()


def _judged(
    background: Background, stated: Graph, entailed: Sequence[Triple], *, alone: bool = False
) -> Judged:
    """`alone`: the statements are the reference data itself, which needs nothing around it."""
    described, objects = described_in(chain(stated, entailed), background.telling)
    beside, beside_entailed = ([], []) if alone else background.around(things_in(chain(stated, entailed)))
    graph = plain_graph()
    asked = Asked(graph)
    found: dict[Key, tuple[tuple[Literal, ...], Basis]] = {}
    for basis, more in (
        ("stated", chain(stated, beside, background.hierarchy)),
        ("entailed", chain(entailed, beside_entailed)),
    ):
        fresh = [t for t in more if t not in graph]
        if basis == "entailed" and not fresh:
            break
        for triple in fresh:
            graph.add(triple)
        asked.add(fresh)
        results = core_results(graph, background.core)
        results |= asked.results(background.shapes, only=background.asked_within)
        for key, messages in results.items():
            if key[0] in described or isinstance(key[0], Literal):
                found.setdefault(key, (messages, "stated" if basis == "stated" else "entailed"))
    looked = Watched([stated] if alone else [stated, background.stated])
    reader = Reader(Graph(store=looked), background.shapes, background.rules)
    told: list[Found] = []
    for key in sorted(found, key=lambda key: tuple(map(str, key))):
        messages, basis = found[key]
        looked.subjects, looked.objects = set(), set()
        named = reader.named(key)
        told.append(
            Found(
                normal(key, background.shapes),
                messages,
                basis,
                named,
                frozenset(map(str, looked.subjects)),
                frozenset(map(str, looked.objects)),
            )
        )
    return Judged(
        found=tuple(told),
        described=frozenset(map(str, described)),
        cited=frozenset(map(str, objects)),
        statements=ntriples(stated),
        entailed=ntriples(entailed),
        numbers=numbers_in(stated),
    )

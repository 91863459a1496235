"""What anybody may write into a record: no text of it breaks a copy of the data, a page, or the terminal that tells of it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rdflib import Graph

from kg.mapping.response import response_triples
from kg.records.load import parse_record
from kg.records.model import Record
from kg.records.problems import Problem, RecordError
from kg.records.references import MOST_LEVELS

HEAD = "format: 1\nstatus: reviewed\nsource: {title: Test, edition: 2020, country: URY}\n"


def record(**lists: Any) -> Record:
    source = {"title": "Test", "edition": 2020, "country": "URY"}
    return Record.model_validate({"format": 1, "status": "reviewed", "source": source, **lists})


def body(**fields: Any) -> dict[str, Any]:
    return {"id": "a", "name": "A", "q": "3"} | fields


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40))
@example("A\0B")
@example("A \u202eevil\u2066 name")
@example("\ufffe\uffff\U000e0001")
@example("\ud800")
def test_any_text_gives_well_formed_xml(text: str) -> None:
    """RDF/XML has no way to write most control characters: one of them in a name would spoil the copy of all data."""
    law = {"id": "l", "name": "L", "kind": "act", "number": text, "year": 2000, "q": "9"}
    graph = Graph()
    for lists in ({"bodies": [body(name=text, urls=[f"https://x.uy/{text}"])]}, {"instruments": [law]}):
        try:
            found = record(**lists)
        except ValidationError:
            continue
        for triple in response_triples(found):
            graph.add(triple)
    for literal in graph.objects():
        str(literal).encode("utf-8")
    ElementTree.fromstring(graph.serialize(format="xml"))


def test_a_name_cannot_reorder_the_text_around_it() -> None:
    found = record(bodies=[body(name="Ministry \u202eof\u202c \u2067Trade\u2069")])
    assert found.bodies[0].name == "Ministry of Trade"


@pytest.mark.parametrize("name", ["هيئة الحكومة الرقمية", "וזארת האוצר", "نماینده‌ی \u200fX"])
def test_names_written_from_right_to_left_stay_as_they_are(name: str) -> None:
    assert record(bodies=[body(name=name)]).bodies[0].name == name


@pytest.mark.parametrize("address", ["https://x.uy/\n<a> <b> <c> .", "https://x.uy/\x01", "a\u2028b"])
def test_an_address_has_no_control_characters(address: str) -> None:
    with pytest.raises(ValidationError, match=r"holds the character U\+"):
        record(bodies=[body(urls=[address])])


def test_what_is_copied_with_an_address_is_no_part_of_it() -> None:
    found = record(bodies=[body(urls=["\ufeff \u202ahttps://x.uy/a?b=c\u202c\n"])])
    assert found.bodies[0].urls == ["https://x.uy/a?b=c"]


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf", "9" * 6000, "1.0e-300", "1.0e+18"])
def test_a_figure_that_no_engine_can_compute_with_is_refused(value: str) -> None:
    text = f"{HEAD}indicators: [{{indicator: staff-using-ict, value: {value}, unit: percent, q: 19}}]\n"
    with pytest.raises(RecordError, match=r"URY.yaml:4: indicators\[0\].value: is no figure below"):
        parse_record(text, "URY.yaml")


@pytest.mark.parametrize("value", [0, 3, -4.25, 1e-6, 8.33333333333333, 1e17, 10**18 - 1])
def test_a_figure_stays_what_it_is(value: float) -> None:
    figure = {"indicator": "staff-using-ict", "value": value, "unit": "percent", "q": "19"}
    assert record(indicators=[figure]).indicators[0].value == value


def chain(levels: int) -> str:
    entries = [f"  - {{id: b{n}, name: B, part_of: b{n + 1}, q: 3}}\n" for n in range(levels)]
    return f"{HEAD}bodies:\n{''.join(entries)}  - {{id: b{levels}, name: B, q: 3}}\n"


def test_a_hierarchy_has_an_end() -> None:
    """What follows from a chain of parts grows with its square: a record of 3,000 would hold up the build of all."""
    assert len(parse_record(chain(MOST_LEVELS - 1)).bodies) == MOST_LEVELS
    with pytest.raises(RecordError, match=rf"bodies\[0\].part_of: has {MOST_LEVELS} levels above it"):
        parse_record(chain(3000))


def test_a_circle_of_parts_is_for_the_shapes_to_tell() -> None:
    circle = [body(part_of="b"), body(id="b", part_of="a"), body(id="c", part_of="a")]
    assert len(parse_record(HEAD + f"bodies: {circle!r}\n").bodies) == 3


def test_a_text_that_is_too_long_is_said_to_be() -> None:
    with pytest.raises(
        RecordError, match=r"bodies\[0\].name: is longer than 400 characters: 'xxx"
    ) as refused:
        parse_record(HEAD + f"bodies: [{{id: a, name: {'x' * 100_000}, q: 3}}]\n")
    assert len(str(refused.value)) < 200


def test_what_is_told_does_not_move_the_cursor() -> None:
    told = str(Problem("'\u202e\x1b[2J\u00a0é' is no code", file="a\nb\x07.yaml"))
    assert told == r"a\nb\x07.yaml: '\u202e\x1b[2J" + "\u00a0é' is no code"

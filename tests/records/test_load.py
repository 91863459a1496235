"""A wrong record is refused with every problem at once, each with file, line and path."""

from __future__ import annotations

import pytest

from kg.records.load import parse_record
from kg.records.problems import RecordError

HEAD = """\
format: 1
status: reviewed
source: {title: Test, edition: 2020, country: URY}
"""


def refusal(body: str) -> list[str]:
    with pytest.raises(RecordError) as refused:
        parse_record(HEAD + body, "URY.yaml")
    return [str(problem) for problem in refused.value.problems]


def test_a_minimal_record_loads() -> None:
    record = parse_record(HEAD + "bodies:\n  - {id: agesic, name: AGESIC, type: agency, q: 3}\n")
    assert record.bodies[0].q == ["3"]
    assert record.source.country == "URY"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("bodys: []\n", "URY.yaml:4: bodys: is no key of this form"),
        ("bodies:\n  - {id: a, name: A}\n", "URY.yaml:5: bodies[0].q: is missing"),
        (
            "bodies:\n  - {id: a, name: A, q: 3, type: kingdom}\n",
            "URY.yaml:5: bodies[0].type: 'kingdom' is not one of",
        ),
        (
            "bodies:\n  - {id: a, name: A, q: 3, country: XXY}\n",
            "URY.yaml:5: bodies[0].country: 'XXY' is no ISO 3166-1 alpha-3 code",
        ),
        (
            "instruments:\n  - {id: a, name: A, q: 9, kind: act, topics: [open-dta]}\n",
            "'open-dta' is no code of the scheme legal-topic; did you mean 'open-data'?",
        ),
        (
            "instruments:\n  - {id: a, name: A, q: 9, kind: act, year: soon}\n",
            "URY.yaml:5: instruments[0].year",
        ),
        (
            "bodies:\n  - {id: a, name: A, q: 3}\n  - {id: a, name: B, q: 3}\n",
            "URY.yaml:6: bodies[1].id: the id 'a' is used twice (also in bodies)",
        ),
        (
            "bodies:\n  - {id: a, name: A, q: 3, part_of: b}\n",
            "URY.yaml:5: bodies[0].part_of: refers to 'b', which is no id of this record",
        ),
        (
            "bodies:\n  - {id: a, name: A, q: 3, part_of: p}\nportals:\n  - {id: p, name: P, q: 1, url: 'https://p.uy'}\n",
            "refers to 'p' of portals; expected one of bodies",
        ),
        (
            "instruments:\n"
            "  - {id: a, name: A, q: 9, kind: act, year: 2008, number: 18331}\n"
            "  - {id: b, name: B, q: 9, kind: act, year: 2008, number: 18331}\n",
            "URY.yaml:6: instruments[1]: 'b' is the same thing as 'a'",
        ),
        (
            "cooperations:\n  - {partner: COL, kind: mou, q: 23}\n  - {partner: COL, kind: project, q: 23}\n",
            "URY.yaml:6: cooperations[1]: a second cooperation with the same partner needs its own 'key'",
        ),
        ("bodies:\n  - {id: a, name: A, q: 3, established: 20015}\n", "URY.yaml:5: bodies[0].established"),
        (
            "indicators:\n  - {indicator: other, value: 1, unit: count, q: 3}\n  - {indicator: other, value: 2, unit: count, q: 3}\n",
            "URY.yaml:6: indicators[1]: a second figure of the same indicator and year needs a 'name'",
        ),
    ],
)
def test_each_kind_of_error_says_where(body: str, problem: str) -> None:
    assert any(problem in found for found in refusal(body)), refusal(body)


def test_all_problems_are_told_at_once() -> None:
    assert len(refusal("bodies:\n  - {id: A B, name: '', q: 3}\n  - {name: x, q: 3}\nportals: 7\n")) >= 4


def test_a_list_is_no_record() -> None:
    with pytest.raises(RecordError, match="is no record"):
        parse_record("- a\n- b\n")

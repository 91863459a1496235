"""What is written reads back to the same record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kg.records.dump import dump_record
from kg.records.load import load_record, parse_record, record_files
from kg.records.model import Body, Instrument, Record, Source
from kg.resources import bundled


@pytest.mark.parametrize("file", list(record_files(bundled("data"))), ids=lambda file: file.name)
def test_bundled_records_round_trip(file) -> None:  # type: ignore[no-untyped-def]
    record = load_record(file)
    assert parse_record(dump_record(record)) == record


def test_only_what_is_said_is_written() -> None:
    source = Source(title="Test", edition=2020, country="URY")
    text = dump_record(Record(status="extracted", source=source, bodies=[Body(id="a", name="A", q=["3"])]))
    assert "remarks" not in text
    assert "portals" not in text


names = st.text(min_size=1, max_size=80).filter(lambda text: parse_name(text) is not None)


def parse_name(text: str) -> str | None:
    """The name as a record holds it, None when nothing of it is left."""
    try:
        return Body(id="a", name=text, q=["3"]).name
    except ValidationError:
        return None


@given(
    names, st.lists(names, max_size=3), st.from_regex(r"[0-9]{1,6}", fullmatch=True), st.integers(1000, 2100)
)
def test_any_text_round_trips(name: str, aliases: list[str], number: str, year: int) -> None:
    record = Record(
        status="extracted",
        source=Source(title="Test", edition=2020, country="URY"),
        instruments=[
            Instrument(id="a", name=name, aliases=aliases, kind="act", number=number, year=year, q=["9"])
        ],
    )
    assert parse_record(dump_record(record)) == record

"""Record YAML: plain data with lines, and nothing a hostile file could exploit."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records.problems import RecordError
from kg.records.yaml_source import MAX_BYTES, parse_yaml, read_yaml


def test_values_keep_their_line() -> None:
    located = parse_yaml("a: 1\nb:\n  - x\n  - y: 2019-04-02\n")
    assert located.data == {"a": 1, "b": ["x", {"y": dt.date(2019, 4, 2)}]}
    assert located.line(("b", 1, "y")) == 4
    assert located.line(("b", 1, "unknown")) == 4, "falls back to the nearest enclosing value"


@pytest.mark.parametrize(
    ("text", "value"), [("019", "019"), ("07", "07"), ("7", 7), ("1:30", "1:30"), ("'7'", "7")]
)
def test_numbers_of_laws_keep_their_zeros(text: str, value: object) -> None:
    assert parse_yaml(f"number: {text}").data == {"number": value}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1, 2", "t.yaml:2: is not valid YAML"),
        ("a: 1\na: 2\n", "t.yaml:2: has the key 'a' twice"),
        ("a: &x [1]\nb: *x\n", "t.yaml:1: uses YAML anchors or aliases"),
        ("a: !!python/object:os.system ls\n", "t.yaml:1: uses the YAML tag"),
        ("d: 2019-02-31\n", "t.yaml:1: '2019-02-31' is an impossible date"),
        ("? [a]\n: 1\n", "t.yaml:1: uses a list or mapping as a key"),
        ("a: 1\n---\nb: 2\n", "t.yaml: holds more than one YAML document"),
        ("", "t.yaml: is empty"),
        ("a: " + "[" * 5000, "t.yaml:1: is not valid YAML: exceeded maximum nesting depth"),
        ("a: " + "[" * 50 + "]" * 50, "t.yaml:1: is nested more than"),
        ("a: \x00", "t.yaml: is not valid YAML"),
    ],
)
def test_refusals_name_file_and_line(text: str, message: str) -> None:
    with pytest.raises(RecordError) as refused:
        parse_yaml(text, "t.yaml")
    assert str(refused.value).startswith(message)


def test_noise_and_oversize_files_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "noise.yaml"
    file.write_bytes(bytes(range(256)) * 40)
    with pytest.raises(RecordError, match="is not UTF-8 text"):
        read_yaml(file)
    file.write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(RecordError, match="is larger than 5 MB"):
        read_yaml(file)
    with pytest.raises(RecordError, match="cannot be read"):
        read_yaml(tmp_path / "absent.yaml")


@given(st.text(max_size=300))
def test_any_text_is_data_or_a_clear_refusal(text: str) -> None:
    with contextlib.suppress(RecordError):
        assert parse_yaml(text, "t.yaml").file == "t.yaml"

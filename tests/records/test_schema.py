"""The published JSON Schema is the model's, and agrees with it on the bundled records."""

from __future__ import annotations

import json

import jsonschema
import pytest

from kg.records.load import record_files
from kg.records.schema import record_schema
from kg.records.yaml_source import read_yaml
from kg.resources import bundled


def test_the_shipped_schema_is_in_sync_with_the_model() -> None:
    shipped = (bundled("ontology") / "record.schema.json").read_text(encoding="utf-8")
    assert shipped == record_schema(), "run `make schema`"


@pytest.mark.parametrize("file", list(record_files(bundled("data"))), ids=lambda file: file.name)
def test_bundled_records_satisfy_the_schema(file) -> None:  # type: ignore[no-untyped-def]
    schema = json.loads(record_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(json.dumps(read_yaml(file).data, default=str))  # dates are strings in JSON
    assert not list(jsonschema.Draft202012Validator(schema).iter_errors(data))

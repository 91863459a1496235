"""The JSON Schema of a record, generated from the model so that editors complete and check records as they are typed."""

from __future__ import annotations

import json

from kg.namespaces import HOME
from kg.records.model import Record

SCHEMA_ID = HOME + "schema/record/1"


def record_schema() -> str:
    """The schema (JSON Schema draft 2020-12) as indented JSON text."""
    schema = Record.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **schema}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"

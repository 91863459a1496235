"""The named queries as operations of the OpenAPI description: a path each, with typed parameters, from their own metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kg.publishing.queries import MAX_TEXT, NamedQuery, Parameter

FORMATS: Final = ("json", "csv", "tsv", "xml")
"""Formats of answers, as `format` takes them."""


def operations(
    queries: Iterable[NamedQuery], responses: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Paths, and the schemas that they refer to (for `components`). `responses` are those of every query."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for query in queries:
        parameters = [_described(parameter, schemas) for parameter in query.parameters]
        parameters.append(
            {
                "name": "format",
                "in": "query",
                "description": "Format of the answer, instead of the Accept header",
                "schema": {"type": "string", "enum": list(FORMATS)},
            }
        )
        paths[f"/api/queries/{query.name}"] = {
            "get": {
                "operationId": f"query-{query.name}",
                "tags": [query.keywords[0]],
                "summary": query.title["en"],
                "description": query.description,
                "parameters": parameters,
                "responses": dict(responses),
            }
        }
    return paths, schemas


# --- private helpers ---

_SCHEMAS: Final[Mapping[str, Mapping[str, Any]]] = {
    "edition": {"type": "integer", "minimum": 2000, "maximum": 2099},
    "integer": {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1},
    "string": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT},
    "iri": {
        "type": "string",
        "format": "iri",
        "maxLength": MAX_TEXT,
        "description": "Absolute, or with a prefix of the project: id:country/COL",
    },
}


def _described(parameter: Parameter, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = _schema(parameter, schemas)
    if parameter.default is not None:
        schema = {**schema, "default": parameter.default}
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.label["en"],
        "schema": schema,
        "example": parameter.example,
    }


def _schema(parameter: Parameter, schemas: dict[str, Any]) -> dict[str, Any]:
    allowed = parameter.allowed()
    if allowed is None:
        return dict(_SCHEMAS[parameter.type])
    name = parameter.type.replace(":", "-")
    schemas[name] = {
        "type": "string",
        "enum": list(allowed),
        "description": f"A concept of the scheme {parameter.scheme}"
        if parameter.scheme
        else "ISO 3166-1 alpha-3 code; alpha-2 codes and names are understood, too",
    }
    return {"$ref": f"#/components/schemas/{name}"}

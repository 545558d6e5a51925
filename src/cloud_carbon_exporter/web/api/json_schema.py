"""JSON Schema in few words: what the schemas of the API are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "number", "description": "Unix seconds"}
MOMENT_OR_NULL: Schema = {"type": ["number", "null"], "description": "Unix seconds"}
URL: Schema = {"type": "string", "format": "uri"}


def reference(name: str) -> Schema:
    """One of SCHEMAS, by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(values: Iterable[str]) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": list(values)}


def list_of(items: Schema, description: str = "") -> Schema:
    """A list."""
    return _described({"type": "array", "items": items}, description)


def mapping_to(values: Schema, description: str = "") -> Schema:
    """An object whose names are data."""
    return _described({"type": "object", "additionalProperties": values}, description)


# Closed objects make a forgotten property a failed test. Clients must not close them: see
# docs/stability.md.
def object_of(
    properties: Mapping[str, Schema],
    *,
    optional: Iterable[str] = (),
    others: Schema | None = None,
    description: str = "",
) -> Schema:
    """An object: all properties but the optional stand in it, and no others unless `others`."""
    required = [name for name in properties if name not in set(optional)]
    schema = {
        "type": "object",
        "required": required,
        "properties": dict(properties),
        "additionalProperties": False if others is None else others,
    }
    return _described(schema, description)


def _described(schema: dict[str, Any], description: str) -> Schema:
    return {"description": description, **schema} if description else schema


def noted(schema: Schema, description: str) -> Schema:
    """A schema with a description of its own."""
    return {**schema, "description": description}

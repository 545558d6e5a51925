"""JSON Schemas from the dataclasses of Scaleway's official SDK.

The SDK is generated from Scaleway's own API definition: it says what a good answer is, and nobody
here wrote it.
"""

from __future__ import annotations

import dataclasses
import enum
import importlib
import typing
import warnings
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any

Schema = dict[str, Any]

SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def response_type(name: str) -> Any:
    """The dataclass of a response: "instance.v1.ListServersResponse"."""
    module, _, class_name = name.rpartition(".")
    with warnings.catch_warnings():
        # The SDK's own docstrings hold stray backslashes.
        warnings.simplefilter("ignore", DeprecationWarning)
        return getattr(importlib.import_module(f"scaleway.{module}"), class_name)


@cache
def response_schema(name: str) -> Schema:
    """Schema of a response: what is not optional is required, and nothing else is allowed."""
    return schema_of(response_type(name))


def schema_of(hint: Any, within: tuple[Any, ...] = ()) -> Schema:
    """Schema of a type hint of the SDK; a type that holds itself is any object the second time."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        return {"anyOf": [schema_of(argument, within) for argument in arguments]}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0], within)}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1], within)}
    if dataclasses.is_dataclass(hint):
        return {"type": "object"} if hint in within else _object(hint, (*within, hint))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return {"enum": [member.value for member in hint]}
    if hint is datetime:
        return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}
    return {"type": SIMPLE[hint]} if hint in SIMPLE else {}


def _object(of: Any, within: tuple[Any, ...]) -> Schema:
    hints = typing.get_type_hints(of)
    return {
        "type": "object",
        "properties": {name.rstrip("_"): schema_of(hint, within) for name, hint in hints.items()},
        "required": [
            name.rstrip("_")
            for name, hint in hints.items()
            if type(None) not in typing.get_args(hint)
        ],
        "additionalProperties": False,
    }

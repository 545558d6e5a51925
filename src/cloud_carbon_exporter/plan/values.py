"""Values of a resource in a plan: looked up by path, through blocks, which JSON writes as lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import LARGEST

# https://www.googleapis.com/compute/v1/projects/p/zones/z/disks/d is projects/p/zones/z/disks/d.
_PROJECT = re.compile(r"(?:^|/)(projects/.+)")
# Scaleway's provider writes fr-par-1/UUID, its API the UUID.
_ZONED = re.compile(r"[a-z]{2}-[a-z]{3}(?:-\d)?/([0-9a-f-]{36})")

Values = Mapping[str, Any]
"""Attributes of a resource, nested blocks as lists of the same; what is not known yet is null."""


def mapping(value: Any) -> Values:
    """Object of JSON; empty where something else stands."""
    return value if isinstance(value, Mapping) else {}


def reached(values: Values, path: str) -> list[Any]:
    """Whatever stands at a path of names joined by dots; each of the blocks on the way in turn."""
    found: list[Any] = [values]
    for name in path.split(".") if path else ():
        inner: list[Any] = []
        for block in found:
            value = block.get(name) if isinstance(block, Mapping) else None
            if value is not None:
                inner += value if isinstance(value, list) else [value]
        found = inner
    return found


def unknown_at(unknown: Values, path: str) -> bool:
    """Whether after_unknown marks a path, or a block around it."""
    around = ""
    for name in path.split("."):
        around = f"{around}.{name}" if around else name
        if any(each is True for each in reached(unknown, around)):
            return True
    return False


def identity(name: str) -> str:
    """Identity in a name of a resource, which Google writes with an address before it."""
    project = _PROJECT.search(name)
    if project:
        return project[1]
    zoned = _ZONED.fullmatch(name)
    return zoned[1] if zoned else name


def text(values: Values, path: str) -> str:
    """First text at a path; empty where there is none."""
    for value in reached(values, path):
        if isinstance(value, str) and value:
            return value
    return ""


def number(values: Values, path: str) -> float | None:
    """First amount at a path, also one written as text; None where there is none."""
    for value in reached(values, path):
        if isinstance(value, bool):
            continue
        try:
            amount = float(value)
        except (TypeError, ValueError, OverflowError):
            continue
        if 0 <= amount < LARGEST:
            return amount
    return None


def said(values: Values, condition: str) -> bool:
    """Whether "path=value" holds, booleans as true and false; "path" alone: is there and not 0."""
    path, equals, wanted = condition.partition("=")
    if not equals:
        return any(reached(values, path))
    return any(_written(value) == wanted for value in reached(values, path))


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Route of the application: path, methods, what answers, and what OpenAPI says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp.typedefs import Handler

from cloud_carbon_exporter.web.api.openapi import Operation


@dataclass(frozen=True, slots=True)
class Route:
    """One row: path with parameters in braces, what answers, and the Operation of each method."""

    path: str
    handler: Handler
    operations: Mapping[str, Operation]


def get(path: str, handler: Handler, operation: Operation) -> Route:
    """Route of a GET."""
    return Route(path, handler, {"GET": operation})

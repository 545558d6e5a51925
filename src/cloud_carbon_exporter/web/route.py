"""Route of the application: path, methods, what answers, and what OpenAPI says of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from cloud_carbon_exporter.web.api.openapi import Operation


@dataclass(frozen=True, slots=True)
class Route:
    """One row: path with parameters in braces, what answers, and the Operation of each method."""

    path: str
    handler: Handler
    operations: Mapping[str, Operation]

    def add_to(self, app: web.Application, prefix: str) -> None:
        """Serve it. An id may hold slashes: those of Google are paths."""
        # the last `/explain` ends the id, which may come encoded or as it is
        pattern = prefix + self.path.replace("{id}", "{id:.+}")
        for method in self.operations:
            # add_get answers HEAD as well
            if method == "GET":
                app.router.add_get(pattern, self.handler)
            else:
                app.router.add_route(method, pattern, self.handler)


def get(path: str, handler: Handler, operation: Operation) -> Route:
    """Route of one GET."""
    return Route(path, handler, {"GET": operation})

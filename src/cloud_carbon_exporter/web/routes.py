"""Routes of the application, one row each: path, methods, what answers, and what OpenAPI says."""

from __future__ import annotations

from aiohttp import web

from cloud_carbon_exporter.web.api.json_schema import TEXT
from cloud_carbon_exporter.web.api.openapi import Answer, Operation, Parameter
from cloud_carbon_exporter.web.api.routes import API_ROUTES
from cloud_carbon_exporter.web.health import healthy, ready
from cloud_carbon_exporter.web.metrics import CONTENT_TYPES, NAME_FILTER, metrics
from cloud_carbon_exporter.web.page import page, static_file, to_page
from cloud_carbon_exporter.web.reload import reload
from cloud_carbon_exporter.web.route import Route, get

_PLAIN = "text/plain"


def _text(description: str) -> Answer:
    return Answer(description, {_PLAIN: TEXT})


def _reload(identity: str) -> Operation:
    answers = {
        "200": _text("it was read and is followed"),
        "403": _text("this may not be asked for from a page of another site"),
        "500": _text("it cannot be followed, with the reason; the old one stays"),
    }
    return Operation(identity, "Read the configuration again, as Prometheus does", answers)


PAGE_ROUTES = (
    get(
        "/",
        page,
        Operation(
            "getPage",
            "A page a person can read",
            {"200": Answer("the page", {"text/html": TEXT}), "304": Answer("known already", {})},
        ),
    ),
    get(
        "/static/{file}",
        static_file,
        Operation(
            "getStaticFile",
            "A file of the page",
            {
                "200": Answer("the file", {"*/*": TEXT}),
                "304": Answer("known already", {}),
                "404": _text("no such file"),
            },
            (Parameter("file", "name of the file", TEXT, "path", required=True),),
        ),
    ),
)

METRIC_ROUTES = (
    get(
        "/metrics",
        metrics,
        Operation(
            "getMetrics",
            "Prometheus text 0.0.4, or OpenMetrics 1.0 where `Accept` asks for it; "
            "gzip where accepted",
            {
                "200": Answer(
                    "whatever the clouds do", dict.fromkeys(CONTENT_TYPES.values(), TEXT)
                ),
                "503": _text("too many answers are under way"),
            },
            (
                Parameter(
                    NAME_FILTER,
                    "name of a family that is wanted, whole (several times for several); "
                    "without any: all",
                    TEXT,
                    repeated=True,
                ),
            ),
        ),
    ),
    get(
        "/healthz",
        healthy,
        Operation("getHealth", "Whether the process lives", {"200": _text("it lives")}),
    ),
    get(
        "/readyz",
        ready,
        Operation(
            "getReadiness",
            "Whether the first collection of every target has ended, whatever its outcome",
            {"200": _text("it has"), "503": _text("it has not")},
        ),
    ),
)

RELOAD_ROUTES = (
    Route(
        "/-/reload",
        reload,
        {"POST": _reload("reloadByPost"), "PUT": _reload("reloadByPut")},
    ),
)

ROUTES: tuple[Route, ...] = (*PAGE_ROUTES, *METRIC_ROUTES, *API_ROUTES, *RELOAD_ROUTES)
"""Every route: the application serves these, and /api/v1/openapi.json tells of these."""


def serve_routes(app: web.Application, prefix: str) -> None:
    """Serve every route below a prefix; what asks for less than it is sent there."""
    for route in ROUTES:
        route.add_to(app, prefix)
    if prefix:
        # relative URLs of the page hold below a slash alone
        app.router.add_get(prefix, to_page)
        app.router.add_get("/", to_page)

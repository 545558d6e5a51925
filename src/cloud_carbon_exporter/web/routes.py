"""Routes of the application, one row each: path, methods, what answers, and what OpenAPI says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from cloud_carbon_exporter.web.api.answers import (
    explanation_answer,
    openapi_answer,
    resources_answer,
    snapshot_answer,
)
from cloud_carbon_exporter.web.api.budgets import budgets_answer
from cloud_carbon_exporter.web.api.calibration import calibration_answer
from cloud_carbon_exporter.web.api.changes import changes_answer
from cloud_carbon_exporter.web.api.clusters import clusters_answer
from cloud_carbon_exporter.web.api.history import history_answer
from cloud_carbon_exporter.web.api.history_parameters import HISTORY_PARAMETERS
from cloud_carbon_exporter.web.api.json_schema import TEXT, reference
from cloud_carbon_exporter.web.api.openapi import JSON, Answer, Operation, Parameter, json_answers
from cloud_carbon_exporter.web.api.resource_parameters import RESOURCE_PARAMETERS
from cloud_carbon_exporter.web.api.treemap import treemap_answer
from cloud_carbon_exporter.web.api.trend_answer import trend_answer
from cloud_carbon_exporter.web.api.view_parameters import (
    CHANGES_PARAMETERS,
    TREEMAP_PARAMETERS,
    TREND_PARAMETERS,
)
from cloud_carbon_exporter.web.api.what_if import what_if_answer
from cloud_carbon_exporter.web.api.window import window_answer
from cloud_carbon_exporter.web.api.window_parameters import WINDOW_PARAMETERS
from cloud_carbon_exporter.web.health import healthy, ready
from cloud_carbon_exporter.web.metrics import CONTENT_TYPES, NAME_FILTER, metrics
from cloud_carbon_exporter.web.page import page, static_file, to_page
from cloud_carbon_exporter.web.reload import reload

_PLAIN = "text/plain"


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


def _get(path: str, handler: Handler, operation: Operation) -> Route:
    return Route(path, handler, {"GET": operation})


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
    _get(
        "/",
        page,
        Operation(
            "getPage",
            "A page a person can read",
            {"200": Answer("the page", {"text/html": TEXT}), "304": Answer("known already", {})},
        ),
    ),
    _get(
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
    _get(
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
    _get(
        "/healthz",
        healthy,
        Operation("getHealth", "Whether the process lives", {"200": _text("it lives")}),
    ),
    _get(
        "/readyz",
        ready,
        Operation(
            "getReadiness",
            "Whether the first collection of every target has ended, whatever its outcome",
            {"200": _text("it has"), "503": _text("it has not")},
        ),
    ),
)

API_ROUTES = (
    _get(
        "/api/v1/snapshot",
        snapshot_answer,
        Operation(
            "getSnapshot",
            "Totals, sums by label, ledger, health, places, what the exporter's own calls cost",
            {
                **json_answers("snapshot", "all that is known at one moment"),
                "304": Answer("the `ETag` of `If-None-Match` is the newest", {}),
            },
        ),
    ),
    _get(
        "/api/v1/resources",
        resources_answer,
        Operation(
            "listResources",
            "Resources, a page at a time",
            json_answers("resources", "one page of them"),
            RESOURCE_PARAMETERS,
        ),
    ),
    _get(
        "/api/v1/resources/{id}/explain",
        explanation_answer,
        Operation(
            "explainResource",
            "The sum behind one resource, term by term",
            json_answers("explain", "the resource and its terms"),
            (
                Parameter(
                    "id",
                    "its `cloud_resource_id`, as it is or percent-encoded",
                    TEXT,
                    "path",
                    required=True,
                ),
            ),
        ),
    ),
    _get(
        "/api/v1/what-if",
        what_if_answer,
        Operation(
            "compareRegion",
            "The resources of a region's cloud in that region, now and over the next day where "
            "its grid is foreseen",
            json_answers("what_if", "the same estate here and there"),
            (
                Parameter(
                    "region",
                    "`eu-north-1`, or with its cloud: `gcp:europe-north1`",
                    TEXT,
                    required=True,
                ),
            ),
        ),
    ),
    _get(
        "/api/v1/window",
        window_answer,
        Operation(
            "findWindow",
            "When and where a run that may wait is cleanest, by the hours that are foreseen",
            {
                **json_answers("window", "the cleanest start, and what it saves"),
                "404": Answer("nothing is foreseen", {JSON: reference("error")}),
            },
            WINDOW_PARAMETERS,
        ),
    ),
    _get(
        "/api/v1/budgets",
        budgets_answer,
        Operation(
            "listBudgets",
            "How each budget of carbon stands: spent, left, and what is foreseen",
            json_answers("budgets", "all budgets of the file"),
        ),
    ),
    _get(
        "/api/v1/history",
        history_answer,
        Operation(
            "getHistory",
            "Sums of the past by label and step, with intervals; without a parameter the trend of "
            "the totals since the start",
            {
                **json_answers("history", "sums, or the trend"),
                "200": Answer("sums, or the trend", {JSON: reference("history"), "text/csv": TEXT}),
            },
            HISTORY_PARAMETERS,
        ),
    ),
    _get(
        "/api/v1/trend",
        trend_answer,
        Operation(
            "getTrend",
            "What the page draws of the past: rates by step, of the largest groups and of all",
            json_answers("trend_chart", "columns of one chart"),
            TREND_PARAMETERS,
        ),
    ),
    _get(
        "/api/v1/changes",
        changes_answer,
        Operation(
            "getChanges",
            "What emits more or less than in the time before, what is new and what is gone",
            json_answers("changes", "by account, region and kind; single resources are not kept"),
            CHANGES_PARAMETERS,
        ),
    ),
    _get(
        "/api/v1/treemap",
        treemap_answer,
        Operation(
            "getTreemap",
            "The estate now, in groups and what is in them",
            json_answers("treemap", "the largest first"),
            TREEMAP_PARAMETERS,
        ),
    ),
    _get(
        "/api/v1/calibration",
        calibration_answer,
        Operation(
            "getCalibration",
            "What providers report of the last twelve months, and its ratio to our own figures",
            json_answers("calibration", "by account, service and region"),
        ),
    ),
    _get(
        "/api/v1/clusters",
        clusters_answer,
        Operation(
            "getClusters",
            "Clusters of Kubernetes, by namespace and by workload, and how each was read",
            json_answers("clusters", "those that are configured"),
        ),
    ),
    _get(
        "/api/v1/openapi.json",
        openapi_answer,
        Operation(
            "getOpenApi",
            "The OpenAPI 3.1 document of these endpoints",
            {"200": Answer("OpenAPI 3.1", {JSON: {"type": "object"}})},
        ),
    ),
)

# POST and PUT, as Prometheus' own
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

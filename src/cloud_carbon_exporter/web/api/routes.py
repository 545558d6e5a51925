"""Routes of /api/v1, one row each: path, what answers, and what OpenAPI says of it."""

from __future__ import annotations

from cloud_carbon_exporter.web.api.advice import advice_answer
from cloud_carbon_exporter.web.api.advice_decisions import decision_answer
from cloud_carbon_exporter.web.api.advice_parameters import ADVICE_PARAMETERS
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
from cloud_carbon_exporter.web.api.clusters_parameters import CLUSTERS_PARAMETERS
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
from cloud_carbon_exporter.web.route import Route, get

API_ROUTES = (
    get(
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
    get(
        "/api/v1/resources",
        resources_answer,
        Operation(
            "listResources",
            "Resources, a page at a time",
            json_answers("resources", "one page of them"),
            RESOURCE_PARAMETERS,
        ),
    ),
    get(
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
    get(
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
                Parameter("machine_type", "machines there: `m7g`, or `m5.*:m7g.*`", TEXT),
            ),
        ),
    ),
    get(
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
    get(
        "/api/v1/budgets",
        budgets_answer,
        Operation(
            "listBudgets",
            "How each budget of carbon stands: spent, left, and what is foreseen",
            json_answers("budgets", "all budgets of the file"),
        ),
    ),
    get(
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
    get(
        "/api/v1/trend",
        trend_answer,
        Operation(
            "getTrend",
            "What the page draws of the past: rates by step, of the largest groups and of all",
            json_answers("trend_chart", "columns of one chart"),
            TREND_PARAMETERS,
        ),
    ),
    get(
        "/api/v1/changes",
        changes_answer,
        Operation(
            "getChanges",
            "What emits more or less than in the time before, what is new and what is gone",
            json_answers("changes", "by account, region and kind; single resources are not kept"),
            CHANGES_PARAMETERS,
        ),
    ),
    get(
        "/api/v1/treemap",
        treemap_answer,
        Operation(
            "getTreemap",
            "The estate now, in groups and what is in them",
            json_answers("treemap", "the largest first"),
            TREEMAP_PARAMETERS,
        ),
    ),
    get(
        "/api/v1/calibration",
        calibration_answer,
        Operation(
            "getCalibration",
            "What providers report of the last twelve months, and its ratio to our own figures",
            json_answers("calibration", "by account, service and region"),
        ),
    ),
    get(
        "/api/v1/clusters",
        clusters_answer,
        Operation(
            "getClusters",
            "Clusters of Kubernetes, by namespace and by workload, and how each was read",
            json_answers("clusters", "those that are configured"),
            CLUSTERS_PARAMETERS,
        ),
    ),
    get(
        "/api/v1/advice",
        advice_answer,
        Operation(
            "listAdvice",
            "What could be done, the largest saving first, each with what it was decided on",
            json_answers("advice", "advice, and what it saves by kind"),
            ADVICE_PARAMETERS,
        ),
    ),
    Route(
        "/api/v1/advice",
        decision_answer,
        {
            "POST": Operation(
                "decideAdvice",
                "Accept a piece of advice, dismiss it, or take that back; kept with the state file",
                json_answers("advice_decision", "what is decided from now on"),
                body=reference("advice_decision"),
            )
        },
    ),
    get(
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

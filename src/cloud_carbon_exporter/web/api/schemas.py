"""JSON Schema of each answer of /api/v1: the one place, from which OpenAPI and the docs follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from cloud_carbon_exporter.model.explain import Sum
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.types import BASES
from cloud_carbon_exporter.web.api.advice_schema import ADVICE, DECISION
from cloud_carbon_exporter.web.api.budgets import BUDGETS_SCHEMA
from cloud_carbon_exporter.web.api.calibration_schema import CALIBRATION
from cloud_carbon_exporter.web.api.clusters_schema import CLUSTERS
from cloud_carbon_exporter.web.api.history_schema import HISTORY, HISTORY_PARTS
from cloud_carbon_exporter.web.api.json_schema import (
    COUNT,
    FLAG,
    MOMENT,
    MOMENT_OR_NULL,
    NUMBER,
    TEXT,
    URL,
    Schema,
    list_of,
    mapping_to,
    noted,
    object_of,
    one_of,
    reference,
)
from cloud_carbon_exporter.web.api.view_schemas import CERTAINTY, MAP_POINT, VIEW_ANSWERS
from cloud_carbon_exporter.web.api.window_schema import WINDOW

_ESTIMATE = reference("estimate")
_ESTIMATE_OR_NULL: Schema = {"anyOf": [_ESTIMATE, {"type": "null"}]}
_BASIS = one_of(BASES)
_METHOD = one_of(get_args(Method))
_ACCOUNT: Mapping[str, Schema] = {"cloud_provider": TEXT, "cloud_account_id": TEXT}
_COUNTERS: Mapping[str, Schema] = {
    "energy_joules_total": NUMBER,
    "operational_emissions_grams_total": NUMBER,
    "embodied_emissions_grams_total": NUMBER,
}
_ESTIMATES: Mapping[str, Schema] = {
    "power_watts": _ESTIMATE,
    "operational_emissions_grams_per_second": _ESTIMATE,
    "embodied_emissions_grams_per_second": _ESTIMATE,
}

_PARTS: Mapping[str, Schema] = {
    "estimate": object_of(
        {"value": NUMBER, "lower": NUMBER, "upper": NUMBER, "basis": _BASIS},
        description="A value with the interval that holds it nine times in ten.",
    ),
    "sums": object_of(
        {
            "name": noted(TEXT, 'value of the label; "" for resources without such a tag'),
            "resources": COUNT,
            **_ESTIMATES,
            "emissions_grams_per_second": _ESTIMATE,
            **_COUNTERS,
        },
        optional=("name", *_COUNTERS),
    ),
    "outcome": object_of(
        {
            **_ACCOUNT,
            "cloud_region": TEXT,
            "kind": TEXT,
            "up": FLAG,
            "error": noted(TEXT, "empty where it went well"),
            "duration_seconds": NUMBER,
            "resources": COUNT,
            "last_success": MOMENT_OR_NULL,
        },
        description="How the last listing, or the last reading of utilisation, ended.",
    ),
    "place": object_of(
        {
            "cloud_provider": TEXT,
            "cloud_region": TEXT,
            "map_point": MAP_POINT,
            "now": {
                "anyOf": [reference("sums"), {"type": "null"}],
                "description": "what stands there; null of a zone that lies apart, which counts "
                "in its region",
            },
            "pue_ratio": _ESTIMATE,
            "grid_intensity": list_of(
                object_of(
                    {
                        "grams_per_kilowatt_hour": _ESTIMATE,
                        "method": _METHOD,
                        "source": TEXT,
                        "year": {"type": ["integer", "null"]},
                        "estimated": FLAG,
                    }
                )
            ),
        }
    ),
    "resource": object_of(
        {
            **_ACCOUNT,
            "cloud_region": TEXT,
            "cloud_availability_zone": TEXT,
            "kind": TEXT,
            "cloud_resource_id": TEXT,
            "cloud_resource_name": TEXT,
            "power_watts": _ESTIMATE,
            "operational_emissions_grams_per_second": _ESTIMATE_OR_NULL,
            "embodied_emissions_grams_per_second": _ESTIMATE,
            "emissions_grams_per_second": _ESTIMATE_OR_NULL,
            "basis": _BASIS,
            "hardware_basis": _BASIS,
            "reason": TEXT,
            "measured_at": MOMENT_OR_NULL,
            "facts": list_of(TEXT),
            "loads": noted(mapping_to(NUMBER), "signals read"),
            **_COUNTERS,
        },
        optional=("cloud_availability_zone", "cloud_resource_name", *_COUNTERS),
        others=TEXT,
        description="Also holds the labels tag_* and what else resource_info tells, as text.",
    ),
    "term": object_of(
        {
            "sum": one_of(get_args(Sum)),
            "component": TEXT,
            "part": TEXT,
            "amount": NUMBER,
            "utilisation": {"type": ["number", "null"]},
            "fact": TEXT,
            "low": NUMBER,
            "figure": NUMBER,
            "high": NUMBER,
            "unit": TEXT,
            "source": TEXT,
            "value": NUMBER,
            "reason": TEXT,
        }
    ),
    "estate": object_of(
        {"power_watts": _ESTIMATE, "operational_emissions_grams_per_second": _ESTIMATE}
    ),
}

_API_USE = object_of(
    {
        name: list_of(object_of({**labels, figure: NUMBER}))
        for name, figure, labels in (
            (
                "requests",
                "requests",
                {"cloud_provider": TEXT, "api": TEXT, "operation": TEXT, "outcome": TEXT},
            ),
            ("cost_dollars", "dollars", {**_ACCOUNT, "api": TEXT}),
            ("forecast_dollars_per_month", "dollars", {**_ACCOUNT, "api": TEXT}),
            ("errors", "errors", {"cloud_provider": TEXT, "operation": TEXT, "reason": TEXT}),
            ("skipped_objects", "objects", {"cloud_provider": TEXT, "kind": TEXT, "reason": TEXT}),
        )
    },
    description="Calls of the exporter itself, and what they cost.",
)

_PARTIAL = noted(
    TEXT,
    "how far the first collection is while figures are of what it has listed by then "
    '("first collection: 82 of 1,190 listings"); empty once they are whole',
)

_ANSWERS: Mapping[str, Schema] = {
    "snapshot": object_of(
        {
            "taken_at": MOMENT,
            "ready": noted(FLAG, "whether the first collection of every target has ended"),
            "partial": _PARTIAL,
            "version": TEXT,
            "source": URL,
            "totals": reference("sums"),
            "by": mapping_to(
                list_of(reference("sums")),
                "by cloud_provider, cloud_account_id, cloud_region, kind and each tag_*; "
                "the largest first",
            ),
            "certainty": CERTAINTY,
            "ledger": list_of(
                object_of(
                    {
                        **_ACCOUNT,
                        "kind": TEXT,
                        "basis": one_of((*BASES, "unsupported")),
                        "resources": COUNT,
                    }
                )
            ),
            "targets": list_of(
                object_of(
                    {
                        "name": TEXT,
                        "provider": TEXT,
                        "up": FLAG,
                        "error": TEXT,
                        "account_ids": list_of(TEXT),
                    }
                )
            ),
            "listings": list_of(reference("outcome")),
            "measurements": list_of(reference("outcome")),
            "places": list_of(reference("place")),
            "api": _API_USE,
            "gauges": mapping_to(NUMBER),
            "equivalents": list_of(
                object_of(
                    {
                        "name": TEXT,
                        "of": one_of(("watts", "grams")),
                        "each": NUMBER,
                        "source": TEXT,
                        "url": URL,
                    }
                )
            ),
            "account_names": list_of(object_of({**_ACCOUNT, "name": TEXT})),
        }
    ),
    "resources": object_of(
        {
            "taken_at": MOMENT,
            "partial": _PARTIAL,
            "matching": noted(COUNT, "resources on all pages together"),
            "cursor": {
                "type": ["string", "null"],
                "description": "where the next page begins; null on the last",
            },
            "resources": list_of(reference("resource")),
        }
    ),
    "explain": object_of(
        {
            "taken_at": MOMENT,
            "resource": reference("resource"),
            "loads": mapping_to(NUMBER, "signals read"),
            "terms": list_of(
                reference("term"),
                "the values of the terms of one sum add up to its estimate",
            ),
        }
    ),
    "history": HISTORY,
    "calibration": CALIBRATION,
    "advice": ADVICE,
    "advice_decision": DECISION,
    "clusters": CLUSTERS,
    "budgets": BUDGETS_SCHEMA,
    "window": WINDOW,
    "what_if": object_of(
        {
            "taken_at": MOMENT,
            "cloud_provider": TEXT,
            "cloud_region": TEXT,
            "grid": object_of(
                {
                    "grams_per_kilowatt_hour": _ESTIMATE,
                    "method": _METHOD,
                    "source": TEXT,
                    "estimated": FLAG,
                }
            ),
            "pue_ratio": NUMBER,
            "resources": COUNT,
            "left_out": noted(COUNT, "resources of other clouds, or without a grid"),
            "here": reference("estate"),
            "there": reference("estate"),
            "hours": list_of(
                object_of({"hours_ahead": COUNT, "operational_emissions_grams_per_second": NUMBER})
            ),
            "greenest_hour_ahead": {"type": ["integer", "null"]},
        }
    ),
    "error": object_of(
        {
            "error": object_of(
                {"status": {"type": "integer"}, "message": TEXT, "parameter": TEXT},
                optional=("parameter",),
            )
        }
    ),
}

SCHEMAS: Mapping[str, Schema] = {**_PARTS, **HISTORY_PARTS, **_ANSWERS, **VIEW_ANSWERS}
"""Name -> schema; the names of the answers are those of their endpoints."""

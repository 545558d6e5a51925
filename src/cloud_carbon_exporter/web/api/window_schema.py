"""JSON Schema of /api/v1/window."""

from __future__ import annotations

from typing import get_args

from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.web.api.json_schema import (
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    list_of,
    noted,
    object_of,
    one_of,
    reference,
)

_RUN = object_of(
    {
        "start": MOMENT,
        "end": MOMENT,
        "grams_per_kilowatt_hour": noted(NUMBER, "mean over the run"),
        "operational_emissions_grams": reference("estimate"),
    }
)

WINDOW = object_of(
    {
        "taken_at": MOMENT,
        "cloud_provider": TEXT,
        "cloud_region": noted(TEXT, "the best of those that were asked for"),
        "method": one_of(get_args(Method)),
        "source": TEXT,
        "hours": NUMBER,
        "watts": NUMBER,
        "run_now": noted(
            {"type": "integer", "enum": [0, 1]}, "1 in the cleanest hour, 0 while waiting is better"
        ),
        "wait_seconds": NUMBER,
        "now": _RUN,
        "cleanest": _RUN,
        "saved_emissions_grams": object_of(
            {"value": NUMBER, "lower": NUMBER, "upper": NUMBER},
            description="Against a run in that region now, with a 90 % interval; below 0 it costs.",
        ),
        "saved_ratio": NUMBER,
        "is_sure": noted(FLAG, "whether all of the interval says that waiting is better"),
        "foreseen": list_of(
            object_of({"hours_ahead": COUNT, "grams_per_kilowatt_hour": NUMBER}),
            "hours of the grid there; 0 begins now",
        ),
    },
    description="When and where a run that may wait is cleanest.",
)

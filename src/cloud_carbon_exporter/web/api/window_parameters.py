"""Parameters of /api/v1/window, as the OpenAPI document has them."""

from __future__ import annotations

from cloud_carbon_exporter.web.api.json_schema import TEXT
from cloud_carbon_exporter.web.api.openapi import Parameter
from cloud_carbon_exporter.web.api.window import (
    HOURS_DEFAULT,
    HOURS_MOST,
    WATTS_DEFAULT,
    WATTS_MOST,
)

WINDOW_PARAMETERS = (
    Parameter(
        "region",
        "`eu-north-1`, or with its cloud: `gcp:europe-north1`; several with commas, of which the "
        "best is told; all that are foreseen where none is named",
        TEXT,
    ),
    Parameter(
        "hours",
        "how long it runs",
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": HOURS_MOST,
            "default": HOURS_DEFAULT,
        },
    ),
    Parameter(
        "deadline",
        "when it must have ended: Unix seconds, `2026-10-01T12:00:00Z`, or `8h` from now on; the "
        "end of what is foreseen where it is not said",
        TEXT,
    ),
    Parameter(
        "watts",
        "what it draws, without the overhead of the data centre",
        {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": WATTS_MOST,
            "default": WATTS_DEFAULT,
        },
    ),
)

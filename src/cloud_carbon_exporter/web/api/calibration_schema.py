"""JSON Schema of /api/v1/calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from cloud_carbon_exporter.model.months import Scope
from cloud_carbon_exporter.web.api.json_schema import (
    COUNT,
    MOMENT,
    NUMBER,
    TEXT,
    Schema,
    list_of,
    noted,
    object_of,
    one_of,
    reference,
)

_OF: Mapping[str, Schema] = {
    "cloud_provider": TEXT,
    "cloud_account_id": TEXT,
    "source": TEXT,
    "method": TEXT,
    "model_version": noted(TEXT, "of the provider's own model; empty where it tells none"),
}

_RATIO = object_of(
    {
        **_OF,
        "cloud_region": TEXT,
        "service": TEXT,
        "scope": one_of(get_args(Scope)),
        "ratio": reference("estimate"),
        "months": list_of(
            object_of({"start": MOMENT, "own_grams": NUMBER, "reported_grams": NUMBER}),
            "the oldest first; our own taken over the whole month",
        ),
    },
    description="Reported over our own figure. An empty region or service stands for all.",
)

_REPORTED_MONTH = object_of(
    {
        **_OF,
        "start": MOMENT,
        "end": MOMENT,
        "grams": NUMBER,
        "restated": noted(COUNT, "how often the month was told again, with other figures"),
    },
    description="A month of an account as its provider reports it, all services together.",
)

CALIBRATION = object_of(
    {
        "taken_at": MOMENT,
        "calibrations": list_of(_RATIO),
        "reported_months": list_of(_REPORTED_MONTH, "of a year, the oldest first"),
    }
)

"""JSON Schema of /api/v1/history."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.history.steps import STEPS
from cloud_carbon_exporter.web.api.json_schema import (
    MOMENT,
    NUMBER,
    TEXT,
    Schema,
    list_of,
    mapping_to,
    noted,
    object_of,
    one_of,
    reference,
)
from cloud_carbon_exporter.web.trend import COLUMNS

_ESTIMATE = reference("estimate")

_SUM = object_of(
    {
        "start": MOMENT,
        "end": noted(MOMENT, "of the step, cut to the range"),
        "counted_seconds": noted(
            NUMBER, "how much of the step was counted, of any of the accounts in the sum"
        ),
        "labels": mapping_to(TEXT, "those of `by`; empty where there is none"),
        "power_watts": noted(_ESTIMATE, "mean over the time that was counted"),
        "energy_joules": _ESTIMATE,
        "operational_emissions_grams": _ESTIMATE,
        "embodied_emissions_grams": _ESTIMATE,
        "emissions_grams": noted(_ESTIMATE, "of power and of manufacture"),
    }
)

HISTORY_PARTS: Mapping[str, Schema] = {
    "trend": object_of(
        dict.fromkeys(COLUMNS, list_of(NUMBER)),
        description="Totals since the start: columns of equal length, oldest first.",
    ),
    "history_sums": object_of(
        {
            "since": MOMENT,
            "until": MOMENT,
            "by": list_of(TEXT),
            "step": one_of(("", *STEPS)),
            "sums": list_of(_SUM, "by step, then by label; what nothing is known of is left out"),
        },
        description="Sums of whole hours.",
    ),
}

HISTORY: Schema = {
    "description": "The trend without a parameter, else sums.",
    "anyOf": [reference("trend"), reference("history_sums")],
}

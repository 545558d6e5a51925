"""JSON Schema of what the page alone asks for: trend, changes, treemap, certainty."""

from __future__ import annotations

from collections.abc import Mapping

from cloud_carbon_exporter.history.steps import STEPS
from cloud_carbon_exporter.model.types import BASES
from cloud_carbon_exporter.web.api.changes import GROUPED_BY, SPANS
from cloud_carbon_exporter.web.api.json_schema import (
    COUNT,
    FLAG,
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
from cloud_carbon_exporter.web.api.measures import MEASURES
from cloud_carbon_exporter.web.api.ranges import RANGES

_ESTIMATE = reference("estimate")
_ESTIMATE_OR_NULL: Schema = {"anyOf": [_ESTIMATE, {"type": "null"}]}
_NUMBERS = list_of(NUMBER)
_MEASURE = one_of(MEASURES)
_UNIT = one_of(dict.fromkeys(measure.unit for measure in MEASURES.values()))
_NAME_OR_NULL: Schema = {
    "type": ["string", "null"],
    "description": "value of the label; null for all that have no tile of their own",
}
_TILE: Mapping[str, Schema] = {
    "name": _NAME_OR_NULL,
    "resources": COUNT,
    "value": noted(NUMBER, "in the measure that was asked for"),
    "power_watts": NUMBER,
    "operational_emissions_grams_per_second": NUMBER,
    "embodied_emissions_grams_per_second": NUMBER,
}
_CHANGE: Mapping[str, Schema] = {
    "before": _ESTIMATE_OR_NULL,
    "now": _ESTIMATE_OR_NULL,
    "change": noted(_ESTIMATE, "below 0 where it is less; a fact that is off is off on both sides"),
}
_CHANGES = list_of(object_of({**dict.fromkeys(GROUPED_BY, TEXT), **_CHANGE}))

MAP_POINT: Schema = {
    "anyOf": [
        object_of(
            {
                "town": TEXT,
                "latitude": NUMBER,
                "longitude": NUMBER,
                "assumed": noted(FLAG, "the provider names a state alone, the town stands for it"),
            }
        ),
        {"type": "null"},
    ],
    "description": "to a tenth of a degree; null of what is everywhere, or unknown",
}

CERTAINTY: Schema = mapping_to(
    object_of(
        {
            "basis": object_of(dict.fromkeys(BASES, NUMBER), description="shares of the sum"),
            "doubts": list_of(
                object_of({"name": TEXT, "ratio": NUMBER}),
                "shares of the variance of the sum, the largest first",
            ),
        }
    ),
    "by measure",
)

VIEW_ANSWERS: Mapping[str, Schema] = {
    "trend_chart": object_of(
        {
            "range": one_of(RANGES),
            "by": TEXT,
            "measure": _MEASURE,
            "unit": _UNIT,
            "since": MOMENT,
            "until": MOMENT,
            "step": noted(one_of(("", *STEPS)), "empty where each refresh is one"),
            "parts": noted(
                TEXT,
                "what `series` are parts by: the label, or `measure` just after a restart, when an "
                "hour is not known by it and all emissions are told by operational and embodied",
            ),
            "start": noted(_NUMBERS, "of each step that something is known of"),
            "value": noted(_NUMBERS, "mean of each step, of everything"),
            "lower": noted(_NUMBERS, "empty where bounds are not kept"),
            "upper": _NUMBERS,
            "series": list_of(
                object_of({"name": TEXT, "values": _NUMBERS}), "of the largest groups"
            ),
            "others": {"anyOf": [_NUMBERS, {"type": "null"}]},
            "others_groups": noted(COUNT, "groups that `others` are the sum of"),
            "sum": noted(_ESTIMATE_OR_NULL, "grams or joules of the range; null of an hour"),
            "counted_seconds": noted(NUMBER, "how much of the range was counted"),
            "groups": list_of(
                object_of({"name": TEXT, "sum": _ESTIMATE}), "the largest first, 50 at most"
            ),
        },
        description="Columns of equal length, oldest first.",
    ),
    "changes": object_of(
        {
            "since": one_of(SPANS),
            "measure": _MEASURE,
            "start": MOMENT,
            "end": MOMENT,
            "unit": _UNIT,
            "counted_seconds_before": NUMBER,
            "counted_seconds": NUMBER,
            "total": object_of(_CHANGE),
            "movers": _CHANGES,
            "movers_groups": COUNT,
            "new": _CHANGES,
            "new_groups": COUNT,
            "gone": _CHANGES,
            "gone_groups": COUNT,
        },
        description="Mean rates of the range and of the one before, by account, region and kind.",
    ),
    "treemap": object_of(
        {
            "taken_at": MOMENT,
            "by": TEXT,
            "within": TEXT,
            "measure": _MEASURE,
            "unit": _UNIT,
            "groups": list_of(object_of({**_TILE, "parts": list_of(object_of(_TILE))})),
        }
    ),
}

"""Parameters of /api/v1/advice, as the OpenAPI document has them."""

from __future__ import annotations

from cloud_carbon_exporter.model.advice import ADVICE_KINDS
from cloud_carbon_exporter.web.api.advice_schema import DECIDED
from cloud_carbon_exporter.web.api.json_schema import TEXT, one_of
from cloud_carbon_exporter.web.api.openapi import Parameter

LIMIT_DEFAULT = 100
LIMIT_MOST = 1000

ADVICE_PARAMETERS = (
    Parameter(
        "limit",
        "pieces of advice that are told",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT_DEFAULT},
    ),
    Parameter("advice", "kind of advice; all where none is named", one_of(ADVICE_KINDS)),
    Parameter(
        "decision",
        "what was decided about it; all but `dismissed` where nothing is named",
        one_of(DECIDED),
    ),
    Parameter("resource", "`cloud_resource_id` of the one resource that is asked for", TEXT),
)

"""Parameters of what the page alone asks for, as the OpenAPI document has them."""

from __future__ import annotations

from cloud_carbon_exporter.web.api.changes import SPAN_DEFAULT, SPANS
from cloud_carbon_exporter.web.api.json_schema import TEXT, one_of
from cloud_carbon_exporter.web.api.measures import BY_DEFAULT, MEASURE_DEFAULT, MEASURES
from cloud_carbon_exporter.web.api.openapi import Parameter
from cloud_carbon_exporter.web.api.ranges import RANGE_DEFAULT, RANGES

_MEASURE = Parameter(
    "measure", "what is looked at", {**one_of(MEASURES), "default": MEASURE_DEFAULT}
)
_BY = Parameter(
    "by",
    "label to group by: cloud_provider, cloud_account_id, cloud_region, kind, basis or a tag_* of "
    "-metrics.tags",
    {**TEXT, "default": BY_DEFAULT},
)
TREND_PARAMETERS = (
    Parameter("range", "how far back, from now", {**one_of(RANGES), "default": RANGE_DEFAULT}),
    _BY,
    _MEASURE,
)
CHANGES_PARAMETERS = (
    Parameter(
        "since",
        "what is compared: the last day with the one before, or the last seven with the seven "
        "before",
        {**one_of(SPANS), "default": SPAN_DEFAULT},
    ),
    _MEASURE,
)
TREEMAP_PARAMETERS = (_BY, _MEASURE)

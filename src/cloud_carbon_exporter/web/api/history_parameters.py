"""Parameters of /api/v1/history, as the OpenAPI document has them."""

from __future__ import annotations

from cloud_carbon_exporter.history.series import LABELS
from cloud_carbon_exporter.history.steps import STEPS
from cloud_carbon_exporter.web.api.history_query import FORMATS, SINCE_DEFAULT
from cloud_carbon_exporter.web.api.json_schema import TEXT, one_of
from cloud_carbon_exporter.web.api.openapi import Parameter

_MOMENT = (
    "Unix seconds, `2026-10-01`, `2026-10-01T12:00:00Z` (UTC without a zone), or `24h`, `7d`, "
    "`4w` back from now; the whole hour is taken"
)

HISTORY_PARAMETERS = (
    Parameter("since", f"start of the range: {_MOMENT}", {**TEXT, "default": SINCE_DEFAULT}),
    Parameter("until", "end of the range, said alike; now where it is not said", TEXT),
    Parameter(
        "by",
        f"labels to sum by, with commas between: {', '.join(LABELS)} and each tag_* of "
        "-metrics.tags; one sum where none is named",
        TEXT,
    ),
    Parameter(
        "step",
        "what the range is cut into, by UTC; a week begins on Monday; the range is one where none "
        "is named",
        one_of(STEPS),
    ),
    Parameter("format", "form of the sums", {**one_of(FORMATS), "default": FORMATS[0]}),
)

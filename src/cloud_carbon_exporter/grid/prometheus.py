"""Another Prometheus: one instant query a zone. The answer's first sample is the intensity now.

Wire: GET /api/v1/query of Prometheus' HTTP API
(https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries). The default query
reads what grid-intensity-go exports (https://github.com/thegreenwebfoundation/grid-intensity-go).
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.errors import Malformed, NotThere
from cloud_carbon_exporter.grid.spec import Ask, Reading, Source, Web, field, number

PERIOD_SECONDS = 300.0
DEFAULT_QUERY = 'grid_intensity_carbon_average{location="$zone"}'


async def live(web: Web, ask: Ask) -> Sequence[Reading]:
    """The newest sample of the zone's query. A label is_estimated="true" is taken over."""
    query = (web.option("prometheus-query") or DEFAULT_QUERY).replace("$zone", ask.zone)
    answer = await web.json("query", "/api/v1/query", {"query": query})
    if field(answer, "status") != "success" or field(answer, "data", "resultType") not in (
        "vector",
        "scalar",
    ):
        raise Malformed("the query has no instant value")
    result = field(answer, "data", "result")
    if field(answer, "data", "resultType") == "scalar":
        at, value, labels = field(result, 0), field(result, 1), {}
    elif result:
        at, value, labels = (
            field(result, 0, "value", 0),
            field(result, 0, "value", 1),
            field(result, 0, "metric"),
        )
    else:
        raise NotThere(f"the query has no sample for zone {ask.zone}")
    start = number(at)
    estimated = str(labels.get("is_estimated") or labels.get("estimated") or "") == "true"
    return [Reading(ask.zone, start, start + PERIOD_SECONDS, number(value), estimated)]


SOURCE = Source(
    name="prometheus",
    base_url="http://localhost:9090",
    home="https://prometheus.io/docs/prometheus/latest/querying/api/",
    zones="those the series are labelled with",
    licence="that of what is stored there",
    price="none",
    measured="as stored; a label is_estimated or estimated is taken over",
    counts="as stored",
    period_seconds=PERIOD_SECONDS,
    delay_seconds=0,
    hold_seconds=900,
    live=live,
    identity=True,
)

"""Another Prometheus: one instant query a zone. The answer's first sample is the intensity now.

Wire: GET /api/v1/query of Prometheus' HTTP API
(https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries). The default query
reads what grid-intensity-go exports (https://github.com/thegreenwebfoundation/grid-intensity-go).
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.errors import NotThere
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity

PERIOD_SECONDS = 300.0
DEFAULT_QUERY = 'grid_intensity_carbon_average{location="$zone"}'


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """Newest sample of the zone's query. A label is_estimated="true" is taken over."""
    query = (web.option("prometheus-query") or DEFAULT_QUERY).replace("$zone", ask.zone)
    series = await web.samples("query", query)
    if series.at is None or not series.samples:
        raise NotThere(f"the query has no sample for zone {ask.zone}")
    labels, grams = series.samples[0]
    estimated = "true" in (labels.get("is_estimated"), labels.get("estimated"))
    return [ZoneIntensity(ask.zone, series.at, series.at + PERIOD_SECONDS, grams, estimated)]


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

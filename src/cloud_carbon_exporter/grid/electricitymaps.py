"""Electricity Maps: hourly life-cycle intensity of most of the world's grid zones, imports traced.

Wire: https://app.electricitymaps.com/developer-hub/api/reference, carbon-intensity latest, history
and forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.grid.moments import moment
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, field, number

HOUR = 3600.0


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The newest hour; after a gap, the hours of the last day, which the API keeps for it."""
    if ask.since < ask.now - 2 * HOUR:
        answer = await _get(web, ask, "history")
        return [_intensity(ask.zone, hour) for hour in field(answer, "history")]
    return [_intensity(ask.zone, await _get(web, ask, "latest"))]


async def forecast(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The next hours; part of the paid plans."""
    answer = await _get(web, ask, "forecast")
    hours = [_intensity(ask.zone, hour) for hour in field(answer, "forecast")]
    return [replace(hour, estimated=True) for hour in hours]


async def _get(web: Web, ask: Ask, what: str) -> Any:
    token = web.secret("electricitymaps-token")
    return await web.json(
        what, f"/v3/carbon-intensity/{what}", {"zone": ask.zone}, {"auth-token": token}
    )


def _intensity(zone: str, hour: Any) -> ZoneIntensity:
    start = moment(field(hour, "datetime"))
    grams = number(field(hour, "carbonIntensity"))
    return ZoneIntensity(zone, start, start + HOUR, grams, hour.get("isEstimated") is True)


SOURCE = Source(
    name="electricitymaps",
    base_url="https://api.electricitymaps.com",
    home="https://www.electricitymaps.com/pricing",
    zones="all grid zones of the facts; a free token sees one",
    licence="Electricity Maps terms; the free plan is for non-commercial use",
    price="free for one zone; plans by zone",
    measured=(
        "measured where the operator publishes in time, else estimated by a model and marked so"
    ),
    counts="life-cycle emissions of the electricity used, imports traced",
    period_seconds=HOUR,
    delay_seconds=HOUR,
    hold_seconds=2 * HOUR,
    live=live,
    forecast=forecast,
    identity=True,
    secrets=("electricitymaps-token",),
)

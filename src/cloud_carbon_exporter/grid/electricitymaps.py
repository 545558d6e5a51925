"""Electricity Maps: hourly life-cycle intensity of most of the world's grid zones, imports traced.

Wire: https://app.electricitymaps.com/developer-hub/api/reference, carbon-intensity latest, history
    and forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.grid.moments import moment
from cloud_carbon_exporter.grid.spec import Ask, Reading, Source, Web, field, number

HOUR = 3600.0


async def live(web: Web, ask: Ask) -> Sequence[Reading]:
    """The newest hour; after a gap, the hours of the last day, which the API keeps for it."""
    if ask.since < ask.now - 2 * HOUR:
        answer = await _get(web, ask, "history")
        return [_reading(ask.zone, each) for each in field(answer, "history")]
    return [_reading(ask.zone, await _get(web, ask, "latest"))]


async def forecast(web: Web, ask: Ask) -> Sequence[Reading]:
    """The next hours; part of the paid plans."""
    answer = await _get(web, ask, "forecast")
    return [_reading(ask.zone, {**each, "isEstimated": True}) for each in field(answer, "forecast")]


async def _get(web: Web, ask: Ask, what: str) -> Any:
    token = web.secret("electricitymaps-token")
    return await web.json(
        what, f"/v3/carbon-intensity/{what}", {"zone": ask.zone}, {"auth-token": token}
    )


def _reading(zone: str, of: Any) -> Reading:
    start = moment(field(of, "datetime"))
    grams = number(field(of, "carbonIntensity"))
    return Reading(zone, start, start + HOUR, grams, of.get("isEstimated") is True)


SOURCE = Source(
    name="electricitymaps",
    base_url="https://api.electricitymaps.com",
    home="https://www.electricitymaps.com/pricing",
    zones="all grid zones of the facts; a free token sees one",
    licence="Electricity Maps terms; the free plan is for non-commercial use",
    price="free for one zone; plans by zone",
    measured="measured where the operator publishes in time, else estimated by a model and marked so",
    counts="life-cycle emissions of the electricity used, imports traced",
    period_seconds=HOUR,
    delay_seconds=HOUR,
    hold_seconds=2 * HOUR,
    live=live,
    forecast=forecast,
    identity=True,
    secrets=("electricitymaps-token",),
)

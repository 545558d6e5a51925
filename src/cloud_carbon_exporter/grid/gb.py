"""GB Carbon Intensity of Great Britain's operator NESO: half-hourly, with forecasts, without a key.

Wire: https://carbon-intensity.github.io/api-definitions/ (intensity/{from}/{to}, and regional with
regionid).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.grid.moments import moment, written
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, field, number

HALF_HOUR = 1800.0
_DAY = 86400.0


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The half hours up to now; what has not been settled yet is forecast, and says so."""
    return await _national(web, "intensity", ask.zone, ask.since, ask.now + HALF_HOUR)


async def forecast(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The half hours of the next day."""
    return await _national(web, "forecast", ask.zone, ask.now, ask.now + _DAY)


async def _national(
    web: Web, operation: str, zone: str, start: float, end: float
) -> Sequence[ZoneIntensity]:
    answer = await web.json(operation, f"/intensity/{written(start)}/{written(end)}")
    return [_intensity(zone, half_hour) for half_hour in field(answer, "data")]


async def live_regional(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The half hours of a region up to now. Regions have forecasts alone."""
    return await _regional(web, "regional", ask.zone, ask.since, ask.now + HALF_HOUR)


async def forecast_regional(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The half hours of a region over the next day."""
    return await _regional(web, "regional_forecast", ask.zone, ask.now, ask.now + _DAY)


async def _regional(
    web: Web, operation: str, zone: str, start: float, end: float
) -> Sequence[ZoneIntensity]:
    path = f"/regional/intensity/{written(start)}/{written(end)}/regionid/{zone}"
    answer = await web.json(operation, path)
    return [_intensity(zone, half_hour) for half_hour in field(answer, "data", "data")]


def _intensity(zone: str, half_hour: Any) -> ZoneIntensity:
    start, end = moment(field(half_hour, "from")), moment(field(half_hour, "to"))
    actual = field(half_hour, "intensity").get("actual")
    grams = number(field(half_hour, "intensity", "forecast") if actual is None else actual)
    return ZoneIntensity(zone, start, end, grams, estimated=actual is None)


SOURCE = Source(
    name="gb",
    base_url="https://api.carbonintensity.org.uk",
    home="https://carbonintensity.org.uk/",
    zones="Great Britain as a whole (GB)",
    licence="CC BY 4.0, National Energy System Operator",
    price="none, no key",
    measured=(
        "estimated by the operator from metered generation; a forecast until then, and marked so"
    ),
    counts="direct emissions of generation, imports and losses included",
    period_seconds=HALF_HOUR,
    delay_seconds=HALF_HOUR,
    hold_seconds=HALF_HOUR,
    live=live,
    forecast=forecast,
)

REGIONAL = Source(
    name="gb-regional",
    base_url=SOURCE.base_url,
    home=SOURCE.home,
    zones="London, where the clouds' regions in Great Britain stand (GB)",
    licence=SOURCE.licence,
    price=SOURCE.price,
    measured="forecast",
    counts=SOURCE.counts,
    period_seconds=HALF_HOUR,
    delay_seconds=0,
    hold_seconds=HALF_HOUR,
    live=live_regional,
    forecast=forecast_regional,
)

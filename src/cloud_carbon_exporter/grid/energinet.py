"""Energinet: five-minute intensity of Denmark's two price areas, with a forecast, without a key.

Wire: https://www.energidataservice.dk/tso-electricity/CO2Emis and /CO2EmisProg;
https://www.energidataservice.dk/guides/api-guides.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.grid.moments import moment, written
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, field, number

PERIOD_SECONDS = 300.0
_DAY = 86400.0


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The five minutes up to now."""
    return await _get(web, "CO2Emis", ask.zone, ask.since, ask.now, estimated=False)


async def forecast(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The five minutes of the next day, as far as they are foreseen."""
    return await _get(web, "CO2EmisProg", ask.zone, ask.now, ask.now + _DAY, estimated=True)


async def _get(
    web: Web, dataset: str, zone: str, start: float, end: float, *, estimated: bool
) -> Sequence[ZoneIntensity]:
    form = "%Y-%m-%dT%H:%M"
    params = {
        "start": written(start, form),
        "end": written(end, form),
        "timezone": "UTC",
        "filter": json.dumps({"PriceArea": [zone]}),
        "sort": "Minutes5UTC ASC",
        "limit": "1000",
    }
    answer = await web.json(dataset, f"/dataset/{dataset}", params)
    return [_intensity(record, estimated) for record in field(answer, "records")]


def _intensity(record: Any, estimated: bool) -> ZoneIntensity:
    zone = str(field(record, "PriceArea"))
    start = moment(field(record, "Minutes5UTC"))
    grams = number(field(record, "CO2Emission"))
    return ZoneIntensity(zone, start, start + PERIOD_SECONDS, grams, estimated)


SOURCE = Source(
    name="energinet",
    base_url="https://api.energidataservice.dk",
    home="https://www.energidataservice.dk/tso-electricity/CO2Emis",
    zones="western and eastern Denmark (DK-DK1, DK-DK2)",
    licence="Energinet's terms for open data, with attribution",
    price="none, no key",
    measured="estimated by the operator from online measurements",
    counts="direct emissions of the electricity used, imports included",
    period_seconds=PERIOD_SECONDS,
    delay_seconds=600,
    hold_seconds=1800,
    live=live,
    forecast=forecast,
)

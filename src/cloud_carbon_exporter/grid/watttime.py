"""WattTime: the marginal intensity, of the power station that follows a change of load.

It is never mixed with averages. Wire: https://docs.watttime.org/, GET /login (basic auth) and
/v3/forecast, whose first value is the present.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from cloud_carbon_exporter.errors import Malformed
from cloud_carbon_exporter.grid.moments import moment
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, field, number

PERIOD_SECONDS = 300.0
# WattTime's tokens end after 1800 s.
TOKEN_SECONDS = 1500.0
GRAMS_PER_POUND = 453.59237
# Pounds a MWh -> grams a kWh.
_UNIT = GRAMS_PER_POUND / 1000


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The present five minutes."""
    return await _forecast(web, ask, hours=0)


async def forecast(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The next day."""
    return await _forecast(web, ask, hours=24)


async def _forecast(web: Web, ask: Ask, hours: int) -> Sequence[ZoneIntensity]:
    params = {"region": ask.zone, "signal_type": "co2_moer", "horizon_hours": str(hours)}
    headers = {"Authorization": f"Bearer {await _login(web, ask.now)}"}
    answer = await web.json("forecast", "/v3/forecast", params, headers)
    if field(answer, "meta", "units") != "lbs_co2_per_mwh":
        raise Malformed("the answer is not in pounds of CO2 a MWh")
    period = number(field(answer, "meta", "data_point_period_seconds"))
    intensities = []
    for point in field(answer, "data"):
        start = moment(field(point, "point_time"))
        grams = number(field(point, "value")) * _UNIT
        intensities.append(ZoneIntensity(ask.zone, start, start + period, grams, estimated=True))
    return intensities


async def _login(web: Web, now: float) -> str:
    """A session token, good for half an hour."""
    token, until = web.kept.get("token", ("", 0.0))
    if now >= until:
        pair = f"{web.secret('watttime-username')}:{web.secret('watttime-password')}"
        basic = base64.b64encode(pair.encode()).decode()
        answer = await web.json("login", "/login", headers={"Authorization": f"Basic {basic}"})
        token = str(field(answer, "token"))
        web.kept["token"] = (token, now + TOKEN_SECONDS)
    return token


SOURCE = Source(
    name="watttime",
    base_url="https://api.watttime.org",
    home="https://watttime.org/data-plans/",
    zones=(
        "most zones of the facts, translated to WattTime's regions; CAISO_NORTH alone without a"
        " subscription"
    ),
    licence="WattTime terms of service",
    price="by subscription; a free account previews CAISO_NORTH",
    measured="modelled",
    counts="marginal operating emissions (MOER): direct, of the next kWh",
    method="marginal",
    period_seconds=PERIOD_SECONDS,
    delay_seconds=0,
    hold_seconds=900,
    live=live,
    forecast=forecast,
    secrets=("watttime-username", "watttime-password"),
)

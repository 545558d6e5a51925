"""/api/v1/what-if: the same estate in another region, now and over the next day, as JSON."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from aiohttp import web

from cloud_carbon_exporter.model.types import Snapshot
from cloud_carbon_exporter.model.what_if import WhatIf, region_of, what_if
from cloud_carbon_exporter.web import api
from cloud_carbon_exporter.web.settings import SERVING


def document(of: WhatIf) -> dict[str, Any]:
    """The what-if as JSON: Estimates with their bounds, emissions in grams a second."""
    intensity = of.intensity
    return {
        "cloud_provider": of.place.provider,
        "cloud_region": of.place.region,
        "grid": {
            "grams_per_kilowatt_hour": asdict(intensity.grams_per_kilowatt_hour),
            "method": intensity.method,
            "source": intensity.source,
            "estimated": intensity.estimated,
        },
        "pue_ratio": of.place.pue_ratio.value,
        "resources": of.resources,
        "left_out": of.elsewhere,
        "here": {
            "power_watts": asdict(of.power_watts),
            "operational_emissions_grams_per_second": asdict(of.grams_per_second),
        },
        "there": {
            "power_watts": asdict(of.power_watts_there),
            "operational_emissions_grams_per_second": asdict(of.grams_per_second_there),
        },
        "hours": [
            {"hours_ahead": hour, "operational_emissions_grams_per_second": grams}
            for hour, grams in of.hours
        ],
        "greenest_hour_ahead": of.greenest_hour_ahead,
    }


async def answer(request: web.Request) -> web.Response:
    """The same estate in the region the query names."""
    try:
        provider, region = region_of(request.query.get("region", ""))
    except ValueError as error:
        return api.error(400, str(error), "region")
    taken: Snapshot = request.app[SERVING].collector.snapshot
    found = await asyncio.to_thread(what_if, taken, provider, region)
    return api.answer({"taken_at": taken.taken_at, **document(found)})

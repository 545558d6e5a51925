"""/api/v1/what-if: the same estate in another region, now and over the next day, as JSON."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from aiohttp import web

from cloud_carbon_exporter.model.machine_swap import Swap, swap_of
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.model.what_if import WhatIf, region_of, what_if
from cloud_carbon_exporter.model.what_if_machines import with_machines
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import check_parameters
from cloud_carbon_exporter.web.api.resource_query import BadQuery
from cloud_carbon_exporter.web.settings import SERVING

PARAMETERS = ("region", "machine_type")


def what_if_object(comparison: WhatIf) -> JsonObject:
    """The what-if as JSON: Estimates with their bounds, emissions in grams a second."""
    intensity = comparison.intensity
    hours = []
    for hour_ahead, grams_per_second in comparison.hours:
        hours.append(
            {
                "hours_ahead": hour_ahead,
                "operational_emissions_grams_per_second": grams_per_second,
            }
        )
    return {
        "cloud_provider": comparison.place.provider,
        "cloud_region": comparison.place.region,
        "grid": {
            "grams_per_kilowatt_hour": asdict(intensity.grams_per_kilowatt_hour),
            "method": intensity.method,
            "source": intensity.source,
            "estimated": intensity.estimated,
        },
        "pue_ratio": comparison.place.pue_ratio.value,
        "resources": comparison.resources,
        "left_out": comparison.elsewhere,
        "here": _estate(comparison.power_watts, comparison.grams_per_second),
        "there": _estate(comparison.power_watts_there, comparison.grams_per_second_there),
        "hours": hours,
        "greenest_hour_ahead": comparison.greenest_hour_ahead,
    }


def _estate(power_watts: Estimate, grams_per_second: Estimate) -> JsonObject:
    return {
        "power_watts": asdict(power_watts),
        "operational_emissions_grams_per_second": asdict(grams_per_second),
    }


def _comparison(taken: Snapshot, provider: str, region: str, swap: Swap | None) -> WhatIf:
    return what_if(with_machines(taken, swap) if swap else taken, provider, region)


async def what_if_answer(request: web.Request) -> web.Response:
    """The same estate in the region the query names, with other machines where it asks for them."""
    try:
        check_parameters(request.query, PARAMETERS)
        provider, region = region_of(request.query.get("region", ""))
    except BadQuery as bad:  # machine-type, as the flag has it, would be an answer without it
        return error_answer(400, str(bad), bad.parameter)
    except ValueError as error:
        return error_answer(400, str(error), "region")
    try:
        swap = swap_of(request.query["machine_type"]) if "machine_type" in request.query else None
    except ValueError as error:
        return error_answer(400, str(error), "machine_type")
    taken: Snapshot = request.app[SERVING].collector.snapshot
    comparison = await asyncio.to_thread(_comparison, taken, provider, region, swap)
    return json_answer({"taken_at": taken.taken_at, **what_if_object(comparison)})

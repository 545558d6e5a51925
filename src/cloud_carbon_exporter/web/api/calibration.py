"""/api/v1/calibration: what providers report of the last year, and its ratio to our own figures."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from cloud_carbon_exporter.model.months import Calibration, ReportedMonth
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.api.answers import text_answer
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.settings import SERVING


def calibration_object(taken: Snapshot) -> JsonObject:
    """All ratios with the months they are of, and all months that are reported."""
    return {
        "taken_at": taken.taken_at,
        "calibrations": [_calibration(known) for known in taken.calibrations],
        "reported_months": [_reported(month) for month in taken.reported_months],
    }


def _calibration(known: Calibration) -> JsonObject:
    return {
        **_of(known),
        "cloud_region": known.region,
        "service": known.service,
        "scope": known.scope,
        "ratio": json_objects.estimate(known.ratio),
        "months": [month._asdict() for month in known.months],
    }


def _reported(month: ReportedMonth) -> JsonObject:
    return {
        **_of(month),
        "start": month.start,
        "end": month.end,
        "grams": month.grams,
        "restated": month.restated,
    }


def _of(known: Calibration | ReportedMonth) -> JsonObject:
    return {
        "cloud_provider": known.provider,
        "cloud_account_id": known.account_id,
        "source": known.source,
        "method": known.method,
        "model_version": known.model_version,
    }


async def calibration_answer(request: web.Request) -> web.Response:
    """The ratios, and the months they come from."""
    taken = request.app[SERVING].collector.snapshot
    text = await asyncio.to_thread(lambda: json.dumps(calibration_object(taken)))
    return text_answer(text)

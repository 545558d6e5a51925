"""/api/v1/window: when and where a run that may wait is cleanest, as JSON that KEDA can read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from aiohttp import web
from multidict import MultiMapping

from cloud_carbon_exporter.model.hours import HOUR_SECONDS
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.what_if import region_of
from cloud_carbon_exporter.model.window import (
    Load,
    NothingForeseen,
    Run,
    Window,
    best_window,
    foreseen_regions,
)
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.measures import check_parameters
from cloud_carbon_exporter.web.api.resource_query import BadQuery
from cloud_carbon_exporter.web.settings import SERVING

PARAMETERS = ("region", "hours", "deadline", "watts")
HOURS_DEFAULT, HOURS_MOST = 1.0, 24.0
WATTS_DEFAULT, WATTS_MOST = 1000.0, 1e9
REGIONS_MOST = 20

_AHEAD = re.compile(r"(\d{1,4})h")
_SECONDS = re.compile(r"\d{1,11}(\.\d{1,9})?")


def window_object(window: Window, taken_at: float) -> JsonObject:
    """The window as JSON. run_now is 1 or 0, as a scaler wants it."""
    saving = window.saving
    return {
        "taken_at": taken_at,
        "cloud_provider": window.place.provider,
        "cloud_region": window.place.region,
        "method": window.method,
        "source": window.source,
        "hours": window.load.hours,
        "watts": window.load.watts,
        "run_now": int(window.waits_seconds == 0),
        "wait_seconds": window.waits_seconds,
        "now": _run(window.now),
        "cleanest": _run(window.cleanest),
        "saved_emissions_grams": {
            "value": saving.grams,
            "lower": saving.lower,
            "upper": saving.upper,
        },
        "saved_ratio": saving.ratio,
        "is_sure": window.is_sure,
        "foreseen": [
            {"hours_ahead": hour, "grams_per_kilowatt_hour": grams} for hour, grams in window.hours
        ],
    }


def _run(run: Run) -> JsonObject:
    return {
        "start": run.start,
        "end": run.end,
        "grams_per_kilowatt_hour": run.grams_per_kilowatt_hour,
        "operational_emissions_grams": asdict(run.grams),
    }


async def window_answer(request: web.Request) -> web.Response:
    """The cleanest start before the deadline; 404 where nothing is foreseen."""
    taken = request.app[SERVING].collector.snapshot
    try:
        places, load = _parsed(request.query, taken)
        window = best_window(taken, places, load)
    except BadQuery as bad:
        return error_answer(400, str(bad), bad.parameter)
    except NothingForeseen as none:
        known = ", ".join(map(":".join, foreseen_regions(taken)))
        hint = f"hours are foreseen of {known}" if known else "no source of -grid.source foresees"
        return error_answer(404, f"{none}; {hint}", "region")
    return json_answer(window_object(window, taken.taken_at))


def _parsed(
    parameters: MultiMapping[str], taken: Snapshot
) -> tuple[Sequence[tuple[str, str]], Load]:
    check_parameters(parameters, PARAMETERS)
    hours = _number(parameters, "hours", HOURS_DEFAULT, HOURS_MOST)
    watts = _number(parameters, "watts", WATTS_DEFAULT, WATTS_MOST)
    deadline = _deadline(parameters.get("deadline", ""), taken.taken_at)
    if deadline is not None and deadline < taken.taken_at + hours * HOUR_SECONDS:
        raise BadQuery("deadline", "lies before the end of a run that begins now")
    return _regions(parameters.get("region", ""), taken), Load(hours, watts, deadline)


def _regions(text: str, taken: Snapshot) -> Sequence[tuple[str, str]]:
    """Regions of the query; where it names none, all of which hours are foreseen."""
    words = [word for word in text.split(",") if word]
    if len(words) > REGIONS_MOST:
        raise BadQuery("region", f"names more than {REGIONS_MOST}")
    try:
        return [region_of(word) for word in words] or foreseen_regions(taken)
    except ValueError as error:
        raise BadQuery("region", str(error)) from None


def _number(parameters: MultiMapping[str], name: str, default: float, most: float) -> float:
    text = parameters.get(name, "")
    if not text:
        return default
    number = float(text) if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text) else 0
    if not 0 < number <= most:
        raise BadQuery(name, f"allowed is a number above 0, and {most:g} at most")
    return number


def _deadline(text: str, now: float) -> float | None:
    if not text:
        return None
    if ahead := _AHEAD.fullmatch(text):
        return now + int(ahead[1]) * HOUR_SECONDS
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise BadQuery(
            "deadline", "allowed are Unix seconds, 2026-10-01T12:00:00Z, or 8h from now on"
        ) from None

"""/api/v1/budgets: how each budget of carbon stands, as JSON; and its schema."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import get_args

from aiohttp import web

from cloud_carbon_exporter.model.budgets import BudgetPeriod, BudgetStanding
from cloud_carbon_exporter.web.api import json_objects
from cloud_carbon_exporter.web.api.answers import json_answer
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.json_schema import (
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    list_of,
    noted,
    object_of,
    one_of,
    reference,
)

Standings = Callable[[], Sequence[BudgetStanding]]
"""What knows how budgets stand."""

BUDGETS: web.AppKey[Standings] = web.AppKey("budgets")

_BUDGET = object_of(
    {
        "name": TEXT,
        "period": one_of(get_args(BudgetPeriod)),
        "start": MOMENT,
        "end": MOMENT,
        "grams": noted(NUMBER, "what is allowed"),
        "spent_grams": noted(reference("estimate"), "of the time that was counted"),
        "remaining_grams": NUMBER,
        "burn_rate_ratio": {
            "type": ["number", "null"],
            "description": "emissions now by those that use it up exactly at the end",
        },
        "forecast_grams": {
            "anyOf": [reference("estimate"), {"type": "null"}],
            "description": "at the end of the period; null as long as too little was counted",
        },
        "covered_ratio": noted(NUMBER, "how much of the period so far was counted"),
        "of_everything": noted(FLAG, "whether it is of the whole estate"),
    }
)

BUDGETS_SCHEMA = object_of({"budgets": list_of(_BUDGET, "in the order of the file")})


def no_budgets() -> Sequence[BudgetStanding]:
    """Where none is watched."""
    return ()


def _budget(of: BudgetStanding) -> JsonObject:
    return {
        "name": of.name,
        "period": of.period,
        "start": of.start,
        "end": of.end,
        "grams": of.grams,
        "spent_grams": json_objects.estimate(of.spent),
        "remaining_grams": of.remaining_grams,
        "burn_rate_ratio": of.burn_rate,
        "forecast_grams": None if of.forecast is None else json_objects.estimate(of.forecast),
        "covered_ratio": of.covered_ratio,
        "of_everything": of.of_everything,
    }


async def budgets_answer(request: web.Request) -> web.Response:
    """How all budgets stand."""
    return json_answer({"budgets": list(map(_budget, request.app[BUDGETS]()))})

"""Flags of `estimate -plan`: a plan of Terraform, and the budget it is held against."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from cloud_carbon_exporter.config.flag import Flag, flags_in
from cloud_carbon_exporter.config.kinds import text
from cloud_carbon_exporter.config.quantities import number
from cloud_carbon_exporter.config.values import Kind

Period = Literal["month", "year"]
_ALLOWED = "kg of CO2eq from 0 up, a month or with /year"


class Budget(NamedTuple):
    """Budget of emissions: kilograms of CO2eq in a period."""

    kilograms: float
    period: Period


def _budget() -> Kind[Budget | None]:
    kilograms = number("KG", _ALLOWED, 0)

    def parse(value: str) -> Budget:
        amount, _, named = value.partition("/")
        for period in get_args(Period):
            if named in ("", period):
                return Budget(kilograms.parse(amount), period)
        raise ValueError("is of no period that is known")

    def accept(value: object) -> Budget:
        return parse(value if isinstance(value, str) else str(kilograms.accept(value)))

    return Kind("KG", _ALLOWED, accept, parse, None)


PLAN = Flag(
    "plan",
    text("FILE"),
    "",
    "Estimate what a plan of Terraform or OpenTofu changes: what show -json writes of it, from a "
    "file, or from stdin when it is -.",
    commands=("estimate",),
)
BUDGET = Flag(
    "budget",
    _budget(),
    "",
    "The most that all of the plan may emit, in kg of CO2eq a month (12) or a year (144/year), "
    "manufacture included; exit code 1 when what stands after it is above.",
    commands=("estimate",),
)

PLAN_FLAGS = flags_in(globals())

"""Grid beside its intensity: how it is counted, who was asked, and what is foreseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["location", "direct", "live", "market", "marginal"]
"""Method by which the grid is counted.

location: the life-cycle mean of a year; direct: what Scope 2 counts of it, over a year too; live:
the present mean; market: after purchases; marginal: of the next kWh.
"""


@dataclass(frozen=True, slots=True)
class GridSource:
    """Answer of a source of live intensities when last asked for a zone ("": for all)."""

    source: str
    zone: str
    error: str = ""  # the reason's code; empty: it went well
    last_success: float | None = None


@dataclass(frozen=True, slots=True)
class GridForecast:
    """Mean grams of CO2eq a kWh of a region's grid over one of the next hours; 0 begins now."""

    provider: str
    region: str
    method: Method
    source: str
    hours_ahead: int
    grams_per_kilowatt_hour: float


@dataclass(frozen=True, slots=True)
class GridNews:
    """News of the sources of live intensities.

    method: the one operational emissions are counted by.
    """

    method: Method = "location"
    sources: tuple[GridSource, ...] = ()
    forecasts: tuple[GridForecast, ...] = ()
    compare: bool = False  # also show what each of the other methods comes to

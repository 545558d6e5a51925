"""Calendar months of our own estimate, and how the provider's figures of them compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.types import Estimate

Scope = Literal["total", "operational", "embodied"]
"""Scope of a comparison.

total:       all that the provider reports, with operational and embodied together.
operational: its scopes 1 and 2, with what the power emits.
embodied:    its scope 3, with manufacture; it holds more than that: upstream of fuels, buildings.
"""


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """Emissions we counted for an account in the month [start, end), over [first, last) of it."""

    provider: str
    account_id: str
    start: float
    end: float
    operational_grams: float
    embodied_grams: float
    first: float
    last: float

    @property
    def grams(self) -> float:
        """Operational and embodied together, as the providers report them."""
        return self.operational_grams + self.embodied_grams

    @property
    def covered_ratio(self) -> float:
        """How much of the month was counted."""
        return (self.last - self.first) / (self.end - self.start)

    @property
    def is_whole(self) -> bool:
        """Whether as good as all of it was, so that it can be compared."""
        return self.covered_ratio >= figure("calibration.whole_month_ratio").value


class ServiceMonth(NamedTuple):
    """Emissions we counted for one service of an account in a region, in the month from `start`.

    service: as the provider's report calls it; empty for kinds its report has no service for.
    method: of the intensity they were counted by; empty where there was none.
    """

    provider: str
    account_id: str
    region: str
    service: str
    method: str
    start: float
    operational_grams: float
    embodied_grams: float


class ComparedMonth(NamedTuple):
    """Our own figure of a month and the provider's. own_grams: taken over the whole of it."""

    start: float
    own_grams: float
    reported_grams: float


class ReportedMonth(NamedTuple):
    """What a provider reports of an account's month by one method, its services together.

    restated: how often it told the month again, with other figures. model_version: of its model.
    """

    provider: str
    account_id: str
    source: str
    method: str
    start: float
    end: float
    grams: float
    model_version: str
    restated: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ratio of what a provider reports to what we counted, over the same months.

    Empty region or service: over all of them. ratio: its interval is where the ratio of one more
    month would lie nine times in ten. model_version: of the provider's own model; empty where it
    tells none. months: those compared, the oldest first.
    """

    provider: str
    account_id: str
    region: str
    service: str
    scope: Scope
    method: str
    source: str
    model_version: str
    ratio: Estimate
    months: tuple[ComparedMonth, ...]

"""Figures of a report of a period: what it holds, wherever they were read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.model.differences import Difference
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.months import ReportedMonth
from cloud_carbon_exporter.model.sums import Sum
from cloud_carbon_exporter.model.types import Basis


class Amount(NamedTuple):
    """Amount with its 90 % interval; a bound that nobody knows is None."""

    value: float
    lower: float | None = None
    upper: float | None = None

    def times(self, factor: float) -> Amount:
        """The same in another unit."""
        lower = None if self.lower is None else self.lower * factor
        upper = None if self.upper is None else self.upper * factor
        return Amount(self.value * factor, lower, upper)


def amount_of(total: Sum, *, bounded: bool = True) -> Amount:
    """Amount of a sum. bounded: whether its interval is known."""
    estimate = total.estimate
    if not bounded:
        return Amount(estimate.value)
    return Amount(estimate.value, estimate.lower, estimate.upper)


class Period(NamedTuple):
    """Period [start, end), in Unix seconds."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Source:
    """Where sums of the past are read.

    name: as the report says it. bounded: whether sums of groups have intervals too; those of the
        whole always have. finest: the shortest step it knows.
    """

    name: str
    ask: Callable[[Query], Sequence[Summed]]
    bounded: bool = True
    finest: str = "hour"


class GroupSums(NamedTuple):
    """Sums of one group over the period, or of the whole. labels: values of what it is by."""

    labels: tuple[str, ...]
    counted_seconds: float
    energy_kilowatt_hours: Amount
    operational_grams: Amount
    embodied_grams: Amount
    emissions_grams: Amount


class MethodSums(NamedTuple):
    """Emissions of the energy by one method of the grid, from annual figures.

    own_ratio: of the energy, how much stands where the method has a figure of its own; for the rest
        the direct one stands in.
    """

    method: Method
    grams: Amount
    own_ratio: float


class Electricity(NamedTuple):
    """Energy of the period, by each method.

    upstream_grams: supply of the fuels and making of the stations: what the life-cycle mean has
        more than the direct one. counted_as: method the counted grams agree with; empty where
        they do with none, as hourly values do. intensity: grams a kWh as counted.
    """

    methods: tuple[MethodSums, ...]
    upstream_grams: Amount
    counted_as: Method | None
    intensity_grams_per_kilowatt_hour: float


class Counted(NamedTuple):
    """How much of the period was counted. gaps: whole steps of which nothing is known."""

    seconds: float
    ratio: float
    gaps: tuple[Period, ...]
    step: str


class Change(NamedTuple):
    """Change against the period before, of the mean of a counted day, as months differ in length.

    grams_per_day: what it is more; ratio: that beside what was before, None where that was 0.
    """

    before: Period
    before_ratio: float
    before_grams: Amount
    grams_per_day: Difference
    ratio: float | None


class Doubt(NamedTuple):
    """Fact that the total hangs on. ratio: its part of the squared reach; source: who says so."""

    fact: str
    ratio: float
    source: str


class ProviderFigure(NamedTuple):
    """What a provider reports of a month, and what was counted of that month and account.

    alike: whether both are by location, or both by market.
    """

    reported: ReportedMonth
    own_grams: float
    own_ratio: float
    alike: bool


class SoftwareCarbonIntensity(NamedTuple):
    """SCI of ISO/IEC 21031: (energy x intensity + embodied) over functional units."""

    unit: str
    units: float
    grams_per_unit: Amount


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """All that a report of [period.start, period.end) says.

    by: labels the groups are by. by_basis: share of the energy.
    """

    period: Period
    made_at: float
    source: str
    model_version: str
    counted: Counted
    total: GroupSums
    by: tuple[str, ...]
    groups: tuple[GroupSums, ...]
    electricity: Electricity
    by_basis: Mapping[Basis, float]
    change: Change | None
    doubts: tuple[Doubt, ...]
    provider_figures: tuple[ProviderFigure, ...]
    intensity: SoftwareCarbonIntensity | None

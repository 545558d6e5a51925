"""Read budget: which of the monitoring reads that are due are made now, and which wait.

One read brings all Points since the last, so a late read costs no energy from the counters; what it
costs is that the gauge is old meanwhile. So the dollars go where the total would be wrong most: to
large machines whose load varies and that have not been read for long. With weights w (watts of
swing x spread of the load) the reads of each come 1/w apart, which is what makes the last dollar
buy the same everywhere.

What the payer has free goes before the dollars: at once without a budget, as no read waits then;
else spread over the month, as the dollars are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import pstdev
from typing import NamedTuple

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.api_costs.calendar_month import elapsed_share, month_name, month_seconds
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Place, Point, Resource
from cloud_carbon_exporter.providers.spec import Metric, Read

DAY_SECONDS = 86400.0

# Standard deviation of a load nobody has read yet: worth a look.
UNKNOWN_SPREAD = 0.3

# Of a load that stood still, so that it is looked at again all the same.
LEAST_SPREAD = 0.01


class SeriesKey(NamedTuple):
    """One monitoring series of a resource."""

    resource_id: str
    metric_name: str


class Choice(NamedTuple):
    """Reads to make now, and reads to put off. What is to be read for free says so."""

    now: list[Read]
    later: list[Read]


def series_key(resource: Resource, metric: Metric) -> SeriesKey:
    """The key of a resource's series."""
    return SeriesKey(resource.id, metric.name)


class ReadBudget:
    """The budget of one Target.

    dollars: USD a month, 0 for no limit. price: USD a read. free: requests a month. single: whether
        each series can be read alone; else a metric is read for all resources or none. swing: watts
        between a resource's idle and its full load.
    """

    def __init__(
        self,
        budget: Budget,
        target: str,
        *,
        dollars: float,
        free: int = 0,
        price: float,
        single: bool,
        swing: Callable[[Resource], float],
    ) -> None:
        self._budget = budget
        self._target = target
        self._dollars = dollars
        self._free = free
        self._price = price
        self._single = single
        self._swing = swing
        self._read_at: dict[SeriesKey, float] = {}
        self._spread: dict[SeriesKey, float] = {}

    def choose(self, due: Sequence[Read], now: float) -> Choice:
        """Of the reads that are due: those to make now, and those to put off."""
        limited = self._dollars or self._free
        if not limited or not self._price or not due:
            return Choice(list(due), [])
        free, affordable = self.free_requests(now), math.inf
        groups = self._groups(due)
        if self._dollars:
            affordable = math.floor(self.allowance(now) / self._price)
            groups.sort(key=lambda group: -self._worth(group, now))
        choice = Choice([], [])
        for group in groups:
            if len(group) <= free and all(_is_one_series(read) for read in group):
                free -= len(group)
                choice.now.extend(replace(read, free=True) for read in group)
            elif len(group) <= affordable:
                affordable -= len(group)
                choice.now.extend(group)
            else:
                choice.later.extend(group)
        return choice

    def allowance(self, now: float) -> float:
        """USD that may be spent now: what the month allows by now, less what it has cost."""
        spent = self._budget.spent_this_month(self._target) or 0.0
        unknown = self._dollars * self._unknown_share(now)
        return max(0.0, _paced(self._dollars, now) - spent - unknown)

    def free_requests(self, now: float) -> int:
        """How many requests may be made for free now."""
        used = self._budget.free_this_month(self._target) or 0
        granted = _paced(self._free, now) if self._dollars else self._free
        return max(0, math.floor(granted - used - self._free * self._unknown_share(now)))

    def _unknown_share(self, now: float) -> float:
        """Share of the month's whole that is taken as used before this process, if nobody told.

        That is the share of the month that had passed by then.
        """
        until = self._budget.unknown_until(self._target)
        return elapsed_share(until) if month_name(until) == month_name(now) else 0.0

    def note(self, read: Read, points: Iterable[Point], now: float) -> None:
        """A read was made; its Points tell how much the load varies."""
        if not self._dollars:  # nothing is weighed
            return
        series = series_key(read.resource, read.metric)
        self._read_at[series] = now
        values = [point.value for point in points]
        if len(values) > 1:
            self._spread[series] = max(LEAST_SPREAD, pstdev(values))

    def forget(self, present: set[SeriesKey]) -> None:
        """Keep only what is still there."""
        for known in (self._read_at, self._spread):
            for series in known.keys() - present:
                del known[series]

    def _groups(self, due: Sequence[Read]) -> list[list[Read]]:
        """Reads made together or not at all: some signals are the sum of several series."""
        groups: defaultdict[SeriesKey, list[Read]] = defaultdict(list)
        for read in due:
            key = SeriesKey("", read.metric.name)
            if self._single:
                key = SeriesKey(read.resource.id, read.metric.into)
            groups[key].append(read)
        return list(groups.values())

    def _worth(self, group: Sequence[Read], now: float) -> float:
        """Watts by which the total may be wrong without these reads, for each dollar they cost."""
        return sum(self._error_watts(read, now) for read in group) / len(group)

    def _error_watts(self, read: Read, now: float) -> float:
        if read.metric.valid_seconds >= DAY_SECONDS:
            return math.inf  # a daily figure is cheap, and nothing stands in for it
        series = series_key(read.resource, read.metric)
        spread = self._spread.get(series, UNKNOWN_SPREAD)
        age = now - self._read_at.get(series, -math.inf)
        if age < 0:  # the clock was set back since
            age = math.inf
        return self._swing(read.resource) * spread * min(age, month_seconds(now))


def swing_watts(resource: Resource, place: Place) -> float:
    """Watts between idle and full load of a resource; all it draws where its load is no ratio."""
    idle: dict[str, float] = {}
    full: dict[str, float] = {}
    for component in resource.components:
        if component.load.endswith("_ratio"):
            idle[component.load], full[component.load] = 0.0, 1.0
    if not full:
        return power_watts(resource, {}, place)
    return power_watts(resource, full, place) - power_watts(resource, idle, place)


def _is_one_series(read: Read) -> bool:
    """Whether a Read is one series for certain, so that one request brings it."""
    return not (read.metric.class_dimension or read.metric.spread)


def _paced(whole: float, now: float) -> float:
    """Of what a month holds, what may be gone by now: its elapsed share and a day's more."""
    return min(whole * (elapsed_share(now) + DAY_SECONDS / month_seconds(now)), whole)

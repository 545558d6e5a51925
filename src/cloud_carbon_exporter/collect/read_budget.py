"""Keeping a monthly budget: which of the reads that are due are made now, and which wait.

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
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from statistics import pstdev

from cloud_carbon_exporter.api_costs.budget import Budget, month_of
from cloud_carbon_exporter.model.types import Point, Resource
from cloud_carbon_exporter.providers.spec import Read

DAY_SECONDS = 86400.0
UNKNOWN_SPREAD = 0.3  # of a load nobody has read yet: worth a look
LEAST_SPREAD = 0.01  # of a load that stood still: looked at again all the same

Series = tuple[str, str]  # resource id, metric name


class Governor:
    """The budget of one Target. `dollars` a month, 0 for no limit; `price`: USD a read; `free`:
    requests a month.

    single: whether each series can be read alone; else a metric is read for all resources or none.
    swing: watts between a resource's idle and its full load.
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
        self._read_at: dict[Series, float] = {}
        self._spread: dict[Series, float] = {}

    def choose(self, due: Sequence[Read], now: float) -> tuple[list[Read], list[Read]]:
        """Of the reads that are due: those to make now, and those to put off. What is to be read
        for free says so.
        """
        if not (self._dollars or self._free) or not self._price or not due:
            return list(due), []
        free, affordable = self.free_requests(now), math.inf
        groups = list(self._groups(due))
        if self._dollars:
            affordable = math.floor(self.allowance(now) / self._price)
            groups.sort(key=lambda group: -self._worth(group, now))
        chosen: list[Read] = []
        put_off: list[Read] = []
        for group in groups:
            if len(group) <= free and all(_one_series(read) for read in group):
                free -= len(group)
                chosen += [replace(read, free=True) for read in group]
            elif len(group) <= affordable:
                affordable -= len(group)
                chosen += group
            else:
                put_off += group
        return chosen, put_off

    def allowance(self, now: float) -> float:
        """USD that may be spent now: the month's share that has passed and a day's more, never
        above the month's.
        """
        spent = self._budget.spent_this_month(self._target) or 0.0
        return max(
            0.0, _paced(self._dollars, now) - spent - self._dollars * self._unknown_share(now)
        )

    def free_requests(self, now: float) -> int:
        """How many requests may be made for free now."""
        used = self._budget.free_this_month(self._target) or 0
        granted = _paced(self._free, now) if self._dollars else self._free
        return max(0, math.floor(granted - used - self._free * self._unknown_share(now)))

    def _unknown_share(self, now: float) -> float:
        """What was used this month before this process, if it is not known, is taken as what the
        month was old then.
        """
        until = self._budget.unknown_until(self._target)
        return elapsed_share(until) if month_of(until) == month_of(now) else 0.0

    def note(self, read: Read, points: Iterable[Point], now: float) -> None:
        """A read was made; its Points tell how much the load varies."""
        series = (read.resource.id, read.metric.name)
        self._read_at[series] = now
        values = [point.value for point in points]
        if self._dollars and len(values) > 1:
            self._spread[series] = max(LEAST_SPREAD, pstdev(values))

    def forget(self, present: set[Series]) -> None:
        """Keep only what is still there."""
        for known in (self._read_at, self._spread):
            for series in known.keys() - present:
                del known[series]

    def _groups(self, due: Sequence[Read]) -> Iterable[Sequence[Read]]:
        groups: dict[Hashable, list[Read]] = defaultdict(list)
        for read in due:
            made_of = (
                read.resource.id,
                read.metric.into,
            )  # some signals are the sum of several series
            groups[made_of if self._single else read.metric.name].append(read)
        return groups.values()

    def _worth(self, group: Sequence[Read], now: float) -> float:
        """Watts by which the total may be wrong for want of these reads, for each dollar they cost."""
        return sum(self._error(read, now) for read in group) / len(group)

    def _error(self, read: Read, now: float) -> float:
        if read.metric.valid_seconds >= DAY_SECONDS:
            return math.inf  # a daily figure is cheap, and nothing stands in for it
        series = (read.resource.id, read.metric.name)
        age = now - self._read_at.get(series, -math.inf)
        return (
            self._swing(read.resource)
            * self._spread.get(series, UNKNOWN_SPREAD)
            * min(age, month_seconds(now))
        )


def _one_series(read: Read) -> bool:
    """Whether a Read is one series for certain, so that one request brings it."""
    return not (read.metric.class_dimension or read.metric.spread)


def _paced(whole: float, now: float) -> float:
    """Of what a month holds, what may be gone by now: its elapsed share and a day's more."""
    return min(whole * (elapsed_share(now) + DAY_SECONDS / month_seconds(now)), whole)


def month_bounds(moment: float) -> tuple[float, float]:
    """Start and end of the calendar month (UTC) a moment lies in."""
    at = datetime.fromtimestamp(moment, UTC)
    start = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start.timestamp(), end.timestamp()


def month_seconds(moment: float) -> float:
    """Length of the calendar month (UTC) a moment lies in."""
    start, end = month_bounds(moment)
    return end - start


def elapsed_share(moment: float) -> float:
    """How much of its calendar month (UTC) has passed, 0..1."""
    start, end = month_bounds(moment)
    return (moment - start) / (end - start)

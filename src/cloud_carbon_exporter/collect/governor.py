"""Keeping a monthly budget: which of the reads that are due are made now, and which wait.

One read brings all Points since the last, so a late read costs no energy from the counters; what it costs is that the
gauge is old meanwhile. So the dollars go where the total would be wrong most: to large machines whose load varies and
that have not been read for long. With weights w (watts of swing x spread of the load) the reads of each come 1/w apart,
which is what makes the last dollar buy the same everywhere.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, datetime
from statistics import pstdev

from cloud_carbon_exporter.budget import Budget, month_of
from cloud_carbon_exporter.model.types import Point, Resource
from cloud_carbon_exporter.providers.spec import Read

DAY_SECONDS = 86400.0
UNKNOWN_SPREAD = 0.3  # of a load nobody has read yet: worth a look
LEAST_SPREAD = 0.01  # of a load that stood still: looked at again all the same

Series = tuple[str, str]  # resource id, metric name


class Governor:
    """The budget of one Target. `dollars` a month, 0 for no limit; `price`: USD a read.

    single: whether each series can be read alone; else a metric is read for all resources or none.
    swing: watts between a resource's idle and its full load.
    """

    def __init__(
        self,
        budget: Budget,
        target: str,
        *,
        dollars: float,
        price: float,
        single: bool,
        swing: Callable[[Resource], float],
        now: float,
    ) -> None:
        self._budget = budget
        self._target = target
        self._dollars = dollars
        self._price = price
        self._single = single
        self._swing = swing
        self._read_at: dict[Series, float] = {}
        self._spread: dict[Series, float] = {}
        # What was spent before this process is not known: as much as the month is old.
        self._assumed_month = month_of(now) if budget.spent_this_month(target) is None else ""
        self._assumed = dollars * elapsed_share(now)

    def choose(self, due: Sequence[Read], now: float) -> tuple[list[Read], list[Read]]:
        """Of the reads that are due: those to make now, and those to put off."""
        if not self._dollars or not self._price or not due:
            return list(due), []
        affordable = math.floor(self.allowance(now) / self._price)
        chosen: list[Read] = []
        put_off: list[Read] = []
        for group in sorted(self._groups(due), key=lambda group: -self._worth(group, now)):
            fits = len(chosen) + len(group) <= affordable
            (chosen if fits else put_off).extend(group)
        return chosen, put_off

    def allowance(self, now: float) -> float:
        """USD that may be spent now: the month's share that has passed and a day's more, never above the month's."""
        spent = self._budget.spent_this_month(self._target) or 0.0
        if month_of(now) == self._assumed_month:
            spent += self._assumed
        ahead = self._dollars * DAY_SECONDS / month_seconds(now)
        return max(0.0, min(self._dollars * elapsed_share(now) + ahead, self._dollars) - spent)

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
            made_of = (read.resource.id, read.metric.into)  # some signals are the sum of several series
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
        return self._swing(read.resource) * self._spread.get(series, UNKNOWN_SPREAD) * min(age, month_seconds(now))


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

"""Standing of a budget: spent, burn rate, and what it comes to at the end of its period. Pure.

The forecast is what was spent and the mean of the last days over the time that is left. Two things
may be wrong with it, each apart from the other: the facts, in what was spent as in what comes; and
that days differ, s from one to the next:

    reach = t s sqrt(1/n + 1/m) x time left, of n days that were and m that come; t is Student's

Nothing is foreseen from an instant: a day of a month, or a week of a year, must have been counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import hypot, sqrt
from typing import NamedTuple

from cloud_carbon_exporter.api_costs.calendar_month import month_bounds
from cloud_carbon_exporter.model.budgets import BudgetPeriod, BudgetStanding, CarbonBudget
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.hours import DAY_SECONDS, HOUR_SECONDS
from cloud_carbon_exporter.model.stretches import Lengths, Stretch
from cloud_carbon_exporter.model.sums import FootprintSum
from cloud_carbon_exporter.model.types import Estimate

LOOKED_BACK_DAYS = 7
"""Days whose mean goes on: a whole week, as weekends differ."""

COUNTED_PARTS = 50
"""A forecast needs this part of the period counted: a day of a month's, a week of a year's."""

LEAST_HOURS = 6
"""Hours of a day that must be counted for its mean to be one of the days."""


class DayGrams(NamedTuple):
    """Grams of one day."""

    operational: float = 0
    embodied: float = 0

    def plus(self, more: DayGrams) -> DayGrams:
        """Both together."""
        return DayGrams(self.operational + more.operational, self.embodied + more.embodied)


class _Pace(NamedTuple):
    """Grams a second over the last days. spread: by how much one day differs from the next."""

    mean: float
    spread: float
    days: int


def period_bounds(period: BudgetPeriod, moment: float) -> Stretch:
    """The calendar month or year of UTC a moment lies in."""
    if period == "month":
        return Stretch(*month_bounds(moment))
    year = datetime.fromtimestamp(moment, UTC).year
    return Stretch(*[datetime(each, 1, 1, tzinfo=UTC).timestamp() for each in (year, year + 1)])


def standing(
    budget: CarbonBudget,
    days: Mapping[int, DayGrams],
    stretches: Iterable[Stretch],
    emitted_grams: float,
    rate: FootprintSum,
    now: float,
) -> BudgetStanding:
    """How it stands. rate: what is emitted now; emitted_grams: over all periods."""
    start, end = period_bounds(budget.period, now)
    grams = sum(sum(of_day) for day, of_day in days.items() if start <= day < end)
    counted = Lengths(stretches)
    seconds = counted.within(start, now)
    emissions = rate.emissions_grams_per_second.estimate
    pace = _pace(days, counted, now)
    wanted = (end - start) / COUNTED_PARTS
    # just after midnight of the first the month before says how days go on
    known = counted.within(now - LOOKED_BACK_DAYS * DAY_SECONDS, now) if pace else 0
    forecast = None
    if pace is not None and max(known, seconds) >= wanted:
        forecast = _forecast(grams, pace, end - now, emissions)
    return BudgetStanding(
        budget.name,
        budget.period,
        start,
        end,
        budget.grams,
        _bounded(grams, emissions),
        emissions.value * (end - start) / budget.grams if rate.resources else None,
        forecast,
        min(1.0, seconds / (now - start)) if now > start else 0,
        emitted_grams,
        budget.selector.holds_all,
    )


def _pace(days: Mapping[int, DayGrams], counted: Lengths, now: float) -> _Pace | None:
    """Pace of the last days; None of fewer than two, of which nothing is known how days differ."""
    since = now - (LOOKED_BACK_DAYS + 1) * DAY_SECONDS
    rates: list[float] = []
    whole = seconds_of_all = 0.0
    for day, grams in days.items():
        seconds = counted.within(day, min(now, day + DAY_SECONDS))
        if since < day <= now and seconds >= LEAST_HOURS * HOUR_SECONDS:
            rates.append(sum(grams) / seconds)
            whole += sum(grams)
            seconds_of_all += seconds
    if len(rates) < 2:
        return None
    mean = whole / seconds_of_all
    squares = sum((rate - mean) * (rate - mean) for rate in rates)
    return _Pace(mean, sqrt(squares / (len(rates) - 1)), len(rates))


def _forecast(spent: float, pace: _Pace, seconds_left: float, now: Estimate) -> Estimate:
    value = spent + pace.mean * seconds_left
    days_left = max(1.0, seconds_left / DAY_SECONDS)
    normal = figure("calibration.interval_deviations").value
    # Student's quantile to the first term of its expansion: z + (z^3 + z) / 4v
    student = normal * (1 + (normal * normal + 1) / (4 * (pace.days - 1)))
    reach = student * pace.spread * sqrt(1 / pace.days + 1 / days_left) * seconds_left
    facts = _bounded(value, now)
    lower = value - hypot(value - facts.lower, reach)
    upper = value + hypot(facts.upper - value, reach)
    return Estimate(value, max(0.0, lower), upper, now.basis)


def _bounded(grams: float, now: Estimate) -> Estimate:
    """Grams that err as what is emitted now does; as nothing is known of where nothing is there."""
    if not now.value:
        return Estimate(grams, 0, 2 * grams, "assumed")
    lower, upper = now.lower / now.value, now.upper / now.value
    return Estimate(grams, grams * lower, grams * upper, now.basis)

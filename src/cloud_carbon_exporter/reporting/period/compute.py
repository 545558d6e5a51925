"""Report of a period from sums of the past. Nothing is extrapolated: what was not counted is said.

The change against the period before is that of the mean of a counted day: months differ in length,
and in how much of them was counted. What is wrong in a fact is wrong in both, and cancels.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.api_costs.calendar_month import month_bounds
from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.history.series import LABELS, By
from cloud_carbon_exporter.model.calibration import BOUNDARIES
from cloud_carbon_exporter.model.differences import difference
from cloud_carbon_exporter.model.facts import figures
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.months import ReportedMonth
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR
from cloud_carbon_exporter.model.sums import NO_FACT, Sum
from cloud_carbon_exporter.model.types import Basis
from cloud_carbon_exporter.reporting.period.counted import DAY_SECONDS, counted
from cloud_carbon_exporter.reporting.period.electricity import RegionEnergy, electricity
from cloud_carbon_exporter.reporting.period.figures import (
    Amount,
    Change,
    Counted,
    Doubt,
    Electricity,
    GroupSums,
    Period,
    PeriodReport,
    ProviderFigure,
    SoftwareCarbonIntensity,
    Source,
    amount_of,
)

DOUBTS = 8
"""Facts that are named: those behind them move no digit that is shown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for.

    by: labels, with what reads each. unit and units: the functional unit of the SCI and how many
        there were; none where units is 0. method: by which the grid is counted now.
    """

    period: Period
    by: Mapping[str, By]
    method: Method
    model_version: str
    unit: str = ""
    units: float = 0
    reported: Sequence[ReportedMonth] = field(default=())


def period_report(source: Source, asked: Asked, now: float) -> PeriodReport:
    """The report. Raises what the source does; ValueError where nothing of it was counted."""
    period = asked.period
    whole = source.ask(Query(*period, {}))
    if not whole:
        raise ValueError("nothing of that time was counted")
    regions = source.ask(Query(*period, _labels("cloud_provider", "cloud_region")))
    groups = source.ask(Query(*period, asked.by)) if asked.by else ()
    power = electricity([_region(row) for row in regions], asked.method)
    emissions = whole[0].amounts.emissions_grams
    how_much = counted(source, period)
    return PeriodReport(
        period=period,
        made_at=now,
        source=source.name,
        model_version=asked.model_version,
        counted=how_much,
        total=_group(whole[0]),
        by=tuple(asked.by),
        groups=_largest_first([_group(row, bounded=source.bounded) for row in groups]),
        electricity=power,
        by_basis=_by_basis(source, period),
        change=_change(source, period, whole[0], how_much),
        doubts=_doubts(emissions),
        provider_figures=_provider_figures(source, asked, power.counted_as or asked.method),
        intensity=_intensity(asked, whole[0], power),
    )


def _labels(*names: str) -> Mapping[str, By]:
    return {name: LABELS[name] for name in names}


def _region(row: Summed) -> RegionEnergy:
    provider, region = row.labels
    return RegionEnergy(provider, region, row.amounts.energy_joules, row.amounts.operational_grams)


def _group(row: Summed, *, bounded: bool = True) -> GroupSums:
    amounts = row.amounts
    energy = amount_of(amounts.energy_joules, bounded=bounded)
    return GroupSums(
        row.labels,
        row.seconds,
        energy.times(1 / JOULES_PER_KILOWATT_HOUR),
        amount_of(amounts.operational_grams, bounded=bounded),
        amount_of(amounts.embodied_grams, bounded=bounded),
        amount_of(amounts.emissions_grams, bounded=bounded),
    )


def _largest_first(groups: Sequence[GroupSums]) -> tuple[GroupSums, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.emissions_grams.value, group.labels)))


def _by_basis(source: Source, period: Period) -> Mapping[Basis, float]:
    """Share of the energy by basis: of `measured` every load was read."""
    joules: dict[Basis, float] = {}
    for row in source.ask(Query(*period, _labels("basis"))):
        basis = row.amounts.energy_joules.basis
        joules[basis] = joules.get(basis, 0) + row.amounts.energy_joules.value
    whole = sum(joules.values())
    return {basis: value / whole for basis, value in joules.items()} if whole else {}


def before(period: Period) -> Period:
    """Period before: as many calendar months where it is whole ones, else as long."""
    months, start = 0, period.start
    while start < period.end and month_bounds(start).start == start:
        start, months = int(month_bounds(start).end), months + 1
    if start != period.end:
        return Period(period.start - period.seconds, period.start)
    first = period.start
    for _ in range(months):
        first = int(month_bounds(first - 1).start)
    return Period(first, period.start)


def _change(source: Source, period: Period, now: Summed, how_much: Counted) -> Change | None:
    """Change against the period before; None where nothing of that was counted."""
    earlier = before(period)
    rows = source.ask(Query(*earlier, {})) if earlier.start >= 0 else ()
    if not rows or not rows[0].seconds or not how_much.seconds:
        return None
    then = rows[0].amounts.emissions_grams
    a_day_then = then.scaled(DAY_SECONDS / rows[0].seconds)
    a_day_now = now.amounts.emissions_grams.scaled(DAY_SECONDS / how_much.seconds)
    more = difference({"": a_day_then}, {"": a_day_now})
    return Change(
        earlier,
        min(1.0, rows[0].seconds / earlier.seconds),
        amount_of(then),
        more,
        more.value / a_day_then.value if a_day_then.value else None,
    )


def _doubts(emissions: Sum) -> tuple[Doubt, ...]:
    """Facts that the interval of the total comes from, the widest first."""
    squares: dict[str, float] = {}
    for reach in (emissions.down, emissions.up):
        for fact, deviation in reach.by_fact.items():
            squares[fact] = squares.get(fact, 0) + deviation * deviation
    whole = sum(squares.values()) + emissions.down.own + emissions.up.own
    known = figures()
    doubts: list[Doubt] = []
    for fact in sorted(squares, key=lambda fact: -squares[fact])[:DOUBTS]:
        if fact != NO_FACT and squares[fact]:
            row = known.get(fact)
            doubts.append(Doubt(fact, squares[fact] / whole, row.source if row else ""))
    return tuple(doubts)


def _provider_figures(source: Source, asked: Asked, method: Method) -> tuple[ProviderFigure, ...]:
    """Providers' figures of the months within the period, each beside what was counted of it."""
    period, within = asked.period, list[ReportedMonth]()
    for month in asked.reported:
        if period.start <= month.start and month.end <= period.end:
            within.append(month)
    if not within:
        return ()
    by = _labels("cloud_provider", "cloud_account_id")
    own: dict[tuple[float, tuple[str, ...]], Summed] = {}
    for start, end in {(int(month.start), int(month.end)) for month in within}:
        for row in source.ask(Query(start, end, by)):
            own[start, row.labels] = row
    told: list[ProviderFigure] = []
    for month in within:
        ours = own.get((month.start, (month.provider, month.account_id)))
        grams = ours.amounts.emissions_grams.value if ours else 0.0
        seconds = ours.seconds if ours else 0.0
        ratio = min(1.0, seconds / (month.end - month.start))
        told.append(ProviderFigure(month, grams, ratio, month.method == BOUNDARIES[method]))
    return tuple(told)


def _intensity(asked: Asked, whole: Summed, power: Electricity) -> SoftwareCarbonIntensity | None:
    """SCI over the functional units; by location, as the specification takes no market figure."""
    if not asked.units:
        return None
    grams = amount_of(whole.amounts.emissions_grams)
    if power.counted_as == "market" or (not power.counted_as and asked.method == "market"):
        location = power.methods[0].grams
        embodied = amount_of(whole.amounts.embodied_grams)
        # They err apart: the grid has no part in manufacture. Both added is the wider interval.
        both = zip(location, embodied, strict=True)
        grams = Amount(*[(one or 0) + (other or 0) for one, other in both])
    return SoftwareCarbonIntensity(asked.unit, asked.units, grams.times(1 / asked.units))


def moment_text(at: float) -> str:
    """Moment as a report says it: the day, and the hour where it is not midnight."""
    form = "%Y-%m-%d" if at % DAY_SECONDS == 0 else "%Y-%m-%d %H:%M"
    return time.strftime(form, time.gmtime(at))

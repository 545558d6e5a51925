"""Plan of Terraform as a person and as a program reads it: before, after, difference. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Literal, NamedTuple

from cloud_carbon_exporter.estimate import Result
from cloud_carbon_exporter.model.differences import Difference
from cloud_carbon_exporter.model.quantities import GRAMS_PER_KILOGRAM, SECONDS_PER_YEAR
from cloud_carbon_exporter.model.sums import FootprintSum, footprint_sum
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.plan.plan import Pick, Plan, Planned, difference_of
from cloud_carbon_exporter.reporting.estimates import footprint
from cloud_carbon_exporter.reporting.tables import Section, figure
from cloud_carbon_exporter.web.api import json_objects

MONTHS_PER_YEAR = 12
_MOST_ADDRESSES = 5


class _Quantity(NamedTuple):
    """Quantity a plan is told by: its name in JSON, its title, and which sum it is."""

    name: str
    title: str
    pick: Pick


_QUANTITIES = (
    _Quantity("power_watts", "Power drawn, PUE included", lambda of: of.power_watts),
    _Quantity(
        "operational_emissions_grams_per_second",
        "Emissions of the power",
        lambda of: of.operational_grams_per_second,
    ),
    _Quantity(
        "embodied_emissions_grams_per_second",
        "Emissions of manufacture",
        lambda of: of.embodied_grams_per_second,
    ),
    _Quantity("emissions_grams_per_second", "Emissions", lambda of: of.emissions_grams_per_second),
)
_EMISSIONS = _QUANTITIES[-1].pick


Verdict = Literal["within", "above", "unknown"]


class Held(NamedTuple):
    """Budget a plan is held against. kilograms, and what stands after the plan, in one period.

    unknown: how many of its resources emit what is not known: they have no region, or the plan
    tells what they are only once it is applied. partial: the plan is not all of the change.
    """

    kilograms: float
    period: str
    after: Estimate
    unknown: int
    partial: bool

    @property
    def verdict(self) -> Verdict:
        """Above, where what is known is so already; unknown where something is not; else within."""
        if self.after.value > self.kilograms:
            return "above"
        return "unknown" if self.unknown or self.partial else "within"

    @property
    def exceeded(self) -> bool:
        """Whether it is exceeded, or cannot be held as emissions are not known."""
        return self.verdict != "within"


def seconds_of(period: str) -> float:
    """Seconds of a mean month, or of a year."""
    return SECONDS_PER_YEAR / (MONTHS_PER_YEAR if period == "month" else 1)


def held(plan: Plan, kilograms: float, period: str) -> Held:
    """Budget with what stands after the plan."""
    after = plan.after.emissions_grams_per_second.estimate
    scaled = _scaled(after, seconds_of(period) / GRAMS_PER_KILOGRAM)
    return Held(kilograms, period, scaled, len(plan.unknown_after), bool(plan.partial))


def sections(plan: Plan, period: str, budget: Held | None) -> list[Section]:
    """Sections of the answer: the sums, what changes, and what is not estimated."""
    return [_sums(plan, period, budget), *_changes(plan, period), *_left(plan)]


def _sums(plan: Plan, period: str, budget: Held | None) -> Section:
    rows: list[tuple[str, ...]] = []
    before, after = plan.before, plan.after
    for of in _QUANTITIES:
        unit, factor = _shown_in(of, period)
        sides = [_interval(_scaled(of.pick(side).estimate, factor)) for side in (before, after)]
        change = plan.difference(of.pick).times(factor)
        rows.append((of.title, unit, *sides, _change(change)))
    header = ("", "unit", "before", "after", "change")
    return Section("What the plan emits", header, tuple(rows), tuple(_notes(plan, budget)))


def _shown_in(of: _Quantity, period: str) -> tuple[str, float]:
    """Unit a quantity is shown in, and how many of it a unit a second is."""
    if of.name == "power_watts":
        return "W", 1
    return f"kgCO2eq/{period}", seconds_of(period) / GRAMS_PER_KILOGRAM


def _notes(plan: Plan, budget: Held | None) -> Iterator[str]:
    if budget is not None:
        yield _verdict(budget)
    yield (
        "In brackets the 90 % interval. Facts that both sides stand on err in both, so the "
        "change is known better than either side."
    )
    if plan.partial:
        yield plan.partial
    if nowhere := plan.without_region:
        yield (
            f"No region is told for {_listed(nowhere)}: PUE is 1 there, and the emissions of its "
            "power are left out. Give one with -region."
        )


def _verdict(budget: Held) -> str:
    limit = f"the budget of {figure(budget.kilograms)} kg a {budget.period}"
    if budget.verdict == "above":
        return f"Above {limit}: {_interval(budget.after)} kg after the plan."
    if budget.partial:
        return f"Not known to be within {limit}: the plan is not all of the change."
    if budget.unknown:
        return (
            f"Not known to be within {limit}: what {budget.unknown} of the resources after the "
            "plan emit is not known, for want of a region or of a value that is known only once "
            "it is applied."
        )
    if budget.after.upper > budget.kilograms:
        return f"Within {limit}, but the interval after the plan reaches above it."
    return f"Within {limit}."


def _changes(plan: Plan, period: str) -> Iterator[Section]:
    kilograms = seconds_of(period) / GRAMS_PER_KILOGRAM
    changed = [of for of in plan.resources if of.action not in ("no-op", "forget", "")]
    if not changed:
        return
    apart = {of.address: difference_of([of], _EMISSIONS).times(kilograms) for of in changed}
    changed.sort(key=lambda of: -abs(apart[of.address].value))
    rows: list[tuple[str, ...]] = []
    for of in changed:
        sides = (_kilograms(side, kilograms) for side in (of.before, of.after))
        rows.append((of.address, of.action, *sides, _change(apart[of.address]), _basis(of)))
    header = ("resource", "action", "before", "after", "change", "basis")
    unchanged = len(plan.resources) - len(changed)
    notes = (f"Emissions in kgCO2eq/{period}. {unchanged} others stay as they are.",)
    yield Section("What changes", header, tuple(rows), notes)


def _basis(of: Planned) -> str:
    result = of.after or of.before
    if result is None:
        return ""
    return f"{result.basis}: {result.reason}" if result.reason else result.basis


def _left(plan: Plan) -> Iterator[Section]:
    """What is not estimated, by type and reason."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in plan.not_estimated:
        groups[each.type, each.reason].append(each.address)
    if groups:
        rows = tuple(
            (of_type, str(len(addresses)), reason, _listed(addresses))
            for (of_type, reason), addresses in sorted(groups.items())
        )
        yield Section("What is not estimated", ("type", "how many", "why", "which"), rows)


def _listed(addresses: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(addresses[:_MOST_ADDRESSES])
    more = len(addresses) - _MOST_ADDRESSES
    return f"{shown} and {more} more" if more > 0 else shown


def _kilograms(result: Result | None, factor: float) -> str:
    if result is None:
        return ""
    if result.operational_grams is None:
        return "unknown"
    return figure(_EMISSIONS(footprint_sum([result.footprint])).value * factor)


def _interval(of: Estimate) -> str:
    return f"{figure(of.value)} ({figure(of.lower)} to {figure(of.upper)})"


def _change(of: Difference) -> str:
    return f"{_signed(of.value)} ({_signed(of.lower)} to {_signed(of.upper)})"


def _signed(value: float) -> str:
    shown = figure(abs(value))
    if not shown.strip("0."):
        return "0"
    return f"{'-' if value < 0 else '+'}{shown}"


def _scaled(of: Estimate, factor: float) -> Estimate:
    return Estimate(of.value * factor, of.lower * factor, of.upper * factor, of.basis)


def document(plan: Plan, period: str, budget: Held | None) -> dict[str, Any]:
    """Plan as one JSON object."""
    return {
        "before": _sides(plan.before),
        "after": _sides(plan.after),
        "difference": {of.name: _difference(plan.difference(of.pick)) for of in _QUANTITIES},
        "period": period,
        "period_seconds": seconds_of(period),
        "budget": _budget(budget),
        "resources": [_planned(of) for of in plan.resources],
        "not_estimated": [asdict(of) for of in plan.not_estimated],
        "without_region": list(plan.without_region),
        "partial": plan.partial,
    }


def _sides(side: FootprintSum) -> dict[str, Any]:
    return {of.name: json_objects.estimate(of.pick(side).estimate) for of in _QUANTITIES}


def _difference(of: Difference) -> dict[str, Any]:
    return asdict(of)


def _planned(of: Planned) -> dict[str, Any]:
    sides = {"before": of.before, "after": of.after}
    told = {name: footprint(side.footprint) if side else None for name, side in sides.items()}
    return {"address": of.address, "type": of.type, "action": of.action, **told}


def _budget(budget: Held | None) -> dict[str, Any] | None:
    if budget is None:
        return None
    return {
        "kilograms": budget.kilograms,
        "period": budget.period,
        "after_kilograms": json_objects.estimate(budget.after),
        "exceeded": budget.exceeded,
        "verdict": budget.verdict,
        "unknown_resources": budget.unknown,
    }

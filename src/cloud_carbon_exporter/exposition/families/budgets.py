"""Families of carbon budgets: what is allowed, spent, left, and foreseen for the period's end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloud_carbon_exporter.exposition.family import STEPS, Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.model.budgets import BudgetStanding
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Estimate

_LABELS = ("budget", "period")
_SHOWN: tuple[tuple[str, str, Callable[[Estimate], float]], ...] = (
    ("", "", lambda estimate: estimate.value),
    ("lower_", "Lower bound of the 90 % interval: ", lambda estimate: estimate.lower),
    ("upper_", "Upper bound of the 90 % interval: ", lambda estimate: estimate.upper),
)


def _per_budget(number: Callable[[BudgetStanding], float | None]) -> FromSnapshot:
    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for standing in snapshot.budgets:
            value = number(standing)
            if value is not None:
                yield FamilySample((standing.name, standing.period), value)

    return FromSnapshot(samples)


def _bounded(
    name: str, what: str, estimate_of: Callable[[BudgetStanding], Estimate | None]
) -> Iterator[Family]:
    """The value of an estimate, and each bound of it."""
    for word, head, bound in _SHOWN:

        def number(
            standing: BudgetStanding, bound: Callable[[Estimate], float] = bound
        ) -> float | None:
            estimate = estimate_of(standing)
            return None if estimate is None else bound(estimate)

        help_text = f"{head}{what}" if head else f"{what[0].upper()}{what[1:]}"
        source = _per_budget(number)
        yield Family(f"{name}_{word}grams", "gauge", help_text, source, _LABELS, "grams")


BUDGETS: tuple[Family, ...] = (
    Family(
        "cloud_carbon_budget_grams",
        "gauge",
        "What a budget allows in its period, in CO2eq, manufacture included.",
        _per_budget(lambda standing: standing.grams),
        _LABELS,
        "grams",
    ),
    *_bounded(
        "cloud_carbon_budget_spent",
        "what was emitted of a budget in its period so far, of the time that was counted.",
        lambda standing: standing.spent,
    ),
    Family(
        "cloud_carbon_budget_remaining_grams",
        "gauge",
        "What is left of a budget in its period; below 0 where more was emitted.",
        _per_budget(lambda standing: standing.remaining_grams),
        _LABELS,
        "grams",
    ),
    *_bounded(
        "cloud_carbon_budget_forecast",
        "what a budget comes to at the end of its period, as the last seven days went; absent "
        "before a fiftieth of the period was counted.",
        lambda standing: standing.forecast,
    ),
    Family(
        "cloud_carbon_budget_burn_rate_ratio",
        "gauge",
        "Emissions now by those that use a budget up at the end of its period: 1 is as planned.",
        _per_budget(lambda standing: standing.burn_rate),
        _LABELS,
        "ratio",
    ),
    Family(
        "cloud_carbon_budget_covered_ratio",
        "gauge",
        "How much of a budget's period so far was counted.",
        _per_budget(lambda standing: standing.covered_ratio),
        _LABELS,
        "ratio",
    ),
    Family(
        "cloud_carbon_budget_start_timestamp_seconds",
        "gauge",
        "When the period of a budget began.",
        _per_budget(lambda standing: standing.start),
        _LABELS,
        "seconds",
    ),
    Family(
        "cloud_carbon_budget_end_timestamp_seconds",
        "gauge",
        "When the period of a budget ends.",
        _per_budget(lambda standing: standing.end),
        _LABELS,
        "seconds",
    ),
    Family(
        "cloud_carbon_budget_emissions_grams_total",
        "counter",
        f"CO2eq emitted of what a budget is of, over its periods.{STEPS}",
        _per_budget(lambda standing: standing.emitted_grams),
        _LABELS,
        "grams",
    ),
)

"""Budgets of the overview: what is spent, how fast, and what is foreseen."""

from __future__ import annotations

from panels import bars, lines, row

ALLOWED = "max by (budget, period) (cloud_carbon_budget_grams)"
NO_BUDGET = "No budget is set: see budgets in the file of -config.file"


def of_all(family: str) -> str:
    """A family of budgets, of all replicas together."""
    return f"sum by (budget, period) ({family})"


def share(family: str) -> str:
    """The same, by what is allowed."""
    return f"{of_all(family)} / {ALLOWED}"


ROW = [
    row("Budgets"),
    bars(
        "Budgets: spent",
        share("cloud_carbon_budget_spent_grams"),
        "{{budget}}, this {{period}}",
        "percentunit",
        "Emitted in the month or year so far, by what is allowed in all of it. Budgets stand in "
        "the file of -config.file.",
        empty=NO_BUDGET,
    ),
    lines(
        "Budgets: burn rate",
        {"{{budget}}": of_all("cloud_carbon_budget_burn_rate_ratio")},
        "short",
        "1 uses a budget up exactly at the end of its month or year.",
        empty=NO_BUDGET,
    ),
    lines(
        "Budgets: foreseen",
        {
            "{{budget}}": share("cloud_carbon_budget_forecast_grams"),
            "{{budget}}, low": share("cloud_carbon_budget_forecast_lower_grams"),
            "{{budget}}, high": share("cloud_carbon_budget_forecast_upper_grams"),
        },
        "percentunit",
        "What is emitted by the end of the month or year, as the last seven days went, by what is "
        "allowed; shown once a day of a month, or a week of a year, was counted.",
        empty=NO_BUDGET,
    ),
]

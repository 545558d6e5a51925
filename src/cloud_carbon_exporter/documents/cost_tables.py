"""Tables of docs/cost.md: what the exporter's own calls cost, from the prices of the budget."""

from __future__ import annotations

from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH
from cloud_carbon_exporter.api_costs.prices import PRICES, READS, read_price
from cloud_carbon_exporter.documents.marks import Marks
from cloud_carbon_exporter.providers.clouds import BRIEF
from cloud_carbon_exporter.reporting.tables import markdown_table

MARKS = Marks("<!-- tables: written by scripts/docs from the prices -->", "<!-- end of tables -->")
COUNTS = (100, 1_000, 10_000)
MINUTES = (5, 15, 60)
BUDGETS = (5, 20, 100)
FREE, FREE_COUNTS = 1_000_000, (100, 300, 1_000, 10_000)
_BY_INTERVAL = ("cloud", "series", *map("each {} minutes".format, MINUTES))


def dollars_per_month(
    provider: str,
    series: int,
    interval_seconds: float,
    budget_dollars: float = 0,
    free_requests: int = 0,
) -> float:
    """USD a month for reading so many series each interval, within the budget (0: no limit)."""
    requests = series * SECONDS_PER_MONTH / interval_seconds
    full = max(0.0, requests - free_requests) * read_price(provider)
    return min(full, budget_dollars) if budget_dollars else full


def mean_interval_seconds(
    provider: str, series: int, interval_seconds: float, budget_dollars: float
) -> float:
    """Mean time between two reads of a series under a budget.

    Large and unsteady machines are read more often.
    """
    full = dollars_per_month(provider, series, interval_seconds)
    spent = dollars_per_month(provider, series, interval_seconds, budget_dollars)
    return interval_seconds * full / spent


def written(page: str) -> str:
    """Page with its tables as they must be. Raises ValueError where it has no place for them."""
    return MARKS.written(page, tables())


def tables() -> str:
    """Tables of prices, of the bill by size and interval, and of what free requests make of it."""
    return "\n\n".join(
        (
            _prices(),
            "### Without a budget",
            _without_budget(),
            f"### With -api.free-requests={FREE}",
            _with_free_requests(),
            "### Under a budget",
            _under_budget(),
        )
    )


def _prices() -> str:
    rows: list[tuple[str, ...]] = []
    for (provider, api, operation), price in PRICES.items():
        dollars = f"{price.dollars_per_unit:.7f}"
        rows.append((f"{api} {operation}", BRIEF[provider], dollars, price.unit, price.source))
    return markdown_table(("call", "cloud", "USD", "for each", "source"), rows)


def _without_budget() -> str:
    rows: list[tuple[str, ...]] = []
    for provider in READS:
        rows += [_by_interval(provider, series, 0) for series in COUNTS]
    return markdown_table(_BY_INTERVAL, rows)


def _with_free_requests() -> str:
    return markdown_table(
        _BY_INTERVAL, [_by_interval("aws", series, FREE) for series in FREE_COUNTS]
    )


def _by_interval(provider: str, series: int, free_requests: int) -> tuple[str, ...]:
    cells = [BRIEF[provider], f"{series:,}"]
    for minutes in MINUTES:
        dollars = dollars_per_month(provider, series, minutes * 60, 0, free_requests)
        cells.append(_usd(dollars))
    return tuple(cells)


def _under_budget() -> str:
    budgets = map("-api.budget={}".format, BUDGETS)
    rows: list[tuple[str, ...]] = []
    for provider in READS:
        for series in COUNTS:
            rows += [_by_budget(provider, series, minutes) for minutes in MINUTES]
    return markdown_table(("cloud", "series", "interval asked for", *budgets), rows)


def _by_budget(provider: str, series: int, minutes: int) -> tuple[str, ...]:
    cells = [BRIEF[provider], f"{series:,}", f"{minutes} min"]
    for budget in BUDGETS:
        spent = dollars_per_month(provider, series, minutes * 60, budget)
        mean = mean_interval_seconds(provider, series, minutes * 60, budget)
        cells.append(f"{_usd(spent)}, each {_minutes(mean)}")
    return tuple(cells)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _usd(dollars: float) -> str:
    return f"{dollars:.2f}"

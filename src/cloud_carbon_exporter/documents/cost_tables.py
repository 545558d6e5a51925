"""The tables of docs/cost.md: what the exporter's own calls cost, from the prices the budget is
kept by.
"""

from __future__ import annotations

from collections.abc import Iterable

from cloud_carbon_exporter.api_costs.calendar_month import SECONDS_PER_MONTH
from cloud_carbon_exporter.api_costs.prices import PRICES, READS, read_price

BEGIN, END = "<!-- tables: written by scripts/docs from the prices -->", "<!-- end of tables -->"
COUNTS = (100, 1_000, 10_000)
MINUTES = (5, 15, 60)
BUDGETS = (5, 20, 100)
FREE, FREE_COUNTS = 1_000_000, (100, 300, 1_000, 10_000)
NAMES = {"aws": "AWS", "gcp": "Google Cloud"}


def dollars_per_month(
    provider: str,
    series: int,
    interval_seconds: float,
    budget_dollars: float = 0,
    free_requests: int = 0,
) -> float:
    """USD a month for reading so many series each interval, of which no more than the budget is
    spent (0: no limit).
    """
    full = max(0.0, series * SECONDS_PER_MONTH / interval_seconds - free_requests) * read_price(
        provider
    )
    return min(full, budget_dollars) if budget_dollars else full


def mean_interval_seconds(
    provider: str, series: int, interval_seconds: float, budget_dollars: float
) -> float:
    """Mean time between two reads of a series under a budget; large and unsteady machines are read
    more often.
    """
    full = dollars_per_month(provider, series, interval_seconds)
    return (
        interval_seconds
        * full
        / dollars_per_month(provider, series, interval_seconds, budget_dollars)
    )


def written(page: str) -> str:
    """The page with its tables as they must be. Raises ValueError where it has no place for them."""
    head, _, rest = page.partition(BEGIN)
    _, found, tail = rest.partition(END)
    if not found:
        raise ValueError(f"no {BEGIN} ... {END} in the page")
    return f"{head}{BEGIN}\n\n{tables()}\n\n{END}{tail}"


def tables() -> str:
    """Prices, the bill by size and interval, and what free requests and a budget make of it."""
    without, granted, under = (
        "### Without a budget",
        f"### With -api.free-requests={FREE}",
        "### Under a budget",
    )
    return "\n\n".join((_prices(), without, _plain(), granted, _granted(), under, _governed()))


def _prices() -> str:
    rows = (
        (
            f"{api} {operation}",
            NAMES.get(provider, provider),
            f"{price.dollars_per_unit:.7f}",
            price.unit,
            price.source,
        )
        for (provider, api, operation), price in PRICES.items()
    )
    return _table(("call", "cloud", "USD", "for each", "source"), rows)


def _plain() -> str:
    head = ("cloud", "series", *(f"each {minutes} minutes" for minutes in MINUTES))
    rows = (
        (
            NAMES[provider],
            f"{count:,}",
            *(_usd(dollars_per_month(provider, count, each * 60)) for each in MINUTES),
        )
        for provider in READS
        for count in COUNTS
    )
    return _table(head, rows)


def _granted() -> str:
    head = ("cloud", "series", *(f"each {minutes} minutes" for minutes in MINUTES))
    rows = (
        (
            NAMES["aws"],
            f"{count:,}",
            *(_usd(dollars_per_month("aws", count, each * 60, 0, FREE)) for each in MINUTES),
        )
        for count in FREE_COUNTS
    )
    return _table(head, rows)


def _governed() -> str:
    head = (
        "cloud",
        "series",
        "interval asked for",
        *(f"-api.budget={dollars}" for dollars in BUDGETS),
    )
    rows = (
        (
            NAMES[provider],
            f"{count:,}",
            f"{each} min",
            *(_cell(provider, count, each * 60, usd) for usd in BUDGETS),
        )
        for provider in READS
        for count in COUNTS
        for each in MINUTES
    )
    return _table(head, rows)


def _cell(provider: str, count: int, interval_seconds: float, budget_dollars: float) -> str:
    spent = dollars_per_month(provider, count, interval_seconds, budget_dollars)
    mean = mean_interval_seconds(provider, count, interval_seconds, budget_dollars)
    return f"{_usd(spent)}, each {_minutes(mean)}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _usd(dollars: float) -> str:
    return f"{dollars:.2f}"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *rows))

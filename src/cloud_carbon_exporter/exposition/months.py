"""Our own figure of the months the providers report, and how the two compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from cloud_carbon_exporter.model.months import OwnMonth
from cloud_carbon_exporter.model.types import Snapshot

_BY = ("cloud_provider", "cloud_account_id")

FAMILIES = (
    (
        "cloud_carbon_estimated_month_emissions_grams",
        "Our own figure, operational and embodied, of the month the provider reports, else of the newest closed one.",
        _BY,
        "grams",
    ),
    (
        "cloud_carbon_estimated_month_covered_ratio",
        "How much of that month was counted.",
        _BY,
        "ratio",
    ),
    (
        "cloud_carbon_provider_reported_ratio",
        "What the provider reports over our own figure of the month, where 95 % of it was counted.",
        (*_BY, "method", "source"),
        "ratio",
    ),
)
"""Name, HELP, labels and unit of each gauge here."""

ENOUGH_RATIO = 0.95  # of a month must have been counted before the two are compared

Sample = tuple[tuple[str, ...], float]


def own(value: Callable[[OwnMonth], float]) -> Callable[[Snapshot], Iterator[Sample]]:
    """A figure of each account's month: the one its provider reports, else the newest that is over."""

    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        for (provider, account_id), month in _shown(snapshot).items():
            yield (provider, account_id), value(month)

    return samples


def ratio(snapshot: Snapshot) -> Iterator[Sample]:
    """Reported over own, by account, method and source; only where our month is as good as whole."""
    shown = _shown(snapshot)
    reported: dict[tuple[str, str, str, str], float] = defaultdict(float)
    for report in snapshot.reported:
        month = shown.get((report.provider, report.account_id))
        if month is not None and month.start == report.start:
            reported[report.provider, report.account_id, report.method, report.source] += (
                report.grams
            )
    for key, grams in reported.items():
        month = shown[key[:2]]
        if month.covered_ratio >= ENOUGH_RATIO and month.grams > 0:
            yield key, grams / month.grams


def _shown(snapshot: Snapshot) -> dict[tuple[str, str], OwnMonth]:
    newest_report: dict[tuple[str, str], float] = {}
    for report in snapshot.reported:
        by = (report.provider, report.account_id)
        newest_report[by] = max(report.start, newest_report.get(by, report.start))
    shown: dict[tuple[str, str], OwnMonth] = {}
    for month in sorted(snapshot.months, key=lambda month: month.start):
        by = (month.provider, month.account_id)
        if newest_report.get(by, month.start) == month.start:
            shown[by] = month
    return shown

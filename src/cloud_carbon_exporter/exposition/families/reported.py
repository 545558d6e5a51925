"""Families of what providers report of a month, and of our own figure of the same month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_LABELS
from cloud_carbon_exporter.model.months import OwnMonth
from cloud_carbon_exporter.model.snapshot import ReportedEmissions, Snapshot
from cloud_carbon_exporter.model.source_names import source_name

_REPORT_LABELS = (*ACCOUNT_LABELS, "cloud_region", "service", "method", "source")


class _Account(NamedTuple):
    provider: str
    account_id: str


def _reported(number: Callable[[ReportedEmissions], float | None]) -> FromSnapshot:
    """The newest report of each account, region, service, method and source."""

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        newest: dict[tuple[str, ...], ReportedEmissions] = {}
        for report in snapshot.reported:
            labels: tuple[str, ...] = (
                report.provider,
                report.account_id,
                report.region,
                report.service,
                report.method,
                source_name(report.source),
            )
            if labels not in newest or report.start > newest[labels].start:
                newest[labels] = report
        for labels, report in newest.items():
            value = number(report)
            if value is not None:
                yield FamilySample(labels, value)

    return FromSnapshot(samples)


def own_months(
    number: Callable[[OwnMonth], float],
) -> Callable[[Snapshot], Iterable[FamilySample]]:
    """Figure of each account's month: the one its provider reports, else the newest closed."""

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for account, month in _months_shown(snapshot).items():
            yield FamilySample(account, number(month))

    return samples


def reported_ratios(snapshot: Snapshot) -> Iterator[FamilySample]:
    """Reported over own, by account, method and source, where our month is as good as whole."""
    months = _months_shown(snapshot)
    reported: dict[tuple[_Account, str, str], float] = defaultdict(float)
    for report in snapshot.reported:
        account = _Account(report.provider, report.account_id)
        month = months.get(account)
        if month is not None and month.start == report.start:
            # reports come by region and service; our month is the whole account's
            reported[account, report.method, source_name(report.source)] += report.grams
    for (account, method, source), grams in reported.items():
        month = months[account]
        if month.is_whole and month.grams > 0:
            yield FamilySample((*account, method, source), grams / month.grams)


def _months_shown(snapshot: Snapshot) -> dict[_Account, OwnMonth]:
    # A provider closes a month weeks after its end. Until then the newest month that can be
    # compared is an older one than our own newest.
    newest_report: dict[_Account, float] = {}
    for report in snapshot.reported:
        account = _Account(report.provider, report.account_id)
        newest_report[account] = max(report.start, newest_report.get(account, report.start))
    shown: dict[_Account, OwnMonth] = {}
    for month in sorted(snapshot.months, key=lambda month: month.start):
        account = _Account(month.provider, month.account_id)
        if newest_report.get(account, month.start) == month.start:
            shown[account] = month
    return shown


REPORTED: tuple[Family, ...] = (
    Family(
        "cloud_carbon_provider_reported_emissions_grams",
        "gauge",
        "CO2eq the provider itself reports for the newest closed month.",
        _reported(lambda report: report.grams),
        _REPORT_LABELS,
        "grams",
    ),
    Family(
        "cloud_carbon_provider_reported_water_liters",
        "gauge",
        "Water the provider itself reports for the newest closed month, where it reports any.",
        _reported(lambda report: report.water_liters),
        _REPORT_LABELS,
        "liters",
    ),
    Family(
        "cloud_carbon_provider_reported_month_timestamp_seconds",
        "gauge",
        "Start of the month the provider's report is for.",
        _reported(lambda report: report.start),
        _REPORT_LABELS,
        "seconds",
    ),
    Family(
        "cloud_carbon_estimated_month_emissions_grams",
        "gauge",
        "Our own figure, operational and embodied, of the month the provider reports, "
        "else of the newest closed one.",
        FromSnapshot(own_months(lambda month: month.grams)),
        ACCOUNT_LABELS,
        "grams",
    ),
    Family(
        "cloud_carbon_estimated_month_covered_ratio",
        "gauge",
        "How much of that month was counted.",
        FromSnapshot(own_months(lambda month: month.covered_ratio)),
        ACCOUNT_LABELS,
        "ratio",
    ),
    Family(
        "cloud_carbon_provider_reported_ratio",
        "gauge",
        "What the provider reports over our own figure of the month, where 95 % of it was counted.",
        FromSnapshot(reported_ratios),
        (*ACCOUNT_LABELS, "method", "source"),
        "ratio",
    ),
)

"""Footprint Scaleway itself reports for the last closed month, by its own API.

Only closed months: the daily values of the running one have been seen to be placeholders (an idle
server at full load, figures for days before a server existed, a jump of seven times at the turn of
a month; observed in 2026). The figures hold manufacture and offices beside use, and follow the
location-based method (Ember's country means).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.scaleway.client.api import Api

PERMISSION = "EnvironmentalImpactReadOnly"
DAY_SECONDS = 86400.0
GRAMS_PER_KILOGRAM = 1000
SOURCE = "Scaleway environmental footprint API"


@dataclass(frozen=True, slots=True)
class Month:
    """Calendar month (UTC): its first instant, and the first after it."""

    start: datetime
    end: datetime


class ReportedKey(NamedTuple):
    """Key of a row: region, and product category as Scaleway writes it."""

    region: str
    product: str


async def reported(api: Api, now: float) -> tuple[ReportedEmissions, ...]:
    """Rows by region and product of the last closed month.

    None while its report is not out, or not readable.
    """
    month = closed_month(now)
    nothing: tuple[ReportedEmissions, ...] = ()
    return await api.memory.get_extra(
        ("footprint", month.start), DAY_SECONDS, lambda: _allowed(api, month), nothing
    )


def closed_month(now: float) -> Month:
    """Last calendar month that has ended."""
    end = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    january = end.month == 1
    start = end.replace(
        year=end.year - 1 if january else end.year, month=12 if january else end.month - 1
    )
    return Month(start, end)


async def _allowed(api: Api, month: Month) -> tuple[ReportedEmissions, ...]:
    with api.refusals.asking(api.organization_id, PERMISSION):
        return await _rows_of(api, month)


async def _rows_of(api: Api, month: Month) -> tuple[ReportedEmissions, ...]:
    # The end is exclusive. Reports begin with October 2024.
    window = {
        "organization_id": api.organization_id,
        "start_date": _text(month.start),
        "end_date": _text(month.end),
    }
    available = await api.ask(
        "GetImpactReportAvailability",
        "environmental-footprint/v1alpha1/reports/availability",
        permission=PERMISSION,
        params=window,
    )
    if not _is_out(available.fields, month):
        return ()
    impact = await api.ask(
        "GetImpactData",
        "environmental-footprint/v1alpha1/data/query",
        permission=PERMISSION,
        params=window,
    )
    return read(impact.fields, api.organization_id, month)


def _is_out(available: Mapping[str, Any], month: Month) -> bool:
    """Whether the month's report is among those that can be had."""
    wanted = month.start.strftime("%Y-%m")
    reports = available.get("month_summary_reports") or ()
    return any(str(report).startswith(wanted) for report in reports)


def read(impact: Mapping[str, Any], account_id: str, month: Month) -> tuple[ReportedEmissions, ...]:
    """Rows of an answer: SKUs summed over projects and zones, by region and product category."""
    grams: dict[ReportedKey, float] = defaultdict(float)
    for region in _regions(impact):
        name = str(region.get("region") or "global")
        for sku in _skus(region):
            kilograms = (sku.get("total_sku_impact") or {}).get("kg_co2_equivalent") or 0
            key = ReportedKey(name, str(sku.get("product_category") or "unknown"))
            grams[key] += kilograms * GRAMS_PER_KILOGRAM
    rows: list[ReportedEmissions] = []
    for key, total in sorted(grams.items()):
        row = ReportedEmissions(
            "scaleway",
            account_id,
            key.region,
            key.product,
            "location",
            SOURCE,
            month.start.timestamp(),
            month.end.timestamp(),
            total,
        )
        rows.append(row)
    return tuple(rows)


def _regions(impact: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for project in impact.get("projects") or ():
        yield from project.get("regions") or ()


def _skus(region: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """SKUs of a region: its own, and those of its zones."""
    # A SKU is a product in a place: no id of a resource is told, and no energy.
    yield from region.get("skus") or ()
    for zone in region.get("zones") or ():
        yield from zone.get("skus") or ()


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

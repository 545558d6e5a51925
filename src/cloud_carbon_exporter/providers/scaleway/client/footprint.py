"""What Scaleway itself reports for the last closed month, from its environmental-footprint API.

Only closed months: the daily values of the running one have been seen to be placeholders (an idle
server at full load, figures for days before a server existed, a jump of seven times at the turn of
a month; observed in 2026). The figures hold manufacture and offices beside use, and follow the
location-based method (Ember's country means).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.model.types import ReportedEmissions

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

DAY_SECONDS = 86400.0
GRAMS_PER_KILOGRAM = 1000
SOURCE = "Scaleway environmental footprint API"


async def reported(client: ScalewayClient, now: float) -> tuple[ReportedEmissions, ...]:
    """One row a region and product of the last closed month; none while its report is not out, or
    not readable.
    """
    start, end = closed_month(now)
    nothing: tuple[ReportedEmissions, ...] = ()
    return await client.memory.get_extra(
        ("footprint", start), DAY_SECONDS, lambda: _month(client, start, end), nothing
    )


def closed_month(now: float) -> tuple[datetime, datetime]:
    """The last calendar month (UTC) that has ended: its first instant, and the first after it."""
    end = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    start = end.replace(year=end.year - (end.month == 1), month=(end.month - 2) % 12 + 1)
    return start, end


async def _month(
    client: ScalewayClient, start: datetime, end: datetime
) -> tuple[ReportedEmissions, ...]:
    window = {
        "organization_id": client.organization_id,
        "start_date": _text(start),
        "end_date": _text(end),
    }
    available, _ = await client.ask(
        "GetImpactReportAvailability",
        "environmental-footprint/v1alpha1/reports/availability",
        params=window,
    )
    if not any(
        str(month).startswith(start.strftime("%Y-%m"))
        for month in available.get("month_summary_reports") or ()
    ):
        return ()
    document, _ = await client.ask(
        "GetImpactData", "environmental-footprint/v1alpha1/data/query", params=window
    )
    return read(document, client.organization_id, start, end)


def read(
    document: Mapping[str, Any], account_id: str, start: datetime, end: datetime
) -> tuple[ReportedEmissions, ...]:
    """The rows of one answer: its SKUs summed over projects and zones, by region and product
    category.
    """
    grams: dict[tuple[str, str], float] = defaultdict(float)
    for project in document.get("projects") or ():
        for region in project.get("regions") or ():
            for sku in _skus(region):
                kilograms = (sku.get("total_sku_impact") or {}).get("kg_co2_equivalent") or 0
                key = (
                    str(region.get("region") or "global"),
                    str(sku.get("product_category") or "unknown"),
                )
                grams[key] += kilograms * GRAMS_PER_KILOGRAM
    return tuple(
        ReportedEmissions(
            "scaleway",
            account_id,
            region,
            product,
            "location",
            SOURCE,
            start.timestamp(),
            end.timestamp(),
            total,
        )
        for (region, product), total in sorted(grams.items())
    )


def _skus(region: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    zonal = [sku for zone in region.get("zones") or () for sku in zone.get("skus") or ()]
    return [*(region.get("skus") or ()), *zonal]


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

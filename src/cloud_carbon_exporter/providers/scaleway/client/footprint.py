"""Footprint Scaleway itself reports for the closed months of the last year, by its own API.

Only closed months: the daily values of the running one have been seen to be placeholders (an idle
server at full load, figures for days before a server existed, a jump of seven times at the turn of
a month; observed in 2026). The figures hold manufacture and offices beside use, and follow the
location-based method (Ember's country means).
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.providers.scaleway.client.api import Api

PERMISSION = "EnvironmentalImpactReadOnly"
DAY_SECONDS = 86400.0
RESTATED_SECONDS = 14 * DAY_SECONDS
MONTHS = 12
GRAMS_PER_KILOGRAM = 1000
LITERS_PER_CUBIC_METRE = 1000
# Kilograms come as single-precision numbers.
ROUNDING_GRAMS = 1.0
GLOBAL = "global"
NO_SKU = "without_sku"
"""Product of what a total holds beyond its SKUs."""
SOURCE = "Scaleway environmental footprint API"

log = logging.getLogger(__name__)


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
    """Rows by region and product of the closed months of a year, those whose report is out.

    None while no report is out, or none is readable.
    """
    months = closed_months(now)
    nothing: tuple[ReportedEmissions, ...] = ()
    none_out: tuple[Month, ...] = ()
    out = await api.memory.get_extra(
        ("footprints", months[0].start), DAY_SECONDS, lambda: _available(api, months), none_out
    )
    rows: list[ReportedEmissions] = []
    for month in out:
        # The newest is asked for daily; earlier ones are told anew now and then, if ever.
        kept_seconds = DAY_SECONDS if month is out[0] else RESTATED_SECONDS
        rows += await api.memory.get_extra(
            ("footprint", month.start), kept_seconds, partial(_rows_of, api, month), nothing
        )
    return tuple(rows)


def closed_months(now: float) -> tuple[Month, ...]:
    """Calendar months of a year that have ended, the last first."""
    end = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months: list[Month] = []
    for _ in range(MONTHS):
        january = end.month == 1
        start = end.replace(
            year=end.year - 1 if january else end.year, month=12 if january else end.month - 1
        )
        months.append(Month(start, end))
        end = start
    return tuple(months)


async def _available(api: Api, months: Sequence[Month]) -> tuple[Month, ...]:
    """Those months whose report is out, in their order."""
    window = _window(api, months[-1].start, months[0].end)
    with api.refusals.asking(api.organization_id, PERMISSION):
        available = await api.ask(
            "GetImpactReportAvailability",
            "environmental-footprint/v1alpha1/reports/availability",
            permission=PERMISSION,
            params=window,
        )
    reports = available.fields.get("month_summary_reports") or ()
    out = {str(report)[: len("2026-10")] for report in reports}
    return tuple(month for month in months if month.start.strftime("%Y-%m") in out)


async def _rows_of(api: Api, month: Month) -> tuple[ReportedEmissions, ...]:
    with api.refusals.asking(api.organization_id, PERMISSION):
        impact = await api.ask(
            "GetImpactData",
            "environmental-footprint/v1alpha1/data/query",
            permission=PERMISSION,
            params=_window(api, month.start, month.end),
        )
    return read(impact.fields, api.organization_id, month)


def _window(api: Api, start: datetime, end: datetime) -> dict[str, str]:
    # The end is exclusive. Reports begin with October 2024.
    return {
        "organization_id": api.organization_id,
        "start_date": _text(start),
        "end_date": _text(end),
    }


class Sums(NamedTuple):
    """Emissions and water of a row."""

    grams: float
    liters: float


NOTHING = Sums(0, 0)


def read(impact: Mapping[str, Any], account_id: str, month: Month) -> tuple[ReportedEmissions, ...]:
    """Rows of an answer: SKUs summed over projects and zones, by region and product category.

    What a total holds beyond its parts is a row of its own, so that all rows sum to the answer's.
    """
    sums: dict[ReportedKey, Sums] = defaultdict(lambda: NOTHING)
    for key, told in _told(impact):
        sums[key] = _plus(sums[key], told)
    rows: list[ReportedEmissions] = []
    for key, total in sorted(sums.items()):
        row = ReportedEmissions(
            "scaleway",
            account_id,
            key.region,
            key.product,
            "location",
            SOURCE,
            month.start.timestamp(),
            month.end.timestamp(),
            total.grams,
            total.liters,
        )
        rows.append(row)
    return tuple(rows)


def _told(impact: Mapping[str, Any]) -> Iterator[tuple[ReportedKey, Sums]]:
    """SKUs of all projects, and after each level what its total has beyond them."""
    whole = NOTHING
    for project in impact.get("projects") or ():
        of_project = NOTHING
        for region in project.get("regions") or ():
            name = str(region.get("region") or GLOBAL)
            of_region = NOTHING
            for sku in _skus(region):
                told = _sums(sku.get("total_sku_impact"))
                of_region = _plus(of_region, told)
                yield ReportedKey(name, str(sku.get("product_category") or "unknown")), told
            rest = _beyond(region.get("total_region_impact"), of_region)
            yield from _left(name, rest)
            of_project = _plus(of_project, of_region, rest)
        rest = _beyond(project.get("total_project_impact"), of_project)
        yield from _left(GLOBAL, rest)
        whole = _plus(whole, of_project, rest)
    yield from _left(GLOBAL, _beyond(impact.get("total_impact"), whole))


def _left(region: str, rest: Sums) -> Iterator[tuple[ReportedKey, Sums]]:
    if rest.grams > ROUNDING_GRAMS:
        yield ReportedKey(region, NO_SKU), rest


def _sums(impact: Mapping[str, Any] | None) -> Sums:
    told = impact or {}
    kilograms, cubic_metres = told.get("kg_co2_equivalent") or 0, told.get("m3_water_usage") or 0
    return Sums(kilograms * GRAMS_PER_KILOGRAM, cubic_metres * LITERS_PER_CUBIC_METRE)


def _plus(*parts: Sums) -> Sums:
    return Sums(sum(part.grams for part in parts), sum(part.liters for part in parts))


def _beyond(total: Mapping[str, Any] | None, parts: Sums) -> Sums:
    """What a total holds beyond its parts; nothing where it is not told, or is the smaller."""
    whole = _sums(total)
    if whole.grams + ROUNDING_GRAMS < parts.grams and total:
        log.warning(
            "scaleway: footprint: a total of %.0f g is less than its parts, %.0f g",
            whole.grams,
            parts.grams,
        )
    return Sums(max(0, whole.grams - parts.grams), max(0, whole.liters - parts.liters))


def _skus(region: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """SKUs of a region: its own, and those of its zones."""
    # A SKU is a product in a place: no id of a resource is told, and no energy.
    yield from region.get("skus") or ()
    for zone in region.get("zones") or ():
        yield from zone.get("skus") or ()


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

"""Calibration: the provider's own figure over ours, by service and region. It changes no estimate.

Like is held against like: the same calendar month, counted whole by us; location-based figures
beside ours by the location-based method, market-based ones beside market-based; and of the
provider's figures only those its newest model made.

The ratio of n months is that of their sums. What is wrong in our facts is alike in each month and
so is in the ratio, not in its interval: that is the spread of single months about it, s, drawn
towards an assumed one as if that came from m months more:

    s^2 = (m s0^2 + sum of ((reported / ratio - own) / mean own)^2) / (m + n - 1)
    bounds = ratio x exp(-+ t s sqrt(1 + 1/n)), where one more month would lie; t is Student's
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import exp, inf, sqrt
from typing import NamedTuple

from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.months import (
    Calibration,
    ComparedMonth,
    OwnMonth,
    Scope,
    ServiceMonth,
)
from cloud_carbon_exporter.model.reported_services import service_named
from cloud_carbon_exporter.model.snapshot import ReportedEmissions
from cloud_carbon_exporter.model.types import Estimate

BOUNDARIES: Mapping[Method, str] = {
    "location": "location",
    "direct": "location",
    "live": "location",
    "market": "market",
    "marginal": "",
}
"""Method of a provider's report that ours is held against.

Hourly means of a grid, and what is burnt for it, are location-based as its yearly mean is. What one
kWh more would emit, no provider reports.
"""


class _Account(NamedTuple):
    provider: str
    account_id: str


class _Month(NamedTuple):
    account: _Account
    start: float


class _Part(NamedTuple):
    """What of an account is compared: empty region or service for all."""

    region: str
    service: str


class _Grams(NamedTuple):
    """Grams by scope; None where a part of them is not told."""

    total: float | None
    operational: float | None
    embodied: float | None


_NOTHING = _Grams(0, 0, 0)
_WHOLE = _Part("", "")
_Parts = Mapping[_Part, _Grams]


class _Whole(NamedTuple):
    """A month that can be compared. boundary: method of the reports it is held against."""

    boundary: str
    covered_ratio: float
    parts: _Parts


class _Series(NamedTuple):
    account: _Account
    part: _Part
    scope: Scope
    method: str
    source: str


def calibrations(
    months: Iterable[OwnMonth],
    services: Iterable[ServiceMonth],
    reports: Sequence[ReportedEmissions],
) -> tuple[Calibration, ...]:
    """Ratios by account, by service, and by service and region, each by scope, method, source.

    Of months that were not counted whole, of methods nobody reports, and of services that only
    one side has, there is none.
    """
    whole = _whole_months(months, services)
    versions = _newest_versions(reports)
    compared: defaultdict[_Series, list[ComparedMonth]] = defaultdict(list)
    for (month, method, source), told in sorted(_reported(reports, versions).items()):
        own = whole.get(month)
        if own is not None and own.boundary == method:
            for part, scope, one in _compared(month.start, own, told):
                compared[_Series(month.account, part, scope, method, source)].append(one)
    found: list[Calibration] = []
    for series, ones in compared.items():
        found.append(
            Calibration(
                *series.account,
                *series.part,
                series.scope,
                series.method,
                series.source,
                versions[series.account, series.source],
                ratio_of(ones),
                tuple(ones),
            )
        )
    return tuple(found)


def ratio_of(months: Sequence[ComparedMonth]) -> Estimate:
    """Ratio of these months with its interval; each month has figures above 0 on both sides."""
    own = sum(month.own_grams for month in months)
    ratio = sum(month.reported_grams for month in months) / own
    mean = own / len(months)
    spread = figure("calibration.month_spread_ratio").value
    worth = figure("calibration.month_spread_months").value
    squares = worth * spread * spread
    for month in months:
        off = (month.reported_grams / ratio - month.own_grams) / mean
        squares += off * off
    freedom = worth + len(months) - 1
    normal = figure("calibration.interval_deviations").value
    # Student's quantile to the first term of its expansion: z + (z^3 + z) / 4v
    student = normal * (1 + (normal * normal + 1) / 2 / (2 * freedom))
    reach = exp(student * sqrt(squares / freedom) * sqrt(1 + 1 / len(months)))
    return Estimate(ratio, ratio / reach, ratio * reach)


def _compared(
    start: float, own: _Whole, told: _Parts
) -> Iterator[tuple[_Part, Scope, ComparedMonth]]:
    for part, reported in told.items():
        ours = own.parts.get(part, _NOTHING)
        pairs: tuple[tuple[Scope, float | None, float | None], ...] = (
            ("total", ours.total, reported.total),
            ("operational", ours.operational, reported.operational),
            ("embodied", ours.embodied, reported.embodied),
        )
        for scope, counted, said in pairs:
            # A zero is a rounded figure on their side, and nothing of the kind on ours.
            if counted and said and 0 < counted < inf and 0 < said < inf:
                # pro rata: up to a twentieth of the month may not have been counted
                yield part, scope, ComparedMonth(start, counted / own.covered_ratio, said)


def _whole_months(
    months: Iterable[OwnMonth], services: Iterable[ServiceMonth]
) -> dict[_Month, _Whole]:
    """Months counted whole, by one method, and by service as good as all of their grams."""
    parts: defaultdict[_Month, dict[_Part, _Grams]] = defaultdict(dict)
    boundaries: defaultdict[_Month, set[str]] = defaultdict(set)
    for service in services:
        month = _Month(_Account(service.provider, service.account_id), service.start)
        operational, embodied = service.operational_grams, service.embodied_grams
        grams = _Grams(operational + embodied, operational, embodied)
        _add(parts[month], _Part(service.region, service.service), grams)
        if service.method:
            boundaries[month].add(_boundary(service.method))
    whole: dict[_Month, _Whole] = {}
    enough = figure("calibration.whole_month_ratio").value
    for own in months:
        month = _Month(_Account(own.provider, own.account_id), own.start)
        counted = parts[month].get(_WHOLE, _NOTHING).total or 0
        # An earlier version counted by account alone: then the services are not the whole of it.
        if own.is_whole and len(boundaries[month]) == 1 and counted >= enough * own.grams:
            boundary = next(iter(boundaries[month]))
            if boundary:
                whole[month] = _Whole(boundary, min(own.covered_ratio, 1), parts[month])
    return whole


def _boundary(method: str) -> str:
    return {str(known): boundary for known, boundary in BOUNDARIES.items()}.get(method, "")


def _add(parts: dict[_Part, _Grams], part: _Part, grams: _Grams) -> None:
    """Add to a service's region, to the service in all regions, and to the account."""
    levels = (_Part("", part.service), part) if part.service else ()
    for level in (_WHOLE, *levels):
        parts[level] = _plus(parts.get(level, _NOTHING), grams)


def _plus(one: _Grams, other: _Grams) -> _Grams:
    return _Grams(
        _sum(one.total, other.total),
        _sum(one.operational, other.operational),
        _sum(one.embodied, other.embodied),
    )


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _newest_versions(reports: Iterable[ReportedEmissions]) -> dict[tuple[_Account, str], str]:
    """Version of a provider's model that made its newest month, by account and source."""
    newest: dict[tuple[_Account, str], tuple[float, str]] = {}
    for report in reports:
        key = _Account(report.provider, report.account_id), report.source
        told = report.start, report.model_version
        newest[key] = max(told, newest.get(key, told))
    return {key: version for key, (_, version) in newest.items()}


def _reported(
    reports: Iterable[ReportedEmissions], versions: Mapping[tuple[_Account, str], str]
) -> Mapping[tuple[_Month, str, str], _Parts]:
    """What is reported of each month by method and source, as far as the newest model made it."""
    told: defaultdict[tuple[_Month, str, str], dict[_Part, _Grams]] = defaultdict(dict)
    for report in reports:
        account = _Account(report.provider, report.account_id)
        if report.method and report.model_version == versions[account, report.source]:
            service = service_named(report.provider, report.service) or ""
            grams = _Grams(report.grams, report.operational_grams, report.embodied_grams)
            key = _Month(account, report.start), report.method, report.source
            _add(told[key], _Part(report.region, service), grams)
    return told

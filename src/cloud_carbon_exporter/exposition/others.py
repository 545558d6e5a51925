"""Samples of the families that are few: sums, places, what providers report, and the exporter's
own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from cloud_carbon_exporter.exposition import coverage, grid, months
from cloud_carbon_exporter.model.types import (
    AccountRow,
    CarbonIntensity,
    Outcome,
    Place,
    ReportedEmissions,
    Snapshot,
    Totals,
)

Sample = tuple[tuple[str, ...], float]
"""Label values, in the order of the family's labels, and the number."""

Samples = Callable[[Snapshot], Iterable[Sample]]


def _sums(value: Callable[[AccountRow], float | None]) -> Samples:
    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        for row in snapshot.accounts:
            if (number := value(row)) is not None:
                yield (row.provider, row.account_id, row.region, row.kind), number

    return samples


def _counted(name: str) -> Samples:
    part: Callable[[Totals], float] = attrgetter(name)
    return _sums(lambda row: None if row.totals is None else part(row.totals))


def _outcomes(
    of: Callable[[Snapshot], Iterable[Outcome]], value: Callable[[Outcome], float | None]
) -> Samples:
    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        for outcome in of(snapshot):
            if (number := value(outcome)) is not None:
                yield (outcome.provider, outcome.account_id, outcome.region, outcome.kind), number

    return samples


def _intensities(snapshot: Snapshot) -> Iterator[tuple[Place, CarbonIntensity]]:
    """The newest intensity of each place, method and source."""
    for place in snapshot.places:
        seen: set[tuple[str, str]] = set()
        for intensity in place.intensities:
            if (key := (intensity.method, intensity.source)) not in seen:
                seen.add(key)
                yield place, intensity


def _grid(snapshot: Snapshot) -> Iterator[Sample]:
    for place, intensity in _intensities(snapshot):
        year = "" if intensity.year is None else str(intensity.year)
        estimated = "true" if intensity.estimated else "false"
        labels = (place.provider, place.region, intensity.method, intensity.source, year, estimated)
        yield labels, intensity.grams_per_kilowatt_hour.value


def _live(value: Callable[[CarbonIntensity, float], float]) -> Samples:
    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        for place, intensity in _intensities(snapshot):
            if math.isfinite(
                number := value(intensity, snapshot.taken_at)
            ):  # an annual fact is endless
                yield (place.provider, place.region, intensity.method, intensity.source), number

    return samples


def _wue(snapshot: Snapshot) -> Iterator[Sample]:
    for place in snapshot.places:
        if place.wue_liters_per_kilowatt_hour is not None:
            yield (place.provider, place.region), place.wue_liters_per_kilowatt_hour.value


def _reported(value: Callable[[ReportedEmissions], float]) -> Samples:
    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        newest: dict[tuple[str, ...], ReportedEmissions] = {}
        for report in snapshot.reported:
            by = (
                report.provider,
                report.account_id,
                report.region,
                report.service,
                report.method,
                report.source,
            )
            if by not in newest or report.start > newest[by].start:
                newest[by] = report
        return ((by, value(report)) for by, report in newest.items())

    return samples


def _last_collection(snapshot: Snapshot) -> Iterator[Sample]:
    if snapshot.taken_at:
        yield (), snapshot.taken_at


OTHERS: dict[str, Samples] = {
    "cloud_carbon_account_power_watts": _sums(lambda row: row.power_watts.value),
    "cloud_carbon_account_power_lower_watts": _sums(lambda row: row.power_watts.lower),
    "cloud_carbon_account_power_upper_watts": _sums(lambda row: row.power_watts.upper),
    "cloud_carbon_account_energy_joules_total": _counted("energy_joules"),
    "cloud_carbon_account_operational_emissions_grams_total": _counted("operational_grams"),
    "cloud_carbon_account_embodied_emissions_grams_total": _counted("embodied_grams"),
    "cloud_carbon_account_info": lambda snapshot: (
        ((*by, name), 1) for by, name in snapshot.account_names.items()
    ),
    "cloud_carbon_resources": lambda snapshot: snapshot.ledger.items(),
    "cloud_carbon_grid_intensity_grams_per_kilowatt_hour": _grid,
    "cloud_carbon_grid_intensity_age_seconds": _live(
        lambda intensity, now: max(0.0, now - intensity.start)
    ),
    "cloud_carbon_grid_intensity_validity_seconds": _live(
        lambda intensity, now: intensity.end - now
    ),
    "cloud_carbon_pue_ratio": lambda snapshot: (
        ((place.provider, place.region), place.pue_ratio.value) for place in snapshot.places
    ),
    "cloud_carbon_wue_liters_per_kilowatt_hour": _wue,
    **grid.SAMPLES,
    "cloud_carbon_provider_reported_emissions_grams": _reported(lambda report: report.grams),
    "cloud_carbon_provider_reported_month_timestamp_seconds": _reported(
        lambda report: report.start
    ),
    "cloud_carbon_estimated_month_emissions_grams": months.own(lambda month: month.grams),
    "cloud_carbon_estimated_month_covered_ratio": months.own(lambda month: month.covered_ratio),
    "cloud_carbon_provider_reported_ratio": months.ratio,
    "cloud_carbon_exporter_target_up": lambda snapshot: (
        ((target.name, target.provider), int(target.up)) for target in snapshot.targets
    ),
    "cloud_carbon_exporter_collector_up": _outcomes(
        lambda s: s.listings, lambda outcome: int(not outcome.error)
    ),
    "cloud_carbon_exporter_measurement_up": _outcomes(
        lambda s: s.measurements, lambda outcome: int(not outcome.error)
    ),
    "cloud_carbon_exporter_collector_duration_seconds": _outcomes(
        lambda s: s.listings, lambda o: o.seconds
    ),
    "cloud_carbon_exporter_collector_resources": _outcomes(
        lambda s: s.listings, lambda o: o.resources
    ),
    "cloud_carbon_exporter_collector_last_success_timestamp_seconds": _outcomes(
        lambda s: s.listings, lambda o: o.last_success
    ),
    "cloud_carbon_exporter_api_requests_total": lambda snapshot: snapshot.api.requests.items(),
    "cloud_carbon_exporter_api_cost_dollars_total": lambda snapshot: snapshot.api.dollars.items(),
    "cloud_carbon_exporter_api_cost_forecast_dollars_per_month": lambda snapshot: (
        snapshot.api.dollars_per_month.items()
    ),
    "cloud_carbon_exporter_errors_total": lambda snapshot: snapshot.api.errors.items(),
    "cloud_carbon_exporter_skipped_objects_total": lambda snapshot: snapshot.api.skipped.items(),
    "cloud_carbon_exporter_listed_resources": lambda snapshot: snapshot.listed.items(),
    "cloud_carbon_exporter_unlisted_resources": lambda snapshot: coverage.unlisted(
        snapshot
    ).items(),
    "cloud_carbon_exporter_coverage_ratio": lambda snapshot: coverage.ratios(snapshot).items(),
    "cloud_carbon_exporter_last_collection_timestamp_seconds": _last_collection,
}

"""Families of live grids: what is foreseen, what each method comes to, and who was asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from cloud_carbon_exporter.exposition.family import Family, FamilySample, FromSnapshot
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_KIND_LABELS, PLACE_LABELS
from cloud_carbon_exporter.model.emissions import operational_grams_per_second
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.source_names import source_name
from cloud_carbon_exporter.model.types import Estimate, Place

# The GHG Protocol's Scope 2 knows two methods, by location and by market, and has both reported;
# live and marginal intensities answer other questions. None is a part of another.
METHODS: tuple[Method, ...] = get_args(Method)


def method_family_name(method: Method) -> str:
    """Name of the family of what the power drawn now comes to by one method."""
    return f"cloud_carbon_account_{method}_emissions_grams_per_second"


def _newest_by_method(place: Place, method: Method) -> Estimate | None:
    for intensity in place.intensities:
        if intensity.method == method:
            return intensity.grams_per_kilowatt_hour
    return None


def _by_method(method: Method) -> Family:
    """What accounts emit when the grid is counted by one method; where -grid.compare asks.

    By location also where emissions are counted after purchases: the SCI specification (ISO/IEC
    21031) takes no market-based intensity, and its rule takes this instead.
    """

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        beside_market = snapshot.grid.method == "market" and method == "location"
        if not snapshot.grid.compare and not beside_market:
            return
        grids: dict[tuple[str, str], Estimate] = {}
        for place in snapshot.places:
            intensity = _newest_by_method(place, method)
            if intensity is not None:
                grids[place.provider, place.region] = intensity
        for row in snapshot.accounts_now():
            intensity = grids.get((row.provider, row.region))
            if intensity is not None:
                grams = operational_grams_per_second(row.power_watts, intensity).value
                labels = (row.provider, row.account_id, row.region, row.kind)
                yield FamilySample(labels, grams)

    return Family(
        method_family_name(method),
        "gauge",
        f"What operational emissions come to now by the {method} method; "
        "methods are alternatives, not parts.",
        FromSnapshot(samples),
        ACCOUNT_KIND_LABELS,
        "grams_per_second",
        summed="added",
    )


def _forecasts(snapshot: Snapshot) -> Iterator[FamilySample]:
    for forecast in snapshot.grid.forecasts:
        labels = (
            forecast.provider,
            forecast.region,
            forecast.method,
            source_name(forecast.source),
            # hours ahead, not a moment: a label must not be new at every scrape
            str(forecast.hours_ahead),
        )
        yield FamilySample(labels, forecast.grams_per_kilowatt_hour)


def _method_counted(snapshot: Snapshot) -> Iterator[FamilySample]:
    if snapshot.accounts:
        yield FamilySample((snapshot.grid.method,), 1)


def _sources_up(snapshot: Snapshot) -> Iterator[FamilySample]:
    for asked in snapshot.grid.sources:
        yield FamilySample((asked.source, asked.zone), int(not asked.error))


def _sources_last_success(snapshot: Snapshot) -> Iterator[FamilySample]:
    for asked in snapshot.grid.sources:
        if asked.last_success is not None:
            yield FamilySample((asked.source, asked.zone), asked.last_success)


GRID: tuple[Family, ...] = (
    Family(
        "cloud_carbon_grid_intensity_forecast_grams_per_kilowatt_hour",
        "gauge",
        "CO2eq foreseen of a kilowatt hour of the region's grid, "
        "by hours ahead (0: the hour from now on).",
        FromSnapshot(_forecasts),
        (*PLACE_LABELS, "method", "source", "hours_ahead"),
        "grams_per_kilowatt_hour",
    ),
    *map(_by_method, METHODS),
)

GRID_SOURCES: tuple[Family, ...] = (
    Family(
        "cloud_carbon_exporter_grid_method_info",
        "gauge",
        "The method operational emissions are counted by; always 1.",
        FromSnapshot(_method_counted),
        ("method",),
    ),
    Family(
        "cloud_carbon_exporter_grid_source_up",
        "gauge",
        "Whether a source of grid intensity answered the last time it was asked for a zone.",
        FromSnapshot(_sources_up),
        ("source", "zone"),
    ),
    Family(
        "cloud_carbon_exporter_grid_source_last_success_timestamp_seconds",
        "gauge",
        "When a source of grid intensity last answered for a zone.",
        FromSnapshot(_sources_last_success),
        ("source", "zone"),
        "seconds",
    ),
)

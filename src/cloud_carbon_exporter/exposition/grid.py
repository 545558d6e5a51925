"""The families of live grids: what is foreseen, who was asked, and what each method comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import get_args

from cloud_carbon_exporter.model.emissions import operational_grams_per_second
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.types import Snapshot

METHODS: tuple[Method, ...] = get_args(Method)
FORECAST = "cloud_carbon_grid_intensity_forecast_grams_per_kilowatt_hour"
CARBON_FREE = "cloud_carbon_carbon_free_energy_ratio"
SOURCE_UP = "cloud_carbon_exporter_grid_source_up"
LAST_SUCCESS = "cloud_carbon_exporter_grid_source_last_success_timestamp_seconds"


def emissions_name(method: Method) -> str:
    """The family of what the power drawn now comes to by one method."""
    return f"cloud_carbon_account_{method}_emissions_grams_per_second"


PLACES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        CARBON_FREE,
        "Share of carbon-free energy in the region, hourly or matched over the year, as its provider publishes it.",
        ("cloud_provider", "cloud_region"),
        "ratio",
    ),
    (
        FORECAST,
        "CO2eq foreseen of a kilowatt hour of the region's grid, by hours ahead (0: the hour from now on).",
        ("cloud_provider", "cloud_region", "method", "source", "hours_ahead"),
        "grams_per_kilowatt_hour",
    ),
    *(
        (
            emissions_name(method),
            f"What operational emissions come to now by the {method} method; methods are alternatives, not parts.",
            ("cloud_provider", "cloud_account_id", "cloud_region", "kind"),
            "grams_per_second",
        )
        for method in METHODS
    ),
)
"""Name, HELP, labels and unit of the gauges about places."""

OWN: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        SOURCE_UP,
        "Whether a source of grid intensity answered the last time it was asked for a zone.",
        ("source", "zone"),
        "",
    ),
    (
        LAST_SUCCESS,
        "When a source of grid intensity last answered for a zone.",
        ("source", "zone"),
        "seconds",
    ),
)
"""The same of the gauges about the exporter."""

Sample = tuple[tuple[str, ...], float]


def _forecasts(snapshot: Snapshot) -> Iterator[Sample]:
    for each in snapshot.grid.forecasts:
        labels = (each.provider, each.region, each.method, each.source, str(each.hours_ahead))
        yield labels, each.grams_per_kilowatt_hour


def _emissions(method: Method) -> Callable[[Snapshot], Iterable[Sample]]:
    def samples(snapshot: Snapshot) -> Iterator[Sample]:
        if not snapshot.grid.compare:
            return
        intensities = {
            (place.provider, place.region): intensity.grams_per_kilowatt_hour
            for place in snapshot.places
            for intensity in reversed(place.intensities)
            if intensity.method == method
        }
        for row in snapshot.accounts:
            found = intensities.get((row.provider, row.region))
            if found is not None:
                grams = operational_grams_per_second(row.power_watts, found).value
                yield (row.provider, row.account_id, row.region, row.kind), grams

    return samples


def _carbon_free(snapshot: Snapshot) -> Iterator[Sample]:
    for place in snapshot.places:
        if place.carbon_free_ratio is not None:
            yield (place.provider, place.region), place.carbon_free_ratio


SAMPLES: dict[str, Callable[[Snapshot], Iterable[Sample]]] = {
    CARBON_FREE: _carbon_free,
    FORECAST: _forecasts,
    **{emissions_name(method): _emissions(method) for method in METHODS},
    SOURCE_UP: lambda snapshot: (
        ((each.source, each.zone), int(not each.error)) for each in snapshot.grid.sources
    ),
    LAST_SUCCESS: lambda snapshot: (
        ((each.source, each.zone), each.last_success)
        for each in snapshot.grid.sources
        if each.last_success is not None
    ),
}
"""The samples of each."""

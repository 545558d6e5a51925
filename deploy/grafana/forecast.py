"""When to run: the cleanest hour that the grid's source foresees."""

from __future__ import annotations

from panels import GRAMS_PER_KWH, row, several

NOTHING = "No source at hand foresees the grid: see -grid.source"
FORECAST = (
    "cloud_carbon_grid_intensity_forecast_grams_per_kilowatt_hour"
    '{cloud_provider=~"$provider",cloud_region=~"$region"}'
)
PLACE_OF_FORECAST = "cloud_provider, cloud_region, method, source"
CLEANEST = (
    f"max by ({PLACE_OF_FORECAST}, hours_ahead) (bottomk by ({PLACE_OF_FORECAST}) (1, {FORECAST}))"
)
PRESENT = f'max by ({PLACE_OF_FORECAST}) ({FORECAST.removesuffix("}")},hours_ahead="0"}} > 0)'
ROW = [
    row("When to run"),
    several(
        "Cleanest hour that is foreseen",
        {
            "g/kWh": (CLEANEST, GRAMS_PER_KWH),
            "of the present hour's": (
                f"{CLEANEST} / on ({PLACE_OF_FORECAST}) group_left () {PRESENT}",
                "percentunit",
            ),
        },
        ("cloud_provider", "cloud_region", "method", "source", "hours_ahead"),
        "Hours ahead of now, by the forecast of the grid's source.",
        empty=NOTHING,
    ),
]

"""EIA-930: hourly intensity of what the balancing authorities of the United States generate.

Wire: https://www.eia.gov/opendata/documentation.php, route electricity/rto/fuel-type-data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cloud_carbon_exporter.grid.mix import grams_per_kilowatt_hour
from cloud_carbon_exporter.grid.moments import moment, written
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, field, number

HOUR = 3600.0
# EIA's fuel types. BAT, PS, UES and OES are batteries, pumped storage, and storage unknown or
# other; SNB and WNB are sun and wind with batteries beside them.
KINDS = {
    "COL": "coal",
    "NG": "gas",
    "NUC": "nuclear",
    "OIL": "oil",
    "SUN": "solar",
    "WAT": "hydro",
    "WND": "wind",
    "GEO": "geothermal",
    "BAT": "storage",
    "PS": "storage",
    "SNB": "solar",
    "WNB": "wind",
    "UES": "storage",
    "OES": "storage",
}


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The hours since; the newest that is there when there is none younger."""
    params = {
        "api_key": web.secret("eia-key"),
        "frequency": "hourly",
        "data[0]": "value",
        "facets[respondent][]": ask.zone,
        "start": written(ask.since, "%Y-%m-%dT%H"),
        "sort[0][column]": "period",
        "sort[0][direction]": "desc",
        "length": "1000",
    }
    answer = await web.json("fuel-type-data", "/v2/electricity/rto/fuel-type-data/data/", params)
    hours: dict[float, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in field(answer, "response", "data"):
        if row.get("value") is not None:
            # A period is the end of its hour. What a storage takes up is negative.
            end = moment(f"{field(row, 'period')}:00")
            kind = KINDS.get(field(row, "fueltype"), "other")
            hours[end][kind] += max(0.0, number(row["value"]))
    intensities = []
    for end, generation in sorted(hours.items()):
        grams = grams_per_kilowatt_hour(generation)
        if grams is not None:
            intensities.append(ZoneIntensity(ask.zone, end - HOUR, end, grams))
    return intensities


SOURCE = Source(
    name="eia",
    base_url="https://api.eia.gov",
    home="https://www.eia.gov/opendata/",
    zones="the balancing authorities that feed the clouds' regions in the United States (US-*)",
    licence="public domain",
    price="free, with a key",
    measured="computed from the generation the authorities report, revised later",
    counts="life-cycle emissions of generation; imports are not traced",
    period_seconds=HOUR,
    delay_seconds=2 * HOUR,
    hold_seconds=6 * HOUR,
    live=live,
    secrets=("eia-key",),
)

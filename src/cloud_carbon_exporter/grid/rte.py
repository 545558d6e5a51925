"""RTE eCO2mix: intensity of France by the quarter of an hour, of what it generates.

Wire: the records of https://odre.opendatasoft.com/explore/dataset/eco2mix-national-tr/api/
(Opendatasoft Explore API v2.1). Its own taux_co2 counts direct emissions alone, so the mix is
taken, to stand beside the life-cycle annual figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.grid.mix import grams_per_kilowatt_hour
from cloud_carbon_exporter.grid.moments import moment, written
from cloud_carbon_exporter.grid.spec import Ask, Source, Web, ZoneIntensity, field, number

QUARTER_HOUR = 900.0
KINDS = {
    "nucleaire": "nuclear",
    "gaz": "gas",
    "charbon": "coal",
    "fioul": "oil",
    "eolien": "wind",
    "solaire": "solar",
    "hydraulique": "hydro",
    "bioenergies": "biomass",
}


async def live(web: Web, ask: Ask) -> Sequence[ZoneIntensity]:
    """The quarters of an hour up to now; those still empty are left out."""
    since = written(ask.since, "%Y-%m-%dT%H:%M:%SZ")
    params = {
        "select": "date_heure," + ",".join(KINDS),
        "where": f"date_heure >= date'{since}' and nucleaire is not null",
        "order_by": "date_heure desc",
        "limit": "100",
    }
    answer = await web.json(
        "records", "/api/explore/v2.1/catalog/datasets/eco2mix-national-tr/records", params
    )
    intensities = (_intensity(ask.zone, record) for record in field(answer, "results"))
    return [intensity for intensity in intensities if intensity is not None]


def _intensity(zone: str, record: Any) -> ZoneIntensity | None:
    generation = {}
    for name, kind in KINDS.items():
        if record.get(name) is not None:
            generation[kind] = number(record[name])
    # France never runs without: a record that lacks it has not been filled in yet.
    grams = grams_per_kilowatt_hour(generation) if "nuclear" in generation else None
    if grams is None:
        return None
    start = moment(field(record, "date_heure"))
    return ZoneIntensity(zone, start, start + QUARTER_HOUR, grams)


SOURCE = Source(
    name="rte",
    base_url="https://odre.opendatasoft.com",
    home="https://odre.opendatasoft.com/explore/dataset/eco2mix-national-tr/",
    zones="France (FR)",
    licence="Licence Ouverte 2.0 (Etalab), RTE",
    price="none, no key; 50,000 calls a month for anonymous users",
    measured="computed from the generation RTE measures, revised later",
    counts="life-cycle emissions of generation; imports are not traced",
    period_seconds=QUARTER_HOUR,
    delay_seconds=1800,
    hold_seconds=5400,
    live=live,
)

"""RTE eCO2mix: what France generates, by the quarter of an hour, turned into intensity by
life-cycle factors.

Wire: the records of https://odre.opendatasoft.com/explore/dataset/eco2mix-national-tr/api/
(Opendatasoft Explore API v2.1). Its own taux_co2 counts direct emissions alone, so the mix is
taken, to stand beside the life-cycle annual figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.grid.mix import grams_per_kilowatt_hour
from cloud_carbon_exporter.grid.moments import moment, written
from cloud_carbon_exporter.grid.spec import Ask, Reading, Source, Web, field, number

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


async def live(web: Web, ask: Ask) -> Sequence[Reading]:
    """The quarters of an hour up to now; those still empty are left out."""
    params = {
        "select": "date_heure," + ",".join(KINDS),
        "where": f"date_heure >= date'{written(ask.since, '%Y-%m-%dT%H:%M:%SZ')}' and nucleaire is not null",
        "order_by": "date_heure desc",
        "limit": "100",
    }
    answer = await web.json(
        "records", "/api/explore/v2.1/catalog/datasets/eco2mix-national-tr/records", params
    )
    readings = [_reading(ask.zone, each) for each in field(answer, "results")]
    return [reading for reading in readings if reading is not None]


def _reading(zone: str, of: Any) -> Reading | None:
    made = {kind: number(of[name]) for name, kind in KINDS.items() if of.get(name) is not None}
    grams = grams_per_kilowatt_hour(made) if "nuclear" in made else None
    if grams is None:
        return None
    start = moment(field(of, "date_heure"))
    return Reading(zone, start, start + QUARTER_HOUR, grams)


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

"""Documented shapes of the sources' answers, where they are documented, and a check of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

TIME, NUMBER, TEXT = "a time", "a number", "text"

SHAPES: dict[str, tuple[str, Any]] = {
    "electricitymaps latest": (
        "https://app.electricitymaps.com/developer-hub/api/reference",
        {
            "zone": TEXT,
            "carbonIntensity": NUMBER,
            "datetime": TIME,
            "updatedAt": TIME,
            "createdAt": TIME,
            "emissionFactorType": TEXT,
            "isEstimated": bool,
            "estimationMethod": (TEXT, None),
        },
    ),
    "gb": (
        "https://carbon-intensity.github.io/api-definitions/#get-intensity-from-to",
        {
            "data": [
                {
                    "from": TIME,
                    "to": TIME,
                    "intensity": {"forecast": NUMBER, "actual": (NUMBER, None), "index": TEXT},
                }
            ]
        },
    ),
    "gb-regional": (
        "https://carbon-intensity.github.io/api-definitions/#regional",
        {
            "data": {
                "regionid": NUMBER,
                "shortname": TEXT,
                "data": [
                    {"from": TIME, "to": TIME, "intensity": {"forecast": NUMBER, "index": TEXT}}
                ],
            }
        },
    ),
    "energinet": (
        "https://www.energidataservice.dk/tso-electricity/CO2Emis",
        {
            "total": NUMBER,
            "limit": NUMBER,
            "dataset": TEXT,
            "records": [
                {"Minutes5UTC": TIME, "Minutes5DK": TIME, "PriceArea": TEXT, "CO2Emission": NUMBER}
            ],
        },
    ),
    "rte": (
        "https://odre.opendatasoft.com/explore/dataset/eco2mix-national-tr/api/",
        {
            "total_count": NUMBER,
            "results": [
                {
                    "date_heure": TIME,
                    "nucleaire": (NUMBER, None),
                    "gaz": (NUMBER, None),
                    "charbon": (NUMBER, None),
                    "fioul": (NUMBER, None),
                    "eolien": (NUMBER, None),
                    "solaire": (NUMBER, None),
                    "hydraulique": (NUMBER, None),
                    "bioenergies": (NUMBER, None),
                }
            ],
        },
    ),
    "eia": (
        "https://www.eia.gov/opendata/documentation.php",
        {
            "response": {
                "total": TEXT,
                "frequency": TEXT,
                "data": [
                    {
                        "period": TEXT,
                        "respondent": TEXT,
                        "fueltype": TEXT,
                        "value": (TEXT, None),
                        "value-units": TEXT,
                    }
                ],
            },
            "apiVersion": TEXT,
        },
    ),
    "watttime": (
        "https://docs.watttime.org/#tag/GET-Forecast",
        {
            "data": [{"point_time": TIME, "value": NUMBER}],
            "meta": {
                "region": TEXT,
                "signal_type": TEXT,
                "units": TEXT,
                "data_point_period_seconds": NUMBER,
                "generated_at": TIME,
                "model": {"date": TEXT},
            },
        },
    ),
    "prometheus": (
        "https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries",
        {
            "status": TEXT,
            "data": {"resultType": TEXT, "result": [{"metric": dict, "value": [NUMBER, TEXT]}]},
        },
    ),
}


def misfits(shape: Any, value: Any, path: str = "") -> list[str]:
    """Where a value departs from a shape: missing and unknown keys, and values of another kind."""
    if isinstance(shape, tuple):
        return (
            []
            if any(not misfits(choice, value) for choice in shape)
            else [f"{path}: none of {shape}"]
        )
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{path}: no object"]
        odd = [f"{path}.{key}: missing or unknown" for key in shape.keys() ^ value.keys()]
        return odd + [
            misfit
            for key in shape.keys() & value.keys()
            for misfit in misfits(shape[key], value[key], f"{path}.{key}")
        ]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path}: no list"]
        shapes = shape if len(shape) > 1 else shape * len(value)
        return [
            misfit
            for n, (inner, item) in enumerate(zip(shapes, value, strict=True))
            for misfit in misfits(inner, item, f"{path}[{n}]")
        ]
    return [] if _fits(shape, value) else [f"{path}: {value!r} is not {shape}"]


def _fits(shape: Any, value: Any) -> bool:
    if shape is None:
        return value is None
    if shape == TIME:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    if shape == NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if shape == TEXT:
        return isinstance(value, str)
    return isinstance(value, shape)

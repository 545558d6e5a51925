"""Documents of a report of a period, for programs: JSON with all of it, CSV a row a group."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.exposition.csv_text import csv_text
from cloud_carbon_exporter.reporting.period.figures import (
    Amount,
    Change,
    GroupSums,
    Period,
    PeriodReport,
    ProviderFigure,
)
from cloud_carbon_exporter.reporting.period.protocol import added
from cloud_carbon_exporter.reporting.period.sections import EXCLUDED, INCLUDED

_AMOUNTS = (
    "energy_kilowatt_hours",
    "operational_emissions_grams",
    "embodied_emissions_grams",
    "emissions_grams",
)


def as_json(of: PeriodReport) -> str:
    """Report as one JSON object; times are Unix seconds."""
    return json.dumps(
        {
            **_stretch(of.period),
            "made_at": of.made_at,
            "source": of.source,
            "model_version": of.model_version,
            "counted": {
                "seconds": of.counted.seconds,
                "ratio": of.counted.ratio,
                "gaps": [_stretch(gap) for gap in of.counted.gaps],
                "step": of.counted.step,
            },
            "totals": _sums(of.total),
            "energy_by_basis": dict(of.by_basis),
            "grid": _grid(of),
            "ghg_protocol": _protocol(of),
            "by": list(of.by),
            "groups": [_group(of, group) for group in of.groups],
            "change": None if of.change is None else _change(of.change),
            "software_carbon_intensity": _intensity(of),
            "provider_figures": list(map(_provider_figure, of.provider_figures)),
            "boundary": {"included": INCLUDED, "excluded": EXCLUDED},
            "doubts": [doubt._asdict() for doubt in of.doubts],
        }
    )


def as_csv(of: PeriodReport) -> str:
    """Report as one row a group, which add up to the whole; as the whole where there is none."""
    columns: list[object] = ["start", "end", "counted_ratio", *of.by]
    for name in _AMOUNTS:
        columns += [name, f"{name}_lower", f"{name}_upper"]
    return csv_text([columns, *[_row(of, group) for group in of.groups or (of.total,)]])


def _row(of: PeriodReport, group: GroupSums) -> list[object]:
    ratio = min(1.0, group.counted_seconds / of.period.seconds)
    cells: list[object] = [of.period.start, of.period.end, ratio, *group.labels]
    for amount in _amounts(group).values():
        cells += list(amount)
    return cells


def _stretch(of: Period) -> Mapping[str, int]:
    return {"start": of.start, "end": of.end}


def _amounts(of: GroupSums) -> Mapping[str, Amount]:
    amounts = (
        of.energy_kilowatt_hours,
        of.operational_grams,
        of.embodied_grams,
        of.emissions_grams,
    )
    return dict(zip(_AMOUNTS, amounts, strict=True))


def _sums(of: GroupSums) -> dict[str, Any]:
    return {name: amount._asdict() for name, amount in _amounts(of).items()}


def _group(of: PeriodReport, group: GroupSums) -> dict[str, Any]:
    labels = dict(zip(of.by, group.labels, strict=True))
    return {"labels": labels, "counted_seconds": group.counted_seconds, **_sums(group)}


def _grid(of: PeriodReport) -> dict[str, Any]:
    power = of.electricity
    methods: dict[str, Any] = {}
    for sums in power.methods:
        methods[sums.method] = {**sums.grams._asdict(), "own_ratio": sums.own_ratio}
    return {
        "counted_as": power.counted_as,
        "mean_grams_per_kilowatt_hour": power.intensity_grams_per_kilowatt_hour,
        "operational_emissions_grams": methods,
    }


def _protocol(of: PeriodReport) -> dict[str, Any]:
    """Grams by the words of the GHG Protocol; the last two are the alternatives to report."""
    by_method = {sums.method: sums.grams for sums in of.electricity.methods}
    upstream, embodied = of.electricity.upstream_grams, of.total.embodied_grams
    told = {
        "provider_scope_2_location_based": by_method["direct"],
        "provider_scope_2_market_based": by_method["market"],
        "provider_scope_3_category_3": upstream,
        "provider_scope_3_category_2": embodied,
        "scope_3_category_1_location_based": added(by_method["direct"], upstream, embodied),
        "scope_3_category_1_market_based": added(by_method["market"], upstream, embodied),
    }
    return {name: amount._asdict() for name, amount in told.items()}


def _change(of: Change) -> dict[str, Any]:
    more = of.grams_per_day
    return {
        "before": {
            **_stretch(of.before),
            "counted_ratio": of.before_ratio,
            "emissions_grams": of.before_grams._asdict(),
        },
        "grams_per_counted_day": {
            "value": more.value,
            "lower": more.lower,
            "upper": more.upper,
        },
        "ratio": of.ratio,
    }


def _intensity(of: PeriodReport) -> dict[str, Any] | None:
    known = of.intensity
    if known is None:
        return None
    grams = known.grams_per_unit._asdict()
    return {"unit": known.unit, "units": known.units, "grams_per_unit": grams}


def _provider_figure(of: ProviderFigure) -> dict[str, Any]:
    month = of.reported
    return {
        "cloud_provider": month.provider,
        "cloud_account_id": month.account_id,
        "source": month.source,
        "method": month.method,
        **_stretch(Period(int(month.start), int(month.end))),
        "emissions_grams": month.grams,
        "own_emissions_grams": of.own_grams,
        "own_counted_ratio": of.own_ratio,
        "own_is_alike": of.alike,
    }

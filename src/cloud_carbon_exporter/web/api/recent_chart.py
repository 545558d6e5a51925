"""Trend of the last hour as the page draws it: refresh by refresh, by label where that is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.trend_chart import drawn, series_of
from cloud_carbon_exporter.web.recent import Rates, RecentPoint
from cloud_carbon_exporter.web.trend import TrendPoint

_RATES: Mapping[str, Callable[[Rates], float]] = {
    "total": lambda rates: rates.grams,
    "operational": lambda rates: rates.operational,
    "embodied": lambda rates: rates.embodied,
    "power": lambda rates: rates.watts,
}
_POINTS = {
    "total": ("operational_emissions_grams_per_second", "embodied_emissions_grams_per_second"),
    "operational": ("operational_emissions_grams_per_second",),
    "embodied": ("embodied_emissions_grams_per_second",),
    "power": ("power_watts",),
}

# an hour is no whole one, of which the history could tell sums
_NO_SUMS: JsonObject = {"sum": None, "counted_seconds": 0, "groups": []}


def is_kept(points: Sequence[RecentPoint], trend: Sequence[TrendPoint]) -> bool:
    """Whether the hour is known by labels: not just after a restart, which forgets them."""
    return len(points) > 1 or len(points) == len(trend) == 1


def chart_of_recent(points: Sequence[RecentPoint], by: str, name: str) -> JsonObject:
    """The columns of a chart of one measure, by label."""
    starts = [point.taken_at for point in points]
    by_name: defaultdict[str, dict[float, float]] = defaultdict(dict)
    rest: dict[float, float] = {}
    parts = [point.by(by) for point in points]
    for point, of_point in zip(points, parts, strict=True):
        for value, rates in of_point.largest.items():
            by_name[value][point.taken_at] = _RATES[name](rates)
        rest[point.taken_at] = _RATES[name](of_point.rest)
    more = max((of_point.more for of_point in parts), default=0)
    whole = [point.whole[name] for point in points]
    return {
        "start": [round(start, 1) for start in starts],
        "value": [drawn(estimate.value) for estimate in whole],
        "lower": [drawn(estimate.lower) for estimate in whole],
        "upper": [drawn(estimate.upper) for estimate in whole],
        **series_of(by_name, starts, rest, more),
        **_NO_SUMS,
        "parts": by,
    }


def chart_of_points(points: Sequence[TrendPoint], name: str) -> JsonObject:
    """The columns of a chart of the whole; all emissions by their two parts.

    Bounds are kept of power alone.
    """
    columns: list[Sequence[float]] = []
    series: list[JsonObject] = []
    for column in _POINTS[name]:
        values = [getattr(point, column) for point in points]
        columns.append(values)
        series.append({"name": column.partition("_")[0], "values": list(map(drawn, values))})
    bounds: dict[str, list[float]] = {"lower": [], "upper": []}
    if name == "power":
        bounds["lower"] = [drawn(point.power_lower_watts) for point in points]
        bounds["upper"] = [drawn(point.power_upper_watts) for point in points]
    return {
        "start": [round(point.taken_at, 1) for point in points],
        "value": [drawn(sum(parts)) for parts in zip(*columns, strict=True)],
        **bounds,
        "series": series,
        "others": None,
        "others_groups": 0,
        **_NO_SUMS,
        "parts": "measure",
    }

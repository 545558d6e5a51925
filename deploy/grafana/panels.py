"""Panels, places and variables of a dashboard. Which questions are asked, the boards know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from variables import DATASOURCE, SOURCE, Json

COLUMNS = 24
GRAMS_PER_HOUR = "suffix: gCO2e/h"
GRAMS_PER_KWH = "suffix: g/kWh"
AGGREGATED = "Needs series of resources: leave -metrics.aggregate away"


def target(expression: str, legend: str = "", *, table: bool = False, ref: str = "A") -> Json:
    """One query of a panel. table: an instant one, for a table or a bar."""
    shown: Json = (
        {"format": "table", "instant": True, "range": False}
        if table
        else {"range": True, "instant": False}
    )
    return {
        "datasource": DATASOURCE,
        "expr": expression,
        "legendFormat": legend or "__auto",
        "refId": ref,
    } | shown


def panel(
    kind: str,
    title: str,
    targets: Sequence[Json],
    *,
    unit: str,
    width: int,
    height: int,
    about: str,
    empty: str = "",
) -> Json:
    """What all panels have; `gridPos` gets its place from `placed`. empty: what no data means."""
    nothing = {"noValue": empty} if empty else {}
    return {
        "type": kind,
        "title": title,
        "description": about,
        "datasource": DATASOURCE,
        "targets": list(targets),
        "gridPos": {"x": 0, "y": 0, "w": width, "h": height},
        "fieldConfig": {"defaults": {"unit": unit, "custom": {}} | nothing, "overrides": []},
        "options": {},
    }


def stat(
    title: str,
    expression: str,
    unit: str,
    about: str = "",
    *,
    width: int = 4,
    empty: str = "",
    **defaults: Any,
) -> Json:
    """One number, large, over its curve."""
    size: Json = {"width": width, "height": 4}
    queries = [target(expression)]
    shown = panel("stat", title, queries, unit=unit, about=about, empty=empty, **size)
    shown["options"] = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "value",
        "graphMode": "area",
        "textMode": "value",
        "justifyMode": "auto",
        "orientation": "auto",
    }
    shown["fieldConfig"]["defaults"] |= {
        "color": {"mode": "thresholds"},
        **thresholds((None, "green")),
        **defaults,
    }
    return shown


def thresholds(*steps: tuple[float | None, str]) -> Json:
    """Colours from values upward."""
    return {
        "thresholds": {
            "mode": "absolute",
            "steps": [{"value": value, "color": colour} for value, colour in steps],
        }
    }


def lines(
    title: str,
    queries: Mapping[str, str],
    unit: str,
    about: str = "",
    *,
    width: int = 12,
    stacked: bool = False,
    empty: str = "",
) -> Json:
    """Curves over time, by legend. stacked: one upon the other, where they add up."""
    targets = [
        target(expr, legend, ref=chr(65 + n)) for n, (legend, expr) in enumerate(queries.items())
    ]
    size: Json = {"width": width, "height": 8}
    shown = panel("timeseries", title, targets, unit=unit, about=about, empty=empty, **size)
    shown["options"] = {
        "legend": {
            "showLegend": True,
            "displayMode": "table",
            "placement": "right",
            "calcs": ["lastNotNull"],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    shown["fieldConfig"]["defaults"] |= {
        "min": 0,
        "color": {"mode": "palette-classic"},
        "custom": {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 40 if stacked else 5,
            "showPoints": "never",
            "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        },
    }
    return shown


def bars(
    title: str,
    expression: str,
    legend: str,
    unit: str,
    about: str = "",
    *,
    width: int = 8,
    empty: str = "",
) -> Json:
    """The newest values side by side."""
    query = target(expression, legend) | {"range": False, "instant": True}
    size: Json = {"width": width, "height": 8}
    shown = panel("bargauge", title, [query], unit=unit, about=about, empty=empty, **size)
    shown["options"] = {
        "displayMode": "basic",
        "orientation": "horizontal",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "showUnfilled": True,
        "valueMode": "color",
    }
    shown["fieldConfig"]["defaults"] |= {"min": 0, "color": {"mode": "continuous-GrYlRd"}}
    return shown


def table(
    title: str,
    expression: str,
    unit: str,
    columns: Sequence[str],
    about: str = "",
    *,
    width: int = 24,
    empty: str = "",
) -> Json:
    """The newest values with some of their labels, which name the columns."""
    queries = {"value": (expression, unit)}
    return several(title, queries, columns, about, width=width, empty=empty)


def several(
    title: str,
    queries: Mapping[str, tuple[str, str]],
    columns: Sequence[str],
    about: str = "",
    *,
    width: int = 24,
    empty: str = "",
) -> Json:
    """The newest values of several queries in one table, a row for each set of labels.

    queries: expression and unit by column. The largest of the first column come first.
    """
    targets = [
        target(expression, table=True, ref=chr(65 + n))
        for n, (expression, _) in enumerate(queries.values())
    ]
    size: Json = {"width": width, "height": 9}
    shown = panel("table", title, targets, unit="short", about=about, empty=empty, **size)
    first = next(iter(queries))
    shown["options"] = {
        "showHeader": True,
        "cellHeight": "sm",
        "sortBy": [{"displayName": first, "desc": True}],
    }
    named = dict(zip(_values_of(targets), queries, strict=True))
    places = {name: place for place, name in enumerate([*columns, *named])}
    organised = {
        "indexByName": places,
        "renameByName": named,
        "includeByName": dict.fromkeys(places, True),
    }
    shown["transformations"] = [
        *([{"id": "merge", "options": {}}] if len(targets) > 1 else []),
        {"id": "organize", "options": organised},
    ]
    shown["fieldConfig"]["overrides"] = [
        {
            "matcher": {"id": "byName", "options": name},
            "properties": [{"id": "unit", "value": unit}],
        }
        for name, (_, unit) in queries.items()
    ]
    return shown


def _values_of(targets: Sequence[Json]) -> list[str]:
    """What Grafana names the values of queries in a table: by their refs, of several."""
    return [f"Value #{one['refId']}" for one in targets] if len(targets) > 1 else ["Value"]


def linked(shown: Json, title: str, url: str) -> Json:
    """A panel whose values lead elsewhere. url: with Grafana's own variables of what is clicked."""
    defaults = shown["fieldConfig"]["defaults"] | {"links": [{"title": title, "url": url}]}
    return shown | {"fieldConfig": shown["fieldConfig"] | {"defaults": defaults}}


def row(title: str) -> Json:
    """A heading over what follows."""
    return {
        "type": "row",
        "title": title,
        "collapsed": False,
        "panels": [],
        "gridPos": {"x": 0, "y": 0, "w": COLUMNS, "h": 1},
    }


def placed(panels: Iterable[Json]) -> list[Json]:
    """The panels with their ids, and their places: from left to right, then below."""
    x = y = height = 0
    placed_panels = []
    for number, shown in enumerate(panels, 1):
        at = shown["gridPos"]
        if x + at["w"] > COLUMNS:
            x, y, height = 0, y + height, 0
        placed_panels.append(shown | {"id": number, "gridPos": at | {"x": x, "y": y}})
        x, height = x + at["w"], max(height, at["h"])
    return placed_panels


SIBLINGS: Json = {
    "type": "dashboards",
    "tags": ["cloud-carbon"],
    "title": "Cloud carbon",
    "tooltip": "",
    "icon": "external link",
    "asDropdown": True,
    "includeVars": True,
    "keepTime": True,
    "targetBlank": False,
}


def dashboard(
    uid: str, title: str, about: str, variables: Sequence[Json], panels: Iterable[Json]
) -> Json:
    """One dashboard, with a link to its siblings."""
    return {
        "uid": uid,
        "title": title,
        "description": about,
        "tags": ["cloud-carbon"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "annotations": {"list": []},
        "links": [SIBLINGS],
        "templating": {"list": [SOURCE, *variables]},
        "panels": placed(panels),
    }

"""Panels, places and variables of a dashboard. Which questions are asked, the boards know.

Counters step with -collect.utilisation-interval, so rates are over one hour, four of its default.
What a resource is stands on cloud_carbon_resource_info alone (-metrics.labels=slim): what is chosen
or grouped by is joined from there, and what is summed is taken from the gauges of accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24
GRAMS_PER_HOUR = "suffix: gCO2e/h"

AT = 'cloud_provider=~"$provider",cloud_account_id=~"$account"'
PLACED = f'{AT},cloud_region=~"$region"'
KIND = f'{PLACED},kind=~"$kind"'
BOTH = ("operational", "embodied")
ONE = 'cloud_resource_id="$resource"'
EMISSIONS = (
    "(cloud_carbon_operational_emissions_grams_per_second"
    " + cloud_carbon_embodied_emissions_grams_per_second)"
)
"""What each resource emits now, with its manufacture, in grams a second."""

INFO = "cloud_carbon_resource_info"
RESOURCE_COLUMNS = (
    "cloud_resource_name",
    "kind",
    "cloud_region",
    "cloud_account_id",
    "cloud_resource_id",
)


def of_resources(
    expression: str, selector: str, labels: Sequence[str] = RESOURCE_COLUMNS[:-1]
) -> str:
    """Series of resources, those that are chosen, with labels of what they are."""
    joined = f"on (job, instance, cloud_resource_id) group_left ({', '.join(labels)})"
    return f"{expression} * {joined} {INFO}{{{selector}}}"


def hourly(parts: tuple[str, ...], selector: str, by: str = "") -> str:
    """What is emitted now, in grams an hour, summed by labels. parts: operational, embodied.

    The gauges are right from the first scrape on; the rate of a counter only after its whole
    window. Those of accounts are there whatever -metrics.labels and -metrics.aggregate say.
    """
    grouped = f"sum by ({by})" if by else "sum"
    gauges = " + ".join(
        f"cloud_carbon_account_{part}_emissions_grams_per_second{{{selector}}}" for part in parts
    )
    return f"3600 * {grouped} ({gauges})"


def bound(side: str) -> str:
    """A bound of the power of all that is chosen. side: lower or upper.

    Bounds do not add up. The exporter has that of all clouds and of each, shown where all, or one
    cloud and all of it, is chosen. Those of accounts are added up for a part alone.
    """
    total, accounts = (f"cloud_carbon_{of}_power_{side}_watts" for of in ("total", "account"))
    chosen, of_clouds = f"{accounts}{{{PLACED}}}", f'{accounts}{{cloud_provider=~"$provider"}}'
    clouds = f"count(count by (cloud_provider) ({chosen}))"
    return (
        f'sum({total}{{cloud_provider=""}}) and on () (count({chosen}) == count({accounts}))'
        f' or sum({total}{{cloud_provider=~"$provider",cloud_provider!=""}})'
        f" and on () (count({chosen}) == count({of_clouds})) and on () ({clouds} == 1)"
        f" or sum({chosen})"
    )


def service(expression: str) -> str:
    """With the service, the first half of the kind, as a label."""
    return f'label_replace({expression}, "service", "$1", "kind", "([^/]+)/.*")'


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
) -> Json:
    """What all panels have; `gridPos` gets its place from `placed`."""
    return {
        "type": kind,
        "title": title,
        "description": about,
        "datasource": DATASOURCE,
        "targets": list(targets),
        "gridPos": {"x": 0, "y": 0, "w": width, "h": height},
        "fieldConfig": {"defaults": {"unit": unit, "custom": {}}, "overrides": []},
        "options": {},
    }


def stat(
    title: str, expression: str, unit: str, about: str = "", width: int = 4, **defaults: Any
) -> Json:
    """One number, large, over its curve."""
    shown = panel(
        "stat", title, [target(expression)], unit=unit, width=width, height=4, about=about
    )
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
) -> Json:
    """Curves over time, by legend. stacked: one upon the other, where they add up."""
    targets = [
        target(expr, legend, ref=chr(65 + n)) for n, (legend, expr) in enumerate(queries.items())
    ]
    shown = panel("timeseries", title, targets, unit=unit, width=width, height=8, about=about)
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
    title: str, expression: str, legend: str, unit: str, about: str = "", width: int = 8
) -> Json:
    """The newest values side by side."""
    query = target(expression, legend) | {"range": False, "instant": True}
    shown = panel("bargauge", title, [query], unit=unit, width=width, height=8, about=about)
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
    title: str, expression: str, unit: str, columns: Sequence[str], about: str = "", width: int = 24
) -> Json:
    """The newest values with some of their labels, which name the columns."""
    listing = panel(
        "table",
        title,
        [target(expression, table=True)],
        unit=unit,
        width=width,
        height=9,
        about=about,
    )
    listing["options"] = {
        "showHeader": True,
        "cellHeight": "sm",
        "sortBy": [{"displayName": "value", "desc": True}],
    }
    shown = {name: place for place, name in enumerate([*columns, "Value"])}
    organised = {
        "indexByName": shown,
        "renameByName": {"Value": "value"},
        "includeByName": dict.fromkeys(shown, True),
    }
    listing["transformations"] = [{"id": "organize", "options": organised}]
    return listing


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


def variable(name: str, query: str, regex: str = "", **more: Any) -> Json:
    """One choice at the head of a dashboard; of several values unless `more` says otherwise."""
    return {
        "type": "query",
        "name": name,
        "label": name.capitalize(),
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": name},
        "regex": regex,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
        **more,
    }


POWER = "cloud_carbon_account_power_watts"
SOURCE: Json = {
    "type": "datasource",
    "name": "datasource",
    "label": "Data source",
    "query": "prometheus",
    "current": {"text": "Prometheus", "value": "prometheus"},
    "refresh": 1,
}
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
PLACES = [
    variable("provider", f"label_values({POWER}, cloud_provider)"),
    variable("account", f'label_values({POWER}{{cloud_provider=~"$provider"}}, cloud_account_id)'),
    variable("region", f"label_values({POWER}{{{AT}}}, cloud_region)"),
]


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

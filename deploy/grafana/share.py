"""A dashboard as grafana.com takes it: with an input for the data source, and what it requires."""

from __future__ import annotations

import json
from typing import Any

from variables import SOURCE, Json

GRAFANA = "11.0.0"
"""The oldest the boards were made for; compose brings a newer one."""

INPUT: Json = {
    "name": "DS_PROMETHEUS",
    "label": "Prometheus",
    "description": "The Prometheus that scrapes the exporter",
    "type": "datasource",
    "pluginId": "prometheus",
    "pluginName": "Prometheus",
}
NAMES = {
    "stat": "Stat",
    "timeseries": "Time series",
    "bargauge": "Bar gauge",
    "table": "Table",
}
"""Panels that Grafana brings itself; a row is none."""


def shared(board: Json) -> Json:
    """The dashboard with its data source left open, to be chosen by whoever imports it."""
    variables = [one for one in board["templating"]["list"] if one is not SOURCE]
    told = json.dumps(board | {"templating": {"list": variables}})
    opened: Json = json.loads(told.replace("${datasource}", f"${{{INPUT['name']}}}"))
    used = {panel["type"] for panel in board["panels"]} - {"row"}
    return {
        "__inputs": [INPUT],
        "__elements": {},
        "__requires": [
            _required("grafana", "grafana", "Grafana", GRAFANA),
            _required("datasource", "prometheus", "Prometheus", "1.0.0"),
            *(_required("panel", kind, NAMES[kind], "") for kind in sorted(used)),
        ],
        "id": None,
        **opened,
    }


def _required(kind: str, name: str, title: str, version: str) -> dict[str, Any]:
    return {"type": kind, "id": name, "name": title, "version": version}

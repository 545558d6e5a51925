"""Clusters in a report: by cluster, namespace or workload, and what is in none. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from cloud_carbon_exporter.exposition.csv_text import csv_text
from cloud_carbon_exporter.model.cluster_sums import Labels, beyond, by_labels
from cloud_carbon_exporter.model.clusters import ClusterState
from cloud_carbon_exporter.model.quantities import SECONDS_PER_HOUR
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, together
from cloud_carbon_exporter.model.types import Estimate
from cloud_carbon_exporter.reporting.tables import Section, clean, figure
from cloud_carbon_exporter.web.api import json_objects

IN_NONE = "(in no cluster)"
_FIGURES = ("W", "W, low", "W, high", "gCO2eq/h", "low", "high")
_SPARE = ("W, low", "W, high", "workload kind")
_NOTE = (
    "gCO2eq/h are of power and of manufacture together. Rows add up to all that the report is of: "
    "__idle__ is what nobody uses, __unknown__ what no pod that is known does; what is in no "
    "cluster is not split. Bounds do not add up."
)


class Group(NamedTuple):
    """Sum of one group. labels: None of what is in no cluster."""

    labels: Labels | None
    now: FootprintSum


def groups(of: Snapshot, names: Sequence[str]) -> list[Group]:
    """Groups by labels of clusters, the largest first; what is in no cluster is the last."""
    rows = of.clusters.rows
    found = [Group(labels, now) for labels, now in by_labels(rows, names).items()]
    found.sort(key=lambda group: (-group.now.power_watts.value, group.labels or ()))
    split = together([row.now for row in rows])
    return [*found, Group(None, beyond(of.total(), split))]


def section(of: Snapshot, names: Sequence[str]) -> Section:
    """Section of these groups, and of what is not known of any cluster."""
    rows: list[tuple[str, ...]] = []
    for labels, now in groups(of, names):
        told = [clean(label) for label in labels] if labels else [IN_NONE, *[""] * len(names[1:])]
        watts, grams = now.power_watts.estimate, now.emissions_grams_per_second.estimate
        rows.append((*told, *_bounds(watts, 1), *_bounds(grams, SECONDS_PER_HOUR)))
    header = tuple([name.replace("_", " ") for name in names])
    notes = [_NOTE, *[_missing(state) for state in of.clusters.states if not state.up]]
    if not of.clusters.states:
        notes = ["No cluster is configured: kubernetes in the file of -config.file names one."]
    return Section(
        f"By {', '.join(header)}", (*header, *_FIGURES), tuple(rows), tuple(notes), _SPARE
    )


def _bounds(of: Estimate, factor: float) -> tuple[str, str, str]:
    return figure(of.value * factor), figure(of.lower * factor), figure(of.upper * factor)


def _missing(state: ClusterState) -> str:
    why = clean(state.error) or "it was not read"
    return f"The split of {clean(state.cluster)} is missing: {why}."


def as_json(text: str, of: Snapshot, names: Sequence[str]) -> str:
    """The report as JSON with its groups."""
    told: list[dict[str, object]] = []
    for labels, now in groups(of, names):
        sums = json_objects.sums(now)
        del sums["resources"]
        told.append({"labels": dict(zip(names, labels, strict=True)) if labels else None, **sums})
    states = [
        {"cluster": state.cluster, "up": state.up, "error": state.error}
        for state in of.clusters.states
    ]
    return json.dumps({**json.loads(text), "by": list(names), "groups": told, "clusters": states})


def as_csv(of: Snapshot, names: Sequence[str]) -> str:
    """A row a group; what is in no cluster has no labels."""
    measures = ("power_watts", "operational_emissions_grams_per_second")
    columns = [*measures, "embodied_emissions_grams_per_second", "emissions_grams_per_second"]
    header: list[object] = [*names]
    for column in columns:
        header += [column, f"{column}_lower", f"{column}_upper"]
    table = [header]
    for labels, now in groups(of, names):
        sums, cells = json_objects.sums(now), list[object](labels or [""] * len(names))
        for column in columns:
            cells += [sums[column]["value"], sums[column]["lower"], sums[column]["upper"]]
        table.append(cells)
    return csv_text(table)

"""Sums over the parts of clusters by cluster, namespace or workload, and what is in no cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cloud_carbon_exporter.model.clusters import WorkloadRow
from cloud_carbon_exporter.model.sums import FootprintSum, Reach, Sum, together

CLUSTER_LABELS = ("cluster", "namespace", "workload_kind", "workload")
"""Labels that the parts of clusters have and machines have not."""

Labels = tuple[str, ...]


def by_labels(rows: Iterable[WorkloadRow], names: Sequence[str]) -> Mapping[Labels, FootprintSum]:
    """What is there now, by some of the CLUSTER_LABELS."""
    parts: dict[Labels, list[FootprintSum]] = {}
    for row in rows:
        if row.now.resources:
            told = (row.cluster.cluster, *row.workload)
            values = dict(zip(CLUSTER_LABELS, told, strict=True))
            parts.setdefault(tuple([values[name] for name in names]), []).append(row.now)
    return {labels: together(sums) for labels, sums in parts.items()}


def beyond(whole: FootprintSum, part: FootprintSum) -> FootprintSum:
    """What a whole has beside a part of it: both together are the whole.

    Its `resources` are not told: a machine that is split counts in each of its parts.
    """
    return FootprintSum(
        0,
        _less(whole.power_watts, part.power_watts),
        _less(whole.operational_grams_per_second, part.operational_grams_per_second),
        _less(whole.embodied_grams_per_second, part.embodied_grams_per_second),
    )


def _less(whole: Sum, part: Sum) -> Sum:
    value = max(0.0, whole.value - part.value)  # where nothing is left, rounding may go below
    down, up = _reach_less(whole.down, part.down), _reach_less(whole.up, part.up)
    return Sum(value, down, up, whole.basis)


def _reach_less(whole: Reach, part: Reach) -> Reach:
    """Reach of the rest: by a fact all errors add up, so that they are taken off as well."""
    by_fact: dict[str, float] = {}
    for fact, reach in whole.by_fact.items():
        by_fact[fact] = max(0.0, reach - part.by_fact.get(fact, 0.0))
    return Reach(by_fact, max(0.0, whole.own - part.own))

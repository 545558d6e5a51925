"""Families of clusters of Kubernetes: what each workload draws and emits, and how that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

from cloud_carbon_exporter.exposition.family import (
    STEPS,
    Family,
    FamilySample,
    FromSnapshot,
    FromSums,
    Shown,
    SumSample,
)
from cloud_carbon_exporter.exposition.label_names import ACCOUNT_LABELS
from cloud_carbon_exporter.model.clusters import NODE_STATES, WorkloadRow
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.sums import FootprintSum, Sum

CLUSTER_LABELS = (*ACCOUNT_LABELS, "cluster")
WORKLOAD_LABELS = (*CLUSTER_LABELS, "namespace", "workload_kind", "workload")
_BOUNDS: tuple[tuple[str, Shown], ...] = (("Lower", "lower"), ("Upper", "upper"))
_PART = "The workload's part of its nodes and disks: "


def _now(amount: Callable[[FootprintSum], Sum], shown: Shown) -> FromSums:
    def samples(snapshot: Snapshot) -> Iterator[SumSample]:
        for row in snapshot.clusters.rows:
            if row.now.resources:  # else it is gone, and was counted
                yield SumSample(_labels(row), amount(row.now))

    return FromSums(samples, shown)


def _counted(total_name: str) -> FromSnapshot:
    read_total = attrgetter(total_name)

    def samples(snapshot: Snapshot) -> Iterator[FamilySample]:
        for row in snapshot.clusters.rows:
            if row.totals is not None:
                yield FamilySample(_labels(row), read_total(row.totals))

    return FromSnapshot(samples)


def _labels(row: WorkloadRow) -> tuple[str, ...]:
    return (*row.cluster, *row.workload)


def _up(snapshot: Snapshot) -> Iterator[FamilySample]:
    for state in snapshot.clusters.states:
        yield FamilySample((state.cluster,), int(state.up))


def _read_at(snapshot: Snapshot) -> Iterator[FamilySample]:
    for state in snapshot.clusters.states:
        if state.read_at is not None:
            yield FamilySample((state.cluster,), state.read_at)


def _nodes(snapshot: Snapshot) -> Iterator[FamilySample]:
    for cluster in snapshot.clusters.states:
        if cluster.read_at is not None:
            for state in NODE_STATES:
                yield FamilySample((cluster.cluster, state), cluster.nodes.get(state, 0))


def _bounds(name: str, unit: str, amount: str, words: str) -> Iterator[Family]:
    """Families of the bounds of an amount."""
    for which, shown in _BOUNDS:
        yield Family(
            f"cloud_carbon_kubernetes_{name}_{shown}_{unit}",
            "gauge",
            f"{which} bound of the 90 % interval of a workload's {words}; bounds do not add up.",
            _now(attrgetter(amount), shown),
            WORKLOAD_LABELS,
            unit,
        )


KUBERNETES: tuple[Family, ...] = (
    Family(
        "cloud_carbon_kubernetes_power_watts",
        "gauge",
        f"{_PART}power drawn now, PUE included. __idle__ is what nobody uses, __unknown__ what "
        "nobody known does, __other__ the rest of a namespace; all add up to the nodes.",
        _now(attrgetter("power_watts"), "value"),
        WORKLOAD_LABELS,
        "watts",
    ),
    *_bounds("power", "watts", "power_watts", "power"),
    Family(
        "cloud_carbon_kubernetes_operational_emissions_grams_per_second",
        "gauge",
        f"{_PART}CO2eq emitted now by the power drawn.",
        _now(attrgetter("operational_grams_per_second"), "value"),
        WORKLOAD_LABELS,
        "grams_per_second",
    ),
    *_bounds(
        "operational_emissions",
        "grams_per_second",
        "operational_grams_per_second",
        "operational emissions",
    ),
    Family(
        "cloud_carbon_kubernetes_embodied_emissions_grams_per_second",
        "gauge",
        f"{_PART}CO2eq of manufacture, spread over the lifetime of the hardware.",
        _now(attrgetter("embodied_grams_per_second"), "value"),
        WORKLOAD_LABELS,
        "grams_per_second",
    ),
    *_bounds(
        "embodied_emissions",
        "grams_per_second",
        "embodied_grams_per_second",
        "embodied emissions",
    ),
    Family(
        # Counted with the nodes, so that both rise by as much; what was not read is __unknown__.
        "cloud_carbon_kubernetes_energy_joules_total",
        "counter",
        f"{_PART}energy used.{STEPS}",
        _counted("energy_joules"),
        WORKLOAD_LABELS,
        "joules",
    ),
    Family(
        "cloud_carbon_kubernetes_operational_emissions_grams_total",
        "counter",
        f"{_PART}CO2eq emitted by the energy used.{STEPS}",
        _counted("operational_grams"),
        WORKLOAD_LABELS,
        "grams",
    ),
    Family(
        "cloud_carbon_kubernetes_embodied_emissions_grams_total",
        "counter",
        f"{_PART}CO2eq of manufacture.{STEPS}",
        _counted("embodied_grams"),
        WORKLOAD_LABELS,
        "grams",
    ),
)

KUBERNETES_READS: tuple[Family, ...] = (
    Family(
        "cloud_carbon_exporter_kubernetes_up",
        "gauge",
        "Whether the Prometheus of a cluster answered the last time, with nodes that are known. "
        "While it is 0 the split is old, or missing; the figures of the nodes stay.",
        FromSnapshot(_up),
        ("cluster",),
    ),
    Family(
        "cloud_carbon_exporter_kubernetes_read_timestamp_seconds",
        "gauge",
        "When a cluster was read that is split by now; absent while there is no split.",
        FromSnapshot(_read_at),
        ("cluster",),
        "seconds",
    ),
    Family(
        # serverless: a task of Fargate or a virtual kubelet has no machine to be split.
        "cloud_carbon_exporter_kubernetes_nodes",
        "gauge",
        "Nodes of a cluster by what is known of them: split, serverless (no machine to see), or "
        "unmatched (no machine that is explored has its provider id).",
        FromSnapshot(_nodes),
        ("cluster", "state"),
    ),
)

"""Cloud Run services, jobs and worker pools, second-generation functions among them.

Neither has a state: what is scaled to zero is there, and draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component, Signal
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import (
    BYTES_PER_GIB,
    Life,
    of_type,
    parse,
)
from cloud_carbon_exporter.providers.gcp.describing.containers import boards_per_vcpu
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden, per, quantity, within
from cloud_carbon_exporter.providers.gcp.describing.times import created
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_LABELS = {"services": "service_name", "jobs": "job_name", "workerPools": "worker_pool_name"}
"""Collection in a name -> the label by which Cloud Monitoring knows what is in it."""


def _set_by_hand(parts: tuple[Component, ...], data: Mapping[str, Any]) -> tuple[Component, ...]:
    """Parts of a worker pool, whose instances are as many as somebody has set."""
    number = data.get("scaling", {}).get("manualInstanceCount")
    if number is None:
        return parts
    containers = data.get("template", {}).get("containers", ())
    limits = [container.get("resources", {}).get("limits", {}) for container in containers]
    vcpus = sum(quantity(limit.get("cpu") or "1") for limit in limits) * number
    memory_gib = sum(quantity(limit.get("memory") or "512Mi") for limit in limits) * number
    # Boards are told for each vCPU.
    of_each = {"vcpu": vcpus, "gpu": vcpus, "memory": memory_gib / BYTES_PER_GIB}
    bounded: list[Component] = []
    for part in parts:
        bounded += within([part], of_each[part.kind], of_each[part.kind])
    return tuple(bounded)


def describe(raw: Raw, scope: Scope) -> Description:
    """Service, job or pool as a vCPU for each allocated vCPU and a GiB for each allocated GiB."""
    asset = parse(raw, scope)
    # Asset Inventory passes the Knative shape (v1, labels under metadata) as well as v2's; the name
    # serves for both.
    tags = asset.data.get("labels") or asset.data.get("metadata", {}).get("labels")
    # One of each: what is allocated now comes as a signal.
    host = hidden(1, 1, "a Cloud Run host is not shown")
    key = next(label for collection, label in _LABELS.items() if collection in asset.ids)
    running = (*per(host, "capacity_units", memory="memory_gib"), *boards_per_vcpu(asset.data))
    return asset.described(
        running=_set_by_hand(running, asset.data),
        tags=tags,
        life=Life(created(asset.data) or created(asset.data.get("metadata", {}))),
        monitor={key: asset.name, "location": asset.location.region},
    )


def _metrics(resource_type: str, label: str) -> tuple[Metric, ...]:
    """Metrics of a resource type, joined on one label; nothing is written while none runs."""
    dimensions = {f"resource.label.{label}": label, "resource.label.location": "location"}

    def metric(into: Signal, name: str, statistic: str) -> Metric:
        return Metric(
            into=into,
            name=f"run.googleapis.com/container/{name}",
            namespace=resource_type,
            statistic=statistic,
            dimensions=dimensions,
            absent=0,
        )

    return (
        # vCPU-seconds a second, then GiB-seconds a second.
        metric("capacity_units", "cpu/allocation_time", "ALIGN_RATE/REDUCE_SUM"),
        metric("memory_gib", "memory/allocation_time", "ALIGN_RATE/REDUCE_SUM"),
        # A distribution over the instances.
        metric("cpu_ratio", "cpu/utilizations", "ALIGN_DELTA/REDUCE_MEAN"),
        # Also one, over boards too, but a gauge: of a period all its samples together.
        metric("gpu_ratio", "gpu/utilizations", "ALIGN_SUM/REDUCE_MEAN"),
    )


SPECS = (
    ServiceSpec(
        kind="run/service",
        listing=LISTING,
        accepts=of_type("run.googleapis.com/Service"),
        describe=describe,
        reason=(
            "The vCPUs and memory allocated to its instances; nothing while it is scaled to zero."
        ),
        metrics=_metrics("cloud_run_revision", "service_name"),
    ),
    ServiceSpec(
        kind="run/job",
        listing=LISTING,
        accepts=of_type("run.googleapis.com/Job"),
        describe=describe,
        reason="The vCPUs and memory allocated to its tasks while they run.",
        metrics=_metrics("cloud_run_job", "job_name"),
    ),
    ServiceSpec(
        kind="run/worker_pool",
        listing=LISTING,
        accepts=of_type("run.googleapis.com/WorkerPool"),
        describe=describe,
        reason="The vCPUs and memory allocated to its instances, as many as somebody has set.",
        metrics=_metrics("cloud_run_worker_pool", "worker_pool_name"),
    ),
)

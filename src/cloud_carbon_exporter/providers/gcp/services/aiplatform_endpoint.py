"""Vertex AI endpoints: the machines that serve their deployed models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Life, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, built, hidden, times
from cloud_carbon_exporter.providers.gcp.describing.times import made
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def _replicas(resources: Mapping[str, Any]) -> int:
    """Replicas of a deployed model: the least number, as no API tells how many there are now."""
    return max(1, int(resources.get("minReplicaCount", 1)))


def _served_by(model: Mapping[str, Any], shapes: Mapping[str, Shape]) -> tuple[Component, ...]:
    """Components that serve a deployed model: none where it shares a pool with other endpoints."""
    if dedicated := model.get("dedicatedResources"):
        spec = dedicated["machineSpec"]
        gpus = int(spec.get("acceleratorCount", 0))
        gpu = spec["acceleratorType"] if gpus else ""
        machine_type = spec["machineType"]
        _, parts = built(machine_type, shapes.get(machine_type), gpu=gpu, gpus=gpus)
        return times(parts, _replicas(dedicated))
    if automatic := model.get("automaticResources"):
        one_replica = hidden(2, 8, "automatic resources do not name a machine")
        return times(one_replica, _replicas(automatic))
    return ()


def _served_since(data: Mapping[str, Any]) -> float | None:
    """Since when an endpoint is as it is: when the newest of its models was deployed."""
    deployed: list[float] = []
    for model in data.get("deployedModels", ()):
        since = made(model)
        if since is not None:
            deployed.append(since)
    return max(deployed, default=made(data))


def describe(raw: Raw, scope: Scope) -> Description:
    """Endpoint as the least number of replicas of each deployed model; more are not seen."""
    asset = parse(raw, scope)
    shapes = scope.catalogue.get("machine_types", {})
    parts: list[Component] = []
    for model in asset.data.get("deployedModels", ()):
        parts += _served_by(model, shapes)
    # Nothing is there to be read where no model is deployed, or all share a pool of machines.
    monitor = {"endpoint_id": asset.name, "location": asset.location.region} if parts else {}
    if any(part.kind == "gpu" for part in parts):
        monitor["gpu_endpoint_id"] = asset.name
    return asset.described(
        running=parts,
        name=asset.data.get("displayName", ""),
        monitor=monitor,
        life=Life(_served_since(asset.data)),
    )


SPEC = ServiceSpec(
    kind="aiplatform/endpoint",
    listing=LISTING,
    accepts=of_type("aiplatform.googleapis.com/Endpoint"),
    describe=describe,
    reason="The least number of replicas of its deployed models, by machine type and accelerators.",
    metrics=(
        # A series for each replica of each deployed model: their mean.
        Metric(
            into="cpu_ratio",
            name="aiplatform.googleapis.com/prediction/online/cpu/utilization",
            namespace="aiplatform.googleapis.com/Endpoint",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={
                "resource.label.endpoint_id": "endpoint_id",
                "resource.label.location": "location",
            },
            delay_seconds=120,
        ),
        Metric(
            into="gpu_ratio",
            name="aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle",
            namespace="aiplatform.googleapis.com/Endpoint",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={
                "resource.label.endpoint_id": "gpu_endpoint_id",
                "resource.label.location": "location",
            },
            delay_seconds=120,
        ),
    ),
)

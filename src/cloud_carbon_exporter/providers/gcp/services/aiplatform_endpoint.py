"""Vertex AI endpoints: the machines that serve their deployed models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, built, hidden, times
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec


def _served_by(model: Mapping[str, Any], shapes: Mapping[str, Shape]) -> tuple[Component, ...]:
    if dedicated := model.get("dedicatedResources"):
        spec = dedicated["machineSpec"]
        gpus = int(spec.get("acceleratorCount", 0))
        gpu = spec["acceleratorType"] if gpus else ""
        machine_type = spec["machineType"]
        _, parts = built(machine_type, shapes.get(machine_type), gpu=gpu, gpus=gpus)
        return times(parts, max(1, int(dedicated.get("minReplicaCount", 1))))
    if automatic := model.get("automaticResources"):
        replicas = max(1, int(automatic.get("minReplicaCount", 1)))
        return times(hidden(2, 8, "automatic resources do not name a machine"), replicas)
    return ()


def describe(raw: Raw, scope: Scope) -> Resource:
    """The least number of replicas of each deployed model; more are not seen."""
    asset = parse(raw, scope)
    shapes = scope.catalogue.get("machine_types", {})
    parts = tuple(
        part for model in asset.data.get("deployedModels", ()) for part in _served_by(model, shapes)
    )
    monitor = {"endpoint_id": asset.name, "location": asset.location.region} if parts else {}
    if any(part.kind == "gpu" for part in parts):
        monitor["gpu_endpoint_id"] = asset.name
    return asset.resource(parts, name=asset.data.get("displayName", ""), monitor=monitor)


SPEC = ServiceSpec(
    kind="aiplatform/endpoint",
    listing=LISTING,
    accepts=of_type("aiplatform.googleapis.com/Endpoint"),
    describe=describe,
    reason="The least number of replicas of its deployed models, by machine type and accelerators.",
    metrics=(
        Metric(
            into="cpu_ratio",
            name="aiplatform.googleapis.com/prediction/online/cpu/utilization",
            namespace="aiplatform.googleapis.com/Endpoint",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={
                "resource.label.endpoint_id": "endpoint_id",
                "resource.label.location": "location",
            },
            scale=0.01,
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
            scale=0.01,
        ),
    ),
)

"""Vertex AI endpoints: the machines that serve their deployed models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Life, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import per
from cloud_carbon_exporter.providers.gcp.describing.times import created
from cloud_carbon_exporter.providers.gcp.describing.vertex import deployed, machines
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

_INDEX_REPLICAS = 2
"""Replicas of an index whose number is not said (aiplatform.v1, DeployedIndex)."""


def _served_since(data: Mapping[str, Any]) -> float | None:
    """Since when an endpoint is as it is: when the newest of its models was deployed."""
    deployed: list[float] = []
    for model in data.get("deployedModels", ()):
        since = created(model)
        if since is not None:
            deployed.append(since)
    return max(deployed, default=created(data))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Endpoint as the replicas of each deployed model; None where pools hold them all."""
    asset = parse(raw, scope)
    models = asset.data.get("deployedModels", ())
    if models and all("sharedResources" in model for model in models):
        return None
    parts: list[Component] = []
    for model in models:
        parts += deployed(model, scope)
    # Nothing is there to be read where no model is deployed, or none has a replica.
    monitor = {"endpoint_id": asset.name, "location": asset.location.region} if parts else {}
    if any(part.kind == "gpu" for part in parts):
        monitor["gpu_endpoint_id"] = asset.name
    return asset.described(
        running=parts,
        name=asset.data.get("displayName", ""),
        monitor=monitor,
        life=Life(_served_since(asset.data)),
    )


def describe_pool(raw: Raw, scope: Scope) -> Description:
    """Pool of machines that the models of several endpoints share, each replica one machine."""
    asset = parse(raw, scope)
    resources = asset.data["dedicatedResources"]
    machine = resources["machineSpec"]
    least = int(resources.get("minReplicaCount", 0 if "scaleToZeroSpec" in resources else 1))
    most = max(least, int(resources.get("maxReplicaCount") or 1))
    replica = per(machines(machine, scope, 1), "capacity_units")
    parts = [replace(part, least=least, most=most) for part in replica]
    monitor = {"pool_id": asset.name, "location": asset.location.region}
    if any(part.kind == "gpu" for part in parts):
        monitor["gpu_pool_id"] = asset.name
    return asset.described(
        running=parts, monitor=monitor, info={"host_type": machine.get("machineType", "")}
    )


def describe_index(raw: Raw, scope: Scope) -> Description:
    """Endpoint of vector search as the replicas of each deployed index; two unless it says so."""
    asset = parse(raw, scope)
    parts: list[Component] = []
    for index in asset.data.get("deployedIndexes", ()):
        parts += deployed(index, scope, _INDEX_REPLICAS)
    return asset.described(running=parts, name=asset.data.get("displayName", ""))


_ENDPOINT = ServiceSpec(
    kind="aiplatform/endpoint",
    listing=LISTING,
    accepts=of_type("aiplatform.googleapis.com/Endpoint"),
    describe=describe,
    reason=(
        "The replicas its deployed models have just now, else the least number of them, by machine "
        "type and accelerators; none of models in a shared pool."
    ),
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

_POOL = ServiceSpec(
    kind="aiplatform/deployment_resource_pool",
    listing=LISTING,
    accepts=of_type("aiplatform.googleapis.com/DeploymentResourcePool"),
    describe=describe_pool,
    reason="The replicas it has just now, by machine type and accelerators.",
    metrics=(
        Metric(
            into="capacity_units",
            name="aiplatform.googleapis.com/prediction/online/deployment_resource_pool/replicas",
            namespace="aiplatform.googleapis.com/DeploymentResourcePool",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={
                "resource.label.deployment_resource_pool_id": "pool_id",
                "resource.label.location": "location",
            },
        ),
        # As those of endpoints, under names of their own.
        Metric(
            into="cpu_ratio",
            name="aiplatform.googleapis.com/prediction/online/deployment_resource_pool/cpu/utilization",
            namespace="aiplatform.googleapis.com/DeploymentResourcePool",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={
                "resource.label.deployment_resource_pool_id": "pool_id",
                "resource.label.location": "location",
            },
        ),
        Metric(
            into="gpu_ratio",
            name=(
                "aiplatform.googleapis.com/prediction/online/deployment_resource_pool/"
                "accelerator/duty_cycle"
            ),
            namespace="aiplatform.googleapis.com/DeploymentResourcePool",
            statistic="ALIGN_MEAN/REDUCE_MEAN",
            dimensions={
                "resource.label.deployment_resource_pool_id": "gpu_pool_id",
                "resource.label.location": "location",
            },
        ),
    ),
)

_INDEX = ServiceSpec(
    kind="aiplatform/index_endpoint",
    listing=LISTING,
    accepts=of_type("aiplatform.googleapis.com/IndexEndpoint"),
    describe=describe_index,
    reason="The least number of replicas of its deployed indexes, by machine type.",
)

SPECS = (_ENDPOINT, _POOL, _INDEX)

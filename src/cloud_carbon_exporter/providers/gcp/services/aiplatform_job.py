"""Vertex AI jobs: the machines of custom training and of batch predictions, while they run.

They stand in a project of Google's, where neither Asset Inventory nor Monitoring shows them. What
tunes hyperparameters holds none beside those of its trials, and each trial is a custom job
(aiplatform.v1, HyperparameterTuningJob.trialJobSpec and Trial.customJob).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Asset, Life, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, built, hidden, times
from cloud_carbon_exporter.providers.gcp.describing.times import moment
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# A job stays listed until it is deleted, with the times of its run. One that is paused holds
# nothing.
STATES = states(
    running="JOB_STATE_RUNNING JOB_STATE_CANCELLING JOB_STATE_UPDATING",
    gone=(
        "JOB_STATE_QUEUED",
        "JOB_STATE_PENDING",
        "JOB_STATE_PAUSED",
        "JOB_STATE_SUCCEEDED",
        "JOB_STATE_PARTIALLY_SUCCEEDED",
        "JOB_STATE_FAILED",
        "JOB_STATE_CANCELLED",
        "JOB_STATE_EXPIRED",
    ),
)

_BOOT_DISK_GIB = 100
"""Boot disk of a worker that names none (aiplatform.v1, DiskSpec: "default is 100GB")."""


def _machines(
    spec: Mapping[str, Any], shapes: Mapping[str, Shape], replicas: int
) -> tuple[Component, ...]:
    """So many machines of a machineSpec."""
    gpus = int(spec.get("acceleratorCount", 0))
    gpu = spec["acceleratorType"] if gpus else ""
    machine_type = spec["machineType"]
    _, parts = built(machine_type, shapes.get(machine_type), gpu=gpu, gpus=gpus)
    return times(parts, replicas)


def _boot_disks(pool: Mapping[str, Any], replicas: int) -> Component:
    disk = pool.get("diskSpec", {})
    size = float(disk.get("bootDiskSizeGb") or _BOOT_DISK_GIB)
    return Component("block", f"gcp/{disk.get('bootDiskType') or 'pd-ssd'}", size * replicas)


def _described(asset: Asset, parts: tuple[Component, ...]) -> Description:
    data = asset.data
    return asset.described(
        running=parts,
        name=data.get("displayName", ""),
        state=data.get("state", ""),
        life=Life(moment(data.get("startTime")), moment(data.get("endTime"))),
    )


def describe_training(raw: Raw, scope: Scope) -> Description:
    """Custom job as the machines of its worker pools, with their boot disks."""
    asset = parse(raw, scope)
    shapes = scope.catalogue.get("machine_types", {})
    parts: list[Component] = []
    for pool in asset.data["jobSpec"]["workerPoolSpecs"]:
        replicas = int(pool.get("replicaCount", 1))
        # A pool without machines only keeps its place among the four.
        if replicas and pool.get("machineSpec"):
            parts += _machines(pool["machineSpec"], shapes, replicas)
            parts.append(_boot_disks(pool, replicas))
    return _described(asset, tuple(parts))


def describe_prediction(raw: Raw, scope: Scope) -> Description:
    """Batch prediction as the machines it starts with; no API tells how many they become."""
    asset = parse(raw, scope)
    dedicated = asset.data.get("dedicatedResources")
    if not dedicated:
        return _described(asset, hidden(2, 8, "no machine of its own is named"))
    replicas = max(1, int(dedicated.get("startingReplicaCount", 1)))
    shapes = scope.catalogue.get("machine_types", {})
    return _described(asset, _machines(dedicated["machineSpec"], shapes, replicas))


SPECS = (
    ServiceSpec(
        kind="aiplatform/custom_job",
        listing=LISTING,
        accepts=of_type("aiplatform.googleapis.com/CustomJob"),
        describe=describe_training,
        states=STATES,
        reason="The machines of its worker pools, from its start to its end as Vertex AI tells.",
    ),
    ServiceSpec(
        kind="aiplatform/batch_prediction_job",
        listing=LISTING,
        accepts=of_type("aiplatform.googleapis.com/BatchPredictionJob"),
        describe=describe_prediction,
        states=STATES,
        reason="The machines it starts with, from its start to its end as Vertex AI tells.",
    ),
)

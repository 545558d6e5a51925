"""Vertex AI's machines: what a machineSpec names, how many replicas there are, their disks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.gcp.describing.hardware import Shape, built, hidden, times
from cloud_carbon_exporter.providers.spec import Scope

_DISK_GIB = 100
"""Size of a disk that names none (aiplatform.v1, DiskSpec, PersistentDiskSpec: 100 GB)."""

_AUTOMATIC = "automatic resources do not name a machine"


def machines(spec: Mapping[str, Any], scope: Scope, replicas: float) -> tuple[Component, ...]:
    """So many machines of a machineSpec; a common one stands in where no type is named."""
    if not replicas:
        return ()
    machine_type = spec.get("machineType", "")
    gpus = int(spec.get("acceleratorCount", 0))
    gpu = spec["acceleratorType"] if gpus else ""
    if not machine_type and not gpus:
        return times(hidden(2, 8, "no machine of its own is named"), replicas)
    shapes: Mapping[str, Shape] = scope.catalogue.get("machine_types", {})
    _, parts = built(machine_type, shapes.get(machine_type), gpu=gpu, gpus=gpus)
    return times(parts, replicas)


def deployed(deployment: Mapping[str, Any], scope: Scope, fewest: int = 1) -> tuple[Component, ...]:
    """Components of a deployed model, index or pool; none of those that a pool of others serves.

    fewest: replicas where their number is not said.
    """
    told = deployment.get("status", {}).get("availableReplicaCount")
    if dedicated := deployment.get("dedicatedResources"):
        return machines(dedicated["machineSpec"], scope, _replicas(dedicated, told, fewest))
    automatic = deployment.get("automaticResources")
    if automatic is not None:  # may be empty
        return times(hidden(2, 8, _AUTOMATIC), _replicas(automatic, told, fewest))
    return ()


def _replicas(resources: Mapping[str, Any], told: Any, fewest: int) -> int:
    """Replicas there are just now, where that is told; else the least number there may be.

    One that may scale to nothing says so, and its least number, 0, is then left out.
    """
    if told is not None:
        return int(told)
    least = 0 if "scaleToZeroSpec" in resources else fewest
    return int(resources.get("minReplicaCount", least))


def boot_disks(disk: Mapping[str, Any], replicas: float) -> Component:
    """Boot disks of so many machines, as a diskSpec has them."""
    size = float(disk.get("bootDiskSizeGb") or _DISK_GIB)
    return Component("block", f"gcp/{disk.get('bootDiskType') or 'pd-ssd'}", size * replicas)


def data_disk(disk: Mapping[str, Any]) -> Component:
    """Disk of data, as a persistentDiskSpec has it."""
    size = float(disk.get("diskSizeGb") or _DISK_GIB)
    return Component("block", f"gcp/{disk.get('diskType') or 'pd-standard'}", size)

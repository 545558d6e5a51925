"""CodeBuild's machines: what a compute type gives a build, by the sort of environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.hardware import (
    MIB_PER_GIB,
    hidden,
    nodes,
    volume,
)

LAMBDA = "BUILD_LAMBDA_"
MIB_PER_VCPU = 1769
"""Lambda developer guide: of so much memory a function has the equivalent of one vCPU."""


class Size(NamedTuple):
    """vCPUs, GB of memory and GB of disk of a compute type."""

    vcpus: float
    gib: float
    disk_gib: float


SIZES: Mapping[str, Mapping[str, Size]] = {
    "LINUX": {
        "SMALL": Size(2, 3, 64),
        "MEDIUM": Size(4, 7, 128),
        "LARGE": Size(8, 15, 128),
        "XLARGE": Size(36, 70, 256),
        "2XLARGE": Size(72, 145, 824),
    },
    "ARM": {
        "SMALL": Size(2, 4, 64),
        "MEDIUM": Size(4, 8, 128),
        "LARGE": Size(8, 16, 128),
        "XLARGE": Size(32, 64, 256),
        "2XLARGE": Size(48, 96, 824),
    },
}
"""CodeBuild user guide, "Build environment compute modes and types"; Windows as Linux. GENERAL1."""
INSTANCES: Mapping[tuple[str, str], str] = {
    ("LINUX_GPU_CONTAINER", "SMALL"): "g4dn.xlarge",
    ("LINUX_GPU_CONTAINER", "LARGE"): "p3.8xlarge",
    ("MAC_ARM", "MEDIUM"): "mac2-m2.metal",
    ("MAC_ARM", "LARGE"): "mac2-m2pro.metal",
}
"""The same: 4 vCPUs with a GPU and 16 GB, 32 with 255 GB; 8 cores with 24 GB, 12 with 32. These are
the EC2 types of that size.
"""


def machine(environment: Mapping[str, Any]) -> tuple[Component, ...]:
    """Machine of a build or fleet: by an EC2 type, by vCPUs and memory, or by its compute type.

    environment: with `type`, `computeType` and `computeConfiguration`, as builds have it.
    """
    kind, compute = environment.get("type") or "", environment.get("computeType") or ""
    wanted = environment.get("computeConfiguration") or {}
    if wanted.get("instanceType"):
        return (*nodes(wanted["instanceType"]), *volume(wanted.get("disk")))
    architecture = "arm64" if "ARM" in kind else ""
    if compute.startswith(LAMBDA):
        # "BUILD_LAMBDA_2GB"
        gib = float(compute.removeprefix(LAMBDA).removesuffix("GB"))
        return hidden(gib * MIB_PER_GIB / MIB_PER_VCPU, gib, architecture)
    if wanted.get("vCpu"):
        return (
            *hidden(wanted["vCpu"], wanted.get("memory") or 0, architecture),
            *volume(wanted.get("disk")),
        )
    size = compute.rpartition("_")[2]
    if (kind, size) in INSTANCES:
        return nodes(INSTANCES[kind, size])
    # A size added since is taken as the smallest, which CodeBuild offers first.
    sizes = SIZES["ARM" if architecture else "LINUX"]
    known = sizes.get(size, sizes["SMALL"])
    return (*hidden(known.vcpus, known.gib, architecture), *volume(known.disk_gib))

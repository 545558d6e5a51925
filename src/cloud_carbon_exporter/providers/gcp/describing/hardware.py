"""Google's machines as components: the catalogue's shapes, accelerators, and hosts Google does not
show.

A machine type names its hardware; a managed service names memory or units only. For the latter a
host of a common family stands in, and says so in `assumed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component, Signal
from cloud_carbon_exporter.providers.gcp.describing.asset import PROVIDER, last

LOCAL_SSD_GIB = 375
"""One local SSD partition (https://cloud.google.com/compute/docs/disks/local-ssd)."""


def boards(accelerators: Iterable[Mapping[str, Any]], kind: str, count: str) -> tuple[str, int]:
    """(type, how many) of a list of accelerators; `kind` and `count` are the API's names of the two
    fields.
    """
    name, total = "", 0
    for accelerator in accelerators:
        name = last(accelerator[kind])
        total += int(accelerator.get(count, 1))
    return name, total


@dataclass(frozen=True, slots=True)
class Shape:
    """What compute.machineTypes says of a machine type."""

    vcpus: int
    memory_gib: float
    architecture: str = ""
    gpu: str = ""
    gpus: int = 0
    ssd_gib: int = 0


def shape(machine_type: Mapping[str, Any]) -> Shape:
    """Read one machine type. Raises KeyError when it has no size."""
    gpu, gpus = boards(
        machine_type.get("accelerators", ()), "guestAcceleratorType", "guestAcceleratorCount"
    )
    architecture = {"ARM64": "arm64", "X86_64": "x86_64"}.get(
        machine_type.get("architecture", ""), ""
    )
    partitions = int(machine_type.get("bundledLocalSsds", {}).get("partitionCount", 0))
    vcpus, memory_gib = int(machine_type["guestCpus"]), machine_type["memoryMb"] / 1024
    return Shape(vcpus, memory_gib, architecture, gpu, gpus, partitions * LOCAL_SSD_GIB)


@lru_cache(maxsize=8192)
def built(
    name: str,
    known: Shape | None = None,
    *,
    cpu: str = "",
    gpu: str = "",
    gpus: int = 0,
    ssd_gib: float = 0,
    threads_per_core: int = 0,
) -> tuple[Machine, tuple[Component, ...]]:
    """The machine of this type and what it holds. What the instance itself says wins over the
    catalogue.
    """
    made = machine(
        PROVIDER,
        name,
        vcpus=known.vcpus if known else None,
        memory_gib=known.memory_gib if known else None,
        architecture=(known.architecture if known else "") or None,
        cpu=cpu or None,
        gpu=gpu or (known.gpu if known else "") or None,
        gpus=max(gpus, known.gpus if known else 0) or None,
        ssd_gib=ssd_gib or (known.ssd_gib if known else 0) or None,
        threads_per_core=threads_per_core or None,
    )
    return made, components(made)


@lru_cache(maxsize=2048)
def hidden(vcpus: float, memory_gib: float, why: str, family: str = "n2") -> tuple[Component, ...]:
    """vCPUs and memory of a host Google does not show; `why` ends up in `assumed`. 0 leaves a part
    out.
    """
    whole = Shape(2, 8)
    _, parts = built(f"{family}-standard-2", whole)
    size = {"vcpu": vcpus / whole.vcpus, "memory": memory_gib / whole.memory_gib}
    return tuple(
        replace(part, amount=part.amount * size[part.kind], assumed=part.assumed or why)
        for part in parts
        if size.get(part.kind)
    )


def times(parts: Iterable[Component], factor: float) -> tuple[Component, ...]:
    """The same hardware `factor` times: nodes, standbys, replicas."""
    return tuple(replace(part, amount=part.amount * factor) for part in parts)


def per(parts: Iterable[Component], signal: Signal, memory: Signal = "") -> tuple[Component, ...]:
    """The same hardware for each unit of `signal`; its memory for each unit of `memory` where that
    differs.
    """
    return tuple(
        replace(part, per=memory if memory and part.kind == "memory" else signal) for part in parts
    )

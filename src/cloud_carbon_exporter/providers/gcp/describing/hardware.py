"""Machines of Google as components: the catalogue's shapes, accelerators, and hosts not shown.

A machine type names its hardware; a managed service names memory or units only. For the latter a
host of a common family stands in, and says so in `assumed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.machines import Machine, components, lists, machine
from cloud_carbon_exporter.model.types import Component, Signal
from cloud_carbon_exporter.providers.gcp.describing.asset import PROVIDER, last

LOCAL_SSD_GIB = 375
"""Size of one local SSD (https://cloud.google.com/compute/docs/disks/local-ssd)."""

_ARCHITECTURES = {"ARM64": "arm64", "X86_64": "x86_64"}


class Boards(NamedTuple):
    """Accelerators of a machine: the type of its boards, and how many there are."""

    model: str = ""
    number: int = 0


def boards(accelerators: Iterable[Mapping[str, Any]], model_key: str, count_key: str) -> Boards:
    """Boards in a list of accelerators; the keys are the API's names of the two fields."""
    model, number = "", 0
    for accelerator in accelerators:
        model = last(accelerator[model_key])
        number += int(accelerator.get(count_key, 1))
    return Boards(model, number)


@dataclass(frozen=True, slots=True)
class Shape:
    """Shape of a machine type, as compute.machineTypes tells it."""

    vcpus: int
    memory_gib: float
    architecture: str = ""
    gpu: str = ""
    gpus: int = 0
    ssd_gib: int = 0


_NO_SHAPE = Shape(0, 0)


def shape(machine_type: Mapping[str, Any]) -> Shape:
    """Shape in an entry of compute.machineTypes. Raises KeyError when it has no size."""
    bundled = boards(
        machine_type.get("accelerators", ()), "guestAcceleratorType", "guestAcceleratorCount"
    )
    partitions = int(machine_type.get("bundledLocalSsds", {}).get("partitionCount", 0))
    return Shape(
        vcpus=int(machine_type["guestCpus"]),
        memory_gib=machine_type["memoryMb"] / 1024,
        architecture=_ARCHITECTURES.get(machine_type.get("architecture", ""), ""),
        gpu=bundled.model,
        gpus=bundled.number,
        ssd_gib=partitions * LOCAL_SSD_GIB,
    )


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
    """Machine of this type and its components. What the instance says wins over the catalogue."""
    # Without a shape the name alone has to tell, as it does for custom types and unlisted ones.
    shape_known = known or _NO_SHAPE
    listed = machine(PROVIDER, name) if lists(PROVIDER, name) else None
    # Partitions are counted, not measured: of most types one has 375 GiB, of Z3 and others ten
    # times as much. Where the tables have the type, they know.
    bundled = listed.ssd_gib if listed else shape_known.ssd_gib
    # Boards bundled with the type stand in the instance as well: the same ones, not more.
    held: float = max(gpus, shape_known.gpus)
    if listed and 0 < listed.gpus < 1:
        held = listed.gpus  # a part of a board is counted as one
    host = machine(
        PROVIDER,
        name,
        vcpus=known.vcpus if known else None,
        memory_gib=known.memory_gib if known else None,
        architecture=shape_known.architecture or None,
        cpu=cpu or None,
        gpu=gpu or shape_known.gpu or None,
        gpus=held or None,
        ssd_gib=ssd_gib or bundled or None,
        threads_per_core=threads_per_core or None,
    )
    return host, components(host)


def is_listed(machine_type: str) -> bool:
    """Whether the tables have a machine type, so that its name alone tells what it holds."""
    return lists(PROVIDER, machine_type)


def bundled_ssd_gib(machine_type: str) -> float:
    """Local SSD that comes with a machine type, as the tables have it."""
    return machine(PROVIDER, machine_type).ssd_gib


def machine_info(host_type: str, host: Machine) -> dict[str, str]:
    """Info of a resource that is one machine: its type, architecture and processor."""
    return {"host_type": host_type, "architecture": host.architecture, "cpu": host.cpu}


@lru_cache(maxsize=2048)
def hidden(vcpus: float, memory_gib: float, why: str, family: str = "n2") -> tuple[Component, ...]:
    """vCPUs and memory of a host Google does not show; 0 leaves a part out.

    why: what ends up in `assumed`. family: the common machines that stand in for the host.
    """
    # Any size of the family serves: its parts are scaled to what is asked for.
    whole = Shape(vcpus=2, memory_gib=8)
    _, parts = built(f"{family}-standard-2", whole)
    factors = {"vcpu": vcpus / whole.vcpus, "memory": memory_gib / whole.memory_gib}
    sized = []
    for part in parts:
        if factor := factors.get(part.kind):
            amount, assumed = part.amount * factor, part.assumed or why
            sized.append(replace(part, amount=amount, assumed=assumed))
    return tuple(sized)


@lru_cache(maxsize=4096)
def bursting(parts: tuple[Component, ...]) -> tuple[Component, ...]:
    """Shared cores whose load is told by the share of them that is reserved, and goes above 1.

    "Fractional utilization of allocated CPU on this instance [...] some machine types allow
    bursting above 1.0" (Google Cloud metrics, compute instance/cpu/utilization; of Cloud SQL:
    "percentage of the reserved CPU"). An e2-micro has an eighth of each of its two vCPUs, so that
    both work wholly at 8, and so does the memory beside them.
    """
    share = next((part.share for part in parts if part.kind == "vcpu"), 0)
    full = 1 / share if share else 1
    return tuple(
        replace(part, full_load=full) if part.load == "cpu_ratio" else part for part in parts
    )


def slot() -> tuple[Component, ...]:
    """Slot of BigQuery, as a part of a host that Google does not show."""
    return hidden(1, 4, "a slot is taken as a vCPU with 4 GiB")


def times(parts: tuple[Component, ...], factor: float) -> tuple[Component, ...]:
    """The same hardware `factor` times: nodes, standbys, replicas."""
    if factor == 1:
        return parts
    return tuple(replace(part, amount=part.amount * factor) for part in parts)


def per(parts: Iterable[Component], signal: Signal, memory: Signal = "") -> tuple[Component, ...]:
    """The same hardware for each unit of a signal.

    memory: the signal that memory follows, where it is another.
    """
    scaled = []
    for part in parts:
        follows = memory if memory and part.kind == "memory" else signal
        scaled.append(replace(part, per=follows))
    return tuple(scaled)


_SUFFIXES = {
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "Ki": 1024.0,
    "Mi": 1024.0**2,
    "Gi": 1024.0**3,
}


def quantity(text: str) -> float:
    """Amount as Kubernetes writes it: "1500m" of a CPU, "512Mi" of bytes. Raises ValueError."""
    number = text.rstrip("".join(_SUFFIXES))
    suffix = text[len(number) :]
    return float(number) * (_SUFFIXES[suffix] if suffix else 1)


def within(parts: Iterable[Component], least: float, most: float) -> tuple[Component, ...]:
    """The same hardware, as many as its configuration holds its units within."""
    return tuple(replace(part, least=least, most=max(least, most)) for part in parts)

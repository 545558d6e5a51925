"""Machines: the hardware one holds, whole, and as the model's components."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_carbon_exporter.model.power import POOLED, is_whole_machine
from cloud_carbon_exporter.model.types import Component


@dataclass(frozen=True, slots=True)
class Machine:
    """What one machine holds. Amounts are whole: all threads, all GiB, all boards of it.

    threads: hardware threads held, which is what power is shared by: two for each vCPU that is a
        whole core of a processor with two threads a core. vcpus: as the guest counts them.
    share: the part of `threads` that is the customer's own when idle; below 1 for burstable and
        shared-core types.
    gpus: may be a fraction of a board. assumed: why something had to be guessed; empty where all is
        known.
    pool: every microarchitecture the family is served from, where that is more than one and the API
        did not say which.
    """

    provider: str
    name: str
    threads: float
    vcpus: float
    memory_gib: float
    architecture: str
    cpu: str
    microarchitecture: str
    share: float = 1
    gpu: str = ""
    gpus: float = 0
    ssd_gib: float = 0
    hdd_gib: float = 0
    assumed: str = ""
    pool: tuple[str, ...] = ()


def components(machine: Machine) -> tuple[Component, ...]:
    """The machine as the model's components, of which it has any."""
    reason = machine.assumed
    processor = POOLED.join(dict.fromkeys((machine.microarchitecture, *machine.pool)))
    # Of a Mac its maker measured the whole: what its memory draws stands in its processor's row.
    memory = "unified" if is_whole_machine(machine.microarchitecture) else "dram"
    held = (
        Component(
            "vcpu", processor, machine.threads, "cpu_ratio", share=machine.share, assumed=reason
        ),
        Component("memory", memory, machine.memory_gib, assumed=reason),
        Component("gpu", machine.gpu or "default", machine.gpus, "gpu_ratio", assumed=reason),
        Component("ssd", "ssd", machine.ssd_gib, assumed=reason),
        Component("hdd", "hdd", machine.hdd_gib, assumed=reason),
    )
    return tuple(component for component in held if component.amount)

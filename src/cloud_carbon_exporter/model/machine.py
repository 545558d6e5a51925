"""Machines: the hardware one holds, whole, and as the model's components."""

from __future__ import annotations

from dataclasses import dataclass

from cloud_carbon_exporter.model import local_drives, server
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.hosts import POOLED
from cloud_carbon_exporter.model.memory import USUAL_SIZE
from cloud_carbon_exporter.model.memory import part as dram
from cloud_carbon_exporter.model.power import is_whole_machine
from cloud_carbon_exporter.model.thread_watts import holding, host
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
    sockets: of a whole server that is the customer's; 0 where the machine is a share of a host.
    pool: every microarchitecture the family is served from, where that is more than one and the API
        did not say which.
    hdd_terabytes: what one of its hard disks holds, where an API tells each; else 0.
    host: the part that its threads are, where the host they are a share of is known.
    host_gib_per_socket: memory of a socket of its family's usual host; 0 where nobody knows.
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
    hdd_terabytes: float = 0
    sockets: int = 0
    assumed: str = ""
    pool: tuple[str, ...] = ()
    host: str = ""
    host_gib_per_socket: float = 0


def components(machine: Machine) -> tuple[Component, ...]:
    """The machine as the model's components, of which it has any."""
    return tuple(component for component in _held(machine) if component.amount)


def _held(machine: Machine) -> tuple[Component, ...]:
    reason = machine.assumed
    if machine.sockets and not is_whole_machine(machine.microarchitecture):
        return (_whole_server(machine), *_boards_and_disks(machine))
    pool = POOLED.join(dict.fromkeys((machine.microarchitecture, *machine.pool)))
    part = holding(machine.host or pool, machine.threads)
    # Of a Mac its maker measured the whole: what its memory draws stands in its processor's row.
    whole = is_whole_machine(machine.microarchitecture)
    memory = "unified" if whole else dram(_gib_per_socket(machine, part))
    return (
        Component("vcpu", part, machine.threads, "cpu_ratio", share=machine.share, assumed=reason),
        # How much memory works nobody tells: as hard as the processor beside it.
        Component("memory", memory, machine.memory_gib, "cpu_ratio", assumed=reason),
        *_boards_and_disks(machine),
    )


def _gib_per_socket(machine: Machine, part: str) -> float:
    """Memory of a socket of the machine's host: no less than the machine itself has there.

    A family tells its usual host, and some of its types have one with more: of 4 sockets and 3.8 TB
    for N1's largest. 0, the usual one, where nobody tells and the machine does not say more.
    """
    sockets, _ = host(part)
    held = machine.memory_gib / sockets
    known = machine.host_gib_per_socket
    return max(known, held) if known or held > figure(USUAL_SIZE).value else 0


def _boards_and_disks(machine: Machine) -> tuple[Component, ...]:
    reason = machine.assumed
    ssd = local_drives.flash(machine.microarchitecture)
    hdd = local_drives.hard_disk(machine.provider, machine.name, machine.hdd_terabytes)
    return (
        Component("gpu", machine.gpu or "default", machine.gpus, "gpu_ratio", assumed=reason),
        Component("ssd", ssd, machine.ssd_gib, assumed=reason),
        Component("hdd", hdd, machine.hdd_gib, assumed=reason),
    )


def _whole_server(machine: Machine) -> Component:
    """Server with its memory, whose case and power supplies no other guest shares."""
    described = server.describe(
        machine.cpu,
        machine.microarchitecture,
        sockets=machine.sockets,
        threads=round(machine.threads),
        memory_gib=machine.memory_gib,
    )
    part = server.rented_part(described)
    return Component("vcpu", part, machine.threads, "cpu_ratio", assumed=machine.assumed)

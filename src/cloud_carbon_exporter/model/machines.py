"""From a machine's name and what an API says of it to the hardware it holds.

Names are read by tables, not by code: `machine_types` holds what each type is, `machine_rules` how
names are built, `families` what stands behind a family and what to think of one nobody knows. What
is guessed says so in `assumed`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import replace

from cloud_carbon_exporter.model.facts import Row, microarchitecture, rows
from cloud_carbon_exporter.model.hosts import part_of_processor
from cloud_carbon_exporter.model.machine import Machine, components
from cloud_carbon_exporter.model.machine_tables import Known, lists, sized
from cloud_carbon_exporter.model.machine_tables import known as known_by_name

__all__ = ["Machine", "components", "lists", "machine"]

_ARCHITECTURES = (
    ("arm", "arm64"),
    ("aarch", "arm64"),
    ("86", "x86_64"),
    ("amd64", "x86_64"),
    ("x64", "x86_64"),
)


def machine(
    provider: str,
    name: str,
    *,
    vcpus: float | None = None,
    memory_gib: float | None = None,
    architecture: str | None = None,
    cpu: str | None = None,
    gpu: str | None = None,
    gpus: float | None = None,
    ssd_gib: float | None = None,
    hdd_gib: float | None = None,
    hdd_terabytes: float = 0,
    threads_per_core: int | None = None,
    sockets: int | None = None,
) -> Machine:
    """Machine of a name, by what the API says (the keywords), else the tables; never fails.

    Else a guess from family and size, with its reason in `assumed`.
    vcpus: of the type, also where a guest sees fewer (CpuOptions, threads per core 1).
    cpu: processor or platform, gpu: accelerator, as an API names it. sockets: of a whole server.
    hdd_terabytes: what one hard disk holds; 0 where the API does not tell.
    threads_per_core: of the type; counts only where the family is unknown.
    """
    arch = _architecture(architecture or "")
    known = known_by_name(provider, name, arch)
    of_size = _of_size(known, vcpus, threads_per_core)
    told = replace(
        of_size,
        memory_gib=of_size.memory_gib if memory_gib is None else memory_gib,
        architecture=arch or of_size.architecture,
        gpu=_accelerator(gpu, of_size.gpu) if gpu else of_size.gpu,
        gpus=(of_size.gpus or float(bool(gpu))) if gpus is None else gpus,
        ssd_gib=of_size.ssd_gib if ssd_gib is None else ssd_gib,
        hdd_gib=of_size.hdd_gib if hdd_gib is None else hdd_gib,
        hdd_terabytes=hdd_terabytes,
        sockets=of_size.sockets if sockets is None else sockets,
        assumed=_without_known(known, vcpus, memory_gib),
    )
    return _with_cpu(told, cpu, known.family) if cpu else told


def _of_size(known: Known, vcpus: float | None, threads_per_core: int | None) -> Machine:
    """The machine of the tables, with the vCPUs that the API says."""
    machine, family = known.machine, known.family
    if vcpus is not None and vcpus != machine.vcpus:
        machine = _resized(known, vcpus)
    if threads_per_core and family["pattern"]:
        threads = machine.vcpus * float(family["threads_per_core"]) / threads_per_core
        machine = replace(machine, threads=threads)
    return machine


def _architecture(name: str) -> str:
    lower = name.lower()
    return next((ours for part, ours in _ARCHITECTURES if part in lower), "")


def _without_known(known: Known, vcpus: float | None, memory_gib: float | None) -> str:
    """Reason to doubt the machine, once the API has said its size.

    Then only the hardware may be in doubt.
    """
    told = vcpus is not None and memory_gib is not None
    return known.family["assumed"] if known.size_assumed and told else known.machine.assumed


def _with_cpu(found: Machine, cpu: str, family: Row) -> Machine:
    """The API named the processor: the family need not be guessed, nor the pool."""
    named = microarchitecture(cpu)
    if not named:
        return found
    reasons = [
        reason for reason in found.assumed.split("; ") if reason and reason != family["assumed"]
    ]
    host = part_of_processor(family["provider"], family["family"], cpu, named)
    why = "; ".join(reasons)
    return replace(found, cpu=cpu, microarchitecture=named, pool=(), host=host, assumed=why)


def _resized(known: Known, vcpus: float) -> Machine:
    """The machine with as many vCPUs as the API says, and what else follows from that."""
    found, family = known.machine, known.family
    if known.size_assumed or (vcpus > found.vcpus and not found.sockets):
        return sized(found, family, vcpus, float(family["gib_per_vcpu"]))
    # a whole server holds the threads that the API counts
    return replace(found, vcpus=vcpus, threads=vcpus if found.sockets else found.threads)


@functools.cache
def _accelerators() -> Mapping[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for row in rows("accelerator_names"):
        names[row["name"]] = (*names.get(row["name"], ()), row["accelerator"])
    return names


def _accelerator(name: str, usual: str) -> str:
    """Accelerator an API means; of several boards of one name, the one the type is known for."""
    key = " ".join(re.sub(r"[-_/]", " ", name.lower()).split())
    meant = _accelerators().get(key, ())
    if usual in meant or not meant:
        return usual if usual in meant else name
    return meant[0]

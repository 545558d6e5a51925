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
from cloud_carbon_exporter.model.machine import Machine, components
from cloud_carbon_exporter.model.machine_tables import Known, sized
from cloud_carbon_exporter.model.machine_tables import known as known_by_name

__all__ = ["Machine", "components", "machine"]

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
    threads_per_core: int | None = None,
) -> Machine:
    """Machine of that name: what the API says (the keywords), else what the tables know of it.

    Never fails: a name no rule knows is a guess from its family and size, and `assumed` says why.

    vcpus: of the type, whatever the guest sees (CpuOptions, threads per core 1). cpu, gpu: as an
        API names them. threads_per_core: of the type; counts only where the family is unknown.
    """
    arch = _architecture(architecture or "")
    known = known_by_name(provider, name, arch)
    found, family = _resized(known, vcpus), known.family
    if threads_per_core and family["pattern"]:
        cores = found.vcpus / threads_per_core
        found = replace(found, threads=cores * float(family["threads_per_core"]))
    found = replace(
        found,
        memory_gib=_said(memory_gib, found.memory_gib),
        architecture=arch or found.architecture,
        gpu=_accelerator(gpu, found.gpu) if gpu else found.gpu,
        gpus=_said(gpus, found.gpus or float(bool(gpu))),
        ssd_gib=_said(ssd_gib, found.ssd_gib),
        hdd_gib=_said(hdd_gib, found.hdd_gib),
        assumed=_without_known(known, vcpus, memory_gib),
    )
    return _with_cpu(found, cpu, family) if cpu else found


def _said(told: float | None, known: float) -> float:
    """What the API says, else what is known."""
    return known if told is None else told


def _architecture(name: str) -> str:
    lower = name.lower()
    return next((ours for part, ours in _ARCHITECTURES if part in lower), "")


def _without_known(known: Known, vcpus: float | None, memory_gib: float | None) -> str:
    """The reason to doubt the machine, once the API has said its size: then only the hardware may
    be in doubt.
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
    return replace(found, cpu=cpu, microarchitecture=named, pool=(), assumed="; ".join(reasons))


def _resized(known: Known, vcpus: float | None) -> Machine:
    """The machine with as many vCPUs as the API says, and what else follows from that."""
    found, family = known.machine, known.family
    if vcpus is None or vcpus == found.vcpus:
        return found
    if known.size_assumed or vcpus > found.vcpus:
        return sized(found, family, vcpus, float(family["gib_per_vcpu"]))
    return replace(found, vcpus=vcpus)


@functools.cache
def _accelerators() -> Mapping[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for row in rows("accelerator_names"):
        names[row["name"]] = (*names.get(row["name"], ()), row["accelerator"])
    return names


def _accelerator(name: str, usual: str) -> str:
    """The accelerator an API means: where one name stands for several boards, the one the type is
    known for.
    """
    key = " ".join(re.sub(r"[-_/]", " ", name.lower()).split())
    meant = _accelerators().get(key, ())
    if usual in meant or not meant:
        return usual if usual in meant else name
    return meant[0]

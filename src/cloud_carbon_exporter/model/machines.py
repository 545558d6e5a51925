"""From a machine's name and what an API says of it to the hardware it holds.

Names are read by tables, not by code: `machine_types` holds what each type is, `machine_rules` how
names are built, `families` what stands behind a family and what to think of one nobody knows. What
is guessed says so in `assumed`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cloud_carbon_exporter.model.facts import Row, microarchitecture, rows
from cloud_carbon_exporter.model.power import POOLED
from cloud_carbon_exporter.model.types import Component

MIB_PER_GIB = 1024
_ARCHITECTURES = (
    ("arm", "arm64"),
    ("aarch", "arm64"),
    ("86", "x86_64"),
    ("amd64", "x86_64"),
    ("x64", "x86_64"),
)


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What the tables say of a name: the machine, and its family to scale by when the API says
    another size.
    """

    machine: Machine
    family: Row
    size_assumed: bool = False


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
    """The machine of that name. Never fails: what the API says (the keywords) wins, else the table
    of types, else the rule its name follows, else a guess from its family and size, with `assumed`
    set to the reason.

    vcpus: of the type. A guest that sees fewer (CpuOptions, threads per core 1) still holds what
        its type holds.
    cpu: processor or platform, as an API names it. gpu: accelerator, as an API names it.
    threads_per_core: of the type; counts only where the family is unknown.
    """
    arch = _architecture(architecture or "")
    known = _known(provider, name, arch)
    found, family = known.machine, known.family
    if vcpus is not None and vcpus != found.vcpus:
        found = _resized(known, vcpus)
    if threads_per_core and family["pattern"]:
        found = replace(
            found, threads=found.vcpus * float(family["threads_per_core"]) / threads_per_core
        )
    board = _accelerator(gpu, found.gpu) if gpu else found.gpu
    found = replace(
        found,
        memory_gib=found.memory_gib if memory_gib is None else memory_gib,
        architecture=arch or found.architecture,
        gpu=board,
        gpus=(found.gpus or float(bool(gpu))) if gpus is None else gpus,
        ssd_gib=found.ssd_gib if ssd_gib is None else ssd_gib,
        hdd_gib=found.hdd_gib if hdd_gib is None else hdd_gib,
        assumed=_without_known(known, vcpus, memory_gib),
    )
    return _with_cpu(found, cpu, family) if cpu else found


def _architecture(name: str) -> str:
    lower = name.lower()
    return next((ours for part, ours in _ARCHITECTURES if part in lower), "")


def _without_known(known: _Known, vcpus: float | None, memory_gib: float | None) -> str:
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


def _resized(known: _Known, vcpus: float) -> Machine:
    """The machine with as many vCPUs as the API says, and what else follows from that."""
    found, family = known.machine, known.family
    if known.size_assumed or vcpus > found.vcpus:
        return _sized(found, family, vcpus, float(family["gib_per_vcpu"]))
    return replace(found, vcpus=vcpus)


def _sized(found: Machine, family: Row, vcpus: float, gib_per_vcpu: float) -> Machine:
    return replace(
        found,
        vcpus=vcpus,
        threads=vcpus * float(family["threads_per_vcpu"]),
        memory_gib=vcpus * gib_per_vcpu,
        gpus=vcpus * float(family["gpus_per_vcpu"] or 0),
        ssd_gib=vcpus * float(family["ssd_gib_per_vcpu"] or 0),
        hdd_gib=vcpus * float(family["hdd_gib_per_vcpu"] or 0),
    )


@functools.lru_cache(maxsize=4096)
def _known(provider: str, name: str, architecture: str) -> _Known:
    row = _types().get((provider, name.lower()))
    if row:
        return _of_type(provider, name, row)
    rule, match = next(_fitting_rules(provider, name.lower()))
    if rule["becomes"]:
        inner = _known(provider, match.expand(rule["becomes"]), architecture)
        return replace(inner, machine=replace(inner.machine, name=name))
    return _of_rule(provider, name, rule, match, architecture)


def _fitting_rules(provider: str, key: str) -> Iterator[tuple[Row, re.Match[str]]]:
    """Rules a name follows, best first. One that guesses a size holds for known families only, but
    for the last.
    """
    for pattern, rule in _rules(provider):
        match = pattern.match(key)
        if not match:
            continue
        certain = not rule["assumed"] or not rule["provider"]
        if certain or (rule["family"] or match["family"]) in _families(provider):
            yield rule, match


def _of_type(provider: str, name: str, row: Row) -> _Known:
    family = _family_of_type(provider, row["type"].lower())
    base = _base(provider, name, family)
    vcpus = float(row["vcpus"])
    return _Known(
        replace(
            base,
            vcpus=vcpus,
            threads=float(row["threads"] or vcpus * float(family["threads_per_vcpu"])),
            memory_gib=float(row["memory_gib"]),
            share=float(row["share"] or base.share),
            gpu=row["gpu"],
            gpus=float(row["gpus"] or 0),
            ssd_gib=float(row["ssd_gib"] or 0),
            hdd_gib=float(row["hdd_gib"] or 0),
        ),
        family,
    )


def _of_rule(
    provider: str, name: str, rule: Row, match: re.Match[str], architecture: str
) -> _Known:
    said = match.groupdict()
    key = rule["family"] or said["family"]
    family = _families(provider).get(key) or _guess(provider, key, architecture)
    base = _base(provider, name, family)
    base = replace(base, share=float(rule["share"] or base.share), gpu=family["gpu"])
    found = _sized(
        base,
        family,
        _vcpus(rule, said, family),
        float(rule["gib_per_vcpu"] or family["gib_per_vcpu"]),
    )
    if said.get("memory_mib"):
        found = replace(found, memory_gib=float(said["memory_mib"]) / MIB_PER_GIB)
    if said.get("memory_gib"):
        found = replace(found, memory_gib=float(said["memory_gib"]))
    if rule["ssd_gib_per_vcpu"]:
        found = replace(found, ssd_gib=found.vcpus * float(rule["ssd_gib_per_vcpu"]))
    unsized = "gpus" in said and not family["gpus_per_vcpu"]
    guessed = bool(rule["assumed"] or family["pattern"] or unsized)
    reason = rule["assumed"].format(family=key, name=name) or (
        f"unknown machine {name}" if guessed else ""
    )
    reasons = "; ".join(each for each in (reason, family["assumed"]) if each)
    return _Known(replace(found, assumed=reasons), family, guessed)


def _vcpus(rule: Row, said: Mapping[str, str], family: Row) -> float:
    if said.get("gpus") and family["gpus_per_vcpu"]:
        return float(said["gpus"]) / float(family["gpus_per_vcpu"])
    if rule["vcpus"] == "host":
        return float(family["host_vcpus"])
    if rule["vcpus_per_unit"]:
        return float(said["units"]) * float(rule["vcpus_per_unit"])
    return float(rule["vcpus"] or said["vcpus"])


def _base(provider: str, name: str, family: Row) -> Machine:
    return Machine(
        provider=provider,
        name=name,
        threads=0,
        vcpus=0,
        memory_gib=0,
        architecture=family["architecture"],
        cpu=family["cpu"],
        microarchitecture=family["microarchitecture"],
        share=float(family["share"] or 1),
        assumed=family["assumed"],
        pool=tuple(family["pool"].split(";")) if family["pool"] else (),
    )


def _guess(provider: str, family: str, architecture: str) -> Row:
    """The family row that stands for one nobody knows: the first whose pattern fits, of the right
    architecture.
    """
    guesses = [
        row for row in rows("families") if row["pattern"] and row["provider"] in (provider, "")
    ]
    alike = [row for row in guesses if not architecture or row["architecture"] == architecture]
    fits = (row for row in alike if re.search(row["pattern"], family))
    return next(fits, alike[0] if alike else guesses[-1])


@functools.cache
def _types() -> Mapping[tuple[str, str], Row]:
    return {(row["provider"], row["type"].lower()): row for row in rows("machine_types")}


@functools.cache
def _families(provider: str) -> Mapping[str, Row]:
    return {
        row["family"].lower(): row
        for row in rows("families")
        if row["provider"] == provider and not row["pattern"]
    }


@functools.cache
def _rules(provider: str) -> tuple[tuple[re.Pattern[str], Row], ...]:
    found = (row for row in rows("machine_rules") if row["provider"] in (provider, ""))
    return tuple((re.compile(row["pattern"], re.DOTALL), row) for row in found)


def _family_of_type(provider: str, type_: str) -> Row:
    """The family with the longest name that the type's name begins with."""
    families = _families(provider)
    cut = type_
    while cut not in families:
        cut = cut[:-1]
    return families[cut]


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


def components(machine: Machine) -> tuple[Component, ...]:
    """The machine as the model's components, of which it has any."""
    reason = machine.assumed
    processor = POOLED.join(dict.fromkeys((machine.microarchitecture, *machine.pool)))
    held = (
        Component(
            "vcpu", processor, machine.threads, "cpu_ratio", share=machine.share, assumed=reason
        ),
        Component("memory", "dram", machine.memory_gib, assumed=reason),
        Component("gpu", machine.gpu or "default", machine.gpus, "gpu_ratio", assumed=reason),
        Component("ssd", "ssd", machine.ssd_gib, assumed=reason),
        Component("hdd", "hdd", machine.hdd_gib, assumed=reason),
    )
    return tuple(component for component in held if component.amount)

"""Oversized: a machine whose busiest hours would fit into a smaller one of the same line."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.advice.held_for import IN_MEMORY
from cloud_carbon_exporter.advice.known import known_spread, percent, told_load
from cloud_carbon_exporter.advice.offered import service_of
from cloud_carbon_exporter.advice.saving import carried, of_parts
from cloud_carbon_exporter.advice.sizes import smaller
from cloud_carbon_exporter.advice.subject import Subject, Words, advice, with_manager
from cloud_carbon_exporter.model.advice import Advice, Spread
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.machines import Machine, machine
from cloud_carbon_exporter.model.types import Component

SIGNAL = "cpu_ratio"


def oversized(subject: Subject) -> Advice | None:
    """Advice to take the smallest size that the load, and the memory, leave room for.

    What is held for its memory is judged by the memory it uses, or not at all.
    """
    resource = subject.resource
    if resource.kind in IN_MEMORY and "memory_gib" not in subject.loads:
        return None
    spread = known_spread(subject.evidence, SIGNAL)
    host_type = resource.info.get("host_type", "")
    provider = resource.location.provider
    if spread is None or not host_type or _is_idle(spread):
        return None
    now = machine(provider, host_type)
    best = _smallest_that_fits(subject, host_type, now, spread)
    if best is None:
        return None
    parts = scaled(resource.components, now, best)
    if parts is None:
        return None
    loads = {**subject.loads, SIGNAL: min(1.0, subject.loads[SIGNAL] * now.vcpus / best.vcpus)}
    after = subject.emissions(of_parts(resource, parts), loads)
    saved = carried(subject.terms, {resource.id: after})
    if saved is None:
        return None
    room = 1 - figure("advice.headroom_ratio").value
    then = spread.p95 * now.vcpus / best.vcpus
    words = Words(
        action=f"{host_type} to {best.name}",
        decided_on=f"{told_load(SIGNAL, spread, subject.evidence)}; on "
        f"{best.name} that is {percent(then)}, and {percent(room)} is allowed",
        way_back=f"change it back to {host_type}, with a restart or a failover",
        caveat=with_manager(_caveat(subject, now, best), resource),
        becomes=best.name,
    )
    return advice("oversized", subject, words, saved)


def _is_idle(spread: Spread) -> bool:
    return spread.p95 <= figure("advice.idle.cpu_ratio").value


def _smallest_that_fits(
    subject: Subject, host_type: str, now: Machine, spread: Spread
) -> Machine | None:
    """Smallest of the line that keeps headroom above the 95th percentile, and the memory needed."""
    provider = subject.resource.location.provider
    room = 1 - figure("advice.headroom_ratio").value
    in_use = subject.loads.get("memory_gib")
    if in_use is None:
        memory_gib = now.memory_gib * figure("advice.least_memory_ratio").value
    else:
        memory_gib = in_use / room
    fitting: list[Machine] = []
    for name in smaller(provider, host_type, service_of(subject.resource)):
        other = machine(provider, name)
        grows = now.vcpus / other.vcpus
        # A burstable machine that works above its share for long is slowed down, or billed for it.
        sustained = spread.mean * grows <= other.share or other.share == 1
        # Of the processors alone nothing follows for a size that has as many and less memory.
        fewer = other.vcpus < now.vcpus or other.share < now.share or in_use is not None
        fits = other.memory_gib >= memory_gib and spread.p95 * grows <= room
        if fits and sustained and fewer:
            fitting.append(other)
    return min(fitting, key=lambda other: (other.vcpus, other.memory_gib), default=None)


def _caveat(subject: Subject, now: Machine, best: Machine) -> str:
    if "memory_gib" in subject.loads:
        return ""
    return f"the memory it uses is not known: {now.memory_gib:g} GiB become {best.memory_gib:g} GiB"


def scaled(
    components: tuple[Component, ...], now: Machine, then: Machine
) -> tuple[Component, ...] | None:
    """The same parts in the amounts of another size; None where they are not those of its type.

    What the machine's type says nothing of (a database's disks) stays as it is.
    """
    amounts = {
        "vcpu": (now.threads, then.threads),
        "memory": (now.memory_gib, then.memory_gib),
        "gpu": (now.gpus, then.gpus),
        "ssd": (now.ssd_gib, then.ssd_gib),
        "hdd": (now.hdd_gib, then.hdd_gib),
    }
    if now.sockets or then.sockets or now.gpus != then.gpus:
        return None
    copies = 0.0
    parts: list[Component] = []
    for part in components:
        before, after = amounts.get(part.kind, (0.0, 0.0))
        if not before:
            parts.append(part)
            continue
        if part.per:  # held by need, and as little as is needed
            return None
        if part.kind == "vcpu":
            copies += part.amount / before
        ratio = after / before
        share = then.share if part.kind == "vcpu" else part.share
        parts.append(replace(part, amount=part.amount * ratio, share=share))
    # A machine stands once, or twice with a standby: anything else is not what its type says.
    return tuple(parts) if copies >= 1 and copies == round(copies) else None

"""Idle: a machine, database or accelerator whose load stays below a threshold for two weeks."""

from __future__ import annotations

from cloud_carbon_exporter.advice.held_for import (
    NOT_BY_PROCESSORS,
    STOPPABLE,
    WEEK_STOPPED,
    manager_of,
)
from cloud_carbon_exporter.advice.known import known_spread, percent, told_load
from cloud_carbon_exporter.advice.saving import NOTHING, carried, of_parts
from cloud_carbon_exporter.advice.subject import Subject, Words, advice
from cloud_carbon_exporter.model.advice import Advice
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.types import Component, Resource

SIGNALS = ("cpu_ratio", "gpu_ratio")

_HARDWARE = frozenset({"vcpu", "memory", "gpu", "ssd", "hdd"})
"""Kinds of parts that a thing holds no more once it is stopped; its network disks stay."""


def hardware_of(resource: Resource) -> list[Component]:
    """Parts of a machine that it holds no more once it is stopped."""
    return [part for part in resource.components if part.kind in _HARDWARE]


def idle(subject: Subject) -> Advice | None:
    """Advice to stop what does nothing, whichever of its processors are read.

    What is held by need (a container that scales, a function) holds little while it does nothing.
    """
    if subject.resource.kind in NOT_BY_PROCESSORS:
        return None
    driven = {part.load for part in subject.resource.components if not part.per}
    watched = [signal for signal in SIGNALS if signal in driven]
    told: list[str] = []
    for signal in watched:
        spread = known_spread(subject.evidence, signal)
        threshold = figure(f"advice.idle.{signal}").value
        if spread is None or spread.p95 > threshold:
            return None
        told.append(
            f"{told_load(signal, spread, subject.evidence)}; idle is {percent(threshold)} or less"
        )
    if not told:
        return None
    resource = subject.resource
    kept = [part for part in resource.components if part.kind not in _HARDWARE]
    after = {resource.id: subject.emissions(of_parts(resource, kept), subject.loads)}
    saved = carried(subject.terms, after if kept else NOTHING)
    if saved is None:
        return None
    return advice("idle", subject, _words(resource, "; ".join(told)), saved)


def _words(resource: Resource, decided_on: str) -> Words:
    """Words of what can be stopped, of what can be deleted alone, and of one of a group."""
    caveat = "its traffic is not read: a standby or a rare job may need it"
    if manager := manager_of(resource):
        return Words(
            action=f"make its {manager} smaller by one, if nobody asks for it: stopped alone, "
            "another is started in its place",
            decided_on=decided_on,
            way_back=f"make its {manager} as large again",
            caveat=caveat,
        )
    if resource.kind not in STOPPABLE:
        return Words(
            action="delete it if nobody asks for it: it cannot be stopped",
            decided_on=decided_on,
            way_back="make it again, from a backup; what no backup holds is gone",
            caveat=caveat,
        )
    if resource.kind in WEEK_STOPPED:
        caveat += "; stopped, it is started again by its cloud after seven days"
    return Words(
        action="stop it, and delete it if nobody asks for it",
        decided_on=decided_on,
        way_back="start it again: its network disks stay, what is on local disks does not",
        caveat=caveat,
    )

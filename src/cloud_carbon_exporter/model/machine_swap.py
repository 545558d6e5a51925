"""Machines of another type in place of those that are there: the same work, other hardware. Pure.

The work of a vCPU is taken to be the same on both: what ran at half load on 4 vCPUs runs at a
quarter on 8. Memory in use is not known, so a machine with less of it is told, not judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from cloud_carbon_exporter.model.known_names import PROVIDERS, doubt_of_machine
from cloud_carbon_exporter.model.machine_tables import inner_name, is_guessed, type_names
from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component, ComponentKind, Resource, Signal

_OF_MACHINE: frozenset[ComponentKind] = frozenset({"vcpu", "memory", "gpu", "ssd", "hdd"})
"""What a machine's type says. All else (volumes, bytes) stays as it is."""


class Swap(NamedTuple):
    """Types to be replaced, and by what. Each may have one `*`: what stands there is kept."""

    old: str
    new: str

    def becomes(self, name: str) -> str:
        """Name of the type in place of this one; empty where it stays."""
        before, star, after = self.old.lower().partition("*")
        lower = name.lower()
        if not star:
            return self.new if lower == before else ""
        found = re.fullmatch(f"{re.escape(before)}(.+){re.escape(after)}", lower)
        return self.new.replace("*", found[1]) if found else ""


@dataclass(frozen=True, slots=True)
class Swapped:
    """A resource with other hardware, the loads it then has, and what is smaller than before."""

    resource: Resource
    loads: Mapping[Signal, float]
    less_memory: bool
    overloaded: bool


def swap_of(text: str) -> Swap:
    """Swap of "m5.large:m7g.large", or "m5.*:m7g.*". Raises ValueError for anything else."""
    old, colon, new = text.partition(":")
    if not (old and colon and new):
        raise ValueError(f'"{text}" is not OLD:NEW, such as m5.large:m7g.large or m5.*:m7g.*')
    if old.count("*") > 1 or new.count("*") != old.count("*"):
        raise ValueError(f'"{text}": one * in both or in none, such as m5.*:m7g.*')
    if "*" not in new and not any(_exists(provider, new) for provider in PROVIDERS):
        doubts = [doubt_of_machine(provider, new) for provider in PROVIDERS]
        near = [doubt for doubt in doubts if "did you mean" in doubt]
        raise ValueError(near[0] if near else f'"{new}" is no known machine type')
    return Swap(old, new)


def swapped(resource: Resource, loads: Mapping[Signal, float], swap: Swap) -> Swapped | None:
    """The resource on the other type; None where it is of none that is replaced, or stopped.

    A type the provider does not have replaces nothing: a pattern may build names of none.
    """
    provider, name = resource.location.provider, resource.info.get("host_type", "")
    new_name = swap.becomes(name) if name else ""
    threads = _amount(resource.components, "vcpu")
    if not new_name or not threads or not _exists(provider, new_name):
        return None
    before, after = machine(provider, name), machine(provider, new_name)
    machines = threads / before.threads if before.threads else 0
    if not machines or not after.threads:
        return None
    ratio = before.vcpus / after.vcpus
    load = loads.get("cpu_ratio")
    moved = dict(loads) if load is None else {**loads, "cpu_ratio": min(1, load * ratio)}
    memory = _amount(resource.components, "memory")
    return Swapped(
        replace(
            resource,
            components=(*_held(after, machines), *_kept(resource)),
            info={**resource.info, "host_type": new_name},
        ),
        moved,
        after.memory_gib * machines < memory,
        load is not None and load * ratio > 1,
    )


@cache
def _exists(provider: str, name: str) -> bool:
    """Whether there is such a type: it is listed, or is of none whose sizes are listed.

    A name built by a pattern may be of no size there is, such as m7g.24xlarge, though its hardware
    could be told from it.
    """
    listed = {known.lower() for known in type_names(provider)}
    inner = inner_name(provider, name)
    if inner in listed:
        return True
    family = re.sub(r"[^.-]+$", "", inner)
    return not is_guessed(provider, name) and not any(known.startswith(family) for known in listed)


def _amount(held: tuple[Component, ...], kind: ComponentKind) -> float:
    return sum(component.amount for component in held if component.kind == kind)


def _held(of: Machine, machines: float) -> tuple[Component, ...]:
    """What so many of these machines hold: a cluster is one resource."""
    held = components(of)
    return tuple([replace(each, amount=each.amount * machines) for each in held])


def _kept(resource: Resource) -> tuple[Component, ...]:
    return tuple([each for each in resource.components if each.kind not in _OF_MACHINE])

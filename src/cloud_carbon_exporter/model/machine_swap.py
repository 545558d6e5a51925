"""Machines of another type in place of those that are there: the same work, other hardware. Pure.

The work of a vCPU is taken to be the same on both: what ran at half load on 4 vCPUs runs at a
quarter on 8. Memory in use is not known, so a machine with less of it is told, not judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model.known_names import PROVIDERS, did_you_mean
from cloud_carbon_exporter.model.machine_tables import (
    inner_name,
    is_guessed,
    lists,
    type_names,
)
from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component, ComponentKind, Resource, Signal

_OF_MACHINE: frozenset[ComponentKind] = frozenset({"vcpu", "memory", "gpu", "ssd", "hdd"})
"""What a machine's type says. All else (volumes, bytes) stays as it is."""

_MOST_KEPT = 4096
"""Names that are remembered: whoever asks over the network chooses them."""


class Swap(NamedTuple):
    """Types to be replaced, and by what. Each may have one `*`: what stands there is kept.

    Without old ones, `new` is a family, or a type: all that is as large becomes of it.
    """

    old: str
    new: str

    def becomes(self, provider: str, name: str) -> str:
        """Name of the type in place of this one; empty where it stays."""
        if not self.old:
            return _as_large(provider, name, self.new)
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
    """Swap of "m7g", "m7g.large", "m5.large:m7g.large" or "m5.*:m7g.*".

    Raises ValueError, with the nearest name, for anything else.
    """
    old, colon, new = text.rpartition(":")
    if not new or (colon and not old) or ":" in old:
        raise ValueError(f'"{text}" is not NEW or OLD:NEW, such as m7g or m5.large:m7g.large')
    if old.count("*") > 1 or new.count("*") != old.count("*"):
        raise ValueError(f'"{text}": one * in both or in none, such as m5.*:m7g.*')
    known = any(_exists(provider, new) or _family(provider, new) for provider in PROVIDERS)
    if "*" not in new and not known:
        names = [name for provider in PROVIDERS for name in _names(provider)]
        raise ValueError(f'"{new}" is no known machine type{did_you_mean(new, names)}')
    return Swap(old, new)


def swapped(resource: Resource, loads: Mapping[Signal, float], swap: Swap) -> Swapped | None:
    """The resource on the other type; None where it is of none that is replaced, or stopped.

    A type the provider does not have replaces nothing: a pattern may build names of none.
    """
    provider, name = resource.location.provider, resource.info.get("host_type", "")
    new_name = swap.becomes(provider, name) if name else ""
    threads = _amount(resource.components, "vcpu")
    if not new_name or not threads or not _exists(provider, new_name):
        return None
    before, after = machine(provider, name), machine(provider, new_name)
    machines = threads / before.threads if before.threads else 0
    if not machines or not after.threads or (before.gpus and not after.gpus):
        return None  # without its accelerators it does not the same work
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


@lru_cache(maxsize=_MOST_KEPT)
def _as_large(provider: str, name: str, wanted: str) -> str:
    """The smallest type of a family, or the one type, that is as large as a machine.

    Empty where there is none, and of machines with accelerators, and within longer names such as
    db.m5.large, whose service has types of its own.
    """
    old = machine(provider, name)
    if not lists(provider, name) or old.gpus:
        return ""
    one = [wanted] if lists(provider, wanted) else []
    fitting: list[tuple[float, float, str]] = []
    for known in one or _family(provider, wanted):
        new = machine(provider, known)
        same = new.vcpus == old.vcpus if one else new.vcpus >= old.vcpus
        if same and new.memory_gib >= old.memory_gib:
            fitting.append((new.vcpus, new.memory_gib, known))
    smallest = min(fitting, default=(0.0, 0.0, ""))[2]
    return "" if smallest.lower() == name.lower() else smallest


@lru_cache(maxsize=_MOST_KEPT)
def _family(provider: str, name: str) -> tuple[str, ...]:
    """Types of a family: those named so before their size."""
    lower = name.lower()
    return tuple([known for known in type_names(provider) if _before_size(known) == lower])


def _before_size(name: str) -> str:
    return re.sub(r"[.-][^.-]+$", "", name.lower())


@cache
def _names(provider: str) -> tuple[str, ...]:
    """Types and families of a provider, as a person may mean them."""
    types = type_names(provider)
    return (*types, *dict.fromkeys(map(_before_size, types)))


@lru_cache(maxsize=_MOST_KEPT)
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

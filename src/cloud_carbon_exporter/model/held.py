"""Hardware that a resource holds, in what a bill counts as well: vCPUs, memory, boards, GiB.

Live lists and bills name the same things at different lengths: Google bills cores, AWS machines,
and a node group is one resource of many machines. What stands in all of them is hardware.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.priced_components import Loads, in_force
from cloud_carbon_exporter.model.quantities import BYTES_PER_GIB, SECONDS_PER_HOUR
from cloud_carbon_exporter.model.types import Component, ComponentKind


class HeldUnit(NamedTuple):
    """Unit an amount is told in. seconds: how much of amount x seconds is one of it."""

    name: str
    title: str
    seconds: float


_BY_HOUR = SECONDS_PER_HOUR
UNITS: Mapping[str, HeldUnit] = {
    "vcpu": HeldUnit("vcpu_hours", "vCPU-hours", _BY_HOUR),
    "memory": HeldUnit("memory_gibibyte_hours", "GiB-hours of memory", _BY_HOUR),
    "accelerator": HeldUnit("accelerator_hours", "accelerator-hours", _BY_HOUR),
    "storage": HeldUnit("storage_gibibyte_hours", "GiB-hours of storage", _BY_HOUR),
    "unit": HeldUnit("unit_hours", "hours of units", _BY_HOUR),
    "request": HeldUnit("requests", "requests or tokens", 1),
    "byte": HeldUnit("transferred_gibibytes", "GiB through it", BYTES_PER_GIB),
}
"""Amounts by their names, in the order they are shown."""

_AMOUNT_OF: Mapping[ComponentKind, str] = {
    "vcpu": "vcpu",
    "memory": "memory",
    "gpu": "accelerator",
    "ssd": "storage",
    "hdd": "storage",
    "block": "storage",
    "object": "storage",
    "file": "storage",
    "snapshot": "storage",
    "fixed": "unit",
    "requests": "request",
    "network": "byte",
}

Held = tuple[tuple[str, float], ...]
"""Amounts in force by name; requests and bytes a second."""

NOTHING: Held = ()


def held(components: Iterable[Component], loads: Loads, kind: str) -> Held:
    """Hardware that components hold at these loads; the usual where a load was not read.

    What has no share of its own works in what is held, and counted, anyway.
    """
    amounts: dict[str, float] = {}
    for component in components:
        if not component.share:
            continue
        name = _AMOUNT_OF[component.kind]
        if component.per:
            amounts_in_force = in_force(component, loads, kind)
            amount = sum([part.amount * _kept(part.part) for part in amounts_in_force])
        else:
            amount = component.amount * _kept(component.part)
        amounts[name] = amounts.get(name, 0.0) + amount
    return _one_object(tuple(amounts.items()))


@cache
def _shares_kept() -> Mapping[str, float]:
    """Share of the GiB of a storage class that is kept, and billed: blocks that changed."""
    return {
        row["class"]: facts.figure(f"{row['kept']}.share").value
        for row in facts.rows("storage_classes")
        if row["kept"]
    }


def _kept(part: str) -> float:
    return _shares_kept().get(part, 1.0)


@lru_cache(maxsize=16384)
def _one_object(amounts: Held) -> Held:
    """The same object for all that hold the same: a million of them would fill the memory."""
    return amounts


def add_held(sums: dict[str, float], amounts: Held, seconds: float) -> None:
    """Count what is held for so many seconds in a sum."""
    for name, amount in amounts:
        sums[name] = sums.get(name, 0.0) + amount * seconds


def above(second: Held, first: Held) -> Held:
    """What the second holds beyond the first."""
    before = dict(first)
    more = ((name, amount - before.get(name, 0.0)) for name, amount in second)
    return tuple([each for each in more if each[1] > 0])

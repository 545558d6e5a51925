"""Billed: what a bill charged for resources, as a year of it, and what machines cost an hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.model.advice import YearlyCost


class PriceKey(NamedTuple):
    """What has one price: a machine type as it is sold in a region.

    usage: the usage type with {} in place of the machine; operation: tells the operating system.
    """

    region: str
    usage: str
    operation: str
    currency: str
    machine: str


class UnitPrice(NamedTuple):
    """Price of an hour of a machine in a bill: its mean, the least, and the highest."""

    value: float
    lower: float
    upper: float


class MachineUse(NamedTuple):
    """What a resource was charged for its machine, as a year of it."""

    key: PriceKey
    hours: float
    cost: float


@dataclass(frozen=True, slots=True)
class Prices:
    """What a bill tells. resources: by the id the bill has, as are uses."""

    resources: Mapping[str, YearlyCost] = field(default_factory=dict)
    uses: Mapping[str, MachineUse] = field(default_factory=dict)
    machines: Mapping[PriceKey, UnitPrice] = field(default_factory=dict)

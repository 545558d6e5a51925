"""Estimates for programs: what a machine, a server or parts draw and emit. Names here are stable.

    from cloud_carbon_exporter import estimate

    month = estimate.machine("aws", "m5.large", "eu-west-3", {"cpu_ratio": 0.3}, hours=730)
    month.energy_kilowatt_hours.value, month.operational_grams, month.basis, month.reason

Nothing is asked over a network and nothing is kept. What nobody knows (a machine type, a region, a
load) is assumed and says so; a ValueError is for what no estimate can mean. See docs/library.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import get_args

from cloud_carbon_exporter.model import facts, machines
from cloud_carbon_exporter.model import server as servers
from cloud_carbon_exporter.model.estimate import NOWHERE
from cloud_carbon_exporter.model.estimate import estimate as footprint_of
from cloud_carbon_exporter.model.explain import Term, explain
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.intensities import annual_of
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR, SECONDS_PER_HOUR
from cloud_carbon_exporter.model.sums import footprint_sum
from cloud_carbon_exporter.model.types import (
    LARGEST,
    SIGNALS,
    Basis,
    CarbonIntensity,
    Component,
    ComponentKind,
    Estimate,
    Footprint,
    Location,
    Place,
    Resource,
)
from cloud_carbon_exporter.providers.clouds import LABELS

__all__ = [
    "Basis",
    "Component",
    "ComponentKind",
    "Estimate",
    "Method",
    "Result",
    "Term",
    "components",
    "machine",
    "server",
]

_NO_LOADS: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class _Subject:
    """Subject of an estimate: what it is, where it stands, and how hard it works."""

    resource: Resource
    place: Place
    intensity: CarbonIntensity | None
    loads: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    """Result of an estimate: mean power, and what so many hours of it come to.

    Each figure is an Estimate: value, lower and upper (90 % interval), basis.
    """

    hours: float
    footprint: Footprint = field(repr=False)
    _of: _Subject = field(repr=False)

    @property
    def power_watts(self) -> Estimate:
        """Mean power, PUE included; PUE is 1 where no region was given."""
        return self.footprint.power_watts

    @property
    def energy_kilowatt_hours(self) -> Estimate:
        """Energy of these hours."""
        return _times(self.power_watts, self._seconds / JOULES_PER_KILOWATT_HOUR)

    @property
    def operational_grams(self) -> Estimate | None:
        """Grams of CO2eq of the power of these hours; None where no region was given."""
        grams = self.footprint.operational_grams_per_second
        return None if grams is None else _times(grams, self._seconds)

    @property
    def embodied_grams(self) -> Estimate:
        """Grams of CO2eq of manufacture that fall to these hours."""
        return _times(self.footprint.embodied_grams_per_second, self._seconds)

    @property
    def total_grams(self) -> Estimate | None:
        """Both together, with the interval of the sum; None where no region was given."""
        if self.footprint.operational_grams_per_second is None:
            return None
        both = footprint_sum([self.footprint]).emissions_grams_per_second.estimate
        return _times(both, self._seconds)

    @property
    def basis(self) -> Basis:
        """How the weakest of all that went in came about: measured, default or assumed."""
        return self.footprint.basis

    @property
    def reason(self) -> str:
        """What is weak, in short; empty where nothing is."""
        return self.footprint.reason

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the rows of the tables that were used."""
        return self.footprint.facts

    def explain(self) -> tuple[Term, ...]:
        """Terms of the sums, a second each, with their figures and sources."""
        of = self._of
        return explain(of.resource, of.loads, of.place, of.intensity)

    @property
    def _seconds(self) -> float:
        return self.hours * SECONDS_PER_HOUR


def machine(
    provider: str,
    machine_type: str,
    region: str = "",
    loads: Mapping[str, float] = _NO_LOADS,
    hours: float = 1,
    grid_method: Method = "location",
) -> Result:
    """Estimate of a machine type of a cloud: aws, gcp, or scaleway (scw).

    loads: cpu_ratio and gpu_ratio, 0 to 1; a stated default stands in for one that is missing.
    grid_method: location (life-cycle), direct, or market.
    """
    if not machine_type:
        raise ValueError("machine_type is empty")
    cloud = _cloud(provider)
    return _result(_machine(cloud, machine_type, region), cloud, loads, hours, grid_method)


def server(
    processor: str = "",
    microarchitecture: str = "",
    tdp_watts: float | None = None,
    sockets: int | None = None,
    threads: int | None = None,
    memory_gib: float | None = None,
    *,
    provider: str = "",
    region: str = "",
    loads: Mapping[str, float] = _NO_LOADS,
    hours: float = 1,
    grid_method: Method = "location",
) -> Result:
    """Estimate of a whole server by what is known of it, as such a server measures.

    threads and memory_gib are those of the whole, tdp_watts that of one socket. provider, region:
    whose PUE and grid count.
    """
    known = (processor, microarchitecture, tdp_watts, sockets, threads, memory_gib)
    if not any(known):
        raise ValueError("a server is described by one thing at least, such as its processor")
    cloud = _cloud_of(provider, region)
    described = _server(processor, microarchitecture, tdp_watts, sockets, threads, memory_gib)
    return _result(described, cloud, loads, hours, grid_method, region)


def components(
    parts: Iterable[Component],
    provider: str = "",
    region: str = "",
    loads: Mapping[str, float] = _NO_LOADS,
    hours: float = 1,
    grid_method: Method = "location",
    *,
    kind: str = "components",
) -> Result:
    """Estimate of parts of hardware together, each a Component.

    kind: a kind of the exporter, such as rds/db_instance, whose usual load stands in for one that
    is missing.
    """
    cloud = _cloud_of(provider, region)
    held = Resource(kind, kind, kind, Location(cloud, "", region), tuple(parts))
    return _result(held, cloud, loads, hours, grid_method)


def _result(
    resource: Resource,
    cloud: str,
    loads: Mapping[str, float],
    hours: float,
    grid_method: Method,
    region: str = "",
) -> Result:
    where = region or resource.location.region
    if not 0 <= hours < LARGEST:  # also false for NaN
        raise ValueError(f"hours is no length of time: {hours}")
    if grid_method not in get_args(Method):
        raise ValueError(f"grid_method is none of {', '.join(get_args(Method))}: {grid_method}")
    _refuse_bad_loads(loads)
    place = facts.place(cloud, where) if where else NOWHERE
    intensity = annual_of(place, grid_method)
    of = _Subject(resource, place, intensity, loads)
    return Result(hours, footprint_of(resource, loads, place, intensity), of)


def _refuse_bad_loads(loads: Mapping[str, float]) -> None:
    """Raises ValueError for a load that is none, or has a value it cannot have."""
    for name, value in loads.items():
        signal = name.partition(":")[0]
        if signal not in SIGNALS:
            raise ValueError(f"loads: {name} is none of {', '.join(sorted(SIGNALS))}")
        most = 1 if signal.endswith("_ratio") else LARGEST
        if not (0 <= value <= most and math.isfinite(value)):
            raise ValueError(f"loads: {name} is not from 0 to {most:g}: {value}")


def _cloud(provider: str) -> str:
    """Value of cloud_provider of a cloud, by either name of it. Raises ValueError for another."""
    if provider not in LABELS:
        raise ValueError(f"provider is none of {', '.join(LABELS)}: {provider!r}")
    return LABELS[provider]


def _cloud_of(provider: str, region: str) -> str:
    """The same, where a provider is needed for the region alone; empty where there is neither."""
    return _cloud(provider) if provider or region else ""


@lru_cache(maxsize=4096)
def _machine(cloud: str, name: str, region: str) -> Resource:
    hardware = machines.components(machines.machine(cloud, name))
    return Resource(name, "machine", name, Location(cloud, "", region), hardware)


@lru_cache(maxsize=4096)
def _server(
    processor: str,
    microarchitecture: str,
    tdp_watts: float | None,
    sockets: int | None,
    threads: int | None,
    memory_gib: float | None,
) -> Resource:
    return servers.server(
        servers.describe(processor, microarchitecture, tdp_watts, sockets, threads, memory_gib)
    )


def _times(of: Estimate, factor: float) -> Estimate:
    return Estimate(of.value * factor, of.lower * factor, of.upper * factor, of.basis)

"""What a described resource holds, in a form tests can compare; and what it draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.fakes.aws import ACCOUNT

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.types import Footprint, Resource
from cloud_carbon_exporter.providers.spec import Metric, Scope, ServiceSpec

PARIS = Scope("aws", ACCOUNT, "eu-west-3")


def parts(resource: Resource) -> dict[str, float]:
    """Amount by kind, and by part but for processors and memory.

    With "per" and the signal that says how much.
    """
    amounts: dict[str, float] = {}
    for held in resource.components:
        name = held.kind if held.kind in ("vcpu", "memory") else f"{held.kind} {held.part}"
        key = f"{name} per {held.per}" if held.per else name
        amounts[key] = amounts.get(key, 0) + held.amount
    return amounts


def footprint(resource: Resource, **loads: float) -> Footprint:
    """Its footprint in Paris at these loads."""
    return estimate(resource, loads, place("aws", "eu-west-3"), None)


def watts(resource: Resource, **loads: float) -> float:
    """Its central power in Paris at these loads."""
    return footprint(resource, **loads).power_watts.value


class Series(NamedTuple):
    """Series that would be asked for: its metric, and the dimensions it bears."""

    metric: Metric
    dimensions: Mapping[str, str]


def read(spec: ServiceSpec, resource: Resource) -> dict[str, Series]:
    """Series that would be asked for of a resource, by name."""
    series: dict[str, Series] = {}
    for metric in spec.metrics:
        needed = {*metric.dimensions.values(), metric.over} - {""}
        if needed <= resource.monitor.keys():
            named = {name: resource.monitor[key] for name, key in metric.dimensions.items()}
            series[metric.name] = Series(metric, {**metric.fixed, **named})
    return series

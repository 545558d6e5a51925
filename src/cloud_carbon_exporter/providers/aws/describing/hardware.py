"""Machines of managed services as components: nodes of a class, shares of hosts AWS does not show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component, Signal


@lru_cache(maxsize=4096)
def nodes(node_class: str, count: float = 1) -> tuple[Component, ...]:
    """So many machines of a node class (cache.r6g.large, m5.large.search): an instance type with a
    prefix or suffix.
    """
    return times(components(machine("aws", node_class)), count)


@lru_cache(maxsize=4096)
def hidden(vcpus: float, memory_gib: float, architecture: str = "") -> tuple[Component, ...]:
    """A share of a host AWS does not show, by its vCPUs and memory; its processor is assumed, and
    says so.
    """
    name = "serverless-arm" if architecture.lower().startswith("arm") else "serverless"
    return components(machine("aws", name, vcpus=vcpus, memory_gib=memory_gib))


def times(parts: Iterable[Component], factor: float) -> tuple[Component, ...]:
    """The same hardware `factor` times: nodes, standbys, replicas."""
    return tuple(replace(part, amount=part.amount * factor) for part in parts)


def per(parts: Iterable[Component], signal: Signal) -> tuple[Component, ...]:
    """The same hardware for each unit of `signal`."""
    return tuple(replace(part, per=signal) for part in parts)


def told(**info: str | None) -> dict[str, str]:
    """What resource_info says besides, without what is empty."""
    return {key: value for key, value in info.items() if value}

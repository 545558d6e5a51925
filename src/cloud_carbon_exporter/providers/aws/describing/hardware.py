"""Hardware of managed services: nodes of a class, and shares of hosts that AWS does not show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import LARGEST, Component, Signal

BYTES_PER_GIB = 1024**3
MIB_PER_GIB = 1024


@lru_cache(maxsize=4096)
def nodes(node_class: str, count: float = 1) -> tuple[Component, ...]:
    """Machines of a node class: cache.r6g.large is r6g.large, m5.large.search is m5.large."""
    return times(components(machine("aws", node_class)), count)


@lru_cache(maxsize=4096)
def hidden(vcpus: float, memory_gib: float, architecture: str = "") -> tuple[Component, ...]:
    """Share of hosts AWS does not show, by vCPUs and memory; their processor is assumed.

    What runs on them may be many small things: no host is taken to have all of their memory.
    """
    name = "serverless-arm" if architecture.lower().startswith("arm") else "serverless"
    held = {"vcpu": vcpus, "memory": memory_gib}
    unit = components(machine("aws", name, vcpus=1, memory_gib=1))
    return tuple(
        replace(part, amount=part.amount * held[part.kind]) for part in unit if held[part.kind]
    )


def times(parts: Iterable[Component], factor: float) -> tuple[Component, ...]:
    """The same hardware `factor` times: nodes, standbys, replicas."""
    return tuple(replace(part, amount=part.amount * factor) for part in parts)


def per(
    parts: Iterable[Component],
    signal: Signal,
    least: float | None = None,
    most: float | None = None,
) -> tuple[Component, ...]:
    """The same hardware for each unit of `signal`.

    least, most: what the configuration holds the units within, where it says so.
    """
    low = least or 0.0
    high = LARGEST if most is None else max(most, low)
    return tuple(replace(part, per=signal, least=low, most=high) for part in parts)


def environments(environment: tuple[Component, ...], provisioned: float) -> tuple[Component, ...]:
    """Environments of a function, for each that runs; of those provisioned all that they hold.

    What runs is taken to run in one of them, so that it adds no more than its work.
    """
    if not provisioned:
        return per(environment, "executions")
    held = tuple(replace(part, load="") for part in times(environment, provisioned))
    work = tuple(replace(part, share=0.0) for part in environment if part.load)
    return (*held, *per(work, "executions"))


def volume(size_gib: float | str | None, part: str = "aws/gp3") -> tuple[Component, ...]:
    """Volume of so many GiB; nothing where no size is told."""
    return (Component("block", part, float(size_gib)),) if size_gib else ()

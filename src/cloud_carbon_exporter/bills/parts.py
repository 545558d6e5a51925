"""Hardware behind an hour of what a bill has, by the functions that the live side describes with.

A machine is the machine of its name, and a share of a host that nobody shows is the share the live
side takes for it; of Google's machines, whose cores and memory are billed apart, it is either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from cloud_carbon_exporter.bills.rules import Match
from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.databases import capacity_unit
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden as hidden_of_aws
from cloud_carbon_exporter.providers.aws.describing.hardware import times
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden as hidden_of_google
from cloud_carbon_exporter.providers.idle_hardware import idle

Parts = tuple[Component, ...]

UNPUBLISHED = "what this holds is not published"
_COMPONENTS: Mapping[str, Component] = {
    "block": Component("block", "", 1),
    "object": Component("object", "", 1),
    "file": Component("file", "", 1),
    "snapshot": Component("snapshot", "", 1),
    "ssd": Component("ssd", "", 1),
    "fixed": Component("fixed", "", 1, assumed=UNPUBLISHED),
    "requests": Component("requests", "", 1, per="requests", assumed=UNPUBLISHED),
    "network": Component("network", "", 1, per="bytes"),
}
"""What one unit is of, by the word for it in the table."""
# What AWS' database services call db.m5.2xl, their API calls db.m5.2xlarge.
_CUT_SHORT = re.compile(r"(?<=\.)(\d*)xl$")
RESERVED_KIND = {"aws": "ec2/capacity_reservation", "gcp": "compute/reservation"}


def parts_of(provider: str, match: Match, machine_type: str) -> Parts:
    """Hardware of one unit of what a rule reads, over an hour of it.

    machine_type: where a column of the bill tells it. Empty where the rule names no hardware.
    """
    row = match.rule.row
    amount, kind = float(row["amount"] or 1), row["part"]
    if kind in _COMPONENTS:
        return (replace(_COMPONENTS[kind], part=match.name(), amount=amount),)
    if kind == "acu":
        held = tuple(replace(part, per="") for part in capacity_unit())
    elif kind in _MACHINES:
        held = _MACHINES[kind](provider, _machine_name(machine_type, match))
    else:
        vcpus, memory_gib = match.number("vcpus_held"), match.number("gib_held")
        held = _hidden(provider, vcpus, memory_gib, match.name())
        held = _PROVISIONED.get(kind, _as_it_is)(held)
    return times(held, amount)


def reserved(parts: Parts) -> Parts:
    """The same hardware held, and used by nobody."""
    return idle(parts)


def _machine_name(machine_type: str, match: Match) -> str:
    """Machine type of a column where there is one: a board's name stands only in the usage."""
    told = machine_type if match.rule.row["part"] != "board" else ""
    return _CUT_SHORT.sub(r"\1xlarge", told or match.name())


def _hidden(provider: str, vcpus: float, memory_gib: float, architecture: str) -> Parts:
    if provider == "gcp":
        return hidden_of_google(vcpus, memory_gib, UNPUBLISHED)
    held = hidden_of_aws(vcpus or 1, memory_gib or 1, architecture)
    told = {"vcpu": vcpus, "memory": memory_gib}
    return tuple(part for part in held if told.get(part.kind, 1))


def _as_it_is(parts: Parts) -> Parts:
    return parts


def _at_rest(parts: Parts) -> Parts:
    """Environments that are held whether they work or not; their work is billed beside them."""
    return tuple(replace(part, load="") for part in parts)


def _work_alone(parts: Parts) -> Parts:
    """Work in environments that are held anyway: no more than what it adds."""
    return tuple(replace(part, share=0.0) for part in parts if part.load)


_PROVISIONED: Mapping[str, Callable[[Parts], Parts]] = {"kept": _at_rest, "work": _work_alone}


@lru_cache(maxsize=4096)
def _machine(provider: str, name: str) -> Parts:
    return components(machine(provider, name))


def _idle(provider: str, name: str) -> Parts:
    return idle(_machine(provider, name))


def _core(provider: str, name: str) -> Parts:
    """What one billed core of a machine holds.

    Google bills an e2-micro as a quarter of a core, which are its shares of two.
    """
    whole = machine(provider, name)
    billed = whole.vcpus * whole.share
    cores = tuple(part for part in components(whole) if part.kind == "vcpu")
    return times(cores, 1 / billed)


def _ram(provider: str, name: str) -> Parts:
    """A GiB of the memory of a machine."""
    whole = machine(provider, name)
    memory = tuple(part for part in components(whole) if part.kind == "memory")
    return times(memory, 1 / whole.memory_gib)


def _board(provider: str, name: str) -> Parts:
    """One board of an accelerator, whose host is billed beside it."""
    host = machine(provider, "n1-standard-1", gpu=name, gpus=1)
    return tuple(part for part in components(host) if part.kind == "gpu")


_MACHINES: Mapping[str, Callable[[str, str], Parts]] = {
    "machine": _machine,
    "idle": _idle,
    "core": _core,
    "ram": _ram,
    "board": _board,
}

"""Embodied emissions: what it cost to make the hardware, spread over its lifetime.

They are grams of CO2eq a second of one unit of a part.

A thread carries its share of the host without memory, disks and accelerators: case, power supplies,
motherboard, assembly, what a sum of parts leaves out, and the processors; the others are counted by
the GiB or the board. With the host come its shares of the rack, the switches and the building. A
desktop machine that a cloud rents, such as a Mac mini, is no rack server: the whole of it is one
figure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model import facts, server
from cloud_carbon_exporter.model.doubts import doubt
from cloud_carbon_exporter.model.errors import Errors, Factor, Units, added, product
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.hosts import shown
from cloud_carbon_exporter.model.quantities import SECONDS_PER_YEAR
from cloud_carbon_exporter.model.thread_watts import host, microarchitecture
from cloud_carbon_exporter.model.types import ComponentKind

HOST_PARTS = ("case", "power_supplies", "motherboard", "assembly", "other")
HOST = "embodied.host"
"""The rows of these parts are read off one study, so they are wrong together."""

SITE_PARTS = ("rack", "network", "building")
"""What a host of a cloud stands in and hangs on, and a server that a cloud rents whole does, too.

No server that is described alone has any.
"""

_FIGURE = {
    "memory": ("memory.{}.embodied_grams_per_gib", "dram"),
    "gpu": ("gpu.{}.embodied_grams", "default"),
    "ssd": ("storage.{}.embodied_grams_per_gib", "ssd"),
    "hdd": ("storage.{}.embodied_grams_per_gib", "hdd"),
    "block": ("storage.{}.embodied_grams_per_gib", "default/block"),
    "object": ("storage.{}.embodied_grams_per_gib", "default/object"),
    "file": ("storage.{}.embodied_grams_per_gib", "default/file"),
    "snapshot": ("storage.{}.embodied_grams_per_gib", "default/snapshot"),
    "fixed": ("fixed.{}.embodied_grams", "default"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Grams a second of one unit, and their errors. facts: ids of all rows that were used.

    doubt: why they are no better than assumed; empty where no row is.
    """

    grams_per_second: float
    errors: Errors
    facts: tuple[str, ...]
    source: str
    doubt: str = ""


class Grams(NamedTuple):
    """Grams of making a thing, their errors, and the ids of the rows that were used."""

    value: float
    errors: Errors
    facts: tuple[str, ...]


@lru_cache(maxsize=65536)
def made(kind: ComponentKind, part: str) -> Made:
    """What making one unit of a part costs, a second of its life.

    Bytes carry none, and of requests only those of boards that stand there for them, as tokens of
    language models: see docs/model.md.
    """
    found = _made(kind, part)
    return replace(found, doubt=doubt(found.facts, f"manufacture of {shown(part)}"))


def _made(kind: ComponentKind, part: str) -> Made:
    if kind == "vcpu":
        described = server.parse(part)
        return _of_server(described, server.is_rented(part)) if described else _of_thread(part)
    if kind == "requests":
        return _of_request(part)
    if kind not in _FIGURE:
        return Made(0, Errors(), (), "")
    pattern, default = _FIGURE[kind]
    known = facts.figures().get(pattern.format(part)) or figure(pattern.format(default))
    return _over_lifetime(_of_figure(known), 1)


def _of_request(part: str) -> Made:
    """Grams of one request: as many as fall to its energy of the hardware that served it."""
    ratio = facts.figures().get(f"requests.{part.partition('/')[0]}.embodied_grams_per_joule")
    joules = facts.figures().get(f"requests.{part}.joules_per_request")
    if ratio is None or joules is None:
        return Made(0, Errors(), (), "")
    errors = product(joules.value, joules.errors, ratio.factor)
    source = f"{ratio.source} ({ratio.year})"
    grams = joules.value * ratio.value
    return Made(grams, errors.within(grams), (joules.id, ratio.id), source)


def server_grams(sockets: int, memory_gib: float) -> Grams:
    """Grams of making a server without its disks."""
    grams = 0.0
    used: list[str] = []
    errors: list[Units] = []
    for name in HOST_PARTS:
        part = figure(f"embodied.host.{name}_grams")
        grams += part.value
        used.append(part.id)
        errors.append(Units(Errors((HOST,), (part.down,), (part.up,)), 1))
    cpu, memory = figure("embodied.cpu.grams"), figure("memory.dram.embodied_grams_per_gib")
    for part, count in ((cpu, sockets), (memory, memory_gib)):
        if count:
            grams += part.value * count
            used.append(part.id)
            errors.append(Units(part.errors, count))
    return Grams(grams, added(errors).errors, tuple(used))


def site_grams() -> Grams:
    """Grams of a host's shares of the rack, the switches and the building."""
    parts = [figure(f"embodied.site.{name}_grams") for name in SITE_PARTS]
    errors = added([Units(part.errors, 1) for part in parts]).errors
    return Grams(sum(part.value for part in parts), errors, tuple(part.id for part in parts))


def _together(one: Grams, other: Grams) -> Grams:
    errors = added([Units(one.errors, 1), Units(other.errors, 1)]).errors
    return Grams(one.value + other.value, errors, (*one.facts, *other.facts))


def _of_thread(part: str) -> Made:
    name, _ = microarchitecture(part)
    sockets, threads = host(part)
    # of no rack server its maker says what the whole of it is
    whole = facts.figures().get(f"embodied.machine.{name}.grams")
    grams = _of_figure(whole) if whole else _together(server_grams(sockets, 0), site_grams())
    return _over_lifetime(grams, 1 / threads)


def _of_figure(known: Figure) -> Grams:
    return Grams(known.value, known.errors, (known.id,))


def _of_server(described: server.Server, is_rented: bool) -> Made:
    alone = server_grams(described.sockets, described.memory_gib)
    grams = _together(alone, site_grams()) if is_rented else alone
    return _over_lifetime(grams, 1 / described.threads)


def _over_lifetime(grams: Grams, unit: float) -> Made:
    """Grams a second of one unit of what was made, of which there are 1 / `unit`."""
    years = figure("embodied.lifetime_years")
    rate, least, most = (
        unit / (lifetime * SECONDS_PER_YEAR) for lifetime in (years.value, years.high, years.low)
    )
    errors = product(grams.value, grams.errors, Factor(years.id, rate, rate - least, most - rate))
    source = figure(grams.facts[0])
    return Made(
        grams.value * rate,
        errors.within(grams.value * rate),
        (*grams.facts, years.id),
        f"{source.source} ({source.year})",
    )

"""Hosts of clouds: the server that the hardware threads of a family are shares of.

A family names the processors it stands on, in `families.csv`, with the sockets and the vCPUs of one
host. The part of a thread is that server, written out; where nobody names the processor it is the
microarchitecture, for which the usual host of clouds stands.
"""

from __future__ import annotations

from functools import cache, lru_cache

from cloud_carbon_exporter.model import facts, server
from cloud_carbon_exporter.model.cpu_models import cpu_model

POOLED = " or "
"""Joins the hosts of a family where nobody said which: "Skylake or Cascade Lake"."""

_NAMES = " / "
"""Between the processors of a family."""


@lru_cache(maxsize=4096)
def part_of_family(provider: str, family: str, microarchitectures: tuple[str, ...]) -> str:
    """The part of a thread of a family that stands on these microarchitectures, usual one first."""
    row = _family(provider, family)
    return POOLED.join(dict.fromkeys(_part(row, name) for name in microarchitectures))


@lru_cache(maxsize=4096)
def part_of_processor(provider: str, family: str, cpu: str, microarchitecture: str) -> str:
    """The part of a thread on a host whose processor the API named, as a model or a platform."""
    row = _family(provider, family)
    if microarchitecture in no_servers() or not cpu_model(cpu):
        return _part(row, microarchitecture)
    sockets = int(row["host_sockets"] or 1) if row else 1
    return server.host_part(server.describe(cpu, microarchitecture, sockets=sockets))


@lru_cache(maxsize=4096)
def names(part: str) -> str:
    """A part as people read it: of each host its processor."""
    return POOLED.join(map(_name, part.split(POOLED)))


@lru_cache(maxsize=65536)
def shown(part: str) -> str:
    """Any part as people read it: of a described server its processor, or what stands for it."""
    described = server.parse(part)
    return (described.processor or described.microarchitecture) if described else names(part)


def _name(part: str) -> str:
    described = server.parse_host(part)
    return described.processor if described else part


@cache
def no_servers() -> frozenset[str]:
    """Microarchitectures whose machines are no rack servers, as a Mac: their rows say the watts."""
    rows = facts.rows("processors")
    return frozenset(row["name"] for row in rows if row["idle_watts_per_thread"])


def _part(row: facts.Row, microarchitecture: str) -> str:
    """The family's own processor of a microarchitecture; without one, the microarchitecture."""
    if microarchitecture in no_servers():
        return microarchitecture
    cpus = row["cpu"].split(_NAMES)
    for cpu in cpus:
        model = cpu_model(cpu)
        if model and model["microarchitecture"] == microarchitecture and row["host_sockets"]:
            return server.host_part(_host(row, cpu, model, alone=len(cpus) == 1))
    return microarchitecture


def _host(row: facts.Row, cpu: str, model: facts.Row, *, alone: bool) -> server.Server:
    """Server of a family with one of its processors.

    Its draw is borne by the threads that are for rent. How many those are stands in the row, which
    means the usual one where there are several processors: then all threads are.
    """
    sockets = int(row["host_sockets"])
    rented = int(row["host_vcpus"] or 0) * int(row["threads_per_vcpu"])
    threads = rented if alone or not model["threads"] else int(model["threads"]) * sockets
    return server.describe(cpu, model["microarchitecture"], sockets=sockets, threads=threads)


@lru_cache(maxsize=4096)
def _family(provider: str, family: str) -> facts.Row:
    return next(
        row
        for row in facts.rows("families")
        if (row["provider"], row["family"]) == (provider, family)
    )

"""Servers described by their processor, estimated as such a server measures.

One that a cloud rents whole is such a server, too, but stands in a rack of a cloud's. A share of a
cloud's host is another thing, with the gap to production. `server_power.py` holds the power.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.cpu_models import canonical, cpu_model
from cloud_carbon_exporter.model.types import Component, Location, Resource

_PREFIX = "server|"
_RENTED_PREFIX = "rented|"
_HOST_PREFIX = "host|"
TERMS = ("tdp", "threads", "memory")
"""What a server is known by, one socket's each."""


@dataclass(frozen=True, slots=True)
class Server:
    """Server as its describer knows it: threads and memory of the whole, the TDP of one socket.

    assumed: why the hardware had to be guessed; empty where it is known.
    """

    processor: str
    microarchitecture: str
    tdp_watts: float
    sockets: int
    threads: int
    memory_gib: float
    assumed: str = ""


@cache
def _microarchitectures() -> Mapping[str, str]:
    return {
        row["name"].lower(): row["name"]
        for row in facts.rows("processors")
        if row["kind"] == "microarchitecture"
    }


def _usual_memory(model: str, family: str, threads: float) -> float:
    """GiB a socket; of one nobody measured those of any, but for a small one by its threads."""
    most = facts.figure("server.reference.threads").value
    measured = f"server.usual.{family}.memory" in facts.figures()
    share = 1 if measured else min(1, threads / most)
    return share * _usual("memory", model, family)


def _usual(term: str, model: str, family: str) -> float:
    """The median of servers with that CPU model, else that microarchitecture, else of all."""
    for name in (model, family):
        known = facts.figures().get(f"server.usual.{name}.{term}")
        if known:
            return known.value
    return facts.figure(f"server.reference.{term}").value


def _positive(value: float | None) -> float:
    return value if value and value > 0 else 0


def describe(
    processor: str = "",
    microarchitecture: str = "",
    tdp_watts: float | None = None,
    sockets: int | None = None,
    threads: int | None = None,
    memory_gib: float | None = None,
) -> Server:
    """Server completed from the table of processors and from servers alike. Never fails.

    What is said wins over the table. Without sockets one is taken, or as many as the threads fill.
    """
    row = cpu_model(processor)
    name = canonical(processor)
    stated = _microarchitectures().get(
        microarchitecture.strip().lower()
    ) or facts.microarchitecture(microarchitecture)
    family = (
        stated or row.get("microarchitecture") or facts.microarchitecture(processor) or "default"
    )
    model = row.get("name", name)
    tdp = _positive(tdp_watts) or float(row.get("tdp_watts") or _usual("tdp", model, family))
    per_socket = float(row.get("threads") or _usual("threads", model, family))
    count = int(_positive(sockets)) or max(1, round(_positive(threads) / per_socket))
    whole = int(_positive(threads)) or round(count * per_socket)
    known = family != "default" and (row or stated)
    assumed = "" if known else f"unknown processor {processor or microarchitecture}".strip()
    usual_gib = count * _usual_memory(model, family, whole / count)
    memory = usual_gib if memory_gib is None else max(0.0, memory_gib)
    return Server(
        model.replace("|", "/"),
        family,
        tdp,
        count,
        whole,
        memory,
        assumed.replace("|", "/"),
    )


def tdp_range(described: Server) -> tuple[float, float]:
    """Between which watts the TDP of one socket lies: apart where the table's is an estimate."""
    row = cpu_model(described.processor)
    if row.get("tdp_low") and described.tdp_watts == float(row["tdp_watts"]):
        return float(row["tdp_low"]), float(row["tdp_high"])
    return described.tdp_watts, described.tdp_watts


def server(described: Server) -> Resource:
    """The resource to hand to `estimate`, with signal cpu_ratio; use `NOWHERE` for its place."""
    return Resource(
        id=described.processor,
        kind="server",
        name=described.processor,
        location=Location("", "", ""),
        components=(Component("vcpu", part(described), described.threads, load="cpu_ratio"),),
    )


def part(described: Server) -> str:
    """The name under which a whole server's threads are a part of the model."""
    return _PREFIX + _written(described)


def rented_part(described: Server) -> str:
    """The name under which the threads of a server that a cloud rents whole are a part."""
    return _RENTED_PREFIX + _written(described)


def is_rented(name: str) -> bool:
    """Whether a part is of a server that a cloud rents whole."""
    return name.startswith(_RENTED_PREFIX)


def host_part(described: Server) -> str:
    """The name under which a share of a cloud's host is a part: its threads without its memory."""
    return _HOST_PREFIX + _written(described)


def _written(described: Server) -> str:
    numbers = (described.tdp_watts, described.sockets, described.threads, described.memory_gib)
    words = (
        described.processor,
        described.microarchitecture,
        *map(repr, numbers),
        described.assumed,
    )
    return "|".join(words)


@lru_cache(maxsize=65536)
def parse(name: str) -> Server | None:
    """The server a part stands for; None where the part is not a whole server."""
    prefix, _, words = name.partition("|")
    return _read(words) if f"{prefix}|" in (_PREFIX, _RENTED_PREFIX) else None


@lru_cache(maxsize=4096)
def parse_host(name: str) -> Server | None:
    """The host a part is a share of; None where the part does not say which."""
    return _read(name[len(_HOST_PREFIX) :]) if name.startswith(_HOST_PREFIX) else None


def _read(words: str) -> Server:
    processor, family, tdp, sockets, threads, memory, assumed = words.split("|")
    return Server(processor, family, float(tdp), int(sockets), int(threads), float(memory), assumed)

"""Servers described by their processor, estimated as such a server measures.

No cloud, no gap to production. `server_power.py` holds the power of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.types import Component, Location, Resource

_NOISE = re.compile(
    r"\([^)]*\)|[®™]|@.*$|\b[\d.]+ ?ghz\b|\b\w+-(?:core|bit)\b"
    r"|\bor equivalent\b"
    r"|\b(?:amd|intel|ampere|annapurna|nvidia|platinum|gold|silver|bronze|processor|cpu|\d+c)\b",
    re.IGNORECASE,
)
_GENERATION = re.compile(r"\b(E\d-\w*?\d+L?)\s?v(\d)\b", re.IGNORECASE)
_SERIES = re.compile(r"\b(E[357]) (?=\d{4})", re.IGNORECASE)
_PREFIX = "server|"
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


def canonical(processor: str) -> str:
    """Name of a CPU as the table of processors spells it.

    "Intel(R) Xeon(R) Platinum 8480+ @ 2.0GHz" is "Xeon 8480+".
    """
    name = " ".join(_NOISE.sub(" ", processor).strip(" ,").split()).replace("Altra Max ", "Altra ")
    return _GENERATION.sub(r"\1 v\2", _SERIES.sub(r"\1-", name))


@cache
def cpu_models() -> Mapping[str, facts.Row]:
    """Rows of CPU models by their name in lower case."""
    return {
        row["name"].lower(): row for row in facts.rows("processors") if row["kind"] == "cpu model"
    }


@cache
def _microarchitectures() -> Mapping[str, str]:
    return {
        row["name"].lower(): row["name"]
        for row in facts.rows("processors")
        if row["kind"] == "microarchitecture"
    }


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
    name = processor if processor.lower() in cpu_models() else canonical(processor)
    row = cpu_models().get(name.lower(), {})
    stated = _microarchitectures().get(
        microarchitecture.strip().lower()
    ) or facts.microarchitecture(microarchitecture)
    family = (
        stated or row.get("microarchitecture") or facts.microarchitecture(processor) or "default"
    )
    usual = {term: _usual(term, row.get("name", name), family) for term in TERMS}
    tdp = _positive(tdp_watts) or float(row.get("tdp_watts") or usual["tdp"])
    per_socket = float(row.get("threads") or usual["threads"])
    count = int(_positive(sockets)) or max(1, round(_positive(threads) / per_socket))
    whole = int(_positive(threads)) or round(count * per_socket)
    known = family != "default" and (row or stated)
    assumed = "" if known else f"unknown processor {processor or microarchitecture}".strip()
    memory = count * usual["memory"] if memory_gib is None else max(0.0, memory_gib)
    return Server(
        row.get("name", name).replace("|", "/"),
        family,
        tdp,
        count,
        whole,
        memory,
        assumed.replace("|", "/"),
    )


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
    numbers = (described.tdp_watts, described.sockets, described.threads, described.memory_gib)
    words = (
        described.processor,
        described.microarchitecture,
        *map(repr, numbers),
        described.assumed,
    )
    return _PREFIX + "|".join(words)


@lru_cache(maxsize=65536)
def parse(name: str) -> Server | None:
    """The server a part stands for; None where the part is not a whole server."""
    if not name.startswith(_PREFIX):
        return None
    processor, family, tdp, sockets, threads, memory, assumed = name[len(_PREFIX) :].split("|")
    return Server(processor, family, float(tdp), int(sockets), int(threads), float(memory), assumed)


def shown(part: str) -> str:
    """A part as people read it: of a described server its processor, or what stands for it."""
    described = parse(part)
    return (described.processor or described.microarchitecture) if described else part

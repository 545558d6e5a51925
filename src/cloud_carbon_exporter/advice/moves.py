"""Moves to another line of machines: a newer generation, or Arm. Each from its row of facts.

The saving is drawn from both processors, which err apart: most moves between neighbours do not
carry their own interval, and are not advised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.advice.known import known_spread, told_load
from cloud_carbon_exporter.advice.oversized import SIGNAL
from cloud_carbon_exporter.advice.saving import carried, of_parts
from cloud_carbon_exporter.advice.sizes import type_name
from cloud_carbon_exporter.advice.subject import Subject, Words, advice
from cloud_carbon_exporter.model.advice import Advice, AdviceKind
from cloud_carbon_exporter.model.facts import rows
from cloud_carbon_exporter.model.machine_tables import is_guessed, lists
from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component

_SPELLED = {
    "aws": re.compile(r"(?P<line>[a-z]+\d+[a-z]*)\.(?P<size>[a-z0-9]+)(?P<shape>)"),
    "gcp": re.compile(r"(?P<line>[a-z]+\d+[a-z]*)-(?P<shape>[a-z]+)-(?P<size>\d+)"),
    "scaleway": re.compile(r"(?P<line>[a-z]+\d+)-(?P<size>[a-z0-9]+)(?P<shape>)"),
}

MACHINES = frozenset({"ec2/instance", "compute/instance", "instance/server"})
"""Kinds that come in every type of their cloud."""

SERVICES: Mapping[str, frozenset[str]] = {
    "rds/db_instance": frozenset({"m6i", "r6i", "m7i", "r7i", "m7g", "r7g", "t3", "t4g"}),
    "elasticache/cache_cluster": frozenset({"m7g", "r7g", "t3", "t4g"}),
    "memorydb/cluster": frozenset({"r7g", "t4g"}),
}
"""Lines that managed services offer (Amazon RDS user guide, DB instance classes; ElastiCache and
MemoryDB user guides, supported node types). Of all others nothing is known, and nothing told."""

_CAVEATS: Mapping[AdviceKind, str] = {
    "older_generation": "not every region has it, and its drivers may have to be newer",
    "arm": "programs must be built for Arm, and not every region has it; work an hour is taken as "
    "the same",
}


class Move(NamedTuple):
    """What a line of machines becomes: a name with {size}, {shape} and the like.

    most_vcpus: of the line it becomes, gib_per_vcpu: in which it comes; 0 and none where the table
    of types has its sizes.
    """

    kind: AdviceKind
    becomes: str
    most_vcpus: float
    gib_per_vcpu: tuple[float, ...]

    def holds(self, now: Machine) -> bool:
        """Whether the line comes in the size of a machine."""
        if self.most_vcpus and now.vcpus > self.most_vcpus:
            return False
        return not self.gib_per_vcpu or now.memory_gib / now.vcpus in self.gib_per_vcpu


def older_generation(subject: Subject) -> Advice | None:
    """Advice to take a newer generation of the same line."""
    return _moved(subject, "older_generation")


def arm(subject: Subject) -> Advice | None:
    """Advice to take the same size with processors of Arm."""
    return _moved(subject, "arm")


def _moved(subject: Subject, kind: AdviceKind) -> Advice | None:
    resource = subject.resource
    provider, host_type = resource.location.provider, resource.info.get("host_type", "")
    spread = known_spread(subject.evidence, SIGNAL)
    becomes = target(provider, host_type, kind, resource.kind) if spread is not None else None
    if spread is None or becomes is None:
        return None
    now, then = machine(provider, host_type), machine(provider, becomes)
    parts = exchanged(resource.components, now, then)
    if parts is None:
        return None
    there = of_parts(resource, parts)
    after = {becomes: subject.emissions(there, subject.loads)}
    saved = carried(subject.terms, after)
    if saved is None:
        return None
    words = Words(
        action=f"{host_type} ({_made_of(now)}) to {becomes} ({_made_of(then)})",
        decided_on=f"{told_load(SIGNAL, spread, subject.evidence)}; at the same load on as many "
        "vCPUs",
        way_back=f"back to {host_type}, as long as it is offered",
        caveat=_CAVEATS[kind],
        becomes=becomes,
    )
    return advice(kind, subject, words, saved)


def _made_of(of: Machine) -> str:
    return of.cpu or of.microarchitecture


@lru_cache(maxsize=4096)
def target(
    provider: str, host_type: str, kind: AdviceKind, resource_kind: str = "ec2/instance"
) -> str | None:
    """The type that another becomes, with as many vCPUs and no less memory; None without any."""
    told = type_name(provider, host_type) if host_type else None
    if told is None or is_guessed(provider, host_type):
        return None
    match = _SPELLED[provider].fullmatch(told.bare.lower())
    moves = _moves(provider).get(match["line"], ()) if match else ()
    now = machine(provider, host_type)
    for move in moves:
        if match is None or move.kind != kind or not move.holds(now):
            continue
        bare = move.becomes.format(
            size=match["size"],
            shape=match["shape"],
            vcpus=f"{now.vcpus:g}",
            gib=f"{now.memory_gib:g}",
        )
        if _is_offered(provider, resource_kind, bare, now):
            return f"{told.prefix}{bare}"
    return None


def _is_offered(provider: str, resource_kind: str, bare: str, now: Machine) -> bool:
    """Whether a type is known, comes in the size, and is one of those the service has."""
    if is_guessed(provider, bare) or (provider != "scaleway" and not lists(provider, bare)):
        return False
    if resource_kind not in MACHINES:
        line, _, size = bare.partition(".")
        if line not in SERVICES.get(resource_kind, ()) or size == "nano":
            return False
    then = machine(provider, bare)
    return then.vcpus == now.vcpus and then.memory_gib >= now.memory_gib


@cache
def _moves(provider: str) -> Mapping[str, tuple[Move, ...]]:
    known: dict[str, tuple[Move, ...]] = {}
    for row in rows("machine_moves"):
        if row["provider"] == provider:
            kind: AdviceKind = "arm" if row["advice"] == "arm" else "older_generation"
            gib = tuple(map(float, row["memories"].split()))
            move = Move(kind, row["becomes"], float(row["most_vcpus"] or 0), gib)
            for line in row["line"].lower().split():
                known[line] = (*known.get(line, ()), move)
    return known


def exchanged(
    held: tuple[Component, ...], now: Machine, then: Machine
) -> tuple[Component, ...] | None:
    """The parts with another machine in place of this one, as often as it stands; else None.

    Local disks must be as large, or the new machine would not hold what the old one does.
    """
    if now.sockets or then.sockets or now.gpus or now.ssd_gib > then.ssd_gib or now.hdd_gib:
        return None
    threads = sum([part.amount for part in held if part.kind == "vcpu"])
    copies = threads / now.threads if now.threads else 0
    if copies < 1 or copies != round(copies):
        return None
    own = {part.kind for part in components(now)}
    if any(part.per for part in held if part.kind in own):  # held by need
        return None
    stays = [part for part in held if part.kind not in own]
    return (*stays, *list(components(then)) * round(copies))


def all_moves() -> Iterator[tuple[str, str, Move]]:
    """Every move of the facts: provider, line, what it becomes."""
    for provider in _SPELLED:
        for line, moves in _moves(provider).items():
            for move in moves:
                yield provider, line, move

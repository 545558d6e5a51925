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
from cloud_carbon_exporter.advice.offered import may_move, offers, service_of
from cloud_carbon_exporter.advice.oversized import SIGNAL
from cloud_carbon_exporter.advice.saving import carried, of_parts
from cloud_carbon_exporter.advice.sizes import type_name
from cloud_carbon_exporter.advice.subject import Subject, Words, advice, with_manager
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

_CAVEATS: Mapping[AdviceKind, str] = {
    "older_generation": "not every region has it, and its drivers may have to be newer",
    "arm": "programs must be built for Arm, Windows is not offered on it, and not every region has "
    "it; a vCPU is taken to do the same work",
}


class Move(NamedTuple):
    """What a line of machines becomes: a name with {size}, {shape} and the like."""

    kind: AdviceKind
    becomes: str


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
    becomes: str | None = None
    if spread is not None and may_move(resource):
        zone = resource.location.zone
        becomes = target(provider, host_type, kind, service_of(resource), zone)
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
        decided_on=f"{told_load(SIGNAL, spread, subject.evidence)}; compared at "
        "the same load on the same number of vCPUs",
        way_back=f"change it back to {host_type}, while that is still offered",
        caveat=with_manager(_CAVEATS[kind], resource),
        becomes=becomes,
    )
    return advice(kind, subject, words, saved)


def _made_of(of: Machine) -> str:
    return of.cpu or of.microarchitecture


@lru_cache(maxsize=4096)
def target(
    provider: str, host_type: str, kind: AdviceKind, service: str = "ec2/instance", zone: str = ""
) -> str | None:
    """The type that another becomes, with as many vCPUs and no less memory; None without any.

    service, zone: of the resource, which may not have it.
    """
    told = type_name(provider, host_type) if host_type else None
    if told is None or is_guessed(provider, host_type):
        return None
    match = _SPELLED[provider].fullmatch(told.bare.lower())
    moves = _moves(provider).get(match["line"], ()) if match else ()
    now = machine(provider, host_type)
    for move in moves:
        if match is None or move.kind != kind:
            continue
        bare = move.becomes.format(
            size=match["size"],
            shape=match["shape"],
            vcpus=f"{now.vcpus:g}",
            gib=f"{now.memory_gib:g}",
        )
        if _is_known(provider, bare, now) and _is_there(provider, service, bare, zone):
            return f"{told.prefix}{bare}"
    return None


def _is_known(provider: str, bare: str, now: Machine) -> bool:
    """Whether a type is known, and comes in the size."""
    if is_guessed(provider, bare) or (provider != "scaleway" and not lists(provider, bare)):
        return False
    then = machine(provider, bare)
    return then.vcpus == now.vcpus and then.memory_gib >= now.memory_gib


def _is_there(provider: str, service: str, bare: str, zone: str) -> bool:
    """Whether a service has it in a zone, as facts list it.

    Machines of AWS and Google are listed by their types.
    """
    told = offers(provider, service, bare, zone)
    by_type = provider != "scaleway" and service in MACHINES
    return told is True or (told is None and by_type)


@cache
def _moves(provider: str) -> Mapping[str, tuple[Move, ...]]:
    known: dict[str, tuple[Move, ...]] = {}
    for row in rows("machine_moves"):
        if row["provider"] == provider:
            kind: AdviceKind = "arm" if row["advice"] == "arm" else "older_generation"
            move = Move(kind, row["becomes"])
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

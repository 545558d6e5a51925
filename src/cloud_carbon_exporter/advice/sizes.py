"""Sizes of a line of machines: what smaller ones a cloud offers beside the one that is. Pure.

Names are read as each cloud builds them; a type is offered where the table of types has it, or
where its line is known to come in every power of two (Scaleway's POP2, Google's custom machines),
unless its service is known to have other sizes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.advice.offered import offers
from cloud_carbon_exporter.model.machine_tables import inner_name, is_guessed, type_names
from cloud_carbon_exporter.model.machines import Machine, machine

_LINES = {
    "aws": re.compile(r"(?P<line>.+)\.(?P<size>nano|micro|small|medium|large|\d*xlarge)"),
    "gcp": re.compile(r"(?P<line>[a-z]+\d+[a-z]*-(?:standard|highmem|highcpu))-(?P<size>\d+)"),
    "scaleway": re.compile(r"(?P<line>[a-z]+\d+)-(?P<size>pico|nano|micro|\d?x*[sml])"),
}
"""How a cloud writes line and size of a type. What reads otherwise has no smaller ones for us."""

_HALVED = {
    "gcp": re.compile(r"(?P<line>(?:[a-z]+\d*[a-z]*-)?custom)-(?P<vcpus>\d+)-(?P<memory>\d+)()"),
    "scaleway": re.compile(
        r"(?P<line>pop2(?:-h[cm])?|coparm1|basic2-a|standard\d-[ax])(?P<dash>-?)"
        r"(?P<vcpus>\d+)c-(?P<memory>\d+)(?P<unit>g)"
    ),
}

_SMALL = frozenset({"nano", "micro", "small", "medium"})
"""Sizes of AWS that no managed service offers of a line that is not burstable: RDS, ElastiCache and
their like begin at large (Amazon RDS user guide, DB instance classes)."""

_TINY = _SMALL - {"medium"}

_FROM_MICRO = frozenset({"rds/db_instance", "elasticache/cache_cluster"})
"""Kinds whose burstable lines begin at micro; those of all others begin at medium, as they do in
DocumentDB and Neptune (their user guides, instance classes)."""


class TypeName(NamedTuple):
    """Name of a machine type: what a service puts before it, and the machine's own."""

    prefix: str
    bare: str


def type_name(provider: str, name: str) -> TypeName | None:
    """db. and m5.large of db.m5.large; None where the one does not end with the other."""
    bare = inner_name(provider, name)
    if not name.lower().endswith(bare):
        return None
    return TypeName(name[: len(name) - len(bare)], name[len(name) - len(bare) :])


@lru_cache(maxsize=4096)
def smaller(provider: str, name: str, kind: str = "") -> Sequence[str]:
    """Types of the same line that are smaller, as the service writes them, in no order.

    kind: service of the resource, as some offer fewer.
    """
    told = type_name(provider, name)
    if told is None or is_guessed(provider, name):
        return ()
    found = [*_of_line(provider, told, kind), *_of_half(provider, told)]
    offered = [bare for bare in found if offers(provider, kind, bare) is not False]
    if (
        told.bare.islower()
    ):  # Scaleway writes types of databases so, and those of servers in capitals
        offered = [bare.lower() for bare in offered]
    return tuple([f"{told.prefix}{bare}" for bare in offered])


def _of_line(provider: str, told: TypeName, kind: str) -> Iterator[str]:
    match = _LINES[provider].fullmatch(told.bare.lower())
    if match is None:
        return
    now = machine(provider, told.bare)
    for bare in _types_by_line(provider).get(match["line"], ()):
        other = machine(provider, bare)
        is_smaller = other.vcpus <= now.vcpus and other.memory_gib < now.memory_gib
        listed = offers(provider, kind, bare) is not None or not told.prefix
        if is_smaller and (listed or _managed(provider, bare, other, kind)):
            yield bare


@cache
def _types_by_line(provider: str) -> Mapping[str, Sequence[str]]:
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for name in type_names(provider):
        match = _LINES[provider].fullmatch(name.lower())
        if match is not None:
            lines[match["line"]].append(name)
    return lines


def _managed(provider: str, bare: str, of: Machine, kind: str) -> bool:
    """Whether a managed service offers such a size."""
    if provider != "aws":
        return True
    size = bare.rpartition(".")[2]
    if of.share == 1:
        return size not in _SMALL
    return size != "nano" if kind in _FROM_MICRO else size not in _TINY


def _of_half(provider: str, told: TypeName) -> Iterator[str]:
    """The type with half of it all, where its line comes so."""
    pattern = _HALVED.get(provider)
    match = pattern.fullmatch(told.bare.lower()) if pattern else None
    if match is None:
        return
    vcpus, memory = int(match["vcpus"]), int(match["memory"])
    if provider == "gcp":
        # Compute Engine documentation, custom machine types: 1 vCPU or an even number of them, and
        # memory in multiples of 256 MB.
        fits = vcpus % 4 == 0 or vcpus == 2
        if fits and memory % 512 == 0:
            yield f"{match['line']}-{vcpus // 2}-{memory // 2}"
    elif vcpus >= 4:  # the smallest of these lines has two
        half = f"{match['line']}{match['dash']}{vcpus // 2}c-{memory // 2}{match['unit']}"
        yield half.upper()

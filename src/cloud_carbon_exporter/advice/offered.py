"""Offered: which sizes of a line of machines a service has, and in which zones. Pure.

A managed service has some of the sizes that its cloud's machines come in. Where facts list a line
of a service, they list all of it; of every other line nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple

from cloud_carbon_exporter.model.facts import rows
from cloud_carbon_exporter.model.types import Resource

_SPELLED = {
    "aws": re.compile(r"(?P<line>.+)\.(?P<size>[a-z0-9]+)"),
    "scaleway": re.compile(
        r"(?P<line>[a-z]+\d+(?:-[a-z]+)??)-?(?P<size>\d+c-\d+g|pico|nano|micro|\d?x*[sml])"
    ),
}

_RDS = "rds/db_instance"
AURORA = f"{_RDS}/aurora"
"""Amazon Aurora, whose instances are listed as those of RDS, and come in other classes."""

_OPEN = frozenset({"mysql", "mariadb", "postgres"})
"""Engines of RDS that moves to other lines are known of: those on Graviton (AWS Well-Architected
Labs, Migrate RDS to Graviton: MySQL, PostgreSQL, MariaDB)."""


class Line(NamedTuple):
    """A line of machines as a service offers it. zones: where; none where that is not known."""

    sizes: Collection[str]
    zones: Collection[str]


def service_of(resource: Resource) -> str:
    """What offers the machine of a resource: its kind, or Aurora."""
    aurora = resource.kind == _RDS and resource.info.get("engine", "").startswith("aurora")
    return AURORA if aurora else resource.kind


def may_move(resource: Resource) -> bool:
    """Whether the lines of its service are known for what runs on it."""
    return service_of(resource) != _RDS or resource.info.get("engine", "") in _OPEN


def offers(provider: str, service: str, bare: str, zone: str = "") -> bool | None:
    """Whether a service offers a type of machine; None where its line is not listed."""
    pattern = _SPELLED.get(provider)
    match = pattern.fullmatch(bare.lower()) if pattern else None
    line = _lines().get((provider, service, match["line"])) if match else None
    if match is None or line is None:
        return None
    in_zone = not (zone and line.zones) or zone in line.zones
    return match["size"] in line.sizes and in_zone


@cache
def _lines() -> Mapping[tuple[str, str, str], Line]:
    known: dict[tuple[str, str, str], Line] = {}
    for row in rows("offered_sizes"):
        line = Line(frozenset(row["sizes"].split()), frozenset(row["zones"].split()))
        known[row["provider"], row["kind"], row["line"]] = line
    return known

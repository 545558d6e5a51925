"""Services by which providers report emissions, and the kinds of resources that are in each.

The table is `facts/reported_services.csv`: one row a service as the provider's report calls it,
other names of it, and what of ours is billed under it: kinds, or the part before their stroke.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cloud_carbon_exporter.model import facts

_TABLE = "reported_services"
_OWNERS = re.compile(r"^(amazon|aws|googlecloud|google|cloud)(?=.)")
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


class _Named(NamedTuple):
    provider: str
    name: str


@functools.cache
def service_of(provider: str, kind: str) -> str:
    """Service a kind is reported under; empty where its provider's report names none."""
    kinds = _by_kind()
    own = kinds.get(_Named(provider, kind))
    return kinds.get(_Named(provider, kind.partition("/")[0]), "") if own is None else own


def is_decided(provider: str, kind: str) -> bool:
    """Whether the table says where a kind is reported, be it nowhere."""
    names = (kind, kind.partition("/")[0])
    return any(_Named(provider, name) in _by_kind() for name in names)


@functools.cache
def service_named(provider: str, name: str) -> str | None:
    """Service of that name in a report, as the table calls it; None where it does not know it.

    "AmazonEC2", "Amazon Elastic Compute Cloud", "EC2".
    """
    return _by_name().get(_Named(provider, _bare(name)))


def services(provider: str) -> tuple[str, ...]:
    """Services of a provider that the table knows."""
    return tuple(
        row["service"]
        for row in facts.rows(_TABLE)
        if row["provider"] == provider and row["service"]
    )


def _bare(name: str) -> str:
    """Name without its owner, capitals, marks and blanks."""
    return _OWNERS.sub("", _NO_LETTERS.sub("", name.lower()))


@functools.cache
def _by_kind() -> Mapping[_Named, str]:
    by_kind: dict[_Named, str] = {}
    for row in facts.rows(_TABLE):
        for kind in row["kinds"].split():
            by_kind[_Named(row["provider"], kind)] = row["service"]
    return by_kind


@functools.cache
def _by_name() -> Mapping[_Named, str]:
    return {name: service for name, service in _names() if service}


def _names() -> Iterator[tuple[_Named, str]]:
    for row in facts.rows(_TABLE):
        for name in (row["service"], *filter(None, row["also"].split("|"))):
            yield _Named(row["provider"], _bare(name)), row["service"]

"""Hours of the past: what a group of resources drew and emitted in each, with its errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.model.held import NOTHING, Held
from cloud_carbon_exporter.model.stretches import Stretch
from cloud_carbon_exporter.model.sums import Sum, over_time, sum_of_all
from cloud_carbon_exporter.model.types import Resource

HOUR_SECONDS = 3600
DAY_SECONDS = 86_400

Tags = tuple[tuple[str, str], ...]
"""Tags that are shown, by key."""


class Group(NamedTuple):
    """What is summed together in an hour: resources of one account, region, kind and tags."""

    provider: str
    account_id: str
    region: str
    kind: str
    tags: Tags = ()


def group_of(resource: Resource) -> Group:
    """The group a resource is summed in: it has no tags left but those that are shown."""
    at, tags = resource.location, resource.tags
    shown = tuple(sorted(tags.items())) if tags else ()
    return Group(at.provider, at.account_id, at.region, resource.kind, shown)


class CountedHour(NamedTuple):
    """What was counted of a Group in one hour since the Snapshot before.

    hour: its start. stretches: the time in it that was counted, in order. held: hardware that was
    there, times its seconds.
    """

    hour: int
    group: Group
    joules: float
    operational_grams: float
    embodied_grams: float
    stretches: tuple[Stretch, ...]
    held: Held = NOTHING


@dataclass(frozen=True, slots=True)
class Amounts:
    """Energy and grams of a stretch of time, with what each fact may take them down and up."""

    energy_joules: Sum = field(default_factory=Sum)
    operational_grams: Sum = field(default_factory=Sum)
    embodied_grams: Sum = field(default_factory=Sum)

    @property
    def emissions_grams(self) -> Sum:
        """Of power and of manufacture together."""
        return sum_of_all((self.operational_grams, self.embodied_grams))


def amounts_over_time(parts: Sequence[Amounts]) -> Amounts:
    """Amounts of the same resources in several stretches of time."""
    return Amounts(
        over_time([part.energy_joules for part in parts]),
        over_time([part.operational_grams for part in parts]),
        over_time([part.embodied_grams for part in parts]),
    )

"""Footprints of a refresh: what is alike and not measured has one in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.types import Component, Footprint, Resource, Signal

# Of an estate that has more than so many sizes of unmeasured things, those of now are made anew.
MOST_KEPT = 65_536


class _Alike(NamedTuple):
    """What a Footprint follows from where nothing is read, and where it stands."""

    kind: str
    components: tuple[Component, ...]
    around: int


class _Kept(NamedTuple):
    around: Surroundings  # held, so that no other has its id
    footprint: Footprint


class Footprints:
    """Estimates Footprints. A third of an estate is disks and buckets of the same few sizes."""

    def __init__(self) -> None:
        self._unread: dict[_Alike, _Kept] = {}

    def of(
        self, resource: Resource, loads: Mapping[Signal, float], around: Surroundings
    ) -> Footprint:
        """The Footprint of a resource where it stands."""
        if loads:
            return _estimated(resource, loads, around)
        key = _Alike(resource.kind, resource.components, id(around))
        kept = self._unread.get(key)
        if kept is None:
            if len(self._unread) >= MOST_KEPT:
                self._unread.clear()
            kept = self._unread[key] = _Kept(around, _estimated(resource, loads, around))
        return kept.footprint

    def forget(self) -> None:
        """The surroundings have changed: nothing that is kept is asked for again."""
        self._unread.clear()


def _estimated(
    resource: Resource, loads: Mapping[Signal, float], around: Surroundings
) -> Footprint:
    intensity = around.intensities[0] if around.intensities else None
    return estimate(resource, loads, around.place, intensity)

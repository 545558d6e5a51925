"""Footprints of a refresh: what things that are alike have in common is worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.model.built import Built, built
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.types import (
    CarbonIntensity,
    Component,
    Footprint,
    Resource,
    Signal,
)

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


class _Read(NamedTuple):
    """What all but the watts follows from where loads are read: of which signals, and where."""

    kind: str
    components: tuple[Component, ...]
    signals: tuple[Signal, ...]
    around: int


class _KeptBuilt(NamedTuple):
    around: Surroundings  # held, as above
    built: Built | None


class Footprints:
    """Estimates Footprints. A third of an estate is disks and buckets of the same few sizes.

    Of the others most are machines of a few types, of which the loads alone differ.
    """

    def __init__(self) -> None:
        self._unread: dict[_Alike, _Kept] = {}
        self._read: dict[_Read, _KeptBuilt] = {}

    def of(
        self, resource: Resource, loads: Mapping[Signal, float], around: Surroundings
    ) -> Footprint:
        """The Footprint of a resource where it stands."""
        if loads:
            alike = self._built(resource, loads, around)
            return _estimated(resource, loads, around) if alike is None else alike.footprint(loads)
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
        self._read.clear()

    def _built(
        self, resource: Resource, loads: Mapping[Signal, float], around: Surroundings
    ) -> Built | None:
        key = _Read(resource.kind, resource.components, tuple(loads), id(around))
        kept = self._read.get(key)
        if kept is None:
            if len(self._read) >= MOST_KEPT:
                self._read.clear()
            like = built(resource, loads, around.place, _intensity(around))
            kept = self._read[key] = _KeptBuilt(around, like)
        return kept.built


def _estimated(
    resource: Resource, loads: Mapping[Signal, float], around: Surroundings
) -> Footprint:
    return estimate(resource, loads, around.place, _intensity(around))


def _intensity(around: Surroundings) -> CarbonIntensity | None:
    return around.intensities[0] if around.intensities else None

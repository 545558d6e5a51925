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
    components: int
    around: int


class _Kept(NamedTuple):
    """A Footprint, and what the ids in its key are of: held, so that no other has them."""

    components: tuple[Component, ...]
    around: Surroundings
    footprint: Footprint


class _Read(NamedTuple):
    """What all but the watts follows from where loads are read: of which signals, and where."""

    kind: str
    components: int
    signals: tuple[Signal, ...]
    around: int


class _KeptBuilt(NamedTuple):
    """What is built alike, and what the ids in its key are of."""

    components: tuple[Component, ...]
    around: Surroundings
    built: Built | None


class Footprints:
    """Estimates Footprints. A third of an estate is disks and buckets of the same few sizes.

    Of the others most are machines of a few types, of which the loads alone differ. What is alike
    has mostly one object for its hardware (see `shared`), which is found faster than an equal one.
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
        components = resource.components
        key = _Alike(resource.kind, id(components), id(around))
        kept = self._unread.get(key)
        if kept is None:
            if len(self._unread) >= MOST_KEPT:
                self._unread.clear()
            footprint = _estimated(resource, loads, around)
            kept = self._unread[key] = _Kept(components, around, footprint)
        return kept.footprint

    def forget(self) -> None:
        """The surroundings have changed: nothing that is kept is asked for again."""
        self._unread.clear()
        self._read.clear()

    def _built(
        self, resource: Resource, loads: Mapping[Signal, float], around: Surroundings
    ) -> Built | None:
        components = resource.components
        key = _Read(resource.kind, id(components), tuple(loads), id(around))
        kept = self._read.get(key)
        if kept is None:
            if len(self._read) >= MOST_KEPT:
                self._read.clear()
            like = built(resource, loads, around.place, _intensity(around))
            kept = self._read[key] = _KeptBuilt(components, around, like)
        return kept.built


def _estimated(
    resource: Resource, loads: Mapping[Signal, float], around: Surroundings
) -> Footprint:
    return estimate(resource, loads, around.place, _intensity(around))


def _intensity(around: Surroundings) -> CarbonIntensity | None:
    return around.intensities[0] if around.intensities else None

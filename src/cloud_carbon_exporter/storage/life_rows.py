"""Rows of lives in the state file: what is there, what awaits its last read, and what is over.

    ["since", target, when its counting began]
    ["life", resource id, counted until, 1 where its cloud told the end, told until]
    ["awaits", target, settle, 1 where its cloud told the end, last sight, 1 resource]
    1 resource:
    [resource id, covered until, seen until, joules, operational grams, embodied grams]
    and, where it was described otherwise in time that is not counted yet,
    [..., kind, provider, account, region, zone, 1 on premises, versions]
    a version: [since, 1 where it is measured, started or null, names to monitoring, components]

How a thing is described is kept for what awaits its last read alone: its cloud may tell nothing of
it after a restart. All else is listed again, and described anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from cloud_carbon_exporter.model.types import (
    SIGNALS,
    Component,
    ComponentKind,
    Location,
    Resource,
    Totals,
)
from cloud_carbon_exporter.storage.rows import Row


@dataclass(frozen=True, slots=True)
class SavedBeginning:
    """When the counting of a target began: what lived before is not counted."""

    target: str
    since: float

    def row(self) -> Row:
        """As the file has it."""
        return ["since", self.target, self.since]


@dataclass(frozen=True, slots=True)
class SavedLife:
    """A life that is over: up to when it is counted, and when something last told of it."""

    resource_id: str
    until: float
    ended: bool
    told: float

    def row(self) -> Row:
        """As the file has it."""
        return ["life", self.resource_id, self.until, int(self.ended), self.told]


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """How a resource was described from a moment on. measured: whether its power hangs on reads.

    Of the description stands what counting and reading need: no tags, no name.
    """

    since: float
    resource: Resource
    measured: bool

    def values(self) -> list[Any]:
        """As the file has it, beside what all versions of a resource have alike."""
        resource = self.resource
        components = [component_values(component) for component in resource.components]
        monitor = dict(resource.monitor)
        return [self.since, int(self.measured), resource.started, monitor, components]


@dataclass(frozen=True, slots=True)
class SavedTimeline:
    """Counters of one resource, up to when they go, and when it was last seen.

    versions: how it was described since `covered_until`; empty where as it is now.
    """

    resource_id: str
    covered_until: float
    seen_until: float
    totals: Totals
    versions: tuple[SavedVersion, ...] = ()

    def moved(self, seconds: float) -> SavedTimeline:
        """The same after the clock was set."""
        versions = [replace(version, since=version.since + seconds) for version in self.versions]
        return replace(
            self,
            covered_until=self.covered_until + seconds,
            seen_until=self.seen_until + seconds,
            versions=tuple(versions),
        )

    def row(self) -> Row:
        """As the file has it."""
        row = [self.resource_id, self.covered_until, self.seen_until, *amounts(self.totals)]
        if not self.versions:
            return row
        resource = self.versions[-1].resource
        at = resource.location
        versions = [version.values() for version in self.versions]
        place = (at.provider, at.account_id, at.region, at.zone, int(at.on_premises))
        return [*row, resource.kind, *place, versions]


@dataclass(frozen=True, slots=True)
class SavedAwaiting:
    """What has gone and awaits its last read. The fields are those of its Timeline."""

    target: str
    settle: float
    ended: bool
    last_sight: float
    timeline: SavedTimeline

    def row(self) -> Row:
        """As the file has it."""
        head = ["awaits", self.target, self.settle, int(self.ended), self.last_sight]
        return [*head, *self.timeline.row()]


def amounts(totals: Totals) -> tuple[float, float, float]:
    """Three figures, as rows have them."""
    return (totals.energy_joules, totals.operational_grams, totals.embodied_grams)


def read_timeline(row: Row) -> SavedTimeline:
    """The rest of a row, of one resource. Raises ValueError or TypeError for anything else."""
    resource_id, *values = row
    figures, described = values[:5], values[5:]
    covered_until, seen_until, energy, operational, embodied = map(float, figures)
    totals = Totals(energy, operational, embodied)
    return SavedTimeline(
        str(resource_id), covered_until, seen_until, totals, _versions(str(resource_id), described)
    )


def read_awaiting(row: Row) -> SavedAwaiting:
    """The rest of a row, of what awaits its last read. Raises as `read_timeline` does."""
    target, settle, ended, last_sight, *values = row
    timeline = read_timeline(values)
    if not timeline.versions:
        raise ValueError(f"nothing says what {timeline.resource_id} was")
    return SavedAwaiting(str(target), float(settle), bool(ended), float(last_sight), timeline)


def _versions(resource_id: str, described: Sequence[Any]) -> tuple[SavedVersion, ...]:
    if not described:
        return ()
    kind, provider, account_id, region, zone, on_premises, rows = described
    place = (str(provider), str(account_id), str(region), str(zone))
    location = Location(*place, on_premises=bool(on_premises))
    versions: list[SavedVersion] = []
    for since, measured, started, monitor, components in rows:
        resource = Resource(
            resource_id,
            str(kind),
            resource_id,
            location,
            tuple(read_component(*values) for values in components),
            monitor=dict(monitor),
            started=None if started is None else float(started),
        )
        versions.append(SavedVersion(float(since), resource, bool(measured)))
    return tuple(versions)


def component_values(component: Component) -> list[Any]:
    """One part, as rows have it."""
    return [
        component.kind,
        component.part,
        component.amount,
        component.load,
        component.per,
        component.share,
        component.assumed,
        component.least,
        component.most,
        component.full_load,
    ]


def read_component(kind: Any, part: Any, amount: Any, *values: Any) -> Component:
    """Back from a row. Raises ValueError or TypeError for anything else."""
    # What an earlier version kept ends before the load at which all of it works.
    load, per, share, assumed, least, most, *full_load = values
    signals = {str(load), str(per)} - {""}
    if kind not in get_args(ComponentKind) or not signals <= SIGNALS:
        raise ValueError(f"no component of ours: {kind} by {signals}")
    return Component(
        kind,
        str(part),
        float(amount),
        str(load),
        str(per),
        float(share),
        str(assumed),
        float(least),
        float(most),
        *map(float, full_load),
    )

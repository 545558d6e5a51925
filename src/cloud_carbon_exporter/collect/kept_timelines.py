"""Timelines over a restart: what of them is kept in the state file, and going on from there."""

from __future__ import annotations

import math
from dataclasses import replace

from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.timeline import Sight, Timeline, Waits
from cloud_carbon_exporter.collect.version import Version
from cloud_carbon_exporter.storage.life_rows import SavedAwaiting, SavedTimeline, SavedVersion

# Of no listing any more, and of no place: what awaits its last read is its target's alone.
NO_LISTING = -1


def kept_present(timeline: Timeline) -> SavedTimeline:
    """What is kept of what is there: how it was described, if otherwise in time not counted yet."""
    versions: tuple[SavedVersion, ...] = ()
    if len(timeline.versions) > 1:
        now = timeline.resource.components
        if any(version.resource.components != now for version in timeline.versions):
            versions = _versions(timeline)
    return _kept(timeline, versions)


def kept_awaiting(timeline: Timeline) -> SavedAwaiting:
    """What is kept of what has gone and awaits its last read."""
    return SavedAwaiting(
        timeline.sweep.target,
        timeline.settle,
        timeline.ended,
        max(timeline.last_sight, timeline.covered_until),
        _kept(timeline, _versions(timeline)),
    )


def _kept(timeline: Timeline, versions: tuple[SavedVersion, ...]) -> SavedTimeline:
    resource_id, totals = timeline.resource.id, timeline.totals
    covered_until, seen_until = timeline.covered_until, timeline.seen_until
    return SavedTimeline(resource_id, covered_until, seen_until, totals, versions)


def _versions(timeline: Timeline) -> tuple[SavedVersion, ...]:
    return tuple(
        SavedVersion(version.since, version.resource, version.waits)
        for version in timeline.versions
    )


def resumed(
    sweep: SweepKey, sight: Sight, saved: SavedTimeline, settle: float, waits: Waits
) -> Timeline:
    """A Timeline that goes on where an earlier process ended: nothing missed it since."""
    covered_until = min(saved.covered_until, sight.at)
    versions = _described(saved)
    if not versions:
        # Nothing is kept of when the run began that an earlier process saw.
        run = sight.run
        seen_then = run if run.started is None else replace(run, started=None)
        versions = [Version(covered_until, seen_then, waits(seen_then))]
    timeline = Timeline(sweep, versions, min(saved.seen_until, sight.at), settle)
    timeline.covered_until = timeline.first_sight = covered_until
    timeline.totals = saved.totals
    timeline.take(sight, waits)
    return timeline


def awaiting_again(saved: SavedAwaiting) -> Timeline:
    """A Timeline that awaits its last read, as an earlier process did.

    It is not given up before its target was listed once more (see `departed_at`).
    """
    life = saved.timeline
    at = life.versions[-1].resource.location
    sweep = SweepKey(saved.target, NO_LISTING, at.account_id, at.region, at.zone)
    timeline = Timeline(sweep, _described(life), life.seen_until, saved.settle)
    timeline.covered_until = timeline.first_sight = life.covered_until
    timeline.last_sight = saved.last_sight
    timeline.ended = saved.ended
    timeline.departed_at = math.inf
    timeline.totals = life.totals
    return timeline


def _described(saved: SavedTimeline) -> list[Version]:
    return [
        Version(version.since, version.resource, version.measured) for version in saved.versions
    ]

"""Marks that move when the clock is set: all moments of its own, and none that a cloud told.

A mark that stayed where it was would count time that did not pass, or none that did.
"""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.collect.timeline import Timeline


def move_timeline(timeline: Timeline, seconds: float) -> None:
    """Move all of a Timeline but its Points, which have the time of the cloud."""
    timeline.touch()
    timeline.covered_until += seconds
    timeline.seen_until += seconds
    timeline.first_sight += seconds
    timeline.before_until += seconds
    timeline.last_sight += seconds
    timeline.departed_at += seconds
    timeline.asked_until += seconds
    timeline.next_read += seconds
    timeline.versions = tuple(
        replace(version, since=version.since + seconds) for version in timeline.versions
    )
    counted = timeline.counted or []
    for rank, stretch in enumerate(counted):
        start, end = stretch.start + seconds, stretch.end + seconds
        counted[rank] = replace(stretch, start=start, end=end)

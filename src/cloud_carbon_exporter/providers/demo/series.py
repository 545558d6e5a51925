"""Monitoring of the made-up estate: what a series says of a window, from seed and time alone."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.model.hours import DAY_SECONDS
from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.demo.day import PROFILES, SLOT_SECONDS, activity, noise
from cloud_carbon_exporter.providers.spec import Read

ACCELERATED = ("inference", "training")

GROWTH_A_YEAR = 0.3
YEAR_SECONDS = 365 * DAY_SECONDS
GROWN_FROM = 1_700_000_000.0
"""November 2023: what buckets held then, they hold at least ever after."""

CLASS_SHARES: Mapping[str, Mapping[str, float]] = {
    "aws": {"StandardStorage": 1.0, "StandardIAStorage": 0.6, "GlacierStorage": 2.5},
    "gcp": {"STANDARD": 1.0, "NEARLINE": 0.6},
    "scaleway": {"STANDARD": 1.0, "GLACIER": 2.5},
}
"""Storage classes of a bucket, as the monitoring of each cloud tells them, and their sizes beside
the first's."""


TOKENS_A_SECOND: Mapping[Signal, float] = {
    "input_tokens": 40.0,
    "output_tokens": 20.0,
    "cache_read_tokens": 600.0,
    "cache_write_tokens": 30.0,
}
"""Tokens a second of a model at full work: agents have most of a prompt from a cache."""


class Slot(NamedTuple):
    """Slot of a window: its number since 1970, and what of it the window covers."""

    number: int
    start: float
    end: float


class Series(NamedTuple):
    """Points of one signal, ascending."""

    signal: Signal
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Window [start, until) cut into slots, and the levels of work in them asked for so far."""

    slots: Sequence[Slot]
    levels: dict[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)

    def level(self, profile: str, region: str) -> tuple[float, ...]:
        """Mean ratio of such work in such a place, slot by slot."""
        levels = self.levels.get((profile, region))
        if levels is None:
            levels = self.levels[profile, region] = self._computed(profile, region)
        return levels

    def _computed(self, profile: str, region: str) -> tuple[float, ...]:
        kind, levels = PROFILES[profile], []
        for slot in self.slots:
            active = activity(slot.number * float(SLOT_SECONDS), region)
            levels.append(kind.idle + kind.swing * kind.level(active))
        return tuple(levels)


def window(start: float, until: float) -> Window:
    """The slots that cover [start, until) without gap or overlap; none when it is empty."""
    if not start < until:
        return Window(())
    slots = []
    for number in range(math.floor(start / SLOT_SECONDS), math.ceil(until / SLOT_SECONDS)):
        begins, ends = float(number * SLOT_SECONDS), float((number + 1) * SLOT_SECONDS)
        slots.append(Slot(number, max(start, begins), min(until, ends)))
    return Window(slots)


def read_points(read: Read, within: Window, seed: int) -> Sequence[Series]:
    """Series that one Read answers; none where nothing is measured: no agent, no accelerator."""
    resource, metric = read.resource, read.metric
    profile = resource.monitor.get("profile")
    if not profile or not within.slots:
        return ()
    if metric.into == "gpu_ratio" and profile not in ACCELERATED:
        return ()
    key = zlib.crc32(f"{resource.monitor['id']} {metric.into}".encode(), seed & 0xFFFFFFFF)
    if metric.into == "stored_gib":
        classes = CLASS_SHARES[resource.location.provider] if metric.class_dimension else {}
        return _stored(key, within, classes)
    ratios = _ratios(key, profile, resource.location.region, within)
    return (Series(metric.into, _scaled(ratios, TOKENS_A_SECOND.get(metric.into, 1.0))),)


def _ratios(key: int, profile: str, region: str, within: Window) -> tuple[Point, ...]:
    jitter = PROFILES[profile].jitter
    own = 0.6 + 0.8 * (key / 0x1_0000_0000)  # some work harder than others, always
    points = []
    for slot, level in zip(within.slots, within.level(profile, region), strict=True):
        number, start, end = slot
        value = level * own + jitter * (noise(key, number) - 0.5)
        points.append(Point(start, end, min(max(value, 0.0), 1.0)))
    return tuple(points)


def _grown(number: int) -> float:
    """How many times as much is held in a slot as in November 2023."""
    return 1 + GROWTH_A_YEAR * max(0.0, number * SLOT_SECONDS - GROWN_FROM) / YEAR_SECONDS


def _stored(key: int, within: Window, classes: Mapping[str, float]) -> Sequence[Series]:
    """GiB held: from 1 to about 20,000, growing with the years."""
    size = 10 ** (4.3 * noise(key, 1))
    points = [Point(start, end, size * _grown(number)) for number, start, end in within.slots]
    if not classes:
        return (Series("stored_gib", tuple(points)),)
    series = []
    for index, (name, share) in enumerate(classes.items()):
        if index == 0 or key >> index & 1:
            series.append(Series(f"stored_gib:{name}", _scaled(points, share)))
    return series


def _scaled(points: Sequence[Point], factor: float) -> tuple[Point, ...]:
    if factor == 1:
        return tuple(points)
    return tuple(Point(point.start, point.end, point.value * factor) for point in points)

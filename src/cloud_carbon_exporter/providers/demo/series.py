"""The made-up monitoring: what any resource's series says of any window, from seed and time alone."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.model.types import Point, Signal
from cloud_carbon_exporter.providers.demo.day import PROFILES, SLOT_SECONDS, activity, noise
from cloud_carbon_exporter.providers.spec import Read

ACCELERATED = ("inference", "training")

GROWTH_A_YEAR = 0.3
YEAR_SECONDS = 365 * 86_400
GROWN_FROM = 1_700_000_000.0  # November 2023: what buckets held then, they hold at least ever after

CLASS_SHARES: Mapping[str, float] = {
    "StandardStorage": 1.0,
    "StandardIAStorage": 0.6,
    "GlacierStorage": 2.5,
}
"""Storage classes a bucket may have, and their size beside its StandardStorage."""


@dataclass(frozen=True, slots=True)
class Window:
    """[start, until) cut into slots, (number, start, end) each, and the levels of work in them
    found so far.
    """

    slots: Sequence[tuple[int, float, float]]
    levels: dict[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)

    def level(self, profile: str, region: str) -> tuple[float, ...]:
        """The mean ratio of such work in such a place, slot by slot."""
        found = self.levels.get((profile, region))
        if found is None:
            kind = PROFILES[profile]
            active = (activity(number * float(SLOT_SECONDS), region) for number, _, _ in self.slots)
            found = self.levels[profile, region] = tuple(
                kind.idle + kind.swing * kind.level(each) for each in active
            )
        return found


def window(start: float, until: float) -> Window:
    """The slots that cover [start, until) without gap or overlap; none when it is empty."""
    if not start < until:
        return Window(())
    numbers = range(math.floor(start / SLOT_SECONDS), math.ceil(until / SLOT_SECONDS))
    return Window(
        tuple(
            (
                number,
                max(start, float(number * SLOT_SECONDS)),
                min(until, float((number + 1) * SLOT_SECONDS)),
            )
            for number in numbers
        )
    )


def read_points(
    read: Read, within: Window, seed: int
) -> Sequence[tuple[Signal, tuple[Point, ...]]]:
    """The series one Read answers, by signal. None where nothing is measured: no agent, or no
    accelerator.
    """
    resource, metric = read.resource, read.metric
    profile = resource.monitor.get("profile")
    if (
        not profile
        or not within.slots
        or (metric.into == "gpu_ratio" and profile not in ACCELERATED)
    ):
        return ()
    key = zlib.crc32(f"{resource.monitor['id']} {metric.into}".encode(), seed & 0xFFFFFFFF)
    if metric.into == "stored_gib":
        return _stored(key, within, bool(metric.class_dimension))
    return ((metric.into, _ratios(key, profile, resource.location.region, within)),)


def _ratios(key: int, profile: str, region: str, within: Window) -> tuple[Point, ...]:
    jitter = PROFILES[profile].jitter
    own = 0.6 + 0.8 * (key / 0x1_0000_0000)  # some work harder than others, always
    points = []
    for (number, start, end), level in zip(
        within.slots, within.level(profile, region), strict=True
    ):
        value = level * own + jitter * (noise(key, number) - 0.5)
        points.append(Point(start, end, 0.0 if value < 0 else 1.0 if value > 1 else value))
    return tuple(points)


def _stored(key: int, within: Window, by_class: bool) -> Sequence[tuple[Signal, tuple[Point, ...]]]:
    """GiB held: from 1 to about 20,000, growing with the years."""
    size = 10 ** (4.3 * noise(key, 1))
    points = tuple(
        Point(
            start,
            end,
            size
            * (1 + GROWTH_A_YEAR * max(0.0, number * SLOT_SECONDS - GROWN_FROM) / YEAR_SECONDS),
        )
        for number, start, end in within.slots
    )
    if not by_class:
        return (("stored_gib", points),)
    held = {
        name: share
        for chance, (name, share) in enumerate(CLASS_SHARES.items())
        if chance == 0 or key >> chance & 1
    }
    return tuple(
        (
            f"stored_gib:{name}",
            tuple(Point(point.start, point.end, point.value * share) for point in points),
        )
        for name, share in held.items()
    )

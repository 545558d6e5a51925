"""Day of the made-up estate: its rhythm, from seed, place and time, so that history stays.

Load is constant within a slot of SLOT_SECONDS and is drawn anew for each, from a hash: asked twice,
in whatever window, a slot answers the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from cloud_carbon_exporter.model.hours import DAY_SECONDS

SLOT_SECONDS = 300
QUIETEST_HOUR = 4
BUSIEST_HOUR = 14

# Without daylight saving, so that a year has no day of 23 hours, nor one of 25.
UTC_OFFSET_HOURS = {
    "us-east-1": -5,
    "us-west-2": -8,
    "eu-west-1": 0,
    "eu-west-3": 1,
    "eu-central-1": 1,
    "ap-northeast-1": 9,
    "ap-southeast-2": 10,
    "europe-west1": 1,
    "europe-west9": 1,
    "us-central1": -6,
    "asia-east1": 8,
    "eu": 1,
    "us": -6,
    "fr-par": 1,
    "nl-ams": 1,
    "pl-waw": 1,
}
"""Hours ahead of UTC, standard time the year round, of every region the estate stands in."""


def slot(at: float) -> int:
    """Number of the slot that `at` (Unix seconds) lies in."""
    return math.floor(at / SLOT_SECONDS)


def day_number(at: float, region: str, starts_at_hour: int = QUIETEST_HOUR) -> int:
    """Days since 1970 in the region's own time, a day beginning at `starts_at_hour`."""
    return math.floor(_local(at, region, starts_at_hour) / DAY_SECONDS)


def activity(at: float, region: str) -> float:
    """Activity of people, 0 at the quietest hour to 1 at the busiest of a working day.

    It rises once and falls once a day. Saturday and Sunday reach half of it. The step between days
    falls on the quietest hour, where both are 0.
    """
    hour = _local(at, region, QUIETEST_HOUR) % DAY_SECONDS / 3600
    rise = BUSIEST_HOUR - QUIETEST_HOUR
    turn = hour / rise if hour < rise else 1 + (hour - rise) / (24 - rise)
    busy = 0.5 if is_weekend(at, region) else 1.0
    return busy * (0.5 - 0.5 * math.cos(math.pi * turn))


def is_weekend(at: float, region: str) -> bool:
    """Whether it is Saturday or Sunday in the region, from one quietest hour to the next."""
    weekday = (day_number(at, region) + 3) % 7  # 1 January 1970 was a Thursday
    return weekday >= 5


def _local(at: float, region: str, starts_at_hour: int) -> float:
    return at + (UTC_OFFSET_HOURS.get(region, 0) - starts_at_hour) * 3600


def noise(key: int, number: int) -> float:
    """Noise from 0 to 1, even, the same for the same two integers (Murmur3's finaliser)."""
    mixed = (key ^ (number * 0x9E3779B1)) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 16)) / 0x1_0000_0000


@dataclass(frozen=True, slots=True)
class Profile:
    """Profile of a kind of work: ratio = idle + swing x level x (weight of the machine) +- jitter.

    level: from the activity of the region to the level of this work, both 0..1.
    """

    idle: float
    swing: float
    jitter: float
    level: Callable[[float], float]


PROFILES = {
    "web": Profile(0.04, 0.75, 0.06, lambda active: active),
    # Scaled with demand, so that each member stays as busy.
    "fleet": Profile(0.42, 0.10, 0.08, lambda active: active),
    "batch": Profile(0.10, 0.60, 0.10, lambda active: 1 - active),
    "database": Profile(0.10, 0.35, 0.03, lambda active: active),
    "forgotten": Profile(0.01, 0.01, 0.01, lambda active: active),
    "silent": Profile(0.0, 0.0, 0.0, lambda active: active),
    "development": Profile(0.01, 0.08, 0.01, lambda active: active),
    "training": Profile(0.80, 0.10, 0.09, lambda active: 1.0),
    "inference": Profile(0.03, 0.80, 0.08, lambda active: active),
    "agents": Profile(0.02, 0.90, 0.05, lambda active: active),
}

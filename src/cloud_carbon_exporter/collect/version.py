"""Version of a resource: how it was described from a moment on, and what it drew since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cloud_carbon_exporter.model.held import NOTHING, Held
from cloud_carbon_exporter.model.quick import quick_dataclass
from cloud_carbon_exporter.model.types import Resource, Signal


@quick_dataclass(frozen=True, slots=True)
class Version:
    """How a resource was described from a moment on.

    waits: whether its power hangs on measurements we read.
    """

    since: float
    resource: Resource
    waits: bool


class Rates(NamedTuple):
    """Watts, embodied grams a second, and hardware of one description under one set of loads.

    loads: None where the watts are those of one piece of time, and not kept.
    """

    version: Version
    loads: Mapping[Signal, float] | None
    watts: float
    embodied_grams_per_second: float
    held: Held = NOTHING


@dataclass(frozen=True, slots=True)
class Counted:
    """A stretch of counted time, and the loads it was counted at."""

    start: float
    end: float
    version: Version
    loads: Mapping[Signal, float]

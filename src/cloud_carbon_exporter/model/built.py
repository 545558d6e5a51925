"""Estimates of what is built alike and stands in one place, under loads that are all read.

Of such machines the loads alone differ, and with them the watts. All else is worked out once: what
was guessed and why, the facts, manufacture. The Footprint is that of `estimate`, to the last bit.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from cloud_carbon_exporter.model.emissions import product
from cloud_carbon_exporter.model.errors import PackedUnits, gathered, layout
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.power import Draw
from cloud_carbon_exporter.model.priced_components import Loads, PricedComponent, priced_components
from cloud_carbon_exporter.model.quantities import JOULES_PER_KILOWATT_HOUR, ratio
from cloud_carbon_exporter.model.types import (
    Basis,
    CarbonIntensity,
    Footprint,
    FootprintErrors,
    Place,
    Resource,
    Signal,
)

_UNIT = 1 / JOULES_PER_KILOWATT_HOUR


class _Drawn(NamedTuple):
    """Watts of a part, and how far they may be below and above, fact by fact."""

    watts: float
    down: Sequence[float]
    up: Sequence[float]


class _Line(NamedTuple):
    """Straight line between two loads that are known: watts of a unit, and their deviations.

    deviations: at `left`, those below the watts first, each with what it changes by.
    """

    left: float
    right: float
    watts: float
    rise: float
    deviations: Sequence[tuple[float, float]]


class _Part(NamedTuple):
    """A component: what it draws at any load, or how that follows from the load of `signal`.

    idle: the watts of a unit that no share is paid for, where the customer's own is one.
    """

    signal: Signal
    full_load: float
    lines: Sequence[_Line]
    idle: float
    amount: float
    always: _Drawn

    def at(self, loads: Loads) -> tuple[float, Sequence[float], Sequence[float]]:
        """What it draws, as `_Drawn`; see `Draw.at` and `Draw.errors_at`."""
        if not self.signal:
            return self.always
        load, amount = ratio(loads[self.signal] / self.full_load), self.amount
        for line in self.lines:  # the last ends at 1, and no load lies beyond
            if load <= line.right:
                break
        left, right, watts, rise, deviations = line
        along = load - left
        far = along / (right - left)
        watts += rise * along / (right - left)
        if self.idle and watts:
            own = watts - self.idle
            less = own / watts
            both = [(at_left + slope * far) * less * amount for at_left, slope in deviations]
            watts = own
        else:
            both = [(at_left + slope * far) * amount for at_left, slope in deviations]
        half = len(both) // 2
        return watts * amount, both[:half], both[half:]


def _lines(curve: Draw) -> Sequence[_Line]:
    """Lines of a curve; a load is a ratio, and none lies beyond the last."""
    lines: list[_Line] = []
    loads, watts, errors = curve.loads, curve.watts, curve.errors
    for rank in range(1, len(loads)):
        near, other = errors[rank - 1], errors[rank]
        beside, there = (*near.down, *near.up), (*other.down, *other.up)
        both = [(before, after - before) for before, after in zip(beside, there, strict=True)]
        rise = watts[rank] - watts[rank - 1]
        lines.append(_Line(loads[rank - 1], loads[rank], watts[rank - 1], rise, both))
    return lines


@dataclass(frozen=True, slots=True)
class Built:
    """What is built alike in one place. like: the Footprint of one such, whatever its load.

    places: which of the facts each deviation belongs to; None where no two parts share one.
    grid_basis: of the operational emissions.
    """

    parts: tuple[_Part, ...]
    facts: tuple[str, ...]
    places: tuple[int, ...] | None
    like: Footprint
    embodied_errors: FootprintErrors
    grid_basis: Basis

    def footprint(self, loads: Loads) -> Footprint:
        """Footprint of one of them under its loads."""
        like, errors = self.like, self.embodied_errors
        drawn = [part.at(loads) for part in self.parts]
        watts = sum([each[0] for each in drawn])
        down: list[float] = []
        up: list[float] = []
        for _, less, more in drawn:
            down += less
            up += more
        if self.places is not None:
            count = len(self.facts)
            down, up = gathered(down, self.places, count), gathered(up, self.places, count)
        below, pue = min(hypot(*down), watts), errors.place.pue_ratio
        power = product(watts, below, hypot(*up), pue, like.basis)
        operational = None
        if errors.intensity is not None:
            grid, value = errors.intensity.grams_per_kilowatt_hour, power.value
            down_to, up_to = value - power.lower, power.upper - value
            operational = product(value, down_to, up_to, grid, self.grid_basis, _UNIT)
        deviations = array("d", down + up).tobytes()
        return Footprint(
            power,
            operational,
            like.embodied_grams_per_second,
            like.basis,
            like.reason,
            like.facts,
            errors._replace(watts=PackedUnits(self.facts, deviations, 1)),
            like.hardware_basis,
            like.weakness,
        )


def built(
    resource: Resource, loads: Loads, place: Place, intensity: CarbonIntensity | None
) -> Built | None:
    """What is built as this resource; None where not its watts alone hang on the loads.

    That is what grows with a signal, boards that tell their watts, and hardware that was guessed.
    One part alone has the errors of one unit, which all like it have in common.
    """
    parts: list[_Part] = []
    for priced in priced_components(resource, loads):
        part = _part(priced, loads)
        if part is None:
            return None
        parts.append(part)
    if len(parts) < 2:
        return None
    priced_now = priced_components(resource, loads)
    facts, places = layout(tuple([each.watts_errors.errors.facts for each in priced_now]))
    like = estimate(resource, loads, place, intensity)
    errors = like.errors
    emitted = like.operational_grams_per_second
    grid_basis = like.basis if emitted is None else emitted.basis
    return None if errors is None else Built(tuple(parts), facts, places, like, errors, grid_basis)


def _part(priced: PricedComponent, loads: Loads) -> _Part | None:
    component = priced.component
    if component.per or (component.kind == "gpu" and "gpu_watts" in loads):
        return None
    curve, errors = priced.draw, priced.watts_errors.errors
    signal = component.load if component.load in loads else ""
    if signal and (priced.is_guessed or curve.loads[-1] != 1):
        return None
    units = priced.watts_errors.units
    always = _Drawn(
        priced.watts,
        [deviation * units for deviation in errors.down],
        [deviation * units for deviation in errors.up],
    )
    idle = (1 - component.share) * curve.watts[0]
    return _Part(signal, component.full_load, _lines(curve), idle, priced.amount, always)

"""Priced components: how much of each is in force, how hard it works, what it draws and cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from math import hypot
from typing import NamedTuple

from cloud_carbon_exporter.model.boards import boards
from cloud_carbon_exporter.model.embodied import Made, made
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.power import Draw, draw
from cloud_carbon_exporter.model.quantities import product_deviation, ratio
from cloud_carbon_exporter.model.types import Basis, Component, Resource, Signal

Loads = Mapping[Signal, float]

CLASS_OF = "stored_gib:"
"""Bytes held by class come as "stored_gib:StandardStorage"."""


class PricedComponent(NamedTuple):
    """One component in force; down and up: how far the 90 % interval reaches beside the value."""

    component: Component
    part: str
    draw: Draw
    made: Made
    amount: float
    load: float
    watts: float
    watts_down: float
    watts_up: float
    grams: float
    grams_down: float
    grams_up: float
    basis: Basis
    unread: tuple[Signal, ...]

    @property
    def reasons(self) -> list[str]:
        """What is weak, in short; empty where all was read and known."""
        unread = [f"no {signal}" for signal in self.unread]
        return [*unread, *filter(None, (self.component.assumed, self.draw.assumed))]


class InForce(NamedTuple):
    """An amount of one part; down and up are 0 but where the signal that tells it was not read."""

    part: str
    amount: float
    down: float
    up: float
    unread: Signal


NOT_READ: Loads = {}
"""Loads of boards that are silent: what the others say of theirs is not of these."""


@cache
def default(signal: Signal) -> Figure:
    """The stated load of a signal that was not read, with the range it may lie in."""
    return figure(f"model.default.{signal}")


@cache
def bounded(usual: Figure, within: tuple[float, float]) -> Figure:
    """The same figure where the API tells what the signal may be at least and at most."""
    least, most = within
    value, low, high = (min(max(at, least), most) for at in (usual.value, usual.low, usual.high))
    return replace(usual, value=value, low=low, high=high)


def priced_components(resource: Resource, loads: Loads) -> list[PricedComponent]:
    """Every component in force, priced. What is held by class yields one for each class."""
    priced = []
    for component in resource.components:
        if component.kind == "gpu" and "gpu_watts" in loads:
            of = boards(component, resource, loads)
            priced.append(_measured_boards(of.told, of.watts))
            if of.silent is not None:
                whole = InForce(component.part, of.silent.amount, 0, 0, "")
                priced.append(_priced(of.silent, whole, NOT_READ))
        elif component.per:
            priced += [_priced(component, held, loads) for held in in_force(component, loads)]
        else:
            whole = InForce(component.part, component.amount, 0, 0, "")
            priced.append(_priced(component, whole, loads))
    return priced


def in_force(component: Component, loads: Loads) -> Iterator[InForce]:
    """Amounts of a component held by a signal that count now: amount x signal, one a class."""
    value = loads.get(component.per)
    if component.per == "stored_gib":
        classes = [signal for signal in loads if signal.startswith(CLASS_OF)]
        for signal in classes:
            part = f"{component.part}/{signal[len(CLASS_OF) :]}"
            yield InForce(part, component.amount * max(0, loads[signal]), 0, 0, "")
        if classes:
            return
    if value is not None:
        yield InForce(component.part, component.amount * max(0, value), 0, 0, "")
        return
    usual, amount = bounded(default(component.per), component.within), component.amount
    down, up = amount * (usual.value - usual.low), amount * (usual.high - usual.value)
    yield InForce(component.part, amount * usual.value, down, up, component.per)


def _priced(component: Component, held: InForce, loads: Loads) -> PricedComponent:
    curve, making = draw(component.kind, held.part), made(component.kind, held.part)
    load, unit, down, up, unread = _drawn(component, curve, loads)
    assumed = component.assumed or curve.assumed
    grams, grams_down, grams_up = making.grams_per_second, making.down, making.up
    share = component.share
    if share != 1:
        grams, grams_down, grams_up = grams * share, grams_down * share, grams_up * share
    if assumed:
        down, up = _widened(unit, down, up)
        grams_down, grams_up = _widened(grams, grams_down, grams_up)
    amount = held.amount
    if held.unread:
        unread = (*unread, held.unread)
        down = product_deviation(amount, held.down, unit, down)
        up = product_deviation(amount, held.up, unit, up)
        grams_down = product_deviation(amount, held.down, grams, grams_down)
        grams_up = product_deviation(amount, held.up, grams, grams_up)
    else:
        down, up = down * amount, up * amount
        grams_down, grams_up = grams_down * amount, grams_up * amount
    basis: Basis = "assumed"
    if not assumed:
        basis = "default" if unread else "measured"
    return PricedComponent(
        component, held.part, curve, making, amount, load,
        unit * amount, min(down, unit * amount), up,
        grams * amount, min(grams_down, grams * amount), grams_up, basis, unread,
    )  # fmt: skip


def _drawn(
    component: Component, curve: Draw, loads: Loads
) -> tuple[float, float, float, float, tuple[Signal, ...]]:
    """Load, watts of a unit, deviation down and up, and the signal that was not read.

    Of a burstable machine the idle draw is held by `share` alone, while what work adds is the
    customer's in full.
    """
    signal = component.load
    if not signal:
        return 0, curve.watts[0], curve.down[0], curve.up[0], ()
    read = loads.get(signal)
    if read is None:
        usual = default(signal)
        load = usual.value
        unit = curve.at(load)
        down, up = curve.deviation(load)
        down, up = hypot(down, unit - curve.at(usual.low)), hypot(up, curve.at(usual.high) - unit)
    else:
        load = ratio(read)
        unit = curve.at(load)
        down, up = curve.deviation(load)
    if component.share != 1 and unit:
        own = unit - (1 - component.share) * curve.watts[0]
        down, up, unit = down * own / unit, up * own / unit, own
    return load, unit, down, up, () if read is not None else (signal,)


def _widened(value: float, down: float, up: float) -> tuple[float, float]:
    """The deviations of hardware that had to be guessed."""
    guess = figure("model.assumed_ratio")
    return (
        product_deviation(value, down, guess.value, guess.value - guess.low),
        product_deviation(value, up, guess.value, guess.high - guess.value),
    )


@cache
def _reported(assumed: str) -> Draw:
    """Draw of boards that say it themselves: only how well they know is a figure of ours."""
    accuracy = figure("model.gpu_watts_ratio")
    down, up = accuracy.value - accuracy.low, accuracy.high - accuracy.value
    source = f"{accuracy.source} ({accuracy.year})"
    return Draw((0,), (accuracy.value,), (down,), (up,), (accuracy.id,), "W", source, assumed)


def _measured_boards(component: Component, watts: float) -> PricedComponent:
    """Accelerators that say themselves what they draw."""
    curve, making = _reported(draw("gpu", component.part).assumed), made("gpu", component.part)
    assumed = component.assumed or curve.assumed
    amount = component.amount
    grams, down, up = making.grams_per_second * amount, making.down * amount, making.up * amount
    if assumed:
        down, up = _widened(grams, down, up)
    watts = max(0.0, watts)
    return PricedComponent(
        component, component.part, curve, making, component.amount, 0,
        watts, watts * curve.down[0], watts * curve.up[0],
        grams, min(down, grams), up, "assumed" if assumed else "measured", (),
    )  # fmt: skip

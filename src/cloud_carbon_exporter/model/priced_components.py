"""Priced components: how much of each is in force, how hard it works, what it draws and cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.model import nodes
from cloud_carbon_exporter.model.boards import boards
from cloud_carbon_exporter.model.embodied import Made, made
from cloud_carbon_exporter.model.errors import (
    Errors,
    Factor,
    Units,
    added,
    product,
    product_of_ratios,
)
from cloud_carbon_exporter.model.facts import figure, figures
from cloud_carbon_exporter.model.figure import Figure
from cloud_carbon_exporter.model.power import Draw, draw
from cloud_carbon_exporter.model.quantities import ratio
from cloud_carbon_exporter.model.types import Basis, Component, Resource, Signal

Loads = Mapping[Signal, float]

CLASS_OF = "stored_gib:"
"""Bytes held by class come as "stored_gib:StandardStorage"."""


class Making(NamedTuple):
    """What the errors of a component's grams follow from.

    units: of what was made, or the share of one where `usual` stands for their number.
    guessed: whether the hardware had to be guessed, and its row is not that guess.
    """

    made: Made
    units: float
    guessed: bool
    usual: Factor | None

    def errors(self) -> Units:
        """Errors of the grams a second."""
        if not (self.guessed or self.usual):
            return Units(self.made.errors, self.units)
        errors, grams = self.made.errors, self.made.grams_per_second
        if self.guessed:
            errors = product(grams, errors, figure("model.assumed_ratio").factor)
        amount = 1.0
        if self.usual:
            errors, amount = product_of_ratios(grams, errors, self.usual), self.usual.value
        return Units(errors.within(grams * amount), self.units)


def grams_errors(makings: tuple[Making, ...]) -> Units:
    """Errors of the grams a second of a resource: one object for all that are made alike."""
    return makings[0].errors() if len(makings) == 1 else _of_all(makings)


@lru_cache(maxsize=16384)
def _of_all(makings: tuple[Making, ...]) -> Units:
    return added([making.errors() for making in makings])


class PricedComponent(NamedTuple):
    """One component in force, with its watts and grams a second and the errors of each.

    usual: the rows that stood in for loads that were not read.
    """

    component: Component
    part: str
    draw: Draw
    made: Made
    amount: float
    load: float
    watts: float
    watts_errors: Units
    grams: float
    making: Making
    basis: Basis
    unread: tuple[Signal, ...]
    usual: tuple[str, ...]

    @property
    def is_guessed(self) -> bool:
        """Whether the hardware had to be guessed."""
        return bool(self.component.assumed or self.draw.assumed)

    @property
    def reasons(self) -> list[str]:
        """What is weak, in short; empty where all was read and known."""
        reasons = self.reasons_of_draw
        if self.made.doubt and not self.is_guessed:
            reasons.append(self.made.doubt)
        return reasons

    @property
    def reasons_of_draw(self) -> list[str]:
        """What is weak about its watts. That the row of a guess is one goes without saying."""
        reasons = [f"no {signal}" for signal in self.unread]
        reasons += filter(None, (self.component.assumed, self.draw.assumed))
        if self.draw.doubt and not self.is_guessed:
            reasons.append(self.draw.doubt)
        return reasons


class InForce(NamedTuple):
    """An amount of one part. usual: what stood in for the signal that tells it, if unread."""

    part: str
    amount: float
    unread: Signal = ""
    usual: Factor | None = None


NOT_READ: Loads = {}
"""Loads of boards that are silent: what the others say of theirs is not of these."""


@cache
def usual_load(kind: str, signal: Signal) -> Figure:
    """The stated load of a signal that was not read, with the range it may lie in.

    What such things usually do is a row of their kind, where kinds differ; else one for all.
    """
    return figures().get(f"prior.{kind}.{signal}") or figure(f"model.default.{signal}")


def priced_components(resource: Resource, loads: Loads) -> list[PricedComponent]:
    """Every component in force, priced. What is held by class yields one for each class."""
    priced = []
    for component in resource.components:
        if component.kind == "gpu" and "gpu_watts" in loads:
            of = boards(component, resource, loads)
            priced.append(_measured_boards(of.told, of.watts))
            if of.silent is not None:
                whole = InForce(component.part, of.silent.amount)
                priced.append(_priced(of.silent, whole, NOT_READ, resource.kind))
        elif component.per:
            amounts = in_force(component, loads, resource.kind)
            priced += [_priced(component, held, loads, resource.kind) for held in amounts]
        elif component.load:
            whole = InForce(component.part, component.amount)
            priced.append(_priced(component, whole, loads, resource.kind))
        else:
            priced.append(_of_size(component, resource.kind))
    return priced


@lru_cache(maxsize=65536)
def _of_size(component: Component, kind: str) -> PricedComponent:
    """A component that hangs on no load: the same for all that are alike, however often read."""
    return _priced(component, InForce(component.part, component.amount), NOT_READ, kind)


def in_force(component: Component, loads: Loads, kind: str) -> Iterator[InForce]:
    """Amounts of a component held by a signal that count now: amount x signal, one a class."""
    value = loads.get(component.per)
    if component.per == "stored_gib":
        classes = [signal for signal in loads if signal.startswith(CLASS_OF)]
        for signal in classes:
            part = f"{component.part}/{signal[len(CLASS_OF) :]}"
            yield InForce(part, component.amount * max(0, loads[signal]))
        if classes:
            return
    if value is not None:
        yield InForce(component.part, component.amount * max(0, value))
        return
    held = _usual_amount(component, usual_load(kind, component.per))
    yield InForce(component.part, held.value, component.per, held)


def _usual_amount(component: Component, usual: Figure) -> Factor:
    """Amount where its signal was not read: what is usual, within what the cloud allows.

    What is kept whatever comes serves the usual; a busy hour adds to it, to the most there may be.
    """
    value = min(max(usual.value, component.least), component.most)
    low = min(max(usual.low, component.least), value)
    high = max(min(component.least + usual.high, component.most), value)
    amount = component.amount
    return Factor(usual.id, amount * value, amount * (value - low), amount * (high - value))


def _priced(component: Component, held: InForce, loads: Loads, kind: str) -> PricedComponent:
    curve, making = draw(component.kind, held.part), made(component.kind, held.part)
    drawn = _drawn(component, curve, loads, kind)
    errors, unread, stood_in = drawn.errors, drawn.unread, drawn.usual
    guessed = bool(component.assumed or curve.assumed)
    # A row of fixed draw is a guess itself, and has the interval of one.
    doubled = guessed and component.kind != "fixed"
    amount = units = held.amount
    if doubled:
        # hardware that had to be guessed may be half or twice of what was guessed
        errors = product(drawn.watts, errors, figure("model.assumed_ratio").factor)
    if held.usual:
        unread, stood_in = (*unread, held.unread), (*stood_in, held.usual.fact)
        errors, units = product_of_ratios(drawn.watts, errors, held.usual), 1
    basis: Basis = "assumed"
    if not (guessed or curve.doubt or making.doubt):
        basis = "default" if unread else "measured"
    watts = drawn.watts * amount
    if guessed or unread:  # what was read and known is within its bounds from the start
        errors = errors.within(watts if held.usual else drawn.watts)
    return PricedComponent(
        component, held.part, curve, making, amount, drawn.load,
        watts, Units(errors, units),
        making.grams_per_second * component.share * amount,
        Making(making, component.share * units, doubled, held.usual),
        basis, unread, stood_in,
    )  # fmt: skip


class _Drawn(NamedTuple):
    """What one unit draws at its load, and the signal that was not read."""

    load: float
    watts: float
    errors: Errors
    unread: tuple[Signal, ...] = ()
    usual: tuple[str, ...] = ()


def _drawn(component: Component, curve: Draw, loads: Loads, kind: str) -> _Drawn:
    """Draw of a unit. A burstable machine holds a `share` of the idle draw, and all its work."""
    signal = component.load
    if not signal:
        return _Drawn(0, curve.watts[0], curve.errors[0])
    read = loads.get(signal)
    if read is None:
        usual = usual_load(kind, signal)
        full = component.full_load
        low, load, high = usual.low / full, usual.value / full, usual.high / full
        watts = curve.at(load)
        less, more = watts - curve.at(low), curve.at(high) - watts
        errors = curve.errors_at(load).also(usual.id, less, more)
    else:
        load = ratio(read / component.full_load)
        watts, errors = curve.at(load), curve.errors_at(load)
    if component.share != 1 and watts:
        own = watts - (1 - component.share) * curve.watts[0]
        watts, errors = own, errors.times(own / watts)
    if read is None:
        return _Drawn(load, watts, errors, (signal,), (usual.id,))
    return _Drawn(load, watts, errors)


@lru_cache(maxsize=4096)
def _reported(part: str) -> Draw:
    """Draw of boards that say it themselves: how well they know, and their node, are figures."""
    accuracy, board = figure("model.gpu_watts_ratio"), nodes.board(part)
    rows = (accuracy.id, *board.facts)
    source = f"{accuracy.source} ({accuracy.year})"
    assumed = draw("gpu", part).assumed
    return Draw(
        (0,), (accuracy.value,), (accuracy.errors,), rows, "W/board", source, assumed,
        board.node_doubt,
    )  # fmt: skip


def _measured_boards(component: Component, watts: float) -> PricedComponent:
    """Accelerators that say themselves what they draw, and what their node draws for them."""
    curve, making = _reported(component.part), made("gpu", component.part)
    guessed = bool(component.assumed or curve.assumed)
    amount, (accuracy, *_) = component.amount, curve.errors
    each, board = watts / amount if amount else 0.0, nodes.board(component.part)
    node = nodes.overhead(board, each)
    errors = accuracy.times(each * (1 + node.slope)).also(board.node, node.down, node.up)
    return PricedComponent(
        component, component.part, curve, making, amount, 0,
        watts + amount * node.value, Units(errors, amount),
        making.grams_per_second * amount,
        Making(making, amount, guessed, None),
        "assumed" if guessed or curve.doubt or making.doubt else "measured", (), (),
    )  # fmt: skip

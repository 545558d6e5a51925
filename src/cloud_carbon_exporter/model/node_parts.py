"""Parts of a node that are split apart: processors, memory, boards, disks; and what a share is.

A share of a part has its value and its errors, fact by fact, so that a workload that holds memory
is as unsure as memory is, and what many workloads share errs alike in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.emissions import weakest
from cloud_carbon_exporter.model.errors import Errors, Units
from cloud_carbon_exporter.model.node_split import Shares
from cloud_carbon_exporter.model.power import draw
from cloud_carbon_exporter.model.priced_components import (
    Loads,
    PricedComponent,
    grams_errors,
    priced_components,
)
from cloud_carbon_exporter.model.sums import (
    FootprintSum,
    Terms,
    footprint_sum,
    in_one_place,
    together,
)
from cloud_carbon_exporter.model.types import (
    Basis,
    CarbonIntensity,
    Component,
    Footprint,
    FootprintErrors,
    Place,
    Resource,
)

_CORES, _MEMORY, _BOARDS, _DISKS = "cores", "memory", "boards", "disks"
_PART_OF = {"memory": _MEMORY, "gpu": _BOARDS, "ssd": _DISKS, "hdd": _DISKS}
"""Part that a kind of component is split with; all else goes with the processors."""
_AT_REST = {_CORES: 0, _MEMORY: 2, _BOARDS: 3, _DISKS: 5}
_AT_WORK = {_CORES: 1, _MEMORY: 2, _BOARDS: 4, _DISKS: 5}
"""Which of the Shares hold for a part."""


@dataclass(slots=True)
class _Part:
    """Watts and grams a second of one part. at_rest: of its watts, those it draws idle, too."""

    name: str
    watts: float = 0
    at_rest: float = 0
    grams: float = 0
    of_watts: list[Units] = field(default_factory=list)
    of_grams: list[Units] = field(default_factory=list)
    rank_at_rest: int = field(init=False)
    rank_at_work: int = field(init=False)

    def __post_init__(self) -> None:
        self.rank_at_rest, self.rank_at_work = _AT_REST[self.name], _AT_WORK[self.name]

    def add(self, priced: PricedComponent) -> None:
        self.watts += priced.watts
        self.at_rest += min(priced.watts, _watts_at_rest(priced))
        self.grams += priced.grams
        self.of_watts.append(priced.watts_errors)
        self.of_grams.append(grams_errors((priced.making,)))

    def ratio(self, at_rest: float, at_work: float) -> float:
        """Ratio of its watts that these shares of what it draws at rest, and beyond, come to."""
        if not self.watts:
            return at_rest
        return (self.at_rest * at_rest + (self.watts - self.at_rest) * at_work) / self.watts


class Portion(msgspec.Struct, frozen=True, gc=False):
    """Portion of a machine that is one workload's; nothing in it is looked at as garbage.

    watts_by_part, grams_by_part: ratios of the watts and of the grams of each of its parts. watts,
    grams: of all of it.
    """

    watts_by_part: tuple[float, ...]
    grams_by_part: tuple[float, ...]
    watts: float
    grams: float


@dataclass(frozen=True, slots=True)
class NodeParts:
    """A machine's hardware by part, and where it stands.

    where: the same of all that stands in one place.
    """

    parts: tuple[_Part, ...]
    place: Place
    intensity: CarbonIntensity | None
    basis: Basis
    watts: float
    grams: float
    where: tuple[int, int]

    def portions(self, shares: Mapping[Workload, Shares]) -> dict[Workload, Portion]:
        """What these shares come to; part by part, as a large node has a hundred workloads."""
        if not self.parts:
            return {}
        rows = shares.values()
        watts, grams = [0.0] * len(rows), [0.0] * len(rows)
        of_watts, of_grams = list[Sequence[float]](), list[Sequence[float]]()
        for part in self.parts:
            held = [row[part.rank_at_rest] for row in rows]
            ratios = held
            if part.rank_at_work != part.rank_at_rest:
                at_work = [row[part.rank_at_work] for row in rows]
                ratios = list(map(part.ratio, held, at_work))
            of_watts.append(ratios)
            of_grams.append(held)
            watts = [whole + ratio * part.watts for whole, ratio in zip(watts, ratios, strict=True)]
            grams = [whole + ratio * part.grams for whole, ratio in zip(grams, held, strict=True)]
        if self.watts:
            watts = [each / self.watts for each in watts]
        if self.grams:
            grams = [each / self.grams for each in grams]
        by_part = zip(*of_watts, strict=True), zip(*of_grams, strict=True)
        return dict(zip(shares, map(Portion, *by_part, watts, grams), strict=True))


def node_parts(resource: Resource, loads: Loads, footprint: Footprint) -> NodeParts | None:
    """Parts of a machine as its Footprint was made from them; None where it tells no errors."""
    errors: FootprintErrors | None = footprint.errors
    if errors is None:
        return None
    by_name: dict[str, _Part] = {}
    for priced in priced_components(resource, loads):
        name = _PART_OF.get(priced.component.kind, _CORES)
        by_name.setdefault(name, _Part(name)).add(priced)
    parts = tuple(by_name.values())
    watts = sum([part.watts for part in parts])
    grams = sum([part.grams for part in parts])
    where = id(errors.place), id(errors.intensity)  # one object for all that stands in one place
    return NodeParts(parts, errors.place, errors.intensity, footprint.basis, watts, grams, where)


def _watts_at_rest(priced: PricedComponent) -> float:
    """What the component draws while it does nothing."""
    component: Component = priced.component
    if component.kind == "gpu":
        return draw("gpu", priced.part).watts[0] * priced.amount
    # A burstable machine holds its share of the idle draw, and all of its work.
    return priced.draw.watts[0] * priced.amount * component.share


@dataclass(slots=True)
class _Term:
    """Units of hardware that err alike, and the sum of their squares: see Terms."""

    errors: Errors
    units: float
    squares: float


_Terms = dict[int, _Term]
"""Terms by the id of their errors: machines of one type have one object for those of a part."""


class _InPlace:
    """Terms of a sum over machines with one PUE and grid."""

    __slots__ = ("bases", "grams", "node", "nodes", "of_grams", "of_watts", "watts")

    def __init__(self, node: NodeParts) -> None:
        self.node = node
        self.nodes = 0
        self.watts = self.grams = 0.0
        self.of_watts: _Terms = {}
        self.of_grams: _Terms = {}
        self.bases: set[Basis] = set()

    def footprint(self) -> FootprintSum:
        return in_one_place(
            self.nodes,
            _terms(self.watts, self.of_watts),
            _terms(self.grams, self.of_grams),
            self.node.place,
            self.node.intensity,
            weakest(*self.bases),
        )


def _terms(value: float, terms: _Terms) -> Terms:
    every = terms.values()
    return Terms(
        value,
        [term.errors for term in every],
        [term.units for term in every],
        [term.squares for term in every],
    )


def _add(terms: _Terms, errors: Errors, units: float) -> None:
    term = terms.get(id(errors))
    if term is None:
        terms[id(errors)] = _Term(errors, units, units * units)
    else:
        term.units += units
        term.squares += units * units


class PartSum:
    """Sum of portions of machines: what one workload has on all of its nodes."""

    __slots__ = ("_places", "_whole")

    def __init__(self) -> None:
        self._places: dict[tuple[int, int], _InPlace] = {}
        self._whole: list[Footprint] = []

    def add(self, node: NodeParts, portion: Portion) -> None:
        """Add a portion of one machine."""
        terms = self._places.get(node.where)
        if terms is None:
            terms = self._places[node.where] = _InPlace(node)
        terms.nodes += 1
        terms.bases.add(node.basis)
        ratios = zip(node.parts, portion.watts_by_part, portion.grams_by_part, strict=True)
        for part, watts, grams in ratios:
            if watts:
                terms.watts += watts * part.watts
                for errors, whole in part.of_watts:
                    _add(terms.of_watts, errors, whole * watts)
            if grams:
                terms.grams += grams * part.grams
                for errors, whole in part.of_grams:
                    _add(terms.of_grams, errors, whole * grams)

    def add_whole(self, footprint: Footprint) -> None:
        """Add all of a resource, such as the disk of a claim."""
        self._whole.append(footprint)

    def footprint(self) -> FootprintSum:
        """The sum; its `resources` are the machines and disks it is a part of."""
        sums = [terms.footprint() for terms in self._places.values()]
        if self._whole:
            sums.append(footprint_sum(self._whole))
        return sums[0] if len(sums) == 1 else together(sums)

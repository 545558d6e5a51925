"""Parts of a node that are split apart: processors, memory, boards, disks; and what a share is.

A share of a part has its value and its errors, fact by fact, so that a workload that holds memory
is as unsure as memory is, and what many workloads share errs alike in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cloud_carbon_exporter.model.emissions import weakest
from cloud_carbon_exporter.model.errors import Units
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

_PART_OF = {"memory": "memory", "gpu": "boards", "ssd": "disks", "hdd": "disks"}
"""Part that a kind of component is split with; all else goes with the processors."""

PARTS = ("cores", "memory", "boards", "disks")


@dataclass(slots=True)
class _Part:
    """Watts and grams a second of one part. at_rest: of its watts, those it draws idle, too."""

    watts: float = 0
    at_rest: float = 0
    grams: float = 0
    watts_errors: list[Units] = field(default_factory=list)
    grams_errors: list[Units] = field(default_factory=list)

    def add(self, priced: PricedComponent) -> None:
        self.watts += priced.watts
        self.at_rest += min(priced.watts, _watts_at_rest(priced))
        self.grams += priced.grams
        self.watts_errors.append(priced.watts_errors)
        self.grams_errors.append(grams_errors((priced.making,)))


class Ratios(NamedTuple):
    """Ratios of one part that are a workload's: of its watts, and of its grams of manufacture."""

    watts: float
    grams: float


@dataclass(frozen=True, slots=True)
class NodeParts:
    """A machine's hardware by part, and where it stands."""

    parts: Mapping[str, _Part]
    place: Place
    intensity: CarbonIntensity | None
    basis: Basis
    watts: float
    grams: float

    def ratios(self, shares: Shares) -> dict[str, Ratios]:
        """What these shares come to of each part that there is."""
        ratios: dict[str, Ratios] = {}
        for name, part in self.parts.items():
            if name == "cores":
                rest, work = shares.cores_at_rest, shares.cores_at_work
            elif name == "boards":
                rest, work = shares.boards_at_rest, shares.boards_at_work
            else:
                rest = work = shares.memory if name == "memory" else shares.disks
            watts = part.at_rest * rest + (part.watts - part.at_rest) * work
            ratios[name] = Ratios(watts / part.watts if part.watts else rest, rest)
        return ratios

    def of_all(self, ratios: Mapping[str, Ratios]) -> Ratios:
        """Ratios of the whole machine's watts and grams."""
        watts = grams = 0.0
        for name, ratio in ratios.items():
            part = self.parts[name]
            watts += ratio.watts * part.watts
            grams += ratio.grams * part.grams
        return Ratios(
            watts / self.watts if self.watts else 0.0, grams / self.grams if self.grams else 0.0
        )


def node_parts(resource: Resource, loads: Loads, footprint: Footprint) -> NodeParts | None:
    """Parts of a machine as its Footprint was made from them; None where it tells no errors."""
    errors: FootprintErrors | None = footprint.errors
    if errors is None:
        return None
    parts: dict[str, _Part] = {}
    for priced in priced_components(resource, loads):
        name = _PART_OF.get(priced.component.kind, "cores")
        parts.setdefault(name, _Part()).add(priced)
    watts = sum([part.watts for part in parts.values()])
    grams = sum([part.grams for part in parts.values()])
    return NodeParts(parts, errors.place, errors.intensity, footprint.basis, watts, grams)


def _watts_at_rest(priced: PricedComponent) -> float:
    """What the component draws while it does nothing."""
    component: Component = priced.component
    if component.kind == "gpu":
        return draw("gpu", priced.part).watts[0] * priced.amount
    # A burstable machine holds its share of the idle draw, and all of its work.
    return priced.draw.watts[0] * priced.amount * component.share


class _InPlace:
    """Terms of a sum over machines with one PUE and grid."""

    def __init__(self) -> None:
        self.nodes = 0
        self.watts = self.grams = 0.0
        self.of_watts: list[Units] = []
        self.of_grams: list[Units] = []
        self.bases: set[Basis] = set()


class PartSum:
    """Sum of shares of machines: what one workload has on all of its nodes."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, int], tuple[NodeParts, _InPlace]] = {}
        self._whole: list[Footprint] = []

    def add(self, node: NodeParts, ratios: Mapping[str, Ratios]) -> None:
        """Add a share of one machine."""
        key = id(node.place), id(node.intensity)  # one object for all that stands in one place
        known = self._places.get(key)
        if known is None:
            known = self._places[key] = (node, _InPlace())
        terms = known[1]
        terms.nodes += 1
        terms.bases.add(node.basis)
        for name, (watts, grams) in ratios.items():
            part = node.parts[name]
            if watts:
                terms.watts += watts * part.watts
                terms.of_watts += _scaled(part.watts_errors, watts)
            if grams:
                terms.grams += grams * part.grams
                terms.of_grams += _scaled(part.grams_errors, grams)

    def add_whole(self, footprint: Footprint) -> None:
        """Add all of a resource, such as the disk of a claim."""
        self._whole.append(footprint)

    def footprint(self) -> FootprintSum:
        """The sum; its `resources` are the machines and disks it is a part of."""
        sums: list[FootprintSum] = []
        for node, terms in self._places.values():
            drawn = Terms(terms.watts, terms.of_watts)
            made = Terms(terms.grams, terms.of_grams)
            basis = weakest(*terms.bases)
            sums.append(in_one_place(terms.nodes, drawn, made, node.place, node.intensity, basis))
        if self._whole:
            sums.append(footprint_sum(self._whole))
        return sums[0] if len(sums) == 1 else together(sums)


def _scaled(errors: Iterable[Units], ratio: float) -> list[Units]:
    return [Units(each.errors, each.units * ratio) for each in errors]

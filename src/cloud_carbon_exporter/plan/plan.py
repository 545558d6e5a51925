"""Plan estimated: every resource before and after, the sums of both, and how far they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cloud_carbon_exporter import estimate
from cloud_carbon_exporter.estimate import Result
from cloud_carbon_exporter.model.differences import Difference, difference
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.model.sums import FootprintSum, Sum, footprint_sum
from cloud_carbon_exporter.plan.document import Change, Document
from cloud_carbon_exporter.plan.parts import NotKnownYet, NotTold, parts_of, rows_of
from cloud_carbon_exporter.plan.referring import Surroundings, source_of, surroundings
from cloud_carbon_exporter.plan.regions import CLOUDS, place_of
from cloud_carbon_exporter.plan.source import Source

Pick = Callable[[FootprintSum], Sum]
"""One of the sums of a FootprintSum."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a plan beside it. region: of what does not tell its own."""

    region: str = ""
    loads: Mapping[str, float] = field(default_factory=dict)
    grid_method: Method = "location"


@dataclass(frozen=True, slots=True)
class Planned:
    """Resource of a plan, estimated. before, after: None where there is none then."""

    address: str
    type: str
    action: str
    before: Result | None
    after: Result | None


@dataclass(frozen=True, slots=True)
class NotEstimated:
    """Resource of a plan that is not estimated, and why.

    unknown: it stands after the plan, and draws what would be estimated were it known.
    """

    address: str
    type: str
    reason: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Plan estimated. partial: why it is not all of the change; empty where it is."""

    resources: tuple[Planned, ...]
    not_estimated: tuple[NotEstimated, ...]
    partial: str = ""

    @property
    def before(self) -> FootprintSum:
        """Sum of what stands before."""
        return footprint_sum(of.before.footprint for of in self.resources if of.before)

    @property
    def after(self) -> FootprintSum:
        """Sum of what stands after."""
        return footprint_sum(of.after.footprint for of in self.resources if of.after)

    @property
    def unknown_after(self) -> tuple[str, ...]:
        """Addresses of what stands after, and whose emissions are not known."""
        nowhere = [of for of in self.resources if of.after and of.after.operational_grams is None]
        untold = [of.address for of in self.not_estimated if of.unknown]
        return (*(of.address for of in nowhere), *untold)

    @property
    def without_region(self) -> tuple[str, ...]:
        """Addresses of what has no region, so no emissions of its power."""
        return tuple(
            of.address
            for of in self.resources
            for result in (of.after or of.before,)
            if result and result.operational_grams is None
        )

    def difference(self, pick: Pick) -> Difference:
        """What stands after without what stands before, each resource against itself."""
        return difference_of(self.resources, pick)


def difference_of(resources: Iterable[Planned], pick: Pick) -> Difference:
    """The same of some resources of a plan."""
    before: dict[str, Sum] = {}
    after: dict[str, Sum] = {}
    for of in resources:
        if of.before:
            before[of.address] = pick(footprint_sum([of.before.footprint]))
        if of.after:
            after[of.address] = pick(footprint_sum([of.after.footprint]))
    return difference(before, after)


def estimated(document: Document, asked: Asked) -> Plan:
    """Plan with every resource that the tables know estimated, and the others listed."""
    planned: list[Planned] = []
    left: list[NotEstimated] = []
    around = surroundings(document)
    for change in document.changes:
        if change.before is None and change.after is None:
            continue
        try:
            planned.append(_planned(around, change, asked))
        except NotTold as error:
            unknown = isinstance(error, NotKnownYet) and change.after is not None
            left.append(NotEstimated(change.address, change.type, str(error), unknown))
    return Plan(tuple(planned), tuple(left), document.partial)


def _planned(around: Surroundings, change: Change, asked: Asked) -> Planned:
    if change.type.partition("_")[0] not in CLOUDS:
        raise NotTold("is of a provider that is not known")
    if not rows_of(change.type):
        raise NotTold("is of a type without figures; many such draw nothing")
    document, before, after = around.document, change.before, change.after
    old = "" if before is None else place_of(document, change, before, asked.region)
    new = "" if after is None else place_of(document, change, after, asked.region)
    stood, stands = source_of(around, change, "before"), source_of(around, change, "after")
    return Planned(
        change.address,
        change.type,
        change.action,
        _result(change, stood, old or new, asked) if stood else None,
        _result(change, stands, new or old, asked) if stands else None,
    )


def _result(change: Change, source: Source, place: str, asked: Asked) -> Result:
    return estimate.components(
        parts_of(change.type, source),
        CLOUDS[change.type.partition("_")[0]],
        place,
        asked.loads,
        grid_method=asked.grid_method,
        kind=rows_of(change.type)[0]["kind"],
    )

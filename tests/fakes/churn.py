"""A cloud of machines that come and go by the clock, and the truth of what they drew.

Nobody sets it anew at each refresh: what is listed and what is measured follow from the time.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Component, Location, Point
from cloud_carbon_exporter.providers.description import Description, States, states
from cloud_carbon_exporter.providers.spec import (
    Extras,
    Listing,
    Metric,
    Provider,
    Raw,
    Read,
    Reading,
    Scope,
    ServiceSpec,
)

PERIOD = 60.0
TOLD_SECONDS = 3600.0  # so long EC2 and ECS list what has ended
AT = Location("aws", "111111111111", "eu-west-1")
CORES = (Component("vcpu", "Skylake", 4, load="cpu_ratio"),)
CPU = Metric(into="cpu_ratio", name="CPU", dimensions={"id": "id"}, period_seconds=PERIOD)
TABLE: States = states(running="running", gone="terminated")
LISTING = Listing(api="vm", operation="ListThings", scope="region", kind_of=lambda raw: "vm/other")


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine, alive over [started, ended), at one load."""

    id: str
    started: float
    ended: float
    load: float = 0.8

    @property
    def seconds(self) -> float:
        """What a bill would count."""
        return self.ended - self.started


def describe(raw: Raw, scope: Scope) -> Description:
    """A machine, with its start and end where the cloud tells them."""
    return Description(
        id=raw["id"],
        name=raw["id"],
        location=scope.location(),
        state=raw["state"],
        running=CORES,
        monitor={"id": raw["id"]},
        started=raw.get("started"),
        ended=raw.get("ended"),
    )


SPEC = ServiceSpec(
    kind="vm/machine",
    listing=LISTING,
    describe=describe,
    accepts=lambda raw: "state" in raw,
    states=TABLE,
    metrics=(CPU,),
    reason="a test",
)


@dataclass
class Churn:
    """All machines that ever were or will be.

    tells_starts, tells_ends: whether the cloud does. failing: operations that fail now.
    inhabited: whether the listing holds something else as well, so that it never was empty.
    """

    clock: Callable[[], float]
    machines: Sequence[Machine]
    tells_starts: bool = True
    tells_ends: bool = True
    settle: float = 600
    failing: set[str] = field(default_factory=set)
    inhabited: bool = True
    read: list[Read] = field(default_factory=list)

    def provider(self) -> Provider:
        """The Provider to hand to a Target."""
        return Provider(
            name="aws",
            label="aws",
            services=(SPEC,),
            client=lambda settings, meter: ChurnClient(self),
            settle_seconds=self.settle,
            reads_cost=False,
        )

    def listed(self) -> Iterable[Raw]:
        """What the cloud lists now: what runs, and what ended within the hour."""
        now = self.clock()
        if self.inhabited:
            yield {"id": "another thing"}
        for machine in self.machines:
            raw: dict[str, object] = {"id": machine.id, "state": "running"}
            if self.tells_starts:
                raw["started"] = machine.started
            if machine.started <= now < machine.ended:
                yield raw
            elif self.tells_ends and 0 <= now - machine.ended < TOLD_SECONDS:
                yield {**raw, "state": "terminated", "ended": machine.ended}

    def points(self, machine: Machine, start: float, until: float) -> tuple[Point, ...]:
        """Its points that are complete by `until`; of the dead as of the living."""
        points: list[Point] = []
        at = math.floor(max(start, machine.started) / PERIOD) * PERIOD
        while at < machine.ended and at + PERIOD <= until:
            points.append(Point(at, at + PERIOD, machine.load))
            at += PERIOD
        return tuple(points)


@dataclass
class ChurnClient:
    """The Client of a Churn."""

    churn: Churn

    async def connect(self) -> Sequence[str]:
        return [AT.account_id]

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        return [Scope(AT.provider, AT.account_id, AT.region)]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        self._pass("list")
        yield list(self.churn.listed())

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        self.churn.read += reads
        self._pass("read")
        known = {machine.id: machine for machine in self.churn.machines}
        points: dict[tuple[str, str], tuple[Point, ...]] = {}
        for read in reads:
            series = self.churn.points(known[read.resource.id], read.start, until)
            if series:
                points[read.resource.id, "cpu_ratio"] = series
        return Reading(points)

    async def extras(self, now: float) -> Extras:
        return Extras()

    async def close(self) -> None:
        """Nothing is open."""

    def _pass(self, operation: str) -> None:
        if operation in self.churn.failing:
            raise CollectError(f"{operation} fails", operation=operation)


def true_joules(machines: Iterable[Machine], since: float, until: float) -> float:
    """What the machines drew within [since, until)."""
    place = facts.place(AT.provider, AT.region)
    around = Surroundings(place, ())
    joules = 0.0
    for machine in machines:
        seconds = min(machine.ended, until) - max(machine.started, since)
        if seconds > 0:
            resource = SPEC.resource(
                {"id": machine.id, "state": "running"}, Scope(AT.provider, AT.account_id, AT.region)
            )
            assert resource is not None
            joules += seconds * power_watts(resource, {"cpu_ratio": machine.load}, around.place)
    return joules

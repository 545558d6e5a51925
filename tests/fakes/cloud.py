"""Cloud in memory behind the provider seam: what is there, how busy, and what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from cloud_carbon_exporter.errors import CollectError, Incomplete
from cloud_carbon_exporter.model.types import Component, Point, Resource
from cloud_carbon_exporter.providers.refusals import Refusals
from cloud_carbon_exporter.providers.spec import (
    Extras,
    Inventory,
    Listing,
    Meter,
    Metric,
    Provider,
    Raw,
    Read,
    Reading,
    Scope,
    ServiceSpec,
)
from tests.fakes.describing import described

CPU = Metric(into="cpu_ratio", name="CPU", dimensions={"id": "id"}, period_seconds=60)
STORED = Metric(
    into="stored_gib",
    name="Stored",
    dimensions={"id": "id"},
    class_dimension="class",
    period_seconds=86400,
    valid_seconds=3 * 86400,
)


def machine(raw: Raw, scope: Scope) -> Resource | None:
    """A VM of `threads` threads; "stopped" ones hold nothing; "gone" ones are none."""
    if raw["state"] == "gone":
        return None
    threads = float(raw.get("threads", 4))
    held = (
        (Component("vcpu", "Skylake", threads, load="cpu_ratio"),)
        if raw["state"] == "running"
        else ()
    )
    return Resource(
        raw["id"],
        "vm/machine",
        raw["id"],
        scope.location(),
        held,
        tags=raw.get("tags", {}),
        monitor={"id": raw["id"]},
    )


def volume(raw: Raw, scope: Scope) -> Resource:
    """A disk: nothing to measure."""
    return Resource(
        raw["id"],
        "vm/volume",
        raw["id"],
        scope.location(zone=raw.get("zone", "")),
        (Component("block", "aws/gp3", raw["gib"]),),
    )


def bucket(raw: Raw, scope: Scope) -> Resource:
    """A bucket: what it holds is measured once a day."""
    held = (Component("object", "aws/s3", 1, per="stored_gib"),)
    return Resource(
        raw["id"], "vm/bucket", raw["id"], scope.location(), held, monitor={"id": raw["id"]}
    )


LISTING = Listing(
    api="vm", operation="ListThings", scope="region", kind_of=lambda raw: f"vm/{raw['type']}"
)
DESCRIBE: dict[str, Callable[[Raw, Scope], Resource | None]] = {
    "machine": machine,
    "volume": volume,
    "bucket": bucket,
}
METRICS: dict[str, tuple[Metric, ...]] = {"machine": (CPU,), "bucket": (STORED,)}


def _accepts(name: str) -> Callable[[Raw], bool]:
    return lambda raw: raw["type"] == name


SERVICES = tuple(
    ServiceSpec(
        kind=f"vm/{name}",
        listing=LISTING,
        describe=described(describe),
        accepts=_accepts(name),
        metrics=METRICS.get(name, ()),
        reason="a test",
    )
    for name, describe in DESCRIBE.items()
)


@dataclass
class Cloud:
    """Estate by region, series by (id, signal), failures by operation; and what was asked of it."""

    estate: dict[str, list[Raw]] = field(default_factory=lambda: {"eu-west-1": []})
    series: dict[tuple[str, str], list[Point]] = field(default_factory=dict)
    fail: dict[str, CollectError] = field(
        default_factory=dict
    )  # connect, scopes, series, or a region
    hang: set[str] = field(default_factory=set)  # the same
    spoiled: dict[tuple[str, str], int] = field(
        default_factory=dict
    )  # (kind, reason) -> series of each reading
    unread: dict[str, CollectError] = field(
        default_factory=dict
    )  # resource -> why its own series are not read
    lacking: dict[str, CollectError] = field(
        default_factory=dict
    )  # kind -> why listings end without it
    unpublished: dict[str, str] = field(default_factory=dict)  # kind -> the query of no series
    reads: list[list[Read]] = field(default_factory=list)
    sweeps: list[str] = field(default_factory=list)
    closed: bool = False
    settle: float = 0
    costs: bool = False
    inventories: tuple[Inventory, ...] = ()
    refusals: Refusals = field(
        default_factory=lambda: Refusals("aws", {"vm:History": "when things ended"})
    )

    def provider(self) -> Provider:
        """The Provider to hand to a Target."""
        return Provider(
            name="aws",
            label="aws",
            services=SERVICES,
            client=lambda settings, meter: FakeClient(self, meter),
            settle_seconds=self.settle,
            reads_cost=self.costs,
        )


@dataclass
class FakeClient:
    """The Client of a Cloud."""

    cloud: Cloud
    meter: Meter

    @property
    def refusals(self) -> Refusals:
        """What is optional and not allowed."""
        return self.cloud.refusals

    async def _pass(self, operation: str) -> None:
        if operation in self.cloud.hang:
            await asyncio.Event().wait()
        if operation in self.cloud.fail:
            raise self.cloud.fail[operation]

    async def connect(self) -> Sequence[str]:
        await self._pass("connect")
        return ["111111111111"]

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        await self._pass("scopes")
        return [Scope("aws", "111111111111", region) for region in self.cloud.estate]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        self.cloud.sweeps.append(scope.region)
        await self._pass(scope.region)
        self.meter.call(account_id=scope.account_id, api="vm", operation=listing.operation)
        yield [
            raw
            for raw in self.cloud.estate[scope.region]
            if f"vm/{raw.get('type')}" not in self.cloud.lacking
        ]
        if self.cloud.lacking:
            raise Incomplete(self.cloud.lacking)

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        self.cloud.reads.append(list(reads))
        await self._pass("series")
        points: dict[tuple[str, str], tuple[Point, ...]] = {}
        for read in reads:
            for (resource_id, signal), known in self.cloud.series.items():
                if resource_id == read.resource.id and signal.partition(":")[0] == read.metric.into:
                    within = tuple(
                        point for point in known if point.end > read.start and point.end <= until
                    )
                    if within:
                        points[resource_id, signal] = within
        failures = {
            read.resource.kind: why
            for read in reads
            if (why := self.cloud.unread.get(read.resource.id))
        }
        points = {key: series for key, series in points.items() if key[0] not in self.cloud.unread}
        answers = {
            (read.resource.id, read.metric.name)
            for read in reads
            if read.resource.id not in self.cloud.unread
        }
        return Reading(
            points, failures, self.cloud.spoiled, frozenset(answers), self.cloud.unpublished
        )

    async def extras(self, now: float) -> Extras:
        await self._pass("extras")
        return Extras(
            gauges={"cloud_carbon_demo_connected_users": 7}, inventories=self.cloud.inventories
        )

    async def close(self) -> None:
        self.cloud.closed = True


class Clock:
    """Time that moves when the test says so."""

    def __init__(self, now: float = 1_800_000_000) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

"""Late data: a datum that bears the time it began and comes when it has ended, as Lambda's does."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.collector import Collector
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.collect.target import Target
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Component, Point
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.settings import TargetSettings
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
from tests.fakes.cloud import Clock

HERE = Scope("aws", "111111111111", "eu-west-1")
LISTING = Listing(api="fn", operation="ListFunctions", scope="region", kind_of=lambda raw: "fn/fn")
DURATION = Metric(
    into="executions", name="Duration", dimensions={"id": "id"}, period_seconds=300, absent=0
)
HELD = (Component("requests", "default", 1, per="executions"),)
LATENCY = 90.0  # from the end of an invocation to its datum


def describe(raw: Raw, scope: Scope) -> Description:
    return Description(
        id="f", name="f", location=scope.location(), running=HELD, monitor={"id": "f"}
    )


@dataclass
class Functions:
    """A function that is invoked each minute; each run takes `seconds`."""

    clock: Clock
    seconds: float
    delay: float
    begins: float

    def provider(self) -> Provider:
        spec = ServiceSpec(
            kind="fn/fn",
            listing=LISTING,
            describe=describe,
            metrics=(replace(DURATION, delay_seconds=self.delay),),
            reason="a test",
        )
        return Provider(
            name="aws",
            label="aws",
            services=(spec,),
            client=lambda settings, meter: FunctionsClient(self),
            settle_seconds=600,
            reads_cost=False,
        )

    def value(self, start: float) -> float:
        """Runs under way at once, of those that began in a period and have been told of."""
        told = 0.0
        at = start
        while at < start + 300:
            if at >= self.begins and at + self.seconds + LATENCY <= self.clock.now:
                told += self.seconds
            at += 60
        return told / 300


@dataclass
class FunctionsClient:
    functions: Functions

    async def connect(self) -> Sequence[str]:
        return [HERE.account_id]

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        return [HERE]

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        yield [{}]

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        [read] = reads
        complete = until - read.metric.delay_seconds
        points: list[Point] = []
        start = math.floor(read.start / 300) * 300.0
        while start + 300 <= complete:
            points.append(Point(start, start + 300, self.functions.value(start)))
            start += 300
        return Reading({("f", "executions"): tuple(points)} if points else {})

    async def extras(self, now: float) -> Extras:
        return Extras()

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 900.0])
@pytest.mark.parametrize("phase", [0.0, 130.0])
@pytest.mark.parametrize("seconds", [60.0, 540.0, 720.0, 900.0])
async def test_a_run_counts_whole_however_long_it_took(
    seconds: float, phase: float, delay: float
) -> None:
    clock = Clock()
    clock.now = clock.now // 300 * 300 + phase
    functions = Functions(clock, seconds, delay, clock.now - 7200)
    since = clock.now
    exporter = Collector(
        [Target("t", functions.provider(), TargetSettings(provider="aws"))],
        CollectSettings(mode="background"),
        Budget(clock),
        lambda snapshot: len(snapshot.rows),
        clock,
    )
    counted, covered_until = [0.0], since
    while clock.now < since + 8 * 3600:
        await exporter.refresh()
        timeline = exporter.counters.timeline("f")
        assert timeline is not None
        counted.append(timeline.totals.energy_joules)
        covered_until, function = timeline.covered_until, timeline.resource
        clock.now += 300
    await exporter.close()
    assert counted == sorted(counted)
    place = facts.place("aws", "eu-west-1")
    watts = power_watts(function, {"executions": seconds / 60}, place)
    seconds_counted = covered_until - since
    # What is counted last may still be corrected.
    assert counted[-1] >= watts * (seconds_counted - 1200) * 0.999
    assert counted[-1] <= watts * seconds_counted * 1.0001

"""Whole lives, on a virtual clock: every joule between start and end, once, and no other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.collector import Collector, CollectSettings
from cloud_carbon_exporter.collect.target import Target
from cloud_carbon_exporter.providers.settings import TargetSettings
from tests.fakes.churn import Churn, Machine, true_joules
from tests.fakes.cloud import Clock

REFRESH = 300.0


def collector(churn: Churn) -> Collector[int]:
    settings = TargetSettings(provider="aws")
    return Collector(
        [Target("t", churn.provider(), settings)],
        CollectSettings(mode="background"),
        Budget(churn.clock),
        lambda snapshot: len(snapshot.rows),
        churn.clock,
    )


def joules(exporter: Collector[int]) -> float:
    counted = 0.0
    for account in exporter.counters.accounts().values():
        counted += account.energy_joules
    return counted


class Run:
    """An exporter on a virtual clock, started anew where the test says so."""

    def __init__(self, churn: Churn, clock: Clock) -> None:
        self.churn, self.clock = churn, clock
        self.exporter = collector(churn)
        self.counted: list[float] = []

    async def until(self, moment: float, restarts: Sequence[int] = ()) -> float:
        """Refresh until then; restarts: numbers of refreshes after which it begins anew."""
        number = 0
        while self.clock.now < moment:
            await self.exporter.refresh()
            self.counted.append(joules(self.exporter))
            number += 1
            self.clock.now += REFRESH
            if number in restarts:
                await self.restart()
        return self.counted[-1]

    async def restart(self) -> None:
        """As a new process that reads the state file."""
        rows = list(self.exporter.counters.dump())
        await self.exporter.close()
        self.exporter = collector(self.churn)
        self.exporter.counters.load(rows)

    async def close(self) -> None:
        await self.exporter.close()


def churn_of(
    machines: Sequence[tuple[float, float]], clock: Clock, *, tells_ends: bool = True
) -> Churn:
    lives: list[Machine] = []
    for number, (start, end) in enumerate(machines):
        lives.append(Machine(f"i-{number}", clock.now + start, clock.now + end))
    return Churn(clock, lives, tells_ends=tells_ends)


LIVES = (30.0, 60.0, 90.0, 240.0, 420.0, 600.0, 900.0, 1800.0, 3600.0, 86400.0)


@pytest.mark.parametrize("restarts", [(), (2, 4, 7)], ids=["one", "restarted"])
@pytest.mark.parametrize("life", LIVES)
async def test_law_a_life_counts_from_start_to_end_at_every_phase(
    life: float, restarts: Sequence[int]
) -> None:
    clock = Clock()
    since = clock.now
    phases = [900.0 + phase for phase in range(0, 300, 17)]
    churn = churn_of([(phase, phase + life) for phase in phases], clock)
    run = Run(churn, clock)
    counted = await run.until(since + life + 7200, restarts)
    await run.close()
    assert counted == pytest.approx(true_joules(churn.machines, since, clock.now), rel=1e-6)
    assert run.counted == sorted(run.counted)


@pytest.mark.parametrize("life", [60.0, 240.0, 420.0, 900.0, 3600.0])
async def test_law_lives_back_to_back_make_one_machine(life: float) -> None:
    clock = Clock()
    since = clock.now
    hours = 6
    number = int(hours * 3600 / life)
    churn = churn_of([(life * n, life * (n + 1)) for n in range(number)], clock)
    run = Run(churn, clock)
    counted = await run.until(since + hours * 3600 + 7200, restarts=(11, 12, 40))
    await run.close()
    true = true_joules(churn.machines, since, clock.now)
    assert counted == pytest.approx(true, rel=1e-6)
    for number, so_far in enumerate(run.counted):
        then = since + number * REFRESH
        assert so_far <= true_joules(churn.machines, since, then) * (1 + 1e-9) + 1e-6


async def test_what_lived_before_the_exporter_is_not_counted() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(-3000, -600), (-600, 100), (-86400, 1800)], clock)
    run = Run(churn, clock)
    counted = await run.until(since + 7200)
    await run.close()
    assert counted == pytest.approx(true_joules(churn.machines, since, clock.now))
    assert counted > 0


async def test_without_ends_a_life_counts_from_its_start_to_its_last_sight() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(0, 100_000), (1000, 2200)], clock, tells_ends=False)
    run = Run(churn, clock)
    await run.until(since + 7200)
    await run.close()
    alone = churn.machines[0]
    timeline = run.exporter.counters.timeline(alone.id)
    assert timeline is not None
    counted = run.counted[-1] - timeline.totals.energy_joules
    assert counted == pytest.approx(true_joules(churn.machines[1:], since, since + 2100))


async def test_what_died_while_the_exporter_was_down_is_counted_to_its_end() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(0, 2000), (1500, 2000), (1500, 9000)], clock)
    run = Run(churn, clock)
    await run.until(since + 1200)
    clock.now += 1500
    await run.restart()
    counted = await run.until(since + 12_000)
    await run.close()
    assert counted == pytest.approx(true_joules(churn.machines, since, clock.now))


async def test_a_listing_that_fails_for_hours_loses_nothing_that_is_still_told() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(500, 700), (500, 20_000), (5400, 6000)], clock)
    run = Run(churn, clock)
    await run.until(since + 300)
    churn.failing.add("list")
    await run.until(since + 4000)
    churn.failing.clear()
    counted = await run.until(since + 24_000)
    await run.close()
    assert counted == pytest.approx(true_joules(churn.machines, since, clock.now))


async def test_a_last_read_that_fails_is_made_again() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(310, 900)], clock)
    churn.machines = [Machine("i-0", since + 310, since + 900, load=1.0)]
    run = Run(churn, clock)
    await run.until(since + 1200)
    churn.failing.add("read")
    await run.until(since + 2400)
    churn.failing.clear()
    counted = await run.until(since + 7200)
    await run.close()
    assert counted == pytest.approx(true_joules(churn.machines, since, clock.now))


async def test_a_last_read_that_never_comes_is_given_up_at_the_default_load() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(310, 900)], clock)
    run = Run(churn, clock)
    churn.failing.add("read")
    counted = await run.until(since + 7200)
    assert counted > 0
    assert not run.exporter.counters.departed()
    churn.failing.clear()
    assert await run.until(since + 10_000) == counted
    await run.close()

"""Whole lives, on a virtual clock: every joule between start and end, once, and no other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.model.facts import figure
from tests.examples import examples
from tests.fakes.churn import Churn, Machine, true_joules
from tests.fakes.churn_run import REFRESH_SECONDS, Run
from tests.fakes.cloud import Clock


def churn_of(
    machines: Sequence[tuple[float, float]], clock: Clock, *, tells_ends: bool = True
) -> Churn:
    lives: list[Machine] = []
    for number, (start, end) in enumerate(machines):
        lives.append(Machine(f"i-{number}", clock.now + start, clock.now + end))
    return Churn(clock, lives, tells_ends=tells_ends)


USUAL = figure("model.default.cpu_ratio").value

LIVES = (30.0, 60.0, 90.0, 240.0, 420.0, 600.0, 900.0, 1800.0, 3600.0, 86400.0)


@pytest.mark.slow
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


@pytest.mark.slow
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
        then = since + number * REFRESH_SECONDS
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


async def test_what_vanished_before_a_restart_counts_to_its_last_sight() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(0, 1000)], clock, tells_ends=False)
    run = Run(churn, clock)
    await run.until(since + 1500)  # gone, and its last points have not come
    assert run.exporter.counters.departed()
    await run.restart()
    await run.restart()  # before anything was listed
    counted = await run.until(since + 7200)
    await run.close()
    assert counted == pytest.approx(true_joules(churn.machines, since, since + 900))


async def test_what_awaits_its_last_read_is_given_up_after_a_restart_too() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(0, 1000)], clock)
    run = Run(churn, clock)
    await run.until(since + 1500)
    churn.failing.add("read")
    clock.now += 7200  # and is not while nobody tries
    await run.restart()
    await run.until(since + 9000)
    assert run.exporter.counters.departed()
    counted = await run.until(since + 15_000)
    assert not run.exporter.counters.departed()
    assert counted > 0
    await run.close()


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
    churn.machines = [Machine("i-0", since + 310, since + 900)]
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


async def test_what_a_resting_listing_did_not_see_is_counted_back_to_its_start() -> None:
    clock = Clock()
    since = clock.now
    churn = churn_of([(400, 90_000)], clock)
    churn.inhabited = False
    run = Run(churn, clock)
    await run.until(since + 300)  # empty: it rests
    clock.now += 7200
    counted = await run.until(since + 12_000)
    await run.close()
    timeline = run.exporter.counters.timeline("i-0")
    assert timeline is not None
    true = true_joules(churn.machines, since, timeline.covered_until)
    assert counted == pytest.approx(true)
    assert min(read.start for read in churn.read) == since + 400


class Step(NamedTuple):
    """What happens after a refresh: time goes by, something fails or not, it begins anew or not."""

    seconds: int
    failing: str
    restart: bool


STEPS = st.lists(
    st.builds(
        Step, st.integers(1, 1500), st.sampled_from(["", "", "", "list", "read"]), st.booleans()
    ),
    min_size=3,
    max_size=20,
)
SPANS = st.lists(
    st.tuples(st.integers(-2000, 15_000), st.integers(30, 9000)), min_size=1, max_size=6
)


@pytest.mark.slow
@settings(max_examples=examples(30), deadline=None)
@given(SPANS, STEPS, st.booleans(), st.booleans())
def test_law_no_second_is_counted_that_did_not_pass_and_none_twice(
    spans: list[tuple[int, int]], steps: list[Step], starts: bool, ends: bool
) -> None:
    counted, truths = asyncio.run(_run(spans, steps, starts, ends))
    assert counted == sorted(counted)
    for so_far, true in zip(counted, truths, strict=True):
        assert so_far <= true * (1 + 1e-9)


@pytest.mark.slow
@settings(max_examples=examples(10), deadline=None)
@given(SPANS, STEPS)
@example(
    [(0, 30)],
    [
        Step(1, "", restart=False),
        Step(1, "", restart=False),
        Step(628, "", restart=False),
        Step(1500, "", restart=True),
        Step(1500, "", restart=True),
    ],
)
def test_law_what_is_told_within_the_hour_is_counted_whole(
    spans: list[tuple[int, int]], steps: list[Step]
) -> None:
    listed = [step for step in steps if step.failing != "list"]
    counted, truths = asyncio.run(_run(spans, listed, True, True))
    assert counted[-1] == pytest.approx(truths[-1], rel=1e-6, abs=1e-3)


async def _run(
    spans: list[tuple[int, int]], steps: list[Step], starts: bool, ends: bool
) -> tuple[list[float], list[float]]:
    clock = Clock()
    since = clock.now
    machines: list[Machine] = []
    for number, (start, life) in enumerate(spans):
        # At the default load, which stands in where nothing was read.
        machines.append(Machine(f"i-{number}", since + start, since + start + life, USUAL))
    churn = Churn(clock, machines, tells_starts=starts, tells_ends=ends)
    run = Run(churn, clock)
    truths: list[float] = []
    steps = [*steps, *[Step(900, "", restart=False)] * 36]  # longer than any of them lives
    for step in steps:
        churn.failing = {step.failing}
        await run.until(clock.now + 1)
        truths.append(true_joules(machines, since, clock.now - REFRESH_SECONDS))
        clock.now += step.seconds - REFRESH_SECONDS
        if step.restart:
            await run.restart()
    await run.close()
    return run.counted, truths

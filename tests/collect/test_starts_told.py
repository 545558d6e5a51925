"""Starts that a cloud tells, and sights that contradict them: under a clock that is ahead, too."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.model.facts import figure
from tests.collect.test_counters import SWEEP, new_counters, see, waits, watts
from tests.collect.test_presence import began, load, settle_all, stopped, tell, with_disk
from tests.fakes.churn import Churn, Machine, true_joules
from tests.fakes.churn_run import REFRESH_SECONDS, Run
from tests.fakes.cloud import Clock

AHEAD = 3600.0
USUAL = figure("model.default.cpu_ratio").value


def test_what_was_seen_stopped_since_the_start_it_tells_counts_from_its_sight() -> None:
    counters = new_counters()
    tell(counters, 1000, [stopped(None)])
    tell(counters, 1300, [stopped(None)])
    tell(counters, 1600, [with_disk(700)])
    tell(counters, 1900, [with_disk(700)])
    load(counters, 1000, 1900)
    running = watts(with_disk(700), cpu_ratio=0.5)
    assert settle_all(counters) == pytest.approx(600 * watts(stopped(None)) + 300 * running)


@pytest.mark.slow
@pytest.mark.parametrize("failures", [0, 4], ids=["listed", "after failures"])
async def test_what_begins_under_a_clock_that_is_ahead_counts_from_the_last_listing(
    failures: int,
) -> None:
    clock = Clock()
    since = clock.now
    churn = Churn(clock, [Machine("i-0", since, since + 90_000)])
    run = Run(churn, clock)
    await run.until(since + 7200)
    clock.now += AHEAD  # a clock that was set and is followed: all marks move
    run.exporter.counters.move(AHEAD)
    for target in run.exporter.runs:
        target.move(AHEAD)
    churn.failing.add("list")
    await run.until(clock.now + failures * REFRESH_SECONDS)
    churn.failing.clear()
    seen = clock.now
    new = Machine("i-new", seen - AHEAD - 60, seen + 90_000, USUAL)
    churn.machines = [*churn.machines, new]
    await run.until(seen + 7200)
    await run.close()
    timeline = run.exporter.counters.timeline("i-new")
    assert timeline is not None
    listed = seen - (failures + 1) * REFRESH_SECONDS
    counted = timeline.totals.energy_joules
    assert counted == pytest.approx(true_joules([new], listed, timeline.covered_until))


def test_a_listing_that_lags_for_minutes_takes_nothing_from_a_start() -> None:
    counters = new_counters()
    for at in (1000, 1300, 1600):
        see(counters, at)
    see(counters, 1900, began(1050))
    timeline = counters.timeline("i-1")
    assert timeline is not None
    assert timeline.covered_until == 1050


def test_a_sweep_in_which_a_kind_failed_is_no_proof_that_nothing_ran() -> None:
    counters = new_counters()
    see(counters, 1000)
    counters.observe(SWEEP, [], 9000, 0, waits, whole=False)
    see(counters, 9300, began(1500))
    timeline = counters.timeline("i-1")
    assert timeline is not None
    assert timeline.covered_until == 1500

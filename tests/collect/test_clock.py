"""The clock of the house: whatever the machine's clock does, no second counts that did not pass."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect.clock import Clock, as_clock, boot_name, elapsed_seconds
from cloud_carbon_exporter.collect.lives import Lives
from cloud_carbon_exporter.collect.moved_marks import move_timeline
from cloud_carbon_exporter.collect.sweep import SweepKey
from cloud_carbon_exporter.collect.timeline import Timeline
from cloud_carbon_exporter.collect.version import Counted, Version
from cloud_carbon_exporter.grid import preferences
from cloud_carbon_exporter.grid.zone_state import next_due, rests
from cloud_carbon_exporter.model.types import Location, Resource
from cloud_carbon_exporter.providers.spec import Read, Reading
from cloud_carbon_exporter.storage.life_rows import SavedLife
from tests.collect.two_clocks import EU, LASTING, PERIOD, STALE_AFTER, START, Machine, World
from tests.examples import examples
from tests.fakes.cloud import FakeClient

pytestmark = pytest.mark.slow

DAY = 86400.0
EVERY = 60.0
LONGEST_WAIT = STALE_AFTER + 120 + PERIOD + EVERY

law = settings(
    max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [-400 * DAY, -2 * DAY, -3600, -90, -20, -2, 2, 20, 90, 3600, 2 * DAY, 40 * DAY]
        ),
        st.integers(1, 25),  # refreshes until the next step
    ),
    max_size=6,
)


async def test_two_days_for_ten_seconds_leave_nothing_behind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """156 kWh in the counters of a 3.2 kW estate, for ever, and not a line told it."""
    caplog.set_level(logging.INFO)
    right, wrong = World(), World()
    for _ in range(60):
        await right.refresh(EVERY)
        await wrong.refresh(EVERY)
    wrong.machine.wrong = 2 * DAY
    for _ in range(2):
        await right.refresh(5)
        await wrong.refresh(5)
    assert wrong.news().apart_seconds == pytest.approx(2 * DAY)
    assert wrong.collector.snapshot.rows == right.collector.snapshot.rows
    wrong.machine.wrong = 0
    for _ in range(3):
        await right.refresh(EVERY)
        await wrong.refresh(EVERY)
    assert wrong.collector.snapshot.rows == right.collector.snapshot.rows
    assert wrong.collector.snapshot.accounts == right.collector.snapshot.accounts
    assert wrong.news().apart_seconds == 0
    assert wrong.news().steps == 1
    assert caplog.text.count("the clock of this machine was set 172800 s ahead") == 1
    assert caplog.text.count("is right again") == 1


@law
@given(steps, st.booleans())
def test_no_step_invents_or_loses_a_second(
    sequence: list[tuple[float, int]], measured: bool
) -> None:
    asyncio.run(_no_step_invents_or_loses_a_second(sequence, measured))


async def _no_step_invents_or_loses_a_second(
    sequence: list[tuple[float, int]], measured: bool
) -> None:
    world = World(measured=measured)
    await world.refresh()
    began, before = world.machine.true, 0.0
    for step, refreshes in [*sequence, (0.0, 45)]:
        world.machine.wrong += step
        for _ in range(refreshes):
            await world.refresh(EVERY)
            passed = world.machine.true - began
            assert world.seconds("vol-1") == pytest.approx(passed), "what needs no measurement"
            counted = world.seconds("i-1")
            assert before <= counted + 1e-6
            assert counted <= passed + 1e-6
            before = counted
    assert world.seconds("i-1") >= passed - LONGEST_WAIT
    await world.collector.close()


@law
@given(steps)
def test_once_the_clock_is_right_again_what_was_measured_is_complete(
    sequence: list[tuple[float, int]],
) -> None:
    """As far as the steps did not last: then nothing was taken over, and nothing is missing."""
    asyncio.run(_what_was_measured_is_complete(sequence))


async def _what_was_measured_is_complete(sequence: list[tuple[float, int]]) -> None:
    right, stepped = World(), World()
    for world in (right, stepped):
        await world.refresh()
    for step, refreshes in sequence:
        stepped.machine.wrong = step
        for _ in range(min(refreshes, 8)):
            await right.refresh(EVERY)
            await stepped.refresh(EVERY)
        stepped.machine.wrong = 0
        await right.refresh(EVERY)
        await stepped.refresh(EVERY)
    assert stepped.collector.snapshot.rows == right.collector.snapshot.rows
    for world in (right, stepped):
        await world.collector.close()


@pytest.mark.parametrize("wrong", [-2 * DAY, -3600.0, 3600.0, 2 * DAY])
async def test_a_step_that_lasts_is_taken_over_and_the_marks_move(
    wrong: float, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    for _ in range(60):
        await world.refresh(EVERY)
    world.machine.wrong = wrong
    await world.refresh(EVERY)
    assert world.collector.snapshot.taken_at == world.machine.true
    for _ in range(int(LASTING / EVERY)):
        await world.refresh(EVERY)
    assert world.collector.snapshot.taken_at == world.machine.true + wrong
    assert world.news().apart_seconds == 0
    assert "is taken over" in caplog.text
    for _ in range(60):
        await world.refresh(EVERY)
    assert world.seconds("vol-1") == pytest.approx(world.machine.true - START - EVERY)
    assert {outcome.error for outcome in world.collector.snapshot.listings} == {""}
    assert {target.up for target in world.collector.snapshot.targets} == {True}
    assert len(world.collector.snapshot.rows) == 2


async def test_a_clock_that_was_wrong_at_the_start_and_is_mended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As after a boot without NTP: what was measured meanwhile is read once the clock is right."""
    right, world = World(), World(wrong=-3 * DAY)
    for _ in range(5):
        await right.refresh(EVERY)
        await world.refresh(EVERY)
    world.machine.wrong = 0
    for _ in range(100):
        await right.refresh(EVERY)
        await world.refresh(EVERY)
    assert world.seconds("i-1") == pytest.approx(right.seconds("i-1"))
    assert world.row("i-1").totals == pytest.approx(right.row("i-1").totals)
    assert world.row("i-1").footprint.basis == "measured"


async def test_before_anything_is_shown_a_step_is_taken_over_at_once() -> None:
    world = World()
    world.machine.wrong = -DAY
    await world.refresh(EVERY)
    assert world.collector.snapshot.taken_at == world.machine.true - DAY


@pytest.mark.parametrize("wrong", [-2 * DAY, 2 * DAY])
async def test_a_restart_while_the_clock_is_wrong(wrong: float) -> None:
    """The hour that a jump of the clock had added was counted a second time after a restart."""
    right, world = World(), World()
    for _ in range(60):
        await right.refresh(EVERY)
        await world.refresh(EVERY)
    world.machine.wrong = wrong
    await right.refresh(EVERY)
    await world.refresh(EVERY)
    await world.restart()
    world.machine.wrong = 0
    for _ in range(60):
        await right.refresh(EVERY)
        await world.refresh(EVERY)
    assert world.seconds("vol-1") == pytest.approx(right.seconds("vol-1"))
    assert world.seconds("i-1") == pytest.approx(right.seconds("i-1"))


async def test_saved_marks_that_lie_ahead_on_another_machine() -> None:
    """Nothing tells how long the file was at rest: no more is counted than what passes from now."""
    world = World(wrong=2 * DAY, measured=False)
    for _ in range(60):
        await world.refresh(EVERY)
    counted = world.seconds("vol-1")
    world.machine.wrong = 0
    await world.restart("another boot", START + 100)
    await world.refresh(300)
    assert world.collector.snapshot.taken_at == world.machine.true, "its clock is taken at once"
    await world.refresh(300)
    assert counted <= world.seconds("vol-1") <= counted + 601
    assert world.seconds("vol-1") >= counted + 300
    for _ in range(60):
        await world.refresh(EVERY)
    assert world.seconds("vol-1") >= counted + 300 + 3600


async def test_an_outage_of_hours_is_filled_after_a_restart() -> None:
    world = World()
    for _ in range(60):
        await world.refresh(EVERY)
    world.machine.true += 2 * 3600
    await world.restart()
    await world.refresh(EVERY)
    assert world.seconds("vol-1") == pytest.approx(world.machine.true - START - EVERY)
    world.machine.true += 2 * 3600
    await world.restart("another boot", world.machine.true - 50)
    await world.refresh(EVERY)
    assert world.seconds("vol-1") == pytest.approx(world.machine.true - START - EVERY)


@pytest.mark.parametrize(
    "rows", [[[1, 2]], [["x", 1, "b"]], [[math.inf, 1, "b"]], [[math.nan, 0, "b"]], [[None, 1, ""]]]
)
def test_nonsense_of_a_state_file_is_refused(rows: list[Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Machine().clock().load(rows)


def test_the_real_clocks_agree() -> None:
    clock = Clock()
    assert clock.apart == 0
    assert clock.look() == 0
    assert clock.follow() == 0
    before = elapsed_seconds()
    assert elapsed_seconds() >= before
    assert boot_name() == boot_name()
    [row] = clock.dump()
    clock.load([row])
    assert clock.apart == 0


def test_another_source_of_time_is_never_set() -> None:
    moments = iter([5.0, 5.0, 1e9, 7.0, 1e12])
    clock = as_clock(lambda: next(moments))
    assert clock() == 1e9
    assert as_clock(clock) is clock


def test_a_drift_of_less_than_a_second_is_no_step(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    clock = machine.clock()
    for wrong in (0.9, -0.9):
        machine.wrong = wrong
        machine.true += 2 * LASTING
        assert clock.follow() == 0
    machine.wrong = 5  # moves the marks, and is not worth a line
    clock.look()
    machine.true += LASTING
    assert clock.follow() == pytest.approx(5)
    assert caplog.text == ""
    assert clock.steps == 0


def test_every_mark_of_a_timeline_moves() -> None:
    """A mark that is added later, and stays where it was, would count time that did not pass."""
    resource = Resource("vol-1", "vm/volume", "", Location("aws", "1", EU), ())
    sweep = SweepKey("target", 0, "1", EU, "")
    moved, stays = (
        Timeline(sweep, [Version(100.0, resource, False)], 200.0, 7.0) for _ in range(2)
    )
    for timeline in (moved, stays):
        timeline.counted = [Counted(100.0, 150.0, timeline.versions[0], {})]
    move_timeline(moved, 50)
    assert moved.counted is not None
    assert (moved.counted[0].start, moved.counted[0].end) == (150, 200)
    for name in set(Timeline.__slots__) - {"settle", "delay"}:
        before, after = getattr(stays, name), getattr(moved, name)
        if isinstance(before, float):
            assert after == before + 50, name
    assert moved.versions[0].since == 150


def test_the_bill_moves_with_the_clock() -> None:
    machine = Machine(wrong=40 * DAY)
    clock = machine.clock()
    budget = Budget(clock)
    meter = budget.meter("aws", "prod", free_requests=10)
    meter.call(account_id="1", api="ce", operation="GetCostAndUsage", units=2)
    meter.call(account_id="1", api="cloudwatch", operation="ListMetrics", units=2)
    forecast = budget.use().dollars_per_month
    machine.wrong = 0
    budget.move(clock.follow(at_once=True))
    assert budget.spent_this_month("prod") == pytest.approx(0.02)
    assert budget.free_this_month("prod") == 2
    assert budget.use().dollars_per_month == pytest.approx(forecast)


async def test_reads_that_cost_go_on_after_the_clock_was_set_back() -> None:
    world = World()
    world.cloud.costs = True
    world.collector = world._collector()
    await world.refresh()
    world.machine.wrong = 0
    reads: list[int] = []
    for step in (0.0, -2 * DAY, 0.0):
        world.machine.wrong += step
        for _ in range(40):
            await world.refresh(EVERY)
        reads.append(len(world.cloud.reads))
    for before, after in pairwise(reads):
        assert 2 <= after - before <= 5, "each quarter of an hour"


async def test_no_read_is_made_early_for_a_clock_that_was_set() -> None:
    """Should the cloud refuse what lies ahead, it would be shown as failing until it is due."""
    world = World()
    world.cloud.costs = True
    world.collector = world._collector()
    await world.refresh()
    world.machine.wrong = 3600
    for _ in range(13):  # of the quarter of an hour between two reads
        await world.refresh(EVERY)
    assert world.clock() == world.machine.true + 3600
    assert [len(made) for made in world.cloud.reads] == [1]


async def test_a_read_under_way_while_the_clock_is_taken_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it was asked until is a mark of the old time by then."""
    world = World(measured=False)
    await world.refresh()
    world.machine.wrong = -2 * DAY
    world.clock.look()
    series, asked, go_on = FakeClient.series, asyncio.Event(), asyncio.Event()

    async def slow(self: FakeClient, reads: Sequence[Read], until: float) -> Reading:
        asked.set()
        await go_on.wait()
        return await series(self, reads, until)

    monkeypatch.setattr(FakeClient, "series", slow)
    world.machine.true += LASTING
    reading = asyncio.create_task(world.collector.refresh())
    await asked.wait()
    await world.collector.publish()  # as another target does
    assert world.clock() == world.machine.true - 2 * DAY
    go_on.set()
    await reading
    timeline = world.collector.counters.timeline("i-1")
    assert timeline is not None
    assert world.clock() - 200 < timeline.asked_until < world.clock()
    assert timeline.next_read <= world.clock()


async def test_a_duplicate_is_counted_once_a_sweep_whatever_the_clock() -> None:
    world = World(measured=False)
    world.cloud.estate[EU].append({"type": "volume", "id": "vol-1", "gib": 100})
    await world.refresh()
    world.machine.wrong = DAY
    world.clock.look()
    world.machine.true += LASTING
    await world.collector.publish()
    assert world.clock() == world.machine.true + DAY
    assert world.collector.snapshot.api.skipped == {("aws", "vm/volume", "duplicate"): 1}


def test_a_grid_source_is_asked_again_after_the_clock_was_set_back() -> None:
    [preference] = preferences(["gb"])
    source = preference.source
    due = next_due(source, START)
    assert rests(START, due, source)
    assert not rests(due, due, source)
    assert not rests(START - 2 * DAY, due, source)


async def test_in_scrape_mode_what_is_old_by_the_machine_is_collected_anew() -> None:
    """A copy that Lambda froze for an hour must not answer with what it had; nor one set back."""
    world = World()
    world.collector.settings = replace(world.collector.settings, mode="scrape")
    await world.collector.collect_for_scrape(5)
    for wrong in (3600.0, 0.0, -2 * DAY):
        world.machine.wrong = wrong
        sweeps = len(world.cloud.sweeps)
        await world.collector.collect_for_scrape(5)
        await world.collector.collect_for_scrape(5)
        assert len(world.cloud.sweeps) == sweeps + 1
        assert world.collector.snapshot.taken_at == world.machine.true + wrong


def test_past_lives_move_but_for_what_the_cloud_told() -> None:
    lives = Lives()
    lives.begin("prod", 1000.0)
    lives.resume(SavedLife("missed", 1500.0, ended=False, told=1600.0))
    lives.resume(SavedLife("ended", 1500.0, ended=True, told=1600.0))
    lives.move(-100.0)
    saved = {row.resource_id: row for row in lives.saved() if isinstance(row, SavedLife)}
    assert lives.since("prod") == 900
    assert (saved["missed"].until, saved["missed"].told) == (1400, 1500)
    assert (saved["ended"].until, saved["ended"].told) == (1500, 1500)

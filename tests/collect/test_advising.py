"""Advice of a collector over two weeks of virtual time: when it comes, and what it outlives."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from cloud_carbon_exporter.collect import advising
from cloud_carbon_exporter.collect.advising import Advising
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.types import Point
from tests.advice.estates import NOW, WEEKS_2, machine_row
from tests.collect.test_collector import new_collector, vm
from tests.fakes.cloud import Clock, Cloud

HOUR, DAY = 3600.0, 86_400.0
STEP = 6 * HOUR


def hours(cloud: Cloud, since: float, until: float, load: float) -> None:
    """Monitoring that says the same of every hour."""
    points = cloud.series.setdefault(("i-1", "cpu_ratio"), [])
    at = since
    while at < until:
        points.append(Point(at, at + HOUR, load))
        at += HOUR


async def test_a_machine_that_does_nothing_is_told_of_after_two_weeks() -> None:
    clock = Clock()
    cloud = Cloud(estate={"eu-west-1": [vm()]})
    collector = new_collector(clock, cloud)
    began = clock.now
    while clock.now < began + 15 * DAY:
        await collector.refresh()
        await collector.advise()
        kinds = {each.kind for each in collector.snapshot.advice}
        assert ("idle" in kinds) == (clock.now - began >= WEEKS_2 + STEP) or clock.now == (
            began + WEEKS_2
        )
        hours(cloud, clock.now, clock.now + STEP, 0.01)
        clock.now += STEP
    (idle,) = [each for each in collector.snapshot.advice if each.kind == "idle"]
    assert idle.subject == "i-1"
    assert "14 days" in idle.decided_on or "15 days" in idle.decided_on
    await collector.close()


async def test_what_is_known_is_handed_over_to_the_next_configuration() -> None:
    clock, cloud = Clock(), Cloud(estate={"eu-west-1": [vm()]})
    before, after = new_collector(clock, cloud), new_collector(clock, cloud)
    await before.refresh()
    hours(cloud, clock.now, clock.now + STEP, 0.2)
    clock.now += STEP
    await before.refresh()
    known = before.counters.loads.evidence("i-1", clock.now)
    assert known is not None and known.spreads["cpu_ratio"].read_hours == pytest.approx(6)
    await before.hand_over(asyncio.create_task(asyncio.sleep(0)), after)
    assert after.counters.loads.evidence("i-1", clock.now) == known
    await asyncio.gather(before.close(), after.close())


async def test_one_look_in_scrape_mode_gives_no_advice() -> None:
    clock, cloud = Clock(), Cloud(estate={"eu-west-1": [vm()]})
    collector = new_collector(clock, cloud, mode="scrape")
    await collector.refresh()
    await collector.advise()
    assert collector.snapshot.advice == ()
    await collector.close()


def known_for_long(rows: int) -> tuple[Snapshot, LoadStatistics]:
    """Machines that have done nothing for three weeks."""
    statistics = LoadStatistics()
    shown = []
    for number in range(rows):
        row = machine_row()
        row = replace(row, resource=replace(row.resource, id=f"r{number}"))
        at = NOW - WEEKS_2 - DAY
        while at < NOW:
            statistics.add(row.resource, {"cpu_ratio": 0.01}, at, at + DAY)
            at += DAY
        shown.append(row)
    return Snapshot(NOW, tuple(shown)), statistics


def test_a_large_estate_is_looked_through_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot, statistics = known_for_long(5)
    monkeypatch.setattr(advising, "SLICE_SECONDS", -1.0)  # each slice is one step
    looking = Advising()
    slices = 0
    while not looking.look(snapshot, statistics):
        slices += 1
        assert slices < 50
    assert slices >= 5
    assert [each.kind for each in looking.newest].count("idle") == 5


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look is one slice, however slow the machine is."""
    monkeypatch.setattr(advising, "SLICE_SECONDS", 3600.0)


@pytest.mark.usefixtures("whole")
def test_it_is_looked_for_once_an_hour_and_after_the_clock_was_set_back() -> None:
    snapshot, statistics = known_for_long(1)
    looking = Advising()
    found = looking.look(snapshot, statistics)
    assert found
    gone = replace(snapshot, rows=())
    assert looking.look(replace(gone, taken_at=NOW + 1800), statistics) is found
    assert looking.look(replace(gone, taken_at=NOW + 3601), statistics) == ()
    assert looking.look(replace(snapshot, taken_at=NOW - 30 * DAY), statistics) is not found


@pytest.mark.usefixtures("whole")
def test_what_is_dismissed_is_not_told() -> None:
    snapshot, statistics = known_for_long(2)
    assert {each.subject for each in Advising().look(snapshot, statistics)} >= {"r0", "r1"}
    looking = Advising(frozenset({"idle:r0", "region"}))
    assert [each.id for each in looking.look(snapshot, statistics)] == ["idle:r1"]


async def test_it_is_looked_for_beside_the_refreshes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is published as soon as the look has ended, not five minutes later."""
    clock, cloud = Clock(NOW), Cloud(estate={"eu-west-1": [vm()]})
    collector = new_collector(clock, cloud)
    idle = known_for_long(1)
    found = Advising().look(*idle)

    def look(self: Advising, *_: object) -> None:
        self.newest = found

    monkeypatch.setattr(Advising, "look", look)
    monkeypatch.setattr(advising, "PAUSE_SECONDS", 0.01)
    running = asyncio.create_task(collector.run())
    while not collector.snapshot.advice:
        await asyncio.sleep(0.01)
    assert collector.snapshot.advice is found
    await collector.end(running)
    await collector.close()

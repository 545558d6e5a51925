"""Sums by hour: every piece in the hour it lies in, and all of them what the counters have."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.collect.hour_sums import HourSums
from cloud_carbon_exporter.collect.integral import Piece
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.model.hours import HOUR_SECONDS, CountedHour, Group
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.model.stretches import Stretch
from cloud_carbon_exporter.service.opening import open_collector

GROUP = Group("aws", "1", "eu-west-3", "ec2/instance", (("team", "data"),))
HOUR = 490_000 * HOUR_SECONDS


def test_a_piece_over_an_hours_end_counts_in_each_by_its_time() -> None:
    sums = HourSums()
    start, end = HOUR + 2700, HOUR + 2 * HOUR_SECONDS + 900
    sums.add(GROUP, Piece(start, end, 5400.0, 54.0, 5.4))
    first, second, third = sums.take()
    assert first[:2] == (HOUR, GROUP)
    assert [part.joules for part in (first, second, third)] == pytest.approx([900, 3600, 900])
    assert [part.operational_grams for part in (first, second)] == pytest.approx([9, 36])
    assert [part.embodied_grams for part in (second, third)] == pytest.approx([3.6, 0.9])
    assert first.stretches == (Stretch(start, HOUR + HOUR_SECONDS),)
    assert third.stretches == (Stretch(HOUR + 2 * HOUR_SECONDS, end),)


def test_what_was_taken_is_not_given_again() -> None:
    sums = HourSums()
    sums.add(GROUP, Piece(HOUR, HOUR + 60, 1.0, 1.0, 1.0))
    sums.add(GROUP, Piece(HOUR + 60, HOUR + 120, 1.0, 1.0, 1.0))
    whole = (Stretch(HOUR, HOUR + 120),)
    assert sums.take() == (CountedHour(HOUR, GROUP, 2.0, 2.0, 2.0, whole),)
    assert sums.take() == ()


def test_a_gap_is_not_bridged_and_a_late_piece_counts_its_time_once() -> None:
    sums = HourSums()
    for start, end in ((300, 600), (300, 480), (900, 1200), (600, 660), (0, 60), (1200, 1260)):
        sums.add(GROUP, Piece(HOUR + start, HOUR + end, 1.0, 1.0, 1.0))
    (part,) = sums.take()
    told = [(first - HOUR, last - HOUR) for first, last in part.stretches]
    assert told == [(0, 60), (300, 660), (900, 1260)]


async def collected(mode: str) -> list[Snapshot]:
    """Snapshots of a demo, hours apart."""
    now = [float(HOUR)]
    arguments = ["-demo.enabled", "-demo.resources=60", "-metrics.tags=team"]
    settings = load([*arguments, f"-collect.mode={mode}"], {}).settings
    collector = open_collector(settings, lambda _: None, clock=lambda: now[0])
    shown: list[Snapshot] = []
    try:
        for _ in range(4):
            await collector.refresh()
            shown.append(collector.snapshot)
            now[0] += 2500
    finally:
        await collector.close()
    return shown


@pytest.mark.slow
async def test_all_that_is_counted_is_counted_by_hour() -> None:
    """Law: the sum of the hours is what the counters of the accounts have."""
    shown = await collected("background")
    joules = operational = embodied = 0.0
    for snapshot in shown:
        joules += sum(part.joules for part in snapshot.hours)
        operational += sum(part.operational_grams for part in snapshot.hours)
        embodied += sum(part.embodied_grams for part in snapshot.hours)
    totals = [row.totals for row in shown[-1].accounts if row.totals]
    assert joules == pytest.approx(sum(total.energy_joules for total in totals))
    assert operational == pytest.approx(sum(total.operational_grams for total in totals))
    assert embodied == pytest.approx(sum(total.embodied_grams for total in totals))
    assert joules > 0
    for snapshot in shown:
        for part in snapshot.hours:
            for first, last in part.stretches:
                assert part.hour <= first < last <= part.hour + HOUR_SECONDS
    tags = {part.group.tags for snapshot in shown for part in snapshot.hours}
    assert {key for pairs in tags for key, _ in pairs} == {"team"}


@pytest.mark.slow
async def test_scrape_mode_has_none() -> None:
    assert [snapshot.hours for snapshot in await collected("scrape")] == [()] * 4

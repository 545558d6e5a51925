"""The made-up estate through the whole pipeline, over a day and a half of a simulated clock."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict

import pytest
from tests.fakes.target_settings import target_settings

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, Target
from cloud_carbon_exporter.collect.settings import CollectSettings
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.providers.demo import PROVIDER, DemoClient

pytestmark = pytest.mark.slow

START = 1_795_564_800.0  # 25 November 2026, midnight UTC, a Wednesday
STEP_SECONDS = 600
STEPS = 36 * 6
RESOURCES = 120


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


async def days(step: int = STEP_SECONDS, steps: int = STEPS) -> list[Snapshot]:
    """The Snapshots of every ten minutes, or of another step."""
    clock = Clock()
    provider = dataclasses.replace(
        PROVIDER, client=lambda settings, meter: DemoClient(settings, meter, clock)
    )
    target = Target(
        "demo",
        provider,
        target_settings("demo", resources=RESOURCES, interval_seconds=step),
    )
    settings = CollectSettings(interval_seconds=step)
    collector = Collector([target], settings, Budget(clock), lambda snapshot: None, clock)
    snapshots = []
    for _ in range(steps):
        await collector.refresh()
        snapshots.append(collector.snapshot)
        clock.now += step
    await collector.close()
    return snapshots


def watts(snapshot: Snapshot) -> float:
    """What everything draws together."""
    return sum(row.footprint.power_watts.value for row in snapshot.rows)


def test_machines_come_and_go_and_the_sums_hold() -> None:
    snapshots = asyncio.run(days())
    seen: set[str] = set()
    energy: dict[tuple[str, str, str, str], float] = defaultdict(float)
    drawn = 0.0
    for snapshot in snapshots:
        assert len({row.resource.id for row in snapshot.rows}) == RESOURCES
        seen |= {row.resource.id for row in snapshot.rows}
        for account in snapshot.accounts:
            key = (account.provider, account.account_id, account.region, account.kind)
            assert account.totals is not None
            assert account.totals.energy_joules >= energy[key]
            energy[key] = account.totals.energy_joules
        drawn += watts(snapshot) * STEP_SECONDS
    assert len(seen) > RESOURCES
    assert abs(sum(energy.values()) / drawn - 1) < 0.01

    power = [watts(snapshot) for snapshot in snapshots]
    assert max(power[: 24 * 6]) > 1.1 * min(power[: 24 * 6])

    last = snapshots[-1]
    living = sum(row.totals.energy_joules for row in last.rows if row.totals is not None)
    assert living < sum(energy.values())  # what has gone stays in its account's sum
    assert [outcome.kind for outcome in last.listings if outcome.error] == ["ecr/repository"]


def machine_hours(snapshot: Snapshot) -> float:
    """Joules of all machines, those that are gone among them."""
    joules = 0.0
    for account in snapshot.accounts:
        if account.kind in ("ec2/instance", "compute/instance") and account.totals is not None:
            joules += account.totals.energy_joules
    return joules


def test_fleets_count_from_their_start_to_their_end_however_seldom_they_are_seen() -> None:
    """Seen each hour, up to half of an hour's comings and goings fell between two looks."""
    often = asyncio.run(days(300, 10 * 12 + 1))[-1]
    seldom = asyncio.run(days(3600, 10 + 1))[-1]
    # what is left are loads that were read at other moments
    assert abs(machine_hours(seldom) / machine_hours(often) - 1) < 0.002

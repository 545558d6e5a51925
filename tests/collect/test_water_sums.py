"""Counters of water: they follow the energy that is counted, and outlive a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.collect.account_sums import account_key
from cloud_carbon_exporter.collect.water_sums import WaterSums, add_liters
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.types import Component, Location, Resource, WaterTotals
from tests.collect.test_collector import new_collector
from tests.fakes.cloud import Clock, Cloud

PARIS = Location("aws", "1", "eu-west-3")
VOLUME = Resource("v", "ec2/volume", "v", PARIS, (Component("block", "aws/gp3", 100),))
PLACE = facts.place("aws", "eu-west-3")


def test_a_sum_is_first_shown_at_zero() -> None:
    sums = WaterSums()
    sums.show(VOLUME)
    assert sums.totals() == {account_key(VOLUME): WaterTotals(0, 0)}


@given(st.lists(st.floats(0, 1e12)))
def test_water_never_falls_and_is_the_same_in_any_pieces(joules: list[float]) -> None:
    pieces, whole = WaterSums(), WaterSums()
    before = WaterTotals()
    for piece in joules:
        add_liters(pieces.of(VOLUME), piece, PLACE)
        now = pieces.totals()[account_key(VOLUME)]
        assert now >= before
        before = now
    add_liters(whole.of(VOLUME), sum(joules), PLACE)
    assert before == pytest.approx(whole.totals()[account_key(VOLUME)])


def test_a_restart_loses_nothing_and_nonsense_is_an_error() -> None:
    sums, after = WaterSums(), WaterSums()
    add_liters(sums.of(VOLUME), 1e9, PLACE)
    elsewhere = replace(VOLUME, location=replace(PARIS, region="us-east-1"))
    add_liters(sums.of(elsewhere), 1e9, facts.place("aws", "us-east-1"))
    after.load(list(sums.dump()))
    assert after.totals() == sums.totals()
    for nonsense in (["aws", "1"], ["aws", "1", "r", "k", "much", 1], []):
        with pytest.raises(ValueError):
            after.load([nonsense])
    assert after.totals() == sums.totals()


async def test_what_is_counted_as_energy_is_counted_as_water() -> None:
    cloud, clock = Cloud(), Clock()
    cloud.estate = {"eu-west-3": [{"type": "volume", "gib": 1000, "id": "here"}]}
    collector = new_collector(clock, cloud)
    await collector.refresh()
    first = collector.snapshot.accounts[0]
    assert first.water == WaterTotals(0, 0)
    clock.now += 3600
    await collector.refresh()
    account = collector.snapshot.accounts[0]
    await collector.close()
    assert account.totals and account.water
    kilowatt_hours = account.totals.energy_joules / 3.6e6
    place = facts.place("aws", "eu-west-3")
    assert place.water
    assert account.water.of_power_liters == pytest.approx(
        kilowatt_hours * place.water.of_power.value
    )
    assert account.water.on_site_liters == pytest.approx(
        kilowatt_hours / place.pue_ratio.value * place.water.on_site.value
    )
    assert account.water.of_power_liters > 0


async def test_whoever_takes_over_counts_on_where_the_other_ended() -> None:
    """Each counter of an account: what a reload lost, the state file would lose for ever."""
    cloud, clock = Cloud(), Clock()
    cloud.estate = {"eu-west-3": [{"type": "volume", "gib": 1000, "id": "here"}]}
    first, second = new_collector(clock, cloud), new_collector(clock, cloud)
    await first.refresh()
    clock.now += 3600
    await first.refresh()
    [before] = first.snapshot.accounts
    running = asyncio.create_task(first.run())
    await first.hand_over(running, second)
    await first.close()
    clock.now += 300
    await second.refresh()
    [after] = second.snapshot.accounts
    await second.close()
    assert before.totals and before.water and after.totals and after.water
    assert after.totals.energy_joules >= before.totals.energy_joules > 0
    assert after.water >= before.water > WaterTotals(0, 0)

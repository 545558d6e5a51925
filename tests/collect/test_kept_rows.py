"""Rows and sums that are kept from one Snapshot to the next are what they would be made anew."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect.surroundings import Surroundings
from cloud_carbon_exporter.collect.sweep_rows import RowSums
from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.grid.feed import PlaceKey
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Estimate, Point
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Raw
from tests.fakes.cloud import Clock, Cloud

EU, US = "eu-west-1", "us-east-1"
INTERVAL = 300.0

STEPS = (
    *("nothing", "busy", "grow", "stop", "another", "gone", "back"),
    *("failing", "well", "night", "move", "grid"),
)


def collector(cloud: Cloud, clock: Clock) -> Collector[None]:
    target = Target("t", cloud.provider(), TargetSettings(provider="aws"))
    return Collector([target], CollectSettings(), Budget(clock), lambda snapshot: None, clock)


def machine_of(rank: int) -> Raw:
    return {"type": "machine", "id": f"i-{rank}", "state": "running"}


def befall(cloud: Cloud, clock: Clock, away: list[Raw], step: str, rank: int) -> None:
    """One thing that happens between two refreshes. away: what is gone, and may come back."""
    here = cloud.estate[EU if rank % 2 else US]
    if step == "busy":
        points = [Point(clock.now - 60, clock.now, rank / 10)]
        cloud.series[f"i-{rank}", "cpu_ratio"] = points
    elif step in {"grow", "stop"} and here:
        changed = {**here[0], "threads": 8 + rank}
        here[0] = {**changed, "state": "stopped"} if step == "stop" else changed
    elif step == "another":
        here.append(machine_of(len(here) + 10 * rank))
    elif step == "gone" and here:
        away.append(here.pop())
    elif step == "back" and away:
        here.append(away.pop())
    elif step == "failing":
        cloud.fail[US] = CollectError("not now", operation="ListThings")
    elif step == "well":
        cloud.fail.clear()
    elif step in {"night", "move"}:
        clock.now += 8 * 3600 if step == "night" else -7200


class Grid:
    """Grid of Europe, which a test can turn."""

    def __init__(self, exporter: Collector[None], patch: pytest.MonkeyPatch) -> None:
        self._index, self._turned = exporter._builder._surroundings, 0.0
        self._usual = self._index._look_up
        patch.setattr(self._index, "_look_up", self._look_up)

    def turn(self, grams: float) -> None:
        """It is another one from now on."""
        self._turned, self._index._version = grams, -2

    def _look_up(self, key: PlaceKey) -> Surroundings:
        if not self._turned or key != ("aws", EU):
            return self._usual(key)
        place, grams = facts.place("aws", EU), self._turned
        told = replace(place.intensities[0], grams_per_kilowatt_hour=Estimate(grams, grams, grams))
        return Surroundings(place, (told,))


def anew(exporter: Collector[None]) -> None:
    """Nothing is kept: all of the next Snapshot is made anew."""
    for timeline in exporter.counters.presence.there.values():
        timeline.row, timeline.stuck = None, False
    exporter._builder._sums = RowSums()
    exporter._builder._taken.clear()
    exporter._builder._footprints.forget()


def shown(snapshot: Snapshot) -> tuple[object, ...]:
    return snapshot.rows, snapshot.accounts, snapshot.ledger, snapshot.places, snapshot.covered


async def lived(steps: list[tuple[str, int]], *, kept: bool) -> list[tuple[object, ...]]:
    clock, snapshots = Clock(), []
    volumes: list[Raw] = [{"type": "volume", "id": f"vol-{n}", "gib": n % 3} for n in range(5)]
    cloud = Cloud({EU: [machine_of(1), *volumes], US: [machine_of(2)]})
    exporter, away = collector(cloud, clock), list[Raw]()
    with pytest.MonkeyPatch.context() as patch:
        grid = Grid(exporter, patch)
        for step, rank in [("nothing", 0), *steps]:
            befall(cloud, clock, away, step, rank)
            if step == "grid":
                grid.turn(100.0 * (rank + 1))
            if not kept:
                anew(exporter)
            await exporter.refresh()
            snapshots.append(shown(exporter.snapshot))
            clock.now += INTERVAL
    await exporter.close()
    return snapshots


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9)), max_size=8))
def test_what_is_kept_is_what_would_be_made_anew(steps: list[tuple[str, int]]) -> None:
    assert asyncio.run(lived(steps, kept=True)) == asyncio.run(lived(steps, kept=False))


def rows_of(exporter: Collector[None]) -> Iterator[Row]:
    return iter(exporter.snapshot.rows)


async def test_what_nothing_befell_is_the_same_object() -> None:
    clock, cloud = Clock(), Cloud({EU: [machine_of(1), {"type": "volume", "id": "v", "gib": 8}]})
    exporter = collector(cloud, clock)
    await exporter.refresh()
    before = list(rows_of(exporter))
    await exporter.publish()
    assert all(now is then for now, then in zip(rows_of(exporter), before, strict=True))
    await exporter.close()


async def test_disks_of_one_size_have_one_footprint() -> None:
    cloud = Cloud({EU: [{"type": "volume", "id": f"v-{n}", "gib": 8} for n in range(3)]})
    exporter = collector(cloud, Clock())
    await exporter.refresh()
    footprints = {id(row.footprint) for row in rows_of(exporter)}
    assert len(footprints) == 1
    await exporter.close()


@pytest.mark.parametrize("value", [0.2, 0.9])
async def test_what_was_read_anew_is_shown_anew(value: float) -> None:
    clock, cloud = Clock(), Cloud({EU: [machine_of(1)]})
    exporter = collector(cloud, clock)
    await exporter.refresh()
    clock.now += INTERVAL
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 60, clock.now, value)]
    await exporter.refresh()
    [row] = rows_of(exporter)
    assert row.loads == {"cpu_ratio": value}
    await exporter.close()


async def test_a_row_holds_until_a_load_is_too_old() -> None:
    clock, cloud = Clock(), Cloud({EU: [machine_of(1)]})
    exporter = collector(cloud, clock)
    await exporter.refresh()
    clock.now += INTERVAL
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 60, clock.now, 0.5)]
    await exporter.refresh()
    timeline = exporter.counters.timeline("i-1")
    assert timeline is not None
    assert [timeline.row_holds_until] == [newest.expires for newest in timeline.newest]
    timeline.touch()
    assert timeline.row_holds_until < clock.now
    await exporter.close()


async def test_a_grid_that_changes_changes_a_row_that_nothing_else_befell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exporter = collector(Cloud({EU: [machine_of(1)]}), Clock())
    await exporter.refresh()
    [before] = rows_of(exporter)
    place = facts.place("aws", EU)
    dirty = replace(place.intensities[0], grams_per_kilowatt_hour=Estimate(900, 900, 900))
    index = exporter._builder._surroundings
    monkeypatch.setattr(index, "_look_up", lambda key: Surroundings(place, (dirty,)))
    monkeypatch.setattr(index, "_version", -2)
    await exporter.publish()
    [after] = rows_of(exporter)
    assert after.footprint.operational_grams_per_second is not None
    assert before.footprint.operational_grams_per_second is not None
    watts = after.footprint.power_watts.value
    grams = after.footprint.operational_grams_per_second.value
    assert grams == pytest.approx(watts * 900 / 3.6e6)
    assert grams > before.footprint.operational_grams_per_second.value
    await exporter.close()

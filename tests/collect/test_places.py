"""Places finer than a region, from what is listed to what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.collect.surroundings import SurroundingsIndex, place_key
from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.web.api.answers import explanation
from tests.collect.test_collector import new_collector, row
from tests.fakes.cloud import Clock, Cloud
from tests.grid.conftest import apis, clock, told
from tests.grid.support import NOON, Told, feed, table
from tests.grid.support import Clock as GridClock

__all__ = ["apis", "clock", "told"]  # fixtures

FRANKFURT, WARSAW = "eu-central-1", "eu-central-1-waw-1a"


async def test_what_stands_in_a_local_zone_has_its_grid_and_its_place_is_shown() -> None:
    cloud = Cloud()
    volume = {"type": "volume", "gib": 1000}
    cloud.estate = {
        FRANKFURT: [
            {**volume, "id": "here", "zone": f"{FRANKFURT}b"},
            {**volume, "id": "there", "zone": WARSAW},
            {**volume, "id": "somewhere", "zone": f"{FRANKFURT}-nix-1a"},
        ]
    }
    collector = new_collector(Clock(), cloud)
    await collector.refresh()
    taken = collector.snapshot
    await collector.close()
    assert [place.region for place in taken.places] == [
        FRANKFURT,
        "eu-central-1-nix-1",
        "eu-central-1-waw-1",
    ]
    grams: dict[str, float] = {}
    for each in taken.rows:
        emitted = each.footprint.operational_grams_per_second
        assert emitted
        grams[each.resource.id] = emitted.value / each.footprint.power_watts.value * 3_600_000
    assert grams == pytest.approx({"here": 342, "there": 565, "somewhere": 342})
    reasons = {each.resource.id: each.footprint.reason for each in taken.rows}
    assert reasons == {
        "here": "",
        "there": "assumed PUE of eu-central-1-waw-1",
        "somewhere": "unknown zone eu-central-1-nix-1",
    }
    assert row(taken, "somewhere").footprint.basis == "assumed"
    # what is told line by line is told of the zone, by which it was estimated
    lines = explanation(taken, row(taken, "there"), ())["terms"]
    around = {line["part"] for line in lines if line["component"] in ("pue", "grid")}
    assert around == {"eu-central-1-waw-1"}
    account = next(each for each in taken.accounts if each.kind == "vm/volume")
    assert account.region == FRANKFURT


async def test_a_live_grid_is_that_of_the_zone(
    clock: GridClock, told: Told, tmp_path: Path
) -> None:
    clock.now = NOON
    own = table(tmp_path / "own.csv", "PL,700,,", "DE,100,,")
    live = feed([own], clock, told)
    volume = Resource(
        "v",
        "ec2/volume",
        "v",
        Location("aws", "1", FRANKFURT, WARSAW),
        (Component("memory", "dram", 1),),
    )
    await live.refresh({place_key(volume.location)})
    surroundings = SurroundingsIndex(live)
    surroundings.advance(clock.now)
    around = surroundings.of(volume)
    assert around.place.region == "eu-central-1-waw-1"
    assert around.intensities[0].grams_per_kilowatt_hour.value == 700

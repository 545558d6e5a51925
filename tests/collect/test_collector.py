"""The refresh loop over a cloud in memory: what a failing, hanging or odd cloud does to the
Snapshot.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target
from cloud_carbon_exporter.collect import target_run as target_module
from cloud_carbon_exporter.errors import (
    CredentialsRefused,
    PermissionMissing,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.grid import Feed, GridSettings, preferences
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.types import Outcome, Point, Row, Snapshot
from cloud_carbon_exporter.providers.spec import Read, Reading, TargetSettings
from tests.fakes.cloud import Clock, Cloud, FakeClient

EU = "eu-west-1"
PLACE = facts.place("aws", EU)
REFUSED = CredentialsRefused("the security token is expired", provider="aws", hint="renew it")
DENIED = PermissionMissing(
    "not allowed", provider="aws", region=EU, operation="ListThings", hint="grant vm:ListThings"
)


def collector(
    clock: Clock, *clouds: Cloud, mode: Any = "background", **settings: Any
) -> Collector[int]:
    targets = [
        Target(f"target-{rank}", cloud.provider(), TargetSettings(provider="aws", **settings))
        for rank, cloud in enumerate(clouds)
    ]
    return Collector(
        targets,
        CollectSettings(mode=mode),
        Budget(clock),
        lambda snapshot: len(snapshot.rows),
        clock,
    )


def vm(name: str = "i-1", **changes: Any) -> dict[str, Any]:
    return {"type": "machine", "id": name, "state": "running", **changes}


def row(snapshot: Snapshot, resource_id: str) -> Row:
    return next(row for row in snapshot.rows if row.resource.id == resource_id)


def listing(snapshot: Snapshot, kind: str = "vm/machine", region: str = EU) -> Outcome:
    return next(
        outcome for outcome in snapshot.listings if (outcome.kind, outcome.region) == (kind, region)
    )


async def test_a_grid_source_that_hangs_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The program is given a second and a half to end in, and keeps its state first."""
    asked, never = asyncio.Event(), asyncio.Event()

    async def hang(self: Feed, zones: object) -> None:
        asked.set()
        await never.wait()

    monkeypatch.setattr(Feed, "_ask_all", hang)
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    grid = GridSettings(preferences(["prometheus:http://localhost:9"]), patience_seconds=3600)
    targets = [Target("target", cloud.provider(), TargetSettings(provider="aws"))]
    of = Collector(
        targets,
        CollectSettings(grid=grid),
        Budget(clock),
        lambda snapshot: len(snapshot.rows),
        clock,
    )
    running = asyncio.create_task(of.run())
    async with asyncio.timeout(10):
        await asked.wait()
        await of.end(running)
    assert of.exposition == 1, "what was collected is shown, and kept"


async def test_before_the_first_collection_there_is_an_empty_snapshot() -> None:
    clock = Clock()
    of = collector(clock, Cloud())
    assert of.snapshot.rows == ()
    assert not of.snapshot.first_collection_done
    assert of.exposition == 0
    await of.close()


async def test_a_whole_refresh() -> None:
    clock, cloud = Clock(), Cloud()
    cloud.estate = {
        EU: [vm(), vm("i-2", state="stopped"), vm("i-3", state="gone")],
        "us-east-1": [],
    }
    cloud.estate[EU] += [{"type": "volume", "id": "vol-1", "gib": 8}, {"type": "queue", "id": "q"}]
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 120, clock.now - 60, 0.5)]
    of = collector(clock, cloud)
    await of.refresh()
    snapshot = of.snapshot
    assert [row.resource.id for row in snapshot.rows] == ["i-1", "i-2", "vol-1"]
    assert of.exposition == 3
    assert snapshot.first_collection_done
    assert row(snapshot, "i-1").footprint.basis == "measured"
    assert row(snapshot, "i-1").loads == {"cpu_ratio": 0.5}
    assert row(snapshot, "i-1").measured_at == clock.now - 60
    assert row(snapshot, "i-2").footprint.power_watts.value == 0
    assert row(snapshot, "i-2").footprint.basis == "measured"
    assert snapshot.ledger["aws", "111111111111", "vm/queue", "unsupported"] == 1
    assert snapshot.ledger["aws", "111111111111", "vm/machine", "measured"] == 2
    assert listing(snapshot).resources == 2
    assert listing(snapshot).last_success == clock.now
    assert listing(snapshot, region="us-east-1").error == ""
    assert [outcome.kind for outcome in snapshot.measurements] == ["vm/machine"]
    assert snapshot.targets[0].up
    assert snapshot.gauges == {"cloud_carbon_demo_connected_users": 7}
    assert snapshot.api.requests["aws", "vm", "ListThings", "success"] == 2
    assert [place.region for place in snapshot.places] == [EU]
    sums = {account.kind: account.power_watts.value for account in snapshot.accounts}
    assert sums["vm/volume"] == pytest.approx(row(snapshot, "vol-1").footprint.power_watts.value)
    await of.close()
    assert cloud.closed


async def test_no_series_is_a_default_never_a_zero() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud)
    await of.refresh()
    found = row(of.snapshot, "i-1")
    assert found.footprint.basis == "default"
    assert "cpu_ratio" in found.footprint.reason
    assert found.footprint.power_watts.value > 0
    assert found.measured_at is None
    await of.close()


async def test_counters_are_exposed_at_zero_first_and_then_advance() -> None:
    clock, cloud = Clock(), Cloud({EU: [{"type": "volume", "id": "vol-1", "gib": 8}]})
    of = collector(clock, cloud)
    await of.refresh()
    totals = row(of.snapshot, "vol-1").totals
    assert totals is not None
    assert totals.energy_joules == 0
    clock.now += 300
    await of.refresh()
    totals = row(of.snapshot, "vol-1").totals
    assert totals is not None
    assert totals.energy_joules == pytest.approx(
        300 * row(of.snapshot, "vol-1").footprint.power_watts.value
    )
    assert of.snapshot.accounts[0].totals == totals
    await of.close()


async def test_a_failed_sweep_keeps_its_last_good_figures_until_stale() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()], "us-east-1": [vm("i-us")]})
    of = collector(clock, cloud)
    await of.refresh()
    cloud.fail[EU] = DENIED
    clock.now += 300
    await of.refresh()
    assert {row.resource.id for row in of.snapshot.rows} == {"i-1", "i-us"}
    assert "grant vm:ListThings" in listing(of.snapshot).error
    assert listing(of.snapshot, region="us-east-1").error == ""
    assert listing(of.snapshot).last_success == clock.now - 300
    assert of.snapshot.api.errors["aws", "ListThings", "permission_missing"] == 1
    clock.now += 1800
    await of.refresh()
    assert {row.resource.id for row in of.snapshot.rows} == {"i-us"}
    assert of.snapshot.accounts[0].power_watts.value == 0
    del cloud.fail[EU]
    clock.now += 300
    await of.refresh()
    totals = row(of.snapshot, "i-1").totals
    assert totals is not None
    assert totals.energy_joules > 0  # the time of the outage is filled
    await of.close()


async def test_a_target_collected_more_seldom_than_stale_after_is_shown_until_its_next_collection_fails() -> (
    None
):
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud, interval_seconds=7200)
    await of.refresh()
    clock.now += 7200
    await of.publish()  # as another target's collection does
    assert {row.resource.id for row in of.snapshot.rows} == {"i-1"}
    cloud.fail[EU] = DENIED
    await of.refresh()
    clock.now += 1801
    await of.publish()
    assert not of.snapshot.rows
    await of.close()


async def test_failed_monitoring_is_not_a_failed_listing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    cloud.fail["series"] = Throttled("rate exceeded", provider="aws", operation="GetMetricData")
    of = collector(clock, cloud)
    await of.refresh()
    assert listing(of.snapshot).error == ""
    assert "rate exceeded" in of.snapshot.measurements[0].error
    assert of.snapshot.measurements[0].last_success is None
    assert row(of.snapshot, "i-1").footprint.basis == "default"
    assert of.snapshot.api.errors["aws", "GetMetricData", "throttled"] == 1
    cloud.fail.clear()
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 60, clock.now, 0.5)]
    clock.now += 300
    await of.refresh()  # what failed is tried again at once, whatever the utilisation interval
    assert of.snapshot.measurements[0].error == ""
    assert row(of.snapshot, "i-1").footprint.basis == "measured"
    await of.close()


async def test_a_defect_while_reading_is_a_failed_measurement_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: FakeClient, reads: Sequence[Read], until: float) -> Reading:
        raise KeyError("a field nobody sent")

    clock, cloud = Clock(), Cloud({EU: [vm()]})
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 60, clock.now, 0.5)]
    of = collector(clock, cloud)
    with monkeypatch.context() as patched:
        patched.setattr(FakeClient, "series", broken)
        await of.refresh()
    (outcome,) = of.snapshot.measurements
    assert "KeyError" in outcome.error
    assert "failed unexpectedly" in caplog.text
    assert row(of.snapshot, "i-1").footprint.basis == "default"
    await of.refresh()
    assert [outcome.error for outcome in of.snapshot.measurements] == [""]
    assert row(of.snapshot, "i-1").footprint.basis == "measured"
    await of.close()


async def test_it_ends_when_what_is_being_built_is_done() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud)
    building, go_on = threading.Event(), threading.Event()

    def slow(snapshot: Snapshot) -> int:
        building.set()
        assert go_on.wait(10)
        return 7

    of._render = slow
    running = asyncio.create_task(of.run())
    assert await asyncio.to_thread(building.wait, 10)
    ending = asyncio.create_task(of.end(running))
    await asyncio.sleep(0)
    assert not ending.done()
    assert not running.done()
    go_on.set()
    await ending
    assert of.exposition == 7
    assert running.cancelled()
    assert cloud.closed


async def test_refused_credentials_leave_it_up_and_are_tried_again() -> None:
    clock, cloud, other = Clock(), Cloud({EU: [vm()]}), Cloud({EU: [vm("i-other")]})
    cloud.fail["connect"] = REFUSED
    of = collector(clock, cloud, other)
    await of.refresh()
    assert [state.up for state in of.snapshot.targets] == [False, True]
    assert "renew it" in of.snapshot.targets[0].error
    assert [row.resource.id for row in of.snapshot.rows] == ["i-other"]
    assert of.snapshot.first_collection_done
    cloud.fail.clear()
    await of.refresh()
    assert [state.up for state in of.snapshot.targets] == [True, True]
    assert {row.resource.id for row in of.snapshot.rows} == {"i-1", "i-other"}
    await of.close()


async def test_credentials_that_expire_mark_every_listing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud)
    await of.refresh()
    cloud.fail["connect"] = REFUSED
    await of.refresh()
    assert "expired" in listing(of.snapshot).error
    assert [row.resource.id for row in of.snapshot.rows] == ["i-1"]
    await of.close()


async def test_one_log_line_a_change_of_state(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud)
    cloud.fail[EU] = DENIED
    for _ in range(3):
        await of.refresh()
    cloud.fail.clear()
    for _ in range(2):
        await of.refresh()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "grant vm:ListThings" in caplog.text
    await of.close()


async def test_a_hang_is_cut_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_module, "MIN_DEADLINE_SECONDS", 0.05)
    clock, cloud = Clock(), Cloud({EU: [vm()], "us-east-1": [vm("i-us")]})
    cloud.hang.add(EU)
    of = collector(clock, cloud, interval_seconds=0.05)
    await of.refresh()
    await asyncio.sleep(0.06)
    await of.refresh()
    assert [row.resource.id for row in of.snapshot.rows] == ["i-us"]
    assert of.snapshot.api.errors["aws", "ListThings", "deadline"] >= 1
    cloud.hang.clear()
    await of.refresh()
    assert {row.resource.id for row in of.snapshot.rows} == {"i-1", "i-us"}
    await of.close()


@pytest.mark.parametrize("where", ["series", "connect", "scopes", "extras"])
async def test_any_other_hang_is_cut_too(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target_module, "MIN_DEADLINE_SECONDS", 0.05)
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    cloud.hang.add(where)
    of = collector(clock, cloud, interval_seconds=0.05)
    await of.refresh()
    assert of.snapshot.first_collection_done
    assert sum(of.snapshot.api.errors.values()) == 1
    cloud.hang.clear()
    await of.refresh()
    assert [row.resource.id for row in of.snapshot.rows] == ["i-1"]
    await of.close()


async def test_a_malformed_object_costs_that_object_alone() -> None:
    clock = Clock()
    odd = [
        {"type": "machine", "id": "i-odd"},
        {"id": "no type"},
        vm("i-nan", threads="nan"),
        vm("i-huge", threads=1e300),
    ]
    cloud = Cloud({EU: [*odd, vm()]})
    of = collector(clock, cloud)
    await of.refresh()
    assert [row.resource.id for row in of.snapshot.rows] == ["i-1"]
    skipped = of.snapshot.api.skipped
    assert skipped["aws", "vm/machine", "KeyError"] == 1
    assert skipped["aws", "vm/machine", "ValueError"] == 2
    assert skipped["aws", "ListThings", "KeyError"] == 1
    await of.close()


async def test_the_same_resource_in_two_targets_counts_once() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud, cloud)
    await of.refresh()
    assert len(of.snapshot.rows) == 1
    assert of.snapshot.api.skipped == {("aws", "vm/machine", "duplicate"): 1}
    await of.publish()  # the same sweeps in another Snapshot
    assert of.snapshot.api.skipped == {("aws", "vm/machine", "duplicate"): 1}
    clock.now += 300
    await of.refresh()
    assert of.snapshot.api.skipped == {("aws", "vm/machine", "duplicate"): 2}
    await of.close()


async def test_an_empty_scope_is_left_alone_for_some_refreshes_then_asked_again() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()], "us-east-1": []})
    of = collector(clock, cloud)
    for _ in range(5):
        await of.refresh()
    assert cloud.sweeps.count("us-east-1") == 1
    cloud.estate["us-east-1"] = [vm("i-new")]
    for _ in range(target_module.EMPTY_REFRESHES):
        await of.refresh()
    assert "i-new" in {row.resource.id for row in of.snapshot.rows}
    cloud.estate["us-east-1"] = []
    before = cloud.sweeps.count("us-east-1")
    await of.refresh()
    await of.refresh()
    assert cloud.sweeps.count("us-east-1") == before + 2  # once inhabited, always asked
    await of.close()


async def test_a_region_that_appears_and_one_that_vanishes() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud)
    await of.refresh()
    cloud.estate = {"eu-west-3": [vm("i-3")]}
    clock.now += 300
    await of.refresh()
    assert [row.resource.id for row in of.snapshot.rows] == ["i-3"]
    assert {outcome.region for outcome in of.snapshot.listings} == {"eu-west-3"}
    await of.close()


async def test_scopes_that_cannot_be_read_leave_the_known_ones() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud)
    await of.refresh()
    cloud.fail["scopes"] = DENIED
    clock.now += 3000
    await of.refresh()
    assert [row.resource.id for row in of.snapshot.rows] == ["i-1"]
    assert listing(of.snapshot).last_success == clock.now
    await of.close()


async def test_one_series_that_cannot_be_read_makes_no_other_be_read_again() -> None:
    """Each read is billed: what went well is asked for again when it is due, and what failed with
    the next refresh.
    """
    clock, cloud = Clock(), Cloud({EU: [vm("i-1"), vm("i-2")]}, costs=True)
    cloud.unread["i-2"] = Unreachable("broken", provider="aws", operation="Read")
    of = collector(clock, cloud, utilisation_interval_seconds=900)
    for _ in range(4):
        for name in ("i-1", "i-2"):
            cloud.series.setdefault((name, "cpu_ratio"), []).append(
                Point(clock.now - 300, clock.now, 0.5)
            )
        await of.refresh()
        assert [outcome.error for outcome in of.snapshot.measurements] == ["aws Read: broken"]
        clock.now += 300
    asked = [[read.resource.id for read in reads] for reads in cloud.reads]
    assert asked == [["i-1", "i-2"], ["i-2"], ["i-2"], ["i-1", "i-2"]]
    cloud.unread.clear()
    await of.refresh()
    totals = row(of.snapshot, "i-2").totals
    assert totals is not None
    assert totals.energy_joules == pytest.approx(
        3 * 300 * row(of.snapshot, "i-2").footprint.power_watts.value
    )
    await of.close()


async def test_reads_that_cost_are_made_each_utilisation_interval_and_bring_all_points() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, costs=True)
    of = collector(clock, cloud, utilisation_interval_seconds=900)
    for _ in range(7):
        start = clock.now - 300
        cloud.series.setdefault(("i-1", "cpu_ratio"), []).append(Point(start, clock.now, 0.5))
        await of.refresh()
        clock.now += 300
    assert len(cloud.reads) == 3
    totals = row(of.snapshot, "i-1").totals
    assert totals is not None
    watts = row(of.snapshot, "i-1").footprint.power_watts.value
    assert totals.energy_joules == pytest.approx(6 * 300 * watts)
    await of.close()


async def test_what_vanished_gets_one_last_read() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, settle=600)
    of = collector(clock, cloud)
    await of.refresh()
    start = clock.now
    clock.now += 300
    await of.refresh()
    cloud.estate[EU] = []
    cloud.series["i-1", "cpu_ratio"] = [Point(start, start + 300, 0.9)]
    clock.now += 300
    await of.refresh()
    assert of.snapshot.rows == ()
    for _ in range(3):
        clock.now += 300
        await of.refresh()
    account = next(one for one in of.snapshot.accounts if one.kind == "vm/machine")
    assert account.totals is not None
    cloud.estate[EU] = [vm("i-2")]
    cloud.series["i-2", "cpu_ratio"] = [Point(clock.now - 600, clock.now - 300, 0.9)]
    clock.now += 600
    await of.refresh()
    assert account.totals.energy_joules == pytest.approx(
        300 * row(of.snapshot, "i-2").footprint.power_watts.value
    )
    await of.close()


async def test_buckets_have_their_classes() -> None:
    clock, cloud = Clock(), Cloud({EU: [{"type": "bucket", "id": "b"}]})
    day = 86400
    cloud.series["b", "stored_gib:StandardStorage"] = [
        Point(clock.now - 2 * day, clock.now - day, 1000)
    ]
    of = collector(clock, cloud)
    await of.refresh()
    found = row(of.snapshot, "b")
    assert found.loads == {"stored_gib:StandardStorage": 1000}
    assert found.footprint.basis == "measured"
    await of.close()


async def test_excluded_kinds_are_not_there() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm(), {"type": "volume", "id": "vol-1", "gib": 8}]})
    of = collector(clock, cloud, exclude=("vm/volume",))
    await of.refresh()
    assert [row.resource.id for row in of.snapshot.rows] == ["i-1"]
    assert {outcome.kind for outcome in of.snapshot.listings} == {"vm/machine", "vm/bucket"}
    await of.close()


async def test_scrape_mode_collects_on_request_once_for_all_who_ask() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud, mode="scrape")
    await asyncio.gather(*(of.collect_for_scrape(5) for _ in range(4)))
    assert cloud.sweeps == [EU]
    assert row(of.snapshot, "i-1").totals is None
    assert of.snapshot.accounts[0].totals is None
    clock.now += 299
    await of.collect_for_scrape(5)
    assert cloud.sweeps == [EU]
    clock.now += 1
    await of.collect_for_scrape(5)
    assert cloud.sweeps == [EU, EU]
    await of.close()


async def test_scrape_mode_answers_at_the_deadline_with_what_is_finished() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()], "us-east-1": [vm("i-us")]})
    cloud.hang.add("us-east-1")
    of = collector(clock, cloud, mode="scrape")
    await of.collect_for_scrape(0.1)
    assert [row.resource.id for row in of.snapshot.rows] == ["i-1"]
    assert not of.snapshot.first_collection_done
    await of.close()


async def test_the_loop_refreshes_on_its_timer_and_ends_when_cancelled() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud, interval_seconds=0.01)
    task = asyncio.create_task(of.run())
    async with asyncio.timeout(5):
        while len(cloud.sweeps) < 3:
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await of.close()
    assert cloud.closed


async def test_a_defect_while_building_keeps_the_last_snapshot(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    of = collector(clock, cloud)
    await of.refresh()
    before = of.snapshot

    def broken(snapshot: Snapshot) -> int:
        raise RuntimeError("broken")

    of._render = broken
    await of.refresh()
    assert of.snapshot is before
    assert "no new snapshot" in caplog.text
    await of.close()


async def test_reads_further_apart_than_stale_after_lose_nothing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, costs=True, settle=600)
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 900, clock.now - 600, 0.5)]
    of = collector(clock, cloud, utilisation_interval_seconds=7200)
    for step in range(61):
        start = clock.now - 300
        load = (step % 7) / 10
        cloud.series["i-1", "cpu_ratio"].append(Point(start, clock.now, load))
        await of.refresh()
        assert row(of.snapshot, "i-1").footprint.basis == "measured"
        clock.now += 300
    assert len(cloud.reads) == 3
    track = of._builder._counters.track("i-1")
    assert track is not None
    points = [
        point
        for point in cloud.series["i-1", "cpu_ratio"]
        if 1_800_000_000 <= point.start < track.covered
    ]
    expected = sum(
        300 * power_watts(track.resource, {"cpu_ratio": point.value}, PLACE) for point in points
    )
    assert len(points) > 40
    assert track.energy == pytest.approx(expected)
    await of.close()


async def test_a_part_of_a_listing_that_fails_keeps_its_last_good_figures_until_stale() -> None:
    clock = Clock()
    cloud = Cloud(
        {
            EU: [
                {"type": "volume", "id": "vol-1", "gib": 8},
                {"type": "volume", "id": "vol-2", "gib": 8},
                vm(),
            ]
        }
    )
    of = collector(clock, cloud)
    await of.refresh()
    seen = clock.now
    cloud.lacking["vm/volume"] = DENIED
    for _ in range(3):
        clock.now += 600
        cloud.estate[EU].append(vm(f"i-{clock.now:.0f}"))
        await of.refresh()
        assert {"vol-1", "vol-2", "i-1"} <= {row.resource.id for row in of.snapshot.rows}
        assert listing(of.snapshot, "vm/volume").error == str(DENIED)
        assert listing(of.snapshot, "vm/volume").last_success == seen
        assert listing(of.snapshot, "vm/volume").resources == 2
        assert listing(of.snapshot).error == "", "the other kinds go on"
        assert listing(of.snapshot).last_success == clock.now
        totals = row(of.snapshot, "vol-1").totals
        assert totals is not None
        assert totals.energy_joules == 0, "what is not known to be there is not counted yet"
    assert len(of.snapshot.rows) == 6
    assert of.snapshot.api.errors["aws", "ListThings", "permission_missing"] == 3
    clock.now += 600
    await of.refresh()
    assert not {"vol-1", "vol-2"} & {row.resource.id for row in of.snapshot.rows}, "stale"
    cloud.lacking.clear()
    del cloud.estate[EU][1]  # vol-2
    await of.refresh()
    rows = {row.resource.id: row for row in of.snapshot.rows}
    assert "vol-2" not in rows
    totals = rows["vol-1"].totals
    assert totals is not None
    watts = rows["vol-1"].footprint.power_watts.value
    assert totals.energy_joules == pytest.approx(watts * 2400), (
        "and filled in for what is still there"
    )
    assert listing(of.snapshot, "vm/volume").error == ""
    await of.close()


async def test_a_series_that_cannot_be_read_is_counted_and_fails_nothing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, spoiled={("vm/machine", "ValueError"): 2})
    of = collector(clock, cloud)
    for _ in range(2):
        await of.refresh()
        clock.now += 60
    assert of.snapshot.api.skipped == {("aws", "vm/machine", "ValueError"): 4}
    assert [outcome.error for outcome in of.snapshot.measurements] == [""]
    await of.close()


async def test_an_answer_of_nonsense_takes_nothing_away() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm(), vm("i-2")]})
    of = collector(clock, cloud)
    await of.refresh()
    answers: list[list[dict[str, Any]]] = [
        [{"type": "machine"}, {"type": "machine", "id": "i-1"}],
        [{}, {}],
    ]
    for nonsense in answers:
        cloud.estate[EU] = list(nonsense)
        clock.now += 60
        await of.refresh()
        assert [row.resource.id for row in of.snapshot.rows] == ["i-1", "i-2"]
        assert "no object of vm/machine can be read" in listing(of.snapshot).error
    cloud.estate[EU] = [vm("i-2")]
    await of.refresh()
    assert [row.resource.id for row in of.snapshot.rows] == ["i-2"], (
        "a sound answer is believed at once"
    )
    assert listing(of.snapshot).error == ""
    await of.close()

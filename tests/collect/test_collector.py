"""The refresh loop: what a failing, hanging or odd cloud in memory does to the Snapshot."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cloud_carbon_exporter.api_costs.budget import Budget
from cloud_carbon_exporter.collect import Collector, CollectSettings, Target, attempts
from cloud_carbon_exporter.errors import (
    CredentialsRefused,
    PermissionMissing,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.grid import GridSettings, preferences
from cloud_carbon_exporter.grid.asking import Asking
from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.estimate import power_watts
from cloud_carbon_exporter.model.snapshot import Outcome, Row, Snapshot
from cloud_carbon_exporter.model.types import Point
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Read, Reading
from tests.fakes import cloud as estate
from tests.fakes.cloud import Clock, Cloud, FakeClient
from tests.patience import PATIENCE_SECONDS

EU = "eu-west-1"
PLACE = facts.place("aws", EU)
REFUSED = CredentialsRefused("the security token is expired", provider="aws", hint="renew it")
DENIED = PermissionMissing(
    "not allowed", provider="aws", region=EU, operation="ListThings", hint="grant vm:ListThings"
)


def new_collector(
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

    async def hang(self: Asking, zones: object) -> None:
        asked.set()
        await never.wait()

    monkeypatch.setattr(Asking, "ask_all", hang)
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    grid = GridSettings(preferences(["prometheus:http://localhost:9"]), patience_seconds=3600)
    targets = [Target("target", cloud.provider(), TargetSettings(provider="aws"))]
    collector = Collector(
        targets,
        CollectSettings(grid=grid),
        Budget(clock),
        lambda snapshot: len(snapshot.rows),
        clock,
    )
    running = asyncio.create_task(collector.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asked.wait()
        await collector.end(running)
    assert collector.exposition == 1, "what was collected is shown, and kept"


async def test_before_the_first_collection_there_is_an_empty_snapshot() -> None:
    clock = Clock()
    collector = new_collector(clock, Cloud())
    assert collector.snapshot.rows == ()
    assert not collector.snapshot.first_collection_done
    assert collector.exposition == 0
    await collector.close()


async def test_a_whole_refresh() -> None:
    clock, cloud = Clock(), Cloud()
    cloud.estate = {
        EU: [vm(), vm("i-2", state="stopped"), vm("i-3", state="gone")],
        "us-east-1": [],
    }
    cloud.estate[EU] += [{"type": "volume", "id": "vol-1", "gib": 8}, {"type": "queue", "id": "q"}]
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 120, clock.now - 60, 0.5)]
    collector = new_collector(clock, cloud)
    await collector.refresh()
    snapshot = collector.snapshot
    assert [row.resource.id for row in snapshot.rows] == ["i-1", "i-2", "vol-1"]
    assert collector.exposition == 3
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
    await collector.close()
    assert cloud.closed


async def test_no_series_is_a_default_never_a_zero() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    shown = row(collector.snapshot, "i-1")
    assert shown.footprint.basis == "default"
    assert "cpu_ratio" in shown.footprint.reason
    assert shown.footprint.power_watts.value > 0
    assert shown.measured_at is None
    await collector.close()


async def test_counters_are_exposed_at_zero_first_and_then_advance() -> None:
    clock, cloud = Clock(), Cloud({EU: [{"type": "volume", "id": "vol-1", "gib": 8}]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    totals = row(collector.snapshot, "vol-1").totals
    assert totals is not None
    assert totals.energy_joules == 0
    clock.now += 300
    await collector.refresh()
    totals = row(collector.snapshot, "vol-1").totals
    assert totals is not None
    assert totals.energy_joules == pytest.approx(
        300 * row(collector.snapshot, "vol-1").footprint.power_watts.value
    )
    assert collector.snapshot.accounts[0].totals == totals
    await collector.close()


async def test_a_failed_sweep_keeps_its_last_good_figures_until_stale() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()], "us-east-1": [vm("i-us")]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    cloud.fail[EU] = DENIED
    clock.now += 300
    await collector.refresh()
    assert {row.resource.id for row in collector.snapshot.rows} == {"i-1", "i-us"}
    assert "grant vm:ListThings" in listing(collector.snapshot).error
    assert listing(collector.snapshot, region="us-east-1").error == ""
    assert listing(collector.snapshot).last_success == clock.now - 300
    assert collector.snapshot.api.errors["aws", "ListThings", "permission_missing"] == 1
    clock.now += 1800
    await collector.refresh()
    assert {row.resource.id for row in collector.snapshot.rows} == {"i-us"}
    assert collector.snapshot.accounts[0].power_watts.value == 0
    del cloud.fail[EU]
    clock.now += 300
    await collector.refresh()
    totals = row(collector.snapshot, "i-1").totals
    assert totals is not None
    assert totals.energy_joules > 0  # the time of the outage is filled
    await collector.close()


async def test_a_target_collected_seldom_is_shown_until_its_next_collection_fails() -> None:
    """More seldom than stale-after."""
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud, interval_seconds=7200)
    await collector.refresh()
    clock.now += 7200
    await collector.publish()  # as another target's collection does
    assert {row.resource.id for row in collector.snapshot.rows} == {"i-1"}
    cloud.fail[EU] = DENIED
    await collector.refresh()
    clock.now += 1801
    await collector.publish()
    assert not collector.snapshot.rows
    await collector.close()


async def test_failed_monitoring_is_not_a_failed_listing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    cloud.fail["series"] = Throttled("rate exceeded", provider="aws", operation="GetMetricData")
    collector = new_collector(clock, cloud)
    await collector.refresh()
    assert listing(collector.snapshot).error == ""
    assert "rate exceeded" in collector.snapshot.measurements[0].error
    assert collector.snapshot.measurements[0].last_success is None
    assert row(collector.snapshot, "i-1").footprint.basis == "default"
    assert collector.snapshot.api.errors["aws", "GetMetricData", "throttled"] == 1
    cloud.fail.clear()
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 60, clock.now, 0.5)]
    clock.now += 300
    # What failed is tried again at once, whatever the utilisation interval.
    await collector.refresh()
    assert collector.snapshot.measurements[0].error == ""
    assert row(collector.snapshot, "i-1").footprint.basis == "measured"
    await collector.close()


async def test_a_defect_while_reading_is_a_failed_measurement_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: FakeClient, reads: Sequence[Read], until: float) -> Reading:
        raise KeyError("a field nobody sent")

    clock, cloud = Clock(), Cloud({EU: [vm()]})
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 60, clock.now, 0.5)]
    collector = new_collector(clock, cloud)
    with monkeypatch.context() as patched:
        patched.setattr(FakeClient, "series", broken)
        await collector.refresh()
    (outcome,) = collector.snapshot.measurements
    assert "KeyError" in outcome.error
    assert "failed unexpectedly" in caplog.text
    assert row(collector.snapshot, "i-1").footprint.basis == "default"
    await collector.refresh()
    assert [outcome.error for outcome in collector.snapshot.measurements] == [""]
    assert row(collector.snapshot, "i-1").footprint.basis == "measured"
    await collector.close()


async def test_it_ends_when_what_is_being_built_is_done() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    building, go_on = threading.Event(), threading.Event()

    def slow(snapshot: Snapshot) -> int:
        building.set()
        assert go_on.wait(PATIENCE_SECONDS)
        return 7

    collector._render = slow
    running = asyncio.create_task(collector.run())
    assert await asyncio.to_thread(building.wait, 10)
    ending = asyncio.create_task(collector.end(running))
    await asyncio.sleep(0)
    assert not ending.done()
    assert not running.done()
    go_on.set()
    await ending
    assert collector.exposition == 7
    assert running.cancelled()
    assert not cloud.closed, "what is given back comes after what is kept"
    await collector.close()
    assert cloud.closed


async def test_refused_credentials_leave_it_up_and_are_tried_again() -> None:
    clock, cloud, other = Clock(), Cloud({EU: [vm()]}), Cloud({EU: [vm("i-other")]})
    cloud.fail["connect"] = REFUSED
    collector = new_collector(clock, cloud, other)
    await collector.refresh()
    assert [state.up for state in collector.snapshot.targets] == [False, True]
    assert "renew it" in collector.snapshot.targets[0].error
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-other"]
    assert collector.snapshot.first_collection_done
    cloud.fail.clear()
    await collector.refresh()
    assert [state.up for state in collector.snapshot.targets] == [True, True]
    assert {row.resource.id for row in collector.snapshot.rows} == {"i-1", "i-other"}
    await collector.close()


async def test_credentials_that_expire_mark_every_listing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    cloud.fail["connect"] = REFUSED
    await collector.refresh()
    assert "expired" in listing(collector.snapshot).error
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    await collector.close()


async def test_one_log_line_a_change_of_state(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="cloud_carbon_exporter.collect")
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    cloud.fail[EU] = DENIED
    for _ in range(3):
        await collector.refresh()
    cloud.fail.clear()
    for _ in range(2):
        await collector.refresh()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "grant vm:ListThings" in caplog.text
    await collector.close()


def no_deadline(collector: Collector[int]) -> None:
    """Whatever does not hang has the time that it takes, on whatever machine."""
    for run in collector.runs:
        run._attempts.deadline_seconds = PATIENCE_SECONDS


async def test_a_hang_is_cut_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MIN_DEADLINE_SECONDS", 0.5)
    clock, cloud = Clock(), Cloud({EU: [vm()], "us-east-1": [vm("i-us")]})
    cloud.hang.add(EU)
    collector = new_collector(clock, cloud, interval_seconds=0.05)
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-us"]
    assert collector.snapshot.api.errors["aws", "ListThings", "deadline"] >= 1
    cloud.hang.clear()
    no_deadline(collector)
    await collector.refresh()
    assert {row.resource.id for row in collector.snapshot.rows} == {"i-1", "i-us"}
    await collector.close()


@pytest.mark.parametrize("where", ["series", "connect", "scopes", "extras"])
async def test_any_other_hang_is_cut_too(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MIN_DEADLINE_SECONDS", 0.5)
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    cloud.hang.add(where)
    collector = new_collector(clock, cloud, interval_seconds=0.05)
    await collector.refresh()
    assert collector.snapshot.first_collection_done
    assert sum(collector.snapshot.api.errors.values()) == 1
    cloud.hang.clear()
    no_deadline(collector)
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    await collector.close()


async def test_a_malformed_object_costs_that_object_alone() -> None:
    clock = Clock()
    odd = [
        {"type": "machine", "id": "i-odd"},
        {"id": "no type"},
        vm("i-nan", threads="nan"),
        vm("i-huge", threads=1e300),
    ]
    cloud = Cloud({EU: [*odd, vm()]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    skipped = collector.snapshot.api.skipped
    assert skipped["aws", "vm/machine", "KeyError"] == 1
    assert skipped["aws", "vm/machine", "ValueError"] == 2
    assert skipped["aws", "ListThings", "KeyError"] == 1
    await collector.close()


async def test_the_same_resource_in_two_targets_counts_once() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud, cloud)
    await collector.refresh()
    assert len(collector.snapshot.rows) == 1
    assert collector.snapshot.api.skipped == {("aws", "vm/machine", "duplicate"): 1}
    await collector.publish()  # the same sweeps in another Snapshot
    assert collector.snapshot.api.skipped == {("aws", "vm/machine", "duplicate"): 1}
    clock.now += 300
    await collector.refresh()
    assert collector.snapshot.api.skipped == {("aws", "vm/machine", "duplicate"): 2}
    await collector.close()


async def test_a_region_that_appears_and_one_that_vanishes() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    cloud.estate = {"eu-west-3": [vm("i-3")]}
    clock.now += 300
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-3"]
    assert {outcome.region for outcome in collector.snapshot.listings} == {"eu-west-3"}
    await collector.close()


async def test_scopes_that_cannot_be_read_leave_the_known_ones() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    cloud.fail["scopes"] = DENIED
    clock.now += 3000
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    assert listing(collector.snapshot).last_success == clock.now
    await collector.close()


async def test_one_series_that_cannot_be_read_makes_no_other_be_read_again() -> None:
    """Each read is billed: what went well is asked for when it is due, what failed at once."""
    clock, cloud = Clock(), Cloud({EU: [vm("i-1"), vm("i-2")]}, costs=True)
    cloud.unread["i-2"] = Unreachable("broken", provider="aws", operation="Read")
    collector = new_collector(clock, cloud, utilisation_interval_seconds=900)
    for _ in range(4):
        for name in ("i-1", "i-2"):
            cloud.series.setdefault((name, "cpu_ratio"), []).append(
                Point(clock.now - 300, clock.now, 0.5)
            )
        await collector.refresh()
        assert [outcome.error for outcome in collector.snapshot.measurements] == [
            "aws Read: broken"
        ]
        clock.now += 300
    asked = [" ".join(map(_id_of, reads)) for reads in cloud.reads]
    assert asked == ["i-1 i-2", "i-2", "i-2", "i-1 i-2"]
    cloud.unread.clear()
    await collector.refresh()
    totals = row(collector.snapshot, "i-2").totals
    assert totals is not None
    assert totals.energy_joules == pytest.approx(
        3 * 300 * row(collector.snapshot, "i-2").footprint.power_watts.value
    )
    await collector.close()


def _id_of(read: Read) -> str:
    return read.resource.id


async def test_reads_that_cost_are_made_each_utilisation_interval_and_bring_all_points() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, costs=True)
    collector = new_collector(clock, cloud, utilisation_interval_seconds=900)
    for _ in range(7):
        start = clock.now - 300
        cloud.series.setdefault(("i-1", "cpu_ratio"), []).append(Point(start, clock.now, 0.5))
        await collector.refresh()
        clock.now += 300
    assert len(cloud.reads) == 3
    totals = row(collector.snapshot, "i-1").totals
    assert totals is not None
    watts = row(collector.snapshot, "i-1").footprint.power_watts.value
    assert totals.energy_joules == pytest.approx(6 * 300 * watts)
    await collector.close()


async def test_what_vanished_gets_one_last_read() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, settle=600)
    collector = new_collector(clock, cloud)
    await collector.refresh()
    start = clock.now
    clock.now += 300
    await collector.refresh()
    cloud.estate[EU] = []
    cloud.series["i-1", "cpu_ratio"] = [Point(start, start + 300, 0.9)]
    clock.now += 300
    await collector.refresh()
    assert collector.snapshot.rows == ()
    for _ in range(3):
        clock.now += 300
        await collector.refresh()
    account = next(sums for sums in collector.snapshot.accounts if sums.kind == "vm/machine")
    assert account.totals is not None
    cloud.estate[EU] = [vm("i-2")]
    cloud.series["i-2", "cpu_ratio"] = [Point(clock.now - 600, clock.now - 300, 0.9)]
    clock.now += 600
    await collector.refresh()
    assert account.totals.energy_joules == pytest.approx(
        300 * row(collector.snapshot, "i-2").footprint.power_watts.value
    )
    await collector.close()


async def test_buckets_have_their_classes() -> None:
    clock, cloud = Clock(), Cloud({EU: [{"type": "bucket", "id": "b"}]})
    day = 86400
    cloud.series["b", "stored_gib:StandardStorage"] = [
        Point(clock.now - 2 * day, clock.now - day, 1000)
    ]
    collector = new_collector(clock, cloud)
    await collector.refresh()
    shown = row(collector.snapshot, "b")
    assert shown.loads == {"stored_gib:StandardStorage": 1000}
    assert shown.footprint.basis == "measured"
    await collector.close()


async def test_a_sample_of_a_day_is_found_by_what_is_read_by_the_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bucket of 2 TB was empty: its size came once a day, and was looked for in three hours."""
    [daily] = [spec for spec in estate.SERVICES if spec.kind == "vm/bucket"]
    [metric] = daily.metrics
    hourly = replace(daily, metrics=(replace(metric, period_seconds=3600),))
    monkeypatch.setattr(estate, "SERVICES", (hourly,))
    clock, cloud = Clock(), Cloud({EU: [{"type": "bucket", "id": "b"}]})
    sampled = clock.now - 20 * 3600
    cloud.series["b", "stored_gib:STANDARD"] = [Point(sampled - 3600, sampled, 1800)]
    collector = new_collector(clock, cloud)
    await collector.refresh()
    assert row(collector.snapshot, "b").loads == {"stored_gib:STANDARD": 1800}
    await collector.close()


async def test_excluded_kinds_are_not_there() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm(), {"type": "volume", "id": "vol-1", "gib": 8}]})
    collector = new_collector(clock, cloud, exclude=("vm/volume",))
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    assert {outcome.kind for outcome in collector.snapshot.listings} == {"vm/machine", "vm/bucket"}
    await collector.close()


async def test_scrape_mode_collects_on_request_once_for_all_who_ask() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud, mode="scrape")
    await asyncio.gather(*(collector.collect_for_scrape(5) for _ in range(4)))
    assert cloud.sweeps == [EU]
    assert row(collector.snapshot, "i-1").totals is None
    assert collector.snapshot.accounts[0].totals is None
    clock.now += 299
    await collector.collect_for_scrape(5)
    assert cloud.sweeps == [EU]
    clock.now += 1
    await collector.collect_for_scrape(5)
    assert cloud.sweeps == [EU, EU]
    await collector.close()


async def test_scrape_mode_answers_at_the_deadline_with_what_is_finished() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()], "us-east-1": [vm("i-us")]})
    cloud.hang.add("us-east-1")
    collector = new_collector(clock, cloud, mode="scrape")
    await collector.collect_for_scrape(0.1)
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-1"]
    assert not collector.snapshot.first_collection_done
    await collector.close()


async def test_the_loop_refreshes_on_its_timer_and_ends_when_cancelled() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud, interval_seconds=0.01)
    task = asyncio.create_task(collector.run())
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(cloud.sweeps) < 3:
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await collector.close()
    assert cloud.closed


async def test_a_defect_while_building_keeps_the_last_snapshot(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    before = collector.snapshot

    def broken(snapshot: Snapshot) -> int:
        raise RuntimeError("broken")

    collector._render = broken
    await collector.refresh()
    assert collector.snapshot is before
    assert "no new snapshot" in caplog.text
    await collector.close()


async def test_reads_further_apart_than_stale_after_lose_nothing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, costs=True, settle=600)
    cloud.series["i-1", "cpu_ratio"] = [Point(clock.now - 900, clock.now - 600, 0.5)]
    collector = new_collector(clock, cloud, utilisation_interval_seconds=7200)
    for step in range(61):
        start = clock.now - 300
        load = (step % 7) / 10
        cloud.series["i-1", "cpu_ratio"].append(Point(start, clock.now, load))
        await collector.refresh()
        assert row(collector.snapshot, "i-1").footprint.basis == "measured"
        clock.now += 300
    assert len(cloud.reads) == 3
    timeline = collector.counters.timeline("i-1")
    assert timeline is not None
    points = [
        point
        for point in cloud.series["i-1", "cpu_ratio"]
        if 1_800_000_000 <= point.start < timeline.covered_until
    ]
    expected = sum(
        300 * power_watts(timeline.resource, {"cpu_ratio": point.value}, PLACE) for point in points
    )
    assert len(points) > 40
    assert timeline.totals.energy_joules == pytest.approx(expected)
    await collector.close()


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
    collector = new_collector(clock, cloud)
    await collector.refresh()
    seen = clock.now
    cloud.lacking["vm/volume"] = DENIED
    for _ in range(3):
        clock.now += 600
        cloud.estate[EU].append(vm(f"i-{clock.now:.0f}"))
        await collector.refresh()
        assert {"vol-1", "vol-2", "i-1"} <= {row.resource.id for row in collector.snapshot.rows}
        assert listing(collector.snapshot, "vm/volume").error == str(DENIED)
        assert listing(collector.snapshot, "vm/volume").last_success == seen
        assert listing(collector.snapshot, "vm/volume").resources == 2
        assert listing(collector.snapshot).error == "", "the other kinds go on"
        assert listing(collector.snapshot).last_success == clock.now
        totals = row(collector.snapshot, "vol-1").totals
        assert totals is not None
        assert totals.energy_joules == 0, "what is not known to be there is not counted yet"
    assert len(collector.snapshot.rows) == 6
    assert collector.snapshot.api.errors["aws", "ListThings", "permission_missing"] == 3
    await _then_it_is_stale_and_then_works_again(clock, cloud, collector)
    await collector.close()


async def _then_it_is_stale_and_then_works_again(
    clock: Clock, cloud: Cloud, collector: Collector[int]
) -> None:
    clock.now += 600
    await collector.refresh()
    assert not {"vol-1", "vol-2"} & {row.resource.id for row in collector.snapshot.rows}, "stale"
    cloud.lacking.clear()
    del cloud.estate[EU][1]  # vol-2
    await collector.refresh()
    rows = {row.resource.id: row for row in collector.snapshot.rows}
    assert "vol-2" not in rows
    totals = rows["vol-1"].totals
    assert totals is not None
    watts = rows["vol-1"].footprint.power_watts.value
    assert totals.energy_joules == pytest.approx(watts * 2400), (
        "and filled in for what is still there"
    )
    assert listing(collector.snapshot, "vm/volume").error == ""
    await collector.close()


async def test_a_series_that_cannot_be_read_is_counted_and_fails_nothing() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm()]}, spoiled={("vm/machine", "ValueError"): 2})
    collector = new_collector(clock, cloud)
    for _ in range(2):
        await collector.refresh()
        clock.now += 60
    assert collector.snapshot.api.skipped == {("aws", "vm/machine", "ValueError"): 4}
    assert [outcome.error for outcome in collector.snapshot.measurements] == [""]
    await collector.close()


async def test_an_answer_of_nonsense_takes_nothing_away() -> None:
    clock, cloud = Clock(), Cloud({EU: [vm(), vm("i-2")]})
    collector = new_collector(clock, cloud)
    await collector.refresh()
    answers: list[list[dict[str, Any]]] = [
        [{"type": "machine"}, {"type": "machine", "id": "i-1"}],
        [{}, {}],
    ]
    for nonsense in answers:
        cloud.estate[EU] = list(nonsense)
        clock.now += 60
        await collector.refresh()
        assert [row.resource.id for row in collector.snapshot.rows] == ["i-1", "i-2"]
        assert "no object of vm/machine can be read" in listing(collector.snapshot).error
    cloud.estate[EU] = [vm("i-2")]
    await collector.refresh()
    assert [row.resource.id for row in collector.snapshot.rows] == ["i-2"], (
        "a sound answer is believed at once"
    )
    assert listing(collector.snapshot).error == ""
    await collector.close()

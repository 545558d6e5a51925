"""Departures: what was deleted is told as it was last, and until when; each failure is no worse
than not knowing.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.fakes.gcp import Calls, GoogleCloud
from tests.fakes.gcp_estate import recorded
from tests.fakes.gcp_monitoring import Series
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.test_monitoring import BY_TOKEN

from cloud_carbon_exporter.collect.sweep import Swept, sweep
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client import departures
from cloud_carbon_exporter.providers.gcp.client.client import GcpClient
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING

pytestmark = pytest.mark.slow

INSTANCE = "compute.googleapis.com/Instance"
HISTORY = "cloudasset.batchGetAssetsHistory"
SERIES = "monitoring.projects.timeSeries.list"
UPTIME = "compute.googleapis.com/instance/uptime"
ZONE = "europe-west1-b"
NUMBER = "7700000000000000001"


async def listed(client: GcpClient) -> Swept:
    """One listing, its endings those of Compute Engine alone: a recorded job has ended as well."""
    await client.connect()
    [scope] = await client.scopes(LISTING)
    swept = await sweep(client, LISTING, PROVIDER.services, scope)
    endings = tuple(end for end in swept.endings if end.resource.kind.startswith("compute/"))
    return replace(swept, endings=endings)


def running() -> dict[str, Any]:
    """A recorded machine that runs."""
    for asset in recorded():
        if asset["assetType"] == INSTANCE and asset["name"].endswith(f"{ZONE}/instances/web-1"):
            return copy.deepcopy(asset)
    raise LookupError("web-1")


def gone(cloud: GoogleCloud, asset: dict[str, Any], at: float) -> None:
    """Delete an asset of the fake."""
    cloud.assets = [other for other in cloud.assets if other["name"] != asset["name"]]
    cloud.deleted[asset["name"]] = (asset, at)


def uptime(since: float, until: float, name: str = "runner", number: str = NUMBER) -> Series:
    labels = {"project_id": "shop-prod", "zone": ZONE, "instance_id": number}
    return Series(
        UPTIME,
        labels,
        1.0,
        {"instance_name": name},
        since=since,
        until=until,
        system_labels={"machine_type": "n2-standard-8", "region": "europe-west1"},
    )


def by_name(endings: Sequence[Ended]) -> dict[str, Ended]:
    return {ending.resource.name: ending for ending in endings}


async def test_what_was_deleted_ran_until_its_history_says(
    explore: Explore, cloud: GoogleCloud, calls: Calls
) -> None:
    client, machine, at = explore(), running(), time.time() - 100
    await listed(client)
    gone(cloud, machine, at)
    swept = await listed(client)
    [ending] = swept.endings
    assert ending.resource.id == machine["name"].removeprefix("//")
    assert ending.at == pytest.approx(at, abs=0.001)
    assert ending.left is None
    assert ending.resource.components
    assert ending.resource.started is not None
    await listed(client)
    assert cloud.calls[HISTORY] == 1  # once
    assert calls.outcomes["cloudasset", "batchGetAssetsHistory", "success"] == 1


async def test_what_stands_is_not_asked_for(explore: Explore, cloud: GoogleCloud) -> None:
    client = explore()
    await listed(client)
    await listed(client)
    assert cloud.calls[HISTORY] == 0


async def test_one_without_a_history_costs_itself_alone(
    explore: Explore, cloud: GoogleCloud
) -> None:
    # A disk in a storage pool is a part of the pool.
    every = [asset for asset in recorded() if asset["assetType"].endswith("/Disk")]
    disks = [asset for asset in every if "storagePool" not in asset["resource"]["data"]]
    client, at = explore(), time.time() - 100
    await listed(client)
    for disk in disks:
        gone(cloud, disk, at)
    del cloud.deleted[disks[0]["name"]]
    swept = await listed(client)
    assert len(swept.endings) == len(disks) - 1
    assert swept.failures == {}


@pytest.mark.parametrize("how", ["permission", "unavailable", "html", "throttled"])
async def test_a_history_that_is_not_told_changes_nothing_of_what_is_there(
    explore: Explore, cloud: GoogleCloud, how: str
) -> None:
    client, machine = explore(), running()
    before = await listed(client)
    gone(cloud, machine, time.time() - 100)
    cloud.break_("cloudasset", how, method=HISTORY)
    after = await listed(client)
    assert len(after.resources) == len(before.resources) - 1
    assert after.endings == ()
    assert after.failures == {}


async def test_a_machine_that_no_listing_had_is_known_by_its_uptime(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, now = explore(exclude=BY_TOKEN), time.time()
    await listed(client)
    cloud.series = [uptime(now - 2400, now - 1500)]
    ending = by_name((await listed(client)).endings)["runner"]
    assert ending.resource.id == (
        f"compute.googleapis.com/projects/shop-prod/zones/{ZONE}/instances/runner"
    )
    assert ending.resource.started == pytest.approx(now - 2400, abs=1)
    assert ending.at == pytest.approx(now - 1500, abs=1)
    assert ending.resource.info["host_type"] == "n2-standard-8"
    assert {part.kind for part in ending.resource.components} >= {"vcpu", "memory"}
    assert ending.resource.monitor["instance_id"] == NUMBER
    await listed(client)
    assert cloud.calls[SERIES] == 1  # an hour's


async def test_a_life_within_one_period_is_as_long_as_it_was(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, now = explore(), time.time()
    await listed(client)
    cloud.series = [uptime(now - 1700, now - 1640)]
    ending = by_name((await listed(client)).endings)["runner"]
    assert ending.resource.started is not None
    assert ending.at - ending.resource.started == pytest.approx(60, abs=1)


async def test_its_history_tells_more_of_it_than_its_uptime(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, now, machine = explore(), time.time(), running()
    data = machine["resource"]["data"]
    started = datetime.fromtimestamp(now - 2410, UTC).isoformat()
    data |= {"id": NUMBER, "name": "runner", "labels": {"team": "ci"}}
    data |= {"lastStartTimestamp": started}
    machine["name"] = machine["name"].replace("/web-1", "/runner")
    await listed(client)
    cloud.series = [uptime(now - 2400, now - 1500)]
    cloud.deleted[machine["name"]] = (machine, now - 1490)
    ending = by_name((await listed(client)).endings)["runner"]
    assert ending.resource.tags == {"team": "ci"}
    assert ending.resource.started == pytest.approx(now - 2410, abs=0.001)
    assert ending.at == pytest.approx(now - 1490, abs=0.001)


async def test_what_runs_or_was_listed_is_not_told_a_second_time(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, now, machine = explore(), time.time(), running()
    number = str(machine["resource"]["data"]["id"])
    await listed(client)
    cloud.series = [
        # Asset Inventory does not have it yet.
        uptime(now - 2400, float("inf"), "starts", "7700000000000000002"),
        uptime(now - 15000, float("inf"), "web-1", number),
        # Another of that name, which runs again: its end would be taken for that of this one.
        uptime(now - 2400, now - 1500, "web-1"),
    ]
    assert (await listed(client)).endings == ()


async def test_a_machine_made_anew_under_its_name_leaves_another_life(
    explore: Explore, cloud: GoogleCloud
) -> None:
    """As a managed instance group does it with what was preempted."""
    client, now, machine = explore(), time.time(), running()
    data = machine["resource"]["data"]
    await listed(client)
    data |= {"id": "7700000000000000009"}
    data["lastStartTimestamp"] = datetime.fromtimestamp(now - 1450, UTC).isoformat()
    cloud.assets = [machine, *(one for one in cloud.assets if one["name"] != machine["name"])]
    cloud.series = [
        uptime(now - 2400, now - 2000, "web-1"),
        uptime(now - 1900, now - 1500, "web-1", "7700000000000000002"),
    ]
    endings = (await listed(client)).endings
    assert [ending.resource.monitor["instance_id"] for ending in endings] == [
        NUMBER,
        "7700000000000000002",
    ]
    assert {ending.resource.id for ending in endings} == {machine["name"].removeprefix("//")}


async def test_a_node_of_autopilot_is_counted_at_its_cluster(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, now = explore(), time.time()
    await listed(client)
    cloud.series = [uptime(now - 2400, now - 1500, "gk3-web-pool-1-abcd")]
    assert (await listed(client)).endings == ()


async def test_where_a_type_cannot_be_asked_for_it_is_assumed(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client, now = explore(), time.time()
    await listed(client)
    cloud.series = [uptime(now - 2400, now - 1500)]
    cloud.break_("monitoring", "refused", times=1)
    ending = by_name((await listed(client)).endings)["runner"]
    assert all(part.assumed for part in ending.resource.components)


@pytest.mark.parametrize("how", ["permission", "unavailable", "html", "hang"])
async def test_monitoring_that_does_not_answer_changes_nothing_of_what_is_there(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(departures, "_PATIENCE_SECONDS", 0.2)
    client = explore()
    before = await listed(client)
    cloud.series = [uptime(time.time() - 2400, time.time() - 1500)]
    cloud.break_("monitoring", how)
    asked = time.monotonic()
    after = await listed(client)
    assert time.monotonic() - asked < 9  # before the client's own patience of two times 5 s
    assert after.resources == before.resources
    assert (after.endings, after.failures) == ((), {})


async def test_nothing_is_asked_for_where_machines_are_excluded(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client = explore(exclude=("compute/instance", *BY_TOKEN))
    await listed(client)
    gone(cloud, running(), time.time() - 100)
    await listed(client)
    assert cloud.calls[HISTORY] == cloud.calls[SERIES] == 0


async def test_without_asset_inventory_uptime_still_tells(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "disabled")
    cloud.break_("redis", "permission")
    client, now = explore(), time.time()
    await listed(client)
    cloud.series = [uptime(now - 2400, now - 1500)]
    swept = await listed(client)
    assert "redis/instance" in swept.failures
    assert by_name(swept.endings).keys() == {"runner"}


async def test_machines_whose_list_failed_are_not_taken_for_gone(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.break_("cloudasset", "disabled")
    client, now, machine = explore(), time.time(), running()
    await listed(client)
    cloud.series = [uptime(now - 2400, now - 1500, "web-1", str(machine["resource"]["data"]["id"]))]
    cloud.break_("compute", "unavailable", method="compute.instances.aggregatedList")
    swept = await listed(client)
    assert "compute/instance" in swept.failures
    assert swept.endings == ()
